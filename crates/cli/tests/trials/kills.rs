//! The kill matrix: scenes, and in each every call of an actor at which it dies, before or after the call's effect.
//!
//! Played with a Meta that does as the project assumes, where every reply has to come to its right end, and with one that
//! does not, where none may be doubled.

mod run;
mod scenes;
mod trial;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures::FutureExt;

use crate::size::{Announced, Asked, Size, figure};
use run::Stage;
pub(crate) use run::{SENDS, lives};
pub(crate) use scenes::RULES;
use scenes::SCENES;
use trial::{Faith, Topology, Trial};

const TOPOLOGIES: [Topology; 6] = [
    Topology::Worker,
    Topology::Workers,
    Topology::SlowWorker,
    Topology::WorkerBeside,
    Topology::Caretaker,
    Topology::CaretakerBeside,
];

/// Trials in one world, so that nothing in it grows without bounds.
const PER_WORLD: usize = 400;

/// So many failures say what there is to say.
const MOST_FAILURES: usize = 40;

#[tokio::test]
async fn a_killed_worker_loses_nothing_and_doubles_nothing() {
    matrix(Faith::Kept, Topology::Worker).await;
}

#[tokio::test]
async fn a_worker_killed_beside_another_loses_nothing_and_doubles_nothing() {
    matrix(Faith::Kept, Topology::Workers).await;
}

#[tokio::test]
async fn case_96_a_worker_that_stood_still_meanwhile_doubles_nothing() {
    matrix(Faith::Kept, Topology::SlowWorker).await;
}

#[tokio::test]
async fn a_worker_killed_beside_a_caretaker_loses_nothing_and_doubles_nothing() {
    matrix(Faith::Kept, Topology::WorkerBeside).await;
}

#[tokio::test]
async fn a_killed_caretaker_loses_nothing_and_doubles_nothing() {
    matrix(Faith::Kept, Topology::Caretaker).await;
}

#[tokio::test]
async fn a_caretaker_killed_beside_a_worker_loses_nothing_and_doubles_nothing() {
    matrix(Faith::Kept, Topology::CaretakerBeside).await;
}

#[tokio::test]
async fn where_meta_breaks_both_assumptions_nothing_is_doubled_all_the_same() {
    for topology in TOPOLOGIES {
        matrix(Faith::Broken, topology).await;
    }
}

/// Plays the whole matrix of a topology, or an even part of it, or seed after seed of it: as many trials as asked for.
async fn matrix(faith: Faith, topology: Topology) {
    match Asked::of(faith.suite()) {
        Asked::All => {}
        Asked::One(words) if words.text("topology") == topology.name() => {
            let trial = Trial::parse(&words, faith, topology);
            let _announced = Announced(trial.to_string());
            Box::pin(Stage::start(faith).await.play(&trial)).await;
            return;
        }
        Asked::One(_) | Asked::None => return,
    }
    let quota = match faith {
        Faith::Kept if topology.is_side_by_side() => Size::asked().of(40, 600, 12_000),
        // Half as long each.
        Faith::Kept => Size::asked().of(40, 1_350, 26_000),
        Faith::Broken => Size::asked().of(10, 100, 4_000),
    };
    let began = Instant::now();
    let mut season = Season::start(faith).await;
    for seed in 0.. {
        // How many calls there are to die at, found by trials in which nobody does.
        let mut cells = Vec::new();
        for scene in SCENES.iter().step_by(Size::asked().of(5, 1, 1)) {
            let trial = Trial { faith, scene, topology, k: 0, after: false, seed };
            let calls = season.play(&trial).await;
            cells.extend((1..=calls).flat_map(|k| [false, true].map(|after| Trial { k, after, ..trial })));
        }
        let left = quota.saturating_sub(season.played).max(1);
        let step = (cells.len() / left).max(1);
        for trial in cells.iter().skip(usize::try_from(seed).unwrap() % step).step_by(step).take(left) {
            season.play(trial).await;
        }
        if season.played >= quota || step > 1 {
            break;
        }
    }
    figure(&format!("{} of {}: {season}, {:.1?}", faith.suite(), topology.name(), began.elapsed()));
    assert!(season.failed.is_empty(), "play them again one by one:\n{}", season.failed.join("\n"));
}

/// Trial after trial.
struct Season {
    faith: Faith,
    stage: Stage,
    played: usize,
    kills: usize,
    parked: usize,
    /// How to play those again that failed.
    failed: Vec<String>,
}

impl Season {
    async fn start(faith: Faith) -> Self {
        Self { faith, stage: Stage::start(faith).await, played: 0, kills: 0, parked: 0, failed: Vec::new() }
    }

    /// Plays a trial, and gives the number of calls that the victim made.
    async fn play(&mut self, trial: &Trial) -> u64 {
        self.played += 1;
        if self.played.is_multiple_of(PER_WORLD) {
            self.stage = Stage::start(self.faith).await;
        }
        match AssertUnwindSafe(Box::pin(self.stage.play(trial))).catch_unwind().await {
            Ok(ended) => {
                self.kills += usize::from(ended.killed);
                self.parked += ended.parked;
                ended.calls
            }
            Err(_) => {
                self.failed.push(format!("TRIAL='{trial}'"));
                assert!(self.failed.len() < MOST_FAILURES, "{}", self.failed.join("\n"));
                self.stage = Stage::start(self.faith).await;
                0
            }
        }
    }
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { played, kills, parked, failed, .. } = self;
        write!(f, "{played} trials, {kills} kills, {parked} parked, {} failed", failed.len())
    }
}
