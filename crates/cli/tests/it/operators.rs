//! What operators ask and decide, on a table that is not this machine's: the program as a process, with the environment
//! of a deployment.

use std::process::Command;

use aws_sdk_dynamodb::types::AttributeValue;
use instagram::{AccountId, AppId, Peer};
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use store::{
    Account, Conversation, Decided, Item, ItemContent, Key, Listed, Mode, Reply, ReplyAction, ReplyRef, ReplyState,
    Store, TABLE_DEFINITION, Try, keys,
};

pub(crate) const TABLE: &str = "politicall-ig";
pub(crate) const ACCOUNT: &str = "17841400000000001";
const APP: &str = "867555782500454";
pub(crate) const PERSON: &str = "910000000000001";
const HOUR: i64 = 60 * 60 * 1000;

/// Ids of two parked replies that begin alike, and of one that failed.
const PARKED: &str = "0f3a9c11d2e4000000000000000000aa";
const TWIN: &str = "0f3a9c11d2e4000000000000000000bb";
const FAILED: &str = "c0ffee0000000000000000000000000f";

/// What the person wrote and what the office answers: in no answer unless it is asked for.
pub(crate) const WORDS: [&str; 2] = ["canário-pergunta", "canário-resposta"];

pub(crate) struct Scene {
    pub(crate) dynamo: Dynamo,
    pub(crate) client: aws_sdk_dynamodb::Client,
    pub(crate) store: Store,
    pub(crate) now: i64,
}

impl Scene {
    /// An account whose person wrote an hour ago.
    pub(crate) async fn new() -> Self {
        let dynamo = Dynamo::memory(Clock::default()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        let config = boot::aws_config_at(dynamo.endpoint(), &boot::Clock::system(), boot::CallLimits::default()).await;
        let client = aws_sdk_dynamodb::Client::new(&config);
        let store = Store::new(client.clone(), TABLE);
        let scene = Self { dynamo, client, store, now: boot::Clock::system().now_ms() };
        scene.store.put_account(&account(ACCOUNT)).await.unwrap();
        let mut next = Conversation { expires_at: scene.now / 1000 + 86_400, ..Conversation::default() };
        next.facts.wrote.insert(scene.now - HOUR);
        scene.store.save_facts(&id(), &peer(), &Conversation::default(), next).await.unwrap();
        scene
    }

    /// Runs the program on the table.
    pub(crate) async fn ask(&self, words: &[&str]) -> (bool, String) {
        self.ask_on(TABLE, words).await
    }

    /// Runs the program on another table beside it.
    async fn ask_on(&self, table: &str, words: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_politicall-ig"));
        command.args(words);
        command.envs([
            ("TABLE_NAME", table),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamo.endpoint()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "sa-east-1"),
            ("TZ", "America/Sao_Paulo"),
            ("USER", "maria"),
        ]);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), told)
    }

    /// Asks, and holds the answer against what must and what must not be in it.
    pub(crate) async fn expect(&self, words: &[&str], success: bool, present: &[&str], absent: &[&str]) {
        let (succeeded, told) = self.ask(words).await;
        assert_eq!(succeeded, success, "{words:?}: {told}");
        for part in present {
            assert!(told.contains(part), "{words:?} without {part:?}: {told}");
        }
        for part in absent {
            assert!(!told.contains(part), "{words:?} with {part:?}: {told}");
        }
    }

    /// Asks on another table, and holds the answer against what must be in it.
    pub(crate) async fn expect_on(&self, table: &str, words: &[&str], present: &[&str]) {
        let (succeeded, told) = self.ask_on(table, words).await;
        assert!(succeeded, "{words:?}: {told}");
        for part in present {
            assert!(told.contains(part), "{words:?} without {part:?}: {told}");
        }
    }

    /// A message from an hour ago with a reply in this state, entered in the state's list.
    pub(crate) async fn message(&self, mid: &str, reply_id: &str, state: ReplyState, reason: &str) -> ReplyRef {
        let item = Key { pk: keys::thread_partition(&id(), &peer()), sk: format!("M#{mid}") };
        let text = Some("canário-resposta: quinta às 19h".into());
        let not_after = self.now - HOUR / 2;
        let planned = Reply::planned(reply_id.to_owned(), "agenda".to_owned(), ReplyAction::Message, text, not_after);
        let tries = [(self.now - HOUR, "no_answer"), (self.now - HOUR / 2, reason)];
        let tries = tries.map(|(at, what)| Try { k: 7, at, what: what.to_owned() }).to_vec();
        let reply = Reply { state, att: 7, reason: Some(reason.to_owned()), tries, ..planned };
        self.put(&item, "message", vec![reply]).await;
        let place = ReplyRef { item, step: 0 };
        self.store.list(&Listed::new(&id(), &place, state, reason, self.now)).await.unwrap();
        place
    }

    async fn put(&self, key: &Key, kind: &str, replies: Vec<Reply>) {
        let content = ItemContent {
            kind: Some(kind.to_owned()),
            at: Some(self.now - HOUR),
            body: Some(r#"{"text": "canário-pergunta: qual é a agenda?"}"#.into()),
            ..ItemContent::default()
        };
        let decision =
            Decided { why: "answered".to_owned(), rules: 0, trace: None, facts: None, effects: vec![], replies };
        let item =
            Item { rev: 1, content, decision: Some(decision), expires_at: self.now / 1000 + 86_400, ..Item::default() };
        self.store.put_sample(key, &item).await.unwrap();
    }

    async fn reply(&self, place: &ReplyRef) -> (Reply, Option<i64>) {
        let item = self.store.item(&place.item, self.now).await.unwrap();
        (item.replies()[place.step].clone(), item.due_at)
    }

    /// Who looked at what, in order.
    pub(crate) async fn audits(&self) -> Vec<(String, String)> {
        let query = self.client.query().table_name(TABLE).key_condition_expression("pk = :pk AND begins_with(sk, :sk)");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(format!("A#{ACCOUNT}")));
        let found = query.expression_attribute_values(":sk", AttributeValue::S("AUDIT#".to_owned())).send().await;
        let text = |value: &AttributeValue| value.as_s().unwrap().clone();
        found.unwrap().items().iter().map(|item| (text(&item["by"]), text(&item["what"]))).collect()
    }
}

pub(crate) fn id() -> AccountId {
    AccountId::parse(ACCOUNT).unwrap()
}

pub(crate) fn peer() -> Peer {
    Peer::parse(PERSON).unwrap()
}

fn account(id: &str) -> Account {
    Account {
        mode: Mode::Answer,
        sealed_token: Some("sealed".to_owned()),
        ..Account::new(AccountId::parse(id).unwrap(), AppId::parse(APP).unwrap(), "gabinete", "gabinete")
    }
}

#[tokio::test]
async fn replies_are_listed_by_state_with_reasons_and_without_peoples_words() {
    let scene = Scene::new().await;
    scene.expect(&["replies"], true, &["No reply waits, is in doubt, is parked, or failed"], &[]).await;
    scene.message("mid.parked", PARKED, ReplyState::Parked, "several_candidates").await;
    scene.message("mid.failed", FAILED, ReplyState::Failed, "window/10/2534022").await;
    let stale = scene.message("mid.sent", TWIN, ReplyState::Parked, "not_found").await;
    scene
        .store
        .record_sent(
            &stale,
            7,
            &store::SentAs { mid: Some("m"), by: None, is_last: true, word: store::Word::Nobody, at: 1 },
        )
        .await
        .unwrap();
    let waiting = scene.message("mid.waiting", "aaaa", ReplyState::Planned, "waits_pace").await;
    let wait = store::Postponed { due_at: scene.now + HOUR, why: "waits_pace", slot: None };
    scene.store.postpone(&waiting, &wait).await.unwrap();

    let parked = [PARKED, "several_candidates: several messages could be it", "message mid.parked", "1 h"];
    let failed = [FAILED, "window: Meta's window for answers was closed (Meta's code 10, subcode 2534022)"];
    let planned = ["aaaa", "waits_pace: Meta allows so many", "in 59 min"];
    scene.expect(&["replies"], true, &[&parked[..], &failed, &planned].concat(), &[TWIN, WORDS[0], WORDS[1]]).await;
    scene.expect(&["replies", "--state", "parked"], true, &parked, &[FAILED, "aaaa"]).await;
    scene.expect(&["replies", "--state", "failed", "--account", ACCOUNT], true, &failed, &[PARKED, "aaaa"]).await;
    scene.expect(&["replies", "--state", "planned"], true, &planned, &[PARKED, FAILED]).await;
    scene.expect(&["replies", "--state", "unknown"], true, &["Of no reply is the outcome unknown"], &[]).await;
    scene.expect(&["replies", "--account", "17841400000000009"], false, &["is not connected here"], &[]).await;
    assert!(scene.audits().await.is_empty(), "nobody saw words");

    scene.expect(&["replies", "--state", "parked", "--reveal"], true, &WORDS, &[]).await;
    assert_eq!(scene.audits().await, [("maria".to_owned(), "replies: 1 of them".to_owned())]);
}

#[tokio::test]
async fn a_parked_reply_is_settled_by_a_persons_word() {
    let scene = Scene::new().await;
    let rows = [
        ("sent", "counts as sent", ReplyState::Sent, "resolved_sent"),
        ("drop", "will not be sent", ReplyState::Failed, "resolved_drop"),
        ("resend", "the person gets it twice", ReplyState::Planned, "resolved_resend"),
    ];
    for (word, told, state, reason) in rows {
        let place = scene.message(&format!("mid.{word}"), PARKED, ReplyState::Parked, "no_evidence").await;
        scene.expect(&["replies", "resolve", &PARKED[..12], word], true, &[told], &[]).await;
        let (reply, due_at) = scene.reply(&place).await;
        assert_eq!((reply.state, reply.reason.as_deref()), (state, Some(reason)), "{word}");
        assert!(due_at.is_some(), "{word}: who sends it, or tells the CRM of it, looks for what is due");
        if word == "resend" {
            let minutes = (reply.not_after - scene.now) / 60_000;
            assert!((60..=61).contains(&minutes), "an hour from now, within the window: {minutes} min");
        }
        assert!(scene.store.parked(None, scene.now).await.unwrap().is_empty(), "{word}: off the list");
        scene.expect(&["replies", "resolve", PARKED, word], false, &["no parked reply"], &[]).await;
    }
}

#[tokio::test]
async fn a_reply_is_not_sent_again_where_it_could_only_fail() {
    let scene = Scene::new().await;
    let place = scene.message("mid.1", PARKED, ReplyState::Parked, "no_evidence").await;
    let resend = ["replies", "resolve", PARKED, "resend"];
    scene.expect(&["stop", "--account", ACCOUNT], true, &["is stopped", "within 5 seconds"], &[]).await;
    scene.expect(&resend, false, &["it would be cancelled, because the account is stopped"], &[]).await;
    scene.expect(&["start", "--account", ACCOUNT], true, &["goes on"], &["Still in the way"]).await;

    let read = scene.store.conversation(&id(), &peer(), scene.now).await.unwrap();
    let mut next = read.clone();
    next.facts.wrote = [scene.now - 25 * HOUR].into();
    scene.store.save_facts(&id(), &peer(), &read, next).await.unwrap();
    scene.expect(&resend, false, &["Meta's window for it closed"], &[]).await;
    assert_eq!(scene.reply(&place).await.0.state, ReplyState::Parked);
}

#[tokio::test]
async fn a_reply_is_named_well_enough_or_not_settled() {
    let scene = Scene::new().await;
    scene.message("mid.1", PARKED, ReplyState::Parked, "no_evidence").await;
    scene.message("mid.2", TWIN, ReplyState::Parked, "no_evidence").await;
    let cases = [
        ("too short", "0f3a9c1", "too short"),
        ("two begin so", "0f3a9c11", "several parked replies"),
        ("no reply's", "ffffffff", "no parked reply's id begins with"),
    ];
    for (case, name, expected) in cases {
        let (succeeded, told) = scene.ask(&["replies", "resolve", name, "drop"]).await;
        assert!(!succeeded && told.contains(expected), "{case}: {told}");
    }
    assert_eq!(scene.store.parked(None, scene.now).await.unwrap().len(), 2);
}

#[tokio::test]
async fn explain_tells_a_parked_replys_story_by_any_of_its_names() {
    let scene = Scene::new().await;
    scene.message("mid.1", PARKED, ReplyState::Parked, "several_candidates").await;
    let story = [
        "event     message",
        "person    910000000000001",
        "decision  answered: a reply was planned",
        "reply     1 of 1: direct message, parked",
        "reason    several_candidates: several messages could be it",
        "attempt   7 at ",
        "no_answer: the request left and no answer came",
        "-03:00",
    ];
    let key = format!("msg|{ACCOUNT}|mid.1");
    for name in [key.as_str(), "mid.1", PARKED, &PARKED[..9]] {
        scene.expect(&["explain", name], true, &story, &WORDS).await;
    }
    scene.expect(&["explain", "mid.1", "--reveal"], true, &WORDS, &[]).await;
    assert_eq!(scene.audits().await, [("maria".to_owned(), "explain: mid.1".to_owned())]);
}

#[tokio::test]
async fn explain_tells_a_hint_and_the_message_that_was_found_for_it() {
    let scene = Scene::new().await;
    let hinted_at = Some(scene.now - HOUR);
    let content = ItemContent { hinted_at, ..ItemContent::default() };
    let expires_at = scene.now / 1000 + 86_400;
    let hint = Item { rev: 1, content, hint: Some("enqueued".to_owned()), expires_at, ..Item::default() };
    let alone = Key { pk: keys::thread_partition(&id(), &Peer::parse("mid.1").unwrap()), sk: "M#mid.1".to_owned() };
    scene.store.put_sample(&alone, &hint).await.unwrap();
    let told = ["a message that Meta only hinted at", "person    (not named)", "search    over, enqueued: found"];
    scene.expect(&["explain", &format!("hint|{ACCOUNT}|mid.1")], true, &told, &["event     message"]).await;

    scene.message("mid.1", PARKED, ReplyState::Parked, "no_evidence").await;
    scene.expect(&["explain", "mid.1"], true, &[&told[..], &["event     message"]].concat(), &[]).await;
}

#[tokio::test]
async fn a_conversations_gate_and_queue_are_part_of_the_story() {
    let scene = Scene::new().await;
    let place = scene.message("mid.1", "bbbbbbbb", ReplyState::Planned, "waits_turn").await;
    // As a claim leaves it whose author stopped before recording anything.
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: i64| AttributeValue::N(number.to_string());
    let gate = [("item", text(&place.item.sk)), ("step", number(0)), ("k", number(8)), ("until", number(scene.now))];
    let gate = AttributeValue::M(gate.map(|(name, value)| (name.to_owned(), value)).into());
    let key = keys::conversation(&id(), &peer());
    let update = scene.client.update_item().table_name(TABLE).key("pk", text(&key.pk)).key("sk", text(&key.sk));
    let update = update.update_expression("SET gate = :gate, fence = :fence");
    let update = update.expression_attribute_values(":gate", gate).expression_attribute_values(":fence", number(8));
    update.send().await.unwrap();
    let told = ["gate      attempt 8 of reply 1 to this event is open", "not after"];
    scene.expect(&["explain", "bbbbbbbb"], true, &told, &[]).await;
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let scene = Scene::new().await;
    let cases: [(&str, &[&str], &str); 8] = [
        ("an unknown message", &["explain", "mid.unknown"], "nothing is stored under"),
        ("an unknown reply", &["explain", "ffffffff"], "nothing is stored under"),
        ("no id at all", &["explain", "qual é a agenda?"], "is no event key and no id"),
        ("another account's event", &["explain", "msg|17841400000000009|m"], "is not connected here"),
        ("an unknown account", &["stop", "--account", "17841400000000009"], "is not connected here"),
        ("an unknown app", &["stop", "--app", "1"], "no account is connected here through the app 1"),
        ("nothing to stop", &["stop"], "--all"),
        ("two things to stop", &["stop", "--all", "--app", APP], "cannot be used with"),
    ];
    for (case, words, expected) in cases {
        let (succeeded, told) = scene.ask(words).await;
        assert!(!succeeded && told.contains(expected), "{case}: {told}");
    }
}

#[tokio::test]
async fn every_scope_is_stopped_twice_without_harm_and_let_go_on() {
    let scene = Scene::new().await;
    for scope in [&["--all"][..], &["--app", APP], &["--account", ACCOUNT]] {
        let with = |word| [&[word], scope].concat();
        scene.expect(&with("stop"), true, &["is stopped."], &["already"]).await;
        scene.expect(&with("stop"), true, &["is stopped already, since"], &[]).await;
        scene.expect(&["status"], true, &["stopped since"], &["sends  yes"]).await;
        scene.expect(&["replies"], true, &["! "], &[]).await;
        scene.expect(&with("start"), true, &["goes on."], &["Still in the way"]).await;
        scene.expect(&with("start"), true, &["was not stopped."], &[]).await;
    }
    scene.expect(&["stop", "--all"], true, &[], &[]).await;
    scene.expect(&["start", "--account", ACCOUNT], true, &["Still in the way: all sending is stopped"], &[]).await;
}

#[tokio::test]
async fn status_names_dead_tokens_restrictions_and_waits() {
    let scene = Scene::new().await;
    let held = scene.store.account(&id()).await.unwrap().unwrap();
    scene.store.mark_broken(&held, "token/190/463", scene.now).await.unwrap();
    let until = scene.now + HOUR;
    let restriction = store::Restriction { until, strikes: 1, why: "policy_block/368".to_owned() };
    scene.store.restrict(&id(), &restriction, scene.now).await.unwrap();
    scene.store.set_wait(&id(), store::Lane::Messages, store::Wait { until, strikes: 1 }).await.unwrap();
    let told = [
        "its token is dead since",
        "token/190/463",
        "restricted by Meta until",
        "policy_block",
        "direct messages wait",
    ];
    scene.expect(&["status"], true, &told, &[]).await;
}

#[test]
fn help_says_what_each_command_takes() {
    let cases: [(&str, &[&str]); 5] = [
        ("replies", &["replies", "--help"]),
        ("resolve", &["replies", "resolve", "--help"]),
        ("stop", &["stop", "--help"]),
        ("status", &["status", "--help"]),
        ("explain", &["explain", "--help"]),
    ];
    for (name, words) in cases {
        let mut command = Command::new(env!("CARGO_BIN_EXE_politicall-ig"));
        let output = command.args(words).env_remove("POLITICALL_DATA").output().unwrap();
        insta::assert_snapshot!(format!("help_{name}"), String::from_utf8(output.stdout).unwrap());
    }
}
