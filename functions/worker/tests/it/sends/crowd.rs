//! People who write, comment, tap, react, edit, unsend, stop and come back; an office that answers some of them by hand.

use std::collections::VecDeque;
use std::time::Duration;

use job::Job;
use sandbox::meta::{Echo, Reply as Answer};
use store::ReplyState;

use super::silence::Silence;
use crate::world::{APP, MetaFate, OFFICE, POST, World, jobs_of};
use fastrand::Rng;

const BROADCAST: &str = "18000000000020202";
const PEOPLE: usize = 60;

const RULES: &str = r#"{"version": 1, "campaign": true, "time_zone": "America/Sao_Paulo",
    "disclosure": {"text": "Mensagem automática da campanha.", "after_hours": 24},
    "business_hours": {"open": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "until": "18:00"}]},
    "fallback": {"do": [{"quick_replies": {"text": "Não entendi, {first_name|amigo}.", "replies": [{"title": "Agenda", "payload": "AGENDA"}]}}], "cooldown_minutes": 30},
    "rules": [
    {"id": "agenda", "on": ["message", {"postback": {"payload": ["AGENDA"]}}, {"quick_reply": {"payload": ["AGENDA"]}}],
     "when": [{"regex": "agenda"}],
     "do": [{"mark_seen": true}, {"typing": true}, {"image": "https://exemplo.com.br/a.png"}, {"text": "A agenda, {first_name|amigo}."}]},
    {"id": "proposta", "on": ["message"], "when": [{"words": {"any": ["proposta"]}}], "patience_minutes": 1440,
     "do": [{"react": "love"}, {"button_template": {"text": "Escolha", "buttons": [{"title": "Agenda", "payload": "AGENDA"}]}}, {"heart": true}]},
    {"id": "som", "on": ["message"], "when": [{"words": {"any": ["jingle"]}}], "do": [{"audio": "https://exemplo.com.br/j.m4a"}]},
    {"id": "segue", "on": ["message"], "when": [{"words": {"any": ["segue"]}}, {"follows": true}], "do": [{"text": "Você segue!"}]},
    {"id": "fora", "on": ["message"], "when": [{"business_hours": false}, {"words": {"any": ["equipe"]}}],
     "do": [{"text": "O comitê está fechado."}], "cooldown_minutes": 120},
    {"id": "denuncia", "on": ["message"], "when": [{"words": {"any": ["mentira"]}}],
     "do": [{"hand_over": {"tag": "juridico", "pause_minutes": 60, "text": "Obrigado por avisar."}}]},
    {"id": "novo", "on": ["message"], "when": [{"first_contact": true}], "do": [{"text": "Bem-vindo!"}], "continue": true, "priority": 5},
    {"id": "amor", "on": [{"reaction": {"is": ["love"]}}], "do": [{"text": "Obrigado!"}]},
    {"id": "pergunta", "on": ["message"], "when": [{"regex": "\\?"}], "do": [{"ask": {"fallback": "Uma pessoa responde."}}], "priority": -5},
    {"id": "ofensa", "on": ["comment"], "when": [{"words": {"any": ["idiota"]}}], "do": [{"hide_comment": true}], "priority": 9},
    {"id": "quero", "on": ["comment"], "when": [{"words": {"any": ["quero"]}}],
     "do": [{"private_reply": "Segue, {username|amigo}."}, {"public_reply": ["Enviado!", "No direct!"]}]},
    {"id": "linda", "on": ["comment"], "when": [{"words": {"any": ["linda"]}}], "do": [{"public_reply": "Obrigada!"}]},
    {"id": "live", "on": ["live_comment"], "when": [{"words": {"any": ["quero"]}}], "do": [{"private_reply": "Oi da live!"}]}
]}"#;

const WORDS: [&str; 9] =
    ["qual a agenda", "proposta", "jingle", "segue?", "equipe", "mentira", "oi", "quando?", "bom dia"];
const COMMENTS: [&str; 5] = ["eu quero", "quero", "linda", "que idiota", "bom dia"];
const WISHES: [(&str, Option<bool>); 7] = [
    ("PARAR", Some(true)),
    ("sair", Some(true)),
    ("Cancelar!", Some(true)),
    ("VOLTAR", Some(false)),
    ("quero voltar", Some(false)),
    ("falar com atendente", None),
    ("apagar meus dados", None),
];

/// What the worker has not been handed yet.
struct Pending {
    job: Job,
    /// Not before this moment.
    at: i64,
    /// The person's word on automatic answers, if it is one.
    says: Option<bool>,
}

pub(crate) struct Crowd {
    pub(crate) world: World,
    random: Rng,
    silence: Silence,
    pending: VecDeque<Pending>,
    /// Events with a reply that is not final, and when it is due.
    open: Vec<(i64, Job)>,
    /// Replies that an opt-out or an unsend cancelled.
    pub(crate) cancelled: usize,
    /// Messages that can be unsent, edited, reacted to, with their authors.
    mids: Vec<(String, String)>,
    /// How much of Meta's world was looked at: deliveries, messages, comments, gestures.
    seen: [usize; 4],
    /// How many messages and replies Meta took.
    pub(crate) sends: usize,
}

impl Crowd {
    pub(crate) async fn gather(seed: u64) -> Self {
        let world = World::answering(RULES).await;
        let mut random = Rng::with_seed(seed);
        world.meta.set_own_comments_come_back(true);
        world.meta.world(|w| {
            let broadcast = sandbox::meta::world::Media {
                account: OFFICE.to_owned(),
                id: BROADCAST.to_owned(),
                ..Default::default()
            };
            w.media.push(broadcast);
            for number in 0..PEOPLE {
                w.people.push(sandbox::meta::world::Person {
                    account: OFFICE.to_owned(),
                    id: commenter(number),
                    username: format!("pessoa.{number}"),
                    name: format!("Pessoa {number}"),
                    is_user_follow_business: number % 2 == 0,
                    // One in four has another id in direct messages.
                    direct_id: number.is_multiple_of(4).then(|| writer(number)),
                    ..Default::default()
                });
            }
        });
        let mut calls = random.fork();
        world.graph.set(move |call| match call.operation.as_str() {
            "SendMessage" | "PrivateReply" if calls.usize(..60) == 0 => MetaFate::Refuse(Answer::refusal(613, None)),
            _ => MetaFate::Serve,
        });
        let mut echoes = random.fork();
        world.meta.decide_echoes(move |_, _| if echoes.usize(..8) == 0 { Echo::Deliver } else { Echo::Drop });
        Self {
            world,
            random,
            silence: Silence::default(),
            pending: VecDeque::new(),
            open: Vec::new(),
            cancelled: 0,
            mids: Vec::new(),
            seen: [0; 4],
            sends: 0,
        }
    }

    /// A few people do something, time passes, and the worker gets a batch.
    pub(crate) async fn act(&mut self) {
        for _ in 0..1 + self.random.usize(..8) {
            self.happen();
        }
        let pause = match self.random.usize(..60) {
            0 => Duration::from_secs(60 * (1 + self.random.u64(..1440))),
            1 => Duration::from_secs(3600 * (20 + self.random.u64(..160))),
            2..12 => Duration::from_secs(60 * (1 + self.random.u64(..20))),
            _ => Duration::from_secs(self.random.u64(..60)),
        };
        self.world.clock.advance(pause);
        self.work().await;
    }

    fn happen(&mut self) {
        let person = self.random.usize(..PEOPLE);
        let (writer, commenter) = (writer(person), commenter(person));
        let mut says = None;
        match self.random.usize(..48) {
            0..27 => {
                let mid = self.world.meta.person_writes(OFFICE, &writer, self.random.choice(&WORDS).unwrap());
                self.mids.push((writer, mid));
            }
            27..36 => {
                let text = self.random.choice(&COMMENTS).unwrap();
                self.world.meta.person_comments(OFFICE, POST, &commenter, text);
            }
            36..39 => drop(self.world.meta.person_comments_live(OFFICE, BROADCAST, &commenter, "eu quero")),
            39 => {
                let job = self.world.taps(&writer, "Agenda", "AGENDA");
                return self.hand(job, None);
            }
            40 => {
                let job = self.world.taps_reply(&writer, "qual a agenda", "AGENDA");
                return self.hand(job, None);
            }
            41 => {
                let mid = format!("some.{}", self.world.clock.now_ms());
                let job = self.world.reacts(&writer, &mid, "love");
                return self.hand(job, None);
            }
            42 => drop(self.world.meta.human_writes(OFFICE, &writer, "Oi, aqui é a Ana.")),
            43 if !self.mids.is_empty() => {
                let (author, mid) = self.random.choice(&self.mids).unwrap().clone();
                let (words, said) = *self.random.choice(&[("PARAR", Some(true)), ("bom dia", None)]).unwrap();
                let number = 1 + self.random.u32(..5);
                let job = self.world.edits(&author, &mid, number, words);
                return self.hand(job, said);
            }
            44 if !self.mids.is_empty() => {
                let place = self.random.usize(..self.mids.len());
                let (_, mid) = self.mids.swap_remove(place);
                self.world.meta.unsend(OFFICE, &mid);
            }
            _ => {
                let (words, said) = *self.random.choice(&WISHES).unwrap();
                says = said;
                if self.random.usize(..3) == 0 {
                    self.world.meta.person_comments(OFFICE, POST, &commenter, words);
                } else {
                    self.world.meta.person_writes(OFFICE, &writer, words);
                }
            }
        }
        self.listen(says);
    }

    /// What Meta has to tell; `says` is what the only event that is not an echo says of automatic answers.
    fn listen(&mut self, says: Option<bool>) {
        let from = self.seen[0];
        let told: Vec<_> = self.world.meta.world(|w| w.deliveries[from..].to_vec());
        self.seen[0] += told.len();
        for delivery in told {
            if delivery.state == sandbox::meta::DeliveryState::Dropped {
                continue;
            }
            let says = says.filter(|_| matches!(delivery.kind.as_str(), "message" | "comment"));
            for job in jobs_of(delivery.body.as_bytes(), APP, self.world.clock.now_ms()) {
                self.hand(job, says);
            }
        }
    }

    /// Most events come at once, some late and some twice.
    fn hand(&mut self, job: Job, says: Option<bool>) {
        let now = self.world.clock.now_ms();
        let late = match self.random.usize(..40) {
            0 => 3_600_000 * self.random.i64(0..30),
            1..4 => 60_000 * self.random.i64(0..60),
            _ => 0,
        };
        if self.random.usize(..20) == 0 {
            self.pending.push_back(Pending { job: job.clone(), at: now + 2 * late, says });
        }
        self.pending.push_back(Pending { job, at: now + late, says });
    }

    /// The worker gets what is due, in batches of ten; words on automatic answers come alone, so that it is plain what was
    /// sent before them and what after.
    async fn work(&mut self) {
        loop {
            let now = self.world.clock.now_ms();
            let mut batch = Vec::new();
            let mut later = VecDeque::new();
            while let Some(next) = self.pending.pop_front() {
                let fits = next.at <= now && batch.len() < 10;
                match next.says {
                    None if fits => batch.push(next.job),
                    Some(silence) if fits && batch.is_empty() => {
                        self.hear(&next.job, silence).await;
                    }
                    Some(_) if fits => {
                        later.push_back(next);
                        break;
                    }
                    _ => later.push_back(next),
                }
            }
            later.append(&mut self.pending);
            self.pending = later;
            if batch.is_empty() {
                break;
            }
            self.apply(&batch, None).await;
        }
        self.drive_due().await;
    }

    async fn hear(&mut self, job: &Job, silence: bool) {
        let at = job.event().unwrap().at.map_or(0, |at| at.0);
        if silence {
            self.silence.hear(job.peer.as_str(), at, true);
        }
        self.apply(std::slice::from_ref(job), Some(job.peer.as_str())).await;
        if !silence {
            self.silence.hear(job.peer.as_str(), at, false);
        }
    }

    /// `confirmed` is who may be told once more, because they just said what they want.
    async fn apply(&mut self, batch: &[Job], confirmed: Option<&str>) {
        self.world.apply(batch).await;
        self.look_at_what_was_sent(confirmed);
        self.listen(None);
        for job in batch {
            if let Some(due_at) = self.world.item(job).await.due_at {
                self.open.push((due_at, job.clone()));
            }
        }
    }

    /// As the caretaker does: what is due is looked at again.
    async fn drive_due(&mut self) {
        let now = self.world.clock.now_ms();
        let open = std::mem::take(&mut self.open).into_iter();
        let (due, later): (Vec<_>, Vec<_>) = open.partition(|(due_at, _)| *due_at <= now);
        self.open = later;
        for (_, job) in due {
            let confirms = self.world.replies(&job).await.iter().any(|reply| reply.confirms);
            self.apply(std::slice::from_ref(&job), confirms.then_some(job.peer.as_str())).await;
            let replies = self.world.replies(&job).await;
            let is_cancelled = |reply: &&store::Reply| {
                reply.state == ReplyState::Failed && reply.reason.as_deref() == Some("cancelled")
            };
            self.cancelled += replies.iter().filter(is_cancelled).count();
        }
    }

    fn look_at_what_was_sent(&mut self, confirmed: Option<&str>) {
        let [_, messages, comments, actions] = &mut self.seen;
        let (sent, below, gestures) = self.world.meta.world(|w| {
            let sent = w.messages[*messages..].iter().filter(|m| m.outgoing && m.app_id.is_some());
            let sent: Vec<_> = sent.map(|m| (m.person.clone(), m.comment.clone(), m.text.clone())).collect();
            let below = w.comments[*comments..].iter().filter(|c| c.app_id.is_some());
            let below: Vec<_> = below.map(|c| c.parent.clone().unwrap()).collect();
            let gestures: Vec<_> = w.actions[*actions..].iter().map(|a| a.person.clone()).collect();
            (*messages, *comments, *actions) = (w.messages.len(), w.comments.len(), w.actions.len());
            let mut author = |comment: &str| w.comment_mut(comment).unwrap().from.clone().unwrap();
            let sent: Vec<_> = sent
                .into_iter()
                .map(|(person, comment, text)| (person, comment.map(|comment| author(&comment)), text))
                .collect();
            let below: Vec<_> = below.iter().map(|comment| author(comment)).collect();
            (sent, below, gestures)
        });
        self.sends += sent.len() + below.len();
        for (person, author, text) in sent {
            let is_confirmation = confirmed.is_some_and(|id| id == person || author.as_deref() == Some(id));
            // That two ids are one person's is known only from the first private reply on.
            let is_silent = self.silence.is_silent(author.as_deref().unwrap_or(&person));
            assert!(is_confirmation || !is_silent, "{person} asked for silence and got {text:?}");
            if let Some(author) = author {
                self.silence.link(&author, &person);
            }
        }
        for person in below.into_iter().chain(gestures) {
            assert!(
                !self.silence.is_silent(&person) || confirmed == Some(person.as_str()),
                "{person} asked for silence"
            );
        }
    }

    /// Whatever is late comes, and whatever waits is sent or fails.
    pub(crate) async fn finish(&mut self) {
        for _ in 0..40 {
            self.world.clock.advance(Duration::from_secs(6 * 3600));
            self.work().await;
            if self.pending.is_empty() && self.open.is_empty() {
                return;
            }
        }
        panic!("{} events and {} replies are never done", self.pending.len(), self.open.len());
    }
}

fn commenter(person: usize) -> String {
    format!("97000000000{person:04}")
}

/// The id of a person in direct messages.
fn writer(person: usize) -> String {
    if person.is_multiple_of(4) { format!("98000000000{person:04}") } else { commenter(person) }
}
