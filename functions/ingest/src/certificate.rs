//! The client certificate's subject. The gateway checks the chain; the name is ours to check (fact sheet 2).

/// Whether a distinguished name has exactly one common name and it is the expected one.
///
/// Reads the form `CN=…,O=…,C=…` of RFC 4514, in which a comma inside a value is escaped with a backslash or stands in
/// quotes. A subject that merely contains the expected text does not pass.
pub(crate) fn has_common_name(subject: Option<&str>, expected: &str) -> bool {
    let mut names = attributes(subject.unwrap_or_default())
        .filter_map(|attribute| attribute.split_once('='))
        .filter(|(kind, _)| kind.trim().eq_ignore_ascii_case("CN"))
        .map(|(_, name)| name.trim());
    // Host names: case means nothing.
    names.next().is_some_and(|name| name.eq_ignore_ascii_case(expected)) && names.next().is_none()
}

/// The parts between commas (and the pluses of a part with several) that are neither escaped nor quoted.
fn attributes(subject: &str) -> impl Iterator<Item = &str> {
    let mut is_escaped = false;
    let mut is_quoted = false;
    subject.split(move |character| {
        if is_escaped {
            is_escaped = false;
            return false;
        }
        match character {
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' | '+' | ';' => return !is_quoted,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_must_have_the_expected_common_name_and_no_other() {
        let cases = [
            ("the name alone", "CN=client.webhooks.fbclientcerts.com", true),
            ("among others", "C=US,O=Meta Platforms\\, Inc.,CN=client.webhooks.fbclientcerts.com", true),
            ("with spaces and in another case", "O=Meta, cn = Client.Webhooks.FBClientCerts.com", true),
            ("no subject", "", false),
            ("another name", "CN=evil.example", false),
            ("a longer name", "CN=client.webhooks.fbclientcerts.com.evil.example", false),
            ("the name in another attribute", "O=client.webhooks.fbclientcerts.com,CN=evil.example", false),
            ("hidden behind an escaped comma", "O=x\\,CN=client.webhooks.fbclientcerts.com", false),
            ("hidden in quotes", "O=\"x,CN=client.webhooks.fbclientcerts.com\"", false),
            ("beside another", "CN=client.webhooks.fbclientcerts.com,CN=evil.example", false),
            ("behind another", "CN=evil.example+CN=client.webhooks.fbclientcerts.com", false),
        ];
        for (case, subject, expected) in cases {
            assert_eq!(has_common_name(Some(subject), "client.webhooks.fbclientcerts.com"), expected, "{case}");
        }
        assert!(!has_common_name(None, "client.webhooks.fbclientcerts.com"), "no certificate");
    }
}
