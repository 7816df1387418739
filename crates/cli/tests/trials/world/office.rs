//! Offices: accounts of customers, each with rules, tokens and a post.

use instagram::{AccountId, AppId};
use sandbox::meta::Echo;
use secrecy::SecretString;
use serde_json::json;
use store::{Account, Mode};
use vault::{LocalKey, Vault};

use super::{APP, World};

/// An office that answers by rules.
#[derive(Debug, Clone)]
pub(crate) struct Office {
    pub(crate) id: AccountId,
    pub(crate) post: String,
}

impl World {
    /// Everything that happened in earlier trials is out of the way, and nothing is arranged.
    pub(crate) fn clear(&mut self) {
        self.meta.set_echo(Echo::Deliver);
        self.meta.shift_deliveries(|_| std::time::Duration::ZERO);
        self.meta.set_read_lag(std::time::Duration::ZERO);
        self.meta.world(|world| {
            world.people.clear();
            world.threads.clear();
            world.messages.clear();
            world.actions.clear();
            world.comments.clear();
            world.deliveries.clear();
        });
        self.told.clear();
        self.jobs.clear();
        self.metrics.lock().unwrap().clear();
        self.refusals_before = self.meta.policies_refused().len();
    }

    /// An office that nobody knew before.
    pub(crate) async fn office(&mut self, rules: &str) -> Office {
        self.office_of(APP, rules).await
    }

    pub(crate) async fn office_of(&mut self, app: &'static str, rules: &str) -> Office {
        self.offices += 1;
        let id = AccountId::parse((17_841_400_000_000_000 + self.offices).to_string()).unwrap();
        let post = (18_000_000_000_000_000 + self.offices).to_string();
        let token = format!("IGAA{id}");
        let account =
            json!({"account": id.as_str(), "username": format!("office.{id}"), "app_id": app, "token": token});
        let media = json!({"account": id.as_str(), "id": post, "product": "FEED"});
        self.meta.world(|world| {
            world.accounts.push(serde_json::from_value(account).unwrap());
            world.media.push(serde_json::from_value(media).unwrap());
        });
        let account = Account {
            mode: Mode::Answer,
            sealed_token: Some(self.sealed_token(&id).await),
            ..Account::new(id.clone(), AppId::parse(app).unwrap(), format!("customer.{id}"), format!("office.{id}"))
        };
        self.store.put_account(&account).await.unwrap();
        self.store.put_rules(&id, rules, self.clock.now_ms()).await.unwrap();
        Office { id, post }
    }

    /// The account's token, sealed: each time it looks like another one.
    pub(crate) async fn sealed_token(&self, id: &AccountId) -> String {
        let vault = Vault::local(LocalKey::parse(&self.key).unwrap());
        vault.seal(id.as_str(), &SecretString::from(token_of(id))).await.unwrap()
    }
}

fn token_of(id: &AccountId) -> String {
    format!("IGAA{id}")
}
