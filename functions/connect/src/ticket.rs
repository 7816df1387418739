//! Tickets: how the CRM lets one of its users connect an account for one customer.
//!
//! A ticket is `payload.mac`, both in base64url without padding. The payload is a JSON object with the members of
//! [`Ticket`]; the MAC is HMAC-SHA256, under a secret that the CRM and this function share, of [`CONTEXT`] and the
//! encoded payload. Making and checking are pure; that a ticket is used once is the table's matter.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::CrmSecrets;
use crate::nonce;

/// Longest life of a ticket. The CRM does well to give it less: its clock and ours need not agree to the second.
pub const TICKET_LIFE: Duration = Duration::from_mins(10);

/// Stands before the payload when its MAC is made, so that nothing else signed with the same secret can be a ticket.
pub const CONTEXT: &str = "politicall-connect-ticket-v1.";

/// Longest ticket looked at, in bytes. With all members at their longest it has some 3,500.
const MAX_BYTES: usize = 4_096;

/// Longest id, customer and user, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// Longest name of an office, in characters.
const MAX_OFFICE_CHARACTERS: usize = 120;

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// New for every ticket: what it is recognised by when it comes again.
    pub id: String,
    /// The customer (tenant) that the account will belong to.
    pub customer: String,
    /// The office's name, which the page shows before it sends anyone to Meta.
    pub office: String,
    /// Who asked for it, by the CRM's name.
    pub user: String,
    /// When it ends, in seconds since 1970; at most [`TICKET_LIFE`] ahead.
    pub expires_at: i64,
    /// The name of the Meta app to log in to; the first one unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Where in the CRM the end of the login leads: a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
}

/// Why a ticket is refused. Whoever shows it learns none of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Not two parts of base64url, or the payload is not the object it should be.
    #[error("the ticket is malformed")]
    Malformed,
    /// None of the CRM's secrets signed it.
    #[error("the ticket matches none of the CRM's secrets")]
    Mismatch,
    /// Its time is over.
    #[error("the ticket has expired")]
    Expired,
    /// It would be good for longer than a ticket may.
    #[error("the ticket is good for too long")]
    TooLong,
}

impl TicketError {
    /// A short word for metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Malformed => "ticket_malformed",
            Self::Mismatch => "ticket_mismatch",
            Self::Expired => "ticket_expired",
            Self::TooLong => "ticket_too_long",
        }
    }
}

impl Ticket {
    /// The ticket as text, signed with the first secret.
    pub fn sign(&self, secrets: &CrmSecrets) -> String {
        let payload = serde_json::to_vec(self).expect("texts and a number are always JSON");
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let mac = secrets.mac(&signed_text(&payload));
        format!("{payload}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// Reads a ticket that one of the secrets signed and whose time is not over at `now_ms`. The payload is looked at only
    /// once its MAC holds.
    ///
    /// # Errors
    /// [`TicketError`].
    pub fn check(text: &str, secrets: &CrmSecrets, now_ms: i64) -> Result<Self, TicketError> {
        if text.len() > MAX_BYTES {
            return Err(TicketError::Malformed);
        }
        let (payload, mac) = text.split_once('.').ok_or(TicketError::Malformed)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| TicketError::Malformed)?;
        let mac: [u8; 32] = mac.try_into().map_err(|_| TicketError::Malformed)?;
        let decoded = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TicketError::Malformed)?;
        if !secrets.signed(&signed_text(payload), &mac) {
            return Err(TicketError::Mismatch);
        }
        // A derived struct alone would take an array, member by member.
        if decoded.first() != Some(&b'{') {
            return Err(TicketError::Malformed);
        }
        let ticket: Self = serde_json::from_slice(&decoded).map_err(|_| TicketError::Malformed)?;
        if !ticket.is_plausible() {
            return Err(TicketError::Malformed);
        }
        let left_ms = ticket.expires_at.saturating_mul(1_000).saturating_sub(now_ms);
        match u64::try_from(left_ms) {
            Err(_) | Ok(0) => Err(TicketError::Expired),
            Ok(left_ms) if Duration::from_millis(left_ms) > TICKET_LIFE => Err(TicketError::TooLong),
            Ok(_) => Ok(ticket),
        }
    }

    /// Names the ticket where it is noted as used: 32 hexadecimal digits. Two customers' tickets are never the same one.
    pub(crate) fn digest(&self) -> String {
        nonce::short_digest(&format!("{}#{}", self.customer, self.id))
    }

    fn is_plausible(&self) -> bool {
        let is_name = |name: &str| {
            (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() && b != b'#')
        };
        let office = self.office.chars().count();
        [&self.id, &self.customer, &self.user].iter().all(|name| is_name(name))
            && (1..=MAX_OFFICE_CHARACTERS).contains(&office)
            && !self.office.trim().is_empty()
            && !self.office.chars().any(char::is_control)
    }
}

fn signed_text(payload: &str) -> Vec<u8> {
    [CONTEXT.as_bytes(), payload.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "crm-secret-example-0123456789-abcdef";
    const NOW: i64 = 1_767_225_600_000;

    fn secrets() -> CrmSecrets {
        CrmSecrets::parse_parts([format!(r#"{{"secrets":["{SECRET}"]}}"#).as_str()]).unwrap()
    }

    fn ticket() -> Ticket {
        Ticket {
            id: "t-0001".to_owned(),
            customer: "gabinete-helena".to_owned(),
            office: "Gabinete da Vereadora Helena".to_owned(),
            user: "u-17".to_owned(),
            expires_at: NOW / 1_000 + 300,
            app: None,
            return_to: Some("/contas".to_owned()),
        }
    }

    fn signed(payload: &str) -> String {
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let mac = secrets().mac(&signed_text(&payload));
        format!("{payload}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    #[test]
    fn the_vector_of_the_readme_is_a_ticket() {
        let text = ticket().sign(&secrets());
        assert_eq!(
            text,
            "eyJpZCI6InQtMDAwMSIsImN1c3RvbWVyIjoiZ2FiaW5ldGUtaGVsZW5hIiwib2ZmaWNlIjoiR2FiaW5ldGUgZGEgVmVyZWFkb3Jh\
             IEhlbGVuYSIsInVzZXIiOiJ1LTE3IiwiZXhwaXJlc19hdCI6MTc2NzIyNTkwMCwicmV0dXJuX3RvIjoiL2NvbnRhcyJ9.\
             KNp3hlhKXHqyLVhbGGXK53zVvxKB_4HPDtDsQINie5Q"
        );
        assert!(include_str!("../README.md").contains(&text));
        assert_eq!(Ticket::check(&text, &secrets(), NOW), Ok(ticket()));
    }

    #[test]
    fn what_is_no_ticket_is_refused() {
        use TicketError::{Expired, Malformed, Mismatch, TooLong};
        let good = ticket().sign(&secrets());
        let (payload, mac) = good.split_once('.').unwrap();
        let with = |change: &dyn Fn(&mut Ticket)| {
            let mut ticket = ticket();
            change(&mut ticket);
            ticket.sign(&secrets())
        };
        let others = CrmSecrets::parse_parts([r#"{"secrets":["another-secret-0123456789-0123456789"]}"#]).unwrap();
        let json = serde_json::to_string(&ticket()).unwrap();
        let cases = [
            ("nothing", String::new(), Malformed),
            ("no dot", good.replace('.', ""), Malformed),
            ("two dots", format!("{good}."), Malformed),
            ("padded", format!("{good}="), Malformed),
            ("a short MAC", format!("{payload}.{}", &mac[..20]), Malformed),
            ("huge", format!("{}.{mac}", "A".repeat(5_000)), Malformed),
            ("parts swapped", format!("{mac}.{payload}"), Malformed),
            ("another MAC", format!("{payload}.{}", URL_SAFE_NO_PAD.encode([0; 32])), Mismatch),
            (
                "another payload",
                format!("{}.{mac}", URL_SAFE_NO_PAD.encode(json.replace("helena", "zulmira"))),
                Mismatch,
            ),
            ("signed with another secret", ticket().sign(&others), Mismatch),
            (
                "signed without the context",
                format!("{payload}.{}", URL_SAFE_NO_PAD.encode(secrets().mac(payload.as_bytes()))),
                Mismatch,
            ),
            ("an array by position", signed(r#"["t","c","o","u",1767225900]"#), Malformed),
            ("no JSON", signed("hello"), Malformed),
            ("no customer", signed(&json.replace("customer", "costumer")), Malformed),
            ("an empty customer", with(&|t| t.customer.clear()), Malformed),
            ("an empty id", with(&|t| t.id.clear()), Malformed),
            ("a separator of ours", with(&|t| t.customer = "a#b".to_owned()), Malformed),
            ("a blank office", with(&|t| t.office = " ".to_owned()), Malformed),
            ("an office on two lines", with(&|t| t.office = "a\nb".to_owned()), Malformed),
            ("an office without end", with(&|t| t.office = "a".repeat(121)), Malformed),
            ("over this very moment", with(&|t| t.expires_at = NOW / 1_000), Expired),
            ("long over", with(&|t| t.expires_at = 0), Expired),
            ("before 1970", with(&|t| t.expires_at = i64::MIN), Expired),
            ("good for ten minutes and a second", with(&|t| t.expires_at += 301), TooLong),
            ("good for ever", with(&|t| t.expires_at = i64::MAX), TooLong),
        ];
        for (case, text, expected) in cases {
            assert_eq!(Ticket::check(&text, &secrets(), NOW), Err(expected), "{case}");
        }
        assert!(Ticket::check(&with(&|t| t.expires_at += 300), &secrets(), NOW).is_ok(), "ten minutes to the second");
    }

    #[test]
    fn a_ticket_of_the_secret_before_is_good_while_both_are_listed() {
        let both = format!(r#"{{"secrets":["a-new-secret-0123456789-0123456789","{SECRET}"]}}"#);
        let both = CrmSecrets::parse_parts([both.as_str()]).unwrap();
        assert!(Ticket::check(&ticket().sign(&secrets()), &both, NOW).is_ok());
        assert_eq!(Ticket::check(&ticket().sign(&both), &secrets(), NOW), Err(TicketError::Mismatch));
    }

    #[test]
    fn two_customers_tickets_are_never_the_same_one() {
        let (mut one, mut other) = (ticket(), ticket());
        (one.customer, one.id) = ("a".to_owned(), "b-c".to_owned());
        (other.customer, other.id) = ("a-b".to_owned(), "c".to_owned());
        assert_ne!(one.digest(), other.digest());
    }
}
