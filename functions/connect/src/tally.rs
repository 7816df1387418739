//! The function's metrics.

boot::catalogue! {
    /// What is worth counting about logins, and about what Meta passes on from owners.
    pub(crate) METRICS: Service;

    /// A login that came to its end; the word says to which.
    LOGINS_ENDED: Count "LoginsEnded";
    /// A ticket, browser or form that was refused before anybody was sent to Meta.
    STARTS_REFUSED: Count "StartsRefused";
    /// A `signed_request` that no secret signed, or that is none.
    SIGNED_REQUESTS_REFUSED: Count "SignedRequestsRefused";
    /// Accounts disconnected because their owner removed the app.
    DEAUTHORIZED: Count "Deauthorized";
    /// Erasures opened because Meta passed on a person's request.
    ERASURES_ORDERED: Count "ErasuresOrdered";
    /// An account of another customer that somebody tried to connect.
    OTHER_CUSTOMER: Count "OtherCustomer";
    /// A request that could not be served because secrets, table or key did not answer.
    UNAVAILABLE: Count "Unavailable";
}

/// The word that says why, beside any of these.
pub(crate) const REASON: &str = "reason";
