//! What Meta's refusals and headers teach: who waits, who does not, and how long.

use outbox::{ACCOUNT_RETRY_MS, Alarm, Outbox};
use sandbox::meta::Reply as Answer;
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::{Message, PublicReply};
use store::ReplyState::{Failed, Planned, Sent};
use store::{Account, Broken, Lane, Reply, ReplyState};

use crate::fixtures::{ACCOUNT, APP, World, connected};

const HOUR_MS: i64 = 3_600_000;

/// Meta answers the first messages with these refusals, and takes those after them.
async fn refusing(refusals: &[(u32, Option<u32>)]) -> World {
    let mut world = World::start().await;
    let fates = refusals.iter().map(|(code, subcode)| Fate::Refuse(Answer::refusal(*code, *subcode)));
    world.meta_meets(Script::new("SendMessage", fates.collect::<Vec<_>>())).await;
    world
}

/// Sends a message by this outbox, and says what became of it and how long it waits.
async fn send(world: &World, outbox: &Outbox, sk: &str) -> (ReplyState, Option<Alarm>, i64) {
    let not_after = world.clock.now_ms() + 30 * 24 * HOUR_MS;
    world.plan(sk, vec![Reply { not_after, ..world.reply(Message, sk) }]).await;
    again(world, outbox, sk).await
}

async fn again(world: &World, outbox: &Outbox, sk: &str) -> (ReplyState, Option<Alarm>, i64) {
    let before = world.clock.now_ms();
    let attempts = world.drive_with(outbox, &world.way(), sk).await.unwrap();
    let item = world.item(sk).await;
    let wait = item.due_at.map_or(0, |due_at| due_at - before);
    (item.replies()[0].state, attempts.last().and_then(|attempt| attempt.alarm), wait)
}

/// A wait of this length, but for the time that the test itself takes.
fn is_about(wait: i64, expected: i64) -> bool {
    (expected..expected + 3_000).contains(&wait)
}

#[tokio::test]
async fn cases_62_102_a_limit_lets_those_wait_whom_it_is_for_and_nobody_else() {
    // Code; whether another message, a public reply, the neighbour of the same app and the stranger wait.
    let cases = [
        (4, None, [true, true, true, false]),
        (341, None, [true, true, true, false]),
        (17, None, [true, true, false, false]),
        (80_002, None, [true, true, false, false]),
        (32, None, [true, true, false, false]),
        (613, None, [true, false, false, false]),
        (9, None, [true, false, false, false]),
    ];
    for (code, subcode, waits) in cases {
        // Those who learnt it, and those who read it.
        for is_same_process in [true, false] {
            let world = refusing(&[(code, subcode)]).await;
            let (state, alarm, wait) = send(&world, &world.outbox, "M#1").await;
            assert_eq!((state, alarm), (Planned, Some(Alarm::Throttled)), "{code}");
            assert!(is_about(wait, 60_000), "{code}: {wait}");
            let outbox = if is_same_process { world.outbox.clone() } else { world.another_outbox() };

            let another = world.with("900000000000002").await;
            let (state, _, wait) = send(&another, &outbox, "M#1").await;
            assert_eq!(state == Planned, waits[0], "{code}: another message");
            assert!(wait < 62_000, "{code}: {wait}");
            let sk = world.plan_comment(world.reply(PublicReply, "oi")).await;
            world.drive_with(&outbox, &world.way(), &sk).await.unwrap();
            assert_eq!(world.state(&sk).await.0 == Planned, waits[1], "{code}: a public reply");
            for (beside, waits) in [(world.of_neighbour().await, waits[2]), (world.of_stranger().await, waits[3])] {
                let (state, _, _) = send(&beside, &outbox, "M#1").await;
                assert_eq!(state == Planned, waits, "{code}: {}", beside.account);
            }
            world.wait_for("M#1").await;
            assert_eq!(again(&world, &outbox, "M#1").await.0, Sent, "{code}");
        }
    }
}

#[tokio::test]
async fn refusals_in_a_row_wait_longer_and_longer_whoever_meets_them() {
    let world = refusing(&[(613, None); 4]).await;
    let (_, _, first) = send(&world, &world.outbox, "M#1").await;
    assert!(is_about(first, 60_000), "{first}");
    for expected in [120_000, 240_000, 480_000] {
        world.wait_for("M#1").await;
        let (state, _, wait) = again(&world, &world.outbox, "M#1").await;
        assert_eq!(state, Planned);
        assert!(is_about(wait, expected), "{wait} instead of {expected}");
    }
    let calls = world.meta.calls().len();
    assert_eq!(again(&world, &world.another_outbox(), "M#1").await.0, Planned);
    assert_eq!(world.meta.calls().len(), calls, "not before its time");
    let waits = world.store.pace(&world.account).await.unwrap();
    assert_eq!(waits.wait(Lane::Messages).map(|wait| wait.strikes), Some(4));
}

#[tokio::test]
async fn sends_slow_down_before_a_limit_is_reached() {
    for (whose, percent, expected) in [
        (ACCOUNT, 79, None),
        (ACCOUNT, 80, Some(5_000)),
        (ACCOUNT, 95, Some(30_000)),
        (APP, 79, None),
        (APP, 85, Some(5_000)),
    ] {
        let world = World::start().await;
        world.meta.set_usage(whose, percent, 0);
        assert_eq!(send(&world, &world.outbox, "M#1").await.0, Sent, "{whose}, {percent} %");
        for outbox in [world.outbox.clone(), world.another_outbox()] {
            let sk = format!("M#{}", fastrand::u32(..));
            let (state, alarm, wait) = send(&world, &outbox, &sk).await;
            assert_eq!((state == Planned, alarm), (expected.is_some(), None), "{whose}, {percent} %");
            assert!(wait <= expected.unwrap_or(0) + 1_000, "{whose}, {percent} %: {wait}");
        }
    }
}

#[tokio::test]
async fn restrictions_pause_the_account_twice_as_long_each_time_and_are_told_once() {
    let cases = [
        ((368, None), 24 * HOUR_MS, 48 * HOUR_MS),
        ((10, Some(1_893_063)), HOUR_MS / 2, HOUR_MS),
        ((25, Some(2_207_050)), HOUR_MS / 2, HOUR_MS),
    ];
    for (refusal, first, second) in cases {
        let world = refusing(&[refusal; 2]).await;
        let (state, alarm, wait) = send(&world, &world.outbox, "M#1").await;
        assert_eq!((state, alarm), (Planned, Some(Alarm::Restricted)), "{refusal:?}");
        assert!(is_about(wait, first), "{refusal:?}: {wait}");
        let another = world.with("900000000000002").await;
        for (n, outbox) in [world.outbox.clone(), world.another_outbox()].iter().enumerate() {
            let (state, alarm, _) = send(&another, outbox, &format!("M#{n}")).await;
            assert_eq!((state, alarm), (Planned, None), "{refusal:?}");
        }
        let neighbour = world.of_neighbour().await;
        let outbox = world.another_outbox();
        assert_eq!(send(&neighbour, &outbox, "M#1").await.0, Sent, "{refusal:?}: others flow");
        world.wait_for("M#1").await;
        let (_, alarm, wait) = again(&world, &world.outbox, "M#1").await;
        assert_eq!(alarm, Some(Alarm::Restricted), "{refusal:?}: it came back");
        assert!(is_about(wait, second), "{refusal:?}: {wait}");
    }
}

#[tokio::test]
async fn case_63_a_dead_token_is_told_once_and_a_new_one_goes_on() {
    let world = refusing(&[(190, Some(463))]).await;
    let (state, alarm, wait) = send(&world, &world.outbox, "M#1").await;
    assert_eq!((state, alarm), (Planned, Some(Alarm::TokenDead)));
    assert!(is_about(wait, ACCOUNT_RETRY_MS), "{wait}");
    let account = world.store.account(&world.account).await.unwrap().unwrap();
    assert_eq!(account.broken.map(|broken| broken.why), Some("token/190/463".to_owned()));

    // Somebody whose standing is some seconds old.
    let another = world.with("900000000000002").await;
    another.plan("M#1", vec![another.reply(Message, "oi")]).await;
    let old = crate::fixtures::Way { change: |standing| standing.account.broken = None, ..another.way() };
    let attempts = another.drive_with(&world.outbox, &old, "M#1").await.unwrap();
    assert!(attempts.is_empty(), "this process knows");
    assert_eq!(world.meta.calls().len(), 1);
    let third = world.with("900000000000003").await;
    third.plan("M#1", vec![third.reply(Message, "oi")]).await;
    let mut elsewhere = world.with("900000000000004").await;
    elsewhere.meta_meets(Script::new("SendMessage", [Fate::Refuse(Answer::refusal(190, Some(463)))])).await;
    let attempts = third.drive_with(&elsewhere.outbox, &old, "M#1").await.unwrap();
    assert_eq!((attempts.len(), attempts[0].alarm), (1, None), "another process meets it, and it is no news");

    let neighbour = world.of_neighbour().await;
    assert_eq!(send(&neighbour, &world.outbox, "M#1").await.0, Sent, "others flow");

    let renewed = Account { sealed_token: Some("sealed anew".to_owned()), ..connected(&world.account, APP) };
    world.store.put_account(&renewed).await.unwrap();
    let stale = world.store.mark_broken(&connected(&world.account, APP), "token/190", world.clock.now_ms()).await;
    assert!(!stale.unwrap(), "what was the matter with the old one");
    world.wait_for("M#1").await;
    assert_eq!(again(&world, &world.outbox, "M#1").await.0, Sent);
}

#[tokio::test]
async fn case_63_what_waits_for_a_token_too_long_fails_and_says_so() {
    let world = World::start().await;
    let broken = Broken { at: 1, why: "token/190".to_owned() };
    world.store.put_account(&Account { broken: Some(broken), ..connected(&world.account, APP) }).await.unwrap();
    let not_after = world.clock.now_ms() + 2 * ACCOUNT_RETRY_MS;
    world.plan("M#1", vec![Reply { not_after, ..world.reply(Message, "oi") }]).await;
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await, (Planned, Some("waits_token".to_owned())));
    while world.state("M#1").await.0 == Planned {
        world.wait_for("M#1").await;
        world.judge("M#1").await;
    }
    assert_eq!(world.state("M#1").await, (Failed, Some("expired".to_owned())));
    assert!(world.clock.now_ms() < not_after + 5_000, "not later than that");
    assert!(world.meta.calls().is_empty());
}
