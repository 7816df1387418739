//! Writes the catalogue of metrics, for `infra/watch/metrics.json`.

mod catalogue;

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(catalogue::json().as_bytes())
}
