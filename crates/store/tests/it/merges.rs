//! Any order of any events, with duplicates, ends in the same state.

use std::collections::BTreeMap;

use instagram::{Event, UnixMillis, event_key};
use proptest::prelude::*;
use store::{Facts, ItemContent, keys};

use crate::fixtures::{NOW, account_id, event};

/// One element of a small world: few ids and few moments, so that events meet.
fn element() -> impl Strategy<Value = (String, i64)> {
    let mid = prop::sample::select(vec!["m1", "m2"]);
    let moment = NOW..NOW + 6;
    (0..12_u8, mid, moment, 1..4_u32, any::<bool>()).prop_map(|(kind, mid, at, number, flag)| {
        let head = format!(r#""sender":{{"id":"900"}},"recipient":{{"id":"17841400000000001"}},"timestamp":{at}"#);
        let echo = format!(r#""sender":{{"id":"17841400000000001"}},"recipient":{{"id":"900"}},"timestamp":{at}"#);
        let raw = match kind {
            0 => format!(r#"{{{head},"message":{{"mid":"{mid}","text":"olá {number}"}}}}"#),
            1 => format!(r#"{{{head},"message":{{"mid":"{mid}","is_deleted":true}}}}"#),
            2 => format!(r#"{{{head},"message_edit":{{"mid":"{mid}","text":"edit {flag}","num_edit":{number}}}}}"#),
            3 => format!(r#"{{{head},"message_edit":{{"mid":"{mid}","num_edit":0}}}}"#),
            4 => format!(
                r#"{{{head},"reaction":{{"mid":"{mid}","action":"react","reaction":"love","emoji":"{number}"}}}}"#
            ),
            5 => format!(r#"{{{head},"reaction":{{"mid":"{mid}","action":"unreact"}}}}"#),
            6 => format!(r#"{{{head},"read":{{"mid":"{mid}"}}}}"#),
            7 => format!(r#"{{{head},"postback":{{"mid":"pb{number}","title":"Agenda","payload":"AGENDA"}}}}"#),
            8 => format!(r#"{{{echo},"message":{{"mid":"e{number}","text":"resposta","is_echo":true}}}}"#),
            9 => format!(r#"{{{head},"take_thread_control":{{"new_owner_app_id":"{number}"}}}}"#),
            10 => format!(r#"{{{head},"referral":{{"ref":"cartaz","source":"SHORTLINK","type":"OPEN_THREAD"}}}}"#),
            _ => {
                let field = if flag { "comments" } else { "live_comments" };
                format!(r#"{{"field":"{field}","value":{{"id":"c{number}","from":{{"id":"900"}},"text":"quero"}}}}"#)
            }
        };
        (raw, at)
    })
}

/// What the table would hold after these events in this order.
fn after(events: &[(Event, String, i64)]) -> (BTreeMap<String, ItemContent>, Facts) {
    let mut items: BTreeMap<String, ItemContent> = BTreeMap::new();
    let mut facts = Facts::default();
    for (event, raw, at) in events {
        let key = event_key(event, raw);
        let peer = event.peer().unwrap();
        let place = keys::item(&account_id(), &peer, event, &key);
        items.entry(format!("{}|{}", place.pk, place.sk)).or_default().apply(event, raw, UnixMillis(*at));
        facts.apply(event, &key, UnixMillis(*at), true);
    }
    (items, facts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn case_52_any_permutation_with_duplicates_gives_the_same_items(
        (events, shuffled) in prop::collection::vec(element(), 1..8).prop_flat_map(|elements| {
            let events: Vec<_> = elements.into_iter().map(|(raw, at)| (event(&raw), raw, at)).collect();
            let doubled: Vec<_> = events.iter().chain(&events).cloned().collect();
            (Just(events), Just(doubled).prop_shuffle())
        })
    ) {
        prop_assert_eq!(after(&events), after(&shuffled));
    }

    #[test]
    fn an_unsent_message_holds_no_words_whatever_comes_later(
        events in prop::collection::vec(element(), 0..8), place in 0..9_usize
    ) {
        let head = r#""sender":{"id":"900"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600003"#;
        let unsent = format!(r#"{{{head},"message":{{"mid":"m1","is_deleted":true}}}}"#);
        let mut events: Vec<_> = events.into_iter().map(|(raw, at)| (event(&raw), raw, at)).collect();
        events.insert(place.min(events.len()), (event(&unsent), unsent, NOW + 3));
        let (items, _) = after(&events);
        let unsent = &items["T#17841400000000001#900|M#m1"];
        prop_assert!(unsent.deleted_at.is_some());
        prop_assert!(unsent.body.is_none() && unsent.raw.is_none());
        prop_assert!(unsent.edit.as_ref().is_none_or(|edit| edit.text.is_none()));
    }
}

#[test]
fn a_comment_that_came_live_once_stays_live_and_standby_needs_every_copy() {
    let comment = |field: &str| {
        event(&format!(r#"{{"field":"{field}","value":{{"id":"c1","from":{{"id":"900"}},"text":"oi"}}}}"#))
    };
    let mut standby = comment("comments");
    standby.standby = true;
    let cases = [
        ("case 103: live first", vec![comment("live_comments"), comment("comments")], true, false),
        ("case 103: live last", vec![comment("comments"), comment("live_comments")], true, false),
        ("standby always", vec![standby.clone(), standby.clone()], false, true),
        ("standby and not", vec![standby.clone(), comment("comments")], false, false),
        ("not and standby", vec![comment("comments"), standby], false, false),
    ];
    for (case, events, live, is_standby) in cases {
        let mut content = ItemContent::default();
        for event in &events {
            content.apply(event, "{}", UnixMillis(NOW));
        }
        assert_eq!((content.live, content.standby), (live, is_standby), "{case}");
    }
}

#[test]
fn an_answer_by_hand_pauses_and_one_that_came_at_once_does_not() {
    let wrote = r#"{"sender":{"id":"900"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600000,"message":{"mid":"m1","text":"oi"}}"#;
    let echo = |at: i64| {
        format!(
            r#"{{"sender":{{"id":"17841400000000001"}},"recipient":{{"id":"900"}},"timestamp":{at},"message":{{"mid":"e1","text":"olá","is_echo":true}}}}"#
        )
    };
    for (case, after_ms, paused) in [("typed by hand", 9_000, true), ("by another automation", 900, false)] {
        for order in [false, true] {
            let mut facts = Facts::default();
            let mut events = vec![(wrote.to_owned(), NOW), (echo(NOW + after_ms), NOW + after_ms)];
            if order {
                events.reverse();
            }
            for (raw, at) in &events {
                facts.apply(&event(raw), "key", UnixMillis(*at), true);
            }
            let expected = paused.then_some(UnixMillis(NOW + after_ms + store::PAUSE_MS));
            assert_eq!(facts.paused_until(), expected, "{case}, reversed {order}");
            facts.lift_pause("e1");
            assert_eq!(facts.paused_until(), None, "{case}, lifted");
        }
    }
}

#[test]
fn a_hint_is_kept_whole_until_its_message_comes() {
    let head = r#""sender":{"id":"900"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600000"#;
    let hint = format!(r#"{{{head},"message_edit":{{"mid":"m1","text":"olá","num_edit":0}}}}"#);
    let message = format!(r#"{{{head},"message":{{"mid":"m1","text":"olá"}}}}"#);
    let cases = [
        ("alone", vec![&hint], true),
        ("before its message", vec![&hint, &message], false),
        ("after its message", vec![&message, &hint], false),
    ];
    for (case, raws, kept) in cases {
        let mut content = ItemContent::default();
        for raw in raws {
            content.apply(&event(raw), raw, UnixMillis(NOW));
        }
        assert_eq!(content.raw.is_some(), kept, "{case}");
        assert_eq!(content.hinted_at, Some(NOW), "{case}");
    }
}

#[test]
fn of_many_messages_the_latest_opens_the_window_and_the_first_stays_the_first() {
    let wrote = |n: i64| {
        let at = NOW + n * 1_000;
        let head = r#""sender":{"id":"900"},"recipient":{"id":"17841400000000001"}"#;
        (event(&format!(r#"{{{head},"timestamp":{at},"message":{{"mid":"m{n}","text":"oi"}}}}"#)), at)
    };
    for order in [[0, 1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1, 0], [3, 7, 0, 5, 1, 6, 2, 4]] {
        let mut facts = Facts::default();
        for n in order {
            let (event, at) = wrote(n);
            facts.apply(&event, "key", UnixMillis(at), false);
        }
        assert_eq!(facts.last_user_at(), Some(UnixMillis(NOW + 7_000)), "{order:?}");
        assert_eq!(facts.first, Some(store::Mark::new(UnixMillis(NOW), "m0")), "{order:?}");
        assert!(facts.wrote.len() <= 4, "the item stays small");
    }
}

#[test]
fn the_latest_words_and_holds_count_in_any_order_and_an_event_finds_those_before_it() {
    let words = [("stop", NOW, true), ("back", NOW + 1, false), ("stop again", NOW + 2, true)];
    let holds = [("attendant", NOW + 10), ("pause", NOW + 30), ("pause", NOW + 20)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2], [0, 2, 1], [2, 0, 1]] {
        let mut facts = Facts::default();
        for place in order {
            let (key, at, silence) = words[place];
            facts.take_wish(silence, key, UnixMillis(at));
            facts.take_wish(silence, key, UnixMillis(at));
            let (key, until) = holds[place];
            facts.hold(UnixMillis(until), key);
        }
        assert!(facts.is_opted_out(), "{order:?}");
        assert!(!facts.was_opted_out_before("stop again"), "{order:?}: they had come back");
        assert!(facts.was_opted_out_before("something else"), "{order:?}");
        assert_eq!(facts.paused_until(), Some(UnixMillis(NOW + 30)), "{order:?}");
        assert_eq!(facts.paused_until_before("pause"), Some(UnixMillis(NOW + 10)), "{order:?}");
        assert_eq!(facts.paused_by_others_until(), None, "{order:?}");
    }
}
