//! JSON as Meta writes it onto the wire: a space after `,` and `:`, everything beyond ASCII escaped in lower case.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes a value as Meta does (fact sheet 1.3): the bytes that are signed and posted.
///
/// # Errors
/// Only for what JSON cannot express, such as a map with keys that are no text.
pub(super) fn as_meta_writes(value: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Spaced))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for character in fragment.chars() {
            if character.is_ascii() {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Serialize)]
    struct Delivery<'a> {
        object: &'a str,
        entry: [(); 0],
    }

    #[test]
    fn the_bytes_are_those_of_the_fact_sheets_vectors() {
        let empty = Delivery { object: "instagram", entry: [] };
        assert_eq!(as_meta_writes(&empty).unwrap(), r#"{"object": "instagram", "entry": []}"#, "vector 1");
        assert_eq!(as_meta_writes(&"Grüße 👋").unwrap(), r#""Gr\u00fc\u00dfe \ud83d\udc4b""#, "vector 2's text");
        assert_eq!(as_meta_writes(&"a\"b\\c\n/").unwrap(), r#""a\"b\\c\n/""#, "JSON's own escapes stay");
        let kept = RawValue::from_string("[1,2]".to_owned()).unwrap();
        assert_eq!(as_meta_writes(&[&*kept]).unwrap(), "[[1,2]]", "raw JSON stays as it is");
    }
}
