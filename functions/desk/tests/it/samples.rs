//! The sample requests of `events/gateway`, as `sam local invoke` takes them too.

use std::fs;
use std::path::Path;

use crate::stage::Stage;

#[tokio::test]
async fn every_sample_request_is_answered_as_its_readme_says() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let stage = Stage::new().await;
    for (name, status) in [("desk-accounts", 200), ("desk-pause-unknown-person", 404), ("desk-foreign-account", 404)] {
        let event = fs::read_to_string(events.join(format!("gateway/{name}.json"))).unwrap();
        assert_eq!(stage.send(&serde_json::from_str(&event).unwrap()).await.status, status, "{name}");
    }
}
