//! A person's word on a reply that nobody else can tell about.

use instagram::AccountId;
use store::{Ended, Listed, ReplyRef, ReplyState, SentAs, StoreError, Word};

use crate::drive::Outbox;

/// What a reply's story says of a person's word that it shall be sent again.
pub(crate) const RESENT: &str = "resolved_resend";

/// What a person found out, or decided, about a parked reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It is out: the person sees it in Instagram.
    Sent,
    /// It is not out, and shall be sent now. If the person is wrong, it is out twice.
    Resend {
        /// Not later than this, in milliseconds since 1970; the planned moment if that is later.
        not_after: i64,
    },
    /// It shall not be sent.
    Drop,
}

/// Why a reply was not resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// It is in another state by now, or there is no such reply.
    #[error("the reply is not parked")]
    NotParked,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Outbox {
    /// Settles a parked reply. One that shall be sent is due at once; whoever looks for due replies sends it.
    ///
    /// # Errors
    /// [`ResolveError`].
    pub async fn resolve(
        &self,
        account: &AccountId,
        place: &ReplyRef,
        resolution: Resolution,
        now: i64,
    ) -> Result<(), ResolveError> {
        let item = self.store.item(&place.item, now).await?;
        let replies = item.replies();
        let reply = replies.get(place.step).ok_or(ResolveError::NotParked)?;
        if reply.state != ReplyState::Parked {
            return Err(ResolveError::NotParked);
        }
        let ended = |state, reason: &str, due_at| Ended {
            state,
            reason: reason.to_owned(),
            due_at,
            again: None,
            // Those after it failed when it was parked.
            replies: place.step + 1,
            // Whoever looks for what is due tells, or forgets it where nobody is to be told.
            word: Word::Left,
            at: now,
        };
        let outcome = match resolution {
            Resolution::Sent => {
                let sent = SentAs { mid: None, by: Some("resolved_sent"), is_last: true, word: Word::Left, at: now };
                self.store.record_sent(place, reply.att, &sent).await.map(drop)
            }
            Resolution::Resend { not_after } => {
                let ended = ended(ReplyState::Planned, RESENT, Some(now));
                self.store.record_resolved(place, reply.att, &ended, Some(not_after.max(reply.not_after))).await
            }
            Resolution::Drop => {
                let ended = ended(ReplyState::Failed, "resolved_drop", None);
                self.store.record_resolved(place, reply.att, &ended, None).await
            }
        };
        match outcome {
            Ok(()) => {}
            Err(StoreError::Conflict) => return Err(ResolveError::NotParked),
            Err(error) => return Err(error.into()),
        }
        self.store.unlist(&Listed::new(account, place, ReplyState::Parked, "", now)).await?;
        Ok(())
    }
}
