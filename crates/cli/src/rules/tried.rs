//! What a rule set answers to one text, or to the events of a delivery.

use std::path::Path;

use anyhow::{Context, Result, bail};
use automation::{Decision, RuleSet};
use instagram::{Event, UnixMillis, event_key};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::args;
use crate::dry_run::{Invention, decide_alone, told};
use crate::say;

use super::{checked, typed_time};

pub(super) fn run(args: &args::Try) -> Result<()> {
    let (document, rules) = checked(&args.file)?;
    let at = args.at.as_deref().map(|text| typed_time::moment(text, &zone(&document)?)).transpose()?;
    let now = UnixMillis(boot::Clock::system().now_ms());
    match &args.events {
        Some(file) => of_delivery(file, &rules, at, now, args.first),
        None => of_text(args, &rules, at.unwrap_or(now)),
    }
}

/// The zone of the set's hours, else the machine's own.
fn zone(document: &str) -> Result<TimeZone> {
    let document: Value = serde_json::from_str(document)?;
    Ok(match document["time_zone"].as_str() {
        Some(name) => TimeZone::get(name)?,
        None => TimeZone::system(),
    })
}

fn of_text(args: &args::Try, rules: &RuleSet, at: UnixMillis) -> Result<()> {
    let (text, payload) = (args.text.as_deref(), args.payload.as_deref());
    let event = Invention { kind: args.kind, text, payload, at }.event()?;
    print(&decide_alone(&event, &event_key(&event, ""), rules, at, args.first), rules);
    Ok(())
}

/// Each event is decided by itself: what one says changes nothing for the next.
fn of_delivery(file: &Path, rules: &RuleSet, at: Option<UnixMillis>, now: UnixMillis, first: bool) -> Result<()> {
    let body = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let delivery = instagram::split(&body).with_context(|| format!("{} is no delivery", file.display()))?;
    if delivery.elements.is_empty() {
        bail!("{} holds no event", file.display());
    }
    for (place, element) in delivery.elements.iter().enumerate() {
        if place > 0 {
            say::line("");
        }
        let event: Event = match element.event() {
            Ok(event) => event,
            Err(malformed) => {
                say::line(format_args!("no event: {malformed}"));
                continue;
            }
        };
        let key = event_key(&event, element.raw);
        say::line(&key);
        let at = at.or(event.at).unwrap_or(now);
        print(&decide_alone(&event, &key, rules, at, first), rules);
    }
    Ok(())
}

fn print(decision: &Decision, rules: &RuleSet) {
    say::line(&decision.outcome);
    decision.trace.render(rules).iter().for_each(|line| say::line(format_args!("  {line}")));
    told(decision).iter().for_each(say::line);
}
