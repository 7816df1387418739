//! A table, a Meta, and one conversation in which a person has just written.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use graph::Graph;
use instagram::{AccountId, AppId, Peer, PersonId};
use outbox::{Attempt, Drive, Outbox, OutboxError, Settings};
use sandbox::clock::Clock;
use sandbox::dynamo::{self, Dynamo};
use sandbox::fault::Faults;
use sandbox::meta::fault::Fate;
use sandbox::meta::{self, Meta};
use secrecy::SecretString;
use serde_json::json;
use store::{
    Account, Conversation, Decided, Item, ItemContent, Key, Mode, Reply, ReplyAction, ReplyRef, ReplyState, Standing,
    Store, TABLE_DEFINITION,
};

pub(crate) const ACCOUNT: &str = "17841400000000001";
pub(crate) const PERSON: &str = "900000000000001";
pub(crate) const POST: &str = "17900000000000001";
pub(crate) const APP: &str = "867555782500454";

const OTHER_APP: &str = "867555782500455";
/// An account of the same app, and one of another.
const NEIGHBOUR: &str = "17841400000000002";
const STRANGER: &str = "17841400000000003";

pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) meta: Arc<Meta>,
    pub(crate) outbox: Outbox,
    pub(crate) account: AccountId,
    pub(crate) peer: Peer,
    dynamo: Arc<Dynamo>,
    /// Ways in that fail as asked; dropped, they cut their connections.
    doors: (Vec<dynamo::Door>, Vec<meta::Door>),
}

impl World {
    pub(crate) async fn start() -> Self {
        let clock = Clock::default();
        let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        let store = store_at(dynamo.endpoint(), &clock).await;
        let world = json!({
            "apps": [
                {"name": "politicall", "app_id": APP, "app_secrets": ["secret"]},
                {"name": "own", "app_id": OTHER_APP, "app_secrets": ["secret of another"]},
            ],
            "accounts": [
                {"account": ACCOUNT, "username": "office", "app_id": APP, "token": "IGAA", "older_tokens": ["IGAA-new"]},
                {"account": NEIGHBOUR, "username": "neighbour", "app_id": APP, "token": "IGAB"},
                {"account": STRANGER, "username": "stranger", "app_id": OTHER_APP, "token": "IGAC"},
            ],
            "media": [{"account": ACCOUNT, "id": POST, "product": "FEED"}],
        });
        let meta = Arc::new(Box::pin(Meta::start(clock.clone(), world)).await.unwrap());
        meta.person_writes(ACCOUNT, PERSON, "oi");
        let outbox = Outbox::new(store.clone(), Graph::new(meta.endpoint()).unwrap(), Settings::default());
        let account = AccountId::parse(ACCOUNT).unwrap();
        store.put_account(&connected(&account, APP)).await.unwrap();
        let peer = Peer::from(&PersonId::parse(PERSON).unwrap());
        let conversation = Conversation::default();
        store.save_facts(&account, &peer, &conversation, conversation.clone()).await.unwrap();
        Self { clock, store, meta, outbox, account, peer, dynamo: Arc::new(dynamo), doors: Default::default() }
    }

    /// The same account's conversation with somebody else.
    pub(crate) async fn with(&self, person: &str) -> Self {
        self.beside(self.account.as_str(), person).await
    }

    /// A conversation of another account of the same app.
    pub(crate) async fn of_neighbour(&self) -> Self {
        self.store.put_account(&connected(&AccountId::parse(NEIGHBOUR).unwrap(), APP)).await.unwrap();
        self.beside(NEIGHBOUR, PERSON).await
    }

    /// A conversation of an account of another app.
    pub(crate) async fn of_stranger(&self) -> Self {
        self.store.put_account(&connected(&AccountId::parse(STRANGER).unwrap(), OTHER_APP)).await.unwrap();
        self.beside(STRANGER, PERSON).await
    }

    async fn beside(&self, account: &str, person: &str) -> Self {
        self.meta.person_writes(account, person, "oi");
        let account = AccountId::parse(account).unwrap();
        let peer = Peer::from(&PersonId::parse(person).unwrap());
        let conversation = Conversation::default();
        self.store.save_facts(&account, &peer, &conversation, conversation.clone()).await.unwrap();
        let (clock, store, outbox) = (self.clock.clone(), self.store.clone(), self.outbox.clone());
        let (meta, dynamo) = (Arc::clone(&self.meta), Arc::clone(&self.dynamo));
        Self { clock, store, meta, outbox, account, peer, dynamo, doors: Default::default() }
    }

    /// The same as another process sees it: what this one's outbox learnt, it has to read.
    pub(crate) fn another_outbox(&self) -> Outbox {
        Outbox::new(self.store.clone(), Graph::new(self.meta.endpoint()).unwrap(), Settings::default())
    }

    /// The table behind a way in of its own, whose calls meet these faults.
    pub(crate) async fn store_meeting(&mut self, faults: impl Faults) -> Store {
        let door = self.dynamo.door("outbox", faults).await.unwrap();
        let store = store_at(&door.endpoint(), &self.clock).await;
        self.doors.0.push(door);
        store
    }

    /// From now on the outbox's calls to the table meet these faults.
    pub(crate) async fn table_meets(&mut self, faults: impl Faults) {
        let store = self.store_meeting(faults).await;
        self.outbox = Outbox::new(store, Graph::new(self.meta.endpoint()).unwrap(), Settings::default());
    }

    /// From now on the outbox's calls to Meta meet these faults.
    pub(crate) async fn meta_meets(&mut self, faults: impl Faults<Fate>) {
        self.meta_meets_with(Settings::default(), faults).await;
    }

    pub(crate) async fn meta_meets_with(&mut self, settings: Settings, faults: impl Faults<Fate>) {
        let door = Box::pin(self.meta.door("outbox", faults)).await.unwrap();
        self.outbox = Outbox::new(self.store.clone(), Graph::new(door.endpoint()).unwrap(), settings);
        self.doors.1.push(door);
    }

    pub(crate) fn key(sk: &str) -> Key {
        Key { pk: format!("T#{ACCOUNT}#{PERSON}"), sk: sk.to_owned() }
    }

    pub(crate) fn key_here(&self, sk: &str) -> Key {
        Key { pk: format!("T#{}#{}", self.account, self.peer), sk: sk.to_owned() }
    }

    /// A comment and the reply that is planned to it.
    pub(crate) async fn plan_comment(&self, reply: Reply) -> String {
        let comment = self.meta.person_comments(ACCOUNT, POST, PERSON, "quero");
        let sk = format!("C#{comment}");
        self.plan(&sk, vec![reply]).await;
        sk
    }

    /// An item with these replies, planned just now.
    pub(crate) async fn plan(&self, sk: &str, replies: Vec<Reply>) {
        let content = ItemContent { kind: Some("message".to_owned()), ..ItemContent::default() };
        self.plan_for(sk, &content, replies).await;
    }

    pub(crate) async fn plan_for(&self, sk: &str, content: &ItemContent, replies: Vec<Reply>) {
        let decided =
            Decided { why: "answered".to_owned(), rules: 1, trace: None, facts: None, effects: Vec::new(), replies };
        self.store.save_item(&self.key_here(sk), &Item::default(), content, Some(&decided), 0).await.unwrap();
    }

    pub(crate) fn reply(&self, action: ReplyAction, text: &str) -> Reply {
        let not_after = self.clock.now_ms() + 3_600_000;
        Reply::planned(format!("reply {text}"), "rule".to_owned(), action, Some(text.into()), not_after)
    }

    pub(crate) async fn item(&self, sk: &str) -> Item {
        self.store.item(&self.key_here(sk), self.clock.now_ms()).await.unwrap()
    }

    pub(crate) async fn conversation(&self) -> Conversation {
        self.store.conversation(&self.account, &self.peer, self.clock.now_ms()).await.unwrap()
    }

    /// Changes what is known of the conversation, as an event does.
    pub(crate) async fn learn(&self, change: impl FnOnce(&mut Conversation)) {
        let read = self.conversation().await;
        let mut next = read.clone();
        change(&mut next);
        self.store.save_facts(&self.account, &self.peer, &read, next).await.unwrap();
    }

    /// The message answered is unsent.
    pub(crate) async fn unsend(&self, sk: &str) {
        let item = self.item(sk).await;
        let content = ItemContent { deleted_at: Some(self.clock.now_ms()), ..item.content.clone() };
        self.store.save_item(&self.key_here(sk), &item, &content, None, 0).await.unwrap();
    }

    /// State and reason of an item's first reply.
    pub(crate) async fn state(&self, sk: &str) -> (ReplyState, Option<String>) {
        let item = self.item(sk).await;
        (item.replies()[0].state, item.replies()[0].reason.clone())
    }

    /// Lets time pass until an item is due.
    pub(crate) async fn wait_for(&self, sk: &str) {
        let due_at = self.item(sk).await.due_at.unwrap();
        self.pass((due_at - self.clock.now_ms()).max(0));
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.clock.advance(Duration::from_millis(u64::try_from(ms).unwrap()));
    }

    /// The texts of what was sent to the person, oldest first.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.meta.sent_to(ACCOUNT, PERSON).into_iter().filter_map(|message| message.text).collect()
    }

    pub(crate) async fn drive(&self, sk: &str) -> Result<Vec<Attempt>, OutboxError> {
        self.drive_with(&self.outbox, &self.way(), sk).await
    }

    /// With the account's token.
    pub(crate) fn way(&self) -> Way {
        let token = match self.account.as_str() {
            NEIGHBOUR => "IGAB",
            STRANGER => "IGAC",
            _ => "IGAA",
        };
        Way { token: Some(SecretString::from(token)), ..Way::default() }
    }

    /// As the caretaker does: replies in doubt are looked into.
    pub(crate) async fn judge(&self, sk: &str) -> Vec<Attempt> {
        let way = Way { judges: true, ..self.way() };
        self.drive_with(&self.outbox, &way, sk).await.unwrap()
    }

    pub(crate) async fn drive_with(&self, outbox: &Outbox, way: &Way, sk: &str) -> Result<Vec<Attempt>, OutboxError> {
        let key = self.key_here(sk);
        let conversation = self.store.conversation(&self.account, &self.peer, self.clock.now_ms()).await.unwrap();
        let item = self.store.item(&key, self.clock.now_ms()).await.unwrap();
        self.drive_from(outbox, way, &key, conversation, item).await
    }

    /// As a worker does that read all this some time ago.
    pub(crate) async fn drive_as_read(&self, key: &Key, conversation: Conversation, item: Item) -> Vec<Attempt> {
        self.drive_from(&self.outbox, &Way::default(), key, conversation, item).await.unwrap()
    }

    async fn drive_from(
        &self,
        outbox: &Outbox,
        way: &Way,
        key: &Key,
        conversation: Conversation,
        item: Item,
    ) -> Result<Vec<Attempt>, OutboxError> {
        let app = AppId::parse(APP).unwrap();
        let mut standing = self.store.standing(&self.account, &app).await.unwrap().unwrap();
        (way.change)(&mut standing);
        let clock = self.clock.clone();
        let pause = move |ms: i64| -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
            clock.advance(Duration::from_millis(u64::try_from(ms).unwrap()));
            Box::pin(std::future::ready(()))
        };
        let drive = Drive {
            standing: &standing,
            token: way.token.as_ref(),
            peer: &self.peer,
            key,
            conversation,
            item,
            begin_before: way.begin_before,
            tells: false,
            judges: way.judges.then_some(&pause),
        };
        let clock = self.clock.clone();
        let ahead_ms = way.ahead_ms;
        let now = move || clock.now_ms() + ahead_ms;
        Box::pin(outbox.drive(drive, &now)).await
    }
}

/// An item's first reply.
pub(crate) fn place(sk: &str) -> ReplyRef {
    ReplyRef { item: World::key(sk), step: 0 }
}

/// An account that answers.
pub(crate) fn connected(id: &AccountId, app: &str) -> Account {
    Account {
        mode: Mode::Answer,
        sealed_token: Some("sealed".to_owned()),
        ..Account::new(id.clone(), AppId::parse(app).unwrap(), "gabinete", "office")
    }
}

async fn store_at(endpoint: &str, clock: &Clock) -> Store {
    let clock = boot::Clock::from_source(clock.clone());
    let config = boot::aws_config_at(endpoint, &clock, boot::CallLimits::default()).await;
    Store::new(Client::new(&config), "politicall-ig")
}

/// How a reply is driven.
pub(crate) struct Way {
    pub(crate) token: Option<SecretString>,
    pub(crate) begin_before: i64,
    pub(crate) judges: bool,
    /// How far the actor's clock is ahead of Meta's, in milliseconds.
    pub(crate) ahead_ms: i64,
    /// What is different about the account.
    pub(crate) change: fn(&mut Standing),
}

impl Default for Way {
    fn default() -> Self {
        Self {
            token: Some(SecretString::from("IGAA")),
            begin_before: i64::MAX,
            judges: false,
            ahead_ms: 0,
            change: |_| {},
        }
    }
}
