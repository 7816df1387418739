//! The dashboard's webhook fields, each with a sample that is posted as the dashboard's "Test" button would, but current and
//! of a person who exists.

use std::path::PathBuf;

use anyhow::Result;
use sandbox::clock::Clock;
use sandbox::meta::Meta;
use serde_json::{Value, json};

use super::answer::Answer;
use crate::project::{Project, read_text};
use crate::samples::{self, fields_of};

/// The sample that shows most of each field, and the order in which a person looks at them.
const SHOWN: [(&str, &str); 12] = [
    ("messages", "message-text.json"),
    ("comments", "comment.json"),
    ("live_comments", "comment-live.json"),
    ("message_edit", "message-edited.json"),
    ("message_reactions", "reaction-added.json"),
    ("messaging_postbacks", "postback-button.json"),
    ("messaging_seen", "seen.json"),
    ("messaging_referral", "referral-link.json"),
    ("messaging_optins", "optin.json"),
    ("messaging_handover", "handover-passed.json"),
    ("standby", "standby-message.json"),
    ("mentions", "mention-in-comment.json"),
];

/// The fields of which there is a sample, each with its file.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(&'static str, PathBuf)>);

impl Fields {
    /// Those of the project's samples.
    pub(crate) fn of(project: &Project) -> Result<Self> {
        let mut found: Vec<(&'static str, PathBuf)> = Vec::new();
        for file in project.samples()? {
            for field in fields_of(&read_text(&file)?) {
                let is_shown = SHOWN.iter().any(|(shown, name)| *shown == field && file.ends_with(name));
                match found.iter_mut().find(|(known, _)| *known == field) {
                    Some((_, chosen)) if is_shown => chosen.clone_from(&file),
                    Some(_) => {}
                    None => found.push((field, file.clone())),
                }
            }
        }
        let place = |field: &str| SHOWN.iter().position(|(shown, _)| *shown == field).unwrap_or(SHOWN.len());
        found.sort_by_key(|(field, _)| (place(field), *field));
        Ok(Self(found))
    }

    pub(super) fn answer(&self) -> Answer {
        let names: Vec<&str> = self.0.iter().map(|(field, _)| *field).collect();
        Answer::json(&json!({ "fields": names }))
    }

    /// Posts the field's sample, with the times and ids of now, signed by the app of its account.
    pub(super) async fn post(&self, field: &str, meta: &Meta, clock: &Clock) -> Answer {
        let Some((_, file)) = self.0.iter().find(|(known, _)| *known == field) else {
            return Answer::refused(404, "no sample holds this field");
        };
        let loaded = samples::load(std::slice::from_ref(file), &apps(meta), Some(clock.now_ms()));
        let sample = match loaded.map(|mut samples| samples.pop()) {
            Ok(Some(sample)) => sample,
            Ok(None) => return Answer::refused(404, "no sample holds this field"),
            Err(error) => return Answer::failed(&*error),
        };
        match meta.sign_and_post_as(&sample.app, sample.body).await {
            Ok(attempt) => Answer::json(&json!({ "sample": sample.name, "status": attempt.status })),
            Err(error) => Answer::failed(&error),
        }
    }
}

/// Which app each account is connected through now.
fn apps(meta: &Meta) -> Value {
    meta.world(|world| {
        let apps: Vec<Value> = world.apps.iter().map(|app| json!({ "app_id": app.app_id })).collect();
        let account =
            |account: &sandbox::meta::world::Account| json!({ "account": account.account, "app_id": account.app_id });
        let accounts: Vec<Value> = world.accounts.iter().map(account).collect();
        json!({ "apps": apps, "accounts": accounts })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_samples_has_the_one_that_shows_most() {
        let fields = Fields::of(&Project::find().unwrap()).unwrap();
        let chosen: Vec<(&str, &str)> =
            fields.0.iter().map(|(field, file)| (*field, file.file_name().unwrap().to_str().unwrap())).collect();
        assert_eq!(chosen, SHOWN);
    }
}
