//! The webhook fields an account is subscribed to (fact sheet 6.3): what the app's dashboard has ticked, and what a setting
//! adds.

/// What every account is subscribed to: the eight fields ticked in the app's dashboard. Both lists should be the same (fact
/// sheet 1.7).
///
/// `message_echoes` is in Meta's documentation and refused all the same, and one refused name refuses the whole list.
pub const FIELDS: [&str; 8] = [
    "comments",
    "live_comments",
    "message_edit",
    "message_reactions",
    "messages",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
];

/// What the setting `EXTRA_FIELDS` may add, where the dashboard has it ticked too: who holds a conversation, consents, and
/// what happens while another app holds it.
pub const EXTRA_FIELDS: [&str; 3] = ["messaging_handover", "messaging_optins", "standby"];

/// A name that `EXTRA_FIELDS` does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected messaging_handover, messaging_optins, standby, or some of them joined by commas")]
pub struct UnknownField;

/// The fields to subscribe to, with those that the setting names; blanks around names do not matter.
///
/// # Errors
/// [`UnknownField`] for any name that is none of [`EXTRA_FIELDS`].
pub fn wanted_fields(extra: Option<&str>) -> Result<Vec<&'static str>, UnknownField> {
    let mut wanted = FIELDS.to_vec();
    let names = extra.into_iter().flat_map(|names| names.split(',')).map(str::trim).filter(|name| !name.is_empty());
    for name in names {
        let known = EXTRA_FIELDS.into_iter().find(|known| *known == name).ok_or(UnknownField)?;
        if !wanted.contains(&known) {
            wanted.push(known);
        }
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_adds_known_names_once_and_no_others() {
        let cases = [
            ("not set", None, Some(8)),
            ("blank", Some(" "), Some(8)),
            ("one", Some("standby"), Some(9)),
            ("all, with blanks", Some("messaging_handover, messaging_optins ,standby"), Some(11)),
            ("one twice", Some("standby,standby"), Some(9)),
            ("one of the eight", Some("messages"), None),
            ("in the documentation, and refused", Some("message_echoes"), None),
            ("another case", Some("Standby"), None),
        ];
        for (case, setting, expected) in cases {
            assert_eq!(wanted_fields(setting).ok().map(|fields| fields.len()), expected, "{case}");
        }
    }
}
