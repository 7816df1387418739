//! Requests across customers: no effect, and no difference between what is another's and what is not there.

use desk::{ROUTES, Route};
use serde_json::{Value, json};
use store::{Decided, Reply, ReplyAction, ReplyState};

use crate::stage::{
    Answer, CUSTOMER, OFFICE, OTHER_CUSTOMER, OTHER_OFFICE, PERSON, Stage, comment, message, request, written,
};

/// How many requests are forged, each for what is another customer's and for what is not there: few here, all of them when
/// `.ci/run` says so.
fn trials() -> u64 {
    if std::env::var("TRIALS").is_ok_and(|size| size == "ci") { 10_000 } else { 400 }
}

/// A generator of numbers that is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(below).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.next(list.len())]
    }
}

/// A stage on which the first customer has something of everything.
async fn stage() -> (Stage, String) {
    let stage = Stage::new().await;
    let mut reply =
        Reply::planned("r1".to_owned(), "agenda".to_owned(), ReplyAction::Message, Some("ola".into()), i64::MAX);
    reply.state = ReplyState::Parked;
    let (why, effects) = ("answered".to_owned(), Vec::new());
    let decided = Decided { why, rules: 0, trace: None, facts: None, effects, replies: vec![reply] };
    let item = stage.hears(&message(PERSON, "m1", "oi"), 2_000, Some(decided)).await;
    stage.lists(&item, 0, ReplyState::Parked).await;
    stage.hears(&comment(PERSON, "17900000000000001", "oi"), 1_000, None).await;
    stage.hears(&message("900000000000002", "m2", "oi"), 1_000, None).await;
    let erased = stage.act("POST", "/people/900000000000002/erasure", Value::Null).await;
    let receipt = erased.body()["receipt"].as_str().unwrap().to_owned();
    (stage, receipt)
}

/// Every request about an account, as whoever knows all its ids would make it.
fn requests(account: &str, receipt: &str) -> Vec<(&'static str, String, Value)> {
    let about_one = ROUTES.iter().filter(|route| route.path.contains("{account}"));
    let request = |route: &Route| {
        let (_, rest) = route.path.split_once("{account}").unwrap();
        let names = [
            ("{person}", PERSON),
            ("{comment}", "17900000000000001"),
            ("{reply}", "r1"),
            ("{tag}", "obras"),
            ("{receipt}", receipt),
        ];
        let rest = names.iter().fold(rest.to_owned(), |rest, (name, id)| rest.replace(name, id));
        (route.method, format!("{account}{rest}"), body_of(route))
    };
    about_one.map(request).collect()
}

/// A body as the route wants it.
fn body_of(route: &Route) -> Value {
    let members = route.body.unwrap_or_default();
    if members.is_empty() {
        return Value::Null;
    }
    let value = |name: &&str| match *name {
        "until" => json!(1_796_000_000_000_i64),
        "as" => json!("drop"),
        "text" => json!("ola"),
        "model" => json!("m"),
        other => panic!("{other} has no value here"),
    };
    members.iter().map(|name| ((*name).to_owned(), value(name))).collect::<serde_json::Map<_, _>>().into()
}

async fn asked(stage: &Stage, key: &str, (method, target, body): &(&'static str, String, Value)) -> Answer {
    let event = if *method == "GET" { request(method, target) } else { written(method, target, key, body) };
    stage.send(&event).await
}

#[tokio::test]
async fn case_104_another_customers_account_is_not_there_to_the_letter_and_nothing_happens() {
    let (stage, receipt) = stage().await;
    let base = |customer: &str, account: &str| format!("/v1/customers/{customer}/accounts/{account}");
    let before = stage.everything().await;
    let absent = base(OTHER_CUSTOMER, "17841400000000999");
    let strangers = [
        ("another customer's", base(OTHER_CUSTOMER, OFFICE)),
        ("of a customer whom nobody knows", base("ninguem", OFFICE)),
        ("in another case", base("Gabinete-Helena", OFFICE)),
        ("of no customer", base("%20", OFFICE)),
        ("no id", base(CUSTOMER, "a%23b")),
        ("no text", base(CUSTOMER, "%ff")),
        ("too long", base(CUSTOMER, &"1".repeat(900))),
    ];
    for (place, wanted) in requests(&absent, &receipt).iter().enumerate() {
        let calls = stage.calls();
        let expected = asked(&stage, "k", wanted).await;
        assert_eq!(expected.status, 404, "{wanted:?}");
        let cost = stage.calls() - calls;
        assert_eq!(cost, 1, "one read of the table");
        for (case, base) in &strangers {
            let calls = stage.calls();
            let answer = asked(&stage, "k", &requests(base, &receipt)[place]).await;
            assert_eq!(answer, expected, "{case}: {wanted:?}");
            assert_eq!(stage.calls() - calls, cost, "{case}: {wanted:?}");
        }
    }
    // Ours, but what is another customer's in it is not there either.
    for (place, wanted) in requests(&base(OTHER_CUSTOMER, OTHER_OFFICE), &receipt).iter().enumerate().skip(2) {
        let answer = asked(&stage, &format!("k{place}"), wanted).await;
        assert!(matches!(answer.status, 200 | 404), "{wanted:?}");
        assert!(!answer.text.contains(PERSON) && !answer.text.contains("oi"), "{wanted:?}: {}", answer.text);
    }
    let ours = |item: &&String| !item.contains(&format!("A#{OTHER_OFFICE}"));
    assert_eq!(
        stage.everything().await.iter().filter(ours).collect::<Vec<_>>(),
        before.iter().filter(ours).collect::<Vec<_>>()
    );
    assert!(stage.meta.calls().is_empty());
}

#[tokio::test]
async fn forged_requests_have_no_effect_and_foreign_and_absent_look_the_same() {
    let (stage, receipt) = stage().await;
    let before = stage.everything().await;
    let mut numbers = Numbers(104);
    let customers =
        [OTHER_CUSTOMER, CUSTOMER, "ninguem", "gabinete", "", "%00", "*", "gabinete-helena%20", "..", "%2e%2e"];
    for trial in 0..trials() {
        let customer = *numbers.of(&customers);
        let absent = format!("{}", 17_841_400_000_001_000 + numbers.next(1_000_000));
        let foreign = if customer == CUSTOMER { OTHER_OFFICE } else { OFFICE };
        let (key, place) = (format!("k{trial}"), numbers.next(requests("", "").len()));
        let mut answers = Vec::new();
        for account in [foreign, &absent] {
            let base = format!("/v1/customers/{customer}/accounts/{account}");
            let (method, mut target, body) = requests(&base, &receipt).swap_remove(place);
            // Now and then with an id that nobody gave out.
            if trial % 3 == 0 {
                target = target.replace(PERSON, "900000000000777").replace("17900000000000001", "1790000");
            }
            answers.push(asked(&stage, &key, &(method, target, body)).await);
        }
        assert_eq!(answers[0].status, 404, "trial {trial}");
        assert_eq!(answers[0], answers[1], "trial {trial}");
    }
    assert_eq!(stage.everything().await, before);
    assert!(stage.meta.calls().is_empty());
    assert!(stage.metric("NotFound") >= 2 * trials());
}
