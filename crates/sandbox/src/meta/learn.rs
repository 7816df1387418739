//! What the world learns from a delivery that somebody else wrote: whoever is said to have written, has.

use serde_json::Value;

use super::world::{Comment, Media, Message, Person, World};

impl World {
    /// Takes in a delivery's people, messages and comments, as if they had happened when it says they did, but no
    /// later than `now`.
    ///
    /// Only what `app_id` may speak of: an entry of an account that is connected through another app is a forgery.
    /// What cannot be understood is passed over, and so are the dashboard's samples (entry id `"0"`).
    pub(super) fn learn(&mut self, delivery: &Value, app_id: &str, now: i64) {
        let payloads = delivery.as_array().map_or(std::slice::from_ref(delivery), Vec::as_slice);
        for entry in payloads.iter().flat_map(|payload| members(payload, "entry")) {
            let Some(account) = text(&entry["id"]).filter(|id| self.account(id).is_some_and(|a| a.app_id == app_id))
            else {
                continue;
            };
            let time = millis(&entry["time"]);
            for event in members(entry, "messaging").chain(members(entry, "standby")) {
                self.learn_messaging(&account, event, now);
            }
            for change in members(entry, "changes").chain(entry.get("field").map(|_| entry)) {
                let at = time.map_or(now, |at| at.min(now));
                match change["field"].as_str() {
                    Some("comments") => self.learn_comment(&account, &change["value"], false, at),
                    Some("live_comments") => self.learn_comment(&account, &change["value"], true, at),
                    Some(_) => self.learn_messaging(&account, &change["value"], now),
                    None => {}
                }
            }
        }
    }

    fn learn_messaging(&mut self, account: &str, event: &Value, now: i64) {
        let at = millis(&event["timestamp"]).map_or(now, |at| at.min(now));
        let message = &event["message"];
        let mid = text(&message["mid"]);
        if message["is_deleted"] == true {
            if let Some(message) = mid.and_then(|mid| self.message_mut(account, &mid)) {
                message.unsend();
            }
            return;
        }
        let (Some(sender), Some(recipient)) = (text(&event["sender"]["id"]), text(&event["recipient"]["id"])) else {
            return;
        };
        let outgoing = message["is_echo"] == true || sender == account;
        let person = if outgoing { recipient } else { sender };
        if person != account && self.person(account, &person).is_none() {
            self.people.push(Person { account: account.to_owned(), id: person.clone(), ..Person::default() });
        }
        // Opens the window: a message or a tap; never a read or a reaction (fact sheet 4.4).
        let wrote = message.is_object() || event["postback"].is_object();
        if wrote && !outgoing {
            let thread = self.thread_mut(account, &person);
            thread.last_user_at = thread.last_user_at.max(Some(at));
        }
        let Some(mid) = mid.filter(|mid| self.message_mut(account, mid).is_none()) else {
            return;
        };
        self.thread_mut(account, &person);
        self.messages.push(Message {
            mid,
            account: account.to_owned(),
            person,
            outgoing,
            text: text(&message["text"]),
            attachments: message["attachments"].as_array().cloned().unwrap_or_default(),
            metadata: text(&message["metadata"]),
            at,
            ..Message::default()
        });
    }

    fn learn_comment(&mut self, account: &str, value: &Value, live: bool, at: i64) {
        let Some(id) = text(&value["id"]).or_else(|| text(&value["comment_id"])) else {
            return;
        };
        if let Some(known) = self.comment_mut(&id) {
            known.live |= live;
            return;
        }
        let media = text(&value["media"]["id"]);
        let own = !value["from"]["self_ig_scoped_id"].is_null();
        let from = if own { Some(account.to_owned()) } else { text(&value["from"]["id"]) };
        if let Some(person) = from.as_deref().filter(|id| *id != account && self.person(account, id).is_none()) {
            self.people.push(Person {
                account: account.to_owned(),
                id: person.to_owned(),
                username: text(&value["from"]["username"]).unwrap_or_default(),
                ..Person::default()
            });
        }
        // A broadcast is not in the world's file; whose other media is unknown stays unknown: it may be anybody's.
        if let Some(id) = media.as_deref().filter(|id| live && self.media(id).is_none()) {
            self.media.push(Media { account: account.to_owned(), id: id.to_owned(), ..Media::default() });
        }
        self.comments.push(Comment {
            id,
            account: account.to_owned(),
            media,
            parent: text(&value["parent_id"]),
            from,
            username: text(&value["from"]["username"]),
            text: text(&value["text"]),
            at,
            live,
            ..Comment::default()
        });
    }
}

/// The elements of an array member; none if it is anything else.
fn members<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

/// A text, or a number as its digits.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A time in milliseconds, from seconds or milliseconds, number or text.
fn millis(value: &Value) -> Option<i64> {
    let number: i64 = text(value)?.parse().ok()?;
    Some(if number.abs() < 1_000_000_000_000 { number.saturating_mul(1000) } else { number })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::world::Account;
    use super::*;

    const NOW: i64 = 1_793_621_000_000;

    fn world() -> World {
        let account = Account { account: "178".into(), app_id: "111".into(), ..Account::default() };
        World { accounts: vec![account], ..World::default() }
    }

    fn learned(entry: &Value) -> World {
        let mut world = world();
        world.learn(&json!({"object": "instagram", "entry": [entry]}), "111", NOW);
        world
    }

    fn messaging(event: &Value) -> Value {
        json!({"id": "178", "time": NOW, "messaging": [event]})
    }

    #[test]
    fn a_window_opens_for_what_the_person_did_and_for_nothing_else() {
        let at = NOW - 5_000;
        let both = |rest: Value| {
            let mut event = json!({"sender": {"id": "900"}, "recipient": {"id": "178"}, "timestamp": at});
            event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            messaging(&event)
        };
        let cases = [
            ("a message", both(json!({"message": {"mid": "m1", "text": "oi"}})), Some(at)),
            ("a tap", both(json!({"postback": {"payload": "HOURS"}})), Some(at)),
            ("a reaction", both(json!({"reaction": {"mid": "m1", "action": "react"}})), None),
            ("a read", both(json!({"read": {"mid": "m1"}})), None),
            ("a message of the future", both(json!({"timestamp": NOW + 9, "message": {"mid": "m1"}})), Some(NOW)),
            (
                "an echo",
                messaging(
                    &json!({"sender": {"id": "178"}, "recipient": {"id": "900"}, "timestamp": at, "message": {"mid": "m1", "is_echo": true}}),
                ),
                None,
            ),
            (
                "a sample of the dashboard",
                json!({"id": "0", "time": 1, "changes": [{"field": "messages", "value": {"sender": {"id": "900"}, "recipient": {"id": "178"}, "message": {"mid": "m1"}}}]}),
                None,
            ),
            (
                "a message in a change",
                json!({"id": "178", "changes": [{"field": "messages", "value": {"sender": {"id": 900}, "recipient": {"id": 178}, "timestamp": (at / 1000).to_string(), "message": {"mid": "m1"}}}]}),
                Some(at),
            ),
        ];
        for (case, entry, expected) in cases {
            let world = learned(&entry);
            assert_eq!(world.thread("178", "900").and_then(|thread| thread.last_user_at), expected, "{case}");
        }
    }

    #[test]
    fn nothing_is_learned_from_another_apps_delivery() {
        let mut world = world();
        let event = json!({"sender": {"id": "900"}, "recipient": {"id": "178"}, "message": {"mid": "m1"}});
        world.learn(&json!({"entry": [messaging(&event)]}), "222", NOW);
        assert_eq!((world.people.len(), world.messages.len()), (0, 0), "case 95");
    }

    #[test]
    fn one_comment_in_both_fields_is_one_live_comment() {
        let value =
            json!({"id": "11", "from": {"id": "900", "username": "kim"}, "media": {"id": "10"}, "text": "quero"});
        let world = learned(&json!({"id": "178", "time": 1_793_620_960, "changes": [
            {"field": "comments", "value": value}, {"field": "live_comments", "value": value}]}));
        assert_eq!(world.comments.len(), 1);
        assert!(world.comments[0].live);
        assert_eq!(world.comments[0].at, 1_793_620_960_000);
        assert_eq!(world.person("178", "900").unwrap().username, "kim");
    }

    #[test]
    fn an_unsent_message_has_no_text_any_more() {
        let mut world = world();
        let event = |message: Value| json!({"entry": [messaging(&json!({"sender": {"id": "900"}, "recipient": {"id": "178"}, "timestamp": NOW, "message": message}))]});
        world.learn(&event(json!({"mid": "m1", "text": "oops"})), "111", NOW);
        world.learn(&event(json!({"mid": "m1", "is_deleted": true})), "111", NOW);
        assert_eq!(world.messages.len(), 1);
        assert!(world.messages[0].deleted);
        assert_eq!(world.messages[0].text, None);
    }
}
