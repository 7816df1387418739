//! What an event costs, as AWS bills it.

use std::time::Duration;

use job::Job;
use sandbox::dynamo::Bill;

use crate::world::{OFFICE, PERSON, World};

/// A text of a usual length: 300 bytes are the longest that the bars are for.
fn of_300_bytes(word: &str) -> String {
    format!("{word} {}", "lá".repeat(98)).chars().take(200).collect()
}

async fn cost(world: &World, jobs: &[Job]) -> Bill {
    let before = world.bill();
    world.apply(jobs).await;
    world.bill().since(&before)
}

/// A world whose worker knows the account and its rules, and in which the person is no stranger.
async fn warm() -> World {
    let world = World::start().await;
    world.apply(&[world.writes(PERSON, "bom dia"), world.comments(PERSON, "bom dia")]).await;
    world
}

#[tokio::test]
async fn a_duplicate_costs_one_read_and_nothing_else() {
    let world = warm().await;
    let jobs = [
        ("a message without an answer", world.writes(PERSON, "bom dia")),
        ("an answered message", world.writes(PERSON, "um")),
        ("a comment", world.comments(PERSON, "bom dia")),
        ("a comment with a private reply", world.comments(PERSON, "quero")),
        ("a message answered in two steps", world.writes(PERSON, "passos")),
    ];
    for (case, job) in &jobs {
        world.apply(std::slice::from_ref(job)).await;
        let calls = world.graph_calls();
        for echo in world.told() {
            world.apply(std::slice::from_ref(&echo)).await;
            let bill = cost(&world, &[echo]).await;
            assert_eq!((bill.total().calls, bill.total().write_units), (1, 0.0), "{case}: its echo");
        }
        let bill = cost(&world, std::slice::from_ref(job)).await;
        assert_eq!((bill.total().calls, bill.total().write_units), (1, 0.0), "{case}: {bill:?}");
        assert_eq!(world.graph_calls(), calls, "{case}");
    }
}

#[tokio::test]
async fn an_event_costs_no_more_write_units_than_its_bar() {
    let world = warm().await;
    let cases = [
        ("unanswered message", world.writes(PERSON, &of_300_bytes("bom dia")), 2.0),
        ("unanswered first message", world.writes("951", &of_300_bytes("bom dia")), 2.0),
        ("answered message", world.writes(PERSON, &of_300_bytes("um")), 4.0),
        ("first message, answered", world.writes("952", &of_300_bytes("dois")), 4.0),
        ("unanswered comment", world.comments(PERSON, &of_300_bytes("bom dia")), 2.0),
        ("comment with a private reply", world.comments(PERSON, &of_300_bytes("quero")), 5.0),
        ("comment with a public reply", world.comments(PERSON, &of_300_bytes("linda")), 5.0),
    ];
    for (case, job, bar) in cases {
        world.clock.advance(Duration::from_secs(2));
        let bill = cost(&world, &[job]).await;
        assert!(bill.total().write_units <= bar, "{case}: {} of {bar}: {bill:?}", bill.total().write_units);
    }
    let echo = world.told();
    let bill = cost(&world, &echo[..1]).await;
    assert!(bill.total().write_units <= 2.0, "an own echo: {bill:?}");
}

#[tokio::test]
async fn the_bars_hold_in_a_conversation_that_is_long() {
    let world = warm().await;
    for round in 0..12 {
        for (word, bar) in [("bom dia", 2.0), ("um", 4.0)] {
            world.clock.advance(std::time::Duration::from_secs(60));
            let job = world.writes(PERSON, &of_300_bytes(word));
            let bill = cost(&world, &[job]).await;
            assert!(bill.total().write_units <= bar, "round {round}, {word}: {bill:?}");
            world.apply(&world.told()).await;
        }
    }
}

#[tokio::test]
async fn without_rules_an_event_costs_no_more_although_its_facts_are_kept_for_the_first_ones() {
    let world = warm().await;
    world.change(OFFICE, |account| account.rules = 0).await;
    for job in [world.writes(PERSON, &of_300_bytes("bom dia")), world.comments(PERSON, &of_300_bytes("quero"))] {
        let bill = cost(&world, std::slice::from_ref(&job)).await;
        assert_eq!(world.why(&job).await.as_deref(), Some("no_rules"));
        assert!(world.item(&job).await.decision.is_some_and(|decision| decision.facts.is_some()));
        assert!(bill.total().write_units <= 2.0, "{bill:?}");
    }
}

#[tokio::test]
async fn what_happens_to_a_message_later_costs_at_most_two_write_units() {
    let world = warm().await;
    let mid = world.meta.person_writes(crate::world::OFFICE, PERSON, "bom dia");
    world.apply(&world.told()).await;
    world.meta.unsend(crate::world::OFFICE, &mid);
    let bill = cost(&world, &world.told()).await;
    assert!(bill.total().write_units <= 2.0, "an unsend: {bill:?}");
}
