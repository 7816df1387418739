//! Random events, random faults, crashes, doubles and two workers at once, until everything is acknowledged.
//!
//! `WORKER_SEEDS` says how many runs, 80 unless told; `WORKER_SEED` replays one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::StatusCode;
use job::Job;
use sandbox::fault::Fate;
use sandbox::meta::Reply as Answer;
use store::{Reply, ReplyAction, ReplyState};

use crate::world::{MetaFate, OFFICE, Record, World, key_of};
use fastrand::Rng;

const PEOPLE: [&str; 3] = ["990000000000001", "990000000000002", "990000000000003"];

/// Each is answered by a text of its own and used once per conversation, so that a text tells which reply it is.
const WORDS: [&str; 6] = ["um", "dois", "tres", "quatro", "agenda", "passos"];

const EVENTS: usize = 20;

/// Rounds after which what is not acknowledged by then never will be.
const MAX_ROUNDS: usize = 200;

#[tokio::test]
async fn nothing_is_lost_and_nothing_is_doubled_whatever_fails() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seeds = match number("WORKER_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("WORKER_SEEDS").unwrap_or(80),
    };
    for seed in seeds {
        let _announced = Announced(seed);
        let mut run = Run::start(seed).await;
        run.play().await;
        run.settle().await;
        run.check().await;
    }
}

/// Says which run it was when a test fails in the middle of it.
struct Announced(u64);

impl Drop for Announced {
    #[expect(clippy::print_stderr, reason = "the test harness shows it beside the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("replay with WORKER_SEED={}", self.0);
        }
    }
}

struct Run {
    world: World,
    random: Rng,
    /// Not acknowledged yet, per group in order, with the number of receipts.
    queue: BTreeMap<String, Vec<(Job, u32)>>,
    /// All that ever happened.
    jobs: Vec<Job>,
    /// Which words a person has used.
    used: BTreeSet<(usize, usize)>,
    /// Messages that can be unsent.
    mids: Vec<String>,
    unsent: BTreeSet<String>,
}

impl Run {
    async fn start(seed: u64) -> Self {
        Self {
            world: World::hasty().await,
            random: Rng::with_seed(seed),
            queue: BTreeMap::new(),
            jobs: Vec::new(),
            used: BTreeSet::new(),
            mids: Vec::new(),
            unsent: BTreeSet::new(),
        }
    }

    async fn play(&mut self) {
        self.break_things();
        let mut events = 0;
        while events < EVENTS {
            if self.random.bool() {
                events += 1;
                self.happen();
            } else {
                self.deliver().await;
            }
        }
    }

    /// Lets something happen, or Meta deliver something again.
    fn happen(&mut self) {
        let person = self.random.usize(..PEOPLE.len());
        let word = self.random.usize(..WORDS.len());
        match self.random.usize(..10) {
            0..4 if self.used.insert((person, word)) => {
                self.mids.push(self.world.meta.person_writes(OFFICE, PEOPLE[person], WORDS[word]));
            }
            0..5 => drop(self.world.meta.person_writes(OFFICE, PEOPLE[person], "bom dia")),
            5..7 => {
                let text = self.random.choice(&["quero", "linda", "buraco", "bom dia"]).unwrap();
                self.world.meta.person_comments(OFFICE, crate::world::POST, PEOPLE[person], text);
            }
            7 => drop(self.world.meta.human_writes(OFFICE, PEOPLE[person], "Oi, aqui é a Ana.")),
            8 if !self.mids.is_empty() => {
                let mid = self.random.choice(&self.mids).unwrap().clone();
                self.world.meta.unsend(OFFICE, &mid);
                self.unsent.insert(mid);
            }
            _ if !self.jobs.is_empty() => {
                let again = self.random.choice(&self.jobs).unwrap().clone();
                self.enqueue(again);
            }
            _ => {}
        }
        self.hear();
    }

    /// What Meta has to tell comes into the queue: its own echoes too.
    fn hear(&mut self) {
        for job in self.world.told() {
            self.jobs.push(job.clone());
            self.enqueue(job);
        }
    }

    fn enqueue(&mut self, job: Job) {
        self.queue.entry(job.group_id()).or_default().push((job, 1));
    }

    /// One batch, perhaps to two workers at once, perhaps cut off in the middle.
    async fn deliver(&mut self) {
        let mut taken: Vec<(String, usize)> = Vec::new();
        for (group, jobs) in &self.queue {
            let most = 1 + self.random.usize(..3);
            taken.extend((0..jobs.len().min(most)).map(|place| (group.clone(), place)));
        }
        taken.truncate(10);
        let records: Vec<Record> = taken
            .iter()
            .map(|(group, place)| {
                let (job, receipts) = &self.queue[group][*place];
                Record::from(job).received(*receipts)
            })
            .collect();
        if records.is_empty() {
            return;
        }
        if self.random.usize(..3) == 0 {
            self.world.trap.set(1 + self.random.u64(..12), self.random.bool());
        }
        let crashed = tokio::select! {
            returned = self.world.hand_to(&self.world.worker, &records) => Ok(returned),
            () = self.world.trap.sprung() => Err(()),
        };
        self.world.trap.disarm();
        let returned = if let Ok(returned) = crashed {
            if self.random.usize(..8) == 0 {
                // A batch that was handed out twice, as the queue may do.
                let other = self.world.new_worker().await;
                tokio::join!(self.world.hand_to(&self.world.worker, &records), self.world.hand_to(&other, &records));
            }
            returned
        } else {
            self.world.restart().await;
            (0..records.len()).collect()
        };
        if !returned.is_empty() {
            self.world.clock.advance(Duration::from_secs(181));
        }
        for (place, (group, _)) in taken.iter().enumerate().rev() {
            let jobs = self.queue.get_mut(group).unwrap();
            let index = taken[..place].iter().filter(|(other, _)| other == group).count();
            if returned.contains(&place) {
                jobs[index].1 += 1;
            } else {
                jobs.remove(index);
            }
        }
        self.queue.retain(|_, jobs| !jobs.is_empty());
        self.world.clock.advance(Duration::from_secs(self.random.u64(..20)));
        self.hear();
    }

    /// From now on a part of all calls fails, in every way there is.
    fn break_things(&mut self) {
        let mut random = self.random.fork();
        self.world.table.set(move |_| match random.usize(..60) {
            0 | 1 => Fate::THROTTLED,
            2 => Fate::HangUp,
            3 => Fate::LoseAnswer,
            _ => Fate::Serve,
        });
        let mut random = self.random.fork();
        self.world.graph.set(move |_| match random.usize(..16) {
            0 => MetaFate::HangUp,
            1 => MetaFate::LoseAnswer,
            2 => MetaFate::AnswerInstead(Answer::raw(StatusCode::INTERNAL_SERVER_ERROR, "")),
            3 => MetaFate::Refuse(Answer::refusal(2, None)),
            4 => MetaFate::Refuse(Answer::refusal(613, None)),
            5 => MetaFate::AnswerInstead(Answer::raw(StatusCode::OK, "junk")),
            6 if random.usize(..3) == 0 => MetaFate::HangAfter,
            _ => MetaFate::Serve,
        });
    }

    /// Everything works again: the queue empties, and what is due is looked at once more.
    async fn settle(&mut self) {
        for round in 0.. {
            if self.queue.is_empty() {
                break;
            }
            if round == MAX_ROUNDS / 2 {
                self.world.table.mend();
                self.world.graph.mend();
            }
            assert!(round < MAX_ROUNDS, "{} groups are never acknowledged", self.queue.len());
            self.deliver().await;
        }
        self.world.table.mend();
        self.world.graph.mend();
        for _ in 0..4 {
            self.world.clock.advance(Duration::from_secs(200));
            let jobs = self.jobs.clone();
            for batch in jobs.chunks(10) {
                self.world.apply(batch).await;
            }
            self.hear();
            while !self.queue.is_empty() {
                self.deliver().await;
            }
        }
    }

    async fn check(&self) {
        for job in &self.jobs {
            let item = self.world.item(job).await;
            if &*job.kind == "unsend" {
                assert!(item.content.deleted_at.is_some());
                continue;
            }
            assert!(item.content.kind.is_some(), "stored: {}", job.key);
            let decided = item.decision.as_ref().expect("decided");
            let sk = key_of(job).sk;
            if self.unsent.iter().any(|mid| sk == format!("M#{mid}")) {
                assert!(item.content.body.is_none() && decided.trace.is_none(), "no words are left");
            }
            for (step, reply) in decided.replies.iter().enumerate() {
                let remote = self.remote(job, step, reply);
                let open = item.due_at.is_some();
                match reply.state {
                    ReplyState::Sent => assert_eq!(remote, 1, "sent is true: {} {}", job.key, reply.rule),
                    ReplyState::Failed | ReplyState::Planned => {
                        assert_eq!(remote, 0, "{:?} is true: {} {:?}", reply.state, job.key, reply.reason);
                        assert!(reply.state == ReplyState::Failed || open, "due: {}", job.key);
                    }
                    ReplyState::Unknown => assert!(remote <= 1 && open, "at most once: {}", job.key),
                    ReplyState::Sending | ReplyState::Parked => panic!("{:?} {}", reply.state, job.key),
                }
            }
        }
    }

    /// How often Meta has a reply.
    fn remote(&self, job: &Job, step: usize, reply: &Reply) -> usize {
        let comment = key_of(job).sk.trim_start_matches("C#").to_owned();
        match reply.action {
            ReplyAction::PrivateReply => self.world.meta.private_replies(&comment).len(),
            ReplyAction::PublicReply => self.world.meta.public_replies(&comment).len(),
            ReplyAction::Message => {
                let text = match (reply.rule.as_str(), step) {
                    ("agenda", _) => "A agenda da semana.".to_owned(),
                    ("passos", 0) => "Primeiro passo.".to_owned(),
                    ("passos", _) => "Segundo passo.".to_owned(),
                    (word, _) => format!("Resposta {word}."),
                };
                self.world.sent_to(job.peer.as_str()).iter().filter(|sent| **sent == text).count()
            }
        }
    }
}
