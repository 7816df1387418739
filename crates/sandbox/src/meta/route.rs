//! Which call it is, and who answers it.

use http::Method;

use super::reply::{Outcome, Refusal};
use super::request::Request;
use super::state::State;
use super::world::World;
use super::{accounts, comments, conversations, messenger_profile, send, tokens};

/// What a call asks for. The names are those that [`Call::operation`](crate::fault::Call::operation) carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says what it is; the module that serves it says the rest")]
pub enum Operation {
    SendMessage,
    PrivateReply,
    SenderAction,
    ReplyToComment,
    ReadReplies,
    ReadComments,
    ReadComment,
    HideComment,
    DeleteComment,
    ReadConversations,
    ReadConversation,
    ReadMessage,
    ReadMe,
    ReadProfile,
    ReadMedia,
    Subscription,
    MessengerProfile,
    RefreshToken,
    ExchangeToken,
    RedeemCode,
    LoginDialog,
    Unknown,
}

impl Operation {
    /// The name as a text.
    pub fn name(self) -> &'static str {
        match self {
            Self::SendMessage => "SendMessage",
            Self::PrivateReply => "PrivateReply",
            Self::SenderAction => "SenderAction",
            Self::ReplyToComment => "ReplyToComment",
            Self::ReadReplies => "ReadReplies",
            Self::ReadComments => "ReadComments",
            Self::ReadComment => "ReadComment",
            Self::HideComment => "HideComment",
            Self::DeleteComment => "DeleteComment",
            Self::ReadConversations => "ReadConversations",
            Self::ReadConversation => "ReadConversation",
            Self::ReadMessage => "ReadMessage",
            Self::ReadMe => "ReadMe",
            Self::ReadProfile => "ReadProfile",
            Self::ReadMedia => "ReadMedia",
            Self::Subscription => "Subscription",
            Self::MessengerProfile => "MessengerProfile",
            Self::RefreshToken => "RefreshToken",
            Self::ExchangeToken => "ExchangeToken",
            Self::RedeemCode => "RedeemCode",
            Self::LoginDialog => "LoginDialog",
            Self::Unknown => "Unknown",
        }
    }

    /// Meta has one path for many things; which one an id names, only the world knows.
    pub(super) fn of(request: &Request, world: &World) -> Self {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        match (&request.method, path.as_slice()) {
            (&Method::GET, ["refresh_access_token"]) => Self::RefreshToken,
            (&Method::GET, ["access_token"]) => Self::ExchangeToken,
            (&Method::POST, ["oauth", "access_token"]) => Self::RedeemCode,
            (&Method::GET | &Method::POST, ["oauth", "authorize"]) => Self::LoginDialog,
            _ if !request.versioned => Self::Unknown,
            (&Method::POST, [_, "messages"]) if !request.body["sender_action"].is_null() => Self::SenderAction,
            (&Method::POST, [_, "messages"]) if request.body["recipient"]["comment_id"].is_null() => Self::SendMessage,
            (&Method::POST, [_, "messages"]) => Self::PrivateReply,
            (&Method::POST, [_, "replies"]) => Self::ReplyToComment,
            (&Method::GET, [_, "replies"]) => Self::ReadReplies,
            (&Method::GET, [_, "comments"]) => Self::ReadComments,
            (&Method::GET, [_, "conversations"]) => Self::ReadConversations,
            (&Method::GET | &Method::POST | &Method::DELETE, [_, "subscribed_apps"]) => Self::Subscription,
            (&Method::GET | &Method::POST | &Method::DELETE, [_, "messenger_profile"]) => Self::MessengerProfile,
            (&Method::POST, [id]) if world.comment(id).is_some() => Self::HideComment,
            (&Method::DELETE, [id]) if world.comment(id).is_some() => Self::DeleteComment,
            (&Method::GET, [id]) => Self::of_node(id, world),
            _ => Self::Unknown,
        }
    }

    fn of_node(id: &str, world: &World) -> Self {
        if id == "me" || world.account(id).is_some() {
            Self::ReadMe
        } else if world.comment(id).is_some() {
            Self::ReadComment
        } else if world.media(id).is_some() {
            Self::ReadMedia
        } else if world.threads.iter().any(|thread| thread.id == id) {
            Self::ReadConversation
        } else if world.messages.iter().any(|message| message.mid == id) {
            Self::ReadMessage
        } else {
            Self::ReadProfile
        }
    }
}

/// Serves a call; the account it was for comes back too, once the token has told.
pub(super) fn serve(state: &mut State, operation: Operation, request: &Request, now: i64) -> (Option<String>, Outcome) {
    match operation {
        Operation::RefreshToken => return (None, tokens::refresh(&mut state.world, request, now)),
        Operation::ExchangeToken => return (None, tokens::exchange(&mut state.world, request, now)),
        Operation::RedeemCode => return (None, tokens::redeem(&mut state.world, request, state.login_answer, now)),
        _ => {}
    }
    match tokens::check(&state.world, request.token.as_deref(), now) {
        Ok(account) => {
            let outcome = check_usage(state, &account).and_then(|()| ask(state, operation, &account, request, now));
            (Some(account), outcome)
        }
        Err(refusal) => (None, Err(refusal)),
    }
}

/// Limits that a test declared used up.
fn check_usage(state: &State, account: &str) -> Result<(), Refusal> {
    let full = |id: &str| state.used.get(id).is_some_and(|used| used.percent >= 100);
    if state.world.account(account).is_some_and(|account| full(&account.app_id)) {
        return Err(Refusal::new(4, None, "Application request limit reached"));
    }
    if full(account) {
        return Err(Refusal::new(80_002, None, "There have been too many calls to this Instagram account."));
    }
    Ok(())
}

fn ask(state: &mut State, operation: Operation, account: &str, request: &Request, now: i64) -> Outcome {
    let id = request.path.first().map(String::as_str).unwrap_or_default();
    // Edges of an account are for the token's own account alone.
    let edge_of_account = matches!(
        operation,
        Operation::SendMessage
            | Operation::PrivateReply
            | Operation::SenderAction
            | Operation::MessengerProfile
            | Operation::ReadConversations
            | Operation::Subscription
            | Operation::ReadMe
    );
    if edge_of_account && id != "me" && id != account {
        return Err(Refusal::missing(&request.method));
    }
    match operation {
        Operation::MessengerProfile => messenger_profile::serve(&mut state.world, account, request),
        Operation::SendMessage | Operation::PrivateReply | Operation::SenderAction => {
            send::send(state, account, request, now)
        }
        Operation::ReplyToComment => comments::reply(state, account, id, request, now),
        Operation::ReadReplies => comments::replies(state, account, id, request, now),
        Operation::ReadComments => comments::of_media(state, account, id, request, now),
        Operation::ReadComment => comments::read(state, account, id, request, now),
        Operation::HideComment => comments::hide(&mut state.world, account, id, request),
        Operation::DeleteComment => comments::delete(&mut state.world, account, id, request),
        Operation::ReadConversations => conversations::list(state, account, request, now),
        Operation::ReadConversation => conversations::read(state, account, id, request, now),
        Operation::ReadMessage => conversations::message(state, account, id, request, now),
        Operation::ReadMe => accounts::me(&state.world, account, request),
        Operation::ReadProfile => accounts::profile(&state.world, account, id, request),
        Operation::ReadMedia => accounts::media(&state.world, account, id, request),
        Operation::Subscription => accounts::subscription(state, account, request),
        Operation::RefreshToken
        | Operation::ExchangeToken
        | Operation::RedeemCode
        | Operation::LoginDialog
        | Operation::Unknown => Err(Refusal::missing(&request.method)),
    }
}
