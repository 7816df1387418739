//! Batches: groups side by side, records of one group in order, and what comes again.

use std::time::Duration;

use serde_json::json;
use store::ReplyState;

use crate::world::{MetaFate as Fate, OTHER_OFFICE, PERSON, Record, World};

const BROKEN: sandbox::fault::Fate = sandbox::fault::Fate::BROKEN;

#[tokio::test]
async fn answered_once_however_often_it_is_delivered() {
    let mut world = World::start().await;
    let job = world.writes(PERSON, "agenda");
    world.apply(&[job.clone(), job.clone()]).await;
    world.apply(std::slice::from_ref(&job)).await;
    world.restart().await;
    world.clock.advance(Duration::from_secs(200));
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to(PERSON), ["A agenda da semana."]);
    assert_eq!(world.graph_calls(), 1);
}

#[tokio::test]
async fn the_messages_of_a_conversation_are_answered_in_their_order() {
    let world = World::start().await;
    let jobs = ["um", "dois", "tres", "quatro"].map(|word| world.writes(PERSON, word));
    world.apply(&jobs).await;
    assert_eq!(world.sent_to(PERSON), ["Resposta um.", "Resposta dois.", "Resposta tres.", "Resposta quatro."]);
}

#[tokio::test]
async fn conversations_go_side_by_side() {
    let world = World::start().await;
    world.graph.set(|_| Fate::Delay(Duration::from_millis(500)));
    let jobs: Vec<_> = (0..10).map(|n| world.writes(&format!("93000000000000{n}"), "agenda")).collect();
    let began = std::time::Instant::now();
    world.apply(&jobs).await;
    // One after the other, the waiting alone would take five seconds.
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(world.meta.sent().len(), 10);
}

#[tokio::test]
async fn case_82_the_first_failure_of_a_group_returns_it_and_those_behind_it_only() {
    let world = World::start().await;
    let a = [world.writes("931", "um"), world.writes("931", "dois")];
    let b = [world.writes("932", "um"), world.writes("932", "dois"), world.writes("932", "tres")];
    let c = [world.writes("933", "um")];
    // The second group's second message cannot be written, however often it is tried.
    let poisoned = crate::world::key_of(&b[1]).sk;
    world.table.set(move |call| {
        let writes_it = call.operation == "UpdateItem" && String::from_utf8_lossy(&call.body).contains(&poisoned);
        if writes_it { BROKEN } else { sandbox::fault::Fate::Serve }
    });
    let batch = [&a[0], &b[0], &c[0], &b[1], &a[1], &b[2]].map(Clone::clone);
    assert_eq!(world.deliver(&batch).await, [3, 5]);
    assert_eq!(world.sent_to("931"), ["Resposta um.", "Resposta dois."]);
    assert_eq!(world.sent_to("932"), ["Resposta um."]);
    assert_eq!(world.sent_to("933"), ["Resposta um."]);

    world.table.mend();
    assert_eq!(world.deliver(&[b[1].clone(), b[2].clone()]).await, [0_usize; 0]);
    assert_eq!(world.sent_to("932"), ["Resposta um.", "Resposta dois.", "Resposta tres."]);
}

#[tokio::test]
async fn case_83_when_time_runs_short_the_rest_comes_again_untouched() {
    let world = World::start().await;
    let jobs = [world.writes(PERSON, "um"), world.writes(PERSON, "dois")];
    let records: Vec<Record> = jobs.iter().map(Record::from).collect();
    let in_ten_seconds = u64::try_from(world.clock.now_ms()).unwrap() + 10_000;
    assert_eq!(world.hand_with_deadline(&world.worker, &records, in_ten_seconds).await, [0, 1]);
    assert_eq!((world.bill().total().calls, world.graph_calls()), (0, 0));
    // A deadline in the past counts as none: `cargo lambda watch` sends a duration in its place.
    assert_eq!(world.hand_with_deadline(&world.worker, &records, 600_000).await, [0_usize; 0]);
}

#[tokio::test]
async fn case_83_no_attempt_begins_when_too_little_time_is_left_for_it() {
    let world = World::start().await;
    let job = world.writes(PERSON, "passos");
    let clock = world.clock.clone();
    // The first step takes so long that the second would be cut off in the middle.
    world.graph.set(move |_| {
        clock.advance(Duration::from_secs(20));
        Fate::Serve
    });
    assert_eq!(world.deliver(std::slice::from_ref(&job)).await, [0]);
    assert_eq!(world.sent_to(PERSON), ["Primeiro passo."]);
    world.graph.mend();
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to(PERSON), ["Primeiro passo.", "Segundo passo."]);
}

#[tokio::test]
async fn case_81_a_record_without_an_id_fails_the_batch_before_anything_is_done() {
    let world = World::start().await;
    let job = world.writes(PERSON, "um");
    for id in [json!(null), json!("")] {
        let record = json!({"messageId": id, "body": job.body(), "attributes": {"MessageGroupId": job.group_id()}});
        let good = json!({"messageId": "1", "body": job.body(), "attributes": {"MessageGroupId": "g"}});
        let event = crate::world::event(&json!({"Records": [good, record]}), 0);
        assert!(world.worker.handle(event).await.is_err());
    }
    assert_eq!(world.graph_calls(), 0);
}

#[tokio::test]
async fn what_is_no_job_goes_to_quarantine_and_is_done() {
    let world = World::start().await;
    let bodies =
        ["", "{", "[1]", "olá", r#"{"v":2}"#, r#"{"v":1}"#, include_str!("../../../../events/queue/not-a-job.json")];
    let mut records: Vec<Record> = bodies.iter().map(|body| Record::raw(body, "g")).collect();
    let neighbour = world.writes(PERSON, "um");
    records.push(Record::from(&neighbour));
    assert_eq!(world.hand_to(&world.worker, &records).await, [0_usize; 0]);
    let kept = world.quarantined();
    assert!(kept.iter().all(|(reason, _)| reason == "unreadable_job"));
    assert_eq!(kept.iter().map(|(_, bytes)| bytes.as_slice()).collect::<Vec<_>>(), bodies.map(str::as_bytes));
    assert_eq!(world.metric("Quarantined"), 7);
    assert_eq!(world.reply(&neighbour).await.state, ReplyState::Sent);
}

#[tokio::test]
async fn a_job_whose_element_is_broken_goes_to_quarantine() {
    let world = World::start().await;
    let job = world.writes(PERSON, "um");
    let body = job.body().replace(r#""text""#, r#""mid": "again", "text""#);
    let records = [Record::raw(&body, "g")];
    assert_eq!(world.hand_to(&world.worker, &records).await, [0_usize; 0]);
    assert_eq!(world.quarantined(), [("malformed_element".to_owned(), body.into_bytes())]);
}

#[tokio::test]
async fn a_job_as_large_as_a_queue_message_can_be_quarantined() {
    let world = World::start().await;
    // Its quotes and escapes must not make it outgrow the quarantine's own messages.
    let body = "\"\\".repeat(500_000);
    assert_eq!(world.hand_to(&world.worker, &[Record::raw(&body, "g")]).await, [0_usize; 0]);
    let parts: Vec<u8> = world.quarantined().into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert!(parts == body.as_bytes(), "nothing is lost");
}

#[tokio::test]
async fn while_the_quarantine_is_down_its_records_come_again_and_their_neighbours_do_not() {
    let world = World::start().await;
    world
        .queue
        .set(|call| if call.operation.starts_with("SendMessage") { BROKEN } else { sandbox::fault::Fate::Serve });
    let job = world.writes(PERSON, "um");
    let records = [Record::raw("{", "g"), Record::from(&job)];
    assert_eq!(world.hand_to(&world.worker, &records).await, [0]);
    assert_eq!(world.reply(&job).await.state, ReplyState::Sent);
    world.queue.mend();
    assert_eq!(world.hand_to(&world.worker, &records[..1]).await, [0_usize; 0]);
    assert_eq!(world.quarantined().len(), 1);
}

#[tokio::test]
async fn a_returned_record_waits_longer_each_time() {
    let world = World::start().await;
    world.table.set(|_| BROKEN);
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&asked);
    world.queue.set(move |call| {
        let body: serde_json::Value = serde_json::from_slice(&call.body).unwrap();
        seen.lock().unwrap().push(body["Entries"][0]["VisibilityTimeout"].as_i64());
        sandbox::fault::Fate::Serve
    });
    let job = world.writes(PERSON, "um");
    for receives in [1, 2, 3, 4, 5, 8] {
        let records = [Record::from(&job).received(receives)];
        assert_eq!(world.hand_to(&world.worker, &records).await, [0]);
    }
    assert_eq!(*asked.lock().unwrap(), [5, 15, 45, 135, 180, 180].map(Some));
}

#[tokio::test]
async fn one_accounts_dead_token_does_not_hold_up_another_account() {
    let world = World::start().await;
    world.meta.world(|w| w.account_mut(crate::world::OFFICE).unwrap().token = "IGAAreplaced".to_owned());
    let dead = [world.writes("931", "um"), world.writes("931", "dois")];
    world.meta.person_writes(OTHER_OFFICE, "932", "um");
    let alive = world.only_told();
    world.apply(&[dead[0].clone(), alive.clone(), dead[1].clone()]).await;
    assert_eq!(world.reply(&alive).await.state, ReplyState::Sent);
    for job in &dead {
        assert_eq!(world.reply(job).await.state, ReplyState::Planned, "case 63: the reply waits");
        assert!(world.item(job).await.due_at.is_some() && world.item(job).await.content.body.is_some());
    }
}
