//! The list of what waits for a person.

use store::{Listed, ReplyRef, ReplyState};

use crate::world::{OFFICE, PERSON, Plan, World};

async fn list(world: &World, plan: &Plan) {
    let place = ReplyRef { item: plan.key.clone(), step: 0 };
    let entry = Listed::new(&plan.account, &place, ReplyState::Parked, "not_found", world.clock.now_ms());
    world.store.list(&entry).await.unwrap();
}

/// Entries in the list.
async fn listed(world: &World) -> usize {
    world.store.parked(None, world.clock.now_ms()).await.unwrap().len()
}

#[tokio::test]
async fn an_entry_whose_reply_is_not_parked_is_struck_off_when_nobody_can_be_writing_it_any_more() {
    let world = World::start().await;
    let plan = world.plan(PERSON, "A agenda.").await;
    list(&world, &plan).await;
    world.run().await;
    assert_eq!(listed(&world).await, 1, "its reply's record may be about to be written");
    world.pass(360);
    world.run().await;
    assert_eq!(listed(&world).await, 0);
    assert_eq!(world.level("ParkedReplies"), Some(0));
}

#[tokio::test]
async fn an_entry_whose_item_is_gone_is_struck_off() {
    let world = World::start().await;
    let plan = world.plan(PERSON, "A agenda.").await;
    list(&world, &plan).await;
    world.pass(2 * 86_400);
    world.run().await;
    assert_eq!(listed(&world).await, 0);
}

#[tokio::test]
async fn parked_replies_are_counted_with_the_age_of_the_oldest() {
    let world = World::start().await;
    for person in ["1", "2"] {
        let plan = world.plan(person, "A agenda.").await;
        let place = ReplyRef { item: plan.key.clone(), step: 0 };
        let ended = store::Ended {
            state: ReplyState::Parked,
            reason: "not_found".to_owned(),
            due_at: None,
            again: None,
            replies: 1,
            word: store::Word::Nobody,
            at: world.clock.now_ms(),
        };
        world.store.record_ended(&place, 1, &ended).await.unwrap();
        list(&world, &plan).await;
        world.pass(600);
    }
    world.run().await;
    assert_eq!(world.level("ParkedReplies"), Some(2));
    assert!((1_200..1_260).contains(&world.level("ParkedOldestSeconds").unwrap()));
    assert_eq!(listed(&world).await, 2);
    assert!(world.sent_to(OFFICE, "1").is_empty());
}
