//! `rules replay` over 10,000 stored events, as a person runs it, on a table of this machine. To reach: 10 s.
//!
//! `cargo build --release -p cli && cargo run --release -p cli --example replay`

use std::error::Error;
use std::io::Write;
use std::process::Command;
use std::time::Instant;

use instagram::{AccountId, AppId, Peer};
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use store::{Account, Conversation, Decided, Item, ItemContent, Key, Mode, Store, TABLE_DEFINITION, keys};

const ACCOUNT: &str = "17841400000000001";
const TABLE: &str = "politicall-ig";
const CONVERSATIONS: usize = 2_500;
/// In each conversation: what came, its text, and what `gabinete.json` decides about it.
const EVENTS: [(&str, &str, &str); 4] = [
    ("message", "Bom dia! Qual é o horário de atendimento do gabinete?", "answered"),
    ("message", "obrigada, até amanhã!", "no_match"),
    ("comment", "Tem um buraco na minha rua há três meses, alguém resolve?", "answered"),
    ("comment", "Parabéns pelo trabalho 👏👏", "no_match"),
];
const SPACING_MS: i64 = 10_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let dynamo = Dynamo::file(&folder.path().join("table.db")).await?;
    dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION)?)?;
    let config = boot::aws_config_at(dynamo.endpoint(), &boot::Clock::system(), boot::CallLimits::default()).await;
    let store = Store::new(aws_sdk_dynamodb::Client::new(&config), TABLE);
    fill(&store, Clock::default().now_ms()).await?;

    let example = std::env::current_exe()?;
    let program = example.parent().and_then(|folder| folder.parent()).ok_or("no folder")?.join("politicall-ig");
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/rules/campanha.json");
    let mut command = Command::new(program);
    command.args(["rules", "replay", ACCOUNT, rules]);
    command.envs([
        ("TABLE_NAME", TABLE),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.endpoint()),
        ("AWS_ACCESS_KEY_ID", "example"),
        ("AWS_SECRET_ACCESS_KEY", "example"),
        ("AWS_REGION", "sa-east-1"),
    ]);
    let started = Instant::now();
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let took = started.elapsed();
    let mut out = std::io::stdout();
    let told = String::from_utf8_lossy(&output.stdout);
    told.lines().take_while(|line| !line.starts_with("The latest")).try_for_each(|line| writeln!(out, "{line}"))?;
    out.write_all(&output.stderr)?;
    writeln!(out, "{} events replayed in {took:?}", CONVERSATIONS * EVENTS.len())?;
    Ok(())
}

/// An account with its rules, and in each conversation the same few events.
async fn fill(store: &Store, now: i64) -> Result<(), Box<dyn Error>> {
    let account = AccountId::parse(ACCOUNT)?;
    store
        .put_account(&Account {
            mode: Mode::Answer,
            ..Account::new(account.clone(), AppId::parse("867555782500454")?, "gabinete", "gabinete")
        })
        .await?;
    store.put_rules(&account, include_str!("../../../infra/rules/gabinete.json"), now).await?;
    let expires_at = now / 1000 + 86_400;
    let mut at = now;
    for number in 0..CONVERSATIONS {
        let peer = Peer::parse(format!("91{number:013}"))?;
        let conversation = Conversation { expires_at, ..Conversation::default() };
        store.save_facts(&account, &peer, &Conversation::default(), conversation).await?;
        for (place, (kind, text, why)) in EVENTS.into_iter().enumerate() {
            at -= SPACING_MS;
            let letter = if kind == "message" { 'M' } else { 'C' };
            let id = format!("{letter}#179{number:08}{place}");
            let key = Key { pk: keys::thread_partition(&account, &peer), sk: id };
            store.put_sample(&key, &item(kind, text, why, at, expires_at)).await?;
        }
    }
    Ok(())
}

fn item(kind: &str, text: &str, why: &str, at: i64, expires_at: i64) -> Item {
    let body = serde_json::json!({"text": text});
    let facts = serde_json::json!({"at": at, "last_user_at": at, "control": true});
    Item {
        rev: 1,
        content: ItemContent {
            kind: Some(kind.to_owned()),
            at: Some(at),
            body: Some(body.to_string().into()),
            ..ItemContent::default()
        },
        decision: Some(Decided {
            why: why.to_owned(),
            rules: 1,
            trace: None,
            facts: Some(facts.to_string()),
            effects: Vec::new(),
            replies: Vec::new(),
        }),
        expires_at,
        ..Item::default()
    }
}
