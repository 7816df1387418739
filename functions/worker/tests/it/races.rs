//! Two workers at once.

use std::time::Duration;

use store::ReplyState;

use crate::world::{MetaFate as Fate, PERSON, Record, World};

#[tokio::test]
async fn case_74_two_workers_with_the_same_message_send_once() {
    for round in 0..8 {
        let world = World::start().await;
        world.graph.set(|_| Fate::Delay(Duration::from_millis(20)));
        let other = world.new_worker().await;
        let jobs = [world.writes(PERSON, "passos"), world.comments("961", "buraco")];
        let records = jobs.each_ref().map(Record::from);
        tokio::join!(world.hand_to(&world.worker, &records), async {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            world.hand_to(&other, &records).await
        });
        // Who found the other at work left a due time.
        world.clock.advance(Duration::from_secs(200));
        world.apply(&jobs).await;
        assert_eq!(world.sent_to(PERSON), ["Primeiro passo.", "Segundo passo."], "round {round}");
        assert_eq!(world.sent_to("961"), ["Onde fica?"], "round {round}");
        for job in &jobs {
            assert!(world.item(job).await.is_done(), "round {round}");
        }
    }
}

#[tokio::test]
async fn case_74_two_messages_of_one_conversation_at_once_have_one_reply_in_flight() {
    for round in 0..8 {
        let world = World::start().await;
        world.graph.set(|_| Fate::Delay(Duration::from_millis(30)));
        let other = world.new_worker().await;
        let jobs = [world.writes(PERSON, "um"), world.writes(PERSON, "dois")];
        let [first, second] = jobs.each_ref().map(Record::from);
        tokio::join!(world.hand_to(&world.worker, std::slice::from_ref(&first)), async {
            for _ in 0..round * 3 {
                tokio::task::yield_now().await;
            }
            world.hand_to(&other, std::slice::from_ref(&second)).await
        });
        world.clock.advance(Duration::from_secs(200));
        world.apply(&jobs).await;
        let mut sent = world.sent_to(PERSON);
        sent.sort_unstable();
        assert_eq!(sent, ["Resposta dois.", "Resposta um."], "round {round}");
    }
}

#[tokio::test]
async fn case_96_a_slow_workers_claim_fails_on_the_fence() {
    let world = World::start().await;
    world.apply(&[world.writes(PERSON, "um")]).await;
    let fast = world.new_worker().await;
    let job = world.writes(PERSON, "dois");
    let records = [Record::from(&job)];
    // Conversation and plan written: the third write is the claim.
    world.trap.set_at("UpdateItem", 3, false);
    tokio::join!(world.hand_to(&world.worker, &records), async {
        world.trap.sprung().await;
        assert_eq!(world.reply(&job).await.state, ReplyState::Planned);
        world.hand_to(&fast, &records).await;
        assert_eq!(world.reply(&job).await.state, ReplyState::Sent);
        world.trap.release();
    });
    assert_eq!(world.sent_to(PERSON), ["Resposta um.", "Resposta dois."]);
}

/// The table knows no transactions here: what would cancel one refuses a conditional write.
#[tokio::test]
async fn case_77_writes_that_others_were_faster_than_are_made_anew() {
    let refused = || sandbox::fault::Fate::Refuse { status: 400, code: "ConditionalCheckFailedException" };
    for conflicts in 1..=5 {
        let world = World::start().await;
        world.table.script("UpdateItem", std::iter::repeat_with(refused).take(conflicts));
        let job = world.writes(PERSON, "um");
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.sent_to(PERSON), ["Resposta um."], "{conflicts} conflicts");
        assert!(world.item(&job).await.is_done(), "{conflicts} conflicts");
    }
}
