//! Everything that a rule can do, and the words it does it with.

use super::*;
use crate::{AskedFor, Names, Otherwise, Refusal};

fn decided(rules: &RuleSet, facts: &Facts<'_>) -> Decision {
    decide(facts, Some(rules), AT)
}

/// What Meta would get as `message`.
fn contents(decision: &Decision) -> Vec<String> {
    let content = |reply: &Intended| match &reply.action {
        ReplyAction::Message { content, .. } | ReplyAction::PrivateReply { content, .. } => content.to_json(),
        ReplyAction::PublicReply { text, .. } => text.expose().to_owned(),
    };
    decision.replies.iter().map(content).collect()
}

#[test]
fn every_message_has_the_body_of_the_fact_sheet() {
    let cases = [
        (r#"{"text":"Oi"}"#, r#"{"text":"Oi"}"#),
        (
            r#"{"quick_replies":{"text":"Sobre o quê?","replies":[{"title":"Agenda","payload":"AGENDA"}]}}"#,
            r#"{"text":"Sobre o quê?","quick_replies":[{"content_type":"text","title":"Agenda","payload":"AGENDA"}]}"#,
        ),
        (
            r#"{"image":"https://a.example/b.png"}"#,
            r#"{"attachment":{"type":"image","payload":{"url":"https://a.example/b.png"}}}"#,
        ),
        (
            r#"{"video":"https://a.example/b.mp4"}"#,
            r#"{"attachment":{"type":"video","payload":{"url":"https://a.example/b.mp4"}}}"#,
        ),
        (
            r#"{"audio":"https://a.example/b.m4a"}"#,
            r#"{"attachment":{"type":"audio","payload":{"url":"https://a.example/b.m4a"}}}"#,
        ),
        (
            r#"{"file":"https://a.example/b.pdf"}"#,
            r#"{"attachment":{"type":"file","payload":{"url":"https://a.example/b.pdf"}}}"#,
        ),
        (
            r#"{"images":["https://a.example/b.png","https://a.example/c.png"]}"#,
            r#"{"attachments":[{"type":"image","payload":{"url":"https://a.example/b.png"}},{"type":"image","payload":{"url":"https://a.example/c.png"}}]}"#,
        ),
        (
            r#"{"button_template":{"text":"Escolha","buttons":[{"title":"Equipe","payload":"PESSOA"},{"title":"Site","url":"https://a.example"}]}}"#,
            r#"{"attachment":{"type":"template","payload":{"template_type":"button","text":"Escolha","buttons":[{"type":"postback","title":"Equipe","payload":"PESSOA"},{"type":"web_url","url":"https://a.example","title":"Site"}]}}}"#,
        ),
        (
            r#"{"generic_template":{"elements":[{"title":"Praça","subtitle":"Sábado","url":"https://a.example/p"}]}}"#,
            r#"{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"Praça","subtitle":"Sábado","default_action":{"type":"web_url","url":"https://a.example/p"}}]}}}"#,
        ),
        (r#"{"heart":true}"#, r#"{"attachment":{"type":"like_heart"}}"#),
        (
            r#"{"post":"18000000000000010"}"#,
            r#"{"attachment":{"type":"MEDIA_SHARE","payload":{"id":"18000000000000010"}}}"#,
        ),
    ];
    let event = event(Kind::MessageReceived(message("oi")));
    for (step, body) in cases {
        let rules = rules(&format!(r#"{{"id":"a","on":["message"],"do":[{step}]}}"#));
        let decision = decided(&rules, &facts(&event));
        let same = |a: &str, b: &str| {
            serde_json::from_str::<serde_json::Value>(a).unwrap()
                == serde_json::from_str::<serde_json::Value>(b).unwrap()
        };
        assert!(same(&contents(&decision)[0], body), "{step}: {:?}", contents(&decision));
    }
}

#[test]
fn what_needs_no_words_comes_out_as_effects_in_order() {
    let rules = rules(
        r#"{"id":"a","on":["message"],"do":[{"mark_seen":true},{"typing":true},{"react":"love"},{"tag":"voluntario"},
            {"pause_minutes":30},{"text":"x"},{"hand_over":{"tag":"juridico","pause_minutes":60}}]},
           {"id":"b","on":["comment"],"do":[{"hide_comment":true}]}"#,
    );
    let direct = event(Kind::MessageReceived(message("oi")));
    let decision = decided(&rules, &facts(&direct));
    let codes = |decision: &Decision| decision.effects.iter().map(Effect::code).collect::<Vec<_>>().join(" ");
    assert_eq!(codes(&decision), "mark_seen typing react tag pause hand_over");
    assert_eq!(decision.effects[4], Effect::Pause { until: AT.plus_ms(30 * MINUTE) });
    let until = AT.plus_ms(60 * MINUTE);
    assert_eq!(decision.effects[5], Effect::HandOver { tag: Some("juridico".to_owned()), until });

    let silenced = decided(&rules, &Facts { opted_out: true, ..facts(&direct) });
    assert_eq!(codes(&silenced), "tag pause hand_over", "nothing reaches who wants silence; the office still learns");
    let public = event(Kind::CommentWritten(comment("oi")));
    let hidden = decided(&rules, &Facts { opted_out: true, ..facts(&public) });
    assert_eq!((hidden.outcome.code(), codes(&hidden)), ("handled", "hide_comment".to_owned()));
    let week_later = decide(&facts(&public), Some(&rules), AT.plus_ms(168 * HOUR));
    assert_eq!(week_later.effects, [], "case 71: a redrive hides nothing");
    let observed = decided(&rules, &Facts { mode: Mode::Observe, ..facts(&direct) });
    assert_eq!((observed.outcome.code(), observed.effects.len()), ("observed", 0));
}

#[test]
fn reactions_and_links_are_answered_only_in_an_open_window() {
    let rules = rules(
        r#"{"id":"love","on":[{"reaction":{"is":["love","🔥"]}}],"do":[{"text":"x"}]},
           {"id":"poster","on":[{"referral":{"ref":["cartaz-a"]}}, {"message":{"ref":["cartaz-a"]}}],"do":[{"text":"y"}]}"#,
    );
    let reacted = |given, name: &str, emoji: Option<&str>| {
        let (reaction, emoji) = (Some(name.to_owned()), emoji.map(ToOwned::to_owned));
        event(Kind::ReactionChanged(Reaction { mid: mid(), by: person(PERSON), given, reaction, emoji }))
    };
    let link = |reference: &str| Referral { reference: Some(reference.into()), ..Referral::default() };
    let came = |reference: &str| event(Kind::ReferralOpened { from: person(PERSON), referral: link(reference) });
    let wrote = event(Kind::MessageReceived(Message { referral: Some(link("cartaz-a")), ..message("oi") }));
    let recently = Some(AT.plus_ms(-HOUR));
    let cases = [
        ("love", reacted(true, "love", None), recently, "answered"),
        ("fire", reacted(true, "other", Some("🔥")), recently, "answered"),
        ("anger", reacted(true, "angry", None), recently, "no_match"),
        ("taken back", reacted(false, "love", None), recently, "not_a_trigger"),
        ("love of who never wrote", reacted(true, "love", None), None, "window_closed"),
        ("love after a day", reacted(true, "love", None), Some(AT.plus_ms(-24 * HOUR)), "window_closed"),
        ("the link", came("cartaz-a"), recently, "answered"),
        ("another link", came("cartaz-b"), recently, "no_match"),
        ("the link of who never wrote", came("cartaz-a"), None, "window_closed"),
        ("a message through the link", wrote, None, "answered"),
    ];
    for (case, event, last_user_at, code) in cases {
        assert_eq!(decided(&rules, &Facts { last_user_at, ..facts(&event) }).outcome.code(), code, "{case}");
    }
    let own = event(Kind::ReactionChanged(Reaction {
        mid: mid(),
        by: person(ACCOUNT),
        given: true,
        reaction: Some("love".to_owned()),
        emoji: None,
    }));
    assert_eq!(decided(&rules, &facts(&own)).outcome.code(), "own_message", "case 85: to oneself");
}

#[test]
fn whether_somebody_follows_counts_only_where_it_is_known() {
    let rules = rules(
        r#"{"id":"yes","on":["message"],"when":[{"follows":true}],"do":[{"text":"x"}]},
           {"id":"no","on":["message"],"when":[{"follows":false}],"do":[{"text":"x"}]}"#,
    );
    let event = event(Kind::MessageReceived(message("oi")));
    for (follows, outcome) in
        [(Some(true), "answered by yes"), (Some(false), "answered by no"), (None, "no rule matched")]
    {
        assert_eq!(decided(&rules, &Facts { follows, ..facts(&event) }).outcome.to_string(), outcome);
    }
}

#[test]
fn blanks_are_filled_with_what_is_safe_to_say() {
    let rules = rules(
        r#"{"id":"a","on":["message"],"do":[{"text":"Oi, {first_name|amigo} ({username|você})!"}]},
           {"id":"b","on":["comment"],"do":[{"private_reply":"{username}, você escreveu: {comment|nada}"},{"public_reply":"Oi, {username}!"}]}"#,
    );
    let direct = event(Kind::MessageReceived(message("oi")));
    let public = event(Kind::CommentWritten(comment("veja golpe.com @fulano isso")));
    let (name, user) = (Words::from("Bia 🌻"), Words::from("bia.souza"));
    let known = Facts { names: Names { username: Some(&user), first_name: Some(&name) }, ..facts(&direct) };
    assert_eq!(texts(&decided(&rules, &known)), ["to 900000000000001: Oi, Bia (bia.souza)!"]);
    assert_eq!(texts(&decided(&rules, &facts(&direct))), ["to 900000000000001: Oi, amigo (você)!"]);
    assert_eq!(
        texts(&decided(&rules, &facts(&public))),
        [
            "to the author of 18000000000000011: curious.reader, você escreveu: veja isso",
            "below 18000000000000011: Oi, curious.reader!",
        ]
    );
}

#[test]
fn case_69_a_text_that_its_blanks_make_too_long_is_refused_with_a_reason() {
    // Accents take two bytes: a text of few enough characters may still be too long.
    let rules = |x: usize| {
        let text = format!("{}{}", "é".repeat(495), "x".repeat(x));
        rules(&format!(r#"{{"id":"a","on":["message"],"do":[{{"text":"{text}{{username}}"}}]}}"#))
    };
    let event = event(Kind::MessageReceived(message("oi")));
    let user = Words::from("bia.souza");
    let facts = Facts { names: Names { username: Some(&user), first_name: None }, ..facts(&event) };
    for (x, outcome) in [(0, "answered"), (1, "answered"), (2, "text_too_long")] {
        assert_eq!(decided(&rules(x), &facts).outcome.code(), outcome, "{} bytes", 990 + x + 9);
    }
    let decision = decided(&rules(2), &facts);
    assert_eq!(decision.outcome, Outcome::Refused(Refusal::TextTooLong));
    assert_eq!(
        decision.trace.render(&rules(2))[0].to_string(),
        "a: matched, 0 replies planned; the next was refused: with its blanks filled the text has more than 1000 bytes"
    );
}

fn campaign(rules: &str) -> RuleSet {
    RuleSet::parse(&format!(
        r#"{{"version":1,"campaign":true,"disclosure":{{"text":"Mensagem automática."}},"rules":[{rules}]}}"#
    ))
    .unwrap()
}

#[test]
fn a_machine_says_so_at_the_start_after_a_pause_and_after_a_person() {
    let rules = campaign(r#"{"id":"a","on":["message"],"do":[{"text":"x"},{"text":"y"}]}"#);
    let event = event(Kind::MessageReceived(message("oi")));
    let ago = |hours: i64| Some(AT.plus_ms(-hours * HOUR));
    let cases = [
        ("never said", None, None, true),
        ("said a moment ago", ago(0), None, false),
        ("said 23 hours ago", ago(23), None, false),
        ("said a day ago", ago(24), None, true),
        ("a person wrote since", ago(2), ago(1), true),
        ("a person wrote before", ago(1), ago(2), false),
    ];
    for (case, last_disclosed_at, person_answered_at, due) in cases {
        let decision = decided(&rules, &Facts { last_disclosed_at, person_answered_at, ..facts(&event) });
        let first = if due { "to 900000000000001: Mensagem automática.\n\nx" } else { "to 900000000000001: x" };
        assert_eq!(texts(&decision), [first, "to 900000000000001: y"], "{case}");
        assert_eq!(decision.replies.iter().map(|r| r.discloses).collect::<Vec<_>>(), [due, false], "{case}");
    }
}

#[test]
fn what_holds_no_text_is_disclosed_before_it() {
    let rules = campaign(r#"{"id":"a","on":["message"],"do":[{"image":"https://a.example/b.png"},{"text":"x"}]}"#);
    let event = event(Kind::MessageReceived(message("oi")));
    let decision = decided(&rules, &facts(&event));
    assert_eq!(texts(&decision)[0], "to 900000000000001: Mensagem automática.");
    assert_eq!(texts(&decision)[2], "to 900000000000001: x");
    assert_eq!(decision.replies.iter().map(|r| r.step).collect::<Vec<_>>(), [255, 0, 1]);
    let public = super::event(Kind::CommentWritten(comment("oi")));
    let private = campaign(r#"{"id":"a","on":["comment"],"do":[{"private_reply":"x"}]}"#);
    assert_eq!(
        texts(&decided(&private, &facts(&public))),
        ["to the author of 18000000000000011: Mensagem automática.\n\nx"]
    );
}

#[test]
fn the_fallback_answers_what_no_rule_matches_and_not_again_soon() {
    let rules = RuleSet::parse(
        r#"{"version":1,"rules":[{"id":"a","on":["message","reaction"],"when":[{"words":{"any":["agenda"]}}],"do":[{"text":"x"}]}],
            "fallback":{"do":[{"text":"Não entendi."}]}}"#,
    )
    .unwrap();
    let other = event(Kind::MessageReceived(message("oi")));
    let public = event(Kind::CommentWritten(comment("oi")));
    let decision = decided(&rules, &facts(&other));
    assert_eq!(decision.outcome.to_string(), "answered by +fallback");
    assert_eq!(decision.trace.to_string().split_once(':').unwrap().1, "c0;fy1");
    let fired = [crate::Fired { source: "+fallback", at: AT.plus_ms(-11 * HOUR) }];
    assert_eq!(decided(&rules, &Facts { fired: &fired, ..facts(&other) }).outcome.code(), "no_match");
    assert_eq!(decided(&rules, &facts(&public)).outcome.code(), "no_match", "comments get none");
    let tap = event(Kind::PostbackPressed(postback("OUTRO")));
    assert_eq!(decided(&rules, &facts(&tap)).outcome.code(), "answered");
}

fn asking(members: &str, steps: &str, on: &str) -> RuleSet {
    RuleSet::parse(&format!(
        r#"{{"version":1,"time_zone":"America/Sao_Paulo",{members}
            "rules":[{{"id":"a","on":["{on}"],"do":[{steps}]}}]}}"#
    ))
    .unwrap()
}

#[test]
fn a_question_goes_to_the_office_with_its_deadline_and_what_happens_without_an_answer() {
    let direct = event(Kind::MessageReceived(message("oi")));
    let rules =
        asking("", r#"{"ask":{"wait_minutes":5,"fallback":"Já respondemos.","persona":"gabinete"}}"#, "message");
    let decision = decided(&rules, &facts(&direct));
    assert_eq!((decision.outcome.code(), decision.replies.len()), ("asked", 0));
    let ask = decision.ask.unwrap();
    assert_eq!((ask.deadline, ask.not_after), (AT.plus_ms(5 * MINUTE), AT.plus_ms(60 * MINUTE)));
    assert_eq!((ask.to.clone(), ask.persona.as_deref()), (AskedFor::Person(person(PERSON)), Some("gabinete")));
    assert_eq!(ask.id, crate::reply_id(facts(&direct).key, &ask.source, ask.step));
    assert!(matches!(&ask.otherwise, Otherwise::Send(action) if action.text() == Some("Já respondemos.")));
    let answer = ask.message("A praça fica pronta em maio.").unwrap();
    assert_eq!(answer.expose(), "Resposta escrita por inteligência artificial:\n\nA praça fica pronta em maio.");
    assert!(ask.message(&"x".repeat(1000)).is_err(), "the label takes its place in the 1000 bytes");
    assert!(ask.message(" ").is_err(), "a label alone is no answer");
    assert_eq!(decided(&rules, &Facts { opted_out: true, ..facts(&direct) }).ask, None);

    let alone = asking("", r#"{"ask":{}}"#, "message");
    let ask = decided(&alone, &facts(&direct)).ask.unwrap();
    assert!(matches!(ask.otherwise, Otherwise::HandOver(Effect::HandOver { .. })));
}

#[test]
fn an_answer_in_public_is_a_draft_unless_switched_on() {
    let public = event(Kind::CommentWritten(comment("oi")));
    let in_public = r#"{"ask":{"as":"public_reply"}}"#;
    for (members, expected) in [("", true), (r#""ai":{"public_replies":true},"#, false)] {
        let ask = decided(&asking(members, in_public, "comment"), &facts(&public)).ask.unwrap();
        assert!(matches!(ask.to, AskedFor::PublicReply { draft, .. } if draft == expected));
    }
    let ask = decided(&asking("", r#"{"ask":{}}"#, "comment"), &facts(&public)).ask.unwrap();
    assert!(matches!(ask.to, AskedFor::PrivateReply(_)));
}

#[test]
fn in_a_silence_of_machines_that_write_the_fallback_comes_at_once() {
    let silence = r#""quiet":[{"from":"2025-12-01","until":"2026-02-01","scope":"ai"}],"#;
    let direct = event(Kind::MessageReceived(message("oi")));
    let decision = decided(&asking(silence, r#"{"ask":{"fallback":"Já respondemos."}}"#, "message"), &facts(&direct));
    assert_eq!((texts(&decision), decision.ask), (vec!["to 900000000000001: Já respondemos.".to_owned()], None));
    let decision = decided(&asking(silence, r#"{"ask":{}}"#, "message"), &facts(&direct));
    assert_eq!((decision.effects[0].code(), decision.ask), ("hand_over", None));
}
