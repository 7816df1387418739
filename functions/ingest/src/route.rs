//! What a request asks for, by path and method alone.

use lambda_http::Request;
use lambda_http::http::StatusCode;

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
pub(crate) fn find(request: &Request) -> Result<(Action, Option<&str>), StatusCode> {
    let rest = gateway::path(request).strip_prefix(PATH).ok_or(StatusCode::NOT_FOUND)?;
    let app = match rest.strip_prefix('/') {
        None if rest.is_empty() => None,
        Some(app) if !app.is_empty() && !app.contains('/') => Some(app),
        _ => return Err(StatusCode::NOT_FOUND),
    };
    match request.method().as_str() {
        "GET" => Ok((Action::Subscribe, app)),
        "POST" => Ok((Action::Deliver, app)),
        _ => Err(StatusCode::METHOD_NOT_ALLOWED),
    }
}
