//! Writes the JSON Schema of every type of event into `schema/`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (kind, schema) in feed::schemas() {
        fs::write(folder.join(format!("{kind}.json")), format!("{schema:#}\n"))?;
    }
    Ok(())
}
