//! The Conversations API: what is written in an account's threads, as far as Meta still shows it (fact sheet 4.11).
//!
//! Two calls a second and account ([`CONVERSATION_READS_PER_SECOND`](instagram::limits::CONVERSATION_READS_PER_SECOND)),
//! all of these together; a third is refused with [`Throttled`](crate::SendError::Throttled).

use instagram::{MessageId, PersonId, ThreadId, UnixMillis, Words};
use secrecy::SecretString;
use serde::Deserialize;

use crate::read::{self, Author, Item, List};
use crate::{Answer, Graph, client};

/// A thread, without its messages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ThreadHead {
    /// Which one.
    pub id: ThreadId,
    /// When something last happened in it.
    #[serde(rename = "updated_time")]
    pub updated_at: UnixMillis,
}

/// A message, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MessageHead {
    /// Which one.
    pub id: MessageId,
    /// When Meta took it.
    #[serde(rename = "created_time")]
    pub created_at: UnixMillis,
}

/// A message as it can be read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRead {
    /// Which one, in Meta's own writing.
    pub id: MessageId,
    /// When Meta took it.
    pub created_at: Option<UnixMillis>,
    /// Who wrote it: the person or the account, which has the id of [`AccountId`](instagram::AccountId) here too.
    pub from: Option<PersonId>,
    /// To whom; one in practice, as the API knows no groups.
    pub to: Vec<PersonId>,
    /// What it says; `None` for attachments, templates and stickers, whose `message` is empty.
    pub text: Option<Words>,
}

impl Graph {
    /// The account's thread with one person, if there is one.
    ///
    /// # Errors
    /// In the answer's `result`. That Meta knows no such person is one of them:
    /// [`is_missing`](crate::SendError::is_missing).
    pub async fn thread_with(&self, token: &SecretString, person: &PersonId) -> Answer<Option<ThreadId>> {
        #[derive(Deserialize)]
        struct Thread {
            id: ThreadId,
        }

        let query = [("platform", "instagram"), ("user_id", person.as_str())];
        let url = client::with_query(self.edge("me", "conversations"), &query);
        self.get(token, url, |body| {
            Some(read::object::<List<Thread>>(body)?.into_items(|thread| thread.id).into_iter().next())
        })
        .await
    }

    /// The threads in which something happened last, the latest first: Meta's first page of them.
    ///
    /// # Errors
    /// In the answer's `result`.
    pub async fn recent_threads(&self, token: &SecretString) -> Answer<Vec<ThreadHead>> {
        let url = client::with_query(self.edge("me", "conversations"), &[("platform", "instagram")]);
        self.get(token, url, |body| Some(read::object::<List<ThreadHead>>(body)?.into_items(|thread| thread))).await
    }

    /// A thread's messages, the newest first: Meta's first page of them.
    ///
    /// Only the [`READABLE_MESSAGES`](instagram::limits::READABLE_MESSAGES) newest can be read with
    /// [`Graph::message`], whatever more stands here. A message that was unsent is not among them.
    ///
    /// # Errors
    /// In the answer's `result`. An answer without the list is [`Unreadable`](crate::Doubt::Unreadable), not an empty
    /// thread: nobody has seen what Meta says of one.
    pub async fn thread_messages(&self, token: &SecretString, thread: &ThreadId) -> Answer<Vec<MessageHead>> {
        #[derive(Deserialize)]
        struct Thread {
            messages: Item<List<MessageHead>>,
        }

        let url = self.node(thread.as_str(), &[("fields", "messages")]);
        self.get(token, url, |body| {
            let Item(messages) = read::object::<Thread>(body)?.messages;
            let mut heads = messages.into_items(|message| message);
            // Meta's order is documented nowhere; sorting keeps equal times as they came.
            heads.sort_by_key(|head| std::cmp::Reverse(head.created_at));
            Some(heads)
        })
        .await
    }

    /// One message.
    ///
    /// # Errors
    /// In the answer's `result`; [`is_missing`](crate::SendError::is_missing) for one that was unsent, and for one that
    /// is older than the newest [`READABLE_MESSAGES`](instagram::limits::READABLE_MESSAGES) of its thread.
    pub async fn message(&self, token: &SecretString, message: &MessageId) -> Answer<MessageRead> {
        let url = self.node(message.as_str(), &[("fields", "id,created_time,from,to,message")]);
        self.get(token, url, read_message).await
    }
}

fn read_message(body: &[u8]) -> Option<MessageRead> {
    #[derive(Deserialize)]
    struct Message {
        id: MessageId,
        created_time: Option<UnixMillis>,
        from: Option<Item<Author>>,
        to: Option<Item<List<Author>>>,
        message: Option<Words>,
    }

    let message: Message = read::object(body)?;
    let to = message.to.map(|Item(list)| list.into_items(|author| author.id));
    Some(MessageRead {
        id: message.id,
        created_at: message.created_time,
        from: message.from.and_then(|Item(author)| author.id),
        to: to.into_iter().flatten().flatten().collect(),
        text: read::text(message.message),
    })
}
