//! Sender actions: reactions, typing, seen (fact sheet 4.2).

use serde_json::{Value, json};

use super::body::Act;
use super::reply::{Outcome, Refusal};
use super::state::State;
use super::world::Action;
use super::{Meta, send};

/// Checks as Meta does and keeps what it accepts; the answer names the person alone, and nothing is echoed.
///
/// Whether a sender action needs an open window no source says. Here it does, as the stricter reading of "nothing
/// outside the windows".
pub(super) fn act(state: &mut State, account: &str, person: &str, act: Act, body: &Value, now: i64) -> Outcome {
    send::check_person(&state.world, account, person)?;
    send::check_window(&state.world, account, person, false, now)?;
    if let Some(mid) = &act.mid {
        let message = state.world.message_mut(account, mid);
        let message = message.filter(|message| message.person == person && !message.deleted);
        let message = message.ok_or_else(|| Refusal::parameter("param message_id must be that of a message"))?;
        message.reaction.clone_from(&act.reaction);
    }
    send::take(state, account, super::limits::Limit::Texts, now)?;
    state.world.actions.push(Action {
        account: account.to_owned(),
        person: person.to_owned(),
        action: act.action,
        mid: act.mid,
        reaction: act.reaction,
        at: now,
        body: body.clone(),
    });
    Ok(json!({ "recipient_id": person }))
}

impl Meta {
    /// Every accepted sender action, oldest first.
    pub fn actions(&self) -> Vec<Action> {
        self.shared.state().world.actions.clone()
    }
}
