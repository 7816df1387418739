//! Addresses that we hand on: to Meta, which fetches them, or to people, who open them. We open none.

use std::fmt;

use http::Uri;

use crate::limits::MAX_URL_BYTES;

/// Why an address cannot be sent. Does not quote it: addresses may carry signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Longer than [`MAX_URL_BYTES`].
    #[error("address has {length} bytes, at most {MAX_URL_BYTES} are allowed")]
    TooLong {
        /// What it has.
        length: usize,
    },
    /// Not an absolute address, or with characters that have to be percent-encoded.
    #[error("not an absolute address in ASCII")]
    Malformed,
    /// Another scheme than `https`.
    #[error("address is not https")]
    NotHttps,
    /// A user name or a password stands in it.
    #[error("address holds credentials")]
    Credentials,
}

fn check_url(text: &str) -> Result<(), UrlError> {
    if text.len() > MAX_URL_BYTES {
        return Err(UrlError::TooLong { length: text.len() });
    }
    // Browsers read a backslash as a slash, so that readers would disagree on the host.
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err(UrlError::Malformed);
    }
    let url: Uri = text.parse().map_err(|_| UrlError::Malformed)?;
    let authority = url.authority().ok_or(UrlError::Malformed)?;
    if url.scheme_str() != Some("https") {
        return Err(UrlError::NotHttps);
    }
    if authority.as_str().contains('@') {
        return Err(UrlError::Credentials);
    }
    if authority.host().is_empty() {
        return Err(UrlError::Malformed);
    }
    Ok(())
}

macro_rules! checked_url {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks an address: `https`, absolute, ASCII, without credentials, at most [`MAX_URL_BYTES`] bytes.
            ///
            /// # Errors
            /// [`UrlError`].
            pub fn parse(text: impl Into<String>) -> Result<Self, UrlError> {
                let text = text.into();
                check_url(&text)?;
                Ok(Self(text))
            }

            /// The address itself: for sending, storing and comparing, never for logging.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    )*};
}

checked_url! {
    /// Where Meta fetches an image, audio, video or file. It has to be open to everybody; redirects are said to fail
    /// (fact sheet 4.2).
    MediaUrl;

    /// What a person opens by tapping.
    LinkUrl;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_and_no_secret() {
        let cases = [
            ("of the fact sheet", "https://files.example.com/a.png", Ok(())),
            ("nothing but a host", "https://shop.example.com", Ok(())),
            ("port, query and fragment", "https://a.example.com:8443/b%20c?d=e&f=%C3%A3#g", Ok(())),
            ("capitals", "HTTPS://A.EXAMPLE.COM/", Ok(())),
            ("an @ behind the host", "https://a.example.com/@kim?to=kim@b.example.com", Ok(())),
            ("http", "http://files.example.com/a.png", Err(UrlError::NotHttps)),
            ("script", "javascript:alert(1)", Err(UrlError::NotHttps)),
            ("data", "data:text/plain,a", Err(UrlError::Malformed)),
            ("ftp", "ftp://files.example.com/a.png", Err(UrlError::NotHttps)),
            ("no scheme", "files.example.com/a.png", Err(UrlError::Malformed)),
            ("the scheme of the page", "//files.example.com/a.png", Err(UrlError::Malformed)),
            ("a path", "/a.png", Err(UrlError::Malformed)),
            ("no host", "https:///a.png", Err(UrlError::Malformed)),
            ("a port without a host", "https://:443/a.png", Err(UrlError::Malformed)),
            ("a user", "https://kim@files.example.com/a.png", Err(UrlError::Credentials)),
            ("a password", "https://kim:secret@files.example.com/a.png", Err(UrlError::Credentials)),
            ("a backslash", "https://files.example.com\\@evil.example.com/", Err(UrlError::Malformed)),
            ("a space", "https://files.example.com/a b.png", Err(UrlError::Malformed)),
            ("a line break", "https://files.example.com/a\n", Err(UrlError::Malformed)),
            ("beyond ASCII", "https://files.example.com/ã.png", Err(UrlError::Malformed)),
            ("nothing", "", Err(UrlError::Malformed)),
        ];
        for (case, url, expected) in cases {
            assert_eq!(MediaUrl::parse(url).map(drop), expected, "{case}");
        }
    }

    #[test]
    fn an_address_has_a_longest() {
        let url = |length: usize| format!("https://a.example.com/{}", "a".repeat(length - 22));
        assert!(LinkUrl::parse(url(MAX_URL_BYTES)).is_ok());
        let length = MAX_URL_BYTES + 1;
        assert_eq!(LinkUrl::parse(url(length)), Err(UrlError::TooLong { length }));
    }

    #[test]
    fn an_address_is_not_printed() {
        assert_eq!(format!("{:?}", MediaUrl::parse("https://a.example.com/canary").unwrap()), "MediaUrl(28 bytes)");
    }
}
