//! Where the end of a login leads: into the CRM, and nowhere else.

/// Longest path, in bytes.
const MAX_BYTES: usize = 1_024;

/// The address in the CRM that `wish` names, or the CRM's own where it names none: what is not plainly a path is ignored
/// (case 87), for a browser reads `//host`, `\host` and worse as other people's addresses.
pub(crate) fn address(crm: &str, wish: Option<&str>) -> String {
    format!("{crm}{}", wish.filter(|wish| is_path(wish)).unwrap_or("/"))
}

fn is_path(wish: &str) -> bool {
    let mut bytes = wish.bytes();
    wish.len() <= MAX_BYTES
        && bytes.next() == Some(b'/')
        && bytes.next() != Some(b'/')
        && wish.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_87_only_a_path_of_the_crm_is_followed() {
        let long = format!("/{}", "a".repeat(MAX_BYTES));
        let cases = [
            ("a path", Some("/contas"), "/contas"),
            ("with a query", Some("/contas?id=7&ok=1#x"), "/contas?id=7&ok=1#x"),
            ("the root", Some("/"), "/"),
            ("none", None, "/"),
            ("empty", Some(""), "/"),
            ("another host", Some("//evil"), "/"),
            ("another host, in three", Some("///evil"), "/"),
            ("a scheme", Some("https:evil"), "/"),
            ("a scheme and a host", Some("https://evil"), "/"),
            ("a script", Some("javascript:alert(1)"), "/"),
            ("a backslash", Some("\\evil"), "/"),
            ("a backslash behind a slash", Some("/\\evil"), "/"),
            ("a backslash anywhere", Some("/a\\evil"), "/"),
            ("a tab, which browsers drop", Some("/\t/evil"), "/"),
            ("a line break", Some("/a\r\nb"), "/"),
            ("a space in front", Some(" /contas"), "/"),
            ("a user of another host", Some("@evil"), "/"),
            ("the end of another host", Some(".evil"), "/"),
            ("beyond ASCII", Some("/é"), "/"),
            ("without end", Some(long.as_str()), "/"),
        ];
        for (case, wish, expected) in cases {
            assert_eq!(
                address("https://crm.example.com", wish),
                format!("https://crm.example.com{expected}"),
                "{case}"
            );
        }
    }
}
