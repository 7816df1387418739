//! What goes wrong, for how long, and how far: inside the two assumptions about Meta.

use std::time::Duration;

use bytes::Bytes;
use outbox::{LEASE_MS, SETTLE_MS};
use sandbox::clock::Clock;
use sandbox::fault::Call;
use sandbox::meta::{Echo, Reply};

use crate::kills::SENDS;
use crate::world::{Actor, MetaFate, TableFate, World};
use fastrand::Rng;

/// What holds for a whole simulation.
#[derive(Debug)]
pub(super) struct Climate {
    /// How far each actor's clock is ahead (case 84).
    pub(super) skews_ms: [i64; 3],
    /// Actors are under way at once.
    pub(super) side_by_side: bool,
    /// Each actor dies once in so many of its turns.
    pub(super) deaths: usize,
    /// Requests are accepted, and messages shown, so much later at most.
    late: Duration,
}

#[derive(Debug, Clone, Copy)]
enum Sky {
    Clear,
    /// A part of all calls to the table and the queue fails.
    TableShaky,
    /// The table throttles every call until a moment (case 76).
    TableThrottled(i64),
    /// A part of all calls to Meta fails.
    MetaShaky,
    /// Both.
    Storm,
}

/// What befalls every call for a while.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    sky: Sky,
    late: Duration,
}

impl Climate {
    pub(super) fn of(seed: u64, random: &mut Rng) -> Self {
        const SKEW_MS: i64 = 30_000;
        let side_by_side = seed.is_multiple_of(4);
        let is_skewed = seed % 4 == 1;
        let skews_ms =
            [0; 3].map(|_: i64| if is_skewed { *random.choice(&[-SKEW_MS, 0, SKEW_MS]).unwrap() } else { 0 });
        // From claim to judgement: less what clocks differ by, a call's own time, and what others' pauses take in a run.
        let spent_ms = if is_skewed { 2 * SKEW_MS } else { 0 } + if side_by_side { 57_000 } else { 0 } + 10_000;
        let left_ms = u64::try_from(LEASE_MS + SETTLE_MS - spent_ms).unwrap();
        Self { skews_ms, side_by_side, deaths: 4, late: Duration::from_millis(left_ms / 2) }
    }

    /// How late Meta's own deliveries are, and what it shows when.
    pub(super) fn arrange(&self, world: &World, random: &mut Rng) {
        world.meta.set_read_lag(self.late.mul_f64(random.f64()));
        let mut echoes = random.fork();
        world.meta.decide_echoes(move |_, _| match echoes.usize(..6) {
            0 => Echo::Drop,
            1 => Echo::After(Duration::from_secs(1 + echoes.u64(..400))),
            _ => Echo::Deliver,
        });
        let mut shifts = random.fork();
        world.meta.shift_deliveries(move |_| match shifts.usize(..5) {
            0 => Duration::from_secs(shifts.u64(..25)),
            _ => Duration::ZERO,
        });
    }

    pub(super) fn next(&self, random: &mut Rng, now: i64) -> Weather {
        let sky = match random.usize(..8) {
            0 | 1 => Sky::Clear,
            2 | 3 => Sky::TableShaky,
            4 => Sky::TableThrottled(now + 60_000 * (1 + random.i64(0..5))),
            5 | 6 => Sky::MetaShaky,
            _ => Sky::Storm,
        };
        Weather { sky, late: self.late }
    }
}

impl Weather {
    /// From now on an actor has this weather.
    pub(super) fn over(self, actor: &Actor, clock: &Clock, random: &mut Rng) {
        let Self { sky, late } = self;
        for warden in [&actor.table, &actor.queue] {
            let (mut random, clock) = (random.fork(), clock.clone());
            warden.set(move |_| match sky {
                Sky::Clear | Sky::MetaShaky => TableFate::Serve,
                Sky::TableThrottled(until) if clock.now_ms() < until => TableFate::THROTTLED,
                Sky::TableThrottled(_) => TableFate::Serve,
                Sky::TableShaky | Sky::Storm => shaky_table(&mut random),
            });
        }
        let mut random = random.fork();
        actor.graph.set(move |call| match sky {
            Sky::Clear | Sky::TableShaky | Sky::TableThrottled(_) => MetaFate::Serve,
            Sky::MetaShaky | Sky::Storm => shaky_meta(call, late, &mut random),
        });
    }
}

fn shaky_table(random: &mut Rng) -> TableFate {
    match random.usize(..40) {
        0 => TableFate::THROTTLED,
        1 => TableFate::BROKEN,
        2 => TableFate::HangUp,
        3 => TableFate::LoseAnswer,
        _ => TableFate::Serve,
    }
}

fn shaky_meta(call: &Call, late: Duration, random: &mut Rng) -> MetaFate {
    let sends = SENDS.contains(&&*call.operation);
    match random.usize(..24) {
        0 | 1 => MetaFate::LoseAnswer,
        2 => MetaFate::HangUp,
        3 => MetaFate::Refuse(Reply::refusal(2, None)),
        4 => MetaFate::AnswerInstead(Reply::refusal(1, None)),
        5 => MetaFate::AnswerInstead(Reply { body: Bytes::new(), ..Reply::refusal(2, None) }),
        6 => {
            MetaFate::AnswerInstead(Reply { body: Bytes::from_static(b"junk"), ..Reply::ok(&serde_json::Value::Null) })
        }
        7 => MetaFate::Refuse(Reply::refusal(*random.choice(&[4, 17, 32, 613, 80_002]).unwrap(), None)),
        8 => MetaFate::Delay(Duration::from_millis(5)),
        9 if random.usize(..8) == 0 => MetaFate::Hang,
        10 if random.usize(..8) == 0 => MetaFate::HangAfter,
        11 if sends => MetaFate::ApplyAfter(late.mul_f64(random.f64())),
        _ => MetaFate::Serve,
    }
}
