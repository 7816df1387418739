//! A person's data: all of it in a file, and all of it gone.

use instagram::Peer;
use serde_json::{Value, json};
use store::{Account, Audit, ErasureOrder, Extent, Held, ItemContent, Key, Receipt, keys};

use crate::Desk;
use crate::answer::{Answer, Problem};
use crate::ask::{Ask, Cursor};

/// Most bytes of a page. Lambda gives back 6 MB at most.
const MAX_PAGE_BYTES: usize = 3 * 1024 * 1024;

/// Hexadecimal digits of a receipt.
const RECEIPT_DIGITS: usize = 32;

impl Desk {
    /// Everything held about a person by all their ids, as it is stored, in pages. That it was taken out is noted first.
    pub(crate) async fn export(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let (peer, before, now) = (ask.person()?, ask.before()?, self.clock.now_ms());
        let held = self.held(account, &peer, now).await?;
        // Whose words were handed out must not be kept by their id for longer than the words.
        let whom = keys::digest(&format!("{}|{peer}", account.id));
        let (by, what) = (format!("desk {}", ask.author), format!("export of the person {whom}"));
        self.store.audit(&account.id, &Audit { at: now, by: &by, what: &what }).await?;

        let (mut bytes, mut page, mut next) = (0, Vec::new(), None);
        for (place, (key, item)) in held.items.into_iter().enumerate().skip(first(before.as_ref())) {
            bytes += item.to_string().len();
            if bytes > MAX_PAGE_BYTES && !page.is_empty() {
                next = i64::try_from(place).ok().map(|at| Cursor { at, id: String::new() }.text());
                break;
            }
            page.push((key, item));
        }
        let page = Held { ids: held.ids, items: page };
        Ok(Answer::ok(json!({
            "account": account.id,
            "person": page.ids,
            "exported_at": now,
            "held": page.by_sort(),
            "next": next,
        })))
    }

    /// Opens the erasure of a person, by all their ids. Sending has stopped then, and what is held shows no more.
    pub(crate) async fn erase(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let peer = ask.person()?;
        let receipt = receipt_code()?;
        self.once(ask, account, "erase_person", Some(receipt), async |made| {
            let now = self.clock.now_ms();
            let code = made.ok_or_else(|| Problem::unavailable("receipt"))?;
            // Begun before: the order may be there, and what was held not any more.
            if self.store.receipt(&code).await?.is_none() {
                self.held(account, &peer, now).await?;
                let order = ErasureOrder {
                    code: code.clone(),
                    account: account.id.clone(),
                    peer: Some(peer.clone()),
                    asked_at: now,
                    by: format!("desk {}", ask.author),
                };
                if !self.store.open_erasure(&order).await? {
                    return Err(Problem::not_found());
                }
                tracing::info!(account.id = %account.id, "a person is to be erased at the desk's request");
            }
            let receipt = self.store.receipt(&code).await?.ok_or_else(|| Problem::unavailable("receipt"))?;
            Ok(Answer::accepted(told(&receipt)))
        })
        .await
    }

    /// How far an erasure is. Only of one person, and only to the account whose it is.
    pub(crate) async fn erasure(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let code = ask.name("receipt");
        let is_code = code.len() == RECEIPT_DIGITS && code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let receipt = if is_code { self.store.receipt(code).await? } else { None };
        let receipt = receipt.filter(|receipt| receipt.account == account.id && receipt.extent == Extent::Person);
        receipt.map(|receipt| Answer::ok(told(&receipt))).ok_or_else(Problem::not_found)
    }

    /// What is held about a person and not erased; nobody about whom nothing is held is known here.
    async fn held(&self, account: &Account, peer: &Peer, now: i64) -> Result<Held, Problem> {
        let mut held = self.store.held_about(&account.id, peer, now).await?;
        let mut before = account.erased_before;
        for id in held.ids.clone() {
            before = before.max(self.store.erased_before(&account.id, &id).await?);
            if self.store.shown(account, &id, now).await?.is_none() {
                // One that was emptied is about nobody.
                let emptied = keys::conversation(&account.id, &id);
                held.items.retain(|(key, _)| *key != emptied);
            }
        }
        held.items.retain(|(_, item)| before.is_none_or(|before| !is_from_before(item, before)));
        let is_about_them = |(key, _): &(Key, Value)| keys::thread_of(&key.pk).is_some() || key.sk.starts_with("T#");
        if held.items.iter().any(is_about_them) { Ok(held) } else { Err(Problem::not_found()) }
    }
}

/// Whether an item of whatever sort happened up to a moment. What has no moment is no event: a conversation, a tombstone.
fn is_from_before(item: &Value, before: i64) -> bool {
    let content = serde_json::from_value::<ItemContent>(item.clone());
    content.is_ok_and(|content| content.moment().is_some() && content.is_from_before(before))
}

fn first(before: Option<&Cursor>) -> usize {
    before.and_then(|cursor| usize::try_from(cursor.at).ok()).unwrap_or_default()
}

/// 32 hexadecimal digits that nobody can foretell: whoever knows them sees how far the erasure is.
fn receipt_code() -> Result<String, Problem> {
    let mut bytes = [0; RECEIPT_DIGITS / 2];
    getrandom::fill(&mut bytes).map_err(|_| Problem::unavailable("randomness"))?;
    Ok(hex::encode(bytes))
}

fn told(receipt: &Receipt) -> Value {
    json!({
        "receipt": receipt.code,
        "asked_at": receipt.asked_at,
        "state": receipt.state,
        "erased": receipt.erased,
        "done_at": receipt.done_at,
    })
}
