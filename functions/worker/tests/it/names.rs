//! What people are called and whether they follow: asked for where rules look at it, and never in the way of an answer.

use std::time::Duration;

use sandbox::meta::Reply;
use serde_json::json;

use crate::world::{MetaFate as Fate, OFFICE, PERSON, World};

const NAMED: &str = r#"{"version": 1, "rules": [
    {"id": "segue", "on": ["message"], "when": [{"words": {"any": ["segue"]}}, {"follows": true}], "do": [{"text": "Você segue!"}]},
    {"id": "nao_segue", "on": ["message"], "when": [{"words": {"any": ["segue"]}}, {"follows": false}], "do": [{"text": "Siga!"}]},
    {"id": "oi", "on": ["message"], "do": [{"text": "Oi, {first_name|amigo}!"}]},
    {"id": "quero", "on": ["comment"], "do": [{"private_reply": "Oi, {first_name|amigo}!"}]}]}"#;

fn look_ups(world: &World) -> usize {
    world.meta.calls().iter().filter(|call| call.operation == "ReadProfile").count()
}

/// A person with a name, who follows.
async fn known(rules: &str) -> World {
    let world = World::answering(rules).await;
    world.meta.world(|w| {
        w.people.push(sandbox::meta::world::Person {
            account: OFFICE.to_owned(),
            id: PERSON.to_owned(),
            username: "maria.silva".to_owned(),
            name: "Maria da Silva".to_owned(),
            is_user_follow_business: true,
            ..Default::default()
        });
    });
    world
}

#[tokio::test]
async fn a_name_is_asked_for_once_in_seven_days_and_only_where_rules_look_at_it() {
    let world = known(NAMED).await;
    for _ in 0..3 {
        world.apply(&[world.writes(PERSON, "bom dia")]).await;
    }
    world.apply(&[world.writes(PERSON, "me segue?")]).await;
    assert_eq!(world.sent_to(PERSON), ["Oi, Maria!", "Oi, Maria!", "Oi, Maria!", "Você segue!"]);
    assert_eq!(look_ups(&world), 1);
    world.clock.advance(Duration::from_secs(8 * 24 * 3600));
    world.meta.world(|w| w.person_mut(OFFICE, PERSON).unwrap().is_user_follow_business = false);
    let unfollowed = world.writes(PERSON, "me segue?");
    world.apply(std::slice::from_ref(&unfollowed)).await;
    let facts = world.item(&unfollowed).await.decision.and_then(|decision| decision.facts).unwrap();
    assert!(facts.contains(r#""follows":false"#), "a no is no silence: {facts}");
    assert_eq!((look_ups(&world), world.sent_to(PERSON).last().map(String::as_str)), (2, Some("Siga!")));

    let plain = known(crate::world::RULES).await;
    plain.apply(&[plain.writes(PERSON, "um")]).await;
    assert_eq!(look_ups(&plain), 0, "nobody looks at it");
}

#[tokio::test]
async fn without_a_name_the_answer_leaves_with_what_stands_in_for_it() {
    let refuse = |code, subcode| Fate::Refuse(Reply::refusal(code, subcode));
    let cases = [
        ("no consent", refuse(230, None)),
        ("blocked", refuse(551, Some(1_545_041))),
        ("nothing told", Fate::AnswerInstead(Reply::ok(&json!({})))),
        ("an id alone", Fate::AnswerInstead(Reply::ok(&json!({"id": PERSON})))),
        ("no name", Fate::AnswerInstead(Reply::ok(&json!({"name": null, "username": "maria"})))),
        ("junk", Fate::AnswerInstead(Reply::raw(http::StatusCode::OK, "<html>"))),
        ("throttled", refuse(613, None)),
        ("no connection", Fate::HangUp),
        ("no answer", Fate::Hang),
    ];
    for (case, fate) in cases {
        let world = known(NAMED).await;
        world.graph.script("ReadProfile", [fate]);
        let (named, follows) = (world.writes(PERSON, "bom dia"), world.writes(PERSON, "me segue?"));
        let began = std::time::Instant::now();
        world.apply(&[named, follows]).await;
        assert!(began.elapsed() < Duration::from_secs(10), "{case}");
        assert_eq!(world.sent_to(PERSON)[0], "Oi, amigo!", "{case}");
        assert_eq!(world.sent_to(PERSON).len(), 2, "{case}: what is not known of following matches neither way");
        assert_eq!(look_ups(&world), 1, "{case}: not asked for with every message");
    }
}

#[tokio::test]
async fn a_look_up_that_meets_a_dead_token_stores_the_message_and_lets_its_answer_wait() {
    let world = known(NAMED).await;
    world.graph.script("ReadProfile", [Fate::Refuse(Reply::refusal(190, Some(460)))]);
    let job = world.writes(PERSON, "bom dia");
    world.apply(std::slice::from_ref(&job)).await;
    assert!(world.sent_to(PERSON).is_empty());
    assert_eq!(world.reply(&job).await.reason.as_deref(), Some("waits_token"));
    assert_eq!(world.metric("AccountsBroken"), 1);
    // What comes meanwhile is stored and decided on all the same.
    let later = world.writes(PERSON, "bom dia");
    world.apply(std::slice::from_ref(&later)).await;
    assert!(world.item(&later).await.content.body.is_some());
    assert_eq!(world.why(&later).await.as_deref(), Some("answered"));
}

#[tokio::test]
async fn who_did_not_answer_is_asked_again_within_the_day_and_keeps_what_was_known() {
    let world = known(NAMED).await;
    world.graph.script("ReadProfile", [Fate::HangUp]);
    world.apply(&[world.writes(PERSON, "bom dia")]).await;
    world.clock.advance(Duration::from_secs(2 * 3600));
    world.apply(&[world.writes(PERSON, "bom dia")]).await;
    assert_eq!(world.sent_to(PERSON), ["Oi, amigo!", "Oi, Maria!"]);

    world.clock.advance(Duration::from_secs(8 * 24 * 3600));
    world.graph.script("ReadProfile", [Fate::HangUp]);
    world.apply(&[world.writes(PERSON, "bom dia")]).await;
    assert_eq!(world.sent_to(PERSON).last().map(String::as_str), Some("Oi, Maria!"), "an old name is better than none");
}

#[tokio::test]
async fn a_comment_is_no_consent_so_nobody_asks() {
    let world = known(NAMED).await;
    world.apply(&[world.comments(PERSON, "quero")]).await;
    assert_eq!((look_ups(&world), world.sent_to(PERSON)), (0, vec!["Oi, amigo!".to_owned()]));
    assert_eq!(world.meta.policy_refusals(), 0);
}
