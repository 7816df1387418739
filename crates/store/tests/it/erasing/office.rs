//! Two offices whose people's ids are the same, and one who works on erasures and may die at any call.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use boot::CallLimits;
use instagram::{AccountId, AppId, AppScopedId, MessageId, Peer, UnixMillis};
use sandbox::clock::Clock;
use sandbox::dynamo::{Door, Dynamo};
use sandbox::fault::{Call, Fate};
use serde_json::Value;
use store::{
    Account, CHORES_SHARD, Conversation, Decided, ErasureOrder, Gate, Item, ItemContent, Key, Lane, Listed, Login,
    Mode, Page, ProfileRead, Question, Reply, ReplyAction, ReplyRef, ReplyState, Store, StoreError, TABLE_DEFINITION,
    Told, Wait, keys,
};

use crate::fixtures::NOW;

pub(super) const OFFICE: &str = "17841400000000001";
pub(super) const OTHER_OFFICE: &str = "17841400000000002";
pub(super) const PERSON: &str = "910000000000001";
/// The same person where a private reply went.
pub(super) const SECOND_ID: &str = "910000000000077";
pub(super) const BOTH: [&str; 2] = [PERSON, SECOND_ID];
pub(super) const OTHER: &str = "920000000000002";
pub(super) const CODE: &str = "c0de";
const TABLE: &str = "politicall-ig";
const DAY: i64 = 86_400_000;

/// The call at which whoever works dies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Death {
    /// How many calls are still to come until then, that one included.
    pub(super) left: u32,
    pub(super) after: bool,
}

/// Decides when.
#[derive(Debug, Clone, Default)]
pub(super) struct Doom(Arc<Mutex<Option<Death>>>);

impl Doom {
    pub(super) fn set(&self, death: Option<Death>) {
        *self.0.lock().unwrap() = death;
    }

    /// True if it has not come yet.
    pub(super) fn is_alive(&self) -> bool {
        self.0.lock().unwrap().is_some_and(|death| death.left > 0)
    }

    fn fate(&self, _call: &Call) -> Fate {
        let mut held = self.0.lock().unwrap();
        let Some(death) = held.as_mut().filter(|death| death.left > 0) else {
            return Fate::Serve;
        };
        death.left -= 1;
        match (death.left, death.after) {
            (0, true) => Fate::LoseAnswer,
            (0, false) => Fate::HangUp,
            _ => Fate::Serve,
        }
    }
}

pub(super) struct Office {
    /// Nothing fails here.
    pub(super) store: Store,
    /// Of whoever opens and carries out erasures.
    pub(super) eraser: Store,
    pub(super) death: Doom,
    pub(super) now: Cell<i64>,
    client: Client,
    _door: Door,
    _dynamo: Dynamo,
}

pub(super) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

pub(super) fn peer(id: &str) -> Peer {
    Peer::parse(id).unwrap()
}

impl Office {
    /// Everything that can be held about a person, at two offices.
    pub(super) async fn new() -> Self {
        let dynamo = Dynamo::memory(Clock::default()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        let death = Doom::default();
        let doom = death.clone();
        let door = dynamo.door("eraser", move |call: &Call| doom.fate(call)).await.unwrap();
        let client = client(dynamo.endpoint()).await;
        let store = Store::new(client.clone(), TABLE);
        let eraser = Store::new(self::client(&door.endpoint()).await, TABLE);
        let office = Self { store, eraser, death, now: Cell::new(NOW), client, _door: door, _dynamo: dynamo };
        for (id, words) in [(OFFICE, "CANARIO"), (OTHER_OFFICE, "OUTRO GABINETE")] {
            office.connect(id, NOW - 90 * DAY).await;
            office.furnish(id).await;
            office.person(id, words).await;
            office.write(id, OTHER, "o1", "OUTRA PESSOA", NOW - DAY).await;
        }
        office
    }

    pub(super) async fn connect(&self, id: &str, at: i64) {
        let held = self.store.account(&account(id)).await.unwrap();
        let login = Login {
            scoped_id: Some(AppScopedId::parse(format!("2700{id}")).unwrap()),
            connected_at: at,
            ..Login::default()
        };
        let new = Account {
            mode: Mode::Answer,
            sealed_token: Some("sealed".to_owned()),
            login,
            erased_before: held.and_then(|held| held.erased_before),
            ..Account::new(account(id), AppId::parse("8675").unwrap(), "gabinete", "gabinete")
        };
        self.store.put_account(&new).await.unwrap();
    }

    /// What belongs to the account and to nobody else.
    async fn furnish(&self, id: &str) {
        self.store.put_rules(&account(id), "{}", NOW - 90 * DAY).await.unwrap();
        self.store.set_wait(&account(id), Lane::All, Wait { until: NOW, strikes: 1 }).await.unwrap();
        let media = instagram::MediaId::parse("18000").unwrap();
        self.store.put_media(&account(id), &media, true, NOW / 1000 + 86_400).await.unwrap();
    }

    /// One person by two ids: messages with replies that failed and were parked and whose words were asked for, an unsent one,
    /// a comment, a reaction, a hint, an event that names them inside, a request.
    async fn person(&self, id: &str, words: &str) {
        let (office, at) = (account(id), NOW - DAY);
        for person in BOTH {
            self.write(id, person, &format!("m1{person}"), words, at).await;
        }
        let read = self.store.conversation(&office, &peer(PERSON), NOW).await.unwrap();
        let mut next = read.clone();
        let name = Some(words.into());
        next.profile = Some(ProfileRead { at, name, ..ProfileRead::default() });
        next.remember_sent("sent");
        next.expect(words, NOW + DAY);
        next.remember_answer("agenda", "msg|1|m1", UnixMillis(at));
        self.store.save_facts(&office, &peer(PERSON), &read, next).await.unwrap();
        self.store.link(&office, &peer(PERSON), &peer(SECOND_ID)).await.unwrap();
        self.claim(&office).await;
        let thread = keys::thread_partition(&office, &peer(PERSON));
        for (sk, state) in [("M#failed", ReplyState::Failed), ("C#parked", ReplyState::Parked)] {
            let key = Key { pk: thread.clone(), sk: sk.to_owned() };
            self.item(&key, words, at, Some(state)).await;
            let place = ReplyRef { item: key, step: 0 };
            self.store.list(&Listed::new(&office, &place, state, "window", at)).await.unwrap();
            self.store
                .enter_question(&office, "r", &Question::new(&place, at, at, store::retention::DAYS))
                .await
                .unwrap();
        }
        for sk in [format!("R#m1#{PERSON}"), "E#0".to_owned()] {
            self.item(&Key { pk: thread.clone(), sk }, words, at, None).await;
        }
        // Unsent, and noted where an event without a sender would put its words.
        let mid = MessageId::parse(format!("m1{PERSON}")).unwrap();
        self.store.bury(&office, &mid, at, NOW / 1000 + 86_400).await.unwrap();
        self.nobody(&office, &Peer::from(&mid)).await;
        // An event of no conversation, with the person inside.
        let stray = peer("x0123456789abcdef0123456789abcde");
        self.nobody(&office, &stray).await;
        let raw = format!(r#"{{"field":"new","value":{{"from":{{"id":"{PERSON}"}},"text":"{words}"}}}}"#);
        let content = ItemContent {
            kind: Some("unknown".to_owned()),
            at: Some(at),
            raw: Some(raw.as_str().into()),
            ..ItemContent::default()
        };
        let item = Item { rev: 1, content, expires_at: NOW / 1000 + 86_400, ..Item::default() };
        let key = Key { pk: keys::thread_partition(&office, &stray), sk: "E#1".to_owned() };
        self.store.put_sample(&key, &item).await.unwrap();
        self.store.request_erasure(&office, &peer(PERSON), at).await.unwrap();
    }

    /// A reply was sent: the gate names its message.
    async fn claim(&self, office: &AccountId) {
        let read = self.store.conversation(office, &peer(PERSON), NOW).await.unwrap();
        let gate = Gate { item: format!("M#m1{PERSON}"), step: 0, k: 1, until: NOW - DAY, by: String::new() };
        let claim = store::GateClaim {
            account: office,
            peer: &peer(PERSON),
            read: &read,
            gate: &gate,
            sent: &[],
            goes_first: None,
            discloses_at: Some(NOW - DAY),
        };
        self.store.claim_gate(claim).await.unwrap();
    }

    /// The conversation of an event that names no person.
    async fn nobody(&self, office: &AccountId, peer: &Peer) {
        let next = Conversation { expires_at: NOW / 1000 + 86_400, ..Conversation::default() };
        self.store.save_facts(office, peer, &Conversation::default(), next).await.unwrap();
    }

    /// A person writes a message, which is stored as the worker stores it.
    pub(super) async fn write(&self, office: &str, person: &str, mid: &str, words: &str, at: i64) {
        let (office, peer) = (account(office), peer(person));
        let read = self.store.conversation(&office, &peer, at).await.unwrap();
        let mut next = read.clone();
        next.facts.wrote.insert(at);
        next.expires_at = at / 1000 + 180 * 86_400;
        self.store.save_facts(&office, &peer, &read, next).await.unwrap();
        let key = Key { pk: keys::thread_partition(&office, &peer), sk: format!("M#{mid}") };
        self.item(&key, words, at, Some(ReplyState::Sent)).await;
    }

    pub(super) async fn write_many(&self, person: &str, count: usize) {
        let thread = keys::thread_partition(&account(OFFICE), &peer(person));
        for place in 0..count {
            let key = Key { pk: thread.clone(), sk: format!("M#many{place:05}") };
            self.item(&key, "CANARIO", NOW - DAY, None).await;
        }
    }

    async fn item(&self, key: &Key, words: &str, at: i64, state: Option<ReplyState>) {
        let body = format!(r#"{{"text":"{words}"}}"#);
        let content = ItemContent {
            kind: Some("message".to_owned()),
            at: Some(at),
            body: Some(body.as_str().into()),
            ..ItemContent::default()
        };
        let reply = |state| {
            let planned =
                Reply::planned("r".to_owned(), "agenda".to_owned(), ReplyAction::Message, Some(words.into()), at);
            Reply { state, model: Some("gpt".to_owned()), ..planned }
        };
        let decision = Decided {
            why: "answered".to_owned(),
            rules: 1,
            trace: Some(words.to_owned()),
            facts: Some(words.to_owned()),
            effects: Vec::new(),
            replies: state.map(reply).into_iter().collect(),
        };
        let expires_at = at / 1000 + 180 * 86_400;
        let item = Item { rev: 1, content, decision: Some(decision), expires_at, ..Item::default() };
        self.store.put_sample(key, &item).await.unwrap();
    }

    /// Orders the erasure of the person, or of the first office.
    pub(super) async fn open(&self, whole_account: bool) -> Result<bool, StoreError> {
        let order = ErasureOrder {
            code: CODE.to_owned(),
            account: account(OFFICE),
            peer: (!whole_account).then(|| peer(PERSON)),
            asked_at: NOW,
            by: "operator".to_owned(),
        };
        self.eraser.open_erasure(&order).await
    }

    /// Orders an erasure and has it carried out. Who dies on the way is followed by another one.
    pub(super) async fn carry_out(&self, whole_account: bool) {
        // Who asked and saw it fail asks again.
        while self.open(whole_account).await.is_err() {}
        self.finish().await;
    }

    /// Runs until no order is open.
    pub(super) async fn finish(&self) {
        while !self.store.open_orders(self.now.get()).await.unwrap().is_empty() {
            for key in self.orders().await {
                // A death ends the run; the next one goes on.
                while let Ok(Page::More) = self.eraser.erase_page(&key, self.now.get()).await {}
            }
            self.now.set(self.now.get() + 60_000);
        }
        self.tell_the_crm().await;
    }

    /// What the caretaker does besides: an erased account knows whose it was until the CRM is told.
    async fn tell_the_crm(&self) {
        let account = self.store.account(&account(OFFICE)).await.unwrap().unwrap();
        if account.is_erased() {
            assert_eq!(account.customer, "gabinete", "the CRM has to know whose it was");
            let told = Told { left_at: account.login.left_at.unwrap(), erased: true, ..account.told.clone() };
            self.store.tell(&account, &told).await.unwrap();
        }
    }

    /// The orders that are due.
    pub(super) async fn orders(&self) -> Vec<Key> {
        let mut due = self.store.due_keys(CHORES_SHARD, self.now.get(), 100).await.unwrap();
        due.retain(keys::is_order);
        due
    }

    /// The whole table.
    pub(super) async fn dump(&self) -> Vec<String> {
        let mut dump = Vec::new();
        let mut from = None;
        loop {
            let scan = self.client.scan().table_name(TABLE).consistent_read(true).set_exclusive_start_key(from);
            let page = scan.send().await.unwrap();
            for item in page.items() {
                let item: Value = serde_dynamo::from_item(item.clone()).unwrap();
                dump.push(item.to_string());
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                dump.sort();
                return dump;
            }
        }
    }

    /// One item.
    pub(super) async fn json(&self, key: &Key) -> Value {
        let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
        let get = self.client.get_item().table_name(TABLE).key("pk", text(&key.pk)).key("sk", text(&key.sk));
        serde_dynamo::from_item(get.send().await.unwrap().item.unwrap()).unwrap()
    }
}

async fn client(endpoint: &str) -> Client {
    // One try: a fault is to be seen by our code, not by the SDK's.
    let limits = CallLimits { attempts: 1, ..CallLimits::default() };
    Client::new(&boot::aws_config_at(endpoint, &boot::Clock::system(), limits).await)
}
