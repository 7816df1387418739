//! What nobody could use, looked at and sent again by an operator: the program as a process, on queues of a deployment.

use std::process::Command;

use instagram::{AccountId, AppId, Element, UnixMillis};
use job::{Holds, Job, Quarantined, Receipt};
use sandbox::clock::Clock;
use sandbox::sqs::Sqs;
use serde_json::json;

const WORDS: &str = "canário-palavras";

fn now() -> UnixMillis {
    UnixMillis(boot::Clock::system().now_ms() - 3_600_000)
}

fn event(mid: &str) -> Job {
    let raw = format!(
        r#"{{"sender":{{"id":"9"}},"recipient":{{"id":"17"}},"timestamp":{},"message":{{"mid":"{mid}","text":"{WORDS}"}}}}"#,
        now().0
    );
    let account = Some(AccountId::parse("17").unwrap());
    let element = Element { account, entry_time: None, standby: false, foreign: false, raw: &raw };
    let receipt = Receipt { received_at: now(), app: AppId::parse("8675").unwrap(), trace: None };
    Job::new(&element, &element.event().unwrap(), &receipt)
}

async fn keep(sqs: &Sqs, bytes: &[u8], reason: &'static str) -> String {
    let parts = Quarantined::parts_of(Holds::Job, bytes, reason, now(), None, None);
    for part in &parts {
        let send = json!({"QueueUrl": sqs.queue_url("quarantine"), "MessageBody": part.body()});
        sqs.call("SendMessage", &send).await.unwrap();
    }
    parts[0].id.clone()
}

async fn queues() -> Sqs {
    let sqs = Sqs::start(Clock::default(), None).await.unwrap();
    sqs.create_queue("events.fifo", &[]).await.unwrap();
    sqs.create_queue("quarantine", &[]).await.unwrap();
    sqs
}

async fn ask(sqs: &Sqs, words: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_politicall-ig"));
    command.args(words);
    command.envs([
        ("EVENTS_QUEUE_URL", sqs.queue_url("events.fifo")),
        ("QUARANTINE_QUEUE_URL", sqs.queue_url("quarantine")),
        ("AWS_ENDPOINT_URL_SQS", sqs.endpoint()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_REGION", "sa-east-1".to_owned()),
    ]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains(WORDS), "nobody's words: {told}");
    (output.status.success(), told)
}

#[tokio::test]
async fn what_lies_in_quarantine_is_listed_without_words_and_stays() {
    let sqs = queues().await;
    assert!(ask(&sqs, &["quarantine", "list"]).await.1.contains("Nothing lies in quarantine"));
    let id = keep(&sqs, event("m1").body().as_bytes(), "unknown_account").await;
    keep(&sqs, b"{}", "unreadable_job").await;
    for _ in 0..2 {
        let (succeeded, told) = ask(&sqs, &["quarantine", "list"]).await;
        assert!(succeeded, "{told}");
        for part in
            [id.as_str(), "unknown_account", "yes: 1 event(s) of 17", "unreadable_job", "no: this version", "ago"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
    assert_eq!(sqs.messages("quarantine").len(), 2);
}

#[tokio::test]
async fn case_99_what_is_sent_again_is_the_very_event_with_its_own_age() {
    let sqs = queues().await;
    let job = event("m1");
    let id = keep(&sqs, job.body().as_bytes(), "unknown_account").await;
    let (succeeded, told) = ask(&sqs, &["quarantine", "replay", &id[..8]]).await;
    assert!(succeeded && told.contains("1 event(s) sent again"), "{told}");
    let queued = sqs.messages("events.fifo");
    assert_eq!(queued.len(), 1);
    let sent = Job::parse(&queued[0].body).unwrap();
    assert_eq!((&sent, queued[0].group.as_deref()), (&job, Some(job.group_id().as_str())));
    assert_eq!(sent.received_at, job.received_at, "no younger than it was");
    assert!(sqs.messages("quarantine").is_empty(), "it left once the other queue had it");
}

#[tokio::test]
async fn all_that_can_be_used_is_sent_again_and_the_rest_stays() {
    let sqs = queues().await;
    for mid in ["m1", "m2"] {
        keep(&sqs, event(mid).body().as_bytes(), "poison").await;
    }
    keep(&sqs, event("m3").body().as_bytes(), "too_large").await;
    let (succeeded, told) = ask(&sqs, &["quarantine", "replay", "--all"]).await;
    assert!(!succeeded && told.contains("stays, its event is applied"), "{told}");
    assert_eq!((sqs.messages("events.fifo").len(), sqs.messages("quarantine").len()), (2, 1));
}

#[tokio::test]
async fn what_is_long_is_put_together_from_its_parts() {
    let sqs = queues().await;
    let raw = format!(
        r#"{{"object":"instagram","pad":"{}","entry":[{{"id":"17","time":1,"messaging":[{}]}}]}}"#,
        "x".repeat(800_000),
        event("m1").event.get()
    );
    let app = AppId::parse("8675").unwrap();
    let parts = Quarantined::parts_of(Holds::Delivery, raw.as_bytes(), "not_json", now(), Some(&app), None);
    assert_eq!(parts.len(), 2);
    for part in parts.iter().rev() {
        let send = json!({"QueueUrl": sqs.queue_url("quarantine"), "MessageBody": part.body()});
        sqs.call("SendMessage", &send).await.unwrap();
    }
    let (succeeded, told) = ask(&sqs, &["quarantine", "replay", &parts[0].id]).await;
    assert!(succeeded, "{told}");
    assert_eq!((sqs.messages("events.fifo").len(), sqs.messages("quarantine").len()), (1, 0));
}

#[tokio::test]
async fn an_id_must_be_named_well_enough() {
    let sqs = queues().await;
    keep(&sqs, event("m1").body().as_bytes(), "poison").await;
    let (succeeded, told) = ask(&sqs, &["quarantine", "replay", "zzzz"]).await;
    assert!(!succeeded && told.contains("nothing in quarantine has an id that begins with"), "{told}");
    let (succeeded, told) = ask(&sqs, &["quarantine", "replay"]).await;
    assert!(!succeeded && told.contains("required"), "{told}");
    assert_eq!(sqs.messages("quarantine").len(), 1);
}
