//! What people do: citizens write, unsend and comment, the office's humans answer in Instagram itself.
//!
//! Each act changes the world at once and queues the delivery that tells of it.

use super::events::Telling;
use super::world::{Comment, Message, Person};
use super::{Meta, ids};

impl Meta {
    /// A citizen writes to the account; gives back the message's id.
    pub fn person_writes(&self, account: &str, person: &str, text: &str) -> String {
        self.write(account, person, text, false, Telling::Whole)
    }

    /// A citizen writes, but Meta tells of it by `message_edit` with number 0 alone, naming nobody.
    pub fn person_writes_unannounced(&self, account: &str, person: &str, text: &str) -> String {
        self.write(account, person, text, false, Telling::Hint)
    }

    /// A human of the office writes to a citizen in Instagram itself; gives back the message's id.
    pub fn human_writes(&self, account: &str, person: &str, text: &str) -> String {
        self.write(account, person, text, true, Telling::Whole)
    }

    fn write(&self, account: &str, person: &str, text: &str, outgoing: bool, telling: Telling) -> String {
        let now = self.shared.clock.now_ms();
        let mut state = self.shared.state();
        know(&mut state.world, account, person);
        let mid = ids::message(account, person, state.world.next_id());
        let message = Message {
            mid: mid.clone(),
            account: account.to_owned(),
            person: person.to_owned(),
            outgoing,
            text: Some(text.to_owned()),
            at: now,
            ..Message::default()
        };
        state.write(message, telling, now);
        drop(state);
        self.shared.queued.notify_one();
        mid
    }

    /// The author of a message unsends it.
    pub fn unsend(&self, account: &str, mid: &str) {
        let now = self.shared.clock.now_ms();
        let mut state = self.shared.state();
        let Some(message) = state.world.message_mut(account, mid) else { return };
        message.unsend();
        let message = message.clone();
        state.tell_message(&message, Telling::Unsent, now);
        drop(state);
        self.shared.queued.notify_one();
    }

    /// A citizen comments on a post; gives back the comment's id.
    pub fn person_comments(&self, account: &str, media: &str, person: &str, text: &str) -> String {
        self.comment(account, media, person, text, false)
    }

    /// A citizen comments during a broadcast; gives back the comment's id.
    pub fn person_comments_live(&self, account: &str, media: &str, person: &str, text: &str) -> String {
        self.comment(account, media, person, text, true)
    }

    fn comment(&self, account: &str, media: &str, person: &str, text: &str, live: bool) -> String {
        let now = self.shared.clock.now_ms();
        let mut state = self.shared.state();
        know(&mut state.world, account, person);
        let username = state.world.person(account, person).map(|person| person.username.clone());
        let comment = Comment {
            id: ids::comment(state.world.next_id()),
            account: account.to_owned(),
            media: Some(media.to_owned()),
            from: Some(person.to_owned()),
            username,
            text: Some(text.to_owned()),
            at: now,
            live,
            ..Comment::default()
        };
        let id = comment.id.clone();
        state.comment(comment, now);
        drop(state);
        self.shared.queued.notify_one();
        id
    }
}

/// Makes sure that the world knows a person.
fn know(world: &mut super::World, account: &str, person: &str) {
    if person != account && world.person(account, person).is_none() {
        world.people.push(Person {
            account: account.to_owned(),
            id: person.to_owned(),
            username: format!("person.{person}"),
            ..Person::default()
        });
    }
}
