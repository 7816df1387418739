//! Folding: what two spellings of the same words have in common.
//!
//! A word is a run of letters and digits; every other character ends it, so `oi.tudo` is two words (people leave out
//! the space after a full stop, which the text segmentation of Unicode's annex 29 would join). Pictures and symbols are
//! words of one character: "comente 🔥" is a common call to action.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::short_forms::long_form;

/// The words of a text, separated by single spaces, without what a hurried writer changes.
///
/// Compatibility forms become plain letters (`𝗢𝗶` → `oi`, `1️⃣3️⃣` → `13`), accents, invisible characters and skin tones go,
/// capitals become small, repeated letters single, short forms long. Folding twice is folding once.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = Folded { text: String::with_capacity(text.len()), word: Vec::new() };
    for c in text.nfkd().filter(|c| !vanishes(*c)).flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            folded.word.push(c);
        } else {
            folded.end_word();
            if is_picture(c) {
                folded.push_picture(c);
            }
        }
    }
    folded.end_word();
    folded.text
}

struct Folded {
    text: String,
    /// The word being read.
    word: Vec<char>,
}

impl Folded {
    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        self.space();
        let start = self.text.len();
        push_single_letters(&self.word, &mut self.text);
        if let Some(long) = self.text.get(start..).and_then(long_form) {
            self.text.truncate(start);
            self.text.push_str(long);
        }
        self.word.clear();
    }

    /// A row of the same picture counts once, like a row of the same letter.
    fn push_picture(&mut self, picture: char) {
        if !self.text.ends_with(picture) {
            self.space();
            self.text.push(picture);
        }
    }

    fn space(&mut self) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
    }
}

/// Writes a word with each row of one letter made single.
///
/// Portuguese doubles only `r` and `s` so that it matters (`carro`, `caro`), and only between vowels: there a row of
/// them stays a pair, so that `isssso` is `isso` but `simsss` is `sims`. Digits are never joined: 22 is not 2.
fn push_single_letters(word: &[char], into: &mut String) {
    let mut end = 0;
    let mut before = None;
    for row in word.chunk_by(|a, b| a == b) {
        end += row.len();
        let Some(&letter) = row.first() else { continue };
        let between_vowels = before.is_some_and(is_vowel) && word.get(end).copied().is_some_and(is_vowel);
        let kept = match letter {
            'r' | 's' if between_vowels => row.len().min(2),
            _ if letter.is_alphabetic() => 1,
            _ => row.len(),
        };
        into.extend(row.iter().take(kept));
        before = Some(letter);
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

/// Accents, variation selectors, key caps, skin tones and characters without width: seen by nobody as a letter.
fn vanishes(c: char) -> bool {
    is_combining_mark(c)
        || matches!(c,
            '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e007f}')
}

/// The blocks of arrows, symbols, dingbats and emoji. Letters inside them were taken as letters before.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_the_same_words_fold_to_the_same_text() {
        let cases = [
            ("capitals", "AGENDA", "agenda"),
            ("accents", "São João é AÇÃO", "sao joao e acao"),
            ("accents as separate characters", "voce\u{302}", "voce"),
            ("a tilde alone on n", "mañana", "manana"),
            ("repeated vowels", "oiiiii", "oi"),
            ("a doubled vowel", "oii", "oi"),
            ("repeated consonants", "legallll", "legal"),
            ("rr between vowels is another word than r", "carro caro", "carro caro"),
            ("a long row of s between vowels is a pair", "isssssso", "isso"),
            ("no pair at the end of a word", "simsss serrrr", "sims ser"),
            ("no pair beside a consonant", "messsmo", "mesmo"),
            ("a doubled vowel of the dictionary folds on both sides", "reeleição", "releicao"),
            ("digits are never joined", "22 e 1000", "22 e 1000"),
            ("laughter is one letter", "kkkkkkk", "k"),
            ("vc", "vc vcs", "voce voces"),
            ("q", "o q é", "o que e"),
            ("oq in one word", "oq é", "o que e"),
            ("tb, tbm", "tb tbm", "tambem tambem"),
            ("pq and porque are one", "pq porque por quê", "por que por que por que"),
            ("obg", "obg", "obrigado"),
            ("blz", "Blzzz", "beleza"),
            ("a short form with repeated letters", "vdd vcc", "verdade voce"),
            ("no short form inside a word", "aqvcb", "aqvcb"),
            ("a full stop without space", "oi.tudo bem?", "oi tudo bem"),
            ("a hyphen", "vice-prefeito", "vice prefeito"),
            ("an apostrophe", "d'água", "d agua"),
            ("an underscore", "quero_agora", "quero agora"),
            ("a hashtag and a mention", "#agenda @fulano", "agenda fulano"),
            ("letters in fancy dress", "𝗔𝗴𝗲𝗻𝗱𝗮 Ⓐ ｏｉ", "agenda a oi"),
            ("key caps", "1️⃣3️⃣", "13"),
            ("an emoji is a word", "quero🔥já", "quero 🔥 ja"),
            ("a row of emoji is one", "🔥🔥🔥", "🔥"),
            ("an emoji with a skin tone", "👍🏽", "👍"),
            ("an emoji with and without its variation selector", "❤️ ❤", "❤"),
            ("a joined emoji falls into its parts", "👨\u{200d}🌾", "👨 🌾"),
            ("characters without width", "a\u{200b}gen\u{ad}da", "agenda"),
            ("right-to-left marks", "\u{202e}oi\u{202c}", "oi"),
            ("another script", "Привет", "привет"),
            ("nothing but signs", "?! ... --", ""),
            ("nothing", "", ""),
        ];
        for (case, text, folded) in cases {
            assert_eq!(fold(text), folded, "{case}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn folded_words_are_separated_by_single_spaces(text in any::<String>()) {
            let folded = fold(&text);
            prop_assert!(folded.is_empty() || folded.split(' ').all(|word| !word.is_empty()));
        }
    }
}
