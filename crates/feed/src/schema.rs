//! The published JSON Schemas (`schema/*.json`), written from the declarations that also write the bodies.

use serde_json::{Map, Value, json};

use crate::event::{About, VERSION};
use crate::members::{Member, Members};
use crate::{Happened, InConversation};

/// The schema of each type's bodies, draft 2020-12, by the type's word.
///
/// A body without one of the members that every body of its type has is refused. Members that a schema does not name are
/// not: a later version of this crate may add some.
pub fn schemas() -> Vec<(&'static str, Value)> {
    let of_accounts = Happened::TYPES.iter().map(|of| (of.kind, schema(of, |_| {})));
    let in_conversations = InConversation::TYPES.iter().map(|of| (of.kind, schema(of, About::describe)));
    of_accounts.chain(in_conversations).collect()
}

/// A type of event.
pub(crate) struct Type {
    /// The word for it.
    pub(crate) kind: &'static str,
    /// Names what members it has of its own.
    pub(crate) describe: fn(&mut Object),
    /// Which of its family's members all its bodies have.
    pub(crate) always: &'static [&'static str],
}

/// What all events have, what all of a family may have, and what those of one type have.
fn schema(of: &Type, family: fn(&mut Object)) -> Value {
    let mut object = Object::default();
    object.fixed("v", "The version of the shape.", &json!(VERSION));
    object.describe(
        "id",
        "The event's own id: the same whenever the same is told again.",
        json!({"type": "string", "pattern": "^[0-9a-f]{32}$"}),
    );
    object.required.push("id");
    object.fixed("type", "What happened.", &json!(of.kind));
    object.member::<instagram::AccountId>("account", "Whose account.");
    object.member::<String>("customer", "The account's customer.");
    object.member::<i64>("at", "When it happened, in milliseconds since 1970.");
    family(&mut object);
    object.required.extend(of.always);
    (of.describe)(&mut object);
    let mut schema = object.into_schema();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(of.kind);
    schema
}

/// An object's schema while its members are named.
#[derive(Debug, Default)]
pub(crate) struct Object {
    about: String,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    together: Map<String, Value>,
}

impl Object {
    /// What the object is. The last word counts.
    pub(crate) fn about(&mut self, about: &str) {
        self.about = in_one_line(about);
    }

    /// A member by its type.
    pub(crate) fn member<T: Member>(&mut self, name: &'static str, about: &str) {
        self.describe(name, about, T::schema());
        if T::IS_REQUIRED {
            self.required.push(name);
        }
    }

    /// A member that has one value.
    fn fixed(&mut self, name: &'static str, about: &str, value: &Value) {
        self.describe(name, about, json!({ "const": value }));
        self.required.push(name);
    }

    fn describe(&mut self, name: &'static str, about: &str, mut schema: Value) {
        schema["description"] = in_one_line(about).into();
        self.properties.insert(name.to_owned(), schema);
    }

    /// Members that a body has all of or none.
    pub(crate) fn all_or_none<T: Members>(&mut self) {
        let mut group = Self::default();
        T::describe(&mut group);
        self.properties.extend(group.properties);
        for name in &group.required {
            self.together.insert((*name).to_owned(), json!(group.required));
        }
    }

    pub(crate) fn into_schema(self) -> Value {
        let mut schema = json!({
            "type": "object",
            "description": self.about,
            "properties": self.properties,
            "required": self.required,
        });
        if !self.together.is_empty() {
            schema["dependentRequired"] = self.together.into();
        }
        schema
    }
}

/// A comment of the source as a description: without the line breaks, and without their blanks at the start.
fn in_one_line(comment: &str) -> String {
    comment.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
