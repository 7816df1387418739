//! The table: how items are read and written, whatever they hold.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Key, StoreError};

/// The name of the sparse index that lists what is due: hash key `due_shard`, range key `due_at`.
pub const DUE_INDEX: &str = "due";

/// The table as input of `CreateTable`, under a name of its own: for the local stack and tests. `template.yaml` says the
/// same for AWS.
pub const TABLE_DEFINITION: &str = include_str!("table.json");

/// The table and a client for it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// How often a read that DynamoDB answers in part is asked again.
const MAX_PARTIAL_READS: u32 = 5;

pub(crate) type Attributes = std::collections::HashMap<String, AttributeValue>;

/// How fresh a read is (Amazon DynamoDB developer guide, "Read consistency").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// As it was at some moment before, mostly less than a second ago: as if the reader had been slow. Half the price.
    Eventual,
    /// With every write that was answered before.
    Strong,
}

impl Consistency {
    fn is_strong(self) -> bool {
        self == Self::Strong
    }
}

impl Store {
    /// A store in `table`.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Makes a connection ahead of need, by reading an item that does not exist.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`; the first real call will meet it again.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        let nothing = Key { pk: "WARM-UP".to_owned(), sk: "WARM-UP".to_owned() };
        self.get::<serde::de::IgnoredAny>(&nothing).await.map(drop)
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        self.attributes(key).await?.map(from_attributes).transpose()
    }

    /// An item as it lies in the table, read consistently.
    pub(crate) async fn attributes(&self, key: &Key) -> Result<Option<Attributes>, StoreError> {
        self.attributes_at(key, Consistency::Strong).await
    }

    pub(crate) async fn attributes_at(
        &self,
        key: &Key,
        consistency: Consistency,
    ) -> Result<Option<Attributes>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .consistent_read(consistency.is_strong())
            .send()
            .await
            .map_err(|e| StoreError::from_sdk("GetItem", e))?;
        Ok(answer.item)
    }

    /// Reads several items in one call, consistently; those that do not exist are left out.
    pub(crate) async fn get_all<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a Key>,
    ) -> Result<Vec<Attributes>, StoreError> {
        self.get_all_at(keys, Consistency::Strong).await
    }

    pub(crate) async fn get_all_at<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a Key>,
        consistency: Consistency,
    ) -> Result<Vec<Attributes>, StoreError> {
        let refused =
            |e| StoreError::Refused { operation: "BatchGetItem", code: "request".to_owned(), source: Box::new(e) };
        let keys = keys.into_iter().map(key_attributes).collect();
        let wanted = KeysAndAttributes::builder().consistent_read(consistency.is_strong()).set_keys(Some(keys));
        let mut wanted = wanted.build().map_err(refused)?;
        let mut found = Vec::new();
        for _ in 0..MAX_PARTIAL_READS {
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, wanted)
                .send()
                .await
                .map_err(|e| StoreError::from_sdk("BatchGetItem", e))?;
            found.extend(answer.responses.into_iter().flat_map(|mut tables| tables.remove(&self.table)).flatten());
            match answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.table)) {
                None => return Ok(found),
                Some(rest) => wanted = rest,
            }
        }
        Err(StoreError::Unavailable {
            operation: "BatchGetItem",
            code: "unprocessed keys".to_owned(),
            source: "the table kept answering in part".into(),
        })
    }

    pub(crate) async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .send()
            .await
            .map_err(|e| StoreError::from_sdk("DeleteItem", e))?;
        Ok(())
    }

    /// Deletes an item that is still as it was read, or was never written by revision.
    pub(crate) async fn delete_as_read(&self, key: &Key, rev: Option<u64>) -> Result<(), StoreError> {
        let Some(rev) = rev else {
            return self.delete(key).await;
        };
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .condition_expression("attribute_not_exists(pk) OR rev = :rev")
            .expression_attribute_values(":rev", AttributeValue::N(rev.to_string()))
            .send()
            .await
            .map_err(|e| StoreError::from_sdk("DeleteItem", e))?;
        Ok(())
    }

    pub(crate) async fn put<T: Serialize>(&self, key: &Key, value: &T) -> Result<(), StoreError> {
        self.put_if(key, value, None).await
    }

    /// Writes an item that must not exist yet.
    pub(crate) async fn put_new<T: Serialize>(&self, key: &Key, value: &T) -> Result<(), StoreError> {
        self.put_if(key, value, Some("attribute_not_exists(pk)")).await
    }

    async fn put_if<T: Serialize>(&self, key: &Key, value: &T, condition: Option<&str>) -> Result<(), StoreError> {
        let mut attributes: Attributes = serde_dynamo::to_item(value).map_err(StoreError::Unreadable)?;
        attributes.insert("pk".to_owned(), AttributeValue::S(key.pk.clone()));
        attributes.insert("sk".to_owned(), AttributeValue::S(key.sk.clone()));
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes))
            .set_condition_expression(condition.map(str::to_owned))
            .send()
            .await
            .map_err(|e| StoreError::from_sdk("PutItem", e))?;
        Ok(())
    }

    /// All items of a partition whose sort key begins with `prefix`, in its order.
    pub(crate) async fn query<T: DeserializeOwned>(&self, pk: &str, prefix: &str) -> Result<Vec<T>, StoreError> {
        self.query_attributes(pk, prefix).await?.into_iter().map(from_attributes).collect()
    }

    /// Some items of a partition whose sort key begins with `prefix`, those behind `after` alone, and whether there are
    /// more.
    pub(crate) async fn query_page(
        &self,
        pk: &str,
        prefix: &str,
        after: Option<&str>,
        most: usize,
    ) -> Result<(Vec<Attributes>, bool), StoreError> {
        let after = after.map(|sk| key_attributes(&Key { pk: pk.to_owned(), sk: sk.to_owned() }));
        let most = i32::try_from(most).unwrap_or(i32::MAX);
        let page = self.query_from(pk, prefix, after, Some(most)).await?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key.is_some()))
    }

    pub(crate) async fn query_attributes(&self, pk: &str, prefix: &str) -> Result<Vec<Attributes>, StoreError> {
        let mut items = Vec::new();
        let mut next = None;
        loop {
            let page = self.query_from(pk, prefix, next, None).await?;
            items.extend(page.items.unwrap_or_default());
            next = page.last_evaluated_key;
            if next.is_none() {
                return Ok(items);
            }
        }
    }

    /// One page of a partition, from behind a key on: at most so many items, or as many as one answer holds.
    async fn query_from(
        &self,
        pk: &str,
        prefix: &str,
        after: Option<Attributes>,
        most: Option<i32>,
    ) -> Result<QueryOutput, StoreError> {
        let query = self.client.query().table_name(&self.table);
        // DynamoDB refuses an empty text wherever a key attribute is compared.
        let query = if prefix.is_empty() {
            query.key_condition_expression("pk = :pk")
        } else {
            query
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
        };
        query
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .consistent_read(true)
            .set_limit(most)
            .set_exclusive_start_key(after)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk("Query", e))
    }
}

/// True if something that may go at a moment, in seconds since 1970, is past it; 0 is no moment.
pub(crate) fn is_over(expires_at: i64, now_ms: i64) -> bool {
    expires_at > 0 && expires_at.saturating_mul(1000) <= now_ms
}

pub(crate) fn from_attributes<T: DeserializeOwned>(attributes: Attributes) -> Result<T, StoreError> {
    serde_dynamo::from_item(attributes).map_err(StoreError::Unreadable)
}

fn key_attributes(key: &Key) -> Attributes {
    Attributes::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

pub(crate) fn key_of(attributes: &Attributes) -> Option<Key> {
    let text = |name: &str| attributes.get(name).and_then(|v| v.as_s().ok()).cloned();
    Some(Key { pk: text("pk")?, sk: text("sk")? })
}

pub(crate) fn has_key(attributes: &Attributes, key: &Key) -> bool {
    let text = |name: &str| attributes.get(name).and_then(|v| v.as_s().ok());
    text("pk") == Some(&key.pk) && text("sk") == Some(&key.sk)
}
