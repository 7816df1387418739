//! People who asked to be forgotten are counted until they are; what is ordered is carried out.

use instagram::{AccountId, Peer};
use store::{ErasureOrder, ErasureState, ReplyState};

use crate::world::{OFFICE, PERSON, TableFate, World};

const CODE: &str = "c0de";

fn office() -> AccountId {
    AccountId::parse(OFFICE).unwrap()
}

async fn open(world: &World, person: Option<&str>) {
    let peer = person.map(|person| Peer::parse(person).unwrap());
    let asked_at = world.clock.now_ms();
    let order = ErasureOrder { code: CODE.to_owned(), account: office(), peer, asked_at, by: "operator".to_owned() };
    assert!(world.store.open_erasure(&order).await.unwrap());
}

async fn state(world: &World) -> ErasureState {
    world.store.receipt(CODE).await.unwrap().unwrap().state
}

#[tokio::test]
async fn open_requests_are_counted_with_the_age_of_the_oldest() {
    let world = World::start().await;
    world.run().await;
    assert_eq!((world.level("ErasuresOpen"), world.level("ErasureOldestHours")), (Some(0), Some(0)));
    for person in ["1", "2"] {
        let peer = Peer::parse(person).unwrap();
        world.store.request_erasure(&office(), &peer, world.clock.now_ms()).await.unwrap();
        world.pass(24 * 3600);
        // Asked again, the first time counts.
        world.store.request_erasure(&office(), &peer, world.clock.now_ms()).await.unwrap();
    }
    world.run().await;
    assert_eq!((world.level("ErasuresOpen"), world.level("ErasureOldestHours")), (Some(2), Some(48)));
}

#[tokio::test]
async fn an_order_is_carried_out_within_minutes_and_strikes_the_request_off() {
    for whole_account in [false, true] {
        let world = World::start().await;
        let plan = world.due(PERSON, "CANARIO").await;
        let bystander = world.plan_at(crate::world::OTHER_OFFICE, PERSON, &["A agenda."]).await;
        world.postpone(&bystander, 0).await;
        let peer = Peer::parse(PERSON).unwrap();
        world.store.request_erasure(&office(), &peer, world.clock.now_ms()).await.unwrap();
        open(&world, Some(PERSON).filter(|_| !whole_account)).await;
        world.run().await;
        let levels = ["ErasuresOpen", "ErasureOrdersOpen", "ErasureOrderOldestHours"];
        assert_eq!(levels.map(|name| world.level(name)), [Some(1), Some(1), Some(0)]);
        world.minutes(4).await;
        assert_eq!(state(&world).await, ErasureState::Done);
        assert_eq!(world.metric("ErasuresDone"), 1);
        world.run().await;
        assert_eq!(levels.map(|name| world.level(name)), [Some(0), Some(0), Some(0)]);
        assert!(world.item(&plan).await.content.kind.is_none());
        assert!(world.sent_to(OFFICE, PERSON).is_empty(), "what was due is not sent any more");
        assert_eq!(world.state(&bystander).await.0, ReplyState::Sent, "the same person at another customer's");
    }
}

#[tokio::test]
async fn the_crm_is_told_whom_to_forget_before_anything_is_deleted() {
    let world = World::start().await;
    let plan = world.due(PERSON, "CANARIO").await;
    open(&world, Some(PERSON)).await;
    world.queue.always(&["SendMessageBatch"], TableFate::BROKEN);
    world.minutes(4).await;
    assert_eq!(state(&world).await, ErasureState::Open, "who is not told is not erased");
    assert!(world.item(&plan).await.content.kind.is_some());
    world.queue.mend();
    world.minutes(4).await;
    assert_eq!(state(&world).await, ErasureState::Done);
    let told = world.all_told();
    let erased: Vec<_> = told.iter().filter(|event| event["type"] == "person.erased").collect();
    assert_eq!((erased.len(), erased[0]["person"].as_str()), (1, Some(PERSON)));
}

#[tokio::test]
async fn an_order_that_does_not_end_shows_its_age() {
    let world = World::start().await;
    open(&world, Some(PERSON)).await;
    world.table.always(&["UpdateItem"], TableFate::THROTTLED);
    world.pass(25 * 3600);
    world.run().await;
    assert_eq!((world.level("ErasureOrdersOpen"), world.level("ErasureOrderOldestHours")), (Some(1), Some(25)));
    assert_eq!(world.metric("Heartbeat"), 1, "the rest is done");
    world.table.mend();
    world.minutes(4).await;
    assert_eq!(state(&world).await, ErasureState::Done);
}

#[tokio::test]
async fn case_89_an_erasure_ends_though_a_call_of_it_fails() {
    let mut failures = 0;
    for fate in [TableFate::HangUp, TableFate::LoseAnswer] {
        // Every call is tried where the pages are tested; here, beside all else that a run does, some.
        for k in (1..).step_by(4) {
            let world = World::start().await;
            let plan = world.due(PERSON, "CANARIO").await;
            open(&world, Some(PERSON)).await;
            let (mut calls, fate) = (0, fate.clone());
            let met = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
            let meets = std::sync::Arc::clone(&met);
            world.table.set(move |call| {
                // Not the look for what is due.
                let is_of_it = !String::from_utf8_lossy(&call.body).contains("IndexName");
                calls += u32::from(is_of_it);
                if is_of_it && calls == k {
                    meets.store(true, std::sync::atomic::Ordering::Relaxed);
                    return fate.clone();
                }
                TableFate::Serve
            });
            world.minutes(6).await;
            assert_eq!(state(&world).await, ErasureState::Done, "call {k}");
            assert!(world.item(&plan).await.content.kind.is_none(), "call {k}");
            assert!(world.sent_to(OFFICE, PERSON).is_empty(), "call {k}");
            if !met.load(std::sync::atomic::Ordering::Relaxed) {
                break;
            }
            failures += 1;
        }
    }
    assert!(failures > 10, "{failures} failures");
}

#[tokio::test]
async fn a_reply_in_doubt_of_somebody_erased_is_left_to_the_erasure() {
    let world = World::start().await;
    let plan = world.plan(PERSON, "CANARIO").await;
    world.workers_graph.script("SendMessage", [crate::world::MetaFate::LoseAnswer]);
    world.attempt(&plan).await;
    assert_eq!(world.state(&plan).await.0, ReplyState::Unknown);
    open(&world, Some(PERSON)).await;
    let calls = world.meta.calls().len();
    world.minutes(4).await;
    assert_eq!(state(&world).await, ErasureState::Done);
    assert_eq!(world.meta.calls().len(), calls, "nobody looks for it");
    assert!(world.store.parked(None, world.clock.now_ms()).await.unwrap().is_empty());
    assert!(world.store.failed(&office(), world.clock.now_ms()).await.unwrap().is_empty());
}
