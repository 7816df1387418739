//! The built caretaker under the Runtime API, invoked by a schedule, and what it writes to its log.

use std::path::Path;
use std::time::Duration;

use sandbox::meta::world::Trouble;
use sandbox::runtime::{Builder, Function};
use sandbox::schedule::Schedule;
use secrecy::ExposeSecret;
use store::ReplyState;

use crate::world::{OFFICE, OTHER_OFFICE, PERSON, World};

const CANARY: &str = "CANARIO7";

/// The function as the template describes it, at the world's doors.
fn function(world: &World, folder: &Path) -> Builder {
    let key_file = folder.join("token.key");
    std::fs::write(&key_file, world.token_key()).unwrap();
    let [table, queue, graph] = world.doors();
    Function::of(env!("CARGO_BIN_EXE_caretaker"))
        .environment([
            ("EVENTS_QUEUE_URL", world.sqs.queue_url("events.fifo")),
            ("CRM_QUEUE_URL", world.sqs.queue_url("crm.fifo")),
            ("TABLE_NAME", "politicall-ig".to_owned()),
            ("GRAPH_BASE_URL", graph),
            ("TOKEN_KEY", format!("file:{}", key_file.display())),
            ("ON_UNKNOWN", "reconcile".to_owned()),
            ("REPLY_MARKER", String::new()),
            ("LOG_LEVEL", "trace".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", table),
            ("AWS_ENDPOINT_URL_SQS", queue),
        ])
        .timeout(caretaker::TIME_OUT)
}

#[tokio::test]
async fn the_built_caretaker_renews_a_token_and_logs_neither_the_old_nor_the_new_one() {
    let world = World::start().await;
    let folder = tempfile::tempdir().unwrap();
    let function = function(&world, folder.path()).build();
    // The process lives in real time: what is 31 days old there was made 31 days ago.
    let month = 31 * 86_400_000;
    for (office, trouble) in [(OFFICE, None), (OTHER_OFFICE, Some(Trouble { code: 190, subcode: Some(460) }))] {
        world.log_in(office).await;
        let mut account = world.account(office).await;
        account.login.connected_at -= month;
        account.login.issued_at = account.login.issued_at.map(|at| at - month);
        account.login.expires_at = account.login.expires_at.map(|at| at - month);
        world.store.put_account(&account).await.unwrap();
        world.meta.world(|world| {
            let account = world.account_mut(office).unwrap();
            account.token_issued_at = account.token_issued_at.map(|at| at - month);
            account.trouble = trouble;
        });
    }
    let old = world.stored_token(OFFICE).await;
    let schedule = Schedule::every(Duration::from_secs(60), function.clone()).by_hand();
    schedule.run_once().await.unwrap();
    let new = world.stored_token(OFFICE).await;
    assert_ne!(old.expose_secret(), new.expose_secret());
    assert!(world.stored_token_is_newest(OFFICE).await);
    assert_eq!(world.told_of(OTHER_OFFICE), ["account.connected", "account.broken"]);
    for message in world.sqs.messages("crm.fifo") {
        assert!(!message.body.contains("IGAA"));
    }
    let lines = function.stop().await;
    assert!(lines.iter().any(|line| line.text.contains("\"TokensRefreshed\":1")), "{lines:?}");
    assert!(lines.iter().any(|line| line.text.contains("token/190/460")), "the reason is logged");
    for line in lines {
        assert!(!line.text.contains("IGAA"), "{}", line.text);
    }
}

#[tokio::test]
async fn case_92_the_built_caretaker_does_what_is_due_and_logs_nobodys_words() {
    let world = World::start().await;
    let folder = tempfile::tempdir().unwrap();
    let function = function(&world, folder.path()).build();
    let plan = world.due(PERSON, &format!("{CANARY} A agenda.")).await;
    // The process lives in real time: the hint is of a while ago already.
    world.meta.person_writes_unannounced(OFFICE, "920001", &format!("{CANARY} oi"));
    let mut hint = world.told_last();
    let raw = hint.event.get().to_owned();
    let told_at = world.clock.now_ms();
    let earlier = raw.replace(&format!("{}", told_at / 100_000), &format!("{}", told_at / 100_000 - 1));
    hint.event = serde_json::value::RawValue::from_string(earlier).unwrap();
    world.store_event(&hint).await;

    let schedule = Schedule::every(Duration::from_secs(60), function.clone()).by_hand();
    schedule.run_once().await.unwrap();
    assert_eq!(world.state(&plan).await.0, ReplyState::Sent);
    assert_eq!(world.sent_to(OFFICE, PERSON).len(), 1);
    assert_eq!(world.jobs().len(), 1);
    let lines = function.stop().await;
    assert!(lines.iter().any(|line| line.text.contains("\"Heartbeat\":1")), "{lines:?}");
    assert!(lines.iter().any(|line| line.text.contains("reply.state")), "each attempt has its line");
    for line in lines {
        assert!(!line.text.contains(CANARY) && !line.text.contains("IGAA"), "{}", line.text);
    }
}
