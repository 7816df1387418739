//! The sample requests of `events/gateway`, signed as they stand.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::stage::Stage;

#[tokio::test]
async fn every_sample_request_is_answered_as_its_readme_says() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let cases = [
        ("delivery", 200, 1),
        ("delivery-base64", 200, 1),
        ("delivery-batch", 200, 60),
        ("delivery-own-app", 200, 1),
        ("delivery-other-app", 401, 0),
        ("delivery-unsigned", 401, 0),
        ("delivery-wrong-signature", 401, 0),
        ("handshake", 200, 0),
        ("handshake-wrong-token", 403, 0),
    ];
    let world: Value = serde_json::from_str(&fs::read_to_string(events.join("world.json")).unwrap()).unwrap();
    for (name, status, jobs) in cases {
        let stage = Stage::new().await;
        fs::write(&stage.secrets_path, serde_json::json!({"apps": world["apps"]}).to_string()).unwrap();
        let event = fs::read_to_string(events.join(format!("gateway/{name}.json"))).unwrap();
        assert_eq!(stage.status(serde_json::from_str(&event).unwrap()).await, status, "{name}");
        assert_eq!(stage.jobs().len(), jobs, "{name}");
    }
}
