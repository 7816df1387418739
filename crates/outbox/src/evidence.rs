//! What a conversation, or the replies below a comment, say about a reply in doubt: pure.

use instagram::Words;

/// How far two clocks may differ, in milliseconds. A message that fits but seems older than the attempt by less than that
/// proves nothing, neither that it is the reply nor that there is none.
const SKEW_MS: i64 = 35_000;

/// Something of the account's own that Meta shows, and that is no reply we know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) id: String,
    /// When Meta took it, in milliseconds since 1970, in whole seconds.
    pub(crate) at: i64,
    pub(crate) text: Option<Words>,
}

/// What follows from all that Meta shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// It is out, as this message or comment.
    Found(String),
    /// It is not out.
    Nothing,
    /// Looking again would show no more: why, as a code.
    Unclear(&'static str),
    /// Meta did not say.
    NoAnswer,
}

/// From when on messages have to be looked at for an attempt that was claimed at `claimed_at`.
pub(crate) fn since(claimed_at: i64) -> i64 {
    whole_second(claimed_at) - SKEW_MS
}

/// Weighs what is shown since [`since`]. `is_whole` says that nothing of it was withheld.
pub(crate) fn weigh(text: Option<&Words>, claimed_at: i64, shown: &[Seen], is_whole: bool) -> Evidence {
    let fits = |seen: &&Seen| match (text, &seen.text) {
        (Some(meant), Some(read)) => is_same(meant, read),
        // Pictures and the like show no text.
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let begin = whole_second(claimed_at);
    let (fitting, early): (Vec<&Seen>, Vec<&Seen>) = shown.iter().filter(fits).partition(|seen| seen.at >= begin);
    match fitting.as_slice() {
        [one] => Evidence::Found(one.id.clone()),
        [_, _, ..] => Evidence::Unclear("several_candidates"),
        [] if !early.is_empty() => Evidence::Unclear("clocks_differ"),
        // Whether Meta shows a text for a template is written nowhere.
        [] if text.is_none() && shown.iter().any(|seen| seen.at >= begin) => Evidence::Unclear("other_messages"),
        [] if is_whole => Evidence::Nothing,
        [] => Evidence::Unclear("history_too_long"),
    }
}

/// The same words. Meta may trim a text or change its line ends.
pub(crate) fn is_same(meant: &Words, read: &Words) -> bool {
    meant.expose().split_whitespace().eq(read.expose().split_whitespace())
}

/// Meta shows times in whole seconds: what happened after the claim may seem to be from before it.
fn whole_second(ms: i64) -> i64 {
    ms - ms.rem_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMED_AT: i64 = 1_767_225_600_700;

    fn seen(id: &str, after_ms: i64, text: Option<&str>) -> Seen {
        Seen { id: id.to_owned(), at: whole_second(CLAIMED_AT) + after_ms, text: text.map(Words::from) }
    }

    #[test]
    fn a_text_is_found_if_exactly_one_message_since_the_claim_says_it() {
        let found = |id: &str| Evidence::Found(id.to_owned());
        let cases = [
            ("nothing at all", vec![], true, Evidence::Nothing),
            ("the same words", vec![seen("a", 1_000, Some("A  agenda."))], true, found("a")),
            ("in the second of the claim", vec![seen("a", 0, Some("A agenda."))], true, found("a")),
            ("found, though some is withheld", vec![seen("a", 0, Some("A agenda."))], false, found("a")),
            ("other words", vec![seen("a", 0, Some("Bom dia"))], true, Evidence::Nothing),
            ("a picture", vec![seen("a", 0, None)], true, Evidence::Nothing),
            ("some is withheld", vec![seen("a", 0, Some("Bom dia"))], false, Evidence::Unclear("history_too_long")),
            (
                "twice",
                vec![seen("a", 0, Some("A agenda.")), seen("b", 0, Some("A agenda."))],
                true,
                Evidence::Unclear("several_candidates"),
            ),
            ("before the claim", vec![seen("a", -1_000, Some("A agenda."))], true, Evidence::Unclear("clocks_differ")),
            (
                "before and after the claim",
                vec![seen("a", -1_000, Some("A agenda.")), seen("b", 0, Some("A agenda."))],
                true,
                found("b"),
            ),
        ];
        for (case, shown, is_whole, expected) in cases {
            assert_eq!(weigh(Some(&"A agenda.".into()), CLAIMED_AT, &shown, is_whole), expected, "{case}");
        }
    }

    #[test]
    fn a_picture_is_found_if_it_is_the_only_message_without_text() {
        let cases = [
            ("none", vec![], Evidence::Nothing),
            ("a text", vec![seen("a", 0, Some("Oi"))], Evidence::Unclear("other_messages")),
            ("one", vec![seen("a", 0, Some("Oi")), seen("b", 0, None)], Evidence::Found("b".to_owned())),
            ("two", vec![seen("a", 0, None), seen("b", 0, None)], Evidence::Unclear("several_candidates")),
        ];
        for (case, shown, expected) in cases {
            assert_eq!(weigh(None, CLAIMED_AT, &shown, true), expected, "{case}");
        }
    }
}
