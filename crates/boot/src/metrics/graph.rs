//! Calls of the Graph API, counted by whoever makes them: no dimension, so that all functions add up.
//!
//! The words for what a call was for and how it ended are those of the room that makes the calls, which knows nothing of
//! metrics. That every pair of words has its metric is held by a test of `cli`, which knows both sides.

use std::time::Duration;

use super::Metrics;
use super::catalogue::Metric;

crate::catalogue! {
    /// Calls by what they were for and how they ended, and how long they took.
    pub GRAPH: Everywhere;

    /// Messages, sender actions and reactions: done as asked.
    GRAPH_SEND_OK: Count "GraphSendOk";
    /// Messages, sender actions and reactions: refused because a limit is reached.
    GRAPH_SEND_THROTTLED: Count "GraphSendThrottled";
    /// Messages, sender actions and reactions: refused for any reason but a limit or the token.
    GRAPH_SEND_REFUSED: Count "GraphSendRefused";
    /// Messages, sender actions and reactions: refused because the token is dead.
    GRAPH_SEND_TOKEN_DEAD: Count "GraphSendTokenDead";
    /// Messages, sender actions and reactions: without a definite answer: time-out, not reached, 5xx.
    GRAPH_SEND_FAILED: Count "GraphSendFailed";
    /// Messages, sender actions and reactions: how long each took, answered or not.
    GRAPH_SEND_MS: Distribution "GraphSendMs" in Milliseconds;
    /// Private replies to comments: done as asked.
    GRAPH_PRIVATE_OK: Count "GraphPrivateOk";
    /// Private replies to comments: refused because a limit is reached.
    GRAPH_PRIVATE_THROTTLED: Count "GraphPrivateThrottled";
    /// Private replies to comments: refused for any reason but a limit or the token.
    GRAPH_PRIVATE_REFUSED: Count "GraphPrivateRefused";
    /// Private replies to comments: refused because the token is dead.
    GRAPH_PRIVATE_TOKEN_DEAD: Count "GraphPrivateTokenDead";
    /// Private replies to comments: without a definite answer: time-out, not reached, 5xx.
    GRAPH_PRIVATE_FAILED: Count "GraphPrivateFailed";
    /// Private replies to comments: how long each took, answered or not.
    GRAPH_PRIVATE_MS: Distribution "GraphPrivateMs" in Milliseconds;
    /// Replies to comments, hiding and deleting: done as asked.
    GRAPH_PUBLIC_OK: Count "GraphPublicOk";
    /// Replies to comments, hiding and deleting: refused because a limit is reached.
    GRAPH_PUBLIC_THROTTLED: Count "GraphPublicThrottled";
    /// Replies to comments, hiding and deleting: refused for any reason but a limit or the token.
    GRAPH_PUBLIC_REFUSED: Count "GraphPublicRefused";
    /// Replies to comments, hiding and deleting: refused because the token is dead.
    GRAPH_PUBLIC_TOKEN_DEAD: Count "GraphPublicTokenDead";
    /// Replies to comments, hiding and deleting: without a definite answer: time-out, not reached, 5xx.
    GRAPH_PUBLIC_FAILED: Count "GraphPublicFailed";
    /// Replies to comments, hiding and deleting: how long each took, answered or not.
    GRAPH_PUBLIC_MS: Distribution "GraphPublicMs" in Milliseconds;
    /// Reads of conversations, messages, comments, posts and profiles: done as asked.
    GRAPH_READ_OK: Count "GraphReadOk";
    /// Reads of conversations, messages, comments, posts and profiles: refused because a limit is reached.
    GRAPH_READ_THROTTLED: Count "GraphReadThrottled";
    /// Reads of conversations, messages, comments, posts and profiles: refused for any reason but a limit or the token.
    GRAPH_READ_REFUSED: Count "GraphReadRefused";
    /// Reads of conversations, messages, comments, posts and profiles: refused because the token is dead.
    GRAPH_READ_TOKEN_DEAD: Count "GraphReadTokenDead";
    /// Reads of conversations, messages, comments, posts and profiles: without a definite answer: time-out, not reached, 5xx.
    GRAPH_READ_FAILED: Count "GraphReadFailed";
    /// Reads of conversations, messages, comments, posts and profiles: how long each took, answered or not.
    GRAPH_READ_MS: Distribution "GraphReadMs" in Milliseconds;
    /// Calls for tokens, logins, subscriptions and what an account shows: done as asked.
    GRAPH_ACCOUNT_OK: Count "GraphAccountOk";
    /// Calls for tokens, logins, subscriptions and what an account shows: refused because a limit is reached.
    GRAPH_ACCOUNT_THROTTLED: Count "GraphAccountThrottled";
    /// Calls for tokens, logins, subscriptions and what an account shows: refused for any reason but a limit or the token.
    GRAPH_ACCOUNT_REFUSED: Count "GraphAccountRefused";
    /// Calls for tokens, logins, subscriptions and what an account shows: refused because the token is dead.
    GRAPH_ACCOUNT_TOKEN_DEAD: Count "GraphAccountTokenDead";
    /// Calls for tokens, logins, subscriptions and what an account shows: without a definite answer: time-out, not reached, 5xx.
    GRAPH_ACCOUNT_FAILED: Count "GraphAccountFailed";
    /// Calls for tokens, logins, subscriptions and what an account shows: how long each took, answered or not.
    GRAPH_ACCOUNT_MS: Distribution "GraphAccountMs" in Milliseconds;
}

/// The metric for calls that were for `operation` and ended as `class` says, or, with `Ms` for a class, for how long such
/// calls take.
pub fn graph_metric(operation: &str, class: &str) -> Option<Metric> {
    let is_it =
        |name: &str| name.strip_prefix("Graph")?.strip_prefix(operation)?.strip_prefix(class).map(str::is_empty);
    GRAPH.iter().copied().find(|metric| is_it(metric.name()) == Some(true))
}

impl Metrics {
    /// Notes a call of the Graph API for the next line.
    pub fn graph_call(&self, operation: &str, class: &str, took: Duration) {
        self.beside(|sheet| {
            if let Some(metric) = graph_metric(operation, class) {
                sheet.count(metric, 1);
            }
            if let Some(metric) = graph_metric(operation, "Ms") {
                sheet.observe(metric, u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            }
        });
    }
}
