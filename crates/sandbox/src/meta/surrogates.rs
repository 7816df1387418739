//! Half surrogate pairs in JSON text.

/// The text with every `\uD800` to `\uDFFF` that is no part of a pair written as `\ufffd`.
pub(super) fn repaired(json: &str) -> String {
    let mut repaired = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        repaired.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                repaired.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            (Some(_), _) => 6,
            // A backslash and what it escapes, which may be another backslash.
            (None, _) => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        repaired.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    repaired.push_str(rest);
    repaired
}

/// The UTF-16 unit that `\uXXXX` at the beginning of `text` stands for.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_half_pairs_are_replaced() {
        let cases = [
            ("a whole pair", r"\ud83d\udc4b", r"\ud83d\udc4b"),
            ("a first half", r"a\ud83d b", r"a\ufffd b"),
            ("a second half", r"\udc4b", r"\ufffd"),
            ("two first halves", r"\ud83d\ud83d\udc4b", r"\ufffd\ud83d\udc4b"),
            ("an escaped backslash before it", r"\\ud83d", r"\\ud83d"),
            ("another letter", r"\u00e7\n", r"\u00e7\n"),
            ("cut short", r"\ud8", r"\ud8"),
            ("a lonely backslash", r"\", r"\"),
        ];
        for (case, json, expected) in cases {
            assert_eq!(repaired(json), expected, "{case}");
        }
    }
}
