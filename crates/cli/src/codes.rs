//! The codes of the table in plain words: the one place that has words for all of them.

/// Why a reply waits, failed, is in doubt or is parked, and how it is known to be sent.
///
/// A code may end in Meta's numbers: `window/10/2534022` is the error code and its subcode.
pub(crate) const REPLY: &[(&str, &str)] = &[
    // How a reply is known to be out.
    ("sent", "Meta took it and named the message"),
    ("found", "Meta's answer was lost; the message was found in the conversation, or below the comment"),
    ("echo", "Meta's answer was lost; the message came back with this reply's name"),
    ("echo_text", "Meta's answer was lost; a message with the same words came back after the attempt"),
    ("inferred", "Meta refuses a second private reply: the first one, whose answer was lost, is there"),
    ("resolved_sent", "a person said that it is out"),
    // Why it waits.
    ("waits", "its time has not come"),
    ("waits_turn", "another reply goes first in this conversation"),
    ("waits_people", "somebody outside is asked for its words, or has to release them"),
    ("waits_pace", "Meta allows so many an hour or second; it has its moment"),
    ("waits_throttled", "Meta asked the account or the app to slow down"),
    ("waits_token", "the account's token is dead or missing: the account must be connected again"),
    ("waits_restricted", "Meta does not let the account send for a while"),
    ("under_way", "an attempt is under way"),
    ("throttled", "Meta refused: too many calls"),
    ("unreachable", "the request did not reach Meta"),
    ("attachment", "Meta could not fetch the picture or file"),
    ("token", "Meta does not take the account's token any more"),
    ("feature_missing", "the app lacks a capability"),
    ("permission_missing", "a permission is missing or was withdrawn"),
    ("message_access_off", "the account's owner switched off access to messages"),
    ("testers_only", "the app may write to its testers only"),
    ("sending_blocked", "sending through the API is blocked for the account"),
    ("restricted", "Meta restricted the account for a while"),
    ("login_needed", "Meta restricted the account until its owner logs in"),
    ("policy_block", "Meta blocked the account by policy"),
    ("resolved_resend", "a person wants it sent (again)"),
    // Why nobody knows whether it is out.
    ("no_answer", "the request left and no answer came"),
    ("server_error", "Meta's server failed on the request"),
    ("not_sure", "Meta says that it may or may not have been done"),
    ("created_unnamed", "Meta made it and did not name it"),
    ("unreadable", "Meta's answer cannot be read"),
    ("unlisted", "Meta's answer is in no list of errors"),
    ("lease_over", "whoever tried stopped before recording how it ended"),
    ("settling", "Meta is given time to show it before anybody looks"),
    ("no_evidence", "Meta does not answer the question whether it is there"),
    ("not_found", "it is not there"),
    // Why only a person can tell.
    ("several_candidates", "several messages could be it"),
    ("other_messages", "it shows no words, and a message that shows some might be it"),
    ("clocks_differ", "a message that could be it seems older than the attempt"),
    ("history_too_long", "Meta no longer shows everything since the attempt"),
    ("words_gone", "its words were erased with those it answers: there is nothing to look for"),
    ("comment_gone", "the comment it belongs to is not there any more"),
    // Why it will not be sent.
    ("cancelled", "sending was stopped, the person wants no automatic answers, or the message was unsent"),
    ("paused", "somebody of the office is talking in this conversation"),
    ("expired", "it would have come too late"),
    ("window", "Meta's window for answers was closed"),
    ("not_owner", "another app holds the conversation"),
    ("already_replied", "the comment has its one private reply"),
    ("comment_unusable", "Meta takes no private reply to this comment"),
    ("person_unavailable", "the person takes no messages now"),
    ("no_such_person", "this account knows no such person"),
    ("no_consent", "the person has not consented to messages"),
    ("thread_gone", "the conversation was archived or deleted"),
    ("object_missing", "what it answers is gone or cannot be seen"),
    ("message_deleted", "the message it answers was deleted"),
    ("activity_unanswerable", "this cannot be answered"),
    ("messages_disabled", "messages are disabled there"),
    ("invalid_parameter", "Meta calls the request malformed: ours to mend"),
    ("several_images", "several images at once are not enabled for this account"),
    ("thread_owner_related", "something about who holds the conversation"),
    ("unexplained", "Meta refused and did not say why"),
    ("too_long", "its text does not fit Meta's limits"),
    ("no_address", "it is addressed to nobody that it can reach"),
    ("no_token", "the account has no token"),
    ("earlier_step", "a reply before it, of the same event, did not go out"),
    ("resolved_drop", "a person decided that it is not sent"),
    ("no_answer_given", "nobody gave it words in time, and it has none of its own"),
    ("dropped", "it was a draft, and a person dropped it"),
];

/// Why an event was answered, or not: codes of `automation`, and the worker's own.
pub(crate) const DECISION: &[(&str, &str)] = &[
    ("answered", "a reply was planned"),
    ("by_hand", "somebody of the office wrote it"),
    ("asked", "the office's system was asked for an answer"),
    ("handled", "handled without a reply"),
    ("observed", "would be answered, but the account only observes, or its sending was stopped"),
    ("silenced", "the person wants no more automatic answers"),
    ("returned", "the person wants automatic answers again"),
    ("handed_over", "the person wants to talk to a person"),
    ("erasure_requested", "the person wants their data erased"),
    ("opted_out", "the person had asked for no automatic answers"),
    ("paused", "somebody of the office was talking in this conversation"),
    ("not_our_thread", "another app holds the conversation"),
    ("window_closed", "Meta's window for an answer was closed"),
    ("too_old", "it was too late for an answer to make sense"),
    ("private_reply_taken", "the comment already had its one private reply"),
    ("plan_full", "one event has no more replies than it got"),
    ("quiet", "the office kept silent at this time"),
    ("loop", "too many automatic replies in ten minutes, as between two machines"),
    ("text_too_long", "with its blanks filled the text had more than 1000 bytes"),
    ("no_match", "no rule matched"),
    ("no_rules", "the account had no rules"),
    ("off", "the account is switched off"),
    ("not_a_trigger", "no rule answers events of this kind"),
    ("own_message", "the account itself wrote it"),
    ("author_unknown", "the comment names no author, it might be the account's own"),
    ("standby", "another app was in control of the conversation"),
    ("test", "a sample from the app's dashboard"),
    ("unsent", "unsent or erased before it could be answered"),
];

/// What became of the search for a message that Meta only hinted at: codes of `caretaker`.
pub(crate) const SEARCH: &[(&str, &str)] = &[
    ("enqueued", "found, and handed to the worker like any other"),
    ("already_here", "the message itself had come"),
    ("own", "the account itself wrote it"),
    ("missing", "Meta does not show it"),
    ("given_up", "Meta did not answer for a day"),
    ("former_account", "the account is not connected any more"),
    ("off", "the account is switched off"),
];

/// The code and what it means.
pub(crate) fn told(table: &[(&str, &str)], code: &str) -> String {
    let mut parts = code.split('/');
    let name = parts.next().unwrap_or_default();
    let Some((_, words)) = table.iter().find(|(known, _)| *known == name) else {
        return format!("{code} (a code of another version)");
    };
    let numbers: Vec<&str> = parts.collect();
    match numbers.as_slice() {
        [] => format!("{name}: {words}"),
        [error] => format!("{name}: {words} (Meta's code {error})"),
        [error, subcode, ..] => format!("{name}: {words} (Meta's code {error}, subcode {subcode})"),
    }
}

#[cfg(test)]
mod tests;
