//! What a message, comment, reaction or tap holds, as it is stored.

use instagram::{Attachment, Content, Event, Kind, Referral, ReplyTo, Words};
use serde::{Deserialize, Serialize};

use crate::item::is_false;

/// What a message, comment, reaction or tap holds, as it is stored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Body {
    /// Text, or the title of a tapped button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
    /// Attachments, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<StoredAttachment>,
    /// Payload of a quick reply or button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Words>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The story it answers, by id; empty if the id was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<String>,
    /// The `ref` of the link or ad that brought the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Words>,
    /// The ad that brought the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ad: Option<String>,
    /// The user name of a comment's author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Words>,
    /// The post a comment stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// `FEED`, `REELS`, `STORY`, `AD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The comment it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// `react` or `unreact`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// `love`, … for a reaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
    /// A reaction's emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// Of a kind the API cannot show.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unsupported: bool,
    /// Text held a lone surrogate, replaced by U+FFFD.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lossy: bool,
}

/// One attachment as it is stored: the link only, never what it leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredAttachment {
    /// The wire's `type`.
    pub kind: String,
    /// Its link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Words>,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Words>,
    /// The post, reel, story or sticker it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
}

impl Body {
    /// What an event holds; `None` for kinds that hold nothing of their own.
    pub fn of(event: &Event) -> Option<Self> {
        let mut body = match &event.kind {
            Kind::MessageReceived(m) => {
                let mut body = Self::of_content(&m.content, m.reply_to.as_ref());
                body.payload.clone_from(&m.quick_reply);
                body.set_referral(m.referral.as_ref());
                body
            }
            Kind::MessageEchoed(e) => Self::of_content(&e.content, e.reply_to.as_ref()),
            Kind::CommentWritten(c) => Self {
                text: c.text.clone(),
                username: c.from.as_ref().and_then(|a| a.username.clone()),
                media: c.media.as_ref().map(ToString::to_string),
                product: c.media_product.clone(),
                parent: c.parent.as_ref().map(ToString::to_string),
                ..Self::default()
            },
            Kind::ReactionChanged(r) => Self {
                action: Some(if r.given { "react" } else { "unreact" }.to_owned()),
                reaction: r.reaction.clone(),
                emoji: r.emoji.clone(),
                ..Self::default()
            },
            Kind::PostbackPressed(p) => {
                let mut body = Self { text: p.title.clone(), payload: p.payload.clone(), ..Self::default() };
                body.set_referral(p.referral.as_ref());
                body
            }
            Kind::ReferralOpened { referral, .. } => {
                let mut body = Self::default();
                body.set_referral(Some(referral));
                body
            }
            Kind::MessageSeen { mid, .. } => Self { reply_to: Some(mid.to_string()), ..Self::default() },
            Kind::MessageUnsent { .. }
            | Kind::MessageEdited { .. }
            | Kind::MessageHinted { .. }
            | Kind::OptInReceived { .. }
            | Kind::ControlChanged(_)
            | Kind::FieldsChanged { .. }
            | Kind::Unknown { .. } => return None,
        };
        body.lossy = event.lossy;
        Some(body)
    }

    fn of_content(content: &Content, reply_to: Option<&ReplyTo>) -> Self {
        let mut body = Self {
            text: content.text.clone(),
            attachments: content.attachments.iter().map(StoredAttachment::of).collect(),
            unsupported: content.is_unsupported,
            ..Self::default()
        };
        match reply_to {
            Some(ReplyTo::Message(mid)) => body.reply_to = Some(mid.to_string()),
            Some(ReplyTo::Story { id, .. }) => body.story = Some(id.clone().unwrap_or_default()),
            None => {}
        }
        body
    }

    fn set_referral(&mut self, referral: Option<&Referral>) {
        if let Some(referral) = referral {
            self.referral.clone_from(&referral.reference);
            self.ad.clone_from(&referral.ad_id);
        }
    }
}

impl StoredAttachment {
    fn of(attachment: &Attachment) -> Self {
        Self {
            kind: attachment.kind.as_str().to_owned(),
            url: attachment.url.clone(),
            title: attachment.title.clone(),
            media: attachment.media.clone(),
        }
    }
}
