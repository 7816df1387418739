//! What no rule set, no text and no order of facts can bring about.

use automation::{Effect, Facts, Intended, MediaOwner, Mode, Names, ReplyAction, RuleSet, Scope, Wish, decide, wish};
use instagram::{Event, Kind, PersonId, UnixMillis, Words};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::world::{ACCOUNT, AT, comment, edit, event, message, postback, reaction, referral};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A few words, so that rules often match, and anything at all.
fn any_text() -> impl Strategy<Value = String> {
    let words = select(vec!["oi", "agenda", "vc vai estar", "QUERO", "🔥", "13", "não", "?", "\u{0}", "ﷺ"]);
    let wishes = select(vec!["parar", "SAIR!", "voltar", "falar com atendente", "apagar meus dados"]);
    prop_oneof![3 => vec(words, 0..5).prop_map(|words| words.join(" ")), 1 => any::<String>(), 1 => wishes.prop_map(str::to_owned)]
}

/// A rule that can be saved, eager or choosy.
fn any_rule() -> impl Strategy<Value = String> {
    let directs = select(vec![
        "message",
        "message",
        "story_reply",
        "story_mention",
        "quick_reply",
        "postback",
        "reaction",
        "referral",
    ]);
    let direct = vec(directs, 1..4).prop_flat_map(|on| {
        (1_usize..4).prop_map(move |steps| {
            let more = [r#"{"typing":true}"#, r#"{"image":"https://a.example/b.png"}"#, r#"{"ask":{"fallback":"x"}}"#];
            let steps =
                [vec![r#"{"text":["x","y {comment} {username}"]}"#; steps], vec![more[steps - 1]]].concat().join(",");
            format!(r#""on":["{}"],"do":[{steps}]"#, on.join("\",\""))
        })
    });
    let comment = select(vec![
        r#""on":["comment"],"do":[{"private_reply":"x"},{"public_reply":["y","z"]}]"#.to_owned(),
        r#""on":["comment"],"do":[{"public_reply":"y"},{"private_reply":"x"}]"#.to_owned(),
        r#""on":["comment","live_comment"],"do":[{"private_reply":"x {comment}"}]"#.to_owned(),
        r#""on":["comment"],"do":[{"ask":{"as":"public_reply","fallback":"x"}}]"#.to_owned(),
        r#""on":["comment"],"do":[{"hide_comment":true},{"hand_over":{"text":"x"}}]"#.to_owned(),
    ]);
    let when = select(vec![
        "",
        "",
        r#","when":[{"words":{"any":["oi","agenda","🔥"]}}]"#,
        r#","when":[{"words":{"all":["você vai"]}}]"#,
        r#","when":[{"regex":"\\w+"}]"#,
        r#","when":[{"first_contact":true}]"#,
        r#","when":[{"business_hours":true}]"#,
    ]);
    let flags = select(vec!["", r#","in_threads":true"#, r#","on_other_media":true"#, r#","continue":true"#]);
    let patience =
        prop_oneof![Just(String::new()), (1..=10_080_i64).prop_map(|m| format!(",\"patience_minutes\":{m}"))];
    (prop_oneof![direct, comment], when, flags, patience)
        .prop_map(|(rule, when, flags, patience)| format!("{rule}{when}{flags}{patience}"))
}

/// What a set may say of itself: a silence that holds at [`AT`] or begins soon, a disclosure line, a fallback.
const MEMBERS: &[&str] = &[
    "",
    "",
    r#""campaign":true,"disclosure":{"text":"Mensagem automática."},"#,
    r#""fallback":{"do":[{"text":"z"}]},"#,
    r#""quiet":[{"from":"2025-12-31","until":"2026-01-01","scope":"automatic"}],"#,
    r#""quiet":[{"from":"2025-12-31","until":"2025-12-31","scope":"all"}],"#,
    r#""quiet":[{"from":"2026-01-01T10:00","until":"2026-01-02","scope":"automatic"}],"campaign":true,"disclosure":{"text":"Mensagem automática."},"#,
];

fn any_rules() -> impl Strategy<Value = RuleSet> {
    (vec(any_rule(), 0..12), select(MEMBERS)).prop_map(|(rules, members)| {
        let rules: Vec<String> =
            rules.iter().enumerate().map(|(i, rule)| format!(r#"{{"id":"r{i}",{rule}}}"#)).collect();
        RuleSet::parse(&format!(
            r#"{{"version":1,"time_zone":"America/Sao_Paulo",{members}
                "business_hours":{{"open":[{{"days":["thu","fri"],"from":"00:00","until":"24:00"}}]}},"rules":[{}]}}"#,
            rules.join(",")
        ))
        .expect("made to be valid")
    })
}

/// Somebody's words, sometimes the account's own.
fn any_event() -> impl Strategy<Value = Event> {
    let kind = prop_oneof![
        any_text().prop_map(|text| message(&text)),
        (any_text(), any::<bool>()).prop_map(|(text, live)| comment(&text, live)),
        any_text().prop_map(|payload| postback(&payload)),
        any_text().prop_map(|text| edit(&text)),
        any::<bool>().prop_map(reaction),
        any_text().prop_map(|reference| referral(&reference)),
    ];
    (kind, 0..20_u8, 0..20_u8, 0..20_u8).prop_map(|(mut kind, own, standby, test)| {
        if own == 0 {
            let account = PersonId::parse(ACCOUNT).expect("an id");
            match &mut kind {
                Kind::MessageReceived(message) => message.from = account,
                Kind::PostbackPressed(postback) => postback.is_self = true,
                Kind::CommentWritten(comment) => comment.from = None,
                _ => {}
            }
        }
        Event { standby: standby == 0, test: test == 0, ..event(kind) }
    })
}

#[derive(Debug)]
struct Known {
    at: UnixMillis,
    last_user_at: Option<UnixMillis>,
    paused_until: Option<UnixMillis>,
    mode: Mode,
    media_owner: MediaOwner,
    flags: [bool; 5],
    recent_replies: Vec<UnixMillis>,
    last_disclosed_at: Option<UnixMillis>,
    person_answered_at: Option<UnixMillis>,
}

impl Known {
    fn facts<'a>(&'a self, event: &'a Event, key: &'a str, own_username: &'a Words) -> Facts<'a> {
        let [created_by_us, unsent, first_contact, opted_out, control_theirs] = self.flags;
        Facts {
            event,
            key,
            at: self.at,
            mode: self.mode,
            own_username: Some(own_username),
            created_by_us,
            media_owner: self.media_owner,
            unsent,
            last_user_at: self.last_user_at,
            first_contact,
            opted_out,
            paused_until: self.paused_until,
            control_ours: !control_theirs,
            recent_replies: &self.recent_replies,
            fired: &[],
            follows: None,
            names: Names::default(),
            last_disclosed_at: self.last_disclosed_at,
            person_answered_at: self.person_answered_at,
        }
    }
}

/// Mostly within the hour, or within the windows, sometimes anywhere.
fn any_time() -> impl Strategy<Value = UnixMillis> {
    prop_oneof![
        6 => (-60 * MINUTE..60 * MINUTE).prop_map(|ms| AT.plus_ms(ms)),
        3 => (-8 * DAY..8 * DAY).prop_map(|ms| AT.plus_ms(ms)),
        1 => any::<i64>().prop_map(UnixMillis),
    ]
}

fn any_known() -> impl Strategy<Value = Known> {
    let seldom = || proptest::bool::weighted(0.07);
    let mode = prop_oneof![18 => Just(Mode::Answer), 1 => Just(Mode::Observe), 1 => Just(Mode::Off)];
    let owner = select(vec![MediaOwner::Own, MediaOwner::Own, MediaOwner::Other, MediaOwner::Unknown]);
    let recent = prop_oneof![Just(AT), any_time()];
    let flags = [seldom(), seldom(), seldom(), seldom(), seldom()];
    let before = (vec(any_time(), 0..8), proptest::option::of(any_time()), proptest::option::of(any_time()));
    let times = (recent, proptest::option::of(any_time()), proptest::option::weighted(0.2, any_time()));
    (times, mode, owner, flags, before).prop_map(
        |((at, last_user_at, paused_until), mode, media_owner, flags, before)| Known {
            at,
            last_user_at,
            paused_until,
            mode,
            media_owner,
            flags,
            recent_replies: before.0,
            last_disclosed_at: before.1,
            person_answered_at: before.2,
        },
    )
}

/// What Meta allows a reply to one event, apart from the rules' own patience.
fn allowed_until(facts: &Facts<'_>, reply: &Intended, now: UnixMillis) -> i64 {
    let at = facts.at.0.min(now.0);
    let is_live = matches!(&facts.event.kind, Kind::CommentWritten(comment) if comment.live);
    match &reply.action {
        ReplyAction::Message { .. }
            if matches!(facts.event.kind, Kind::ReactionChanged(_) | Kind::ReferralOpened { .. }) =>
        {
            let last = facts.last_user_at.map_or(i64::MIN, |last| last.0.min(now.0));
            last.saturating_add(DAY - 5 * MINUTE)
        }
        ReplyAction::Message { .. } => {
            facts.last_user_at.map_or(at, |last| last.0.min(now.0).max(at)).saturating_add(DAY - 5 * MINUTE)
        }
        ReplyAction::PrivateReply { .. } if is_live => at.saturating_add(5 * MINUTE),
        ReplyAction::PrivateReply { .. } => at.saturating_add(7 * DAY - 5 * MINUTE),
        ReplyAction::PublicReply { .. } => at.saturating_add(7 * DAY),
    }
}

/// In a campaign, the first thing that a person reads says that a machine wrote it, whenever that is due.
fn check_disclosure(rules: &RuleSet, facts: &Facts<'_>, decision: &automation::Decision) -> Result<(), TestCaseError> {
    let due = facts.last_disclosed_at.is_none_or(|said| {
        said.plus_ms(DAY) <= facts.at || facts.person_answered_at.is_some_and(|answered| answered > said)
    });
    let is_direct = |reply: &&Intended| !matches!(reply.action, ReplyAction::PublicReply { .. });
    let first = decision.replies.iter().find(is_direct);
    if let Some(first) = first.filter(|_| rules.is_campaign()) {
        prop_assert_eq!(first.discloses, due);
        prop_assert_eq!(first.action.text().is_some_and(|text| text.starts_with("Mensagem automática.")), due);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_rule_set_beats_the_guard(
        rules in any_rules(), event in any_event(), known in any_known(), key in ".{0,20}", now in any_time(),
    ) {
        let name = Words::from("vereadora.ana");
        let facts = known.facts(&event, &key, &name);
        let decision = decide(&facts, Some(&rules), now);
        prop_assert_eq!(&decision, &decide(&facts, Some(&rules.clone()), now), "the same again");
        let code = decision.outcome.code();
        prop_assert!(code != "answered" || !decision.replies.is_empty());
        prop_assert!(decision.trace.render(&rules).iter().all(|line| !line.text.is_empty()));
        prop_assert_eq!(decision.trace.to_string().parse(), Ok(decision.trace.clone()));

        let own = match &event.kind {
            Kind::MessageReceived(message) => message.from.as_str() == ACCOUNT,
            Kind::PostbackPressed(postback) => postback.is_self,
            Kind::CommentWritten(comment) => comment.from.is_none() || facts.created_by_us,
            _ => false,
        };
        let asked_for = wish(&event, Some(&rules)).filter(|wish| *wish != Wish::Return || facts.opted_out);
        if let Some(wished) = asked_for.filter(|_| !own) {
            let expected = match wished {
                Wish::Silence => "opted_out",
                Wish::Return => "returned",
                Wish::Person => "hand_over",
                Wish::Erasure => "erasure_requested",
            };
            prop_assert_eq!(decision.effects.first().map(Effect::code), Some(expected), "a wish always wins");
            prop_assert!(decision.replies.len() <= 1 && decision.ask.is_none());
        }
        if decision.replies.is_empty() && decision.ask.is_none() {
            return Ok(());
        }
        prop_assert!(!matches!(event.kind, Kind::MessageEdited { .. }), "an edit is never answered");
        prop_assert!(!own && !event.standby && !event.test, "own words, standby and tests are never answered");
        prop_assert!(facts.mode == Mode::Answer && !facts.unsent);
        let confirms = decision.replies.iter().all(|reply| reply.confirms_wish);
        prop_assert!(confirms || !facts.opted_out);
        prop_assert!(confirms || facts.paused_until.is_none_or(|until| until <= now));
        let since = facts.at.plus_ms(-10 * MINUTE);
        let recent = facts.recent_replies.iter().filter(|at| **at > since).count();
        prop_assert!(decision.replies.len() + usize::from(decision.ask.is_some()) + recent <= 6 || recent == 0);
        prop_assert!(decision.replies.len() <= 6 && recent < 6);
        prop_assert!(rules.quiet_at(facts.at).is_none_or(|scope| scope == Scope::Ai));

        let is_comment = matches!(event.kind, Kind::CommentWritten(_));
        let private = |reply: &&Intended| matches!(reply.action, ReplyAction::PrivateReply { .. });
        prop_assert!(decision.replies.iter().filter(private).count() <= 1);
        for reply in &decision.replies {
            let is_direct = matches!(reply.action, ReplyAction::Message { .. });
            let is_public = matches!(reply.action, ReplyAction::PublicReply { .. });
            prop_assert_eq!(is_comment, !is_direct);
            prop_assert!(facts.control_ours || is_public);
            prop_assert!(now < reply.not_after && reply.not_after.0 <= allowed_until(&facts, reply, now));
            let last = UnixMillis(reply.not_after.0 - 1);
            prop_assert!(rules.quiet_at(last).is_none_or(|scope| scope == Scope::Ai), "it would leave in a silence");
            prop_assert_eq!(&reply.id, &automation::reply_id(&key, &reply.source, reply.step));
        }
        let ids: std::collections::BTreeSet<_> = decision.replies.iter().map(|reply| &reply.id).collect();
        prop_assert_eq!(ids.len(), decision.replies.len(), "no two replies share a name");
        check_disclosure(&rules, &facts, &decision)?;
    }

    #[test]
    fn any_document_is_a_rule_set_or_names_its_problems(document in any::<String>()) {
        if let Err(errors) = RuleSet::parse(&document) {
            prop_assert!(errors.iter().count() > 0);
        }
    }

    #[test]
    fn a_damaged_document_is_a_rule_set_or_names_its_problems(
        at in 0..4_000_usize, removed in 0..30_usize, inserted in "[\\[\\]{}\",:0-9a-z]{0,5}",
    ) {
        let mut document = include_str!("../../../../infra/rules/gabinete.json").to_owned();
        let at = document.floor_char_boundary(at);
        let end = document.floor_char_boundary(at + removed).max(at);
        document.replace_range(at..end, &inserted);
        if let Err(errors) = RuleSet::parse(&document) {
            prop_assert!(errors.iter().all(|error| error.path.starts_with('$') && !error.reason.is_empty()));
        }
    }
}
