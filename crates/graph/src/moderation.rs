//! Hiding and deleting comments (fact sheet 5).

use instagram::CommentId;
use secrecy::SecretString;

use crate::{Answer, Graph, Operation, read};

impl Graph {
    /// Hides a comment, or shows it again. Doing it twice is doing it once.
    ///
    /// The account's own comments stay visible, and live comments cannot be hidden.
    ///
    /// # Errors
    /// In the answer's `result`; [`is_missing`](crate::SendError::is_missing) for a deleted comment.
    pub async fn hide_comment(&self, token: &SecretString, comment: &CommentId, hide: bool) -> Answer<()> {
        let hide = if hide { "true" } else { "false" };
        self.post(Operation::Public, token, self.node(comment.as_str(), &[("hide", hide)]), read::success).await
    }

    /// Deletes a comment, for good.
    ///
    /// # Errors
    /// In the answer's `result`; [`is_missing`](crate::SendError::is_missing) for one that is deleted already, by
    /// whomever: after an unknown outcome a second call tells that the first one worked.
    pub async fn delete_comment(&self, token: &SecretString, comment: &CommentId) -> Answer<()> {
        self.delete(Operation::Public, token, self.node(comment.as_str(), &[]), read::success).await
    }
}
