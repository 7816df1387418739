//! A table, a Meta, and one conversation in which a person has just written.

use aws_sdk_dynamodb::Client;
use graph::Graph;
use instagram::{AccountId, AppId, Peer, PersonId};
use outbox::{Attempt, Drive, Outbox, OutboxError, Settings};
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use sandbox::meta::Meta;
use secrecy::SecretString;
use serde_json::json;
use store::{
    Account, Connection, Conversation, Decided, Item, ItemContent, Key, Mode, Reply, ReplyAction, ReplyState, Standing,
    Store, TABLE_DEFINITION,
};

pub(crate) const ACCOUNT: &str = "17841400000000001";
pub(crate) const PERSON: &str = "900000000000001";
const APP: &str = "867555782500454";

pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) meta: Meta,
    pub(crate) outbox: Outbox,
    pub(crate) account: AccountId,
    pub(crate) peer: Peer,
    _dynamo: Dynamo,
}

impl World {
    pub(crate) async fn start() -> Self {
        let clock = Clock::default();
        let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        let config = boot::aws_config_at(
            dynamo.endpoint(),
            &boot::Clock::from_source(clock.clone()),
            boot::CallLimits::default(),
        )
        .await;
        let store = Store::new(Client::new(&config), "politicall-ig");
        let world = json!({
            "apps": [{"name": "politicall", "app_id": APP, "app_secrets": ["secret"]}],
            "accounts": [{"account": ACCOUNT, "username": "office", "app_id": APP, "token": "IGAA"}],
        });
        let meta = Meta::start(clock.clone(), world).await.unwrap();
        meta.person_writes(ACCOUNT, PERSON, "oi");
        let outbox = Outbox::new(store.clone(), Graph::new(meta.endpoint()).unwrap(), Settings::default());
        let account = AccountId::parse(ACCOUNT).unwrap();
        let connected = Account {
            id: account.clone(),
            app: AppId::parse(APP).unwrap(),
            customer: "gabinete".to_owned(),
            username: "office".to_owned(),
            mode: Mode::Answer,
            connection: Connection::Connected,
            sealed_token: Some("sealed".to_owned()),
            rules: 0,
            stopped_at: None,
            broken: None,
        };
        store.put_account(&connected).await.unwrap();
        let peer = Peer::from(&PersonId::parse(PERSON).unwrap());
        let conversation = Conversation::default();
        store.save_facts(&account, &peer, &conversation, conversation.clone()).await.unwrap();
        Self { clock, store, meta, outbox, account, peer, _dynamo: dynamo }
    }

    pub(crate) fn key(sk: &str) -> Key {
        Key { pk: format!("T#{ACCOUNT}#{PERSON}"), sk: sk.to_owned() }
    }

    /// An item with these replies, planned just now.
    pub(crate) async fn plan(&self, sk: &str, replies: Vec<Reply>) {
        let content = ItemContent { kind: Some("message".to_owned()), ..ItemContent::default() };
        let decided =
            Decided { why: "answered".to_owned(), rules: 1, trace: None, facts: None, effects: Vec::new(), replies };
        self.store.save_item(&Self::key(sk), &Item::default(), &content, Some(&decided), 0).await.unwrap();
    }

    pub(crate) fn reply(&self, action: ReplyAction, text: &str) -> Reply {
        let not_after = self.clock.now_ms() + 3_600_000;
        Reply::planned(format!("reply {text}"), "rule".to_owned(), action, Some(text.into()), not_after)
    }

    pub(crate) async fn item(&self, sk: &str) -> Item {
        self.store.item(&Self::key(sk), self.clock.now_ms()).await.unwrap()
    }

    /// State and reason of an item's first reply.
    pub(crate) async fn state(&self, sk: &str) -> (ReplyState, Option<String>) {
        let item = self.item(sk).await;
        (item.replies()[0].state, item.replies()[0].reason.clone())
    }

    pub(crate) async fn drive(&self, sk: &str) -> Result<Vec<Attempt>, OutboxError> {
        self.drive_with(&self.outbox, &Way::default(), sk).await
    }

    /// As the caretaker does: replies in doubt are looked into.
    pub(crate) async fn judge(&self, sk: &str) -> Vec<Attempt> {
        self.drive_with(&self.outbox, &Way { judges: true, ..Way::default() }, sk).await.unwrap()
    }

    pub(crate) async fn drive_with(&self, outbox: &Outbox, way: &Way, sk: &str) -> Result<Vec<Attempt>, OutboxError> {
        let key = Self::key(sk);
        let conversation = self.store.conversation(&self.account, &self.peer).await.unwrap();
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
            clock.advance(std::time::Duration::from_millis(u64::try_from(ms).unwrap()));
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
            judges: way.judges.then_some(&pause),
        };
        let clock = self.clock.clone();
        let now = move || clock.now_ms();
        outbox.drive(drive, &now).await
    }
}

/// How a reply is driven.
pub(crate) struct Way {
    pub(crate) token: Option<SecretString>,
    pub(crate) begin_before: i64,
    pub(crate) judges: bool,
    /// What is different about the account.
    pub(crate) change: fn(&mut Standing),
}

impl Default for Way {
    fn default() -> Self {
        Self { token: Some(SecretString::from("IGAA")), begin_before: i64::MAX, judges: false, change: |_| {} }
    }
}
