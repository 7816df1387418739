//! The list of conversations.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::{Decided, Reply, ReplyAction, ReplyState, Steer};

use crate::stage::{OFFICE, PERSON, Stage, comment, message, peer};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The people of all pages, in order.
async fn pages(stage: &Stage, query: &str) -> Vec<String> {
    let mut people = Vec::new();
    let mut target = format!("/conversations?{query}");
    for _ in 0..100 {
        let body = stage.get(&target).await.body();
        let rows = body["conversations"].as_array().unwrap();
        people.extend(rows.iter().map(|row| row["person"].as_str().unwrap().to_owned()));
        match body["next"].as_str() {
            Some(next) => target = format!("/conversations?{query}&before={next}"),
            None => return people,
        }
    }
    panic!("the list does not end");
}

#[tokio::test]
async fn conversations_come_newest_first_each_once_in_pages_of_any_length() {
    let stage = Stage::new().await;
    // Some in one hour, some in others, some of one moment, and some that had something new later.
    let times: Vec<i64> =
        (0..40).map(|n| [MINUTE * n, HOUR * n, 7 * HOUR, 26 * HOUR + n][usize::try_from(n % 4).unwrap()]).collect();
    let mut expected = BTreeSet::new();
    for (n, ago) in times.iter().enumerate() {
        let person = format!("{}", 900_000_000_000_000 + n);
        stage.hears(&message(&person, &format!("early-{n}"), "oi"), ago + 3 * HOUR, None).await;
        stage.hears(&message(&person, &format!("m-{n}"), "oi"), *ago, None).await;
        expected.insert((stage.now() - ago, person));
    }
    let expected: Vec<String> = expected.into_iter().rev().map(|(_, person)| person).collect();
    for limit in [1, 7, 39, 40, 100] {
        assert_eq!(pages(&stage, &format!("limit={limit}")).await, expected, "{limit}");
    }
}

#[tokio::test]
async fn only_those_that_are_asked_for_are_listed() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let people: Vec<String> = (0..9).map(|n| format!("90000000000000{n}")).collect();
    for (n, person) in people.iter().enumerate() {
        let ago = HOUR * i64::try_from(n).unwrap() + MINUTE;
        stage.hears(&message(person, &format!("m{n}"), "oi"), ago, None).await;
        if n % 3 == 0 {
            let echo = json!({"sender": {"id": OFFICE}, "recipient": {"id": person},
                "message": {"mid": format!("e{n}"), "text": "ola", "is_echo": true}});
            stage.hears(&echo, ago - 30_000, None).await;
        }
        if n % 4 == 1 {
            let pause = Steer::Pause(stage.now() + HOUR);
            stage.store.steer(&account, &peer(person), &pause, stage.now()).await.unwrap();
        }
    }
    let named = |numbers: &[usize]| numbers.iter().map(|n| people[*n].clone()).collect::<Vec<_>>();
    assert_eq!(pages(&stage, "only=unanswered&limit=2").await, named(&[1, 2, 4, 5, 7, 8]));
    assert_eq!(pages(&stage, "only=paused&limit=2").await, named(&[0, 1, 3, 5, 6]), "an answer by hand pauses, too");
    assert_eq!(pages(&stage, "only=parked").await, named(&[]));

    let mut reply = Reply::planned("r".to_owned(), "rule".to_owned(), ReplyAction::Message, Some("ola".into()), 0);
    reply.state = ReplyState::Parked;
    let decided = |reply: &Reply| Decided {
        why: "answered".to_owned(),
        rules: 0,
        trace: None,
        facts: None,
        effects: Vec::new(),
        replies: vec![reply.clone()],
    };
    for n in [2, 6, 7] {
        let raw = comment(&people[n], &format!("1790000000000000{n}"), "oi");
        let item = stage.hears(&raw, 20 * HOUR, Some(decided(&reply))).await;
        stage.lists(&item, 0, ReplyState::Parked).await;
    }
    assert_eq!(pages(&stage, "only=parked&limit=1").await, named(&[2, 6, 7]));
    assert_eq!(pages(&stage, "only=parked").await, named(&[2, 6, 7]));
}

#[tokio::test]
async fn a_line_says_how_a_conversation_stands() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), HOUR, None).await;
    let row = stage.get("/conversations").await.body()["conversations"][0].clone();
    let at = stage.now() - HOUR;
    assert_eq!(
        row,
        json!({
            "person": PERSON, "also": [], "name": null, "username": null, "follows": null,
            "last_at": at, "person_last_at": at, "unanswered": true, "window_until": at + 24 * HOUR, "seen_at": null,
            "paused_until": null, "opted_out": false, "erasure_requested_at": null, "tags": [], "waiting": 0,
        })
    );
}

#[tokio::test]
async fn accounts_are_listed_for_their_customer_with_what_ails_them() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let told = stage.get("").await.body();
    assert_eq!(
        (&told["token_days_left"], &told["trouble"], &told["answers"]),
        (&json!(40), &Value::Null, &json!(true))
    );
    stage.store.mark_broken(&account, "token/190/463", stage.now()).await.unwrap();
    let told = stage.get("").await.body();
    assert_eq!((&told["trouble"]["reason"], &told["broken_since"]), (&json!("expired"), &json!(stage.now())));
    for (customer, expected) in [("gabinete-helena", vec![OFFICE]), ("ninguem", vec![])] {
        let body =
            stage.send(&crate::stage::request("GET", &format!("/v1/customers/{customer}/accounts"))).await.body();
        let ids: Vec<&str> =
            body["accounts"].as_array().unwrap().iter().map(|account| account["account"].as_str().unwrap()).collect();
        assert_eq!(ids, expected);
    }
}
