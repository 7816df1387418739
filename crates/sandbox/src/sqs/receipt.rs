//! Receipt handles: the right to finish one handing-out of one message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::refusal::Refusal;

/// Which handing-out of which message a handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) sequence: u64,
    /// The message's receive count when it was handed out: a later handing-out has another receipt.
    pub(super) receives: u32,
}

impl Receipt {
    pub(super) fn handle(self, queue: &str) -> String {
        STANDARD.encode(format!("{queue}/{}/{}", self.sequence, self.receives))
    }

    /// Reads a handle that `queue` gave out.
    ///
    /// # Errors
    /// `ReceiptHandleIsInvalid` for anything else, also for another queue's handle.
    pub(super) fn parse(handle: &str, queue: &str) -> Result<Self, Refusal> {
        Self::read(handle, queue).ok_or_else(Refusal::invalid_receipt)
    }

    fn read(handle: &str, queue: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(handle).ok()?).ok()?;
        let (sequence, receives) = text.strip_prefix(queue)?.strip_prefix('/')?.split_once('/')?;
        Some(Self { sequence: sequence.parse().ok()?, receives: receives.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_good_for_its_queue_only() {
        let receipt = Receipt { sequence: 12, receives: 3 };
        let handle = receipt.handle("jobs.fifo");
        assert_eq!(Receipt::parse(&handle, "jobs.fifo"), Ok(receipt));
        for (case, handle, queue) in [
            ("another queue", handle.as_str(), "jobs"),
            ("no base64", "jobs.fifo/12/3", "jobs.fifo"),
            ("empty", "", "jobs.fifo"),
            ("base64 of something else", "aGVsbG8=", "jobs.fifo"),
        ] {
            assert_eq!(Receipt::parse(handle, queue), Err(Refusal::invalid_receipt()), "{case}");
        }
    }
}
