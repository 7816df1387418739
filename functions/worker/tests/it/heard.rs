//! That an app is heard of: what its silence is told by.

use std::time::Duration;

use instagram::AppId;
use store::{Heard, Scope};

use crate::world::{APP, PERSON, Record, World};

const MINUTE: Duration = Duration::from_mins(1);

async fn heard(world: &World) -> Heard {
    world.store.switch(Scope::App(&AppId::parse(APP).unwrap())).await.unwrap().heard.unwrap_or_default()
}

#[tokio::test]
async fn an_event_is_noted_for_its_app_once_an_hour() {
    let world = World::start().await;
    let first = world.writes(PERSON, "bom dia");
    world.apply(std::slice::from_ref(&first)).await;
    let noted = heard(&world).await;
    assert_eq!(noted.at, first.received_at.0);

    world.clock.advance(59 * MINUTE);
    world.apply(&[world.writes(PERSON, "boa tarde")]).await;
    assert_eq!(heard(&world).await, noted, "not yet an hour ago");

    world.clock.advance(2 * MINUTE);
    let jobs = [world.writes("951", "oi"), world.writes("952", "oi")];
    world.apply(&jobs).await;
    assert!(heard(&world).await.at > noted.at + 60 * 60_000);
}

#[tokio::test]
async fn it_is_noted_whoever_works() {
    let world = World::start().await;
    for hour in 0..3 {
        let began = world.clock.now_ms();
        let colleague = world.new_worker().await;
        world.hand_to(&colleague, &[Record::from(&world.writes(PERSON, "bom dia"))]).await;
        world.apply(&[world.writes(PERSON, "boa noite")]).await;
        assert!(heard(&world).await.at >= began - 1_000, "hour {hour}");
        world.clock.advance(61 * MINUTE);
    }
}

#[tokio::test]
async fn what_nobody_connected_or_is_a_test_sample_is_not_heard() {
    let world = World::start().await;
    let mut strange = world.writes(PERSON, "bom dia");
    strange.account = instagram::AccountId::parse("17841400000000999").unwrap();
    world.apply(&[strange]).await;
    assert_eq!(heard(&world).await, Heard::default());
}
