//! What a request asks for, by path and method alone.

use lambda_http::Request;
use lambda_http::http::StatusCode;

/// Where Meta's dialog sends the browser back to: registered in the app's dashboard to the letter.
pub const CALLBACK_PATH: &str = "/connect/callback";
/// Where a ticket leads.
pub const START_PATH: &str = "/connect/start";
/// Where a deletion's confirmation leads.
pub(crate) const DELETION_STATUS_PATH: &str = "/connect/deletion-status";

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Shows the page that a ticket leads to.
    Start,
    /// Sends the browser to Meta.
    Go,
    /// Meta sends the browser back.
    Callback,
    /// Meta says that an owner removed the app.
    Deauthorize,
    /// Meta says that an owner wants their data erased.
    Deletion,
    /// Shows how far an erasure is.
    DeletionStatus,
    /// Shows the privacy text.
    Privacy,
}

/// Finds the action, or the status of there being none.
pub(crate) fn find(request: &Request) -> Result<Action, StatusCode> {
    let (action, method) = match gateway::path(request) {
        START_PATH => (Action::Start, "GET"),
        "/connect/go" => (Action::Go, "POST"),
        CALLBACK_PATH => (Action::Callback, "GET"),
        "/connect/deauthorize" => (Action::Deauthorize, "POST"),
        "/connect/deletion" => (Action::Deletion, "POST"),
        DELETION_STATUS_PATH => (Action::DeletionStatus, "GET"),
        "/connect/privacy" => (Action::Privacy, "GET"),
        _ => return Err(StatusCode::NOT_FOUND),
    };
    if request.method() == method { Ok(action) } else { Err(StatusCode::METHOD_NOT_ALLOWED) }
}
