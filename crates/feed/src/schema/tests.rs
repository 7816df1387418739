use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;

use super::*;
use crate::samples::{fixture, samples};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema");

/// The samples' bodies by type.
fn bodies() -> BTreeMap<String, Vec<Map<String, Value>>> {
    let mut bodies: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (name, event) in samples() {
        let body = serde_json::from_str(&fixture(name)).unwrap();
        bodies.entry(event.kind.to_owned()).or_default().push(body);
    }
    bodies
}

fn validator(kind: &str) -> Validator {
    let schemas = schemas();
    let (_, schema) = schemas.iter().find(|(of, _)| *of == kind).unwrap();
    jsonschema::validator_for(schema).unwrap()
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    names.cloned().collect()
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let again = "write them anew: cargo run -p feed --example schema";
    let mut published = BTreeMap::new();
    for file in std::fs::read_dir(FOLDER).unwrap().map(|file| file.unwrap()) {
        let schema: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
        published.insert(file.file_name().into_string().unwrap(), schema);
    }
    let written: BTreeMap<String, Value> =
        schemas().into_iter().map(|(kind, schema)| (format!("{kind}.json"), schema)).collect();
    assert_eq!(names(published.keys()), names(written.keys()), "{again}");
    for (file, schema) in &written {
        assert_eq!(&published[file], schema, "{file}: {again}");
    }
}

#[test]
fn every_body_fits_its_schema() {
    for (name, event) in samples() {
        let body: Value = serde_json::from_str(&fixture(name)).unwrap();
        let errors: Vec<String> = validator(event.kind).iter_errors(&body).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_schema_names_what_bodies_have_and_requires_what_all_have() {
    let bodies = bodies();
    for (kind, schema) in schemas() {
        let bodies = &bodies[kind];
        let some = bodies.iter().flat_map(|body| names(body.keys())).collect::<BTreeSet<_>>();
        assert_eq!(names(schema["properties"].as_object().unwrap().keys()), some, "{kind}: a sample with all there is");
        let all = some.iter().filter(|name| bodies.iter().all(|body| body.contains_key(*name)));
        let required: BTreeSet<String> = serde_json::from_value(schema["required"].clone()).unwrap();
        assert_eq!(required, names(all), "{kind}: a sample with no more than there must be");
    }
}

#[test]
fn a_missing_member_is_noticed_and_an_added_one_is_let_pass() {
    for (kind, bodies) in bodies() {
        let (validator, required) = (validator(&kind), required(&kind));
        for body in bodies {
            for name in &required {
                let mut without = body.clone();
                without.remove(name);
                assert!(!validator.is_valid(&without.into()), "{kind} without {name}");
            }
            let mut more = body;
            more.insert("added_later".to_owned(), json!({"a": 1}));
            assert!(validator.is_valid(&more.into()), "{kind}");
        }
    }
}

fn required(kind: &str) -> Vec<String> {
    let (_, schema) = schemas().into_iter().find(|(of, _)| *of == kind).unwrap();
    serde_json::from_value(schema["required"].clone()).unwrap()
}

#[test]
fn what_cannot_be_told_is_refused() {
    let body = |name: &str, member: &str, value: Value| {
        let mut body: Value = serde_json::from_str(&fixture(name)).unwrap();
        body[member] = value;
        (body["type"].as_str().unwrap().to_owned(), body)
    };
    let mut half = body("connected-after-a-break", "more", json!(1));
    half.1.as_object_mut().unwrap().remove("unanswered");
    let cases = [
        ("another version", body("erased", "v", json!(2))),
        ("an id of another form", body("erased", "id", json!("1"))),
        ("a time as text", body("erased", "at", json!("2026-01-01"))),
        ("a sentence for a reason", body("reply-failed", "reason", json!("no such person"))),
        ("an unknown action", body("reply-sent", "action", json!("story"))),
        ("a person that is no id", body("message-received", "person", json!(9))),
        ("content that is no list", body("message-received", "content", json!("text"))),
        ("since when, and not what", half),
    ];
    for (case, (kind, body)) in cases {
        assert!(!validator(&kind).is_valid(&body), "{case}");
    }
    // Another type's body fits no schema but its own.
    let (_, message) = body("message-seen", "why", json!("x"));
    assert!(!validator("message.unsent").is_valid(&message), "the type is part of the schema");
}
