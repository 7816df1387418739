//! The Conversations API: what is written in an account's threads, as far as Meta still shows it (fact sheet 4.11).
//!
//! Two calls a second and account ([`CONVERSATION_READS_PER_SECOND`](instagram::limits::CONVERSATION_READS_PER_SECOND)),
//! all of these together; a third is refused with [`Throttled`](crate::SendError::Throttled).

use instagram::{MessageId, PersonId, ThreadId, UnixMillis, Words};
use secrecy::SecretString;
use serde::Deserialize;

use crate::read::{self, Author, Item, List};
use crate::{Answer, Graph, Operation, client};

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

/// A thread's messages, without what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// Meta's first page of them, the newest first.
    pub messages: Vec<MessageHead>,
    /// Whether these are all. If not, one that is missing here may well exist.
    pub is_whole: bool,
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
        let query = [("platform", "instagram"), ("user_id", person.as_str())];
        let url = client::with_query(self.edge("me", "conversations"), &query);
        self.get(Operation::Read, token, url, read_first_thread).await
    }

    /// The threads in which something happened last, the latest first: Meta's first page of them.
    ///
    /// # Errors
    /// In the answer's `result`.
    pub async fn recent_threads(&self, token: &SecretString) -> Answer<Vec<ThreadHead>> {
        let url = client::with_query(self.edge("me", "conversations"), &[("platform", "instagram")]);
        self.get(Operation::Read, token, url, read_threads).await
    }

    /// A thread's messages, the newest first: Meta's first page of them.
    ///
    /// Only the [`READABLE_MESSAGES`](instagram::limits::READABLE_MESSAGES) newest can be read with
    /// [`Graph::message`], whatever more stands here. A message that was unsent is not among them.
    ///
    /// # Errors
    /// In the answer's `result`. An answer without the list is [`Unreadable`](crate::Doubt::Unreadable), not an empty
    /// thread: nobody has seen what Meta says of one.
    pub async fn thread_messages(&self, token: &SecretString, thread: &ThreadId) -> Answer<Heads> {
        let url = self.node(thread.as_str(), &[("fields", "messages")]);
        self.get(Operation::Read, token, url, read_heads).await
    }

    /// One message.
    ///
    /// # Errors
    /// In the answer's `result`; [`is_missing`](crate::SendError::is_missing) for one that was unsent, and for one that
    /// is older than the newest [`READABLE_MESSAGES`](instagram::limits::READABLE_MESSAGES) of its thread.
    pub async fn message(&self, token: &SecretString, message: &MessageId) -> Answer<MessageRead> {
        let url = self.node(message.as_str(), &[("fields", "id,created_time,from,to,message")]);
        self.get(Operation::Read, token, url, read_message).await
    }
}

fn read_first_thread(body: &[u8]) -> Option<Option<ThreadId>> {
    #[derive(Deserialize)]
    struct Thread {
        id: ThreadId,
    }

    let threads: List<Thread> = read::object(body)?;
    Some(threads.into_items(|thread| thread.id).into_iter().next())
}

fn read_threads(body: &[u8]) -> Option<Vec<ThreadHead>> {
    let threads: List<ThreadHead> = read::object(body)?;
    Some(threads.into_items(|thread| thread))
}

fn read_heads(body: &[u8]) -> Option<Heads> {
    #[derive(Deserialize)]
    struct Thread {
        messages: Item<List<MessageHead>>,
    }

    let thread: Thread = read::object(body)?;
    let Item(list) = thread.messages;
    let is_whole = list.is_whole();
    let mut messages = list.into_items(|message| message);
    // Meta's order is documented nowhere. Of equal times, the order as it came is kept.
    messages.sort_by_key(|head| std::cmp::Reverse(head.created_at));
    Some(Heads { messages, is_whole })
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

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = r#""2026-01-01T00:01:30+0000""#;
    const MS: i64 = 1_767_225_690_000;

    #[test]
    fn no_thread_is_what_an_empty_list_says_and_nothing_else() {
        let cases = [
            ("one", r#"{"data":[{"id":"aWdfT1","updated_time":"junk"}],"paging":{}}"#, Some(Some("aWdfT1"))),
            ("the first of two", r#"{"data":[{"id":"aWdfT1"},{"id":"aWdfT2"}]}"#, Some(Some("aWdfT1"))),
            ("an id as a number", r#"{"data":[{"id":17}]}"#, Some(Some("17"))),
            ("none", r#"{"data":[]}"#, Some(None)),
            ("no list", "{}", None),
            ("null for a list", r#"{"data":null}"#, None),
            ("an object for a list", r#"{"data":{"id":"aWdfT1"}}"#, None),
            ("a thread without an id", r#"{"data":[{"updated_time":1}]}"#, None),
            ("null for a thread", r#"{"data":[null]}"#, None),
            ("a thread by position", r#"{"data":[["aWdfT1"]]}"#, None),
            ("an id that is none", r#"{"data":[{"id":"a b"}]}"#, None),
            ("a list by position", r#"[[{"id":"aWdfT1"}]]"#, None),
            ("HTML", "<html></html>", None),
            ("nothing", "", None),
            ("cut off", r#"{"data":[{"id":"aWdfT1"}"#, None),
            ("more behind it", r#"{"data":[]}{"data":[]}"#, None),
        ];
        for (case, body, expected) in cases {
            let found = read_first_thread(body.as_bytes());
            assert_eq!(found.as_ref().map(|thread| thread.as_ref().map(ThreadId::as_str)), expected, "{case}");
        }
        assert_eq!(read_first_thread(b"{\"data\":[],\"x\":\"\xff\"}"), None, "not UTF-8");
    }

    #[test]
    fn a_thread_has_an_id_and_a_time() {
        let head = |id: &str| ThreadHead { id: ThreadId::parse(id).unwrap(), updated_at: UnixMillis(MS) };
        let cases = [
            ("as documented", format!(r#"{{"data":[{{"id":"t","updated_time":{TIME}}}]}}"#), Some(vec![head("t")])),
            ("seconds", r#"{"data":[{"id":"t","updated_time":1767225690}]}"#.into(), Some(vec![head("t")])),
            ("none", r#"{"data":[]}"#.into(), Some(vec![])),
            ("no time", r#"{"data":[{"id":"t"}]}"#.into(), None),
            ("a time that is none", r#"{"data":[{"id":"t","updated_time":"ontem"}]}"#.into(), None),
            ("a bad one among good ones", format!(r#"{{"data":[{{"id":"t","updated_time":{TIME}}},7]}}"#), None),
            ("by position", format!(r#"{{"data":[["t",{TIME}]]}}"#), None),
        ];
        for (case, body, expected) in cases {
            assert_eq!(read_threads(body.as_bytes()), expected, "{case}");
        }
    }

    #[test]
    fn a_thread_with_a_further_page_is_not_whole() {
        let cases = [
            ("no word of pages", r#"{"messages":{"data":[]}}"#, true),
            ("no further page", r#"{"messages":{"data":[],"paging":{"cursors":{"after":"x"}}}}"#, true),
            ("a further page", r#"{"messages":{"data":[],"paging":{"next":"https://graph.instagram.com/…"}}}"#, false),
        ];
        for (case, body, expected) in cases {
            assert_eq!(read_heads(body.as_bytes()).unwrap().is_whole, expected, "{case}");
        }
    }

    #[test]
    fn messages_come_newest_first_whole_or_not_at_all() {
        let cases: [(&str, &str, Option<&[&str]>); 11] = [
            (
                "oldest first",
                r#"{"messages":{"data":[{"id":"a","created_time":1},{"id":"b","created_time":2}]},"id":"t"}"#,
                Some(&["b", "a"]),
            ),
            (
                "of one second",
                r#"{"messages":{"data":[{"id":"a","created_time":1},{"id":"b","created_time":1}]}}"#,
                Some(&["a", "b"]),
            ),
            ("none", r#"{"messages":{"data":[]},"id":"t"}"#, Some(&[])),
            ("no list", r#"{"id":"t"}"#, None),
            ("null for a list", r#"{"messages":null,"id":"t"}"#, None),
            ("an array for a list", r#"{"messages":[{"id":"a","created_time":1}]}"#, None),
            ("a list by position", r#"{"messages":[[{"id":"a","created_time":1}]]}"#, None),
            ("no data", r#"{"messages":{}}"#, None),
            ("no time", r#"{"messages":{"data":[{"id":"a"}]}}"#, None),
            ("no id", r#"{"messages":{"data":[{"created_time":1}]}}"#, None),
            ("a bad one among good ones", r#"{"messages":{"data":[{"id":"a","created_time":1},null]}}"#, None),
        ];
        for (case, body, expected) in cases {
            let heads = read_heads(body.as_bytes());
            let ids =
                heads.as_ref().map(|heads| heads.messages.iter().map(|head| head.id.as_str()).collect::<Vec<_>>());
            assert_eq!(ids.as_deref(), expected, "{case}");
        }
    }

    #[test]
    fn of_a_message_only_the_id_has_to_be_there() {
        let person = |id: &str| PersonId::parse(id).unwrap();
        let bare = MessageRead {
            id: MessageId::parse("m").unwrap(),
            created_at: None,
            from: None,
            to: Vec::new(),
            text: None,
        };
        let says = |text: &str| Some(MessageRead { text: Some(Words::from(text)), ..bare.clone() });
        let whole = MessageRead {
            created_at: Some(UnixMillis(MS)),
            from: Some(person("1")),
            to: vec![person("2")],
            text: Some(Words::from("oi")),
            ..bare.clone()
        };
        let documented = format!(
            r#"{{"id":"m","created_time":{TIME},"from":{{"id":"1","username":"k"}},"to":{{"data":[{{"id":"2"}}]}},"message":"oi"}}"#
        );
        let cases = [
            ("as documented", documented.as_str(), Some(whole)),
            ("the id alone", r#"{"id":"m"}"#, Some(bare.clone())),
            ("nulls", r#"{"id":"m","created_time":null,"from":null,"to":null,"message":null}"#, Some(bare.clone())),
            ("an empty text", r#"{"id":"m","message":""}"#, Some(bare.clone())),
            ("a sender without an id", r#"{"id":"m","from":{"username":"k"}}"#, Some(bare.clone())),
            (
                "a sender in digits",
                r#"{"id":"m","from":{"id":1}}"#,
                Some(MessageRead { from: Some(person("1")), ..bare.clone() }),
            ),
            ("unknown members", r#"{"id":"m","tags":{"data":[]},"x":[1]}"#, Some(bare.clone())),
            ("escapes", r#"{"id":"m","message":"Gr\u00fc\u00dfe \ud83d\udc4b"}"#, says("Grüße 👋")),
            ("half a character, case 27", r#"{"id":"m","message":"a\ud800b"}"#, says("a\u{fffd}b")),
            ("no id", r#"{"message":"oi"}"#, None),
            ("an object for a text", r#"{"id":"m","message":{"text":"oi"}}"#, None),
            ("a number for a text", r#"{"id":"m","message":7}"#, None),
            ("a text for a sender", r#"{"id":"m","from":"1"}"#, None),
            ("a sender by position", r#"{"id":"m","from":["1"]}"#, None),
            ("an array for receivers", r#"{"id":"m","to":[{"id":"2"}]}"#, None),
            ("a time that is none", r#"{"id":"m","created_time":"ontem"}"#, None),
            ("the text twice", r#"{"id":"m","message":"a","message":"b"}"#, None),
            ("by position", r#"["m",null,null,null,"oi"]"#, None),
        ];
        for (case, body, expected) in cases {
            assert_eq!(read_message(body.as_bytes()), expected, "{case}");
        }
    }
}
