//! Writes the JSON Schema of rule documents, for `infra/rules/schema.json`.

use std::io::Write;

fn main() {
    let schema = automation::schema();
    writeln!(std::io::stdout(), "{schema:#}").expect("standard output");
}
