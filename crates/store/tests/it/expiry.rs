//! What has expired is not there, however late the table deletes it.

use store::{Consistency, Conversation, Item, ItemContent, Key, Listed, ProfileRead, ReplyRef, ReplyState, keys};

use crate::fixtures::{NOW, account_id, peer, table};

#[tokio::test]
async fn every_read_leaves_out_what_has_expired() {
    let table = table().await;
    let store = &table.store;
    let ends_at = NOW / 1000 + 60;
    let name = Some("CANARIO".into());
    let profile = Some(ProfileRead { at: NOW, name, ..ProfileRead::default() });
    let mut next = Conversation { expires_at: ends_at, profile, ..Conversation::default() };
    next.facts.wrote.insert(NOW);
    store.save_facts(&account_id(), &peer(), &Conversation::default(), next).await.unwrap();
    let key = Key { pk: keys::thread_partition(&account_id(), &peer()), sk: "M#m1".to_owned() };
    let content = ItemContent { kind: Some("message".to_owned()), at: Some(NOW), ..ItemContent::default() };
    let item = Item { rev: 1, content, expires_at: ends_at, ..Item::default() };
    store.put_sample(&key, &item).await.unwrap();
    let place = ReplyRef { item: key.clone(), step: 0 };
    for state in [ReplyState::Parked, ReplyState::Failed] {
        let entry = Listed { expires_at: ends_at, ..Listed::new(&account_id(), &place, state, "window", NOW) };
        store.list(&entry).await.unwrap();
    }
    let last = ends_at * 1000 - 1;
    for (case, at, count) in [("until the end", last, 1), ("from then on", last + 1, 0)] {
        assert_eq!(store.conversations(&account_id(), at).await.unwrap().len(), count, "{case}");
        assert_eq!(store.items(&account_id(), &peer(), at).await.unwrap().len(), count, "{case}");
        assert_eq!(store.items_at(std::slice::from_ref(&key), at).await.unwrap().len(), count, "{case}");
        assert_eq!(store.parked(None, at).await.unwrap().len(), count, "{case}");
        assert_eq!(store.parked(Some(&account_id()), at).await.unwrap().len(), count, "{case}");
        assert_eq!(store.failed(&account_id(), at).await.unwrap().len(), count, "{case}");
        assert_eq!(usize::from(store.item(&key, at).await.unwrap().content.kind.is_some()), count, "{case}");
        let held = store.held_about(&account_id(), &peer(), at).await.unwrap();
        assert_eq!(held.items.len(), count * 2, "{case}: conversation and message");
        let conversation = store.conversation(&account_id(), &peer(), at).await.unwrap();
        assert_eq!(usize::from(conversation.profile.is_some()), count, "{case}");
        assert_eq!(usize::from(conversation.has_news()), count, "{case}");
        let loaded = store.load(&account_id(), &peer(), &key, Consistency::Strong, at).await.unwrap();
        assert_eq!(usize::from(loaded.conversation.profile.is_some()), count, "{case}");
        assert_eq!(usize::from(loaded.item.content.kind.is_some()), count, "{case}");
    }
}

#[tokio::test]
async fn what_is_written_after_the_end_does_not_bring_back_what_was_before_it() {
    let table = table().await;
    let store = &table.store;
    let profile = Some(ProfileRead { at: NOW, name: Some("CANARIO".into()), ..ProfileRead::default() });
    let next = Conversation { expires_at: NOW / 1000 + 60, profile, ..Conversation::default() };
    store.save_facts(&account_id(), &peer(), &Conversation::default(), next).await.unwrap();
    let later = NOW + 120_000;
    let read = store.conversation(&account_id(), &peer(), later).await.unwrap();
    let next = Conversation { expires_at: later / 1000 + 60, ..read.clone() };
    let written = store.save_facts(&account_id(), &peer(), &read, next).await.unwrap();
    assert_eq!(written.profile, None);
    let kept = Listed::new(
        &account_id(),
        &ReplyRef { item: keys::conversation(&account_id(), &peer()), step: 0 },
        ReplyState::Failed,
        "",
        NOW,
    );
    assert_eq!(kept.clone().kept_for(2).expires_at, NOW / 1000 + 2 * 86_400, "a list is kept no longer than the words");
    assert_eq!(kept.clone().kept_for(180), kept);
}
