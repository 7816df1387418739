//! One trial: a scene is played, somebody dies in it, and time passes until nothing is left to do.

mod ends;

use std::time::Duration;

use caretaker::Caretaker;
use futures::future::join;
use sandbox::fault::Gatekeeper;
use sandbox::meta::Echo;
use serde_json::Value;
use store::Reply;
use worker::Worker;

use super::scenes::{Act, Ends, First, RULES};
use super::trial::{Faith, Topology, Trial};
use crate::check::{Held, Tally, told};
use crate::world::{Actor, Batch, MetaFate, Office, World, records_of, rest};
use fastrand::Rng;

/// Calls that send.
pub(crate) const SENDS: &[&str] = &["SendMessage", "PrivateReply", "ReplyToComment"];

/// Long after a lease, and the minute that is assumed.
const LATE: Duration = Duration::from_secs(150);

/// After so many minutes everything must have come to its end: of two replies of a conversation the second goes out once the
/// first is given up, and each may be in doubt for a quarter of an hour, with its settling before and a look after it. A
/// death and the queue's visibility fall into that.
const MINUTES: usize = 36;

/// How a trial ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    /// Calls that the victim made in all its lives.
    pub(crate) calls: u64,
    pub(crate) killed: bool,
    pub(crate) parked: usize,
}

/// The world and its actors, for one trial after the other.
pub(crate) struct Stage {
    world: World,
    worker: Actor,
    second: Actor,
    caretaker: Actor,
    /// Answers whoever comes, one person a trial, until something concerns it as a whole.
    office: Option<Office>,
    people: u64,
}

impl Stage {
    pub(crate) async fn start(faith: Faith) -> Self {
        let world = World::start().await;
        let settings = faith.settings();
        Self {
            worker: Actor::new(&world, "worker", settings).await,
            second: Actor::new(&world, "second", settings).await,
            caretaker: Actor::new(&world, "caretaker", settings).await,
            world,
            office: None,
            people: 910_000_000_000_000,
        }
    }

    /// Plays a trial.
    ///
    /// Panics if anything was lost or doubled, or did not come to its right end.
    pub(crate) async fn play(&mut self, trial: &Trial) -> Ended {
        let office = match self.office.take() {
            Some(office) => office,
            None => self.world.office(RULES).await,
        };
        self.world.clear();
        self.world.forget_feed().await;
        self.people += 1;
        let gate = trial.topology.is_side_by_side().then(|| Gatekeeper::start(trial.seed));
        for actor in [&self.worker, &self.second, &self.caretaker] {
            actor.mend();
            actor.set_gate(gate.as_ref());
            actor.trap().set(0, false);
        }
        // The same for all calls at which somebody may die.
        let mut random = Rng::with_seed(trial.seed ^ u64::from(trial.scene.name.bytes().map(u32::from).sum::<u32>()));
        let echo = [Echo::Deliver, Echo::After(Duration::from_secs(200)), Echo::Drop];
        self.world.meta.set_echo(*random.choice(&echo).unwrap());
        if trial.faith == Faith::Kept && !trial.topology.is_side_by_side() {
            // Side by side, an actor's pauses are others' time.
            self.world.meta.set_read_lag(Duration::from_secs(*random.choice(&[0, 20, 50]).unwrap()));
        }
        let foresight_ms = if random.usize(..4) == 0 { 60_000 } else { 0 };
        let mut random = Rng::with_seed(random.u64(..) ^ trial.k);
        for actor in [&self.worker, &self.second] {
            actor.graph.script(SENDS, trial.scene.first.fate());
        }
        if trial.faith == Faith::Broken {
            self.world.meta.set_read_lag(Duration::from_secs(300 + 60 * random.u64(..30)));
            for actor in [&self.worker, &self.second, &self.caretaker] {
                let mut random = random.fork();
                actor.graph.set(move |call| match random.usize(..4) {
                    0 if SENDS.contains(&&*call.operation) => MetaFate::ApplyAfter(LATE * (1 + random.u32(..6))),
                    1 if SENDS.contains(&&*call.operation) => MetaFate::LoseAnswer,
                    _ => MetaFate::Serve,
                });
            }
        }
        let person = self.people.to_string();
        let mut run = Run {
            person,
            worker: self.worker.worker(),
            second: self.second.worker(),
            keeper: self.caretaker.caretaker(),
            stage: self,
            office,
            gate,
            comes_at_once: random.usize(..3) == 0,
            second_acknowledges: random.bool(),
            foresight_ms,
            killed: false,
            latest: String::new(),
            trial,
        };
        run.victim().trap().set(trial.k, trial.after);
        run.scene().await;
        let tally = run.settle(MINUTES).await;
        let calls = run.victim().trap().calls();
        match trial.faith {
            Faith::Kept => {
                run.check(tally).await;
                if trial.scene.ends == Ends::Sent {
                    run.goes_on().await;
                }
            }
            Faith::Broken => {
                // All that was accepted late is there by now, and shows.
                run.stage.world.pass(7_200);
                run.compare(&run.stage.world.held().await);
            }
        }
        let ended = Ended { calls, killed: run.killed, parked: tally.parked };
        let office = run.office;
        self.office = Some(office).filter(|_| trial.scene.first != First::Throttled);
        ended
    }
}

struct Run<'a> {
    stage: &'a mut Stage,
    trial: &'a Trial,
    office: Office,
    person: String,
    gate: Option<Gatekeeper>,
    worker: Worker,
    second: Worker,
    keeper: Caretaker,
    /// What a dead worker held is handed out again at once, as the queue may do, instead of after its visibility.
    comes_at_once: bool,
    second_acknowledges: bool,
    /// How long before something is due the caretaker may come: it waits for it then.
    foresight_ms: i64,
    killed: bool,
    /// The latest message that the person wrote.
    latest: String,
}

impl Run<'_> {
    fn victim(&self) -> &Actor {
        match self.trial.topology {
            Topology::Worker | Topology::Workers | Topology::SlowWorker | Topology::WorkerBeside => &self.stage.worker,
            Topology::Caretaker | Topology::CaretakerBeside => &self.stage.caretaker,
        }
    }

    async fn scene(&mut self) {
        for beat in self.trial.scene.beats {
            for act in *beat {
                self.act(*act);
                self.stage.world.hear().await;
            }
            self.work().await;
            // Nobody's answer by hand is that fast.
            self.stage.world.pass(7);
        }
    }

    fn act(&mut self, act: Act) {
        let (meta, office, person) = (&self.stage.world.meta, self.office.id.as_str(), &*self.person);
        match act {
            Act::Writes(text) => self.latest = meta.person_writes(office, person, text),
            Act::IsHinted(text) => drop(meta.person_writes_unannounced(office, person, text)),
            Act::Comments(text) => drop(meta.person_comments(office, &self.office.post, person, text)),
            Act::Unsends => meta.unsend(office, &self.latest),
            Act::ByHand(text) => drop(meta.human_writes(office, person, text)),
        }
    }

    /// Minute after minute, until nothing is left to do.
    async fn settle(&mut self, minutes: usize) -> Tally {
        for minute in 0..minutes {
            self.stage.world.hear().await;
            self.work().await;
            let held = self.stage.world.held().await;
            let tally = self.compare(&held);
            if tally.open == 0 && self.is_quiet(&held) {
                return tally;
            }
            self.stage.world.pass(60);
            self.stage.world.hear().await;
            // Where nothing is due a caretaker only looks: once is enough for it to die at.
            let looks = minute == 0 && self.victim().name == self.stage.caretaker.name;
            let by = self.stage.world.clock.now_ms() + self.foresight_ms;
            if looks || held.iter().any(|held| held.item.due_at.is_some_and(|due_at| due_at <= by)) {
                self.tend().await;
            }
        }
        let held = self.stage.world.held().await;
        let replies: Vec<&Reply> = held.iter().flat_map(|held| held.item.replies()).collect();
        panic!("not at its end after {minutes} minutes: {} queued, {}", self.stage.world.queued(), told(&replies));
    }

    fn is_quiet(&self, held: &[Held]) -> bool {
        let nothing_due = held.iter().all(|held| held.item.due_at.is_none());
        nothing_due && self.stage.world.queued() == 0 && self.stage.world.next_told().is_none()
    }

    fn compare(&self, held: &[Held]) -> Tally {
        self.stage.world.compare(held).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Hands out what is in the queue.
    async fn work(&mut self) {
        while let Some(batch) = self.stage.world.receive().await {
            let returned = self.hand(&batch).await;
            rest().await;
            match returned {
                Some(returned) => self.stage.world.acknowledge(&batch, &returned).await,
                None if self.comes_at_once => self.stage.world.sqs.return_in_flight(crate::world::EVENTS).unwrap(),
                None => {}
            }
        }
    }

    /// The message ids of those that come again; nothing if nobody said.
    async fn hand(&mut self, batch: &Batch) -> Option<Vec<String>> {
        match self.trial.topology {
            Topology::Worker | Topology::Caretaker => {
                let returned = self.worker_gets(&batch.records).await;
                self.mourn_worker(returned.is_none());
                returned
            }
            Topology::Workers => {
                let (returned, others) = join(
                    self.worker_gets(&batch.records),
                    lives(&self.stage.second, self.gate.as_ref(), self.stage.second.hand(&self.second, &batch.records)),
                )
                .await;
                self.mourn_worker(returned.is_none());
                if self.second_acknowledges { others } else { returned }
            }
            Topology::SlowWorker => {
                let trap = self.stage.worker.trap();
                trap.set_open(false);
                let slow = self.stage.worker.hand(&self.worker, &batch.records);
                let other = async {
                    let others = self.stage.second.hand(&self.second, &batch.records).await;
                    trap.set_open(true);
                    others
                };
                let (returned, others) = join(Box::pin(slow), Box::pin(other)).await;
                Some(if self.second_acknowledges { others } else { returned })
            }
            Topology::WorkerBeside | Topology::CaretakerBeside => {
                let (returned, kept) = join(self.worker_gets(&batch.records), self.caretaker_runs()).await;
                self.mourn_worker(returned.is_none());
                self.mourn_caretaker(kept.is_none());
                returned
            }
        }
    }

    /// The caretaker's minute.
    async fn tend(&mut self) {
        let kept = match self.trial.topology {
            Topology::Worker | Topology::Workers | Topology::SlowWorker | Topology::Caretaker => {
                self.caretaker_runs().await
            }
            Topology::WorkerBeside | Topology::CaretakerBeside => {
                // All that ever was in the queue comes once more, at this very moment.
                let mut batches = records_of(&self.stage.world.jobs).into_iter();
                let again = batches.next().unwrap_or_default();
                let (returned, kept) = join(self.worker_gets(&again), self.caretaker_runs()).await;
                self.mourn_worker(returned.is_none());
                for again in batches {
                    let returned = self.worker_gets(&again).await;
                    self.mourn_worker(returned.is_none());
                }
                kept
            }
        };
        self.mourn_caretaker(kept.is_none());
        rest().await;
    }

    async fn worker_gets(&self, records: &[Value]) -> Option<Vec<String>> {
        lives(&self.stage.worker, self.gate.as_ref(), self.stage.worker.hand(&self.worker, records)).await
    }

    async fn caretaker_runs(&self) -> Option<bool> {
        // With time to spare it waits for what comes due meanwhile.
        let seconds = if self.foresight_ms > 0 { 60 } else { 20 };
        let run = self.stage.caretaker.run_for(&self.keeper, seconds);
        lives(&self.stage.caretaker, self.gate.as_ref(), run).await
    }

    fn mourn_worker(&mut self, died: bool) {
        if died {
            self.killed = true;
            self.worker = self.stage.worker.worker();
        }
    }

    fn mourn_caretaker(&mut self, died: bool) {
        if died {
            self.killed = true;
            self.keeper = self.stage.caretaker.caretaker();
        }
    }
}

/// What an actor does, unless it dies at it.
pub(crate) async fn lives<T>(actor: &Actor, gate: Option<&Gatekeeper>, work: impl Future<Output = T>) -> Option<T> {
    let _here = gate.map(|gate| gate.enter(actor.name));
    let work = Box::pin(work);
    tokio::select! {
        biased;
        () = actor.trap().sprung() => None,
        done = work => Some(done),
    }
}
