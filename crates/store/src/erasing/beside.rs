//! What belongs to an item, or to a person, without lying where the rest of it lies: pure.

use instagram::{AccountId, MessageId, Peer};

use crate::{Item, Key, Listed, ReplyRef, ReplyState, keys};

/// What is kept elsewhere because of an item: the note of a message by an event that named no person, the entries of replies
/// in the lists for people and among the questions, and the conversation's in the list of those in which something happened in
/// that hour.
pub(crate) fn companions(account: &AccountId, key: &Key, item: Option<&Item>) -> Vec<Key> {
    let mut companions = Vec::new();
    if let Some(mid) = key.sk.strip_prefix(keys::MESSAGE).and_then(|mid| MessageId::parse(mid).ok()) {
        let unnamed = keys::unnamed(account, &mid);
        if unnamed != *key {
            companions.push(unnamed);
            companions.push(keys::conversation(account, &Peer::from(&mid)));
        }
    }
    for (step, held) in item.map_or(&[][..], Item::replies).iter().enumerate() {
        let reply = ReplyRef { item: key.clone(), step };
        if held.asked.is_some() || held.model.is_some() {
            companions.push(keys::question(account, &held.id));
        }
        for state in [ReplyState::Parked, ReplyState::Failed] {
            companions.push(Listed::key_of(account, &reply, state));
        }
    }
    let at = item.and_then(|item| item.content.at);
    if let (Some(at), Some((_, peer))) = (at, keys::thread_of(&key.pk)) {
        companions.push(keys::recent(account, &peer, at));
    }
    companions
}

/// True if what an event said names one of these ids.
pub(crate) fn names_any(item: &Item, peers: &[Peer]) -> bool {
    let texts = [&item.content.raw, &item.content.body];
    texts.into_iter().flatten().any(|text| peers.iter().any(|peer| names(text.expose(), peer.as_str())))
}

/// True if `text` holds `id` as a whole: not as a part of a longer one.
fn names(text: &str, id: &str) -> bool {
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(id).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + id.len()..]);
        !before.ends_with(is_id) && !behind.starts_with(is_id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ItemContent;

    #[test]
    fn an_id_is_named_as_a_whole_or_not_at_all() {
        let cases = [
            ("as a text", r#"{"id":"900000000000001"}"#, true),
            ("as a number", r#"{"id":900000000000001,"x":1}"#, true),
            ("as the end of a longer one", r#"{"id":"1900000000000001"}"#, false),
            ("as the beginning of a longer one", r#"{"id":"9000000000000019"}"#, false),
            ("first longer, then whole", r#"["9000000000000019","900000000000001"]"#, true),
            ("nothing", "", false),
        ];
        for (case, text, expected) in cases {
            assert_eq!(names(text, "900000000000001"), expected, "{case}");
        }
    }

    #[test]
    fn what_lies_beside_a_message_is_found_by_its_key() {
        let account = AccountId::parse("17").unwrap();
        let key = |pk: &str, sk: &str| Key { pk: pk.to_owned(), sk: sk.to_owned() };
        let own = key("T#17#9", "M#m1");
        assert_eq!(companions(&account, &own, None), [key("T#17#m1", "M#m1"), key("A#17", "T#m1")]);
        assert!(companions(&account, &key("T#17#m1", "M#m1"), None).is_empty(), "that note itself");
        assert!(companions(&account, &key("T#17#9", "C#c1"), None).is_empty(), "a comment has none");
        let content = ItemContent { at: Some(3_600_000 * 491_000 + 1), ..ItemContent::default() };
        let comment = Item { content, ..Item::default() };
        let listed = companions(&account, &key("T#17#9", "C#c1"), Some(&comment));
        assert_eq!(listed, [key("A#17", "L#00491000#9")], "its hour in the list of conversations");
    }
}
