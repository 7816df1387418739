//! What can be read of conversations, comments and nodes.

use super::*;

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
