//! What is there after a sample was played: in the table, in quarantine, at Meta, in the log.

use std::collections::BTreeSet;

use anyhow::Result;
use automation::{RuleSet, Trace};
use instagram::{AccountId, AppId, Event, UnixMillis};
use job::{Job, Receipt};
use store::{Item, Key, Reply, keys};

use crate::samples::Sample;
use crate::stack::{QUARANTINE_QUEUE, Stack};
use crate::watch::Collected;

/// Everything found about one sample.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// Events by a plain walk over the file.
    pub(crate) walked: usize,
    /// Events whose item is in the table.
    pub(crate) stored: usize,
    /// Messages that came to the quarantine queue.
    pub(crate) quarantined: usize,
    /// Events that are counted on purpose and leave nothing behind.
    pub(crate) counted: usize,
    /// Messages, private and public replies that reached Meta.
    pub(crate) sends: usize,
    /// Replies that are not at their end.
    pub(crate) open_replies: usize,
    /// The outcome of every event that has one.
    pub(crate) outcomes: Vec<String>,
    /// One row per event.
    pub(crate) events: Vec<Row>,
}

/// One event, as a person wants to see it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) kind: String,
    pub(crate) conversation: String,
    pub(crate) stored: String,
    pub(crate) outcome: Option<String>,
    pub(crate) rules: Vec<String>,
    pub(crate) replies: Vec<String>,
}

/// What was there before.
#[derive(Debug)]
pub(crate) struct Before {
    sends: usize,
    quarantined: usize,
}

impl Before {
    pub(crate) fn of(stack: &Stack) -> Self {
        Self { sends: sends(stack), quarantined: stack.sqs.messages(QUARANTINE_QUEUE).len() }
    }
}

/// Messages and comments that apps made.
fn sends(stack: &Stack) -> usize {
    let comments = stack.meta.world(|world| world.comments.iter().filter(|comment| comment.app_id.is_some()).count());
    stack.meta.sent().len() + comments
}

/// Outcomes of events that leave nothing behind.
const COUNTED: [&str; 4] = ["off", "foreign_app", "former_account", "erased"];

pub(crate) async fn at(
    stack: &Stack,
    collected: &Collected,
    sample: &Sample,
    before: &Before,
    walked: usize,
) -> Result<Found> {
    let mut found = Found {
        walked,
        sends: sends(stack) - before.sends,
        quarantined: stack.sqs.messages(QUARANTINE_QUEUE).len() - before.quarantined,
        ..Found::default()
    };
    let receipt =
        Receipt { received_at: UnixMillis(stack.clock.now_ms()), app: AppId::parse(sample.app.clone())?, trace: None };
    let delivery = instagram::split(sample.body.as_bytes())?;
    let mut seen = BTreeSet::new();
    for element in &delivery.elements {
        let Ok(event) = element.event() else { continue };
        let job = Job::new(element, &event, &receipt);
        let key = place(&job, &event);
        let item = stack.store.item(&key, stack.clock.now_ms()).await?;
        let mut row = row(&job, &event, &item, collected.outcome(&job.key));
        row.rules = matched_rules(stack, &job.account, &item).await?;
        let counted = row.outcome.as_deref().is_some_and(|outcome| COUNTED.contains(&outcome));
        found.stored += usize::from(item.rev > 0);
        found.counted += usize::from(counted && item.rev == 0);
        if seen.insert(format!("{} {}", job.key, key.sk)) {
            found.outcomes.extend(row.outcome.clone());
            let replies = item.decision.iter().flat_map(|decided| &decided.replies);
            found.open_replies += replies.filter(|reply| !reply.state.is_final()).count();
        }
        found.events.push(row);
    }
    Ok(found)
}

fn place(job: &Job, event: &Event) -> Key {
    if event.test {
        keys::test_sample(&job.app, event.kind_name(), &job.key)
    } else {
        keys::item(&job.account, &job.peer, event, &job.key)
    }
}

fn row(job: &Job, event: &Event, item: &Item, logged: Option<String>) -> Row {
    let has_own_item = !matches!(event.kind_name(), "edit" | "unsend" | "hint");
    let decided = item.decision.as_ref().filter(|_| has_own_item);
    let outcome = match decided {
        Some(decided) => Some(decided.why.clone()),
        None if item.rev == 0 => logged,
        None => None,
    };
    Row {
        kind: event.kind_name().to_owned(),
        conversation: format!("{} {}", job.account, shortened(job.peer.as_str())),
        stored: stored(item, event),
        outcome,
        rules: Vec::new(),
        replies: decided.iter().flat_map(|d| &d.replies).map(told).collect(),
    }
}

/// The rules that matched, as the stored trace tells.
async fn matched_rules(stack: &Stack, account: &AccountId, item: &Item) -> Result<Vec<String>> {
    let Some((decided, trace)) = item.decision.as_ref().and_then(|d| Some((d, d.trace.as_ref()?))) else {
        return Ok(Vec::new());
    };
    let Some(rules) = stack.store.rules(account, decided.rules).await? else {
        return Ok(Vec::new());
    };
    let lines = trace.parse::<Trace>()?.render(&RuleSet::parse(&rules.document)?);
    Ok(lines.into_iter().filter(|line| line.matched).filter_map(|line| Some(line.rule?.to_string())).collect())
}

fn stored(item: &Item, event: &Event) -> String {
    if item.rev == 0 {
        return "-".to_owned();
    }
    let content = &item.content;
    let mut parts =
        vec![if event.test { "sample" } else { content.kind.as_deref().unwrap_or("nothing else yet") }.to_owned()];
    parts.extend(content.edit.as_ref().map(|edit| format!("edit {}", edit.n)));
    parts.extend(content.deleted_at.map(|_| "unsent".to_owned()));
    parts.extend(content.hinted_at.map(|_| "hinted".to_owned()));
    parts.extend(content.live.then(|| "live".to_owned()));
    parts.extend(content.standby.then(|| "standby".to_owned()));
    parts.join(" + ")
}

/// What was sent, or why not: the office's own words, the first of them.
fn told(reply: &Reply) -> String {
    let text: String = reply.text.as_ref().map(|text| text.expose().chars().take(32).collect()).unwrap_or_default();
    let reason = reply.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{} {:?}{reason}: {}", reply.state.as_str(), reply.action, text.replace('\n', " "))
}

fn shortened(id: &str) -> String {
    if id.len() <= 20 { id.to_owned() } else { format!("{}…", id.chars().take(19).collect::<String>()) }
}
