//! What people do, what the office does, and what it should come to.

use std::collections::BTreeMap;

use sandbox::meta::world::Trouble;
use serde_json::Value;
use store::Scope;

use super::Simulation;
use super::invariants::IN_FLIGHT_MS;
use crate::world::Batch;

/// The same ids at both offices.
pub(super) const PEOPLE: [&str; 3] = ["990000000000001", "990000000000002", "990000000000003"];

pub(super) const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "um", "on": ["message"], "when": [{"words": {"any": ["um"]}}], "do": [{"text": "Resposta um."}]},
    {"id": "dois", "on": ["message"], "when": [{"words": {"any": ["dois"]}}], "do": [{"text": "Resposta dois."}]},
    {"id": "tres", "on": ["message"], "when": [{"words": {"any": ["tres"]}}], "do": [{"text": "Resposta tres."}]},
    {"id": "passos", "on": ["message"], "when": [{"words": {"any": ["passos"]}}],
     "do": [{"text": "Primeiro passo."}, {"text": "Segundo passo."}]},
    {"id": "opcoes", "on": ["message"], "when": [{"words": {"any": ["opcoes"]}}],
     "do": [{"quick_replies": {"text": "Sobre o quê?", "replies": [{"title": "Agenda", "payload": "AGENDA"}]}}]},
    {"id": "foto", "on": ["message"], "when": [{"words": {"any": ["foto"]}}],
     "do": [{"image": "https://gabinete.example/foto.png"}]},
    {"id": "audio", "on": ["message"], "when": [{"words": {"any": ["audio"]}}],
     "do": [{"audio": "https://gabinete.example/recado.m4a"}]},
    {"id": "botoes", "on": ["message"], "when": [{"words": {"any": ["botoes"]}}],
     "do": [{"button_template": {"text": "O gabinete.", "buttons": [{"title": "Mapa", "url": "https://gabinete.example/mapa"}]}}]},
    {"id": "quero", "on": ["comment"], "when": [{"words": {"any": ["quero"]}}], "do": [{"private_reply": "Segue o material."}]},
    {"id": "linda", "on": ["comment"], "when": [{"words": {"any": ["linda"]}}], "do": [{"public_reply": "Obrigado!"}]},
    {"id": "buraco", "on": ["comment"], "when": [{"words": {"any": ["buraco"]}}],
     "do": [{"private_reply": "Onde fica?"}, {"public_reply": "Enviamos uma mensagem."}]}
]}"#;

const QUESTIONS: [&str; 9] = ["um", "dois", "tres", "passos", "opcoes", "foto", "audio", "botoes", "bom dia"];
const COMMENTS: [&str; 4] = ["quero", "linda", "buraco", "bom dia"];

/// In every word that a person writes, with a number: none may ever stand in a log line or a metric.
pub(super) const CANARY: &str = "canario";

/// What happened.
#[derive(Debug, Default)]
pub(super) struct Diary {
    written: usize,
    /// Messages by office, person and id, with their canaries.
    pub(super) messages: Vec<(usize, usize, String, String)>,
    /// Canaries of messages that were taken back.
    pub(super) taken_back: Vec<String>,
    /// How often a direct message's answer was asked for, by office, person and question.
    pub(super) asked: BTreeMap<(usize, usize, &'static str), usize>,
    /// Words to stop and to go on.
    wishes: Vec<Wish>,
    /// Which offices may not send: stopped, or without a token that Meta takes.
    pub(super) stops: Vec<(usize, i64, Option<i64>)>,
    dead_tokens: [bool; 2],
}

/// A word to stop, or to go on.
#[derive(Debug)]
struct Wish {
    office: usize,
    person: usize,
    mid: String,
    silence: bool,
    /// When it was written: the later of two counts, in whatever order they arrive.
    written_at: i64,
    /// When a worker first got it: nothing heeds it before.
    got_at: Option<i64>,
    /// When a worker was first done with it: everything heeds it from then on.
    done_at: Option<i64>,
}

impl Diary {
    /// Whether a person had asked for silence in time to be heeded at a moment, and not taken it back since.
    pub(super) fn is_silenced(&self, office: usize, person: usize, at: i64) -> bool {
        let theirs = || self.wishes.iter().filter(|wish| (wish.office, wish.person) == (office, person));
        let heeded = |wish: &&Wish| wish.silence && wish.done_at.is_some_and(|done_at| done_at + IN_FLIGHT_MS < at);
        let is_taken_back = |since: i64| {
            let mut later = theirs().filter(|wish| !wish.silence && since < wish.written_at);
            later.any(|wish| wish.got_at.is_some_and(|got_at| got_at <= at))
        };
        theirs().filter(heeded).any(|wish| !is_taken_back(wish.written_at))
    }

    /// A worker gets a batch.
    pub(super) fn got(&mut self, batch: &Batch, now: i64) {
        for wish in self.wishes.iter_mut().filter(|wish| batch.records.iter().any(|record| wish.is_in(record))) {
            wish.got_at.get_or_insert(now);
        }
    }

    /// A batch was acknowledged: from now on a wish in it counts.
    pub(super) fn done(&mut self, batch: &Batch, returned: &[String], now: i64) {
        let is_done = |record: &&Value| !returned.iter().any(|id| record["messageId"] == **id);
        for wish in &mut self.wishes {
            if batch.records.iter().filter(is_done).any(|record| wish.is_in(record)) {
                wish.done_at.get_or_insert(now);
            }
        }
    }
}

impl Wish {
    fn is_in(&self, record: &Value) -> bool {
        record["body"].as_str().is_some_and(|body| body.contains(self.mid.as_str()))
    }
}

impl Simulation {
    /// Something happens.
    pub(super) async fn happen(&mut self) {
        let (office, person) = (self.random.usize(..2), self.random.usize(..PEOPLE.len()));
        match self.random.usize(..100) {
            0..42 => self.asks(office, person, false),
            42..47 => self.asks(office, person, true),
            47..68 => self.comments(office, person),
            68..73 => drop(self.world.meta.human_writes(self.id(office), PEOPLE[person], "Oi, aqui é a Ana.")),
            73..78 => self.takes_back(),
            78..81 => self.wishes(office, person, true),
            81..85 => self.wishes(office, person, false),
            85..92 => self.meta_repeats_itself(),
            92..94 => self.stop(office).await,
            94..96 => self.lose_token(office),
            96..98 => self.make_peace().await,
            _ => {
                let percent = *self.random.choice(&[0, 85, 97]).unwrap();
                self.world.meta.set_usage(self.id(office), percent, 1);
            }
        }
        self.world.hear().await;
    }

    fn id(&self, office: usize) -> &str {
        self.offices[office].id.as_str()
    }

    fn asks(&mut self, office: usize, person: usize, hinted: bool) {
        let question = *self.random.choice(&QUESTIONS).unwrap();
        self.diary.written += 1;
        let canary = format!("{CANARY}{}x", self.diary.written);
        let text = format!("{question} {canary}");
        let mid = if hinted {
            self.world.meta.person_writes_unannounced(self.id(office), PEOPLE[person], &text)
        } else {
            self.world.meta.person_writes(self.id(office), PEOPLE[person], &text)
        };
        *self.diary.asked.entry((office, person, question)).or_default() += 1;
        self.diary.messages.push((office, person, mid, canary));
    }

    fn comments(&mut self, office: usize, person: usize) {
        let text = format!("{} {CANARY}", self.random.choice(&COMMENTS).unwrap());
        let Self { world, offices, .. } = self;
        world.meta.person_comments(offices[office].id.as_str(), &offices[office].post, PEOPLE[person], &text);
    }

    fn takes_back(&mut self) {
        if self.diary.messages.is_empty() {
            return;
        }
        let (office, _, mid, canary) = self.random.choice(&self.diary.messages).unwrap().clone();
        self.world.meta.unsend(self.id(office), &mid);
        self.diary.taken_back.push(canary);
    }

    fn wishes(&mut self, office: usize, person: usize, silence: bool) {
        let written_at = self.world.clock.now_ms();
        let word = if silence { "PARAR" } else { "VOLTAR" };
        let mid = self.world.meta.person_writes(self.id(office), PEOPLE[person], word);
        let (got_at, done_at) = (None, None);
        self.diary.wishes.push(Wish { office, person, mid, silence, written_at, got_at, done_at });
    }

    fn meta_repeats_itself(&mut self) {
        let last = self.world.meta.world(|world| world.deliveries.len());
        if last > 0 {
            self.world.meta.redeliver(self.random.u64(1..=last as u64));
        }
    }

    async fn stop(&mut self, office: usize) {
        let now = self.world.clock.now_ms();
        let id = self.offices[office].id.clone();
        self.world.store.set_stopped(Scope::Account(&id), Some(now)).await.unwrap();
        self.diary.stops.push((office, now, None));
    }

    fn lose_token(&mut self, office: usize) {
        let id = self.offices[office].id.to_string();
        let trouble = Trouble { code: 190, subcode: Some(463) };
        self.world.meta.world(|world| world.account_mut(&id).unwrap().trouble = Some(trouble));
        self.diary.dead_tokens[office] = true;
    }

    /// Whoever was stopped goes on, and owners log in again.
    pub(super) async fn make_peace(&mut self) {
        let now = self.world.clock.now_ms();
        for (_, _, until) in &mut self.diary.stops {
            until.get_or_insert(now);
        }
        for office in &self.offices {
            self.world.meta.world(|world| world.account_mut(office.id.as_str()).unwrap().trouble = None);
            let mut account = self.world.store.account(&office.id).await.unwrap().unwrap();
            account.stopped_at = None;
            if std::mem::take(&mut account.broken).is_some() {
                account.sealed_token = Some(self.world.sealed_token(&office.id).await);
            }
            self.world.store.put_account(&account).await.unwrap();
        }
        self.diary.dead_tokens = [false; 2];
    }
}
