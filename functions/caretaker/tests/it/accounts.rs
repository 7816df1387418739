//! Tokens, subscriptions, and what the CRM is told of accounts.

use instagram::AccountId;
use outbox::Settings;
use sandbox::meta::Reply;
use sandbox::meta::world::Trouble;
use store::{Account, ErasureOrder, Heard};

use crate::world::{APP, DAY_MS, MetaFate, OFFICE, TableFate, World};

/// A world whose only office logged in just now, and was looked after.
async fn logged_in() -> World {
    let world = World::of(&[OFFICE], Settings::default()).await;
    world.log_in(OFFICE).await;
    world.minutes(1).await;
    assert_eq!(world.told_of(OFFICE), ["account.connected"]);
    world
}

fn days(world: &World, days: u64) {
    world.pass(days * 86_400);
}

#[tokio::test]
async fn a_token_is_renewed_in_its_last_30_days_and_then_it_is_due_30_days_later() {
    let world = logged_in().await;
    days(&world, 29);
    world.run().await;
    assert_eq!(world.asked("RefreshToken"), 0, "not yet");
    days(&world, 2);
    world.run().await;
    assert_eq!(world.metric("TokensRefreshed"), 1);
    assert!(world.stored_token_is_newest(OFFICE).await && world.stored_token_works(OFFICE).await);
    let account = world.account(OFFICE).await;
    assert_eq!(account.login.expires_at.map(|end| (end - world.clock.now_ms()) / DAY_MS), Some(59), "and some hours");
    world.hours(20).await;
    assert_eq!(world.asked("RefreshToken"), 1, "once");
}

#[tokio::test]
async fn case_90_a_new_token_that_cannot_be_stored_leaves_the_old_one_in_use() {
    let world = logged_in().await;
    days(&world, 31);
    // Nothing is written to the table.
    world.table.always(&["UpdateItem"], TableFate::BROKEN);
    let before = world.account(OFFICE).await.sealed_token;
    world.run().await;
    assert_eq!(world.asked("RefreshToken"), 1);
    assert_eq!(world.account(OFFICE).await.sealed_token, before);
    assert!(!world.stored_token_is_newest(OFFICE).await, "Meta gave out a newer one");
    assert!(world.stored_token_works(OFFICE).await);
    assert_eq!(world.metric("ChoresLeft"), 1);
    world.table.mend();
    // This Meta counts the day from the newest token on, so the next tries are refused, and it is tried again.
    world.hours(40).await;
    assert!(world.stored_token_is_newest(OFFICE).await && world.stored_token_works(OFFICE).await);
    assert_eq!((world.metric("TokensRefreshed"), world.account(OFFICE).await.broken), (1, None));
}

#[tokio::test]
async fn a_record_whose_answer_is_lost_is_known_again() {
    let world = logged_in().await;
    days(&world, 31);
    world.table.script("UpdateItem", [TableFate::LoseAnswer]);
    world.run().await;
    assert_eq!((world.metric("TokensRefreshed"), world.metric("ChoresLeft")), (1, 0));
    assert!(world.stored_token_is_newest(OFFICE).await);
}

#[tokio::test]
async fn a_renewal_that_fails_is_tried_again_later_and_later() {
    let world = logged_in().await;
    days(&world, 31);
    world.graph.always(&["RefreshToken"], MetaFate::Refuse(Reply::refusal(2, None)));
    world.minutes(60).await;
    // After none, 15 and 45 minutes.
    assert_eq!(world.asked("RefreshToken"), 3);
    assert_eq!(world.metric("TokenRefreshFailed"), 3);
    world.graph.mend();
    world.hours(3).await;
    assert_eq!(world.metric("TokensRefreshed"), 1);
    assert_eq!(world.account(OFFICE).await.upkeep.renewals_failed, 0);
}

#[tokio::test]
async fn case_63_each_way_a_token_dies_is_stored_and_told_in_its_own_words() {
    // Code and subcode on the wire; the reason in the table; the word for the CRM.
    let cases = [
        (190, None, "token/190", "invalid"),
        (190, Some(458), "token/190/458", "app_removed"),
        (190, Some(459), "token/190/459", "checkpoint"),
        (190, Some(460), "token/190/460", "password_changed"),
        (190, Some(463), "token/190/463", "expired"),
        (190, Some(464), "token/190/464", "unconfirmed"),
        (190, Some(467), "token/190/467", "logged_out"),
        (190, Some(492), "token/190/492", "invalid_session"),
        (102, None, "token/102", "session_over"),
    ];
    let world = World::start().await;
    let mut told = 0;
    for (code, subcode, why, reason) in cases {
        world.log_in(OFFICE).await;
        world.minutes(1).await;
        world.meta.world(|world| world.account_mut(OFFICE).unwrap().trouble = Some(Trouble { code, subcode }));
        world.pass(6 * 3_600);
        world.run().await;
        let account = world.account(OFFICE).await;
        assert_eq!(account.broken.map(|broken| broken.why).as_deref(), Some(why));
        assert_eq!(account.due_at, None, "{why}: nothing to do before a login");
        let events = world.told();
        let event = events.last().unwrap();
        assert_eq!((&event["type"], &event["trouble"]["code"]), (&"account.broken".into(), &why.into()));
        assert_eq!(event["trouble"]["reason"], reason);
        assert!(event["trouble"]["advice"]["pt"].is_string() && event["trouble"]["advice"]["en"].is_string());
        told += 1;
        let asked = world.meta.calls().len();
        world.hours(8).await;
        let of_office = world.meta.calls().split_off(asked).into_iter().filter(|call| call.path.contains(OFFICE));
        assert_eq!(of_office.count(), 0, "{why}: nobody asks for it any more");
        let broken = world.told_of(OFFICE).into_iter().filter(|kind| kind == "account.broken").count();
        assert_eq!(broken, told, "{why}: told once");
    }
    assert_eq!(world.metric("AccountsBroken"), told as u64);
}

#[tokio::test]
async fn how_many_accounts_are_broken_and_how_long_tokens_last_is_always_shown() {
    let world = logged_in().await;
    world.pass(20 * 60);
    world.run().await;
    assert_eq!((world.level("BrokenAccounts"), world.level("TokenDaysLeft")), (Some(0), Some(59)));
    world.meta.world(|world| world.account_mut(OFFICE).unwrap().trouble = Some(Trouble { code: 190, subcode: None }));
    world.pass(6 * 3_600);
    world.run().await;
    world.pass(20 * 60);
    world.run().await;
    assert_eq!(world.level("BrokenAccounts"), Some(1));
    world.log_in(OFFICE).await;
    world.change(OFFICE, |account| account.login.expires_at = Some(account.login.connected_at + DAY_MS / 2)).await;
    world.pass(20 * 60);
    world.run().await;
    assert_eq!((world.level("BrokenAccounts"), world.level("TokenDaysLeft")), (Some(0), Some(0)));
}

#[tokio::test]
async fn an_app_that_used_to_deliver_and_stopped_is_told() {
    let world = logged_in().await;
    let app = instagram::AppId::parse(APP).unwrap();
    let mut heard: Option<Heard> = None;
    for day in (0..7).rev() {
        let next = heard.clone().unwrap_or_default().then(world.clock.now_ms() - day * DAY_MS).unwrap();
        world.store.note_heard(&app, heard.as_ref(), &next).await.unwrap();
        heard = Some(next);
    }
    world.pass(20 * 60);
    world.run().await;
    assert_eq!(world.level("AppsSilent"), Some(0));
    world.pass(24 * 3_600);
    world.run().await;
    assert_eq!(world.level("AppsSilent"), Some(1));
    let back = heard.as_ref().unwrap().then(world.clock.now_ms()).unwrap();
    world.store.note_heard(&app, heard.as_ref(), &back).await.unwrap();
    world.pass(20 * 60);
    world.run().await;
    assert_eq!(world.level("AppsSilent"), Some(0));
}

#[tokio::test]
async fn a_subscription_that_fell_off_is_set_again_and_said_so() {
    let world = logged_in().await;
    assert_eq!(world.metric("SubscriptionsRepaired"), 0, "made, not repaired");
    type Case = (&'static str, fn(&mut Vec<String>), u64);
    let cases: [Case; 3] = [
        ("as it should be", |_| {}, 0),
        ("a field is missing", |fields| fields.retain(|field| field != "messages"), 1),
        ("all of it is gone", Vec::clear, 2),
    ];
    for (case, change, repaired) in cases {
        world.meta.world(|world| change(&mut world.account_mut(OFFICE).unwrap().subscribed_fields));
        world.hours(6).await;
        let fields = world.meta.world(|world| world.account(OFFICE).unwrap().subscribed_fields.clone());
        let mut sorted = fields.clone();
        sorted.sort();
        assert_eq!(sorted, instagram::FIELDS, "{case}");
        assert_eq!(world.metric("SubscriptionsRepaired"), repaired, "{case}");
    }
}

#[tokio::test]
async fn a_field_that_meta_refuses_is_left_out_and_kept_in_mind() {
    let mut world = logged_in().await;
    world.fields.push("message_echoes");
    world.caretaker = world.new_caretaker().await;
    world.hours(7).await;
    let account = world.account(OFFICE).await;
    assert_eq!(account.upkeep.refused_fields, ["message_echoes"]);
    assert_eq!(world.metric("FieldsRefused"), 1);
    let fields = world.meta.world(|world| world.account(OFFICE).unwrap().subscribed_fields.clone());
    assert_eq!(fields.len(), 8);
    let before = world.asked("Subscription");
    world.hours(6).await;
    assert!(world.asked("Subscription") - before <= 2, "a look and a list, and no search");
}

#[tokio::test]
async fn a_check_that_fails_is_tried_again_and_keeps_nothing_else_waiting() {
    let world = logged_in().await;
    world.graph.always(&["Subscription"], MetaFate::Refuse(Reply::refusal(2, None)));
    days(&world, 31);
    world.run().await;
    assert_eq!((world.metric("TokensRefreshed"), world.metric("SubscriptionCheckFailed")), (1, 1));
    world.graph.mend();
    world.hours(1).await;
    assert_eq!(world.account(OFFICE).await.upkeep.checks_failed, 0);
}

#[tokio::test]
async fn the_crm_is_told_once_its_queue_takes_it() {
    let world = World::start().await;
    world.queue.always(&["SendMessageBatch"], TableFate::BROKEN);
    world.log_in(OFFICE).await;
    world.minutes(3).await;
    assert!(world.told().is_empty());
    assert_eq!(world.account(OFFICE).await.told.connected_at, 0);
    world.queue.mend();
    world.minutes(1).await;
    assert_eq!(world.told_of(OFFICE), ["account.connected"]);
    world.minutes(3).await;
    assert_eq!(world.sqs.messages("crm.fifo").len(), 1, "and once");
}

#[tokio::test]
async fn an_account_that_leaves_is_told_of_by_its_customer_and_left_alone() {
    let world = logged_in().await;
    let id = AccountId::parse(OFFICE).unwrap();
    let now = world.clock.now_ms();
    assert!(world.store.disconnect(&id, now, now).await.unwrap());
    world.minutes(2).await;
    assert_eq!(world.told_of(OFFICE), ["account.connected", "account.disconnected"]);
    let order = ErasureOrder {
        code: "code".to_owned(),
        account: id,
        peer: None,
        asked_at: world.clock.now_ms(),
        by: "operator".to_owned(),
    };
    assert!(world.store.open_erasure(&order).await.unwrap());
    world.minutes(8).await;
    assert_eq!(world.told_of(OFFICE), ["account.connected", "account.disconnected", "account.erased"]);
    assert_eq!(world.told().last().unwrap()["customer"], "customer");
    let account = world.account(OFFICE).await;
    assert_eq!((account.due_at, account.customer.as_str()), (None, ""), "nothing is left of whose it was");
}

#[tokio::test]
async fn an_account_that_nobody_made_due_is_found() {
    let world = World::start().await;
    let id = AccountId::parse(OFFICE).unwrap();
    let bare = Account { login: store::Login::default(), ..world.account(OFFICE).await };
    assert_eq!(bare.due_at, None);
    world.store.put_account(&bare).await.unwrap();
    world.pass(15 * 60);
    world.run().await;
    world.minutes(2).await;
    let account = world.store.account(&id).await.unwrap().unwrap();
    assert!(account.login.checked_at.is_some() && account.login.expires_at.is_some(), "its token's end is known now");
}

#[tokio::test]
async fn a_hint_that_meets_a_dead_token_says_so_too() {
    let world = logged_in().await;
    world.meta.person_writes_unannounced(OFFICE, crate::world::PERSON, "oi");
    world.store_event(&world.told_last()).await;
    world
        .meta
        .world(|world| world.account_mut(OFFICE).unwrap().trouble = Some(Trouble { code: 190, subcode: Some(460) }));
    world.minutes(3).await;
    assert_eq!(world.account(OFFICE).await.broken.map(|broken| broken.why).as_deref(), Some("token/190/460"));
    assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken"]);
    assert_eq!(world.metric("AccountsBroken"), 1);
}

#[tokio::test]
async fn a_break_whose_record_loses_its_answer_is_alarmed_once() {
    for lost in [TableFate::LoseAnswer, TableFate::BROKEN] {
        let world = logged_in().await;
        world
            .meta
            .world(|world| world.account_mut(OFFICE).unwrap().trouble = Some(Trouble { code: 190, subcode: None }));
        world.pass(6 * 3_600);
        world.table.script("UpdateItem", [lost]);
        world.run().await;
        world.minutes(2).await;
        assert_eq!(world.metric("AccountsBroken"), 1);
        assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken"]);
    }
}
