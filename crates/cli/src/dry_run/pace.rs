//! How much of Meta's limits a set of replies would take.

use automation::{AskedFor, Decision, Intended, ReplyAction};
use instagram::limits::{
    LIVE_PRIVATE_REPLIES_PER_SECOND, MEDIA_PER_SECOND, PRIVATE_REPLIES_PER_HOUR, TEXTS_PER_SECOND,
};
use instagram::outgoing::{Content, MediaKind};

const SECOND_MS: i64 = 1_000;
const HOUR_MS: i64 = 3_600_000;

/// When replies would be wanted, by the limit that they count towards, in milliseconds since 1970.
///
/// They are counted when the events happened that they answer; the outbox spreads what is too much.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    private: Vec<i64>,
    live: Vec<i64>,
    messages: Vec<i64>,
    media: Vec<i64>,
}

/// The most of one kind that was wanted in one span of time, where Meta limits it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Worst {
    /// What, and in what time.
    pub(crate) what: &'static str,
    /// How many, and since when, in milliseconds since 1970.
    pub(crate) most: usize,
    pub(crate) since: Option<i64>,
    /// How many Meta takes, if it says so.
    pub(crate) limit: Option<u32>,
}

impl Pace {
    /// Counts what was decided about an event that happened at this moment.
    pub(crate) fn add(&mut self, decision: &Decision, is_live: bool, at: i64) {
        for Intended { action, .. } in &decision.replies {
            match action {
                ReplyAction::Message { content, .. } if is_media(content) => self.media.push(at),
                ReplyAction::Message { .. } => self.messages.push(at),
                ReplyAction::PrivateReply { .. } => self.add_private(is_live, at),
                // Meta names no number for these beside the app's calls per hour.
                ReplyAction::PublicReply { .. } => {}
            }
        }
        // The answer that is asked for is a text, as is what is sent in its place.
        match decision.ask.as_ref().map(|ask| &ask.to) {
            Some(AskedFor::Person(_)) => self.messages.push(at),
            Some(AskedFor::PrivateReply(_)) => self.add_private(is_live, at),
            Some(AskedFor::PublicReply { .. }) | None => {}
        }
    }

    fn add_private(&mut self, is_live: bool, at: i64) {
        if is_live { &mut self.live } else { &mut self.private }.push(at);
    }

    pub(crate) fn worst(&mut self) -> [Worst; 5] {
        let all = |lists: &[&Vec<i64>]| lists.iter().flat_map(|list| list.iter().copied()).collect::<Vec<_>>();
        let mut direct = all(&[&self.messages, &self.media]);
        [
            worst("private replies in an hour", &mut self.private, HOUR_MS, Some(PRIVATE_REPLIES_PER_HOUR)),
            worst("messages in an hour", &mut direct, HOUR_MS, None),
            worst("texts, cards and links in a second", &mut self.messages, SECOND_MS, Some(TEXTS_PER_SECOND)),
            worst("audio and video in a second", &mut self.media, SECOND_MS, Some(MEDIA_PER_SECOND)),
            worst(
                "private replies to live comments in a second",
                &mut self.live,
                SECOND_MS,
                Some(LIVE_PRIVATE_REPLIES_PER_SECOND),
            ),
        ]
    }
}

fn is_media(content: &Content) -> bool {
    matches!(content, Content::Media { kind: MediaKind::Audio | MediaKind::Video, .. })
}

/// The fullest window of this length, wherever it begins.
fn worst(what: &'static str, times: &mut [i64], window_ms: i64, limit: Option<u32>) -> Worst {
    times.sort_unstable();
    let (mut most, mut since, mut first) = (0, None, 0);
    for (last, at) in times.iter().enumerate() {
        while times[first] <= at - window_ms {
            first += 1;
        }
        if last + 1 - first > most {
            (most, since) = (last + 1 - first, Some(times[first]));
        }
    }
    Worst { what, most, since, limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_hour_may_begin_at_any_moment() {
        let minute = 60_000;
        let cases: [(&str, Vec<i64>, usize, Option<i64>); 5] = [
            ("nothing", vec![], 0, None),
            ("one", vec![5], 1, Some(5)),
            ("across the full hour", vec![50 * minute, 59 * minute, 61 * minute, 200 * minute], 3, Some(50 * minute)),
            ("an hour apart is another hour", vec![0, 60 * minute], 1, Some(0)),
            ("in any order", vec![300 * minute, 299 * minute, 0], 2, Some(299 * minute)),
        ];
        for (case, mut times, most, since) in cases {
            let found = worst("", &mut times, HOUR_MS, None);
            assert_eq!((found.most, found.since), (most, since), "{case}");
        }
    }
}
