//! A world of one account, and shorthands for speaking about it.

use graph::{Answer, Doubt, Graph, NotSent, SendError, Sent};
use instagram::outgoing::{CommentText, MessageText, Outgoing};
use instagram::{AccountId, CommentId, PersonId};
use sandbox::clock::Clock;
use sandbox::fault::Faults;
use sandbox::meta::{Door, Meta, fault::Fate};
use secrecy::SecretString;
use serde_json::json;

pub(crate) const ACCOUNT: &str = "17841400000000001";
pub(crate) const APP: &str = "867555782500454";
pub(crate) const KIM: &str = "900000000000001";
pub(crate) const POST: &str = "18000000000000010";
pub(crate) const TOKEN: &str = "IGAA-token-canary";
pub(crate) const TEXT: &str = "Olá, text-canary 👋";

/// A Meta, its clock, and a client at a door where nothing fails.
pub(crate) struct Scene {
    pub(crate) clock: Clock,
    pub(crate) meta: Meta,
    pub(crate) graph: Graph,
}

pub(crate) async fn scene() -> Scene {
    let clock = Clock::default();
    let world = json!({
        "apps": [{"name": "politicall", "app_id": APP, "app_secrets": ["s"], "verify_tokens": ["v"]}],
        "accounts": [{"account": ACCOUNT, "app_scoped_id": "27000000000000001", "username": "gabinete", "name": "Gabinete",
                      "app_id": APP, "token": TOKEN}],
        "people": [{"account": ACCOUNT, "id": KIM, "username": "kim", "name": "Kim"}],
        "media": [{"account": ACCOUNT, "id": POST, "product": "FEED"}],
    });
    let meta = Meta::start(clock.clone(), world).await.unwrap();
    let graph = Graph::new(meta.endpoint()).unwrap();
    Scene { clock, meta, graph }
}

impl Scene {
    /// A client whose calls meet `faults`. The door has to outlive the calls.
    pub(crate) async fn door(&self, faults: impl Faults<Fate>) -> (Door, Graph) {
        let door = self.meta.door("worker", faults).await.unwrap();
        let graph = Graph::new(door.endpoint()).unwrap();
        (door, graph)
    }

    pub(crate) fn kim_writes(&self) {
        self.meta.person_writes(ACCOUNT, KIM, "oi");
    }

    pub(crate) fn kim_comments(&self) -> CommentId {
        CommentId::parse(self.meta.person_comments(ACCOUNT, POST, KIM, "preço?")).unwrap()
    }
}

pub(crate) fn token() -> SecretString {
    SecretString::from(TOKEN)
}

pub(crate) fn account() -> AccountId {
    AccountId::parse(ACCOUNT).unwrap()
}

pub(crate) fn text() -> MessageText {
    MessageText::parse(TEXT).unwrap()
}

pub(crate) async fn send(graph: &Graph) -> Answer<Sent> {
    let message = Outgoing::to_person(PersonId::parse(KIM).unwrap(), text());
    graph.send_message(&token(), &account(), &message).await
}

pub(crate) async fn reply_privately(graph: &Graph, comment: &CommentId) -> Answer<Sent> {
    let message = Outgoing::private_reply(comment.clone(), text());
    graph.send_message(&token(), &account(), &message).await
}

pub(crate) async fn reply_publicly(graph: &Graph, comment: &CommentId) -> Result<CommentId, SendError> {
    let text = CommentText::parse(TEXT).unwrap();
    graph.reply_to_comment(&token(), comment, &text).await.result.map(|made| made.id)
}

/// An outcome as a word, to compare it in a table.
pub(crate) fn word<T>(result: &Result<T, SendError>) -> &'static str {
    match result {
        Ok(_) => "sent",
        Err(SendError::NotSent(NotSent::Unreachable(_))) => "unreachable",
        Err(SendError::NotSent(NotSent::AttachmentFailed(_))) => "attachment failed",
        Err(SendError::Throttled { .. }) => "throttled",
        Err(SendError::WindowClosed(_)) => "window closed",
        Err(SendError::Refused { reason, .. }) => reason.name(),
        Err(SendError::AlreadyReplied(_)) => "already replied",
        Err(SendError::CommentUnusable(_)) => "comment unusable",
        Err(SendError::NotOwner(_)) => "not owner",
        Err(SendError::TokenDead { trouble, .. }) => trouble.name(),
        Err(SendError::AccountBlocked { condition, .. }) => condition.name(),
        Err(SendError::OutcomeUnknown(doubt)) => match doubt {
            Doubt::NoAnswer(error) if error.is_deadline() => "unknown: deadline",
            Doubt::NoAnswer(_) => "unknown: no answer",
            Doubt::ServerError(_) => "unknown: server error",
            Doubt::SaidMaybe(_) => "unknown: said maybe",
            Doubt::CreatedUnnamed(_) => "unknown: created unnamed",
            Doubt::Unreadable(_) => "unknown: unreadable",
            Doubt::Unlisted(_) => "unknown: unlisted",
        },
    }
}
