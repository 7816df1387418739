//! What a person may ask of us in any conversation, whatever the rules say.

use std::{collections::HashMap, fmt, sync::LazyLock};

use instagram::{Event, Kind, PersonId, Words};

use crate::{RuleSet, fold::fold};

/// Longest words for a wish, in bytes as they are written.
pub(crate) const MAX_WORDS_BYTES: usize = 100;
/// Longer texts, in bytes, ask for nothing in a word: twice as long leaves room for courtesy, pictures and held keys.
const MAX_WISH_BYTES: usize = 2 * MAX_WORDS_BYTES;

/// What a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wish {
    /// To get no more automatic answers.
    Silence,
    /// To get them again.
    Return,
    /// To talk to a person of the office.
    Person,
    /// That everything held about them is erased.
    Erasure,
}

impl Wish {
    /// Every wish, with the letter that stands for it in a trace.
    pub(crate) const ALL: [(Self, char); 4] =
        [(Self::Silence, 's'), (Self::Return, 'r'), (Self::Person, 'p'), (Self::Erasure, 'e')];

    /// A short stable word for tables, metrics and names of replies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Return => "return",
            Self::Person => "person",
            Self::Erasure => "erasure",
        }
    }

    /// The words that always mean this, in any spelling.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Silence => &[
                "parar",
                "pare",
                "stop",
                "sair",
                "cancelar",
                "descadastrar",
                "quero parar",
                "quero sair",
                "quero cancelar",
                "parar mensagens",
                "parar de receber",
                "parar de receber mensagens",
                "quero parar de receber",
                "quero parar de receber mensagens",
                "cancelar mensagens",
                "cancelar inscrição",
                "cancelar cadastro",
                "sair da lista",
                "não quero receber",
                "não quero receber mensagens",
                "não quero mais receber",
                "não quero mais receber mensagens",
                "não quero receber mais",
                "não quero receber mais mensagens",
                "não me mande mais mensagem",
                "não me mande mais mensagens",
                "não me mandem mais mensagem",
                "não me mandem mais mensagens",
                "pare de me mandar mensagem",
                "pare de me mandar mensagens",
                "parem de me mandar mensagem",
                "parem de me mandar mensagens",
            ],
            Self::Return => &["voltar", "quero voltar", "voltar a receber", "quero voltar a receber", "start"],
            Self::Person => &[
                "atendente",
                "humano",
                "atendimento humano",
                "pessoa de verdade",
                "falar com atendente",
                "falar com um atendente",
                "falar com uma atendente",
                "falar com alguém",
                "falar com uma pessoa",
                "falar com humano",
                "falar com um humano",
                "quero atendente",
                "quero um atendente",
                "quero falar com atendente",
                "quero falar com um atendente",
                "quero falar com uma atendente",
                "quero falar com alguém",
                "quero falar com uma pessoa",
                "quero falar com um humano",
            ],
            Self::Erasure => &[
                "apagar meus dados",
                "apague meus dados",
                "apaguem meus dados",
                "apagar os meus dados",
                "quero apagar meus dados",
                "quero que apaguem meus dados",
                "excluir meus dados",
                "exclua meus dados",
                "excluam meus dados",
                "quero excluir meus dados",
                "deletar meus dados",
                "remover meus dados",
                "eliminar meus dados",
            ],
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The words that mean something in every account, folded.
static ALWAYS: LazyLock<HashMap<String, Wish>> = LazyLock::new(|| {
    let words = |(wish, _): (Wish, char)| wish.words().iter().map(move |words| (fold(words), wish));
    Wish::ALL.into_iter().flat_map(words).collect()
});

/// What people add out of courtesy, folded: a message that is a wish but for these is one.
static COURTESY: LazyLock<Vec<String>> = LazyLock::new(|| {
    let words = ["por favor", "obrigado", "obrigada", "oi", "olá", "bom dia", "boa tarde", "boa noite", "gente"];
    words.map(fold).to_vec()
});

/// What the person asks for, if the whole of what they wrote or tapped says so: `parar!!` does, `não vou parar` does not.
///
/// Messages, edits, taps and comments count; words of the account itself, of dashboard samples, and of nobody do not. An
/// office's own words (`rules`) come on top of those that always count, never instead.
///
/// [`Wish::Return`] means something only to who is silenced. That, and whether the author is the account under another
/// id, only the facts tell: [`decide`](crate::decide) looks at both.
pub fn wish(event: &Event, rules: Option<&RuleSet>) -> Option<Wish> {
    if event.test {
        return None;
    }
    let is_own = |person: &PersonId| person.as_str() == event.account.as_str();
    let texts: [Option<&Words>; 2] = match &event.kind {
        Kind::MessageReceived(message) if !is_own(&message.from) => {
            [message.quick_reply.as_ref(), message.content.text.as_ref()]
        }
        Kind::MessageEdited { text, peer, .. } if !peer.as_ref().is_some_and(is_own) => [text.as_ref(), None],
        Kind::PostbackPressed(postback) if !postback.is_self && !is_own(&postback.from) => {
            [postback.payload.as_ref(), postback.title.as_ref()]
        }
        Kind::CommentWritten(comment) => {
            let author = comment.from.as_ref()?;
            if author.is_self || is_own(&author.id) {
                return None;
            }
            [comment.text.as_ref(), None]
        }
        _ => return None,
    };
    texts.into_iter().flatten().find_map(|text| of_text(text.expose(), rules))
}

fn of_text(text: &str, rules: Option<&RuleSet>) -> Option<Wish> {
    if text.len() > MAX_WISH_BYTES {
        return None;
    }
    let folded = fold(text);
    let meaning = |words: &str| {
        let own = rules.and_then(|rules| rules.wishes().get(words));
        ALWAYS.get(words).or(own).copied()
    };
    meaning(&folded).or_else(|| meaning(&without_courtesy(&folded)))
}

/// What folded words mean in every account.
pub(crate) fn always(folded: &str) -> Option<Wish> {
    ALWAYS.get(folded).copied()
}

/// Without pictures, greetings and thanks around it.
fn without_courtesy(folded: &str) -> String {
    let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
    let words = folded.split(' ').filter(is_word).collect::<Vec<_>>().join(" ");
    let mut rest = words.as_str();
    loop {
        let shorter = COURTESY.iter().find_map(|courtesy| {
            let before = rest.strip_prefix(courtesy.as_str()).and_then(|rest| rest.strip_prefix(' '));
            before.or_else(|| rest.strip_suffix(courtesy.as_str()).and_then(|rest| rest.strip_suffix(' ')))
        });
        match shorter {
            Some(shorter) => rest = shorter,
            None => return rest.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_message_is_a_wish() {
        use Wish::{Erasure, Person, Return, Silence};
        let cases = [
            ("PARAR", Some(Silence)),
            ("parar!!", Some(Silence)),
            ("Pararrrr", Some(Silence)),
            ("🛑 PARAR 🛑", Some(Silence)),
            ("parar, por favor", Some(Silence)),
            ("oi, boa tarde. parar pfv obg", Some(Silence)),
            ("Quero parar de receber", Some(Silence)),
            ("ñ quero receber", Some(Silence)),
            ("n quero mais receber msgs", Some(Silence)),
            ("não vou parar", None),
            ("vcs não podem parar!", None),
            ("parar o asfalto agora", None),
            ("sair", Some(Silence)),
            ("SAIR.", Some(Silence)),
            ("vou sair cedo", None),
            ("cancelar", Some(Silence)),
            ("Cancelar 🙏", Some(Silence)),
            ("podem cancelar a obra?", None),
            ("para", None),
            ("VOLTAR", Some(Return)),
            ("quando vão voltar", None),
            ("falar com atendente", Some(Person)),
            ("Falar c/ atendente", None),
            ("quero falar com um atendente por favor", Some(Person)),
            ("o atendente foi ótimo", None),
            ("APAGAR MEUS DADOS", Some(Erasure)),
            ("apagar meus dados, por favor!", Some(Erasure)),
            ("vocês podem apagar meus dados do cadastro antigo?", None),
            ("por favor", None),
            ("oi", None),
            ("", None),
            ("🛑", None),
        ];
        for (text, wish) in cases {
            assert_eq!(of_text(text, None), wish, "{text}");
        }
        assert_eq!(of_text(&format!("{}parar", " ".repeat(MAX_WISH_BYTES)), None), None, "no wish is that long");
    }

    #[test]
    fn no_words_mean_two_things() {
        let count: usize = Wish::ALL.iter().map(|(wish, _)| wish.words().len()).sum();
        assert_eq!(ALWAYS.len(), count, "each folds to something of its own");
    }
}
