//! What a message costs: the built functions are counted anew, and the figures of the READMEs held against that.

#[path = "../../examples/cost/bill.rs"]
mod bill;
#[path = "../../examples/cost/counts.rs"]
mod counts;
#[path = "../../examples/cost/cpu.rs"]
mod cpu;
#[path = "../../examples/cost/measure.rs"]
mod measure;
#[path = "../../examples/cost/prices.rs"]
mod prices;
#[path = "../../examples/cost/stage.rs"]
mod stage;
#[path = "../../examples/cost/table.rs"]
mod table;

use prices::{Basis, Region};
use table::{BARS, Figures};

/// How far a printed figure may be from a fresh one.
const TOLERANCE: f64 = 0.01;

const README: &str = include_str!("../../../../README.md");
const PAGE: &str = include_str!("../../../../infra/cost/README.md");

/// The figures of a row, if `line` is the row of that name.
fn figures(line: &str, name: &str) -> Option<Vec<f64>> {
    let cells = line.strip_prefix("| ")?.strip_prefix(name)?.strip_prefix(" | ")?;
    Some(cells.split('|').filter_map(|cell| cell.trim().parse().ok()).collect())
}

/// Everything in `printed` that is more than [`TOLERANCE`] away from the row of the same name in `fresh`.
fn differences(printed: &str, fresh: &str) -> Vec<String> {
    let rows = fresh.lines().skip(2).filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let differs = |(name, cells): (&str, &str)| {
        let wanted: Vec<f64> = cells.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
        let found = printed.lines().find_map(|line| figures(line, name)).unwrap_or_default();
        let is_near = |(found, wanted): (&f64, &f64)| (found - wanted).abs() <= TOLERANCE * wanted.abs();
        let agrees = found.len() == wanted.len() && found.iter().zip(&wanted).all(is_near);
        (!agrees).then(|| format!("{name}: {found:?} printed, {wanted:?} counted"))
    };
    rows.filter_map(differs).collect()
}

#[tokio::test]
async fn the_printed_costs_are_what_the_functions_use() {
    let basis = Basis::read().unwrap();
    let measured = measure::measure(measure::Size { alone: 2, full: 200, others: 2 }).await.unwrap();
    let figures = Figures { measured: &measured, basis: &basis };
    let fresh = figures.summary();
    for (place, text) in [("README.md", README), ("infra/cost/README.md", PAGE)] {
        let differences = differences(text, &fresh);
        assert!(
            differences.is_empty(),
            "{place} is out of step; `cargo run -p cli --example cost` prints it anew: {differences:#?}"
        );
    }
    let [alone, full] = figures.unanswered(Region::UsEast1);
    let [alone_bar, full_bar] = BARS;
    assert!(full <= full_bar, "${full:.2} for a million events in full batches, where ${full_bar:.2} is the most");
    assert!(alone <= alone_bar, "${alone:.2} for a million events one at a time, where ${alone_bar:.2} is the most");

    // What is not counted stands on the page word for word.
    let page = figures.page();
    let (_, reckoned) = page.split_once("\n## How it is reckoned").unwrap();
    assert!(PAGE.ends_with(reckoned), "prices, assumptions or formulas of infra/cost/README.md are out of step");
}

#[test]
fn every_price_and_assumption_is_there() {
    let basis = Basis::read().unwrap();
    for (name, price) in &basis.prices {
        for region in Region::BOTH {
            assert!(price.usd(region) > 0.0, "{name} in {}", region.name());
        }
    }
    for (name, assumption) in &basis.assumptions {
        assert!(assumption.value > 0.0 && !assumption.why.is_empty(), "{name}");
    }
}
