//! The content of a message: what stands under `message`, in Meta's JSON (fact sheet 4.2).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::MediaId;
use crate::limits::{MAX_IMAGES, MAX_QUICK_REPLIES};

use super::error::In;
use super::{ContentError, Few, MediaUrl, MessageText, QuickReply, Template, wire};

/// Something that can be said in one message.
///
/// Reads and writes Meta's own JSON, checked in every member. A member that the fact sheet does not know is refused:
/// Meta might ignore it, and then whoever wrote it meant something that did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text, with or without quick replies below it.
    Text {
        /// What it says.
        text: MessageText,
        /// What may be tapped instead of writing; not shown on desktop.
        quick_replies: Few<QuickReply, 0, MAX_QUICK_REPLIES>,
    },
    /// An image, audio, video or file by its address.
    Media {
        /// What it is.
        kind: MediaKind,
        /// Where Meta fetches it.
        url: MediaUrl,
    },
    /// Several images in one message (since 6 May 2026); where Meta refuses them (100/2534068), send one by one.
    Images(Few<MediaUrl, 2, MAX_IMAGES>),
    /// A template: text or cards with buttons.
    Template(Template),
    /// The one sticker there is, `like_heart`.
    Heart,
    /// A post of the account itself, `MEDIA_SHARE`.
    Post(MediaId),
}

/// What Meta fetches from an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// png, jpeg or gif, up to [`MAX_IMAGE_BYTES`](crate::limits::MAX_IMAGE_BYTES).
    Image,
    /// aac, m4a, wav or mp4, up to [`MAX_MEDIA_BYTES`](crate::limits::MAX_MEDIA_BYTES).
    Audio,
    /// mp4, ogg, avi, mov or webm, up to [`MAX_MEDIA_BYTES`](crate::limits::MAX_MEDIA_BYTES).
    Video,
    /// pdf, up to [`MAX_MEDIA_BYTES`](crate::limits::MAX_MEDIA_BYTES).
    File,
}

impl MediaKind {
    /// Meta's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::File => "file",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Image, Self::Audio, Self::Video, Self::File].into_iter().find(|kind| kind.name() == name)
    }
}

impl Content {
    /// Reads Meta's JSON object.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(json: &str) -> Result<Self, ContentError> {
        wire::read::<wire::Message>(json)?.try_into()
    }

    /// Meta's JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a content has text keys only")
    }

    /// The text that can be read back from the conversation, for comparing; `None` for anything that comes back as an
    /// attachment.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } => Some(text.expose()),
            Self::Media { .. } | Self::Images(_) | Self::Template(_) | Self::Heart | Self::Post(_) => None,
        }
    }

    /// What it is, as a short word for traces and metrics; it does not change between versions.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Media { kind, .. } => kind.name(),
            Self::Images(_) => "images",
            Self::Template(_) => "template",
            Self::Heart => "heart",
            Self::Post(_) => "post",
        }
    }
}

impl From<MessageText> for Content {
    fn from(text: MessageText) -> Self {
        Self::Text { text, quick_replies: Few::default() }
    }
}

impl From<Template> for Content {
    fn from(template: Template) -> Self {
        Self::Template(template)
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        wire::Message::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let message = wire::read_value::<wire::Message>(Value::deserialize(deserializer)?);
        message.and_then(Self::try_from).map_err(de::Error::custom)
    }
}

impl From<&Content> for wire::Message {
    fn from(content: &Content) -> Self {
        let attachment = |kind: &str, payload| Self {
            attachment: Some(wire::Attachment { kind: kind.to_owned(), payload }),
            ..Self::default()
        };
        match content {
            Content::Text { text, quick_replies } => Self {
                text: Some(text.expose().to_owned()),
                quick_replies: (!quick_replies.is_empty()).then(|| quick_replies.iter().map(Into::into).collect()),
                ..Self::default()
            },
            Content::Media { kind, url } => attachment(kind.name(), Some(fetched(url))),
            Content::Images(urls) => {
                let image =
                    |url| wire::Attachment { kind: MediaKind::Image.name().to_owned(), payload: Some(fetched(url)) };
                Self { attachments: Some(urls.iter().map(image).collect()), ..Self::default() }
            }
            Content::Template(template) => attachment(TEMPLATE, Some(template.into())),
            Content::Heart => attachment(HEART, None),
            Content::Post(id) => {
                attachment(POST, Some(wire::AttachmentPayload { id: Some(id.clone()), ..Default::default() }))
            }
        }
    }
}

const TEMPLATE: &str = "template";
const HEART: &str = "like_heart";
const POST: &str = "MEDIA_SHARE";

fn fetched(url: &MediaUrl) -> wire::AttachmentPayload {
    wire::AttachmentPayload { url: Some(url.expose().to_owned()), ..Default::default() }
}

impl TryFrom<wire::Message> for Content {
    type Error = ContentError;

    fn try_from(message: wire::Message) -> Result<Self, ContentError> {
        let wire::Message { text, quick_replies, attachment, attachments, metadata } = message;
        // The marker of a send is put in when it is sent.
        wire::check_absent([("metadata", metadata.is_some())])?;
        if let Some(text) = text {
            wire::check_absent([("attachment", attachment.is_some()), ("attachments", attachments.is_some())])?;
            let text = MessageText::parse(text).at("text")?;
            let replies = quick_replies.unwrap_or_default().into_iter().map(QuickReply::try_from);
            let quick_replies = Few::new(replies.collect::<Result<_, _>>()?).at("quick_replies")?;
            return Ok(Self::Text { text, quick_replies });
        }
        wire::check_absent([("quick_replies", quick_replies.is_some())])?;
        match (attachment, attachments) {
            (Some(attachment), None) => attachment.try_into(),
            (None, Some(images)) => {
                let urls = images.into_iter().map(|image| match Self::try_from(image)? {
                    Self::Media { kind: MediaKind::Image, url } => Ok(url),
                    _ => Err(ContentError::UnknownKind("attachments.type")),
                });
                Ok(Self::Images(Few::new(urls.collect::<Result<_, _>>()?).at("attachments")?))
            }
            (Some(_), Some(_)) => Err(ContentError::Misplaced("attachments")),
            (None, None) => Err(ContentError::Missing("text or attachment")),
        }
    }
}

impl TryFrom<wire::Attachment> for Content {
    type Error = ContentError;

    fn try_from(attachment: wire::Attachment) -> Result<Self, ContentError> {
        let wire::Attachment { kind, payload } = attachment;
        if kind == HEART {
            wire::check_absent([("attachment.payload", payload.is_some())])?;
            return Ok(Self::Heart);
        }
        let payload = payload.at("attachment.payload")?;
        if kind == TEMPLATE {
            return Template::try_from(payload).map(Self::Template);
        }
        let wire::AttachmentPayload { url, id, template_type, text, elements, buttons } = payload;
        wire::check_absent([
            ("payload.template_type", template_type.is_some()),
            ("payload.text", text.is_some()),
            ("payload.elements", elements.is_some()),
            ("payload.buttons", buttons.is_some()),
        ])?;
        if kind == POST {
            wire::check_absent([("payload.url", url.is_some())])?;
            return Ok(Self::Post(id.at("payload.id")?));
        }
        let kind = MediaKind::parse(&kind).ok_or(ContentError::UnknownKind("attachment.type"))?;
        wire::check_absent([("payload.id", id.is_some())])?;
        let url = MediaUrl::parse(url.at("payload.url")?).at("payload.url")?;
        Ok(Self::Media { kind, url })
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
