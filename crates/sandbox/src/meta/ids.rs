//! Ids as Meta writes them: long base64-like words for messages and threads, seventeen digits for comments.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A message id, over a hundred characters like real ones, so that nobody's column is too short.
pub(super) fn message(account: &str, person: &str, number: u64) -> String {
    let inside = format!("item:1:IGMessageID:{account}:{person}:340282366841710300949128:{number:024}");
    format!("aWdfZA{}", URL_SAFE_NO_PAD.encode(inside))
}

/// The id of the conversation of two.
pub(super) fn thread(account: &str, person: &str) -> String {
    format!("aWdfZAthread{}", URL_SAFE_NO_PAD.encode(format!("IGMessageThread:{account}:{person}")))
}

/// A comment id.
pub(super) fn comment(number: u64) -> String {
    format!("{}", 17_900_000_000_000_000 + number)
}

/// The id of a person of whom nothing else is known.
pub(super) fn person(number: u64) -> String {
    format!("{}", 990_000_000_000_000 + number)
}

/// Meta's name for one exchange, which its support asks for.
pub(super) fn trace(number: u64) -> String {
    format!("A{}", URL_SAFE_NO_PAD.encode(format!("sandbox{number:06}")))
}
