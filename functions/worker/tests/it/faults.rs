//! The table and the queues in trouble.

use std::time::Duration;

use sandbox::fault::Fate;
use sandbox::meta::Echo;
use store::ReplyState;

use crate::world::{APP, OFFICE, PERSON, World, jobs_of};

/// What one operation of the worker meets, at its n-th call.
fn nth(n: usize, operation: &'static str, fate: Fate) -> impl FnMut(&sandbox::fault::Call) -> Fate + Send {
    let mut calls = 0;
    move |call| {
        calls += usize::from(call.operation == operation);
        if calls == n && call.operation == operation { fate.clone() } else { Fate::Serve }
    }
}

#[tokio::test]
async fn case_76_a_throttled_table_returns_the_record_and_later_everything_is_done_once() {
    let world = World::start().await;
    let jobs = [world.writes(PERSON, "um"), world.writes("971", "dois")];
    world.table.set(|_| Fate::THROTTLED);
    for _ in 0..3 {
        assert_eq!(world.deliver(&jobs).await, [0, 1]);
    }
    world.table.mend();
    world.apply(&jobs).await;
    assert_eq!([world.sent_to(PERSON), world.sent_to("971")], [["Resposta um."], ["Resposta dois."]]);
}

#[tokio::test]
async fn case_76_a_short_trouble_is_waited_out_in_place() {
    let world = World::start().await;
    let mut calls = 0;
    world.table.set(move |_| {
        calls += 1;
        if calls < 7 { Fate::THROTTLED } else { Fate::Serve }
    });
    world.apply(&[world.writes(PERSON, "um"), world.writes(PERSON, "dois")]).await;
    assert_eq!(world.sent_to(PERSON), ["Resposta um.", "Resposta dois."]);
}

#[tokio::test]
async fn case_78_a_lost_answer_of_the_table_loses_nothing_and_doubles_nothing() {
    for fate in [Fate::LoseAnswer, Fate::HangUp, Fate::THROTTLED, Fate::BROKEN] {
        for (operation, most) in [("BatchGetItem", 1), ("GetItem", 3), ("UpdateItem", 5)] {
            for n in 1..=most {
                let case = format!("{operation} {n}: {fate:?}");
                let world = World::start().await;
                world.meta.set_echo(Echo::Drop);
                world.table.set(nth(n, operation, fate.clone()));
                let job = world.writes(PERSON, "agenda");
                let mut returned = world.deliver(std::slice::from_ref(&job)).await;
                for _ in 0..3 {
                    if returned.is_empty() {
                        break;
                    }
                    world.clock.advance(Duration::from_secs(181));
                    returned = world.deliver(std::slice::from_ref(&job)).await;
                }
                assert!(returned.is_empty(), "{case}");
                let reply = world.reply(&job).await;
                let sent = world.sent_to(PERSON).len();
                assert!(sent <= 1, "{case}");
                match reply.state {
                    ReplyState::Sent => assert_eq!(sent, 1, "{case}"),
                    ReplyState::Planned | ReplyState::Unknown => {
                        assert!(world.item(&job).await.due_at.is_some(), "{case}");
                    }
                    other => panic!("{case}: {other:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn the_record_of_a_sent_reply_is_tried_again_before_it_is_given_up() {
    for (case, fate) in [("refused", Fate::THROTTLED), ("answer lost", Fate::LoseAnswer)] {
        let world = World::start().await;
        world.meta.set_echo(Echo::Drop);
        // Conversation, plan, claim: the fourth write is the record.
        let mut updates = 0;
        let fate = fate.clone();
        world.table.set(move |call| {
            updates += usize::from(call.operation == "UpdateItem");
            if call.operation == "UpdateItem" && (4..6).contains(&updates) { fate.clone() } else { Fate::Serve }
        });
        let job = world.writes(PERSON, "agenda");
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.reply(&job).await.state, ReplyState::Sent, "{case}");
        assert_eq!(world.sent_to(PERSON).len(), 1, "{case}");
    }
}

#[tokio::test]
async fn case_79_what_is_too_large_for_an_item_is_kept_in_quarantine_and_pointed_to() {
    let world = World::start().await;
    let url = "x".repeat(310_000);
    let body = |mid: &str, message: &str| {
        format!(
            r#"{{"object":"instagram","entry":[{{"id":"{OFFICE}","time":1793620801000,"messaging":[{{"sender":{{"id":"{PERSON}"}},"recipient":{{"id":"{OFFICE}"}},"timestamp":1793620801000,{}}}]}}]}}"#,
            message.replace("MID", mid)
        )
    };
    let cases = [
        (
            "an attachment",
            format!(r#""message":{{"mid":"MID","attachments":[{{"type":"image","payload":{{"url":"{url}"}}}}]}}"#),
        ),
        ("an event nobody knows", format!(r#""future":{{"mid":"MID","data":"{url}"}}"#)),
        ("an edit", format!(r#""message_edit":{{"mid":"MID","num_edit":1,"text":"{url}"}}"#)),
    ];
    for (place, (case, message)) in cases.into_iter().enumerate() {
        let jobs = jobs_of(body(&format!("large{place}"), &message).as_bytes(), APP, world.clock.now_ms());
        // The quarantine is down at first: the event must not count as stored before it is kept.
        world.queue.set(|call| if call.operation == "SendMessage" { Fate::BROKEN } else { Fate::Serve });
        assert_eq!(world.deliver(&jobs).await, [0], "{case}");
        world.queue.mend();
        world.apply(&jobs).await;
        world.apply(&jobs).await;
        let item = world.item(&jobs[0]).await;
        assert!(item.content.in_quarantine, "{case}");
        let kept = world.quarantined();
        assert_eq!(kept.len(), place + 1, "{case}: kept once");
        assert_eq!(kept[place].0, "too_large", "{case}");
        assert_eq!(kept[place].1, jobs[0].body().into_bytes(), "{case}");
    }
}

#[tokio::test]
async fn a_conversation_that_outlived_its_retention_begins_anew() {
    let world = World::start().await;
    let first = world.writes(PERSON, "um");
    world.apply(std::slice::from_ref(&first)).await;
    world.told();
    // Longer than anything is kept; time to live has not deleted it yet.
    world.clock.advance(Duration::from_secs(181 * 24 * 3600));
    let later = world.writes(PERSON, "dois");
    world.apply(std::slice::from_ref(&later)).await;
    assert_eq!(world.reply(&later).await.state, ReplyState::Sent);
    let facts = world.conversation(&later).await.facts;
    assert_eq!(facts.wrote.len(), 1, "nothing of the old conversation counts");

    world.apply(std::slice::from_ref(&first)).await;
    assert_eq!(world.sent_to(PERSON).len(), 2, "what was decided then is not decided again");
}

#[tokio::test]
async fn an_unsend_reaches_a_message_that_is_past_its_retention() {
    let world = World::start().await;
    let mid = world.meta.person_writes(OFFICE, PERSON, "um");
    let job = world.only_told();
    world.apply(std::slice::from_ref(&job)).await;
    world.told();
    world.clock.advance(Duration::from_secs(181 * 24 * 3600));
    world.meta.unsend(OFFICE, &mid);
    world.apply(&[world.only_told()]).await;
    let item = world.item(&job).await;
    assert!(item.content.deleted_at.is_some() && item.content.body.is_none());
}
