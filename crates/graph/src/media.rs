//! Whose post it is, as far as an account's token can tell.

use instagram::MediaId;
use secrecy::SecretString;

use crate::{Answer, Condition, Graph, Operation, Refusal, SendError};

impl Graph {
    /// Whether a post is the account's own: a mention below somebody else's post arrives as a comment, too (fact sheet
    /// 3.15).
    ///
    /// No field that names a post's owner is documented for Instagram Login, but the comments of a post can be listed by
    /// its owner alone (`GET /{media}/comments`, fact sheet 5); for everybody else it is an object that does not exist
    /// or may not be seen. That reading is derived, not confirmed: to be tried once with a real account.
    ///
    /// # Errors
    /// In the answer's `result`, when the API did not say either way: ask again later.
    pub async fn owns_media(&self, token: &SecretString, media: &MediaId) -> Answer<bool> {
        let Answer { result, usage } =
            self.get(Operation::Read, token, self.edge(media.as_str(), "comments"), |_| Some(())).await;
        let result = match result {
            Ok(()) => Ok(true),
            Err(error) if is_hidden(&error) => Ok(false),
            Err(error) => Err(error),
        };
        Answer { result, usage }
    }
}

/// Besides what is missing: a refusal without a subcode, which says no more than "not with this token".
fn is_hidden(error: &SendError) -> bool {
    let not_with_this_token = matches!(
        error,
        SendError::Refused { reason: Refusal::InvalidParameter, .. }
            | SendError::AccountBlocked { condition: Condition::PermissionMissing, .. }
    );
    error.is_missing() || not_with_this_token
}
