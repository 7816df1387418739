//! Replies that wait for their moment.

use instagram::AccountId;
use sandbox::meta::Reply;
use store::{Connection, ReplyAction, ReplyState, Scope};

use crate::world::{MetaFate, OFFICE, PERSON, TableFate, World};

#[tokio::test]
async fn case_62_a_throttled_reply_goes_out_when_its_wait_is_over() {
    let world = World::start().await;
    let plan = world.plan(PERSON, "A agenda.").await;
    world.workers_graph.script("SendMessage", [MetaFate::Refuse(Reply::refusal(613, None))]);
    world.attempt(&plan).await;
    world.run().await;
    assert_eq!(world.state(&plan).await, (ReplyState::Planned, Some("throttled/613".to_owned())));
    assert!(world.sent_to(OFFICE, PERSON).is_empty(), "the wait is not over");
    world.minutes(1).await;
    world.minutes(1).await;
    assert_eq!(world.sent_to(OFFICE, PERSON), ["A agenda."]);
    assert_eq!(world.state(&plan).await.0, ReplyState::Sent);
    assert_eq!(world.metric("RepliesSent"), 1);
    assert_eq!(world.item(&plan).await.due_at, None);
}

#[tokio::test]
async fn what_became_of_a_reply_is_told_before_word_of_it_goes() {
    let world = World::start().await;
    let plan = world.due(PERSON, "A agenda.").await;
    world.queue.always(&["SendMessageBatch"], TableFate::BROKEN);
    world.run().await;
    let item = world.item(&plan).await;
    assert_eq!((item.replies()[0].state, world.told_of_replies().len()), (ReplyState::Sent, 0));
    assert!(item.untold.is_some() && item.due_at.is_some(), "it is due until it is told");
    world.queue.mend();
    world.minutes(1).await;
    assert_eq!(world.told_of_replies(), ["reply.planned", "reply.sent"]);
    let item = world.item(&plan).await;
    assert_eq!((item.untold, item.due_at), (None, None));
    assert_eq!(world.sent_to(OFFICE, PERSON).len(), 1);
}

#[tokio::test]
async fn a_reply_that_comes_due_during_a_run_goes_out_in_that_run() {
    let world = World::start().await;
    let plan = world.plan(PERSON, "A agenda.").await;
    world.postpone(&plan, 20).await;
    let began = world.clock.now_ms();
    world.run().await;
    assert_eq!(world.sent_to(OFFICE, PERSON), ["A agenda."]);
    let took = world.clock.now_ms() - began;
    assert!((20_000..30_000).contains(&took), "neither sooner nor much later, and the run is over then: {took} ms");
}

#[tokio::test]
async fn a_run_does_not_wait_for_what_the_next_one_can_do() {
    let world = World::start().await;
    let plan = world.plan(PERSON, "A agenda.").await;
    world.postpone(&plan, 50).await;
    let began = world.clock.now_ms();
    world.run().await;
    assert!(world.clock.now_ms() - began < 10_000);
    world.minutes(1).await;
    assert_eq!(world.sent_to(OFFICE, PERSON), ["A agenda."]);
}

#[tokio::test]
async fn every_kind_of_reply_goes_out() {
    let world = World::start().await;
    let message = world.due("1", "Uma mensagem.").await;
    let private = world.plan_comment("2", ReplyAction::PrivateReply, "Em particular.").await;
    let public = world.plan_comment("3", ReplyAction::PublicReply, "Em público.").await;
    for plan in [&private, &public] {
        world.postpone(plan, 0).await;
    }
    world.run().await;
    for plan in [&message, &private, &public] {
        assert_eq!(world.state(plan).await.0, ReplyState::Sent);
    }
    let comment = |plan: &crate::world::Plan| plan.key.sk.trim_start_matches("C#").to_owned();
    assert_eq!(world.meta.private_replies(&comment(&private)).len(), 1);
    assert_eq!(world.meta.public_replies(&comment(&public)).len(), 1);
    assert_eq!(world.level("DueReplies"), Some(3));
}

#[tokio::test]
async fn a_conversations_backlog_goes_out_in_order() {
    let world = World::start().await;
    let mut plans = Vec::new();
    let texts: Vec<String> = (1..=6).map(|n| format!("Resposta {n}.")).collect();
    for text in &texts {
        plans.push(world.plan(PERSON, text).await);
        world.pass(1);
    }
    // Due in the opposite order, and all of them by now.
    for (place, plan) in plans.iter().rev().enumerate() {
        world.postpone(plan, i64::try_from(place).unwrap() - 10).await;
    }
    world.run().await;
    assert_eq!(world.sent_to(OFFICE, PERSON), texts);
}

#[tokio::test]
async fn case_63_and_71_a_dead_token_waits_for_a_login_and_expires_without_one() {
    for logs_in in [true, false] {
        let world = World::start().await;
        let plan = world.due(PERSON, "A agenda.").await;
        world.graph.script("SendMessage", [MetaFate::Refuse(Reply::refusal(190, Some(463)))]);
        world.run().await;
        assert_eq!(world.state(&plan).await, (ReplyState::Planned, Some("token/190/463".to_owned())));
        assert_eq!(world.metric("AccountsBroken"), 1);
        world.minutes(20).await;
        assert_eq!(world.state(&plan).await.0, ReplyState::Planned, "it waits while it is fresh");
        let calls = world.meta.calls().len();
        if logs_in {
            world.connect(OFFICE).await;
        }
        world.minutes(45).await;
        if logs_in {
            assert_eq!(world.sent_to(OFFICE, PERSON), ["A agenda."]);
        } else {
            assert_eq!(world.state(&plan).await, (ReplyState::Failed, Some("expired".to_owned())));
            assert_eq!(world.meta.calls().len(), calls, "nobody asks Meta with a dead token");
            assert_eq!(world.metric("RepliesFailed"), 1);
        }
        assert_eq!(world.metric("AccountsBroken"), 1, "one alarm");
    }
}

#[tokio::test]
async fn case_73_what_was_stopped_is_cancelled() {
    let everything = Scope::Everything;
    let office = AccountId::parse(OFFICE).unwrap();
    let cases = ["everything stopped", "account stopped", "account disconnected", "unsent"];
    for case in cases {
        let world = World::start().await;
        let plan = world.due(PERSON, "A agenda.").await;
        match case {
            "everything stopped" => world.store.set_stopped(everything, Some(1)).await.unwrap(),
            "account stopped" => world.store.set_stopped(Scope::Account(&office), Some(1)).await.unwrap(),
            "account disconnected" => {
                world.change(OFFICE, |account| account.connection = Connection::Disconnected).await;
            }
            _ => {
                let mid = plan.key.sk.trim_start_matches("M#").to_owned();
                world.meta.unsend(OFFICE, &mid);
                world.store_event(&world.told_last()).await;
            }
        }
        world.run().await;
        assert_eq!(world.state(&plan).await, (ReplyState::Failed, Some("cancelled".to_owned())), "{case}");
        assert!(world.sent_to(OFFICE, PERSON).is_empty(), "{case}");
        assert_eq!(world.item(&plan).await.due_at, None, "{case}");
    }
}

#[tokio::test]
async fn replies_of_an_account_that_is_not_there_are_cancelled() {
    let world = World::start().await;
    let sk = "M#aWdfExampleMid01";
    let plan =
        world.plan_item("17841400000000099", PERSON, sk, "message", &[(ReplyAction::Message, "A agenda.")]).await;
    world.postpone(&plan, 0).await;
    world.run().await;
    assert_eq!(world.state(&plan).await, (ReplyState::Failed, Some("cancelled".to_owned())));
    assert!(world.meta.calls().is_empty());
}
