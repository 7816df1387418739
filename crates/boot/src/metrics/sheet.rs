//! What one call has to say.

use super::catalogue::{Kind, Metric};

/// What one call has to say: numbers, and words that explain them.
///
/// Metrics come from catalogues and words are `&'static str`, so that nothing that came from outside can become a metric or
/// be printed here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    pub(super) values: Vec<(Metric, Value)>,
    pub(super) words: Vec<(&'static str, &'static str)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Of a count or a level.
    One(u64),
    /// Of a distribution, in the order in which they were observed.
    Many(Vec<u64>),
}

impl Sheet {
    /// Adds to a count.
    pub fn count(&mut self, metric: Metric, by: u64) {
        debug_assert_eq!(metric.kind(), Kind::Count, "{}", metric.name());
        if by == 0 {
            return;
        }
        match self.value(metric) {
            Some(Value::One(count)) => *count = count.saturating_add(by),
            _ => self.values.push((metric, Value::One(by))),
        }
    }

    /// Sets how much there is of something, nothing included: a gap would read as "not looked".
    pub fn level(&mut self, metric: Metric, value: u64) {
        debug_assert_eq!(metric.kind(), Kind::Level, "{}", metric.name());
        match self.value(metric) {
            Some(Value::One(level)) => *level = value,
            _ => self.values.push((metric, Value::One(value))),
        }
    }

    /// Adds one more value to a distribution.
    pub fn observe(&mut self, metric: Metric, value: u64) {
        debug_assert_eq!(metric.kind(), Kind::Distribution, "{}", metric.name());
        match self.value(metric) {
            Some(Value::Many(values)) => values.push(value),
            _ => self.values.push((metric, Value::Many(vec![value]))),
        }
    }

    /// Adds what another sheet says. Of levels and words told twice, the other's stand.
    pub fn add(&mut self, other: Self) {
        for (metric, value) in other.values {
            match (value, metric.kind()) {
                (Value::One(level), Kind::Level) => self.level(metric, level),
                (Value::One(by), _) => self.count(metric, by),
                (Value::Many(values), _) => values.into_iter().for_each(|value| self.observe(metric, value)),
            }
        }
        for (name, word) in other.words {
            self.word(name, word);
        }
    }

    /// Whether there is a number for this metric.
    pub fn has(&self, metric: Metric) -> bool {
        self.values.iter().any(|(known, _)| *known == metric)
    }

    /// Sets a word that can be searched for beside the numbers but is no dimension, and so costs no metric of its own.
    pub fn word(&mut self, name: &'static str, word: &'static str) {
        match self.words.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = word,
            None => self.words.push((name, word)),
        }
    }

    fn value(&mut self, metric: Metric) -> Option<&mut Value> {
        self.values.iter_mut().find(|(known, _)| *known == metric).map(|(_, value)| value)
    }
}
