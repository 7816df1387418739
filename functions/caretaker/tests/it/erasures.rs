//! People who asked to be forgotten are counted until they are.

use instagram::{AccountId, Peer};

use crate::world::{OFFICE, World};

#[tokio::test]
async fn open_requests_are_counted_with_the_age_of_the_oldest() {
    let world = World::start().await;
    world.run().await;
    assert_eq!((world.level("ErasuresOpen"), world.level("ErasureOldestHours")), (Some(0), Some(0)));
    let account = AccountId::parse(OFFICE).unwrap();
    for person in ["1", "2"] {
        let peer = Peer::parse(person).unwrap();
        world.store.request_erasure(&account, &peer, world.clock.now_ms()).await.unwrap();
        world.pass(24 * 3600);
        // Asked again, the first time counts.
        world.store.request_erasure(&account, &peer, world.clock.now_ms()).await.unwrap();
    }
    world.run().await;
    assert_eq!((world.level("ErasuresOpen"), world.level("ErasureOldestHours")), (Some(2), Some(48)));
}
