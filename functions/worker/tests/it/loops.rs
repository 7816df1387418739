//! Two machines that answer each other stop, and rules keep their distance.

use std::time::Duration;

use job::Job;
use sandbox::meta::Echo;

use crate::kills::crash;
use crate::world::{APP, OFFICE, PERSON, POST, World, jobs_of};

const ECHO: &str = r#"{"version": 1, "rules": [
    {"id": "eco", "on": ["message"], "do": [{"text": "Recebemos a sua mensagem."}]},
    {"id": "abaixo", "on": ["comment"], "in_threads": true, "do": [{"public_reply": "Obrigado!"}]}]}"#;

#[tokio::test]
async fn case_85_two_machines_stop_after_six_answers_in_ten_minutes() {
    let world = World::answering(ECHO).await;
    world.meta.set_echo(Echo::Drop);
    let mut jobs: Vec<Job> = Vec::new();
    for _ in 0..12 {
        world.clock.advance(Duration::from_secs(20));
        let job = world.writes(PERSON, "Recebemos a sua mensagem.");
        world.apply(std::slice::from_ref(&job)).await;
        jobs.push(job);
    }
    assert_eq!(world.sent_to(PERSON).len(), 6);
    assert_eq!(world.why(&jobs[6]).await.as_deref(), Some("loop"));
    assert_eq!(world.why(&jobs[7]).await.as_deref(), Some("paused"));
    assert_eq!(world.metric("LoopsBroken"), 1, "one alarm, not one for each message");
    world.clock.advance(Duration::from_secs(13 * 3600));
    let later = world.writes(PERSON, "oi");
    world.apply(std::slice::from_ref(&later)).await;
    assert_eq!(world.why(&later).await.as_deref(), Some("answered"), "the pause ends");
}

#[tokio::test]
async fn case_85_gestures_beside_the_answers_do_not_hide_a_loop() {
    let set = r#"{"version": 1, "rules": [
        {"id": "marca", "on": ["message"], "do": [{"tag": "falou"}], "continue": true},
        {"id": "amor", "on": ["message"], "do": [{"react": "love"}], "continue": true},
        {"id": "eco", "on": ["message"], "do": [{"text": "Recebemos."}]}]}"#;
    let world = World::answering(set).await;
    world.meta.set_echo(Echo::Drop);
    for _ in 0..10 {
        world.clock.advance(Duration::from_secs(20));
        world.apply(&[world.writes(PERSON, "oi")]).await;
    }
    assert_eq!(world.sent_to(PERSON).len(), 6);
}

#[tokio::test]
async fn case_85_a_crash_at_the_break_breaks_it_all_the_same() {
    for k in 1..=3 {
        let mut world = World::answering(ECHO).await;
        world.meta.set_echo(Echo::Drop);
        for _ in 0..6 {
            world.apply(&[world.writes(PERSON, "oi")]).await;
        }
        let job = world.writes(PERSON, "oi");
        assert!(crash(&mut world, std::slice::from_ref(&job), k, true).await);
        world.clock.advance(Duration::from_secs(181));
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.why(&job).await.as_deref(), Some("loop"), "{k}");
        assert!(world.conversation(&job).await.facts.paused_until().is_some(), "{k}");
        assert_eq!(world.sent_to(PERSON).len(), 6, "{k}");
    }
}

#[tokio::test]
async fn case_85_a_question_answered_by_its_fallback_counts_in_a_loop() {
    let set = r#"{"version": 1, "rules": [{"id": "pergunta", "on": ["message"], "do": [{"ask": {"fallback": "Já respondemos."}}]}]}"#;
    let world = World::answering(set).await;
    world.meta.set_echo(Echo::Drop);
    for _ in 0..9 {
        world.apply(&[world.writes(PERSON, "oi")]).await;
    }
    assert_eq!(world.sent_to(PERSON).len(), 6);
}

#[tokio::test]
async fn case_85_own_replies_and_echoes_coming_back_are_never_answered() {
    let world = World::answering(ECHO).await;
    world.meta.set_own_comments_come_back(true);
    world.apply(&[world.comments(PERSON, "oi"), world.writes(PERSON, "oi")]).await;
    let back = world.told();
    assert_eq!(back.len(), 2, "the own reply below the comment, and the echo");
    world.clock.advance(Duration::from_secs(20));
    world.apply(&back).await;
    for job in &back {
        assert_eq!(world.why(job).await.as_deref(), Some("own_message"));
    }
    assert_eq!((world.told().len(), world.attempts()), (0, 2));
}

#[tokio::test]
async fn case_101_a_mention_below_somebody_elses_post_fires_only_a_rule_that_says_so() {
    let set = |elsewhere: bool| {
        format!(
            r#"{{"version": 1, "rules": [{{"id": "r", "on": ["comment"], "on_other_media": {elsewhere}, "do": [{{"tag": "mencao"}}]}}]}}"#
        )
    };
    for (elsewhere, why) in [(false, "no_match"), (true, "handled")] {
        let world = World::answering(&set(elsewhere)).await;
        world.meta.person_comments(OFFICE, "18000000000099999", PERSON, "@office olha isso");
        let job = world.only_told();
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.why(&job).await.as_deref(), Some(why));
        assert_eq!(world.attempts(), 0);
    }
}

#[tokio::test]
async fn replies_inside_a_thread_are_left_alone_unless_a_rule_says_so() {
    for (in_threads, why) in [(false, "no_match"), (true, "answered")] {
        let set = format!(
            r#"{{"version": 1, "rules": [{{"id": "r", "on": ["comment"], "in_threads": {in_threads}, "do": [{{"public_reply": "Obrigado!"}}]}}]}}"#
        );
        let world = World::answering(&set).await;
        let parent = world.meta.person_comments(OFFICE, POST, PERSON, "oi");
        let body = format!(
            r#"{{"object":"instagram","entry":[{{"id":"{OFFICE}","time":{},"changes":[{{"field":"comments","value":{{"id":"18000000000077777","parent_id":"{parent}","from":{{"id":"942"}},"media":{{"id":"{POST}"}},"text":"oi"}}}}]}}]}}"#,
            world.clock.now_ms() / 1000
        );
        world.meta.learn(body.as_bytes());
        let jobs = jobs_of(body.as_bytes(), crate::world::APP, world.clock.now_ms());
        world.apply(&jobs).await;
        assert_eq!(world.why(&jobs[0]).await.as_deref(), Some(why));
    }
}

#[tokio::test]
async fn a_public_reply_that_comes_back_under_a_strangers_name_is_known_by_its_id() {
    let world = World::answering(ECHO).await;
    world.apply(&[world.comments(PERSON, "linda")]).await;
    let reply = world.meta.world(|w| w.comments.iter().find(|comment| comment.app_id.is_some()).unwrap().clone());
    let now = world.clock.now_ms();
    let told = |id: &str| {
        let value = serde_json::json!({"from": {"id": "27000000000000077", "username": "nome.antigo"}, "id": id,
            "media": {"id": POST, "media_product_type": "FEED"}, "parent_id": reply.parent, "text": "Obrigado!"});
        let change = serde_json::json!({"field": "comments", "value": value});
        let entry = serde_json::json!({"id": OFFICE, "time": now / 1000, "changes": [change]});
        jobs_of(serde_json::json!({"object": "instagram", "entry": [entry]}).to_string().as_bytes(), APP, now).remove(0)
    };
    let (own, somebodys) = (told(&reply.id), told("18000000000088888"));
    world.apply(&[own.clone(), somebodys.clone()]).await;
    assert_eq!(world.why(&own).await.as_deref(), Some("own_message"));
    assert_eq!(world.why(&somebodys).await.as_deref(), Some("answered"), "the same words of somebody else");
}
