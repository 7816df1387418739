//! Every conditional write of the model, tried on the real table from every state it could meet.

use aws_sdk_dynamodb::Client;
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use store::{
    Decided, Ended, Item, ItemContent, Key, Postponed, Reply, ReplyAction, ReplyRef, ReplyState, SentAs, Store,
    StoreError, TABLE_DEFINITION,
};

use crate::in_step::{STAGES, stage, state};
use crate::message::{Message, Stage, Written};
use crate::world::Attempt;

const NOW_MS: i64 = 1_767_225_600_000;

/// A write, and what it makes of a reply.
#[derive(Debug, Clone, Copy)]
enum Write {
    Sent,
    Found,
    Ended(Stage),
    Judged(Stage),
    Resolved(Stage),
    Postponed,
}

const WRITES: [Write; 10] = [
    Write::Sent,
    Write::Found,
    Write::Ended(Stage::Unknown),
    Write::Ended(Stage::Planned),
    Write::Ended(Stage::Failed),
    Write::Judged(Stage::Planned),
    Write::Judged(Stage::Parked),
    Write::Judged(Stage::Unknown),
    Write::Resolved(Stage::Failed),
    Write::Postponed,
];

/// By the model.
fn expected(write: Write, message: &mut Message, k: Attempt) -> Written {
    match write {
        Write::Sent => {
            message.record_sent(k, Some(k));
            Written::Yes
        }
        Write::Found => message.record_found(k, k),
        Write::Ended(stage) => message.record_ended(k, stage),
        Write::Judged(stage) => message.record_judged(k, stage),
        Write::Resolved(stage) => message.record_resolved(k, stage),
        Write::Postponed => message.postpone(),
    }
}

/// By the table.
async fn actual(store: &Store, write: Write, reply: &ReplyRef, k: u64) -> Result<(), StoreError> {
    let sent = SentAs { mid: Some("m"), by: None, is_last: true, word: store::Word::Nobody, at: NOW_MS };
    let ended = |stage: Stage| Ended {
        state: state(stage).expect("what is recorded is a state"),
        reason: "test".to_owned(),
        due_at: (!stage.is_final()).then_some(NOW_MS),
        again: None,
        replies: 1,
        word: store::Word::Nobody,
        at: NOW_MS,
    };
    match write {
        Write::Sent => store.record_sent(reply, k, &sent).await.map(drop),
        Write::Found => store.record_found(reply, k, &sent).await,
        Write::Ended(stage) => store.record_ended(reply, k, &ended(stage)).await,
        Write::Judged(stage) => store.record_judged(reply, k, &ended(stage)).await,
        Write::Resolved(stage) => store.record_resolved(reply, k, &ended(stage), None).await,
        Write::Postponed => {
            let wait = Postponed { due_at: NOW_MS, why: "test", slot: None };
            store.postpone(reply, &wait).await
        }
    }
}

async fn save(store: &Store, key: &Key, state: ReplyState, att: u64) {
    let reply = Reply::planned("id".to_owned(), "rule".to_owned(), ReplyAction::Message, Some("oi".into()), i64::MAX);
    let replies = vec![Reply { state, att, ..reply }];
    let decided =
        Decided { why: "answered".to_owned(), rules: 1, trace: None, facts: None, effects: Vec::new(), replies };
    let content = ItemContent { kind: Some("message".to_owned()), ..ItemContent::default() };
    store.save_item(key, &Item::default(), &content, Some(&decided), 0).await.unwrap();
}

/// What an item's reply is in the model, as far as these writes change it.
async fn read(store: &Store, key: &Key) -> (Option<Stage>, u64, bool) {
    let item = store.item(key, NOW_MS).await.unwrap();
    (stage(item.replies()[0].state), item.replies()[0].att, item.due_at.is_some())
}

fn number(attempt: Option<Attempt>) -> u64 {
    let position = attempt.and_then(|attempt| Attempt::all().position(|each| each == attempt));
    position.map_or(0, |position| position as u64 + 1)
}

#[tokio::test]
async fn the_tables_writes_are_taken_and_refused_as_the_models_are() {
    let clock = Clock::default();
    let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
    dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
    let source = boot::Clock::from_source(clock);
    let config = boot::aws_config_at(dynamo.endpoint(), &source, boot::CallLimits::default()).await;
    let store = Store::new(Client::new(&config), "politicall-ig");

    let k = Attempt::all().nth(1).unwrap();
    let attempts = [None].into_iter().chain(Attempt::all().take(3).map(Some));
    let before: Vec<(Stage, ReplyState, Option<Attempt>)> = attempts
        .flat_map(|att| STAGES.into_iter().filter_map(move |stage| Some((stage, state(stage)?, att))))
        .collect();
    for write in WRITES {
        for (stage, state, att) in &before {
            let case = format!("{write:?} as attempt 2, on {stage:?} after attempt {}", number(*att));
            let key = Key { pk: "T#1#2".to_owned(), sk: format!("M#{case}") };
            save(&store, &key, *state, number(*att)).await;
            let outcome = actual(&store, write, &ReplyRef { item: key.clone(), step: 0 }, number(Some(k))).await;
            let mut message = Message { stage: *stage, att: *att, ..Message::default() };
            match expected(write, &mut message, k) {
                Written::Yes => assert!(outcome.is_ok(), "{case}: the model takes it: {outcome:?}"),
                Written::Refused => {
                    assert!(matches!(outcome, Err(StoreError::Conflict)), "{case}: the model refuses it: {outcome:?}");
                }
            }
            let expected = (Some(message.stage), number(message.att), message.is_due);
            assert_eq!(read(&store, &key).await, expected, "{case}");
        }
    }
}
