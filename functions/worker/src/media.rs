//! Whose post a comment stands below: looked up once per post, for rules answer comments on the account's own alone.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use automation::MediaOwner;
use instagram::{AccountId, Event, Kind, MediaId};
use job::Job;
use store::Account;

use crate::Worker;
use crate::outcome::Trouble;

/// How long a look-up that gets no answer keeps a comment waiting, in milliseconds since its receipt. After that the post
/// counts as not known to be the account's own: the comment is stored, and no rule fires unless it says so.
const LOOK_UP_PATIENCE_MS: i64 = 2 * 60 * 1000;

/// How long an answer is believed, in seconds: a post does not change hands, but what was hidden may become visible.
const OWN_SECONDS: i64 = 180 * 24 * 60 * 60;
const OTHER_SECONDS: i64 = 24 * 60 * 60;

/// Most posts kept in memory: busy accounts have a few at a time.
const MAX_KEPT: usize = 1_000;

/// The posts known to be their account's own, so that a busy post costs no read per comment.
#[derive(Debug, Default)]
pub(crate) struct OwnMedia(Mutex<HashSet<(AccountId, MediaId)>>);

impl OwnMedia {
    fn holds(&self, account: &AccountId, media: &MediaId) -> bool {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.contains(&(account.clone(), media.clone()))
    }

    fn add(&self, account: &AccountId, media: &MediaId) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MAX_KEPT {
            held.clear();
        }
        held.insert((account.clone(), media.clone()));
    }
}

impl Worker {
    /// Whose post the event's comment stands below. Anything but a comment with an author counts as the account's own.
    pub(crate) async fn media_owner(&self, account: &Account, event: &Event, job: &Job) -> Result<MediaOwner, Trouble> {
        let Kind::CommentWritten(comment) = &event.kind else {
            return Ok(MediaOwner::Own);
        };
        let is_answerable = comment.from.as_ref().is_some_and(|author| !author.is_self) && !event.standby;
        let (true, Some(media)) = (is_answerable, &comment.media) else {
            return Ok(MediaOwner::Unknown);
        };
        if self.own_media.holds(&account.id, media) {
            return Ok(MediaOwner::Own);
        }
        let owner = self.find_owner(account, media, job).await?;
        if owner == MediaOwner::Own {
            self.own_media.add(&account.id, media);
        }
        Ok(owner)
    }

    /// Whether the event's comment is one that we created. Those are replies to other comments: none else is looked up.
    pub(crate) async fn is_created_by_us(&self, account: &Account, event: &Event) -> Result<bool, Trouble> {
        match &event.kind {
            Kind::CommentWritten(comment) if comment.parent.is_some() => {
                Ok(self.store.is_own_comment(&account.id, &comment.id, self.clock.now_ms()).await?)
            }
            _ => Ok(false),
        }
    }

    /// What the table knows, or else the Graph API.
    async fn find_owner(&self, account: &Account, media: &MediaId, job: &Job) -> Result<MediaOwner, Trouble> {
        let now = self.clock.now_ms();
        if let Some(own) = self.store.owns_media(&account.id, media, now).await? {
            return Ok(owner(own));
        }
        match self.look_up(account, media).await? {
            Some(own) => {
                let seconds = if own { OWN_SECONDS } else { OTHER_SECONDS };
                self.store.put_media(&account.id, media, own, now / 1000 + seconds).await?;
                Ok(owner(own))
            }
            None if now.saturating_sub(job.received_at.0) < LOOK_UP_PATIENCE_MS => Err(Trouble::MediaUnknown),
            None => Ok(MediaOwner::Unknown),
        }
    }

    /// Asks the Graph API; `None` if it did not say.
    async fn look_up(&self, account: &Account, media: &MediaId) -> Result<Option<bool>, Trouble> {
        let Some(token) = self.usable_token(account).await? else {
            return Ok(None);
        };
        let answer = self.graph.owns_media(&token, media).await;
        if let Err(error) = &answer.result {
            self.heed(account, error).await;
            tracing::warn!(account.id = %account.id, media.id = %media, error = %error, "a post's owner is not known");
        }
        Ok(answer.result.ok())
    }
}

fn owner(own: bool) -> MediaOwner {
    if own { MediaOwner::Own } else { MediaOwner::Other }
}
