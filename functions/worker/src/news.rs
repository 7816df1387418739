//! What the CRM is told of an event that was applied: pure. Made of what is stored, so that it is the same whenever the event
//! comes again.

use feed::{About, Code, Conversation as Place, Event, InConversation, Known, PersonHandedOver, PersonOptedOut};
use feed::{PersonReturned, person_of};
use store::{Account, Conversation, Item, Key};

/// An event that was applied, and what is stored of it now.
pub(crate) struct Happening<'a> {
    pub(crate) event: &'a instagram::Event,
    pub(crate) job: &'a job::Job,
    pub(crate) at: i64,
    pub(crate) account: &'a Account,
    pub(crate) key: &'a Key,
    /// The message or comment is one that this system sent.
    pub(crate) is_ours: bool,
    /// The event's item, if this event is the one that was decided on: its decision, and what became of its replies.
    pub(crate) decided: Option<&'a Item>,
    /// The conversation with this event.
    pub(crate) conversation: &'a Conversation,
    /// The code of what the person asked for in an edit.
    pub(crate) wished: Option<&'static str>,
}

/// The events for the CRM, in the order in which they happened.
pub(crate) fn news(happening: &Happening<'_>) -> Vec<Event> {
    let Happening { event, job, at, account, decided, .. } = happening;
    let place = Place { account: &account.id, customer: &account.customer, peer: &job.peer };
    let decision = decided.and_then(|item| item.decision.as_ref());
    let why = decision.map(|decision| decision.why.as_str());
    let known = Known { is_ours: happening.is_ours, why };
    let mut news: Vec<Event> = Event::of_instagram(&place, &job.key, *at, event, &known).into_iter().collect();
    let effects = decision.map(|decision| decision.effects.as_slice()).unwrap_or_default();
    let codes = effects.iter().map(String::as_str).chain(happening.wished);
    news.extend(codes.flat_map(|code| of_effect(happening, code, why)));
    if let Some(item) = decided {
        news.extend(announce::replies(&place, happening.key, item, Some(&job.key)));
    }
    news
}

/// What a person wants holds for all their ids.
fn of_effect(happening: &Happening<'_>, code: &str, why: Option<&str>) -> Vec<Event> {
    let Happening { job, conversation, .. } = happening;
    let linked = conversation.linked.as_slice();
    let (happened, others): (InConversation, _) = match code {
        "opted_out" => (PersonOptedOut {}.into(), linked),
        "returned" => (PersonReturned {}.into(), linked),
        "hand_over" => {
            let facts = &conversation.facts;
            let until = facts.hold_by(&job.key).unwrap_or(happening.at);
            let tags = facts.tags.iter().map(|tag| Code::from(tag.as_str())).collect();
            (PersonHandedOver { tags, until }.into(), &[][..])
        }
        _ => return Vec::new(),
    };
    let tell = |peer| {
        let place = Place { account: &happening.account.id, customer: &happening.account.customer, peer };
        // Another id's own is filled in.
        let person = person_of(happening.event).filter(|_| *peer == job.peer).cloned();
        let about = About { person, key: Some(job.key.clone()), why: why.map(Code::from) };
        Event::in_conversation(&place, happening.at, about, happened.clone())
    };
    std::iter::once(&job.peer).chain(others).map(tell).collect()
}
