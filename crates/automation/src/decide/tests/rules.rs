use super::*;

#[test]
fn a_message_is_answered_to_its_author_and_a_comment_by_its_id() {
    let direct = event(Kind::MessageReceived(message("oi")));
    assert_eq!(texts(&decide(&facts(&direct), Some(&eager()), AT)), ["to 900000000000001: x"]);
    let public = event(Kind::CommentWritten(comment("oi")));
    assert_eq!(
        texts(&decide(&facts(&public), Some(&eager()), AT)),
        ["to the author of 18000000000000011: x", "below 18000000000000011: y"]
    );
}

#[test]
fn what_is_never_answered_is_named() {
    let own = person(ACCOUNT);
    let control = Control { peer: Some(person(PERSON)), change: ControlChange::Requested { by: None } };
    let echo = Echo {
        mid: mid(),
        to: person(PERSON),
        content: Content::default(),
        reply_to: None,
        metadata: None,
        app: None,
        is_self: false,
    };
    let reaction = Reaction { mid: mid(), by: person(PERSON), given: true, reaction: None, emoji: None };
    let author = |author: Author| Kind::CommentWritten(instagram::Comment { from: Some(author), ..comment("oi") });
    let cases: Vec<(&str, Kind, &str)> = vec![
        ("an echo", Kind::MessageEchoed(echo), "own_message"),
        (
            "a message that lacks its echo mark",
            Kind::MessageReceived(Message { from: own.clone(), ..message("oi") }),
            "own_message",
        ),
        ("a tap marked as own", Kind::PostbackPressed(Postback { is_self: true, ..postback("A") }), "own_message"),
        ("a tap of the account", Kind::PostbackPressed(Postback { from: own.clone(), ..postback("A") }), "own_message"),
        (
            "case 85: a comment marked as own",
            author(Author { id: person("1"), username: None, is_self: true }),
            "own_message",
        ),
        ("a comment by the account's id", author(Author { id: own, username: None, is_self: false }), "own_message"),
        (
            "a comment by the account's name",
            author(Author { id: person("1"), username: Some("Vereadora.Ana".into()), is_self: false }),
            "own_message",
        ),
        (
            "a comment without author",
            Kind::CommentWritten(instagram::Comment { from: None, ..comment("oi") }),
            "author_unknown",
        ),
        ("an unsend", Kind::MessageUnsent { mid: mid(), peer: None }, "not_a_trigger"),
        (
            "an edit",
            Kind::MessageEdited { mid: mid(), peer: Some(person(PERSON)), text: Some("oi".into()), num_edit: 1 },
            "not_a_trigger",
        ),
        ("a hint", Kind::MessageHinted { mid: mid(), peer: None, text: Some("oi".into()) }, "not_a_trigger"),
        ("a reaction", Kind::ReactionChanged(reaction), "not_a_trigger"),
        ("a read", Kind::MessageSeen { mid: mid(), by: person(PERSON) }, "not_a_trigger"),
        ("a referral", Kind::ReferralOpened { from: person(PERSON), referral: Referral::default() }, "not_a_trigger"),
        ("an opt-in", Kind::OptInReceived { from: person(PERSON), kind: None }, "not_a_trigger"),
        ("a handover", Kind::ControlChanged(control), "not_a_trigger"),
        ("names of fields", Kind::FieldsChanged { fields: vec!["messages".to_owned()] }, "not_a_trigger"),
        (
            "case 37: a future kind",
            Kind::Unknown { name: "poll".to_owned(), peer: Some(person(PERSON)) },
            "not_a_trigger",
        ),
    ];
    let own_name = Words::from("vereadora.ana");
    for (case, kind, code) in cases {
        let event = event(kind);
        let decision = decide(&Facts { own_username: Some(&own_name), ..facts(&event) }, Some(&eager()), AT);
        assert_eq!(decision.outcome.code(), code, "{case}");
        assert_eq!(decision.replies, [], "{case}");
        assert_eq!(decision.trace.to_string(), "-", "{case}: no rule is asked");
    }
}

#[test]
fn a_fact_that_forbids_an_answer_is_named() {
    let direct = event(Kind::MessageReceived(message("oi")));
    let public = event(Kind::CommentWritten(comment("oi")));
    let standby = Event { standby: true, ..direct.clone() };
    let test = Event { test: true, ..direct.clone() };
    let cases = [
        ("case 36: standby", Facts { event: &standby, ..facts(&direct) }, "standby"),
        ("a dashboard sample", Facts { event: &test, ..facts(&direct) }, "test"),
        ("case 52: unsent before the message came", Facts { unsent: true, ..facts(&direct) }, "unsent"),
        ("switched off", Facts { mode: Mode::Off, ..facts(&direct) }, "off"),
        ("case 98: opted out", Facts { opted_out: true, ..facts(&direct) }, "opted_out"),
        ("an opt-out covers comments", Facts { opted_out: true, ..facts(&public) }, "opted_out"),
        ("a person is talking", Facts { paused_until: Some(AT.plus_ms(1)), ..facts(&direct) }, "paused"),
        ("another app holds the thread", Facts { control_ours: false, ..facts(&direct) }, "not_our_thread"),
        ("a comment that our own sending created", Facts { created_by_us: true, ..facts(&public) }, "own_message"),
    ];
    for (case, facts, code) in cases {
        let decision = decide(&facts, Some(&eager()), AT);
        assert_eq!((decision.outcome.code(), decision.replies.len()), (code, 0), "{case}");
    }
    let over = Facts { paused_until: Some(AT), ..facts(&direct) };
    assert_eq!(decide(&over, Some(&eager()), AT).outcome.code(), "answered", "a pause ends at its moment");
    assert_eq!(decide(&facts(&direct), None, AT).outcome.code(), "no_rules");
    assert_eq!(decide(&facts(&direct), Some(&rules("")), AT).outcome.code(), "no_match");
}

#[test]
fn an_observed_account_learns_what_would_be_answered_and_sends_nothing() {
    let direct = event(Kind::MessageReceived(message("oi")));
    let decision = decide(&Facts { mode: Mode::Observe, ..facts(&direct) }, Some(&eager()), AT);
    assert_eq!(decision.outcome.to_string(), "would be answered by direct; the account only observes");
    assert_eq!(decision.replies, []);
    assert_eq!(decision.trace.render(&eager())[0].to_string(), "direct: matched, 1 reply planned");
}

#[test]
fn a_reply_leaves_before_its_window_or_its_patience_ends() {
    let direct = event(Kind::MessageReceived(message("oi")));
    let public = event(Kind::CommentWritten(comment("oi")));
    let live = event(Kind::CommentWritten(instagram::Comment { live: true, ..comment("oi") }));
    let with = |on: &str, action: &str, patience: &str| {
        rules(&format!(r#"{{"id":"a","on":["{on}"],"do":[{{"{action}":"x"}}]{patience}}}"#))
    };
    let minutes = |minutes: i64| format!(",\"patience_minutes\":{minutes}");
    let week = minutes(10_080);
    let cases = [
        ("a message", &direct, with("message", "text", ""), 60 * MINUTE, "too_old"),
        ("a patient message", &direct, with("message", "text", &week), 24 * HOUR - 5 * MINUTE, "window_closed"),
        ("an impatient message", &direct, with("message", "text", &minutes(2)), 2 * MINUTE, "too_old"),
        ("a public reply", &public, with("comment", "public_reply", ""), 24 * HOUR, "too_old"),
        ("a patient public reply", &public, with("comment", "public_reply", &week), 168 * HOUR, "too_old"),
        ("a private reply", &public, with("comment", "private_reply", ""), 164 * HOUR, "too_old"),
        (
            "a patient private reply",
            &public,
            with("comment", "private_reply", &week),
            168 * HOUR - 5 * MINUTE,
            "window_closed",
        ),
        ("a live comment", &live, with("live_comment", "private_reply", ""), 5 * MINUTE, "too_old"),
        (
            "a live comment is never answered later",
            &live,
            with("live_comment", "private_reply", &week),
            5 * MINUTE,
            "too_old",
        ),
        ("an impatient live comment", &live, with("live_comment", "private_reply", &minutes(1)), MINUTE, "too_old"),
    ];
    for (case, event, rules, allowed_ms, code) in cases {
        let end = AT.plus_ms(allowed_ms);
        for now in [AT, UnixMillis(end.0 - 1)] {
            let decision = decide(&facts(event), Some(&rules), now);
            assert_eq!(decision.replies.iter().map(|r| r.not_after).collect::<Vec<_>>(), [end], "{case} at {now:?}");
        }
        // Case 71: a redrive after a week is such a moment.
        for now in [end, end.plus_ms(168 * HOUR)] {
            let decision = decide(&facts(event), Some(&rules), now);
            assert_eq!((decision.outcome.code(), decision.replies.len()), (code, 0), "{case} at {now:?}");
        }
    }
}

#[test]
fn a_later_message_keeps_the_window_open_but_not_the_patience() {
    let direct = event(Kind::MessageReceived(message("oi")));
    let now = AT.plus_ms(30 * HOUR);
    let written_again = Facts { last_user_at: Some(AT.plus_ms(29 * HOUR)), ..facts(&direct) };
    let patient = rules(r#"{"id":"a","on":["message"],"do":[{"text":"x"}],"patience_minutes":2000}"#);
    let decision = decide(&written_again, Some(&patient), now);
    assert_eq!(decision.replies[0].not_after, AT.plus_ms(2000 * MINUTE));
    assert_eq!(decide(&facts(&direct), Some(&patient), now).outcome.code(), "window_closed");
    let impatient = rules(r#"{"id":"a","on":["message"],"do":[{"text":"x"}]}"#);
    assert_eq!(decide(&written_again, Some(&impatient), now).outcome.code(), "too_old");
}

#[test]
fn a_clock_that_is_ahead_does_not_lengthen_a_window() {
    let direct = event(Kind::MessageReceived(message("oi")));
    let future = UnixMillis(i64::MAX);
    let decision = decide(&Facts { at: future, last_user_at: Some(future), ..facts(&direct) }, Some(&eager()), AT);
    assert_eq!(decision.replies[0].not_after, AT.plus_ms(24 * HOUR - 5 * MINUTE));
}

#[test]
fn an_event_meets_the_rules_of_its_own_kind_only() {
    let story = ReplyTo::Story { id: None, url: None };
    let mention = Attachment { kind: AttachmentKind::StoryMention, url: None, title: None, media: None };
    let mentioning = Content { attachments: vec![mention], ..Content::default() };
    let cases: Vec<(&str, Kind)> = vec![
        ("message", Kind::MessageReceived(message("oi"))),
        ("message", Kind::MessageReceived(Message { reply_to: Some(ReplyTo::Message(mid())), ..message("oi") })),
        ("message", Kind::MessageReceived(Message { content: Content::default(), ..message("") })),
        ("story_reply", Kind::MessageReceived(Message { reply_to: Some(story), ..message("oi") })),
        ("story_mention", Kind::MessageReceived(Message { content: mentioning, ..message("") })),
        ("quick_reply", Kind::MessageReceived(Message { quick_reply: Some("A".into()), ..message("oi") })),
        ("postback", Kind::PostbackPressed(postback("A"))),
        ("comment", Kind::CommentWritten(comment("oi"))),
        ("live_comment", Kind::CommentWritten(instagram::Comment { live: true, ..comment("oi") })),
    ];
    let kinds = ["message", "story_reply", "story_mention", "quick_reply", "postback", "comment", "live_comment"];
    for (own_kind, kind) in cases {
        let event = event(kind);
        for on in kinds {
            let action = if on.ends_with("comment") { "private_reply" } else { "text" };
            let rules = rules(&format!(r#"{{"id":"a","on":["{on}"],"do":[{{"{action}":"x"}}]}}"#));
            let expected = if on == own_kind { "answered" } else { "no_match" };
            assert_eq!(
                decide(&facts(&event), Some(&rules), AT).outcome.code(),
                expected,
                "{own_kind} and a rule on {on}"
            );
        }
    }
}

#[test]
fn a_trigger_can_be_narrowed_to_posts_and_payloads() {
    let rules = rules(
        r#"{"id":"post","on":[{"comment":{"media":["7","18000000000000010"]}}],"do":[{"public_reply":"x"}]},
           {"id":"tap","on":[{"postback":{"payload":["AGENDA"]}},{"quick_reply":{"payload":["OK"]}}],"do":[{"text":"x"}]}"#,
    );
    let quick = |payload: &str| Kind::MessageReceived(Message { quick_reply: Some(payload.into()), ..message("OK") });
    let other_post = instagram::Comment { media: MediaId::parse("8").ok(), ..comment("oi") };
    let cases = [
        ("the post", Kind::CommentWritten(comment("oi")), "answered"),
        ("another post", Kind::CommentWritten(other_post), "no_match"),
        ("no post named", Kind::CommentWritten(instagram::Comment { media: None, ..comment("oi") }), "no_match"),
        ("the payload", Kind::PostbackPressed(postback("AGENDA")), "answered"),
        ("a payload in other letters", Kind::PostbackPressed(postback("agenda")), "no_match"),
        ("standby taps have no payload", Kind::PostbackPressed(Postback { payload: None, ..postback("") }), "no_match"),
        ("the quick reply", quick("OK"), "answered"),
        ("a payload of the other trigger", quick("AGENDA"), "no_match"),
    ];
    for (case, kind, code) in cases {
        let event = event(kind);
        assert_eq!(decide(&facts(&event), Some(&rules), AT).outcome.code(), code, "{case}");
    }
}

#[test]
fn a_comment_in_a_thread_or_on_a_strange_post_needs_a_rule_that_says_so() {
    let shy = r#"{"id":"a","on":["comment"],"do":[{"public_reply":"x"}]}"#;
    let in_threads = r#"{"id":"a","on":["comment"],"in_threads":true,"do":[{"public_reply":"x"}]}"#;
    let anywhere = r#"{"id":"a","on":["comment"],"on_other_media":true,"do":[{"public_reply":"x"}]}"#;
    let top = event(Kind::CommentWritten(comment("oi")));
    let parent = CommentId::parse("18000000000000009").ok();
    let reply = event(Kind::CommentWritten(instagram::Comment { parent, ..comment("oi") }));
    let cases = [
        ("own post, top", &top, MediaOwner::Own, [true, true, true]),
        ("own post, in a thread", &reply, MediaOwner::Own, [false, true, false]),
        ("case 101: somebody else's post", &top, MediaOwner::Other, [false, false, true]),
        ("a post not looked up", &top, MediaOwner::Unknown, [false, false, true]),
    ];
    for (case, event, media_owner, answered) in cases {
        for (rule, answered) in [shy, in_threads, anywhere].into_iter().zip(answered) {
            let decision = decide(&Facts { media_owner, ..facts(event) }, Some(&rules(rule)), AT);
            assert_eq!(decision.replies.len(), usize::from(answered), "{case}: {rule}");
        }
    }
}

#[test]
fn conditions_look_at_the_text_as_people_write_it() {
    let words = |list: &str| format!(r#"{{"words":{list}}}"#);
    let cases = [
        ("a word among others", words(r#"{"any":["agenda"]}"#), "Qual a AGENDAAA de hj?", true),
        ("part of a word", words(r#"{"any":["agenda"]}"#), "agendamento", false),
        ("a phrase", words(r#"{"any":["onde você vai estar"]}"#), "gente, onde vc vai estar???", true),
        ("a phrase with other words inside", words(r#"{"any":["vai estar"]}"#), "vai hoje estar", false),
        ("a phrase in another order", words(r#"{"any":["vai estar"]}"#), "estar vai", false),
        ("a short form in the rule", words(r#"{"any":["pq"]}"#), "por quê?", true),
        ("all, one missing", words(r#"{"all":["quero","adesivo"]}"#), "quero", false),
        ("all, in any order", words(r#"{"all":["quero","adesivo"]}"#), "adesivo eu QUERO", true),
        ("any and all", words(r#"{"any":["oi","olá"],"all":["adesivo"]}"#), "olá, adesivo?", true),
        ("any missing", words(r#"{"any":["oi","olá"],"all":["adesivo"]}"#), "adesivo?", false),
        ("an emoji", words(r#"{"any":["🔥"]}"#), "quero🔥🔥", true),
        ("no text", words(r#"{"any":["oi"]}"#), "", false),
        ("an expression in other capitals", r#"{"regex":"r\\$ ?\\d+"}"#.to_owned(), "custa R$ 30?", true),
        ("an expression sees accents", r#"{"regex":"^sao$"}"#.to_owned(), "são", false),
        ("an expression and accents typed apart", r#"{"regex":"^são$"}"#.to_owned(), "sa\u{303}o", true),
    ];
    for (case, when, text, expected) in cases {
        let rules = rules(&format!(r#"{{"id":"a","on":["message"],"when":[{when}],"do":[{{"text":"x"}}]}}"#));
        let event = event(Kind::MessageReceived(message(text)));
        assert_eq!(decide(&facts(&event), Some(&rules), AT).replies.len(), usize::from(expected), "{case}");
    }
}

#[test]
fn only_the_beginning_of_an_endless_text_is_looked_at() {
    let rules = rules(r#"{"id":"a","on":["message"],"when":[{"words":{"any":["agenda"]}}],"do":[{"text":"x"}]}"#);
    let near = event(Kind::MessageReceived(message(&format!("{} agenda", "é".repeat(2_000)))));
    let far = event(Kind::MessageReceived(message(&format!("{} agenda", "é".repeat(1_000_000)))));
    assert_eq!(decide(&facts(&near), Some(&rules), AT).outcome.code(), "answered");
    assert_eq!(decide(&facts(&far), Some(&rules), AT).outcome.code(), "no_match");
}

#[test]
fn a_first_contact_is_what_the_facts_say() {
    let rules = rules(
        r#"{"id":"welcome","on":["message"],"when":[{"first_contact":true}],"do":[{"text":"x"}]},
           {"id":"again","on":["message"],"when":[{"first_contact":false}],"do":[{"text":"x"}]}"#,
    );
    let event = event(Kind::MessageReceived(message("oi")));
    for (first_contact, rule) in [(true, "welcome"), (false, "again")] {
        let decision = decide(&Facts { first_contact, ..facts(&event) }, Some(&rules), AT);
        assert_eq!(decision.replies[0].source.to_string(), rule);
    }
}

#[test]
fn the_first_match_stops_unless_it_continues() {
    let rule = |id: &str, more: &str| format!(r#"{{"id":"{id}","on":["message"],"do":[{{"text":"{id}"}}]{more}}}"#);
    let stops = rules(&[rule("a", ""), rule("b", "")].join(","));
    let continues = rules(&[rule("a", ",\"continue\":true"), rule("b", ""), rule("c", "")].join(","));
    let event = event(Kind::MessageReceived(message("oi")));
    let decision = decide(&facts(&event), Some(&stops), AT);
    assert_eq!(decision.outcome.to_string(), "answered by a");
    let decision = decide(&facts(&event), Some(&continues), AT);
    assert_eq!(decision.outcome.to_string(), "answered by a, b");
    assert_eq!(texts(&decision), ["to 900000000000001: a", "to 900000000000001: b"]);
}

#[test]
fn one_comment_gets_one_private_reply_and_one_event_at_most_six_replies() {
    let private = |id: &str| {
        format!(
            r#"{{"id":"{id}","on":["comment"],"continue":true,"do":[{{"private_reply":"{id}"}},{{"public_reply":"{id}"}}]}}"#
        )
    };
    let event = event(Kind::CommentWritten(comment("oi")));
    let twice = rules(&[private("a"), private("b")].join(","));
    let decision = decide(&facts(&event), Some(&twice), AT);
    assert_eq!(texts(&decision), ["to the author of 18000000000000011: a", "below 18000000000000011: a"]);
    assert_eq!(
        decision.trace.render(&twice)[1].to_string(),
        "b: matched, 0 replies planned; the next was refused: the comment already has its one private reply"
    );

    let public =
        |id: i64| format!(r#"{{"id":"r{id}","on":["comment"],"continue":true,"do":[{{"public_reply":"x"}}]}}"#);
    let many = rules(&(0..20).map(public).collect::<Vec<_>>().join(","));
    let decision = decide(&facts(&event), Some(&many), AT);
    assert_eq!((decision.replies.len(), decision.outcome.code()), (6, "answered"));
}

#[test]
fn a_refused_step_takes_the_later_steps_of_its_rule_with_it() {
    let event = event(Kind::CommentWritten(comment("oi")));
    let now = AT.plus_ms(48 * HOUR);
    let private_first = rules(r#"{"id":"a","on":["comment"],"do":[{"private_reply":"x"},{"public_reply":"y"}]}"#);
    assert_eq!(texts(&decide(&facts(&event), Some(&private_first), now)), ["to the author of 18000000000000011: x"]);
    let public_first = rules(r#"{"id":"a","on":["comment"],"do":[{"public_reply":"y"},{"private_reply":"x"}]}"#);
    assert_eq!(decide(&facts(&event), Some(&public_first), now).outcome.code(), "too_old");
}

#[test]
fn a_wording_is_chosen_by_the_event_and_stays() {
    let rules = rules(r#"{"id":"a","on":["message"],"do":[{"text":["0","1","2"]}]}"#);
    let event = event(Kind::MessageReceived(message("oi")));
    let wording = |key: &str, now| texts(&decide(&Facts { key, ..facts(&event) }, Some(&rules), now)).remove(0);
    let mut seen = std::collections::BTreeMap::new();
    for n in 0..300 {
        let key = format!("msg:1:{n}");
        let first = wording(&key, AT);
        assert_eq!(wording(&key, AT.plus_ms(MINUTE)), first, "a redelivery chooses the same");
        *seen.entry(first).or_insert(0) += 1;
    }
    assert!(seen.len() == 3 && seen.values().all(|count| *count > 60), "every wording has its turn: {seen:?}");
}
