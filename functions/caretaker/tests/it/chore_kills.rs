//! A caretaker that dies at any call of its chores, before or after the call's effect: the token in the table is good, and
//! the CRM is told once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sandbox::meta::world::Trouble;

use crate::world::{MetaFate, OFFICE, TableFate, World};

/// From this call on nothing has any effect: that is what the outside sees of a death.
#[derive(Debug, Clone)]
struct Death {
    calls: Arc<AtomicUsize>,
    at: usize,
    after_effect: bool,
}

impl Death {
    /// What becomes of the next call: it is served, its answer is lost, or it never arrives.
    fn next<F>(&self, serve: F, lose: F, hang_up: F) -> F {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        match number.cmp(&self.at) {
            std::cmp::Ordering::Less => serve,
            std::cmp::Ordering::Equal if self.after_effect => lose,
            std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => hang_up,
        }
    }
}

/// Plays a scene against every death, until a run ends before it would come.
async fn die_everywhere(name: &str, arrange: impl AsyncFn(&World), check: impl AsyncFn(&World, &str)) -> usize {
    let mut deaths = 0;
    for after_effect in [false, true] {
        for at in 1.. {
            assert!(at < 100, "a run ends");
            let mut world = World::start().await;
            arrange(&world).await;
            let death = Death { calls: Arc::default(), at, after_effect };
            let (table, queue, graph) = (death.clone(), death.clone(), death.clone());
            world.table.set(move |_| table.next(TableFate::Serve, TableFate::LoseAnswer, TableFate::HangUp));
            world.queue.set(move |_| queue.next(TableFate::Serve, TableFate::LoseAnswer, TableFate::HangUp));
            world.graph.set(move |_| graph.next(MetaFate::Serve, MetaFate::LoseAnswer, MetaFate::HangUp));
            // It may fail: it is dead.
            let _outcome = world.run_of(&world.caretaker, 60).await;
            let was_in_time = death.calls.load(Ordering::SeqCst) < at;
            world.table.mend();
            world.queue.mend();
            world.graph.mend();
            world.caretaker = world.new_caretaker().await;
            let case = format!("{name}, dead at call {at}, after its effect: {after_effect}");
            check(&world, &case).await;
            if was_in_time {
                break;
            }
            deaths += 1;
        }
    }
    deaths
}

#[tokio::test]
async fn a_caretaker_that_dies_while_it_renews_leaves_one_good_token() {
    let arrange = async |world: &World| {
        world.log_in(OFFICE).await;
        world.minutes(1).await;
        world.pass(31 * 86_400);
    };
    let check = async |world: &World, case: &str| {
        assert!(world.stored_token_works(OFFICE).await, "{case}: at once");
        world.run().await;
        // This Meta counts the day from the newest token on, whoever heard of it.
        for _ in 0..6 {
            world.pass(8 * 3_600);
            world.run().await;
        }
        assert!(world.stored_token_works(OFFICE).await && world.stored_token_is_newest(OFFICE).await, "{case}");
        let account = world.account(OFFICE).await;
        assert_eq!(account.broken, None, "{case}");
        assert!(account.login.expires_at.unwrap() - world.clock.now_ms() > 50 * 86_400_000, "{case}");
        assert!(account.due_at.is_some_and(|at| at > world.clock.now_ms()), "{case}: it goes on");
        assert!(world.told_of(OFFICE).is_empty(), "{case}: its login was told a month ago, and nothing since");
    };
    assert!(die_everywhere("renewing", arrange, check).await > 20);
}

#[tokio::test]
async fn a_caretaker_that_dies_while_it_mends_a_subscription_leaves_it_whole() {
    let arrange = async |world: &World| {
        world.log_in(OFFICE).await;
        world.minutes(1).await;
        world.meta.world(|world| world.account_mut(OFFICE).unwrap().subscribed_fields.clear());
        world.pass(6 * 3_600);
    };
    let check = async |world: &World, case: &str| {
        world.minutes(2).await;
        let fields = world.meta.world(|world| world.account(OFFICE).unwrap().subscribed_fields.len());
        assert_eq!(fields, 8, "{case}");
        assert!(world.account(OFFICE).await.due_at.is_some_and(|at| at > world.clock.now_ms()), "{case}");
        assert_eq!(world.told_of(OFFICE), ["account.connected"], "{case}");
    };
    assert!(die_everywhere("mending", arrange, check).await > 20);
}

#[tokio::test]
async fn a_caretaker_that_dies_over_a_dead_token_has_it_told_once() {
    let arrange = async |world: &World| {
        world.log_in(OFFICE).await;
        world.minutes(1).await;
        world.meta.world(|world| {
            world.account_mut(OFFICE).unwrap().trouble = Some(Trouble { code: 190, subcode: Some(458) });
        });
        world.pass(6 * 3_600);
    };
    let check = async |world: &World, case: &str| {
        world.minutes(3).await;
        assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken"], "{case}");
        let account = world.account(OFFICE).await;
        assert_eq!((account.due_at, account.untold.len()), (None, 0), "{case}");
    };
    assert!(die_everywhere("a dead token", arrange, check).await > 20);
}

#[tokio::test]
async fn a_caretaker_that_dies_after_a_login_has_it_told_once_and_sends_what_waited_once() {
    let arrange = async |world: &World| {
        world.log_in(OFFICE).await;
        world.minutes(1).await;
        world.meta.world(|world| {
            world.account_mut(OFFICE).unwrap().trouble = Some(Trouble { code: 190, subcode: None });
        });
        let plan = world.plan("910000000000001", "A agenda.").await;
        world.attempt(&plan).await;
        world.minutes(1).await;
        world.log_in(OFFICE).await;
        world.pass(10);
    };
    let check = async |world: &World, case: &str| {
        world.minutes(4).await;
        assert_eq!(world.told_of(OFFICE), ["account.connected", "account.broken", "account.repaired"], "{case}");
        assert_eq!(world.sent_to(OFFICE, "910000000000001"), ["A agenda."], "{case}");
    };
    assert!(Box::pin(die_everywhere("a login", arrange, check)).await > 20);
}
