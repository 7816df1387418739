//! The runbooks that can be played on one machine.

use std::path::Path;
use std::process::Command;

use instagram::{AccountId, AppId, Element, UnixMillis};
use job::{Job, Receipt};
use sandbox::clock::Clock;
use sandbox::meta::Meta;
use sandbox::sqs::Sqs;
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Store, TABLE_DEFINITION};

use crate::forgotten::{code, tend};
use crate::operators::{self, PERSON, Scene, TABLE};
use crate::program::{Running, ask, program, told};

const HELENA: &str = "17841400000000001";
const WORDS: &str = "canário-palavras";
const DEAD: &str = "dead.fifo";
const EVENTS: &str = "events.fifo";

/// An event of a conversation with a person.
fn event(person: &str, mid: &str) -> Job {
    let at = UnixMillis(boot::Clock::system().now_ms() - 7 * 24 * 3_600_000);
    let raw = format!(
        r#"{{"sender":{{"id":"{person}"}},"recipient":{{"id":"17"}},"timestamp":{},"message":{{"mid":"{mid}","text":"{WORDS}"}}}}"#,
        at.0
    );
    let account = Some(AccountId::parse("17").unwrap());
    let element = Element { account, entry_time: None, standby: false, foreign: false, raw: &raw };
    let receipt = Receipt { received_at: at, app: AppId::parse("8675").unwrap(), trace: None };
    Job::new(&element, &element.event().unwrap(), &receipt)
}

/// Queues as a deployment has them, with these events given up.
async fn with_dead_letters(events: &[Job]) -> Sqs {
    let sqs = Sqs::start(Clock::default(), None).await.unwrap();
    for queue in [DEAD, EVENTS] {
        sqs.create_queue(queue, &[]).await.unwrap();
    }
    for (place, job) in events.iter().enumerate() {
        bury(&sqs, &job.body(), &job.group_id(), place).await;
    }
    sqs
}

async fn bury(sqs: &Sqs, body: &str, group: &str, place: usize) {
    let send = json!({"QueueUrl": sqs.queue_url(DEAD), "MessageBody": body, "MessageGroupId": group,
                      "MessageDeduplicationId": place.to_string()});
    sqs.call("SendMessage", &send).await.unwrap();
}

async fn ask_queues(sqs: &Sqs, words: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_politicall-ig"));
    command.args(words).env_remove("TABLE_NAME");
    command.envs([
        ("EVENTS_QUEUE_URL", sqs.queue_url(EVENTS)),
        ("DEAD_LETTER_QUEUE_URL", sqs.queue_url(DEAD)),
        ("AWS_ENDPOINT_URL_SQS", sqs.endpoint()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_REGION", "sa-east-1".to_owned()),
    ]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let answer = told(&output);
    assert!(!answer.contains(WORDS), "nobody's words: {answer}");
    (output.status.success(), answer)
}

#[tokio::test]
async fn dead_letters_are_listed_without_words_and_sent_back_in_their_order() {
    let mids: Vec<String> = (0..12).map(|place| format!("m{place}")).collect();
    let mut events: Vec<Job> = mids.iter().map(|mid| event("9", mid)).collect();
    events.push(event("10", "other"));
    let sqs = with_dead_letters(&events).await;
    bury(&sqs, &format!("no job: {WORDS}"), "odd", 99).await;

    for _ in 0..2 {
        let (succeeded, list) = ask_queues(&sqs, &["dead-letters", "list"]).await;
        assert!(succeeded, "{list}");
        let parts = [events[0].key.as_str(), "message", "7 d ago", "job is malformed", "About 2 more lie behind these"];
        for part in parts {
            assert!(list.contains(part), "{part}: {list}");
        }
        assert!(!list.contains(&events[11].key), "a conversation shows ten at a time: {list}");
    }
    assert_eq!((sqs.messages(DEAD).len(), sqs.messages(EVENTS).len()), (14, 0), "looking changes nothing");

    let first = sqs.messages(DEAD)[0].id.clone();
    let (succeeded, one) = ask_queues(&sqs, &["dead-letters", "redrive", &first[..8]]).await;
    assert!(succeeded && one.contains("1 event sent back"), "{one}");
    let (succeeded, all) = ask_queues(&sqs, &["dead-letters", "redrive", "--all"]).await;
    assert!(succeeded && all.contains("13 events sent back"), "{all}");
    assert!(sqs.messages(DEAD).is_empty());
    let back = sqs.messages(EVENTS);
    let of_group: Vec<&str> = back
        .iter()
        .filter(|message| message.group.as_deref() == Some(events[0].group_id().as_str()))
        .map(|message| message.body.as_str())
        .collect();
    let expected: Vec<String> = events[..12].iter().map(Job::body).collect();
    assert_eq!(of_group.len(), 12);
    assert!(
        of_group.iter().zip(&expected).all(|(sent, given_up)| *sent == given_up),
        "the same bytes in the same order"
    );
    assert_eq!(back.len(), 14, "what no version reads goes back, too: the worker quarantines it");
    let (succeeded, none) = ask_queues(&sqs, &["dead-letters", "list"]).await;
    assert!(succeeded && none.contains("No dead letters."), "{none}");
}

#[tokio::test]
async fn a_dead_letter_must_be_named_well_enough() {
    let sqs = with_dead_letters(&[event("9", "m1")]).await;
    let cases: [(&[&str], &str); 3] = [
        (&["dead-letters", "redrive", "zzzz"], "no dead letter has an id that begins with"),
        (&["dead-letters", "redrive"], "required"),
        (&["dead-letters", "redrive", "zzzz", "--all"], "cannot be used with"),
    ];
    for (words, expected) in cases {
        let (succeeded, answer) = ask_queues(&sqs, words).await;
        assert!(!succeeded && answer.contains(expected), "{words:?}: {answer}");
    }
    assert_eq!(sqs.messages(DEAD).len(), 1);
}

#[test]
fn the_local_stack_has_dead_letters_too() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    Running::start(&folder).interrupt();
    assert!(told(&ask(&folder, &["dead-letters", "list"])).contains("No dead letters."));
}

/// Posts a sample of the dashboard's Test button, signed with this secret, and gives the status.
async fn deliver(folder: &Path, secret: &str) -> u16 {
    let read =
        |name: &str| serde_json::from_str::<Value>(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap();
    let (mut world, stack) = (read("world.json"), read("stack.json"));
    world["apps"] = read("apps.json")["apps"].take();
    world["apps"][0]["app_secrets"] = json!([secret]);
    let app = world["apps"][0]["app_id"].as_str().unwrap().to_owned();
    let meta = Meta::start(Clock::default(), world).await.unwrap();
    meta.set_callback(stack["callback"].as_str().unwrap().parse().unwrap());
    let sample =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/webhook/test-messages.json")).unwrap();
    meta.sign_and_post_as(&app, sample).await.unwrap().status.unwrap()
}

/// Puts the secrets of the first app in force.
fn put_secrets(folder: &Path, secrets: &[&str]) {
    let file = folder.join("apps.json");
    let mut apps: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    apps["apps"][0]["app_secrets"] = json!(secrets);
    std::fs::write(&file, apps.to_string()).unwrap();
}

#[tokio::test]
async fn a_secret_is_changed_without_a_lost_delivery() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    Running::start(&folder).interrupt();
    put_secrets(&folder, &["the-old-secret"]);
    let stack = Running::start(&folder);
    assert_eq!(deliver(&folder, "the-old-secret").await, 200);

    // The new one before the old one: Meta may sign with either.
    put_secrets(&folder, &["the-new-secret", "the-old-secret"]);
    assert_eq!(deliver(&folder, "the-new-secret").await, 200, "known with the first delivery that it signs");
    assert_eq!(deliver(&folder, "the-old-secret").await, 200, "and the old one is believed still");
    let doctor = told(&ask(&folder, &["doctor"]));
    assert!(doctor.contains("the app politicall: a delivery signed with its secret is taken"), "{doctor}");
    assert_eq!(deliver(&folder, "nobodys-secret").await, 401);

    put_secrets(&folder, &["the-new-secret"]);
    assert_eq!(deliver(&folder, "the-old-secret").await, 200, "for as long as what was read is believed");
    stack.interrupt();
    let stack = Running::start(&folder);
    assert_eq!(deliver(&folder, "the-old-secret").await, 401, "whoever reads anew knows it no more");
    assert_eq!(deliver(&folder, "the-new-secret").await, 200);
    stack.interrupt();
}

#[test]
fn an_account_goes_from_observe_to_answer_and_back() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    Running::start(&folder).interrupt();
    let stages: [(&str, &[&str]); 3] = [
        ("observe", &["message", "observed", "msg|"]),
        ("answer", &["message", "answered", "msg|"]),
        ("observe", &["message", "observed", "msg|"]),
    ];
    for (mode, outcome) in stages {
        // While nobody runs who could believe for five seconds that it is otherwise.
        let set = ask(&folder, &["accounts", "mode", HELENA, mode]);
        assert!(told(&set).contains("That holds within 5 seconds"), "{}", told(&set));
        let stack = Running::start(&folder);
        assert!(ask(&folder, &["send", "events/webhook/message-text.json"]).status.success());
        let line = stack.line_with(outcome);
        let key = line.split_whitespace().last().unwrap();
        let story = told(&ask(&folder, &["explain", key]));
        assert!(story.contains("matched"), "{mode}: which rule would have answered is told: {story}");
        stack.interrupt();
    }
}

#[tokio::test]
async fn subscriptions_are_set_again_at_once() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    let endpoints: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("stack.json")).unwrap()).unwrap();
    let graph = graph::Graph::new(endpoints["graph"].as_str().unwrap()).unwrap();
    let token = SecretString::from("IGAA-sample-token-of-gabinete-helena");
    graph.unsubscribe(&token, &AccountId::parse(HELENA).unwrap()).await.result.unwrap();
    let ill = told(&ask(&folder, &["doctor", HELENA]));
    assert!(ill.contains("it is subscribed to nothing: Meta delivers nothing for it"), "{ill}");

    let set = ask(&folder, &["accounts", "subscribe", HELENA]);
    let answer = told(&set);
    assert!(set.status.success(), "{answer}");
    assert!(answer.contains("was subscribed to nothing; it is subscribed to 8 fields now"), "{answer}");
    let again = told(&ask(&folder, &["accounts", "subscribe", "--all"]));
    assert!(again.contains("nothing was missing") && !again.contains("IGAA"), "{again}");
    let well = told(&ask(&folder, &["doctor", HELENA]));
    assert!(well.contains("it is subscribed to 8 fields"), "{well}");
    let more =
        program(&folder).args(["accounts", "subscribe", HELENA]).env("EXTRA_FIELDS", "standby").output().unwrap();
    assert!(told(&more).contains("was not subscribed to standby; it is subscribed to 9 fields now"), "{}", told(&more));
    stack.interrupt();
}

#[tokio::test]
async fn who_waits_to_be_forgotten_is_listed_until_it_is_done() {
    let scene = Scene::new().await;
    let nothing = ["Nobody waits to be forgotten.", "No erasure is under way."];
    scene.expect(&["erasures"], true, &nothing, &[]).await;
    scene.message("mid.1", "c0ffee0000000000000000000000000f", store::ReplyState::Failed, "window").await;
    let (account, peer) = (operators::id(), operators::peer());
    scene.store.request_erasure(&account, &peer, scene.now - 25 * 3_600_000).await.unwrap();
    scene.expect(&["erasures"], true, &[PERSON, "(1 d ago)", "in 22 h", nothing[1]], &operators::WORDS).await;

    let (succeeded, answer) = scene.ask(&["erase", account.as_str(), PERSON, "--yes"]).await;
    assert!(succeeded, "{answer}");
    let receipt = code(&answer);
    scene.expect(&["erasures"], true, &[&receipt, "a person"], &[]).await;
    tend(&scene.store, scene.now).await;
    scene.expect(&["erasures"], true, &nothing, &[&receipt]).await;
}

#[tokio::test]
async fn a_restored_table_is_stopped_and_erased_again_before_it_is_used() {
    const SIDE: &str = "politicall-ig-side";
    let scene = Scene::new().await;
    scene.message("mid.1", "c0ffee0000000000000000000000000f", store::ReplyState::Failed, "window").await;

    // A backup, and what happened since.
    let mut definition: Value = serde_json::from_str(TABLE_DEFINITION).unwrap();
    definition["TableName"] = SIDE.into();
    scene.dynamo.create_table(&definition).unwrap();
    for item in scene.client.scan().table_name(TABLE).send().await.unwrap().items() {
        scene.client.put_item().table_name(SIDE).set_item(Some(item.clone())).send().await.unwrap();
    }
    let (succeeded, answer) = scene.ask(&["erase", operators::ACCOUNT, PERSON, "--yes"]).await;
    assert!(succeeded, "{answer}");
    tend(&scene.store, scene.now).await;

    let side = Store::new(scene.client.clone(), SIDE);
    let held = || async { side.items(&operators::id(), &operators::peer(), scene.now).await.unwrap().len() };
    assert_eq!(held().await, 1, "the backup brings it back");
    scene.expect_on(SIDE, &["stop", "--all"], &["All sending is stopped."]).await;
    scene.expect_on(SIDE, &["erase-again", TABLE], &["receipt ", "1 erasures are open here again."]).await;
    scene.expect_on(SIDE, &["erasures"], &["a person"]).await;
    tend(&side, scene.now).await;
    assert_eq!(held().await, 0);
    scene.expect_on(SIDE, &["erasures"], &["No erasure is under way."]).await;
    scene.expect_on(SIDE, &["erase-again", TABLE], &["0 erasures are open here again."]).await;
    scene.expect_on(SIDE, &["status"], &["All sending is stopped since"]).await;
    scene.expect_on(SIDE, &["start", "--all"], &["goes on."]).await;
}
