//! A delivery's body, taken apart without understanding it: one broken event must not take its neighbours with it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{AccountId, Element, UnixMillis, json, wire};

/// Most elements taken from one body. Meta batches up to 1000 updates in one POST (fact sheet 1.5); twice that leaves
/// room, and a body of a million tiny elements is stopped before it costs memory or time.
pub const MAX_ELEMENTS: usize = 2_000;

/// A delivery taken apart.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// Its elements, at least one, in the order of the body. Within an entry that mixes them, messages come first, then
    /// standby, then changes, then what stands on the entry itself; payloads without events come last of all.
    pub elements: Vec<Element<'a>>,
}

/// Why a body as a whole yields no elements. It is kept whole, and Meta is told 200: it would send the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsplittable {
    /// Not UTF-8.
    #[error("body is not UTF-8")]
    NotUtf8,
    /// Not JSON, or cut short, or empty.
    #[error("body is not JSON (line {line}, column {column})")]
    NotJson {
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
    },
    /// JSON that holds no event where events are meant.
    #[error("body holds no event")]
    NoEvents,
    /// More than [`MAX_ELEMENTS`].
    #[error("body holds more than {MAX_ELEMENTS} events")]
    TooMany,
}

/// Takes a raw body apart. Expects the signature to be verified already.
///
/// The body is scanned, never built: memory is that of the list of elements, which borrow from `body`.
/// What cannot be placed (an entry without id, an item that is no object) becomes an element all the same, whose
/// [`Element::event`] then says why it is malformed; nothing is dropped. Two things carry no event and are passed over:
/// empty lists, and unknown members beside known ones.
///
/// # Errors
/// [`Unsplittable`]: keep the whole body instead.
pub fn split(body: &[u8]) -> Result<Delivery<'_>, Unsplittable> {
    let text = std::str::from_utf8(body).map_err(|_| Unsplittable::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body: &RawValue = serde_json::from_str(text)
        .map_err(|error| Unsplittable::NotJson { line: error.line(), column: error.column() })?;

    let mut splitter = Splitter { elements: Vec::new(), unplaced: Vec::new() };
    // Documentation prints some samples inside an outer array; real deliveries are one object (fact sheet 3.1).
    let is_array = json::for_each_item(body.get(), |payload| splitter.payload(payload))?.is_some();
    if !is_array {
        splitter.payload(body.get())?;
    }
    splitter.finish()
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    entry: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    time: Option<&'a RawValue>,
    #[serde(borrow)]
    messaging: Option<&'a RawValue>,
    #[serde(borrow)]
    standby: Option<&'a RawValue>,
    #[serde(borrow)]
    changes: Option<&'a RawValue>,
    #[serde(borrow)]
    field: Option<&'a RawValue>,
    #[serde(borrow)]
    changed_fields: Option<&'a RawValue>,
}

struct Splitter<'a> {
    elements: Vec<Element<'a>>,
    /// Payloads without a usable list of entries.
    unplaced: Vec<Element<'a>>,
}

impl<'a> Splitter<'a> {
    fn payload(&mut self, raw: &'a str) -> Result<(), Unsplittable> {
        let before = self.elements.len();
        let mut has_entries = false;
        if let Some(payload) = read_object::<Payload<'a>>(raw) {
            let object = payload.object.and_then(|object| serde_json::from_str::<String>(object.get()).ok());
            let foreign = object.as_deref() != Some("instagram");
            if let Some(entries) = payload.entry {
                has_entries = json::for_each_item(entries.get(), |entry| self.entry(entry, foreign))?.is_some();
            }
        }
        if !has_entries || self.elements.len() == before {
            check_room(&self.unplaced)?;
            self.unplaced.push(unplaced(raw));
        }
        Ok(())
    }

    fn entry(&mut self, raw: &'a str, foreign: bool) -> Result<(), Unsplittable> {
        let Some(entry) = read_object::<Entry<'a>>(raw) else {
            return self.push(unplaced(raw));
        };
        let whole = Element {
            account: entry.id.and_then(|id| wire::id::<AccountId>(id.get())),
            entry_time: entry.time.and_then(|time| serde_json::from_str::<UnixMillis>(time.get()).ok()),
            standby: false,
            foreign,
            raw,
        };
        let before = self.elements.len();
        let mut all_read = true;
        let lists = [(entry.messaging, false), (entry.standby, true), (entry.changes, false)];
        for (list, standby) in lists.into_iter().filter_map(|(list, standby)| Some((list?.get(), standby))) {
            let part = |raw| Element { raw, standby, ..whole.clone() };
            if json::for_each_item(list, |item| self.push(part(item)))?.is_some() {
                continue;
            }
            // One object where a list is meant is read as a list of one.
            if json::is_object(list) {
                self.push(part(list))?;
            } else {
                all_read = false;
            }
        }
        // What stands on the entry itself can only be kept together with its id and time: as the whole entry.
        let has_own_event = entry.field.is_some() || entry.changed_fields.is_some();
        let is_otherwise_empty = self.elements.len() == before;
        if has_own_event || is_otherwise_empty || !all_read {
            self.push(whole)?;
        }
        Ok(())
    }

    fn push(&mut self, element: Element<'a>) -> Result<(), Unsplittable> {
        check_room(&self.elements)?;
        self.elements.push(element);
        Ok(())
    }

    fn finish(mut self) -> Result<Delivery<'a>, Unsplittable> {
        if self.elements.is_empty() {
            return Err(Unsplittable::NoEvents);
        }
        self.elements.append(&mut self.unplaced);
        Ok(Delivery { elements: self.elements })
    }
}

fn check_room(elements: &[Element<'_>]) -> Result<(), Unsplittable> {
    if elements.len() < MAX_ELEMENTS { Ok(()) } else { Err(Unsplittable::TooMany) }
}

/// An element that says nothing about itself: malformed by definition, kept by its bytes.
fn unplaced(raw: &str) -> Element<'_> {
    Element { account: None, entry_time: None, standby: false, foreign: false, raw }
}

/// Reads an object of the envelope; none if it is something else, or names one of its members twice.
fn read_object<'a, T: Deserialize<'a>>(raw: &'a str) -> Option<T> {
    if json::is_object(raw) { serde_json::from_str(raw).ok() } else { None }
}
