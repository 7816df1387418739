//! Whose event is it, and what does its account allow?

use store::{Connection, Mode, ReplyState};

use crate::world::{APP, OFFICE, OTHER_APP, OTHER_OFFICE, PERSON, World, jobs_of};

fn delivery(account: &str, text: &str) -> String {
    format!(
        r#"{{"object":"instagram","entry":[{{"id":"{account}","time":{now},"messaging":[{{"sender":{{"id":"{PERSON}"}},"recipient":{{"id":"{account}"}},"timestamp":{now},"message":{{"mid":"m.{account}","text":"{text}"}}}}]}}]}}"#,
        now = 1_793_620_801_000_i64,
    )
}

#[tokio::test]
async fn case_95_an_event_signed_by_another_app_is_counted_and_nothing_of_it_is_stored() {
    let world = World::start().await;
    let before = world.everything().await.len();
    let jobs = jobs_of(delivery(OFFICE, "agenda").as_bytes(), OTHER_APP, world.clock.now_ms());
    world.apply(&jobs).await;
    assert_eq!(world.everything().await.len(), before, "nothing is stored");
    assert_eq!((world.metric("ForeignApp"), world.graph_calls()), (1, 0));
    assert!(world.quarantined().is_empty());
}

#[tokio::test]
async fn case_40_an_event_of_an_account_never_seen_goes_to_quarantine_and_can_be_replayed() {
    let world = World::start().await;
    let before = world.everything().await.len();
    let unknown = jobs_of(delivery("17841400000000099", "agenda").as_bytes(), APP, world.clock.now_ms());
    let known = world.writes(PERSON, "agenda");
    world.apply(&[unknown[0].clone(), known.clone()]).await;
    let quarantined = world.quarantined();
    assert_eq!(quarantined.len(), 1);
    assert_eq!(quarantined[0].0, "unknown_account");
    let kept = job::Job::parse(std::str::from_utf8(&quarantined[0].1).unwrap()).unwrap();
    assert_eq!(kept, unknown[0], "the very job");
    let kept = "the neighbour's message and conversation, and that its app is heard of";
    assert_eq!(world.everything().await.len(), before + 3, "{kept}");
    assert_eq!(world.reply(&known).await.state, ReplyState::Sent, "its neighbour is not held up");
}

#[tokio::test]
async fn an_account_that_may_not_be_served_leaves_nothing_behind() {
    let cases = [
        ("disconnected", Connection::Disconnected, Mode::Answer, 1),
        ("erased", Connection::Erased, Mode::Answer, 1),
        ("switched off", Connection::Connected, Mode::Off, 0),
    ];
    for (case, connection, mode, counted) in cases {
        let world = World::start().await;
        world.change(OFFICE, |account| (account.connection, account.mode) = (connection, mode)).await;
        let before = world.everything().await.len();
        let job = world.writes(PERSON, "agenda");
        world.apply(&[job]).await;
        assert_eq!(world.everything().await.len(), before, "{case}");
        assert_eq!((world.metric("FormerAccount"), world.graph_calls()), (counted, 0), "{case}");
    }
}

#[tokio::test]
async fn an_observing_account_stores_decides_and_explains_and_sends_nothing() {
    let world = World::start().await;
    world.set_mode(Mode::Observe).await;
    let job = world.writes(PERSON, "Qual a agenda?");
    world.apply(std::slice::from_ref(&job)).await;
    let decided = world.item(&job).await.decision.unwrap();
    assert_eq!((decided.why.as_str(), decided.rules, decided.replies.len()), ("observed", 1, 0));
    assert!(decided.trace.is_some() && decided.facts.is_some(), "the reason can be shown later");
    assert_eq!(world.item(&job).await.content.parsed_body().unwrap().text.unwrap().expose(), "Qual a agenda?");
    assert_eq!(world.graph_calls(), 0);
}

#[tokio::test]
async fn a_stop_takes_effect_within_five_seconds() {
    let world = World::start().await;
    world.apply(&[world.writes(PERSON, "um")]).await;
    world.set_mode(Mode::Observe).await;
    let after = world.writes(PERSON, "dois");
    world.apply(std::slice::from_ref(&after)).await;
    assert_eq!(world.why(&after).await.as_deref(), Some("observed"));
    assert_eq!(world.sent_to(PERSON), ["Resposta um."]);
}

#[tokio::test]
async fn case_73_what_was_planned_before_the_account_was_stopped_is_cancelled() {
    for (case, mode) in [("observing", Mode::Observe), ("switched off", Mode::Off)] {
        let mut world = World::start().await;
        let job = world.writes(PERSON, "agenda");
        crate::kills::crash_at_claim(&mut world, &job).await;
        assert_eq!(world.reply(&job).await.state, ReplyState::Planned, "{case}");
        world.set_mode(mode).await;
        world.clock.advance(std::time::Duration::from_secs(181));
        world.apply(std::slice::from_ref(&job)).await;
        let reply = world.reply(&job).await;
        assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Failed, Some("cancelled")), "{case}");
        assert_eq!(world.graph_calls(), 0, "{case}");
    }
}

#[tokio::test]
async fn an_account_whose_token_cannot_be_opened_still_gets_its_messages() {
    let world = World::start().await;
    let foreign = world.store.account(&instagram::AccountId::parse(OTHER_OFFICE).unwrap()).await.unwrap().unwrap();
    for (case, sealed) in [
        ("no token", None),
        ("another account's", foreign.sealed_token),
        ("not sealed at all", Some("IGAA".to_owned())),
    ] {
        world.change(OFFICE, |account| account.sealed_token = sealed).await;
        let job = world.writes(PERSON, "agenda");
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.reply(&job).await.state, ReplyState::Planned, "{case}");
        assert!(world.item(&job).await.due_at.is_some_and(|at| at > world.clock.now_ms()), "{case}");
    }
    assert_eq!(world.graph_calls(), 0);
}
