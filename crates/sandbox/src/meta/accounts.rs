//! Accounts, their subscription, the profiles of people, and media (fact sheet 6.3, 7.5, 8).

use serde_json::{Value, json};

use super::policy::Policy;
use super::reply::{Outcome, Refusal};
use super::request::{Request, select};
use super::state::State;
use super::world::World;

/// The names `subscribed_fields` may hold. `message_echoes` is in Meta's documentation and refused all the same.
const SUBSCRIBABLE: [&str; 13] = [
    "messages",
    "message_edit",
    "message_reactions",
    "messaging_handover",
    "messaging_optins",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "standby",
    "comments",
    "live_comments",
    "mentions",
    "story_insights",
];

/// `GET /me`
pub(super) fn me(world: &World, id: &str, request: &Request) -> Outcome {
    let account = world.account(id).ok_or_else(|| Refusal::missing(&request.method))?;
    let object = json!({
        "id": account.app_scoped_id,
        "user_id": account.account,
        "username": account.username,
        "name": account.name,
        "account_type": "BUSINESS",
    });
    Ok(select(&object, &request.fields(), &["user_id"]))
}

/// `GET /{person}`: only for those who wrote; a comment is no consent.
pub(super) fn profile(world: &World, account: &str, id: &str, request: &Request) -> Outcome {
    let person = world.person(account, id).ok_or_else(|| Refusal::missing(&request.method))?;
    if world.thread(account, id).is_none_or(|thread| thread.last_user_at.is_none()) {
        return Err(Refusal::new(230, None, "User consent is required to access user profile").against(Policy::Consent));
    }
    if person.unavailable {
        return Err(
            Refusal::new(551, Some(1_545_041), "This person isn't available right now.").against(Policy::Availability)
        );
    }
    let object = json!({
        "id": id,
        "username": person.username,
        "name": Some(&person.name).filter(|name| !name.is_empty()),
        "profile_pic": person.profile_pic,
        "follower_count": person.follower_count,
        "is_user_follow_business": person.is_user_follow_business,
        "is_business_follow_user": person.is_business_follow_user,
        "is_verified_user": person.is_verified_user,
    });
    let mut profile = select(&object, &request.fields(), &["username", "name"]);
    if let Some(members) = profile.as_object_mut() {
        members.retain(|name, _| !person.hidden_fields.contains(name));
    }
    Ok(profile)
}

/// `GET /{media}`: the account's own only.
pub(super) fn media(world: &World, account: &str, id: &str, request: &Request) -> Outcome {
    let media = world.media(id).filter(|media| media.account == account);
    let media = media.ok_or_else(|| Refusal::missing(&request.method))?;
    let username = world.account(account).map(|account| account.username.as_str());
    let object = json!({
        "id": media.id,
        "media_product_type": media.product,
        "owner": {"id": media.account},
        "username": username,
    });
    Ok(select(&object, &request.fields(), &[]))
}

/// `GET`, `POST` and `DELETE /{account}/subscribed_apps`. A POST replaces the list.
pub(super) fn subscription(state: &mut State, id: &str, request: &Request) -> Outcome {
    let account = state.world.account_mut(id).ok_or_else(|| Refusal::missing(&request.method))?;
    match request.method {
        http::Method::GET => {
            let fields = &account.subscribed_fields;
            let data: Vec<Value> = if fields.is_empty() {
                Vec::new()
            } else {
                vec![json!({"id": account.app_id, "subscribed_fields": fields})]
            };
            return Ok(json!({ "data": data }));
        }
        http::Method::DELETE => account.subscribed_fields.clear(),
        _ => {
            let list = request.param("subscribed_fields").unwrap_or_default();
            account.subscribed_fields = parse_fields(list, &state.refused_fields)?;
        }
    }
    Ok(json!({"success": true}))
}

/// One unknown name refuses the whole list, and says which names there are.
fn parse_fields(list: &str, refused: &[String]) -> Result<Vec<String>, Refusal> {
    let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
    match names.iter().position(|name| !SUBSCRIBABLE.contains(&name.as_str()) || refused.contains(name)) {
        None => Ok(names),
        Some(index) => {
            let allowed = SUBSCRIBABLE.join(", ");
            Err(Refusal::parameter(format!("Param subscribed_fields[{index}] must be one of {{{allowed}}}")))
        }
    }
}
