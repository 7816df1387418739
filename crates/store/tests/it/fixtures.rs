//! A table in the emulator, and events to put into it.

use aws_sdk_dynamodb::Client;
use instagram::{AccountId, AppId, Element, Event, Peer, PersonId, UnixMillis};
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use store::{Account, Decided, Item, Reply, ReplyAction, ReplyState, Store, TABLE_DEFINITION};

/// A moment in 2026, in milliseconds.
pub(crate) const NOW: i64 = 1_767_225_600_000;

pub(crate) struct Table {
    pub(crate) store: Store,
    _dynamo: Dynamo,
}

pub(crate) async fn table() -> Table {
    let dynamo = Dynamo::memory(Clock::default()).await.unwrap();
    dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
    let config = boot::aws_config_at(dynamo.endpoint(), &boot::Clock::system(), boot::CallLimits::default()).await;
    Table { store: Store::new(Client::new(&config), "politicall-ig"), _dynamo: dynamo }
}

pub(crate) fn account_id() -> AccountId {
    AccountId::parse("17841400000000001").unwrap()
}

pub(crate) fn peer() -> Peer {
    Peer::from(&PersonId::parse("900000000000001").unwrap())
}

pub(crate) fn account() -> Account {
    Account::new(account_id(), AppId::parse("867555782500454").unwrap(), "gabinete", "gabinete")
}

/// The event of a messaging element of the account.
pub(crate) fn event(raw: &str) -> Event {
    let element =
        Element { account: Some(account_id()), entry_time: Some(UnixMillis(NOW)), standby: false, foreign: false, raw };
    element.event().unwrap()
}

pub(crate) fn decided(replies: usize) -> Decided {
    let reply = |step: usize| {
        let text = Some("Segue a agenda.".into());
        let (id, rule) = (format!("reply-{step}"), "agenda".to_owned());
        Reply::planned(id, rule, ReplyAction::Message, text, NOW + 3_600_000)
    };
    Decided {
        why: "answered".to_owned(),
        rules: 1,
        trace: Some("1 m".to_owned()),
        facts: Some("{}".to_owned()),
        effects: Vec::new(),
        replies: (0..replies).map(reply).collect(),
    }
}

pub(crate) fn states(item: &Item) -> Vec<ReplyState> {
    item.decision.as_ref().unwrap().replies.iter().map(|reply| reply.state).collect()
}
