//! From Meta's answer to a connected account.
//!
//! The order makes every crash harmless. Up to the write of the account nothing is kept but that the login's `state` is
//! used; that write holds the token and all that belongs to it; and what follows, the subscription, is looked after by
//! the caretaker, because the account is due from that write on.

use std::sync::Arc;

use boot::Chain;
use graph::{Answer, LoginApp, SendError};
use instagram::{AccountId, App, Apps, NEEDED_PERMISSIONS};
use lambda_http::{Body, Response};
use secrecy::SecretString;
use store::{Audit, ConnectError, Connected, PendingLogin};

use crate::end::End;
use crate::state::State;
use crate::visit::{Fields, Visit};
use crate::{CALLBACK_PATH, Connect, cookie, pages, return_to, secrets, tally};

impl Connect {
    /// Ends a login, and says how it ended.
    pub(crate) async fn callback(&self, visit: &mut Visit<'_>) -> Response<Body> {
        let query = visit.query();
        let (login, end) = self.end(visit, &query).await;
        visit.sheet.count(tally::LOGINS_ENDED, 1);
        visit.sheet.word(tally::REASON, end.name());
        if end == End::OtherCustomer {
            visit.sheet.count(tally::OTHER_CUSTOMER, 1);
        }
        // Counted already where it was the secrets.
        if end == End::Unavailable && !visit.sheet.has(tally::UNAVAILABLE) {
            visit.sheet.count(tally::UNAVAILABLE, 1);
        }
        visit.speak(login.as_ref().and_then(|login| login.lang.as_deref()));
        let (status, mut page) = pages::end(visit.lang, &end);
        if let Some(crm) = &self.crm_base_url {
            let wish = login.as_ref().and_then(|login| login.return_to.as_deref());
            page = page
                .link(&return_to::address(crm, wish), visit.lang.pick("Voltar ao Politicall", "Back to Politicall"));
        }
        page.answer(status)
    }

    /// The login that ended, if it was one, and how.
    async fn end(&self, visit: &mut Visit<'_>, query: &Fields) -> (Option<PendingLogin>, End) {
        let Some(apps) = secrets::current(&self.apps, visit.deadline, visit.sheet).await else {
            return (None, End::Unavailable);
        };
        let was_refused = query.only("error").is_some();
        let login = match self.take_login(visit, query).await {
            Ok(Some(login)) => login,
            // Meta need not bring the `state` back with a refusal (fact sheet 7.1); nothing hangs on it.
            Ok(None) if was_refused => return (None, End::Cancelled),
            Ok(None) => return (None, End::NoSuchLogin),
            Err(end) => return (None, end),
        };
        if was_refused {
            return (Some(login), End::Cancelled);
        }
        let Some(code) = query.secret("code") else { return (Some(login), End::CodeRefused) };
        let redirect_uri = format!("{}{CALLBACK_PATH}", visit.base);
        let end = match self.connect(&apps, &login, code, &redirect_uri).await {
            Ok(end) | Err(end) => end,
        };
        (Some(login), end)
    }

    /// The login under way that this browser brings back, ended by that; nothing if there is none.
    async fn take_login(&self, visit: &Visit<'_>, query: &Fields) -> Result<Option<PendingLogin>, End> {
        let browser = cookie::read(visit.request.headers(), visit.is_secure());
        let state = query.only("state").and_then(State::parse);
        let (Some(browser), Some(state)) = (browser, state) else { return Ok(None) };
        let taken = self.store.end_login(&state.ticket, &state.proof(&browser), self.clock.now_ms()).await;
        taken.map_err(|error| {
            tracing::error!(error = %Chain(&error), "a login could not be ended");
            End::Unavailable
        })
    }

    /// Makes a connected account of a code.
    async fn connect(
        &self,
        apps: &Arc<Apps>,
        login: &PendingLogin,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<End, End> {
        let app = apps.by_id(&login.app).ok_or_else(|| {
            tracing::error!(app.id = %login.app, "the app of a login is not configured any more");
            End::Unavailable
        })?;
        let granted = self.redeem(app, login, code, redirect_uri).await?;
        let account = granted.account.clone();
        let token = granted.token.clone();
        let connected = self.seal(login, granted).await?;
        self.store.connect(&connected).await.map_err(|error| match error {
            ConnectError::OtherCustomer => {
                tracing::warn!(account.id = %account, "an account of another customer was not connected");
                End::OtherCustomer
            }
            ConnectError::Store(error) => {
                tracing::error!(account.id = %account, error = %Chain(&error), "an account could not be stored");
                End::Unavailable
            }
        })?;
        tracing::info!(account.id = %account, app.id = %app.app_id, "connected");
        self.note(login, &account, connected.connected_at).await;
        let (refused, is_subscribed) = self.subscribe(&token, &account).await;
        Ok(End::Connected { office: login.office.clone(), username: connected.username, refused, is_subscribed })
    }

    /// Code, short token, long token, and whose they are. Nothing is kept yet.
    async fn redeem(
        &self,
        app: &App,
        login: &PendingLogin,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<Granted, End> {
        let secret = app.app_secrets.first().ok_or(End::Unavailable)?;
        let login_app = LoginApp { id: &app.app_id, secret, redirect_uri };
        let short = self.login.redeem(login_app, code).await.map_err(|error| {
            tracing::warn!(app.id = %login.app, error = %Chain(&error), "a login's code became no token");
            End::from(&error)
        })?;
        let missing: Vec<_> = NEEDED_PERMISSIONS
            .into_iter()
            .filter(|needed| !short.permissions.iter().any(|granted| granted == needed))
            .collect();
        if !missing.is_empty() {
            return Err(End::PermissionsMissing(missing));
        }
        let issued_at = self.clock.now_ms();
        let failed = |error: SendError| {
            tracing::warn!(app.id = %login.app, error = %Chain(&error), "a login's token is of no use");
            End::from(&error)
        };
        let long = twice(|| self.graph.exchange_token(&short.token, secret)).await.map_err(failed)?;
        let me = twice(|| self.graph.me(&long.token)).await.map_err(failed)?;
        if me.scoped_id != short.scoped_id {
            tracing::error!(account.id = %me.account, "Meta names another account than the login's code did");
            return Err(End::NoAnswer);
        }
        let life_ms = i64::try_from(long.expires_in.as_millis()).unwrap_or(i64::MAX);
        Ok(Granted {
            account: me.account,
            scoped_id: me.scoped_id,
            username: me.username,
            token: long.token,
            permissions: short.permissions,
            issued_at,
            expires_at: issued_at.saturating_add(life_ms),
        })
    }

    async fn seal(&self, login: &PendingLogin, granted: Granted) -> Result<Connected, End> {
        let sealed_token = self.vault.seal(granted.account.as_str(), &granted.token).await.map_err(|error| {
            tracing::error!(account.id = %granted.account, error = %Chain(&error), "a token could not be sealed");
            End::Unavailable
        })?;
        Ok(Connected {
            account: granted.account,
            scoped_id: granted.scoped_id,
            app: login.app.clone(),
            customer: login.customer.clone(),
            username: granted.username,
            sealed_token,
            permissions: granted.permissions,
            issued_at: granted.issued_at,
            expires_at: granted.expires_at,
            connected_at: self.clock.now_ms(),
        })
    }

    /// Notes who connected the account. That it is not noted is no reason to say that it is not connected.
    async fn note(&self, login: &PendingLogin, account: &AccountId, at: i64) {
        let entry = Audit { at, by: &login.user, what: "connected by login" };
        if let Err(error) = self.store.audit(account, &entry).await {
            tracing::warn!(account.id = %account, error = %Chain(&error), "who connected the account is not noted");
        }
    }

    /// Has Meta deliver. Names that it refuses are told; any other trouble is the caretaker's to mend.
    async fn subscribe(&self, token: &SecretString, account: &AccountId) -> (Vec<String>, bool) {
        match self.graph.subscribe_as_far_as_possible(token, account, &self.fields, &[]).await {
            Ok(subscribed) => {
                if !subscribed.refused.is_empty() {
                    let refused = subscribed.refused.join(",");
                    tracing::warn!(account.id = %account, fields = %refused, "Meta refuses some fields");
                }
                (subscribed.refused, true)
            }
            Err(error) => {
                tracing::warn!(account.id = %account, error = %Chain(&error), "connected, but not subscribed yet");
                (Vec::new(), false)
            }
        }
    }
}

/// What the owner granted, still in the open.
struct Granted {
    account: AccountId,
    scoped_id: instagram::AppScopedId,
    username: String,
    token: SecretString,
    permissions: Vec<String>,
    issued_at: i64,
    expires_at: i64,
}

/// Asks once more if nobody knows what became of the first time: both calls may be made twice, and the code cannot.
async fn twice<T, F: Future<Output = Answer<T>>>(call: impl Fn() -> F) -> Result<T, SendError> {
    match call().await.result {
        Err(SendError::NotSent(_) | SendError::OutcomeUnknown(_)) => call().await.result,
        result => result,
    }
}
