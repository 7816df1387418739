use automation::RuleSet;
use instagram::{Element, split};

use super::*;

/// Looks at everything that rules can look at, and says a different thing about each.
const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "story", "on": ["story_reply"], "do": [{"text": "story {username}"}]},
    {"id": "mention", "on": ["story_mention"], "do": [{"text": "mention"}]},
    {"id": "quick", "on": [{"quick_reply": {"payload": ["AGENDA"]}}], "do": [{"text": "quick"}]},
    {"id": "tap", "on": ["postback"], "do": [{"text": "tap"}]},
    {"id": "link", "on": ["referral"], "do": [{"tag": "link"}]},
    {"id": "heart", "on": ["reaction"], "do": [{"tag": "heart"}]},
    {"id": "thread", "on": ["comment"], "in_threads": true, "when": [{"regex": "."}],
     "do": [{"private_reply": "c: {comment}"}, {"public_reply": "u: {username}"}]},
    {"id": "live", "on": ["live_comment"], "do": [{"private_reply": "c: {comment}"}]},
    {"id": "text", "on": ["message"], "when": [{"regex": "\\S"}], "do": [{"text": "text"}]},
    {"id": "any", "on": ["message"], "do": [{"react": "love"}]}
]}"#;

fn rebuilt(element: &Element<'_>) -> Option<(Rebuilt, Event, String)> {
    let event = element.event().ok()?;
    let key = event_key(&event, element.raw);
    let (account, peer) = (event.account.clone(), event.peer()?);
    let mut content = ItemContent::default();
    content.apply(&event, element.raw, event.at?);
    let place = keys::item(&account, &peer, &event, &key);
    Some((Rebuilt::of(&account, &peer, &place.sk, &content)?, event, key))
}

#[test]
fn every_sample_is_decided_from_its_item_as_it_was_from_its_delivery() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/webhook");
    let rules = RuleSet::parse(RULES).unwrap();
    let mut kinds = std::collections::BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let body = std::fs::read(&path).unwrap();
        for element in split(&body).iter().flat_map(|delivery| &delivery.elements) {
            let Some((rebuilt, event, key)) = rebuilt(element) else { continue };
            let at = event.at.unwrap();
            let decide = |event: &Event| super::super::decide_alone(event, &rebuilt.key, &rules, at, true);
            let (before, after) = (decide(&event), decide(&rebuilt.event));
            // The account's own events are never decided by rules, and items say no more that they were its own.
            if before.trace.fingerprint().is_none() {
                continue;
            }
            assert_eq!(before, after, "{}", path.display());
            let has_lost_key = matches!(&event.kind, Kind::PostbackPressed(tap) if tap.mid.is_some());
            assert_eq!(rebuilt.key == key, !has_lost_key, "{}: {key}", path.display());
            *kinds.entry(event.kind_name()).or_insert(0) += 1;
        }
    }
    let kinds: Vec<&str> = kinds.into_keys().collect();
    assert_eq!(kinds, ["comment", "message", "postback", "reaction", "referral"]);
}

#[test]
fn a_reaction_keeps_its_name_and_its_emoji() {
    let raw = r#"{"sender":{"id":"900"},"recipient":{"id":"178"},"timestamp":1767225600789,"reaction":{"mid":"m1","action":"react","reaction":"love","emoji":"❤"}}"#;
    let account = Some(AccountId::parse("178").unwrap());
    let element = Element { account, entry_time: None, standby: false, foreign: false, raw };
    let (rebuilt, event, _) = rebuilt(&element).unwrap();
    assert_eq!(rebuilt.event.kind, event.kind);
}

#[test]
fn a_tap_whose_key_is_lost_has_a_name_of_its_own() {
    let tap = |mid: &str| {
        let raw = format!(
            r#"{{"sender":{{"id":"900"}},"recipient":{{"id":"178"}},"timestamp":1767225600789,"postback":{{"mid":"{mid}","payload":"A"}}}}"#
        );
        let account = Some(AccountId::parse("178").unwrap());
        let element = Element { account, entry_time: None, standby: false, foreign: false, raw: &raw };
        rebuilt(&element).unwrap().0.key
    };
    assert!(tap("m1").starts_with("postback|178|"), "{}", tap("m1"));
    assert_ne!(tap("m1"), tap("m2"));
}
