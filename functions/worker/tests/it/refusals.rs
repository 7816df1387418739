//! What Meta's rules forbid comes back as a reason, on the reply or in the decision; what the person wrote is kept.

use std::time::Duration;

use sandbox::meta::{Policy, RepeatedReply};
use store::ReplyState::Failed;

use crate::world::{OFFICE, PERSON, POST, World, key_of};

#[tokio::test]
async fn what_meta_itself_refuses_comes_back_as_a_reason_on_the_reply() {
    type Arrange = fn(&World, &str);
    let cases: [(&str, &str, Arrange, &str, Policy); 6] = [
        (
            "the window closed for Meta",
            "agenda",
            |world, _| {
                world.meta.world(|w| w.thread_mut(OFFICE, PERSON).last_user_at = None);
            },
            "window/10/2534022",
            Policy::Window,
        ),
        (
            "the person blocked the account",
            "agenda",
            |world, _| world.meta.world(|w| w.person_mut(OFFICE, PERSON).unwrap().unavailable = true),
            "person_unavailable/551/1545041",
            Policy::Availability,
        ),
        (
            "a comment used by hand, and Meta says so",
            "quero",
            |world, comment| {
                world.meta.world(|w| w.comment_mut(comment).unwrap().private_reply = Some("by.hand".to_owned()));
            },
            "already_replied/10900",
            Policy::OnePrivateReply,
        ),
        (
            "a comment used by hand, and Meta does not say so",
            "quero",
            |world, comment| {
                world.meta.set_repeated_reply(RepeatedReply::Unnamed);
                world.meta.world(|w| w.comment_mut(comment).unwrap().private_reply = Some("by.hand".to_owned()));
            },
            "comment_unusable/100/2534025",
            Policy::OnePrivateReply,
        ),
        (
            "a comment deleted meanwhile",
            "quero",
            |world, comment| world.meta.world(|w| w.comment_mut(comment).unwrap().deleted = true),
            "comment_unusable/100/2534025",
            Policy::UsableComment,
        ),
        (
            "a comment that a person hid",
            "linda",
            |world, comment| world.meta.world(|w| w.comment_mut(comment).unwrap().hidden = true),
            "invalid_parameter/100",
            Policy::Moderation,
        ),
    ];
    for (case, words, arrange, reason, policy) in cases {
        let world = World::start().await;
        let job = if words == "agenda" { world.writes(PERSON, words) } else { world.comments(PERSON, words) };
        arrange(&world, key_of(&job).sk.trim_start_matches("C#"));
        world.apply(std::slice::from_ref(&job)).await;
        let reply = world.reply(&job).await;
        assert_eq!((reply.state, reply.reason.as_deref()), (Failed, Some(reason)), "{case}");
        assert_eq!(world.meta.policies_refused(), [policy], "{case}");
        assert!(world.item(&job).await.content.body.is_some(), "{case}: what the person wrote is kept");
        world.clock.advance(Duration::from_secs(200));
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.attempts(), 1, "{case}: once");
    }
}

#[tokio::test]
async fn what_would_be_refused_is_not_even_tried() {
    let long = "a".repeat(895);
    let set = format!(
        r#"{{"version": 1, "rules": [
            {{"id": "longo", "on": ["comment"], "when": [{{"words": {{"any": ["eco"]}}}}], "do": [{{"private_reply": "{long} {{comment}}"}}]}},
            {{"id": "ao_vivo", "on": ["live_comment"], "do": [{{"private_reply": "Estamos ao vivo!"}}]}},
            {{"id": "curto", "on": ["message"], "do": [{{"text": "Oi."}}]}},
            {{"id": "tudo", "on": ["comment"], "do": [{{"private_reply": "Oi."}}]}}]}}"#
    );
    let world = World::answering(&set).await;
    world.meta.world(|w| {
        let broadcast = sandbox::meta::world::Media {
            account: OFFICE.to_owned(),
            id: "18000000000020202".to_owned(),
            ..Default::default()
        };
        w.media.push(broadcast);
    });
    let echoed = world.comments("951", &format!("eco {}", "€".repeat(40)));
    let live = {
        world.meta.person_comments_live(OFFICE, "18000000000020202", "952", "oi");
        world.told_last()
    };
    let (message, comment) = (world.writes("953", "oi"), world.comments("954", "oi"));
    world.apply(std::slice::from_ref(&echoed)).await;
    world.clock.advance(Duration::from_secs(5 * 60 + 1));
    world.apply(std::slice::from_ref(&live)).await;
    world.clock.advance(Duration::from_secs(24 * 3600));
    world.apply(std::slice::from_ref(&message)).await;
    world.clock.advance(Duration::from_secs(7 * 24 * 3600));
    world.apply(std::slice::from_ref(&comment)).await;
    let cases = [
        ("too long once its blank is filled", echoed, "text_too_long"),
        ("a live comment of minutes ago", live, "too_old"),
        ("a message of yesterday", message, "too_old"),
        ("a comment of last week", comment, "too_old"),
    ];
    for (case, job, why) in cases {
        assert_eq!(world.why(&job).await.as_deref(), Some(why), "{case}");
        assert!(world.item(&job).await.decision.unwrap().trace.is_some(), "{case}: explained");
    }
    assert_eq!((world.attempts(), world.meta.policy_refusals()), (0, 0));
}

#[tokio::test]
async fn a_live_comments_answer_fails_by_name_once_the_broadcast_is_over() {
    let set =
        r#"{"version": 1, "rules": [{"id": "ao_vivo", "on": ["live_comment"], "do": [{"private_reply": "Oi!"}]}]}"#;
    let world = World::answering(set).await;
    world.meta.person_comments_live(OFFICE, POST, PERSON, "oi");
    let job = world.told_last();
    world.meta.world(|w| w.media_mut(POST).unwrap().ended = true);
    world.apply(std::slice::from_ref(&job)).await;
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (Failed, Some("comment_unusable/100/2534025")));
}

#[tokio::test]
async fn rules_that_cannot_be_read_hold_up_no_message_and_no_wish() {
    let world = World::start().await;
    let account = instagram::AccountId::parse(OFFICE).unwrap();
    world.store.put_rules(&account, r#"{"version": 99}"#, world.clock.now_ms()).await.unwrap();
    world.clock.advance(Duration::from_secs(6));
    let jobs = [world.writes(PERSON, "um"), world.writes(PERSON, "PARAR"), world.comments("955", "quero")];
    world.apply(&jobs).await;
    assert_eq!(world.why(&jobs[0]).await.as_deref(), Some("rules_unreadable"));
    assert_eq!(world.why(&jobs[2]).await.as_deref(), Some("rules_unreadable"));
    assert!(world.conversation(&jobs[1]).await.facts.is_opted_out());
    assert_eq!(world.metric("RulesUnreadable"), 3);
    assert_eq!(world.attempts(), 0);
}
