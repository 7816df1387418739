//! What reconciliation and the caretaker ask, and what they hear from a Meta with a world.

use std::time::Duration;

use graph::SendError;
use instagram::{CommentId, MessageId, PersonId, ThreadId, UnixMillis, Words};
use sandbox::meta::Reply;
use sandbox::meta::fault::{Fate, Script};

use crate::support::*;

fn kim() -> PersonId {
    PersonId::parse(KIM).unwrap()
}

#[tokio::test]
async fn a_message_is_found_by_way_of_its_person() {
    let scene = scene().await;
    let theirs = scene.meta.person_writes(ACCOUNT, KIM, "oi");
    scene.clock.advance(Duration::from_secs(5));
    let ours = send(&scene.graph).await.result.unwrap().message_id;

    let thread = scene.graph.thread_with(&token(), &kim()).await.result.unwrap().unwrap();
    let heads = scene.graph.thread_messages(&token(), &thread).await.result.unwrap().messages;
    let ids: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    assert_eq!(ids, [ours.as_str(), &theirs], "the newest first");
    assert_eq!(heads[0].created_at.0 - heads[1].created_at.0, 5_000);

    scene.clock.advance(Duration::from_secs(2));
    let read = scene.graph.message(&token(), &ours).await.result.unwrap();
    assert_eq!(read.id, ours);
    assert_eq!(read.created_at, Some(heads[0].created_at));
    assert_eq!(read.from.as_ref().map(PersonId::as_str), Some(ACCOUNT));
    assert_eq!(read.to, [kim()]);
    assert_eq!(read.text, Some(Words::from(TEXT)));
    assert!(!format!("{read:?}").contains("canary"), "no words get out");
}

#[tokio::test]
async fn threads_come_with_the_time_of_their_last_message_the_latest_first() {
    let scene = scene().await;
    assert_eq!(scene.graph.recent_threads(&token()).await.result.unwrap(), []);
    assert_eq!(scene.graph.thread_with(&token(), &kim()).await.result.unwrap(), None);

    scene.kim_writes();
    scene.clock.advance(Duration::from_secs(60));
    scene.meta.person_writes(ACCOUNT, "900000000000002", "olá");
    let threads = scene.graph.recent_threads(&token()).await.result.unwrap();
    let [latest, first] = &threads[..] else { panic!("two threads: {threads:?}") };
    assert_eq!(latest.updated_at.0 - first.updated_at.0, 60_000);
    let with_kim = scene.graph.thread_with(&token(), &kim()).await.result.unwrap();
    assert_eq!(with_kim.as_ref(), Some(&first.id));
}

#[tokio::test]
async fn what_is_gone_or_was_never_there_is_missing() {
    let scene = scene().await;
    let mid = MessageId::parse(scene.meta.person_writes(ACCOUNT, KIM, "oi")).unwrap();
    scene.meta.unsend(ACCOUNT, mid.as_str());
    let unsent = scene.graph.message(&token(), &mid).await.result.unwrap_err();
    assert!(unsent.is_missing(), "{unsent}");

    let nothing = ThreadId::parse("aWdfNothing").unwrap();
    let thread = scene.graph.thread_messages(&token(), &nothing).await.result.unwrap_err();
    assert!(thread.is_missing(), "{thread}");

    let comment = scene.kim_comments();
    scene.meta.world(|world| world.comment_mut(comment.as_str()).unwrap().deleted = true);
    let deleted = scene.graph.comment(&token(), &comment).await.result.unwrap_err();
    assert!(deleted.is_missing(), "{deleted}");
    let replies = scene.graph.comment_replies(&token(), &comment).await.result.unwrap_err();
    assert!(replies.is_missing(), "{replies}");
}

#[tokio::test]
async fn a_refusal_for_another_reason_is_not_a_missing_object() {
    for code in [1, 3, 4, 10, 100, 190, 230, 613] {
        let scene = scene().await;
        let (_door, graph) =
            scene.door(Script::new("ReadConversations", [Fate::Refuse(Reply::refusal(code, None))])).await;
        let error = graph.recent_threads(&token()).await.result.unwrap_err();
        assert!(!error.is_missing(), "{code}: {error}");
    }
}

#[tokio::test]
async fn a_third_read_within_a_second_is_throttled() {
    let scene = scene().await;
    for expected in ["sent", "sent", "throttled"] {
        assert_eq!(word(&scene.graph.recent_threads(&token()).await.result), expected);
    }
    scene.clock.advance(Duration::from_secs(1));
    assert!(scene.graph.recent_threads(&token()).await.result.is_ok());
}

#[tokio::test]
async fn a_comment_is_read_with_the_replies_below_it() {
    let scene = scene().await;
    let comment = scene.kim_comments();
    let read = scene.graph.comment(&token(), &comment).await.result.unwrap();
    assert_eq!((&read.id, read.text), (&comment, Some(Words::from("preço?"))));
    assert_eq!((read.from, read.username), (Some(kim()), Some(Words::from("kim"))));
    assert!(read.at > Some(UnixMillis(0)));

    let none = scene.graph.comment_replies(&token(), &comment).await.result.unwrap();
    assert!(none.comments.is_empty() && none.is_whole);

    let ours = reply_publicly(&scene.graph, &comment).await.unwrap();
    let replies = scene.graph.comment_replies(&token(), &comment).await.result.unwrap();
    let found: Vec<(&CommentId, Option<&Words>)> =
        replies.comments.iter().map(|reply| (&reply.id, reply.text.as_ref())).collect();
    assert_eq!(found, [(&ours, Some(&Words::from(TEXT)))]);
    assert_eq!(replies.comments[0].from.as_ref().map(PersonId::as_str), Some(ACCOUNT));
}

#[tokio::test]
async fn a_read_with_a_dead_token_is_a_dead_token() {
    let scene = scene().await;
    scene.kim_writes();
    scene.meta.world(|world| world.account_mut(ACCOUNT).unwrap().token = "other".into());
    let error = scene.graph.thread_with(&token(), &kim()).await.result.unwrap_err();
    assert!(matches!(error, SendError::TokenDead { .. }), "{error}");
}
