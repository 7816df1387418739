//! The function's metrics: what is worth counting about deliveries that are not simply good.

/// A delivery with a missing, malformed or wrong signature.
pub(crate) const SIGNATURE_REFUSED: &str = "SignatureRefused";
/// A delivery whose signature was made with another secret than its app's first: one that is being rotated out.
pub(crate) const OLDER_SECRET: &str = "OlderSecret";
/// A call answered 503 because no secrets were at hand.
pub(crate) const SECRETS_UNAVAILABLE: &str = "SecretsUnavailable";
/// A delivery answered 503 because a queue did not take all of it in time.
pub(crate) const QUEUE_UNAVAILABLE: &str = "QueueUnavailable";
/// A handshake with a wrong mode or verify token.
pub(crate) const HANDSHAKE_REFUSED: &str = "HandshakeRefused";
/// A request without the client certificate that is expected.
pub(crate) const CERTIFICATE_REFUSED: &str = "CertificateRefused";
/// A body that is not what the gateway says, or too large to be looked at.
pub(crate) const BODY_REFUSED: &str = "BodyRefused";
/// Bodies and elements put in quarantine.
pub(crate) const QUARANTINED: &str = "Quarantined";
/// Events queued without being understood.
pub(crate) const UNKNOWN_EVENTS: &str = "UnknownEvents";

/// The word that says why, beside any of these.
pub(crate) const REASON: &str = "reason";
