//! Messaging objects: one member tells the kind.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{clean_name, unknown};
use crate::wire::{self, Item};
use crate::{
    AccountId, AppId, Attachment, AttachmentKind, Content, Control, ControlChange, Echo, Kind, Malformed, Message,
    PersonId, Postback, Reaction, Referral, ReplyTo, json,
};

/// Members that say who and when, not what.
const ENVELOPE: [&str; 6] = ["id", "time", "sender", "recipient", "timestamp", "is_self"];

/// What the messaging object `raw`, already read as `item`, says.
pub(super) fn kind(item: &Item<'_>, raw: &str, account: &AccountId) -> Result<Kind, Malformed> {
    let members = [
        ("message", item.message, message as Reader),
        ("message_edit", item.message_edit, message_edit),
        ("reaction", item.reaction, reaction),
        ("read", item.read, read),
        ("postback", item.postback, postback),
        ("pass_thread_control", item.pass_thread_control, passed),
        ("take_thread_control", item.take_thread_control, taken),
        ("request_thread_control", item.request_thread_control, requested),
        ("app_roles", item.app_roles, roles),
        ("referral", item.referral, referral),
        ("optin", item.optin, optin),
    ];
    let Some((name, body, reader)) = members.into_iter().find_map(|(name, body, reader)| Some((name, body?, reader)))
    else {
        let name = json::first_member_besides(raw, &ENVELOPE);
        return Ok(unknown(name.as_deref().unwrap_or("empty"), other_side(item, account)));
    };
    let read = if json::is_object(body.get()) { reader(body.get(), item, account)? } else { None };
    Ok(read.unwrap_or_else(|| unknown(name, other_side(item, account))))
}

/// Reads one member's body; none if something essential is missing.
type Reader = fn(&str, &Item<'_>, &AccountId) -> Result<Option<Kind>, Malformed>;

fn message(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let message = wire::object::<wire::Message>(body)?;
    let Some(mid) = message.mid else {
        return Ok(None);
    };
    let addressee = recipient(item).filter(|id| message.is_echo && id.as_str() != account.as_str());
    let peer = addressee.cloned().or_else(|| other_side(item, account));
    if message.is_deleted {
        return Ok(Some(Kind::MessageUnsent { mid, peer }));
    }
    let is_own = message.is_echo || message.is_self || is_from_account(item, account);
    let Some(peer) = peer else {
        return Ok(Some(Kind::MessageHinted { mid, peer: None, text: message.text }));
    };
    let content = Content {
        text: message.text,
        attachments: message.attachments.into_iter().map(attachment).collect(),
        is_unsupported: message.is_unsupported,
    };
    let reply_to = message.reply_to.and_then(reply_to);
    Ok(Some(if is_own {
        let is_self = message.is_self || peer.as_str() == account.as_str();
        Kind::MessageEchoed(Echo {
            mid,
            to: peer,
            content,
            reply_to,
            metadata: message.metadata,
            app: message.app_id,
            is_self,
        })
    } else {
        Kind::MessageReceived(Message {
            mid,
            from: peer,
            content,
            quick_reply: message.quick_reply.and_then(|quick_reply| quick_reply.payload),
            reply_to,
            referral: message.referral.or_else(|| sibling_referral(item)).map(through),
        })
    }))
}

fn message_edit(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let edit = wire::object::<wire::MessageEdit>(body)?;
    let peer = other_side(item, account);
    // A missing number counts as the 0 it may stand for; looking a message up once too often does no harm.
    let num_edit = edit.num_edit.and_then(|number| number.parse().ok()).unwrap_or(0);
    Ok(edit.mid.map(|mid| match num_edit {
        0 => Kind::MessageHinted { mid, peer, text: edit.text },
        num_edit => Kind::MessageEdited { mid, peer, text: edit.text, num_edit },
    }))
}

fn reaction(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let reaction = wire::object::<wire::Reaction>(body)?;
    Ok(reaction.mid.zip(person(item, account)).map(|(mid, by)| {
        Kind::ReactionChanged(Reaction {
            mid,
            by,
            given: reaction.action.as_deref() == Some("react"),
            reaction: reaction.reaction,
            emoji: reaction.emoji,
        })
    }))
}

fn read(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let read = wire::object::<wire::Read>(body)?;
    Ok(read.mid.zip(person(item, account)).map(|(mid, by)| Kind::MessageSeen { mid, by }))
}

fn postback(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let postback = wire::object::<wire::Postback>(body)?;
    Ok(sender(item).cloned().map(|from| {
        Kind::PostbackPressed(Postback {
            is_self: postback.is_self || item.is_self || is_from_account(item, account),
            mid: postback.mid,
            from,
            title: postback.title,
            payload: postback.payload,
            referral: postback.referral.or_else(|| sibling_referral(item)).map(through),
        })
    }))
}

fn referral(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let referral = wire::object::<wire::Referral>(body)?;
    Ok(person(item, account).map(|from| Kind::ReferralOpened { from, referral: through(referral) }))
}

fn optin(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let optin = wire::object::<wire::OptIn>(body)?;
    Ok(person(item, account).map(|from| Kind::OptInReceived { from, kind: optin.kind.as_deref().map(clean_name) }))
}

fn passed(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let control = wire::object::<wire::ThreadControl>(body)?;
    let change = ControlChange::Passed { from: control.previous_owner_app_id, to: control.new_owner_app_id };
    Ok(Some(Kind::ControlChanged(Control { peer: other_side(item, account), change })))
}

fn taken(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let control = wire::object::<wire::ThreadControl>(body)?;
    let change = ControlChange::Taken { from: control.previous_owner_app_id, to: control.new_owner_app_id };
    Ok(Some(Kind::ControlChanged(Control { peer: other_side(item, account), change })))
}

fn requested(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let control = wire::object::<wire::ThreadControl>(body)?;
    let change = ControlChange::Requested { by: control.requested_owner_app_id };
    Ok(Some(Kind::ControlChanged(Control { peer: other_side(item, account), change })))
}

/// `{"<app id>": ["<role>", …]}`; what is not of this form is left out.
fn roles(body: &str, item: &Item<'_>, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let roles = serde_json::from_str::<BTreeMap<String, &RawValue>>(body).map_err(|_| Malformed::Json)?;
    let roles = roles
        .into_iter()
        .filter_map(|(app, roles)| {
            let roles: Vec<String> = serde_json::from_str(roles.get()).ok()?;
            Some((AppId::parse(app).ok()?, roles.iter().map(|role| clean_name(role)).collect()))
        })
        .collect();
    let change = ControlChange::Roles(roles);
    Ok(Some(Kind::ControlChanged(Control { peer: other_side(item, account), change })))
}

fn attachment(attachment: wire::Attachment) -> Attachment {
    let kind = attachment.kind.unwrap_or_default();
    let wire::AttachmentPayload {
        url,
        story_media_url,
        title,
        ig_post_media_id,
        reel_video_id,
        story_media_id,
        sticker_id,
        id,
    } = attachment.payload.unwrap_or_default();
    Attachment {
        kind: attachment_kind(&kind),
        url: url.or(story_media_url),
        title,
        media: ig_post_media_id.or(reel_video_id).or(story_media_id).or(sticker_id).or(id),
    }
}

fn attachment_kind(word: &str) -> AttachmentKind {
    match word {
        "image" => AttachmentKind::Image,
        "video" => AttachmentKind::Video,
        "audio" => AttachmentKind::Audio,
        "file" => AttachmentKind::File,
        "share" => AttachmentKind::Share,
        "ig_post" => AttachmentKind::Post,
        "ig_reel" | "reel" => AttachmentKind::Reel,
        "story_mention" => AttachmentKind::StoryMention,
        "story" | "ig_story" => AttachmentKind::Story,
        "template" => AttachmentKind::Template,
        "media" => AttachmentKind::Media,
        "ephemeral" => AttachmentKind::Ephemeral,
        "fallback" => AttachmentKind::Fallback,
        "sticker" => AttachmentKind::Sticker,
        "like_heart" => AttachmentKind::LikeHeart,
        other => AttachmentKind::Other(clean_name(other)),
    }
}

fn reply_to(reply_to: wire::ReplyTo) -> Option<ReplyTo> {
    match (reply_to.mid, reply_to.story) {
        (Some(mid), _) => Some(ReplyTo::Message(mid)),
        (None, Some(story)) => Some(ReplyTo::Story { id: story.id, url: story.url }),
        (None, None) => None,
    }
}

fn through(referral: wire::Referral) -> Referral {
    Referral {
        reference: referral.reference,
        source: referral.source,
        kind: referral.kind,
        ad_id: referral.ad_id,
        product_id: referral.product.and_then(|product| product.id),
    }
}

/// A referral beside the member that tells the kind.
fn sibling_referral(item: &Item<'_>) -> Option<wire::Referral> {
    wire::object(item.referral?.get()).ok()
}

fn sender<'i>(item: &'i Item<'_>) -> Option<&'i PersonId> {
    item.sender.as_ref()?.id.as_ref()
}

fn recipient<'i>(item: &'i Item<'_>) -> Option<&'i PersonId> {
    item.recipient.as_ref()?.id.as_ref()
}

/// The account sent it, whatever `is_echo` says (fact sheet 3.5). Without a sender, a recipient other than the account
/// tells the same.
fn is_from_account(item: &Item<'_>, account: &AccountId) -> bool {
    match (sender(item), recipient(item)) {
        (Some(sender), _) => sender.as_str() == account.as_str(),
        (None, Some(recipient)) => recipient.as_str() != account.as_str(),
        (None, None) => false,
    }
}

/// The sender, if it is not the account itself.
fn person(item: &Item<'_>, account: &AccountId) -> Option<PersonId> {
    sender(item).filter(|sender| sender.as_str() != account.as_str()).cloned()
}

/// The one of sender and recipient that is not the account; the account where it talks to itself.
pub(super) fn other_side(item: &Item<'_>, account: &AccountId) -> Option<PersonId> {
    let (sender, recipient) = (sender(item), recipient(item));
    let other = [sender, recipient].into_iter().flatten().find(|id| id.as_str() != account.as_str());
    // Both sides named and both the account: a self message.
    other.or(sender.and(recipient)).cloned()
}
