//! Renewing a token: the old one stays in use until the new one is stored, and stays good at Meta.

use boot::Chain;
use graph::SendError;
use store::{Account, Renewed, Upkeep};

use super::plan::pause;
use crate::Caretaker;
use crate::tally::{TOKEN_REFRESH_FAILED, TOKENS_REFRESHED, Tally};
use crate::trouble::Trouble;

impl Caretaker {
    /// Renews an account's token. What Meta does not do now is tried again later; a token it takes no more needs a login.
    ///
    /// A crash between Meta's answer and the record loses the new token: the old one is in the table, and good.
    pub(super) async fn renew(&self, account: &mut Account, tally: &Tally) -> Result<(), Trouble> {
        let Some(token) = self.accounts.token(account).await? else {
            // It cannot be opened, or was lost meanwhile: a person must look, and was told by the log.
            return self.postpone_renewal(account, "unopened", tally).await;
        };
        match self.graph.refresh_token(&token).await.result {
            Ok(renewed) => {
                let now = self.clock.now_ms();
                let sealed_token = self.accounts.seal(account, &renewed.token).await?;
                let life_ms = i64::try_from(renewed.expires_in.as_millis()).unwrap_or(i64::MAX);
                let renewed =
                    Renewed { sealed_token: &sealed_token, issued_at: now, expires_at: now.saturating_add(life_ms) };
                *account = self.store.renew_token(account, &renewed).await?;
                tally.count(TOKENS_REFRESHED, 1);
                Ok(())
            }
            Err(error @ SendError::TokenDead { .. }) => {
                self.note_dead_token(account, &outbox::reason(&error), tally).await
            }
            Err(error) => {
                tracing::warn!(account.id = %account.id, error = %Chain(&error), "a token is not renewed yet");
                self.postpone_renewal(account, &outbox::reason(&error), tally).await
            }
        }
    }

    async fn postpone_renewal(&self, account: &mut Account, why: &str, tally: &Tally) -> Result<(), Trouble> {
        let now = self.clock.now_ms();
        let renewals_failed = account.upkeep.renewals_failed.saturating_add(1);
        let renew_after = Some(now.saturating_add(pause(renewals_failed, account.login.expires_at, now)));
        let upkeep = Upkeep { renewals_failed, renew_after, ..account.upkeep.clone() };
        *account = self.store.note_upkeep(account, &upkeep, None).await?;
        tally.count(TOKEN_REFRESH_FAILED, 1);
        tracing::warn!(account.id = %account.id, reason = why, attempt = renewals_failed, "renewing a token failed");
        Ok(())
    }
}
