//! What AWS would bill for one call.
//!
//! A call that succeeds is billed by the emulator's own `ConsumedCapacity`, which follows captures of the real service:
//! a write by the larger of the item before and after, per started KB; the table's part of a transaction twice; each
//! index by the change to what it stores.
//!
//! A write whose condition fails is billed too, and the service does not report how much: "the amount of write capacity
//! consumed depends on the size of the item (whether it's an existing item in the table or a new one you are attempting
//! to create or update)", the larger of the two (DynamoDB developer guide, "Working with items"). That is worked out
//! here. Where the item that an update attempts cannot be known without applying it, the old item plus every value of
//! the request stands for it: never too little, so a test of "at most" stays honest.

use dynoxide::types::{AttributeValue, Item, item_size};
use dynoxide::{Database, Result};
use serde_json::{Value, json};

use super::bill::Usage;

/// Units billed for a call of `operation` that was answered with `answer`.
pub(super) fn of(operation: &str, request: &Value, answer: &Value, database: &Database) -> Usage {
    let mut usage = match error_name(answer) {
        None => reported(operation, &answer["ConsumedCapacity"]),
        Some("ConditionalCheckFailedException") => writes(refused_write(request, database)),
        Some("TransactionCanceledException") => writes(cancelled(request, database)),
        // Throttled, malformed, or no such table: refused before anything was read or written.
        Some(_) => Usage::default(),
    };
    usage.calls = 1;
    usage
}

fn error_name(answer: &Value) -> Option<&str> {
    let name = answer["__type"].as_str()?;
    Some(name.rsplit('#').next().unwrap_or(name))
}

fn writes(units: f64) -> Usage {
    Usage { write_units: units, ..Usage::default() }
}

/// Sums one `ConsumedCapacity`, or the list that operations over several tables answer.
fn reported(operation: &str, consumed: &Value) -> Usage {
    if let Some(tables) = consumed.as_array() {
        return tables.iter().map(|table| reported(operation, table)).fold(Usage::default(), |sum, one| Usage {
            calls: 0,
            write_units: sum.write_units + one.write_units,
            read_units: sum.read_units + one.read_units,
        });
    }
    let units = |member: &str| consumed[member].as_f64();
    // Transactions say which kind they mean, as one repeated with its token is billed as a read.
    if let (None, None) = (units("ReadCapacityUnits"), units("WriteCapacityUnits")) {
        let total = units("CapacityUnits").unwrap_or(0.0);
        return if is_write(operation) { writes(total) } else { Usage { read_units: total, ..Usage::default() } };
    }
    Usage {
        calls: 0,
        write_units: units("WriteCapacityUnits").unwrap_or(0.0),
        read_units: units("ReadCapacityUnits").unwrap_or(0.0),
    }
}

fn is_write(operation: &str) -> bool {
    matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems")
}

/// Every action of a cancelled transaction is billed as prepared and cancelled: twice its size, like a committed one.
fn cancelled(request: &Value, database: &Database) -> f64 {
    let actions = request["TransactItems"].as_array().into_iter().flatten();
    actions
        .filter_map(|action| action.as_object()?.values().next())
        .map(|action| 2.0 * refused_write(action, database))
        .sum()
}

fn refused_write(write: &Value, database: &Database) -> f64 {
    let old = stored(write, database).ok().flatten().map_or(0, |item| item_size(&item));
    let attempted = match item(&write["Item"]) {
        Some(new) => item_size(&new),
        None => {
            old + item(&write["ExpressionAttributeValues"])
                .map_or(0, |values| values.values().map(AttributeValue::size).sum())
        }
    };
    units(old.max(attempted))
}

/// One unit for each started KB, and one at least.
fn units(bytes: usize) -> f64 {
    u32::try_from(bytes.div_ceil(1024).max(1)).map_or(f64::INFINITY, f64::from)
}

fn item(value: &Value) -> Option<Item> {
    serde_json::from_value(value.clone()).ok()
}

/// The key of the item that a write aims at.
pub(super) fn key(write: &Value, database: &Database) -> Result<Value> {
    match write.get("Key") {
        Some(key) => Ok(key.clone()),
        None => key_of(&write["Item"], write["TableName"].as_str().unwrap_or_default(), database),
    }
}

/// The item that a write aims at, as it stands.
pub(super) fn stored(write: &Value, database: &Database) -> Result<Option<Item>> {
    let request = json!({"TableName": write["TableName"], "Key": key(write, database)?, "ConsistentRead": true});
    match serde_json::from_value(request) {
        Ok(request) => Ok(database.get_item(request)?.item),
        Err(_) => Ok(None),
    }
}

fn key_of(item: &Value, table: &str, database: &Database) -> Result<Value> {
    let schema = database.get_table_metadata(table)?.map_or_else(String::new, |table| table.key_schema);
    let schema: Vec<Value> = serde_json::from_str(&schema).unwrap_or_default();
    let names = schema.iter().filter_map(|element| element["AttributeName"].as_str());
    Ok(names.map(|name| (name.to_owned(), item[name].clone())).collect())
}
