//! Conversations and items in the emulator.

use instagram::{MessageId, UnixMillis};
use store::{Consistency, Conversation, ItemContent, Key, StoreError, keys};

use crate::fixtures::{NOW, account, account_id, decided, event, peer, states, table};

const MESSAGE: &str = r#"{"sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600000,"message":{"mid":"m1","text":"Qual é a agenda? \ud83d\udc4b"}}"#;
const UNSENT: &str = r#"{"sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1767225601000,"message":{"mid":"m1","is_deleted":true}}"#;

fn message_key() -> Key {
    keys::item(&account_id(), &peer(), &event(MESSAGE), "msg:1:m1")
}

fn content(raws: &[&str]) -> ItemContent {
    let mut content = ItemContent::default();
    for raw in raws {
        content.apply(&event(raw), raw, UnixMillis(NOW));
    }
    content
}

#[tokio::test]
async fn what_was_written_is_read_back_and_the_second_writer_of_a_revision_is_refused() {
    let table = table().await;
    let key = message_key();
    let read = table.store.load(&account_id(), &peer(), &key, Consistency::Strong, NOW).await.unwrap();
    let mut next = Conversation::default();
    next.facts.apply(&event(MESSAGE), "key", UnixMillis(NOW), false);
    next.expires_at = NOW / 1000 + 100;
    let saved = table.store.save_facts(&account_id(), &peer(), &read.conversation, next.clone()).await.unwrap();
    assert_eq!((saved.rev, &saved.facts), (1, &next.facts));
    let late = table.store.save_facts(&account_id(), &peer(), &read.conversation, next.clone()).await;
    assert!(matches!(late, Err(StoreError::Conflict)));

    let content = content(&[MESSAGE]);
    table.store.save_item(&key, &read.item, &content, Some(&decided(1)), NOW / 1000 + 100).await.unwrap();
    let late = table.store.save_item(&key, &read.item, &content, None, 0).await;
    assert!(matches!(late, Err(StoreError::Conflict)));

    let read = table.store.load(&account_id(), &peer(), &key, Consistency::Strong, NOW).await.unwrap();
    assert_eq!(read.conversation.facts, next.facts);
    assert_eq!(read.item.content, content);
    assert_eq!(read.item.decision, Some(decided(1)));
    assert_eq!(read.item.content.parsed_body().unwrap().text.unwrap().expose(), "Qual é a agenda? 👋");
}

#[tokio::test]
async fn a_decision_is_written_once() {
    let table = table().await;
    let key = message_key();
    let empty = store::Item::default();
    table.store.save_item(&key, &empty, &content(&[MESSAGE]), Some(&decided(1)), 0).await.unwrap();
    let mut read = table.store.item(&key, NOW).await.unwrap();
    read.decision = None;
    let second = table.store.save_item(&key, &read, &content(&[MESSAGE]), Some(&decided(2)), 0).await;
    assert!(matches!(second, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn unsending_takes_the_words_out_of_the_item_its_trace_and_its_plan() {
    let table = table().await;
    let key = message_key();
    let mut planned = decided(2);
    planned.replies[1].message = Some(r#"{"text":"Segue a agenda."}"#.into());
    table.store.save_item(&key, &store::Item::default(), &content(&[MESSAGE]), Some(&planned), 0).await.unwrap();
    let read = table.store.item(&key, NOW).await.unwrap();
    table.store.save_item(&key, &read, &content(&[MESSAGE, UNSENT]), None, 0).await.unwrap();
    let item = table.store.item(&key, NOW).await.unwrap();
    assert_eq!(item.content.body, None);
    let decision = item.decision.clone().unwrap();
    assert_eq!((decision.trace, decision.facts), (None, None));
    assert!(decision.replies.iter().all(|reply| reply.text.is_none() && reply.message.is_none()));
    assert_eq!(states(&item).len(), 2);
}

#[tokio::test]
async fn words_that_arrive_without_a_sender_after_the_unsending_are_not_kept() {
    let table = table().await;
    let mid = MessageId::parse("m1").unwrap();
    table.store.bury(&account_id(), &mid, NOW, NOW / 1000 + 100).await.unwrap();
    table.store.bury(&account_id(), &mid, NOW + 1, NOW / 1000 + 100).await.unwrap();
    let stray = event(r#"{"timestamp":1767225602000,"message_edit":{"mid":"m1","text":"de novo","num_edit":1}}"#);
    let peer = stray.peer().unwrap();
    let key = keys::item(&account_id(), &peer, &stray, "edit:1:m1:1");
    let read = table.store.load(&account_id(), &peer, &key, Consistency::Strong, NOW).await.unwrap();
    assert_eq!(read.item.content.deleted_at, Some(NOW));
    let mut content = read.item.content.clone();
    content.apply(&stray, "", UnixMillis(NOW));
    assert!(content.edit.unwrap().text.is_none());
}

#[tokio::test]
async fn an_expired_item_counts_as_absent() {
    let table = table().await;
    let key = message_key();
    table.store.save_item(&key, &store::Item::default(), &content(&[MESSAGE]), None, NOW / 1000).await.unwrap();
    assert_eq!(table.store.item(&key, NOW).await.unwrap(), store::Item::default());
    assert!(table.store.item(&key, NOW - 1000).await.unwrap().content.kind.is_some());
    let loaded = table.store.load(&account_id(), &peer(), &key, Consistency::Strong, NOW).await.unwrap().item;
    assert_eq!(loaded.content, ItemContent::default());
}

#[tokio::test]
async fn what_expired_and_is_not_deleted_yet_can_be_written_anew() {
    let table = table().await;
    let key = message_key();
    let past = NOW / 1000;
    let mut old = Conversation::default();
    old.facts.apply(&event(MESSAGE), "key", UnixMillis(NOW), false);
    old.expires_at = past;
    table.store.save_facts(&account_id(), &peer(), &Conversation::default(), old).await.unwrap();
    table.store.save_item(&key, &store::Item::default(), &content(&[MESSAGE]), Some(&decided(1)), past).await.unwrap();

    let read = table.store.load(&account_id(), &peer(), &key, Consistency::Strong, NOW).await.unwrap();
    assert_eq!(read.conversation.facts, store::Facts::default());
    let next = Conversation { expires_at: past + 100, ..read.conversation.clone() };
    table.store.save_facts(&account_id(), &peer(), &read.conversation, next).await.unwrap();
    let unsent = content(&[UNSENT]);
    table.store.save_item(&key, &read.item, &unsent, None, past + 100).await.unwrap();
    let item = table.store.item(&key, NOW).await.unwrap();
    assert_eq!(item.content, unsent, "none of the old words");
    assert_eq!(item.decision.unwrap().why, decided(1).why, "what was decided is not decided again");
}

#[test]
fn case_79_an_event_is_too_large_by_what_would_be_kept_of_it() {
    let head = r#""sender":{"id":"900"},"recipient":{"id":"17841400000000001"}"#;
    let long = "x".repeat(store::MAX_KEPT_BYTES);
    let edit = "x".repeat(store::MAX_EDIT_BYTES + 1);
    let cases = [
        ("a text", format!(r#"{{{head},"message":{{"mid":"m1","text":"oi"}}}}"#), false),
        ("a text beyond all measure", format!(r#"{{{head},"message":{{"mid":"m1","text":"{long}"}}}}"#), true),
        ("what is not kept", format!(r#"{{{head},"message":{{"mid":"m1","future":"{long}"}}}}"#), false),
        ("an unknown event", format!(r#"{{{head},"future":"{long}"}}"#), true),
        ("an edit", format!(r#"{{{head},"message_edit":{{"mid":"m1","num_edit":1,"text":"{edit}"}}}}"#), true),
        ("an unsend", format!(r#"{{{head},"message":{{"mid":"m1","is_deleted":true,"text":"{long}"}}}}"#), false),
    ];
    for (case, raw, expected) in cases {
        assert_eq!(store::is_too_large(&event(&raw), &raw), expected, "{case}");
        let kept = content(&[&raw]);
        assert_eq!(kept.in_quarantine, expected, "{case}");
        assert!(serde_json::to_string(&kept).unwrap().len() < 300_000, "{case}");
    }
}

#[tokio::test]
async fn an_account_lists_its_conversations_and_a_conversation_its_items() {
    let table = table().await;
    for id in ["1", "2"] {
        let peer = instagram::Peer::parse(id).unwrap();
        table.store.save_facts(&account_id(), &peer, &Conversation::default(), Conversation::default()).await.unwrap();
    }
    table.store.save_item(&message_key(), &store::Item::default(), &content(&[MESSAGE]), None, 0).await.unwrap();
    let conversations = table.store.conversations(&account_id(), NOW).await.unwrap();
    let peers: Vec<_> = conversations.iter().map(|(peer, _)| peer.as_str().to_owned()).collect();
    assert_eq!(peers, ["1", "2"]);
    let items = table.store.items(&account_id(), &peer(), NOW).await.unwrap();
    assert_eq!(items.iter().map(|(sk, _)| sk.as_str()).collect::<Vec<_>>(), ["M#m1"]);
}

#[tokio::test]
async fn rules_are_versions_and_the_account_names_the_one_in_force() {
    let table = table().await;
    let id = account_id();
    assert!(matches!(table.store.put_rules(&id, "{}", NOW).await, Err(StoreError::Conflict)), "no such account");
    table.store.put_account(&account()).await.unwrap();
    assert_eq!(table.store.put_rules(&id, "one", NOW).await.unwrap(), 1);
    assert_eq!(table.store.put_rules(&id, "two", NOW).await.unwrap(), 2);
    table.store.use_rules(&id, 1).await.unwrap();
    assert!(matches!(table.store.use_rules(&id, 7).await, Err(StoreError::Conflict)), "no such version");
    assert_eq!(table.store.account(&id).await.unwrap().unwrap().rules, 1);
    let documents: Vec<_> = table.store.rules_versions(&id).await.unwrap().into_iter().map(|r| r.document).collect();
    assert_eq!(documents, ["one", "two"]);
    assert_eq!(table.store.put_rules(&id, "three", NOW).await.unwrap(), 3, "numbers are not used again");
}
