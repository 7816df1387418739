//! Meta's pace, and that one account's trouble is nobody else's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use outbox::Settings;
use sandbox::meta::Reply as Answer;
use store::ReplyState;

use crate::check::told;
use crate::kills::RULES;
use crate::size::{Asked, Size, figure};
use crate::world::{Actor, MetaFate, Office, World};

/// A run begins nothing later than this after its beginning: with so little time it does not wait for what comes due.
const RUN_SECONDS: u64 = 20;

/// How many people a busy minute brings.
const A_MINUTE: usize = 500;

struct Scene {
    world: World,
    worker: Actor,
    caretaker: Actor,
}

impl Scene {
    async fn start(patience: Duration) -> Self {
        let world = World::start().await;
        let settings = Settings::default();
        let worker = Actor::with(&world, "worker", settings, patience, 0).await;
        let caretaker = Actor::with(&world, "caretaker", settings, patience, 0).await;
        Self { world, worker, caretaker }
    }

    /// Hands out all that is in the queue.
    async fn work(&mut self, worker: &worker::Worker) {
        self.world.hear().await;
        while let Some(batch) = self.world.receive().await {
            let returned = self.worker.hand(worker, &batch.records).await;
            self.world.acknowledge(&batch, &returned).await;
        }
    }
}

#[tokio::test]
async fn a_busy_posts_private_replies_leave_at_metas_pace_and_nobody_else_waits() {
    if !matches!(Asked::of("rates"), Asked::All) {
        return;
    }
    let comments = Size::asked().of(120, 2_000, 20_000);
    let began = Instant::now();
    let mut scene = Scene::start(Duration::from_secs(5)).await;
    let busy = scene.world.office(RULES).await;
    let other = scene.world.office(RULES).await;
    scene.world.meta.set_echo(sandbox::meta::Echo::Drop);
    let worker = scene.worker.worker();
    let started_at = scene.world.clock.now_ms();
    let mut written = 0;
    while written < comments {
        for _ in 0..A_MINUTE.min(comments - written) {
            written += 1;
            scene.world.meta.person_comments(busy.id.as_str(), &busy.post, &format!("92{written:08}"), "quero");
        }
        // Behind all of them somebody asks the other office, and is answered with them.
        let person = format!("93{written:08}");
        scene.world.meta.person_writes(other.id.as_str(), &person, "agenda");
        scene.work(&worker).await;
        assert_eq!(scene.world.meta.sent_to(other.id.as_str(), &person).len(), 1, "another office's person waits");
        scene.world.pass(60);
    }
    assert_waits_are_shown(&scene.world, &busy).await;

    let caretaker = scene.caretaker.caretaker();
    loop {
        let Some(soonest) = scene.world.due().await.into_iter().min() else { break };
        let wait = soonest - scene.world.clock.now_ms();
        scene.world.clock.advance(Duration::from_millis(u64::try_from(wait.max(0)).unwrap() + 60_000));
        scene.caretaker.run_for(&caretaker, RUN_SECONDS).await;
    }
    let sent = scene.world.meta.sent();
    let private: Vec<i64> = sent.iter().filter(|message| message.comment.is_some()).map(|message| message.at).collect();
    assert_eq!(private.len(), comments, "none is lost, and none doubled");
    let hours = (private.iter().max().unwrap() - started_at) as f64 / 3_600_000.0;
    // 50 at once, and one every 5.3 s.
    let expected = (comments.saturating_sub(50)) as f64 * 5.3 / 3_600.0;
    assert!(hours >= expected * 0.9 && hours <= expected * 1.1 + 0.2, "{hours} h for {comments}, expected {expected}");
    assert_eq!(scene.world.rules_broken(), 0);
    let refused =
        scene.world.meta.calls().iter().filter(|call| call.status.is_some_and(|status| status >= 400)).count();
    assert_eq!(refused, 0, "Meta never had to say that it is too much");
    figure(&format!("rates: {comments} comments, the last reply after {hours:.1} h, {:.1?}", began.elapsed()));
}

/// Every reply that waits says until when, and what for.
async fn assert_waits_are_shown(world: &World, office: &Office) {
    let held = world.held().await;
    let replies =
        held.iter().filter(|held| held.account == office.id).map(|held| (&held.item, &held.item.replies()[0]));
    for (item, reply) in replies.filter(|(_, reply)| reply.state != ReplyState::Sent) {
        let shown = (reply.state, reply.reason.as_deref(), item.due_at.is_some(), reply.slot.is_some());
        assert_eq!(shown, (ReplyState::Planned, Some("waits_pace"), true, true), "{}", told(&[reply]));
    }
}

/// What is wrong with the neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Neighbour {
    Nobody,
    /// Meta throttles all its sends.
    Throttled,
    /// Meta answers none of its calls.
    NeverAnswered,
}

#[tokio::test]
async fn a_throttled_or_unanswered_account_slows_no_other_by_a_tenth() {
    if !matches!(Asked::of("rates"), Asked::All) {
        return;
    }
    let alone = mean_wait(Neighbour::Nobody).await;
    for neighbour in [Neighbour::Throttled, Neighbour::NeverAnswered] {
        let beside = mean_wait(neighbour).await;
        figure(&format!("isolation: {alone} ms alone, {beside} ms beside {neighbour:?}"));
        assert!(beside * 10 <= alone * 11, "{neighbour:?}: {beside} ms instead of {alone} ms");
    }
}

/// How long the persons of an office wait for answers that Meta did not take at first, in milliseconds on average.
async fn mean_wait(neighbour: Neighbour) -> i64 {
    const PEOPLE: usize = 12;
    let mut scene = Scene::start(Duration::from_millis(250)).await;
    let office = scene.world.office(RULES).await;
    let beside = scene.world.office(RULES).await;
    scene.world.meta.set_echo(sandbox::meta::Echo::Drop);
    let worker = scene.worker.worker();
    let caretaker = scene.caretaker.caretaker();
    let mut wrote = Vec::new();
    for number in 0..PEOPLE {
        if neighbour != Neighbour::Nobody {
            for more in 0..2 {
                let person = format!("98{number:04}{more}");
                scene.world.meta.person_writes(beside.id.as_str(), &person, "um");
            }
        }
        // Two steps, the second of which goes out only once the first is known to be out.
        let person = format!("97{number:05}");
        scene.world.meta.person_writes(office.id.as_str(), &person, "passos");
        wrote.push((person, scene.world.clock.now_ms()));
    }
    // The first send is refused: the office waits, and the caretaker has to come.
    let refused = Arc::new(AtomicBool::new(false));
    for actor in [&scene.worker, &scene.caretaker] {
        let refused = Arc::clone(&refused);
        actor.graph.set(move |call| {
            let body = String::from_utf8_lossy(&call.body);
            match neighbour {
                Neighbour::Throttled if body.contains("\"98") => MetaFate::Refuse(Answer::refusal(613, None)),
                Neighbour::NeverAnswered if body.contains("\"98") => MetaFate::Hang,
                _ if body.contains("\"97") && !refused.swap(true, Ordering::Relaxed) => {
                    MetaFate::Refuse(Answer::refusal(613, None))
                }
                _ => MetaFate::Serve,
            }
        });
    }
    scene.work(&worker).await;
    for _ in 0..10 {
        scene.world.pass(60);
        scene.caretaker.run_for(&caretaker, 60).await;
    }
    let waits = wrote.iter().map(|(person, at)| {
        let got = scene.world.meta.sent_to(office.id.as_str(), person);
        assert_eq!(got.len(), 2, "both steps came");
        got[1].at - at
    });
    waits.sum::<i64>() / i64::try_from(PEOPLE).unwrap()
}
