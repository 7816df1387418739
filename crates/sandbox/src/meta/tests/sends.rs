//! What can be sent, and when.

use super::*;

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
