//! What the table believes, held against what Meta has.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use instagram::{AccountId, Peer, Words};
use serde_json::{Value, json};
use store::{Item, Reply, ReplyAction, ReplyState};

use crate::world::World;

/// An item of the table.
pub(crate) struct Held {
    pub(crate) account: AccountId,
    pub(crate) peer: Peer,
    pub(crate) sk: String,
    pub(crate) item: Item,
}

/// How replies stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) sent: usize,
    pub(crate) failed: usize,
    pub(crate) parked: usize,
    pub(crate) open: usize,
}

impl Tally {
    pub(crate) fn of<'a>(replies: impl IntoIterator<Item = &'a Reply>) -> Self {
        let mut tally = Self::default();
        for reply in replies {
            *match reply.state {
                ReplyState::Sent => &mut tally.sent,
                ReplyState::Failed => &mut tally.failed,
                ReplyState::Parked => &mut tally.parked,
                ReplyState::Planned | ReplyState::Sending | ReplyState::Unknown => &mut tally.open,
            } += 1;
        }
        tally
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.failed += other.failed;
        self.parked += other.parked;
        self.open += other.open;
    }

    /// How many of these replies Meta may have.
    fn most(self) -> usize {
        self.sent + self.parked + self.open
    }
}

/// Where a reply goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    Person(String, String),
    PrivatelyTo(String),
    Below(String),
}

/// Something of an account's own at Meta.
struct Remote {
    id: String,
    by_app: bool,
    content: Value,
}

impl World {
    /// Everything in the conversations that the trial's events belong to.
    pub(crate) async fn held(&self) -> Vec<Held> {
        let places: BTreeSet<_> =
            self.jobs.iter().map(|job| (job.account.as_str().to_owned(), job.peer.as_str().to_owned())).collect();
        let mut all = Vec::new();
        for (account, peer) in places {
            let (account, peer) = (AccountId::parse(account).unwrap(), Peer::parse(&peer).unwrap());
            for (sk, item) in self.store.items(&account, &peer, self.clock.now_ms()).await.unwrap() {
                all.push(Held { account: account.clone(), peer: peer.clone(), sk, item });
            }
        }
        all
    }

    /// Every reply is as often at Meta as its state says, and nothing else is.
    pub(crate) fn compare(&self, held: &[Held]) -> Result<Tally, String> {
        let mut replies: BTreeMap<Address, Vec<&Reply>> = BTreeMap::new();
        for entry in held {
            for reply in entry.item.replies() {
                let comment = || entry.sk.trim_start_matches("C#").to_owned();
                let address = match reply.action {
                    ReplyAction::Message => Address::Person(entry.account.to_string(), entry.peer.as_str().to_owned()),
                    ReplyAction::PrivateReply => Address::PrivatelyTo(comment()),
                    ReplyAction::PublicReply => Address::Below(comment()),
                };
                replies.entry(address).or_default().push(reply);
            }
        }
        let mut remote = self.remote();
        let mut total = Tally::default();
        for (address, replies) in replies {
            let remote = remote.remove(&address).unwrap_or_default();
            agree(&replies, &remote).map_err(|why| format!("{address:?}: {why}: {}", told(&replies)))?;
            total.add(Tally::of(replies));
        }
        match remote.into_iter().find(|(_, remote)| remote.iter().any(|remote| remote.by_app)) {
            Some((address, _)) => Err(format!("{address:?}: Meta has what nobody planned")),
            None => Ok(total),
        }
    }

    /// What accounts wrote, by where it went.
    fn remote(&self) -> BTreeMap<Address, Vec<Remote>> {
        let mut remote: BTreeMap<Address, Vec<Remote>> = BTreeMap::new();
        self.meta.world(|world| {
            for message in world.messages.iter().filter(|message| message.outgoing) {
                let address = match &message.comment {
                    Some(comment) => Address::PrivatelyTo(comment.clone()),
                    None => Address::Person(message.account.clone(), message.person.clone()),
                };
                let by_app = message.app_id.is_some();
                let content = if by_app { message.body["message"].clone() } else { json!({"text": message.text}) };
                remote.entry(address).or_default().push(Remote { id: message.mid.clone(), by_app, content });
            }
            for comment in world.comments.iter().filter(|comment| comment.app_id.is_some()) {
                let address = Address::Below(comment.parent.clone().unwrap());
                let content = json!({"text": comment.text});
                remote.entry(address).or_default().push(Remote { id: comment.id.clone(), by_app: true, content });
            }
        });
        remote
    }
}

/// The replies to one address, and what is there.
fn agree(replies: &[&Reply], remote: &[Remote]) -> Result<(), &'static str> {
    // Those that name what they became.
    let named = |reply: &&&Reply| reply.state == ReplyState::Sent && reply.mid.is_some();
    let mids: Vec<&str> = replies.iter().filter(named).filter_map(|reply| reply.mid.as_deref()).collect();
    let distinct: HashSet<&str> = mids.iter().copied().collect();
    if distinct.len() < mids.len() {
        return Err("two replies claim one message");
    }
    if !mids.iter().all(|mid| remote.iter().any(|remote| remote.id == *mid)) {
        return Err("sent as something that Meta has not");
    }
    // Case 57: a person typed the same words, and the reply is taken for sent. Its own message may be there as well, once.
    let by_hand: Vec<&Remote> =
        remote.iter().filter(|remote| !remote.by_app && distinct.contains(remote.id.as_str())).collect();
    let remote: Vec<&Remote> = remote.iter().filter(|remote| !distinct.contains(remote.id.as_str())).collect();
    // The others, by what they say.
    let others: Vec<(&Reply, Option<Value>)> =
        replies.iter().filter(|reply| !named(reply)).map(|reply| (*reply, content(reply))).collect();
    let saying = |content: Option<&Value>| {
        Tally::of(others.iter().filter(|(_, said)| said.as_ref() == content).map(|(reply, _)| *reply))
    };
    let mut contents: Vec<&Value> = remote.iter().map(|remote| &remote.content).collect();
    contents.extend(others.iter().filter_map(|(_, said)| said.as_ref()));
    let mut surplus = 0;
    for (place, content) in contents.iter().enumerate() {
        if contents[..place].contains(content) {
            continue;
        }
        let there = remote.iter().filter(|remote| remote.content == **content);
        let (by_app, by_anybody) = (there.clone().filter(|remote| remote.by_app).count(), there.count());
        let tally = saying(Some(content));
        if tally.sent > by_anybody {
            return Err("sent, and Meta has it not");
        }
        let typed = by_hand.iter().filter(|remote| remote.content == **content).count();
        surplus += by_app.saturating_sub(tally.most() + typed);
    }
    // Those whose words are gone may be any of what is left.
    if surplus > saying(None).most() { Err("Meta has more than was sent") } else { Ok(()) }
}

/// What a reply says, in Meta's JSON; nothing if its words are gone.
fn content(reply: &Reply) -> Option<Value> {
    match (&reply.message, &reply.text) {
        (Some(message), _) => Some(serde_json::from_str(message.expose()).unwrap()),
        (None, Some(text)) => Some(json!({"text": text.expose()})),
        (None, None) => None,
    }
}

/// The replies' stories, for a failure's message. All words here are invented.
pub(crate) fn told(replies: &[&Reply]) -> String {
    let story = |reply: &&Reply| {
        let tries: Vec<String> = reply.tries.iter().map(|entry| format!("{}:{}", entry.k, entry.what)).collect();
        let text = reply.text.as_ref().map(Words::expose).unwrap_or_default();
        format!("{:?} {:?} {:?} [{}] {text:?}", reply.action, reply.state, reply.reason, tries.join(" "))
    };
    replies.iter().map(story).collect::<Vec<_>>().join("; ")
}
