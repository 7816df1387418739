//! What was shown already.

use std::collections::{HashSet, VecDeque};

/// Most ids kept, the latest: some ten megabytes. What is told twice is told twice within minutes, and a look that takes
/// nothing finds some hundreds.
const MOST: usize = 100_000;

/// The ids of what was shown.
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    /// Remembers an id. True if it was not there.
    pub(super) fn is_new(&mut self, id: String) -> bool {
        if !self.ids.insert(id.clone()) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_and_memory_has_an_end() {
        let mut seen = Seen::default();
        assert!(seen.is_new("first".to_owned()));
        assert!(!seen.is_new("first".to_owned()));
        for number in 0..MOST {
            assert!(seen.is_new(number.to_string()));
        }
        assert_eq!((seen.ids.len(), seen.order.len()), (MOST, MOST));
        assert!(seen.is_new("first".to_owned()), "forgotten by now");
    }
}
