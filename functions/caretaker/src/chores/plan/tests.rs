//! What an account needs, as tables of moments.

use instagram::{AccountId, AppId};
use store::{Login, Told};

use super::*;

const NOW: i64 = 1_767_225_600_000;
const LIFE_MS: i64 = 60 * DAY_MS;

/// An account that was connected at this moment and lacks nothing.
fn connected(at: i64) -> Account {
    let (id, app) = (AccountId::parse("17841400000000001").unwrap(), AppId::parse("867555782500454").unwrap());
    Account {
        sealed_token: Some("sealed".to_owned()),
        login: Login {
            connected_at: at,
            issued_at: Some(at),
            expires_at: Some(at + LIFE_MS),
            checked_at: Some(at),
            ..Login::default()
        },
        told: Told { connected_at: at, ..Told::default() },
        ..Account::new(id, app, "gabinete", "gabinete")
    }
}

fn broken(at: i64) -> Broken {
    Broken { at, why: "token/190/463".to_owned() }
}

#[test]
fn a_token_is_renewed_within_a_day_from_30_days_before_its_end_and_never_younger_than_a_day() {
    let moment = spread(&connected(NOW));
    assert!((0..DAY_MS).contains(&moment));
    type Case = (&'static str, fn(&mut Account), i64);
    let cases: [Case; 7] = [
        ("60 days of life", |_| {}, 30 * DAY_MS + spread(&connected(0))),
        ("no end known: as soon as Meta lets it", |a| a.login.expires_at = None, DAY_MS + spread(&connected(0))),
        (
            "neither age nor end known: as old as its being here",
            |a| (a.login.expires_at, a.login.issued_at) = (None, None),
            DAY_MS + spread(&connected(0)),
        ),
        ("10 days of life", |a| a.login.expires_at = Some(NOW + 10 * DAY_MS), DAY_MS + spread(&connected(0))),
        ("2 days of life: no time to spread", |a| a.login.expires_at = Some(NOW + 2 * DAY_MS), DAY_MS),
        ("an hour of life: Meta does not renew it", |a| a.login.expires_at = Some(NOW + HOUR_MS), DAY_MS),
        ("it failed, and is tried again later", |a| a.upkeep.renew_after = Some(NOW + 40 * DAY_MS), 40 * DAY_MS),
    ];
    for (case, change, after) in cases {
        let mut account = connected(NOW);
        change(&mut account);
        assert_eq!(renew_at(&account), Some(NOW + after), "{case}");
        assert!(!chores(&account, NOW + after - 1).renew, "{case}");
        assert!(chores(&account, NOW + after).renew, "{case}");
    }
}

#[test]
fn thousands_connected_in_one_moment_are_renewed_all_over_the_day() {
    let mut by_hour = [0; 24];
    for number in 0..2_400 {
        let account = Account { id: AccountId::parse(format!("{number}")).unwrap(), ..connected(NOW) };
        by_hour[usize::try_from(spread(&account) / HOUR_MS).unwrap()] += 1;
    }
    assert!(by_hour.iter().all(|count| (50..200).contains(count)), "{by_hour:?}");
}

#[test]
fn only_a_connected_account_with_a_token_that_is_good_is_kept_up() {
    type Case = (&'static str, fn(&mut Account), bool);
    let cases: [Case; 5] = [
        ("connected", |_| {}, true),
        ("broken", |a| a.broken = Some(broken(NOW)), false),
        ("without a token", |a| a.sealed_token = None, false),
        ("disconnected", |a| a.connection = Connection::Disconnected, false),
        ("erased", |a| a.connection = Connection::Erased, false),
    ];
    for (case, change, kept_up) in cases {
        let mut account = connected(NOW);
        change(&mut account);
        let later = chores(&account, NOW + LIFE_MS);
        assert_eq!((later.renew, later.check), (kept_up, kept_up), "{case}");
        assert_eq!(chores(&account, NOW).next.is_some(), kept_up, "{case}");
    }
}

#[test]
fn a_subscription_is_looked_at_after_a_login_and_every_six_hours() {
    type Case = (&'static str, fn(&mut Account), i64);
    let cases: [Case; 3] = [
        ("after a login", |a| a.login.checked_at = None, 0),
        ("after the last look", |_| {}, 6 * HOUR_MS),
        ("after a failure", |a| a.upkeep.check_after = Some(NOW + 7 * HOUR_MS), 7 * HOUR_MS),
    ];
    for (case, change, after) in cases {
        let mut account = connected(NOW);
        change(&mut account);
        assert_eq!(check_at(&account), Some(NOW + after), "{case}");
        let before = chores(&account, NOW + after - 1);
        assert_eq!((before.check, before.next), (false, Some(NOW + after)), "{case}");
        assert!(chores(&account, NOW + after).check, "{case}");
    }
}

#[test]
fn what_the_crm_does_not_know_is_told_in_order_and_once() {
    let known = KNOWN_AFTER_MS;
    let connected_news = |at, broken_at, left| News::Connected { at, broken_at, left };
    type Case = (&'static str, fn(&mut Account), i64, Vec<News>);
    let cases: Vec<Case> = vec![
        ("nothing new", |_| {}, 0, vec![]),
        ("a break", |a| a.untold = vec![broken(NOW + 5)], 5, vec![News::Broken(broken(NOW + 5))]),
        (
            "a break told already, whose word was not taken back",
            |a| {
                a.untold = vec![broken(NOW + 5)];
                a.told.broken_at = NOW + 5;
            },
            5,
            vec![],
        ),
        ("the first login, before all know", |a| a.told = Told::default(), known - 1, vec![]),
        ("the first login", |a| a.told = Told::default(), known, vec![connected_news(NOW, None, false)]),
        (
            "another login without need",
            |a| a.login.connected_at = NOW + 9,
            9 + known,
            vec![connected_news(NOW + 9, None, false)],
        ),
        (
            "a login after a break that was told",
            |a| {
                a.told.broken_at = NOW + 5;
                a.login.connected_at = NOW + 9;
            },
            9 + known,
            vec![connected_news(NOW + 9, Some(NOW + 5), false)],
        ),
        (
            "a login after a break that was not told",
            |a| {
                a.untold = vec![broken(NOW + 5)];
                a.login.connected_at = NOW + 9;
            },
            9 + known,
            vec![News::Broken(broken(NOW + 5)), connected_news(NOW + 9, Some(NOW + 5), false)],
        ),
        (
            "the same, before all know of the login",
            |a| {
                a.untold = vec![broken(NOW + 5)];
                a.login.connected_at = NOW + 9;
            },
            9,
            vec![News::Broken(broken(NOW + 5))],
        ),
        (
            "a break, a login and a break",
            |a| {
                a.untold = vec![broken(NOW + 5), broken(NOW + 12)];
                a.login.connected_at = NOW + 9;
            },
            9 + known,
            vec![
                News::Broken(broken(NOW + 5)),
                connected_news(NOW + 9, Some(NOW + 5), false),
                News::Broken(broken(NOW + 12)),
            ],
        ),
        (
            "it left",
            |a| {
                a.connection = Connection::Disconnected;
                a.login.left_at = Some(NOW + 5);
            },
            5,
            vec![News::Left { at: NOW + 5, erased: false }],
        ),
        (
            "it left, as told, and is erased now",
            |a| {
                a.connection = Connection::Erased;
                a.login.left_at = Some(NOW + 5);
                a.told.left_at = NOW + 5;
            },
            5,
            vec![News::Left { at: NOW + 5, erased: true }],
        ),
        (
            "it is erased, as told",
            |a| {
                a.connection = Connection::Erased;
                a.login.left_at = Some(NOW + 5);
                a.told.left_at = NOW + 5;
                a.told.erased = true;
            },
            5,
            vec![],
        ),
        (
            "it came back",
            |a| {
                a.login.connected_at = NOW + 9;
                a.login.left_at = Some(NOW + 5);
                a.told.left_at = NOW + 5;
            },
            9 + known,
            vec![connected_news(NOW + 9, None, true)],
        ),
    ];
    for (case, change, after, expected) in cases {
        let mut account = connected(NOW);
        change(&mut account);
        assert_eq!(chores(&account, NOW + after).news, expected, "{case}");
    }
}

#[test]
fn failures_wait_longer_and_longer_and_leave_time_for_more_tries() {
    let minutes = |minutes: i64| minutes * MINUTE_MS;
    let cases = [
        ("the first", 1, None, minutes(15)),
        ("the second", 2, None, minutes(30)),
        ("the fifth", 5, None, minutes(240)),
        ("the tenth", 10, None, DAY_MS),
        ("the thousandth", 1_000, None, DAY_MS),
        ("four days before the end", 1_000, Some(NOW + 4 * DAY_MS), DAY_MS),
        ("a day before the end", 1_000, Some(NOW + DAY_MS), 6 * HOUR_MS),
        ("half an hour before the end", 1_000, Some(NOW + minutes(30)), minutes(15)),
        ("after the end", 1_000, Some(NOW - 1), minutes(15)),
    ];
    for (case, failures, end, expected) in cases {
        assert_eq!(pause(failures, end, NOW), expected, "{case}");
    }
}
