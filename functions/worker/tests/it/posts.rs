//! Comments are answered on the account's own posts alone, and whose a post is, is asked once.

use std::time::Duration;

use sandbox::meta::{Echo, Reply};

use crate::world::{MetaFate as Fate, OFFICE, World};

const SOMEBODY_ELSES: &str = "18000000000099999";

async fn world() -> World {
    let world = World::start().await;
    world.meta.set_echo(Echo::Drop);
    world
}

fn look_ups(world: &World) -> usize {
    world.meta.calls().iter().filter(|call| call.operation == "ReadComments").count()
}

#[tokio::test]
async fn case_101_a_mention_below_somebody_elses_post_is_recorded_and_no_rule_fires() {
    let world = world().await;
    for person in ["951", "952"] {
        world.meta.person_comments(OFFICE, SOMEBODY_ELSES, person, "quero");
        let job = world.only_told();
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.why(&job).await.as_deref(), Some("no_match"));
        assert!(world.item(&job).await.content.body.is_some(), "stored all the same");
    }
    assert_eq!(world.attempts(), 0);
    assert_eq!(look_ups(&world), 1, "asked once");
}

#[tokio::test]
async fn an_own_post_is_looked_up_once_by_all_workers_together() {
    let mut world = world().await;
    for person in ["953", "954", "955"] {
        let job = world.comments(person, "quero");
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.why(&job).await.as_deref(), Some("answered"));
        world.restart().await;
    }
    assert_eq!(look_ups(&world), 1);
}

#[tokio::test]
async fn a_look_up_without_an_answer_keeps_the_comment_waiting_and_is_given_up_after_two_minutes() {
    let world = world().await;
    let refused = || Fate::Refuse(Reply::refusal(2, None));
    world.graph.set(move |call| if call.operation == "ReadComments" { refused() } else { Fate::Serve });
    let patient = world.comments("956", "quero");
    assert_eq!(world.deliver(std::slice::from_ref(&patient)).await, [0], "comes again");
    world.graph.mend();
    world.apply(std::slice::from_ref(&patient)).await;
    assert_eq!(world.why(&patient).await.as_deref(), Some("answered"));

    world.graph.set(move |call| if call.operation == "ReadComments" { refused() } else { Fate::Serve });
    world.meta.person_comments(OFFICE, SOMEBODY_ELSES, "957", "quero");
    let late = world.only_told();
    world.clock.advance(Duration::from_mins(3));
    world.apply(std::slice::from_ref(&late)).await;
    assert_eq!(world.why(&late).await.as_deref(), Some("no_match"));
    assert_eq!(world.attempts(), 1, "the patient one's reply alone");
}
