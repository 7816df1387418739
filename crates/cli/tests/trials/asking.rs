//! A question to the CRM and its answer, and a person's own words: in each, every call at which the worker, the desk or the
//! caretaker dies, before or after the call's effect. The CRM repeats what was not answered, as it is told to.

mod crm;
mod run;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures::FutureExt;

use crate::size::{Announced, Asked, Size, Words, figure};
use run::Stage;

/// Trials in one world, so that nothing in it grows without bounds.
const PER_WORLD: usize = 200;

/// So many failures say what there is to say.
const MOST_FAILURES: usize = 20;

/// What is to become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    /// A message is asked about and answered.
    Answered,
    /// The same, after the time for it is over.
    Late,
    /// A comment's answer is a draft that a person releases.
    Released,
    /// And drops.
    Dropped,
    /// Nobody is asked: somebody of the office writes.
    ByHand,
}

/// What becomes of the first send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    Served,
    /// Meta has it, and nobody hears.
    AnswerLost,
    /// Meta says that something went wrong, and has it not.
    Error,
}

/// Who dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Worker,
    Desk,
    Caretaker,
}

/// Names in a trial's description, and what they mean.
const SCENES: [(&str, Scene); 5] = [
    ("answered", Scene::Answered),
    ("late", Scene::Late),
    ("released", Scene::Released),
    ("dropped", Scene::Dropped),
    ("by-hand", Scene::ByHand),
];
const FIRSTS: [(&str, First); 3] =
    [("served", First::Served), ("answer-lost", First::AnswerLost), ("error", First::Error)];
const VICTIMS: [(&str, Victim); 3] =
    [("worker", Victim::Worker), ("desk", Victim::Desk), ("caretaker", Victim::Caretaker)];

#[derive(Debug, Clone, Copy)]
struct Trial {
    scene: Scene,
    first: First,
    victim: Victim,
    /// The victim dies at its k-th call; never for 0.
    k: u64,
    after: bool,
}

impl Trial {
    fn parse(words: &Words) -> Self {
        Self {
            scene: named(&SCENES, words.text("scene")),
            first: named(&FIRSTS, words.text("first")),
            victim: named(&VICTIMS, words.text("victim")),
            k: words.number("k"),
            after: words.text("after") == "true",
        }
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scene, first, victim, k, after } = self;
        let (scene, first) = (name(&SCENES, *scene), name(&FIRSTS, *first));
        let victim = name(&VICTIMS, *victim);
        write!(f, "asking scene={scene} first={first} victim={victim} k={k} after={after}")
    }
}

fn named<T: Copy>(all: &[(&str, T)], name: &str) -> T {
    all.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("nothing is called {name}")).1
}

fn name<T: Copy + PartialEq>(all: &[(&'static str, T)], thing: T) -> &'static str {
    all.iter().find(|(_, known)| *known == thing).unwrap().0
}

#[tokio::test]
async fn whoever_dies_between_a_question_and_its_answer_nothing_is_lost_and_nothing_doubled() {
    match Asked::of("asking") {
        Asked::All => {}
        Asked::One(words) => {
            let trial = Trial::parse(&words);
            let _announced = Announced(trial.to_string());
            Box::pin(Stage::start().await.play(&trial)).await;
            return;
        }
        Asked::None => return,
    }
    let (began, quota) = (Instant::now(), Size::asked().of(60, 600, 100_000));
    let mut season = Season { stage: Stage::start().await, played: 0, kills: 0, failed: Vec::new() };
    let mut cells = Vec::new();
    for (_, scene) in SCENES {
        for (_, first) in FIRSTS {
            for (_, victim) in VICTIMS {
                let trial = Trial { scene, first, victim, k: 0, after: false };
                let calls = season.play(&trial).await;
                cells.extend((1..=calls).flat_map(|k| [false, true].map(|after| Trial { k, after, ..trial })));
            }
        }
    }
    let step = (cells.len() / quota).max(1);
    for trial in cells.iter().step_by(step) {
        season.play(trial).await;
    }
    let Season { played, kills, failed, .. } = season;
    let (all, took) = (cells.len(), began.elapsed());
    figure(&format!("asking: {played} trials of {all} deaths, {kills} kills, {} failed, {took:.1?}", failed.len()));
    assert!(failed.is_empty(), "play them again one by one:\n{}", failed.join("\n"));
    assert!(kills * 10 > played * 5, "only {kills} of {played} died");
}

/// Trial after trial.
struct Season {
    stage: Stage,
    played: usize,
    kills: usize,
    /// How to play those again that failed.
    failed: Vec<String>,
}

impl Season {
    /// Plays a trial, and gives the number of calls that the victim made.
    async fn play(&mut self, trial: &Trial) -> u64 {
        self.played += 1;
        if self.played.is_multiple_of(PER_WORLD) {
            self.stage = Stage::start().await;
        }
        match AssertUnwindSafe(Box::pin(self.stage.play(trial))).catch_unwind().await {
            Ok((calls, killed)) => {
                self.kills += usize::from(killed);
                calls
            }
            Err(_) => {
                self.failed.push(format!("TRIAL='{trial}'"));
                assert!(self.failed.len() < MOST_FAILURES, "{}", self.failed.join("\n"));
                self.stage = Stage::start().await;
                0
            }
        }
    }
}
