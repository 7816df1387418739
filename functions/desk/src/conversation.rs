//! One conversation: what happened in it, newest first, and why it was answered as it was.

use serde_json::json;
use store::Account;

use crate::answer::{Answer, Problem};
use crate::ask::{Ask, Cursor};
use crate::trail::Trails;
use crate::{Desk, conversations, entry};

/// Most bytes of a page, before it is written as JSON once more. Lambda gives back 6 MB at most.
const MAX_PAGE_BYTES: usize = 3 * 1024 * 1024;

impl Desk {
    pub(crate) async fn conversation(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let (peer, most, before) = (ask.person()?, ask.limit()?, ask.before()?);
        let now = self.clock.now_ms();
        let shown = self.store.shown(account, &peer, now).await?.ok_or_else(Problem::not_found)?;
        let behind = before.as_ref().map(|cursor| (cursor.at, cursor.id.as_str()));
        let page = self.store.history(&account.id, &peer, &shown, behind, most, now).await?;

        let mut trails = Trails::new(&self.store, &account.id);
        let (mut entries, mut bytes, mut last, mut is_more) = (Vec::new(), 0, None, page.is_more);
        for happened in &page.entries {
            let told = entry::told(happened, &mut trails).await?;
            bytes += told.to_string().len();
            if bytes > MAX_PAGE_BYTES && !entries.is_empty() {
                is_more = true;
                break;
            }
            last = Some(happened);
            entries.push(told);
        }
        let next = last.filter(|_| is_more).map(|last| Cursor { at: last.at, id: last.key.sk.clone() }.text());
        let conversation = conversations::told(&peer, &shown.conversation, now);
        Ok(Answer::ok(json!({"conversation": conversation, "entries": entries, "next": next})))
    }
}
