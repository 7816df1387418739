//! The second of the two switches that let events come (fact sheet 1.7): looked at and set again, for it falls off without
//! a word.

use boot::Chain;
use graph::{SendError, Subscription};
use store::{Account, Upkeep};

use super::plan::{DAY_MS, pause};
use crate::Caretaker;
use crate::tally::{FIELDS_REFUSED, SUBSCRIPTION_CHECK_FAILED, SUBSCRIPTIONS_REPAIRED, Tally};
use crate::trouble::Trouble;

/// How long a name that Meta refused is left out before it is tried again.
const REFUSED_FOR_MS: i64 = 7 * DAY_MS;

impl Caretaker {
    /// Looks at an account's subscription and sets it again, whatever it looks like.
    pub(super) async fn check_subscription(&self, account: &mut Account, tally: &Tally) -> Result<(), Trouble> {
        let Some(token) = self.accounts.token(account).await? else {
            return self.postpone_check(account, "unopened", tally).await;
        };
        let found = match self.graph.subscriptions(&token, &account.id).await.result {
            Ok(subscriptions) => subscriptions,
            Err(error) => return self.not_checked(account, &error, tally).await,
        };
        let now = self.clock.now_ms();
        let held = Subscription::fields_of(&found, &account.app);
        let wanted = wanted(account, &self.fields, now);
        let lost: Vec<&str> = wanted.iter().copied().filter(|name| !held.contains(name)).collect();
        let set = match self.graph.subscribe_as_far_as_possible(&token, &account.id, &wanted, &held).await {
            Ok(set) => set,
            Err(error) => return self.not_checked(account, &error, tally).await,
        };
        let repaired: Vec<&str> = lost.into_iter().filter(|name| set.fields.iter().any(|set| set == name)).collect();
        // At first it is not repaired but made.
        if !repaired.is_empty() && account.login.checked_at.is_some() {
            tally.count(SUBSCRIPTIONS_REPAIRED, 1);
            tracing::error!(
                account.id = %account.id, fields = repaired.join(","),
                "an account's subscription had fallen off and was set again"
            );
        }
        if !set.refused.is_empty() {
            tally.count(FIELDS_REFUSED, 1);
            tracing::warn!(
                account.id = %account.id, fields = set.refused.join(","), "Meta refuses some fields of a subscription"
            );
        }
        let upkeep = checked(&account.upkeep, set.refused, &wanted, now);
        *account = self.store.note_upkeep(account, &upkeep, Some(now)).await?;
        Ok(())
    }

    async fn not_checked(&self, account: &mut Account, error: &SendError, tally: &Tally) -> Result<(), Trouble> {
        let why = outbox::reason(error);
        if let SendError::TokenDead { .. } = error {
            return self.note_dead_token(account, &why, tally).await;
        }
        tracing::warn!(account.id = %account.id, error = %Chain(error), "a subscription is not looked at yet");
        self.postpone_check(account, &why, tally).await
    }

    async fn postpone_check(&self, account: &mut Account, why: &str, tally: &Tally) -> Result<(), Trouble> {
        let now = self.clock.now_ms();
        let checks_failed = account.upkeep.checks_failed.saturating_add(1);
        let check_after = Some(now.saturating_add(pause(checks_failed, None, now)));
        let upkeep = Upkeep { checks_failed, check_after, ..account.upkeep.clone() };
        *account = self.store.note_upkeep(account, &upkeep, None).await?;
        tally.count(SUBSCRIPTION_CHECK_FAILED, 1);
        tracing::warn!(account.id = %account.id, reason = why, attempt = checks_failed, "checking a subscription failed");
        Ok(())
    }
}

/// What to ask for: without the names that Meta refused not long ago.
fn wanted(account: &Account, fields: &[&'static str], now: i64) -> Vec<&'static str> {
    let upkeep = &account.upkeep;
    let is_believed = upkeep.refused_at.is_some_and(|at| now.saturating_sub(at) < REFUSED_FOR_MS);
    let is_refused = |name: &&'static str| is_believed && upkeep.refused_fields.iter().any(|refused| refused == name);
    fields.iter().copied().filter(|name| !is_refused(name)).collect()
}

/// What is remembered after a look.
fn checked(before: &Upkeep, refused: Vec<String>, tried: &[&str], now: i64) -> Upkeep {
    let mut upkeep = Upkeep { checks_failed: 0, check_after: None, ..before.clone() };
    // Those that were left out are refused still; the others just had their say.
    upkeep.refused_fields.retain(|name| !tried.contains(&&**name));
    if !refused.is_empty() || upkeep.refused_fields.is_empty() {
        upkeep.refused_at = (!refused.is_empty()).then_some(now);
    }
    upkeep.refused_fields.extend(refused);
    upkeep
}

#[cfg(test)]
mod tests {
    use instagram::{AccountId, AppId, FIELDS};

    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    fn account() -> Account {
        let (id, app) = (AccountId::parse("17841400000000001").unwrap(), AppId::parse("867555782500454").unwrap());
        Account::new(id, app, "gabinete", "gabinete")
    }

    #[test]
    fn a_refused_name_is_left_out_for_a_week_and_then_tried_again() {
        let mut account = account();
        assert_eq!(wanted(&account, &FIELDS, NOW), FIELDS);
        account.upkeep = checked(&account.upkeep, vec!["message_edit".to_owned()], &FIELDS, NOW);
        let later = wanted(&account, &FIELDS, NOW + REFUSED_FOR_MS - 1);
        assert!(later.len() == 7 && !later.contains(&"message_edit"));
        account.upkeep = checked(&account.upkeep, vec![], &later, NOW + 1);
        assert_eq!((account.upkeep.refused_fields.len(), account.upkeep.refused_at), (1, Some(NOW)), "still");
        assert_eq!(wanted(&account, &FIELDS, NOW + REFUSED_FOR_MS), FIELDS, "a week is over");
        account.upkeep = checked(&account.upkeep, vec![], &FIELDS, NOW + REFUSED_FOR_MS);
        assert_eq!(account.upkeep, Upkeep::default(), "and now it is taken");
    }
}
