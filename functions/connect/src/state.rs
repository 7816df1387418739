//! The `state` that Meta carries through its dialog and back.

use store::LoginProof;

use crate::nonce::{self, NoRandomness};

/// Names a login and proves that whoever brings it back was sent with it: `digest.secret`.
pub(crate) struct State {
    /// The digest of the ticket: where the login lies.
    pub(crate) ticket: String,
    secret: String,
}

impl State {
    /// A new one.
    pub(crate) fn new(ticket: String) -> Result<Self, NoRandomness> {
        Ok(Self { ticket, secret: nonce::random()? })
    }

    /// Reads one that came back.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (ticket, secret) = text.split_once('.')?;
        let is_state = nonce::is_short_digest(ticket) && nonce::is_random(secret);
        is_state.then(|| Self { ticket: ticket.to_owned(), secret: secret.to_owned() })
    }

    /// What goes to Meta.
    pub(crate) fn text(&self) -> String {
        format!("{}.{}", self.ticket, self.secret)
    }

    /// What the table keeps of it and of the browser.
    pub(crate) fn proof(&self, browser: &str) -> LoginProof {
        LoginProof { state: nonce::digest(&self.secret), browser: nonce::digest(browser) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_as_it_went_and_nothing_else_is_one() {
        let state = State::new(nonce::short_digest("t")).unwrap();
        let back = State::parse(&state.text()).unwrap();
        assert_eq!(back.proof("b"), state.proof("b"));
        assert_ne!(State::new(nonce::short_digest("t")).unwrap().proof("b"), state.proof("b"), "new every time");
        let text = state.text();
        let cases = [
            ("nothing", String::new()),
            ("no dot", text.replace('.', "")),
            ("cut short", text[..text.len() - 1].to_owned()),
            ("longer", format!("{text}0")),
            ("capitals", text.to_uppercase()),
            ("Meta's fragment", format!("{text}#_")),
            ("another alphabet", text.replace(|c: char| c.is_ascii_digit(), "é")),
        ];
        for (case, text) in cases {
            assert!(State::parse(&text).is_none(), "{case}");
        }
    }
}
