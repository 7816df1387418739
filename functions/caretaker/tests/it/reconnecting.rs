//! What waited for a login goes out after it, and what became too old is listed for people.

use sandbox::meta::world::Trouble;
use store::{Account, ReplyState};

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
    let (world, _) = Box::pin(broken()).await;
    world.minutes(1).await;
    assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken"]);
}

#[tokio::test]
async fn what_is_fresh_goes_out_within_a_minute_or_so_of_the_login() {
    let (world, met) = Box::pin(broken()).await;
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
    let (world, late) = Box::pin(broken()).await;
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
    let (world, _) = Box::pin(broken()).await;
    world.pass(5);
    world.log_in(OFFICE).await;
    world.minutes(2).await;
    assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken", "account.repaired"]);
}

#[tokio::test]
async fn five_seconds_after_a_token_was_taken_away_or_replaced_nobody_uses_it() {
    type Case = (&'static str, bool, bool, ReplyState);
    // Taken away, replaced; what becomes of a reply that is due five seconds later.
    let cases: [Case; 3] = [
        ("it is still there", false, false, ReplyState::Sent),
        ("it was taken away", true, false, ReplyState::Planned),
        ("it was replaced, and Meta takes the old one no more", false, true, ReplyState::Sent),
    ];
    for (case, taken, replaced, expected) in cases {
        let world = World::start().await;
        // The account's standing and its opened token are known to the caretaker from now on.
        world.due("930000000000001", "Primeira.").await;
        world.run().await;
        assert_eq!(world.sent_to(OFFICE, "930000000000001").len(), 1, "{case}");
        let plan = world.plan(OTHER_PERSON, "Segunda.").await;
        if taken {
            let account = Account { sealed_token: None, ..world.account(OFFICE).await };
            world.store.put_account(&account).await.unwrap();
        }
        if replaced {
            world.log_in(OFFICE).await;
        }
        world.pass(5);
        world.postpone(&plan, 0).await;
        world.run().await;
        assert_eq!(world.state(&plan).await.0, expected, "{case}");
        let sent = usize::from(expected == ReplyState::Sent);
        assert_eq!(world.sent_to(OFFICE, OTHER_PERSON).len(), sent, "{case}");
        assert_eq!(world.account(OFFICE).await.broken, None, "{case}");
    }
}
