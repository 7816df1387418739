//! Everything a message can be, and what is none.

use super::*;

const ELEMENT: &str = "Agenda da semana";

async fn post(meta: &Meta, body: &Value) -> (u16, Value) {
    ask(meta, Method::POST, "/v24.0/me/messages", Some(body.clone())).await
}

fn message(message: &Value) -> Value {
    json!({"recipient": {"id": KIM}, "message": message})
}

fn attachment(kind: &str, payload: &Value) -> Value {
    message(&json!({"attachment": {"type": kind, "payload": payload}}))
}

fn images(count: usize) -> Value {
    let image = json!({"type": "image", "payload": {"url": "https://files.example.com/a.png"}});
    message(&json!({"attachments": vec![image; count]}))
}

fn postback(title: &str) -> Value {
    json!({"type": "postback", "title": title, "payload": "AGENDA"})
}

fn generic(elements: &[Value]) -> Value {
    attachment("template", &json!({"template_type": "generic", "elements": elements}))
}

fn buttons(text: &str, buttons: &[Value]) -> Value {
    attachment("template", &json!({"template_type": "button", "text": text, "buttons": buttons}))
}

fn quick_replies(quick_replies: &[Value]) -> Value {
    message(&json!({"text": "O que procura?", "quick_replies": quick_replies}))
}

fn quick_reply(title: &str) -> Value {
    json!({"content_type": "text", "title": title, "payload": "HORAS"})
}

fn element() -> Value {
    json!({"title": ELEMENT, "subtitle": "Feiras", "image_url": "https://files.example.com/a.png",
           "default_action": {"type": "web_url", "url": "https://example.com"},
           "buttons": [postback("Ver"), {"type": "web_url", "title": "Site", "url": "https://example.com"}]})
}

#[tokio::test]
async fn every_body_of_the_fact_sheet_is_accepted_kept_and_echoed() {
    let Scene { meta, clock } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let by_url = json!({"url": "https://files.example.com/a"});
    let templated = json!({"type": "template", "payload": {"generic": {"elements": [element()]}}});
    let kinds = |kinds: &[&str]| kinds.iter().map(|kind| json!(kind)).collect::<Vec<_>>();
    let cases = [
        ("text", message(&json!({"text": "Olá", "metadata": "r1"})), vec![]),
        (
            "text with its type",
            json!({"recipient": {"id": KIM}, "messaging_type": "RESPONSE", "message": {"text": "a"}}),
            vec![],
        ),
        (
            "quick replies",
            quick_replies(&[
                quick_reply("Horários"),
                json!({"content_type": "user_email"}),
                json!({"content_type": "user_phone_number"}),
            ]),
            vec![],
        ),
        ("13 quick replies", quick_replies(&vec![quick_reply("Horários de atendi"); 13]), vec![]),
        ("an image", attachment("image", &by_url), kinds(&["image"])),
        ("audio", attachment("audio", &by_url), kinds(&["audio"])),
        ("video", attachment("video", &by_url), kinds(&["video"])),
        ("a file", attachment("file", &by_url), kinds(&["file"])),
        (
            "an image, the plural",
            message(&json!({"attachments": {"type": "image", "payload": by_url}})),
            kinds(&["image"]),
        ),
        ("ten images", images(10), kinds(&["image"; 10])),
        ("a heart", message(&json!({"attachment": {"type": "like_heart"}})), kinds(&["like_heart"])),
        ("a post", attachment("MEDIA_SHARE", &json!({"id": POST})), kinds(&["media"])),
        ("a generic template", generic(&[element()]), kinds(&["template"])),
        ("a button template", buttons("Escolha", &[postback("Uma pessoa")]), kinds(&["template"])),
    ];
    for (case, body, expected) in &cases {
        let (status, answer) = post(&meta, body).await;
        assert_eq!(status, 200, "{case}: {answer}");
        let sent = meta.sent().pop().unwrap();
        assert_eq!((&sent.mid, &sent.body), (&answer["message_id"].as_str().unwrap().to_owned(), body), "{case}");
        let echo: Value = serde_json::from_str(&meta.deliveries().last().unwrap().body).unwrap();
        let echo = &echo["entry"][0]["messaging"][0]["message"];
        assert_eq!(echo["metadata"], body["message"]["metadata"], "{case}");
        assert_eq!(echo["text"], body["message"]["text"], "{case}");
        let attachments = echo["attachments"].as_array().cloned().unwrap_or_default();
        assert_eq!(&attachments.iter().map(|a| a["type"].clone()).collect::<Vec<_>>(), expected, "{case}");
        if *case == "a generic template" {
            assert_eq!(attachments[0], templated);
        }
        clock.advance(Duration::from_secs(1));
        let (_, read) = ask(&meta, Method::GET, &format!("/v24.0/{}?fields=message", sent.mid), None).await;
        assert_eq!(read["message"], sent.text.unwrap_or_default(), "{case}: without a text it reads as empty");
    }
    assert_eq!((meta.sent().len(), meta.policy_refusals()), (cases.len(), 0));
}

#[tokio::test]
async fn a_body_beyond_a_published_limit_is_refused_with_a_message() {
    let Scene { meta, .. } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let with = |name: &str, value: Value| {
        let mut element = element();
        element[name] = value;
        generic(&[element])
    };
    let cases = [
        ("14 quick replies", quick_replies(&vec![quick_reply("a"); 14])),
        ("a title of 21 characters", quick_replies(&[quick_reply(&"é".repeat(21))])),
        ("eleven images", images(11)),
        ("eleven elements", generic(&vec![element(); 11])),
        ("a title of 81 characters", with("title", json!("é".repeat(81)))),
        ("a subtitle of 81 characters", with("subtitle", json!("é".repeat(81)))),
        ("four buttons", with("buttons", json!(vec![postback("a"); 4]))),
        ("a button's title of 21 characters", with("buttons", json!([postback(&"é".repeat(21))]))),
        ("a text of 641 characters", buttons(&"é".repeat(641), &[postback("a")])),
        ("four buttons below a text", buttons("a", &vec![postback("a"); 4])),
    ];
    for (case, body) in &cases {
        let answer = post(&meta, body).await;
        assert_eq!((answer.0, codes(&answer)), (400, (Some(100), None)), "{case}");
        assert!(answer.1["error"]["message"].as_str().is_some_and(|message| message.starts_with("(#100)")), "{case}");
    }
    assert_eq!(meta.policies_refused(), [Policy::Length].repeat(cases.len()));
}

#[tokio::test]
async fn a_body_that_means_nothing_is_refused() {
    let Scene { meta, .. } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let insecure = attachment("image", &json!({"url": "http://files.example.com/a.png"}));
    let cases = [
        ("a text beside a template", message(&json!({"text": "a", "attachment": {"type": "like_heart"}}))),
        ("both spellings", message(&json!({"attachment": {"type": "like_heart"}, "attachments": []}))),
        ("several hearts", message(&json!({"attachments": [{"type": "like_heart"}, {"type": "like_heart"}]}))),
        ("an unknown kind", attachment("sticker", &json!({"id": "1"}))),
        ("an image without its url", attachment("image", &json!({}))),
        ("somebody else's post", attachment("MEDIA_SHARE", &json!({"id": "18000000000000099"}))),
        ("a template without elements", generic(&[])),
        ("an element with a title alone", generic(&[json!({"title": ELEMENT})])),
        ("an array where an element is expected", generic(&[json!([ELEMENT, "Feiras"])])),
        ("a template without buttons", buttons("a", &[])),
        ("a button of no kind", buttons("a", &[json!({"type": "phone_number", "title": "a", "payload": "1"})])),
        (
            "quick replies beside an attachment",
            message(&json!({"attachment": {"type": "like_heart"}, "quick_replies": [quick_reply("a")]})),
        ),
        ("a quick reply without a payload", quick_replies(&[json!({"content_type": "text", "title": "a"})])),
        (
            "a message and an action",
            json!({"recipient": {"id": KIM}, "message": {"text": "a"}, "sender_action": "typing_on"}),
        ),
        ("neither", json!({"recipient": {"id": KIM}})),
    ];
    for (case, body) in &cases {
        let answer = post(&meta, body).await;
        assert_eq!(codes(&answer), (Some(100), None), "{case}");
    }
    assert_eq!(codes(&post(&meta, &insecure).await), (Some(100), Some(2_018_047)), "what Meta cannot fetch");
    assert_eq!((meta.sent().len(), meta.policy_refusals()), (0, 0));
}

#[tokio::test]
async fn a_private_reply_is_a_text_or_a_template() {
    let Scene { meta, .. } = scene().await;
    let cases = [
        ("a text", json!({"text": "Aqui."}), 200),
        ("a template", buttons("Escolha", &[postback("Uma pessoa")])["message"].clone(), 200),
        ("quick replies", quick_replies(&[quick_reply("a")])["message"].clone(), 400),
        ("an image", images(1)["message"].clone(), 400),
    ];
    for (case, message, expected) in cases {
        let comment = meta.person_comments(ACCOUNT, POST, KIM, "preço?");
        let body = json!({"recipient": {"comment_id": comment}, "message": message});
        assert_eq!(post(&meta, &body).await.0, expected, "{case}");
        let kept: Vec<Value> = meta.private_replies(&comment).into_iter().map(|message| message.body).collect();
        assert_eq!(kept, if expected == 200 { vec![body] } else { vec![] }, "{case}");
    }
}

#[tokio::test]
async fn sender_actions_are_kept_and_never_echoed() {
    let Scene { meta, .. } = scene().await;
    let mid = meta.person_writes(ACCOUNT, KIM, "oi");
    let told = meta.deliveries().len();
    let react =
        |action: &str, payload: Value| json!({"recipient": {"id": KIM}, "sender_action": action, "payload": payload});
    let plain = |action: &str| json!({"recipient": {"id": KIM}, "sender_action": action});
    let bodies = [
        react("react", json!({"message_id": mid, "reaction": "love"})),
        plain("typing_on"),
        plain("typing_off"),
        plain("mark_seen"),
    ];
    for body in &bodies {
        assert_eq!(post(&meta, body).await, (200, json!({"recipient_id": KIM})), "{body}");
    }
    assert_eq!(meta.actions().into_iter().map(|action| action.body).collect::<Vec<_>>(), bodies);
    let reaction = |meta: &Meta| meta.world(|world| world.message_mut(ACCOUNT, &mid).unwrap().reaction.clone());
    assert_eq!(reaction(&meta).as_deref(), Some("love"));
    assert_eq!(post(&meta, &react("unreact", json!({"message_id": mid}))).await.0, 200);
    assert_eq!(reaction(&meta), None);
    assert!(meta.calls().iter().all(|call| call.operation == "SenderAction"), "told apart from messages");

    for (case, body) in [
        ("no such message", react("react", json!({"message_id": "m", "reaction": "love"}))),
        ("no reaction", react("react", json!({"message_id": mid}))),
        ("a payload too much", react("typing_on", json!({"message_id": mid}))),
        ("an unknown action", plain("wave")),
    ] {
        assert_eq!(codes(&post(&meta, &body).await), (Some(100), None), "{case}");
    }
    assert_eq!((meta.sent().len(), meta.deliveries().len()), (0, told));
}
