//! A direct message of any content: to a person who wrote, or the one private reply to a comment (fact sheet 4.2).

use instagram::AccountId;
use instagram::outgoing::{Outgoing, Recipient};
use secrecy::SecretString;

use crate::{Answer, Graph, Operation, Sent, sent};

impl Graph {
    /// Sends one message from `account`.
    ///
    /// To a person: 100 a second and account, 10 of audio and video, inside the window that the person's own message
    /// opened. Meta has no key to make a second call harmless: after
    /// [`OutcomeUnknown`](crate::SendError::OutcomeUnknown) a second call may be a second message.
    ///
    /// To a comment: one per comment, within 7 days, for live comments only during the broadcast; 750 an hour and
    /// account (100 a second for live comments). It is the one send that may be tried again after an unknown outcome: a
    /// second one is refused with [`AlreadyReplied`](crate::SendError::AlreadyReplied) or
    /// [`CommentUnusable`](crate::SendError::CommentUnusable). It may land under another person id than the comment's
    /// author: [`Sent::recipient_id`] names the conversation it made.
    ///
    /// # Errors
    /// In the answer's `result`: any [`SendError`](crate::SendError).
    pub async fn send_message(&self, token: &SecretString, account: &AccountId, message: &Outgoing) -> Answer<Sent> {
        let operation = match message.recipient {
            Recipient::Person(_) => Operation::Send,
            Recipient::Comment(_) => Operation::Private,
        };
        self.post_json(operation, token, self.edge(account.as_str(), "messages"), message, sent::read).await
    }
}
