//! The cookie by which a browser is known again between the page and Meta's answer.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::COOKIE;

use crate::nonce;

/// How long a browser keeps it: as long as a person may take, from the page to Meta's answer, and more.
const LIFE_S: u32 = 3_600;

/// The cookie's name over TLS: with this prefix a browser takes it from this very host only, over TLS only.
const STRICT_NAME: &str = "__Host-connect";
/// Its name where there is no TLS, which is the local stack.
const PLAIN_NAME: &str = "connect";

/// The value that the browser shows. One that does not look like ours, or comes twice, does not count.
pub(crate) fn read(headers: &HeaderMap, is_secure: bool) -> Option<String> {
    let name = name(is_secure);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(found, _)| *found == name).map(|(_, value)| value);
    let value = values.next().filter(|value| nonce::is_random(value))?;
    values.next().is_none().then(|| value.to_owned())
}

/// The header that has the browser keep it. `Lax`: it comes along when Meta sends the browser back, and not when another
/// site's form is posted here.
pub(crate) fn write(value: &str, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={LIFE_S}; HttpOnly; SameSite=Lax{secure}", name(is_secure))
}

fn name(is_secure: bool) -> &'static str {
    if is_secure { STRICT_NAME } else { PLAIN_NAME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_one_cookie_of_ours() {
        let value = nonce::random().unwrap();
        let other = nonce::random().unwrap();
        let cases = [
            ("ours", format!("__Host-connect={value}"), true, Some(&value)),
            ("among others", format!("a=1;__Host-connect={value}; b=2"), true, Some(&value)),
            ("none", String::new(), true, None),
            ("without the prefix", format!("connect={value}"), true, None),
            ("with the prefix where it is not set", format!("__Host-connect={value}"), false, None),
            ("without TLS", format!("connect={value}"), false, Some(&value)),
            ("twice", format!("__Host-connect={value}; __Host-connect={other}"), true, None),
            ("of another form", "__Host-connect=1".to_owned(), true, None),
        ];
        for (case, line, is_secure, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, line.parse().unwrap());
            assert_eq!(read(&headers, is_secure).as_ref(), expected, "{case}");
        }
    }

    #[test]
    fn a_cookie_is_kept_from_scripts_and_other_sites() {
        assert_eq!(write("v", true), "__Host-connect=v; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(write("v", false), "connect=v; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax");
    }
}
