//! Meta's limits: moments that replies are given before they leave.

use instagram::Words;
use outbox::Outbox;
use store::ReplyAction::{Message, PrivateReply};
use store::ReplyState::{Failed, Planned, Sent};
use store::{ItemContent, Reply, ReplyState};

use crate::fixtures::{ACCOUNT, PERSON, POST, Way, World};

const HOUR_MS: i64 = 3_600_000;

/// As many comments, each with its private reply planned.
async fn comments(world: &World, how_many: usize) -> Vec<String> {
    let mut sks = Vec::new();
    for _ in 0..how_many {
        let not_after = world.clock.now_ms() + 24 * HOUR_MS;
        sks.push(world.plan_comment(Reply { not_after, ..world.reply(PrivateReply, "oi") }).await);
    }
    sks
}

async fn drive_each(world: &World, outboxes: &[&Outbox], sks: &[String]) {
    for (outbox, sk) in outboxes.iter().cycle().zip(sks) {
        world.drive_with(outbox, &Way::default(), sk).await.unwrap();
    }
}

async fn count(world: &World, sks: &[String], state: ReplyState) -> usize {
    let mut count = 0;
    for sk in sks {
        count += usize::from(world.state(sk).await.0 == state);
    }
    count
}

#[tokio::test]
async fn a_flood_of_comments_is_answered_over_hours_each_at_its_own_moment() {
    let world = World::start().await;
    let sks = comments(&world, 800).await;
    drive_each(&world, &[&world.outbox], &sks).await;
    let mut moments = Vec::new();
    for sk in &sks {
        let item = world.item(sk).await;
        let reply = &item.replies()[0];
        moments.push(match reply.state {
            Sent => reply.tries[0].at,
            _ => {
                assert_eq!((reply.state, reply.reason.as_deref()), (Planned, Some("waits_pace")));
                assert_eq!(item.due_at, reply.slot);
                item.due_at.unwrap()
            }
        });
    }
    assert!(world.meta.sent().len() > 40, "a burst at once");
    let waiting = &moments[world.meta.sent().len()..];
    assert!(waiting.windows(2).all(|pair| pair[0] < pair[1]), "in order, and no two at once");
    assert!(moments.windows(751).all(|hour| hour[750] - hour[0] > HOUR_MS), "750 an hour");
    assert!(moments[799] - moments[0] < 75 * 60_000, "and hardly fewer");
    world.wait_for(&sks[60]).await;
    world.drive(&sks[60]).await.unwrap();
    assert_eq!(world.state(&sks[60]).await.0, Sent, "its moment is its right");
}

#[tokio::test]
async fn two_processes_share_the_limit_of_an_account_and_accounts_share_none() {
    let world = World::start().await;
    let sks = comments(&world, 120).await;
    drive_each(&world, &[&world.another_outbox(), &world.another_outbox()], &sks).await;
    assert!((40..=51).contains(&world.meta.sent().len()), "{}", world.meta.sent().len());
    let neighbour = world.of_neighbour().await;
    neighbour.plan("M#1", vec![neighbour.reply(Message, "oi")]).await;
    neighbour.drive("M#1").await.unwrap();
    assert_eq!(neighbour.state("M#1").await.0, Sent);
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await.0, Sent, "nor do direct messages wait for private replies");
}

#[tokio::test]
async fn moments_that_passed_unused_are_not_used_at_once_later() {
    let world = World::start().await;
    let sks = comments(&world, 120).await;
    drive_each(&world, &[&world.outbox], &sks).await;
    let before = world.meta.sent().len();
    world.pass(3 * HOUR_MS);
    drive_each(&world, &[&world.outbox], &sks).await;
    assert!((1..=51).contains(&(world.meta.sent().len() - before)), "as many as at first");
    let waiting = sks.len() - world.meta.sent().len();
    assert_eq!(count(&world, &sks, Planned).await, waiting);
    for sk in sks.iter().rev().take(waiting) {
        assert!(world.item(sk).await.due_at.unwrap() > world.clock.now_ms(), "given anew");
    }
}

#[tokio::test]
async fn a_reply_that_is_cancelled_or_too_late_for_its_moment_ends_at_once() {
    let world = World::start().await;
    let sks = comments(&world, 60).await;
    drive_each(&world, &[&world.outbox], &sks).await;
    let last = sks.last().unwrap();
    let stopped = Way { change: |standing| standing.account.stopped_at = Some(1), ..Way::default() };
    world.drive_with(&world.outbox, &stopped, last).await.unwrap();
    assert_eq!(world.state(last).await, (Failed, Some("cancelled".to_owned())));

    let now = world.clock.now_ms();
    let hasty = world.plan_comment(Reply { not_after: now + 20_000, ..world.reply(PrivateReply, "oi") }).await;
    world.drive(&hasty).await.unwrap();
    assert_eq!(world.item(&hasty).await.due_at, Some(now + 20_000), "looked at when it is too late, not later");
    world.wait_for(&hasty).await;
    world.drive(&hasty).await.unwrap();
    assert_eq!(world.state(&hasty).await, (Failed, Some("expired".to_owned())));
}

#[tokio::test]
async fn live_comments_are_answered_at_the_pace_of_direct_messages() {
    let world = World::start().await;
    let content = ItemContent { kind: Some("comment".to_owned()), live: true, ..ItemContent::default() };
    let mut waits = Vec::new();
    for _ in 0..80 {
        let sk = format!("C#{}", world.meta.person_comments_live(ACCOUNT, POST, PERSON, "quero"));
        world.plan_for(&sk, &content, vec![world.reply(PrivateReply, "oi")]).await;
        world.drive(&sk).await.unwrap();
        waits.push(world.item(&sk).await.due_at.map_or(0, |due_at| due_at - world.clock.now_ms()));
    }
    assert!(waits.iter().all(|wait| *wait < 3_000), "30 a second and process, or more: {waits:?}");
}

#[tokio::test]
async fn audio_and_video_have_a_slower_pace_than_words() {
    let world = World::start().await;
    let audio = r#"{"attachment":{"type":"audio","payload":{"url":"https://files.example.com/a.m4a"}}}"#;
    let media = |world: &World| Reply { text: None, message: Some(Words::from(audio)), ..world.reply(Message, "") };
    let (mut sent, mut chats) = (0, Vec::new());
    for n in 0..20 {
        let chat = world.with(&format!("90000000000010{n:02}")).await;
        chat.plan("M#1", vec![media(&chat)]).await;
        chat.drive("M#1").await.unwrap();
        sent += usize::from(chat.state("M#1").await.0 == Sent);
        chats.push(chat);
    }
    assert!((5..=15).contains(&sent), "{sent}: 10 a second");
    let waiting = chats.last().unwrap();
    assert_eq!(waiting.state("M#1").await, (Planned, Some("waits_pace".to_owned())));
    let image = audio.replace("audio", "image");
    let chat = world.with("900000000000200").await;
    chat.plan("M#1", vec![Reply { message: Some(Words::from(image.as_str())), ..media(&chat) }]).await;
    chat.drive("M#1").await.unwrap();
    assert_eq!(chat.state("M#1").await.0, Sent, "pictures go with words");
    waiting.plan("M#2", vec![waiting.reply(Message, "oi")]).await;
    waiting.drive("M#2").await.unwrap();
    assert_eq!(waiting.state("M#2").await, (Planned, Some("waits_turn".to_owned())), "words wait for their turn only");
}
