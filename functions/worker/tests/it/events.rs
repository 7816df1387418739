//! Every sample of `events/webhook/`, through one world in the order of the demo.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use instagram::UnixMillis;
use serde_json::Value;
use store::{Facts, Item, ReplyState};

use crate::world::{APP, World, jobs_of, key_of, shifted};

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

fn json(path: &str) -> Value {
    serde_json::from_str(&read(path)).unwrap()
}

fn files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/webhook");
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".json")).collect();
    names.sort();
    names
}

/// 2026-11-02T12:05:00Z: a little after the newest of all samples.
const SAMPLES_NOW: i64 = 1_793_621_100_000;

async fn world() -> World {
    World::of(json("events/world.json"), |account| account["rules"].as_str().map(read)).await
}

/// Whose secret signs the file: that of its first account's app.
fn app_of(body: &str, world: &Value) -> String {
    let accounts = world["accounts"].as_array().unwrap();
    let first = accounts
        .iter()
        .filter_map(|account| Some((body.find(&format!("\"id\": \"{}\"", account["account"].as_str()?))?, account)))
        .min_by_key(|(at, _)| *at);
    first.map_or(APP, |(_, account)| account["app_id"].as_str().unwrap()).to_owned()
}

#[tokio::test]
async fn every_sample_is_stored_decided_and_answered_as_expected() {
    let described = json("events/world.json");
    let expected = json("events/expected.json");
    let world = world().await;
    // Whole seconds, as some times are written in seconds.
    let by_ms = (world.clock.now_ms() - SAMPLES_NOW) / 1000 * 1000;
    let mut stored = String::new();
    let mut wrong = Vec::new();
    for file in files() {
        let body = shifted(&read(&format!("events/webhook/{file}")), by_ms);
        let app = app_of(&body, &described);
        // The sandbox's Meta learns who wrote, as if it had delivered this itself.
        let _no_callback = world.meta.sign_and_post(body.clone()).await;
        let jobs = jobs_of(body.as_bytes(), &app, world.clock.now_ms());
        let sends = world.meta.sent().len() + public_replies(&world);
        // What an account may send at once is a matter of its pace, not of its rules.
        world.clock.advance(Duration::from_secs(2));
        world.apply(&jobs).await;

        let mut outcomes = BTreeMap::new();
        writeln!(stored, "{file}").unwrap();
        for job in &jobs {
            let key = if job.test {
                store::keys::test_sample(&job.app, job.event().unwrap().kind_name(), &job.key)
            } else {
                key_of(job)
            };
            let item = world.store.item(&key, world.clock.now_ms()).await.unwrap();
            if jobs.len() <= 10 {
                let place = key.sk.split('#').next().unwrap();
                writeln!(stored, "  {} -> {place}: {}", job.kind, item_line(&item, by_ms)).unwrap();
                let conversation =
                    world.store.conversation(&job.account, &job.peer, world.clock.now_ms()).await.unwrap();
                if conversation.rev > 0 {
                    writeln!(stored, "    {}", facts_line(&conversation.facts)).unwrap();
                }
            }
            if let Some(decided) = &item.decision
                && !matches!(&*job.kind, "edit" | "unsend" | "hint")
            {
                outcomes.insert(format!("{}{}", key.pk, key.sk), decided.why.clone());
            }
        }
        let mut outcomes: Vec<String> = outcomes.into_values().collect();
        outcomes.sort();
        let sends = world.meta.sent().len() + public_replies(&world) - sends;
        let told: Vec<String> = serde_json::from_value(expected[&file]["outcomes"].clone()).unwrap_or_default();
        // These leave nothing behind: `whose.rs` says what becomes of them.
        let told: Vec<String> = told
            .into_iter()
            .filter(|word| !matches!(word.as_str(), "foreign_app" | "unknown_account" | "off"))
            .collect();
        let known = expected[&file]["outcomes"].is_array();
        if known && (outcomes != told || Some(sends as u64) != expected[&file]["sends"].as_u64()) {
            wrong.push(format!("{file}: {outcomes:?}, {sends} sends; expected {}", expected[&file]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!("stored", stored);
    assert_eq!(world.quarantined().len(), 2, "the two of accounts never connected");
    assert_eq!(world.metric("ForeignApp"), 1);
}

fn public_replies(world: &World) -> usize {
    world.meta.world(|w| w.comments.iter().filter(|comment| comment.app_id.is_some()).count())
}

/// What is known of a conversation, on one line; of moments, only whether there are any.
fn facts_line(facts: &Facts) -> String {
    let mut line = "knows:".to_owned();
    let known = [
        ("first message", facts.first.is_some()),
        ("first comment", facts.first_comment.is_some()),
        ("answered", facts.answered.is_some()),
        ("seen", facts.seen.is_some()),
        ("paused", facts.paused_until().is_some()),
    ];
    for (fact, _) in known.iter().filter(|(_, known)| *known) {
        write!(line, " {fact},").unwrap();
    }
    if !facts.wrote.is_empty() {
        write!(line, " wrote {} times,", facts.wrote.len()).unwrap();
    }
    if let Some(holder) = &facts.holder {
        write!(line, " held by {:?},", holder.app).unwrap();
    }
    line.trim_end_matches([',', ':']).to_owned()
}

/// What an item holds, on one line, its times as the sample has them.
fn item_line(item: &Item, by_ms: i64) -> String {
    let mut line = String::new();
    let content = &item.content;
    let at = |ms: i64| if ms > SAMPLES_NOW - 86_400_000 { UnixMillis(ms - by_ms).0 - 1_793_620_000_000 } else { ms };
    if let Some(kind) = &content.kind {
        write!(line, "{kind}").unwrap();
    }
    // Times that were not believed are the moment of receipt, which no two runs share.
    if let Some(ms) = content.at {
        let at = at(ms);
        if at < 1_000_000 { write!(line, " at {at}").unwrap() } else { line.push_str(" at receipt") }
    }
    let flags = [
        ("standby", content.standby),
        ("live", content.live),
        ("in_quarantine", content.in_quarantine),
        ("unsent", content.deleted_at.is_some()),
        ("hinted", content.hinted_at.is_some()),
    ];
    for (flag, _) in flags.iter().filter(|(_, set)| *set) {
        write!(line, " {flag}").unwrap();
    }
    if let Some(edit) = &content.edit {
        write!(line, " edit {}: {:?}", edit.n, edit.text.as_ref().map(instagram::Words::expose)).unwrap();
    }
    if let Some(body) = &content.body {
        write!(line, " {}", body.expose()).unwrap();
    }
    if let Some(raw) = &content.raw {
        write!(line, " raw of {} bytes", raw.expose().len()).unwrap();
    }
    if let Some(decided) = &item.decision {
        let trace = decided.trace.as_ref().map_or("", |_| ", traced");
        write!(line, " -> {} by v{}{trace}", decided.why, decided.rules).unwrap();
        for reply in &decided.replies {
            let state = if reply.state == ReplyState::Sent { "sent" } else { reply.state.as_str() };
            write!(line, "; {} {:?} {state}", reply.rule, reply.action).unwrap();
        }
    }
    line
}
