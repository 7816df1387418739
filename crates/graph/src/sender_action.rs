//! What an account does in a conversation besides writing: seen, typing, reactions (fact sheet 4.2).

use instagram::outgoing::SenderAction;
use instagram::{AccountId, PersonId};
use secrecy::SecretString;

use crate::{Answer, Graph, Operation, read};

impl Graph {
    /// Does something in the account's conversation with `person`.
    ///
    /// Doing it twice is doing it once, and a failure is harmless. Documented on the Facebook host; that seen and
    /// typing work on this one is not verified. A reaction counts as one of 100 texts a second and account.
    ///
    /// # Errors
    /// In the answer's `result`: any [`SendError`](crate::SendError).
    pub async fn sender_action(
        &self,
        token: &SecretString,
        account: &AccountId,
        person: &PersonId,
        action: &SenderAction,
    ) -> Answer<()> {
        self.post_json(
            Operation::Send,
            token,
            self.edge(account.as_str(), "messages"),
            &action.body(person),
            read::any_object,
        )
        .await
    }
}
