//! How the answer to a read is taken apart: presence is lenient, shape is not.
//!
//! A member that is missing or null is not there, which Meta allows itself everywhere. A member of another type, or an
//! item of a list that cannot be read, makes the whole answer unreadable: skipped, it might be the very one that
//! somebody looks for before sending again.

use std::fmt;
use std::marker::PhantomData;

use instagram::{PersonId, Words, without_lone_surrogates};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a JSON object. Half characters in people's texts are replaced: they would make a list unreadable for good.
pub(crate) fn object<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let json = without_lone_surrogates(str::from_utf8(body).ok()?);
    serde_json::from_str(&json).ok().map(|Item(object)| object)
}

/// Any JSON object: for calls whose answer says no more than that they worked.
pub(crate) fn any_object(body: &[u8]) -> Option<()> {
    #[derive(Deserialize)]
    struct Anything {}

    object(body).map(|Anything {}| ())
}

/// `{"success": true}`
pub(crate) fn success(body: &[u8]) -> Option<()> {
    #[derive(Deserialize)]
    struct Success {
        success: bool,
    }

    object(body).filter(|Success { success }| *success).map(drop)
}

/// `{"data": […], "paging": {…}}`
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(crate) struct List<T> {
    data: Vec<Item<T>>,
    #[serde(default)]
    paging: Option<Item<Paging>>,
}

impl<T> List<T> {
    /// Whether Meta names no further page.
    pub(crate) fn is_whole(&self) -> bool {
        self.paging.as_ref().is_none_or(|Item(paging)| paging.next.is_none())
    }

    pub(crate) fn into_items<U>(self, item: impl FnMut(T) -> U) -> Vec<U> {
        self.data.into_iter().map(|Item(inner)| inner).map(item).collect()
    }
}

#[derive(Deserialize)]
struct Paging {
    /// The address of the next page, which carries a token: never followed, never kept.
    #[serde(default)]
    next: Option<IgnoredAny>,
}

/// A value that is an object; a derived struct alone would accept an array, member by member.
pub(crate) struct Item<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
            type Value = Item<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Item<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Item)
            }
        }

        deserializer.deserialize_map(Object(PhantomData))
    }
}

/// `{"id": …, "username": …}`, of which the id alone is used.
#[derive(Deserialize)]
pub(crate) struct Author {
    #[serde(default)]
    pub(crate) id: Option<PersonId>,
}

/// A text, unless it is empty, as Meta writes it where there is none.
pub(crate) fn text(words: Option<Words>) -> Option<Words> {
    words.filter(|words| !words.expose().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_success() {
        let cases = [
            ("as documented", r#"{"success":true}"#, true),
            ("with more", r#"{"success":true,"id":"1"}"#, true),
            ("its opposite", r#"{"success":false}"#, false),
            ("a word", r#"{"success":"true"}"#, false),
            ("null", r#"{"success":null}"#, false),
            ("an empty object", "{}", false),
            ("by position", "[true]", false),
            ("nothing", "", false),
        ];
        for (case, body, expected) in cases {
            assert_eq!(success(body.as_bytes()).is_some(), expected, "{case}");
        }
    }

    #[test]
    fn any_object_is_an_answer_and_nothing_else_is() {
        for (body, expected) in
            [("{}", true), (r#"{"recipient_id":"1"}"#, true), ("[]", false), ("<html>", false), ("", false)]
        {
            assert_eq!(any_object(body.as_bytes()).is_some(), expected, "{body}");
        }
    }
}
