//! What operators do for a person who wants to see what is held, or to be forgotten.

use serde_json::Value;
use store::{ErasureState, Page, ReplyState, Store, keys};

use crate::operators::{ACCOUNT, PERSON, Scene, WORDS, id, peer};

const FAILED: &str = "c0ffee0000000000000000000000000f";

/// What the caretaker does until nothing is due.
pub(crate) async fn tend(store: &Store, now: i64) {
    let mut now = now + 60_000;
    while !store.open_orders(now).await.unwrap().is_empty() {
        // The account itself is due as well: what became of it is to be told.
        for key in store.due_keys(store::CHORES_SHARD, now, 10).await.unwrap().into_iter().filter(keys::is_order) {
            while store.erase_page(&key, now).await.unwrap() == Page::More {}
        }
        now += 60_000;
    }
}

/// The code in what `erase` said.
pub(crate) fn code(told: &str) -> String {
    let (_, rest) = told.split_once("Receipt ").unwrap_or_else(|| panic!("no receipt: {told}"));
    rest.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_is_erased_under_a_receipt_and_the_request_is_struck_off() {
    let scene = Scene::new().await;
    scene.message("mid.1", FAILED, ReplyState::Failed, "window").await;
    scene.store.request_erasure(&id(), &peer(), scene.now).await.unwrap();
    let (succeeded, told) = scene.ask(&["erase", ACCOUNT, PERSON, "--yes"]).await;
    assert!(succeeded && told.contains("replies under public comments"), "{told}");
    let code = code(&told);
    assert_eq!(code.len(), 32, "128 random bits");
    scene.expect(&["receipt", &code], true, &["one person", "sending has stopped"], &[PERSON]).await;
    tend(&scene.store, scene.now).await;
    scene.expect(&["receipt", &code], true, &["done", "nothing is left"], &[PERSON]).await;
    assert_eq!(scene.store.receipt(&code).await.unwrap().unwrap().state, ErasureState::Done);
    assert!(scene.store.erasure_requests().await.unwrap().is_empty());
    assert!(scene.store.items(&id(), &peer(), scene.now).await.unwrap().is_empty());
    assert_eq!(scene.audits().await, [("operator maria".to_owned(), format!("erasure of a person, receipt {code}"))]);
}

#[tokio::test]
async fn a_whole_account_is_erased_only_if_that_is_said() {
    let scene = Scene::new().await;
    scene.message("mid.1", FAILED, ReplyState::Failed, "window").await;
    let cases: [(&[&str], &str); 5] = [
        (&["erase", ACCOUNT], "required"),
        (&["erase", ACCOUNT, PERSON, "--whole-account"], "cannot be used with"),
        (&["erase", ACCOUNT, "--whole-account"], "nothing was erased"),
        (&["erase", "17841400000000009", "--whole-account", "--yes"], "is not connected here"),
        (&["receipt", "guessed"], "no erasure has this receipt"),
    ];
    for (words, expected) in cases {
        scene.expect(words, false, &[expected], &[]).await;
    }
    assert_eq!(scene.store.items(&id(), &peer(), scene.now).await.unwrap().len(), 1);
    let (succeeded, told) = scene.ask(&["erase", ACCOUNT, "--whole-account", "--yes"]).await;
    assert!(succeeded, "{told}");
    tend(&scene.store, scene.now).await;
    scene.expect(&["receipt", &code(&told)], true, &["the whole account", "nothing is left"], &[]).await;
    assert!(scene.store.conversations(&id(), scene.now).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_export_is_a_file_with_everything_and_leaves_a_record() {
    let scene = Scene::new().await;
    scene.message("mid.1", FAILED, ReplyState::Failed, "window").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("person.json");
    let path = file.to_str().unwrap();
    scene.expect(&["export", ACCOUNT, PERSON, "--out", path], true, &["3 items"], &WORDS).await;
    let export: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(export["person"], serde_json::json!([PERSON]));
    let held = &export["held"];
    let text = held["messages"][0]["body"]["text"].as_str().unwrap();
    assert!(text.starts_with(WORDS[0]), "readable: {text}");
    assert!(held["messages"][0]["replies"][0]["text"].as_str().unwrap().starts_with(WORDS[1]));
    let sorts: Vec<&str> = held.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(sorts, ["conversations", "failed_replies", "messages"]);
    let stored = scene.store.held_about(&id(), &peer(), scene.now).await.unwrap();
    let count: usize = held.as_object().unwrap().values().map(|list| list.as_array().unwrap().len()).sum();
    assert_eq!(count, stored.items.len(), "all that is stored");

    let whom = keys::digest(&format!("{ACCOUNT}|{PERSON}"));
    assert_eq!(scene.audits().await, [("maria".to_owned(), format!("export of the person {whom}"))]);
    scene.expect(&["export", ACCOUNT, PERSON, "--out", path], false, &["is there already"], &[]).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "for its owner alone");
    }
}
