//! What happens while somebody is killed: every kind of action, and what comes in between.

use std::time::Duration;

use sandbox::meta::Reply;

use crate::world::MetaFate;

/// One word, one rule.
pub(crate) const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "agenda", "on": ["message"], "when": [{"words": {"any": ["agenda"]}}], "do": [{"text": "A agenda da semana."}]},
    {"id": "um", "on": ["message"], "when": [{"words": {"any": ["um"]}}], "do": [{"text": "Resposta um."}]},
    {"id": "dois", "on": ["message"], "when": [{"words": {"any": ["dois"]}}], "do": [{"text": "Resposta dois."}]},
    {"id": "fim", "on": ["message"], "when": [{"words": {"any": ["fim"]}}], "do": [{"text": "Até logo."}]},
    {"id": "passos", "on": ["message"], "when": [{"words": {"any": ["passos"]}}],
     "do": [{"text": "Primeiro passo."}, {"text": "Segundo passo."}]},
    {"id": "misto", "on": ["message"], "when": [{"words": {"any": ["misto"]}}],
     "do": [{"image": "https://gabinete.example/mapa.png"}, {"text": "O mapa do bairro."}]},
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

/// Something that happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// The person writes.
    Writes(&'static str),
    /// The person writes, and Meta only hints at it.
    IsHinted(&'static str),
    /// The person comments on the office's post.
    Comments(&'static str),
    /// The person takes the latest message back.
    Unsends,
    /// Somebody of the office answers in Instagram itself.
    ByHand(&'static str),
}

/// What becomes of the first send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    Served,
    /// Meta has it, and nobody hears.
    AnswerLost,
    /// Meta says that something went wrong, and has it.
    ErrorAlthoughSent,
    /// Meta says that something went wrong, and has it not.
    Error,
    /// Nobody hears, and Meta accepts it half a minute later.
    AcceptedLate,
    /// Meta asks for patience.
    Throttled,
}

impl First {
    pub(crate) fn fate(self) -> Option<MetaFate> {
        match self {
            Self::Served => None,
            Self::AnswerLost => Some(MetaFate::LoseAnswer),
            Self::ErrorAlthoughSent => Some(MetaFate::AnswerInstead(Reply::refusal(2, None))),
            Self::Error => Some(MetaFate::Refuse(Reply::refusal(2, None))),
            Self::AcceptedLate => Some(MetaFate::ApplyAfter(Duration::from_secs(30))),
            Self::Throttled => Some(MetaFate::Refuse(Reply::refusal(613, None))),
        }
    }
}

/// Which ends are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// All replies are sent, and the conversation goes on.
    Sent,
    /// Something came in between: replies are sent, or failed for it. One in doubt whose words are gone with those that it
    /// answers is parked: nothing could be found.
    SentOrCancelled,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    /// What happens at once, and some seconds later, and later.
    pub(crate) beats: &'static [&'static [Act]],
    pub(crate) first: First,
    /// How many replies there are.
    pub(crate) replies: usize,
    pub(crate) ends: Ends,
}

const fn scene(name: &'static str, beats: &'static [&'static [Act]], replies: usize) -> Scene {
    Scene { name, beats, first: First::Served, replies, ends: Ends::Sent }
}

const fn first(first: First, scene: Scene) -> Scene {
    Scene { first, ..scene }
}

const fn disturbed(scene: Scene) -> Scene {
    Scene { ends: Ends::SentOrCancelled, ..scene }
}

use Act::{ByHand, Comments, IsHinted, Unsends, Writes};

pub(crate) static SCENES: &[Scene] = &[
    scene("text", &[&[Writes("agenda")]], 1),
    scene("quick-replies", &[&[Writes("opcoes")]], 1),
    scene("image", &[&[Writes("foto")]], 1),
    scene("audio", &[&[Writes("audio")]], 1),
    scene("template", &[&[Writes("botoes")]], 1),
    scene("two-steps", &[&[Writes("passos")]], 2),
    scene("image-and-text", &[&[Writes("misto")]], 2),
    scene("two-messages", &[&[Writes("um"), Writes("dois")]], 2),
    scene("private-reply", &[&[Comments("quero")]], 1),
    scene("public-reply", &[&[Comments("linda")]], 1),
    scene("both-replies", &[&[Comments("buraco")]], 2),
    scene("comment-and-message", &[&[Comments("quero"), Writes("um")]], 2),
    scene("hint", &[&[IsHinted("agenda")]], 1),
    disturbed(scene("by-hand", &[&[Writes("um")], &[ByHand("Oi, aqui é a Ana.")]], 1)),
    disturbed(scene("by-hand-before", &[&[Writes("bom dia")], &[ByHand("Oi, aqui é a Ana."), Writes("um")]], 0)),
    disturbed(scene("opt-out", &[&[Writes("um"), Writes("PARAR")]], 2)),
    disturbed(scene("unsend", &[&[Writes("um"), Unsends]], 0)),
    first(First::AnswerLost, scene("text-lost", &[&[Writes("agenda")]], 1)),
    first(First::ErrorAlthoughSent, scene("text-error-sent", &[&[Writes("agenda")]], 1)),
    first(First::Error, scene("text-error", &[&[Writes("agenda")]], 1)),
    first(First::AcceptedLate, scene("text-late", &[&[Writes("agenda")]], 1)),
    first(First::AcceptedLate, scene("public-reply-late", &[&[Comments("linda")]], 1)),
    first(First::AnswerLost, scene("image-lost", &[&[Writes("foto")]], 1)),
    first(First::Error, scene("template-error", &[&[Writes("botoes")]], 1)),
    first(First::AnswerLost, scene("two-steps-lost", &[&[Writes("passos")]], 2)),
    first(First::AnswerLost, scene("same-words-lost", &[&[Writes("um")], &[Writes("um")]], 2)),
    first(First::AnswerLost, scene("private-reply-lost", &[&[Comments("quero")]], 1)),
    first(First::Error, scene("private-reply-error", &[&[Comments("quero")]], 1)),
    first(First::AnswerLost, scene("public-reply-lost", &[&[Comments("linda")]], 1)),
    first(First::Error, scene("public-reply-error", &[&[Comments("linda")]], 1)),
    first(First::AnswerLost, scene("both-replies-lost", &[&[Comments("buraco")]], 2)),
    first(
        First::AnswerLost,
        disturbed(scene("lost-then-by-hand", &[&[Writes("um")], &[ByHand("Oi, aqui é a Ana.")]], 1)),
    ),
    first(First::Error, disturbed(scene("error-then-same-words", &[&[Writes("um")], &[ByHand("Resposta um.")]], 1))),
    first(First::Error, disturbed(scene("error-then-opt-out", &[&[Writes("um")], &[Writes("PARAR")]], 2))),
    first(First::AnswerLost, disturbed(scene("lost-then-unsend", &[&[Writes("um")], &[Unsends]], 1))),
    first(First::Throttled, scene("throttled", &[&[Writes("agenda")], &[Writes("um")]], 2)),
    first(First::Throttled, scene("private-reply-throttled", &[&[Comments("quero")]], 1)),
];
