//! Lists that exist once per language, with one for everybody else.

use std::fmt;

use super::Few;

/// A language as Meta writes it: `default`, `pt_BR`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Locale(String);

/// Why a set of lists by locale cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LocaleError {
    /// There is none for `default`, which Meta asks for (Messenger page).
    #[error("a locale \"default\" is needed")]
    NoDefault,
    /// Two lists for one locale.
    #[error("a locale stands twice")]
    Twice,
    /// Not 2 to 16 letters and underscores.
    #[error("not a locale")]
    Malformed,
}

impl Locale {
    /// For everybody who has no list of their own.
    pub fn fallback() -> Self {
        Self("default".to_owned())
    }

    /// Checks a locale: 2 to 16 ASCII letters and underscores. Whether Meta knows it, only Meta can say.
    ///
    /// # Errors
    /// [`LocaleError::Malformed`].
    pub fn parse(text: impl Into<String>) -> Result<Self, LocaleError> {
        let text = text.into();
        let is_locale = (2..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
        if is_locale { Ok(Self(text)) } else { Err(LocaleError::Malformed) }
    }

    /// The locale as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({})", self.0)
    }
}

/// One list and the language it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Localised<T, const MAX: usize> {
    /// The language.
    pub locale: Locale,
    /// 1 to `MAX` things to tap.
    pub call_to_actions: Few<T, 1, MAX>,
}

/// Lists by language, no language twice, `default` among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByLocale<T, const MAX: usize>(Vec<Localised<T, MAX>>);

impl<T, const MAX: usize> ByLocale<T, MAX> {
    /// Checks the languages.
    ///
    /// # Errors
    /// [`LocaleError`].
    pub fn new(lists: Vec<Localised<T, MAX>>) -> Result<Self, LocaleError> {
        if !lists.iter().any(|list| list.locale == Locale::fallback()) {
            return Err(LocaleError::NoDefault);
        }
        let is_earlier = |at: usize| lists[..at].iter().any(|list| list.locale == lists[at].locale);
        if (0..lists.len()).any(is_earlier) {
            return Err(LocaleError::Twice);
        }
        Ok(Self(lists))
    }

    /// The same list for everybody.
    pub fn for_everybody(call_to_actions: Few<T, 1, MAX>) -> Self {
        Self(vec![Localised { locale: Locale::fallback(), call_to_actions }])
    }

    /// The lists.
    pub fn lists(&self) -> &[Localised<T, MAX>] {
        &self.0
    }
}
