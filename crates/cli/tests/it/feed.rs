//! What the CRM is told, as a person follows it: on a deployment's queue, and beside the local stack.

use std::process::Command;

use feed::{About, Code, Conversation, Event, Happened, MessageSeen, PersonOptedOut};
use instagram::{AccountId, MessageId, Peer, PersonId};
use sandbox::clock::Clock;
use sandbox::sqs::Sqs;
use serde_json::{Value, json};

use crate::program::{Running, ask as ask_locally, told};

const ACCOUNT: &str = "17841400000000001";
const AT: i64 = 1_767_225_600_000;

fn account() -> AccountId {
    AccountId::parse(ACCOUNT).unwrap()
}

/// A person of this number wants silence.
fn opted_out(person: &str) -> Event {
    let (account, peer) = (account(), Peer::parse(person).unwrap());
    let conversation = Conversation { account: &account, customer: "gabinete", peer: &peer };
    let about =
        About { person: None, key: Some(format!("msg|{ACCOUNT}|m{person}")), why: Some(Code::from("silenced")) };
    Event::in_conversation(&conversation, AT, about, PersonOptedOut {})
}

/// The person read up to the message of this number.
fn seen(number: usize) -> Event {
    let (account, peer) = (account(), Peer::parse("9").unwrap());
    let conversation = Conversation { account: &account, customer: "gabinete", peer: &peer };
    let mid = MessageId::parse(format!("m{number}")).unwrap();
    let key = Some(format!("read|{ACCOUNT}|9|{mid}"));
    let about = About { person: PersonId::parse("9").ok(), key, why: None };
    Event::in_conversation(&conversation, AT, about, MessageSeen { mid })
}

async fn queue() -> Sqs {
    let sqs = Sqs::start(Clock::default(), None).await.unwrap();
    sqs.create_queue("crm.fifo", &[]).await.unwrap();
    sqs
}

async fn put(sqs: &Sqs, event: &Event, deduplication: &str) {
    let send = json!({
        "QueueUrl": sqs.queue_url("crm.fifo"), "MessageBody": event.body(),
        "MessageGroupId": event.group_id(), "MessageDeduplicationId": deduplication,
    });
    sqs.call("SendMessage", &send).await.unwrap();
}

/// Runs `feed` on the queue as a deployment's; gives what it printed and what it said beside.
async fn ask(sqs: &Sqs, words: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_politicall-ig"));
    command.arg("feed").args(words);
    command.envs([
        ("CRM_QUEUE_URL", sqs.queue_url("crm.fifo")),
        ("AWS_ENDPOINT_URL_SQS", sqs.endpoint()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_REGION", "sa-east-1".to_owned()),
        ("TZ", "America/Sao_Paulo".to_owned()),
    ]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{words:?}: {}", told(&output));
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn a_look_shows_each_event_once_and_leaves_it_for_the_crm() {
    let sqs = queue().await;
    assert!(ask(&sqs, &["--once"]).await.1.contains("nothing waits"));
    let broken =
        Event::new(&account(), "gabinete", AT, Happened::Broken { trouble: feed::Trouble::of("token/190/463") });
    let silenced = opted_out("9");
    put(&sqs, &broken, "1").await;
    // Told twice, by two who did not know of each other.
    put(&sqs, &silenced, "2").await;
    put(&sqs, &silenced, "3").await;
    let lines = [
        format!("2025-12-31T21:00:00-03:00  account.broken        {ACCOUNT}  -  trouble=expired"),
        format!("2025-12-31T21:00:00-03:00  person.opted_out      {ACCOUNT}  9  key=msg|{ACCOUNT}|m9  why=silenced"),
    ];
    for _ in 0..2 {
        let (shown, _) = ask(&sqs, &["--once"]).await;
        let mut shown: Vec<&str> = shown.lines().collect();
        shown.sort_unstable();
        assert_eq!(shown, lines);
    }
    let (raw, _) = ask(&sqs, &["--once", "--json"]).await;
    let mut raw: Vec<&str> = raw.lines().collect();
    raw.sort_unstable();
    let mut bodies = [broken.body(), silenced.body()];
    bodies.sort_unstable();
    assert_eq!(raw, bodies);
    assert_eq!(sqs.messages("crm.fifo").len(), 3);
    assert_eq!(sqs.counts("crm.fifo").unwrap().in_flight, 0, "given back at once");
}

#[tokio::test]
async fn a_look_says_what_it_cannot_show_and_whoever_takes_gets_all_in_order() {
    let sqs = queue().await;
    for number in 10..22 {
        put(&sqs, &seen(number), &number.to_string()).await;
    }
    put(&sqs, &opted_out("8"), "other").await;
    let (shown, beside) = ask(&sqs, &["--once"]).await;
    assert!(shown.contains("person.opted_out"), "no conversation hides another: {shown}");
    let hidden = 13 - shown.lines().count();
    assert!((2..=3).contains(&hidden), "ten at a time: {shown}");
    assert!(beside.contains(&format!("about {hidden} more lie behind these")), "{beside}");
    assert_eq!(sqs.messages("crm.fifo").len(), 13);

    let (taken, beside) = ask(&sqs, &["--once", "--take", "--json"]).await;
    let mids: Vec<String> = taken
        .lines()
        .map(|body| serde_json::from_str::<Value>(body).unwrap())
        .filter_map(|body| Some(body["mid"].as_str()?.to_owned()))
        .collect();
    assert_eq!(mids, (10..22).map(|number| format!("m{number}")).collect::<Vec<_>>());
    assert_eq!(taken.lines().count(), 13);
    assert!(beside.contains("is taken from the queue") && !beside.contains("more lie behind"), "{beside}");
    assert!(sqs.messages("crm.fifo").is_empty());
}

#[test]
fn what_the_local_stack_tells_is_followed_until_ctrl_c() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    let follower = Running::begin(&folder, &["feed"]);
    let left = ask_locally(&folder, &["accounts", "disconnect", ACCOUNT]);
    assert!(left.status.success(), "{}", told(&left));
    follower.line_with(&["account.disconnected", ACCOUNT]);
    follower.interrupt();
    let kept = ask_locally(&folder, &["feed", "--once", "--keep"]);
    assert!(kept.status.success() && !told(&kept).contains(ACCOUNT), "it was taken: {}", told(&kept));
    stack.interrupt();

    let alone = ask_locally(&folder, &["feed"]);
    assert!(!alone.status.success() && told(&alone).contains("no stack runs"), "{}", told(&alone));
    let once = ask_locally(&folder, &["feed", "--once"]);
    assert!(once.status.success(), "{}", told(&once));
}
