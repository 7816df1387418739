//! Against the sandbox's Meta: what it did is what the answer says.

use std::time::Duration;

use graph::{Scope, SendError, Usage};
use http::StatusCode;
use sandbox::meta::fault::{Fate, Script};
use sandbox::meta::world::Trouble;
use sandbox::meta::{Echo, Meta, RepeatedReply, Reply};

use crate::support::*;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_sent_text_is_in_the_world_under_the_id_that_came_back() {
    let scene = scene().await;
    scene.kim_writes();
    let answer = send(&scene.graph).await;
    let sent = answer.result.unwrap();
    let world = scene.meta.sent_to(ACCOUNT, KIM);
    assert_eq!(world.len(), 1);
    assert_eq!(world[0].mid, sent.message_id.as_str());
    assert_eq!(world[0].text.as_deref(), Some(TEXT));
    assert_eq!(sent.recipient_id.unwrap().as_str(), KIM);
    assert_eq!(answer.usage, Usage { app_percent: Some(0), account_percent: Some(0), regain: None });
}

#[tokio::test]
async fn the_world_decides_whether_a_text_goes_out() {
    fn person(meta: &Meta, change: impl FnOnce(&mut sandbox::meta::world::Person)) {
        meta.world(|world| change(world.person_mut(ACCOUNT, KIM).unwrap()));
    }
    fn account(meta: &Meta, change: impl FnOnce(&mut sandbox::meta::world::Account)) {
        meta.world(|world| change(world.account_mut(ACCOUNT).unwrap()));
    }
    fn trouble(meta: &Meta, code: u32, subcode: Option<u32>) {
        account(meta, |account| account.trouble = Some(Trouble { code, subcode }));
    }
    type Case = (&'static str, fn(&Scene), &'static str);
    let cases: [Case; 14] = [
        ("a person who wrote", |s| s.kim_writes(), "sent"),
        ("a person who never wrote", |_| {}, "window closed"),
        (
            "a day ago",
            |s| {
                s.kim_writes();
                s.clock.advance(DAY);
            },
            "window closed",
        ),
        (
            "just under a day ago",
            |s| {
                s.kim_writes();
                s.clock.advance(DAY - Duration::from_mins(1));
            },
            "sent",
        ),
        ("nobody of that id", |s| s.meta.world(|world| world.people.clear()), "no_such_person"),
        (
            "a person who blocked the account",
            |s| {
                s.kim_writes();
                person(&s.meta, |p| p.unavailable = true);
            },
            "person_unavailable",
        ),
        (
            "another app has the thread, case 65",
            |s| {
                s.kim_writes();
                s.meta.world(|w| w.thread_mut(ACCOUNT, KIM).controlled_by = Some("1".into()));
            },
            "not owner",
        ),
        (
            "messages switched off",
            |s| {
                s.kim_writes();
                account(&s.meta, |a| a.message_access = false);
            },
            "message_access_off",
        ),
        ("a token of nobody, case 63", |s| account(&s.meta, |a| a.token = "other".into()), "invalid"),
        ("an expired token", |s| account(&s.meta, |a| a.token_expires_at = Some(0)), "expired"),
        ("a removed app", |s| trouble(&s.meta, 190, Some(458)), "app_removed"),
        ("a restricted account", |s| trouble(&s.meta, 10, Some(1_893_063)), "restricted"),
        ("a policy block", |s| trouble(&s.meta, 368, None), "policy_block"),
        ("Meta's code 2", |s| trouble(&s.meta, 2, None), "unknown: server error"),
    ];
    for (case, arrange, expected) in cases {
        let scene = scene().await;
        arrange(&scene);
        let result = send(&scene.graph).await.result;
        assert_eq!(word(&result), expected, "{case}");
        assert_eq!(scene.meta.sent().len(), usize::from(expected == "sent"), "{case}: what the world says");
    }
}

#[tokio::test]
async fn a_full_limit_says_who_has_to_wait_and_how_long() {
    let scene = scene().await;
    scene.kim_writes();
    scene.meta.set_usage(ACCOUNT, 100, 7);
    let answer = send(&scene.graph).await;
    assert_eq!(
        answer.usage,
        Usage { app_percent: Some(0), account_percent: Some(100), regain: Some(Duration::from_mins(7)) }
    );
    let Err(SendError::Throttled { scope: Scope::Account, wait, .. }) = answer.result else { panic!("case 62") };
    assert_eq!(wait, Some(Duration::from_mins(7)));

    scene.meta.set_usage(ACCOUNT, 0, 0);
    scene.meta.set_usage(APP, 120, 0);
    let answer = send(&scene.graph).await;
    assert_eq!(answer.usage.app_percent, Some(120));
    assert!(matches!(answer.result, Err(SendError::Throttled { scope: Scope::App, wait: None, .. })), "case 102");
    assert_eq!(scene.meta.sent().len(), 0);
}

#[tokio::test]
async fn a_hundred_texts_a_second_and_no_more() {
    let scene = scene().await;
    scene.kim_writes();
    scene.meta.set_echo(Echo::Drop);
    let mut throttled = 0;
    for _ in 0..120 {
        match send(&scene.graph).await.result {
            Ok(_) => {}
            Err(SendError::Throttled { scope: Scope::Kind, .. }) => throttled += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(scene.meta.sent().len() + throttled, 120, "nothing else happened");
    scene.clock.advance(Duration::from_secs(1));
    assert_eq!(word(&send(&scene.graph).await.result), "sent");
}

#[tokio::test]
async fn a_comment_has_one_private_reply() {
    let scene = scene().await;
    let comment = scene.kim_comments();
    scene.meta.world(|world| world.person_mut(ACCOUNT, KIM).unwrap().direct_id = Some("911".into()));
    let sent = reply_privately(&scene.graph, &comment).await.result.unwrap();
    assert_eq!(sent.recipient_id.unwrap().as_str(), "911", "the id of direct messages, case 97");

    let named = reply_privately(&scene.graph, &comment).await.result;
    assert_eq!(word(&named), "already replied");
    scene.meta.set_repeated_reply(RepeatedReply::Unnamed);
    let unnamed = reply_privately(&scene.graph, &comment).await.result;
    assert_eq!(word(&unnamed), "comment unusable", "case 66");
    assert_eq!(scene.meta.private_replies(comment.as_str()).len(), 1);
}

#[tokio::test]
async fn not_every_comment_takes_a_private_reply() {
    type Case = (&'static str, fn(&Scene, &str), &'static str);
    let cases: [Case; 4] = [
        ("a fresh one", |_, _| {}, "sent"),
        (
            "a deleted one, case 67",
            |s, id| s.meta.world(|w| w.comment_mut(id).unwrap().deleted = true),
            "comment unusable",
        ),
        ("one of a week ago", |s, _| s.clock.advance(7 * DAY), "comment unusable"),
        ("one that never was", |s, _| s.meta.world(|w| w.comments.clear()), "object_missing"),
    ];
    for (case, arrange, expected) in cases {
        let scene = scene().await;
        let comment = scene.kim_comments();
        arrange(&scene, comment.as_str());
        assert_eq!(word(&reply_privately(&scene.graph, &comment).await.result), expected, "{case}");
    }
}

#[tokio::test]
async fn a_live_comment_takes_a_private_reply_while_the_broadcast_lasts_and_no_public_one() {
    let scene = scene().await;
    let live = |text| scene.meta.person_comments_live(ACCOUNT, POST, KIM, text).parse_id();
    let (during, after) = (live("quero"), live("eu também"));
    assert_eq!(word(&reply_publicly(&scene.graph, &during).await), "invalid_parameter");
    assert_eq!(word(&reply_privately(&scene.graph, &during).await.result), "sent");
    scene.meta.world(|world| world.media_mut(POST).unwrap().ended = true);
    assert_eq!(word(&reply_privately(&scene.graph, &after).await.result), "comment unusable");
}

#[tokio::test]
async fn a_public_reply_stands_below_its_comment() {
    let scene = scene().await;
    let comment = scene.kim_comments();
    let reply = reply_publicly(&scene.graph, &comment).await.unwrap();
    let replies = scene.meta.public_replies(comment.as_str());
    assert_eq!(replies.len(), 1);
    assert_eq!((replies[0].id.as_str(), replies[0].text.as_deref()), (reply.as_str(), Some(TEXT)));

    scene.meta.world(|world| world.comment_mut(comment.as_str()).unwrap().hidden = true);
    assert_eq!(word(&reply_publicly(&scene.graph, &comment).await), "invalid_parameter", "hidden");
    scene.meta.world(|world| world.comment_mut(comment.as_str()).unwrap().deleted = true);
    assert_eq!(word(&reply_publicly(&scene.graph, &comment).await), "object_missing", "deleted");
}

#[tokio::test]
async fn what_went_wrong_on_the_way_is_told_apart_from_what_did_not_happen() {
    let junk = |status: u16, body: &'static str| Reply::raw(StatusCode::from_u16(status).unwrap(), body);
    let cases = [
        ("answer lost, case 54", Fate::LoseAnswer, "unknown: no answer", 1),
        ("closed before the effect", Fate::HangUp, "unknown: no answer", 0),
        ("500 although sent, case 59", Fate::AnswerInstead(junk(500, "<html>")), "unknown: server error", 1),
        ("500 and not sent, case 60", Fate::Refuse(junk(500, "<html>")), "unknown: server error", 0),
        ("code 1 although sent", Fate::AnswerInstead(refusal(1, Some(1_357_046))), "unknown: said maybe", 1),
        ("junk for an answer, case 61", Fate::AnswerInstead(junk(200, "<html>")), "unknown: unreadable", 1),
        ("an empty answer, case 61", Fate::AnswerInstead(junk(200, "")), "unknown: unreadable", 1),
        (
            "an answer without an id",
            Fate::AnswerInstead(junk(200, "{\"recipient_id\":\"9\"}")),
            "unknown: unreadable",
            1,
        ),
        ("429 without a body, case 62", Fate::Refuse(junk(429, "")), "throttled", 0),
        ("an unlisted code", Fate::Refuse(refusal(4711, None)), "unknown: unlisted", 0),
        ("slow, but in time", Fate::Delay(Duration::from_millis(20)), "sent", 1),
    ];
    for (case, fate, expected, in_the_world) in cases {
        let scene = scene().await;
        scene.kim_writes();
        let (_door, graph) = scene.door(Script::new("SendMessage", [fate])).await;
        assert_eq!(word(&send(&graph).await.result), expected, "{case}");
        assert_eq!(scene.meta.sent().len(), in_the_world, "{case}: what the world says");
        assert_eq!(scene.meta.calls().len(), 1, "{case}: one call and no other");
    }
}

#[tokio::test]
async fn a_silent_meta_ends_with_the_deadline_whether_it_sent_or_not() {
    for (case, fate, in_the_world) in [("case 58", Fate::HangAfter, 1), ("nothing happened", Fate::Hang, 0)] {
        let scene = scene().await;
        scene.kim_writes();
        let door = scene.meta.door("worker", Script::new("SendMessage", [fate])).await.unwrap();
        let hasty = graph::Graph::with_deadline(door.endpoint(), Duration::from_millis(500)).unwrap();
        assert_eq!(word(&send(&hasty).await.result), "unknown: deadline", "{case}");
        assert_eq!(scene.meta.sent().len(), in_the_world, "{case}");
    }
}

/// Meta's texts quote what it was asked; none of it may come through.
#[tokio::test]
async fn no_error_quotes_a_token_a_text_or_a_body() {
    let quoting = |status: u16, code: u32| {
        let body = format!(r#"{{"error":{{"message":"{TOKEN} {TEXT}","code":{code},"fbtrace_id":"{TEXT}"}}}}"#);
        Reply::raw(StatusCode::from_u16(status).unwrap(), body)
    };
    let codes = [
        (400, 1),
        (400, 4),
        (400, 10),
        (400, 100),
        (400, 190),
        (400, 200),
        (400, 10_900),
        (400, 4711),
        (200, 0),
        (500, 2),
    ];
    let fates = codes.map(|(status, code)| Fate::Refuse(quoting(status, code)));
    let fates = fates.into_iter().chain([Fate::HangUp, Fate::LoseAnswer]);
    for fate in fates {
        let scene = scene().await;
        let (_door, graph) = scene.door(Script::new("SendMessage", [fate.clone()])).await;
        let answer = send(&graph).await;
        let error = answer.result.as_ref().unwrap_err();
        let mut said = format!("{answer:?} {error} {graph:?}");
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            said += &format!(" {cause} {cause:?}");
            source = cause.source();
        }
        for canary in ["canary", TOKEN, TEXT] {
            assert!(!said.contains(canary), "{fate:?} lets {canary} out: {said}");
        }
    }
}

fn refusal(code: u32, subcode: Option<u32>) -> Reply {
    let mut reply = Reply::refusal(code, subcode);
    reply.status = StatusCode::BAD_REQUEST;
    reply
}

trait ParseId {
    fn parse_id(self) -> instagram::CommentId;
}

impl ParseId for String {
    fn parse_id(self) -> instagram::CommentId {
        instagram::CommentId::parse(self).unwrap()
    }
}

#[tokio::test]
async fn case_101_a_post_is_the_accounts_own_only_if_its_comments_can_be_listed() {
    let scene = scene().await;
    let owns = async |media: &str| {
        let media = instagram::MediaId::parse(media).unwrap();
        scene.graph.owns_media(&token(), &media).await.result
    };
    assert_eq!(owns(POST).await, Ok(true));
    assert_eq!(owns("18000000000000999").await, Ok(false), "somebody else's");
    scene.meta.world(|world| world.account_mut(ACCOUNT).unwrap().trouble = Some(Trouble { code: 190, subcode: None }));
    assert!(matches!(owns(POST).await, Err(SendError::TokenDead { .. })), "nobody can tell");
}
