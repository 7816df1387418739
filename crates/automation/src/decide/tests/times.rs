//! Silence, cooldowns, and the loop breaker.

use super::*;
use crate::{Fired, LOOP_MS, Refusal, Scope};

/// 3 October 2026, 12:00 in São Paulo: the day before an election.
const EVE: UnixMillis = UnixMillis(1_791_039_600_000);

fn with_silence(scope: &str, rules: &str) -> RuleSet {
    RuleSet::parse(&format!(
        r#"{{"version":1,"time_zone":"America/Sao_Paulo","rules":[{rules}],
            "quiet":[{{"from":"2026-10-03T13:00","until":"2026-10-04T17:00","scope":"{scope}"}}]}}"#
    ))
    .unwrap()
}

const BOTH: &str = r#"{"id":"a","on":["message"],"do":[{"text":"x"},{"tag":"oi"}]},
    {"id":"b","on":["comment"],"do":[{"private_reply":"x"},{"hide_comment":true}]}"#;

fn at(event: &Event, at: UnixMillis) -> Facts<'_> {
    Facts { at, last_user_at: Some(at), ..facts(event) }
}

#[test]
fn nothing_automatic_leaves_in_a_silence_however_late_it_is_decided() {
    let direct = event(Kind::MessageReceived(message("oi")));
    let public = event(Kind::CommentWritten(comment("oi")));
    let inside = EVE.plus_ms(2 * HOUR);
    for scope in ["automatic", "all"] {
        let rules = with_silence(scope, BOTH);
        for event in [&direct, &public] {
            // Deciding again once it is over decides the same.
            for now in [inside, inside.plus_ms(40 * HOUR)] {
                let decision = decide(&at(event, inside), Some(&rules), now);
                assert_eq!(decision.replies, [], "{scope}");
                assert!(decision.trace.to_string().contains(";q"), "{scope}: {}", decision.trace);
            }
        }
        assert_eq!(rules.quiet_at(inside).map(Scope::name), Some(scope), "the desk asks for it");
        let decision = decide(&at(&direct, inside), Some(&rules), inside);
        assert_eq!(decision.outcome.code(), "handled", "the conversation is marked all the same");
    }
    let ai = with_silence("ai", BOTH);
    assert_eq!(decide(&at(&direct, inside), Some(&ai), inside).outcome.code(), "answered");
}

#[test]
fn what_is_planned_before_a_silence_does_not_leave_in_it() {
    let public = event(Kind::CommentWritten(comment("oi")));
    let begins = EVE.plus_ms(HOUR);
    let decision = decide(&at(&public, EVE), Some(&with_silence("automatic", BOTH)), EVE);
    assert_eq!(decision.replies[0].not_after, begins, "else it would wait for six days");
    let late = decide(&at(&public, EVE), Some(&with_silence("automatic", BOTH)), begins);
    assert_eq!((late.outcome.code(), late.replies.len()), ("handled", 0));
    let ai = decide(&at(&public, EVE), Some(&with_silence("ai", BOTH)), EVE);
    assert_eq!(ai.replies[0].not_after, EVE.plus_ms(164 * HOUR));
}

#[test]
fn hours_are_judged_by_when_the_event_happened() {
    let rules = RuleSet::parse(
        r#"{"version":1,"time_zone":"America/Sao_Paulo",
            "business_hours":{"open":[{"days":["sat"],"from":"09:00","until":"18:00"}]},
            "rules":[{"id":"open","on":["message"],"when":[{"business_hours":true}],"do":[{"text":"x"}]},
                     {"id":"shut","on":["message"],"when":[{"business_hours":false}],"do":[{"text":"y"}]}]}"#,
    )
    .unwrap();
    let direct = event(Kind::MessageReceived(message("oi")));
    for (moment, rule) in [(EVE, "open"), (EVE.plus_ms(6 * HOUR), "shut"), (EVE.plus_ms(24 * HOUR), "shut")] {
        for late in [0, 50 * MINUTE] {
            let decision = decide(&at(&direct, moment), Some(&rules), moment.plus_ms(late));
            assert_eq!(decision.replies[0].source.to_string(), rule);
        }
    }
}

#[test]
fn a_rule_in_its_cooldown_lets_the_next_one_try() {
    let rules = rules(
        r#"{"id":"a","on":["message"],"cooldown_minutes":60,"do":[{"text":"x"}]},{"id":"b","on":["message"],"do":[{"text":"y"}]}"#,
    );
    let direct = event(Kind::MessageReceived(message("oi")));
    let fired = |source, minutes: i64| [Fired { source, at: AT.plus_ms(minutes * MINUTE) }];
    let cases = [
        ("never", fired("b", 0), "a"),
        ("just now", fired("a", 0), "b"),
        ("59 minutes ago", fired("a", -59), "b"),
        ("an hour ago", fired("a", -60), "a"),
        ("by a later event that came first", fired("a", 5), "b"),
    ];
    for (case, fired, rule) in cases {
        let decision = decide(&Facts { fired: &fired, ..facts(&direct) }, Some(&rules), AT);
        assert_eq!(decision.replies[0].source.to_string(), rule, "{case}");
    }
    let fired = fired("a", 0);
    let decision = decide(&Facts { fired: &fired, ..facts(&direct) }, Some(&rules), AT);
    assert_eq!(decision.trace.to_string().split_once(':').unwrap().1, "k,y1");
}

#[test]
fn case_85_two_machines_do_not_talk_for_long() {
    let direct = event(Kind::MessageReceived(message("oi")));
    let public = event(Kind::CommentWritten(comment("oi")));
    let times = |count: i64, age_ms: i64| (0..count).map(|n| AT.plus_ms(-age_ms - n)).collect::<Vec<_>>();
    for event in [&direct, &public] {
        for (case, recent, replies) in [
            ("five in ten minutes", times(5, MINUTE), 1),
            ("six, the oldest too long ago", times(6, LOOP_MS - 5), 1),
            ("six in ten minutes", times(6, MINUTE), 0),
            ("twenty", times(20, MINUTE), 0),
        ] {
            let decision = decide(&Facts { recent_replies: &recent, ..facts(event) }, Some(&eager()), AT);
            assert_eq!(decision.replies.len(), replies, "{case}");
            if replies == 0 {
                assert_eq!(decision.outcome, Outcome::Refused(Refusal::Loop), "{case}");
                let until = AT.plus_ms(12 * HOUR);
                assert_eq!(decision.effects, [Effect::Pause { until }, Effect::Alarm { code: "reply_loop" }], "{case}");
            }
        }
    }
    let recent = times(6, MINUTE);
    let observed = Facts { mode: Mode::Observe, recent_replies: &recent, ..facts(&direct) };
    assert_eq!(decide(&observed, Some(&eager()), AT).effects, [], "who only observes changes nothing");
}
