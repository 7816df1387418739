//! Automation pauses and goes on; marks come and go.

use serde_json::{Value, json};
use store::{Account, MAX_TAGS, Steer, Steered};

use crate::Desk;
use crate::answer::{Answer, Problem};
use crate::ask::Ask;
use crate::route::Action;

/// Longest pause, in milliseconds: as long as a conversation is kept.
const MOST_PAUSE_MS: i64 = 180 * 24 * 60 * 60 * 1000;

/// The end of the year 9999: what is later is no moment.
const LAST_MOMENT: i64 = 253_402_300_799_999;

impl Desk {
    pub(crate) async fn steer(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let (peer, now) = (ask.person()?, self.clock.now_ms());
        let (what, steer) = wanted(ask, now)?;
        self.once(ask, account, what, None, async |_| match self.store.steer(account, &peer, &steer, now).await? {
            Steered::Done(conversation) => Ok(Answer::ok(json!({
                "paused_until": conversation.facts.paused_until().map(|until| until.0).filter(|until| *until > now),
                "tags": conversation.facts.tags,
            }))),
            Steered::Missing => Err(Problem::not_found()),
            Steered::TooManyTags => Err(Problem::refused(
                "too_many_tags",
                &format!("A conversa já tem {MAX_TAGS} marcas. Tire uma antes."),
                &format!("The conversation has {MAX_TAGS} tags already. Take one off first."),
            )),
        })
        .await
    }
}

fn wanted(ask: &Ask, now: i64) -> Result<(&'static str, Steer), Problem> {
    Ok(match ask.action {
        Action::Pause => ("pause", Steer::Pause(until(ask, now)?)),
        Action::Tag => ("tag", Steer::Tag(tag(ask)?)),
        Action::Untag => ("untag", Steer::Untag(tag(ask)?)),
        _ => ("resume", Steer::Resume),
    })
}

/// The moment until which automation is to be silent. One that has passed pauses nothing: that is for a request that comes
/// late, and no mistake.
fn until(ask: &Ask, now: i64) -> Result<i64, Problem> {
    let until = ask.body.get("until").and_then(whole).filter(|until| (0..=LAST_MOMENT).contains(until));
    let until = until.ok_or_else(|| Problem::malformed("until is a moment, in milliseconds since 1970"))?;
    Ok(until.min(now.saturating_add(MOST_PAUSE_MS)))
}

/// A whole number, which may be written as 5.0 (JSON Schema 2020-12, 4.2.1).
fn whole(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and a float has no digits to lose beyond 2^53")]
    let rounded = |number: f64| (number.fract() == 0.0).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(rounded))
}

/// A tag as rules write them.
fn tag(ask: &Ask) -> Result<String, Problem> {
    let tag = ask.name("tag");
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    if (1..=40).contains(&tag.len()) && tag.bytes().all(is_letter) {
        Ok(tag.to_owned())
    } else {
        Err(Problem::malformed("a tag is 1 to 40 of a-z, 0-9, _ and -"))
    }
}
