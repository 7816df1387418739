//! What is said to who wants silence, a person, or their data erased, in this office's words.

use std::collections::HashMap;

use super::{
    Compiler,
    condition::PhraseText,
    document::{ErasureDocument, HandOverWishDocument, OptOutDocument},
    part::List,
    step::{HAND_OVER_MS, HandOver, TagText},
    wording::{MessageWordings, Variants, Wording},
};
use crate::{
    Wish,
    wish::{MAX_WORDS_BYTES, always},
};

const SILENCE_TEXT: &str =
    "Pronto! Você não recebe mais mensagens automáticas por aqui. Se mudar de ideia, escreva VOLTAR.";
const RETURN_TEXT: &str =
    "Que bom ter você de volta! As mensagens automáticas estão ativas de novo. Para parar, escreva PARAR.";
const PERSON_TEXT: &str = "Certo! Uma pessoa da equipe vai responder por aqui.";
const ERASURE_TEXT: &str = "Recebemos o seu pedido. Os seus dados serão apagados em até 48 horas.";
const PERSON_TAG: &str = "atendente";
const MINUTE_MS: i64 = 60_000;

/// Words and answers.
#[derive(Debug, Clone)]
pub(crate) struct Wishes {
    /// Folded, beside those that always count.
    words: HashMap<String, Wish>,
    pub(crate) silence: Variants,
    pub(crate) comeback: Variants,
    pub(crate) person: HandOver,
    pub(crate) erasure: Variants,
}

impl Wishes {
    pub(super) fn compile(
        opt_out: Option<OptOutDocument>,
        hand_over: Option<HandOverWishDocument>,
        erasure: Option<ErasureDocument>,
        compiler: &mut Compiler<'_>,
    ) -> Self {
        let mut words = HashMap::new();
        let mut learn = |wish, path: &str, list: Option<List<PhraseText, 1, 50>>, compiler: &mut Compiler<'_>| {
            for (i, phrase) in list.map(|list| list.0).unwrap_or_default() {
                if phrase.written.len() > MAX_WORDS_BYTES {
                    compiler.problems.add(&format!("{path}[{i}]"), format!("longer than {MAX_WORDS_BYTES} bytes"));
                }
                let known = always(&phrase.folded).or(words.insert(phrase.folded, wish));
                if known.is_some_and(|known| known != wish) {
                    compiler.problems.add(&format!("{path}[{i}]"), "already means something else");
                }
            }
        };
        let text = |path: &str, text: Option<MessageWordings>, default: &str, compiler: &mut Compiler<'_>| {
            let texts = text.map_or_else(|| Variants::one(Wording::fixed(default)), |MessageWordings(texts)| texts);
            compiler.check_room(&texts, path);
            texts
        };
        let (stop, stop_text, back, back_text) = match opt_out {
            Some(document) => (document.words, document.text, document.return_words, document.return_text),
            None => (None, None, None, None),
        };
        learn(Wish::Silence, "$.opt_out.words", stop, compiler);
        learn(Wish::Return, "$.opt_out.return_words", back, compiler);
        let (person, person_text, tag, pause) = match hand_over {
            Some(document) => (document.words, document.text, document.tag, document.pause_minutes),
            None => (None, None, None, None),
        };
        learn(Wish::Person, "$.hand_over.words", person, compiler);
        let (erase, erase_text) = erasure.map_or((None, None), |document| (document.words, document.text));
        learn(Wish::Erasure, "$.erasure.words", erase, compiler);
        Self {
            silence: text("$.opt_out.text", stop_text, SILENCE_TEXT, compiler),
            comeback: text("$.opt_out.return_text", back_text, RETURN_TEXT, compiler),
            person: HandOver {
                tag: Some(tag.map_or_else(|| PERSON_TAG.to_owned(), |TagText(tag)| tag)),
                pause_ms: pause.map_or(HAND_OVER_MS, |minutes| minutes.0 * MINUTE_MS),
                text: Some(text("$.hand_over.text", person_text, PERSON_TEXT, compiler)),
            },
            erasure: text("$.erasure.text", erase_text, ERASURE_TEXT, compiler),
            words,
        }
    }

    /// What folded words mean in this office.
    pub(crate) fn get(&self, folded: &str) -> Option<&Wish> {
        self.words.get(folded)
    }
}
