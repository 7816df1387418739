//! The built worker under the Runtime API, fed from a queue, and what it writes to its log.

use std::path::Path;
use std::time::Duration;

use job::Job;
use sandbox::mapping::Mapping;
use sandbox::runtime::{Builder, Function};
use serde_json::{Value, json};
use store::ReplyState;

use crate::world::{MetaFate as Fate, OFFICE, PERSON, World};

/// Longest line per event, in bytes: what a line costs is its length (performance bars).
const MAX_LINE_BYTES: usize = 400;

/// Longest line per attempt, in bytes. Only answered events have any.
const MAX_ATTEMPT_BYTES: usize = 500;

const CANARY: &str = "CANARIO7";

const LIMIT: Duration = Duration::from_secs(20);

/// The function as the template describes it, at the world's doors.
fn function(world: &World, folder: &Path) -> Builder {
    let key_file = folder.join("token.key");
    std::fs::write(&key_file, world.token_key()).unwrap();
    let [table, queue, graph] = world.doors();
    Function::of(env!("CARGO_BIN_EXE_worker")).environment([
        ("EVENTS_QUEUE_URL", world.sqs.queue_url("events.fifo")),
        ("QUARANTINE_QUEUE_URL", world.sqs.queue_url("quarantine")),
        ("TABLE_NAME", "politicall-ig".to_owned()),
        ("GRAPH_BASE_URL", graph),
        ("TOKEN_KEY", format!("file:{}", key_file.display())),
        ("LOG_LEVEL", "trace".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", table),
        ("AWS_ENDPOINT_URL_SQS", queue),
    ])
}

async fn send(world: &World, jobs: &[Job]) {
    for job in jobs {
        let message = json!({
            "QueueUrl": world.sqs.queue_url("events.fifo"),
            "MessageBody": job.body(),
            "MessageGroupId": job.group_id(),
            "MessageDeduplicationId": job.deduplication_id(),
        });
        world.sqs.call("SendMessage", &message).await.unwrap();
    }
}

#[tokio::test]
async fn the_built_worker_answers_once_what_lies_in_the_queue() {
    let world = World::start().await;
    let folder = tempfile::tempdir().unwrap();
    let function = function(&world, folder.path()).build();
    let mapping = Mapping::of(&world.sqs.queue_url("events.fifo"), function.clone()).start().await.unwrap();
    let jobs = ["um", "dois", "passos"].map(|word| world.writes(PERSON, word));
    let comment = world.comments("985", "buraco");
    send(&world, &jobs).await;
    send(&world, std::slice::from_ref(&comment)).await;
    mapping.drain(LIMIT).await.unwrap();
    let tally = mapping.stop().await;
    assert_eq!((tally.deleted, tally.returned), (4, 0));
    assert_eq!(world.sent_to(PERSON), ["Resposta um.", "Resposta dois.", "Primeiro passo.", "Segundo passo."]);
    for job in jobs.iter().chain([&comment]) {
        assert!(world.item(job).await.is_done());
    }
    function.stop().await;
}

#[tokio::test]
async fn case_54_a_worker_killed_while_it_sends_is_followed_by_one_that_does_not_send_again() {
    let world = World::start().await;
    world.meta.set_echo(sandbox::meta::Echo::Drop);
    let folder = tempfile::tempdir().unwrap();
    let function = function(&world, folder.path()).build();
    world.graph.script("SendMessage", [Fate::HangAfter]);
    let job = world.writes(PERSON, "agenda");
    send(&world, std::slice::from_ref(&job)).await;
    let mapping = Mapping::of(&world.sqs.queue_url("events.fifo"), function.clone()).start().await.unwrap();
    let arrived = async {
        while world.sent_to(PERSON).is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, arrived).await.expect("Meta gets the message");
    function.kill();
    world.sqs.return_in_flight("events.fifo").unwrap();
    mapping.drain(LIMIT).await.unwrap();
    mapping.stop().await;
    assert_eq!(world.sent_to(PERSON).len(), 1);
    assert_eq!(world.reply(&job).await.state, ReplyState::Planned, "its lease is not over yet");
    assert!(world.item(&job).await.due_at.is_some());
    function.stop().await;
}

#[tokio::test]
async fn case_92_one_short_line_per_event_and_nobodys_words_in_it() {
    let world = World::start().await;
    let folder = tempfile::tempdir().unwrap();
    world.meta.world(|w| w.account_mut(OFFICE).unwrap().name = CANARY.to_owned());
    let mut jobs = vec![
        world.writes(PERSON, &format!("{CANARY} bom dia")),
        world.writes(PERSON, &format!("{CANARY} agenda")),
        world.comments(PERSON, &format!("{CANARY} quero")),
        world.comments(PERSON, &format!("{CANARY} buraco")),
    ];
    // As long as Meta's ids are known to be: some 160 characters.
    let long = jobs[1].body().replace("\"mid\": \"", &format!("\"mid\": \"{}", "Z".repeat(34)));
    let long = Job::parse(&long).unwrap();
    let key = instagram::event_key(&long.event().unwrap(), long.event.get());
    jobs.push(Job { key, ..long });

    let function = function(&world, folder.path()).build();
    let mapping = Mapping::of(&world.sqs.queue_url("events.fifo"), function.clone()).start().await.unwrap();
    send(&world, &jobs).await;
    mapping.drain(LIMIT).await.unwrap();
    let echoes = world.told();
    send(&world, &echoes).await;
    mapping.drain(LIMIT).await.unwrap();
    let events = jobs.len() + echoes.len();

    // Troubles have lines of their own.
    let said =
        format!(r#"{{"error":{{"message":"{CANARY}","code":190,"error_subcode":463,"fbtrace_id":"AbCdEfGh123"}}}}"#);
    let dead_token = sandbox::meta::Reply::raw(http::StatusCode::UNAUTHORIZED, said);
    world.graph.script("SendMessage", [Fate::LoseAnswer, Fate::Refuse(dead_token)]);
    let doubtful = ["986", "987"].map(|person| world.writes(person, &format!("{CANARY} agenda")));
    send(&world, &doubtful).await;
    let broken = json!({
        "QueueUrl": world.sqs.queue_url("events.fifo"), "MessageBody": format!("{CANARY} {{"), "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
    });
    world.sqs.call("SendMessage", &broken).await.unwrap();
    mapping.drain(LIMIT).await.unwrap();
    let mut calls = 0;
    world.table.set(move |_| {
        calls += 1;
        if calls < 12 { sandbox::fault::Fate::BROKEN } else { sandbox::fault::Fate::Serve }
    });
    send(&world, &[world.writes("988", &format!("{CANARY} agenda"))]).await;
    mapping.drain(LIMIT).await.unwrap();
    mapping.stop().await;

    let lines = function.stop().await;
    let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert!(!text.iter().any(|line| line.contains(CANARY) || line.contains("IGAA")), "{text:#?}");
    let parsed = lines.iter().map(|line| (line.text.len(), serde_json::from_str::<Value>(&line.text).unwrap()));
    let (per_event, others): (Vec<_>, Vec<_>) = parsed.partition(|(_, line)| !line["outcome"].is_null());
    assert_eq!(per_event.len(), events + 3, "one line per event: {text:#?}");
    for (bytes, line) in &per_event {
        assert!(*bytes <= MAX_LINE_BYTES, "{bytes} bytes: {line}");
        for field in ["trace.id", "event.key", "event.kind", "outcome", "duration_ms"] {
            assert!(!line[field].is_null(), "{field} in {line}");
        }
    }

    let attempts: Vec<_> = others.into_iter().filter(|(_, line)| !line["reply.id"].is_null()).collect();
    let states: Vec<&str> = attempts.iter().map(|(_, line)| line["reply.state"].as_str().unwrap()).collect();
    assert_eq!(states.len(), world.attempts(), "one line per attempt: {text:#?}");
    assert!(["sent", "unknown", "waiting"].iter().all(|state| states.contains(state)), "{states:?}");
    for (bytes, line) in &attempts {
        assert!(*bytes <= MAX_ATTEMPT_BYTES, "{bytes} bytes: {line}");
        let joins = |field: &str| per_event.iter().any(|(_, event)| event[field] == line[field]);
        assert!(joins("event.key") && joins("trace.id"), "{line}");
    }
    let refused = attempts.iter().find(|(_, line)| line["graph.code"] == 190).map(|(_, line)| line).unwrap();
    assert_eq!((&refused["graph.subcode"], &refused["reply.reason"]), (&json!(463), &json!("token/190/463")));
    assert_eq!(refused["graph.trace"], "AbCdEfGh123", "for Meta's support");
}
