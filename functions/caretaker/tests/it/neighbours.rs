//! One account's trouble is nobody else's, and several runs at once do no harm.

use std::sync::{Arc, Mutex};

use instagram::AccountId;
use sandbox::fault::Call;
use sandbox::meta::Reply;
use store::{ReplyAction, ReplyState, Scope};

use crate::world::{MetaFate, OFFICE, OTHER_OFFICE, Plan, TableFate, World};

/// Whose call to Meta this is, by the order in which they came.
type Order = Arc<Mutex<Vec<bool>>>;

fn is_of(call: &Call, office: &str) -> bool {
    // A send names its person, and each office here has persons of its own.
    String::from_utf8_lossy(&call.body).contains(&format!("\"{}", prefix(office)))
}

fn prefix(office: &str) -> &'static str {
    if office == OFFICE { "81" } else { "92" }
}

async fn backlog(world: &World, office: &str, count: usize) -> Vec<Plan> {
    let mut plans = Vec::new();
    for person in 0..count {
        let plan = world.plan_at(office, &format!("{}{person:04}", prefix(office)), &["A agenda."]).await;
        world.postpone(&plan, -5).await;
        plans.push(plan);
    }
    plans
}

#[tokio::test]
async fn an_account_whose_calls_are_never_answered_holds_up_nobody_else() {
    let mut world = World::start().await;
    world.make_hasty().await;
    backlog(&world, OFFICE, 20).await;
    let others = backlog(&world, OTHER_OFFICE, 12).await;
    let order: Order = Arc::default();
    let seen = Arc::clone(&order);
    world.graph.set(move |call| {
        let is_slow = is_of(call, OFFICE);
        seen.lock().unwrap().push(is_slow);
        if is_slow { MetaFate::Hang } else { MetaFate::Serve }
    });
    world.run().await;
    for plan in &others {
        assert_eq!(world.state(plan).await.0, ReplyState::Sent);
    }
    let order = order.lock().unwrap();
    let last = order.iter().rposition(|is_slow| !is_slow).unwrap();
    let before = order[..last].iter().filter(|is_slow| **is_slow).count();
    assert!(before <= 8, "{before} calls of the other account came before");
}

#[tokio::test]
async fn an_account_that_is_throttled_holds_up_nobody_else() {
    let world = World::start().await;
    let slow = backlog(&world, OFFICE, 20).await;
    let others = backlog(&world, OTHER_OFFICE, 12).await;
    world.graph.set(
        |call| {
            if is_of(call, OFFICE) { MetaFate::Refuse(Reply::refusal(613, None)) } else { MetaFate::Serve }
        },
    );
    world.run().await;
    for plan in &others {
        assert_eq!(world.state(plan).await.0, ReplyState::Sent);
    }
    for plan in &slow {
        assert_eq!(world.state(plan).await.0, ReplyState::Planned);
    }
    let tried = world.meta.calls().iter().filter(|call| call.status != Some(200)).count();
    assert!(tried <= 4, "nobody goes on asking: {tried}");
    world.graph.mend();
    // Several refusals side by side count as several in a row.
    world.minutes(10).await;
    for plan in &slow {
        assert_eq!(world.state(plan).await.0, ReplyState::Sent);
    }
}

#[tokio::test]
async fn a_flood_of_one_account_starves_nobody() {
    let world = World::start().await;
    let office = AccountId::parse(OFFICE).unwrap();
    world.store.set_stopped(Scope::Account(&office), Some(1)).await.unwrap();
    let flood = backlog(&world, OFFICE, 300).await;
    let other = world.plan_at(OTHER_OFFICE, "920001", &["A agenda."]).await;
    world.postpone(&other, 0).await;
    world.run().await;
    assert_eq!(world.state(&other).await.0, ReplyState::Sent);
    for plan in &flood {
        assert_eq!(world.state(plan).await, (ReplyState::Failed, Some("cancelled".to_owned())));
    }
    assert_eq!(world.level("DueReplies"), Some(301));
    assert!(world.level("OldestDueSeconds").unwrap() >= 5);
}

#[tokio::test]
async fn case_74_two_caretakers_at_once_send_each_reply_once() {
    let world = World::start().await;
    let plans = backlog(&world, OFFICE, 12).await;
    let comment = world.plan_comment("81999", ReplyAction::PrivateReply, "Segue.").await;
    world.postpone(&comment, 0).await;
    let second = world.new_caretaker().await;
    let (first, second) = futures::join!(world.run_of(&world.caretaker, 60), world.run_of(&second, 60));
    first.unwrap();
    second.unwrap();
    world.minutes(4).await;
    for (person, plan) in plans.iter().enumerate() {
        assert_eq!(world.state(plan).await.0, ReplyState::Sent);
        assert_eq!(world.sent_to(OFFICE, &format!("81{person:04}")).len(), 1);
    }
    assert_eq!(world.meta.private_replies(comment.key.sk.trim_start_matches("C#")).len(), 1);
    assert_eq!(world.meta.policy_refusals(), 0);
}

#[tokio::test]
async fn an_item_that_cannot_be_done_is_left_and_its_neighbours_are_done() {
    let world = World::start().await;
    let sick = world.due("810001", "A agenda.").await;
    let well = world.due("810002", "A agenda.").await;
    let poison = sick.key.sk.clone();
    world.table.set(move |call| {
        let is_about = String::from_utf8_lossy(&call.body).contains(&poison);
        if is_about && call.operation == "UpdateItem" { TableFate::BROKEN } else { TableFate::Serve }
    });
    world.run().await;
    assert_eq!(world.state(&well).await.0, ReplyState::Sent);
    assert!(world.item(&sick).await.due_at.is_some(), "it stays due");
    assert_eq!(world.metric("LeftDue"), 1, "and is not tried again and again in one run");
    assert_eq!(world.metric("Heartbeat"), 1);
    world.table.mend();
    world.minutes(4).await;
    assert_eq!(world.sent_to(OFFICE, "810001").len(), 1);
}
