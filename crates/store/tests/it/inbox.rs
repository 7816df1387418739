//! The list of conversations where there are very many.

use instagram::{Peer, PersonId};
use store::{Conversation, InboxPlace, Mark};

use crate::fixtures::{NOW, Table, account, account_id, table};

const HOUR: i64 = 3_600_000;

/// Some people who commented in one hour, one each millisecond.
async fn comment(table: &Table, begin: i64, people: std::ops::Range<i64>) {
    for n in people {
        let peer = Peer::from(&PersonId::parse(format!("{}", 900_000_000_000_000 + n)).unwrap());
        let mut next = Conversation { expires_at: NOW / 1000 + 86_400, ..Conversation::default() };
        next.facts.commented = Some(Mark { at: begin + n, id: format!("{n}") });
        let read = Conversation::default();
        table.store.enter_recent(&account_id(), &peer, &read.facts, &next).await.unwrap();
        table.store.save_facts(&account_id(), &peer, &read, next).await.unwrap();
    }
}

#[tokio::test]
async fn an_hour_of_many_is_listed_in_order_and_a_filter_that_few_pass_ends_before_all_is_read() {
    let (table, account) = (table().await, account());
    let later = NOW - NOW % HOUR;
    comment(&table, later, 0..700).await;
    comment(&table, later - HOUR, 700..2_100).await;
    comment(&table, later - 2 * HOUR, 2_100..2_103).await;

    let (mut seen, mut behind) = (Vec::new(), None);
    for _ in 0..3 {
        let page = table.store.inbox(&account, behind.as_ref(), 90, NOW, |_, _| true).await.unwrap();
        seen.extend(page.rows.iter().map(|(_, at, _)| at - later));
        behind = page.next;
    }
    assert_eq!(seen, (430..700).rev().collect::<Vec<_>>(), "the newest first, and none twice");

    let is_wanted = |_: &Peer, conversation: &Conversation| {
        conversation.facts.commented.as_ref().is_some_and(|mark| mark.at < later - HOUR)
    };
    let page = table.store.inbox(&account, None, 2, NOW, is_wanted).await.unwrap();
    assert!(page.rows.is_empty(), "two thousand were looked at");
    assert_eq!(page.next, Some(InboxPlace { at: later - HOUR, peer: None }));
    let page = table.store.inbox(&account, page.next.as_ref(), 2, NOW, is_wanted).await.unwrap();
    assert_eq!(page.rows.iter().map(|(_, at, _)| at - later + 2 * HOUR).collect::<Vec<_>>(), [2_102, 2_101]);
    let page = table.store.inbox(&account, page.next.as_ref(), 2, NOW, is_wanted).await.unwrap();
    assert_eq!((page.rows.len(), page.next), (1, None));
}
