//! What another system exports of its accounts. Pure.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result, bail};
use instagram::AppId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

/// One account.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) customer: String,
    pub(super) token: SecretString,
    /// Of the customer's own app; else the first app.
    #[serde(default)]
    pub(super) app_id: String,
    #[serde(default = "nothing")]
    app_secret: SecretString,
    #[serde(default = "nothing")]
    verify_token: SecretString,
    #[serde(default)]
    pub(super) username: String,
}

fn nothing() -> SecretString {
    SecretString::from("")
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("customer", &self.customer).finish_non_exhaustive()
    }
}

/// Reads a JSON array or a CSV with a head line. Errors name the place and never quote what stands there: it may be a
/// token.
pub(super) fn parse(text: &str) -> Result<Vec<Row>> {
    let rows: Vec<Row> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(|error| {
            anyhow::anyhow!("it is no list of accounts (line {}, column {})", error.line(), error.column())
        })?
    } else {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let heads = reader.headers().context("it has no head line")?;
        for needed in ["customer", "token"] {
            if !heads.iter().any(|head| head == needed) {
                bail!(
                    "it has no column {needed:?}: expected customer, token, app_id, app_secret, verify_token, username"
                );
            }
        }
        let read = |(place, row): (usize, csv::Result<Row>)| {
            row.map_err(|_| anyhow::anyhow!("line {} cannot be read", place + 2))
        };
        reader.deserialize().enumerate().map(read).collect::<Result<_>>()?
    };
    let problems: Vec<String> = rows.iter().enumerate().filter_map(|(place, row)| problem(place, row)).collect();
    if rows.is_empty() {
        bail!("it holds no account");
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("; "));
    }
    Ok(rows)
}

fn problem(place: usize, row: &Row) -> Option<String> {
    let has_secret = !row.app_secret.expose_secret().is_empty();
    let what = if row.customer.trim().is_empty() {
        "has no customer"
    } else if row.token.expose_secret().trim().is_empty() {
        "has no token"
    } else if !row.app_id.is_empty() && AppId::parse(row.app_id.as_str()).is_err() {
        "has an app_id that is none"
    } else if row.app_id.is_empty() && has_secret {
        "has an app_secret without its app_id"
    } else {
        return None;
    };
    Some(format!("account {} {what}", place + 1))
}

/// The apps' document with what the rows add to it; `None` if they add nothing.
///
/// A secret that an app has not had stands behind those it has; an app that was not there is called by its id.
pub(super) fn with_apps_of(rows: &[Row], document: &Value) -> Option<Value> {
    let mut new = document.clone();
    let apps = new["apps"].as_array_mut()?;
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (place, app) in apps.iter().enumerate() {
        places.insert(text(&app["app_id"]), place);
    }
    for row in rows.iter().filter(|row| !row.app_id.is_empty()) {
        let place = *places.entry(row.app_id.clone()).or_insert_with(|| {
            apps.push(json!({"name": format!("app-{}", row.app_id), "app_id": row.app_id, "app_secrets": [], "verify_tokens": []}));
            apps.len() - 1
        });
        for (list, value) in [("app_secrets", &row.app_secret), ("verify_tokens", &row.verify_token)] {
            add(&mut apps[place][list], value.expose_secret().trim());
        }
    }
    (new != *document).then_some(new)
}

/// The apps that rows name and that have no secret: nothing signed for them could be checked.
pub(super) fn without_secret(document: &Value) -> Vec<String> {
    let apps = document["apps"].as_array().into_iter().flatten();
    apps.filter(|app| app["app_secrets"].as_array().is_none_or(Vec::is_empty)).map(|app| text(&app["app_id"])).collect()
}

fn add(list: &mut Value, value: &str) {
    if value.is_empty() {
        return;
    }
    if !list.is_array() {
        *list = json!([]);
    }
    if let Some(values) = list.as_array_mut()
        && !values.iter().any(|held| held == value)
    {
        values.push(value.into());
    }
}

/// An id as text or as a number.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "customer,token,app_id,app_secret,verify_token,username\n\
                       gabinete-a,IGAA-canary-a,,,,gabinete.a\n\
                       gabinete-b, IGAA-canary-b ,1203300000000077,secret-canary,verify-canary,gabinete.b\n";

    #[test]
    fn both_forms_are_read() {
        let json = r#"[{"customer":"gabinete-a","token":"IGAA-canary-a"},
            {"customer":"gabinete-b","token":"IGAA-canary-b","app_id":"1203300000000077","app_secret":"secret-canary"}]"#;
        for (form, text) in [("CSV", CSV), ("JSON", json)] {
            let rows = parse(text).unwrap();
            let seen: Vec<(&str, &str, &str)> = rows
                .iter()
                .map(|row| (row.customer.as_str(), row.token.expose_secret(), row.app_id.as_str()))
                .collect();
            let expected = [("gabinete-a", "IGAA-canary-a", ""), ("gabinete-b", "IGAA-canary-b", "1203300000000077")];
            assert_eq!(seen, expected, "{form}");
            assert!(!format!("{rows:?}").contains("canary"), "{form}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_place_and_never_quoted() {
        let cases = [
            ("nothing", "", "no column \"customer\""),
            ("no accounts", "customer,token\n", "holds no account"),
            ("no accounts as JSON", "[]", "holds no account"),
            ("no token column", "customer,chave\na,canary\n", "no column \"token\""),
            ("a line too short", "customer,token\na,canary\nb\n", "line 3 cannot be read"),
            ("no customer", "customer,token\n,canary\n", "account 1 has no customer"),
            ("no token", "customer,token\na,\n", "account 1 has no token"),
            ("two at once", "customer,token\na,\n,canary\n", "account 1 has no token; account 2 has no customer"),
            ("a secret of no app", "customer,token,app_id,app_secret\na,canary,,canary\n", "without its app_id"),
            ("an app_id that is none", "customer,token,app_id\na,canary,x#y\n", "an app_id that is none"),
            ("JSON of another form", r#"[{"customer":"a","token":["canary"]}]"#, "line 1, column"),
        ];
        for (case, text, part) in cases {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(part) && !error.contains("canary"), "{case}: {error}");
        }
    }

    #[test]
    fn apps_are_added_once_and_secrets_stand_behind_those_in_use() {
        let rows = parse(CSV).unwrap();
        let document = json!({"apps": [{"name": "own", "app_id": "1", "app_secrets": ["a"], "verify_tokens": ["v"]}]});
        let new = with_apps_of(&rows, &document).unwrap();
        assert_eq!(new["apps"][1]["name"], "app-1203300000000077");
        assert_eq!(new["apps"][1]["app_secrets"], json!(["secret-canary"]));
        assert_eq!(new["apps"][1]["verify_tokens"], json!(["verify-canary"]));
        assert_eq!(with_apps_of(&rows, &new), None, "a second time it adds nothing");
        let known = json!({"apps": [{"name": "b", "app_id": "1203300000000077", "app_secrets": ["current"]}]});
        let new = with_apps_of(&rows, &known).unwrap();
        assert_eq!(new["apps"][0]["app_secrets"], json!(["current", "secret-canary"]));
        assert!(without_secret(&new).is_empty());
        let bare = parse("customer,token,app_id\na,t,5\n").unwrap();
        assert_eq!(without_secret(&with_apps_of(&bare, &document).unwrap()), ["5"]);
    }
}
