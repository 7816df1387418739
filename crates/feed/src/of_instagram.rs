//! From what Instagram reported to what the CRM is told of it: pure, and without any of its words.

use instagram::{Attachment, AttachmentKind, Comment, Content, Echo, Kind, Message, PersonId, ReplyTo};

use crate::received::{
    CommentWritten, EventRecorded, MessageEdited, MessageReacted, MessageReceived, MessageSeen, MessageUnsent,
    PersonAnswered, PostbackPressed, ReferralOpened, Side,
};
use crate::{Code, InConversation};

/// What an event does not say of itself, and the store knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known<'a> {
    /// The message or comment is one that this system sent.
    pub is_ours: bool,
    /// What was decided about the event, as the outcome's code.
    pub why: Option<&'a str>,
}

/// The person whom an event is about. `None` where it names nobody, or the account alone.
pub fn person_of(event: &instagram::Event) -> Option<&PersonId> {
    let person = match &event.kind {
        Kind::MessageReceived(message) => &message.from,
        Kind::MessageEchoed(echo) => Some(&echo.to).filter(|_| !echo.is_self)?,
        Kind::MessageUnsent { peer, .. }
        | Kind::MessageEdited { peer, .. }
        | Kind::MessageHinted { peer, .. }
        | Kind::Unknown { peer, .. } => peer.as_ref()?,
        Kind::ReactionChanged(reaction) => &reaction.by,
        Kind::MessageSeen { by, .. } => by,
        Kind::PostbackPressed(postback) => Some(&postback.from).filter(|_| !postback.is_self)?,
        Kind::ReferralOpened { from, .. } | Kind::OptInReceived { from, .. } => from,
        Kind::ControlChanged(control) => control.peer.as_ref()?,
        Kind::CommentWritten(comment) => &comment.from.as_ref().filter(|author| !author.is_self)?.id,
        Kind::FieldsChanged { .. } => return None,
    };
    (person.as_str() != event.account.as_str()).then_some(person)
}

/// What the CRM is told. `None` where there is nothing to tell: what this system sent comes back to it, and was told as
/// `reply.sent`; a sample of the dashboard's "Test" button happened in no conversation.
pub(crate) fn happened(event: &instagram::Event, is_ours: bool) -> Option<InConversation> {
    if event.test {
        return None;
    }
    Some(match &event.kind {
        Kind::MessageReceived(message) => {
            MessageReceived { mid: message.mid.clone(), content: content_of_message(message), standby: event.standby }
                .into()
        }
        Kind::MessageEchoed(_) | Kind::CommentWritten(_) if is_ours => return None,
        Kind::MessageEchoed(echo) => PersonAnswered { mid: echo.mid.clone(), content: content_of_echo(echo) }.into(),
        Kind::MessageUnsent { mid, .. } => MessageUnsent { mid: mid.clone() }.into(),
        Kind::MessageEdited { mid, num_edit, .. } => MessageEdited { mid: mid.clone(), num_edit: *num_edit }.into(),
        Kind::ReactionChanged(reaction) => MessageReacted {
            mid: reaction.mid.clone(),
            by: if reaction.by.as_str() == event.account.as_str() { Side::Account } else { Side::Person },
            removed: !reaction.given,
            reaction: reaction.reaction.as_deref().map(Code::from),
        }
        .into(),
        Kind::MessageSeen { mid, .. } => MessageSeen { mid: mid.clone() }.into(),
        Kind::PostbackPressed(postback) => PostbackPressed {
            mid: postback.mid.clone(),
            by: if postback.is_self { Side::Account } else { Side::Person },
        }
        .into(),
        Kind::ReferralOpened { referral, .. } => ReferralOpened {
            source: referral.source.as_deref().map(Code::from),
            ad: referral.ad_id.as_deref().map(Code::from),
        }
        .into(),
        Kind::CommentWritten(comment) => comment_written(comment).into(),
        Kind::MessageHinted { .. }
        | Kind::OptInReceived { .. }
        | Kind::ControlChanged(_)
        | Kind::FieldsChanged { .. }
        | Kind::Unknown { .. } => EventRecorded { kind: Code::from(event.kind_name()) }.into(),
    })
}

fn comment_written(comment: &Comment) -> CommentWritten {
    let Comment { id, from, media, parent, live, .. } = comment;
    let own = from.as_ref().is_some_and(|author| author.is_self);
    CommentWritten { comment: id.clone(), media: media.clone(), parent: parent.clone(), live: *live, own }
}

fn content_of_message(message: &Message) -> Vec<Code> {
    let mut kinds = Kinds::default();
    kinds.add_content(&message.content, message.reply_to.as_ref());
    kinds.add_if(message.quick_reply.is_some(), "quick_reply");
    kinds.add_if(message.referral.is_some(), "referral");
    kinds.0
}

fn content_of_echo(echo: &Echo) -> Vec<Code> {
    let mut kinds = Kinds::default();
    kinds.add_content(&echo.content, echo.reply_to.as_ref());
    kinds.0
}

/// Each kind once, in the order in which they came.
#[derive(Default)]
struct Kinds(Vec<Code>);

impl Kinds {
    fn add_content(&mut self, content: &Content, reply_to: Option<&ReplyTo>) {
        self.add_if(content.text.is_some(), "text");
        for Attachment { kind, .. } in &content.attachments {
            // Words that we do not know may be as many as attachments, which nobody counts.
            let is_known = !matches!(kind, AttachmentKind::Other(_));
            self.add_if(true, if is_known { kind.as_str() } else { "other" });
        }
        self.add_if(content.is_unsupported, "unsupported");
        self.add_if(matches!(reply_to, Some(ReplyTo::Story { .. })), "story_reply");
    }

    fn add_if(&mut self, is_so: bool, kind: &str) {
        let kind = Code::from(kind);
        if is_so && !self.0.contains(&kind) {
            self.0.push(kind);
        }
    }
}

#[cfg(test)]
mod tests;
