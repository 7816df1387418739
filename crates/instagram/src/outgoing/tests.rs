//! Contents, read and written: the fact sheet's bodies, and everything beside them refused for a named reason.

use serde_json::{Value, json};

use super::*;
use crate::MediaId;

fn parse(value: &Value) -> Result<Content, ContentError> {
    Content::parse(&value.to_string())
}

/// What the fact sheet (4.2) prints under `message`, as it is written.
const DOCUMENTED: [(&str, &str); 13] = [
    ("text", r#"{"text":"Hello! We open at 9."}"#),
    (
        "text",
        concat!(
            r#"{"text":"What do you need?","quick_replies":["#,
            r#"{"content_type":"text","title":"Opening hours","payload":"HOURS"},"#,
            r#"{"content_type":"user_email"},{"content_type":"user_phone_number"}]}"#
        ),
    ),
    ("image", r#"{"attachment":{"type":"image","payload":{"url":"https://files.example.com/a.png"}}}"#),
    ("audio", r#"{"attachment":{"type":"audio","payload":{"url":"https://files.example.com/a.m4a"}}}"#),
    ("video", r#"{"attachment":{"type":"video","payload":{"url":"https://files.example.com/a.mp4"}}}"#),
    ("file", r#"{"attachment":{"type":"file","payload":{"url":"https://files.example.com/a.pdf"}}}"#),
    (
        "images",
        concat!(
            r#"{"attachments":[{"type":"image","payload":{"url":"https://files.example.com/a.png"}},"#,
            r#"{"type":"image","payload":{"url":"https://files.example.com/b.png"}}]}"#
        ),
    ),
    ("heart", r#"{"attachment":{"type":"like_heart"}}"#),
    ("post", r#"{"attachment":{"type":"MEDIA_SHARE","payload":{"id":"18000000000000010"}}}"#),
    (
        "template",
        concat!(
            r#"{"attachment":{"type":"template","payload":{"template_type":"generic","elements":["#,
            r#"{"title":"Blue mug","subtitle":"In stock","image_url":"https://files.example.com/mug.jpg","#,
            r#""default_action":{"type":"web_url","url":"https://shop.example.com/mug"},"#,
            r#""buttons":[{"type":"web_url","url":"https://shop.example.com/mug","title":"View"},"#,
            r#"{"type":"postback","title":"Ask","payload":"ASK_MUG"}]}]}}}"#
        ),
    ),
    (
        "template",
        concat!(
            r#"{"attachment":{"type":"template","payload":{"template_type":"generic","elements":["#,
            r#"{"title":"Blue mug","subtitle":"In stock"},{"title":"Red mug","subtitle":"Sold"}]}}}"#
        ),
    ),
    (
        "template",
        concat!(
            r#"{"attachment":{"type":"template","payload":{"template_type":"button","text":"Choose one","#,
            r#""buttons":[{"type":"postback","title":"Human please","payload":"HUMAN"},"#,
            r#"{"type":"web_url","url":"https://shop.example.com","title":"Shop"}]}}}"#
        ),
    ),
    ("text", r#"{"text":"Olá 👋 \"aqui\"\n"}"#),
];

#[test]
fn what_the_fact_sheet_prints_is_read_and_written_as_it_stands() {
    for (name, documented) in DOCUMENTED {
        let content = Content::parse(documented).unwrap();
        assert_eq!(content.name(), name);
        assert_eq!(content.to_json(), documented);
        let stored: Content = serde_json::from_str(documented).unwrap();
        assert_eq!(stored, content, "{name}: as it is read from a larger document");
    }
}

#[test]
fn only_a_text_can_be_compared_with_what_the_conversation_shows() {
    for (name, documented) in DOCUMENTED {
        let content = Content::parse(documented).unwrap();
        assert_eq!(content.text().is_some(), name == "text", "{documented}");
    }
    let text = MessageText::parse("oi").unwrap();
    assert_eq!(Content::from(text).text(), Some("oi"));
}

#[test]
fn every_limit_is_met_at_its_last_allowed_value_and_kept() {
    let many = |count: usize, item: Value| vec![item; count];
    let quick = |title: String, payload: String| json!({"content_type": "text", "title": title, "payload": payload});
    let image = || json!({"type": "image", "payload": {"url": "https://files.example.com/a.png"}});
    let postback = |title: String| json!({"type": "postback", "title": title, "payload": "P"});
    let element = |title: String, subtitle: String, buttons: usize| json!({"title": title, "subtitle": subtitle, "buttons": many(buttons, postback("b".into()))});
    let replies = |items: Vec<Value>| json!({"text": "a", "quick_replies": items});
    let template = |payload: Value| json!({"attachment": {"type": "template", "payload": payload}});
    let generic = |items: Vec<Value>| template(json!({"template_type": "generic", "elements": items}));
    let button = |text: String, buttons: Vec<Value>| {
        template(json!({"template_type": "button", "text": text, "buttons": buttons}))
    };
    let url = |length: usize| {
        let url = format!("https://files.example.com/{}", "a".repeat(length - 26));
        json!({"attachment": {"type": "video", "payload": {"url": url}}})
    };

    let cases = [
        ("text: 1000 bytes", json!({"text": "ã".repeat(500)}), json!({"text": "ã".repeat(501)})),
        (
            "quick_replies: 13",
            replies(many(13, quick("t".into(), "p".into()))),
            replies(many(14, quick("t".into(), "p".into()))),
        ),
        (
            "quick_replies.title: 20 characters",
            replies(vec![quick("ã".repeat(20), "p".into())]),
            replies(vec![quick("ã".repeat(21), "p".into())]),
        ),
        (
            "quick_replies.payload: 1000 bytes",
            replies(vec![quick("t".into(), "ã".repeat(500))]),
            replies(vec![quick("t".into(), "ã".repeat(501))]),
        ),
        ("attachments: at least 2", json!({"attachments": many(2, image())}), json!({"attachments": [image()]})),
        (
            "attachments: at most 10",
            json!({"attachments": many(10, image())}),
            json!({"attachments": many(11, image())}),
        ),
        ("payload.url: 2048 bytes", url(2048), url(2049)),
        (
            "elements: at most 10",
            generic(many(10, element("t".into(), "s".into(), 0))),
            generic(many(11, element("t".into(), "s".into(), 0))),
        ),
        ("elements: at least 1", generic(many(1, element("t".into(), "s".into(), 0))), generic(vec![])),
        (
            "elements.title: 80 characters",
            generic(vec![element("ã".repeat(80), "s".into(), 0)]),
            generic(vec![element("ã".repeat(81), "s".into(), 0)]),
        ),
        (
            "elements.subtitle: 80 characters",
            generic(vec![element("t".into(), "ã".repeat(80), 0)]),
            generic(vec![element("t".into(), "ã".repeat(81), 0)]),
        ),
        (
            "elements.buttons: at most 3",
            generic(vec![element("t".into(), "s".into(), 3)]),
            generic(vec![element("t".into(), "s".into(), 4)]),
        ),
        (
            "elements: something besides the title",
            generic(vec![json!({"title": "t", "image_url": "https://files.example.com/a.png"})]),
            generic(vec![json!({"title": "t"})]),
        ),
        (
            "payload.text: 640 characters",
            button("ã".repeat(640), many(1, postback("b".into()))),
            button("ã".repeat(641), many(1, postback("b".into()))),
        ),
        (
            "buttons: at most 3",
            button("t".into(), many(3, postback("b".into()))),
            button("t".into(), many(4, postback("b".into()))),
        ),
        ("buttons: at least 1", button("t".into(), many(1, postback("b".into()))), button("t".into(), vec![])),
        (
            "buttons.title: 20 characters",
            button("t".into(), vec![postback("ã".repeat(20))]),
            button("t".into(), vec![postback("ã".repeat(21))]),
        ),
    ];
    for (case, last, first_beyond) in cases {
        assert!(parse(&last).is_ok(), "{case}: {:?}", parse(&last));
        let error = parse(&first_beyond).unwrap_err();
        let part = case.split(':').next().unwrap();
        let named = part.rsplit('.').next().unwrap();
        assert!(error.to_string().contains(named), "{case}: {error}");
        assert!(serde_json::from_value::<Content>(first_beyond).is_err(), "{case}: a stored one is checked, too");
    }
}

#[test]
fn what_the_platform_does_not_take_is_refused_by_name() {
    use ContentError::{Misplaced, Missing, UnknownKind};

    let attachment = |value: Value| json!({ "attachment": value });
    let element = |value: Value| {
        attachment(json!({"type": "template", "payload": {"template_type": "generic", "elements": [value]}}))
    };
    let button = |value: Value| {
        attachment(json!({"type": "template",
            "payload": {"template_type": "button", "text": "t", "buttons": [value]}}))
    };
    let quick = |value: Value| json!({"text": "a", "quick_replies": [value]});
    let url = "https://files.example.com/a.png";
    let image = json!({"type": "image", "payload": {"url": url}});
    let cases = [
        ("nothing", json!({}), Missing("text or attachment")),
        ("null for a text", json!({"text": null}), Missing("text or attachment")),
        ("replies alone", json!({"quick_replies": []}), Misplaced("quick_replies")),
        ("a text beside an attachment", json!({"text": "a", "attachment": image}), Misplaced("attachment")),
        ("a text beside images", json!({"text": "a", "attachments": [image, image]}), Misplaced("attachments")),
        ("both forms", json!({"attachment": image, "attachments": [image, image]}), Misplaced("attachments")),
        (
            "replies below an attachment",
            json!({"attachment": image, "quick_replies": [{"content_type": "user_email"}]}),
            Misplaced("quick_replies"),
        ),
        ("a marker, which belongs to the send", json!({"text": "a", "metadata": "r1"}), Misplaced("metadata")),
        (
            "another kind",
            attachment(json!({"type": "sticker", "payload": {"url": url}})),
            UnknownKind("attachment.type"),
        ),
        ("no payload", attachment(json!({"type": "image"})), Missing("attachment.payload")),
        ("no address", attachment(json!({"type": "image", "payload": {}})), Missing("payload.url")),
        (
            "an address and an id",
            attachment(json!({"type": "image", "payload": {"url": url, "id": "1"}})),
            Misplaced("payload.id"),
        ),
        (
            "a heart with a payload",
            attachment(json!({"type": "like_heart", "payload": {}})),
            Misplaced("attachment.payload"),
        ),
        ("a post without an id", attachment(json!({"type": "MEDIA_SHARE", "payload": {}})), Missing("payload.id")),
        (
            "a post with an address",
            attachment(json!({"type": "MEDIA_SHARE", "payload": {"id": "1", "url": url}})),
            Misplaced("payload.url"),
        ),
        (
            "a video among images",
            json!({"attachments": [image, {"type": "video", "payload": {"url": url}}]}),
            UnknownKind("attachments.type"),
        ),
        (
            "another template",
            attachment(json!({"type": "template", "payload": {"template_type": "receipt"}})),
            UnknownKind("payload.template_type"),
        ),
        (
            "a template of no kind",
            attachment(json!({"type": "template", "payload": {"elements": []}})),
            Missing("payload.template_type"),
        ),
        (
            "cards with a text",
            attachment(json!({"type": "template",
                "payload": {"template_type": "generic", "text": "t", "elements": [{"title": "t", "subtitle": "s"}]}})),
            Misplaced("payload.text"),
        ),
        (
            "buttons with cards",
            attachment(json!({"type": "template",
                "payload": {"template_type": "button", "text": "t", "elements": [], "buttons": []}})),
            Misplaced("payload.elements"),
        ),
        (
            "a card that sends a postback when tapped",
            element(json!({"title": "t", "default_action": {"type": "postback", "payload": "P"}})),
            UnknownKind("elements.default_action.type"),
        ),
        (
            "a card's action with a title",
            element(json!({"title": "t", "default_action": {"type": "web_url", "url": url, "title": "t"}})),
            Misplaced("elements.default_action.title"),
        ),
        (
            "a button that calls",
            button(json!({"type": "phone_number", "title": "t", "payload": "1"})),
            UnknownKind("buttons.type"),
        ),
        ("a button without a title", button(json!({"type": "web_url", "url": url})), Missing("buttons.title")),
        ("a button that opens nothing", button(json!({"type": "web_url", "title": "t"})), Missing("buttons.url")),
        ("a button that sends nothing", button(json!({"type": "postback", "title": "t"})), Missing("buttons.payload")),
        (
            "a button that does both",
            button(json!({"type": "postback", "title": "t", "payload": "P", "url": url})),
            Misplaced("buttons.url"),
        ),
        (
            "a reply of another kind",
            quick(json!({"content_type": "location"})),
            UnknownKind("quick_replies.content_type"),
        ),
        (
            "a reply without a title",
            quick(json!({"content_type": "text", "payload": "P"})),
            Missing("quick_replies.title"),
        ),
        (
            "a reply without a payload",
            quick(json!({"content_type": "text", "title": "t"})),
            Missing("quick_replies.payload"),
        ),
        (
            "an e-mail reply with a title",
            quick(json!({"content_type": "user_email", "title": "t"})),
            Misplaced("quick_replies.title"),
        ),
    ];
    for (case, content, expected) in cases {
        assert_eq!(parse(&content), Err(expected), "{case}");
    }
}

#[test]
fn json_of_another_shape_is_refused_with_its_place_and_not_its_words() {
    let cases = [
        ("nothing", ""),
        ("not JSON", "CANARY"),
        ("a text", "\"CANARY\""),
        ("an array, member by member", r#"["CANARY"]"#),
        ("null", "null"),
        ("more behind it", r#"{"text":"CANARY"}{}"#),
        ("a member that Meta does not know", r#"{"text":"a","CANARY":1}"#),
        ("the text twice", r#"{"text":"CANARY","text":"CANARY"}"#),
        ("an object for a text", r#"{"text":{"CANARY":1}}"#),
        ("a text for replies", r#"{"text":"a","quick_replies":"CANARY"}"#),
        ("a text for an attachment", r#"{"attachment":"CANARY"}"#),
        ("an attachment, member by member", r#"{"attachment":["image",{"url":"https://CANARY"}]}"#),
        ("a payload, member by member", r#"{"attachment":{"type":"image","payload":["https://CANARY"]}}"#),
        ("a reply, member by member", r#"{"text":"a","quick_replies":[["text","CANARY","CANARY"]]}"#),
        ("half a character", r#"{"text":"CANARY\ud800"}"#),
        ("a deep one", &format!("{{\"text\":{}", "[".repeat(1_000))),
    ];
    for (case, json) in cases {
        let error = Content::parse(json).unwrap_err();
        assert!(matches!(error, ContentError::Shape { .. }), "{case}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("CANARY"), "{case}: {error:?}");
        let stored = serde_json::from_str::<Content>(json).err().map(|error| error.to_string());
        assert!(!stored.is_some_and(|error| error.contains("CANARY")), "{case}");
    }
}

#[test]
fn a_content_is_not_printed() {
    let canary = "CANARY".to_owned();
    let url = format!("https://files.example.com/{canary}");
    let buttons = json!([{"type": "postback", "title": canary, "payload": canary}, {"type": "web_url", "title": canary, "url": url}]);
    let contents = [
        json!({"text": canary, "quick_replies": [{"content_type": "text", "title": canary, "payload": canary}]}),
        json!({"attachment": {"type": "image", "payload": {"url": url}}}),
        json!({"attachment": {"type": "template", "payload": {"template_type": "button", "text": canary, "buttons": buttons}}}),
        json!({"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [
            {"title": canary, "subtitle": canary, "image_url": url, "default_action": {"type": "web_url", "url": url},
             "buttons": buttons}]}}}),
    ];
    for content in contents {
        let content = parse(&content).unwrap();
        assert!(!format!("{content:?}").contains("CANARY"), "{content:?}");
    }
}

#[test]
fn a_post_is_named_by_text_or_number_and_written_as_text() {
    let content = parse(&json!({"attachment": {"type": "MEDIA_SHARE", "payload": {"id": 18_000_000_000_000_010_u64}}}));
    assert_eq!(content, Ok(Content::Post(MediaId::parse("18000000000000010").unwrap())));
}

#[test]
fn a_profile_is_that_of_the_fact_sheet() {
    let ice_breakers = json!({"platform": "instagram", "ice_breakers": [{"locale": "default", "call_to_actions": [
        {"question": "When are you open?", "payload": "HOURS"}, {"question": "Where are you?", "payload": "PLACE"}]}]});
    let menu = json!({"platform": "instagram", "persistent_menu": [{"locale": "default", "call_to_actions": [
        {"type": "postback", "title": "Talk to a person", "payload": "HUMAN"},
        {"type": "web_url", "title": "Shop", "url": "https://shop.example.com"}]}]});
    for documented in [ice_breakers, menu] {
        let profile: MessengerProfile = serde_json::from_value(documented.clone()).unwrap();
        assert_eq!(serde_json::to_value(&profile).unwrap(), documented);
    }
    let fields = [ProfileFeature::IceBreakers, ProfileFeature::PersistentMenu];
    assert_eq!(serde_json::to_value(fields).unwrap(), json!(["ice_breakers", "persistent_menu"]));
}

#[test]
fn a_profile_keeps_its_limits() {
    let question = json!({"question": "q", "payload": "p"});
    let item = json!({"type": "postback", "title": "t", "payload": "p"});
    let list =
        |locale: &str, count: usize, item: &Value| json!({"locale": locale, "call_to_actions": vec![item; count]});
    let breakers = |lists: Vec<Value>| json!({ "ice_breakers": lists });
    let menu = |lists: Vec<Value>| json!({ "persistent_menu": lists });
    let cases = [
        ("nothing set", json!({}), true),
        ("4 questions", breakers(vec![list("default", 4, &question)]), true),
        ("5 questions", breakers(vec![list("default", 5, &question)]), false),
        ("no question", breakers(vec![list("default", 0, &question)]), false),
        ("a second language", breakers(vec![list("default", 4, &question), list("pt_BR", 4, &question)]), true),
        ("a language twice", breakers(vec![list("default", 4, &question), list("default", 1, &question)]), false),
        ("no default", breakers(vec![list("pt_BR", 4, &question)]), false),
        ("no language", breakers(vec![]), false),
        ("what is no language", breakers(vec![list("default", 1, &question), list("pt-BR!", 1, &question)]), false),
        ("20 items", menu(vec![list("default", 20, &item)]), true),
        ("21 items", menu(vec![list("default", 21, &item)]), false),
        ("a language, member by member", json!({"ice_breakers": [["default", [question]]]}), false),
        ("a question, member by member", breakers(vec![list("default", 1, &json!(["q", "p"]))]), false),
        ("no default menu", menu(vec![list("pt_BR", 1, &item)]), false),
        ("an empty question", breakers(vec![list("default", 1, &json!({"question": " ", "payload": "p"}))]), false),
    ];
    for (case, profile, accepted) in cases {
        let read = serde_json::from_value::<MessengerProfile>(profile);
        assert_eq!(read.is_ok(), accepted, "{case}: {read:?}");
    }
    let quoting = json!({"ice_breakers": "CANARY"});
    let error = serde_json::from_value::<MessengerProfile>(quoting).unwrap_err();
    assert!(!error.to_string().contains("CANARY"));
}
