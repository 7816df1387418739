//! JSON in plain ASCII.

use std::borrow::Cow;
use std::fmt::Write;

/// Writes every character beyond ASCII as `\uXXXX`, those beyond U+FFFF as a surrogate pair. Expects valid JSON, where
/// such characters stand only inside strings.
pub(crate) fn escape(json: &str) -> Cow<'_, str> {
    if json.is_ascii() {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() * 2);
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(escaped, "\\u{unit:04x}").expect("writing to a String cannot fail");
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_beyond_ascii_become_escapes() {
        let cases = [
            ("nothing to do", r#"{"a":"b\u00e9\n"}"#, r#"{"a":"b\u00e9\n"}"#),
            ("two bytes", "\"ü\"", r#""\u00fc""#),
            ("case 28: what the queue refuses", "\"\u{ffff}\u{fffe}\"", r#""\uffff\ufffe""#),
            ("case 29: beyond U+FFFF", "\"👋\"", r#""\ud83d\udc4b""#),
            ("in a key", "{\"ü\":1}", r#"{"\u00fc":1}"#),
        ];
        for (case, json, expected) in cases {
            assert_eq!(escape(json), expected, "{case}");
        }
    }
}
