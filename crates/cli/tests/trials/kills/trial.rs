//! What decides a trial: Meta's faith, the scene, who is there, who dies when, and a seed for the rest.

use std::fmt;

use outbox::{OnUnknown, Settings};

use super::scenes::{SCENES, Scene};
use crate::size::Words;

/// Whether Meta does as the project assumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Faith {
    /// Messages show within a minute (A1), and requests are accepted within a minute of their lease (A2).
    Kept,
    /// Neither, and nothing is believed: replies that are not found are parked.
    Broken,
}

impl Faith {
    /// The suite's name.
    pub(crate) fn suite(self) -> &'static str {
        match self {
            Self::Kept => "kill",
            Self::Broken => "broken-faith",
        }
    }

    pub(crate) fn settings(self) -> Settings {
        let on_unknown = match self {
            Self::Kept => OnUnknown::Reconcile,
            Self::Broken => OnUnknown::Park,
        };
        Settings { on_unknown, ..Settings::default() }
    }
}

/// Who is there, and who dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topology {
    /// A worker dies; a caretaker comes every minute.
    Worker,
    /// Two workers get the same records at once; one of them dies.
    Workers,
    /// Two workers get the same records at once; one of them stands still until the other is done (case 96).
    SlowWorker,
    /// A worker and a caretaker are at it at once; the worker dies.
    WorkerBeside,
    /// A caretaker dies, alone.
    Caretaker,
    /// A worker and a caretaker are at it at once; the caretaker dies.
    CaretakerBeside,
}

impl Topology {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Workers => "workers",
            Self::SlowWorker => "slow-worker",
            Self::WorkerBeside => "worker-beside-caretaker",
            Self::Caretaker => "caretaker",
            Self::CaretakerBeside => "caretaker-beside-worker",
        }
    }

    /// Two actors are under way at once.
    pub(crate) fn is_side_by_side(self) -> bool {
        match self {
            Self::Worker | Self::Caretaker => false,
            Self::Workers | Self::SlowWorker | Self::WorkerBeside | Self::CaretakerBeside => true,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    pub(crate) faith: Faith,
    pub(crate) scene: &'static Scene,
    pub(crate) topology: Topology,
    /// The victim dies at its k-th call; never for 0.
    pub(crate) k: u64,
    pub(crate) after: bool,
    pub(crate) seed: u64,
}

impl Trial {
    pub(crate) fn parse(words: &Words, faith: Faith, topology: Topology) -> Self {
        let name = words.text("scene");
        let scene = SCENES.iter().find(|scene| scene.name == name).unwrap_or_else(|| panic!("no scene {name}"));
        let (k, after, seed) = (words.number("k"), words.text("after") == "true", words.number("seed"));
        Self { faith, scene, topology, k, after, seed }
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faith, scene, topology, k, after, seed } = self;
        let (suite, scene, topology) = (faith.suite(), scene.name, topology.name());
        write!(f, "{suite} scene={scene} topology={topology} k={k} after={after} seed={seed}")
    }
}
