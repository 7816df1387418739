//! Every action of a rule, seen arriving at Meta with the body of the fact sheet (4.2 and 5).

use serde_json::{Value, json};
use store::ReplyState;

use crate::world::{OFFICE, PERSON, POST, World, key_of};

/// A rule set whose one rule looks at `on` and does these steps.
fn rule(on: &str, steps: &str) -> String {
    format!(r#"{{"version": 1, "rules": [{{"id": "r", "on": ["{on}"], "do": {steps}}}]}}"#)
}

/// The bodies of what the first office's app sent to a person.
fn bodies(world: &World, person: &str) -> Vec<Value> {
    world.meta.sent_to(OFFICE, person).into_iter().map(|message| message.body).collect()
}

#[tokio::test]
async fn every_kind_of_message_arrives_as_the_fact_sheet_writes_it() {
    let attachment = |kind: &str, payload: Value| json!({"attachment": {"type": kind, "payload": payload}});
    let media = |kind: &str, file: &str| attachment(kind, json!({"url": format!("https://exemplo.com.br/{file}")}));
    let image = |file: &str| json!({"type": "image", "payload": {"url": format!("https://exemplo.com.br/{file}")}});
    let cases = [
        ("text", r#"{"text": "Olá! 👋"}"#.to_owned(), json!({"text": "Olá! 👋"})),
        (
            "quick replies",
            r#"{"quick_replies": {"text": "O que procura?", "replies": [{"title": "Agenda", "payload": "AGENDA"}]}}"#.to_owned(),
            json!({"text": "O que procura?", "quick_replies": [{"content_type": "text", "title": "Agenda", "payload": "AGENDA"}]}),
        ),
        ("image", r#"{"image": "https://exemplo.com.br/a.png"}"#.to_owned(), media("image", "a.png")),
        (
            "several images",
            r#"{"images": ["https://exemplo.com.br/a.png", "https://exemplo.com.br/b.png"]}"#.to_owned(),
            json!({"attachments": [image("a.png"), image("b.png")]}),
        ),
        ("video", r#"{"video": "https://exemplo.com.br/a.mp4"}"#.to_owned(), media("video", "a.mp4")),
        ("audio", r#"{"audio": "https://exemplo.com.br/a.m4a"}"#.to_owned(), media("audio", "a.m4a")),
        ("file", r#"{"file": "https://exemplo.com.br/a.pdf"}"#.to_owned(), media("file", "a.pdf")),
        ("post", format!(r#"{{"post": "{POST}"}}"#), attachment("MEDIA_SHARE", json!({"id": POST}))),
        ("heart", r#"{"heart": true}"#.to_owned(), json!({"attachment": {"type": "like_heart"}})),
        (
            "button template",
            r#"{"button_template": {"text": "Escolha", "buttons": [{"title": "Pessoa", "payload": "HUMANO"}, {"title": "Site", "url": "https://exemplo.com.br"}]}}"#.to_owned(),
            attachment("template", json!({"template_type": "button", "text": "Escolha", "buttons": [
                {"type": "postback", "title": "Pessoa", "payload": "HUMANO"},
                {"type": "web_url", "url": "https://exemplo.com.br", "title": "Site"},
            ]})),
        ),
        (
            "generic template",
            r#"{"generic_template": {"elements": [{"title": "Propostas", "subtitle": "Saúde", "image_url": "https://exemplo.com.br/a.jpg",
                "buttons": [{"title": "Ver", "url": "https://exemplo.com.br/p"}]}]}}"#.to_owned(),
            attachment("template", json!({"template_type": "generic", "elements": [{
                "title": "Propostas", "subtitle": "Saúde", "image_url": "https://exemplo.com.br/a.jpg",
                "buttons": [{"type": "web_url", "url": "https://exemplo.com.br/p", "title": "Ver"}],
            }]})),
        ),
    ];
    let world = World::start().await;
    for (number, (case, step, message)) in cases.into_iter().enumerate() {
        world.follow(&rule("message", &format!("[{step}]"))).await;
        let person = format!("9300000000000{number:02}");
        let job = world.writes(&person, "oi");
        world.apply(std::slice::from_ref(&job)).await;
        let reply = world.reply(&job).await;
        assert_eq!(reply.state, ReplyState::Sent, "{case}: {:?}", reply.reason);
        assert_eq!(bodies(&world, &person), [json!({"recipient": {"id": person}, "message": message})], "{case}");
        let stored = reply.message.map(|message| serde_json::from_str::<Value>(message.expose()).unwrap());
        assert_eq!(stored, (case != "text").then_some(message), "{case}: what is more than a text is stored whole");
    }
    assert_eq!(world.meta.policies_refused(), []);
}

#[tokio::test]
async fn gestures_arrive_once_before_the_answer_in_their_order() {
    let steps = r#"[{"mark_seen": true}, {"typing": true}, {"react": "love"}, {"text": "Olá!"}]"#;
    let world = World::answering(&rule("message", steps)).await;
    let mid = world.meta.person_writes(OFFICE, PERSON, "oi");
    let job = world.told_last();
    world.apply(std::slice::from_ref(&job)).await;
    world.apply(std::slice::from_ref(&job)).await;
    let to = json!({"id": PERSON});
    let actions: Vec<Value> = world.meta.actions().into_iter().map(|action| action.body).collect();
    assert_eq!(
        actions,
        [
            json!({"recipient": to, "sender_action": "mark_seen"}),
            json!({"recipient": to, "sender_action": "typing_on"}),
            json!({"recipient": to, "sender_action": "react", "payload": {"message_id": mid, "reaction": "love"}}),
        ]
    );
    let operations: Vec<_> = world.meta.calls().iter().map(|call| call.operation).collect();
    assert_eq!(operations, ["SenderAction", "SenderAction", "SenderAction", "SendMessage"]);
    assert_eq!(world.item(&job).await.decision.unwrap().effects, ["mark_seen", "typing", "react"]);
}

#[tokio::test]
async fn a_comment_is_answered_in_private_and_in_public_and_hidden() {
    let steps = r#"[{"private_reply": "Segue o link."}, {"public_reply": "Enviamos!"}, {"tag": "curioso"}]"#;
    let world = World::answering(&rule("comment", steps)).await;
    let job = world.comments(PERSON, "quero");
    world.apply(std::slice::from_ref(&job)).await;
    let comment = key_of(&job).sk.trim_start_matches("C#").to_owned();
    let private = world.meta.private_replies(&comment);
    assert_eq!(private[0].body, json!({"recipient": {"comment_id": comment}, "message": {"text": "Segue o link."}}));
    let public = world.meta.public_replies(&comment);
    assert_eq!(public.len(), 1);
    assert_eq!(public[0].text.as_deref(), Some("Enviamos!"));
    let path = format!("/{comment}/replies");
    assert!(world.meta.calls().iter().any(|call| call.operation == "ReplyToComment" && call.path.ends_with(&path)));
    assert!(world.conversation(&job).await.facts.tags.contains("curioso"));

    world.follow(&rule("comment", r#"[{"hide_comment": true}]"#)).await;
    let job = world.comments(PERSON, "palavrão");
    world.apply(std::slice::from_ref(&job)).await;
    let comment = key_of(&job).sk.trim_start_matches("C#").to_owned();
    assert!(world.meta.world(|w| w.comment(&comment).unwrap().hidden));
    assert_eq!(world.why(&job).await.as_deref(), Some("handled"));
}

#[tokio::test]
async fn what_is_hidden_and_answered_in_public_is_answered_first() {
    let set = r#"{"version": 1, "rules": [
        {"id": "esconde", "on": ["comment"], "do": [{"hide_comment": true}], "continue": true},
        {"id": "explica", "on": ["comment"], "do": [{"public_reply": "Respeito, por favor."}]}]}"#;
    let world = World::answering(set).await;
    let job = world.comments(PERSON, "palavrão");
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.reply(&job).await.state, ReplyState::Sent);
    let comment = key_of(&job).sk.trim_start_matches("C#").to_owned();
    assert!(world.meta.world(|w| w.comment(&comment).unwrap().hidden));
    assert_eq!(world.meta.policies_refused(), []);
}

#[tokio::test]
async fn several_steps_of_several_kinds_leave_in_their_order() {
    let steps =
        r#"[{"text": "Primeiro."}, {"image": "https://exemplo.com.br/a.png"}, {"heart": true}, {"text": "Fim."}]"#;
    let world = World::answering(&rule("message", steps)).await;
    let job = world.writes(PERSON, "oi");
    world.apply(std::slice::from_ref(&job)).await;
    let kinds: Vec<String> = bodies(&world, PERSON)
        .iter()
        .map(|body| {
            let message = &body["message"];
            message["text"].as_str().or(message["attachment"]["type"].as_str()).unwrap().to_owned()
        })
        .collect();
    assert_eq!(kinds, ["Primeiro.", "image", "like_heart", "Fim."]);
}

#[tokio::test]
async fn a_tap_and_a_reaction_are_answered_like_words() {
    let set = r#"{"version": 1, "rules": [
        {"id": "menu", "on": [{"postback": {"payload": ["AGENDA"]}}], "do": [{"text": "Do menu."}]},
        {"id": "toque", "on": [{"quick_reply": {"payload": ["AGENDA"]}}], "do": [{"text": "Do toque."}]},
        {"id": "amor", "on": [{"reaction": {"is": ["love"]}}], "do": [{"text": "Obrigado!"}]}]}"#;
    let world = World::answering(set).await;
    world.apply(&[world.taps(PERSON, "Agenda", "AGENDA"), world.taps_reply(PERSON, "Agenda", "AGENDA")]).await;
    let mid = world.meta.sent_to(OFFICE, PERSON)[0].mid.clone();
    world.apply(&[world.reacts(PERSON, &mid, "love")]).await;
    assert_eq!(world.sent_to(PERSON), ["Do menu.", "Do toque.", "Obrigado!"]);
    let stranger = world.reacts("930000000000099", &mid, "love");
    world.apply(std::slice::from_ref(&stranger)).await;
    assert_eq!(world.why(&stranger).await.as_deref(), Some("window_closed"), "a reaction opens no window");
    assert_eq!(world.meta.policies_refused(), []);
}

#[tokio::test]
async fn a_gesture_that_fails_or_gets_no_answer_holds_up_nothing() {
    use crate::world::MetaFate as Fate;
    let steps = r#"[{"mark_seen": true}, {"typing": true}, {"react": "love"}, {"text": "Olá!"}]"#;
    let refuse = |code, subcode| Fate::Refuse(sandbox::meta::Reply::refusal(code, subcode));
    let cases =
        [("refused", refuse(100, None), 3), ("no answer", Fate::HangUp, 1), ("throttled", refuse(613, None), 1)];
    for (case, fate, tried) in cases {
        let world = World::answering(&rule("message", steps)).await;
        world.graph.set(move |call| if call.operation == "SenderAction" { fate.clone() } else { Fate::Serve });
        let job = world.writes(PERSON, "oi");
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.sent_to(PERSON), ["Olá!"], "{case}");
        let gestures = world.meta.calls().iter().filter(|call| call.operation == "SenderAction").count();
        assert_eq!(gestures, tried, "{case}: who lets us wait is asked for no more gestures");
    }
}

#[tokio::test]
async fn a_gesture_that_meets_a_dead_token_lets_its_answer_wait_for_a_login() {
    let world = World::answering(&rule("message", r#"[{"mark_seen": true}, {"text": "Olá!"}]"#)).await;
    world.graph.set(|call| match call.operation.as_str() {
        "SenderAction" => crate::world::MetaFate::Refuse(sandbox::meta::Reply::refusal(190, Some(463))),
        _ => crate::world::MetaFate::Serve,
    });
    let job = world.writes(PERSON, "oi");
    world.apply(std::slice::from_ref(&job)).await;
    assert!(world.sent_to(PERSON).is_empty());
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Planned, Some("waits_token")));
    assert!(world.item(&job).await.due_at.is_some(), "the caretaker looks at it again");
    assert_eq!(world.metric("AccountsBroken"), 1);
}

#[tokio::test]
async fn an_account_that_has_to_wait_makes_no_gestures() {
    let world = World::answering(&rule("message", r#"[{"react": "love"}, {"text": "Olá!"}]"#)).await;
    world.graph.script("SendMessage", [crate::world::MetaFate::Refuse(sandbox::meta::Reply::refusal(368, None))]);
    world.apply(&[world.writes(PERSON, "oi")]).await;
    world.graph.mend();
    world.clock.advance(std::time::Duration::from_secs(6));
    world.apply(&[world.writes("930000000000098", "oi")]).await;
    assert_eq!(world.meta.actions().len(), 1, "the one from before the restriction");
}

#[tokio::test]
async fn a_question_that_nobody_can_be_asked_yet_is_answered_as_if_no_answer_came() {
    let ask = r#"[{"ask": {"fallback": "Já respondemos."}}]"#;
    let disclosed = |steps: &str| {
        format!(
            r#"{{"version": 1, "campaign": true, "disclosure": {{"text": "Mensagem automática."}}, "rules": [{{"id": "r", "on": ["message"], "do": {steps}}}]}}"#
        )
    };
    let world = World::answering(&disclosed(ask)).await;
    for _ in 0..2 {
        world.apply(&[world.writes(PERSON, "oi")]).await;
    }
    assert_eq!(world.sent_to(PERSON), ["Mensagem automática.\n\nJá respondemos.", "Já respondemos."]);

    world.follow(&disclosed(r#"[{"ask": {}}]"#)).await;
    let job = world.writes(PERSON, "oi");
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.item(&job).await.decision.unwrap().effects, ["hand_over"]);
    assert_eq!(world.metric("HandOvers"), 1);
    let later = world.writes(PERSON, "oi");
    world.apply(std::slice::from_ref(&later)).await;
    assert_eq!(world.why(&later).await.as_deref(), Some("paused"));
}
