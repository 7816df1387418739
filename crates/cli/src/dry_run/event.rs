//! The event that made an item, as far as the item keeps it.

use instagram::{
    AccountId, Attachment, AttachmentKind, Author, Comment, CommentId, Content, Event, Kind, MediaId, Message,
    MessageId, Peer, PersonId, Postback, Reaction, Referral, ReplyTo, UnixMillis, event_key,
};
use store::{Body, ItemContent, StoredAttachment, keys};

/// An event made of its item. What nobody looks at in deciding is not there again: addresses, marks of an ad.
#[derive(Debug)]
pub(crate) struct Rebuilt {
    pub(crate) event: Event,
    /// The event's key. Of a tap with a message id, which no item keeps, a name that is as unique.
    pub(crate) key: String,
}

impl Rebuilt {
    /// `None` for kinds that rules never answer, and where the item keeps too little.
    pub(crate) fn of(account: &AccountId, peer: &Peer, sort_key: &str, content: &ItemContent) -> Option<Self> {
        let at = UnixMillis(content.at?);
        let body = content.parsed_body()?;
        let person = PersonId::parse(peer.as_str()).ok()?;
        let (_, id) = sort_key.split_once('#')?;
        let kind = match content.kind.as_deref()? {
            "message" => Kind::MessageReceived(message(MessageId::parse(id).ok()?, person, body)),
            "comment" => Kind::CommentWritten(comment(CommentId::parse(id).ok()?, person, body, content.live)),
            "postback" => Kind::PostbackPressed(postback(person, body)),
            "referral" => Kind::ReferralOpened { from: person, referral: referral(&body).unwrap_or_default() },
            "reaction" => Kind::ReactionChanged(reaction(MessageId::parse(id.split_once('#')?.0).ok()?, person, &body)),
            _ => return None,
        };
        let event =
            Event { account: account.clone(), at: Some(at), standby: content.standby, test: false, lossy: false, kind };
        let key = key(&event, sort_key);
        Some(Self { event, key })
    }

    /// What the person wrote or tapped.
    pub(crate) fn words(&self) -> Option<&str> {
        let words = match &self.event.kind {
            Kind::MessageReceived(message) => message.content.text.as_ref(),
            Kind::CommentWritten(comment) => comment.text.as_ref(),
            Kind::PostbackPressed(postback) => postback.title.as_ref().or(postback.payload.as_ref()),
            _ => None,
        };
        words.map(instagram::Words::expose)
    }
}

fn key(event: &Event, sort_key: &str) -> String {
    let key = event_key(event, "");
    match sort_key.strip_prefix("E#") {
        Some(digest) if keys::digest(&key) != digest => format!("{}|{}|{digest}", event.kind_name(), event.account),
        _ => key,
    }
}

fn message(mid: MessageId, from: PersonId, body: Body) -> Message {
    let reply_to = match (body.story.clone(), body.reply_to.clone()) {
        (Some(id), _) => Some(ReplyTo::Story { id: Some(id).filter(|id| !id.is_empty()), url: None }),
        (None, Some(mid)) => MessageId::parse(mid).ok().map(ReplyTo::Message),
        (None, None) => None,
    };
    let referral = referral(&body);
    let attachments = body.attachments.into_iter().map(attachment).collect();
    let content = Content { text: body.text, attachments, is_unsupported: body.unsupported };
    Message { mid, from, content, quick_reply: body.payload, reply_to, referral }
}

/// Its author is the conversation's person; a comment without one was never decided by rules.
fn comment(id: CommentId, from: PersonId, body: Body, live: bool) -> Comment {
    Comment {
        id,
        from: Some(Author { id: from, username: body.username, is_self: false }),
        media: body.media.and_then(|media| MediaId::parse(media).ok()),
        media_product: body.product,
        parent: body.parent.and_then(|parent| CommentId::parse(parent).ok()),
        text: body.text,
        live,
    }
}

fn postback(from: PersonId, body: Body) -> Postback {
    let referral = referral(&body);
    Postback { mid: None, from, title: body.text, payload: body.payload, referral, is_self: false }
}

fn reaction(mid: MessageId, by: PersonId, body: &Body) -> Reaction {
    let given = body.action.as_deref() == Some("react");
    Reaction { mid, by, given, reaction: body.reaction.clone(), emoji: body.emoji.clone() }
}

fn referral(body: &Body) -> Option<Referral> {
    let referral = Referral { reference: body.referral.clone(), ad_id: body.ad.clone(), ..Referral::default() };
    (referral != Referral::default()).then_some(referral)
}

/// Of an attachment's kind rules see only whether it is a story that mentions the account.
fn attachment(stored: StoredAttachment) -> Attachment {
    let StoredAttachment { kind, url, title, media } = stored;
    let mention = AttachmentKind::StoryMention;
    let kind = if kind == mention.as_str() { mention } else { AttachmentKind::Other(kind) };
    Attachment { kind, url, title, media }
}

#[cfg(test)]
mod tests;
