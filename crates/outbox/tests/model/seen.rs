//! The fingerprints found, numbered as they were.

/// Marks a free place in the table.
const FREE: u32 = u32::MAX;

/// A hash table with open addressing. Unlike the standard map it also leads from a number back to its fingerprint, in 16
/// to 24 bytes for each.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    fingerprints: Vec<u64>,
    /// Numbers of fingerprints; its length is a power of two, and at most half of it is used.
    places: Vec<u32>,
}

impl Seen {
    /// The number of a fingerprint, and whether it is new.
    pub(crate) fn insert(&mut self, fingerprint: u64) -> (u32, bool) {
        if self.fingerprints.len() * 2 >= self.places.len() {
            self.grow();
        }
        let place = self.place(fingerprint);
        let known = self.places[place];
        if known != FREE {
            return (known, false);
        }
        let number = u32::try_from(self.fingerprints.len()).expect("memory ends before");
        self.places[place] = number;
        self.fingerprints.push(fingerprint);
        (number, true)
    }

    pub(crate) fn fingerprint(&self, number: u32) -> u64 {
        self.fingerprints[number as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// Where a fingerprint is, or would be.
    fn place(&self, fingerprint: u64) -> usize {
        let mask = self.places.len() - 1;
        let mut place = fingerprint as usize & mask;
        while self.places[place] != FREE && self.fingerprints[self.places[place] as usize] != fingerprint {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        self.places = vec![FREE; (self.places.len() * 2).max(1 << 16)];
        for number in 0..self.fingerprints.len() {
            let place = self.place(self.fingerprints[number]);
            self.places[place] = u32::try_from(number).expect("memory ends before");
        }
    }
}
