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
