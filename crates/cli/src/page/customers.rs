//! The customers whose accounts are in the table: what a CRM knows and a person at this page does not.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::Store;

use super::answer::Answer;

pub(super) async fn answer(store: &Store) -> Answer {
    let accounts = match store.accounts().await {
        Ok(accounts) => accounts,
        Err(error) => return Answer::failed(&error),
    };
    let mut customers: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for account in accounts.into_iter().filter(|account| !account.is_erased()) {
        let of_customer = customers.entry(account.customer).or_default();
        of_customer.push(json!({ "account": account.id.as_str(), "username": account.username }));
    }
    let customers: Vec<Value> = customers
        .into_iter()
        .map(|(customer, accounts)| json!({ "customer": customer, "accounts": accounts }))
        .collect();
    Answer::json(&json!({ "customers": customers }))
}
