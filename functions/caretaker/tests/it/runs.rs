//! A run as a whole: its time, its heartbeat.

use std::time::Duration;

use store::ReplyState;

use crate::world::{MetaFate, TableFate, World};

#[tokio::test]
async fn an_idle_run_ends_at_once_and_says_so() {
    let world = World::start().await;
    let began = world.clock.now_ms();
    world.run().await;
    assert!(world.clock.now_ms() - began < 5_000);
    let levels = ["Heartbeat", "DueReplies", "OldestDueSeconds", "ParkedReplies", "ParkedOldestSeconds"];
    assert_eq!(levels.map(|name| world.level(name)), [Some(1), Some(0), Some(0), Some(0), Some(0)]);
}

#[tokio::test]
async fn case_83_a_run_out_of_time_begins_nothing_and_leaves_the_rest_due() {
    let world = World::start().await;
    let mut plans = Vec::new();
    for person in 0..20 {
        plans.push(world.due(&format!("9{person}"), "A agenda.").await);
    }
    let clock = world.clock.clone();
    world.graph.set(move |_| {
        clock.advance(Duration::from_secs(20));
        MetaFate::Serve
    });
    world.run().await;
    let sent = world.meta.sent().len();
    assert!((1..=6).contains(&sent), "{sent} were begun in time");
    assert_eq!(world.metric("Heartbeat"), 1);
    world.graph.mend();
    world.minutes(4).await;
    for (person, plan) in plans.iter().enumerate() {
        assert_eq!(world.state(plan).await.0, ReplyState::Sent);
        assert_eq!(world.sent_to(crate::world::OFFICE, &format!("9{person}")).len(), 1);
    }
}

#[tokio::test]
async fn a_run_with_less_time_than_it_needs_to_end_begins_nothing() {
    let world = World::start().await;
    let plan = world.due("91", "A agenda.").await;
    world.run_of(&world.caretaker, 10).await.unwrap();
    assert_eq!(world.state(&plan).await.0, ReplyState::Planned);
    assert!(world.meta.calls().is_empty());
}

#[tokio::test]
async fn what_takes_too_long_is_cut_off_and_done_by_a_later_run() {
    let world = World::start().await;
    let plan = world.plan("91", "A agenda.").await;
    world.workers_graph.script("SendMessage", [MetaFate::LoseAnswer]);
    world.attempt(&plan).await;
    world.pass(110);
    // The first look lasts longer than a run.
    let clock = world.clock.clone();
    world.graph.set(move |_| {
        clock.advance(Duration::from_secs(60));
        MetaFate::Delay(Duration::from_millis(500))
    });
    world.run().await;
    assert_eq!(world.metric("CutOff"), 1);
    assert_eq!(world.metric("Heartbeat"), 1);
    assert_eq!(world.state(&plan).await.0, ReplyState::Unknown);
    world.graph.mend();
    world.run().await;
    assert_eq!(world.state(&plan).await.0, ReplyState::Sent);
}

#[tokio::test]
async fn a_run_that_can_read_nothing_fails_and_has_no_heartbeat() {
    let world = World::start().await;
    let plan = world.due("91", "A agenda.").await;
    world.table.always(&["Query"], TableFate::THROTTLED);
    assert!(world.run_of(&world.caretaker, 60).await.is_err());
    assert_eq!(world.metric("Heartbeat"), 0);
    world.table.mend();
    world.run().await;
    assert_eq!(world.state(&plan).await.0, ReplyState::Sent);
    assert_eq!(world.metric("Heartbeat"), 1);
}

#[tokio::test]
async fn case_76_one_shard_that_cannot_be_read_does_not_keep_the_others_waiting() {
    let world = World::start().await;
    let mut plans = Vec::new();
    for person in 0..24 {
        plans.push(world.due(&format!("9{person}"), "A agenda.").await);
    }
    world.table.set(|call| {
        let is_shard = call.operation == "Query" && String::from_utf8_lossy(&call.body).contains(r#""N":"3""#);
        if is_shard { TableFate::THROTTLED } else { TableFate::Serve }
    });
    world.run().await;
    let sent = world.meta.sent().len();
    assert!((1..24).contains(&sent), "{sent}");
    world.table.mend();
    world.run().await;
    assert_eq!(world.meta.sent().len(), 24);
}
