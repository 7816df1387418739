//! The function's metrics.

boot::catalogue! {
    /// What is worth counting about the CRM's requests.
    pub(crate) METRICS: Service;

    /// A request to read that was answered.
    READS: Count "Reads";
    /// A request to do something that was done, now or before.
    WRITES: Count "Writes";
    /// A request that named something that is not there, or not the customer's: both look the same.
    NOT_FOUND: Count "NotFound";
    /// A request that was refused: malformed, or not possible as things stand.
    REFUSED: Count "Refused";
    /// A request that could not be served because the table, the key or Meta did not answer.
    UNAVAILABLE: Count "Unavailable";
}

/// The word that says why, beside any of these.
pub(crate) const REASON: &str = "reason";
