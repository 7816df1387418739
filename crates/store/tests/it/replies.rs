//! The reply protocol's writes in the emulator: who may write what, and who is refused.

use store::{
    Before, Conversation, Ended, Gate, GateClaim, Item, ItemContent, Key, Postponed, Queued, ReplyRef, ReplyState,
    SentAs, StoreError, keys,
};

use crate::fixtures::{NOW, Table, account_id, decided, peer, states, table};

async fn planned(table: &Table, replies: usize) -> ReplyRef {
    let pk = format!("T#{}#{}", account_id(), peer());
    let item = Key { pk, sk: "M#m1".to_owned() };
    table.store.save_facts(&account_id(), &peer(), &Conversation::default(), Conversation::default()).await.unwrap();
    let content = ItemContent { kind: Some("message".to_owned()), ..ItemContent::default() };
    table.store.save_item(&item, &Item::default(), &content, Some(&decided(replies)), 0).await.unwrap();
    ReplyRef { item, step: 0 }
}

const SENT: SentAs<'_> = SentAs { mid: Some("mid.1"), by: None, is_last: true, word: store::Word::Nobody, at: NOW };

fn gate(k: u64) -> Gate {
    Gate { item: "M#m1".to_owned(), step: 0, k, until: NOW + 40_000, by: "one".to_owned() }
}

fn later(due_at: i64) -> Postponed<'static> {
    Postponed { due_at, why: "waits", slot: None }
}

fn ended(state: ReplyState, due_at: Option<i64>) -> Ended {
    Ended { state, reason: "reason".to_owned(), due_at, again: None, replies: 2, word: store::Word::Nobody, at: NOW }
}

/// Claims the gate in a conversation that was read as `read`.
async fn claim(table: &Table, read: &Conversation, gate: &Gate, sent: &[String]) -> Result<(), StoreError> {
    let (account, peer) = (account_id(), peer());
    let claim = GateClaim { account: &account, peer: &peer, read, gate, sent, goes_first: None, discloses_at: None };
    table.store.claim_gate(claim).await
}

async fn conversation(table: &Table) -> Conversation {
    table.store.conversation(&account_id(), &peer(), NOW).await.unwrap()
}

#[tokio::test]
async fn case_96_only_one_claim_of_a_fence_succeeds() {
    let table = table().await;
    planned(&table, 1).await;
    let first = conversation(&table).await;
    claim(&table, &first, &gate(1), &[]).await.unwrap();
    assert!(matches!(claim(&table, &first, &gate(1), &[]).await, Err(StoreError::Conflict)));
    let second = conversation(&table).await;
    claim(&table, &second, &gate(2), &["aa".to_owned()]).await.unwrap();
    assert!(matches!(claim(&table, &second, &gate(2), &[]).await, Err(StoreError::Conflict)));
    let conversation = conversation(&table).await;
    assert_eq!((conversation.fence, conversation.gate, conversation.sent), (2, Some(gate(2)), vec!["aa".to_owned()]));
}

#[tokio::test]
async fn case_73_a_claim_fails_if_anything_was_learnt_of_the_conversation_since() {
    let table = table().await;
    planned(&table, 1).await;
    let read = conversation(&table).await;
    let mut next = read.clone();
    next.facts.take_wish(true, "msg:1:m2", instagram::UnixMillis(NOW));
    table.store.save_facts(&account_id(), &peer(), &read, next).await.unwrap();
    assert!(matches!(claim(&table, &read, &gate(1), &[]).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn a_claim_counts_as_a_change_of_the_conversation() {
    let table = table().await;
    planned(&table, 1).await;
    let read = conversation(&table).await;
    claim(&table, &read, &gate(1), &[]).await.unwrap();
    let late = table.store.save_facts(&account_id(), &peer(), &read, read.clone()).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn what_waits_in_a_conversation_is_served_in_order_and_forgotten_at_its_claim() {
    let table = table().await;
    planned(&table, 1).await;
    let (account, peer) = (account_id(), peer());
    for item in ["M#m1", "M#m2"] {
        let read = conversation(&table).await;
        let queue = read.queue_with(item, NOW + 1_000, NOW).unwrap();
        table.store.enqueue(&account, &peer, &read, &queue).await.unwrap();
        assert!(matches!(table.store.enqueue(&account, &peer, &read, &queue).await, Err(StoreError::Conflict)));
    }
    let read = conversation(&table).await;
    assert_eq!(read.queue_with("M#m2", NOW + 1_000, NOW), None, "it is in it");
    let turns = |read: &Conversation, now| ["M#m1", "M#m2", "M#m3"].map(|item| read.is_turn_of(item, now));
    assert_eq!(turns(&read, NOW), [true, false, false]);
    assert_eq!(turns(&read, NOW + 1_000), [true, true, true], "what is too late holds up nobody");
    claim(&table, &read, &gate(1), &[]).await.unwrap();
    assert_eq!(turns(&conversation(&table).await, NOW), [false, true, false]);
}

#[tokio::test]
async fn who_waits_at_the_gate_stays_before_the_others_when_one_of_them_is_ended() {
    let table = table().await;
    planned(&table, 1).await;
    let (account, peer) = (account_id(), peer());
    let head = Queued::new("M#m0", NOW + 1_000);
    for queued in [&["M#m1", "M#m2"][..], &["M#m1", "M#m0", "M#m2"]] {
        let read = conversation(&table).await;
        let queue: Vec<_> = queued.iter().map(|item| Queued::new(item, NOW + 1_000)).collect();
        table.store.enqueue(&account, &peer, &read, &queue).await.unwrap();
        let read = conversation(&table).await;
        let gate = gate(read.fence + 1);
        let claim = GateClaim {
            account: &account,
            peer: &peer,
            read: &read,
            gate: &gate,
            sent: &[],
            goes_first: Some(&head),
            discloses_at: None,
        };
        table.store.claim_gate(claim).await.unwrap();
        let expected = ["M#m0", "M#m2"].map(|item| Queued::new(item, NOW + 1_000));
        assert_eq!(conversation(&table).await.queue, expected, "{queued:?}");
    }
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
    store.record_sent(&place, 2, &SENT).await.unwrap();
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
    assert!(due(&table, NOW + 4, 10).await.is_empty(), "not yet");
    assert_eq!(due(&table, NOW + 5, 10).await, std::slice::from_ref(&place.item.sk));
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
    store.claim_reply(&place, 0, NOW + 40_000, "one").await.unwrap();
    assert!(matches!(store.claim_reply(&place, 0, NOW, "two").await, Err(StoreError::Conflict)));
    let item = store.item(&place.item, NOW).await.unwrap();
    assert_eq!((states(&item), item.due_at), (vec![ReplyState::Sending], None));
    assert_eq!((item.replies()[0].att, item.replies()[0].until), (1, Some(NOW + 40_000)));
    store.record_ended(&place, 1, &ended(ReplyState::Planned, Some(NOW))).await.unwrap();
    store.claim_reply(&place, 1, NOW, "two").await.unwrap();
    let item = store.item(&place.item, NOW).await.unwrap();
    assert_eq!(item.due_at, Some(NOW), "a due time goes only with the write that ends the reply");
}

#[tokio::test]
async fn a_reply_can_be_postponed_until_it_has_ended() {
    let table = table().await;
    let place = planned(&table, 1).await;
    let store = &table.store;
    store.postpone(&place, &later(NOW + 1)).await.unwrap();
    store.claim_reply(&place, 0, NOW, "two").await.unwrap();
    store.postpone(&place, &later(NOW + 2)).await.unwrap();
    assert_eq!(store.item(&place.item, NOW).await.unwrap().due_at, Some(NOW + 2));
    store.record_ended(&place, 1, &ended(ReplyState::Unknown, Some(NOW))).await.unwrap();
    assert!(matches!(store.postpone(&place, &later(NOW + 3)).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn a_sent_step_leaves_the_due_time_to_the_steps_after_it() {
    let table = table().await;
    let first = planned(&table, 2).await;
    table.store.postpone(&first, &later(NOW)).await.unwrap();
    for (step, is_last, due_at) in [(0, false, Some(NOW)), (1, true, None)] {
        let place = ReplyRef { step, ..first.clone() };
        table.store.record_sent(&place, 1, &SentAs { is_last, ..SENT }).await.unwrap();
        assert_eq!(table.store.item(&place.item, NOW).await.unwrap().due_at, due_at, "step {step}");
    }
}

#[tokio::test]
async fn an_echo_counts_only_while_its_attempt_is_under_way_or_in_doubt() {
    let cases = [
        ("claimed, not recorded", None, 1, true),
        ("in doubt", Some((ReplyState::Unknown, 1)), 1, true),
        ("another attempt in doubt", Some((ReplyState::Unknown, 2)), 1, false),
        ("ended, to be tried later", Some((ReplyState::Planned, 1)), 1, false),
        ("the attempt after that", Some((ReplyState::Planned, 1)), 2, true),
        ("failed", Some((ReplyState::Failed, 1)), 1, false),
    ];
    for (case, recorded, k, counts) in cases {
        let table = table().await;
        let place = planned(&table, 2).await;
        if let Some((state, att)) = recorded {
            let due_at = (!state.is_final()).then_some(NOW);
            table.store.record_ended(&place, att, &ended(state, due_at)).await.unwrap();
        }
        let heard = table.store.record_found(&place, k, &SENT).await;
        assert_eq!(heard.is_ok(), counts, "{case}");
        let item = table.store.item(&place.item, NOW).await.unwrap();
        assert_eq!(item.replies()[0].state == ReplyState::Sent, counts, "{case}");
        assert_eq!(item.due_at.is_none(), counts || recorded.is_some_and(|(state, _)| state.is_final()), "{case}");
    }
}

#[tokio::test]
async fn what_is_decided_about_a_doubt_or_a_parked_reply_counts_only_for_that() {
    use ReplyState::{Failed, Parked, Planned, Sent, Unknown};
    for state in [Planned, Unknown, Sent, Failed, Parked] {
        for k in [2, 3] {
            let table = table().await;
            let (place, store) = (planned(&table, 2).await, &table.store);
            let due_at = (!state.is_final()).then_some(NOW);
            match state {
                Sent => drop(store.record_sent(&place, 2, &SENT).await.unwrap()),
                _ => store.record_ended(&place, 2, &ended(state, due_at)).await.unwrap(),
            }
            let before = store.item(&place.item, NOW).await.unwrap();
            let again = Ended { again: Some(1), ..ended(Planned, Some(NOW + 1)) };
            let judged = store.record_judged(&place, k, &again).await;
            assert_eq!(judged.is_ok(), state == Unknown && k == 2, "{state:?} after attempt 2, judged after {k}");
            if judged.is_ok() {
                let item = store.item(&place.item, NOW).await.unwrap();
                assert_eq!((item.replies()[0].state, item.replies()[0].again), (Planned, 1));
                assert_eq!(item.due_at, Some(NOW + 1));
                continue;
            }
            let resolved = store.record_resolved(&place, k, &ended(Planned, Some(NOW + 1)), Some(NOW + 9)).await;
            assert_eq!(resolved.is_ok(), state == Parked && k == 2, "{state:?} after attempt 2, resolved after {k}");
            if resolved.is_err() {
                assert_eq!(store.item(&place.item, NOW).await.unwrap(), before, "{state:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_doubt_is_as_old_as_its_first_moment_and_its_story_is_kept() {
    let table = table().await;
    let (place, store) = (planned(&table, 1).await, &table.store);
    let unknown = |at| Ended { at, ..ended(ReplyState::Unknown, Some(NOW + 5)) };
    store.record_ended(&place, 1, &unknown(NOW)).await.unwrap();
    store.record_judged(&place, 1, &unknown(NOW + 1)).await.unwrap();
    store.record_judged(&place, 1, &ended(ReplyState::Planned, Some(NOW + 2))).await.unwrap();
    store.record_ended(&place, 2, &unknown(NOW + 3)).await.unwrap();
    let reply = store.item(&place.item, NOW).await.unwrap().replies()[0].clone();
    assert_eq!(reply.unknown_since, Some(NOW));
    let story: Vec<_> = reply.tries.iter().map(|tried| (tried.k, tried.at)).collect();
    assert_eq!(story, [(1, NOW), (1, NOW + 1), (1, NOW), (2, NOW + 3)]);
}

#[tokio::test]
async fn what_is_due_comes_earliest_first_and_no_more_of_it_than_asked_for() {
    let table = table().await;
    let pk = format!("T#{}#{}", account_id(), peer());
    let content = ItemContent { kind: Some("message".to_owned()), ..ItemContent::default() };
    let items: Vec<Key> = (0..40).map(|n| Key { pk: pk.clone(), sk: format!("M#m{n:02}") }).collect();
    for (item, due_at) in items.iter().zip(NOW..) {
        table.store.save_item(item, &Item::default(), &content, Some(&decided(1)), 0).await.unwrap();
        table.store.postpone(&ReplyRef { item: item.clone(), step: 0 }, &later(due_at)).await.unwrap();
    }
    let sks: Vec<String> = items.iter().map(|item| item.sk.clone()).collect();
    let mut all = due(&table, NOW + 99, 100).await;
    all.sort();
    assert_eq!(all, sks);
    for shard in 0..store::DUE_SHARDS {
        let all = table.store.due(shard, NOW + 99, 100).await.unwrap();
        let some = table.store.due(shard, NOW + 99, 2).await.unwrap();
        assert_eq!(some, all[..all.len().min(2)], "shard {shard}");
        assert!(all.is_sorted_by_key(|(_, item)| item.due_at), "shard {shard}");
    }
    table.store.record_sent(&ReplyRef { item: items[0].clone(), step: 0 }, 1, &SENT).await.unwrap();
    assert_eq!(due(&table, NOW + 9, 100).await.len(), 9, "one of ten is done");
}

/// The sort keys of what is due, at most `most` of each shard.
async fn due(table: &Table, now_ms: i64, most: usize) -> Vec<String> {
    let mut due = Vec::new();
    for shard in 0..store::DUE_SHARDS {
        due.extend(table.store.due(shard, now_ms, most).await.unwrap().into_iter().map(|(key, _)| key.sk));
    }
    due
}

#[tokio::test]
async fn proof_says_what_stood_there_before_it() {
    let table = table().await;
    let (place, store) = (planned(&table, 2).await, &table.store);
    let second = ReplyRef { step: 1, ..place.clone() };
    let before = |state, mid: Option<&str>| Some(Before { state, mid: mid.map(str::to_owned) });
    let sent = |mid| SentAs { mid: Some(mid), is_last: false, ..SENT };
    store.record_ended(&place, 1, &ended(ReplyState::Unknown, Some(NOW))).await.unwrap();
    let cases = [
        ("in doubt", &place, "mid.1", before(ReplyState::Unknown, None)),
        ("once more", &place, "mid.1", before(ReplyState::Sent, Some("mid.1"))),
        ("as another message", &place, "mid.2", before(ReplyState::Sent, Some("mid.1"))),
        ("the next of the plan", &second, "mid.3", before(ReplyState::Planned, None)),
    ];
    for (case, place, mid, expected) in cases {
        assert_eq!(store.record_sent(place, 1, &sent(mid)).await.unwrap(), expected, "{case}");
    }
}

#[test]
fn an_items_key_tells_its_events_key_where_it_is_not_a_hash() {
    let (account, peer) = (account_id(), peer());
    let cases = [
        r#"{"sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1,"message":{"mid":"m1","text":"oi"}}"#,
        r#"{"field":"comments","value":{"id":"c1","text":"oi","from":{"id":"1","username":"k"},"media":{"id":"2"}}}"#,
        r#"{"sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1,"postback":{"mid":"m2","payload":"p"}}"#,
    ];
    for raw in cases {
        let event = crate::fixtures::event(raw);
        let event_key = instagram::event_key(&event, raw);
        let told = keys::event_key(&keys::item(&account, &peer, &event, &event_key));
        let is_hashed = matches!(event.kind, instagram::Kind::PostbackPressed(_));
        assert_eq!(told, (!is_hashed).then_some(event_key), "{raw}");
    }
    let pk = keys::thread_partition(&account, &peer);
    assert_eq!(keys::event_key(&Key { pk, sk: format!("M#{}", "Z".repeat(600)) }), None, "its event's key is hashed");
}

#[tokio::test]
async fn nothing_is_recorded_on_an_item_that_is_gone() {
    let table = table().await;
    let place = ReplyRef { item: Key { pk: "T#1#2".to_owned(), sk: "M#m1".to_owned() }, step: 0 };
    assert!(matches!(table.store.record_sent(&place, 1, &SENT).await, Err(StoreError::Conflict)));
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
    table.store.own_message(&account, &peer, "e1", 0, NOW).await.unwrap();
    let conversation = table.store.conversation(&account, &peer, NOW).await.unwrap();
    assert_eq!(conversation.facts.paused_until(), None);
    assert!(conversation.is_own("e1"));
    assert_eq!(keys::short_digest("e1").len(), 16);
}
