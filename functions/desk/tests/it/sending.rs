//! Somebody of the office answers, and so does a machine that was asked.

use serde_json::{Value, json};
use store::{Asked, Broken, Decided, Question, ReplyAction, ReplyRef, Steer};

use crate::stage::{
    MetaFate, OFFICE, OTHER_OFFICE, PERSON, Stage, TableFate, account_id, comment, live_comment, message, peer,
};

const SECOND_PERSON: &str = "900000000000002";
const HOUR: i64 = 3_600_000;
const PATH: &str = "/conversations/900000000000001";
const MESSAGES: &str = "/conversations/900000000000001/messages";
const WORDS: &str = "Bom dia! Aqui é a Ana, do gabinete.";

/// A person wrote so long ago.
async fn heard(ago: i64) -> Stage {
    let stage = Stage::new().await;
    stage.meta.person_writes(OFFICE, PERSON, "oi");
    stage.pass(ago);
    stage.hears(&message(PERSON, "m1", "oi"), ago, None).await;
    stage
}

fn sent(stage: &Stage) -> Vec<String> {
    let sent = stage.meta.sent();
    sent.iter().map(|message| message.body["message"]["text"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_message_goes_out_at_once_and_once_whoever_asks_again() {
    let stage = heard(HOUR).await;
    let first = stage.act_as("one", "POST", MESSAGES, json!({"text": WORDS})).await;
    assert_eq!((first.status, &first.body()["reply"]["state"]), (200, &json!("sent")));
    let again = stage.act_as("one", "POST", MESSAGES, json!({"text": WORDS})).await;
    assert_eq!((&again, sent(&stage)), (&first, vec![WORDS.to_owned()]));
    let other = stage.act_as("one", "POST", MESSAGES, json!({"text": "outro"})).await;
    assert_eq!((other.status, other.code(), sent(&stage).len()), (422, "key_reused".to_owned(), 1));
    let told = stage.get(PATH).await.body();
    let written = told["entries"].as_array().unwrap().iter().find(|entry| entry["sort"] == "written").unwrap().clone();
    assert_eq!((&written["replies"][0]["author"], &written["replies"][0]["text"]), (&json!("u-17"), &json!(WORDS)));
    assert!(told["conversation"]["paused_until"].as_i64().is_some_and(|until| until > stage.now()));
}

#[tokio::test]
async fn what_must_not_go_out_is_refused_in_plain_words_and_nothing_is_kept_of_it() {
    let cases: [(&str, i64, &str, Value, u64, &str); 5] = [
        ("a day later", 25 * HOUR, "", json!({"text": "oi"}), 409, "not_allowed"),
        ("too long", HOUR, "", json!({"text": "a".repeat(1_001)}), 409, "text_refused"),
        ("no text", HOUR, "", json!({"text": " "}), 400, "malformed"),
        ("stopped", HOUR, "stopped", json!({"text": "oi"}), 409, "stopped"),
        ("a dead token", HOUR, "broken", json!({"text": "oi"}), 409, "no_token"),
    ];
    for (case, ago, trouble, body, status, code) in cases {
        let stage = heard(ago).await;
        let mut account = stage.account().await;
        match trouble {
            "stopped" => account.stopped_at = Some(1),
            "broken" => account.broken = Some(Broken { at: 1, why: "token/190".to_owned() }),
            _ => {}
        }
        stage.store.put_account(&account).await.unwrap();
        let answer = stage.act("POST", MESSAGES, body).await;
        assert_eq!((answer.status, &*answer.code()), (status, code), "{case}");
        assert!(answer.body()["pt"].as_str().is_some_and(|words| words.len() > 10), "{case}");
        let told = stage.get(PATH).await.body();
        assert_eq!((told["entries"].as_array().unwrap().len(), sent(&stage).len()), (1, 0), "{case}");
    }
}

#[tokio::test]
async fn after_a_day_people_answer_with_metas_tag_where_the_account_may() {
    let stage = heard(25 * HOUR).await;
    let mut account = stage.account().await;
    account.human_agent = true;
    stage.store.put_account(&account).await.unwrap();
    stage.meta.world(|world| world.account_mut(OFFICE).unwrap().human_agent = true);
    let answer = stage.act("POST", MESSAGES, json!({"text": WORDS})).await;
    assert_eq!((answer.status, &answer.body()["reply"]["human_agent"]), (200, &json!(true)));
    assert_eq!(stage.meta.sent()[0].body["tag"], "HUMAN_AGENT");
}

#[tokio::test]
async fn neither_a_pause_nor_an_opt_out_keeps_people_from_answering() {
    let stage = heard(HOUR).await;
    let (account, now) = (stage.account().await, stage.now());
    let until = Steer::Pause(now + HOUR);
    stage.store.steer(&account, &peer(PERSON), &until, now).await.unwrap();
    stage.store.take_wish(&account.id, &peer(PERSON), true, "key", instagram::UnixMillis(now)).await.unwrap();
    assert_eq!(stage.act("POST", MESSAGES, json!({"text": WORDS})).await.status, 200);
}

#[tokio::test]
async fn a_comment_is_answered_below_it_and_once_privately() {
    let stage = Stage::new().await;
    stage.hears_comment("17900000000000001", "linda foto").await;
    let path = |what: &str| format!("{PATH}/comments/17900000000000001/{what}");
    let public = stage.act("POST", &path("replies"), json!({"text": "Obrigado!"})).await;
    assert_eq!((public.status, stage.meta.public_replies("17900000000000001").len()), (200, 1));
    let private = stage.act("POST", &path("private-reply"), json!({"text": "Chame a gente."})).await;
    assert_eq!((private.status, stage.meta.private_replies("17900000000000001").len()), (200, 1));
    let second = stage.act("POST", &path("private-reply"), json!({"text": "De novo."})).await;
    assert_eq!((second.status, second.body()["reason"].as_str()), (409, Some("private_reply_taken")));
    let missing = format!("{PATH}/comments/17900000000000002/replies");
    assert_eq!(stage.act("POST", &missing, json!({"text": "oi"})).await.status, 404);
}

#[tokio::test]
async fn a_comment_that_meta_takes_no_answer_to_is_not_answered() {
    let stage = Stage::new().await;
    let [hidden, deleted, live] = ["17900000000000002", "17900000000000003", "17900000000000004"];
    for id in [hidden, deleted] {
        stage.hears_comment(id, "oi").await;
    }
    stage.hears(&live_comment(PERSON, live, "oi"), 1_000, None).await;
    let path = |id: &str, what: &str| format!("{PATH}/comments/{id}{what}");
    assert_eq!(stage.act("PUT", &path(hidden, "/hidden"), Value::Null).await.status, 200);
    assert_eq!(stage.act("DELETE", &path(deleted, ""), Value::Null).await.status, 200);
    let calls = stage.meta.calls().len();
    for (id, code) in [(hidden, "hidden_comment"), (deleted, "removed"), (live, "live_comment")] {
        let answer = stage.act("POST", &path(id, "/replies"), json!({"text": "Obrigado!"})).await;
        assert_eq!((answer.status, &*answer.code()), (409, code));
    }
    assert_eq!(stage.meta.calls().len(), calls, "nothing of it reached Meta");
    let privately = stage.act("POST", &path(hidden, "/private-reply"), json!({"text": "Chame a gente."})).await;
    assert_eq!((privately.status, stage.meta.private_replies(hidden).len()), (200, 1));
    assert_eq!(stage.act("DELETE", &path(hidden, "/hidden"), Value::Null).await.status, 200);
    assert_eq!(stage.act("POST", &path(hidden, "/replies"), json!({"text": "Obrigado!"})).await.status, 200);
    assert_eq!(stage.meta.policy_refusals(), 0);
}

#[tokio::test]
async fn what_was_sent_below_a_comment_is_told_of_when_the_comment_is_hidden() {
    let stage = Stage::new().await;
    let id = "17900000000000002";
    stage.hears_comment(id, "oi").await;
    let path = format!("{PATH}/comments/{id}/replies");
    // What was answered is not kept: the request's last write.
    stage.table.always(&["PutItem"], TableFate::BROKEN);
    let first = stage.act_as("one", "POST", &path, json!({"text": "Obrigado!"})).await;
    stage.table.mend();
    assert_eq!((first.status, stage.meta.public_replies(id).len()), (200, 1));
    stage.act("PUT", &format!("{PATH}/comments/{id}/hidden"), Value::Null).await;
    let again = stage.act_as("one", "POST", &path, json!({"text": "Obrigado!"})).await;
    assert_eq!((again.status, &again.body()["reply"]["state"]), (200, &json!("sent")));
    assert_eq!(stage.meta.public_replies(id).len(), 1);
}

#[tokio::test]
async fn a_live_comment_is_answered_privately_within_minutes_or_not_at_all() {
    let stage = Stage::new().await;
    let id = "17900000000000004";
    stage.hears(&live_comment(PERSON, id, "oi"), 1_000, None).await;
    stage.graph.script("PrivateReply", [MetaFate::Refuse(sandbox::meta::Reply::refusal(613, None))]);
    let answer = stage.act("POST", &format!("{PATH}/comments/{id}/private-reply"), json!({"text": "Oi!"})).await;
    let not_after = answer.body()["reply"]["not_after"].as_i64();
    assert_eq!((answer.status, &answer.body()["reply"]["state"]), (202, &json!("planned")));
    assert!(not_after.is_some_and(|moment| moment < stage.now() + 6 * 60_000), "{not_after:?}");
}

#[tokio::test]
async fn what_meta_does_not_answer_is_on_its_way_and_not_sent_again() {
    let stage = heard(HOUR).await;
    stage.graph.script("SendMessage", [MetaFate::LoseAnswer]);
    let answer = stage.act_as("one", "POST", MESSAGES, json!({"text": WORDS})).await;
    assert_eq!((answer.status, &answer.body()["reply"]["state"]), (202, &json!("unknown")));
    stage.act_as("one", "POST", MESSAGES, json!({"text": WORDS})).await;
    assert_eq!(sent(&stage).len(), 1);
}

/// A message, or a comment, whose answer somebody outside is asked for.
async fn asked(stage: &Stage, raw: &Value, action: ReplyAction, draft: bool) {
    stage.meta.person_writes(OFFICE, PERSON, "oi");
    let now = stage.now();
    let asked = Asked {
        deadline: now + 5 * 60_000,
        above: "Resposta automática".to_owned(),
        persona: None,
        draft,
        hands_over_until: None,
    };
    let reply = store::Reply {
        asked: Some(asked),
        ..store::Reply::planned("ask-1".to_owned(), "pergunta".to_owned(), action, None, now + HOUR)
    };
    let mut decided: Decided = serde_json::from_value(json!({"why": "asked", "rules": 1})).unwrap();
    decided.replies.push(reply);
    let item = stage.hears(raw, 1_000, Some(decided)).await;
    let question = Question::new(&ReplyRef { item, step: 0 }, now, now + HOUR, store::retention::DAYS);
    stage.store.enter_question(&account_id(OFFICE), "ask-1", &question).await.unwrap();
}

/// The account's drafts, as the desk lists them.
async fn drafts(stage: &Stage) -> Vec<Value> {
    stage.get("/replies/drafts").await.body()["replies"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_machines_answer_goes_out_below_its_label_and_only_one_and_only_in_time() {
    let stage = Stage::new().await;
    asked(&stage, &message(PERSON, "m1", "tem vaga?"), ReplyAction::Message, false).await;
    let path = format!("{PATH}/answers/ask-1");
    let body = json!({"text": "Sim, há vagas.", "model": "gpt"});
    assert_eq!(stage.act("POST", &format!("{PATH}/answers/ask-2"), body.clone()).await.status, 404);
    assert_eq!(stage.act("POST", &path, json!({"text": "Sim."})).await.status, 400, "nobody wrote it");
    stage.hears(&message(SECOND_PERSON, "m2", "oi"), 1_000, None).await;
    let elsewhere = format!("/conversations/{SECOND_PERSON}/answers/ask-1");
    assert_eq!(stage.act("POST", &elsewhere, body.clone()).await.status, 404, "asked in another conversation");
    assert!(drafts(&stage).await.is_empty());
    let answer = stage.act("POST", &path, body.clone()).await;
    assert_eq!((answer.status, sent(&stage)), (200, vec!["Resposta automática\n\nSim, há vagas.".to_owned()]));
    assert_eq!(answer.body()["reply"]["model"], "gpt");
    assert_eq!(stage.act("POST", &path, body.clone()).await.code(), "too_late", "answered");

    let late = Stage::new().await;
    asked(&late, &message(PERSON, "m1", "tem vaga?"), ReplyAction::Message, false).await;
    late.pass(5 * 60_000 + 1_000);
    assert_eq!((late.act("POST", &path, body).await.code(), sent(&late).len()), ("too_late".to_owned(), 0));
}

#[tokio::test]
async fn a_public_answer_waits_for_a_persons_word() {
    for (word, state) in [("release", "sent"), ("drop", "failed")] {
        let stage = Stage::new().await;
        let id = "17900000000000001";
        stage.comment_at_meta(id);
        asked(&stage, &comment(PERSON, id, "tem vaga?"), ReplyAction::PublicReply, true).await;
        let body = json!({"text": "Sim.", "model": "gpt"});
        let answer = stage.act("POST", &format!("{PATH}/answers/ask-1"), body).await;
        assert_eq!((answer.status, &answer.body()["reply"]["draft"]), (202, &json!(true)), "{word}");
        assert_eq!(stage.meta.public_replies(id).len(), 0, "{word}: a draft");
        let waiting = drafts(&stage).await;
        assert_eq!(
            (waiting.len(), &waiting[0]["person"], &waiting[0]["answers"]["id"]),
            (1, &json!(PERSON), &json!(id))
        );
        let judged = stage.act("POST", &format!("{PATH}/drafts/ask-1/{word}"), Value::Null).await;
        assert_eq!((judged.status, &judged.body()["reply"]["state"]), (200, &json!(state)), "{word}");
        assert_eq!(stage.meta.public_replies(id).len(), usize::from(word == "release"), "{word}");
        assert!(drafts(&stage).await.is_empty(), "{word}: judged");
        let again = stage.act("POST", &format!("{PATH}/drafts/ask-1/{word}"), Value::Null).await;
        assert_eq!(again.code(), "no_draft", "{word}: once");
    }
}

#[tokio::test]
async fn a_draft_waits_while_its_comment_is_hidden() {
    let stage = Stage::new().await;
    let id = "17900000000000001";
    stage.comment_at_meta(id);
    asked(&stage, &comment(PERSON, id, "tem vaga?"), ReplyAction::PublicReply, true).await;
    stage.act("POST", &format!("{PATH}/answers/ask-1"), json!({"text": "Sim.", "model": "gpt"})).await;
    let (hidden, release) = (format!("{PATH}/comments/{id}/hidden"), format!("{PATH}/drafts/ask-1/release"));
    assert_eq!(stage.act("PUT", &hidden, Value::Null).await.status, 200);
    assert_eq!(stage.act("POST", &release, Value::Null).await.code(), "hidden_comment");
    assert_eq!((drafts(&stage).await.len(), stage.meta.public_replies(id).len()), (1, 0));
    stage.act("DELETE", &hidden, Value::Null).await;
    assert_eq!(stage.act("POST", &release, Value::Null).await.status, 200);
    assert_eq!((drafts(&stage).await.len(), stage.meta.public_replies(id).len()), (0, 1));
}

#[tokio::test]
async fn case_104_nothing_is_sent_for_another_customers_account() {
    let stage = heard(HOUR).await;
    stage.hears_of(OTHER_OFFICE, &message(PERSON, "m2", "oi"), HOUR, None).await;
    let foreign = format!("/v1/customers/gabinete-helena/accounts/{OTHER_OFFICE}/conversations/{PERSON}/messages");
    let absent = format!("/v1/customers/gabinete-helena/accounts/17841400000000777/conversations/{PERSON}/messages");
    let [foreign, absent] =
        [foreign, absent].map(|path| crate::stage::written("POST", &path, "k", &json!({"text": "oi"})));
    let (foreign, absent) = (stage.send(&foreign).await, stage.send(&absent).await);
    assert_eq!((foreign.status, &foreign), (404, &absent));
    assert_eq!(sent(&stage).len(), 0);
}
