//! What a message can hold beside text.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{check_count, object, template};
use crate::meta::reply::Refusal;

const MAX_IMAGES: usize = 10;

/// One attachment as it was sent.
#[derive(Debug)]
pub(in crate::meta) struct Attachment {
    kind: Kind,
    payload: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Image,
    Audio,
    Video,
    File,
    LikeHeart,
    /// A post of the account's own.
    MediaShare,
    GenericTemplate,
    ButtonTemplate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(rename = "type")]
    kind: String,
    payload: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByUrl {
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ById {
    #[serde(rename = "id")]
    _id: String,
}

/// One attachment of any kind, or several images.
pub(super) fn parse(attachments: &[Value]) -> Result<Vec<Attachment>, Refusal> {
    let parsed: Vec<Attachment> = attachments.iter().map(Attachment::parse).collect::<Result<_, _>>()?;
    if parsed.len() > 1 && parsed.iter().any(|attachment| attachment.kind != Kind::Image) {
        return Err(Refusal::parameter("only images may be several"));
    }
    check_count(attachments, MAX_IMAGES)?;
    Ok(parsed)
}

impl Attachment {
    fn parse(attachment: &Value) -> Result<Self, Refusal> {
        let Wire { kind, payload } = object(attachment, "an attachment")?;
        let payload = payload.unwrap_or_default();
        let kind = match kind.as_str() {
            "image" => Kind::Image,
            "audio" => Kind::Audio,
            "video" => Kind::Video,
            "file" => Kind::File,
            "like_heart" if payload.is_null() => Kind::LikeHeart,
            "MEDIA_SHARE" => Kind::MediaShare,
            "template" if payload["template_type"] == "generic" => Kind::GenericTemplate,
            "template" if payload["template_type"] == "button" => Kind::ButtonTemplate,
            _ => return Err(Refusal::parameter("param type must be that of a known attachment")),
        };
        match kind {
            Kind::Image | Kind::Audio | Kind::Video | Kind::File => {
                let ByUrl { url } = object(&payload, "param payload")?;
                if !url.starts_with("https://") {
                    return Err(Refusal::new(100, Some(2_018_047), "Upload attachment failure."));
                }
            }
            Kind::MediaShare => {
                let ById { .. } = object(&payload, "param payload")?;
            }
            Kind::GenericTemplate => template::check_generic(&payload)?,
            Kind::ButtonTemplate => template::check_button(&payload)?,
            Kind::LikeHeart => {}
        }
        Ok(Self { kind, payload })
    }

    pub(in crate::meta) fn is_template(&self) -> bool {
        matches!(self.kind, Kind::GenericTemplate | Kind::ButtonTemplate)
    }

    /// Whether the stricter limit of audio and video counts it.
    pub(in crate::meta) fn is_streamed(&self) -> bool {
        matches!(self.kind, Kind::Audio | Kind::Video)
    }

    /// The post it shares.
    pub(in crate::meta) fn shared_media(&self) -> Option<&str> {
        if self.kind == Kind::MediaShare { self.payload["id"].as_str() } else { None }
    }

    /// How its echo shows it: media from Meta's own servers, a template under its type's name (fact sheet 3.4).
    pub(in crate::meta) fn echoed(&self, number: u64) -> Value {
        let url = format!("https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id={number}&signature=SANDBOX");
        let without_type = || {
            let mut payload = self.payload.clone();
            if let Some(payload) = payload.as_object_mut() {
                payload.remove("template_type");
            }
            payload
        };
        match self.kind {
            Kind::Image => json!({"type": "image", "payload": {"url": url}}),
            Kind::Audio => json!({"type": "audio", "payload": {"url": url}}),
            Kind::Video => json!({"type": "video", "payload": {"url": url}}),
            Kind::File => json!({"type": "file", "payload": {"url": url}}),
            Kind::LikeHeart => json!({"type": "like_heart"}),
            Kind::MediaShare => json!({"type": "media", "payload": {"url": url, "id": self.payload["id"]}}),
            Kind::GenericTemplate => json!({"type": "template", "payload": {"generic": without_type()}}),
            Kind::ButtonTemplate => json!({"type": "template", "payload": {"button": without_type()}}),
        }
    }
}
