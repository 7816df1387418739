//! Which step makes sense where: for the rule's kinds of event, and behind the steps before it.

use super::Step;
use crate::TriggerKind;

/// Most messages of one rule: a person should not find a wall of them.
const MAX_MESSAGES: usize = 5;

/// What came before a step.
#[derive(Default)]
pub(super) struct Seen {
    messages: usize,
    private_replies: usize,
    in_public: bool,
    hidden: bool,
    asked: bool,
}

impl Step {
    /// Refuses a step that Meta would refuse for one of the rule's triggers, or that makes no sense where it stands.
    pub(super) fn check_place(
        &self,
        kinds: &[TriggerKind],
        comments: bool,
        seen: &mut Seen,
    ) -> Result<(), &'static str> {
        let has = |kind: TriggerKind| kinds.contains(&kind);
        if seen.asked {
            return Err("nothing can follow `ask`: its answer comes later");
        }
        match self {
            Self::Message(_) if comments => {
                return Err("a comment opens no conversation: use `private_reply`, which may be sent once");
            }
            Self::PrivateReply(_) if !comments => return Err("only comments can have a private reply: use `text`"),
            Self::PublicReply(_) if !comments => return Err("only comments can have a public reply: use `text`"),
            Self::HideComment if !comments => return Err("only comments can be hidden"),
            Self::MarkSeen | Self::ShowTyping | Self::React(_) if comments => {
                return Err("only direct messages can have it");
            }
            Self::React(_) if !kinds.iter().any(|kind| kind.is_message()) => {
                return Err("only messages can be reacted to");
            }
            Self::PublicReply(_) if has(TriggerKind::LiveComment) => {
                return Err("live comments can have no public reply");
            }
            Self::Ask(ask) if ask.in_public && !comments => return Err("only comments can be answered in public"),
            Self::Ask(ask) if ask.in_public && has(TriggerKind::LiveComment) => {
                return Err("live comments can have no public reply");
            }
            _ => {}
        }
        let is_private = match self {
            Self::PrivateReply(_) => true,
            Self::HandOver(hand_over) => comments && hand_over.text.is_some(),
            Self::Ask(ask) => comments && !ask.in_public,
            _ => false,
        };
        seen.asked |= matches!(self, Self::Ask(_));
        seen.hidden |= matches!(self, Self::HideComment);
        seen.in_public |= match self {
            Self::PublicReply(_) => true,
            Self::Ask(ask) => ask.in_public,
            _ => false,
        };
        seen.messages += usize::from(self.sends());
        seen.private_replies += usize::from(is_private);
        if seen.private_replies > 1 {
            return Err("a comment can have one private reply only");
        }
        if seen.hidden && seen.in_public {
            return Err(
                "a hidden comment can have no public reply: Meta refuses one that has to wait, and nobody sees it",
            );
        }
        if seen.messages > MAX_MESSAGES {
            return Err("a rule sends at most 5 messages");
        }
        Ok(())
    }

    /// Something leaves that a person reads.
    fn sends(&self) -> bool {
        match self {
            Self::Message(_) | Self::PrivateReply(_) | Self::PublicReply(_) | Self::Ask(_) => true,
            Self::HandOver(hand_over) => hand_over.text.is_some(),
            Self::React(_)
            | Self::MarkSeen
            | Self::ShowTyping
            | Self::HideComment
            | Self::Tag(_)
            | Self::Pause { .. } => false,
        }
    }
}
