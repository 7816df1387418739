//! The order of a conversation's direct messages.

use sandbox::meta::Reply;
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::Message;
use store::ReplyState::Planned;

use crate::fixtures::World;

/// Meta lets the first message wait.
async fn throttled() -> World {
    let mut world = World::start().await;
    world.meta_meets(Script::new("SendMessage", [Fate::Refuse(Reply::refusal(613, None))])).await;
    world
}

/// Drives whatever is due, in this order, until all of it is out or failed.
async fn drive_all(world: &World, sks: &[&str]) {
    for _ in 0..40 {
        let mut open = false;
        for sk in sks {
            let item = world.item(sk).await;
            if item.is_done() {
                continue;
            }
            open = true;
            if item.due_at.is_some_and(|due_at| due_at <= world.clock.now_ms()) {
                world.judge(sk).await;
            }
        }
        if !open {
            return;
        }
        world.pass(5_000);
    }
    panic!("some wait for ever: {:?}", world.conversation().await);
}

#[tokio::test]
async fn what_waits_goes_out_in_the_order_in_which_it_came_whoever_is_driven_first() {
    let sks = ["M#1", "M#2", "M#3", "M#4"];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let world = throttled().await;
        for sk in sks {
            world.plan(sk, vec![world.reply(Message, sk)]).await;
            world.drive(sk).await.unwrap();
            assert_eq!(world.state(sk).await.0, Planned, "{sk}");
            assert!(world.item(sk).await.due_at.is_some(), "{sk}: somebody looks at it again");
        }
        drive_all(&world, &order.map(|n: usize| sks[n])).await;
        assert_eq!(world.texts(), sks, "{order:?}");
    }
}
