//! What we ask of JSON beyond serde: no duplicate keys, no half characters, arrays read one item at a time.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::Malformed;

/// Whether this JSON text is an object. A derived struct would also accept an array, by position.
pub(crate) fn is_object(json: &str) -> bool {
    json.starts_with('{')
}

/// Calls `each` with every item of the array `json`, holding none of them.
///
/// Stops at the first error of `each`. `Ok(None)` means that `json` is not an array.
pub(crate) fn for_each_item<'a, E>(json: &'a str, each: impl FnMut(&'a str) -> Result<(), E>) -> Result<Option<()>, E> {
    struct Items<'e, E, F> {
        each: F,
        refused: &'e mut Option<E>,
    }

    impl<'de, E, F: FnMut(&'de str) -> Result<(), E>> Visitor<'de> for Items<'_, E, F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
            while let Some(item) = items.next_element::<&'de RawValue>()? {
                if let Err(error) = (self.each)(item.get()) {
                    *self.refused = Some(error);
                    return Err(de::Error::custom("stopped"));
                }
            }
            Ok(())
        }
    }

    let mut refused = None;
    let read = serde_json::Deserializer::from_str(json).deserialize_seq(Items { each, refused: &mut refused });
    match refused {
        Some(error) => Err(error),
        None => Ok(read.ok()),
    }
}

/// Replaces every lone surrogate escape by that of U+FFFD; borrowed if there is none.
///
/// JSON allows `"\ud800"`, Rust's text does not. Expects valid JSON, where a backslash stands only inside strings.
pub fn without_lone_surrogates(json: &str) -> Cow<'_, str> {
    const REPLACEMENT: &str = "\\ufffd";
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(offset) = json.as_bytes().get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'\\')) {
        at += offset;
        let Some(unit) = escaped_unit(json, at) else {
            // `\\`, `\"`, `\n` and their like.
            at += 2;
            continue;
        };
        let is_high = (0xD800..0xDC00).contains(&unit);
        let is_pair = is_high && escaped_unit(json, at + 6).is_some_and(|next| (0xDC00..0xE000).contains(&next));
        if is_pair {
            at += 12;
            continue;
        }
        if (0xD800..0xE000).contains(&unit) {
            repaired.push_str(&json[copied..at]);
            repaired.push_str(REPLACEMENT);
            copied = at + 6;
        }
        at += 6;
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    repaired.push_str(&json[copied..]);
    Cow::Owned(repaired)
}

/// The UTF-16 unit of the `\uXXXX` at `at`, if there is one.
fn escaped_unit(json: &str, at: usize) -> Option<u16> {
    let hex = json.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(hex, 16).ok()
}

/// Refuses what different readers would understand differently: duplicate keys, at any depth.
///
/// Refuses along the way what cannot be read at all: more than 128 levels (the limit of `serde_json`), numbers beyond
/// any range.
pub(crate) fn check_unambiguous(json: &str) -> Result<(), Malformed> {
    let mut reader = serde_json::Deserializer::from_str(json);
    UniqueKeys.deserialize(&mut reader).and_then(|()| reader.end()).map_err(|error| match error.classify() {
        // The one complaint of our own; all others are about syntax.
        Category::Data => Malformed::DuplicateKey,
        Category::Io | Category::Syntax | Category::Eof => Malformed::Json,
    })
}

/// Reads any value and keeps nothing of it.
#[derive(Clone, Copy)]
struct UniqueKeys;

impl<'de> DeserializeSeed<'de> for UniqueKeys {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueKeys {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut keys: Vec<Cow<'de, str>> = Vec::new();
        while let Some(Key(key)) = members.next_key()? {
            keys.push(key);
            members.next_value_seed(self)?;
        }
        // Sorting once keeps an object of a million keys from costing a million times a million.
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(de::Error::custom("duplicate key"));
        }
        Ok(())
    }
}

/// A member's name, borrowed unless it is written with escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The name of the first member of the object `json` that is not one of `known`.
pub(crate) fn first_member_besides(json: &str, known: &[&str]) -> Option<String> {
    struct Names<'k>(&'k [&'k str]);

    impl<'de> Visitor<'de> for Names<'_> {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some((Key(key), _)) = members.next_entry::<Key<'de>, de::IgnoredAny>()? {
                if found.is_none() && !self.0.contains(&key.as_ref()) {
                    found = Some(key.into_owned());
                }
            }
            Ok(found)
        }
    }

    serde_json::Deserializer::from_str(json).deserialize_map(Names(known)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_characters_are_replaced_and_nothing_else() {
        let cases = [
            ("none", r#"{"a":"b\n\\\"\u00e9"}"#, r#"{"a":"b\n\\\"\u00e9"}"#),
            ("a whole pair", r#""\ud83d\udc4b""#, r#""\ud83d\udc4b""#),
            ("a pair in capitals", r#""\uD83D\uDC4B""#, r#""\uD83D\uDC4B""#),
            ("a high half", r#""a\ud800b""#, r#""a\ufffdb""#),
            ("a low half", r#""\udc4b""#, r#""\ufffd""#),
            ("two high halves and a low one", r#""\ud83d\ud83d\udc4b""#, r#""\ufffd\ud83d\udc4b""#),
            ("a pair the wrong way round", r#""\udc4b\ud83d""#, r#""\ufffd\ufffd""#),
            ("an escaped backslash before a u", r#""\\ud800""#, r#""\\ud800""#),
            ("an escaped backslash, then a half", r#""\\\ud800""#, r#""\\\ufffd""#),
            ("a high half before another escape", r#""\ud800\n""#, r#""\ufffd\n""#),
        ];
        for (case, json, expected) in cases {
            assert_eq!(without_lone_surrogates(json), expected, "{case}");
        }
    }

    #[test]
    fn text_that_is_no_json_does_no_harm() {
        for text in ["\\", "\\u", "\\ud8", "\\é", "\\ud800\\", "\\u+123", "\\uéé"] {
            without_lone_surrogates(text);
        }
    }

    #[test]
    fn case_26_a_key_that_stands_twice_is_found_at_any_depth() {
        let cases = [
            ("at the top", r#"{"a":1,"b":2,"a":1}"#),
            ("below", r#"{"a":{"b":[{"c":1,"c":1}]}}"#),
            ("written differently", r#"{"a":1,"\u0061":1}"#),
            ("in an array", r#"[{"a":1,"a":2}]"#),
        ];
        for (case, json) in cases {
            assert_eq!(check_unambiguous(json), Err(Malformed::DuplicateKey), "{case}");
        }
        assert_eq!(check_unambiguous(r#"{"a":{"a":{"a":[1,"a",-1,1.5,null,true]}},"b":{"a":1}}"#), Ok(()));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for json in
            ["", "{", "{}{}", r#"{"a":1e999}"#, &"[".repeat(200), &format!("{}{}", "[".repeat(200), "]".repeat(200))]
        {
            assert_eq!(check_unambiguous(json), Err(Malformed::Json), "{json}");
        }
    }
}
