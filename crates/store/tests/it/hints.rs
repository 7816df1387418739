//! Messages that Meta only hinted at: when somebody has to look for them.

use instagram::UnixMillis;
use store::{Consistency, HINT_PATIENCE_MS, Item, Key, StoreError, keys};

use crate::fixtures::{NOW, Table, account_id, decided, event, peer, table};

const HINT: &str = r#"{"sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600000,"message_edit":{"mid":"m1","num_edit":0}}"#;
const MESSAGE: &str = r#"{"sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600000,"message":{"mid":"m1","text":"oi"}}"#;
const UNSENT: &str = r#"{"sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600000,"message":{"mid":"m1","is_deleted":true}}"#;
const EDIT: &str = r#"{"sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600000,"message_edit":{"mid":"m1","text":"olá","num_edit":1}}"#;

fn key() -> Key {
    keys::item(&account_id(), &peer(), &event(MESSAGE), "msg:1:m1")
}

/// Applies an event as a worker does; a message is decided on.
async fn apply(table: &Table, raw: &str) -> Item {
    let read = table.store.load(&account_id(), &peer(), &key(), Consistency::Strong, NOW).await.unwrap().item;
    let mut content = read.content.clone();
    content.apply(&event(raw), raw, UnixMillis(NOW));
    let decision = (raw == MESSAGE && read.decision.is_none()).then(|| decided(1));
    table.store.save_item(&key(), &read, &content, decision.as_ref(), 0).await.unwrap();
    item(table).await
}

async fn item(table: &Table) -> Item {
    table.store.item(&key(), NOW).await.unwrap()
}

async fn due(table: &Table) -> usize {
    let mut due = 0;
    for shard in 0..store::DUE_SHARDS {
        due += table.store.due_keys(shard, i64::MAX, 10).await.unwrap().len();
    }
    due
}

#[tokio::test]
async fn case_100_a_hint_is_due_while_it_is_all_there_is_in_whatever_order_the_rest_comes() {
    let names = |raw: &str| match raw {
        HINT => "hint",
        MESSAGE => "message",
        UNSENT => "unsend",
        _ => "edit",
    };
    let events = [HINT, MESSAGE, UNSENT, EDIT];
    let orders = (0..256_usize).map(|n| [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3].map(|n| events[n]));
    for order in orders {
        let table = table().await;
        let mut seen: Vec<&str> = Vec::new();
        for raw in order {
            let item = apply(&table, raw).await;
            seen.push(raw);
            let is_hint = seen.contains(&HINT) && !seen.contains(&MESSAGE) && !seen.contains(&UNSENT);
            let story: Vec<_> = seen.iter().map(|raw| names(raw)).collect();
            assert_eq!(item.due_at, is_hint.then_some(NOW + HINT_PATIENCE_MS), "{story:?}");
            assert_eq!((item.is_hint(), due(&table).await), (is_hint, usize::from(is_hint)), "{story:?}");
        }
    }
}

#[tokio::test]
async fn a_hint_leaves_the_due_time_of_replies_alone() {
    let table = table().await;
    apply(&table, MESSAGE).await;
    let place = store::ReplyRef { item: key(), step: 0 };
    let wait = store::Postponed { due_at: NOW + 7, why: "waits", slot: None };
    table.store.postpone(&place, &wait).await.unwrap();
    for raw in [HINT, EDIT, UNSENT] {
        assert_eq!(apply(&table, raw).await.due_at, Some(NOW + 7), "{raw}");
    }
}

#[tokio::test]
async fn a_search_goes_on_or_ends_and_ends_for_good() {
    let table = table().await;
    apply(&table, HINT).await;
    table.store.look_again(&key(), NOW + 500).await.unwrap();
    assert_eq!(item(&table).await.due_at, Some(NOW + 500));
    assert_eq!(apply(&table, HINT).await.due_at, Some(NOW + 500), "the same hint again changes nothing");
    table.store.end_search(&key(), "missing").await.unwrap();
    for raw in [HINT, EDIT] {
        let item = apply(&table, raw).await;
        assert_eq!((item.hint.as_deref(), item.due_at, item.is_hint()), (Some("missing"), None, false));
    }
    assert_eq!(due(&table).await, 0);
    let item = apply(&table, MESSAGE).await;
    assert!(item.decision.is_some(), "the message itself is welcome whenever it comes");
}

#[tokio::test]
async fn nobody_searches_for_what_has_come_or_was_never_hinted_at() {
    for raws in [&[HINT, MESSAGE][..], &[MESSAGE, HINT], &[MESSAGE], &[]] {
        let table = table().await;
        for raw in raws {
            apply(&table, raw).await;
        }
        let before = item(&table).await;
        assert!(matches!(table.store.look_again(&key(), NOW).await, Err(StoreError::Conflict)), "{raws:?}");
        assert!(matches!(table.store.end_search(&key(), "missing").await, Err(StoreError::Conflict)), "{raws:?}");
        assert_eq!(item(&table).await, before, "{raws:?}");
    }
}
