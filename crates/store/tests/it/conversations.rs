//! What a conversation knows of its own replies: pure.

use instagram::Peer;
use store::{Conversation, Queued, keys};

use crate::fixtures::{NOW, account_id, peer};

#[test]
fn cases_55_97_a_private_reply_is_expected_by_its_words_until_it_would_be_too_late() {
    let mut conversation = Conversation::default();
    conversation.expect("Segue  o link.\n", NOW + 10);
    let cases = [
        ("its words", "Segue o link.", NOW, true),
        ("other blanks", " Segue\to\nlink. ", NOW + 9, true),
        ("too late", "Segue o link.", NOW + 10, false),
        ("other words", "Segue o link", NOW, false),
        ("nothing", "", NOW, false),
    ];
    for (case, text, at, expected) in cases {
        assert_eq!(conversation.expects(text, at), expected, "{case}");
    }
    conversation.expect("Segue o link.", NOW + 20);
    assert_eq!((conversation.expected.len(), conversation.expects("Segue o link.", NOW + 19)), (1, true), "once more");
}

#[test]
fn the_latest_expectations_are_kept_and_the_item_stays_small() {
    let mut conversation = Conversation::default();
    for n in 0..6 {
        conversation.expect(&format!("resposta {n}"), NOW + 10);
    }
    let expected: Vec<_> = (0..6).map(|n| conversation.expects(&format!("resposta {n}"), NOW)).collect();
    assert_eq!(expected, [false, false, true, true, true, true]);
}

#[test]
fn the_latest_of_our_messages_are_known_as_ours() {
    let mut conversation = Conversation::default();
    for n in (0..9).chain([8]) {
        conversation.remember_sent(&format!("mid.{n}"));
    }
    let own: Vec<_> = (0..10).filter(|n| conversation.is_own(&format!("mid.{n}"))).collect();
    assert_eq!(own, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_place_in_the_queue_is_taken_once_and_given_up_when_its_time_is_over() {
    let queue = |items: &[(&str, i64)]| items.iter().map(|(item, until)| Queued::new(item, *until)).collect::<Vec<_>>();
    let held = Conversation { queue: queue(&[("M#1", NOW), ("M#2", NOW + 1)]), ..Conversation::default() };
    assert_eq!(held.queue_with("M#3", NOW + 2, NOW), Some(queue(&[("M#2", NOW + 1), ("M#3", NOW + 2)])));
    assert_eq!(held.queue_with("M#2", NOW + 2, NOW), None, "it has one");
    assert_eq!(held.queue_with("M#1", NOW + 2, NOW), Some(queue(&[("M#2", NOW + 1), ("M#1", NOW + 2)])));
    let many: Vec<_> = (0..store::QUEUE_KEPT).map(|n| Queued::new(&format!("M#{n}"), NOW + 1)).collect();
    let full = Conversation { queue: many, ..Conversation::default() };
    assert_eq!(full.queue_with("M#x", NOW + 2, NOW), None, "it is full");
    assert!(full.queue_with("M#x", NOW + 2, NOW + 1).is_some(), "of places that are given up");
    assert!(!full.is_turn_of("M#x", NOW) && full.is_turn_of("M#x", NOW + 1));
}

#[test]
fn a_conversations_partition_tells_whose_it_is_and_no_other_does() {
    let key = |peer: &Peer| keys::conversation(&account_id(), peer);
    assert_eq!(keys::thread_of(&format!("T#{}#{}", account_id(), peer())), Some((account_id(), peer())));
    for partition in [key(&peer()).pk.as_str(), "ALL", "PARKED", "P#1", "T#1", "T##2", "T#1#", "", "X#1#2"] {
        assert_eq!(keys::thread_of(partition), None, "{partition}");
    }
}
