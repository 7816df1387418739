//! A request to the Graph API, taken apart.

use bytes::Bytes;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

/// What a request says, wherever it says it.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    /// The path's parts, the version left out.
    pub(super) path: Vec<String>,
    /// Whether the path began with a version, as all but the token calls must.
    pub(super) versioned: bool,
    /// Query parameters, then form fields; the token is taken out.
    params: Vec<(String, String)>,
    /// The JSON body; null if there is none.
    pub(super) body: Value,
    /// The bearer token, or else the parameter `access_token`.
    pub(super) token: Option<String>,
}

impl Request {
    pub(super) fn parse(head: &http::request::Parts, body: &Bytes) -> Self {
        let mut path: Vec<String> =
            head.uri.path().split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let versioned = path.first().is_some_and(|part| is_version(part));
        if versioned {
            path.remove(0);
        }
        let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut params = pairs(head.uri.query().unwrap_or_default().as_bytes());
        let mut json = Value::Null;
        if header(CONTENT_TYPE).starts_with("application/x-www-form-urlencoded") {
            params.extend(pairs(body));
        } else {
            json = serde_json::from_slice(body).unwrap_or_default();
        }
        let mut token = header(AUTHORIZATION).strip_prefix("Bearer ").map(str::to_owned);
        params.retain(|(name, value)| {
            let is_token = name == "access_token";
            if is_token && token.is_none() {
                token = Some(value.clone());
            }
            !is_token
        });
        Self { method: head.method.clone(), path, versioned, params, body: json, token }
    }

    /// A parameter of the query or the form, or else a text of the JSON body.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let param = self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        param.or_else(|| self.body[name].as_str())
    }

    /// All values of a parameter of the query or the form.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.params.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The fields asked for, each with what stands in its braces.
    pub(super) fn fields(&self) -> Vec<(String, Option<String>)> {
        split_fields(self.param("fields").unwrap_or_default())
    }
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// `v24.0`
fn is_version(part: &str) -> bool {
    part.strip_prefix('v').and_then(|rest| rest.split_once('.')).is_some_and(|(major, minor)| {
        [major, minor].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Splits `id,messages{id,message}` at the commas outside braces.
pub(super) fn split_fields(text: &str) -> Vec<(String, Option<String>)> {
    let mut fields = vec![String::new()];
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            ',' if depth == 0 => {
                fields.push(String::new());
                continue;
            }
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(field) = fields.last_mut() {
            field.push(character);
        }
    }
    let split = |field: String| match field.trim().split_once('{') {
        Some((name, rest)) => (name.to_owned(), Some(rest.trim_end_matches('}').to_owned())),
        None => (field.trim().to_owned(), None),
    };
    fields.into_iter().filter(|field| !field.trim().is_empty()).map(split).collect()
}

/// The members of `object` that `fields` names, its id always; without fields, those of `default`.
pub(super) fn select(object: &Value, fields: &[(String, Option<String>)], default: &[&str]) -> Value {
    let names: Vec<&str> =
        if fields.is_empty() { default.to_vec() } else { fields.iter().map(|(name, _)| name.as_str()).collect() };
    let members = object.as_object().into_iter().flatten();
    members
        .filter(|(name, value)| (*name == "id" || names.contains(&name.as_str())) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_outside_braces() {
        type Field = (&'static str, Option<&'static str>);
        let cases: [(&str, &[Field]); 4] = [
            ("", &[]),
            ("id, from", &[("id", None), ("from", None)]),
            ("messages", &[("messages", None)]),
            (
                "id,messages{id,message},participants",
                &[("id", None), ("messages", Some("id,message")), ("participants", None)],
            ),
        ];
        for (text, expected) in cases {
            let found = split_fields(text);
            let found: Vec<_> = found.iter().map(|(name, inner)| (name.as_str(), inner.as_deref())).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn only_digits_make_a_version() {
        for (part, expected) in [("v24.0", true), ("v9.10", true), ("v24", false), ("vv.0", false), ("me", false)] {
            assert_eq!(is_version(part), expected, "{part}");
        }
    }
}
