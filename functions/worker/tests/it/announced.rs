//! What the CRM is told, before an event is acknowledged.

use std::time::Duration;

use instagram::AccountId;
use sandbox::fault::Fate as QueueFate;
use serde_json::Value;
use store::{Connection, ReplyState};

use crate::world::{CRM, MetaFate as Fate, OFFICE, PERSON, World};

const A_WHILE: Duration = Duration::from_secs(30);

/// Everything that was told, once, in its order.
fn told(world: &World) -> Vec<Value> {
    let mut known = std::collections::HashSet::new();
    let bodies = world.sqs.messages(CRM).into_iter().map(|seen| serde_json::from_str::<Value>(&seen.body).unwrap());
    bodies.filter(|body| known.insert(body["id"].to_string())).collect()
}

fn kinds(world: &World) -> Vec<String> {
    told(world).iter().map(|body| body["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_message_its_reason_and_its_answer_are_told_in_their_order() {
    let world = World::with_crm().await;
    let job = world.writes(PERSON, "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(kinds(&world), ["message.received", "reply.planned", "reply.sent"]);
    let [received, planned, sent] = <[Value; 3]>::try_from(told(&world)).unwrap();
    let reply = world.reply(&job).await;
    for body in [&received, &planned, &sent] {
        assert_eq!(
            (&body["account"], &body["person"], &body["key"]),
            (&OFFICE.into(), &PERSON.into(), &(*job.key).into())
        );
        assert_eq!(body["why"], "answered");
    }
    assert_eq!((&planned["reply"], &sent["mid"]), (&(*reply.id).into(), &reply.mid.into()));
}

#[tokio::test]
async fn what_came_of_nothing_is_told_with_its_reason() {
    let world = World::with_crm().await;
    world.apply(&[world.writes(PERSON, "bom dia"), world.comments("951", "que foto!")]).await;
    let told: Vec<(String, String)> = told(&world)
        .iter()
        .map(|body| (body["type"].as_str().unwrap().to_owned(), body["why"].as_str().unwrap().to_owned()))
        .collect();
    let no_match = |kind: &str| (kind.to_owned(), "no_match".to_owned());
    assert_eq!(told, [no_match("message.received"), no_match("comment.written")]);
}

#[tokio::test]
async fn an_event_that_comes_again_tells_the_same_again() {
    let world = World::with_crm().await;
    let job = world.writes(PERSON, "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    let first = told(&world);
    // Longer than the queue remembers.
    world.clock.advance(Duration::from_secs(600));
    world.apply(&[job]).await;
    assert_eq!(
        world.sqs.messages(CRM).len(),
        2 * first.len(),
        "whoever applied it before may have died before it told"
    );
    assert_eq!(told(&world), first);
}

#[tokio::test]
async fn no_event_is_acknowledged_that_the_queue_did_not_take_and_no_answer_goes_out_twice() {
    let world = World::with_crm().await;
    let job = world.writes(PERSON, "agenda");
    world.queue.set(|call| if call.operation == "SendMessageBatch" { QueueFate::BROKEN } else { QueueFate::Serve });
    assert_eq!(world.deliver(std::slice::from_ref(&job)).await, [0], "it comes again");
    assert_eq!((world.reply(&job).await.state, kinds(&world).len()), (ReplyState::Sent, 0));
    world.queue.mend();
    world.apply(&[job]).await;
    assert_eq!(kinds(&world), ["message.received", "reply.planned", "reply.sent"]);
    assert_eq!(world.sent_to(PERSON).len(), 1);
}

#[tokio::test]
async fn a_reply_that_waits_is_told_as_planned_and_left_to_whoever_sends_it() {
    let world = World::with_crm().await;
    world.graph.script("SendMessage", [Fate::Refuse(sandbox::meta::Reply::refusal(613, None))]);
    let job = world.writes(PERSON, "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(kinds(&world), ["message.received", "reply.planned"]);
    let item = world.item(&job).await;
    assert!(item.due_at.is_some() && item.untold.is_none());
}

#[tokio::test]
async fn what_a_second_copy_of_the_event_sends_later_leaves_word_for_the_first_may_be_acknowledged() {
    let world = World::with_crm().await;
    world.graph.script("SendMessage", [Fate::Refuse(sandbox::meta::Reply::refusal(613, None))]);
    let job = world.writes(PERSON, "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    world.clock.advance(Duration::from_secs(300));
    world.apply(std::slice::from_ref(&job)).await;
    let item = world.item(&job).await;
    assert_eq!(item.replies()[0].state, ReplyState::Sent);
    assert!(item.untold.is_some() && item.due_at.is_some(), "the caretaker tells it too, if this worker cannot");
    assert_eq!(kinds(&world), ["message.received", "reply.planned", "reply.sent"]);
}

#[tokio::test]
async fn our_own_words_coming_back_are_no_news_and_an_answer_by_hand_is() {
    let world = World::with_crm().await;
    world.apply(&[world.writes(PERSON, "agenda")]).await;
    let echo = world.only_told();
    world.clock.advance(A_WHILE);
    world.apply(&[echo]).await;
    world.apply(&[world.answers_by_hand(PERSON, "Oi, aqui é a Ana.")]).await;
    assert_eq!(kinds(&world), ["message.received", "reply.planned", "reply.sent", "person.answered"]);
}

#[tokio::test]
async fn an_echo_that_proves_a_reply_in_doubt_leaves_word_of_it() {
    let world = World::with_crm().await;
    world.graph.script("SendMessage", [Fate::LoseAnswer]);
    let job = world.writes(PERSON, "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    let echo = world.only_told();
    world.clock.advance(A_WHILE);
    world.apply(&[echo]).await;
    let item = world.item(&job).await;
    assert_eq!(item.replies()[0].state, ReplyState::Sent);
    assert!(item.untold.is_some() && item.due_at.is_some());
}

#[tokio::test]
async fn what_a_person_wants_is_told_and_so_is_an_edit_that_says_it() {
    let world = World::with_crm().await;
    let first = world.writes(PERSON, "bom dia");
    let stop = world.writes("951", "PARAR");
    world.apply(&[first.clone(), stop]).await;
    let told_of = |person: &str| {
        let about = told(&world).into_iter().filter(|body| body["person"] == person);
        about.map(|body| body["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told_of("951"), ["message.received", "person.opted_out", "reply.planned", "reply.sent"]);
    let mid = first.key.rsplit('|').next().unwrap();
    world.apply(&[world.edits(PERSON, mid, 1, "PARAR")]).await;
    assert_eq!(told_of(PERSON), ["message.received", "message.edited", "person.opted_out"]);
}

#[tokio::test]
async fn nobodys_words_are_in_the_feed() {
    let world = World::with_crm().await;
    let jobs = [world.writes(PERSON, "agenda, canário amarelo"), world.comments("951", "quero o canário amarelo")];
    world.apply(&jobs).await;
    world.apply(&[world.answers_by_hand(PERSON, "canário amarelo")]).await;
    assert!(kinds(&world).len() >= 6);
    for seen in world.sqs.messages(CRM) {
        assert!(!seen.body.contains("amarelo") && !seen.body.contains("agenda da semana"), "{}", seen.body);
    }
}

#[tokio::test]
async fn of_an_account_that_left_nothing_is_told() {
    let world = World::with_crm().await;
    world.change(OFFICE, |account| account.connection = Connection::Disconnected).await;
    let mut strange = world.writes("951", "oi");
    strange.account = AccountId::parse("17841400000000999").unwrap();
    world.apply(&[world.writes(PERSON, "agenda"), strange]).await;
    assert_eq!(kinds(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_conversation_is_entered_once_for_each_hour_in_which_something_happens() {
    let world = World::with_crm().await;
    let entries = async || {
        let everything = world.everything().await;
        let mut keys: Vec<String> = everything.iter().map(|item| item["sk"].as_str().unwrap().to_owned()).collect();
        keys.retain(|sk| sk.starts_with("L#"));
        keys.len()
    };
    world.apply(&[world.writes(PERSON, "bom dia"), world.writes(PERSON, "tudo bem?"), world.writes("951", "oi")]).await;
    assert_eq!(entries().await, 2);
    world.clock.advance(Duration::from_secs(3 * 3600));
    world.apply(&[world.writes(PERSON, "boa tarde")]).await;
    assert_eq!(entries().await, 3);
    let quiet = World::start().await;
    quiet.apply(&[quiet.writes(PERSON, "bom dia")]).await;
    let is_entry = |item: &Value| item["sk"].as_str().is_some_and(|sk| sk.starts_with("L#"));
    assert!(!quiet.everything().await.iter().any(is_entry), "nobody lists them");
}
