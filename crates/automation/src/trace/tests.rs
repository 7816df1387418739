use proptest::prelude::*;

use super::*;

fn rules() -> RuleSet {
    let rule = |id: &str, more: &str| format!(r#"{{"id":"{id}",{more},"do":[{{"text":"x"}}]}}"#);
    let comment = r#"{"id":"comment","on":["comment"],"do":[{"private_reply":"x"}]}"#.to_owned();
    let rules = [
        comment,
        rule("tap", r#""on":[{"postback":{"payload":["A"]}},"message"]"#),
        rule(
            "words",
            r#""on":["message"],"when":[{"first_contact":true},{"words":{"any":["oi","olá"],"all":["bom dia"]}}]"#,
        ),
        rule("pattern", r#""on":["message"],"when":[{"regex":"\\d+"}]"#),
        rule("match", r#""on":["message"]"#),
        rule("rest", r#""on":["message"]"#),
    ];
    RuleSet::parse(&format!(r#"{{"version":1,"rules":[{}]}}"#, rules.join(","))).unwrap()
}

#[test]
fn a_trace_is_told_rule_by_rule_in_plain_words() {
    let rules = rules();
    let verdicts = vec![
        Verdict::Missed(Miss::OtherKind),
        Verdict::Missed(Miss::OtherTarget),
        Verdict::Missed(Miss::Condition(1)),
        Verdict::Missed(Miss::Condition(0)),
        Verdict::Matched { planned: 1, refused: None },
    ];
    let trace = Trace::new(&rules, verdicts, Vec::new());
    assert_eq!(trace.to_string(), format!("{}:t,o,c1,c0,y1", rules.fingerprint()));
    let told = trace.render(&rules).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(told, @r"
    comment: no, it is for comment
    tap: no, it is for other posts, payloads, links or reactions
    words: no, it wants that the text holds one of “oi”, “olá” and all of “bom dia”
    pattern: no, it wants that the text matches the expression “\d+”
    match: matched, 1 reply planned
    rest: not tried, an earlier rule had matched
    ");
}

#[test]
fn a_trace_of_other_rules_is_not_told_with_these() {
    let rules = rules();
    let other: Trace = "000000000000:t,y1".parse().unwrap();
    assert_eq!(other.render(&rules)[0].to_string(), "decided with another version of the rules");
    assert_eq!(Trace::none().render(&rules)[0].to_string(), "no rule was asked");
}

#[test]
fn remarks_about_the_whole_decision_are_told_first() {
    let rules = rules();
    let told = |notes: Vec<Note>, verdicts: Vec<Verdict>| {
        let trace = Trace::new(&rules, verdicts, notes);
        trace.render(&rules).iter().map(ToString::to_string).take(3).collect::<Vec<_>>().join("\n")
    };
    let refused = Verdict::Matched { planned: 0, refused: Some(Refusal::Quiet) };
    let wish = Note::Wish(Wish::Silence, Verdict::Matched { planned: 1, refused: None });
    insta::assert_snapshot!(told(vec![wish, Note::Disclosed], Vec::new()), @r"
    the person wants no more automatic answers; no rule was asked, 1 reply planned
    the disclosure line was due
    ");
    insta::assert_snapshot!(told(vec![Note::Quiet(Scope::All), Note::Fallback(refused)], vec![Verdict::Missed(Miss::Cooldown)]), @r"
    a quiet period of the scope all holds
    no rule matched; fallback: 0 replies planned; the next was refused: the office keeps silent at this time
    comment: no, it matched for the same person a short while ago
    ");
}

#[test]
fn two_hundred_rules_take_a_few_bytes() {
    let verdicts =
        [vec![Verdict::Missed(Miss::OtherKind); 150], vec![Verdict::Missed(Miss::Condition(0)); 50]].concat();
    let trace = Trace { fingerprint: Some("3f9a0c11d2e4".to_owned()), verdicts, notes: Vec::new() };
    assert_eq!(trace.to_string(), "3f9a0c11d2e4:t*150,c0*50");
}

#[test]
fn what_is_no_trace_is_refused() {
    let cases = [
        ("nothing", ""),
        ("no fingerprint", "t,t"),
        ("an unknown code", "f:x"),
        ("an empty code", "f:t,,t"),
        ("a condition without number", "f:c"),
        ("a match without number", "f:y"),
        ("an unknown refusal", "f:y1z"),
        ("two refusals", "f:y1op"),
        ("a count that is none", "f:t*x"),
        ("more rules than a set can have", "f:t*501"),
        ("an unknown remark", "f:t;x"),
        ("a wish without letter", "f:;w"),
        ("an unknown wish", "f:;wxy1"),
        ("a wish without outcome", "f:;ws"),
        ("an unknown scope", "f:;qx"),
        ("too much of a remark", "f:;dd"),
        ("an empty remark", "f:t;"),
        ("more remarks than there are", "f:;d;d;d;d;d"),
        ("more rules than memory can hold", "f:t*18446744073709551615"),
    ];
    for (case, text) in cases {
        assert_eq!(text.parse::<Trace>(), Err(InvalidTrace), "{case}");
    }
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    let refusals = Refusal::ALL.map(|(refusal, ..)| Some(refusal)).to_vec();
    let refused = prop_oneof![Just(None), proptest::sample::select(refusals)];
    prop_oneof![
        Just(Verdict::Missed(Miss::OtherKind)),
        Just(Verdict::Missed(Miss::OtherTarget)),
        Just(Verdict::Missed(Miss::InThread)),
        Just(Verdict::Missed(Miss::OtherMedia)),
        Just(Verdict::Missed(Miss::Cooldown)),
        any::<u8>().prop_map(|place| Verdict::Missed(Miss::Condition(place))),
        (any::<u8>(), refused).prop_map(|(planned, refused)| Verdict::Matched { planned, refused }),
    ]
}

fn any_note() -> impl Strategy<Value = Note> {
    let wishes = proptest::sample::select(Wish::ALL.map(|(wish, _)| wish).to_vec());
    let scopes = proptest::sample::select(SCOPES.map(|(scope, _)| scope).to_vec());
    prop_oneof![
        (wishes, any_verdict()).prop_map(|(wish, verdict)| Note::Wish(wish, verdict)),
        any_verdict().prop_map(Note::Fallback),
        scopes.prop_map(Note::Quiet),
        Just(Note::Disclosed),
    ]
}

proptest! {
    #[test]
    fn a_trace_survives_being_written(
        verdicts in proptest::collection::vec(any_verdict(), 0..60),
        notes in proptest::collection::vec(any_note(), 0..=MAX_NOTES),
    ) {
        let trace = Trace { fingerprint: Some("3f9a0c11d2e4".to_owned()), verdicts, notes };
        let json = serde_json::to_string(&trace).unwrap();
        prop_assert_eq!(serde_json::from_str::<Trace>(&json).unwrap(), trace);
    }

    #[test]
    fn any_text_is_a_trace_or_is_refused(text in "[0-9a-z:,;*-]{0,40}") {
        if let Ok(trace) = text.parse::<Trace>() {
            prop_assert_eq!(trace.to_string().parse::<Trace>(), Ok(trace));
        }
    }
}
