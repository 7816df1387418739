//! Whoever observes a client is told of every call once, however it ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use graph::{Call, Class, Graph, Operation};
use instagram::outgoing::SenderAction;
use instagram::{CommentId, MessageId, PersonId};
use sandbox::meta::Reply;
use sandbox::meta::fault::{Fate, Script};
use secrecy::SecretString;

use crate::support::*;

type Told = Arc<Mutex<Vec<Call>>>;

fn observed(graph: Graph) -> (Graph, Told) {
    let told = Told::default();
    let ear = Arc::clone(&told);
    (graph.observed(move |call| ear.lock().unwrap().push(call)), told)
}

fn words(told: &Told) -> Vec<(Operation, Class)> {
    told.lock().unwrap().iter().map(|call| (call.operation, call.class)).collect()
}

#[tokio::test]
async fn each_kind_of_call_is_told_under_its_operation() {
    let scene = scene().await;
    scene.kim_writes();
    let comment = scene.kim_comments();
    let (graph, told) = observed(scene.graph.clone());
    let kim = PersonId::parse(KIM).unwrap();
    let mid = MessageId::parse("mid.none").unwrap();
    send(&graph).await.result.unwrap();
    graph.sender_action(&token(), &account(), &kim, &SenderAction::MarkSeen).await.result.unwrap();
    reply_privately(&graph, &comment).await.result.unwrap();
    reply_publicly(&graph, &comment).await.unwrap();
    graph.hide_comment(&token(), &comment, true).await.result.unwrap();
    graph.thread_with(&token(), &kim).await.result.unwrap();
    graph.message(&token(), &mid).await.result.unwrap_err();
    graph.me(&token()).await.result.unwrap();
    graph.subscriptions(&token(), &account()).await.result.unwrap();
    graph.comment(&SecretString::from("IGAA-of-nobody"), &CommentId::parse("1").unwrap()).await.result.unwrap_err();
    assert_eq!(
        words(&told),
        [
            (Operation::Send, Class::Ok),
            (Operation::Send, Class::Ok),
            (Operation::Private, Class::Ok),
            (Operation::Public, Class::Ok),
            (Operation::Public, Class::Ok),
            (Operation::Read, Class::Ok),
            (Operation::Read, Class::Refused),
            (Operation::Account, Class::Ok),
            (Operation::Account, Class::Ok),
            (Operation::Read, Class::TokenDead),
        ]
    );
}

#[tokio::test]
async fn how_a_call_ends_is_told_once() {
    let cases = [
        ("served", Fate::Serve, Class::Ok),
        ("a limit", Fate::Refuse(Reply::refusal(613, None)), Class::Throttled),
        ("a dead token", Fate::Refuse(Reply::refusal(190, Some(463))), Class::TokenDead),
        ("not sure", Fate::Refuse(Reply::refusal(2, None)), Class::Failed),
        ("hung up", Fate::HangUp, Class::Failed),
        ("answer lost", Fate::LoseAnswer, Class::Failed),
    ];
    for (case, fate, class) in cases {
        let scene = scene().await;
        scene.kim_writes();
        let (_door, graph) = scene.door(Script::new("SendMessage", [fate])).await;
        let (graph, told) = observed(graph);
        let _ = send(&graph).await;
        assert_eq!(words(&told), [(Operation::Send, class)], "{case}");
    }
}

#[tokio::test]
async fn a_call_that_is_too_slow_or_given_up_failed_and_took_its_time() {
    let patience = Duration::from_millis(100);
    let scene = scene().await;
    scene.kim_writes();
    let (_door, graph) = scene.door(Script::new("SendMessage", [Fate::Hang, Fate::Hang])).await;
    let (graph, told) = observed(graph);
    let _ = send(&graph.impatient(patience)).await;
    assert!(tokio::time::timeout(patience, send(&graph)).await.is_err(), "its caller gives up");
    assert_eq!(words(&told), [(Operation::Send, Class::Failed); 2]);
    assert!(told.lock().unwrap().iter().all(|call| call.took >= patience), "{told:?}");
}

#[tokio::test]
async fn what_was_never_called_and_what_others_call_is_not_told() {
    let scene = scene().await;
    scene.kim_writes();
    let (graph, told) = observed(scene.graph.clone());
    graph.warm_up().await.unwrap();
    graph.me(&SecretString::from("IGAA\r\nHost: elsewhere")).await.result.unwrap_err();
    send(&scene.graph).await.result.unwrap();
    assert_eq!(words(&told), []);
}
