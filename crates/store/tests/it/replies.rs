//! The reply protocol's writes in the emulator: who may write what, and who is refused.

use store::{Conversation, Ended, Gate, Item, ItemContent, Key, ReplyRef, ReplyState, StoreError, keys};

use crate::fixtures::{NOW, Table, account_id, decided, peer, states, table};

async fn planned(table: &Table, replies: usize) -> ReplyRef {
    let pk = format!("T#{}#{}", account_id(), peer());
    let item = Key { pk, sk: "M#m1".to_owned() };
    table.store.save_facts(&account_id(), &peer(), &Conversation::default(), Conversation::default()).await.unwrap();
    let content = ItemContent { kind: Some("message".to_owned()), ..ItemContent::default() };
    table.store.save_item(&item, &Item::default(), &content, Some(&decided(replies)), 0).await.unwrap();
    ReplyRef { item, step: 0 }
}

fn gate(k: u64) -> Gate {
    Gate { item: "M#m1".to_owned(), step: 0, k, until: NOW + 40_000 }
}

fn ended(state: ReplyState, due_at: Option<i64>) -> Ended {
    Ended { state, reason: "reason".to_owned(), due_at, replies: 2 }
}

#[tokio::test]
async fn case_96_only_one_claim_of_a_fence_succeeds() {
    let table = table().await;
    planned(&table, 1).await;
    let (account, peer) = (account_id(), peer());
    table.store.claim_gate(&account, &peer, 0, &gate(1), &[]).await.unwrap();
    assert!(matches!(table.store.claim_gate(&account, &peer, 0, &gate(1), &[]).await, Err(StoreError::Conflict)));
    table.store.claim_gate(&account, &peer, 1, &gate(2), &["aa".to_owned()]).await.unwrap();
    assert!(matches!(table.store.claim_gate(&account, &peer, 1, &gate(2), &[]).await, Err(StoreError::Conflict)));
    let conversation = table.store.conversation(&account, &peer).await.unwrap();
    assert_eq!((conversation.fence, conversation.gate, conversation.sent), (2, Some(gate(2)), vec!["aa".to_owned()]));
}

#[tokio::test]
async fn a_claim_counts_as_a_change_of_the_conversation() {
    let table = table().await;
    planned(&table, 1).await;
    let read = table.store.conversation(&account_id(), &peer()).await.unwrap();
    table.store.claim_gate(&account_id(), &peer(), 0, &gate(1), &[]).await.unwrap();
    let late = table.store.save_facts(&account_id(), &peer(), &read, read.clone()).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn an_outcome_counts_only_for_the_latest_attempt_and_proof_counts_always() {
    let table = table().await;
    let place = planned(&table, 2).await;
    let store = &table.store;
    store.record_ended(&place, 2, &ended(ReplyState::Unknown, Some(NOW))).await.unwrap();
    for (case, k) in [("the same attempt again", 2), ("an earlier attempt", 1), ("a later one that was not planned", 3)]
    {
        let late = store.record_ended(&place, k, &ended(ReplyState::Failed, None)).await;
        assert!(matches!(late, Err(StoreError::Conflict)), "{case}");
    }
    store.record_sent(&place, 2, "mid.1").await.unwrap();
    let item = store.item(&place.item, NOW).await.unwrap();
    let reply = &item.decision.as_ref().unwrap().replies[0];
    assert_eq!((reply.state, reply.mid.as_deref(), &reply.reason), (ReplyState::Sent, Some("mid.1"), &None));
    assert_eq!(item.due_at, None);
}

#[tokio::test]
async fn a_reply_to_be_tried_later_is_planned_again_and_due() {
    let table = table().await;
    let place = planned(&table, 1).await;
    table.store.record_ended(&place, 1, &ended(ReplyState::Planned, Some(NOW + 5))).await.unwrap();
    let item = table.store.item(&place.item, NOW).await.unwrap();
    assert_eq!((states(&item), item.due_at), (vec![ReplyState::Planned], Some(NOW + 5)));
    let mut due = Vec::new();
    for shard in 0..store::DUE_SHARDS {
        due.extend(table.store.due(shard).await.unwrap());
    }
    assert_eq!(due.iter().map(|(key, _)| key).collect::<Vec<_>>(), [&place.item]);
    // A worker that lost its way with the first attempt cannot end the reply any more.
    let late = table.store.record_ended(&place, 1, &ended(ReplyState::Failed, None)).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn what_follows_a_failed_step_fails_with_it() {
    let table = table().await;
    let place = planned(&table, 2).await;
    table.store.record_ended(&place, 1, &ended(ReplyState::Failed, None)).await.unwrap();
    let item = table.store.item(&place.item, NOW).await.unwrap();
    assert_eq!(states(&item), [ReplyState::Failed, ReplyState::Failed]);
    assert_eq!(item.decision.unwrap().replies[1].reason.as_deref(), Some("earlier_step"));
}

#[tokio::test]
async fn a_reply_without_a_gate_is_claimed_once_per_attempt() {
    let table = table().await;
    let place = planned(&table, 1).await;
    let store = &table.store;
    store.claim_reply(&place, 0, NOW + 100_000).await.unwrap();
    assert!(matches!(store.claim_reply(&place, 0, NOW).await, Err(StoreError::Conflict)));
    let item = store.item(&place.item, NOW).await.unwrap();
    assert_eq!((states(&item), item.due_at), (vec![ReplyState::Sending], Some(NOW + 100_000)));
    assert!(matches!(store.postpone(&place, NOW).await, Err(StoreError::Conflict)), "no longer planned");
    store.record_ended(&place, 1, &ended(ReplyState::Planned, Some(NOW))).await.unwrap();
    store.claim_reply(&place, 1, NOW).await.unwrap();
}

#[tokio::test]
async fn nothing_is_recorded_on_an_item_that_is_gone() {
    let table = table().await;
    let place = ReplyRef { item: Key { pk: "T#1#2".to_owned(), sk: "M#m1".to_owned() }, step: 0 };
    assert!(matches!(table.store.record_sent(&place, 1, "mid.1").await, Err(StoreError::Conflict)));
    assert!(matches!(
        table.store.record_ended(&place, 1, &ended(ReplyState::Unknown, Some(NOW))).await,
        Err(StoreError::Conflict | StoreError::Refused { .. })
    ));
}

#[tokio::test]
async fn case_97_an_own_message_under_another_person_lifts_the_pause_it_caused() {
    let table = table().await;
    let (account, peer) = (account_id(), peer());
    let mut next = Conversation::default();
    let echo = crate::fixtures::event(
        r#"{"sender":{"id":"17841400000000001"},"recipient":{"id":"900000000000001"},"timestamp":1767225600000,"message":{"mid":"e1","is_echo":true}}"#,
    );
    next.facts.apply(&echo, "key", instagram::UnixMillis(NOW), true);
    assert!(next.facts.paused_until().is_some());
    table.store.save_facts(&account, &peer, &Conversation::default(), next).await.unwrap();
    table.store.own_message(&account, &peer, "e1", 0).await.unwrap();
    let conversation = table.store.conversation(&account, &peer).await.unwrap();
    assert_eq!(conversation.facts.paused_until(), None);
    assert!(conversation.is_own("e1"));
    assert_eq!(keys::short_digest("e1").len(), 16);
}
