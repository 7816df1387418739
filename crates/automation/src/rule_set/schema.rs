//! The published JSON Schema (`infra/rules/schema.json`), written from the declarations that also read a document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{document::Document, part::Part};

/// The schema of a rule document, draft 2020-12.
///
/// It knows shapes and counts characters. What only a document's meaning tells (bytes, expressions, time zones, which
/// step fits which trigger) is left to [`RuleSet::parse`](super::RuleSet::parse).
pub fn schema() -> Value {
    let mut definitions = Definitions::default();
    let root = Document::schema(&mut definitions);
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of an Instagram account",
        "$defs": definitions.0,
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, root) {
        schema.extend(root);
    }
    schema
}

/// Schemas with a name, referred to from where they are used.
#[derive(Debug, Default)]
pub(super) struct Definitions(BTreeMap<&'static str, Value>);

impl Definitions {
    /// A reference to the schema of this name, which is made at its first use.
    pub(super) fn define(&mut self, name: &'static str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.0.contains_key(name) {
            let schema = make(self);
            self.0.insert(name, schema);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }
}

/// An object's schema while its members are named.
#[derive(Debug)]
pub(super) struct Object {
    about: String,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl Object {
    pub(super) fn new(about: &str) -> Self {
        Self { about: in_one_line(about), properties: Map::new(), required: Vec::new() }
    }

    pub(super) fn member(&mut self, name: &'static str, about: &str, is_required: bool, mut schema: Value) {
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".to_owned(), in_one_line(about).into());
        }
        self.properties.insert(name.to_owned(), schema);
        if is_required {
            self.required.push(name);
        }
    }

    /// No member but these.
    pub(super) fn closed(self) -> Value {
        json!({
            "type": "object",
            "description": self.about,
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": false,
        })
    }

    /// One of these members, and no other.
    pub(super) fn exactly_one(self) -> Value {
        json!({
            "type": "object",
            "description": self.about,
            "properties": self.properties,
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
        })
    }
}

/// A comment of the source as a description: without the line breaks, and without their blanks at the start.
fn in_one_line(comment: &str) -> String {
    comment.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
