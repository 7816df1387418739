//! What the records of a batch add up to, counted by groups that run side by side.

use std::sync::{Mutex, PoisonError};

use boot::Sheet;

/// The batch's metrics in the making.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Sheet>);

impl Tally {
    pub(crate) fn count(&self, name: &'static str, by: usize) {
        let mut sheet = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sheet.count(name, u64::try_from(by).unwrap_or(u64::MAX));
    }

    pub(crate) fn into_sheet(self) -> Sheet {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
