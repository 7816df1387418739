//! An event that never happened, and facts for it: an ordinary person in an ordinary conversation.

use automation::{Decision, Facts, MediaOwner, Mode, Names, RuleSet, decide};
use instagram::{
    AccountId, Author, Comment, CommentId, Content, Event, InvalidId, Kind, MediaId, Message, MessageId, PersonId,
    Postback, Reaction, Referral, ReplyTo, UnixMillis, Words,
};

use crate::args;

/// What happens, in a dry run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Invention<'a> {
    pub(crate) kind: args::Kind,
    pub(crate) text: Option<&'a str>,
    pub(crate) payload: Option<&'a str>,
    pub(crate) at: UnixMillis,
}

impl Invention<'_> {
    /// The event. Of a tap with only a title the title is its payload, too.
    pub(crate) fn event(&self) -> Result<Event, InvalidId> {
        let text = self.text.map(Words::from);
        let payload = self.payload.or(self.text).map(Words::from);
        let from = PersonId::parse("900000000000001")?;
        let kind = match self.kind {
            args::Kind::Message => self.message(None, None)?,
            args::Kind::StoryReply => self.message(None, Some(ReplyTo::Story { id: None, url: None }))?,
            args::Kind::QuickReply => self.message(payload, None)?,
            args::Kind::Comment => comment(text, from, false)?,
            args::Kind::LiveComment => comment(text, from, true)?,
            args::Kind::Postback => {
                let mid = Some(MessageId::parse("mid.try")?);
                Kind::PostbackPressed(Postback { mid, from, title: text, payload, referral: None, is_self: false })
            }
            args::Kind::Reaction => {
                let (reaction, emoji) = (self.text.map(str::to_owned), self.text.map(str::to_owned));
                let mid = MessageId::parse("mid.try")?;
                Kind::ReactionChanged(Reaction { mid, by: from, given: true, reaction, emoji })
            }
            args::Kind::Referral => {
                let referral = Referral { reference: text, ..Referral::default() };
                Kind::ReferralOpened { from, referral }
            }
        };
        let account = AccountId::parse("17841400000000000")?;
        Ok(Event { account, at: Some(self.at), standby: false, test: false, lossy: false, kind })
    }

    fn message(&self, quick_reply: Option<Words>, reply_to: Option<ReplyTo>) -> Result<Kind, InvalidId> {
        Ok(Kind::MessageReceived(Message {
            mid: MessageId::parse("mid.try")?,
            from: PersonId::parse("900000000000001")?,
            content: Content { text: self.text.map(Words::from), ..Content::default() },
            quick_reply,
            reply_to,
            referral: None,
        }))
    }
}

fn comment(text: Option<Words>, from: PersonId, live: bool) -> Result<Kind, InvalidId> {
    Ok(Kind::CommentWritten(Comment {
        id: CommentId::parse("17900000000000001")?,
        from: Some(Author { id: from, username: None, is_self: false }),
        media: Some(MediaId::parse("18000000000000001")?),
        media_product: None,
        parent: None,
        text,
        live,
    }))
}

/// Decides about an event of which nothing is known but itself: on the account's own posts, nobody opted out, nobody of
/// the office is talking. The window is open unless it is the person's first contact.
pub(crate) fn decide_alone(event: &Event, key: &str, rules: &RuleSet, at: UnixMillis, first: bool) -> Decision {
    let facts = Facts {
        event,
        key,
        at,
        mode: Mode::Answer,
        own_username: None,
        created_by_us: false,
        media_owner: MediaOwner::Own,
        unsent: false,
        last_user_at: (!first).then_some(at),
        first_contact: first,
        opted_out: false,
        paused_until: None,
        control_ours: true,
        recent_replies: &[],
        fired: &[],
        follows: None,
        names: Names::default(),
        last_disclosed_at: None,
        person_answered_at: None,
    };
    decide(&facts, Some(rules), at)
}
