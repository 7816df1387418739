//! Reading the environment: errors name the variable and the form it should have, never what it holds.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;

/// A variable that is missing or not of its form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {problem}: expected {expected}")]
pub struct EnvError {
    name: String,
    problem: &'static str,
    expected: &'static str,
}

impl EnvError {
    /// A variable that is set, but not to `expected`.
    pub fn malformed(name: &str, expected: &'static str) -> Self {
        Self { name: name.to_owned(), problem: "malformed", expected }
    }

    /// A variable that is not set, or blank.
    pub fn missing(name: &str, expected: &'static str) -> Self {
        Self { name: name.to_owned(), problem: "missing", expected }
    }
}

/// The variables of a process, or a set made up for a test or the local stack.
///
/// A blank variable counts as absent: that is what an unset template parameter becomes.
pub struct Env(Lookup);

enum Lookup {
    Process,
    Given(HashMap<String, String>),
}

impl Env {
    /// The variables of this process.
    pub fn process() -> Self {
        Self(Lookup::Process)
    }

    /// A set of its own, for tests and for several functions in one process.
    pub fn of<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(Lookup::Given(pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect()))
    }

    /// A required text.
    ///
    /// # Errors
    /// When it is absent, or not UTF-8.
    pub fn text(&self, name: &str, expected: &'static str) -> Result<String, EnvError> {
        self.optional(name, expected)?.ok_or_else(|| EnvError::missing(name, expected))
    }

    /// A text that may be absent.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub fn optional(&self, name: &str, expected: &'static str) -> Result<Option<String>, EnvError> {
        let value = self.lookup(name).map(|value| value.into_string().map_err(|_| EnvError::malformed(name, expected)));
        Ok(value.transpose()?.filter(|value| !value.trim().is_empty()))
    }

    /// A required value that `parse` understands.
    ///
    /// # Errors
    /// When it is absent, or `parse` gives nothing.
    pub fn parse<T>(
        &self,
        name: &str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, EnvError> {
        parse(&self.text(name, expected)?).ok_or_else(|| EnvError::malformed(name, expected))
    }

    /// A required address of a queue or service: `http://…` or `https://…`.
    ///
    /// # Errors
    /// When it is absent or begins otherwise.
    pub fn url(&self, name: &str) -> Result<String, EnvError> {
        self.parse(name, "a URL that begins with https:// or http://", |value| {
            let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"))?;
            (!rest.is_empty()).then(|| value.to_owned())
        })
    }

    /// An address as of [`Env::url`] that may be absent.
    ///
    /// # Errors
    /// When it begins otherwise.
    pub fn optional_url(&self, name: &str) -> Result<Option<String>, EnvError> {
        match self.optional(name, "a URL")? {
            Some(_) => self.url(name).map(Some),
            None => Ok(None),
        }
    }

    fn lookup(&self, name: &str) -> Option<OsString> {
        match &self.0 {
            Lookup::Process => std::env::var_os(name),
            Lookup::Given(given) => given.get(name).map(OsString::from),
        }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Env(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_variable_and_its_form_but_never_the_value() {
        let env = Env::of([("EVENTS_QUEUE_URL", "s3cret"), ("BLANK", " ")]);
        assert_eq!(
            env.url("EVENTS_QUEUE_URL").unwrap_err().to_string(),
            "EVENTS_QUEUE_URL is malformed: expected a URL that begins with https:// or http://"
        );
        assert_eq!(env.text("BLANK", "a name").unwrap_err().to_string(), "BLANK is missing: expected a name");
        assert!(!format!("{env:?}{:?}", env.url("EVENTS_QUEUE_URL")).contains("s3cret"));
    }

    #[test]
    fn a_blank_variable_counts_as_absent() {
        let env = Env::of([("EMPTY", ""), ("SPACES", "  "), ("SET", "x")]);
        let cases = [("EMPTY", None), ("SPACES", None), ("ABSENT", None), ("SET", Some("x".to_owned()))];
        for (name, expected) in cases {
            assert_eq!(env.optional(name, "a text").unwrap(), expected, "{name}");
        }
    }
}
