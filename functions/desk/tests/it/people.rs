//! A person's data is taken out, and erased.

use serde_json::{Value, json};

use crate::stage::{AUTHOR, OTHER_CUSTOMER, OTHER_OFFICE, PERSON, Stage, comment, message, request};

const EXPORT: &str = "/people/900000000000001/export";
const ERASURE: &str = "/people/900000000000001/erasure";

#[tokio::test]
async fn an_export_holds_everything_and_is_noted_with_who_asked() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), 2_000, None).await;
    stage.hears(&comment(PERSON, "17900000000000001", "lindo"), 1_000, None).await;
    stage.hears(&message("900000000000002", "m2", "outra"), 1_000, None).await;
    let answer = stage.get(EXPORT).await;
    let body = answer.body();
    assert_eq!(body["person"], json!([PERSON]));
    assert_eq!(body["held"]["messages"][0]["body"]["text"], "oi");
    assert_eq!(body["held"]["comments"][0]["body"]["text"], "lindo");
    assert_eq!(body["held"]["conversations"].as_array().unwrap().len(), 1);
    assert!(!answer.text.contains("outra") && body["next"].is_null());
    let items = stage.everything().await;
    let noted = items.iter().find(|item| item.contains("export of the person")).unwrap();
    assert!(noted.contains(&format!("desk {AUTHOR}")) && !noted.contains(PERSON), "{noted}");
    assert_eq!(stage.get("/people/900000000000009/export").await.status, 404);
}

#[tokio::test]
async fn a_long_export_comes_in_pages() {
    let stage = Stage::new().await;
    let long = "x".repeat(100_000);
    for n in 0..50 {
        stage.hears(&message(PERSON, &format!("m{n}"), &long), 1_000 + n, None).await;
    }
    let (mut count, mut pages, mut target) = (0, 0, EXPORT.to_owned());
    loop {
        let answer = stage.get(&target).await;
        assert!(answer.text.len() < 4 * 1024 * 1024, "{}", answer.text.len());
        let body = answer.body();
        count += body["held"]["messages"].as_array().map_or(0, Vec::len);
        pages += 1;
        let Some(next) = body["next"].as_str() else { break };
        target = format!("{EXPORT}?before={next}");
    }
    assert_eq!((count, pages), (50, 2));
}

#[tokio::test]
async fn an_erasure_is_opened_once_under_a_key_and_told_to_its_account_alone() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), 1_000, None).await;
    let first = stage.act_as("k1", "POST", ERASURE, Value::Null).await;
    assert_eq!(first.status, 202);
    assert_eq!(stage.act_as("k1", "POST", ERASURE, Value::Null).await, first);
    let receipt = first.body()["receipt"].as_str().unwrap().to_owned();
    let path = format!("/erasures/{receipt}");
    assert_eq!(stage.get(&path).await.body()["state"], "open");
    stage.erase_all().await;
    let told = stage.get(&path).await.body();
    assert_eq!(told["state"], "done");
    assert!(told["erased"].as_u64().unwrap() >= 2 && !told["done_at"].is_null());
    assert_eq!(stage.act_as("k1", "POST", ERASURE, Value::Null).await, first, "as it came late");
    assert_eq!(stage.act("POST", ERASURE, Value::Null).await.status, 404, "nobody is known any more");

    let theirs = format!("/v1/customers/{OTHER_CUSTOMER}/accounts/{OTHER_OFFICE}{path}");
    assert_eq!(stage.send(&request("GET", &theirs)).await.status, 404);
    for odd in ["0".repeat(32), "x".to_owned(), "a%23".to_owned()] {
        assert_eq!(stage.get(&format!("/erasures/{odd}")).await.status, 404);
    }
}
