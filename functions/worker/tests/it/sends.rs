//! Many people, many days, a rich rule set: Meta refuses nothing for one of its rules, and nothing goes out to who asked
//! for silence.
//!
//! `WORKER_SENDS` says how many sends, 1,500 unless told; `WORKER_SEED` replays one world.

mod crowd;
mod silence;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use self::crowd::Crowd;

/// Sends after which a world ends: the more it has to remember, the slower it is.
const SENDS_PER_WORLD: usize = 250;

#[test]
fn of_many_sends_none_breaks_a_rule_of_metas_and_none_follows_an_opt_out() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<usize>().ok());
    let wanted = number("WORKER_SENDS").unwrap_or(1_500);
    let [next_seed, sends, cancelled] = [number("WORKER_SEED").unwrap_or(0), 0, 0].map(AtomicUsize::new);
    // Worlds know nothing of each other, so there is one for each processor.
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while sends.load(Ordering::Relaxed) < wanted {
                    let seed = next_seed.fetch_add(1, Ordering::Relaxed);
                    let crowd = runtime.block_on(play(seed));
                    sends.fetch_add(crowd.sends, Ordering::Relaxed);
                    cancelled.fetch_add(crowd.cancelled, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(cancelled.into_inner() > 0, "some opt-outs came while replies were planned");
}

/// One world from its beginning until everything in it is done.
async fn play(seed: usize) -> Crowd {
    let _announced = Announced(seed);
    let mut crowd = Crowd::gather(u64::try_from(seed).unwrap()).await;
    while crowd.sends < SENDS_PER_WORLD {
        crowd.act().await;
    }
    crowd.finish().await;
    assert_eq!(crowd.world.meta.policies_refused(), [], "Meta's rules");
    crowd
}

/// Says which world it was when a test fails in the middle of it.
struct Announced(usize);

impl Drop for Announced {
    #[expect(clippy::print_stderr, reason = "the test harness shows it beside the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("replay with WORKER_SEED={}", self.0);
        }
    }
}
