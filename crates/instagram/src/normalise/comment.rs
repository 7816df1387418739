//! Comments.

use crate::{AccountId, Author, Comment, Kind, Malformed, wire};

/// The comment in `value`; none if it has no id.
pub(super) fn kind(value: &str, live: bool, account: &AccountId) -> Result<Option<Kind>, Malformed> {
    let comment = wire::object::<wire::Comment<'_>>(value)?;
    let Some(id) = comment.id.or(comment.comment_id) else {
        return Ok(None);
    };
    let from = comment.from.and_then(|from| {
        let id = from.id?;
        let is_self = from.self_ig_scoped_id.is_some() || id.as_str() == account.as_str();
        Some(Author { id, username: from.username, is_self })
    });
    let (media, media_product) = comment.media.map_or((None, None), |media| (media.id, media.media_product_type));
    Ok(Some(Kind::CommentWritten(Comment {
        id,
        from,
        media,
        media_product,
        parent: comment.parent_id,
        text: comment.text,
        live,
    })))
}
