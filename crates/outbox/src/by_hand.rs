//! What somebody of the office writes by the CRM: written down first, then sent like any reply.

use instagram::{Peer, UnixMillis, Words};
use secrecy::SecretString;
use store::{Item, Key, PAUSE_MS, Reply, ReplyAction, Standing, keys};

use crate::Attempt;
use crate::drive::{Drive, Now, Outbox, OutboxError};

/// Something to be sent by somebody's word. Whether it may be sent was asked before: here a stop and an erasure alone are in
/// its way.
#[derive(Debug, Clone, Copy)]
pub struct ByHand<'a> {
    /// Whose account, and whether it may send.
    pub standing: &'a Standing,
    /// The account's token, opened; `None` if it has none that can be used: then it waits.
    pub token: Option<&'a SecretString>,
    /// To whom: the person, in whose conversation it is kept.
    pub peer: &'a Peer,
    /// What makes it one answer: whoever writes under the same name again means the same.
    pub name: &'a str,
    /// What it is.
    pub action: ReplyAction,
    /// The comment it answers, privately or publicly.
    pub comment: Option<&'a str>,
    /// Its words, which fit Meta's limits.
    pub text: &'a Words,
    /// Who of the office, by the CRM's own name for them.
    pub author: &'a str,
    /// With the tag for a person's late answer.
    pub human_agent: bool,
    /// Not to be sent at or after this moment.
    pub not_after: UnixMillis,
    /// No attempt begins at this moment or later, in milliseconds since 1970.
    pub begin_before: i64,
}

impl Outbox {
    /// Writes an answer down, keeps automation silent in its conversation for as long as after any message by hand, and sends
    /// it. Gives where it lies, how it stands, and what was tried now.
    ///
    /// Written under the same name before, it is that one, and is sent if it still has to be. A crash at any moment leaves it
    /// due: whoever looks for what is due sends it.
    ///
    /// # Errors
    /// See [`OutboxError`]. [`OutboxError::Busy`] and [`OutboxError::OutOfTime`] leave it due.
    pub async fn send_by_hand(
        &self,
        answer: &ByHand<'_>,
        now: Now<'_>,
    ) -> Result<(Key, Item, Vec<Attempt>), OutboxError> {
        let account = &answer.standing.account;
        let key = keys::written(&account.id, answer.peer, answer.name);
        let at = UnixMillis(now());
        let reply = Reply {
            author: Some(answer.author.to_owned()),
            human_agent: answer.human_agent,
            comment: answer.comment.map(str::to_owned),
            received_at: Some(at.0),
            ..Reply::planned(
                keys::digest(&format!("{}|{}", key.pk, key.sk)),
                String::new(),
                answer.action,
                Some(answer.text.clone()),
                answer.not_after.0,
            )
        };
        if answer.action != ReplyAction::PublicReply {
            // First: no answer of a machine may follow it.
            self.store.hold(&account.id, answer.peer, at.plus_ms(PAUSE_MS), &key.sk).await?;
        }
        let (item, _) = self.store.write_answer(&key, reply, account.keeps_until(at), at.0).await?;
        let drive = Drive {
            standing: answer.standing,
            token: answer.token,
            peer: answer.peer,
            key: &key,
            conversation: self.store.conversation(&account.id, answer.peer, now()).await?,
            // Read again, now that the conversation with its fence is known.
            item: if item.is_done() { item } else { self.store.item(&key, now()).await? },
            begin_before: answer.begin_before,
            tells: false,
            judges: None,
        };
        let attempts = Box::pin(self.drive(drive, now)).await?;
        let item = self.store.item(&key, now()).await?;
        Ok((key, item, attempts))
    }
}
