//! Every sample of `events/webhook/` is taken apart and understood as `events/expected.json` says.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    elements: usize,
    kinds: Vec<String>,
}

#[test]
fn every_sample_is_understood_as_expected() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let expected = std::fs::read_to_string(events.join("expected.json")).unwrap();
    let expected: BTreeMap<String, Expected> = serde_json::from_str(&expected).unwrap();
    let mut unmentioned: Vec<String> = std::fs::read_dir(events.join("webhook"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| !expected.contains_key(name))
        .collect();
    unmentioned.sort();
    assert_eq!(unmentioned, Vec::<String>::new(), "samples that nothing is expected of");

    for (name, expected) in expected {
        let body = std::fs::read(events.join("webhook").join(&name)).unwrap();
        let (count, mut kinds) = match instagram::split(&body) {
            Ok(delivery) => {
                let kinds = delivery.elements.iter().map(|element| match element.event() {
                    Ok(event) => event.kind_name().to_owned(),
                    Err(_) => "quarantine".to_owned(),
                });
                (delivery.elements.len(), kinds.collect())
            }
            Err(_) => (0, Vec::new()),
        };
        kinds.sort();
        assert_eq!((count, kinds), (expected.elements, expected.kinds), "{name}");
    }
}
