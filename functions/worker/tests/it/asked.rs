//! Answers that the office's system is asked for.

use std::time::Duration;

use instagram::Words;
use job::Job;
use serde_json::Value;
use store::{ReplyRef, ReplyState, StoreError};

use crate::world::{CRM, PERSON, World, key_of};

const FALLBACK: &str = "Já respondemos.";

fn rules(ask: &str) -> String {
    format!(
        r#"{{"version": 1, "ai": {{"label": "Resposta automática"}}, "rules": [
        {{"id": "pergunta", "on": ["message"], "when": [{{"words": {{"any": ["creche"]}}}}], "do": [{{"ask": {ask}}}]}},
        {{"id": "publica", "on": ["comment"], "when": [{{"words": {{"any": ["creche"]}}}}],
          "do": [{{"ask": {{"as": "public_reply", "wait_minutes": 30}}}}]}}
    ]}}"#
    )
}

/// An office that asks, and has somebody to be asked.
async fn asking(ask: &str) -> World {
    let world = World::with_crm().await;
    world.follow(&rules(ask)).await;
    world
}

async fn asked(world: &World) -> (Job, ReplyRef) {
    let job = world.writes(PERSON, "tem vaga na creche?");
    world.apply(std::slice::from_ref(&job)).await;
    let place = ReplyRef { item: key_of(&job), step: 0 };
    (job, place)
}

fn told(world: &World) -> Vec<Value> {
    world.sqs.messages(CRM).into_iter().map(|seen| serde_json::from_str(&seen.body).unwrap()).collect()
}

fn kinds(world: &World) -> Vec<String> {
    let mut known = std::collections::HashSet::new();
    let news = told(world).into_iter().filter(|body| known.insert(body["id"].to_string()));
    news.map(|body| body["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_question_is_told_with_its_deadline_and_nothing_is_said_meanwhile() {
    let world = asking(r#"{"wait_minutes": 5, "fallback": "Já respondemos."}"#).await;
    let (job, _) = asked(&world).await;
    assert_eq!(kinds(&world), ["message.received", "answer.requested"]);
    let deadline = told(&world)[1]["deadline"].as_i64().unwrap();
    assert_eq!(deadline, world.item(&job).await.content.at.unwrap() + 300_000);
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, world.attempts()), (ReplyState::Planned, 0));
    assert!(world.item(&job).await.due_at.unwrap() > deadline, "whoever looks for what is due ends the wait");
    // It costs the write of the plan, and no other.
    world.clock.advance(Duration::from_secs(60));
    world.apply(&[job]).await;
    assert_eq!(world.attempts(), 0, "not yet");
}

#[tokio::test]
async fn an_answer_in_time_goes_out_and_is_told_as_a_machines() {
    let world = asking(r#"{"wait_minutes": 5, "fallback": "Já respondemos."}"#).await;
    let (job, place) = asked(&world).await;
    let answer = Words::from("Resposta automática\n\nSim, há vagas.");
    world.clock.advance(Duration::from_secs(30));
    let now = world.clock.now_ms();
    world.store.answer(&place, &answer, "gpt", "request", None, now).await.unwrap();
    let again = world.store.answer(&place, &"Outra.".into(), "gpt", "request", None, now).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "once");
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to(PERSON), [answer.expose()]);
    assert_eq!(kinds(&world), ["message.received", "answer.requested", "reply.planned", "reply.sent"]);
    assert_eq!(told(&world).last().unwrap()["by"], "ai");
}

#[tokio::test]
async fn without_an_answer_the_rule_says_what_is_said_and_a_late_one_is_refused() {
    let world = asking(r#"{"wait_minutes": 5, "fallback": "Já respondemos."}"#).await;
    let (job, place) = asked(&world).await;
    world.clock.advance(Duration::from_secs(306));
    let late = world.store.answer(&place, &"Tarde.".into(), "gpt", "request", None, world.clock.now_ms()).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to(PERSON), [FALLBACK]);
    assert_eq!(world.reply(&job).await.state, ReplyState::Sent);
    assert_eq!(told(&world).last().unwrap()["by"], "rule");
}

#[tokio::test]
async fn where_nothing_is_to_be_said_without_an_answer_the_conversation_is_a_persons() {
    let world = asking(r#"{"wait_minutes": 5}"#).await;
    let (job, _) = asked(&world).await;
    world.clock.advance(Duration::from_secs(306));
    world.apply(std::slice::from_ref(&job)).await;
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Failed, Some("no_answer_given")));
    assert!(world.conversation(&job).await.facts.paused_until().is_some_and(|until| until.0 > world.clock.now_ms()));
    assert!(kinds(&world).contains(&"person.handed_over".to_owned()) && world.attempts() == 0);
}

#[tokio::test]
async fn a_public_answer_is_a_draft_until_a_person_releases_it() {
    for released in [true, false] {
        let world = asking("{}").await;
        let job = world.comments("951", "tem vaga na creche?");
        world.apply(std::slice::from_ref(&job)).await;
        let place = ReplyRef { item: key_of(&job), step: 0 };
        let asked = world.reply(&job).await;
        assert!(asked.asked.as_ref().unwrap().draft);
        let (now, text) = (world.clock.now_ms(), Words::from("Resposta automática\n\nSim."));
        world.store.answer(&place, &text, "gpt", "request", Some(asked.not_after), now).await.unwrap();
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.attempts(), 0, "a draft");
        if released {
            world.store.release(&place, "ana", "judged", world.clock.now_ms()).await.unwrap();
        } else {
            world.store.drop_draft(&place, "ana", "judged", world.clock.now_ms()).await.unwrap();
        }
        world.apply(std::slice::from_ref(&job)).await;
        let reply = world.reply(&job).await;
        let expected = if released { (ReplyState::Sent, 1) } else { (ReplyState::Failed, 0) };
        assert_eq!((reply.state, world.attempts()), expected);
        assert_eq!(reply.released_by.as_deref(), Some("ana"));
        assert!(world.store.release(&place, "ana", "judged", world.clock.now_ms()).await.is_err(), "once");
    }
}

#[tokio::test]
async fn who_wants_no_more_automatic_answers_gets_none_that_was_asked_for_before() {
    let world = asking(r#"{"wait_minutes": 5, "fallback": "Já respondemos."}"#).await;
    let (job, place) = asked(&world).await;
    world.apply(&[world.writes(PERSON, "PARAR")]).await;
    world.store.answer(&place, &"Sim.".into(), "gpt", "request", None, world.clock.now_ms()).await.unwrap();
    world.apply(std::slice::from_ref(&job)).await;
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Failed, Some("cancelled")));
}
