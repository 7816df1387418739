//! What workers leave behind: replies planned and tried, messages stored, hints.

use instagram::{AccountId, AppId, Kind, Peer, PersonId, UnixMillis};
use job::{Job, Receipt};
use outbox::{Attempt, Drive};
use store::{Conversation, Decided, Item, ItemContent, Key, Postponed, Reply, ReplyAction, ReplyRef, ReplyState, keys};

use super::{APP, OFFICE, POST, World};

/// How long a planned reply stays fresh, in milliseconds.
const FRESH_MS: i64 = 3_600_000;

/// An event, and the replies to it.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) account: AccountId,
    pub(crate) peer: Peer,
    pub(crate) key: Key,
}

impl World {
    /// A person writes to the first office, and is to be answered by one text.
    pub(crate) async fn plan(&self, person: &str, text: &str) -> Plan {
        self.plan_at(OFFICE, person, &[text]).await
    }

    /// A person writes to an office, and is to be answered by these texts.
    pub(crate) async fn plan_at(&self, office: &str, person: &str, texts: &[&str]) -> Plan {
        let mid = self.meta.person_writes(office, person, "oi");
        let replies = texts.iter().map(|text| (ReplyAction::Message, *text)).collect::<Vec<_>>();
        self.plan_item(office, person, &format!("M#{mid}"), "message", &replies).await
    }

    /// A person comments on the first office's post, and is to be answered so.
    pub(crate) async fn plan_comment(&self, person: &str, action: ReplyAction, text: &str) -> Plan {
        let comment = self.meta.person_comments(OFFICE, POST, person, "quero");
        self.plan_item(OFFICE, person, &format!("C#{comment}"), "comment", &[(action, text)]).await
    }

    /// A plan of an account that may not be there.
    pub(crate) async fn plan_item(
        &self,
        office: &str,
        person: &str,
        sk: &str,
        kind: &str,
        replies: &[(ReplyAction, &str)],
    ) -> Plan {
        let account = AccountId::parse(office).unwrap();
        let peer = Peer::from(&PersonId::parse(person).unwrap());
        let key = Key { pk: format!("T#{office}#{person}"), sk: sk.to_owned() };
        let now = self.clock.now_ms();
        let read = self.store.conversation(&account, &peer, now).await.unwrap();
        if read.rev == 0 {
            let next = Conversation { expires_at: now / 1000 + 86_400, ..Conversation::default() };
            self.store.save_facts(&account, &peer, &read, next).await.unwrap();
        }
        let content = ItemContent { kind: Some(kind.to_owned()), at: Some(now), ..ItemContent::default() };
        let replies = replies.iter().enumerate().map(|(step, (action, text))| {
            let id = format!("{sk} {step}");
            Reply::planned(id, "rule".to_owned(), *action, Some((*text).into()), now + FRESH_MS)
        });
        let decided = Decided {
            why: "answered".to_owned(),
            rules: 1,
            trace: None,
            facts: None,
            effects: Vec::new(),
            replies: replies.collect(),
        };
        self.store.save_item(&key, &Item::default(), &content, Some(&decided), now / 1000 + 86_400).await.unwrap();
        Plan { account, peer, key }
    }

    /// The worker gives a reply a due time, some seconds from now.
    pub(crate) async fn postpone(&self, plan: &Plan, seconds: i64) {
        let place = ReplyRef { item: plan.key.clone(), step: 0 };
        let wait = Postponed { due_at: self.clock.now_ms() + seconds * 1000, why: "waits_pace", slot: None };
        self.store.postpone(&place, &wait).await.unwrap();
    }

    /// A reply that is due now.
    pub(crate) async fn due(&self, person: &str, text: &str) -> Plan {
        let plan = self.plan(person, text).await;
        self.postpone(&plan, 0).await;
        plan
    }

    /// The worker makes its attempt.
    pub(crate) async fn attempt(&self, plan: &Plan) -> Vec<Attempt> {
        let app = AppId::parse(APP).unwrap();
        let standing = self.store.standing(&plan.account, &app).await.unwrap().unwrap();
        let token = self.stored_token(plan.account.as_str()).await;
        let conversation = self.store.conversation(&plan.account, &plan.peer, self.clock.now_ms()).await.unwrap();
        let item = self.item(plan).await;
        let drive = Drive {
            standing: &standing,
            token: Some(&token).filter(|_| standing.account.broken.is_none()),
            peer: &plan.peer,
            key: &plan.key,
            conversation,
            item,
            begin_before: i64::MAX,
            tells: false,
            judges: None,
        };
        let clock = self.clock.clone();
        self.worker.drive(drive, &move || clock.now_ms()).await.unwrap()
    }

    pub(crate) async fn item(&self, plan: &Plan) -> Item {
        self.store.item(&plan.key, self.clock.now_ms()).await.unwrap()
    }

    /// The first reply of a plan.
    pub(crate) async fn reply(&self, plan: &Plan) -> Reply {
        self.item(plan).await.replies()[0].clone()
    }

    /// Its state, and why.
    pub(crate) async fn state(&self, plan: &Plan) -> (ReplyState, Option<String>) {
        let reply = self.reply(plan).await;
        (reply.state, reply.reason)
    }

    /// The jobs of the latest that Meta has to tell.
    pub(crate) fn told_last(&self) -> Job {
        let delivery = self.meta.deliveries().pop().unwrap();
        let receipt = Receipt {
            received_at: UnixMillis(self.clock.now_ms()),
            app: AppId::parse(delivery.app_id).unwrap(),
            trace: None,
        };
        let delivery = instagram::split(delivery.body.as_bytes()).unwrap();
        let element = &delivery.elements[0];
        Job::new(element, &element.event().unwrap(), &receipt)
    }

    /// The worker stores an event; one that makes an item is decided on, without an answer. Gives its place.
    pub(crate) async fn store_event(&self, job: &Job) -> Key {
        let event = job.event().unwrap();
        let key = keys::item(&job.account, &job.peer, &event, &job.key);
        let read = self.store.item(&key, self.clock.now_ms()).await.unwrap();
        let mut content = read.content.clone();
        content.apply(&event, job.event.get(), event.at.unwrap());
        let decides = matches!(event.kind, Kind::MessageReceived(_)) && read.decision.is_none();
        let decided = decides.then(|| Decided {
            why: "no_match".to_owned(),
            rules: 1,
            trace: None,
            facts: None,
            replies: Vec::new(),
            effects: Vec::new(),
        });
        let expires_at = self.clock.now_ms() / 1000 + 180 * 86_400;
        self.store.save_item(&key, &read, &content, decided.as_ref(), expires_at).await.unwrap();
        key
    }
}
