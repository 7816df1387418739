//! `POST /{account}/messages`: messages to a person and private replies, with Meta's windows (fact sheet 4.2 to 4.5).

use serde_json::{Value, json};

use super::body::{Attachment, Body, Content, Recipient, Wish};
use super::events::Telling;
use super::limits::Limit;
use super::policy::Policy;
use super::reply::{Outcome, Refusal};
use super::request::Request;
use super::state::State;
use super::world::{Comment, Message, World};
use super::{RepeatedReply, acts, ids};

const HOUR_MS: i64 = 3_600_000;
/// How long a person's message allows answers.
const WINDOW_MS: i64 = 24 * HOUR_MS;
/// How long a person's message allows a human's answer, and a comment its private reply.
const LONG_WINDOW_MS: i64 = 7 * 24 * HOUR_MS;

/// Checks as Meta does, and keeps what it accepts.
pub(super) fn send(state: &mut State, account: &str, request: &Request, now: i64) -> Outcome {
    let body = Body::parse(&request.body)?;
    check_account(&state.world, account)?;
    let human = check_tag(&state.world, account, &body)?;
    match (body.recipient, body.wish) {
        (Recipient::Person(person), Wish::Message(content)) => {
            check_person(&state.world, account, &person)?;
            check_content(&state.world, account, &person, &content)?;
            check_window(&state.world, account, &person, human, now)?;
            let is_streamed = content.attachments.iter().any(Attachment::is_streamed);
            take(state, account, if is_streamed { Limit::Streams } else { Limit::Texts }, now)?;
            Ok(keep(state, account, &person, None, content, &request.body, now))
        }
        (Recipient::Comment(comment), Wish::Message(content)) => {
            if !content.fits_a_private_reply() {
                return Err(Refusal::parameter("A private reply must be a text or a template"));
            }
            let comment = check_comment(state, account, &comment, now)?;
            let limit = if comment.live { Limit::LivePrivateReplies } else { Limit::PrivateReplies };
            take(state, account, limit, now)?;
            let person = direct_id(&mut state.world, account, &comment);
            check_person(&state.world, account, &person)?;
            Ok(keep(state, account, &person, Some(comment.id), content, &request.body, now))
        }
        (Recipient::Person(person), Wish::Act(act)) => acts::act(state, account, &person, act, &request.body, now),
        (Recipient::Comment(_), Wish::Act(_)) => Err(Refusal::parameter("param recipient must have an id")),
    }
}

/// A shared post is the account's own; there are no quick replies to oneself.
fn check_content(world: &World, account: &str, person: &str, content: &Content) -> Result<(), Refusal> {
    let mut shared = content.attachments.iter().filter_map(Attachment::shared_media);
    if shared.any(|id| world.media(id).is_none_or(|media| media.account != account)) {
        return Err(Refusal::parameter("param id must be that of a post of the account"));
    }
    if person == account && content.has_quick_replies {
        return Err(Refusal::parameter("param quick_replies is not supported here"));
    }
    Ok(())
}

/// Nothing stands in the account's own way.
fn check_account(world: &World, id: &str) -> Result<(), Refusal> {
    let Some(account) = world.account(id) else { return Ok(()) };
    if let Some(trouble) = account.trouble {
        return Err(trouble.into());
    }
    if !account.message_access {
        return Err(Refusal::new(200, Some(2_534_041), "The owner does not allow access to messages."));
    }
    Ok(())
}

/// Whether the send claims a human's seven days, and may.
fn check_tag(world: &World, account: &str, body: &Body) -> Result<bool, Refusal> {
    let has_feature = world.account(account).is_some_and(|account| account.human_agent);
    match (body.messaging_type.as_deref(), body.tag.as_deref()) {
        (None | Some("RESPONSE"), None) => Ok(false),
        (Some("MESSAGE_TAG"), Some("HUMAN_AGENT")) if has_feature => Ok(true),
        (Some("MESSAGE_TAG"), Some("HUMAN_AGENT")) => {
            Err(Refusal::new(3, None, "Application does not have the capability to make this API call.")
                .against(Policy::Feature))
        }
        _ => Err(Refusal::parameter("param messaging_type or tag is not valid")),
    }
}

pub(super) fn check_person(world: &World, account: &str, person: &str) -> Result<(), Refusal> {
    if person == account {
        return Ok(());
    }
    let Some(known) = world.person(account, person) else {
        return Err(Refusal::new(100, Some(2_534_014), "The requested user cannot be found."));
    };
    if known.unavailable {
        return Err(
            Refusal::new(551, Some(1_545_041), "This person isn't available right now.").against(Policy::Availability)
        );
    }
    if world.thread(account, person).is_some_and(|thread| thread.controlled_by.is_some()) {
        return Err(Refusal::new(10, Some(2_018_300), "Another app is controlling this thread now."));
    }
    Ok(())
}

/// A person who wrote may be answered for a day, by a human for a week; the account may always write to itself.
pub(super) fn check_window(world: &World, account: &str, person: &str, human: bool, now: i64) -> Result<(), Refusal> {
    if person == account {
        return Ok(());
    }
    let wrote_at = world.thread(account, person).and_then(|thread| thread.last_user_at);
    let open_for = if human { LONG_WINDOW_MS } else { WINDOW_MS };
    if wrote_at.is_some_and(|at| now - at < open_for) {
        return Ok(());
    }
    Err(Refusal::new(10, Some(2_534_022), "This message is sent outside of allowed window.").against(Policy::Window))
}

/// The comment, if it may still have its one private reply.
fn check_comment(state: &State, account: &str, id: &str, now: i64) -> Result<Comment, Refusal> {
    let unusable =
        |policy| Refusal::new(100, Some(2_534_025), "The comment cannot be used for a private reply.").against(policy);
    let found = state.world.comments.iter().find(|comment| comment.id == id && comment.account == account);
    let Some(comment) = found else {
        return Err(Refusal::missing(&http::Method::POST));
    };
    if comment.private_reply.is_some() {
        return Err(match state.repeated_reply {
            RepeatedReply::Named => {
                Refusal::new(10_900, None, "Activity already replied to.").against(Policy::OnePrivateReply)
            }
            RepeatedReply::Unnamed => unusable(Policy::OnePrivateReply),
        });
    }
    let media = comment.media.as_deref().and_then(|id| state.world.media(id));
    let is_over = comment.live && media.is_some_and(|media| media.ended);
    if comment.deleted || is_over || now - comment.at >= LONG_WINDOW_MS {
        return Err(unusable(Policy::UsableComment));
    }
    Ok(comment.clone())
}

pub(super) fn take(state: &mut State, account: &str, limit: Limit, now: i64) -> Result<(), Refusal> {
    if state.limits.take(account, limit, now) {
        return Ok(());
    }
    Err(Refusal::new(613, Some(2_534_040), "Calls to this api have exceeded the rate limit."))
}

/// The id that the comment's author has in direct messages.
fn direct_id(world: &mut World, account: &str, comment: &Comment) -> String {
    let author = comment.from.clone().unwrap_or_else(|| ids::person(world.next_id()));
    if author == account {
        return author;
    }
    match world.person(account, &author) {
        Some(person) => person.direct_id.clone().unwrap_or(author),
        None => {
            let person = super::world::Person { account: account.to_owned(), id: author.clone(), ..Default::default() };
            world.people.push(person);
            author
        }
    }
}

/// Writes the message into the world, has it echoed, and answers.
fn keep(
    state: &mut State,
    account: &str,
    person: &str,
    comment: Option<String>,
    content: Content,
    body: &Value,
    now: i64,
) -> Value {
    let number = state.world.next_id();
    let mid = ids::message(account, person, number);
    if let Some(comment) = comment.as_deref().and_then(|id| state.world.comment_mut(id)) {
        comment.private_reply = Some(mid.clone());
    }
    let app_id = state.world.account(account).map(|account| account.app_id.clone());
    let message = Message {
        mid: mid.clone(),
        account: account.to_owned(),
        person: person.to_owned(),
        outgoing: true,
        app_id,
        text: content.text,
        attachments: content.attachments.iter().map(|attachment| attachment.echoed(number)).collect(),
        metadata: content.metadata,
        tag: body["tag"].as_str().map(str::to_owned),
        comment,
        at: now,
        body: body.clone(),
        ..Message::default()
    };
    state.write(message, Telling::Whole, now);
    json!({ "recipient_id": person, "message_id": mid })
}
