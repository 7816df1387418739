//! The sample requests of `events/gateway`, as `sam local invoke` takes them too.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn every_sample_request_is_answered_as_its_readme_says() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let cases = [
        ("connect-privacy", 200),
        ("connect-start-expired", 400),
        ("connect-callback-cancelled", 200),
        ("connect-callback-without-state", 400),
        ("connect-deauthorize", 200),
        ("connect-deauthorize-wrong-signature", 400),
        ("connect-deletion-wrong-signature", 400),
        ("connect-deletion", 200),
        ("connect-deletion-status", 200),
    ];
    let world: Value = serde_json::from_str(&fs::read_to_string(events.join("world.json")).unwrap()).unwrap();
    let stage = Stage::new().await;
    fs::write(&stage.apps_path, json!({"apps": world["apps"]}).to_string()).unwrap();
    for (name, status) in cases {
        let event = fs::read_to_string(events.join(format!("gateway/{name}.json"))).unwrap();
        assert_eq!(stage.send(&serde_json::from_str(&event).unwrap()).await.status, status, "{name}");
    }
}
