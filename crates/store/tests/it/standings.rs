//! What is allowed to leave, as the table holds it.

use instagram::{AccountId, AppId};
use store::{
    Account, BELIEVED_MS, Broken, Bucket, Connection, Lane, Mode, Restriction, Scope, Standing, Standings, Store,
    StoreError, Wait,
};

use crate::fixtures::{NOW, Table, account, account_id, table};

fn app(digits: &str) -> AppId {
    AppId::parse(digits).unwrap()
}

const OTHER_APP: &str = "867555782500999";

async fn connected() -> Table {
    let table = table().await;
    table.store.put_account(&account()).await.unwrap();
    table
}

async fn standing(store: &Store) -> Standing {
    store.standing(&account_id(), &account().app).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_standing_is_that_of_the_accounts_own_app_whatever_app_was_guessed() {
    let table = connected().await;
    let store = &table.store;
    assert_eq!(store.standing(&AccountId::parse("1").unwrap(), &account().app).await.unwrap(), None, "never connected");
    store.set_stopped(Scope::App(&app(OTHER_APP)), Some(1)).await.unwrap();
    store.set_stopped(Scope::Everything, Some(2)).await.unwrap();
    store.set_wait(&account_id(), Lane::Messages, Wait { until: NOW, strikes: 1 }).await.unwrap();
    for (case, stopped_at) in [("the app flows", None), ("the app is stopped", Some(3))] {
        store.set_stopped(Scope::App(&account().app), stopped_at).await.unwrap();
        for guessed in [&account().app, &app(OTHER_APP), &app("1")] {
            let found = store.standing(&account_id(), guessed).await.unwrap().unwrap();
            assert_eq!(found.app.stopped_at, stopped_at, "{case}, {guessed} guessed");
            assert_eq!((found.account, found.everything.stopped_at), (account(), Some(2)), "{case}, {guessed} guessed");
            assert_eq!(found.pace.wait(Lane::Messages).map(|wait| wait.until), Some(NOW), "{case}, {guessed} guessed");
        }
    }
}

#[tokio::test]
async fn only_a_connected_account_that_answers_and_that_nobody_stopped_may_send() {
    let table = connected().await;
    let answers = Account { mode: Mode::Answer, ..account() };
    let cases = [
        ("it answers", answers.clone(), true),
        ("it observes", Account { mode: Mode::Observe, ..answers.clone() }, false),
        ("it is off", Account { mode: Mode::Off, ..answers.clone() }, false),
        ("it left", Account { connection: Connection::Disconnected, ..answers.clone() }, false),
        ("it was erased", Account { connection: Connection::Erased, ..answers.clone() }, false),
        ("it is stopped", Account { stopped_at: Some(1), ..answers.clone() }, false),
        ("its token is dead: it may, and cannot", Account { broken: Some(broken()), ..answers.clone() }, true),
    ];
    for (case, account, expected) in cases {
        table.store.put_account(&account).await.unwrap();
        assert_eq!(standing(&table.store).await.may_send(), expected, "{case}");
    }
    table.store.put_account(&answers).await.unwrap();
    let (own_app, own_id) = (account().app, account_id());
    for scope in [Scope::Everything, Scope::App(&own_app), Scope::Account(&own_id)] {
        for (stopped_at, expected) in [(Some(NOW), false), (None, true)] {
            table.store.set_stopped(scope, stopped_at).await.unwrap();
            assert_eq!(standing(&table.store).await.may_send(), expected, "{scope:?}, {stopped_at:?}");
        }
    }
}

fn broken() -> Broken {
    Broken { at: NOW, why: "token/190".to_owned() }
}

#[tokio::test]
async fn an_account_that_is_not_there_cannot_be_stopped() {
    let table = connected().await;
    let nobody = AccountId::parse("1").unwrap();
    let outcome = table.store.set_stopped(Scope::Account(&nobody), Some(NOW)).await;
    assert!(matches!(outcome, Err(StoreError::Conflict)));
    assert_eq!(table.store.account(&nobody).await.unwrap(), None);
}

#[tokio::test]
async fn a_wait_is_never_shortened_and_each_lane_has_its_own() {
    let table = connected().await;
    let store = &table.store;
    let wait = |after_ms: i64, strikes| Wait { until: NOW + after_ms, strikes };
    for (case, noted, expected) in [
        ("the first", wait(10, 1), wait(10, 1)),
        ("a shorter one", wait(9, 2), wait(10, 1)),
        ("one as long", wait(10, 2), wait(10, 1)),
        ("a longer one", wait(11, 2), wait(11, 2)),
    ] {
        store.set_wait(&account_id(), Lane::PrivateReplies, noted).await.unwrap();
        store.set_app_wait(&account().app, noted).await.unwrap();
        let found = standing(store).await;
        assert_eq!((found.pace.wait(Lane::PrivateReplies), found.app.wait), (Some(expected), Some(expected)), "{case}");
    }
    let pace = store.pace(&account_id()).await.unwrap();
    for lane in [Lane::All, Lane::Messages, Lane::PublicReplies] {
        assert_eq!(pace.wait(lane), None, "{lane:?}");
    }
    assert_eq!(store.switch(Scope::App(&app(OTHER_APP))).await.unwrap().wait, None, "another app");
}

#[tokio::test]
async fn a_restriction_is_news_when_it_begins_and_when_it_comes_back() {
    let table = connected().await;
    let until = |after_ms: i64, strikes| Restriction { until: NOW + after_ms, strikes, why: "restricted".to_owned() };
    let cases = [
        ("it begins", until(10, 1), 0, true, until(10, 1)),
        ("it is met again", until(20, 1), 5, false, until(10, 1)),
        ("a moment before its end", until(20, 1), 9, false, until(10, 1)),
        ("it comes back", until(30, 2), 10, true, until(30, 2)),
    ];
    for (case, noted, after_ms, is_news, expected) in cases {
        let told = table.store.restrict(&account_id(), &noted, NOW + after_ms).await.unwrap();
        assert_eq!((told, standing(&table.store).await.pace.restricted), (is_news, Some(expected)), "{case}");
    }
}

#[tokio::test]
async fn case_63_a_dead_token_is_news_once_and_never_about_another_token() {
    let table = connected().await;
    let with = |token: Option<&str>| Account { sealed_token: token.map(str::to_owned), ..account() };
    let cases = [
        ("a token", Some("one"), Some("one"), true),
        ("another one by now", Some("two"), Some("one"), false),
        ("none by now", None, Some("one"), false),
        ("one by now", Some("one"), None, false),
        ("none, still", None, None, true),
    ];
    for (case, held, meant, is_news) in cases {
        table.store.put_account(&with(held)).await.unwrap();
        let told = table.store.mark_broken(&with(meant), "token/190", NOW).await.unwrap();
        assert_eq!(told, is_news, "{case}");
        let expected = is_news.then(broken);
        assert_eq!(table.store.account(&account_id()).await.unwrap().unwrap().broken, expected, "{case}");
        assert!(!table.store.mark_broken(&with(meant), "token/102", NOW + 1).await.unwrap(), "{case}: once");
        assert_eq!(
            table.store.account(&account_id()).await.unwrap().unwrap().broken,
            expected,
            "{case}: as first told"
        );
    }
}

#[tokio::test]
async fn moments_are_taken_by_one_and_buckets_have_nothing_to_do_with_each_other() {
    let table = connected().await;
    let store = &table.store;
    for bucket in [Bucket::Messages, Bucket::Media, Bucket::PrivateReplies] {
        assert_eq!(store.pace(&account_id()).await.unwrap().next(bucket), None, "{bucket:?}");
        store.take_moments(&account_id(), bucket, None, NOW).await.unwrap();
        store.take_moments(&account_id(), bucket, Some(NOW), NOW + 5).await.unwrap();
        for read in [None, Some(NOW), Some(NOW + 6)] {
            let late = store.take_moments(&account_id(), bucket, read, NOW + 9).await;
            assert!(matches!(late, Err(StoreError::Conflict)), "{bucket:?}, read {read:?}");
        }
        assert_eq!(store.pace(&account_id()).await.unwrap().next(bucket), Some(NOW + 5), "{bucket:?}");
    }
}

#[tokio::test]
async fn a_standing_is_believed_for_some_seconds_and_no_longer() {
    let table = connected().await;
    let standings = Standings::new(table.store.clone());
    let get = async |now| standings.get(&account_id(), &account().app, now).await.unwrap().unwrap().account.stopped_at;
    assert_eq!(get(NOW).await, None);
    table.store.set_stopped(Scope::Account(&account_id()), Some(1)).await.unwrap();
    let cases = [
        ("just before", NOW + BELIEVED_MS - 1, None),
        ("a stop takes effect", NOW + BELIEVED_MS, Some(1)),
        ("a clock that was set back believes nothing", NOW, Some(1)),
    ];
    for (case, now, expected) in cases {
        assert_eq!(get(now).await, expected, "{case}");
    }
}

#[tokio::test]
async fn accounts_are_listed_once_however_often_they_are_connected() {
    let table = table().await;
    assert!(table.store.account_ids().await.unwrap().is_empty());
    let other = Account { id: AccountId::parse("2").unwrap(), ..account() };
    for account in [&other, &account(), &other] {
        table.store.put_account(account).await.unwrap();
    }
    table.store.set_stopped(Scope::Everything, Some(1)).await.unwrap();
    let mut ids = table.store.account_ids().await.unwrap();
    ids.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    assert_eq!(ids, [account_id(), other.id]);
}
