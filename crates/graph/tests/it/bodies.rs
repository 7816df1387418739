//! What leaves, byte by byte: the fact sheet's requests, on a bare socket.

use graph::Graph;
use instagram::outgoing::{Button, ButtonTitle, ByLocale, Few, IceBreakers, LinkUrl, MessageText};
use instagram::outgoing::{
    Content, IceBreaker, MessengerProfile, Outgoing, Payload, PersistentMenu, ProfileFeature, ReactionWord,
    SenderAction,
};
use instagram::{CommentId, MessageId, PersonId, ThreadId};
use serde_json::{Value, json};

use crate::socket::{Act, answer, sockets};
use crate::support::*;

const COMMENT: &str = "18000000000000011";

fn kim() -> PersonId {
    PersonId::parse(KIM).unwrap()
}

fn comment() -> CommentId {
    CommentId::parse(COMMENT).unwrap()
}

/// What `call` sends (request line without the version, then the body), and what it makes of `body` for an answer.
async fn exchange<T>(body: &str, call: impl AsyncFnOnce(Graph) -> graph::Answer<T>) -> (String, String, T) {
    let sockets = sockets([Act::Say(answer("200 OK", "", body))]).await;
    let result = call(Graph::new(&sockets.base).unwrap()).await.result;
    let request = sockets.last.lock().unwrap().clone();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("\r\nauthorization: Bearer {TOKEN}\r\n")), "{head}");
    assert_eq!(request.matches(TOKEN).count(), 1, "the token is nowhere else");
    let line = head.lines().next().unwrap().replace("/v24.0/", "/");
    let line = line.strip_suffix(" HTTP/1.1").unwrap().replace("%2C", ",");
    (line, body.to_owned(), result.unwrap())
}

#[tokio::test]
async fn every_content_leaves_as_the_fact_sheet_prints_it() {
    let contents = [
        r#"{"text":"Hello! We open at 9."}"#,
        concat!(
            r#"{"text":"What do you need?","quick_replies":["#,
            r#"{"content_type":"text","title":"Opening hours","payload":"HOURS"},"#,
            r#"{"content_type":"user_email"},{"content_type":"user_phone_number"}]}"#
        ),
        r#"{"attachment":{"type":"image","payload":{"url":"https://files.example.com/a.png"}}}"#,
        concat!(
            r#"{"attachments":[{"type":"image","payload":{"url":"https://files.example.com/a.png"}},"#,
            r#"{"type":"image","payload":{"url":"https://files.example.com/b.png"}}]}"#
        ),
        r#"{"attachment":{"type":"like_heart"}}"#,
        r#"{"attachment":{"type":"MEDIA_SHARE","payload":{"id":"18000000000000010"}}}"#,
        concat!(
            r#"{"attachment":{"type":"template","payload":{"template_type":"generic","elements":["#,
            r#"{"title":"Blue mug","subtitle":"In stock","image_url":"https://files.example.com/mug.jpg","#,
            r#""default_action":{"type":"web_url","url":"https://shop.example.com/mug"},"#,
            r#""buttons":[{"type":"web_url","url":"https://shop.example.com/mug","title":"View"},"#,
            r#"{"type":"postback","title":"Ask","payload":"ASK_MUG"}]}]}}}"#
        ),
        concat!(
            r#"{"attachment":{"type":"template","payload":{"template_type":"button","text":"Choose one","#,
            r#""buttons":[{"type":"postback","title":"Human please","payload":"HUMAN"},"#,
            r#"{"type":"web_url","url":"https://shop.example.com","title":"Shop"}]}}}"#
        ),
    ];
    let accepted = r#"{"recipient_id":"900000000000001","message_id":"aWdfM1"}"#;
    for content in contents {
        let message = Content::parse(content).unwrap();
        let to_kim = Outgoing::to_person(kim(), message.clone());
        let (line, body, sent) =
            exchange(accepted, async |graph: Graph| graph.send_message(&token(), &account(), &to_kim).await).await;
        assert_eq!(line, format!("POST /{ACCOUNT}/messages"));
        assert_eq!(body, format!(r#"{{"recipient":{{"id":"{KIM}"}},"message":{content}}}"#));
        assert_eq!(sent.message_id.as_str(), "aWdfM1");

        let privately = Outgoing::private_reply(comment(), message);
        let (_, body, _) =
            exchange(accepted, async |graph: Graph| graph.send_message(&token(), &account(), &privately).await).await;
        assert_eq!(body, format!(r#"{{"recipient":{{"comment_id":"{COMMENT}"}},"message":{content}}}"#));
    }
}

#[tokio::test]
async fn every_sender_action_leaves_as_the_fact_sheet_prints_it() {
    let mid = || MessageId::parse("aWdfExampleMid01").unwrap();
    let reaction = ReactionWord::parse("love").unwrap();
    let cases = [
        (SenderAction::MarkSeen, r#""sender_action":"mark_seen""#),
        (SenderAction::TypingOn, r#""sender_action":"typing_on""#),
        (SenderAction::TypingOff, r#""sender_action":"typing_off""#),
        (
            SenderAction::React { mid: mid(), reaction },
            r#""sender_action":"react","payload":{"message_id":"aWdfExampleMid01","reaction":"love"}"#,
        ),
        (
            SenderAction::Unreact { mid: mid() },
            r#""sender_action":"unreact","payload":{"message_id":"aWdfExampleMid01"}"#,
        ),
    ];
    for (action, rest) in cases {
        let act = async |graph: Graph| graph.sender_action(&token(), &account(), &kim(), &action).await;
        let (line, body, ()) = exchange(r#"{"recipient_id":"900000000000001"}"#, act).await;
        assert_eq!(line, format!("POST /{ACCOUNT}/messages"));
        assert_eq!(body, format!(r#"{{"recipient":{{"id":"{KIM}"}},{rest}}}"#));
    }
}

#[tokio::test]
async fn moderation_says_what_it_wants_in_the_address() {
    let done = r#"{"success":true}"#;
    let (line, body, ()) =
        exchange(done, async |graph: Graph| graph.hide_comment(&token(), &comment(), true).await).await;
    assert_eq!((line.as_str(), body.as_str()), ("POST /18000000000000011?hide=true", ""));
    let (line, body, ()) =
        exchange(done, async |graph: Graph| graph.hide_comment(&token(), &comment(), false).await).await;
    assert_eq!((line.as_str(), body.as_str()), ("POST /18000000000000011?hide=false", ""));
    let (line, body, ()) = exchange(done, async |graph: Graph| graph.delete_comment(&token(), &comment()).await).await;
    assert_eq!((line.as_str(), body.as_str()), ("DELETE /18000000000000011", ""));
}

#[tokio::test]
async fn reads_ask_for_the_fields_they_need() {
    let thread = ThreadId::parse("aWdfThread").unwrap();
    let mid = MessageId::parse("aWdfM1").unwrap();
    let list = r#"{"data":[]}"#;

    let (line, ..) = exchange(list, async |graph: Graph| graph.thread_with(&token(), &kim()).await).await;
    assert_eq!(line, "GET /me/conversations?platform=instagram&user_id=900000000000001");
    let (line, ..) = exchange(list, async |graph: Graph| graph.recent_threads(&token()).await).await;
    assert_eq!(line, "GET /me/conversations?platform=instagram");
    let messages = r#"{"messages":{"data":[]},"id":"aWdfThread"}"#;
    let (line, ..) = exchange(messages, async |graph: Graph| graph.thread_messages(&token(), &thread).await).await;
    assert_eq!(line, "GET /aWdfThread?fields=messages");
    let (line, ..) = exchange(r#"{"id":"aWdfM1"}"#, async |graph: Graph| graph.message(&token(), &mid).await).await;
    assert_eq!(line, "GET /aWdfM1?fields=id,created_time,from,to,message");
    let (line, ..) = exchange(list, async |graph: Graph| graph.comment_replies(&token(), &comment()).await).await;
    assert_eq!(line, "GET /18000000000000011/replies?fields=id,text,timestamp,from,username");
    let (line, ..) = exchange(r#"{"id":"1"}"#, async |graph: Graph| graph.comment(&token(), &comment()).await).await;
    assert_eq!(line, "GET /18000000000000011?fields=id,text,timestamp,from,username");
    let (line, _, profile) = exchange("{}", async |graph: Graph| graph.profile(&token(), &kim()).await).await;
    assert_eq!(
        line,
        concat!(
            "GET /900000000000001?fields=name,username,profile_pic,follower_count,is_user_follow_business,",
            "is_business_follow_user,is_verified_user"
        )
    );
    assert_eq!(profile, graph::Profile::default());
}

#[tokio::test]
async fn ice_breakers_and_the_menu_leave_as_the_fact_sheet_prints_them() {
    let payload = |text: &str| Payload::parse(text).unwrap();
    let breaker = |question: &str, back: &str| IceBreaker {
        question: MessageText::parse(question).unwrap(),
        payload: payload(back),
    };
    let questions = vec![breaker("When are you open?", "HOURS"), breaker("Where are you?", "PLACE")];
    let ice_breakers: IceBreakers = ByLocale::for_everybody(Few::new(questions).unwrap());
    let title = |text: &str| ButtonTitle::parse(text).unwrap();
    let url = LinkUrl::parse("https://shop.example.com").unwrap();
    let items = vec![
        Button::Postback { title: title("Talk to a person"), payload: payload("HUMAN") },
        Button::WebUrl { title: title("Shop"), url },
    ];
    let menu: PersistentMenu = ByLocale::for_everybody(Few::new(items).unwrap());
    let breakers_json = json!([{"locale": "default", "call_to_actions": [
        {"question": "When are you open?", "payload": "HOURS"}, {"question": "Where are you?", "payload": "PLACE"}]}]);
    let menu_json = json!([{"locale": "default", "call_to_actions": [
        {"type": "postback", "title": "Talk to a person", "payload": "HUMAN"},
        {"type": "web_url", "title": "Shop", "url": "https://shop.example.com"}]}]);

    let done = r#"{"result":"success"}"#;
    let set_breakers = MessengerProfile { ice_breakers: Some(ice_breakers), persistent_menu: None };
    let set_menu = MessengerProfile { ice_breakers: None, persistent_menu: Some(menu) };
    let cases = [
        (&set_breakers, json!({"platform": "instagram", "ice_breakers": breakers_json})),
        (&set_menu, json!({"platform": "instagram", "persistent_menu": menu_json})),
    ];
    for (profile, expected) in cases {
        let set = async |graph: Graph| graph.set_messenger_profile(&token(), profile).await;
        let (line, body, ()) = exchange(done, set).await;
        assert_eq!(line, "POST /me/messenger_profile");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    }

    let now = json!({"data": [{"ice_breakers": breakers_json, "persistent_menu": menu_json}]}).to_string();
    let (line, _, read) = exchange(&now, async |graph: Graph| graph.messenger_profile(&token()).await).await;
    assert_eq!(line, "GET /me/messenger_profile?fields=ice_breakers,persistent_menu");
    assert_eq!((read.ice_breakers, read.persistent_menu), (set_breakers.ice_breakers, set_menu.persistent_menu));

    let both = [ProfileFeature::IceBreakers, ProfileFeature::PersistentMenu];
    let delete = async |graph: Graph| graph.delete_messenger_profile(&token(), &both).await;
    let (line, body, ()) = exchange(done, delete).await;
    assert_eq!(
        (line.as_str(), body.as_str()),
        ("DELETE /me/messenger_profile", r#"{"fields":["ice_breakers","persistent_menu"]}"#)
    );
}
