//! Subscribing an account to as much of a list as Meta takes.

use instagram::AccountId;
use secrecy::SecretString;

use crate::{Graph, Refusal, SendError};

/// What became of a list of fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscribed {
    /// Subscribed to.
    pub taken: Vec<String>,
    /// Names that Meta refuses.
    pub refused: Vec<String>,
}

impl Graph {
    /// Subscribes an account to `fields`, leaving out the names that Meta refuses.
    ///
    /// One unknown name refuses a whole list (fact sheet 6.3), and only the words of the refusal say which: words are
    /// matched nowhere here. So after a refusal the list is built up name by name, each call replacing the list before
    /// by a longer one. That is one call as a rule, and one more than there are names at worst.
    ///
    /// # Errors
    /// Any refusal that is not about a name; also when no name at all is taken, for then it is not the names' fault.
    /// What was taken by then stays.
    pub async fn subscribe_to_known(
        &self,
        token: &SecretString,
        account: &AccountId,
        fields: &[&str],
    ) -> Result<Subscribed, SendError> {
        let mut last_refusal = match self.subscribe(token, account, fields).await.result {
            Ok(()) => return Ok(subscribed(fields, &[])),
            Err(error) if is_about_a_name(&error) => error,
            Err(error) => return Err(error),
        };
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for field in fields {
            taken.push(*field);
            match self.subscribe(token, account, &taken).await.result {
                Ok(()) => {}
                Err(error) if is_about_a_name(&error) => {
                    refused.extend(taken.pop());
                    last_refusal = error;
                }
                Err(error) => return Err(error),
            }
        }
        if taken.is_empty() { Err(last_refusal) } else { Ok(subscribed(&taken, &refused)) }
    }
}

fn is_about_a_name(error: &SendError) -> bool {
    matches!(error, SendError::Refused { reason: Refusal::InvalidParameter, .. })
}

fn subscribed(taken: &[&str], refused: &[&str]) -> Subscribed {
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    Subscribed { taken: owned(taken), refused: owned(refused) }
}
