//! The gate alone, and before real servers.

use std::collections::HashSet;

use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::*;
use crate::clock::Clock;
use crate::fault::{Fate, NoFaults, Script};
use crate::meta::Meta;
use crate::meta::fault::Fate as MetaFate;
use crate::sqs::Sqs;
use crate::wire::Client;

const LIMIT: Duration = Duration::from_secs(10);

fn call(actor: &str, number: u64) -> Call {
    Call::new(actor.into(), "Act".to_owned(), number, Bytes::new())
}

/// Several actors make ten calls each; says in which order they passed.
async fn order(seed: u64) -> Vec<(String, u64)> {
    let gate = Gatekeeper::start(seed);
    let under_way = Arc::new(Mutex::new(()));
    let mut actors = tokio::task::JoinSet::new();
    for name in ["a", "b", "c"] {
        let (gated, presence) = (gate.before(NoFaults), gate.enter(name));
        let under_way = Arc::clone(&under_way);
        actors.spawn(async move {
            for number in 1..=10 {
                let call = call(name, number);
                let _fate: Fate = gated.judge(&call).await;
                let _alone = under_way.try_lock().expect("one call at a time");
            }
            drop(presence);
        });
    }
    actors.join_all().await;
    gate.history().into_iter().map(|passed| (passed.actor.to_string(), passed.number)).collect()
}

#[tokio::test]
async fn a_seed_decides_the_order_and_each_actor_keeps_its_own() {
    let mut orders = HashSet::new();
    for seed in 0..8 {
        let first = order(seed).await;
        assert_eq!(first, order(seed).await, "seed {seed} again");
        for actor in ["a", "b", "c"] {
            let own: Vec<u64> = first.iter().filter(|(name, _)| name == actor).map(|(_, number)| *number).collect();
            assert_eq!(own, (1..=10).collect::<Vec<_>>());
        }
        orders.insert(first);
    }
    assert_eq!(orders.len(), 8, "another seed, another order");
}

#[tokio::test]
async fn the_next_call_goes_when_the_one_before_is_over() {
    let gate = Gatekeeper::start(1);
    let gated = gate.before(NoFaults);
    let _present = gate.enter("a");
    let first = call("a", 1);
    let _fate: Fate = gated.judge(&first).await;
    let kept_by_a_judge = first.clone();
    let second = call("a", 2);
    let next = Faults::<Fate>::judge(&gated, &second);
    tokio::pin!(next);
    assert!(futures::poll!(&mut next).is_pending(), "the first is under way");
    drop(first);
    next.await;
    assert_eq!((gate.history().len(), kept_by_a_judge.number), (2, 1), "a copy holds nobody up");
}

#[tokio::test]
async fn who_is_idle_or_hangs_does_not_hold_the_others_up() {
    let gate = Gatekeeper::start(1);
    let gated = gate.before(NoFaults);
    let (_idle, _busy) = (gate.enter("idle"), gate.enter("busy"));
    let (hanging, next) = (call("busy", 1), call("busy", 2));
    let passing = async {
        for call in [&hanging, &next] {
            let _fate: Fate = gated.judge(call).await;
        }
        gate.rest().await;
    };
    tokio::time::timeout(LIMIT, passing).await.expect("after the grace");
}

#[tokio::test]
async fn a_caller_that_dies_at_the_gate_is_forgotten() {
    let gate = Gatekeeper::start(1);
    let gated = gate.before(NoFaults);
    let (dying, living) = (call("a", 1), call("b", 1));
    {
        let dying = Faults::<Fate>::judge(&gated, &dying);
        tokio::pin!(dying);
        assert!(futures::poll!(&mut dying).is_pending());
    }
    let _fate: Fate = gated.judge(&living).await;
    assert_eq!(gate.history().iter().map(|passed| &*passed.actor).collect::<Vec<_>>(), ["b"]);
}

/// Three workers, each with doors of its own at two servers behind one gate.
async fn across_servers(seed: u64) -> Vec<Passed> {
    let clock = Clock::default();
    let account = json!({"account": "178", "app_id": "111", "token": "IGAA1"});
    let meta = Meta::start(clock.clone(), json!({ "accounts": [account] })).await.unwrap();
    let sqs = Sqs::start(clock, None).await.unwrap();
    let gate = Gatekeeper::start(seed);
    let mut workers = tokio::task::JoinSet::new();
    for name in ["worker-1", "worker-2", "worker-3"] {
        let lost = Script::new("ReadMe", [MetaFate::LoseAnswer]);
        let graph = meta.door(name, gate.before(lost)).await.unwrap();
        let queue = sqs.door(name, gate.before(NoFaults)).await.unwrap();
        let presence = gate.enter(name);
        workers.spawn(async move {
            let client = Client::new();
            for _ in 0..4 {
                let read = Request::get(format!("{}/v24.0/me", graph.endpoint()));
                let read = read.header("authorization", "Bearer IGAA1").body(Bytes::new()).unwrap();
                let list = Request::post(queue.endpoint()).header("x-amz-target", "AmazonSQS.ListQueues");
                let list = list.body(Bytes::from_static(b"{}")).unwrap();
                // Side by side, as a worker does with its groups; the first read has no answer.
                let (_read, listed) = tokio::join!(client.send(read), client.send(list));
                listed.unwrap();
            }
            drop(presence);
            (graph, queue)
        });
    }
    workers.join_all().await;
    gate.history()
}

#[tokio::test]
async fn the_calls_of_several_servers_are_in_one_order_that_replays() {
    let first = across_servers(7).await;
    assert_eq!(first.len(), 3 * 4 * 2);
    for run in 0..3 {
        assert_eq!(across_servers(7).await, first, "run {run}");
    }
    assert_ne!(across_servers(8).await, first);
}
