//! A worker that dies at any of its calls, before or after the call's effect.

use std::time::Duration;

use job::Job;
use sandbox::meta::Echo;
use store::ReplyState;

use crate::world::{OFFICE, PERSON, Record, World};

/// The queue hands a batch out again after this long: visibility, and a second.
const VISIBLE_AGAIN: Duration = Duration::from_secs(181);

/// Hands the batch over and kills the worker at its k-th call. Says whether it came that far; a new worker is in place.
pub(crate) async fn crash(world: &mut World, jobs: &[Job], k: u64, after_its_effect: bool) -> bool {
    world.trap.set(k, after_its_effect);
    run_into_trap(world, jobs).await
}

/// The same at its claim of a reply in a conversation, before its effect: the write after conversation and plan.
pub(crate) async fn crash_at_claim(world: &mut World, job: &Job) {
    world.trap.set_at("UpdateItem", 3, false);
    assert!(run_into_trap(world, std::slice::from_ref(job)).await);
}

async fn crash_at_send(world: &mut World, job: &Job, after_its_effect: bool) {
    world.trap.set_at("SendMessage", 1, after_its_effect);
    assert!(run_into_trap(world, std::slice::from_ref(job)).await);
}

async fn run_into_trap(world: &mut World, jobs: &[Job]) -> bool {
    let records: Vec<Record> = jobs.iter().map(Record::from).collect();
    // The branch that is not taken is dropped, and the call under way with it.
    let crashed = tokio::select! {
        _ = world.hand_to(&world.worker, &records) => false,
        () = world.trap.sprung() => true,
    };
    world.trap.disarm();
    world.restart().await;
    crashed
}

/// Every reply is at most once at Meta, and final or due; every event is stored.
async fn check(world: &World, jobs: &[Job], case: &str) {
    for job in jobs {
        let item = world.item(job).await;
        assert!(item.content.kind.is_some(), "{case}: stored");
        let decided = item.decision.as_ref().unwrap_or_else(|| panic!("{case}: decided"));
        for reply in &decided.replies {
            let text = reply.text.as_ref().unwrap().expose();
            let comment = crate::world::key_of(job).sk.trim_start_matches("C#").to_owned();
            let remote = world.sent_to(job.peer.as_str()).iter().filter(|sent| *sent == text).count()
                + world.meta.public_replies(&comment).iter().filter(|c| c.text.as_deref() == Some(text)).count();
            assert!(remote <= 1, "{case}: at most once");
            match reply.state {
                ReplyState::Sent => assert_eq!(remote, 1, "{case}: sent is true"),
                ReplyState::Failed => assert_eq!(remote, 0, "{case}: failed is true"),
                ReplyState::Parked => panic!("{case}: nobody parks here"),
                ReplyState::Planned | ReplyState::Sending | ReplyState::Unknown => {
                    assert!(item.due_at.is_some(), "{case}: {:?} without a due time", reply.state);
                }
            }
        }
    }
}

#[tokio::test]
async fn cases_53_54_and_75_a_killed_worker_loses_nothing_and_doubles_nothing() {
    type Scene = fn(&World) -> Vec<Job>;
    let scenes: [(&str, Scene); 5] = [
        ("a message", |w| vec![w.writes(PERSON, "agenda")]),
        ("two messages", |w| vec![w.writes(PERSON, "um"), w.writes(PERSON, "dois")]),
        ("two steps", |w| vec![w.writes(PERSON, "passos")]),
        ("a comment, answered twice", |w| vec![w.comments(PERSON, "buraco")]),
        ("an answer by hand", |w| vec![w.writes(PERSON, "bom dia"), w.answers_by_hand(PERSON, "oi")]),
    ];
    let mut kills = 0;
    for (scene, play) in scenes {
        for after in [false, true] {
            for k in 1.. {
                let case = format!("{scene}, killed {} call {k}", if after { "after" } else { "before" });
                let mut world = World::late().await;
                world.meta.set_echo(Echo::Drop);
                let jobs = {
                    world.meta.set_echo(Echo::Deliver);
                    let jobs = play(&world);
                    world.meta.set_echo(Echo::Drop);
                    jobs
                };
                if !crash(&mut world, &jobs, k, after).await {
                    break;
                }
                kills += 1;
                for _ in 0..2 {
                    world.clock.advance(VISIBLE_AGAIN);
                    let returned = world.deliver(&jobs).await;
                    assert!(returned.is_empty(), "{case}: {returned:?}");
                    check(&world, &jobs, &case).await;
                }
            }
        }
    }
    assert!(kills > 80, "{kills} kills");
}

#[tokio::test]
async fn case_54_a_kill_between_acceptance_and_record_ends_as_sent_by_the_echo() {
    let mut world = World::late().await;
    let job = world.writes(PERSON, "agenda");
    crash_at_send(&mut world, &job, true).await;
    assert_eq!(world.sent_to(PERSON).len(), 1, "Meta has it");
    let echo = world.only_told();
    world.clock.advance(VISIBLE_AGAIN);
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.reply(&job).await.state, ReplyState::Unknown);
    world.apply(&[echo]).await;
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.mid), (ReplyState::Sent, Some(world.meta.sent()[0].mid.clone())));
    assert_eq!(world.conversation(&job).await.facts.paused_until(), None);
}

#[tokio::test]
async fn case_75_what_comes_behind_a_dead_gate_holder_waits_with_a_due_time() {
    let mut world = World::late().await;
    world.meta.set_echo(Echo::Drop);
    let first = world.writes(PERSON, "um");
    crash_at_send(&mut world, &first, false).await;
    let second = world.writes(PERSON, "dois");
    world.apply(std::slice::from_ref(&second)).await;
    assert_eq!(world.reply(&second).await.state, ReplyState::Planned);
    let due_at = world.item(&second).await.due_at.unwrap();
    assert!(due_at <= world.clock.now_ms() + 100_000, "lease and settling, no longer");
    world.clock.advance(VISIBLE_AGAIN);
    world.apply(&[first.clone(), second.clone()]).await;
    assert_eq!(world.reply(&first).await.state, ReplyState::Unknown, "an expired gate is not a closed one");
    assert_eq!(world.reply(&second).await.state, ReplyState::Planned, "nothing overtakes a reply in doubt");
    assert!(world.sent_to(PERSON).is_empty());
}

#[tokio::test]
async fn case_52_an_unsend_cancels_a_reply_that_is_planned() {
    let mut world = World::late().await;
    world.meta.set_echo(Echo::Drop);
    let mid = world.meta.person_writes(OFFICE, PERSON, "agenda");
    let job = world.only_told();
    crash_at_claim(&mut world, &job).await;
    world.meta.unsend(OFFICE, &mid);
    let unsend = world.only_told();
    world.apply(&[unsend]).await;
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Failed, Some("cancelled")));
    world.clock.advance(VISIBLE_AGAIN);
    world.apply(&[job]).await;

    let mid = world.meta.person_writes(OFFICE, PERSON, "um");
    let job = world.only_told();
    world.graph.script("SendMessage", [crate::world::MetaFate::Refuse(sandbox::meta::Reply::refusal(613, None))]);
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.reply(&job).await.state, ReplyState::Planned);
    world.meta.unsend(OFFICE, &mid);
    world.apply(&[world.only_told()]).await;
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Failed, Some("cancelled")));
    let item = world.item(&job).await;
    assert_eq!((item.content.body, reply.text, item.due_at), (None, None, None));
    assert!(world.sent_to(PERSON).is_empty());
}
