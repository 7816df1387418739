//! What a request asks for, by path and method alone.

use crate::gateway::{Request, Response};

const PATH: &str = "/api/webhook/instagram";

/// The two things that Meta does at the callback URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Asks whether the URL is ours.
    Subscribe,
    /// Brings events.
    Deliver,
}

/// The action and, where the path names one, the app whose secrets alone are tried.
///
/// Whether there is such an app is not told here: an unknown name has no secrets and fails like a wrong signature.
pub(crate) fn find(request: &Request) -> Result<(Action, Option<&str>), Response> {
    let rest = request.path().strip_prefix(PATH).ok_or(Response::NOT_FOUND)?;
    let app = match rest.strip_prefix('/') {
        None if rest.is_empty() => None,
        Some(app) if !app.is_empty() && !app.contains('/') => Some(app),
        _ => return Err(Response::NOT_FOUND),
    };
    match request.method() {
        "GET" => Ok((Action::Subscribe, app)),
        "POST" => Ok((Action::Deliver, app)),
        _ => Err(Response::method_not_allowed("GET, POST")),
    }
}
