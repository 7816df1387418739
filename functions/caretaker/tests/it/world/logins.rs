//! Logins, tokens and what the CRM was told, as tests see them.

use std::collections::HashSet;

use graph::Graph;
use instagram::AccountId;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use store::{Account, Login};

use super::{World, token_of};

pub(crate) const DAY_MS: i64 = 86_400_000;

/// A token's life, as the sandbox's Meta gives it.
const LIFE_MS: i64 = 60 * DAY_MS;

impl World {
    /// The office's owner logs in just now, as the login writes it: at once, and due at once. What the CRM was told, and
    /// was not told, stays.
    pub(crate) async fn log_in(&self, office: &str) {
        let now = self.clock.now_ms();
        let token = format!("{}at{now}", token_of(office));
        self.meta.world(|world| {
            let account = world.account_mut(office).unwrap();
            account.token = token.clone();
            account.older_tokens.clear();
            account.trouble = None;
            account.token_issued_at = Some(now);
            account.token_expires_at = Some(now + LIFE_MS);
        });
        let before = self.account(office).await;
        let sealed = self.vault().seal(office, &SecretString::from(token)).await.unwrap();
        let login =
            Login { connected_at: now, issued_at: Some(now), expires_at: Some(now + LIFE_MS), ..Login::default() };
        let account = Account { sealed_token: Some(sealed), broken: None, login, due_at: Some(now), ..before };
        self.store.put_account(&account).await.unwrap();
    }

    pub(crate) async fn account(&self, office: &str) -> Account {
        self.store.account(&AccountId::parse(office).unwrap()).await.unwrap().unwrap()
    }

    /// The token in the table, opened.
    pub(crate) async fn stored_token(&self, office: &str) -> SecretString {
        let sealed = self.account(office).await.sealed_token.unwrap();
        self.vault().open(office, &sealed).await.unwrap()
    }

    /// Whether Meta takes the token in the table.
    pub(crate) async fn stored_token_works(&self, office: &str) -> bool {
        let token = self.stored_token(office).await;
        let office = AccountId::parse(office).unwrap();
        Graph::new(self.meta.endpoint()).unwrap().subscriptions(&token, &office).await.result.is_ok()
    }

    /// Whether the token in the table is the newest one that Meta gave out.
    pub(crate) async fn stored_token_is_newest(&self, office: &str) -> bool {
        let token = self.stored_token(office).await;
        self.meta.world(|world| world.account(office).unwrap().token == token.expose_secret())
    }

    /// What the CRM was told of accounts, as a reader that knows ids again sees it.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.all_told().into_iter().filter(|event| event["type"].as_str().unwrap().starts_with("account.")).collect()
    }

    /// The types of what the CRM was told of replies.
    pub(crate) fn told_of_replies(&self) -> Vec<String> {
        let kinds = self.all_told().into_iter().map(|event| event["type"].as_str().unwrap().to_owned());
        kinds.filter(|kind| kind.starts_with("reply.")).collect()
    }

    /// All that the CRM was told, in its order.
    pub(crate) fn all_told(&self) -> Vec<Value> {
        let mut known = HashSet::new();
        let messages = self.sqs.messages("crm.fifo").into_iter();
        let events = messages.map(|message| serde_json::from_str::<Value>(&message.body).unwrap());
        events.filter(|event| known.insert(event["id"].to_string())).collect()
    }

    /// The types of what the CRM was told of an office.
    pub(crate) fn told_of(&self, office: &str) -> Vec<String> {
        let events = self.told().into_iter().filter(|event| event["account"] == office);
        events.map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    /// How often Meta was asked this.
    pub(crate) fn asked(&self, operation: &str) -> usize {
        self.meta.calls().iter().filter(|call| call.operation == operation).count()
    }

    /// As many hours pass, with a run at the end of each.
    pub(crate) async fn hours(&self, hours: u64) {
        for _ in 0..hours {
            self.pass(3_600);
            self.run().await;
        }
    }
}
