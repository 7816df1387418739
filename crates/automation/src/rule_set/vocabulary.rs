//! Every folded word that any rule looks for, as a number, so that a text is folded once and compared by numbers.

use std::collections::HashMap;

use crate::fold::fold;

/// Words of the rules and their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary(HashMap<String, u32>);

/// Stands for every word that no rule looks for.
const STRANGE: u32 = u32::MAX;

/// One or more words in a row.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    /// As the rule's author wrote it.
    pub(crate) written: String,
    words: Box<[u32]>,
}

impl Vocabulary {
    /// Learns a phrase; `folded` is what folding left of it.
    pub(super) fn learn(&mut self, written: String, folded: &str) -> Phrase {
        let mut words = Vec::new();
        for word in folded.split(' ') {
            // A document of 256 KB cannot hold as many words as there are numbers.
            let next = u32::try_from(self.0.len()).unwrap_or(STRANGE);
            words.push(*self.0.entry(word.to_owned()).or_insert(next));
        }
        Phrase { written, words: words.into() }
    }

    /// Folds a text into the numbers of its words.
    pub(crate) fn read(&self, text: &str) -> KnownWords {
        let in_order: Vec<u32> =
            fold(text).split(' ').map(|word| self.0.get(word).copied().unwrap_or(STRANGE)).collect();
        let mut sorted = in_order.clone();
        sorted.sort_unstable();
        sorted.dedup();
        KnownWords { in_order, sorted }
    }
}

/// The words of a text, as far as rules look for them.
#[derive(Debug)]
pub(crate) struct KnownWords {
    in_order: Vec<u32>,
    /// The same without doubles: most phrases are ruled out here.
    sorted: Vec<u32>,
}

impl KnownWords {
    /// Whether the phrase's words stand in the text, next to each other and in this order.
    pub(crate) fn hold(&self, phrase: &Phrase) -> bool {
        phrase.words.iter().all(|word| self.sorted.binary_search(word).is_ok())
            && (phrase.words.len() == 1 || self.in_order.windows(phrase.words.len()).any(|row| *row == *phrase.words))
    }
}
