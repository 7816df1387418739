//! The TLS set-up: ring and built-in roots, so that a cold start neither gathers entropy nor reads certificate files.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// Client settings with Mozilla's roots as compiled into `webpki-roots`.
///
/// # Errors
/// When the provider offers no protocol version that rustls considers safe; with ring it always does.
pub fn client_config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
