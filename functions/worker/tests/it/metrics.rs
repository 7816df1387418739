//! What a batch says of itself in numbers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{MetaFate as Fate, PERSON, Record, World};

const A_WHILE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn one_line_tells_what_was_answered_what_meta_was_asked_and_how_long_people_waited() {
    let world = World::start().await;
    let jobs = [world.writes(PERSON, "um"), world.comments(PERSON, "quero"), world.writes("951", "bom dia")];
    world.clock.advance(Duration::from_millis(1_500));
    world.apply(&jobs).await;
    let lines = world.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    let read = ["RepliesSent", "GraphSendOk", "GraphPrivateOk", "GraphReadOk"].map(|name| line[name].clone());
    assert_eq!(read, [json!(2), json!(1), json!(1), json!(1)], "{line}");
    let waited = world.values("ReplyMs");
    assert!(waited.len() == 2 && waited.iter().all(|ms| (1_500..60_000).contains(ms)), "since the receipt: {line}");
    assert_eq!(line["GraphSendMs"].as_array().map(Vec::len), Some(1), "{line}");
    let sets = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    let dimensions: Vec<&Value> = sets.iter().map(|set| &set["Dimensions"]).collect();
    assert_eq!(dimensions, [&json!([["service"]]), &json!([[]])]);
}

#[tokio::test]
async fn calls_are_told_by_what_they_were_for_and_how_they_ended() {
    let world = World::start().await;
    let refusal = |code, subcode| Fate::Refuse(sandbox::meta::Reply::refusal(code, subcode));
    world.graph.script("SendMessage", [refusal(613, None), refusal(10, Some(2_534_022)), Fate::LoseAnswer]);
    for person in ["951", "952", "953"] {
        world.clock.advance(Duration::from_secs(120));
        world.apply(&[world.writes(person, "um")]).await;
    }
    for (name, expected) in
        [("GraphSendThrottled", 1), ("GraphSendRefused", 1), ("GraphSendFailed", 1), ("GraphSendOk", 0)]
    {
        assert_eq!(world.metric(name), expected, "{name}");
    }
    assert_eq!(world.values("GraphSendMs").len(), 3, "answered or not");
    assert_eq!((world.metric("RepliesUnknown"), world.metric("UnknownsResolved")), (1, 0));
}

#[tokio::test]
async fn what_two_batches_ask_of_meta_side_by_side_is_told_once_and_all_of_it() {
    let world = World::start().await;
    let people: Vec<String> = (0..12).map(|person| format!("96{person}")).collect();
    let records: Vec<Record> = people.iter().map(|person| Record::from(&world.writes(person, "um"))).collect();
    let (one, other) = records.split_at(6);
    let (first, second) = tokio::join!(world.hand_to(&world.worker, one), world.hand_to(&world.worker, other));
    assert_eq!(first.len() + second.len(), 0);
    assert_eq!(world.metric("GraphSendOk"), 12);
    assert_eq!((world.values("GraphSendMs").len(), world.values("ReplyMs").len()), (12, 12));
}

#[tokio::test]
async fn a_reply_in_doubt_is_told_and_so_is_the_end_of_the_doubt_and_how_long_it_lasted() {
    let world = World::start().await;
    world.graph.script("SendMessage", [Fate::LoseAnswer]);
    world.apply(&[world.writes(PERSON, "agenda")]).await;
    assert_eq!((world.metric("RepliesUnknown"), world.values("ReplyMs").len()), (1, 0));
    let echo = world.only_told();
    world.clock.advance(A_WHILE);
    world.apply(std::slice::from_ref(&echo)).await;
    assert_eq!(world.metric("UnknownsResolved"), 1);
    assert!(matches!(world.values("ReplyMs")[..], [ms] if ms >= 30_000));
    world.apply(&[echo]).await;
    assert_eq!(world.metric("UnknownsResolved"), 1, "once");
}

#[tokio::test]
async fn an_answer_that_came_out_twice_is_told_and_ordinary_echoes_are_not() {
    let world = World::start().await;
    for word in ["passos", "um", "um", "agenda"] {
        world.clock.advance(A_WHILE);
        world.apply(&[world.writes(PERSON, word)]).await;
    }
    let echoes = world.told();
    world.apply(&echoes).await;
    assert_eq!((echoes.len(), world.metric("DuplicatesDetected")), (5, 0));
    world.apply(&[world.answers_by_hand(PERSON, "Já respondo.")]).await;
    assert_eq!(world.metric("DuplicatesDetected"), 0, "a person's own words");
    let twin = world.answers_by_hand(PERSON, "A agenda da semana.");
    world.apply(std::slice::from_ref(&twin)).await;
    assert_eq!(world.metric("DuplicatesDetected"), 1);
    world.apply(&[twin]).await;
    assert_eq!(world.metric("DuplicatesDetected"), 1, "the same message told again is the same");
}

#[tokio::test]
async fn an_account_found_broken_by_a_call_that_sends_nothing_is_told_in_the_batchs_line() {
    let world = World::start().await;
    world.graph.script("ReadComments", [Fate::Refuse(sandbox::meta::Reply::refusal(190, Some(463)))]);
    let job = world.comments(PERSON, "quero");
    world.clock.advance(Duration::from_secs(130));
    world.apply(&[job]).await;
    assert_eq!(world.metric("AccountsBroken"), 1);
    assert_eq!(world.lines().len(), 1, "one line per call");
}
