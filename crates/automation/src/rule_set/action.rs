//! What a rule does when it matches.

use instagram::outgoing::{CommentText, MessageText};

use super::{errors::Problems, node::Node};

/// Most wordings of one text.
const MAX_VARIANTS: usize = 20;

/// One step of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// A direct message to the person.
    Text(Variants<MessageText>),
    /// A direct message to a comment's author, addressed by the comment.
    PrivateReply(Variants<MessageText>),
    /// A reply below the comment, for everybody to read.
    PublicReply(Variants<CommentText>),
}

/// Wordings of the same thing. Never empty.
#[derive(Debug, Clone)]
pub(crate) struct Variants<T> {
    first: T,
    others: Vec<T>,
}

impl<T> Variants<T> {
    /// The wording that a random number stands for.
    pub(crate) fn pick(&self, random: u64) -> &T {
        let count = self.others.len() as u64 + 1;
        // Below the count, which came from a length.
        match usize::try_from(random % count) {
            Ok(0) | Err(_) => &self.first,
            Ok(n) => self.others.get(n - 1).unwrap_or(&self.first),
        }
    }
}

impl Action {
    /// Reads `{"text": ..}`, `{"private_reply": ..}` or `{"public_reply": ..}`; the value is a text or an array of them.
    pub(super) fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let (name, node) = node.variant(&["text", "private_reply", "public_reply"], problems)?;
        let message = |text: String| MessageText::parse(text).map_err(|error| error.to_string());
        match name.as_str() {
            "text" => read_variants(node, message, problems).map(Self::Text),
            "private_reply" => read_variants(node, message, problems).map(Self::PrivateReply),
            _ => {
                let comment = |text: String| CommentText::parse(text).map_err(|error| error.to_string());
                read_variants(node, comment, problems).map(Self::PublicReply)
            }
        }
    }
}

fn read_variants<T>(
    node: Node<'_>,
    parse: impl Fn(String) -> Result<T, String>,
    problems: &mut Problems,
) -> Option<Variants<T>> {
    let nodes = if node.is_list() { node.list(1..=MAX_VARIANTS, problems) } else { vec![node] };
    let mut texts = Vec::new();
    for node in nodes {
        let Some(text) = node.text(problems) else { continue };
        match parse(text) {
            Ok(text) => texts.push(text),
            Err(reason) => node.refuse(reason, problems),
        }
    }
    let mut texts = texts.into_iter();
    Some(Variants { first: texts.next()?, others: texts.collect() })
}
