//! What the CRM's users asked for: each deed under the key that they gave it, so that one asked for twice is done once, and
//! who asked is known.

use instagram::{AccountId, Peer};
use serde::{Deserialize, Serialize};

use crate::retention::{LIST_DAYS, days_ms};
use crate::table::{from_attributes, has_key, is_over};
use crate::update::Update;
use crate::{Store, StoreError, keys};

/// A deed. It names no person and holds nobody's words: what was asked for stands here as a digest. What was answered may tell
/// of a person by what is theirs, such as a comment's id, and so lies in their conversation: it is erased with that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// A digest of what was asked for: another request under the same key is told from a repeated one by it.
    pub request: String,
    /// Who asked, by their id in the CRM.
    pub by: String,
    /// What for: a word such as `pause`.
    pub what: String,
    /// When it was begun, in milliseconds since 1970.
    pub at: i64,
    /// A name that was made for what it makes, so that beginning again makes the same: the receipt of an erasure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// What was answered, as JSON without anybody's words, once it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Seconds since 1970 when the record may go.
    #[serde(default)]
    pub expires_at: i64,
}

impl Deed {
    /// One that is about to begin. It is remembered for as long as duplicates are.
    pub fn new(request: String, by: String, what: &str, at: i64, made: Option<String>) -> Self {
        let expires_at = at.saturating_add(days_ms(LIST_DAYS)) / 1000;
        Self { request, by, what: what.to_owned(), at, made, answer: None, expires_at }
    }
}

impl Store {
    /// The deed under a key, if it was begun. `whom` is the person whom it is about, if it is about one.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn deed(
        &self,
        account: &AccountId,
        whom: Option<&Peer>,
        name: &str,
        now_ms: i64,
    ) -> Result<Option<Deed>, StoreError> {
        let (begun, ended) = (keys::deed(account, name), whom.map(|whom| keys::deed_of(account, whom, name)));
        let (mut deed, mut answer) = (None, None);
        for attributes in self.get_all(std::iter::once(&begun).chain(&ended)).await? {
            if has_key(&attributes, &begun) {
                deed = Some(from_attributes::<Deed>(attributes)?);
            } else {
                answer = from_attributes::<Ended>(attributes)?.answer;
            }
        }
        let deed = deed.filter(|deed| !is_over(deed.expires_at, now_ms));
        Ok(deed.map(|deed| Deed { answer: answer.or(deed.answer.clone()), ..deed }))
    }

    /// Begins a deed under a key, and gives the one that is begun: another's, if somebody was faster.
    ///
    /// # Errors
    /// Any [`StoreError`]; `Conflict` only if it was begun and expired in this moment.
    pub async fn begin_deed(&self, account: &AccountId, name: &str, deed: Deed) -> Result<Deed, StoreError> {
        let mut update = Update::of(keys::deed(account, name));
        update.set("request", &deed.request)?;
        update.set("by", &deed.by)?;
        update.set("what", &deed.what)?;
        update.set("at", deed.at)?;
        update.set("expires_at", deed.expires_at)?;
        match &deed.made {
            Some(made) => update.set("made", made)?,
            None => update.remove("made"),
        }
        update.remove("answer");
        let never = update.absent("request");
        let long_ago = update.compare("expires_at", "<=", deed.at / 1000)?;
        update.require(&format!("{never} OR {long_ago}"));
        match self.update(update).await {
            Ok(()) => Ok(deed),
            Err(StoreError::Conflict) => {
                let begun: Option<Deed> = self.get(&keys::deed(account, name)).await?;
                begun.filter(|begun| !is_over(begun.expires_at, deed.at)).ok_or(StoreError::Conflict)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes what was answered once a deed was done, for as long as `expires_at` says (seconds since 1970).
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn end_deed(
        &self,
        account: &AccountId,
        whom: Option<&Peer>,
        name: &str,
        answer: &str,
        at: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        if let Some(whom) = whom {
            let ended = Ended { answer: Some(answer.to_owned()), at, expires_at };
            return self.put(&keys::deed_of(account, whom, name), &ended).await;
        }
        let mut update = Update::of(keys::deed(account, name));
        update.set_if_absent("answer", answer)?;
        update.require("attribute_exists(pk)");
        match self.update(update).await {
            // Erased with the account meanwhile.
            Err(StoreError::Conflict) => Ok(()),
            outcome => outcome,
        }
    }
}

/// What was answered, in the conversation of the person whom it was about.
#[derive(Debug, Serialize, Deserialize)]
struct Ended {
    answer: Option<String>,
    at: i64,
    expires_at: i64,
}
