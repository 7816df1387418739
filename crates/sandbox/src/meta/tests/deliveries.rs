//! Deliveries at a callback.

use super::*;

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
