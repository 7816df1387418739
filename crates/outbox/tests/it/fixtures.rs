//! A table, a Meta, and one conversation in which a person has just written.

use aws_sdk_dynamodb::Client;
use graph::Graph;
use instagram::{AccountId, Peer, PersonId};
use outbox::{Attempt, Drive, Outbox, OutboxError, Permission};
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use sandbox::meta::Meta;
use secrecy::SecretString;
use serde_json::json;
use store::{Conversation, Decided, Item, ItemContent, Key, Reply, ReplyAction, ReplyState, Store, TABLE_DEFINITION};

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
    pub(crate) token: SecretString,
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
        let outbox = Outbox::new(store.clone(), Graph::new(meta.endpoint()).unwrap());
        let account = AccountId::parse(ACCOUNT).unwrap();
        let peer = Peer::from(&PersonId::parse(PERSON).unwrap());
        let conversation = Conversation::default();
        store.save_facts(&account, &peer, &conversation, conversation.clone()).await.unwrap();
        Self { clock, store, meta, outbox, account, peer, token: SecretString::from("IGAA"), _dynamo: dynamo }
    }

    pub(crate) fn key(sk: &str) -> Key {
        Key { pk: format!("T#{ACCOUNT}#{PERSON}"), sk: sk.to_owned() }
    }

    /// An item with these replies, planned just now.
    pub(crate) async fn plan(&self, sk: &str, replies: Vec<Reply>) {
        let content = ItemContent { kind: Some("message".to_owned()), ..ItemContent::default() };
        let decided = Decided { why: "answered".to_owned(), rules: 1, trace: None, facts: None, replies };
        self.store.save_item(&Self::key(sk), &Item::default(), &content, Some(&decided), 0).await.unwrap();
    }

    pub(crate) fn reply(&self, action: ReplyAction, text: &str) -> Reply {
        Reply {
            id: format!("reply {text}"),
            rule: "rule".to_owned(),
            action,
            text: Some(text.into()),
            not_after: self.clock.now_ms() + 3_600_000,
            state: ReplyState::Planned,
            att: 0,
            until: None,
            mid: None,
            reason: None,
        }
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
        self.drive_with(&self.outbox, Permission::Send(&self.token), sk, i64::MAX).await
    }

    pub(crate) async fn drive_with(
        &self,
        outbox: &Outbox,
        permission: Permission<'_>,
        sk: &str,
        begin_before: i64,
    ) -> Result<Vec<Attempt>, OutboxError> {
        let key = Self::key(sk);
        let conversation = self.store.conversation(&self.account, &self.peer).await.unwrap();
        let item = self.store.item(&key, self.clock.now_ms()).await.unwrap();
        let drive = Drive { account: &self.account, peer: &self.peer, key: &key, conversation, item, begin_before };
        let clock = self.clock.clone();
        let now = move || clock.now_ms();
        outbox.drive(permission, drive, &now).await
    }
}
