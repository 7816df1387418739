//! Walks over JSON text value by value without changing its layout, so that a body can be edited byte for byte.

/// A string or number in JSON text, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scalar<'a> {
    /// The token with its quotes, if it has any.
    pub(crate) text: &'a str,
    /// Where the token begins.
    pub(crate) start: usize,
    /// The names on the way to it, innermost last; members of arrays add none.
    pub(crate) path: Vec<&'a str>,
}

/// All strings and numbers that are values, in the order of the text. Expects valid JSON; anything else ends early.
pub(crate) fn scalars(json: &str) -> Vec<Scalar<'_>> {
    let bytes = json.as_bytes();
    let mut found = Vec::new();
    let mut path: Vec<&str> = Vec::new();
    // For each open bracket: is it an object, and does a name of ours lie on the path for it?
    let mut open: Vec<bool> = Vec::new();
    let mut name: Option<&str> = None;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                open.push(name.is_some());
                path.extend(name.take());
                at += 1;
            }
            b'}' | b']' => {
                if open.pop() == Some(true) {
                    path.pop();
                }
                at += 1;
            }
            b'"' => {
                let end = end_of_string(bytes, at);
                let text = &json[at..end];
                if name.is_none() && followed_by_colon(bytes, end) {
                    name = Some(text.trim_matches('"'));
                } else {
                    found.push(scalar(text, at, &path, name.take()));
                }
                at = end;
            }
            b'-' | b'0'..=b'9' => {
                let end = at
                    + bytes[at..]
                        .iter()
                        .take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'))
                        .count();
                found.push(scalar(&json[at..end], at, &path, name.take()));
                at = end;
            }
            b't' | b'f' | b'n' => {
                name = None;
                at += bytes[at..].iter().take_while(|b| b.is_ascii_lowercase()).count();
            }
            _ => at += 1,
        }
    }
    found
}

fn scalar<'a>(text: &'a str, start: usize, path: &[&'a str], name: Option<&'a str>) -> Scalar<'a> {
    Scalar { text, start, path: path.iter().copied().chain(name).collect() }
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn followed_by_colon(bytes: &[u8], end: usize) -> bool {
    bytes[end..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_with_the_names_that_lead_to_them() {
        let json = r#"{"entry": [{"id": "1", "time": 12, "ok": true, "v": {"t": "a \"b\": c", "n": null}, "l": [-1.5e3, "x"]}]}"#;
        let found: Vec<_> = scalars(json).into_iter().map(|s| (s.path.join("."), s.text)).collect();
        let expected = [
            ("entry.id", "\"1\""),
            ("entry.time", "12"),
            ("entry.v.t", r#""a \"b\": c""#),
            ("entry.l", "-1.5e3"),
            ("entry.l", "\"x\""),
        ];
        assert_eq!(found, expected.map(|(path, text)| (path.to_owned(), text)));
    }

    #[test]
    fn text_that_is_no_json_does_no_harm() {
        for json in ["", "\"", "{\"a", "}}]]", "{\"a\": \"b\\", "nul"] {
            scalars(json);
        }
    }
}
