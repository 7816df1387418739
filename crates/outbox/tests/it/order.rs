//! The order of a conversation's direct messages.

use sandbox::meta::Reply;
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::Message;
use store::ReplyState::{Failed, Planned};
use store::{QUEUE_KEPT, Reply as Planning};

use crate::fixtures::{Way, World};

/// Meta lets these sends, counted from 0, wait.
async fn throttled_at(places: &[usize]) -> World {
    let mut world = World::start().await;
    let last = places.iter().max().map_or(0, |place| place + 1);
    let fates = (0..last).map(|place| match places.contains(&place) {
        true => Fate::Refuse(Reply::refusal(613, None)),
        false => Fate::Serve,
    });
    world.meta_meets(Script::new("SendMessage", fates)).await;
    world
}

async fn plan(world: &World, sk: &str) {
    world.plan(sk, vec![world.reply(Message, sk)]).await;
    world.drive(sk).await.unwrap();
}

/// Drives whatever is due, in this order, until all of it is out or failed.
async fn drive_all(world: &World, sks: &[&str]) {
    for _ in 0..60 {
        let mut open = false;
        for sk in sks {
            let item = world.item(sk).await;
            if item.is_done() {
                continue;
            }
            open = true;
            if item.due_at.is_some_and(|due_at| due_at <= world.clock.now_ms()) {
                world.judge(sk).await;
            }
        }
        if !open {
            return;
        }
        world.pass(5_000);
    }
    panic!("some wait for ever: {:?}", world.conversation().await);
}

#[tokio::test]
async fn what_waits_goes_out_in_the_order_in_which_it_came_whoever_is_driven_first() {
    let sks = ["M#1", "M#2", "M#3", "M#4"];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        for throttled in [&[0][..], &[0, 1], &[0, 2]] {
            let world = throttled_at(throttled).await;
            for sk in sks {
                plan(&world, sk).await;
                assert_eq!(world.state(sk).await.0, Planned, "{sk}");
                assert!(world.item(sk).await.due_at.is_some(), "{sk}: somebody looks at it again");
            }
            drive_all(&world, &order.map(|n: usize| sks[n])).await;
            assert_eq!(world.texts(), sks, "{order:?}, {throttled:?}");
            assert_eq!(world.conversation().await.queue, [], "nobody waits any more");
        }
    }
}

#[tokio::test]
async fn a_wait_of_the_account_keeps_the_order_too() {
    let world = World::start().await;
    let sks = ["M#1", "M#2", "M#3"];
    for sk in sks {
        world.plan(sk, vec![world.reply(Message, sk)]).await;
        world.drive_with(&world.outbox, &Way { token: None, ..Way::default() }, sk).await.unwrap();
    }
    plan(&world, "M#4").await;
    assert_eq!(world.state("M#4").await, (Planned, Some("waits_turn".to_owned())), "though there is a token by now");
    world.pass(outbox::ACCOUNT_RETRY_MS);
    drive_all(&world, &["M#4", "M#3", "M#2", "M#1"]).await;
    assert_eq!(world.texts(), ["M#1", "M#2", "M#3", "M#4"]);
}

#[tokio::test]
async fn more_than_the_queue_holds_go_out_all_the_same() {
    let world = throttled_at(&[0]).await;
    let sks: Vec<String> = (0..QUEUE_KEPT + 4).map(|n| format!("M#{n:02}")).collect();
    for sk in &sks {
        plan(&world, sk).await;
    }
    assert_eq!(world.conversation().await.queue.len(), QUEUE_KEPT);
    let order: Vec<&str> = sks.iter().rev().map(String::as_str).collect();
    drive_all(&world, &order).await;
    let mut texts = world.texts();
    assert_eq!(texts[..=QUEUE_KEPT], sks[..=QUEUE_KEPT], "the one at the gate, and those in the queue");
    texts.sort();
    assert_eq!(texts, sks);
}

#[tokio::test]
async fn a_head_that_will_not_go_out_holds_up_nobody() {
    for case in ["unsent", "expired"] {
        let world = World::start().await;
        let not_after = world.clock.now_ms() + if case == "expired" { 30_000 } else { 3_600_000 };
        let sks = ["M#1", "M#2", "M#3"];
        for (sk, not_after) in sks.into_iter().zip([not_after, not_after, i64::MAX]) {
            world.plan(sk, vec![Planning { not_after, ..world.reply(Message, sk) }]).await;
            let way = Way { token: None, ..Way::default() };
            world.drive_with(&world.outbox, &way, sk).await.unwrap();
        }
        if case == "unsent" {
            world.unsend("M#1").await;
            world.unsend("M#2").await;
        }
        world.pass(outbox::ACCOUNT_RETRY_MS);
        drive_all(&world, &["M#3", "M#2", "M#1"]).await;
        assert_eq!((world.texts(), world.state("M#1").await.0), (vec!["M#3".to_owned()], Failed), "{case}");
    }
}

#[tokio::test]
async fn a_throttled_reply_that_will_not_go_out_lets_the_next_one_go() {
    for case in ["unsent", "expired"] {
        let world = throttled_at(&[0]).await;
        let not_after = world.clock.now_ms() + if case == "expired" { 20_000 } else { 3_600_000 };
        world.plan("M#1", vec![Planning { not_after, ..world.reply(Message, "M#1") }]).await;
        world.drive("M#1").await.unwrap();
        assert!(
            world.item("M#1").await.due_at.is_some_and(|due_at| due_at <= not_after),
            "{case}: not later than that"
        );
        plan(&world, "M#2").await;
        if case == "unsent" {
            world.unsend("M#1").await;
        }
        drive_all(&world, &["M#2", "M#1"]).await;
        assert_eq!((world.texts(), world.state("M#1").await.0), (vec!["M#2".to_owned()], Failed), "{case}");
    }
}

#[tokio::test]
async fn the_steps_of_one_answer_are_not_parted_by_the_next() {
    for order in [["M#1", "M#2", "M#3"], ["M#3", "M#2", "M#1"]] {
        let world = throttled_at(&[1]).await;
        world.plan("M#1", ["a", "b", "c"].map(|text| world.reply(Message, text)).into()).await;
        world.drive("M#1").await.unwrap();
        assert_eq!(world.texts(), ["a"]);
        plan(&world, "M#2").await;
        plan(&world, "M#3").await;
        drive_all(&world, &order).await;
        assert_eq!(world.texts(), ["a", "b", "c", "M#2", "M#3"], "{order:?}");
    }
}

#[tokio::test]
async fn one_that_is_ended_meanwhile_changes_nothing_for_the_others() {
    for order in [["M#1", "M#2", "M#3"], ["M#2", "M#1", "M#3"]] {
        let world = throttled_at(&[0]).await;
        for sk in ["M#1", "M#2", "M#3"] {
            plan(&world, sk).await;
        }
        world.unsend("M#3").await;
        world.pass(3_000);
        world.judge("M#3").await;
        assert_eq!(world.state("M#3").await.0, Failed, "it needs no turn to be ended");
        drive_all(&world, &order).await;
        assert_eq!(world.texts(), ["M#1", "M#2"], "{order:?}");
    }
}
