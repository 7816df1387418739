//! Tokens: who speaks with them, how they are made and refreshed (fact sheet 7.2 to 7.4).

use serde_json::json;

use super::LoginAnswer;
use super::reply::{Outcome, Refusal};
use super::request::Request;
use super::world::{Trouble, World};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;
/// A long-lived token's life: 60 days, as Meta's own sample says it.
const LIFE_S: i64 = 5_183_944;

/// The account a token belongs to.
///
/// # Errors
/// 190 if it is nobody's, has expired, or the account's trouble is one of tokens.
pub(super) fn check(world: &World, token: Option<&str>, now: i64) -> Result<String, Refusal> {
    let token = token.filter(|token| !token.is_empty());
    let owner = token.and_then(|token| {
        world.accounts.iter().find(|a| a.token == token || a.older_tokens.iter().any(|older| older == token))
    });
    let Some(account) = owner else {
        let has_ended = |token| world.accounts.iter().any(|a| a.ended_tokens.iter().any(|ended| ended == token));
        if token.is_some_and(has_ended) {
            let said = "Error validating access token: The session has been invalidated because the user changed their \
                        password or Facebook has changed the session for security reasons.";
            return Err(Refusal::new(190, Some(460), said));
        }
        return Err(Refusal::new(190, None, "Invalid OAuth access token - Cannot parse access token"));
    };
    if let Some(trouble @ Trouble { code: 190 | 102, .. }) = account.trouble {
        return Err(trouble.into());
    }
    if account.token_expires_at.is_some_and(|end| end <= now) {
        return Err(Refusal::new(190, Some(463), "Error validating access token: Session has expired."));
    }
    Ok(account.account.clone())
}

/// Takes no token of the account any more; a login brings a new one. False if nobody knows the account.
pub(super) fn end(world: &mut World, account: &str) -> bool {
    let Some(account) = world.account_mut(account) else { return false };
    let tokens = std::mem::take(&mut account.older_tokens);
    account.ended_tokens.extend(tokens);
    account.ended_tokens.push(std::mem::take(&mut account.token));
    true
}

/// `GET /refresh_access_token?grant_type=ig_refresh_token`: from 24 h of age on; the old token stays good.
pub(super) fn refresh(world: &mut World, request: &Request, now: i64) -> Outcome {
    if request.param("grant_type") != Some("ig_refresh_token") {
        return Err(Refusal::parameter("The parameter grant_type must be ig_refresh_token"));
    }
    let account = check(world, request.token.as_deref(), now)?;
    let issued_at = world.account(&account).and_then(|account| account.token_issued_at);
    if issued_at.is_some_and(|at| now - at < DAY_MS) {
        return Err(Refusal::parameter("The token is less than 24 hours old."));
    }
    Ok(issue(world, &account, now))
}

/// `GET /access_token?grant_type=ig_exchange_token`: a short-lived token for a long-lived one.
pub(super) fn exchange(world: &mut World, request: &Request, now: i64) -> Outcome {
    if request.param("grant_type") != Some("ig_exchange_token") {
        return Err(Refusal::parameter("The parameter grant_type must be ig_exchange_token"));
    }
    let account = check(world, request.token.as_deref(), now)?;
    if !knows_secret(world, &account, request) {
        return Err(Refusal::new(101, None, "Error validating client secret."));
    }
    Ok(issue(world, &account, now))
}

/// `POST /oauth/access_token`: a code of the dialog, once and within an hour, for a short-lived token.
pub(super) fn redeem(world: &mut World, request: &Request, answer: LoginAnswer, now: i64) -> Outcome {
    let refused = || Refusal::flat("Invalid authorization code");
    let code = request.param("code").unwrap_or_default().trim_end_matches("#_");
    let place = world.login_codes.iter().position(|held| held.code == code).ok_or_else(refused)?;
    let held = &world.login_codes[place];
    let is_meant = request.param("grant_type") == Some("authorization_code")
        && request.param("client_id") == Some(&held.app_id)
        && request.param("redirect_uri") == Some(&held.redirect_uri)
        && now - held.made_at < HOUR_MS;
    if !is_meant || !knows_secret(world, &held.account, request) {
        return Err(refused());
    }
    let held = world.login_codes.remove(place);
    let token = format!("IGAAshort{}", world.next_id());
    let account = world.account_mut(&held.account).ok_or_else(refused)?;
    account.older_tokens.push(token.clone());
    account.permissions.clone_from(&held.permissions);
    Ok(match answer {
        LoginAnswer::Observed => json!({
            "access_token": token,
            // A number, as observed, and beyond 2^53.
            "user_id": account.app_scoped_id.parse::<u64>().unwrap_or_default(),
            "permissions": held.permissions,
        }),
        LoginAnswer::Documented => json!({"data": [{
            "access_token": token,
            "user_id": account.app_scoped_id,
            "permissions": held.permissions.join(","),
        }]}),
    })
}

fn knows_secret(world: &World, account: &str, request: &Request) -> bool {
    let app_id = world.account(account).map(|account| account.app_id.as_str());
    let app = world.apps.iter().find(|app| Some(app.app_id.as_str()) == app_id);
    let secret = request.param("client_secret").unwrap_or_default();
    app.is_some_and(|app| app.app_secrets.iter().any(|known| known == secret))
}

fn issue(world: &mut World, account: &str, now: i64) -> serde_json::Value {
    let token = format!("IGAAlong{}", world.next_id());
    if let Some(account) = world.account_mut(account) {
        let old = std::mem::replace(&mut account.token, token.clone());
        account.older_tokens.push(old);
        account.token_issued_at = Some(now);
        account.token_expires_at = Some(now + LIFE_S * 1000);
    }
    json!({"access_token": token, "token_type": "bearer", "expires_in": LIFE_S})
}
