//! `value` of a `comments` or `live_comments` change (fact sheet 3.15, 3.16).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{lenient, lenient_id, lenient_object, strict_id, strict_object, word};
use crate::{CommentId, MediaId, PersonId, Words};

#[derive(Deserialize)]
pub(crate) struct Comment<'a> {
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) id: Option<CommentId>,
    /// Stands in for `id` in the Facebook-Login variant.
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) comment_id: Option<CommentId>,
    #[serde(default, borrow, deserialize_with = "strict_object")]
    pub(crate) from: Option<From<'a>>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub(crate) media: Option<Media>,
    #[serde(default, deserialize_with = "lenient_id")]
    pub(crate) parent_id: Option<CommentId>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) text: Option<Words>,
}

/// `from`: may be missing.
#[derive(Deserialize)]
pub(crate) struct From<'a> {
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) id: Option<PersonId>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) username: Option<Words>,
    /// Present, whatever its value, when the account itself wrote the comment.
    #[serde(borrow)]
    pub(crate) self_ig_scoped_id: Option<&'a RawValue>,
}

/// `media`: what was commented on.
#[derive(Deserialize)]
pub(crate) struct Media {
    #[serde(default, deserialize_with = "lenient_id")]
    pub(crate) id: Option<MediaId>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) media_product_type: Option<String>,
}
