//! One request, and what whoever answers it needs to know.

use boot::{Deadline, Sheet};
use lambda_http::Request;
use lambda_http::http::header::ACCEPT_LANGUAGE;
use secrecy::SecretString;

use crate::lang::Lang;

/// Longest form looked at, in bytes. A ticket has at most 4 KB, a `signed_request` 8.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// A request on its way to its answer.
pub(crate) struct Visit<'a> {
    pub(crate) request: &'a Request,
    /// The language of the answer.
    pub(crate) lang: Lang,
    /// Where this function is reached from outside, without a slash at the end.
    pub(crate) base: &'a str,
    pub(crate) deadline: &'a Deadline,
    pub(crate) sheet: &'a mut Sheet,
}

/// Fields of a query or a form. They hold tickets and codes: no `Debug`.
pub(crate) struct Fields(Vec<(String, SecretString)>);

impl<'a> Visit<'a> {
    pub(crate) fn new(request: &'a Request, base: &'a str, deadline: &'a Deadline, sheet: &'a mut Sheet) -> Self {
        let mut visit = Self { request, lang: Lang::Pt, base, deadline, sheet };
        visit.speak(visit.query().only("lang"));
        visit
    }

    /// Takes the language that was asked for, or else the browser's.
    pub(crate) fn speak(&mut self, asked: Option<&str>) {
        let accepted = self.request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        self.lang = Lang::choose(asked, accepted);
    }

    /// Whether browsers reach us over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// The query's fields.
    pub(crate) fn query(&self) -> Fields {
        Fields::parse(self.request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The form's fields; of one that is too long, none.
    pub(crate) fn form(&self) -> Fields {
        let body: &[u8] = self.request.body();
        Fields::parse(if body.len() > MAX_FORM_BYTES { &[] } else { body })
    }
}

impl Fields {
    fn parse(text: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(text).into_owned();
        Self(pairs.map(|(name, value)| (name, value.into())).collect())
    }

    /// The value of a field that is there once. One that comes twice has none: two readers might choose differently.
    pub(crate) fn only(&self, name: &str) -> Option<&str> {
        self.secret(name).map(secrecy::ExposeSecret::expose_secret)
    }

    /// As [`Fields::only`], still wrapped.
    pub(crate) fn secret(&self, name: &str) -> Option<&SecretString> {
        let mut values = self.0.iter().filter(|(held, _)| held == name).map(|(_, value)| value);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }
}
