//! What other people wrote, made fit to be repeated in our name.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Most characters of a value (design 6).
const MAX_CHARS: usize = 80;

/// A comment: without links and mentions, on one line, at most 80 characters. `None` if nothing is left.
pub(crate) fn comment(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<String> = words.map(visible).filter(|word| !word.is_empty() && !leads_away(word)).collect();
    non_empty(start_of(&words.join(" ")))
}

/// A first name: the first word of a profile's name, if it is one. People write slogans and links there.
pub(crate) fn first_name(text: &str) -> Option<String> {
    let word = text.split_whitespace().map(visible).find(|word| !word.is_empty())?;
    let is_of_a_name = |c: char| c.is_alphabetic() || is_combining_mark(c) || matches!(c, '-' | '\'' | '’');
    let is_name = word.chars().all(is_of_a_name) && word.chars().any(char::is_alphabetic);
    if is_name { non_empty(start_of(&word)) } else { None }
}

/// A user name: of the form that the platform gives them, and not one that its apps would show as a link.
pub(crate) fn username(text: &str) -> Option<String> {
    let is_username = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_');
    let has_ending = text.rsplit_once('.').is_some_and(|(_, end)| LINK_ENDINGS.contains(&end.to_lowercase().as_str()));
    if is_username && !has_ending && text.len() <= MAX_CHARS { non_empty(text) } else { None }
}

/// Endings with which a user name reads as an address. Names with a full stop in them are common, so it takes a list.
const LINK_ENDINGS: &[&str] = &[
    "app", "br", "click", "club", "co", "com", "gg", "info", "io", "link", "live", "ly", "me", "net", "online", "org",
    "pt", "shop", "site", "store", "to", "top", "tv", "us", "vip", "xyz",
];

/// Without characters that show nothing or turn the direction of writing: they hide what a word is. The joiner inside an
/// emoji and its variation selector stay.
fn visible(word: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
                | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    word.chars().filter(|c| !is_hidden(*c)).collect()
}

/// A mention, or anything that an app might make a link of: something, a full stop, two letters.
fn leads_away(word: &str) -> bool {
    let plain: Vec<char> = word.nfkc().filter(|c| *c != '\u{200d}').collect();
    let is_stop = |c: char| matches!(c, '.' | '。' | '․' | '·');
    let is_address = |three: &[char]| match *three {
        [stop, a, b] => is_stop(stop) && a.is_alphanumeric() && b.is_alphanumeric(),
        _ => false,
    };
    let has_something_before = plain.iter().position(|c| is_stop(*c)).is_some_and(|place| place > 0);
    plain.contains(&'@')
        || plain.windows(3).any(|three| *three == [':', '/', '/'])
        || (has_something_before && plain.windows(3).any(is_address))
}

/// The first 80 characters, without the half of a picture at their end.
fn start_of(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or_default().trim_end_matches(['\u{200d}', ' '])
}

fn non_empty(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_comment_is_repeated_without_what_leads_away() {
        let cases = [
            ("plain", "quero a praça de volta", Some("quero a praça de volta")),
            ("a link", "veja https://golpe.example/x agora", Some("veja agora")),
            ("a link without scheme", "veja golpe.com/x agora", Some("veja agora")),
            ("a link in fancy dress", "veja ｇｏｌｐｅ．ｃｏｍ agora", Some("veja agora")),
            ("a link with hidden characters", "veja gol\u{200b}pe.\u{2060}com agora", Some("veja agora")),
            ("a link with an accent", "veja eleição.com.br agora", Some("veja agora")),
            ("an address of mail", "escreva a x@y.example já", Some("escreva a já")),
            ("a mention", "olha isso @fulano_1!", Some("olha isso")),
            ("a mention in wide characters", "olha ＠fulano", Some("olha")),
            ("lines", "um\n\n dois\t três", Some("um dois três")),
            ("a full stop at the end", "ok. beleza...", Some("ok. beleza...")),
            ("text turned around", "oi \u{202e}oproc", Some("oi oproc")),
            ("nothing else", "@fulano https://x.example", None),
            ("nothing", " \u{200b} ", None),
        ];
        for (case, text, kept) in cases {
            assert_eq!(comment(text).as_deref(), kept, "{case}");
        }
        assert_eq!(comment(&"ã".repeat(81)).unwrap().chars().count(), 80);
    }

    #[test]
    fn a_name_that_is_none_is_not_used() {
        let cases = [
            ("Bia Souza", Some("Bia")),
            ("  Ana-Clara", Some("Ana-Clara")),
            ("D'Ávila", Some("D'Ávila")),
            ("Bia🌻", None),
            ("www.golpe.com", None),
            ("@fulano", None),
            ("13", None),
            ("-", None),
            ("", None),
        ];
        for (text, kept) in cases {
            assert_eq!(first_name(text).as_deref(), kept, "{text}");
        }
        let cases = [
            ("curious.reader", Some("curious.reader")),
            ("a_1", Some("a_1")),
            ("golpe.com", None),
            ("a b", None),
            ("", None),
        ];
        for (text, kept) in cases {
            assert_eq!(username(text).as_deref(), kept, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_repeated_is_long_or_leads_away(text in any::<String>()) {
            for value in [comment(&text), first_name(&text), username(&text)].into_iter().flatten() {
                prop_assert!(value.chars().count() <= 80 && !value.trim().is_empty());
                prop_assert!(!value.contains(['@', '\n']) && !value.contains("://"));
            }
        }
    }
}
