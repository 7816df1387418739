//! `cargo run -- erasures`: who waits to be forgotten, and which erasures are under way.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use store::{Extent, Order};

use crate::moment::{away, with_age};
use crate::say;
use crate::table::Table;
use crate::target::Target;

/// What a person who asks is promised (privacy text).
const PROMISED_MS: i64 = 48 * 3_600_000;

pub(crate) async fn run(data: &Path) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let now = target.clock.now_ms();
    let (mut requests, orders) = (target.store.erasure_requests().await?, target.store.open_orders(now).await?);
    requests.sort_by_key(|request| request.at);
    if requests.is_empty() {
        say::line("Nobody waits to be forgotten.");
    } else {
        say::line("Asked, and not ordered yet: `erase ACCOUNT PERSON` does it");
        let mut table = Table::new(["  account", "person", "asked", "promised"]);
        for request in requests {
            let promised = away(request.at.saturating_add(PROMISED_MS), now);
            let account = format!("  {}", request.account);
            table.row([account, request.peer.to_string(), with_age(request.at, now), promised]);
        }
        say::line(table);
    }
    if orders.is_empty() {
        say::line("No erasure is under way.");
    } else {
        say::line("Under way: `receipt CODE` says how far");
        let mut table = Table::new(["  receipt", "account", "what", "asked", "items gone"]);
        for order in orders {
            let code = if order.code.is_empty() { "none" } else { &order.code };
            let (account, asked) = (order.account.to_string(), with_age(order.asked_at, now));
            table.row([format!("  {code}"), account, what(&order).to_owned(), asked, order.erased.to_string()]);
        }
        say::line(table);
    }
    Ok(ExitCode::SUCCESS)
}

fn what(order: &Order) -> &'static str {
    match order.extent {
        Extent::Account => "the account",
        Extent::Person => "a person",
        Extent::Conversations => "what was kept of an account that left",
    }
}
