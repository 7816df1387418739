//! Subscribing to as many fields as Meta takes: one name that it does not know refuses the whole list.

use std::collections::VecDeque;

use instagram::AccountId;
use secrecy::SecretString;

use crate::{Graph, Refusal, SendError};

/// What an account is subscribed to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    /// The names Meta took.
    pub fields: Vec<String>,
    /// The names Meta refused, alone beside names that it takes.
    pub refused: Vec<String>,
}

impl Graph {
    /// Subscribes an account to `wanted`, without the names that Meta refuses. `held` is what it is subscribed to by now,
    /// as far as that is known.
    ///
    /// One call where Meta takes the whole list. Otherwise one more for each name that it is not known to take: Meta says
    /// which one it means in words alone, and those we do not read. A list replaces the one before, so the list only ever
    /// grows: an account is never without what it had of `wanted`.
    ///
    /// # Errors
    /// Any refusal that is not about a name, and Meta's own where it takes not even one of them.
    pub async fn subscribe_as_far_as_possible(
        &self,
        token: &SecretString,
        account: &AccountId,
        wanted: &[&str],
        held: &[&str],
    ) -> Result<Subscribed, SendError> {
        let mut search = Search::new(wanted, held);
        let mut refusal = None;
        while let Some(list) = search.next() {
            match self.subscribe(token, account, &list).await.result {
                Ok(()) => search.taken(),
                Err(error) if is_about_a_name(&error) => {
                    search.refused();
                    refusal = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        match refusal {
            Some(error) if search.took_none() => Err(error),
            _ => Ok(search.into_outcome()),
        }
    }
}

/// Code 100 without a subcode: a name in the list, as far as this call knows.
fn is_about_a_name(error: &SendError) -> bool {
    matches!(error, SendError::Refused { reason: Refusal::InvalidParameter, .. })
}

/// Which list to try next: pure.
#[derive(Debug)]
struct Search<'a> {
    /// What Meta takes, as far as that is known.
    base: Vec<&'a str>,
    /// Names to be tried beside those.
    open: VecDeque<&'a str>,
    refused: Vec<&'a str>,
    /// How many names of `open` the list under way adds.
    adds: usize,
    /// A list that Meta took stands.
    stands: bool,
}

impl<'a> Search<'a> {
    fn new(wanted: &[&'a str], held: &[&str]) -> Self {
        let (base, open): (Vec<&str>, Vec<&str>) = wanted.iter().partition(|name| held.contains(name));
        let adds = open.len();
        Self { base, open: open.into(), refused: Vec::new(), adds, stands: false }
    }

    fn next(&self) -> Option<Vec<&'a str>> {
        let is_over = self.stands && self.open.is_empty();
        let list: Vec<&str> = self.base.iter().chain(self.open.iter().take(self.adds)).copied().collect();
        (!is_over && !list.is_empty()).then_some(list)
    }

    fn taken(&mut self) {
        self.base.extend(self.open.drain(..self.adds));
        self.stands = true;
        self.adds = self.open.len().min(1);
    }

    fn refused(&mut self) {
        match self.adds {
            // What it is said to be subscribed to is refused as a whole: nothing is known, then.
            0 => self.open.extend(self.base.drain(..)),
            1 => self.refused.extend(self.open.pop_front()),
            _ => {}
        }
        self.adds = self.open.len().min(1);
        if self.open.is_empty() && self.base.is_empty() {
            self.stands = true;
        }
    }

    fn took_none(&self) -> bool {
        self.base.is_empty()
    }

    fn into_outcome(self) -> Subscribed {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        Subscribed { fields: owned(self.base), refused: owned(self.refused) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Names = &'static [&'static str];
    /// Wanted, held, taken; what is tried; refused in the end.
    type Case = (&'static str, Names, Names, Names, Names, Names);

    /// Plays the search against a Meta that takes these names, and says what it tried.
    fn play(wanted: &[&str], held: &[&str], takes: &[&str]) -> (Subscribed, Vec<String>) {
        let mut search = Search::new(wanted, held);
        let mut tried = Vec::new();
        while let Some(list) = search.next() {
            assert!(tried.len() < 20, "{tried:?}");
            tried.push(list.join(","));
            if list.iter().all(|name| takes.contains(name)) { search.taken() } else { search.refused() }
        }
        (search.into_outcome(), tried)
    }

    #[test]
    fn names_are_tried_beside_those_that_meta_takes_and_only_where_need_be() {
        let cases: [Case; 7] = [
            ("all are taken", &["a", "b"], &[], &["a", "b"], &["a,b"], &[]),
            ("all are held: said again all the same", &["a", "b"], &["b", "a", "x"], &["a", "b"], &["a,b"], &[]),
            ("one is refused", &["a", "b", "c"], &[], &["a", "c"], &["a,b,c", "a", "a,b", "a,c"], &["b"]),
            (
                "one is refused beside what is held",
                &["a", "b", "c"],
                &["a", "c"],
                &["a", "c"],
                &["a,c,b", "a,c"],
                &["b"],
            ),
            ("the first is refused", &["a", "b"], &[], &["b"], &["a,b", "a", "b"], &["a"]),
            ("what is held is refused by now", &["a", "b"], &["a", "b"], &["a"], &["a,b", "a", "a,b"], &["b"]),
            ("none is taken", &["a", "b"], &[], &[], &["a,b", "a", "b"], &["a", "b"]),
        ];
        for (case, wanted, held, takes, expected, refused) in cases {
            let (outcome, tried) = play(wanted, held, takes);
            assert_eq!(tried.join(" | "), expected.join(" | "), "{case}");
            assert_eq!(outcome.refused, refused, "{case}");
            assert!(outcome.fields.iter().all(|name| takes.contains(&&**name)), "{case}");
        }
    }
}
