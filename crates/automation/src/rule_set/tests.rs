use super::*;

/// The problems of a document, one `path: reason` each.
fn problems(json: &str) -> Vec<String> {
    RuleSet::parse(json).err().map(|errors| errors.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn with_rule(rule: &str) -> String {
    format!(r#"{{"version":1,"rules":[{rule}]}}"#)
}

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
        (
            "a misspelt member",
            r#"{"version":1,"rules":[],"fallbak":1}"#,
            "$.fallbak: unknown member; known here: version, rules",
        ),
        (
            "a member whose name is no word",
            r#"{"version":1,"rules":[],"a \" b":1}"#,
            r#"$["a \" b"]: unknown member; known here: version, rules"#,
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
            "$.rules[0].on[0]: unknown trigger; known: message, story_reply, story_mention, quick_reply, postback, comment, live_comment",
        ),
        (
            "posts of a message",
            r#"{"id":"a","on":[{"message":{"media":["1"]}}],"do":[{"text":"x"}]}"#,
            "$.rules[0].on[0].message.media: unknown member; known here: ",
        ),
        (
            "a post that is no id",
            r#"{"id":"a","on":[{"comment":{"media":["a b"]}}],"do":[{"public_reply":"x"}]}"#,
            "$.rules[0].on[0].comment.media[0]: not an identifier: expected 1 to 480 visible ASCII characters without '#' and '|'",
        ),
        (
            "an empty payload",
            r#"{"id":"a","on":[{"postback":{"payload":[""]}}],"do":[{"text":"x"}]}"#,
            "$.rules[0].on[0].postback.payload[0]: expected 1 to 1000 bytes, found 0",
        ),
        (
            "two conditions in one object",
            r#"{"id":"a","on":["message"],"when":[{"regex":"a","first_contact":true}],"do":[{"text":"x"}]}"#,
            "$.rules[0].when[0]: expected an object with exactly one member of: words, regex, first_contact",
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
        ("no step", r#"{"id":"a","on":["message"],"do":[]}"#, "$.rules[0].do: expected 1 to 5 elements, found 0"),
        (
            "an unknown step",
            r#"{"id":"a","on":["message"],"do":[{"txt":"x"}]}"#,
            "$.rules[0].do[0]: expected an object with exactly one member of: text, private_reply, public_reply",
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
            "$.rules[1].when[0].words.al",
            "$.rules[1].when[0].words.any[0]",
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
