//! What people do that the sandbox's Meta has no verb for: the bytes of its deliveries, which it learns from.

use job::Job;
use serde_json::{Value, json};

use super::{APP, OFFICE, World, jobs_of};

impl World {
    /// One office that answers by its own rules.
    pub(crate) async fn answering(rules: &str) -> Self {
        let world = Self::start().await;
        world.follow(rules).await;
        world
    }

    /// From now on the first office answers by these rules.
    pub(crate) async fn follow(&self, rules: &str) {
        automation::RuleSet::parse(rules).unwrap();
        let account = instagram::AccountId::parse(OFFICE).unwrap();
        self.store.put_rules(&account, rules, self.clock.now_ms()).await.unwrap();
        // What the worker believes of the account is over.
        self.clock.advance(std::time::Duration::from_secs(6));
    }

    /// A person edits a message.
    pub(crate) fn edits(&self, person: &str, mid: &str, number: u32, text: &str) -> Job {
        self.messaging(person, "message_edit", &json!({"mid": mid, "num_edit": number, "text": text}))
    }

    /// A person taps a quick reply.
    pub(crate) fn taps_reply(&self, person: &str, title: &str, payload: &str) -> Job {
        let mid = format!("tap.{person}.{}", self.clock.now_ms());
        self.messaging(person, "message", &json!({"mid": mid, "text": title, "quick_reply": {"payload": payload}}))
    }

    /// A person taps a button, or an item of the menu.
    pub(crate) fn taps(&self, person: &str, title: &str, payload: &str) -> Job {
        let mid = format!("postback.{person}.{}", self.clock.now_ms());
        self.messaging(person, "postback", &json!({"mid": mid, "title": title, "payload": payload}))
    }

    /// A person reacts to a message.
    pub(crate) fn reacts(&self, person: &str, mid: &str, reaction: &str) -> Job {
        self.messaging(person, "reaction", &json!({"mid": mid, "action": "react", "reaction": reaction, "emoji": "❤"}))
    }

    fn messaging(&self, person: &str, member: &str, value: &Value) -> Job {
        let now = self.clock.now_ms();
        let mut event = json!({"sender": {"id": person}, "recipient": {"id": OFFICE}, "timestamp": now});
        event[member] = value.clone();
        let body = json!({"object": "instagram", "entry": [{"id": OFFICE, "time": now, "messaging": [event]}]});
        let body = body.to_string();
        self.meta.learn(body.as_bytes());
        jobs_of(body.as_bytes(), APP, now).remove(0)
    }
}
