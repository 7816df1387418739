//! Deliveries: queued, signed, posted to the callback, tried again as Meta does (fact sheet 1.2 to 1.4).

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::State;
use super::{Meta, Shared, signature, surrogates};

/// How long Meta waits for an answer.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// The gaps between tries, in seconds: one more at once, then growing; 32 hours in all, within the documented 36.
const RETRY_GAPS_S: [i64; 10] = [0, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 57_600];

/// One POST that Meta makes until it is answered 2xx or given up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Counts from 1.
    pub number: u64,
    /// Whose callback it goes to, and whose secret signs it.
    pub app_id: String,
    /// Whose event it holds.
    pub account: String,
    /// `message`, `echo`, `unsent`, `hint`, `comment`.
    pub kind: String,
    /// The bytes, plain ASCII.
    pub body: String,
    /// When to try next, in milliseconds since 1970.
    pub due_at: i64,
    /// How far it is.
    pub state: DeliveryState,
    /// The tries so far.
    pub attempts: Vec<Attempt>,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be posted when due.
    Waiting,
    /// Kept back by a test until it is released.
    Held,
    /// Answered 2xx.
    Delivered,
    /// Lost on purpose.
    Dropped,
    /// Never answered 2xx in 36 hours.
    GivenUp,
}

/// One try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The answer's status; nothing if none came within 5 s.
    pub status: Option<u16>,
}

impl Attempt {
    /// Whether Meta is content: any 2xx.
    pub fn is_accepted(self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Why nothing could be posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// Nobody said where the app's deliveries go.
    #[error("no callback is set for the app")]
    NoCallback,
    /// The app, or any app at all, is missing from the world, or has no secret.
    #[error("no app with a secret to sign with")]
    NoSecret,
    /// There is no delivery of that number, or it is on its way.
    #[error("no such delivery to post")]
    NoDelivery,
}

impl Meta {
    /// Where deliveries go, for every app without a callback of its own. Plain HTTP.
    pub fn set_callback(&self, url: Uri) {
        self.shared.state().callbacks.insert(None, url);
        self.shared.queued.notify_one();
    }

    /// Where one app's deliveries go.
    pub fn set_app_callback(&self, app_id: &str, url: Uri) {
        self.shared.state().callbacks.insert(Some(app_id.to_owned()), url);
        self.shared.queued.notify_one();
    }

    /// All deliveries, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.state().world.deliveries.clone()
    }

    /// Lets a held or dropped delivery go, and one that waits for its next try go at once.
    pub fn release(&self, number: u64) {
        let now = self.shared.clock.now_ms();
        self.rearrange(number, |delivery| {
            delivery.state = DeliveryState::Waiting;
            delivery.due_at = now;
        });
        self.shared.queued.notify_one();
    }

    /// Keeps a delivery back.
    pub fn hold(&self, number: u64) {
        self.rearrange(number, |delivery| delivery.state = DeliveryState::Held);
    }

    /// Loses a delivery.
    pub fn drop_delivery(&self, number: u64) {
        self.rearrange(number, |delivery| delivery.state = DeliveryState::Dropped);
    }

    fn rearrange(&self, number: u64, change: impl FnOnce(&mut Delivery)) {
        let mut state = self.shared.state();
        if let Some(delivery) = state.world.deliveries.iter_mut().find(|delivery| delivery.number == number) {
            change(delivery);
        }
    }

    /// Posts one delivery now, whatever its state and turn: the way to reorder and to repeat.
    ///
    /// # Errors
    /// When there is nothing to post or nowhere to post it to; a bad answer is an [`Attempt`], not an error.
    pub async fn post(&self, number: u64) -> Result<Attempt, PostError> {
        self.shared.post_delivery(number).await
    }

    /// Posts every waiting delivery that is due by the clock, once each, the earliest due first; says how many were
    /// posted.
    ///
    /// One that is not answered 2xx waits for its next turn, and is given up after 36 hours.
    pub async fn deliver_due(&self) -> usize {
        self.shared.deliver_due().await
    }

    /// Learns from a delivery that somebody else makes in Meta's name what it can: who wrote, what was said below which
    /// post.
    pub fn learn(&self, body: &[u8]) {
        let delivery = parse(body);
        let now = self.shared.clock.now_ms();
        let mut state = self.shared.state();
        if let Some(app_id) = state.app_of(&delivery) {
            state.world.learn(&delivery, &app_id, now);
        }
    }

    /// Signs exactly these bytes with the secret of the app they belong to, and posts them once.
    ///
    /// The app is that of the first entry's account; where the world knows no such account, the first one. The world
    /// learns from the bytes what it can: who wrote, what was said below which post.
    ///
    /// # Errors
    /// As for [`Meta::post`].
    pub async fn sign_and_post(&self, body: impl Into<Bytes>) -> Result<Attempt, PostError> {
        let body = body.into();
        let app_id = self.shared.state().app_of(&parse(&body)).ok_or(PostError::NoSecret)?;
        self.sign_and_post_as(&app_id, body).await
    }

    /// As [`Meta::sign_and_post`], signed by an app of the caller's choice. Nothing is learned of the accounts of other
    /// apps.
    ///
    /// # Errors
    /// As for [`Meta::post`].
    pub async fn sign_and_post_as(&self, app_id: &str, body: impl Into<Bytes>) -> Result<Attempt, PostError> {
        let body = body.into();
        self.shared.state().world.learn(&parse(&body), app_id, self.shared.clock.now_ms());
        self.shared.post(app_id, body).await
    }
}

/// The body's JSON; null for what is none. Half a surrogate pair, which JSON allows and no text can hold, counts as U+FFFD.
fn parse(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(body);
        serde_json::from_str(&surrogates::repaired(&text)).unwrap_or_default()
    })
}

impl State {
    /// The app of a delivery's first account, or else the first app.
    fn app_of(&self, delivery: &Value) -> Option<String> {
        let payload = delivery.get(0).unwrap_or(delivery);
        let account = self.world.account(payload["entry"][0]["id"].as_str().unwrap_or_default());
        let app_id = account.map(|account| &account.app_id);
        app_id.or_else(|| self.world.apps.first().map(|app| &app.app_id)).cloned()
    }
}

impl Shared {
    pub(super) async fn deliver_due(&self) -> usize {
        let now = self.clock.now_ms();
        let due: Vec<u64> = {
            let state = self.state();
            let waiting = state.world.deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Waiting);
            let mut due: Vec<_> = waiting.filter(|due| due.due_at <= now).map(|due| (due.due_at, due.number)).collect();
            due.sort_unstable();
            due.into_iter().map(|(_, number)| number).collect()
        };
        let mut posted = 0;
        for number in due {
            posted += usize::from(self.post_delivery(number).await.is_ok());
        }
        posted
    }

    async fn post_delivery(&self, number: u64) -> Result<Attempt, PostError> {
        let (app_id, body) = {
            let mut state = self.state();
            if !state.posting.insert(number) {
                return Err(PostError::NoDelivery);
            }
            let found = state.world.deliveries.iter().find(|delivery| delivery.number == number);
            match found.map(|delivery| (delivery.app_id.clone(), delivery.body.clone())) {
                Some(found) => found,
                None => {
                    state.posting.remove(&number);
                    return Err(PostError::NoDelivery);
                }
            }
        };
        let attempt = self.post(&app_id, body.into()).await;
        let mut state = self.state();
        state.posting.remove(&number);
        let attempt = attempt?;
        if let Some(delivery) = state.world.deliveries.iter_mut().find(|delivery| delivery.number == number) {
            delivery.attempts.push(attempt);
            let gap_s = RETRY_GAPS_S.get(delivery.attempts.len() - 1);
            match (attempt.is_accepted(), gap_s) {
                (true, _) => delivery.state = DeliveryState::Delivered,
                (false, Some(gap_s)) => delivery.due_at = attempt.at + gap_s * 1000,
                (false, None) => delivery.state = DeliveryState::GivenUp,
            }
        }
        Ok(attempt)
    }

    /// One signed POST with the headers of a real one.
    async fn post(&self, app_id: &str, body: Bytes) -> Result<Attempt, PostError> {
        let at = self.clock.now_ms();
        let (url, secret) = {
            let state = self.state();
            let callback = state.callbacks.get(&Some(app_id.to_owned())).or_else(|| state.callbacks.get(&None));
            let app = state.world.apps.iter().find(|app| app.app_id == app_id);
            let secret = app.and_then(|app| app.app_secrets.first()).ok_or(PostError::NoSecret)?;
            (callback.ok_or(PostError::NoCallback)?.clone(), secret.clone())
        };
        let headers = [
            ("user-agent", "Webhooks/1.0 (https://fb.me/webhooks)".to_owned()),
            ("accept", "*/*".to_owned()),
            ("accept-encoding", "gzip".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("x-hub-signature", signature::sha1(&secret, &body)),
            ("x-hub-signature-256", signature::sha256(&secret, &body)),
        ];
        let length = HeaderValue::from(body.len());
        let mut request = Request::new(body);
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = url;
        request.headers_mut().insert(header::CONTENT_LENGTH, length);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                request.headers_mut().insert(name, value);
            }
        }
        let answer = tokio::time::timeout(ANSWER_DEADLINE, self.client.send(request)).await;
        let status = answer.ok().and_then(Result::ok).map(|response| response.status().as_u16());
        Ok(Attempt { at, status })
    }
}
