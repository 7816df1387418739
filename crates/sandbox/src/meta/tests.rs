//! Meta from outside: the Graph API over HTTP, deliveries at a callback.

mod arranged;
mod bodies;
mod deliveries;
mod logins;
mod policy;
mod profiles;
mod reads;
mod sends;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::fault::{Fate, Script, Shared};
use super::world::Trouble;
use super::{DeliveryState, Echo, Meta, Policy, RepeatedReply, signature};
use crate::clock::Clock;
use crate::fault;
use crate::wire::{self, Server};

const ACCOUNT: &str = "17841400000000001";
const KIM: &str = "900000000000001";
const POST: &str = "18000000000000010";
const SECRET: &str = "ig_app_secret_example_0123456789";

fn world() -> Value {
    json!({
        "apps": [{"name": "politicall", "app_id": "111", "app_secrets": [SECRET, "older"], "verify_tokens": ["v"]}],
        "accounts": [{"account": ACCOUNT, "app_scoped_id": "27000000000000001", "username": "gabinete", "name": "Gabinete",
                      "customer": "c1", "app_id": "111", "token": "IGAA1", "mode": "answer", "rules": null}],
        "people": [{"account": ACCOUNT, "id": KIM, "username": "kim", "name": "Kim"}],
        "media": [{"account": ACCOUNT, "id": POST, "product": "FEED"}],
    })
}

struct Scene {
    clock: Clock,
    meta: Meta,
}

async fn scene() -> Scene {
    let clock = Clock::default();
    let meta = Meta::start(clock.clone(), world()).await.unwrap();
    Scene { clock, meta }
}

/// Asks the Graph API as the account; a body is sent as JSON.
async fn ask(meta: &Meta, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    ask_at(meta.endpoint(), method, path, body).await.unwrap()
}

async fn ask_at(
    base: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<(u16, Value), wire::ClientError> {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{base}{path}"))
        .header("authorization", "Bearer IGAA1")
        .body(body.map_or_else(Bytes::new, |body| body.to_string().into()))
        .unwrap();
    let response = wire::Client::new().send(request).await?;
    let status = response.status().as_u16();
    Ok((status, serde_json::from_slice(response.body()).unwrap_or_default()))
}

async fn send(meta: &Meta, text: &str) -> (u16, Value) {
    let body = json!({"recipient": {"id": KIM}, "message": {"text": text}});
    ask(meta, Method::POST, "/v24.0/me/messages", Some(body)).await
}

fn codes(answer: &(u16, Value)) -> (Option<u64>, Option<u64>) {
    (answer.1["error"]["code"].as_u64(), answer.1["error"]["error_subcode"].as_u64())
}

/// A callback that keeps what it is posted and answers with a status of the test's choice.
struct Callback {
    _server: Server,
    posts: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    status: Arc<Mutex<StatusCode>>,
}

async fn callback(meta: &Meta) -> Callback {
    let posts = Arc::new(Mutex::new(Vec::new()));
    let status = Arc::new(Mutex::new(StatusCode::OK));
    let (kept, answer) = (Arc::clone(&posts), Arc::clone(&status));
    let server = Server::start(wire::LOOPBACK, move |request| {
        let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
        async move {
            let body = wire::read(request.body, 1 << 20).await.unwrap();
            kept.lock().unwrap().push((request.head.headers, body));
            Ok(wire::json(*answer.lock().unwrap(), ""))
        }
    })
    .await
    .unwrap();
    meta.set_callback(format!("http://{}/api/webhook/instagram", server.address()).parse().unwrap());
    Callback { _server: server, posts, status }
}

impl Callback {
    fn bodies(&self) -> Vec<Value> {
        self.posts.lock().unwrap().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }

    fn mids(&self) -> Vec<String> {
        let mid = |body: &Value| body["entry"][0]["messaging"][0]["message"]["mid"].as_str().unwrap().to_owned();
        self.bodies().iter().map(mid).collect()
    }
}

#[tokio::test]
async fn tokens_are_exchanged_and_refreshed() {
    let Scene { meta, clock } = scene().await;
    let wrong = "/access_token?grant_type=ig_exchange_token&client_secret=wrong";
    assert_eq!(codes(&ask(&meta, Method::GET, wrong, None).await), (Some(101), None));
    let exchange = format!("/access_token?grant_type=ig_exchange_token&client_secret={SECRET}");
    let (_, long) = ask(&meta, Method::GET, &exchange, None).await;
    assert_eq!(long["expires_in"], 5_183_944);

    let refresh = "/refresh_access_token?grant_type=ig_refresh_token";
    assert_eq!(codes(&ask(&meta, Method::GET, refresh, None).await), (Some(100), None), "less than a day old");
    clock.advance(Duration::from_hours(24));
    let (_, fresh) = ask(&meta, Method::GET, refresh, None).await;
    assert_ne!(fresh["access_token"], long["access_token"]);
    assert_eq!(ask(&meta, Method::GET, "/v24.0/me", None).await.0, 200, "the older token is good still, case 90");
    clock.advance(Duration::from_hours(61 * 24));
    assert_eq!(codes(&ask(&meta, Method::GET, "/v24.0/me", None).await), (Some(190), Some(463)));
}

#[tokio::test]
async fn a_world_survives_a_restart_with_what_was_still_to_be_delivered() {
    let Scene { meta, clock } = scene().await;
    let comment = meta.person_comments(ACCOUNT, POST, KIM, "preço?");
    let body = json!({"recipient": {"comment_id": comment}, "message": {"text": "Aqui."}});
    assert_eq!(ask(&meta, Method::POST, "/v24.0/me/messages", Some(body.clone())).await.0, 200);
    let dump = meta.dump().unwrap();
    assert_eq!(dump["accounts"][0]["customer"], "c1", "what Meta does not know is kept");
    drop(meta);

    let meta = Meta::start(clock, dump.clone()).await.unwrap();
    assert_eq!(meta.dump().unwrap(), dump);
    assert_eq!(codes(&ask(&meta, Method::POST, "/v24.0/me/messages", Some(body)).await), (Some(10_900), None));
    let callback = callback(&meta).await;
    assert_eq!(meta.deliver_due().await, 2, "the comment and the echo");
    assert_eq!(callback.posts.lock().unwrap().len(), 2);
    assert_ne!(meta.person_comments(ACCOUNT, POST, KIM, "e hoje?"), comment, "ids go on");
}

#[tokio::test]
async fn the_sample_world_is_a_world() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/world.json");
    let sample: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let meta = Meta::start(Clock::default(), sample.clone()).await.unwrap();
    let dump = meta.dump().unwrap();
    for list in ["apps", "accounts", "people", "media"] {
        let (sample, dump) = (sample[list].as_array().unwrap(), dump[list].as_array().unwrap());
        assert_eq!(sample.len(), dump.len(), "{list}");
        for (before, after) in sample.iter().zip(dump) {
            for (name, value) in before.as_object().unwrap() {
                assert_eq!(&after[name], value, "{list}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn calls_meet_their_fate_and_are_recorded() {
    let Scene { meta, .. } = scene().await;
    let judged = Script::new("ReadMe", [Fate::HangUp, Fate::LoseAnswer]);
    let door = meta.door("worker-1", judged).await.unwrap();
    for expected in [None, None, Some(200)] {
        let answer = ask_at(door.endpoint(), Method::GET, "/v24.0/me", None).await;
        assert_eq!(answer.ok().map(|(status, _)| status), expected);
    }
    let calls = meta.calls();
    let told: Vec<_> = calls.iter().map(|call| (call.actor.as_str(), call.operation, call.status)).collect();
    let expected = [None, Some(200), Some(200)].map(|status| ("worker-1", "ReadMe", status));
    assert_eq!(told, expected, "what reached the world is told apart from what did not");

    let broken = Shared(|_: &fault::Call| fault::Fate::BROKEN);
    let door = meta.door("worker-2", broken).await.unwrap();
    let answer = ask_at(door.endpoint(), Method::GET, "/v24.0/me", None).await.unwrap();
    assert_eq!((answer.0, codes(&answer).0), (500, Some(2)), "the judge of the whole sandbox decides here too");
}
