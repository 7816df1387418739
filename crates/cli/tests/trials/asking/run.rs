//! One trial: it is asked, answered or not, and time passes until nothing is left to do.

use caretaker::Caretaker;
use desk::Desk;
use outbox::Settings;
use sandbox::meta::Echo;
use sandbox::meta::Reply as MetaReply;
use serde_json::{Value, json};
use store::ReplyState;
use worker::Worker;

use super::crm::{request, told};
use super::{First, Scene, Trial, Victim};
use crate::check::{Held, Tally};
use crate::kills::{SENDS, lives};
use crate::world::{Actor, Batch, EVENTS, MetaFate, Office, World, rest};

const RULES: &str = r#"{"version": 1, "ai": {"label": "Escrito por IA:"}, "rules": [
    {"id": "pergunta", "on": ["message"], "when": [{"words": {"any": ["praca"]}}],
     "do": [{"ask": {"wait_minutes": 3, "fallback": "Uma pessoa responde."}}]},
    {"id": "publica", "on": ["comment"], "when": [{"words": {"any": ["praca"]}}],
     "do": [{"ask": {"wait_minutes": 60, "as": "public_reply"}}]}
]}"#;

const ANSWER: &str = "A praça fica pronta em maio.";
const LABELLED: &str = "Escrito por IA:\n\nA praça fica pronta em maio.";
const FALLBACK: &str = "Uma pessoa responde.";
const BY_HAND: &str = "Bom dia, aqui é a Ana.";

/// After so many minutes everything must have come to its end: a reply may be in doubt for a quarter of an hour, and the
/// caretaker's death and a lease fall into it.
const MINUTES: usize = 36;

/// How often the CRM repeats a request that nobody answered.
const TRIES: usize = 5;

/// The world and its actors, for one trial after the other.
pub(super) struct Stage {
    world: World,
    worker: Actor,
    desk: Actor,
    caretaker: Actor,
    office: Option<Office>,
    people: u64,
}

impl Stage {
    pub(super) async fn start() -> Self {
        let world = World::start().await;
        let settings = Settings::default();
        Self {
            worker: Actor::new(&world, "worker", settings).await,
            desk: Actor::new(&world, "desk", settings).await,
            caretaker: Actor::new(&world, "caretaker", settings).await,
            world,
            office: None,
            people: 910_000_000_000_000,
        }
    }

    /// Plays a trial. Gives how many calls the victim made, and whether it died.
    ///
    /// Panics if anything was lost or doubled, or did not come to its right end.
    pub(super) async fn play(&mut self, trial: &Trial) -> (u64, bool) {
        let office = match self.office.take() {
            Some(office) => office,
            None => self.world.office(RULES).await,
        };
        self.world.clear();
        self.world.forget_feed().await;
        self.world.meta.set_echo(Echo::Deliver);
        self.people += 1;
        for actor in [&self.worker, &self.desk, &self.caretaker] {
            actor.mend();
            actor.trap().set(0, false);
        }
        let fate = match trial.first {
            First::Served => None,
            First::AnswerLost => Some(MetaFate::LoseAnswer),
            First::Error => Some(MetaFate::Refuse(MetaReply::refusal(2, None))),
        };
        let sender = if trial.scene == Scene::Late { &self.caretaker } else { &self.desk };
        sender.graph.script(SENDS, fate);
        let mut run = Run {
            person: self.people.to_string(),
            worker: self.worker.worker(),
            desk: self.desk.desk(),
            keeper: self.caretaker.caretaker(),
            office: office.clone(),
            killed: false,
            trial,
            stage: self,
        };
        run.victim().trap().set(trial.k, trial.after);
        run.scene().await;
        let held = run.settle().await;
        run.check(&held);
        let ended = (run.victim().trap().calls(), run.killed);
        self.office = Some(office);
        ended
    }
}

struct Run<'a> {
    stage: &'a mut Stage,
    trial: &'a Trial,
    office: Office,
    person: String,
    worker: Worker,
    desk: Desk,
    keeper: Caretaker,
    killed: bool,
}

impl Run<'_> {
    fn victim(&self) -> &Actor {
        match self.trial.victim {
            Victim::Worker => &self.stage.worker,
            Victim::Desk => &self.stage.desk,
            Victim::Caretaker => &self.stage.caretaker,
        }
    }

    async fn scene(&mut self) {
        let (meta, office) = (&self.stage.world.meta, self.office.id.as_str());
        match self.trial.scene {
            Scene::Answered | Scene::Late => drop(meta.person_writes(office, &self.person, "e a praça?")),
            Scene::Released | Scene::Dropped => {
                drop(meta.person_comments(office, &self.office.post, &self.person, "e a praça?"));
            }
            Scene::ByHand => drop(meta.person_writes(office, &self.person, "bom dia")),
        }
        self.stage.world.hear().await;
        self.work().await;
        if self.trial.scene == Scene::ByHand {
            let status = self.asks_desk("messages", "by-hand", &json!({"text": BY_HAND})).await;
            assert!(matches!(status, 200 | 202), "by hand: {status}");
            return;
        }
        if self.trial.scene == Scene::Late {
            self.stage.world.pass(3 * 60 + 1);
        }
        let events = told(&self.stage.world);
        let asked: Vec<&Value> =
            events.iter().filter(|event| self.is_ours(event) && event["type"] == "answer.requested").collect();
        assert_eq!(asked.len(), 1, "asked once, as soon as the event is acknowledged");
        let reply = asked[0]["reply"].as_str().unwrap().to_owned();
        let answer = json!({"text": ANSWER, "model": "gpt"});
        let status = self.asks_desk(&format!("answers/{reply}"), &format!("answer-{reply}"), &answer).await;
        match self.trial.scene {
            Scene::Late => assert_eq!(status, 409, "too late"),
            _ => assert!(matches!(status, 200 | 202), "answered: {status}"),
        }
        // A second reader of the queue answers as well.
        let second = self.asks_desk(&format!("answers/{reply}"), &format!("second-{reply}"), &answer).await;
        assert_eq!(second, 409, "one answer");
        let word = match self.trial.scene {
            Scene::Released => "release",
            Scene::Dropped => "drop",
            _ => return,
        };
        let path = format!("drafts/{reply}/{word}");
        let status = self.asks_desk(&path, &format!("{word}-{reply}"), &json!({})).await;
        assert!(matches!(status, 200 | 202), "{word}: {status}");
    }

    fn is_ours(&self, event: &Value) -> bool {
        event["account"] == self.office.id.as_str() && event["person"] == self.person.as_str()
    }

    /// What the desk says in the end: nobody's answer and trouble of its own are asked again, under the same key.
    async fn asks_desk(&mut self, what: &str, key: &str, body: &Value) -> u64 {
        let (office, person) = (&self.office.id, &self.person);
        let path = format!("/v1/customers/customer.{office}/accounts/{office}/conversations/{person}/{what}");
        let event = request(&path, &format!("{key}-{person}"), body);
        for _ in 0..TRIES {
            let asked = self.stage.desk.ask(&self.desk, &event);
            match lives(&self.stage.desk, None, asked).await {
                Some(status) if status < 500 && status != 429 => return status,
                Some(_) => {}
                None => {
                    self.killed = true;
                    self.desk = self.stage.desk.desk();
                }
            }
            rest().await;
            self.stage.world.pass(1);
        }
        panic!("the desk did not answer {what}");
    }

    /// Minute after minute, until nothing is left to do.
    async fn settle(&mut self) -> Vec<Held> {
        for minute in 0..MINUTES {
            self.stage.world.hear().await;
            self.work().await;
            let held = self.stage.world.held().await;
            let tally = self.stage.world.compare(&held).unwrap_or_else(|why| panic!("{why}"));
            let nothing_due = held.iter().all(|held| held.item.due_at.is_none());
            let is_quiet = self.stage.world.queued() == 0 && self.stage.world.next_told().is_none();
            if tally.open == 0 && nothing_due && is_quiet && minute > 0 {
                return held;
            }
            self.stage.world.pass(60);
            self.stage.world.hear().await;
            let run = self.stage.caretaker.run_for(&self.keeper, 20);
            if lives(&self.stage.caretaker, None, run).await.is_none() {
                self.killed = true;
                self.keeper = self.stage.caretaker.caretaker();
            }
            rest().await;
        }
        panic!("not at its end after {MINUTES} minutes: {} queued", self.stage.world.queued());
    }

    /// Hands out what is in the queue.
    async fn work(&mut self) {
        while let Some(batch) = self.stage.world.receive().await {
            let returned = self.hand(&batch).await;
            rest().await;
            match returned {
                Some(returned) => self.stage.world.acknowledge(&batch, &returned).await,
                None => self.stage.world.sqs.return_in_flight(EVENTS).unwrap(),
            }
        }
    }

    async fn hand(&mut self, batch: &Batch) -> Option<Vec<String>> {
        let work = self.stage.worker.hand(&self.worker, &batch.records);
        let returned = lives(&self.stage.worker, None, work).await;
        if returned.is_none() {
            self.killed = true;
            self.worker = self.stage.worker.worker();
        }
        returned
    }

    /// Once at Meta, in the right words; at its right end in the table; and all of it in the feed.
    fn check(&self, held: &[Held]) {
        let world = &self.stage.world;
        world.check_feed(held);
        let tally = Tally::of(held.iter().flat_map(|held| held.item.replies()));
        let sent: Vec<String> = world.meta.world(|world| {
            let messages = world.messages.iter().filter(|message| message.app_id.is_some() && message.outgoing);
            let messages = messages.map(|message| message.text.clone().unwrap_or_default());
            let comments = world.comments.iter().filter(|comment| comment.app_id.is_some());
            messages.chain(comments.map(|comment| comment.text.clone().unwrap_or_default())).collect()
        });
        let expected: &[&str] = match self.trial.scene {
            Scene::Answered | Scene::Released => &[LABELLED],
            Scene::Late => &[FALLBACK],
            Scene::Dropped => &[],
            Scene::ByHand => &[BY_HAND],
        };
        // Twice certainly not there: a person decides.
        let is_hopeless = self.trial.first == First::Error && self.killed && tally.parked == 1;
        let expected = if is_hopeless { &[] } else { expected };
        assert_eq!(sent, expected, "{tally:?}");
        assert_eq!((tally.sent, tally.parked, tally.open), (expected.len(), usize::from(is_hopeless), 0));
        let failed = held.iter().flat_map(|held| held.item.replies()).find(|reply| reply.state == ReplyState::Failed);
        let reason = failed.and_then(|reply| reply.reason.as_deref());
        assert_eq!(reason, (self.trial.scene == Scene::Dropped).then_some("dropped"));
        assert_eq!(world.rules_broken(), 0);
    }
}
