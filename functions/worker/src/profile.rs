//! What a person is called and whether they follow the account: asked for only where a rule wants to know, and never in
//! the way of an answer.

use std::time::Duration;

use automation::RuleSet;
use instagram::{Kind, PersonId};
use store::{Conversation, ProfileRead};

use crate::Worker;
use crate::outcome::Trouble;
use crate::work::Work;

/// How long a profile is believed, in milliseconds.
const BELIEVED_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// After how long it is asked for again when Meta told nothing: it may have been slow, and people may unblock the account.
const ASKED_AGAIN_MS: i64 = 60 * 60 * 1000;

/// How long an answer waits for a name.
const PATIENCE: Duration = Duration::from_secs(2);

impl Worker {
    /// The person's profile, if the rules look at one and the person has written: a comment alone is no consent (fact
    /// sheet 8). What is not known in time is not known.
    pub(crate) async fn learn_profile(
        &self,
        work: &Work<'_>,
        next: &mut Conversation,
        rules: Option<&RuleSet>,
    ) -> Result<(), Trouble> {
        let now = self.clock.now_ms();
        let wrote = matches!(work.event.kind, Kind::MessageReceived(_) | Kind::PostbackPressed(_));
        let is_known = next.profile.as_ref().is_some_and(|profile| now - profile.at < BELIEVED_MS);
        if !wrote || work.event.standby || is_known || !rules.is_some_and(RuleSet::wants_profile) {
            return Ok(());
        }
        let Ok(person) = PersonId::parse(work.job.peer.as_str()) else {
            return Ok(());
        };
        // Whoever has to look again would ask Meta twice.
        let account = &work.standing()?.account;
        let Ok(Some(token)) = self.usable_token(account).await else {
            return Ok(());
        };
        let answer = self.graph.impatient(PATIENCE).profile(&token, &person).await;
        // What was known before is better than nothing.
        let mut read = next.profile.take().unwrap_or_default();
        match answer.result {
            Ok(profile) => {
                let (name, username, follows) = (profile.name, profile.username, profile.follows_account);
                read = ProfileRead { at: now, name, username, follows };
            }
            Err(error) => {
                self.heed(account, &error).await;
                tracing::info!(account.id = %work.job.account, error = %error, "a profile is not known");
                read.at = now - BELIEVED_MS + ASKED_AGAIN_MS;
            }
        }
        next.profile = Some(read);
        Ok(())
    }
}
