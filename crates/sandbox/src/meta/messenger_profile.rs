//! `/{account}/messenger_profile`: ice breakers and the persistent menu (fact sheet 6.1, 6.2).

use serde_json::{Value, json};

use super::policy::Policy;
use super::reply::{Outcome, Refusal};
use super::request::Request;
use super::world::{Account, World};

const MAX_ICE_BREAKERS: usize = 4;
/// The most that a third party reports.
const MAX_MENU_ITEMS: usize = 20;
const FEATURES: [&str; 2] = ["ice_breakers", "persistent_menu"];

/// `GET`, `POST` and `DELETE`. The answers' shapes are those of the Messenger platform.
pub(super) fn serve(world: &mut World, id: &str, request: &Request) -> Outcome {
    let account = world.account_mut(id).ok_or_else(|| Refusal::missing(&request.method))?;
    match request.method {
        http::Method::GET => Ok(read(account, request)),
        http::Method::DELETE => delete(account, request),
        _ => write(account, request),
    }
}

fn read(account: &Account, request: &Request) -> Value {
    let fields = request.fields();
    let asked = account.messenger_profile.iter().filter(|(name, _)| fields.iter().any(|(field, _)| field == *name));
    let found: serde_json::Map<String, Value> = asked.map(|(name, value)| (name.clone(), value.clone())).collect();
    if found.is_empty() { json!({"data": []}) } else { json!({"data": [found]}) }
}

fn write(account: &mut Account, request: &Request) -> Outcome {
    let body = request.body.as_object();
    let body = body.filter(|body| body.get("platform").is_some_and(|platform| platform == "instagram"));
    let body = body.ok_or_else(|| Refusal::parameter("The parameter platform must be instagram"))?;
    let features: Vec<(&String, &Value)> = body.iter().filter(|(name, _)| *name != "platform").collect();
    if features.is_empty() {
        return Err(Refusal::parameter("There is no feature to set"));
    }
    for (name, value) in &features {
        match name.as_str() {
            "ice_breakers" => check_locales(value, MAX_ICE_BREAKERS, is_question)?,
            "persistent_menu" => check_locales(value, MAX_MENU_ITEMS, is_menu_item)?,
            _ => return Err(Refusal::parameter("The feature is unknown")),
        }
    }
    for (name, value) in features {
        account.messenger_profile.insert(name.clone(), value.clone());
    }
    Ok(json!({"result": "success"}))
}

fn delete(account: &mut Account, request: &Request) -> Outcome {
    let fields = request.body["fields"].as_array().filter(|fields| !fields.is_empty());
    let names: Option<Vec<&str>> = fields.and_then(|fields| fields.iter().map(Value::as_str).collect());
    let names = names.filter(|names| names.iter().all(|name| FEATURES.contains(name)));
    for name in names.ok_or_else(|| Refusal::parameter("The parameter fields must name features"))? {
        account.messenger_profile.remove(name);
    }
    Ok(json!({"result": "success"}))
}

/// One list per locale, the default one among them.
fn check_locales(value: &Value, most: usize, is_item: impl Fn(&Value) -> bool) -> Result<(), Refusal> {
    let locales = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if !locales.iter().any(|locale| locale["locale"] == "default") {
        return Err(Refusal::parameter("There must be a default locale"));
    }
    for locale in locales {
        let items = locale["call_to_actions"].as_array().map(Vec::as_slice).unwrap_or_default();
        if items.is_empty() || !items.iter().all(&is_item) {
            return Err(Refusal::parameter("The parameter call_to_actions is not valid"));
        }
        if items.len() > most {
            return Err(Refusal::parameter(format!("There may be {most} at most")).against(Policy::Length));
        }
    }
    Ok(())
}

fn is_question(item: &Value) -> bool {
    has_texts(item, &["question", "payload"])
}

fn is_menu_item(item: &Value) -> bool {
    match item["type"].as_str() {
        Some("postback") => has_texts(item, &["type", "title", "payload"]),
        Some("web_url") => has_texts(item, &["type", "title", "url"]),
        _ => false,
    }
}

/// Exactly these members, each a text that is not empty.
fn has_texts(item: &Value, names: &[&str]) -> bool {
    let filled = names.iter().all(|name| item[*name].as_str().is_some_and(|text| !text.is_empty()));
    filled && item.as_object().is_some_and(|members| members.len() == names.len())
}
