//! Reading comments: what stands below a post, as far as the account may see it (fact sheet 5).

use instagram::{CommentId, PersonId, UnixMillis, Words};
use secrecy::SecretString;
use serde::Deserialize;

use crate::read::{self, Author, Item, List};
use crate::{Answer, Graph, client};

/// What is asked for; `from` is not guaranteed, and the username then tells whose it is.
const FIELDS: &str = "id,text,timestamp,from,username";

/// A comment as it can be read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRead {
    /// Which one.
    pub id: CommentId,
    /// What it says.
    pub text: Option<Words>,
    /// When it was written.
    pub at: Option<UnixMillis>,
    /// Who wrote it: a person, or the account under the id of [`AccountId`](instagram::AccountId).
    pub from: Option<PersonId>,
    /// The writer's public name.
    pub username: Option<Words>,
}

/// The replies below a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replies {
    /// Meta's first page of them, in Meta's order.
    pub comments: Vec<CommentRead>,
    /// Whether these are all. If not, one that is missing here may well exist.
    pub is_whole: bool,
}

impl Graph {
    /// The replies below a comment. Those below a reply hang from the top-level comment, too.
    ///
    /// # Errors
    /// In the answer's `result`; [`is_missing`](crate::SendError::is_missing) for a deleted comment.
    pub async fn comment_replies(&self, token: &SecretString, comment: &CommentId) -> Answer<Replies> {
        let url = client::with_query(self.edge(comment.as_str(), "replies"), &[("fields", FIELDS)]);
        self.get(token, url, |body| {
            let list: List<Comment> = read::object(body)?;
            let is_whole = list.is_whole();
            Some(Replies { comments: list.into_items(CommentRead::from), is_whole })
        })
        .await
    }

    /// One comment.
    ///
    /// # Errors
    /// In the answer's `result`; [`is_missing`](crate::SendError::is_missing) for a deleted one.
    pub async fn comment(&self, token: &SecretString, comment: &CommentId) -> Answer<CommentRead> {
        let url = self.node(comment.as_str(), &[("fields", FIELDS)]);
        self.get(token, url, |body| read::object::<Comment>(body).map(CommentRead::from)).await
    }
}

#[derive(Deserialize)]
struct Comment {
    id: CommentId,
    text: Option<Words>,
    timestamp: Option<UnixMillis>,
    from: Option<Item<Author>>,
    username: Option<Words>,
}

impl From<Comment> for CommentRead {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id,
            text: read::text(comment.text),
            at: comment.timestamp,
            from: comment.from.and_then(|Item(author)| author.id),
            username: read::text(comment.username),
        }
    }
}
