//! Queue attributes: what may be set, what it means, how it is shown.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::refusal::Refusal;

/// Where queues of this server are said to be; clients only compare and copy it.
const ARN_PREFIX: &str = "arn:aws:sqs:sa-east-1:000000000000:";

/// The service's largest message, and the largest sum of a batch: 1 MiB (API reference, `SendMessage`,
/// `MaximumMessageSize`, read November 2026; it was 256 KiB before August 2025).
pub(super) const MOST_BYTES: usize = 1_048_576;

/// Longest visibility timeout in seconds: 12 hours.
pub(super) const MOST_VISIBILITY_S: i64 = 43_200;

/// Longest delay in seconds.
pub(super) const MOST_DELAY_S: i64 = 900;

/// Longest wait of a long poll in seconds.
pub(super) const MOST_WAIT_S: i64 = 20;

/// Attribute names and texts, as written by whoever made the queue.
pub(super) type Written = BTreeMap<String, String>;

/// The attributes of one queue that decide something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) is_fifo: bool,
    pub(super) content_based_deduplication: bool,
    /// Deduplication within a group only (`DeduplicationScope` = `messageGroup`).
    pub(super) deduplicates_by_group: bool,
    pub(super) visibility_ms: i64,
    pub(super) delay_ms: i64,
    pub(super) wait_ms: i64,
    pub(super) retention_ms: i64,
    pub(super) most_bytes: usize,
    pub(super) redrive: Option<Redrive>,
}

/// When to give a message up, and where it goes then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redrive {
    /// Name of the dead-letter queue.
    pub(super) dead_letters: String,
    /// A message handed out this often is not handed out again.
    pub(super) most_receives: u32,
}

/// Numbers with their default and range, from the API reference, `SetQueueAttributes`, read November 2026.
const NUMBERS: [(&str, i64, i64, i64); 5] = [
    ("DelaySeconds", 0, 0, MOST_DELAY_S),
    ("MaximumMessageSize", MOST_BYTES as i64, 1024, MOST_BYTES as i64),
    ("MessageRetentionPeriod", 345_600, 60, 1_209_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 0, MOST_WAIT_S),
    ("VisibilityTimeout", 30, 0, MOST_VISIBILITY_S),
];

/// Words with their default first. Only FIFO queues have them.
const FIFO_WORDS: [(&str, [&str; 2]); 3] = [
    ("ContentBasedDeduplication", ["false", "true"]),
    ("DeduplicationScope", ["queue", "messageGroup"]),
    ("FifoThroughputLimit", ["perQueue", "perMessageGroupId"]),
];

/// Kept and shown again; this server has no policies and no encryption.
const WITHOUT_EFFECT: [&str; 5] =
    ["Policy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];

/// Attributes that only the service sets.
const COMPUTED: [&str; 6] = [
    "QueueArn",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
];

impl Settings {
    /// Reads attributes as written for the queue `name`.
    ///
    /// # Errors
    /// `InvalidAttributeName` and `InvalidAttributeValue` with the name of the attribute.
    pub(super) fn parse(name: &str, written: &Written) -> Result<Self, Refusal> {
        check_name(name)?;
        let is_fifo = name.ends_with(".fifo");
        check_names(written, is_fifo)?;
        // The service knows "FifoQueue" as "true" or not at all, and the name has to say the same.
        let says_fifo = written.get("FifoQueue").map(String::as_str);
        if says_fifo.is_some_and(|value| value != "true") || is_fifo != says_fifo.is_some() {
            return Err(Refusal::invalid(
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length, and FifoQueue must be true.",
            ));
        }
        let number = |name: &str| NUMBERS.iter().find(|(n, ..)| *n == name).map_or(Ok(0), |row| number(written, row));
        let is_second_word = |name: &str| word(written, name).map(|(position, _)| position == 1);

        let deduplicates_by_group = is_second_word("DeduplicationScope")?;
        // "perMessageGroupId is allowed only when the value for DeduplicationScope is messageGroup."
        if is_second_word("FifoThroughputLimit")? && !deduplicates_by_group {
            return Err(Refusal::invalid_attribute_value("FifoThroughputLimit"));
        }
        Ok(Self {
            is_fifo,
            content_based_deduplication: is_second_word("ContentBasedDeduplication")?,
            deduplicates_by_group,
            visibility_ms: number("VisibilityTimeout")? * 1000,
            delay_ms: number("DelaySeconds")? * 1000,
            wait_ms: number("ReceiveMessageWaitTimeSeconds")? * 1000,
            retention_ms: number("MessageRetentionPeriod")? * 1000,
            most_bytes: usize::try_from(number("MaximumMessageSize")?).unwrap_or(MOST_BYTES),
            redrive: written.get("RedrivePolicy").map(|policy| Redrive::parse(policy)).transpose()?,
        })
    }
}

impl Redrive {
    fn parse(policy: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Policy {
            dead_letter_target_arn: String,
            /// Templates write a number, consoles a text.
            max_receive_count: Value,
        }
        let refused = || Refusal::invalid_attribute_value("RedrivePolicy");
        let policy: Policy = serde_json::from_str(policy).map_err(|_| refused())?;
        let count = match &policy.max_receive_count {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        };
        let most_receives =
            count.and_then(|count| u32::try_from(count).ok()).filter(|count| (1..=1000).contains(count));
        Ok(Self {
            dead_letters: name_in_arn(&policy.dead_letter_target_arn).ok_or_else(refused)?.to_owned(),
            most_receives: most_receives.ok_or_else(refused)?,
        })
    }
}

/// Merges new attributes into those written before. An empty text takes an attribute back.
pub(super) fn merge(written: &Written, new: &Written) -> Written {
    let mut merged = written.clone();
    merged.extend(new.clone());
    merged.retain(|_, value| !value.is_empty());
    merged
}

/// Everything the settings say, defaults included.
pub(super) fn shown(name: &str, written: &Written) -> Written {
    let mut shown: Written = NUMBERS.iter().map(|(n, default, ..)| ((*n).to_owned(), default.to_string())).collect();
    if name.ends_with(".fifo") {
        shown.extend(FIFO_WORDS.iter().map(|(n, [default, _])| ((*n).to_owned(), (*default).to_owned())));
    }
    shown.insert("SqsManagedSseEnabled".to_owned(), "true".to_owned());
    shown.extend(written.clone());
    shown
}

/// Whether an attribute may be asked for.
pub(super) fn is_known(attribute: &str) -> bool {
    matches!(attribute, "All" | "FifoQueue" | "RedrivePolicy")
        || COMPUTED.contains(&attribute)
        || WITHOUT_EFFECT.contains(&attribute)
        || NUMBERS.iter().any(|(n, ..)| *n == attribute)
        || FIFO_WORDS.iter().any(|(n, _)| *n == attribute)
}

pub(super) fn arn(name: &str) -> String {
    format!("{ARN_PREFIX}{name}")
}

/// The queue that an ARN names. Region and account are not compared: there is one of each here.
pub(super) fn name_in_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:aws:sqs:")?.rsplit_once(':').map(|(_, name)| name)
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let stem = name.strip_suffix(".fifo").unwrap_or(name);
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !stem.is_empty() && name.len() <= 80 && stem.chars().all(is_fine) {
        return Ok(());
    }
    Err(Refusal::invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"))
}

fn check_names(written: &Written, is_fifo: bool) -> Result<(), Refusal> {
    for name in written.keys() {
        let is_for_fifo = name == "FifoQueue" || FIFO_WORDS.iter().any(|(n, _)| n == name);
        if !is_known(name) || name == "All" || COMPUTED.contains(&name.as_str()) || is_for_fifo && !is_fifo {
            return Err(Refusal::invalid_attribute_name(name));
        }
    }
    Ok(())
}

fn number(written: &Written, (name, default, least, most): &(&str, i64, i64, i64)) -> Result<i64, Refusal> {
    let Some(text) = written.get(*name) else { return Ok(*default) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(&number));
    number.ok_or_else(|| Refusal::invalid_attribute_value(name))
}

fn word(written: &Written, name: &str) -> Result<(usize, &'static str), Refusal> {
    let words = FIFO_WORDS.iter().find(|(n, _)| *n == name).map_or(["", ""], |(_, words)| *words);
    let Some(text) = written.get(name) else { return Ok((0, words[0])) };
    let position = words.iter().position(|word| word.eq_ignore_ascii_case(text));
    position.map(|p| (p, words[p])).ok_or_else(|| Refusal::invalid_attribute_value(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, written: &[(&str, &str)]) -> Result<Settings, Refusal> {
        let written = written.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Settings::parse(name, &written)
    }

    #[test]
    fn a_queue_without_attributes_has_the_service_defaults() {
        let settings = parse("jobs", &[]).unwrap();
        assert_eq!((settings.visibility_ms, settings.retention_ms), (30_000, 345_600_000));
        assert_eq!((settings.delay_ms, settings.wait_ms, settings.most_bytes), (0, 0, 1_048_576));
        assert!(!settings.is_fifo && settings.redrive.is_none());
    }

    #[test]
    fn a_high_throughput_fifo_queue_is_accepted() {
        let settings = parse(
            "jobs.fifo",
            &[
                ("FifoQueue", "true"),
                ("DeduplicationScope", "messageGroup"),
                ("FifoThroughputLimit", "perMessageGroupId"),
                ("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:aws:sqs:x:1:dead.fifo","maxReceiveCount":"8"}"#),
            ],
        )
        .unwrap();
        assert!(settings.is_fifo && settings.deduplicates_by_group && !settings.content_based_deduplication);
        assert_eq!(settings.redrive, Some(Redrive { dead_letters: "dead.fifo".into(), most_receives: 8 }));
    }

    #[test]
    fn what_the_service_refuses_is_refused() {
        let fifo = ("FifoQueue", "true");
        type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: [Case<'_>; 14] = [
            ("a name with a dot", "a.b", &[], "InvalidParameterValue"),
            ("an empty name", "", &[], "InvalidParameterValue"),
            ("only the suffix", ".fifo", &[fifo], "InvalidParameterValue"),
            ("a long name", &"q".repeat(81), &[], "InvalidParameterValue"),
            ("the suffix without the attribute", "a.fifo", &[], "InvalidParameterValue"),
            ("the attribute without the suffix", "a", &[fifo], "InvalidAttributeName"),
            ("an unknown attribute", "a", &[("Colour", "red")], "InvalidAttributeName"),
            ("an attribute that is computed", "a", &[("QueueArn", "x")], "InvalidAttributeName"),
            ("a number out of range", "a", &[("VisibilityTimeout", "43201")], "InvalidAttributeValue"),
            ("a number that is none", "a", &[("DelaySeconds", "soon")], "InvalidAttributeValue"),
            ("a FIFO word on a standard queue", "a", &[("DeduplicationScope", "queue")], "InvalidAttributeName"),
            (
                "a throughput that needs the group scope",
                "a.fifo",
                &[fifo, ("FifoThroughputLimit", "perMessageGroupId")],
                "InvalidAttributeValue",
            ),
            ("a throughput misspelt", "a.fifo", &[fifo, ("FifoThroughputLimit", "perGroup")], "InvalidAttributeValue"),
            (
                "a policy without a count",
                "a",
                &[("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:aws:sqs:x:1:d"}"#)],
                "InvalidAttributeValue",
            ),
        ];
        for (case, name, written, code) in cases {
            assert_eq!(parse(name, written).unwrap_err().code, code, "{case}");
        }
    }

    #[test]
    fn an_empty_text_takes_an_attribute_back() {
        let written = Written::from([("RedrivePolicy".to_owned(), "{}".to_owned())]);
        assert!(merge(&written, &Written::from([("RedrivePolicy".to_owned(), String::new())])).is_empty());
    }
}
