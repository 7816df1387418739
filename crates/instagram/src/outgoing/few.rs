//! Lists of limited length.

use std::ops::Deref;

/// `MIN` to `MAX` items, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few<T, const MIN: usize, const MAX: usize>(Vec<T>);

/// Too few or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{count} items, {min} to {max} are allowed")]
pub struct CountError {
    /// How many there are.
    pub count: usize,
    /// How many there have to be.
    pub min: usize,
    /// How many there may be.
    pub max: usize,
}

impl<T, const MIN: usize, const MAX: usize> Few<T, MIN, MAX> {
    /// Checks the number of items.
    ///
    /// # Errors
    /// [`CountError`].
    pub fn new(items: Vec<T>) -> Result<Self, CountError> {
        let count = items.len();
        if (MIN..=MAX).contains(&count) { Ok(Self(items)) } else { Err(CountError { count, min: MIN, max: MAX }) }
    }
}

impl<T, const MAX: usize> Default for Few<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> Deref for Few<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> From<Few<T, MIN, MAX>> for Vec<T> {
    fn from(few: Few<T, MIN, MAX>) -> Self {
        few.0
    }
}
