//! Connecting an account by a token that somebody else made: in the dashboard, or for another system.

use anyhow::{Context, Result, bail};
use graph::{Me, SendError};
use instagram::{AppId, FIELDS};
use secrecy::SecretString;
use store::{ConnectError, Connected};

use crate::meta::Meta;
use crate::moment::away;
use crate::target::Target;

const DAY_MS: i64 = 86_400_000;

/// How long a token lasts that is too young to be renewed: Meta's 60 days, less the one that it may be old.
const YOUNG_MS: i64 = 59 * DAY_MS;

/// What came of it.
#[derive(Debug)]
pub(super) struct Adopted {
    pub(super) me: Me,
    ends_at: i64,
    now: i64,
    fields: usize,
    refused: Vec<String>,
    /// Why it is not subscribed yet.
    trouble: Option<SendError>,
}

impl Adopted {
    /// For a person to read.
    pub(super) fn told(&self) -> Vec<String> {
        let Self { me, ends_at, now, fields, refused, trouble } = self;
        let mut lines =
            vec![format!("{} ({}) is connected; its token ends {}.", me.account, me.username, away(*ends_at, *now))];
        match trouble {
            None => lines.push(format!("It is subscribed to {fields} fields.")),
            Some(error) => lines.push(format!("It is not subscribed yet ({error}); the caretaker tries again.")),
        }
        if !refused.is_empty() {
            lines.push(format!("Meta refuses the fields {}.", refused.join(", ")));
        }
        lines
    }
}

/// Connects the account that a token speaks for. Nothing is stored before Meta named it.
pub(super) async fn adopt(
    target: &Target,
    meta: &Meta,
    app: &AppId,
    customer: &str,
    token: SecretString,
) -> Result<Adopted> {
    let me = meta.graph.me(&token).await.result.context("Meta does not say whom the token is for")?;
    let now = target.clock.now_ms();
    let (token, issued_at, expires_at) = renewed(meta, token, now).await?;
    let connected = Connected {
        account: me.account.clone(),
        scoped_id: me.scoped_id.clone(),
        app: app.clone(),
        customer: customer.to_owned(),
        username: me.username.clone(),
        sealed_token: meta.vault.seal(me.account.as_str(), &token).await?,
        // Which ones were granted to a token is told at a login alone.
        permissions: Vec::new(),
        issued_at,
        expires_at,
        connected_at: now,
    };
    match target.store.connect(&connected).await {
        Ok(()) => {}
        Err(ConnectError::OtherCustomer) => bail!("the account {} is another customer's", me.account),
        Err(error) => return Err(error.into()),
    }
    let subscribed = meta.graph.subscribe_as_far_as_possible(&token, &me.account, &FIELDS, &[]).await;
    let (fields, refused, trouble) = match subscribed {
        Ok(subscribed) => (subscribed.fields.len(), subscribed.refused, None),
        Err(error) => (0, Vec::new(), Some(error)),
    };
    Ok(Adopted { me, ends_at: expires_at, now, fields, refused, trouble })
}

/// The token anew, if Meta renews it, with when it was issued and when it ends. How old one is that somebody else made,
/// nobody tells; of a new one it is known. Meta renews none in its first 24 hours: such a one is good for 59 days at least.
async fn renewed(meta: &Meta, token: SecretString, now: i64) -> Result<(SecretString, i64, i64)> {
    match meta.graph.refresh_token(&token).await.result {
        Ok(new) => {
            let life_ms = i64::try_from(new.expires_in.as_millis()).unwrap_or(YOUNG_MS);
            Ok((new.token, now, now.saturating_add(life_ms)))
        }
        Err(SendError::Refused { .. }) => Ok((token, now, now.saturating_add(YOUNG_MS))),
        Err(error) => Err(anyhow::Error::from(error).context("Meta does not renew the token")),
    }
}
