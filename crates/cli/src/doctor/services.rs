//! What the functions stand on: secrets, queues. The table shows itself by being read.

use std::path::Path;

use anyhow::Result;
use instagram::Apps;

use super::finding::Finding;
use crate::queues::Queues;

/// Whether the apps' secrets can be used.
pub(super) fn apps(apps: &Result<Apps>) -> Vec<Finding> {
    match apps {
        Ok(apps) => {
            let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
            vec![Finding::good(format!("the secrets of {} can be read: {}", counted(names.len()), names.join(", ")))]
        }
        Err(error) => vec![Finding::proved(
            format!("the apps' secrets cannot be used: {error:#}"),
            "META_APPS_SECRET must name a secret with {\"apps\":[{\"name\",\"app_id\",\"app_secrets\":[…],\"verify_tokens\":[…]}]}",
        )],
    }
}

fn counted(apps: usize) -> String {
    if apps == 1 { "one app".to_owned() } else { format!("{apps} apps") }
}

/// Whether the queues can be reached, and what lies in those where nothing should lie.
pub(super) async fn findings(data: &Path) -> Vec<Finding> {
    let queues = match Queues::with_quarantine(data).await {
        Ok(queues) => queues,
        Err(error) => {
            let remedy =
                "start the local stack, or set EVENTS_QUEUE_URL and QUARANTINE_QUEUE_URL to the stack's outputs";
            return vec![Finding::suspected(format!("the queues were not looked at: {error:#}"), remedy)];
        }
    };
    let mut findings = Vec::new();
    for (name, url) in [("events", &queues.events_url), ("quarantine", &queues.kept_url)] {
        findings.push(match queues.place.waiting(url).await {
            Err(_) => Finding::proved(
                format!("the {name} queue cannot be reached"),
                "see its URL, and that your keys may call sqs:GetQueueAttributes",
            ),
            Ok(waiting @ 1..) if name == "quarantine" => Finding::suspected(
                format!("{waiting} deliveries or events lie in quarantine"),
                "see why with `quarantine list`; what belongs to an account that is connected now can be replayed",
            ),
            Ok(waiting) => Finding::good(format!("the {name} queue can be reached: {waiting} wait")),
        });
    }
    findings
}
