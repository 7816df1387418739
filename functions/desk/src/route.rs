//! What a request asks for, by path and method alone.

use percent_encoding::percent_decode_str;

use crate::answer::Problem;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The accounts of a customer.
    Accounts,
    /// One of them.
    Account,
    /// The conversations of an account, newest first.
    Conversations,
    /// One of them, with what happened in it.
    Conversation,
    /// No automatic answer until a moment.
    Pause,
    /// Automation goes on.
    Resume,
    /// A mark for the office.
    Tag,
    /// And gone.
    Untag,
    /// A direct message by somebody of the office.
    SendMessage,
    /// An answer below a comment.
    ReplyPublicly,
    /// The one direct message that a comment's author may get.
    ReplyPrivately,
    /// An answer that was asked for.
    TakeAnswer,
    /// A draft goes out.
    ReleaseDraft,
    /// A draft does not.
    DropDraft,
    /// A comment is hidden.
    Hide,
    /// And shown again.
    Unhide,
    /// A comment is deleted below the post.
    DeleteComment,
    /// The replies that nobody can tell about.
    Parked,
    /// The replies that were not sent.
    Failed,
    /// The replies that wait for a person's word.
    Drafts,
    /// A person's word on a parked reply.
    Settle,
    /// Everything held about a person.
    Export,
    /// A person is erased.
    Erase,
    /// How far that is.
    Erasure,
}

/// One thing that can be asked for.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// HTTP's word.
    pub method: &'static str,
    /// The path, with names in braces.
    pub path: &'static str,
    /// What for.
    pub action: Action,
    /// The names that its query may have.
    pub query: &'static [&'static str],
    /// The members that its body may have; `None` if it does nothing and has no body.
    pub body: Option<&'static [&'static str]>,
}

impl Route {
    /// It leaves a record of who asked: whoever writes, and whoever takes a person's data out.
    pub fn wants_author(&self) -> bool {
        self.body.is_some() || self.action == Action::Export
    }
}

macro_rules! routes {
    ($($method:literal $path:literal => $action:ident $(? $query:expr)? $(, body $body:expr)?;)+) => {
        &[$(Route {
            method: $method,
            path: concat!("/v1/customers/{customer}/accounts", $path),
            action: Action::$action,
            query: routes!(@query $($query)?),
            body: routes!(@body $($body)?),
        }),+]
    };
    (@query) => { &[] };
    (@query $query:expr) => { &$query };
    (@body) => { None };
    (@body $body:expr) => { Some(&$body) };
}

/// Everything that can be asked for.
pub const ROUTES: &[Route] = routes! {
    "GET" "" => Accounts;
    "GET" "/{account}" => Account;
    "GET" "/{account}/conversations" => Conversations ? ["only", "limit", "before"];
    "GET" "/{account}/conversations/{person}" => Conversation ? ["limit", "before"];
    "PUT" "/{account}/conversations/{person}/pause" => Pause, body ["until"];
    "DELETE" "/{account}/conversations/{person}/pause" => Resume, body [];
    "PUT" "/{account}/conversations/{person}/tags/{tag}" => Tag, body [];
    "DELETE" "/{account}/conversations/{person}/tags/{tag}" => Untag, body [];
    "POST" "/{account}/conversations/{person}/messages" => SendMessage, body ["text"];
    "POST" "/{account}/conversations/{person}/answers/{reply}" => TakeAnswer, body ["text", "model"];
    "POST" "/{account}/conversations/{person}/drafts/{reply}/release" => ReleaseDraft, body [];
    "POST" "/{account}/conversations/{person}/drafts/{reply}/drop" => DropDraft, body [];
    "POST" "/{account}/conversations/{person}/comments/{comment}/replies" => ReplyPublicly, body ["text"];
    "POST" "/{account}/conversations/{person}/comments/{comment}/private-reply" => ReplyPrivately, body ["text"];
    "PUT" "/{account}/conversations/{person}/comments/{comment}/hidden" => Hide, body [];
    "DELETE" "/{account}/conversations/{person}/comments/{comment}/hidden" => Unhide, body [];
    "DELETE" "/{account}/conversations/{person}/comments/{comment}" => DeleteComment, body [];
    "GET" "/{account}/replies/parked" => Parked ? ["limit", "before"];
    "GET" "/{account}/replies/failed" => Failed ? ["limit", "before"];
    "GET" "/{account}/replies/drafts" => Drafts ? ["limit", "before"];
    "POST" "/{account}/replies/{reply}/settlement" => Settle, body ["as"];
    "GET" "/{account}/people/{person}/export" => Export ? ["before"];
    "POST" "/{account}/people/{person}/erasure" => Erase, body [];
    "GET" "/{account}/erasures/{receipt}" => Erasure;
};

/// A request's route, and what stands in its path.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) route: &'static Route,
    names: Vec<(&'static str, String)>,
}

impl Found {
    /// What stands in the path under a name; nothing if it cannot be read.
    pub(crate) fn name(&self, name: &str) -> &str {
        self.names.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

/// Finds the route, or says that there is none, or none by this method.
pub(crate) fn find(method: &str, path: &str) -> Result<Found, Problem> {
    let mut methods = Vec::new();
    for route in ROUTES {
        let Some(names) = names(route.path, path) else { continue };
        if route.method == method {
            return Ok(Found { route, names });
        }
        methods.push(route.method);
    }
    Err(if methods.is_empty() { Problem::not_found() } else { Problem::method_not_allowed(&methods.join(", ")) })
}

/// The names of a path, if it is of this make.
fn names(template: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let (mut parts, mut given) = (template.split('/'), path.split('/'));
    let mut names = Vec::new();
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return Some(names),
            (Some(part), Some(text)) => match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) if !text.is_empty() => {
                    // What is no text is no id, and so is nothing: both are looked for and not there.
                    let text = percent_decode_str(text).decode_utf8().unwrap_or_default().into_owned();
                    names.push((name, text));
                }
                None if part == text => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "/v1/customers/c/accounts";

    #[test]
    fn a_path_is_of_one_route_or_of_none() {
        let cases = [
            ("the accounts", "GET", "", Some(Action::Accounts)),
            ("a slash at the end", "GET", "/", None),
            ("an account", "GET", "/17", Some(Action::Account)),
            ("an empty name", "GET", "//conversations", None),
            ("a conversation", "GET", "/17/conversations/9", Some(Action::Conversation)),
            ("a pause", "PUT", "/17/conversations/9/pause", Some(Action::Pause)),
            ("its end", "DELETE", "/17/conversations/9/pause", Some(Action::Resume)),
            ("words before names", "GET", "/17/replies/parked", Some(Action::Parked)),
            ("more than there is", "GET", "/17/conversations/9/pause/x", None),
        ];
        for (case, method, path, expected) in cases {
            let found = find(method, &format!("{BASE}{path}")).ok().map(|found| found.route.action);
            assert_eq!(found, expected, "{case}");
        }
    }

    #[test]
    fn names_are_read_as_they_were_meant() {
        let found = find("GET", "/v1/customers/gabinete%20%C3%A1/accounts/1%2F7/conversations/a+b").unwrap();
        assert_eq!((found.name("customer"), found.name("account"), found.name("person")), ("gabinete á", "1/7", "a+b"));
        let found = find("GET", "/v1/customers/%ff/accounts/17").unwrap();
        assert_eq!(found.name("customer"), "", "no text");
    }

    #[test]
    fn no_two_routes_take_the_same_request() {
        for (place, route) in ROUTES.iter().enumerate() {
            let path = route.path.replace(['{', '}'], "");
            assert_eq!(
                find(route.method, &path).unwrap().route.action,
                route.action,
                "{} {}",
                route.method,
                route.path
            );
            assert!(ROUTES[..place].iter().all(|other| other.action != route.action));
        }
    }
}
