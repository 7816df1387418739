//! Sealing with KMS, through the real SDK, against a KMS of the sandbox that fails as it is told.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use boot::{CallLimits, Clock};
use sandbox::fault::{Call, Fate};
use sandbox::kms::{Door, Kms};
use secrecy::{ExposeSecret, SecretString};
use vault::{Vault, VaultError};

const ACCOUNT: &str = "17841400000000001";
const OTHER: &str = "17841400000000002";

/// A KMS with one key, and a vault that asks it through a door.
struct Scene {
    kms: Kms,
    key: String,
    vault: Vault,
    calls: Arc<AtomicUsize>,
    _door: Door,
}

async fn scene(fate: impl Fn(usize) -> Fate + Send + Sync + 'static) -> Scene {
    let kms = Kms::default();
    let key = kms.create_key();
    of(kms, key, fate).await
}

async fn of(kms: Kms, key: String, fate: impl Fn(usize) -> Fate + Send + Sync + 'static) -> Scene {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let judge = move |_: &Call| fate(counted.fetch_add(1, Ordering::SeqCst) + 1);
    let door = kms.door("vault", judge).await.unwrap();
    let aws = boot::aws_config_at(&door.endpoint(), &Clock::system(), CallLimits::default()).await;
    let vault = Vault::from_setting(&key, &aws).unwrap();
    Scene { kms, key, vault, calls, _door: door }
}

fn token() -> SecretString {
    SecretString::from("IGAA-canary")
}

#[tokio::test]
async fn a_token_sealed_by_kms_opens_for_its_account_and_is_asked_for_once() {
    let scene = scene(|_| Fate::Serve).await;
    let sealed = scene.vault.seal(ACCOUNT, &token()).await.unwrap();
    assert!(!sealed.contains("canary"));
    for _ in 0..3 {
        assert_eq!(scene.vault.open(ACCOUNT, &sealed).await.unwrap().expose_secret(), "IGAA-canary");
    }
    assert_eq!(scene.calls.load(Ordering::SeqCst), 2, "one to seal, one to open");
    assert!(!format!("{:?}{:?}", scene.vault, scene.kms).contains("canary"));
}

#[tokio::test]
async fn kms_opens_nothing_for_another_account_or_key_or_once_the_key_is_revoked() {
    let scene = scene(|_| Fate::Serve).await;
    let sealed = scene.vault.seal(ACCOUNT, &token()).await.unwrap();
    let refused = |outcome: Result<SecretString, VaultError>, case: &str| {
        let error = outcome.map(drop).unwrap_err();
        assert!(matches!(error, VaultError::Kms("open", _)), "{case}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{case}");
    };
    refused(scene.vault.open(OTHER, &sealed).await, "another account");
    let other = of(scene.kms.clone(), scene.kms.create_key(), |_| Fate::Serve).await;
    refused(other.vault.open(ACCOUNT, &sealed).await, "another key");
    scene.kms.set_enabled(&scene.key, false);
    refused(scene.vault.open(ACCOUNT, &sealed).await, "a key that was revoked");
    let error = scene.vault.seal(ACCOUNT, &token()).await.unwrap_err();
    assert!(matches!(error, VaultError::Kms("seal", _)), "and seals nothing");
    scene.kms.set_enabled(&scene.key, true);
    assert_eq!(scene.vault.open(ACCOUNT, &sealed).await.unwrap().expose_secret(), "IGAA-canary", "given back");
}

#[tokio::test]
async fn lost_and_failed_answers_are_asked_again() {
    let cases = [
        ("the answer is lost", Fate::LoseAnswer),
        ("the call never arrives", Fate::HangUp),
        ("KMS is in trouble", Fate::Refuse { status: 500, code: "KMSInternalException" }),
        ("too many calls", Fate::Refuse { status: 400, code: "ThrottlingException" }),
    ];
    for (case, fate) in cases {
        // Every other call fails.
        let scene = scene(move |number| if number % 2 == 1 { fate.clone() } else { Fate::Serve }).await;
        let sealed = scene.vault.seal(ACCOUNT, &token()).await.unwrap();
        assert_eq!(scene.vault.open(ACCOUNT, &sealed).await.unwrap().expose_secret(), "IGAA-canary", "{case}");
        assert_eq!(scene.calls.load(Ordering::SeqCst), 4, "{case}");
    }
}

#[tokio::test]
async fn a_kms_that_stays_away_is_a_passing_trouble() {
    let scene = scene(|_| Fate::HangUp).await;
    let error = scene.vault.seal(ACCOUNT, &token()).await.unwrap_err();
    assert!(matches!(error, VaultError::Kms("seal", _)));
    assert!(!format!("{error} {error:?}").contains("canary"));
}
