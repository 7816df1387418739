//! What waited for a login goes out after it, and what became too old is listed for people.

use sandbox::meta::world::Trouble;
use store::ReplyState;

use crate::world::{OFFICE, World};

const OTHER_PERSON: &str = "920000000000001";

/// An office whose token is dead, as its first send showed; that reply waits.
async fn broken() -> (World, crate::world::Plan) {
    let world = World::start().await;
    world.log_in(OFFICE).await;
    world.minutes(1).await;
    world
        .meta
        .world(|world| world.account_mut(OFFICE).unwrap().trouble = Some(Trouble { code: 190, subcode: Some(460) }));
    let plan = world.plan("910000000000001", "A agenda.").await;
    world.attempt(&plan).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Planned, Some("token/190/460".to_owned())));
    (world, plan)
}

#[tokio::test]
async fn a_break_is_told_within_a_minute_of_the_send_that_met_it() {
    let (world, _) = broken().await;
    world.minutes(1).await;
    assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken"]);
}

#[tokio::test]
async fn what_is_fresh_goes_out_within_a_minute_or_so_of_the_login() {
    let (world, met) = broken().await;
    world.pass(10);
    let waits = world.plan(OTHER_PERSON, "Segue.").await;
    world.attempt(&waits).await;
    world.minutes(2).await;
    for plan in [&met, &waits] {
        assert_eq!(world.state(plan).await.0, ReplyState::Planned);
    }
    world.log_in(OFFICE).await;
    world.minutes(2).await;
    for plan in [&met, &waits] {
        assert_eq!(world.state(plan).await.0, ReplyState::Sent);
    }
    assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken", "account.repaired"]);
    let events = world.told();
    let repaired = events.last().unwrap();
    assert_eq!(repaired["unanswered"].as_array().map(Vec::len), Some(0), "{repaired}");
}

#[tokio::test]
async fn what_became_too_old_fails_and_is_listed_for_people_without_a_word() {
    let (world, late) = broken().await;
    world.minutes(62).await;
    assert_eq!(world.state(&late).await, (ReplyState::Failed, Some("expired".to_owned())));
    let fresh = world.plan(OTHER_PERSON, "Segue.").await;
    world.attempt(&fresh).await;
    world.log_in(OFFICE).await;
    world.minutes(2).await;
    assert_eq!(world.state(&fresh).await.0, ReplyState::Sent);
    let events = world.told();
    let repaired = events.last().unwrap();
    assert_eq!(repaired["type"], "account.repaired");
    let listed = repaired["unanswered"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    let reply = world.reply(&late).await;
    assert_eq!(listed[0]["reply"], reply.id);
    assert_eq!(listed[0]["person"], "910000000000001");
    assert_eq!(listed[0]["answers"], late.key.sk.trim_start_matches("M#"));
    assert_eq!(listed[0]["since"], world.item(&late).await.content.at.unwrap());
    assert!(!repaired.to_string().contains("agenda"));
}

#[tokio::test]
async fn a_break_that_is_mended_before_anybody_told_of_it_is_told_all_the_same() {
    let (world, _) = broken().await;
    world.pass(5);
    world.log_in(OFFICE).await;
    world.minutes(2).await;
    assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken", "account.repaired"]);
}
