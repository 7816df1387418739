//! Sample deliveries: read, made current, and given to the app that would have sent them.

mod scan;
mod shift;

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

pub(crate) use shift::Shift;

use crate::project::read_text;

/// One sample delivery, ready to be signed.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// The file's name.
    pub(crate) name: String,
    /// The body, byte for byte.
    pub(crate) body: String,
    /// The app whose secret signs it.
    pub(crate) app: String,
}

/// Reads samples. With a `shift` all of them move by one amount, so that the newest time of all becomes now.
pub(crate) fn load(files: &[PathBuf], world: &Value, now_ms: Option<i64>) -> Result<Vec<Sample>> {
    let bodies = files.iter().map(|file| read_text(file)).collect::<Result<Vec<_>>>()?;
    let shift = now_ms.map(|now| Shift::to(now, bodies.iter().map(String::as_str)));
    let sample = |(file, body): (&PathBuf, String)| {
        let app = app_of(&body, world);
        let body = shift.as_ref().map_or_else(|| body.clone(), |shift| shift.apply(&body));
        Sample { name: name(file), body, app }
    };
    Ok(files.iter().zip(bodies).map(sample).collect())
}

/// The events of a body by a plain walk: each member of `messaging`, `standby` and `changes`, a `field` with its
/// `value`, or else the whole entry. Knows nothing of the code under test.
pub(crate) fn count_elements(body: &str) -> usize {
    let Ok(body) = serde_json::from_str::<Value>(&body.replace("\\ud83d\"", "\"")) else {
        return 0;
    };
    let payloads = body.as_array().cloned().unwrap_or_else(|| vec![body]);
    let entries = payloads.iter().filter_map(|payload| payload["entry"].as_array()).flatten();
    entries
        .map(|entry| {
            let listed =
                ["messaging", "standby", "changes"].iter().filter_map(|name| entry[name].as_array()).map(Vec::len);
            let direct = usize::from(entry.get("field").is_some());
            (listed.sum::<usize>() + direct).max(1)
        })
        .sum()
}

/// The webhook fields that a body holds events of, as far as the event names them.
pub(crate) fn fields_of(body: &str) -> Vec<&'static str> {
    const MEMBERS: [(&str, &str); 13] = [
        ("\"comments\"", "comments"),
        ("\"live_comments\"", "live_comments"),
        ("\"message_edit\"", "message_edit"),
        ("\"reaction\"", "message_reactions"),
        ("\"message\"", "messages"),
        ("_thread_control\"", "messaging_handover"),
        ("\"app_roles\"", "messaging_handover"),
        ("\"optin\"", "messaging_optins"),
        ("\"postback\"", "messaging_postbacks"),
        ("\"read\"", "messaging_seen"),
        ("\"standby\"", "standby"),
        ("\"mentions\"", "mentions"),
        ("\"referral\"", "messaging_referral"),
    ];
    MEMBERS.iter().filter(|(member, _)| body.contains(member)).map(|(_, field)| *field).collect()
}

/// The app of the first account in the body, else the world's first app.
fn app_of(body: &str, world: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let known = world["accounts"].as_array().into_iter().flatten();
    let first = known
        .filter_map(|account| Some((body.find(account["account"].as_str()?)?, text(&account["app_id"]))))
        .min_by_key(|(place, _)| *place);
    first.map_or_else(|| text(&world["apps"][0]["app_id"]), |(_, app)| app)
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_walk_counts_what_a_delivery_holds() {
        let cases = [
            ("two messages", r#"{"entry":[{"messaging":[{},{}]}]}"#, 2),
            ("messages and comments", r#"{"entry":[{"messaging":[{}],"changes":[{}]}]}"#, 2),
            ("field on the entry", r#"{"entry":[{"field":"comments","value":{}}]}"#, 1),
            ("an entry of unknown members", r#"{"entry":[{"id":"1","other":[1,2]}]}"#, 1),
            ("an outer array", r#"[{"entry":[{"standby":[{}]}]}]"#, 1),
            ("nothing", r#"{"entry":[]}"#, 0),
        ];
        for (case, body, expected) in cases {
            assert_eq!(count_elements(body), expected, "{case}");
        }
    }

    #[test]
    fn a_sample_is_signed_by_the_app_of_its_first_account() {
        let world = serde_json::json!({
            "apps": [{"app_id": "1"}, {"app_id": "2"}],
            "accounts": [{"account": "111", "app_id": "1"}, {"account": "222", "app_id": "2"}],
        });
        let cases = [("its account", "222", "2"), ("the first of two", "222 111", "2"), ("none known", "333", "1")];
        for (case, body, app) in cases {
            assert_eq!(app_of(body, &world), app, "{case}");
        }
    }
}
