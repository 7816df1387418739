//! What lies in the quarantine queue, its parts put together.

use std::collections::BTreeMap;

use anyhow::Result;
use job::replay::{NotReplayable, jobs};
use job::{Job, Quarantined};

use crate::queues::Queues;

/// Something kept, by its parts.
pub(super) struct Kept {
    /// What its messages say of it; they all say the same.
    pub(super) about: Quarantined,
    parts: BTreeMap<u32, Quarantined>,
    /// Of all its messages, doubles too.
    pub(super) handles: Vec<String>,
}

impl Kept {
    /// How many of its parts are here.
    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// The jobs in it.
    pub(super) fn jobs(&self) -> Result<Vec<Job>, String> {
        if u32::try_from(self.parts.len()) != Ok(self.about.parts) {
            return Err("some of its parts are not here".to_owned());
        }
        let mut bytes = Vec::new();
        for part in self.parts.values() {
            bytes.extend(part.bytes().map_err(|error| error.to_string())?);
        }
        jobs(&self.about, &bytes).map_err(|why: NotReplayable| why.to_string())
    }

    /// Takes it out of the queue.
    pub(super) async fn delete(&self, queues: &Queues) -> Result<()> {
        for handle in &self.handles {
            queues.place.delete(&queues.kept_url, handle).await?;
        }
        Ok(())
    }
}

/// Receives what is there, the oldest first.
pub(super) async fn gather(queues: &Queues) -> Result<Vec<Kept>> {
    let mut found: BTreeMap<String, Kept> = BTreeMap::new();
    for message in queues.receive().await? {
        // What this version cannot read is a later one's: it comes back into sight by itself.
        let Ok(part) = Quarantined::parse(message.body.as_deref().unwrap_or_default()) else { continue };
        let new = || Kept { about: part.clone(), parts: BTreeMap::new(), handles: Vec::new() };
        let kept = found.entry(part.id.clone()).or_insert_with(new);
        kept.handles.extend(message.receipt_handle);
        kept.parts.insert(part.part, part);
    }
    let mut found: Vec<Kept> = found.into_values().collect();
    found.sort_by_key(|kept| kept.about.received_at.0);
    Ok(found)
}
