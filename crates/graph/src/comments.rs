//! Reading comments: what stands below a post, as far as the account may see it (fact sheet 5).

use instagram::{CommentId, PersonId, UnixMillis, Words};
use secrecy::SecretString;
use serde::Deserialize;

use crate::read::{self, Author, Item, List};
use crate::{Answer, Graph, Operation, client};

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
        self.get(Operation::Read, token, url, read_replies).await
    }

    /// One comment.
    ///
    /// # Errors
    /// In the answer's `result`; [`is_missing`](crate::SendError::is_missing) for a deleted one.
    pub async fn comment(&self, token: &SecretString, comment: &CommentId) -> Answer<CommentRead> {
        let url = self.node(comment.as_str(), &[("fields", FIELDS)]);
        self.get(Operation::Read, token, url, read_comment).await
    }
}

fn read_replies(body: &[u8]) -> Option<Replies> {
    let list: List<Comment> = read::object(body)?;
    let is_whole = list.is_whole();
    Some(Replies { comments: list.into_items(CommentRead::from), is_whole })
}

fn read_comment(body: &[u8]) -> Option<CommentRead> {
    read::object::<Comment>(body).map(CommentRead::from)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_comment_only_the_id_has_to_be_there() {
        let bare =
            CommentRead { id: CommentId::parse("18").unwrap(), text: None, at: None, from: None, username: None };
        let whole = CommentRead {
            text: Some(Words::from("oi")),
            at: Some(UnixMillis(1_767_225_690_000)),
            from: Some(PersonId::parse("9").unwrap()),
            username: Some(Words::from("kim")),
            ..bare.clone()
        };
        let documented = concat!(
            r#"{"id":"18","text":"oi","timestamp":"2026-01-01T00:01:30+0000","username":"kim","#,
            r#""from":{"id":"9","username":"kim"},"hidden":false}"#
        );
        let cases = [
            ("as documented", documented, Some(whole)),
            ("the id alone", r#"{"id":"18"}"#, Some(bare.clone())),
            ("an id in digits", r#"{"id":18}"#, Some(bare.clone())),
            ("nulls", r#"{"id":"18","text":null,"timestamp":null,"from":null,"username":null}"#, Some(bare.clone())),
            ("empty texts", r#"{"id":"18","text":"","username":""}"#, Some(bare.clone())),
            ("no id", r#"{"text":"oi"}"#, None),
            ("a number for a text", r#"{"id":"18","text":7}"#, None),
            ("a text for a writer", r#"{"id":"18","from":"9"}"#, None),
            ("a time that is none", r#"{"id":"18","timestamp":"ontem"}"#, None),
            ("by position", r#"["18"]"#, None),
            ("a list", r#"{"data":[{"id":"18"}]}"#, None),
            ("HTML", "<html>", None),
            ("nothing", "", None),
        ];
        for (case, body, expected) in cases {
            assert_eq!(read_comment(body.as_bytes()), expected, "{case}");
        }
    }

    #[test]
    fn replies_are_all_of_them_unless_there_is_another_page() {
        let cases = [
            ("no paging", r#"{"data":[{"id":"1"},{"id":"2"}]}"#, Some((2, true))),
            ("none", r#"{"data":[]}"#, Some((0, true))),
            ("the last page", r#"{"data":[{"id":"1"}],"paging":{"cursors":{"after":"x"}}}"#, Some((1, true))),
            ("null for paging", r#"{"data":[{"id":"1"}],"paging":null}"#, Some((1, true))),
            ("null for a next page", r#"{"data":[{"id":"1"}],"paging":{"next":null}}"#, Some((1, true))),
            ("a next page", r#"{"data":[{"id":"1"}],"paging":{"next":"https://…"}}"#, Some((1, false))),
            ("no list", "{}", None),
            ("null for a list", r#"{"data":null}"#, None),
            ("a bad one among good ones", r#"{"data":[{"id":"1"},{"id":""}]}"#, None),
            ("by position", r#"{"data":[["1"]]}"#, None),
        ];
        for (case, body, expected) in cases {
            let found = read_replies(body.as_bytes()).map(|replies| (replies.comments.len(), replies.is_whole));
            assert_eq!(found, expected, "{case}");
        }
    }
}
