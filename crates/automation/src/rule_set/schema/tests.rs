use jsonschema::Validator;
use proptest::prelude::*;

use super::*;
use crate::rule_set::{RuleSet, errors::Problems, node::Node};

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

/// Our reader refuses the document's shape, as the schema should.
fn reader_refuses(document: &Value) -> bool {
    let json = document.to_string();
    let mut problems = Problems::default();
    let read = Node::root(&json, &mut problems).and_then(|root| Document::read(root, &mut problems));
    drop(read);
    problems.are_of_shape()
}

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let published: Value = serde_json::from_str(include_str!("../../../../../infra/rules/schema.json")).unwrap();
    assert_eq!(
        published,
        schema(),
        "write it anew: cargo run -p automation --example schema > infra/rules/schema.json"
    );
}

#[test]
fn every_sample_is_valid_by_reader_and_schema() {
    let validator = validator();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/rules");
    let mut samples = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".json") || name == "schema.json" {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&serde_json::from_str(&text).unwrap()).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
        assert_eq!(RuleSet::parse(&text).map(drop).map_err(|errors| errors.to_string()), Ok(()), "{name}");
        samples += 1;
    }
    assert!(samples >= 3, "{samples} samples");
}

#[test]
fn what_the_reader_refuses_for_its_shape_the_schema_refuses_too() {
    let validator = validator();
    let rule = |members: &str| {
        format!(r#"{{"version":1,"rules":[{{"id":"a","on":["message"],"do":[{{"text":"x"}}]{members}}}]}}"#)
    };
    let step = |step: &str| format!(r#"{{"version":1,"rules":[{{"id":"a","on":["message"],"do":[{step}]}}]}}"#);
    let cases = [
        ("an array by position", "[1,[]]".to_owned()),
        ("no version", r#"{"rules":[]}"#.to_owned()),
        ("a later version", r#"{"version":2,"rules":[]}"#.to_owned()),
        ("a version as text", r#"{"version":"1","rules":[]}"#.to_owned()),
        ("no rules", r#"{"version":1}"#.to_owned()),
        ("an unknown member", r#"{"version":1,"rules":[],"fallbak":{}}"#.to_owned()),
        ("a null", r#"{"version":1,"rules":[],"campaign":null}"#.to_owned()),
        ("an unknown member of a rule", rule(r#","prioridade":1"#)),
        ("a priority beyond", rule(r#","priority":1001"#)),
        ("a flag as number", rule(r#","continue":1"#)),
        ("a condition too many in one", rule(r#","when":[{"regex":"a","first_contact":true}]"#)),
        ("an empty condition", rule(r#","when":[{}]"#)),
        ("words without a list", rule(r#","when":[{"words":{}}]"#)),
        ("an empty list of words", rule(r#","when":[{"words":{"any":[]}}]"#)),
        ("an unknown step", step(r#"{"txt":"x"}"#)),
        ("two steps in one", step(r#"{"text":"x","heart":true}"#)),
        ("a false step", step(r#"{"heart":false}"#)),
        ("an empty text", step(r#"{"text":""}"#)),
        ("a text of 1001 characters", step(&format!(r#"{{"text":"{}"}}"#, "x".repeat(1001)))),
        ("no wording", step(r#"{"text":[]}"#)),
        ("a wording that is none", step(r#"{"text":["x",2]}"#)),
        ("one image of several", step(r#"{"images":["https://a.example/b.png"]}"#)),
        ("a tag in capitals", step(r#"{"tag":"Jurídico"}"#)),
        (
            "an unknown scope",
            r#"{"version":1,"rules":[],"quiet":[{"from":"2026-10-03","until":"2026-10-04","scope":"x"}]}"#.to_owned(),
        ),
        (
            "a day in Brazilian order",
            r#"{"version":1,"rules":[],"quiet":[{"from":"03/10/2026","until":"2026-10-04","scope":"all"}]}"#.to_owned(),
        ),
    ];
    for (case, json) in cases {
        let document: Value = serde_json::from_str(&json).unwrap();
        assert!(reader_refuses(&document), "{case}: the reader");
        assert!(!validator.is_valid(&document), "{case}: the schema");
    }
}

/// Choices to make while a document is written; a shorter tape is a simpler document.
struct Tape<'a> {
    numbers: std::slice::Iter<'a, u32>,
}

impl Tape<'_> {
    fn below(&mut self, count: usize) -> usize {
        self.numbers.next().map_or(0, |number| *number as usize % count.max(1))
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// Texts of the forms that patterns tell: the first half fit one of them each.
const FORMED: &[&str] = &[
    "agenda-1",
    "18000000000000010",
    "09:00",
    "24:00",
    "2026-12-25",
    "2026-10-03T00:00",
    "A B",
    "24:01",
    "ã",
    "2026-1-1",
];

/// A document by the schema's grammar.
fn write(schema: &Value, root: &Value, tape: &mut Tape<'_>) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let mut definition = root["$defs"][name.trim_start_matches("#/$defs/")].clone();
        if let Some(least) = schema.get("minProperties") {
            definition["minProperties"] = least.clone();
        }
        return write(&definition, root, tape);
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        return tape.pick(values).clone();
    }
    if let Some(branches) = schema["anyOf"].as_array() {
        return write(tape.pick(branches), root, tape);
    }
    let number = |name: &str| schema[name].as_u64().and_then(|number| usize::try_from(number).ok());
    match schema["type"].as_str().unwrap() {
        "boolean" => Value::from(tape.one_in(2)),
        "integer" => tape.pick(&[&schema["minimum"], &schema["maximum"]]).to_owned().clone(),
        "string" if schema.get("pattern").is_some() => {
            let pattern = regex::Regex::new(schema["pattern"].as_str().unwrap()).unwrap();
            let fitting: Vec<_> = FORMED.iter().filter(|text| pattern.is_match(text)).collect();
            Value::from(**tape.pick(&fitting))
        }
        "string" => {
            let (min, max) = (number("minLength").unwrap(), number("maxLength").unwrap());
            let length = *tape.pick(&[min, max, (min + 20).min(max)]);
            Value::from(tape.pick(&["x", "é", "{", "1"]).repeat(length))
        }
        "array" => {
            let count = number("minItems").unwrap() + tape.below(3);
            let count = count.min(number("maxItems").unwrap());
            (0..count).map(|_| write(&schema["items"], root, tape)).collect()
        }
        _ => write_object(schema, root, tape),
    }
}

fn write_object(schema: &Value, root: &Value, tape: &mut Tape<'_>) -> Value {
    let Some(properties) = schema["properties"].as_object() else { return json!({}) };
    let names: Vec<&String> = properties.keys().collect();
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
    let one =
        (schema.get("maxProperties").is_some() || schema.get("minProperties").is_some()).then(|| *tape.pick(&names));
    let mut object = Map::new();
    for name in names {
        let wanted = match one {
            Some(one) => one == name,
            None => required(name) || tape.one_in(4),
        };
        if wanted {
            object.insert(name.clone(), write(&properties[name], root, tape));
        }
    }
    Value::Object(object)
}

/// Breaks something somewhere, mostly.
fn damage(value: &mut Value, tape: &mut Tape<'_>) {
    let goes_deeper = !tape.one_in(4);
    match value {
        Value::Object(members) if goes_deeper && !members.is_empty() => {
            let place = tape.below(members.len());
            if let Some(member) = members.values_mut().nth(place) {
                damage(member, tape);
            }
        }
        Value::Array(elements) if goes_deeper && !elements.is_empty() => {
            let place = tape.below(elements.len());
            damage(&mut elements[place], tape);
        }
        Value::Object(members) => match (tape.below(2), members.keys().next().cloned()) {
            (0, Some(first)) => {
                members.remove(&first);
            }
            _ => {
                members.insert("zz".to_owned(), json!(1));
            }
        },
        Value::Array(elements) => match (tape.below(2), elements.first().cloned()) {
            (0, Some(first)) => elements.resize(elements.len() + *tape.pick(&[1, 25, 201]), first),
            _ => elements.clear(),
        },
        Value::String(text) => {
            let other = [String::new(), format!("{text}x"), text.repeat(2), "é".repeat(600), "a".repeat(2300)];
            *value = tape
                .pick(&[json!(other[0]), json!(other[1]), json!(other[2]), json!(other[3]), json!(other[4]), json!(7)])
                .clone();
        }
        Value::Number(number) => {
            let near = number.as_i64().unwrap_or(0);
            *value = tape.pick(&[json!(near + 1), json!(near - 1), json!("1"), json!(1.5)]).clone();
        }
        Value::Bool(flag) => *value = tape.pick(&[json!(!*flag), json!(null), json!("true")]).clone(),
        Value::Null => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn reader_and_schema_agree_on_every_shape(numbers in proptest::collection::vec(any::<u32>(), 0..300), damages in 0..3_u8) {
        static SCHEMA: std::sync::LazyLock<(Value, Validator)> = std::sync::LazyLock::new(|| (schema(), validator()));
        let (schema, validator) = &*SCHEMA;
        let mut tape = Tape { numbers: numbers.iter() };
        let mut document = write(schema, schema, &mut tape);
        prop_assert!(!reader_refuses(&document), "written by the grammar: {document}");
        for _ in 0..damages {
            damage(&mut document, &mut tape);
        }
        prop_assert_eq!(validator.is_valid(&document), !reader_refuses(&document), "{}", document);
    }
}
