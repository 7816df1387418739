//! `message` and what it holds (fact sheet 3.3 to 3.8).

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::{flag, lenient, lenient_id, lenient_object, object, strict_id, word};
use crate::{AppId, MessageId, Words, json};

/// `message`: incoming, echo or unsend.
#[derive(Deserialize)]
pub(crate) struct Message {
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) mid: Option<MessageId>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) text: Option<Words>,
    #[serde(default, deserialize_with = "attachments")]
    pub(crate) attachments: Vec<Attachment>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) is_echo: bool,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) is_self: bool,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) is_deleted: bool,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) is_unsupported: bool,
    #[serde(default, deserialize_with = "lenient_object")]
    pub(crate) quick_reply: Option<QuickReply>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub(crate) reply_to: Option<ReplyTo>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub(crate) referral: Option<Referral>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) metadata: Option<Words>,
    #[serde(default, deserialize_with = "lenient_id")]
    pub(crate) app_id: Option<AppId>,
}

/// One of `attachments` (fact sheet 3.4).
#[derive(Deserialize, Default)]
pub(crate) struct Attachment {
    #[serde(default, rename = "type", deserialize_with = "word")]
    pub(crate) kind: Option<String>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub(crate) payload: Option<AttachmentPayload>,
}

/// The members of all payloads together; each kind of attachment has some of them.
#[derive(Deserialize, Default)]
pub(crate) struct AttachmentPayload {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) url: Option<Words>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) story_media_url: Option<Words>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) title: Option<Words>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) ig_post_media_id: Option<String>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) reel_video_id: Option<String>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) story_media_id: Option<String>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) sticker_id: Option<String>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) id: Option<String>,
}

/// `quick_reply`: the tapped one.
#[derive(Deserialize)]
pub(crate) struct QuickReply {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) payload: Option<Words>,
}

/// `reply_to`: a message or a story (fact sheet 3.7).
#[derive(Deserialize)]
pub(crate) struct ReplyTo {
    #[serde(default, deserialize_with = "lenient_id")]
    pub(crate) mid: Option<MessageId>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub(crate) story: Option<Story>,
}

/// `reply_to.story`.
#[derive(Deserialize)]
pub(crate) struct Story {
    #[serde(default, deserialize_with = "word")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) url: Option<Words>,
}

/// `referral`, inside a message or a postback or on its own (fact sheet 3.8).
#[derive(Deserialize)]
pub(crate) struct Referral {
    #[serde(default, rename = "ref", deserialize_with = "lenient")]
    pub(crate) reference: Option<Words>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) source: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "word")]
    pub(crate) kind: Option<String>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) ad_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub(crate) product: Option<Product>,
}

/// `referral.product`.
#[derive(Deserialize)]
pub(crate) struct Product {
    #[serde(default, deserialize_with = "word")]
    pub(crate) id: Option<String>,
}

/// A list of attachments, or one alone. One that is no object stays in the list, as an attachment without type.
fn attachments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Attachment>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    let mut attachments = Vec::new();
    let read = json::for_each_item(raw, |item| {
        attachments.push(object(item).unwrap_or_default());
        Ok::<(), std::convert::Infallible>(())
    });
    if matches!(read, Ok(None)) {
        attachments.extend(object::<Attachment>(raw).ok());
    }
    Ok(attachments)
}
