//! What a document is made of: each kind of piece says once how it is read and which schema describes it.
//!
//! Objects, choices and fixed words are declared by macros, from which reader and schema both come; so the two cannot
//! drift apart. The comments on the declarations are what editors show.

use serde_json::{Value, json};

use super::{
    errors::Problems,
    node::{Members, Node},
    schema::Definitions,
};

/// A kind of piece.
pub(super) trait Part: Sized {
    /// The piece; `None` if a problem was noted that leaves nothing to keep.
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self>;
    /// The JSON Schema of what `read` takes, apart from what only its meaning tells (bytes, expressions, zones).
    fn schema(definitions: &mut Definitions) -> Value;
}

/// A piece as the member of an object: required, or optional as an `Option`.
pub(super) trait Member: Sized {
    const IS_REQUIRED: bool;
    fn take(members: &mut Members<'_>, name: &'static str, problems: &mut Problems) -> Option<Self>;
    fn schema(definitions: &mut Definitions) -> Value;
}

impl<T: Part> Member for T {
    const IS_REQUIRED: bool = true;

    fn take(members: &mut Members<'_>, name: &'static str, problems: &mut Problems) -> Option<Self> {
        T::read(members.required(name, problems)?, problems)
    }

    fn schema(definitions: &mut Definitions) -> Value {
        T::schema(definitions)
    }
}

impl<T: Part> Member for Option<T> {
    const IS_REQUIRED: bool = false;

    fn take(members: &mut Members<'_>, name: &'static str, problems: &mut Problems) -> Option<Self> {
        Some(members.take(name).and_then(|node| T::read(node, problems)))
    }

    fn schema(definitions: &mut Definitions) -> Value {
        T::schema(definitions)
    }
}

/// `true` or `false`.
impl Part for bool {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        node.flag(problems)
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "boolean"})
    }
}

/// `true`: a step that needs no more said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Yes;

impl Part for Yes {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        if node.flag(problems)? {
            return Some(Self);
        }
        node.misshapen("expected true; leave it out otherwise", problems);
        None
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"const": true})
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole<const MIN: i64, const MAX: i64>(pub(super) i64);

impl<const MIN: i64, const MAX: i64> Part for Whole<MIN, MAX> {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        node.number(MIN..=MAX, problems).map(Self)
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

/// A text of `MIN` to `MAX` characters.
#[derive(Debug, Clone)]
pub(super) struct Text<const MIN: usize, const MAX: usize>(pub(super) String);

impl<const MIN: usize, const MAX: usize> Part for Text<MIN, MAX> {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        node.text_of(MIN..=MAX, problems).map(Self)
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "string", "minLength": MIN, "maxLength": MAX})
    }
}

/// `MIN` to `MAX` elements, each with its place: one that cannot be read leaves a gap.
#[derive(Debug, Clone)]
pub(super) struct List<T, const MIN: usize, const MAX: usize>(pub(super) Vec<(usize, T)>);

impl<T, const MIN: usize, const MAX: usize> List<T, MIN, MAX> {
    pub(super) fn into_elements(self) -> impl Iterator<Item = T> {
        self.0.into_iter().map(|(_, element)| element)
    }
}

impl<T: Part, const MIN: usize, const MAX: usize> Part for List<T, MIN, MAX> {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let nodes = node.list(MIN..=MAX, problems).into_iter().enumerate();
        Some(Self(nodes.filter_map(|(i, node)| Some((i, T::read(node, problems)?))).collect()))
    }

    fn schema(definitions: &mut Definitions) -> Value {
        json!({"type": "array", "minItems": MIN, "maxItems": MAX, "items": T::schema(definitions)})
    }
}

/// Declares an object: a struct whose fields are its members. What no field names is refused.
///
/// Members under `unread` are checked and say something to people or editors only.
macro_rules! object {
    (
        $(#[doc = $doc:literal])+
        struct $name:ident {
            $($(#[doc = $about:literal])+ $json:literal => $field:ident: $kind:ty,)+
        }
        $(unread {
            $($(#[doc = $unread_about:literal])+ $unread_json:literal => $unread_kind:ty,)+
        })?
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        pub(in crate::rule_set) struct $name {
            $($(#[doc = $about])+ pub(in crate::rule_set) $field: $kind,)+
        }

        impl $crate::rule_set::part::Part for $name {
            fn read(
                node: $crate::rule_set::node::Node<'_>,
                problems: &mut $crate::rule_set::errors::Problems,
            ) -> Option<Self> {
                use $crate::rule_set::part::Member;
                let mut members = node.object(problems)?;
                $($(<$unread_kind as Member>::take(&mut members, $unread_json, problems);)+)?
                $(let $field = <$kind as Member>::take(&mut members, $json, problems);)+
                members.finish(problems);
                Some(Self { $($field: $field?,)+ })
            }

            fn schema(definitions: &mut $crate::rule_set::schema::Definitions) -> serde_json::Value {
                use $crate::rule_set::{part::Member, schema::Object};
                definitions.define(stringify!($name), |definitions| {
                    let mut object = Object::new(concat!($($doc),+));
                    $(
                        let schema = <$kind as Member>::schema(definitions);
                        object.member($json, concat!($($about),+), <$kind as Member>::IS_REQUIRED, schema);
                    )+
                    $($(
                        let schema = <$unread_kind as Member>::schema(definitions);
                        let is_required = <$unread_kind as Member>::IS_REQUIRED;
                        object.member($unread_json, concat!($($unread_about),+), is_required, schema);
                    )+)?
                    object.closed()
                })
            }
        }
    };
}

/// Declares a choice: an enum written as an object with exactly one member, whose name is the variant's.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        enum $name:ident {
            $($(#[doc = $about:literal])+ $json:literal => $variant:ident($kind:ty),)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        pub(in crate::rule_set) enum $name {
            $($(#[doc = $about])+ $variant($kind),)+
        }

        impl $crate::rule_set::part::Part for $name {
            fn read(
                node: $crate::rule_set::node::Node<'_>,
                problems: &mut $crate::rule_set::errors::Problems,
            ) -> Option<Self> {
                let (name, node) = node.variant(&[$($json),+], problems)?;
                match name.as_str() {
                    $($json => <$kind as $crate::rule_set::part::Part>::read(node, problems).map(Self::$variant),)+
                    _ => None,
                }
            }

            fn schema(definitions: &mut $crate::rule_set::schema::Definitions) -> serde_json::Value {
                use $crate::rule_set::schema::Object;
                definitions.define(stringify!($name), |definitions| {
                    let mut object = Object::new(concat!($($doc),+));
                    $(
                        let schema = <$kind as $crate::rule_set::part::Part>::schema(definitions);
                        object.member($json, concat!($($about),+), false, schema);
                    )+
                    object.exactly_one()
                })
            }
        }
    };
}

/// Declares fixed words: an enum written as one of these texts.
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        $vis:vis enum $name:ident {
            $($(#[doc = $about:literal])+ $json:literal => $variant:ident,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[doc = $about])+ $variant,)+
        }

        impl $name {
            /// Every one of them, with its word in a document.
            pub(crate) const ALL: &[(&'static str, Self)] = &[$(($json, Self::$variant)),+];
        }

        impl $crate::rule_set::part::Part for $name {
            fn read(
                node: $crate::rule_set::node::Node<'_>,
                problems: &mut $crate::rule_set::errors::Problems,
            ) -> Option<Self> {
                let word = node.text(problems)?;
                let known = Self::ALL.iter().find(|(name, _)| *name == word);
                if known.is_none() {
                    let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
                    node.misshapen(format!("expected one of: {}", names.join(", ")), problems);
                }
                known.map(|(_, variant)| *variant)
            }

            fn schema(_: &mut $crate::rule_set::schema::Definitions) -> serde_json::Value {
                let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
                serde_json::json!({"enum": names})
            }
        }
    };
}

pub(super) use {choice, object, words};
