//! Two offices of two apps, three people each, a hundred things that happen, and everything that can go wrong meanwhile.
//!
//! Both offices have people of the same ids: what belongs to one must never show at the other.

mod invariants;
mod people;
mod weather;

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use caretaker::Caretaker;
use futures::FutureExt;
use futures::future::join;
use outbox::Settings;
use sandbox::fault::Gatekeeper;
use serde_json::Value;
use worker::Worker;

use crate::check::Tally;
use crate::kills::lives;
use crate::size::{Announced, Asked, Size, figure};
use crate::world::{APP, Actor, Batch, OTHER_APP, Office, World, rest};
use fastrand::Rng;
use people::{Diary, RULES};
use weather::Climate;

/// Things that happen in one simulation.
const EVENTS: usize = 100;

/// How long a Graph call may take, in real time: some are never answered.
const PATIENCE: Duration = Duration::from_millis(250);

/// After so many hours everything must have come to its end: the longest wait at Meta's request is one.
const HOURS: i64 = 6;

/// With so little time a run of the caretaker does what is due and waits for nothing.
const RUN_SECONDS: u64 = 20;

/// Things that happen between two looks at everything.
const BETWEEN_LOOKS: usize = 25;

#[tokio::test]
async fn nothing_is_lost_and_nothing_is_doubled_whatever_fails() {
    simulate(0).await;
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_is_doubled_whatever_else_fails() {
    simulate(1).await;
}

/// Every other seed, so that two processors have something to do.
async fn simulate(first: u64) {
    let seeds: Vec<u64> = match Asked::of("sim") {
        Asked::All => (first..Size::asked().of(12, 500, 10_000) as u64).step_by(2).collect(),
        Asked::One(words) => Some(words.number("seed")).into_iter().filter(|seed| seed % 2 == first).collect(),
        Asked::None => return,
    };
    let began = Instant::now();
    let (mut total, mut kills, mut failed) = (Tally::default(), 0, Vec::new());
    for seed in &seeds {
        let trial = format!("sim seed={seed}");
        let _announced = Announced(trial.clone());
        match AssertUnwindSafe(Box::pin(Simulation::play(*seed))).catch_unwind().await {
            Ok(ended) => {
                total.add(ended.tally);
                kills += ended.kills;
            }
            Err(_) => failed.push(format!("TRIAL='{trial}'")),
        }
        assert!(failed.len() < 20, "{}", failed.join("\n"));
    }
    figure(&format!(
        "simulation: {} seeds, {kills} kills, {total:?}, {} failed, {:.1?}",
        seeds.len(),
        failed.len(),
        began.elapsed()
    ));
    assert!(failed.is_empty(), "play them again one by one:\n{}", failed.join("\n"));
}

struct Ended {
    tally: Tally,
    kills: usize,
}

struct Simulation {
    world: World,
    climate: Climate,
    offices: [Office; 2],
    diary: Diary,
    random: Rng,
    first: Actor,
    second: Actor,
    keeper: Actor,
    workers: [Worker; 2],
    caretaker: Caretaker,
    gate: Option<Gatekeeper>,
    kills: usize,
    /// When the caretaker comes next, in milliseconds since 1970.
    comes_at: i64,
}

impl Simulation {
    async fn play(seed: u64) -> Ended {
        let mut simulation = Self::start(seed).await;
        let mut happened = 0;
        while happened < EVENTS {
            if simulation.random.bool() {
                simulation.happen().await;
                happened += 1;
                if happened % BETWEEN_LOOKS == 0 {
                    simulation.look().await;
                }
            } else {
                simulation.step().await;
            }
            simulation.glance();
        }
        simulation.settle().await;
        let tally = simulation.last_look().await;
        Ended { tally, kills: simulation.kills }
    }

    async fn start(seed: u64) -> Self {
        let mut world = World::start().await;
        let mut random = Rng::with_seed(seed);
        let climate = Climate::of(seed, &mut random);
        let offices = [world.office_of(APP, RULES).await, world.office_of(OTHER_APP, RULES).await];
        let settings = Settings::default();
        let [one, two, three] = climate.skews_ms;
        let first = Actor::with(&world, "worker", settings, PATIENCE, one).await;
        let second = Actor::with(&world, "second", settings, PATIENCE, two).await;
        let keeper = Actor::with(&world, "caretaker", settings, PATIENCE, three).await;
        let gate = climate.side_by_side.then(|| Gatekeeper::start(seed));
        for actor in [&first, &second, &keeper] {
            actor.set_gate(gate.as_ref());
        }
        climate.arrange(&world, &mut random);
        let comes_at = world.clock.now_ms() + 60_000;
        let mut simulation = Self {
            workers: [first.worker(), second.worker()],
            caretaker: keeper.caretaker(),
            world,
            climate,
            offices,
            diary: Diary::default(),
            random,
            first,
            second,
            keeper,
            gate,
            kills: 0,
            comes_at,
        };
        simulation.change_weather();
        simulation
    }

    fn change_weather(&mut self) {
        let weather = self.climate.next(&mut self.random, self.world.clock.now_ms());
        for actor in [&self.first, &self.second, &self.keeper] {
            weather.over(actor, &self.world.clock, &mut self.random);
        }
    }

    /// A batch is handled, time passes, the caretaker comes if it is time.
    async fn step(&mut self) {
        if self.random.usize(..8) == 0 {
            self.change_weather();
        }
        self.world.hear().await;
        if self.world.clock.now_ms() >= self.comes_at {
            self.comes_at = self.world.clock.now_ms() + 60_000;
            self.tend().await;
        } else {
            self.work().await;
        }
        rest().await;
        self.world.clock.advance(Duration::from_millis(self.random.u64(..16_000)));
        self.world.hear().await;
    }

    async fn receive(&mut self) -> Option<Batch> {
        let batch = self.world.receive().await?;
        self.diary.got(&batch, self.world.clock.now_ms());
        Some(batch)
    }

    /// One batch for a worker, or the same for two, or one for each of two.
    async fn work(&mut self) {
        let Some(batch) = self.receive().await else {
            return;
        };
        self.set_trap();
        if !self.climate.side_by_side || self.random.usize(..3) == 0 {
            let returned = self.gets(&self.first, 0, &batch.records).await;
            self.end(&batch, returned, 0).await;
            return;
        }
        let other = if self.random.bool() { self.receive().await } else { None };
        let records = other.as_ref().map_or(&batch.records, |other| &other.records);
        let (returned, others) =
            join(self.gets(&self.first, 0, &batch.records), self.gets(&self.second, 1, records)).await;
        self.end(&batch, returned, 0).await;
        match other {
            Some(other) => self.end(&other, others, 1).await,
            None if others.is_none() => self.mourn(1),
            None => {}
        }
    }

    /// The caretaker's run, perhaps beside a worker's batch.
    async fn tend(&mut self) {
        self.set_trap();
        let seconds = if self.random.usize(..4) == 0 { 60 } else { RUN_SECONDS };
        let batch = if self.climate.side_by_side { self.receive().await } else { None };
        let kept = match batch {
            None => self.keeps(seconds).await,
            Some(batch) => {
                let (returned, kept) = join(self.gets(&self.first, 0, &batch.records), self.keeps(seconds)).await;
                self.end(&batch, returned, 0).await;
                kept
            }
        };
        if kept.is_none() {
            self.kills += 1;
            self.caretaker = self.keeper.caretaker();
        }
    }

    /// Perhaps one of them dies at one of the calls to come.
    fn set_trap(&mut self) {
        for actor in [&self.first, &self.second, &self.keeper] {
            let k = if self.random.usize(..self.climate.deaths) == 0 { 1 + self.random.u64(..30) } else { 0 };
            actor.trap().set(k, self.random.bool());
        }
    }

    async fn gets(&self, actor: &Actor, worker: usize, records: &[Value]) -> Option<Vec<String>> {
        lives(actor, self.gate.as_ref(), actor.hand(&self.workers[worker], records)).await
    }

    async fn keeps(&self, seconds: u64) -> Option<bool> {
        lives(&self.keeper, self.gate.as_ref(), self.keeper.run_for(&self.caretaker, seconds)).await
    }

    async fn end(&mut self, batch: &Batch, returned: Option<Vec<String>>, worker: usize) {
        match returned {
            Some(returned) => {
                self.diary.done(batch, &returned, self.world.clock.now_ms());
                self.world.acknowledge(batch, &returned).await;
            }
            None => self.mourn(worker),
        }
    }

    fn mourn(&mut self, worker: usize) {
        self.kills += 1;
        self.workers[worker] = if worker == 0 { self.first.worker() } else { self.second.worker() };
    }

    /// Everything works again, everybody may send, and time passes until nothing is left to do.
    async fn settle(&mut self) {
        for actor in [&self.first, &self.second, &self.keeper] {
            actor.mend();
            actor.trap().set(0, false);
        }
        self.climate.deaths = usize::MAX;
        self.make_peace().await;
        let until = self.world.clock.now_ms() + HOURS * 3_600_000;
        while self.world.clock.now_ms() < until {
            self.world.hear().await;
            while let Some(batch) = self.receive().await {
                let returned = self.gets(&self.first, 0, &batch.records).await;
                self.end(&batch, returned, 0).await;
            }
            let due = self.world.due().await.into_iter().min();
            let told = self.world.next_told();
            if due.is_none() && told.is_none() && self.world.queued() == 0 {
                return;
            }
            let now = self.world.clock.now_ms();
            let next = due.into_iter().chain(told).chain((self.world.queued() > 0).then_some(now + 60_000)).min();
            let wait = next.map_or(0, |next| next - now).max(1_000);
            self.world.clock.advance(Duration::from_millis(u64::try_from(wait).unwrap()));
            if due.is_some_and(|due| due <= self.world.clock.now_ms()) {
                self.keeps(RUN_SECONDS).await;
            }
            rest().await;
        }
        let held = self.world.held().await;
        let open: Vec<_> = held.iter().flat_map(|held| held.item.replies()).filter(|r| !r.state.is_final()).collect();
        panic!("not at its end after {HOURS} hours: {} queued, {}", self.world.queued(), crate::check::told(&open));
    }
}
