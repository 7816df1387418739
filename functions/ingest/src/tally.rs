//! The function's metrics.

boot::catalogue! {
    /// What is worth counting about deliveries that are not simply good.
    pub(crate) METRICS: Service;

    /// A delivery with a missing, malformed or wrong signature.
    SIGNATURE_REFUSED: Count "SignatureRefused";
    /// A delivery whose signature was made with another secret than its app's first: one that is being rotated out.
    OLDER_SECRET: Count "OlderSecret";
    /// A call answered 503 because no secrets were at hand.
    SECRETS_UNAVAILABLE: Count "SecretsUnavailable";
    /// A delivery answered 503 because a queue did not take all of it in time.
    QUEUE_UNAVAILABLE: Count "QueueUnavailable";
    /// A handshake with a wrong mode or verify token.
    HANDSHAKE_REFUSED: Count "HandshakeRefused";
    /// A request without the client certificate that is expected.
    CERTIFICATE_REFUSED: Count "CertificateRefused";
    /// A body that is not what the gateway says, or too large to be looked at.
    BODY_REFUSED: Count "BodyRefused";
    /// Bodies and elements put in quarantine.
    QUARANTINED: Count "Quarantined";
    /// Events queued without being understood.
    UNKNOWN_EVENTS: Count "UnknownEvents";
}

/// The word that says why, beside any of these.
pub(crate) const REASON: &str = "reason";
