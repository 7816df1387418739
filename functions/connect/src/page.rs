//! A page: plain HTML without scripts, escaped by construction.
//!
//! Nothing but the methods here writes markup, and each escapes what it is given. A page asks for nothing from anywhere:
//! no script, no picture, no font; its style stands in it and is named in the policy by its hash.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use sha2::{Digest, Sha256};

use crate::lang::Lang;

const STYLE: &str = "\
*{box-sizing:border-box}\
body{margin:0;padding:1.5rem 1rem;background:#f3f4f6;color:#1f2933;font:1.0625rem/1.5 system-ui,sans-serif;\
overflow-wrap:anywhere}\
main{max-width:34rem;margin:0 auto;padding:1.5rem;background:#fff;border-radius:.75rem;box-shadow:0 1px 4px #0002}\
header{max-width:34rem;margin:0 auto .75rem;color:#52606d;font-weight:600}\
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}h2{margin:1.5rem 0 .5rem;font-size:1.15rem}\
p,ul{margin:0 0 1rem}ul{padding-left:1.25rem}li{margin:.25rem 0}\
dl{margin:0 0 1rem}dt{color:#52606d;font-size:.9rem}dd{margin:0 0 .5rem;font-weight:600}\
button,.button{display:block;width:100%;padding:.85rem 1rem;border:0;border-radius:.5rem;background:#1d4ed8;color:#fff;\
font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}\
footer{max-width:34rem;margin:1rem auto 0;color:#52606d;font-size:.875rem}a{color:#1d4ed8}.button{color:#fff}";

/// `'sha256-…'` of the style, as a policy names it.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE.as_bytes())));

/// A page in the making.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    lang: Lang,
    title: String,
    body: String,
    posts_to: Option<String>,
}

impl Page {
    /// A page with a title and nothing else.
    pub(crate) fn new(lang: Lang, title: &str) -> Self {
        Self { lang, title: escaped(title), body: String::new(), posts_to: None }
    }

    /// A paragraph.
    #[must_use]
    pub(crate) fn say(self, text: &str) -> Self {
        self.element("p", text)
    }

    /// The heading of a part.
    #[must_use]
    pub(crate) fn part(self, heading: &str) -> Self {
        self.element("h2", heading)
    }

    /// A list.
    #[must_use]
    pub(crate) fn list<T: AsRef<str>>(mut self, items: impl IntoIterator<Item = T>) -> Self {
        self.body.push_str("<ul>");
        for item in items {
            self = self.element("li", item.as_ref());
        }
        self.body.push_str("</ul>");
        self
    }

    /// A name and what it stands for.
    #[must_use]
    pub(crate) fn fact(mut self, name: &str, value: &str) -> Self {
        self.body.push_str("<dl>");
        self = self.element("dt", name).element("dd", value);
        self.body.push_str("</dl>");
        self
    }

    /// A button that posts these fields to a path of ours. `leads_to` is the origin that the answer may send on to:
    /// browsers hold the way of a form to the policy.
    #[must_use]
    pub(crate) fn button(mut self, path: &str, fields: &[(&str, &str)], label: &str, leads_to: &str) -> Self {
        self.write(format_args!("<form method=\"post\" action=\"{}\">", escaped(path)));
        for (name, value) in fields {
            let (name, value) = (escaped(name), escaped(value));
            self.write(format_args!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"));
        }
        self.write(format_args!("<button type=\"submit\">{}</button></form>", escaped(label)));
        self.posts_to = Some(leads_to.to_owned());
        self
    }

    /// A link that looks like a button.
    #[must_use]
    pub(crate) fn link(mut self, address: &str, label: &str) -> Self {
        self.write(format_args!("<p><a class=\"button\" href=\"{}\">{}</a></p>", escaped(address), escaped(label)));
        self
    }

    fn element(mut self, name: &'static str, text: &str) -> Self {
        self.write(format_args!("<{name}>{}</{name}>", escaped(text)));
        self
    }

    fn write(&mut self, markup: std::fmt::Arguments<'_>) {
        self.body.write_fmt(markup).expect("a String takes whatever is written");
    }

    fn html(&self) -> String {
        let Self { lang, title, body, .. } = self;
        let tag = lang.tag();
        let privacy = lang.pick("Privacidade", "Privacy");
        let lang = lang.name();
        format!(
            "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
             <style>{STYLE}</style></head><body><header>Politicall</header><main><h1>{title}</h1>{body}</main>\
             <footer><a href=\"/connect/privacy?lang={lang}\">{privacy}</a></footer></body></html>"
        )
    }

    /// The page as an answer.
    pub(crate) fn answer(&self, status: StatusCode) -> Response<Body> {
        let form = self.posts_to.as_ref().map_or_else(|| "'none'".to_owned(), |origin| format!("'self' {origin}"));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; form-action {form}; base-uri 'none'; frame-ancestors 'none'",
            *STYLE_HASH
        );
        let mut response = bare(status);
        *response.body_mut() = Body::from(self.html());
        set(&mut response, CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            set(&mut response, CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// A status without a word. No cache keeps an answer of ours, and no address of ours, which may hold a code, is told to
/// another site.
pub(crate) fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ];
    for (name, value) in headers {
        set(&mut response, name, HeaderValue::from_static(value));
    }
    response
}

/// Sends a browser on, with a GET.
pub(crate) fn see_other(address: &str) -> Response<Body> {
    let mut response = bare(StatusCode::SEE_OTHER);
    if let Ok(address) = HeaderValue::from_str(address) {
        set(&mut response, LOCATION, address);
    }
    response
}

/// A JSON answer, for Meta.
pub(crate) fn json(value: &impl serde::Serialize) -> Response<Body> {
    let mut response = bare(StatusCode::OK);
    *response.body_mut() = Body::from(serde_json::to_string(value).unwrap_or_default());
    set(&mut response, CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn set(response: &mut Response<Body>, name: HeaderName, value: HeaderValue) {
    response.headers_mut().insert(name, value);
}

/// Text as it may stand in an element or between the quotes of an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_page_is_given_is_text() {
        let evil = "\"'><script>&";
        let page = Page::new(Lang::Pt, evil)
            .say(evil)
            .part(evil)
            .list([evil])
            .fact(evil, evil)
            .button(evil, &[(evil, evil)], evil, "https://www.instagram.com")
            .link(evil, evil);
        let html = page.html();
        assert!(!html.contains("<script") && !html.contains("\"'"), "{html}");
        assert_eq!(html.matches("&quot;&#39;&gt;&lt;script&gt;&amp;").count(), 13);
    }

    #[test]
    fn no_page_runs_a_script_or_stands_in_a_frame() {
        let page = Page::new(Lang::Pt, "a");
        let policy = |page: &Page| {
            let response = page.answer(StatusCode::OK);
            response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
        };
        let without_form = policy(&page);
        assert!(without_form.starts_with("default-src 'none'; style-src 'sha256-"), "{without_form}");
        assert!(without_form.contains("form-action 'none'") && without_form.contains("frame-ancestors 'none'"));
        let with_form = policy(&page.button("/a", &[], "a", "https://www.instagram.com"));
        assert!(with_form.contains("form-action 'self' https://www.instagram.com;"), "{with_form}");
    }
}
