//! Whose fault a refusal was: what Meta's rules forbid is counted apart from what merely went wrong.

use super::Meta;

/// A rule of Meta's that a refused call would have broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Policy {
    /// Nothing to a person outside the window, or who never wrote: 10/2534022 (fact sheet 4.4).
    Window,
    /// One private reply per comment: 10900 or 100/2534025. Asking again after an unknown outcome meets this too, and
    /// is the right thing to do then.
    OnePrivateReply,
    /// No private reply to a comment older than 7 days or deleted, nor after the broadcast: 100/2534025.
    UsableComment,
    /// No public reply to a hidden or a live comment, and no hiding of a live one: 100 (fact sheet 5).
    Moderation,
    /// Nothing to a person who blocked the account or is gone: 551/1545041.
    Availability,
    /// No profile of a person who never wrote: 230 (fact sheet 8).
    Consent,
    /// No text, button or list beyond its published length: 100 (fact sheet 12).
    Length,
    /// No `HUMAN_AGENT` tag without the feature: 3.
    Feature,
}

impl Meta {
    /// How many calls were refused because they would have broken a rule. Rate limits, dead tokens and bodies that mean
    /// nothing are not among them.
    pub fn policy_refusals(&self) -> usize {
        self.shared.state().refused.len()
    }

    /// The rules that calls would have broken, in the order of the calls.
    pub fn policies_refused(&self) -> Vec<Policy> {
        self.shared.state().refused.clone()
    }
}
