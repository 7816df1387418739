//! What a person of the office may send, and until when.

use instagram::{UnixMillis, limits};

use crate::{Refusal, RuleSet, Scope, WINDOW_MARGIN_MS};

/// What is known of a conversation in which a person of the office wants to answer.
///
/// An opt-out is not among it: it is about machines, and who wrote to the office may be answered by its people.
#[derive(Debug, Clone, Copy)]
pub struct PersonAnswer<'a> {
    /// When the citizen last did something that opens the window.
    pub last_user_at: Option<UnixMillis>,
    /// Our app may write in the thread.
    pub control_ours: bool,
    /// The account has Meta's Human Agent feature (fact sheet 9.3).
    pub has_human_agent: bool,
    /// The account's rules, for their quiet periods.
    pub rules: Option<&'a RuleSet>,
}

/// How a person's answer may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// With the tag `HUMAN_AGENT`, which nothing but a person's answer ever carries.
    pub human_agent: bool,
    /// It must not leave at or after this moment.
    pub not_after: UnixMillis,
}

/// Whether and how a person's answer may go out now.
///
/// # Errors
/// [`Refusal`]: another app has the thread, the office keeps silent altogether, or no window is open.
pub fn check_person_answer(answer: &PersonAnswer<'_>, now: UnixMillis) -> Result<Allowed, Refusal> {
    if !answer.control_ours {
        return Err(Refusal::NotOurThread);
    }
    if answer.rules.and_then(|rules| rules.quiet_at(now)) == Some(Scope::All) {
        return Err(Refusal::Quiet);
    }
    let wrote = answer.last_user_at.ok_or(Refusal::WindowClosed)?.min(now);
    let end = |window: std::time::Duration| {
        let window_ms = i64::try_from(window.as_millis()).unwrap_or(0);
        wrote.plus_ms(window_ms - WINDOW_MARGIN_MS)
    };
    let standard = end(limits::STANDARD_WINDOW);
    let late = end(limits::HUMAN_AGENT_WINDOW);
    let (human_agent, window_end) = if now < standard { (false, standard) } else { (true, late) };
    if now >= window_end || (human_agent && !answer.has_human_agent) {
        return Err(Refusal::WindowClosed);
    }
    let silence = answer.rules.and_then(|rules| rules.calendar().next_silence(now, Scope::All));
    Ok(Allowed { human_agent, not_after: silence.map_or(window_end, |silence| silence.min(window_end)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60_000;
    /// 3 October 2026, 12:00 in São Paulo.
    const NOW: UnixMillis = UnixMillis(1_791_039_600_000);

    #[test]
    fn a_person_may_answer_for_a_day_and_as_human_agent_for_a_week() {
        let cases = [
            ("just now", Some(0), false, Ok(false)),
            ("a day ago, less than five minutes", Some(24 * HOUR - 5 * 60_000 - 1), false, Ok(false)),
            ("a day ago", Some(24 * HOUR - 5 * 60_000), false, Err(Refusal::WindowClosed)),
            ("a day ago, with the feature", Some(24 * HOUR - 5 * 60_000), true, Ok(true)),
            ("six days ago", Some(6 * 24 * HOUR), true, Ok(true)),
            ("a week ago", Some(7 * 24 * HOUR - 5 * 60_000), true, Err(Refusal::WindowClosed)),
            ("never", None, true, Err(Refusal::WindowClosed)),
        ];
        for (case, age_ms, has_human_agent, expected) in cases {
            let last_user_at = age_ms.map(|age_ms| NOW.plus_ms(-age_ms));
            let answer = PersonAnswer { last_user_at, control_ours: true, has_human_agent, rules: None };
            let allowed = check_person_answer(&answer, NOW);
            assert_eq!(allowed.map(|allowed| allowed.human_agent), expected, "{case}");
            assert!(allowed.is_ok_and(|allowed| allowed.not_after > NOW) || allowed.is_err(), "{case}");
            let theirs = PersonAnswer { control_ours: false, ..answer };
            assert_eq!(check_person_answer(&theirs, NOW), Err(Refusal::NotOurThread), "{case}");
        }
    }

    #[test]
    fn only_a_silence_for_all_silences_people() {
        let rules = |scope: &str, from: &str| {
            RuleSet::parse(&format!(
                r#"{{"version":1,"time_zone":"America/Sao_Paulo","rules":[],
                    "quiet":[{{"from":"2026-10-{from}","until":"2026-10-04","scope":"{scope}"}}]}}"#
            ))
            .unwrap()
        };
        let allowed = |rules: &RuleSet| {
            let rules = Some(rules);
            let answer = PersonAnswer { last_user_at: Some(NOW), control_ours: true, has_human_agent: false, rules };
            check_person_answer(&answer, NOW)
        };
        assert_eq!(allowed(&rules("all", "01")), Err(Refusal::Quiet));
        let day = NOW.plus_ms(24 * HOUR - 5 * 60_000);
        assert_eq!(allowed(&rules("automatic", "01")).map(|allowed| allowed.not_after), Ok(day));
        assert_eq!(allowed(&rules("all", "03T13:00")).map(|allowed| allowed.not_after), Ok(NOW.plus_ms(HOUR)));
    }
}
