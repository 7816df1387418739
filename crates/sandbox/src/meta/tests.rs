//! Meta from outside: the Graph API over HTTP, deliveries at a callback.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::fault::{Fate, Script, Shared};
use super::world::Trouble;
use super::{DeliveryState, Echo, Meta, signature};
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
async fn a_message_is_delivered_signed_and_with_metas_headers() {
    let Scene { meta, .. } = scene().await;
    let callback = callback(&meta).await;
    let mid = meta.person_writes(ACCOUNT, KIM, "Olá 👋");
    assert_eq!(meta.deliver_due().await, 1);
    assert_eq!(meta.deliver_due().await, 0, "delivered is delivered");

    let (headers, body) = callback.posts.lock().unwrap()[0].clone();
    assert_eq!(headers["x-hub-signature-256"], signature::sha256(SECRET, &body));
    assert_eq!(headers["x-hub-signature"], signature::sha1(SECRET, &body));
    assert_eq!(headers["user-agent"], "Webhooks/1.0 (https://fb.me/webhooks)");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["content-length"], body.len().to_string().as_str());
    let text = std::str::from_utf8(&body).unwrap();
    assert!(text.is_ascii() && text.contains(r#""text": "Ol\u00e1 \ud83d\udc4b""#), "{text}");
    assert_eq!(callback.mids(), [mid]);
}

#[tokio::test]
async fn a_delivery_is_tried_again_at_once_then_later_and_given_up_in_the_end() {
    let Scene { meta, clock } = scene().await;
    let callback = callback(&meta).await;
    *callback.status.lock().unwrap() = StatusCode::SERVICE_UNAVAILABLE;
    meta.person_writes(ACCOUNT, KIM, "oi");
    assert_eq!([meta.deliver_due().await, meta.deliver_due().await, meta.deliver_due().await], [1, 1, 0]);
    clock.advance(Duration::from_secs(30));
    assert_eq!(meta.deliver_due().await, 1, "half a minute later");

    let mut tries = 3;
    while meta.deliveries()[0].state == DeliveryState::Waiting {
        clock.advance(Duration::from_hours(16));
        tries += meta.deliver_due().await;
    }
    assert_eq!(meta.deliveries()[0].state, DeliveryState::GivenUp);
    assert_eq!((tries, callback.posts.lock().unwrap().len()), (11, 11));
    assert!(meta.deliveries()[0].attempts.iter().all(|attempt| attempt.status == Some(503)));
}

#[tokio::test]
async fn the_echo_of_a_send_can_come_at_once_late_out_of_order_or_never() {
    let Scene { meta, .. } = scene().await;
    let callback = callback(&meta).await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    meta.deliver_due().await;

    let mut mids = Vec::new();
    for echo in [Echo::Deliver, Echo::Hold, Echo::Hold, Echo::Drop] {
        meta.set_echo(echo);
        let (status, answer) = send(&meta, "pois não").await;
        assert_eq!(status, 200);
        mids.push(answer["message_id"].as_str().unwrap().to_owned());
    }
    meta.deliver_due().await;
    assert_eq!(callback.mids()[1..], mids[..1], "only the first came by itself");
    meta.post(4).await.unwrap();
    meta.release(3);
    meta.deliver_due().await;
    assert_eq!(callback.mids()[1..], [mids[0].as_str(), &mids[2], &mids[1]], "held ones come when told, in any order");
    let echo = &callback.bodies()[1]["entry"][0]["messaging"][0];
    assert_eq!((&echo["sender"]["id"], &echo["recipient"]["id"]), (&json!(ACCOUNT), &json!(KIM)));
    assert_eq!(echo["message"]["is_echo"], true);
}

#[tokio::test]
async fn nothing_is_delivered_for_a_field_that_is_not_subscribed() {
    let Scene { meta, .. } = scene().await;
    let fields = "/v24.0/me/subscribed_apps?subscribed_fields=comments,message_edit";
    assert_eq!(ask(&meta, Method::POST, fields, None).await, (200, json!({"success": true})));
    meta.person_writes(ACCOUNT, KIM, "oi");
    meta.person_writes_unannounced(ACCOUNT, KIM, "oi?");
    meta.person_comments(ACCOUNT, POST, KIM, "preço?");
    let kinds: Vec<String> = meta.deliveries().into_iter().map(|delivery| delivery.kind).collect();
    assert_eq!(kinds, ["hint", "comment"]);

    let unknown = "/v24.0/me/subscribed_apps?subscribed_fields=messages,message_echoes";
    assert_eq!(codes(&ask(&meta, Method::POST, unknown, None).await), (Some(100), None), "one name spoils the list");
    let (_, subscription) = ask(&meta, Method::GET, "/v24.0/me/subscribed_apps", None).await;
    assert_eq!(subscription, json!({"data": [{"id": "111", "subscribed_fields": ["comments", "message_edit"]}]}));
    ask(&meta, Method::DELETE, "/v24.0/me/subscribed_apps", None).await;
    assert_eq!(ask(&meta, Method::GET, "/v24.0/me/subscribed_apps", None).await.1, json!({"data": []}));
}

#[tokio::test]
async fn bytes_of_a_file_are_posted_as_they_are_and_teach_the_world() {
    let Scene { meta, clock } = scene().await;
    let callback = callback(&meta).await;
    let at = clock.now_ms() - 1000;
    let body = format!(
        r#"{{"object":"instagram","entry":[{{"id":"{ACCOUNT}","time":{at},"messaging":[{{"sender":{{"id":"901"}},"recipient":{{"id":"{ACCOUNT}"}},"timestamp":{at},"message":{{"mid":"aWdfM1","text":"é"}}}}]}}]}}"#
    );
    assert!(meta.sign_and_post(body.clone()).await.unwrap().is_accepted());
    assert_eq!(callback.posts.lock().unwrap()[0].1, body);
    let answer = json!({"recipient": {"id": "901"}, "message": {"text": "oi"}});
    let (status, _) = ask(&meta, Method::POST, "/v24.0/me/messages", Some(answer)).await;
    assert_eq!(status, 200, "the window is open for a person whom only the file knew");
}

#[tokio::test]
async fn a_body_that_meta_does_not_know_is_refused() {
    let Scene { meta, .. } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let to = json!({"id": KIM});
    let cases = [
        ("an array", json!([to, {"text": "a"}])),
        ("no recipient", json!({"message": {"text": "a"}})),
        ("two recipients", json!({"recipient": {"id": KIM, "comment_id": "1"}, "message": {"text": "a"}})),
        ("no text", json!({"recipient": to, "message": {}})),
        ("an empty text", json!({"recipient": to, "message": {"text": ""}})),
        ("1001 bytes", json!({"recipient": to, "message": {"text": format!("a{}", "é".repeat(500))}})),
        ("an unknown member", json!({"recipient": to, "message": {"text": "a"}, "fields": "id"})),
        (
            "an old tag",
            json!({"recipient": to, "message": {"text": "a"}, "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}),
        ),
        ("a tag without its type", json!({"recipient": to, "message": {"text": "a"}, "tag": "HUMAN_AGENT"})),
    ];
    for (case, body) in cases {
        let answer = ask(&meta, Method::POST, "/v24.0/me/messages", Some(body)).await;
        assert_eq!((answer.0, codes(&answer)), (400, (Some(100), None)), "{case}");
    }
    let longest = "é".repeat(500);
    assert_eq!(send(&meta, &longest).await.0, 200, "1000 bytes");
    assert_eq!(meta.sent().len(), 1);
}

#[tokio::test]
async fn a_human_may_answer_for_a_week_where_the_feature_is_on() {
    let Scene { meta, clock } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    clock.advance(Duration::from_hours(48));
    let body = json!({"recipient": {"id": KIM}, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT",
                      "message": {"text": "Voltei."}});
    let send_as_human = || ask(&meta, Method::POST, "/v24.0/me/messages", Some(body.clone()));
    assert_eq!(codes(&send_as_human().await), (Some(3), None), "without the feature");
    meta.world(|world| world.account_mut(ACCOUNT).unwrap().human_agent = true);
    assert_eq!(codes(&send(&meta, "oi").await), (Some(10), Some(2_534_022)), "without the tag");
    assert_eq!(send_as_human().await.0, 200);
    clock.advance(Duration::from_hours(5 * 24));
    assert_eq!(codes(&send_as_human().await), (Some(10), Some(2_534_022)), "after a week");
}

#[tokio::test]
async fn a_conversation_can_be_read_and_its_twenty_newest_messages_in_full() {
    let Scene { meta, clock } = scene().await;
    let first = meta.person_writes(ACCOUNT, KIM, "1");
    for number in 2..=22 {
        clock.advance(Duration::from_secs(1));
        meta.person_writes(ACCOUNT, KIM, &number.to_string());
    }
    let path = format!("/v24.0/me/conversations?platform=instagram&user_id={KIM}");
    let (_, list) = ask(&meta, Method::GET, &path, None).await;
    let thread = list["data"][0]["id"].as_str().unwrap().to_owned();
    let (_, thread) =
        ask(&meta, Method::GET, &format!("/v24.0/{thread}?fields=messages{{id,message,from}}"), None).await;
    let messages = thread["messages"]["data"].as_array().unwrap();
    assert_eq!(messages.len(), 22);
    assert_eq!(messages[0]["message"], "22", "the newest first");
    assert_eq!(messages[0]["from"], json!({"id": KIM, "username": "kim"}));
    assert_eq!(messages[19]["message"], "3");
    assert_eq!(messages[20], json!({"id": messages[20]["id"]}), "older ones tell their id alone");

    // Two a second: of many in a row some are refused, however slow the machine.
    let mut refused = false;
    for _ in 0..50 {
        refused |=
            codes(&ask(&meta, Method::GET, "/v24.0/me/conversations?platform=instagram", None).await).0 == Some(613);
    }
    assert!(refused, "no more than two reads a second");
    clock.advance(Duration::from_secs(1));
    let answer = ask(&meta, Method::GET, &format!("/v24.0/{first}?fields=message"), None).await;
    assert_eq!(codes(&answer), (Some(100), Some(33)), "too old to be shown");
}

#[tokio::test]
async fn a_message_known_by_a_hint_alone_can_be_looked_up() {
    let Scene { meta, .. } = scene().await;
    let callback = callback(&meta).await;
    let mid = meta.person_writes_unannounced(ACCOUNT, KIM, "oi");
    meta.deliver_due().await;
    let event = &callback.bodies()[0]["entry"][0]["messaging"][0];
    assert_eq!(event["message_edit"], json!({"mid": mid, "num_edit": 0}));
    let path = format!("/v24.0/{mid}?fields=id,created_time,from,to,message");
    let (_, message) = ask(&meta, Method::GET, &path, None).await;
    assert_eq!((&message["from"]["id"], &message["message"]), (&json!(KIM), &json!("oi")));
    assert_eq!(message["to"]["data"][0]["id"], ACCOUNT);
}

#[tokio::test]
async fn replies_to_a_comment_can_be_read_and_the_trap_of_fields_is_set() {
    let Scene { meta, .. } = scene().await;
    let comment = meta.person_comments(ACCOUNT, POST, KIM, "preço?");
    let reply = |to: &str, rest: &str| format!("/v24.0/{to}/replies?message=Ol%C3%A1{rest}");
    let (status, first) = ask(&meta, Method::POST, &reply(&comment, ""), None).await;
    assert_eq!(status, 200);
    let answer = ask(&meta, Method::POST, &reply(first["id"].as_str().unwrap(), "&fields=id"), None).await;
    assert_eq!(codes(&answer), (Some(20), Some(1_772_107)), "and created all the same");

    let (_, replies) = ask(&meta, Method::GET, &format!("/v24.0/{comment}/replies?fields=text,from"), None).await;
    let replies = replies["data"].as_array().unwrap();
    assert_eq!(replies.len(), 2, "a reply to a reply is in the same thread");
    assert_eq!(replies[0]["text"], "Olá");
    assert_eq!(replies[0]["from"]["id"], ACCOUNT);
    assert_eq!(meta.public_replies(&comment).len(), 2);

    let hide = |hidden: &str| format!("/v24.0/{comment}?hide={hidden}");
    assert_eq!(ask(&meta, Method::POST, &hide("true"), None).await.0, 200);
    assert_eq!(codes(&ask(&meta, Method::POST, &reply(&comment, ""), None).await), (Some(100), None), "hidden");
    assert_eq!(ask(&meta, Method::DELETE, &format!("/v24.0/{comment}"), None).await.0, 200);
    assert_eq!(
        codes(&ask(&meta, Method::GET, &format!("/v24.0/{comment}/replies"), None).await),
        (Some(100), Some(33))
    );
}

#[tokio::test]
async fn nodes_tell_what_they_may() {
    let Scene { meta, .. } = scene().await;
    let (_, me) = ask(&meta, Method::GET, "/v24.0/me?fields=id,user_id,username", None).await;
    assert_eq!(me, json!({"id": "27000000000000001", "user_id": ACCOUNT, "username": "gabinete"}));

    let profile = format!("/v24.0/{KIM}?fields=username");
    meta.person_comments(ACCOUNT, POST, KIM, "preço?");
    assert_eq!(codes(&ask(&meta, Method::GET, &profile, None).await), (Some(230), None), "a comment is no consent");
    meta.person_writes(ACCOUNT, KIM, "oi");
    assert_eq!(ask(&meta, Method::GET, &profile, None).await.1, json!({"id": KIM, "username": "kim"}));

    let (_, media) = ask(&meta, Method::GET, &format!("/v24.0/{POST}?fields=owner"), None).await;
    assert_eq!(media["owner"]["id"], ACCOUNT);
    let other = json!({"recipient": {"id": KIM}, "message": {"text": "a"}});
    let answer = ask(&meta, Method::POST, "/v24.0/27000000000000001/messages", Some(other)).await;
    assert_eq!(codes(&answer), (Some(100), Some(33)), "the app-scoped id is no address");
}

#[tokio::test]
async fn tokens_are_made_exchanged_and_refreshed() {
    let Scene { meta, clock } = scene().await;
    meta.world(|world| world.account_mut(ACCOUNT).unwrap().login_code = Some("AQ1".into()));
    let redeem = format!("/oauth/access_token?grant_type=authorization_code&code=AQ1&client_secret={SECRET}");
    let (_, short) = ask(&meta, Method::POST, &redeem, None).await;
    assert_eq!(short["user_id"], 27_000_000_000_000_001_u64, "a number, as observed");
    assert_eq!(ask(&meta, Method::POST, &redeem, None).await.1["code"], 400, "a code is good once");

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

#[tokio::test]
async fn an_account_in_trouble_reads_but_does_not_send() {
    let Scene { meta, .. } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let trouble = |code, subcode| {
        meta.world(|world| world.account_mut(ACCOUNT).unwrap().trouble = Some(Trouble { code, subcode }));
    };
    trouble(368, None);
    assert_eq!(codes(&send(&meta, "oi").await), (Some(368), None));
    assert_eq!(ask(&meta, Method::GET, "/v24.0/me", None).await.0, 200);
    trouble(190, Some(460));
    assert_eq!(
        codes(&ask(&meta, Method::GET, "/v24.0/me", None).await),
        (Some(190), Some(460)),
        "a dead token does not"
    );
}

#[tokio::test]
async fn deliveries_go_out_by_themselves_in_the_background() {
    let Scene { meta, .. } = scene().await;
    let callback = callback(&meta).await;
    meta.deliver_in_background();
    meta.person_writes(ACCOUNT, KIM, "oi");
    let arrived = async {
        while callback.posts.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), arrived).await.unwrap();
}
