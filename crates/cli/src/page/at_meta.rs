//! The other side: what reached the sandbox's Meta from here, and what its owner does to an account.

use sandbox::meta::Meta;
use serde_json::{Value, json};

use super::answer::Answer;

/// What apps sent and wrote for the account, oldest first: to and about one person, or all.
pub(super) fn sent(meta: &Meta, account: &str, person: Option<&str>) -> Answer {
    meta.world(|world| {
        if world.account(account).is_none() {
            return unknown();
        }
        let messages = world.messages.iter().filter(|message| {
            message.account == account
                && message.outgoing
                && message.app_id.is_some()
                && person.is_none_or(|person| message.person == person)
        });
        let messages: Vec<Value> = messages
            .map(|message| json!({ "mid": message.mid, "person": message.person, "text": message.text, "at": message.at }))
            .collect();
        // A reply below a comment names nobody: it is about whoever wrote the comment.
        let is_about = |parent: Option<&str>, person: &str| {
            world.comments.iter().any(|comment| Some(comment.id.as_str()) == parent && comment.from.as_deref() == Some(person))
        };
        let comments = world.comments.iter().filter(|comment| {
            comment.account == account
                && comment.app_id.is_some()
                && person.is_none_or(|person| is_about(comment.parent.as_deref(), person))
        });
        let comments: Vec<Value> = comments
            .map(|comment| json!({ "id": comment.id, "parent": comment.parent, "text": comment.text }))
            .collect();
        Answer::json(&json!({ "messages": messages, "comments": comments }))
    })
}

/// The owner changed the password.
pub(super) fn end_token(meta: &Meta, account: &str) -> Answer {
    if meta.end_tokens(account) { Answer::json(&json!({ "ended": 1 })) } else { unknown() }
}

fn unknown() -> Answer {
    Answer::refused(404, "Meta does not know this account")
}
