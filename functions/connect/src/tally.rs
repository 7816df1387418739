//! The function's metrics.

/// A login that came to its end; the word says to which.
pub(crate) const LOGINS_ENDED: &str = "LoginsEnded";
/// A ticket, browser or form that was refused before anybody was sent to Meta.
pub(crate) const STARTS_REFUSED: &str = "StartsRefused";
/// A `signed_request` that no secret signed, or that is none.
pub(crate) const SIGNED_REQUESTS_REFUSED: &str = "SignedRequestsRefused";
/// Accounts disconnected because their owner removed the app.
pub(crate) const DEAUTHORIZED: &str = "Deauthorized";
/// Erasures opened because Meta passed on a person's request.
pub(crate) const ERASURES_ORDERED: &str = "ErasuresOrdered";
/// An account of another customer that somebody tried to connect.
pub(crate) const OTHER_CUSTOMER: &str = "OtherCustomer";
/// A request that could not be served because secrets, table or key did not answer.
pub(crate) const UNAVAILABLE: &str = "Unavailable";

/// The word that says why, beside any of these.
pub(crate) const REASON: &str = "reason";
