//! The CRM: reads its queue, and asks the desk by HTTP API events.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::{CRM, World};

/// What it was told so far, each event once.
pub(super) fn told(world: &World) -> Vec<Value> {
    let mut known = BTreeSet::new();
    let bodies = world.sqs.messages(CRM).into_iter().map(|seen| serde_json::from_str::<Value>(&seen.body).unwrap());
    bodies.filter(|event| known.insert(event["id"].as_str().unwrap().to_owned())).collect()
}

/// A request as the gateway hands it on.
pub(super) fn request(path: &str, key: &str, body: &Value) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "ANY /v1/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "idempotency-key": key, "x-author": "ana"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "desk",
            "domainName": "desk.example",
            "domainPrefix": "desk",
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "crm"},
            "requestId": "r",
            "routeKey": "ANY /v1/{proxy+}",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 0,
        },
        "body": body.to_string(),
        "isBase64Encoded": false,
    })
}
