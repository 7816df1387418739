//! The built `worker` and `caretaker`, killed with SIGKILL at seeded moments under the Runtime API.
//!
//! Processes live in real time, and what a dead one left can only be judged when its lease and Meta's settling are over.
//! So all of them are killed first, then there is one wait for all, then fresh processes bring everything to its end. Those
//! 100 seconds are more than a person's `cargo test` should take, which leaves this suite out.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::future::join_all;
use outbox::{LEASE_MS, SETTLE_MS, Settings};
use sandbox::meta::Echo;
use sandbox::runtime::{Function, built};
use serde_json::{Value, json};
use store::{Conversation, Decided, Item, ItemContent, Postponed, Reply, ReplyAction, ReplyRef, ReplyState};

use crate::check::told;
use crate::kills::RULES;
use crate::size::{Asked, Size, figure};
use crate::world::{Actor, Office, World, records_of};
use fastrand::Rng;

/// Processes of the worker at once.
const SIDE_BY_SIDE: usize = 3;

/// Offices, so that reading their conversations at Meta's pace takes seconds and not minutes.
const OFFICES: usize = 40;

/// Calls among which the deadly one is drawn: most batches make more.
const CALLS: u64 = 22;

/// Echoes that are not lost come while their replies are in doubt.
const ECHO: Duration = Duration::from_secs(60);

/// Until when the last processes have to have brought everything to its end.
const PATIENCE: Duration = Duration::from_secs(150);

const WORDS: [&str; 9] = ["agenda", "um", "passos", "misto", "opcoes", "foto", "audio", "botoes", "bom dia"];
const COMMENTS: [&str; 3] = ["quero", "linda", "buraco"];

#[tokio::test]
async fn processes_killed_at_any_moment_lose_nothing_and_double_nothing() {
    let seed = match Asked::of("sigkill") {
        Asked::All if Size::asked() == Size::Small => return,
        Asked::All => 1,
        Asked::One(words) => words.number("seed"),
        Asked::None => return,
    };
    let began = Instant::now();
    let mut scene = Scene::start(seed).await;
    let keepers = scene.kill_caretakers(Size::asked().of(4, 105, 1_000)).await;
    let workers = scene.kill_workers(Size::asked().of(8, 205, 2_000)).await;
    figure(&format!("sigkill: {workers} workers and {keepers} caretakers killed in {:.1?}", began.elapsed()));
    tokio::time::sleep(ECHO).await;
    scene.hear_echoes().await;
    let settled = Duration::from_millis(u64::try_from(LEASE_MS + SETTLE_MS).unwrap());
    tokio::time::sleep(settled - ECHO).await;
    scene.settle().await;
    let replies = scene.check().await;
    figure(&format!("sigkill: {replies} replies at their right ends, {:.1?}; seed={seed}", began.elapsed()));
}

struct Scene {
    world: World,
    random: Rng,
    offices: Vec<Office>,
    workers: Vec<(Actor, Function)>,
    caretaker: (Actor, Function),
    people: u64,
    files: tempfile::TempDir,
}

impl Scene {
    async fn start(seed: u64) -> Self {
        let mut world = World::start().await;
        let files = tempfile::tempdir().unwrap();
        std::fs::write(files.path().join("token.key"), &world.key).unwrap();
        let mut offices = Vec::new();
        for _ in 0..OFFICES {
            offices.push(world.office(RULES).await);
        }
        world.meta.decide_echoes(|_, number| if number % 2 == 0 { Echo::Drop } else { Echo::After(ECHO) });
        let mut workers = Vec::new();
        for _ in 0..SIDE_BY_SIDE {
            let actor = Actor::new(&world, "worker", Settings::default()).await;
            let function = function("worker", &actor, files.path());
            workers.push((actor, function));
        }
        let actor = Actor::new(&world, "caretaker", Settings::default()).await;
        let function = function("caretaker", &actor, files.path());
        let random = Rng::with_seed(seed);
        Self { world, random, offices, workers, caretaker: (actor, function), people: 910_000_000_000_000, files }
    }

    /// Somebody new writes or comments.
    async fn happen(&mut self, office: usize) {
        self.people += 1;
        let (office, person) = (&self.offices[office], self.people.to_string());
        if self.random.usize(..3) == 0 {
            let text = self.random.choice(&COMMENTS).unwrap();
            self.world.meta.person_comments(office.id.as_str(), &office.post, &person, text);
        } else {
            let text = self.random.choice(&WORDS).unwrap();
            self.world.meta.person_writes(office.id.as_str(), &person, text);
        }
        self.world.hear().await;
    }

    /// Kills so many caretakers in the middle of what is due, one after the other: each sees what the one before left.
    async fn kill_caretakers(&mut self, count: usize) -> usize {
        let mut kills = 0;
        while kills < count {
            for _ in 0..=self.random.usize(..3) {
                self.plan_something_due().await;
            }
            let death = Death::draw(&mut self.random);
            let (actor, function) = &self.caretaker;
            kills += usize::from(death.befalls(actor, function, "{}".to_owned()).await);
        }
        kills
    }

    /// A reply that a worker left for later, and now it is time.
    async fn plan_something_due(&mut self) {
        self.people += 1;
        let office = self.people as usize % OFFICES;
        let (id, person) = (self.offices[office].id.clone(), self.people.to_string());
        self.world.meta.person_writes(id.as_str(), &person, "agenda");
        self.world.hear().await;
        let job = self.world.jobs.last().unwrap();
        let event = job.event().unwrap();
        let key = store::keys::item(&job.account, &job.peer, &event, &job.key);
        let now = self.world.clock.now_ms();
        let expires_at = now / 1000 + 86_400;
        let mut next = Conversation { expires_at, ..Conversation::default() };
        next.facts.apply(&event, &job.key, event.at.unwrap(), false);
        let read = Conversation::default();
        self.world.store.save_facts(&job.account, &job.peer, &read, next).await.unwrap();
        let mut content = ItemContent::default();
        content.apply(&event, job.event.get(), event.at.unwrap());
        let text = Some("A agenda da semana.".into());
        // As short as a name that a worker gives: the feed has it whole.
        let name = format!("put-there-{person}");
        let reply = Reply::planned(name, "agenda".to_owned(), ReplyAction::Message, text, now + 3_600_000);
        let mut decided: Decided = serde_json::from_value(json!({"why": "answered", "rules": 1})).unwrap();
        decided.replies.push(reply);
        self.world.store.save_item(&key, &Item::default(), &content, Some(&decided), expires_at).await.unwrap();
        let by_hand = job.key.clone();
        self.world.put_there.insert(by_hand);
        let place = ReplyRef { item: key, step: 0 };
        let wait = Postponed { due_at: now, why: "waits_pace", slot: None };
        self.world.store.postpone(&place, &wait).await.unwrap();
    }

    /// Kills so many workers in the middle of a batch, and hands each batch to a fresh one.
    async fn kill_workers(&mut self, count: usize) -> usize {
        let mut kills = 0;
        while kills < count {
            let mut batches = Vec::new();
            for _ in 0..SIDE_BY_SIDE {
                let (first, office) = (self.world.jobs.len(), self.random.usize(..OFFICES));
                for _ in 0..=self.random.usize(..4) {
                    self.happen(office).await;
                }
                batches.push((event(&records_of(&self.world.jobs[first..])[0]), Death::draw(&mut self.random)));
            }
            let deaths = self.workers.iter().zip(batches).map(|((actor, function), (batch, death))| async move {
                let died = death.befalls(actor, function, batch.clone()).await;
                // What a dead process held is handed out again.
                actor.trap().set(0, false);
                function.invoke(batch).await.unwrap();
                died
            });
            kills += join_all(deaths).await.into_iter().filter(|died| *died).count();
        }
        kills
    }

    /// A worker gets what came back of our own messages.
    async fn hear_echoes(&mut self) {
        let first = self.world.jobs.len();
        self.world.hear().await;
        let echoes = records_of(&self.world.jobs[first..]);
        for batch in echoes {
            self.workers[0].1.invoke(event(&batch)).await.unwrap();
        }
    }

    /// Fresh processes bring everything to its end.
    async fn settle(&mut self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let (_, caretaker) = &self.caretaker;
            caretaker.invoke("{}").await.unwrap();
            self.hear_echoes().await;
            let held = self.world.held().await;
            if held.iter().all(|held| held.item.due_at.is_none()) && self.world.next_told().is_none() {
                return;
            }
            let open: Vec<&Reply> =
                held.iter().flat_map(|held| held.item.replies()).filter(|reply| !reply.state.is_final()).collect();
            assert!(Instant::now() < until, "not at its end: {}", told(&open));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn check(&mut self) -> usize {
        let held = self.world.held().await;
        let tally = self.world.compare(&held).unwrap_or_else(|why| panic!("{why}"));
        let replies: Vec<&Reply> = held.iter().flat_map(|held| held.item.replies()).collect();
        let wrong: Vec<&Reply> = replies.iter().copied().filter(|reply| reply.state != ReplyState::Sent).collect();
        assert!(wrong.is_empty(), "nothing came in between: {}", told(&wrong));
        for job in &self.world.jobs {
            let key = store::keys::item(&job.account, &job.peer, &job.event().unwrap(), &job.key);
            let found =
                held.iter().find(|held| held.sk == key.sk && held.peer == job.peer && held.account == job.account);
            assert!(found.is_some_and(|found| found.item.decision.is_some()), "lost: {}", job.key);
        }
        self.world.check_feed(&held);
        assert_eq!(self.world.rules_broken(), 0, "{:?}", self.world.meta.policies_refused());
        assert!(self.files.path().exists(), "the key was there all the time");
        tally.sent
    }
}

/// When a process dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// At one of its calls, before or after the call's effect.
    AtCall(u64, bool),
    /// After so much time.
    After(Duration),
}

impl Death {
    fn draw(random: &mut Rng) -> Self {
        match random.usize(..4) {
            0 => Self::After(Duration::from_micros(random.u64(..60_000))),
            _ => Self::AtCall(1 + random.u64(..CALLS), random.bool()),
        }
    }

    /// Says whether the process died in the middle.
    async fn befalls(self, actor: &Actor, function: &Function, event: String) -> bool {
        let (k, after) = if let Self::AtCall(k, after) = self { (k, after) } else { (0, false) };
        actor.trap().set(k, after);
        let moment = async {
            match self {
                Self::AtCall(..) => actor.trap().sprung().await,
                Self::After(time) => tokio::time::sleep(time).await,
            }
        };
        let mut work = std::pin::pin!(function.invoke(event));
        tokio::select! {
            biased;
            () = moment => {
                function.kill();
                work.await.is_err()
            }
            _done = &mut work => false,
        }
    }
}

fn event(records: &[Value]) -> String {
    json!({ "Records": records }).to_string()
}

fn function(binary: &str, actor: &Actor, files: &Path) -> Function {
    Function::of(built(binary))
        .environment(actor.environment())
        .environment([("TOKEN_KEY", format!("file:{}", files.join("token.key").display()))])
        .concurrency(1)
        .timeout(Duration::from_secs(60))
        .build()
}
