//! The account's own messages coming back: ours confirm, a person's pause automation.

use std::time::Duration;

use job::Job;
use sandbox::meta::Echo;
use store::ReplyState;

use crate::world::{MetaFate as Fate, OFFICE, PERSON, Record, World};

const A_WHILE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn an_answer_by_hand_silences_automation_and_an_own_echo_does_not() {
    let world = World::start().await;
    let first = world.writes(PERSON, "um");
    world.apply(&[first]).await;
    let echo = world.only_told();
    world.clock.advance(A_WHILE);
    world.apply(std::slice::from_ref(&echo)).await;
    assert_eq!(world.why(&echo).await.as_deref(), Some("own_message"));
    let second = world.writes(PERSON, "dois");
    world.apply(std::slice::from_ref(&second)).await;
    assert_eq!(world.why(&second).await.as_deref(), Some("answered"), "an own echo pauses nothing");
    world.told();

    world.clock.advance(A_WHILE);
    world.apply(&[world.answers_by_hand(PERSON, "Oi, aqui é a Ana.")]).await;
    let third = world.writes(PERSON, "tres");
    world.apply(std::slice::from_ref(&third)).await;
    assert_eq!(world.why(&third).await.as_deref(), Some("paused"));
    assert_eq!(world.sent_to(PERSON), ["Resposta um.", "Resposta dois."]);

    world.clock.advance(Duration::from_secs(13 * 3600));
    let later = world.writes(PERSON, "quatro");
    world.apply(std::slice::from_ref(&later)).await;
    assert_eq!(world.why(&later).await.as_deref(), Some("answered"), "a pause ends");
}

#[tokio::test]
async fn an_answer_within_five_seconds_is_another_automation_and_pauses_nothing() {
    let world = World::start().await;
    world.apply(&[world.writes(PERSON, "bom dia")]).await;
    world.clock.advance(Duration::from_secs(1));
    world.apply(&[world.answers_by_hand(PERSON, "Mensagem automática.")]).await;
    let job = world.writes(PERSON, "um");
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.why(&job).await.as_deref(), Some("answered"));
}

#[tokio::test]
async fn an_own_echo_is_known_however_many_replies_later_it_comes() {
    let world = World::start().await;
    let mut echoes = Vec::new();
    for word in ["passos", "um", "dois", "tres"] {
        world.apply(&[world.writes(PERSON, word)]).await;
        echoes.extend(world.told());
    }
    world.clock.advance(A_WHILE);
    echoes.reverse();
    world.apply(&echoes).await;
    assert_eq!(echoes.len(), 5);
    assert_eq!(world.conversation(&echoes[0]).await.facts.paused_until(), None);
}

#[tokio::test]
async fn case_54_an_own_echo_proves_a_reply_that_was_in_doubt() {
    for (case, fate) in [("answer lost", Fate::LoseAnswer), ("time-out", Fate::HangAfter)] {
        let world = World::start().await;
        world.clock.advance(A_WHILE);
        world.graph.script("SendMessage", [fate]);
        let job = world.writes(PERSON, "agenda");
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.reply(&job).await.state, ReplyState::Unknown, "{case}");
        let echo = world.only_told();
        world.apply(std::slice::from_ref(&echo)).await;
        let reply = world.reply(&job).await;
        assert_eq!(reply.state, ReplyState::Sent, "{case}");
        assert_eq!(reply.mid, Some(world.meta.sent()[0].mid.clone()), "{case}");
        assert_eq!(world.item(&job).await.due_at, None, "{case}");
        assert_eq!(world.conversation(&echo).await.facts.paused_until(), None, "{case}");

        let next = world.writes(PERSON, "um");
        world.apply(std::slice::from_ref(&next)).await;
        assert_eq!(world.reply(&next).await.state, ReplyState::Sent, "{case}: the gate is free");
    }
}

#[tokio::test]
async fn other_words_by_hand_prove_nothing_about_a_reply_in_doubt() {
    let world = World::start().await;
    world.meta.set_echo(Echo::Drop);
    world.graph.script("SendMessage", [Fate::HangUp]);
    let job = world.writes(PERSON, "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    world.meta.set_echo(Echo::Deliver);
    world.clock.advance(A_WHILE);
    let by_hand = world.answers_by_hand(PERSON, "Já respondo.");
    world.apply(std::slice::from_ref(&by_hand)).await;
    assert_eq!(world.reply(&job).await.state, ReplyState::Unknown);
    assert!(world.conversation(&by_hand).await.facts.paused_until().is_some());
}

#[tokio::test]
async fn the_same_words_from_before_the_attempt_prove_nothing() {
    let world = World::start().await;
    world.apply(&[world.writes(PERSON, "bom dia")]).await;
    world.clock.advance(A_WHILE);
    let by_hand = world.answers_by_hand(PERSON, "A agenda da semana.");
    world.clock.advance(Duration::from_secs(13 * 3600));
    world.meta.set_echo(Echo::Drop);
    world.graph.script("SendMessage", [Fate::HangUp]);
    let job = world.writes(PERSON, "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    world.apply(&[by_hand]).await;
    assert_eq!(world.reply(&job).await.state, ReplyState::Unknown);
}

#[tokio::test]
async fn case_55_an_echo_before_the_answer_pauses_for_no_longer_than_the_answer_takes() {
    for (case, words) in [("as sent", "A agenda da semana."), ("with words that Meta changed", "A agenda…")] {
        let world = World::start().await;
        world.apply(&[world.writes(PERSON, "um")]).await;
        world.apply(&world.told()).await;
        world.clock.advance(A_WHILE);
        let job = world.writes(PERSON, "agenda");
        let other = world.new_worker().await;
        world.trap.set_at("SendMessage", 1, true);
        let records = [Record::from(&job)];
        tokio::join!(async { world.hand_to(&world.worker, &records).await }, async {
            world.trap.sprung().await;
            let echo = world.only_told();
            let echo = Job::parse(&echo.body().replace("A agenda da semana.", words)).unwrap();
            world.clock.advance(Duration::from_secs(6));
            world.hand_to(&other, &[Record::from(&echo)]).await;
            world.trap.release();
        });
        assert_eq!(world.reply(&job).await.state, ReplyState::Sent, "{case}");
        let next = world.writes(PERSON, "dois");
        world.apply(std::slice::from_ref(&next)).await;
        assert_eq!(world.why(&next).await.as_deref(), Some("answered"), "{case}: no pause is left");
        assert_eq!(world.conversation(&next).await.facts.paused_until(), None, "{case}");
    }
}

#[tokio::test]
async fn case_97_a_private_replys_echo_under_another_person_id_leaves_no_pause() {
    const DIRECT: &str = "940000000000001";
    for (case, before_the_answer) in [("after the answer", false), ("before the answer", true)] {
        let world = World::start().await;
        world.apply(&[world.comments(PERSON, "bom dia")]).await;
        world.meta.world(|w| w.person_mut(OFFICE, PERSON).unwrap().direct_id = Some(DIRECT.to_owned()));
        world.clock.advance(A_WHILE);
        let job = world.comments(PERSON, "quero");
        let other = world.new_worker().await;
        world.trap.set_at("PrivateReply", u64::from(before_the_answer), true);
        let records = [Record::from(&job)];
        tokio::join!(async { world.hand_to(&world.worker, &records).await }, async {
            if before_the_answer {
                world.trap.sprung().await;
                let echo = world.only_told();
                assert_eq!(echo.peer.as_str(), DIRECT);
                world.clock.advance(Duration::from_secs(6));
                world.hand_to(&other, &[Record::from(&echo)]).await;
                world.trap.release();
            }
        });
        assert_eq!(world.reply(&job).await.state, ReplyState::Sent, "{case}");
        world.apply(&world.told()).await;
        world.clock.advance(A_WHILE);
        let answer = world.writes(DIRECT, "um");
        world.apply(std::slice::from_ref(&answer)).await;
        assert_eq!(world.why(&answer).await.as_deref(), Some("answered"), "{case}");
    }
}

#[tokio::test]
async fn case_85_the_account_does_not_answer_itself() {
    let world = World::start().await;
    let cases = [
        ("an own comment", format!(r#"{{"field":"comments","value":{{"id":"11","from":{{"id":"{OFFICE}"}},"text":"quero"}}}}"#)),
        (
            "an own comment by name",
            r#"{"field":"comments","value":{"id":"12","from":{"id":"77","username":"Office.IGAAoffice"},"text":"quero"}}"#.to_owned(),
        ),
        (
            "an own comment by its mark",
            r#"{"field":"comments","value":{"id":"13","from":{"id":"78","self_ig_scoped_id":"5"},"text":"quero"}}"#.to_owned(),
        ),
    ];
    for (case, change) in cases {
        let body =
            format!(r#"{{"object":"instagram","entry":[{{"id":"{OFFICE}","time":1793620801,"changes":[{change}]}}]}}"#);
        let jobs = crate::world::jobs_of(body.as_bytes(), crate::world::APP, world.clock.now_ms());
        world.apply(&jobs).await;
        assert_eq!(world.why(&jobs[0]).await.as_deref(), Some("own_message"), "{case}");
    }
    assert_eq!(world.attempts(), 0);
}
