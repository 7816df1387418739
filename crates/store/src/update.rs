//! Builds one `UpdateItem`: what to set, what to remove, and the condition by its named parts.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use serde::Serialize;

use crate::table::Attributes;
use crate::{Key, Store, StoreError};

/// One `UpdateItem` in the making.
#[derive(Debug)]
pub(crate) struct Update {
    key: Key,
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    conditions: Vec<String>,
    names: Vec<(String, String)>,
    values: Vec<(String, AttributeValue)>,
}

impl Update {
    pub(crate) fn of(key: Key) -> Self {
        Self { key, set: vec![], remove: vec![], add: vec![], conditions: vec![], names: vec![], values: vec![] }
    }

    /// Stands for a document path such as `replies[0].state`: every name in it may be a reserved word.
    fn path(&mut self, path: &str) -> String {
        let parts: Vec<String> = path.split('.').map(|part| self.name(part)).collect();
        parts.join(".")
    }

    fn name(&mut self, part: &str) -> String {
        let (name, index) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        let placeholder = format!("#{name}");
        if self.names.iter().all(|(held, _)| *held != placeholder) {
            self.names.push((placeholder.clone(), name.to_owned()));
        }
        format!("{placeholder}{index}")
    }

    /// A placeholder for a value.
    pub(crate) fn value(&mut self, value: impl Serialize) -> Result<String, StoreError> {
        let value = serde_dynamo::to_attribute_value(value).map_err(StoreError::Unreadable)?;
        Ok(self.attribute(value))
    }

    fn attribute(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.push((placeholder.clone(), value));
        placeholder
    }

    pub(crate) fn set(&mut self, path: &str, value: impl Serialize) -> Result<(), StoreError> {
        let value = serde_dynamo::to_attribute_value(value).map_err(StoreError::Unreadable)?;
        self.set_attribute(path, value);
        Ok(())
    }

    pub(crate) fn set_attribute(&mut self, path: &str, value: AttributeValue) {
        let path = self.path(path);
        let value = self.attribute(value);
        self.set.push(format!("{path} = {value}"));
    }

    pub(crate) fn set_if_absent(&mut self, path: &str, value: impl Serialize) -> Result<(), StoreError> {
        let path = self.path(path);
        let value = self.value(value)?;
        self.set.push(format!("{path} = if_not_exists({path}, {value})"));
        Ok(())
    }

    /// Sets an attribute that `changed`, or removes it where there is no value any more.
    pub(crate) fn replace(
        &mut self,
        path: &str,
        changed: bool,
        value: &Option<impl Serialize>,
    ) -> Result<(), StoreError> {
        match value {
            _ if !changed => {}
            Some(value) => self.set(path, value)?,
            None => self.remove(path),
        }
        Ok(())
    }

    /// Appends to a list, which is made if it is absent.
    pub(crate) fn append(&mut self, path: &str, values: &[impl Serialize]) -> Result<(), StoreError> {
        let path = self.path(path);
        let empty = self.attribute(AttributeValue::L(vec![]));
        let values = self.value(values)?;
        self.set.push(format!("{path} = list_append(if_not_exists({path}, {empty}), {values})"));
        Ok(())
    }

    pub(crate) fn add(&mut self, path: &str, number: u64) -> Result<(), StoreError> {
        let path = self.path(path);
        let value = self.value(number)?;
        self.add.push(format!("{path} {value}"));
        Ok(())
    }

    pub(crate) fn remove(&mut self, path: &str) {
        let path = self.path(path);
        self.remove.push(path);
    }

    /// A condition written with plain names; all conditions must hold.
    pub(crate) fn require(&mut self, condition: &str) {
        self.conditions.push(format!("({condition})"));
    }

    /// The comparison `path op value`, for building a condition.
    pub(crate) fn compare(&mut self, path: &str, op: &str, value: impl Serialize) -> Result<String, StoreError> {
        let path = self.path(path);
        let value = self.value(value)?;
        Ok(format!("{path} {op} {value}"))
    }

    /// `attribute_not_exists(path)`, for building a condition.
    pub(crate) fn absent(&mut self, path: &str) -> String {
        format!("attribute_not_exists({})", self.path(path))
    }

    /// The item must still be as it was read: `rev` 0 stands for an item that was not there.
    pub(crate) fn require_revision(&mut self, rev: u64) -> Result<(), StoreError> {
        let condition = if rev == 0 { self.absent("rev") } else { self.compare("rev", "=", rev)? };
        self.require(&condition);
        Ok(())
    }

    fn expression(&self) -> String {
        let clause = |word: &str, parts: &[String]| (!parts.is_empty()).then(|| format!("{word} {}", parts.join(", ")));
        let clauses = [clause("SET", &self.set), clause("REMOVE", &self.remove), clause("ADD", &self.add)];
        clauses.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

impl Store {
    pub(crate) async fn update(&self, update: Update) -> Result<(), StoreError> {
        self.run(update, ReturnValue::None).await.map(drop)
    }

    /// Runs the update and returns the whole item as it stands now.
    pub(crate) async fn update_returning(&self, update: Update) -> Result<Attributes, StoreError> {
        self.run(update, ReturnValue::AllNew).await
    }

    /// Runs the update and returns the whole item as it stood before. DynamoDB bills no more for that.
    pub(crate) async fn update_replacing(&self, update: Update) -> Result<Attributes, StoreError> {
        self.run(update, ReturnValue::AllOld).await
    }

    async fn run(&self, update: Update, returning: ReturnValue) -> Result<Attributes, StoreError> {
        let expression = update.expression();
        let condition = (!update.conditions.is_empty()).then(|| update.conditions.join(" AND "));
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(update.key.pk))
            .key("sk", AttributeValue::S(update.key.sk))
            .update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(update.names.into_iter().collect()))
            .set_expression_attribute_values((!update.values.is_empty()).then(|| update.values.into_iter().collect()))
            .return_values(returning)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk("UpdateItem", e))?;
        Ok(answer.attributes.unwrap_or_default())
    }
}
