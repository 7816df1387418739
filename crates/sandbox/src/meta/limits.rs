//! Meta's rate limits per account, counted over sliding windows (fact sheet 4.5).

use std::collections::{HashMap, VecDeque};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Limit {
    /// Messages without audio or video, and reactions: 100 a second.
    Texts,
    /// Audio and video: 10 a second.
    Streams,
    /// Private replies to posts and reels: 750 an hour.
    PrivateReplies,
    /// Private replies to live comments: 100 a second.
    LivePrivateReplies,
    /// Reading conversations: 2 a second.
    Conversations,
}

impl Limit {
    /// How many, within how many milliseconds.
    const fn allowance(self) -> (usize, i64) {
        match self {
            Self::Texts | Self::LivePrivateReplies => (100, 1_000),
            Self::Streams => (10, 1_000),
            Self::PrivateReplies => (750, 3_600_000),
            Self::Conversations => (2, 1_000),
        }
    }
}

/// When each account used each limit.
#[derive(Debug, Default)]
pub(super) struct Limits {
    used: HashMap<(String, Limit), VecDeque<i64>>,
}

impl Limits {
    /// Counts one use at `now`, unless the limit is reached: then nothing is counted and `false` comes back.
    pub(super) fn take(&mut self, account: &str, limit: Limit, now: i64) -> bool {
        let (most, window) = limit.allowance();
        let uses = self.used.entry((account.to_owned(), limit)).or_default();
        while uses.front().is_some_and(|at| *at <= now - window) {
            uses.pop_front();
        }
        if uses.len() >= most {
            return false;
        }
        uses.push_back(now);
        true
    }

    /// Milliseconds until the account may use every limit again.
    pub(super) fn wait_ms(&self, account: &str, now: i64) -> i64 {
        let waits = self.used.iter().filter(|((who, _), _)| who == account).filter_map(|((_, limit), uses)| {
            let (most, window) = limit.allowance();
            let recent: Vec<i64> = uses.iter().copied().filter(|at| *at > now - window).collect();
            (recent.len() >= most).then(|| recent.first().map_or(0, |oldest| oldest + window - now))
        });
        waits.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_reached_within_its_window_and_free_again_after_it() {
        let mut limits = Limits::default();
        assert!(limits.take("1", Limit::Conversations, 1_000));
        assert!(limits.take("1", Limit::Conversations, 1_400));
        assert!(!limits.take("1", Limit::Conversations, 1_999), "the third within a second");
        assert_eq!(limits.wait_ms("1", 1_999), 1, "until the first has left the window");
        assert!(limits.take("2", Limit::Conversations, 1_999), "another account");
        assert!(limits.take("1", Limit::Texts, 1_999), "another limit");
        assert!(limits.take("1", Limit::Conversations, 2_000), "the first has left the window");
    }
}
