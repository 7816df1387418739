//! The live callback: does it know our verify tokens and our secrets, and does it refuse what it must?

use std::time::Duration;

use anyhow::{Context, Result};
use instagram::{App, AppId, Element, event_key};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde_json::json;
use store::{Key, keys};

use super::finding::Finding;

/// Longest wait for one answer; Meta waits 5 s.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far two clocks may be apart before signed requests to AWS and leases suffer.
const SKEW_MS: i64 = 30_000;

/// Names our own sample, so that it is not taken for one of the dashboard's "Test" button.
const OWN_SAMPLE: &str = "politicall-doctor";

/// A client for the callback URL.
pub(super) struct Callback {
    http: Client,
    url: Url,
}

impl Callback {
    pub(super) fn at(url: &str) -> Result<Self> {
        let url = Url::parse(url).context("the callback is not a URL")?;
        let http = Client::builder()
            .tls_backend_preconfigured(graph::tls_client_config()?)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { http, url })
    }

    /// Asks it all that Meta would ask, for each app.
    pub(super) async fn findings(&self, apps: impl IntoIterator<Item = &App>, now_ms: i64) -> Vec<Finding> {
        let mut findings = Vec::new();
        match self.deliver(None, "sha256=00", "{}").await {
            Err(error) => {
                let what = format!("the callback {} does not answer: {}", self.url, root(&error));
                let remedy = "it must be reachable from the internet, with a certificate of a public authority";
                return vec![Finding::proved(what, remedy)];
            }
            Ok(answer) => {
                findings.extend(clock(&answer, now_ms));
                findings.push(match answer.status() {
                    StatusCode::UNAUTHORIZED => Finding::good("a delivery with a wrong signature is refused"),
                    StatusCode::FORBIDDEN => Finding::suspected(
                        "the callback lets nobody in without a client certificate: it cannot be tried from here",
                        "press Test in Meta's dashboard instead, and run this again",
                    ),
                    status => Finding::proved(
                        format!("a delivery with a wrong signature is answered with {status} instead of 401"),
                        "something else answers at this address: see the callback URL and what stands before it",
                    ),
                });
            }
        }
        for app in apps {
            findings.push(self.handshake(app).await);
            findings.push(self.signed_sample(app, now_ms).await);
        }
        findings
    }

    /// Meta's own question when the callback is set.
    async fn handshake(&self, app: &App) -> Finding {
        let Some(token) = app.verify_tokens.first() else {
            return Finding::suspected(
                format!("the app {} has no verify token", app.name),
                "without one its dashboard cannot be pointed here: add one to verify_tokens",
            );
        };
        let mut url = self.of(app);
        let query = [("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", token.expose())];
        url.query_pairs_mut().extend_pairs(query);
        let remedy = "the deployed secret holds another verify token than the one read here: see META_APPS_SECRET";
        let answer = match self.http.get(url).send().await {
            Ok(answer) => answer,
            Err(error) => return no_answer(app, "handshake", &error.into()),
        };
        let status = answer.status();
        match answer.text().await.as_deref() {
            Ok("1158201444") if status == StatusCode::OK => {
                Finding::good(format!("the app {}: its verify token is known at the callback", app.name))
            }
            _ => Finding::proved(format!("the app {}: the handshake is answered with {status}", app.name), remedy),
        }
    }

    /// A sample as the dashboard's "Test" button sends it: recorded as one, and nothing else comes of it.
    async fn signed_sample(&self, app: &App, now_ms: i64) -> Finding {
        let Some(secret) = app.app_secrets.first() else {
            return Finding::proved(format!("the app {} has no secret", app.name), "add it to META_APPS_SECRET");
        };
        let body = sample(now_ms);
        let mac = hex::encode(secret.mac(body.as_bytes()));
        match self.deliver(Some(app), &format!("sha256={mac}"), &body).await {
            Ok(answer) if answer.status() == StatusCode::OK => {
                Finding::good(format!("the app {}: a delivery signed with its secret is taken", app.name))
            }
            Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => Finding::proved(
                format!("the app {}: a delivery signed with its secret is refused", app.name),
                "the deployed secret is another one: webhooks are signed with the Instagram app secret, not the Meta one",
            ),
            Ok(answer) => Finding::proved(
                format!("the app {}: a signed delivery is answered with {}", app.name, answer.status()),
                "see ingest's log: the queue or the secrets cannot be reached",
            ),
            Err(error) => no_answer(app, "signed delivery", &error),
        }
    }

    async fn deliver(&self, app: Option<&App>, signature: &str, body: &str) -> Result<Response> {
        let url = app.map_or_else(|| self.url.clone(), |app| self.of(app));
        let request = self.http.post(url).header("content-type", "application/json");
        Ok(request.header("x-hub-signature-256", signature).body(body.to_owned()).send().await?)
    }

    /// The address at which only this app's secrets and tokens are tried.
    fn of(&self, app: &App) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&app.name);
        }
        url
    }
}

/// What is wrong with the clocks, by the answer's `Date`; nothing if it has none.
fn clock(answer: &Response, now_ms: i64) -> Option<Finding> {
    let date = answer.headers().get("date")?.to_str().ok()?;
    let there = jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_millisecond();
    let apart = (there - now_ms).abs();
    Some(if apart <= SKEW_MS {
        Finding::good("this machine's clock agrees with the callback's")
    } else {
        Finding::proved(
            format!("this machine's clock is {} s off the callback's", apart / 1000),
            "set the clock: AWS refuses what is signed at another time",
        )
    })
}

fn no_answer(app: &App, what: &str, error: &anyhow::Error) -> Finding {
    let what = format!("the app {}: no answer to a {what}: {}", app.name, root(error));
    Finding::proved(what, "see the gateway's and ingest's logs")
}

/// The innermost cause alone: the outer ones quote the address, whose query holds a token.
fn root(error: &anyhow::Error) -> String {
    error.chain().last().map(ToString::to_string).unwrap_or_default()
}

fn sample(now_ms: i64) -> String {
    let value = json!({"sender": {"id": "12334"}, "recipient": {"id": "23245"}, "timestamp": (now_ms / 1000).to_string(),
                       "message": {"mid": OWN_SAMPLE, "text": "doctor"}});
    let change = json!({"field": "messages", "value": value});
    json!({"object": "instagram", "entry": [{"id": "0", "time": now_ms / 1000, "changes": [change]}]}).to_string()
}

/// Where the worker records our own sample.
pub(super) fn own_sample(app: &AppId) -> Option<Key> {
    let body = sample(0);
    let delivery = instagram::split(body.as_bytes()).ok()?;
    let element: &Element<'_> = delivery.elements.first()?;
    let event = element.event().ok()?;
    Some(keys::test_sample(app, event.kind_name(), &event_key(&event, element.raw)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_sample_is_recognised_whenever_it_was_sent() {
        let app = AppId::parse("867555782500454").unwrap();
        let key = own_sample(&app).unwrap();
        assert!(key.sk.starts_with("TEST#message#"), "{}", key.sk);
        let body = sample(1_767_225_600_000);
        let delivery = instagram::split(body.as_bytes()).unwrap();
        let event = delivery.elements[0].event().unwrap();
        assert!(event.test);
        assert_eq!(keys::test_sample(&app, event.kind_name(), &event_key(&event, delivery.elements[0].raw)), key);
    }
}
