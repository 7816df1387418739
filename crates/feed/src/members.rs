//! What a body is made of: each piece is declared once, and both its JSON and its schema come from that.
//!
//! The comments on the declarations are the schema's descriptions.

use instagram::{AccountId, CommentId, MAX_ID_BYTES, MediaId, MessageId, PersonId};
use serde_json::{Value, json};

use crate::{Code, MAX_CODE_BYTES, schema::Object};

/// A kind of value.
pub(crate) trait Part {
    /// Its JSON Schema.
    fn schema() -> Value;
}

/// A value as a member of an object.
pub(crate) trait Member {
    /// Every body of this kind has it.
    const IS_REQUIRED: bool;
    /// This body does without it.
    fn is_absent(&self) -> bool;
    /// The schema of the value.
    fn schema() -> Value;
}

/// Several members together.
pub(crate) trait Members {
    /// Names them, each with its schema.
    fn describe(object: &mut Object);
}

/// [`Member::is_absent`] as serde calls it.
pub(crate) fn is_absent(member: &impl Member) -> bool {
    member.is_absent()
}

impl<T: Part> Member for T {
    const IS_REQUIRED: bool = true;

    fn is_absent(&self) -> bool {
        false
    }

    fn schema() -> Value {
        T::schema()
    }
}

impl<T: Part> Member for Option<T> {
    const IS_REQUIRED: bool = false;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn schema() -> Value {
        T::schema()
    }
}

/// A count is left out when nothing was counted.
impl Member for usize {
    const IS_REQUIRED: bool = false;

    fn is_absent(&self) -> bool {
        *self == 0
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": 1})
    }
}

impl<T: Members> Part for T {
    fn schema() -> Value {
        let mut object = Object::default();
        T::describe(&mut object);
        object.into_schema()
    }
}

impl<T: Part> Part for Vec<T> {
    fn schema() -> Value {
        json!({"type": "array", "items": T::schema()})
    }
}

impl Part for Code {
    fn schema() -> Value {
        json!({"type": "string", "pattern": format!("^[!-~]{{1,{MAX_CODE_BYTES}}}$")})
    }
}

/// Implements [`Part`] for types whose schema is always the same.
macro_rules! parts {
    ($($kind:ty => $schema:expr,)+) => {
        $(impl Part for $kind {
            fn schema() -> Value {
                $schema
            }
        })+
    };
}

parts! {
    bool => json!({"type": "boolean"}),
    i64 => json!({"type": "integer"}),
    u32 => json!({"type": "integer", "minimum": 0}),
    u64 => json!({"type": "integer", "minimum": 0}),
    String => json!({"type": "string"}),
    &'static str => json!({"type": "string"}),
    AccountId => id(),
    CommentId => id(),
    MediaId => id(),
    MessageId => id(),
    PersonId => id(),
}

fn id() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": MAX_ID_BYTES})
}

/// Declares a struct whose public fields are members. Those of the struct under `with` come first, as if they were its own.
macro_rules! members {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $(with { $(#[doc = $base_about:literal])+ $base:ident: $base_kind:ty })?
            $($(#[doc = $about:literal])+ $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $($(#[doc = $base_about])+ #[serde(flatten)] pub $base: $base_kind,)?
            $(
                $(#[doc = $about])+
                #[serde(skip_serializing_if = "crate::members::is_absent")]
                pub $field: $kind,
            )*
        }

        impl $crate::members::Members for $name {
            fn describe(object: &mut $crate::schema::Object) {
                $(<$base_kind as $crate::members::Members>::describe(object);)?
                $(object.member::<$kind>(stringify!($field), concat!($($about),+));)*
                object.about(concat!($($doc),+));
            }
        }
    };
}

/// Declares fixed words: an enum written as one of these texts. Another word would be another version.
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $($(#[doc = $about:literal])+ $json:literal => $variant:ident,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
        pub enum $name {
            $($(#[doc = $about])+ #[serde(rename = $json)] $variant,)+
        }

        impl $crate::members::Part for $name {
            fn schema() -> serde_json::Value {
                serde_json::json!({"enum": [$($json),+]})
            }
        }
    };
}

/// Declares types of events: each is a struct of [`Members`] with the word for it, and with those of the members that all
/// types may have which this one always has.
macro_rules! types {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $($(#[doc = $about:literal])+ $word:literal always [$($always:literal),*] => $variant:ident,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(untagged)]
        pub enum $name {
            $($(#[doc = $about])+ $variant($variant),)+
        }

        impl $name {
            /// The word for it.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $word,)+
                }
            }

            /// All of them.
            pub(crate) const TYPES: &[$crate::schema::Type] = &[$($crate::schema::Type {
                kind: $word,
                describe: <$variant as $crate::members::Members>::describe,
                always: &[$($always),*],
            }),+];
        }

        $(impl From<$variant> for $name {
            fn from(happened: $variant) -> Self {
                Self::$variant(happened)
            }
        })+
    };
}

pub(crate) use {members, types, words};
