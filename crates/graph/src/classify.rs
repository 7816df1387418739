//! The fact sheet's table 4.7 as a function: from the numbers of an answer to what the caller does.

use std::time::Duration;

use crate::{Condition, Doubt, NotSent, Refusal, Said, Scope, SendError, TokenTrouble, Usage};

/// Shortest wait for "inconsistent volume of requests" (613/1996): the cap of the ordinary doubling, at once.
const LONG_WAIT: Duration = Duration::from_hours(1);

impl SendError {
    /// The meaning of an answer that is not a success, for a call that makes something.
    ///
    /// `wait` is what the headers ask for. A pair of code and subcode that the table does not list is an unknown
    /// outcome, even where the code alone is listed "without subcode"; three codes mean one thing whatever stands
    /// behind them, because they are decided before a request has any effect: 190 (token) and the limits 4 … 80006.
    pub(crate) fn from_refusal(said: Said, wait: Option<Duration>, usage: Usage) -> Self {
        let throttled = |scope, said| Self::Throttled { scope, wait, said };
        let refused = |reason, said| Self::Refused { reason, said };
        let blocked = |condition, said| Self::AccountBlocked { condition, said };
        let dead = |trouble, said| Self::TokenDead { trouble, said };

        // A server that broke down may have done so after the effect; its body is no proof of anything.
        if said.status >= 500 {
            return Self::OutcomeUnknown(Doubt::ServerError(said));
        }
        if said.status < 400 {
            return Self::OutcomeUnknown(Doubt::Unreadable(said));
        }

        match (said.code.unwrap_or_default(), said.subcode) {
            (_, Some(2_018_300)) | (100, Some(2_534_037)) => Self::NotOwner(said),
            (_, Some(2_018_321)) => refused(Refusal::ThreadOwnerRelated, said),

            (1 | 2, _) => Self::OutcomeUnknown(Doubt::SaidMaybe(said)),
            (20, Some(1_772_107)) => Self::OutcomeUnknown(Doubt::CreatedUnnamed(said)),

            (4 | 341, _) => throttled(Scope::App, said),
            (17 | 32 | 80_001 | 80_002 | 80_006, _) => throttled(Scope::Account, said),
            (613, Some(1996)) => {
                let wait = Some(wait.unwrap_or_default().max(LONG_WAIT));
                Self::Throttled { scope: Scope::Kind, wait, said }
            }
            (9 | 613, _) => throttled(Scope::Kind, said),

            (10, Some(2_534_022 | 2_018_278 | 2_018_276 | 2_018_065 | 2_534_044)) => Self::WindowClosed(said),
            (10_900, _) => Self::AlreadyReplied(said),
            (100, Some(2_534_025)) => Self::CommentUnusable(said),

            (10, Some(2_018_108)) | (200 | 551, Some(1_545_041)) => refused(Refusal::PersonUnavailable, said),
            (100, Some(2_534_014 | 2_018_001)) => refused(Refusal::NoSuchPerson, said),
            (230, _) => refused(Refusal::NoConsent, said),
            (100, Some(2_534_001)) => refused(Refusal::ThreadGone, said),
            (100, Some(33)) => refused(Refusal::ObjectMissing, said),
            (9_000_001, _) => refused(Refusal::MessageDeleted, said),
            (10_903, Some(1_893_049)) => refused(Refusal::ActivityUnanswerable, said),
            (10_904, Some(1_893_050)) => refused(Refusal::MessagesDisabled, said),
            (100, None) => refused(Refusal::InvalidParameter, said),
            (100, Some(2_534_068)) => refused(Refusal::SeveralImages, said),
            (100, Some(2_534_013 | 2_534_122)) => refused(Refusal::Unexplained, said),
            (100, Some(2_018_047)) => Self::NotSent(NotSent::AttachmentFailed(said)),

            (190, subcode) => dead(token_trouble(subcode), said),
            (102, _) => dead(TokenTrouble::SessionOver, said),
            (200, Some(2_534_066)) => dead(TokenTrouble::ScopeMissing, said),

            (3, _) => blocked(Condition::FeatureMissing, said),
            (10, Some(1_893_063)) => blocked(Condition::Restricted, said),
            (25, Some(2_207_050)) => blocked(Condition::LoginNeeded, said),
            (100, Some(2_534_029)) => blocked(Condition::SendingBlocked, said),
            (200, Some(2_534_041)) => blocked(Condition::MessageAccessOff, said),
            (200, Some(2_018_028)) => blocked(Condition::TestersOnly, said),
            (10 | 200..=299, None) => blocked(Condition::PermissionMissing, said),
            (368, _) => blocked(Condition::PolicyBlock, said),

            _ if said.status == 429 => throttled(fuller(usage), said),
            // Also what is `is_transient` but unlisted: for a send that is no promise that nothing happened.
            _ => Self::OutcomeUnknown(Doubt::Unlisted(said)),
        }
    }
}

/// Who a 429 without a listed code is for: the app if its own limit is used up, otherwise the account.
fn fuller(usage: Usage) -> Scope {
    if usage.app_percent.is_some_and(|percent| percent >= 100) { Scope::App } else { Scope::Account }
}

fn token_trouble(subcode: Option<u32>) -> TokenTrouble {
    match subcode {
        Some(458) => TokenTrouble::AppRemoved,
        Some(459) => TokenTrouble::Checkpoint,
        Some(460) => TokenTrouble::PasswordChanged,
        Some(463) => TokenTrouble::Expired,
        Some(464) => TokenTrouble::Unconfirmed,
        Some(467) => TokenTrouble::LoggedOut,
        Some(492) => TokenTrouble::InvalidSession,
        _ => TokenTrouble::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The class letters of table 4.7, with what we tell apart inside a class.
    #[derive(Debug, PartialEq)]
    enum Row {
        ServerError,
        SaidMaybe,
        CreatedUnnamed,
        Unreadable,
        Unlisted,
        NotSent,
        Throttled(Scope),
        Window,
        Refused(Refusal),
        Replied,
        CommentUnusable,
        NotOwner,
        Token(TokenTrouble),
        Blocked(Condition),
    }

    fn row(status: u16, code: Option<u32>, subcode: Option<u32>) -> Row {
        let said = Said { status, code, subcode, ..Said::default() };
        let error = SendError::from_refusal(said.clone(), None, Usage::default());
        assert_eq!(error.said(), Some(&said), "the numbers survive");
        match error {
            SendError::OutcomeUnknown(Doubt::ServerError(_)) => Row::ServerError,
            SendError::OutcomeUnknown(Doubt::SaidMaybe(_)) => Row::SaidMaybe,
            SendError::OutcomeUnknown(Doubt::CreatedUnnamed(_)) => Row::CreatedUnnamed,
            SendError::OutcomeUnknown(Doubt::Unreadable(_)) => Row::Unreadable,
            SendError::OutcomeUnknown(Doubt::Unlisted(_)) => Row::Unlisted,
            SendError::OutcomeUnknown(Doubt::NoAnswer(_)) => panic!("there was an answer"),
            SendError::NotSent(_) => Row::NotSent,
            SendError::Throttled { scope, .. } => Row::Throttled(scope),
            SendError::WindowClosed(_) => Row::Window,
            SendError::Refused { reason, .. } => Row::Refused(reason),
            SendError::AlreadyReplied(_) => Row::Replied,
            SendError::CommentUnusable(_) => Row::CommentUnusable,
            SendError::NotOwner(_) => Row::NotOwner,
            SendError::TokenDead { trouble, .. } => Row::Token(trouble),
            SendError::AccountBlocked { condition, .. } => Row::Blocked(condition),
        }
    }

    #[test]
    fn every_row_of_the_table_has_its_class() {
        use Condition as C;
        use Refusal as R;
        use Row::*;
        use TokenTrouble as K;

        let none = None::<u32>;
        let cases = [
            ("HTTP 500 without a code", 500, none, none, ServerError),
            ("HTTP 500 with a code that would be definite", 500, Some(190), none, ServerError),
            ("HTTP 502", 502, none, none, ServerError),
            ("HTTP 503 with a code that would be definite", 503, Some(190), none, ServerError),
            ("unknown error", 400, Some(1), none, SaidMaybe),
            ("unknown error, seen although delivered", 400, Some(1), Some(1_357_046), SaidMaybe),
            ("temporarily unavailable", 400, Some(2), none, SaidMaybe),
            ("temporarily unavailable, as seen", 400, Some(2), Some(1_545_133), SaidMaybe),
            ("capability missing", 400, Some(3), none, Blocked(C::FeatureMissing)),
            ("app limit, case 102", 400, Some(4), none, Throttled(Scope::App)),
            ("app limit with a subcode", 403, Some(4), Some(1_349_210), Throttled(Scope::App)),
            ("too many actions", 400, Some(9), none, Throttled(Scope::Kind)),
            ("permission missing", 403, Some(10), none, Blocked(C::PermissionMissing)),
            ("window, case 64", 400, Some(10), Some(2_534_022), Window),
            ("window, as seen with 403", 403, Some(10), Some(2_534_022), Window),
            ("window", 400, Some(10), Some(2_018_278), Window),
            ("window", 400, Some(10), Some(2_018_276), Window),
            ("window", 400, Some(10), Some(2_018_065), Window),
            ("window", 400, Some(10), Some(2_534_044), Window),
            ("person takes no messages now", 400, Some(10), Some(2_018_108), Refused(R::PersonUnavailable)),
            ("account restricted for a while", 400, Some(10), Some(1_893_063), Blocked(C::Restricted)),
            ("account limit", 400, Some(17), none, Throttled(Scope::Account)),
            ("created, not named", 400, Some(20), Some(1_772_107), CreatedUnnamed),
            ("account restricted until login", 400, Some(25), Some(2_207_050), Blocked(C::LoginNeeded)),
            ("Page limit", 400, Some(32), none, Throttled(Scope::Account)),
            ("invalid parameter", 400, Some(100), none, Refused(R::InvalidParameter)),
            ("object missing", 400, Some(100), Some(33), Refused(R::ObjectMissing)),
            ("thread archived or deleted", 400, Some(100), Some(2_534_001), Refused(R::ThreadGone)),
            ("refused, undocumented", 400, Some(100), Some(2_534_013), Refused(R::Unexplained)),
            ("refused, undocumented", 400, Some(100), Some(2_534_122), Refused(R::Unexplained)),
            ("wrong kind of id", 400, Some(100), Some(2_534_014), Refused(R::NoSuchPerson)),
            ("comment unusable, case 66", 400, Some(100), Some(2_534_025), CommentUnusable),
            ("account blocked from sending", 400, Some(100), Some(2_534_029), Blocked(C::SendingBlocked)),
            ("several images", 400, Some(100), Some(2_534_068), Refused(R::SeveralImages)),
            ("no matching user", 400, Some(100), Some(2_018_001), Refused(R::NoSuchPerson)),
            ("attachment upload failed", 400, Some(100), Some(2_018_047), NotSent),
            ("session", 400, Some(102), none, Token(K::SessionOver)),
            ("token invalid, case 63", 400, Some(190), none, Token(K::Invalid)),
            ("app removed", 400, Some(190), Some(458), Token(K::AppRemoved)),
            ("checkpoint", 400, Some(190), Some(459), Token(K::Checkpoint)),
            ("password changed", 400, Some(190), Some(460), Token(K::PasswordChanged)),
            ("expired", 401, Some(190), Some(463), Token(K::Expired)),
            ("unconfirmed", 400, Some(190), Some(464), Token(K::Unconfirmed)),
            ("logged out", 400, Some(190), Some(467), Token(K::LoggedOut)),
            ("invalid session", 400, Some(190), Some(492), Token(K::InvalidSession)),
            ("permission not granted", 403, Some(200), none, Blocked(C::PermissionMissing)),
            ("permission not granted, end of the range", 403, Some(299), none, Blocked(C::PermissionMissing)),
            ("message access off", 403, Some(200), Some(2_534_041), Blocked(C::MessageAccessOff)),
            ("scope missing", 403, Some(200), Some(2_534_066), Token(K::ScopeMissing)),
            ("person unavailable under 200", 403, Some(200), Some(1_545_041), Refused(R::PersonUnavailable)),
            ("testers only", 403, Some(200), Some(2_018_028), Blocked(C::TestersOnly)),
            ("consent required", 400, Some(230), none, Refused(R::NoConsent)),
            ("application limit", 400, Some(341), none, Throttled(Scope::App)),
            ("policy block", 400, Some(368), none, Blocked(C::PolicyBlock)),
            ("person unavailable", 400, Some(551), Some(1_545_041), Refused(R::PersonUnavailable)),
            ("rate limit", 400, Some(613), none, Throttled(Scope::Kind)),
            ("rate limit", 403, Some(613), Some(2_534_040), Throttled(Scope::Kind)),
            ("inconsistent volume", 400, Some(613), Some(1996), Throttled(Scope::Kind)),
            ("already replied", 400, Some(10_900), none, Replied),
            ("activity unanswerable", 400, Some(10_903), Some(1_893_049), Refused(R::ActivityUnanswerable)),
            ("messages disabled", 400, Some(10_904), Some(1_893_050), Refused(R::MessagesDisabled)),
            ("another app controls, case 65", 400, Some(10), Some(2_018_300), NotOwner),
            ("another app controls, any code", 403, Some(200), Some(2_018_300), NotOwner),
            ("thread-owner related, any code", 400, Some(100), Some(2_018_321), Refused(R::ThreadOwnerRelated)),
            ("BUC limit, Page", 400, Some(80_001), none, Throttled(Scope::Account)),
            ("BUC limit, Instagram", 400, Some(80_002), none, Throttled(Scope::Account)),
            ("BUC limit, Messenger", 400, Some(80_006), none, Throttled(Scope::Account)),
            ("message deleted", 400, Some(9_000_001), none, Refused(R::MessageDeleted)),
            ("HTTP 429 without a code, case 62", 429, none, none, Throttled(Scope::Account)),
            ("HTTP 429 with a listed code", 429, Some(4), none, Throttled(Scope::App)),
            ("another app owns the thread, case 65", 400, Some(100), Some(2_534_037), NotOwner),
            ("anything else: an unlisted code", 400, Some(12_345), none, Unlisted),
            ("anything else: an unlisted subcode of 10", 400, Some(10), Some(7), Unlisted),
            ("anything else: an unlisted subcode of 100", 400, Some(100), Some(7), Unlisted),
            ("anything else: an unlisted subcode of 200", 403, Some(200), Some(7), Unlisted),
            ("anything else: 199 is no permission code", 400, Some(199), none, Unlisted),
            ("anything else: 300 is no permission code", 400, Some(300), none, Unlisted),
            ("HTTP 429 with an unlisted code", 429, Some(12_345), none, Throttled(Scope::Account)),
            ("anything else: a refusal without a code", 404, none, none, Unlisted),
            ("a redirect", 302, none, none, Unreadable),
            ("success that is none", 200, Some(190), none, Unreadable),
        ];
        for (case, status, code, subcode, expected) in cases {
            assert_eq!(row(status, code, subcode), expected, "{case}: {status} {code:?}/{subcode:?}");
        }
    }

    #[test]
    fn transient_is_no_promise_that_nothing_was_sent() {
        let said = Said { status: 400, code: Some(12_345), is_transient: true, ..Said::default() };
        let error = SendError::from_refusal(said.clone(), None, Usage::default());
        assert_eq!(error, SendError::OutcomeUnknown(Doubt::Unlisted(said)));
    }

    #[test]
    fn what_was_created_without_a_name_is_never_sent_again() {
        let said = Said { status: 400, code: Some(20), subcode: Some(1_772_107), ..Said::default() };
        let error = SendError::from_refusal(said, None, Usage::default());
        assert!(matches!(error, SendError::OutcomeUnknown(doubt) if !doubt.may_send_again()));
    }

    #[test]
    fn a_throttled_call_waits_as_long_as_it_was_told() {
        let minutes = |m| Some(Duration::from_mins(m));
        let cases = [
            ("nothing said", 613, None, None, None),
            ("five minutes said", 613, None, minutes(5), minutes(5)),
            ("inconsistent volume, nothing said", 613, Some(1996), None, minutes(60)),
            ("inconsistent volume, less said", 613, Some(1996), minutes(5), minutes(60)),
            ("inconsistent volume, more said", 613, Some(1996), minutes(90), minutes(90)),
        ];
        for (case, code, subcode, told, expected) in cases {
            let said = Said { status: 400, code: Some(code), subcode, ..Said::default() };
            let error = SendError::from_refusal(said, told, Usage::default());
            assert!(matches!(error, SendError::Throttled { wait, .. } if wait == expected), "{case}");
        }
    }

    #[test]
    fn a_429_without_a_listed_code_is_for_the_app_when_the_app_is_full() {
        let cases = [
            ("the app is full", Some(100), Scope::App),
            ("the app is nearly full", Some(99), Scope::Account),
            ("nothing is said of the app", None, Scope::Account),
        ];
        for (case, app_percent, expected) in cases {
            let said = Said { status: 429, ..Said::default() };
            let error = SendError::from_refusal(said, None, Usage { app_percent, ..Usage::default() });
            assert!(matches!(error, SendError::Throttled { scope, .. } if scope == expected), "{case}");
        }
    }
}
