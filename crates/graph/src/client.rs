//! The HTTP client: one deadline per call, nothing done twice, nothing followed, nothing printed.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, Url, redirect, retry};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::answer::{MAX_BODY_BYTES, MAX_READ_BYTES, RawAnswer};
use crate::call::{Observer, UnderWay};
use crate::{Answer, Call, GRAPH_VERSION, HttpError, Operation, Said, SendError, TokenTrouble, Usage, tls};

/// Where Meta's Graph API for Instagram Login lives.
pub const GRAPH_URL: &str = "https://graph.instagram.com";

/// How long a call may take from the first byte to the last, connecting included.
///
/// Shorter than the worker's 30 s and than the lease of 40 s (design 5), so that a call has always ended before
/// anybody else may think it dead.
pub const DEADLINE: Duration = Duration::from_secs(8);

/// Part of the deadline that may go into connecting, TLS included. What fails here was certainly not sent.
const CONNECT_DEADLINE: Duration = Duration::from_secs(3);

/// How long an unused connection is kept. A Lambda that slept longer connects anew instead of writing into a
/// connection that the other side may have closed meanwhile, which would end as an unknown outcome.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// A client of the Graph API. Cheap to clone; clones share their connections.
///
/// Every call takes the token it speaks with and sends it in the `Authorization` header alone: addresses end up in
/// logs.
#[derive(Clone)]
pub struct Graph {
    http: Client,
    base: Url,
    deadline: Duration,
    observer: Option<Observer>,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base address is not an `http` or `https` address.
    #[error("the Graph API's base address is not an http(s) address")]
    BaseAddress,
    /// The TLS settings are unusable.
    #[error("no TLS for the Graph API")]
    Tls(#[from] rustls::Error),
    /// The HTTP client could not be built.
    #[error("no HTTP client for the Graph API")]
    Http(#[source] HttpError),
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("base", &self.base.as_str())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Graph {
    /// A client for the Graph API at `base_url`: [`GRAPH_URL`], or a stand-in, with or without a path.
    ///
    /// Nothing is read from the environment: no proxy, no certificate store. Neither redirects nor repetitions: the
    /// library's own policies are off. What is left below them is hyper's second try when a kept connection turns out
    /// to be closed before any of the request was written; such a request never left.
    ///
    /// # Errors
    /// [`SetupError`], each a mistake of the configuration or the build.
    pub fn new(base_url: &str) -> Result<Self, SetupError> {
        Self::with_deadlines(base_url, DEADLINE, CONNECT_DEADLINE)
    }

    /// As [`Graph::new`], with another deadline per call; connecting may take at most half of it.
    ///
    /// # Errors
    /// As [`Graph::new`].
    pub fn with_deadline(base_url: &str, deadline: Duration) -> Result<Self, SetupError> {
        Self::with_deadlines(base_url, deadline, CONNECT_DEADLINE.min(deadline / 2))
    }

    fn with_deadlines(base_url: &str, deadline: Duration, connect: Duration) -> Result<Self, SetupError> {
        let base = Url::parse(base_url).map_err(|_| SetupError::BaseAddress)?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(SetupError::BaseAddress);
        }
        let http = Client::builder()
            .tls_backend_preconfigured(tls::client_config()?)
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .timeout(deadline)
            .connect_timeout(connect)
            .pool_idle_timeout(POOL_IDLE)
            .build()
            .map_err(|error| SetupError::Http(error.into()))?;
        Ok(Self { http, base, deadline, observer: None })
    }

    /// The same client with a shorter deadline per call: for what is not worth the whole of it. It shares the connections.
    #[must_use]
    pub fn impatient(&self, deadline: Duration) -> Self {
        Self { deadline: deadline.min(self.deadline), ..self.clone() }
    }

    /// The same client, with somebody who is told of each call once it is over, be it that its caller gave up. It shares the
    /// connections; calls of other clones are not told of. Not a call is what makes a connection ahead of need, or what a
    /// token that fits no header keeps from being made.
    #[must_use]
    pub fn observed(self, told: impl Fn(Call) + Send + Sync + 'static) -> Self {
        Self { observer: Some(Observer::new(told)), ..self }
    }

    /// Makes a connection ahead of need, in a function's start-up, when the processor is at its fastest.
    ///
    /// Any answer will do; a failure is no reason to stop: the first call will meet it again and say so.
    ///
    /// # Errors
    /// When no connection was made.
    pub async fn warm_up(&self) -> Result<(), HttpError> {
        self.http.head(self.base.clone()).send().await?;
        Ok(())
    }

    /// The address of a node's edge in our version. The id is escaped: it cannot leave its place in the path.
    pub(crate) fn edge(&self, node: &str, edge: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([GRAPH_VERSION, node, edge]);
        }
        url
    }

    /// The address of a node itself, with query parameters.
    pub(crate) fn node(&self, node: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([GRAPH_VERSION, node]);
        }
        with_query(url, query)
    }

    /// An address without a version, as the token calls have.
    pub(crate) fn path(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        url
    }

    /// POSTs JSON and reads the answer with `read`, which returns `None` for what is not the answer expected.
    pub(crate) async fn post_json<T>(
        &self,
        operation: Operation,
        token: &SecretString,
        url: Url,
        body: &impl Serialize,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        self.call(operation, token, self.http.post(url).json(body), MAX_BODY_BYTES, read).await
    }

    /// GETs up to [`MAX_READ_BYTES`]; otherwise as [`Graph::post_json`].
    pub(crate) async fn get<T>(
        &self,
        operation: Operation,
        token: &SecretString,
        url: Url,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        self.call(operation, token, self.http.get(url), MAX_READ_BYTES, read).await
    }

    /// POSTs form fields; otherwise as [`Graph::post_json`].
    pub(crate) async fn post_form<T>(
        &self,
        operation: Operation,
        token: &SecretString,
        url: Url,
        fields: &impl Serialize,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        self.call(operation, token, self.http.post(url).form(fields), MAX_BODY_BYTES, read).await
    }

    /// POSTs form fields without a token: for the login, whose token is still to come.
    pub(crate) async fn post_form_openly<T>(
        &self,
        operation: Operation,
        url: Url,
        fields: &impl Serialize,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        self.answer(operation, self.http.post(url).form(fields), MAX_BODY_BYTES, read).await
    }

    /// POSTs without a body; otherwise as [`Graph::post_json`].
    pub(crate) async fn post<T>(
        &self,
        operation: Operation,
        token: &SecretString,
        url: Url,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        self.call(operation, token, self.http.post(url), MAX_BODY_BYTES, read).await
    }

    /// DELETEs; otherwise as [`Graph::post_json`].
    pub(crate) async fn delete<T>(
        &self,
        operation: Operation,
        token: &SecretString,
        url: Url,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        self.call(operation, token, self.http.delete(url), MAX_BODY_BYTES, read).await
    }

    /// DELETEs with a JSON body; otherwise as [`Graph::post_json`].
    pub(crate) async fn delete_json<T>(
        &self,
        operation: Operation,
        token: &SecretString,
        url: Url,
        body: &impl Serialize,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        self.call(operation, token, self.http.delete(url).json(body), MAX_BODY_BYTES, read).await
    }

    async fn call<T>(
        &self,
        operation: Operation,
        token: &SecretString,
        request: RequestBuilder,
        max_bytes: usize,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        let Some(authorization) = bearer(token) else {
            let error = SendError::TokenDead { trouble: TokenTrouble::Unusable, said: Said::default() };
            return Answer { result: Err(error), usage: Usage::default() };
        };
        self.answer(operation, request.header(AUTHORIZATION, authorization), max_bytes, read).await
    }

    async fn answer<T>(
        &self,
        operation: Operation,
        request: RequestBuilder,
        max_bytes: usize,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        let under_way = UnderWay::begin(self.observer.as_ref(), operation);
        let answer = match exchange(request.timeout(self.deadline), max_bytes).await {
            Ok(raw) => raw.into_answer(read),
            Err(error) => Answer { result: Err(error.into()), usage: Usage::default() },
        };
        under_way.ended(&answer.result);
        answer
    }
}

/// The address with these parameters, escaped.
pub(crate) fn with_query(mut url: Url, query: &[(&str, &str)]) -> Url {
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

/// Sends the request and reads its whole answer; of one that is longer than `max_bytes`, nothing.
async fn exchange(request: RequestBuilder, max_bytes: usize) -> Result<RawAnswer, HttpError> {
    let mut response: Response = request.send().await?;
    let mut raw = RawAnswer::from_head(response.status(), response.headers());
    while let Some(chunk) = response.chunk().await? {
        if raw.body.len() + chunk.len() > max_bytes {
            raw.body.clear();
            break;
        }
        raw.body.extend_from_slice(&chunk);
    }
    Ok(raw)
}

/// The header's value, marked so that no library prints it; `None` if the token holds what no header may hold.
fn bearer(token: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_addresses_are_bases() {
        let cases = [
            ("Meta's own", GRAPH_URL, true),
            ("a stand-in", "http://127.0.0.1:4000", true),
            ("a stand-in with a path", "http://127.0.0.1:4000/as/worker-1/", true),
            ("nothing", "", false),
            ("no scheme", "graph.instagram.com", false),
            ("a file", "file:///tmp/graph", false),
            ("a mailbox", "mailto:graph@example.com", false),
        ];
        for (case, base, accepted) in cases {
            assert_eq!(Graph::new(base).is_ok(), accepted, "{case}");
        }
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        let graph = Graph::new("http://127.0.0.1:4000/as/worker-1/").unwrap();
        let cases = [
            ("an ordinary id", "17841400000000001", "/as/worker-1/v24.0/17841400000000001/messages"),
            ("a path", "../me", "/as/worker-1/v24.0/..%2Fme/messages"),
            ("a query", "1?fields=id", "/as/worker-1/v24.0/1%3Ffields=id/messages"),
            ("a percent sign", "%2e", "/as/worker-1/v24.0/%252e/messages"),
        ];
        for (case, id, expected) in cases {
            let url = graph.edge(id, "messages");
            assert_eq!((url.path(), url.query()), (expected, None), "{case}");
        }
    }

    #[test]
    fn a_node_and_its_parameters_are_escaped() {
        let graph = Graph::new("http://127.0.0.1:4000/as/worker-1/").unwrap();
        let cases = [
            ("no parameters", "aWdf=", "/as/worker-1/v24.0/aWdf=", None),
            ("a path", "../me", "/as/worker-1/v24.0/..%2Fme", None),
            ("parameters", "1", "/as/worker-1/v24.0/1", Some("user_id=1%26fields%3Did")),
        ];
        for (case, id, path, query) in cases {
            let parameters: &[(&str, &str)] = if query.is_some() { &[("user_id", "1&fields=id")] } else { &[] };
            let url = graph.node(id, parameters);
            assert_eq!((url.path(), url.query()), (path, query), "{case}");
        }
    }

    #[test]
    fn a_token_that_fits_no_header_is_not_sent() {
        assert!(bearer(&SecretString::from("IGAA\r\nHost: elsewhere")).is_none());
        assert_eq!(format!("{:?}", bearer(&SecretString::from("IGAAexample"))), "Some(Sensitive)");
    }
}
