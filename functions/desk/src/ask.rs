//! What a request holds, checked: nothing is read of the table before.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::Defect;
use instagram::Peer;
use lambda_http::Request;
use serde_json::{Map, Value};

use crate::answer::{Problem, repeated};
use crate::route::{Action, Found};

/// Longest body, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Longest key and author, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// How many entries a page has unless the request says so, and at most.
const PAGE: usize = 50;
const MAX_PAGE: usize = 100;

const KEY: &str = "Idempotency-Key";
const AUTHOR: &str = "X-Author";

/// A request that is as it should be. It may hold people's words: no `Debug`.
pub(crate) struct Ask {
    pub(crate) action: Action,
    found: Found,
    query: Vec<(String, String)>,
    pub(crate) body: Map<String, Value>,
    /// Who asks, by their id in the CRM; empty where nobody is asked for.
    pub(crate) author: String,
    /// The request's own key; empty where it only reads.
    pub(crate) key: String,
}

/// A place in a list, as the page before named it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cursor {
    /// In milliseconds since 1970.
    pub(crate) at: i64,
    /// Which of those of that moment.
    pub(crate) id: String,
}

impl Ask {
    pub(crate) fn read(request: &Request, defect: Option<Defect>, found: Found) -> Result<Self, Problem> {
        match defect {
            Some(Defect::Query) => return Err(Problem::malformed("the query is none")),
            Some(Defect::Body) => return Err(Problem::malformed("the body is no base64")),
            None => {}
        }
        let route = found.route;
        let query = query(request.uri().query().unwrap_or_default(), route.query)?;
        let body = body(request.body(), route.body)?;
        let author = if route.wants_author() { header(request, AUTHOR)? } else { String::new() };
        let key = if route.body.is_some() { header(request, KEY)? } else { String::new() };
        Ok(Self { action: route.action, found, query, body, author, key })
    }

    /// What stands in the path under a name.
    pub(crate) fn name(&self, name: &str) -> &str {
        self.found.name(name)
    }

    /// The person of the path. What is no id names nobody.
    pub(crate) fn person(&self) -> Result<Peer, Problem> {
        Peer::parse(self.name("person")).map_err(|_| Problem::not_found())
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How many entries are wanted.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = self.query("limit") else { return Ok(PAGE) };
        let is_number = text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        let limit = text.parse().ok().filter(|limit| is_number && (1..=MAX_PAGE).contains(limit));
        limit.ok_or_else(|| Problem::malformed(format!("limit is a number from 1 to {MAX_PAGE}")))
    }

    /// Where the list is to go on.
    pub(crate) fn before(&self) -> Result<Option<Cursor>, Problem> {
        let Some(text) = self.query("before") else { return Ok(None) };
        Cursor::parse(text).map(Some).ok_or_else(|| Problem::malformed("before is the next of a page that came before"))
    }

    /// Everything that makes the request this one and no other, but for its key.
    pub(crate) fn identity(&self) -> String {
        let names: Vec<&str> =
            ["account", "person", "comment", "reply", "tag"].iter().map(|name| self.name(name)).collect();
        Value::from(vec![
            Value::from(self.found.route.method),
            Value::from(self.found.route.path),
            Value::from(names),
            Value::Object(self.body.clone()),
            Value::from(self.author.as_str()),
        ])
        .to_string()
    }
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (at, id) = text.split_once(' ')?;
        Some(Self { at: at.parse().ok()?, id: id.to_owned() })
    }

    /// As the next page's request names it.
    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.at, self.id))
    }
}

fn query(text: &str, allowed: &[&str]) -> Result<Vec<(String, String)>, Problem> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()).into_owned() {
        if !allowed.contains(&name.as_str()) {
            return Err(Problem::malformed(format!("the query has no {}", repeated(&name))));
        }
        if fields.iter().any(|(known, _)| *known == name) {
            return Err(Problem::malformed(format!("{name} stands in the query twice")));
        }
        fields.push((name, value));
    }
    Ok(fields)
}

fn body(bytes: &[u8], allowed: Option<&[&str]>) -> Result<Map<String, Value>, Problem> {
    if bytes.len() > MAX_BODY_BYTES {
        return Err(Problem::too_large());
    }
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let Some(allowed) = allowed else { return Err(Problem::malformed("this request has no body")) };
    let Ok(Value::Object(members)) = serde_json::from_slice(bytes) else {
        return Err(Problem::malformed("the body is no JSON object"));
    };
    match members.keys().find(|name| !allowed.contains(&name.as_str())) {
        Some(name) => Err(Problem::malformed(format!("the body has no {}", repeated(name)))),
        None => Ok(members),
    }
}

fn header(request: &Request, name: &'static str) -> Result<String, Problem> {
    let mut values = request.headers().get_all(name).iter();
    let (value, other) = (values.next(), values.next());
    let Some(value) = value else { return Err(Problem::malformed(format!("the header {name} is missing"))) };
    let text = value.to_str().ok().filter(|text| other.is_none() && is_name(text));
    let text = text.ok_or_else(|| Problem::malformed(format!("{name} is 1 to 128 visible ASCII characters")))?;
    Ok(text.to_owned())
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        let cursor = Cursor { at: 1_767_225_600_000, id: "M#a b#c".to_owned() };
        let read = Cursor::parse(&cursor.text()).unwrap();
        assert_eq!((read.at, read.id), (cursor.at, cursor.id));
        for text in ["", "x", "1", "!", &URL_SAFE_NO_PAD.encode("1"), &URL_SAFE_NO_PAD.encode("a b"), "_w"] {
            assert!(Cursor::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_a_route_does_not_know_is_refused_by_name() {
        let allowed = ["limit"];
        let cases = [
            ("nothing", "", true),
            ("what it knows", "limit=5", true),
            ("twice", "limit=5&limit=6", false),
            ("unknown", "limti=5", false),
            ("without a value", "limit", true),
        ];
        for (case, text, expected) in cases {
            assert_eq!(query(text, &allowed).is_ok(), expected, "{case}");
        }
        let cases = [
            ("nothing", "", true),
            ("an object", "{}", true),
            ("what it knows", r#"{"until":1}"#, true),
            ("unknown", r#"{"utnil":1}"#, false),
            ("a list", "[]", false),
            ("no JSON", "{", false),
        ];
        for (case, text, expected) in cases {
            assert_eq!(body(text.as_bytes(), Some(&["until"])).is_ok(), expected, "{case}");
        }
        assert!(body(b"{}", None).is_err(), "a request that reads");
        assert!(body(&[b' '; MAX_BODY_BYTES + 1], Some(&[])).is_err());
    }
}
