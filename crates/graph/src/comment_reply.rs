//! Public reply: an answer below a comment, for everybody to read (fact sheet 5).

use instagram::CommentId;
use instagram::outgoing::CommentText;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use crate::{Answer, Graph, Operation, sent};

/// Meta created the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commented {
    /// The new comment's id: what tells our own comment from a stranger's when it comes back as an event.
    pub id: CommentId,
}

#[derive(Serialize)]
struct Fields<'a> {
    message: &'a CommentText,
}

impl Graph {
    /// Replies publicly to a comment; below a reply it goes to the end of the same thread.
    ///
    /// There is no way to ask for fields of the new comment, on purpose: with `fields=` the call fails with 20/1772107
    /// after the comment was created, and trying again creates another (fact sheet 5, BRIGHT #140).
    ///
    /// # Errors
    /// In the answer's `result`: any [`SendError`](crate::SendError). Live and hidden comments are refused.
    pub async fn reply_to_comment(
        &self,
        token: &SecretString,
        comment: &CommentId,
        text: &CommentText,
    ) -> Answer<Commented> {
        let fields = Fields { message: text };
        self.post_form(Operation::Public, token, self.edge(comment.as_str(), "replies"), &fields, read).await
    }
}

fn read(body: &[u8]) -> Option<Commented> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let id = CommentId::parse(sent::id(&body["id"])?).ok()?;
    Some(Commented { id })
}
