//! Secrets of apps and of the CRM: where they are kept, and a copy that survives their keeper's absence.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

mod place;

pub use place::SecretPlace;

use crate::{Chain, Clock};

/// A copy is used this long without asking the store.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// Pause between two loads that a mismatch asked for, and between two attempts while the store is down: what a stranger
/// with a wrong signature can cost is one call in this time.
const PAUSE: Duration = Duration::from_secs(30);

/// Longest wait for the store. Well inside the four seconds in which a delivery is answered.
const STORE_LIMIT: Duration = Duration::from_millis(1_500);

type Parse<T> = Box<dyn Fn(&[&str]) -> Result<T, Box<dyn Error + Send + Sync>> + Send + Sync>;

/// Why there are no secrets.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The store did not answer, or refused, and no earlier copy is at hand. May pass.
    #[error("the secrets cannot be read")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The store answered with something that is no set of secrets. A person must mend it.
    #[error("the secrets are malformed")]
    Invalid(#[source] Box<dyn Error + Send + Sync>),
}

/// The value of `META_APPS_SECRET` or `CRM_SECRET`, understood as `T` by the caller, kept for five minutes.
///
/// While the store is down or holds nonsense the last good copy stays in use. Callers that arrive during a load wait
/// for it instead of starting their own.
pub struct AppsSecret<T> {
    place: SecretPlace,
    client: Option<Client>,
    clock: Clock,
    parse: Parse<T>,
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    copy: Option<Arc<T>>,
    /// From this moment on the store is asked again.
    ask_at_ms: i64,
    /// From this moment on a mismatch may ask the store.
    force_at_ms: i64,
}

impl<T> AppsSecret<T> {
    /// Nothing is read yet. `aws` is needed for a secret in AWS only; a file is read without it.
    ///
    /// `parse` gets one text per secret named in the place. What its error says is logged: it must not quote them.
    pub fn new<E: Into<Box<dyn Error + Send + Sync>>>(
        place: SecretPlace,
        aws: Option<&SdkConfig>,
        clock: Clock,
        parse: impl Fn(&[&str]) -> Result<T, E> + Send + Sync + 'static,
    ) -> Self {
        let client = aws.filter(|_| place.is_remote()).map(Client::new);
        Self {
            place,
            client,
            clock,
            parse: Box::new(move |texts| parse(texts).map_err(Into::into)),
            kept: Mutex::new(Kept { copy: None, ask_at_ms: i64::MIN, force_at_ms: i64::MIN }),
        }
    }

    /// The current copy, loaded if there is none or it is older than five minutes.
    ///
    /// # Errors
    /// Only while no copy was ever loaded.
    pub async fn get(&self) -> Result<Arc<T>, SecretError> {
        let mut kept = self.kept.lock().await;
        match &kept.copy {
            Some(copy) if self.clock.now_ms() < kept.ask_at_ms => Ok(Arc::clone(copy)),
            _ => self.load(&mut kept).await,
        }
    }

    /// A copy to try again with after `tried` did not match: a newer one if there is one, else `None`.
    ///
    /// The store is asked at most once in 30 s, so that a flood of wrong signatures costs nothing.
    pub async fn newer_than(&self, tried: &Arc<T>) -> Option<Arc<T>> {
        let mut kept = self.kept.lock().await;
        if let Some(copy) = kept.copy.as_ref().filter(|copy| !Arc::ptr_eq(copy, tried)) {
            return Some(Arc::clone(copy));
        }
        let now = self.clock.now_ms();
        if now < kept.force_at_ms {
            return None;
        }
        kept.force_at_ms = after(now, PAUSE);
        let copy = self.load(&mut kept).await.ok()?;
        (!Arc::ptr_eq(&copy, tried)).then_some(copy)
    }

    async fn load(&self, kept: &mut Kept<T>) -> Result<Arc<T>, SecretError> {
        // Boxed: the SDK's future is 30 KB, and every call of the function would carry it for this rare moment.
        match Box::pin(self.fetch()).await {
            Ok(copy) => {
                let copy = Arc::new(copy);
                kept.copy = Some(Arc::clone(&copy));
                kept.ask_at_ms = after(self.clock.now_ms(), FRESH);
                Ok(copy)
            }
            Err(error) => {
                kept.ask_at_ms = after(self.clock.now_ms(), PAUSE);
                let Some(copy) = &kept.copy else {
                    return Err(error);
                };
                tracing::warn!(error = %Chain(&error), "the last good copy of the secrets stays in use");
                Ok(Arc::clone(copy))
            }
        }
    }

    async fn fetch(&self) -> Result<T, SecretError> {
        let read = self.clock.limit(STORE_LIMIT, self.place.read(self.client.as_ref())).await;
        let texts: Vec<SecretString> = match read {
            Ok(read) => read.map_err(SecretError::Unreachable)?,
            Err(timed_out) => return Err(SecretError::Unreachable(timed_out.into())),
        };
        let texts: Vec<&str> = texts.iter().map(ExposeSecret::expose_secret).collect();
        (self.parse)(&texts).map_err(SecretError::Invalid)
    }
}

impl<T> fmt::Debug for AppsSecret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppsSecret({:?})", self.place)
    }
}

fn after(now_ms: i64, pause: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
    use std::time::{SystemTime, UNIX_EPOCH};

    use aws_smithy_async::time::TimeSource;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{CallLimits, Env, aws_config_at};

    /// A clock that stands still until it is moved.
    #[derive(Debug, Clone, Default)]
    struct Hand(Arc<AtomicI64>);

    impl Hand {
        fn advance(&self, seconds: i64) {
            self.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
        }
    }

    impl TimeSource for Hand {
        fn now(&self) -> SystemTime {
            UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::Relaxed).try_into().unwrap())
        }
    }

    /// A secret in a file, understood as its own text unless that is blank; every look at the store is counted.
    struct Fixture {
        secret: AppsSecret<String>,
        hand: Hand,
        looks: Arc<AtomicUsize>,
        path: PathBuf,
        _folder: tempfile::TempDir,
    }

    impl Fixture {
        fn new(value: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("apps.json");
            fs::write(&path, value).unwrap();
            let hand = Hand::default();
            hand.advance(1_700_000_000);
            let looks = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&looks);
            let env = Env::of([("META_APPS_SECRET", format!("file:{}", path.display()))]);
            let place = SecretPlace::from_env(&env, "META_APPS_SECRET").unwrap();
            let secret = AppsSecret::new(place, None, Clock::from_source(hand.clone()), move |texts| {
                counter.fetch_add(1, Ordering::Relaxed);
                let text = texts.concat();
                if text.is_empty() { Err("blank") } else { Ok(text) }
            });
            Self { secret, hand, looks, path, _folder: folder }
        }

        async fn value(&self) -> Option<String> {
            self.secret.get().await.ok().map(|copy| copy.as_str().to_owned())
        }

        fn looks(&self) -> usize {
            self.looks.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn a_copy_is_used_for_five_minutes() {
        let fixture = Fixture::new("old");
        assert_eq!(fixture.value().await.as_deref(), Some("old"));
        fs::write(&fixture.path, "new").unwrap();
        fixture.hand.advance(299);
        assert_eq!(fixture.value().await.as_deref(), Some("old"));
        fixture.hand.advance(1);
        assert_eq!(fixture.value().await.as_deref(), Some("new"));
        assert_eq!(fixture.looks(), 2);
    }

    #[tokio::test]
    async fn a_mismatch_looks_again_at_most_once_in_thirty_seconds_cases_12_13() {
        let fixture = Fixture::new("old");
        let old = fixture.secret.get().await.unwrap();
        assert!(fixture.secret.newer_than(&old).await.is_some(), "a look gives a copy of its own, even of equal text");
        for _ in 0..10_000 {
            let copy = fixture.secret.get().await.unwrap();
            assert!(fixture.secret.newer_than(&copy).await.is_none());
        }
        assert_eq!(fixture.looks(), 2);

        fs::write(&fixture.path, "new").unwrap();
        fixture.hand.advance(30);
        let copy = fixture.secret.get().await.unwrap();
        assert_eq!(fixture.secret.newer_than(&copy).await.as_deref().map(String::as_str), Some("new"));
    }

    #[tokio::test]
    async fn somebody_elses_newer_copy_is_taken_without_a_look() {
        let fixture = Fixture::new("old");
        let old = fixture.secret.get().await.unwrap();
        fixture.secret.newer_than(&old).await;
        assert!(fixture.secret.newer_than(&old).await.is_some());
        assert_eq!(fixture.looks(), 2);
    }

    #[tokio::test]
    async fn the_last_good_copy_outlives_the_store_case_14() {
        for (trouble, is_down) in [("the store is down", true), ("the store holds nonsense", false)] {
            let fixture = Fixture::new("old");
            assert_eq!(fixture.value().await.as_deref(), Some("old"), "{trouble}");
            if is_down { fs::remove_file(&fixture.path) } else { fs::write(&fixture.path, "") }.unwrap();
            fixture.hand.advance(86_400);
            assert_eq!(fixture.value().await.as_deref(), Some("old"), "{trouble}");
            fs::write(&fixture.path, "new").unwrap();
            assert_eq!(fixture.value().await.as_deref(), Some("old"), "{trouble}: the store is given a pause");
            fixture.hand.advance(30);
            assert_eq!(fixture.value().await.as_deref(), Some("new"), "{trouble}");
        }
    }

    #[tokio::test]
    async fn without_any_copy_a_missing_store_and_a_malformed_value_are_told_apart_case_14() {
        let fixture = Fixture::new("");
        assert!(matches!(fixture.secret.get().await, Err(SecretError::Invalid(_))));
        fs::remove_file(&fixture.path).unwrap();
        assert!(matches!(fixture.secret.get().await, Err(SecretError::Unreachable(_))));
        fs::write(&fixture.path, "now").unwrap();
        assert_eq!(fixture.value().await.as_deref(), Some("now"), "the next call tries again");
    }

    #[tokio::test]
    async fn callers_at_the_same_time_share_one_look() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let looks = Arc::new(AtomicUsize::new(0));
        let served = Arc::clone(&looks);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request).await;
                served.fetch_add(1, Ordering::Relaxed);
                let body = r#"{"SecretString":"half"}"#;
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close";
                let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });

        let clock = Clock::system();
        let aws = aws_config_at(&url, &clock, CallLimits::default()).await;
        let env = Env::of([("META_APPS_SECRET", "arn:aws:one,arn:aws:two")]);
        let place = SecretPlace::from_env(&env, "META_APPS_SECRET").unwrap();
        let secret = AppsSecret::new(place, Some(&aws), clock, |texts| Ok::<_, &str>(texts.join("+")));
        let (one, two, three) = tokio::join!(secret.get(), secret.get(), secret.get());
        for copy in [one, two, three] {
            assert_eq!(copy.unwrap().as_str(), "half+half", "both secrets are handed over");
        }
        assert_eq!(looks.load(Ordering::Relaxed), 2, "one for each of the two secrets");
    }
}
