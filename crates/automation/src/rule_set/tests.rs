use super::*;

/// The problems of a document, one `path: reason` each.
fn problems(json: &str) -> Vec<String> {
    RuleSet::parse(json).err().map(|errors| errors.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn with_rule(rule: &str) -> String {
    format!(r#"{{"version":1,"rules":[{rule}]}}"#)
}

/// What is said of a member that the document does not have.
const KNOWN: &str = "unknown member; known here: $schema, version, campaign, time_zone, business_hours, quiet, disclosure, \
    opt_out, hand_over, erasure, fallback, ai, ice_breakers, menu, rules";

#[test]
fn a_document_without_problems_is_a_rule_set() {
    let cases = [
        ("no rules yet", "{\"version\":1,\"rules\":[]}".to_owned()),
        ("the smallest rule", with_rule(r#"{"id":"a","on":["message"],"do":[{"text":"x"}]}"#)),
        (
            "every member",
            with_rule(
                r#"{"id":"a-1_b","on":["comment",{"comment":{"media":["18000000000000010"]}}],"priority":-5,"continue":true,
                "when":[{"words":{"any":["eu quero","🔥"],"all":["já"]}},{"regex":"\\bR\\$ ?\\d+"},{"first_contact":false}],
                "do":[{"private_reply":["x","y"]},{"public_reply":"z"}],"patience_minutes":90,"in_threads":true,
                "on_other_media":true}"#,
            ),
        ),
        (
            "every trigger of direct messages",
            with_rule(
                r#"{"id":"a","on":["message","story_reply","story_mention","quick_reply","postback",
                {"postback":{"payload":["A"]}},{"quick_reply":{"payload":["B"]}},{"message":{}}],"do":[{"text":"x"}]}"#,
            ),
        ),
        (
            "a private reply to a live comment",
            with_rule(r#"{"id":"a","on":["live_comment"],"do":[{"private_reply":"x"}]}"#),
        ),
        ("white space around it", "\n {\"version\" : 1 , \"rules\" : [ ] } \n".to_owned()),
        (
            "case 69: a text of exactly 1000 bytes",
            with_rule(&format!(r#"{{"id":"a","on":["message"],"do":[{{"text":"{}"}}]}}"#, "é".repeat(500))),
        ),
    ];
    for (case, json) in cases {
        assert_eq!(problems(&json), Vec::<String>::new(), "{case}");
    }
}

#[test]
fn a_problem_of_the_document_is_named_with_its_place() {
    let cases = [
        ("nothing", "", "$: not JSON: line 1, column 0"),
        ("cut short", "{\"version\":1,", "$: not JSON: line 1, column 13"),
        ("an array where an object is meant", "[1,[]]", "$: expected an object"),
        ("an array by position inside", &with_rule(r#"["a",["message"]]"#), "$.rules[0]: expected an object"),
        ("no version", r#"{"rules":[]}"#, "$: the member `version` is missing"),
        ("a later version", r#"{"version":2,"rules":[]}"#, "$.version: expected a whole number from 1 to 1"),
        ("a version as text", r#"{"version":"1","rules":[]}"#, "$.version: expected a whole number from 1 to 1"),
        ("no rules", r#"{"version":1}"#, "$: the member `rules` is missing"),
        ("rules as object", r#"{"version":1,"rules":{}}"#, "$.rules: expected an array"),
        ("a misspelt member", r#"{"version":1,"rules":[],"fallbak":1}"#, &format!("$.fallbak: {KNOWN}")),
        (
            "a member whose name is no word",
            r#"{"version":1,"rules":[],"a \" b":1}"#,
            &format!(r#"$["a \" b"]: {KNOWN}"#),
        ),
        ("a member twice", r#"{"version":1,"rules":[],"version":1}"#, "$.version: this member stands here twice"),
    ];
    for (case, json, problem) in cases {
        assert_eq!(problems(json), [problem], "{case}");
    }
}

#[test]
fn a_problem_of_a_rule_is_named_with_its_place() {
    let long_text = format!(r#"{{"id":"a","on":["message"],"do":[{{"text":"{}"}}]}}"#, "é".repeat(501));
    let long_public = format!(r#"{{"id":"a","on":["comment"],"do":[{{"public_reply":"{}"}}]}}"#, "x".repeat(2201));
    let cases = [
        ("no name", r#"{"on":["message"],"do":[{"text":"x"}]}"#, "$.rules[0]: the member `id` is missing"),
        (
            "a name with capitals",
            r#"{"id":"Agenda","on":["message"],"do":[{"text":"x"}]}"#,
            "$.rules[0].id: not a rule's name: expected 1 to 40 of a-z, 0-9, '-' and '_'",
        ),
        (
            "no trigger",
            r#"{"id":"a","on":[],"do":[{"text":"x"}]}"#,
            "$.rules[0].on: expected 1 to 20 elements, found 0",
        ),
        (
            "an unknown trigger",
            r#"{"id":"a","on":["messages"],"do":[{"text":"x"}]}"#,
            "$.rules[0].on[0]: expected one of: message, story_reply, story_mention, quick_reply, postback, referral, reaction, comment, live_comment",
        ),
        (
            "posts of a message",
            r#"{"id":"a","on":[{"message":{"media":["1"]}}],"do":[{"text":"x"}]}"#,
            "$.rules[0].on[0].message.media: unknown member; known here: ref",
        ),
        (
            "a post that is no id",
            r#"{"id":"a","on":[{"comment":{"media":["a b"]}}],"do":[{"public_reply":"x"}]}"#,
            "$.rules[0].on[0].comment.media[0]: not an identifier: expected 1 to 480 visible ASCII characters without '#' and '|'",
        ),
        (
            "an empty payload",
            r#"{"id":"a","on":[{"postback":{"payload":[""]}}],"do":[{"text":"x"}]}"#,
            "$.rules[0].on[0].postback.payload[0]: text is empty",
        ),
        (
            "two conditions in one object",
            r#"{"id":"a","on":["message"],"when":[{"regex":"a","first_contact":true}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0]: expected an object with exactly one member of: words, regex, first_contact, business_hours, follows",
        ),
        (
            "words without a list",
            r#"{"id":"a","on":["message"],"when":[{"words":{}}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0].words: expected `any`, `all` or both",
        ),
        (
            "an empty list of words",
            r#"{"id":"a","on":["message"],"when":[{"words":{"any":[]}}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0].words.any: expected 1 to 200 elements, found 0",
        ),
        (
            "words that fold to nothing",
            r#"{"id":"a","on":["message"],"when":[{"words":{"any":["oi","?!"]}}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0].words.any[1]: holds no letter, digit or emoji to look for",
        ),
        (
            "a broken expression",
            r#"{"id":"a","on":["message"],"when":[{"regex":"(oi"}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0].regex: not a regular expression: unclosed group",
        ),
        (
            "an expression beyond linear time",
            r#"{"id":"a","on":["message"],"when":[{"regex":"(a)\\1"}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0].regex: not a regular expression: backreferences are not supported",
        ),
        (
            "an expression that explodes",
            r#"{"id":"a","on":["message"],"when":[{"regex":"(\\w{50}){50}"}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0].regex: too large once compiled: repeat less, or write `[a-zà-ú]` instead of `\\w`",
        ),
        (
            "an expression that always matches",
            r#"{"id":"a","on":["message"],"when":[{"regex":"a*"}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0].regex: matches the empty text, so it would match every text",
        ),
        (
            "a flag as number",
            r#"{"id":"a","on":["message"],"continue":1,"do":[{"text":"x"}]}"#,
            "$.rules[0].continue: expected true or false",
        ),
        (
            "a priority out of range",
            r#"{"id":"a","on":["message"],"priority":1001,"do":[{"text":"x"}]}"#,
            "$.rules[0].priority: expected a whole number from -1000 to 1000",
        ),
        (
            "patience beyond every window",
            r#"{"id":"a","on":["message"],"patience_minutes":10081,"do":[{"text":"x"}]}"#,
            "$.rules[0].patience_minutes: expected a whole number from 1 to 10080",
        ),
        ("no step", r#"{"id":"a","on":["message"],"do":[]}"#, "$.rules[0].do: expected 1 to 10 elements, found 0"),
        (
            "an unknown step",
            r#"{"id":"a","on":["message"],"do":[{"txt":"x"}]}"#,
            "$.rules[0].do[0]: expected an object with exactly one member of: text, quick_replies, button_template, generic_template, image, images, video, audio, file, post, heart, react, mark_seen, typing, private_reply, public_reply, hide_comment, tag, pause_minutes, hand_over, ask",
        ),
        ("an empty text", r#"{"id":"a","on":["message"],"do":[{"text":" "}]}"#, "$.rules[0].do[0].text: text is empty"),
        (
            "case 69: a text over 1000 bytes",
            &long_text,
            "$.rules[0].do[0].text: text has 1002 bytes, at most 1000 are allowed",
        ),
        (
            "a public reply over the comment limit",
            &long_public,
            "$.rules[0].do[0].public_reply: text has 2201 characters, at most 2200 are allowed",
        ),
        (
            "a wording among good ones",
            r#"{"id":"a","on":["message"],"do":[{"text":["x",2,"y"]}]}"#,
            "$.rules[0].do[0].text[1]: expected a text",
        ),
        (
            "no wording",
            r#"{"id":"a","on":["message"],"do":[{"text":[]}]}"#,
            "$.rules[0].do[0].text: expected 1 to 20 elements, found 0",
        ),
        (
            "comments and messages in one rule",
            r#"{"id":"a","on":["message","comment"],"do":[{"text":"x"}]}"#,
            "$.rules[0].do: a rule answers either comments or direct messages; make it two rules",
        ),
        (
            "a message to a comment's author",
            r#"{"id":"a","on":["comment"],"do":[{"text":"x"}]}"#,
            "$.rules[0].do[0]: a comment opens no conversation: use `private_reply`, which may be sent once",
        ),
        (
            "a private reply to a message",
            r#"{"id":"a","on":["message"],"do":[{"private_reply":"x"}]}"#,
            "$.rules[0].do[0]: only comments can have a private reply: use `text`",
        ),
        (
            "a public reply to a tap",
            r#"{"id":"a","on":["postback"],"do":[{"public_reply":"x"}]}"#,
            "$.rules[0].do[0]: only comments can have a public reply: use `text`",
        ),
        (
            "two private replies",
            r#"{"id":"a","on":["comment"],"do":[{"private_reply":"x"},{"private_reply":"y"}]}"#,
            "$.rules[0].do[1]: a comment can have one private reply only",
        ),
        (
            "a public reply to a live comment",
            r#"{"id":"a","on":["comment","live_comment"],"do":[{"public_reply":"x"}]}"#,
            "$.rules[0].do[0]: live comments can have no public reply",
        ),
        (
            "half of a pair of surrogates",
            r#"{"id":"a","on":["message"],"do":[{"text":"\ud800"}]}"#,
            "$.rules[0].do[0].text: expected a text",
        ),
    ];
    for (case, rule, problem) in cases {
        assert_eq!(problems(&with_rule(rule)), [problem], "{case}");
    }
}

#[test]
fn what_fits_nowhere_is_refused_when_a_rule_is_saved() {
    let long = "x".repeat(960);
    let message = |steps: &str| format!(r#"{{"id":"a","on":["message"],"do":[{steps}]}}"#);
    let comment = |steps: &str| format!(r#"{{"id":"a","on":["comment"],"do":[{steps}]}}"#);
    let cases = [
        (
            "a misspelt variable",
            message(r#"{"text":"Oi {nome}"}"#),
            "$.rules[0].do[0].text: unknown variable; known: {username}, {first_name}, {comment}, each with a word for when it is not known: {first_name|amigo}".to_owned(),
        ),
        (
            "a comment repeated in public",
            comment(r#"{"public_reply":"Você disse {comment}"}"#),
            "$.rules[0].do[0].public_reply: a public reply cannot hold {comment}: anybody could make us say anything".to_owned(),
        ),
        (
            "a first name in public",
            comment(r#"{"public_reply":["Oi","Oi {first_name|você}"]}"#),
            "$.rules[0].do[0].public_reply: a public reply cannot hold {first_name}: anybody could make us say anything".to_owned(),
        ),
        ("only blanks", message(r#"{"text":"{first_name}"}"#), "$.rules[0].do[0].text: text is empty".to_owned()),
        ("hiding a message", message(r#"{"hide_comment":true}"#), "$.rules[0].do[0]: only comments can be hidden".to_owned()),
        ("typing to a comment", comment(r#"{"typing":true}"#), "$.rules[0].do[0]: only direct messages can have it".to_owned()),
        (
            "reacting to a tap",
            r#"{"id":"a","on":["postback"],"do":[{"react":"love"}]}"#.to_owned(),
            "$.rules[0].do[0]: only messages can be reacted to".to_owned(),
        ),
        (
            "a step behind a question",
            message(r#"{"ask":{}},{"text":"x"}"#),
            "$.rules[0].do[1]: nothing can follow `ask`: its answer comes later".to_owned(),
        ),
        (
            "a public answer to a message",
            message(r#"{"ask":{"as":"public_reply"}}"#),
            "$.rules[0].do[0]: only comments can be answered in public".to_owned(),
        ),
        (
            "a wall of messages",
            message(&[r#"{"heart":true}"#; 6].join(",")),
            "$.rules[0].do[5]: a rule sends at most 5 messages".to_owned(),
        ),
        (
            "hand-over beside a private reply",
            comment(r#"{"private_reply":"x"},{"hand_over":{"text":"y"}}"#),
            "$.rules[0].do[1]: a comment can have one private reply only".to_owned(),
        ),
        (
            "a public reply below a hidden comment",
            comment(r#"{"public_reply":"x"},{"hide_comment":true}"#),
            "$.rules[0].do[1]: a hidden comment can have no public reply: Meta refuses one that has to wait, and nobody sees it".to_owned(),
        ),
        (
            "a public question about a hidden comment",
            comment(r#"{"hide_comment":true},{"ask":{"as":"public_reply"}}"#),
            "$.rules[0].do[1]: a hidden comment can have no public reply: Meta refuses one that has to wait, and nobody sees it".to_owned(),
        ),
        ("a false step", message(r#"{"typing":false}"#), "$.rules[0].do[0].typing: expected true; leave it out otherwise".to_owned()),
        (
            "an address that is not https",
            message(r#"{"image":"http://a.example/b.png"}"#),
            "$.rules[0].do[0].image: address is not https".to_owned(),
        ),
        (
            "a button with both",
            message(r#"{"button_template":{"text":"x","buttons":[{"title":"a","url":"https://a.example","payload":"A"}]}}"#),
            "$.rules[0].do[0].button_template.buttons[0]: a button has either `url` or `payload`".to_owned(),
        ),
        (
            "a bare card",
            message(r#"{"generic_template":{"elements":[{"title":"x"}]}}"#),
            "$.rules[0].do[0].generic_template.elements[0]: elements: at least one property besides title is needed".to_owned(),
        ),
        (
            "a title of 21 characters",
            message(&format!(r#"{{"quick_replies":{{"text":"x","replies":[{{"title":"{}","payload":"A"}}]}}}}"#, "x".repeat(21))),
            "$.rules[0].do[0].quick_replies.replies[0].title: text has 21 characters, at most 20 are allowed".to_owned(),
        ),
        (
            "hours that the set does not say",
            r#"{"id":"a","on":["message"],"when":[{"business_hours":true}],"do":[{"text":"x"}]}"#.to_owned(),
            "$.rules[0].when[0]: needs the set's `business_hours`".to_owned(),
        ),
    ];
    for (case, rule, problem) in cases {
        assert_eq!(problems(&with_rule(&rule)), [problem], "{case}");
    }
    let disclosed = |text: &str| {
        format!(
            r#"{{"version":1,"disclosure":{{"text":"{}"}},"rules":[{}]}}"#,
            "d".repeat(38),
            message(&format!(r#"{{"text":"{text}"}}"#))
        )
    };
    assert_eq!(problems(&disclosed(&long)), Vec::<String>::new(), "960 and 38 bytes, and the two that part them");
    assert_eq!(
        problems(&disclosed(&format!("{long}x"))),
        ["$.rules[0].do[0]: with the disclosure line before it, a text has more than 1000 bytes"]
    );
}

#[test]
fn case_69_a_thousand_bytes_are_the_most() {
    let with_text = |text: &str| with_rule(&format!(r#"{{"id":"a","on":["message"],"do":[{{"text":"{text}"}}]}}"#));
    let two_bytes = |bytes: usize| "é".repeat(bytes / 2) + &"x".repeat(bytes % 2);
    let four_bytes = |bytes: usize| "🔥".repeat(bytes / 4) + &"x".repeat(bytes % 4);
    for bytes in [999, 1000, 1001] {
        for text in ["x".repeat(bytes), two_bytes(bytes), four_bytes(bytes)] {
            assert_eq!(text.len(), bytes);
            let refused = format!("$.rules[0].do[0].text: text has {bytes} bytes, at most 1000 are allowed");
            let expected = if bytes > 1000 { vec![refused] } else { Vec::new() };
            assert_eq!(problems(&with_text(&text)), expected);
        }
    }
}

#[test]
fn what_a_set_says_of_itself_is_checked() {
    let cases = [
        (
            "a campaign without disclosure",
            r#""campaign":true"#,
            "$.disclosure: a campaign says that a machine answers: add a `disclosure` with a `text`",
        ),
        (
            "a campaign that says it once",
            r#""campaign":true,"disclosure":{"text":"x","after_hours":48}"#,
            "$.disclosure.after_hours: a campaign says it again after at most 24 hours",
        ),
        (
            "a zone that is none",
            r#""time_zone":"America/Brasilia""#,
            "$.time_zone: no time zone of the IANA database; one is America/Sao_Paulo",
        ),
        (
            "silence without a zone",
            r#""quiet":[{"from":"2026-10-03","until":"2026-10-04","scope":"all"}]"#,
            "$.quiet: needs the set's `time_zone`, such as America/Sao_Paulo",
        ),
        (
            "silence backwards",
            r#""time_zone":"America/Sao_Paulo","quiet":[{"from":"2026-10-05","until":"2026-10-04","scope":"ai"}]"#,
            "$.quiet[0]: ends before it begins",
        ),
        (
            "a day that is none",
            r#""time_zone":"America/Sao_Paulo","quiet":[{"from":"2026-02-30","until":"2026-10-04","scope":"ai"}]"#,
            "$.quiet[0].from: no such day or time",
        ),
        (
            "an unknown scope",
            r#""time_zone":"America/Sao_Paulo","quiet":[{"from":"2026-02-03","until":"2026-10-04","scope":"bots"}]"#,
            "$.quiet[0].scope: expected one of: ai, automatic, all",
        ),
        (
            "hours across midnight",
            r#""time_zone":"America/Sao_Paulo","business_hours":{"open":[{"days":["fri"],"from":"18:00","until":"02:00"}]}"#,
            "$.business_hours.open[0]: ends before it begins: write hours across midnight as two",
        ),
        (
            "a time that is none",
            r#""time_zone":"America/Sao_Paulo","business_hours":{"open":[{"days":["fri"],"from":"9h","until":"18:00"}]}"#,
            "$.business_hours.open[0].from: expected a time of day from 00:00 to 24:00",
        ),
        (
            "the way back as the way out",
            r#""opt_out":{"words":["tchau"],"return_words":["TCHAU!"]}"#,
            "$.opt_out.return_words[0]: already means something else",
        ),
        (
            "a word that always means something else",
            r#""hand_over":{"words":["parar"]}"#,
            "$.hand_over.words[0]: already means something else",
        ),
        (
            "a menu item that does nothing",
            r#""menu":[{"title":"Agenda"}]"#,
            "$.menu[0]: a button has either `url` or `payload`",
        ),
        (
            "five questions",
            r#""ice_breakers":[{"question":"a","payload":"A"},{"question":"b","payload":"B"},{"question":"c","payload":"C"},{"question":"d","payload":"D"},{"question":"e","payload":"E"}]"#,
            "$.ice_breakers: expected 0 to 4 elements, found 5",
        ),
        (
            "a private reply as fallback",
            r#""fallback":{"do":[{"private_reply":"x"}]}"#,
            "$.fallback.do[0]: only comments can have a private reply: use `text`",
        ),
    ];
    for (case, members, problem) in cases {
        assert_eq!(problems(&format!(r#"{{"version":1,{members},"rules":[]}}"#)), [problem], "{case}");
    }
}

#[test]
fn all_problems_are_named_at_once() {
    let json = r#"{"version":3,"rules":[
        {"id":"a","on":["mesage"],"do":[{"text":""}]},
        {"id":"b","on":["comment"],"when":[{"words":{"any":["..."],"al":["x"]}}],"do":[{"text":"x"}],"prioridade":1},
        {"id":"a","on":["message"],"do":[{"text":"x"}]}]}"#;
    let paths: Vec<String> = RuleSet::parse(json).unwrap_err().iter().map(|error| error.path.clone()).collect();
    assert_eq!(
        paths,
        [
            "$.version",
            "$.rules[0].on[0]",
            "$.rules[0].do[0].text",
            "$.rules[1].when[0].words.any[0]",
            "$.rules[1].when[0].words.al",
            "$.rules[1].prioridade",
            "$.rules[1].do[0]",
            "$.rules[2].id",
        ]
    );
}

#[test]
fn a_document_out_of_bounds_is_refused_without_being_read_in_full() {
    let rule =
        |id: usize, when: &str| format!(r#"{{"id":"r{id}","on":["message"],"when":[{when}],"do":[{{"text":"x"}}]}}"#);
    let rules =
        |count: usize, when: &str| with_rule(&(0..count).map(|id| rule(id, when)).collect::<Vec<_>>().join(","));
    assert_eq!(problems(&" ".repeat(MAX_DOCUMENT_BYTES + 1)), ["$: longer than 262144 bytes"]);
    assert_eq!(problems(&rules(MAX_RULES, "")), Vec::<String>::new());
    assert_eq!(problems(&rules(MAX_RULES + 1, "")), ["$.rules: expected 0 to 500 elements, found 501"]);
    assert_eq!(problems(&rules(33, r#"{"regex":"a"}"#)), ["$.rules: 33 regular expressions; at most 32 in a set"]);
    assert_eq!(problems(&rules(MAX_RULES, "1")).len(), 100, "no more than a hundred problems are named");
    let deep = format!("{{\"version\":1,\"rules\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(problems(&deep), ["$.rules[0]: expected an object"], "depth costs no stack");
}

#[test]
fn rules_are_tried_by_priority_then_in_the_order_of_the_document() {
    let rule = |id: &str, priority: i64| {
        format!(r#"{{"id":"{id}","on":["message"],"priority":{priority},"do":[{{"text":"x"}}]}}"#)
    };
    let json = with_rule(&[rule("c", 0), rule("a", 7), rule("d", 0), rule("b", 7), rule("e", -1)].join(","));
    let ids: Vec<String> = RuleSet::parse(&json).unwrap().ids().map(ToString::to_string).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
}
