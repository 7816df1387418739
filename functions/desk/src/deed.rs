//! Doing something once, however often it is asked for under one key.

use boot::Chain;
use instagram::{Peer, UnixMillis};
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{Account, Deed, keys};

use crate::Desk;
use crate::answer::{Answer, Problem};
use crate::ask::Ask;
use crate::route::Action;

impl Desk {
    /// Does `act` unless it was done under the request's key, and remembers what was answered. Repeated, the answer is the
    /// same and nothing is done. What was begun and not done, or refused, is begun again: each act, done twice, is done once.
    ///
    /// `made` is a name for what the act makes: the same whenever it begins again.
    pub(crate) async fn once(
        &self,
        ask: &Ask,
        account: &Account,
        what: &'static str,
        made: Option<String>,
        act: impl AsyncFnOnce(Option<String>) -> Result<Answer, Problem>,
    ) -> Result<Answer, Problem> {
        let (name, request) = (name(account, &ask.key), request(ask));
        let now = self.clock.now_ms();
        // That a person was erased stays known by its receipt, when all about the person is gone.
        let whom = if ask.action == Action::Erase { None } else { Peer::parse(ask.name("person")).ok() };
        let deed = match self.store.deed(&account.id, whom.as_ref(), &name, now).await? {
            Some(deed) => deed,
            None => {
                let deed = Deed::new(request.clone(), ask.author.clone(), what, now, made);
                self.store.begin_deed(&account.id, &name, deed).await?
            }
        };
        if deed.request != request {
            return Err(Problem::key_reused());
        }
        if let Some(answer) = deed.answer.as_deref().and_then(remembered) {
            return Ok(answer);
        }
        let answer = act(deed.made).await?;
        let text = json!({"status": answer.status.as_u16(), "body": answer.body}).to_string();
        let expires_at = deed.expires_at.min(account.keeps_until(UnixMillis(now)));
        let ended = self.store.end_deed(&account.id, whom.as_ref(), &name, &text, now, expires_at).await;
        if let Err(error) = ended {
            // Done all the same. Repeated it is done again, which changes nothing.
            tracing::warn!(account.id = %account.id, error = %Chain(&error), "what was answered is not remembered");
        }
        Ok(answer)
    }
}

/// What stands for a request's key: keys of one account are no other's.
fn name(account: &Account, key: &str) -> String {
    keys::digest(&format!("{}|{key}", account.id))
}

fn request(ask: &Ask) -> String {
    hex::encode(Sha256::digest(ask.identity().as_bytes()))
}

fn remembered(text: &str) -> Option<Answer> {
    let mut held: Value = serde_json::from_str(text).ok()?;
    let status = StatusCode::from_u16(u16::try_from(held["status"].as_u64()?).ok()?).ok()?;
    Some(Answer { status, body: held["body"].take() })
}
