use graph::{Said, TokenTrouble};
use instagram::{AccountId, AppScopedId};
use store::{Broken, Login};

use super::super::finding::Verdict;
use super::*;

const NOW: i64 = 1_767_225_600_000;
const FIELDS: [&str; 2] = ["comments", "messages"];
const PERMISSIONS: [&str; 2] = ["instagram_business_basic", "instagram_business_manage_messages"];

fn account() -> Account {
    let id = AccountId::parse("17841400000000001").unwrap();
    let login = Login {
        scoped_id: Some(AppScopedId::parse("27000000000000001").unwrap()),
        connected_at: NOW - 10 * DAY_MS,
        issued_at: Some(NOW - 10 * DAY_MS),
        expires_at: Some(NOW + 50 * DAY_MS),
        permissions: PERMISSIONS.map(str::to_owned).into(),
        checked_at: Some(NOW - 3_600_000),
        left_at: None,
    };
    let sealed_token = Some("sealed".to_owned());
    Account { login, sealed_token, ..Account::new(id, AppId::parse("1").unwrap(), "gabinete", "gabinete") }
}

fn me(account: &str, username: &str) -> Me {
    Me {
        account: AccountId::parse(account).unwrap(),
        scoped_id: AppScopedId::parse("27000000000000001").unwrap(),
        username: username.to_owned(),
        account_type: None,
    }
}

fn subscribed_to(app: &str, fields: &[&str]) -> Vec<Subscription> {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    vec![Subscription { app: Some(AppId::parse(app).unwrap()), fields }]
}

fn dead() -> SendError {
    SendError::TokenDead { trouble: TokenTrouble::Expired, said: Said::default() }
}

/// What is not in order, of an account that is in order but for the change.
fn troubles(change: impl FnOnce(&mut Account, &mut Seen<'_>)) -> Vec<(Verdict, String)> {
    let known = account();
    let mut changed = account();
    let mut seen = Seen {
        account: &known,
        pace: &Pace::default(),
        is_asked: true,
        me: Some(Ok(me("17841400000000001", "Gabinete"))),
        subscriptions: Some(Ok(subscribed_to("1", &["comments", "messages", "standby"]))),
        heard: Heard { last_message_at: Some(NOW), last_comment_at: Some(NOW), ..Heard::default() },
        fields: &FIELDS,
        permissions: &PERMISSIONS,
        now: NOW,
    };
    change(&mut changed, &mut seen);
    let seen = Seen { account: &changed, ..seen };
    let findings = findings(&seen).into_iter().filter(|finding| finding.verdict != Verdict::Good);
    findings.inspect(|finding| assert!(!finding.remedy.is_empty(), "{finding}")).map(|f| (f.verdict, f.what)).collect()
}

#[test]
fn an_account_in_order_has_no_troubles() {
    assert_eq!(troubles(|_, _| {}), []);
}

#[test]
fn each_trouble_is_named_once_with_how_sure_it_is() {
    use Verdict::{Proved, Suspected};
    type Change = fn(&mut Account, &mut Seen<'_>);
    let cases: [(&str, Change, Verdict, &str); 19] = [
        ("no token", |a, s| (a.sealed_token, s.me) = (None, None), Proved, "no token"),
        ("another key", |_, s| s.me = None, Proved, "cannot be opened"),
        ("a dead token", |_, s| s.me = Some(Err(dead())), Proved, "does not take its token"),
        (
            "known to be dead",
            |a, s| {
                a.broken = Some(Broken { at: NOW - DAY_MS, why: "token/190/460".to_owned() });
                s.me = Some(Err(dead()));
            },
            Proved,
            "no more since",
        ),
        (
            "the scoped id was kept, trap 4",
            |_, s| s.me = Some(Ok(me("17841400000000009", "gabinete"))),
            Proved,
            "for the account 17841400000000009",
        ),
        (
            "another scoped id",
            |a, _| a.login.scoped_id = Some(AppScopedId::parse("2").unwrap()),
            Proved,
            "scoped to the app",
        ),
        ("renamed", |_, s| s.me = Some(Ok(me("17841400000000001", "prefeita"))), Suspected, "is called prefeita now"),
        ("ends soon", |a, _| a.login.expires_at = Some(NOW + 6 * DAY_MS), Proved, "ends in 6 d"),
        ("ended", |a, _| a.login.expires_at = Some(NOW - 1), Proved, "ends 0 s ago"),
        (
            "a box unticked",
            |a, _| drop(a.login.permissions.pop()),
            Proved,
            "did not grant instagram_business_manage_messages",
        ),
        ("no subscription, trap 10", |_, s| s.subscriptions = Some(Ok(vec![])), Proved, "subscribed to nothing"),
        (
            "another app's",
            |_, s| s.subscriptions = Some(Ok(subscribed_to("2", &FIELDS))),
            Proved,
            "subscribed to nothing",
        ),
        (
            "a field short",
            |_, s| s.subscriptions = Some(Ok(subscribed_to("1", &["comments"]))),
            Proved,
            "not subscribed to messages",
        ),
        (
            "a field that Meta does not know",
            |a, _| a.upkeep.refused_fields = vec!["standby".to_owned()],
            Proved,
            "refuses the fields standby",
        ),
        ("nobody looks after it", |a, _| a.login.checked_at = Some(NOW - DAY_MS), Proved, "last looked after 1 d ago"),
        ("silence", |_, s| s.heard = Heard::default(), Suspected, "nothing came for it in the 10 d"),
        ("no messages", |_, s| s.heard.last_message_at = None, Suspected, "comments come and messages do not"),
        ("two machines", |_, s| s.heard.fast_answers = 3, Suspected, "within seconds by somebody else"),
        (
            "conversation routing, trap 17",
            |_, s| s.heard.held_elsewhere_at = Some(NOW - DAY_MS),
            Proved,
            "another app held",
        ),
    ];
    for (case, change, verdict, part) in cases {
        let found = troubles(change);
        assert_eq!(found.len(), 1, "{case}: {found:?}");
        assert!(found[0].0 == verdict && found[0].1.contains(part), "{case}: {found:?}");
    }
}

#[test]
fn what_was_connected_a_moment_ago_may_be_silent() {
    let fresh = troubles(|account, seen| {
        account.login.connected_at = NOW - 60_000;
        seen.heard = Heard::default();
    });
    assert_eq!(fresh, []);
}
