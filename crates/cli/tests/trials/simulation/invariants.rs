//! What must hold: I1 to I8 of the project's list of faults, the cheap ones after every step, all of them in the end.

use std::collections::BTreeMap;

use store::ReplyState;

use super::people::{CANARY, PEOPLE};
use super::{Simulation, Tally};
use crate::kills::SENDS;
use crate::world::MetaFate;

/// What a question's answers say, as Meta's JSON holds it, and which question that was.
const ANSWERS: [(&str, &str); 9] = [
    ("um", "Resposta um."),
    ("dois", "Resposta dois."),
    ("tres", "Resposta tres."),
    ("passos", "Primeiro passo."),
    ("passos", "Segundo passo."),
    ("opcoes", "Sobre o quê?"),
    ("foto", "foto.png"),
    ("audio", "recado.m4a"),
    ("botoes", "O gabinete."),
];

/// How long after the lease of a gate's reply somebody must have judged it (I5).
const GATE_MS: i64 = 180_000;

/// How long a wish or a stop takes to be known everywhere, a call in flight to end, and a request to be accepted late.
pub(super) const IN_FLIGHT_MS: i64 = 70_000;

impl Simulation {
    /// I1, in memory: nobody got an answer more often than they asked. I4, as far as Meta tells: no rule was broken.
    pub(super) fn glance(&self) {
        let mut got: BTreeMap<(usize, usize, &str, &str), usize> = BTreeMap::new();
        let mut comments: BTreeMap<String, usize> = BTreeMap::new();
        self.world.meta.world(|world| {
            for message in world.messages.iter().filter(|message| message.app_id.is_some()) {
                let office = self.offices.iter().position(|office| office.id.as_str() == message.account).unwrap();
                let person = PEOPLE.iter().position(|person| *person == message.person).unwrap();
                let said = message.body["message"].to_string();
                for (question, answer) in ANSWERS.iter().filter(|(_, answer)| said.contains(answer)) {
                    *got.entry((office, person, question, answer)).or_default() += 1;
                }
            }
            for comment in world.comments.iter().filter(|comment| comment.app_id.is_some()) {
                *comments.entry(comment.parent.clone().unwrap()).or_default() += 1;
            }
        });
        for ((office, person, question, answer), count) in got {
            let asked = self.diary.asked.get(&(office, person, question)).copied().unwrap_or(0);
            assert!(
                count <= asked,
                "I1: {answer:?} came {count} times to person {person} of office {office}, asked {asked}"
            );
        }
        assert!(comments.values().all(|count| *count == 1), "I1: a comment has two public replies");
        assert_eq!(self.world.rules_broken(), 0, "I4: {:?}", self.world.meta.policies_refused());
    }

    /// I1, I3 and I5, by the table.
    pub(super) async fn look(&self) {
        let held = self.world.held().await;
        self.world.compare(&held).unwrap_or_else(|why| panic!("I1, I3: {why}"));
        let now = self.world.clock.now_ms();
        for office in &self.offices {
            for (peer, conversation) in self.world.store.conversations(&office.id, now).await.unwrap() {
                let Some(gate) = conversation.gate else { continue };
                let is_it = |entry: &&crate::check::Held| {
                    entry.account == office.id && entry.peer == peer && entry.sk == gate.item
                };
                let Some(owner) = held.iter().find(is_it) else { continue };
                let reply = &owner.item.replies()[gate.step];
                let is_closed = reply.state.is_final() || (reply.state == ReplyState::Planned && reply.att >= gate.k);
                // Whoever was to record it may be dead, and the queue still holds the event.
                let comes_again = self.world.queued() > 0;
                let is_young = now < gate.until + GATE_MS;
                assert!(is_closed || owner.item.due_at.is_some() || is_young || comes_again, "I5: {gate:?} {reply:?}");
            }
        }
    }

    /// Everything, once nothing is left to do.
    pub(super) async fn last_look(&self) -> Tally {
        self.glance();
        self.look().await;
        let held = self.world.held().await;
        let tally = self.world.compare(&held).unwrap_or_else(|why| panic!("I3: {why}"));
        assert_eq!(tally.open, 0);
        for job in &self.world.jobs {
            let key = store::keys::item(&job.account, &job.peer, &job.event().unwrap(), &job.key);
            let found =
                held.iter().find(|held| held.sk == key.sk && held.peer == job.peer && held.account == job.account);
            let is_stored = found.is_some_and(|found| {
                let content = &found.item.content;
                content.kind.is_some() || content.deleted_at.is_some() || content.hinted_at.is_some()
            });
            assert!(is_stored, "I2: {} is lost", job.key);
        }
        assert_eq!(self.world.dead_letters(), 0, "I2: in the dead-letter queue");
        self.world.check_feed(&held);
        self.check_wishes(&held);
        self.check_words(&held);
        self.check_rates();
        tally
    }

    /// I4: nothing left after an opt-out, while the office was stopped, or too late.
    fn check_wishes(&self, held: &[crate::check::Held]) {
        let sent = self.world.meta.sent();
        for entry in held {
            for reply in entry.item.replies().iter().filter(|reply| reply.state == ReplyState::Sent) {
                let message = sent.iter().find(|message| Some(&message.mid) == reply.mid.as_ref());
                let Some(message) = message else { continue };
                let office = self.offices.iter().position(|office| office.id == entry.account).unwrap();
                let person = PEOPLE.iter().position(|person| *person == message.person).unwrap();
                assert!(message.at <= reply.not_after + IN_FLIGHT_MS, "I4: too late: {reply:?}");
                for (_, from, until) in self.diary.stops.iter().filter(|stop| stop.0 == office) {
                    let silent = from + IN_FLIGHT_MS..until.unwrap_or(i64::MAX);
                    assert!(!silent.contains(&message.at), "I4: while stopped: {reply:?}");
                }
                let is_silenced = self.diary.is_silenced(office, person, message.at) && !reply.confirms;
                assert!(!is_silenced, "I4: after an opt-out: {reply:?}");
            }
        }
    }

    /// I6 and I7: what was taken back is nowhere, and what people wrote is in no line.
    fn check_words(&self, held: &[crate::check::Held]) {
        let all: Vec<String> = held.iter().map(|held| serde_json::to_string(&held.item).unwrap()).collect();
        for canary in &self.diary.taken_back {
            assert!(all.iter().all(|item| !item.contains(canary.as_str())), "I6: {canary} came back");
        }
        let lines = self.world.metrics.lock().unwrap();
        assert!(!lines.is_empty() && lines.iter().all(|line| !line.contains(CANARY)), "I7: a metric holds a word");
        assert!(crate::logs::spilled(CANARY).is_none(), "I7: {:?}", crate::logs::spilled(CANARY));
    }

    /// I8: Meta never had to refuse a send for coming too fast: all its other reasons are counted.
    fn check_rates(&self) {
        let calls = self.world.meta.calls();
        let reached = |fate: &MetaFate| !matches!(fate, MetaFate::Refuse(_) | MetaFate::HangUp | MetaFate::Hang);
        let sends = calls.iter().filter(|call| SENDS.contains(&call.operation) && reached(&call.fate));
        let refused = sends.filter(|call| call.status == Some(400)).count();
        assert_eq!(
            refused,
            self.world.meta.policies_refused().len(),
            "I8: refused for another reason than a second private reply"
        );
    }
}
