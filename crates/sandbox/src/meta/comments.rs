//! Comments: reading, replying in public, hiding, deleting (fact sheet 5).

use serde_json::{Value, json};

use super::ids;
use super::policy::Policy;
use super::reply::{Outcome, Refusal};
use super::request::{Request, select};
use super::state::State;
use super::world::{Comment, World};

/// Documented for publishing comments elsewhere, not for replies.
const MAX_TEXT_CHARS: usize = 2200;

/// The fields asked for.
type Fields = [(String, Option<String>)];

/// `POST /{comment}/replies`
///
/// With `fields=` the comment is created all the same and 20/1772107 is the answer: callers that try again then
/// create one after the other, as was seen.
pub(super) fn reply(state: &mut State, account: &str, id: &str, request: &Request, now: i64) -> Outcome {
    let comment = own(&state.world, account, id, request)?.clone();
    let text = request.param("message").filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Refusal::parameter("The parameter message is required"))?.to_owned();
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(Refusal::parameter("The comment is too long.").against(Policy::Length));
    }
    if comment.live {
        return Err(Refusal::parameter("Live comments cannot be replied to.").against(Policy::Moderation));
    }
    if comment.hidden {
        return Err(Refusal::parameter("Hidden comments cannot be replied to.").against(Policy::Moderation));
    }
    let owner = state.world.account(account);
    let username = owner.map(|account| account.username.clone());
    let app_id = owner.map(|account| account.app_id.clone());
    let id = ids::comment(state.world.next_id());
    let reply = Comment {
        id: id.clone(),
        account: account.to_owned(),
        media: comment.media,
        // A reply to a reply goes to the end of the same thread.
        parent: Some(comment.parent.unwrap_or(comment.id)),
        from: Some(account.to_owned()),
        username,
        text: Some(text),
        at: now,
        app_id,
        ..Comment::default()
    };
    state.comment(reply, now);
    if request.param("fields").is_some() {
        return Err(Refusal::new(20, Some(1_772_107), "The response format is not supported."));
    }
    Ok(json!({ "id": id }))
}

/// `GET /{comment}/replies`, oldest first.
pub(super) fn replies(state: &State, account: &str, id: &str, request: &Request, now: i64) -> Outcome {
    own(&state.world, account, id, request)?;
    Ok(list(state, &request.fields(), now, |comment| comment.parent.as_deref() == Some(id)))
}

/// `GET /{media}/comments`: the top-level ones, oldest first.
pub(super) fn of_media(state: &State, account: &str, id: &str, request: &Request, now: i64) -> Outcome {
    if state.world.media(id).is_none_or(|media| media.account != account) {
        return Err(Refusal::missing(&request.method));
    }
    Ok(list(state, &request.fields(), now, |comment| comment.media.as_deref() == Some(id) && comment.parent.is_none()))
}

/// `GET /{comment}`
pub(super) fn read(state: &State, account: &str, id: &str, request: &Request, now: i64) -> Outcome {
    let comment = own(&state.world, account, id, request)?;
    let mut object = object(comment);
    object["replies"] = list(state, &[], now, |reply| reply.parent.as_deref() == Some(id));
    Ok(select(&object, &request.fields(), &["timestamp", "text"]))
}

/// `POST /{comment}?hide=…`; the account's own comments stay visible.
pub(super) fn hide(world: &mut World, account: &str, id: &str, request: &Request) -> Outcome {
    let hidden = match request.param("hide") {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(Refusal::parameter("The parameter hide is required")),
    };
    let live = own(world, account, id, request)?.live;
    if live {
        return Err(Refusal::parameter("Live comments cannot be hidden.").against(Policy::Moderation));
    }
    if let Some(comment) = world.comment_mut(id) {
        comment.hidden = hidden && comment.from.as_deref() != Some(account);
    }
    Ok(json!({"success": true}))
}

/// `DELETE /{comment}`
pub(super) fn delete(world: &mut World, account: &str, id: &str, request: &Request) -> Outcome {
    own(world, account, id, request)?;
    if let Some(comment) = world.comment_mut(id) {
        comment.deleted = true;
        comment.text = None;
    }
    Ok(json!({"success": true}))
}

/// A comment that this account may see.
fn own<'a>(world: &'a World, account: &str, id: &str, request: &Request) -> Result<&'a Comment, Refusal> {
    let found = world.comment(id).filter(|comment| comment.account == account);
    found.ok_or_else(|| Refusal::missing(&request.method))
}

fn list(state: &State, fields: &Fields, now: i64, wanted: impl Fn(&Comment) -> bool) -> Value {
    let until = now - state.arrangements.read_lag_ms;
    let visible = state.world.comments.iter().filter(|comment| !comment.deleted && comment.at <= until);
    let found = visible.filter(|comment| wanted(comment));
    let data: Vec<Value> = found.map(|comment| select(&object(comment), fields, &["timestamp", "text"])).collect();
    json!({ "data": data })
}

fn object(comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "text": comment.text,
        "timestamp": super::time::iso(comment.at),
        "from": comment.from.as_deref().map(|id| json!({"id": id, "username": comment.username})),
        "username": comment.username,
        "user": comment.from.as_deref().filter(|id| *id == comment.account).map(|id| json!({"id": id})),
        "media": comment.media.as_deref().map(|id| json!({"id": id})),
        "parent_id": comment.parent,
        "hidden": comment.hidden,
        "like_count": 0,
    })
}
