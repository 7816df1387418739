//! What a changed rule set would have done otherwise, for a dry run.

use std::collections::HashSet;

use crate::{Decision, Intended};

/// What two decisions about one event would send.
///
/// A reply that a renamed rule still gives is no difference: what counts is what the person gets. Replies are told in the
/// order of their decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference<'a> {
    /// Sent by the new decision only.
    pub new: Vec<&'a Intended>,
    /// Sent by the old decision only.
    pub lost: Vec<&'a Intended>,
    /// The same reply by name, old and new, holding something else.
    pub changed: Vec<(&'a Intended, &'a Intended)>,
    /// Something else than replies differs: what is done beside, or what is asked for.
    pub beside: bool,
    /// The reason differs.
    pub reason: bool,
}

impl Difference<'_> {
    /// The person notices nothing. Other reasons for the same may be told.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.lost.is_empty() && self.changed.is_empty() && !self.beside
    }
}

/// Holds two decisions about the same event, with the same facts, against each other.
pub fn compare<'a>(old: &'a Decision, new: &'a Decision) -> Difference<'a> {
    let mut same = HashSet::new();
    let mut lost: Vec<&Intended> = Vec::new();
    for reply in &old.replies {
        let twin = new.replies.iter().enumerate().find(|(i, other)| !same.contains(i) && other.action == reply.action);
        match twin {
            Some((i, _)) => {
                same.insert(i);
            }
            None => lost.push(reply),
        }
    }
    let mut difference = Difference {
        beside: old.effects != new.effects || old.ask != new.ask,
        reason: old.outcome.code() != new.outcome.code(),
        ..Difference::default()
    };
    for (_, reply) in new.replies.iter().enumerate().filter(|(i, _)| !same.contains(i)) {
        match lost.iter().position(|other| other.id == reply.id) {
            Some(place) => difference.changed.push((lost.remove(place), reply)),
            None => difference.new.push(reply),
        }
    }
    difference.lost = lost;
    difference
}

#[cfg(test)]
mod tests;
