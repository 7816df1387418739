//! HTTP/1.1 on loopback: the little server and client that the sandbox's parts share.
//!
//! This sits on hyper, below axum, because a lost answer is a connection that closes without one, and a web framework
//! always answers.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Every server of the sandbox listens here and nowhere else; the system picks the port.
pub(crate) const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
pub(crate) struct HangUp;

/// What a handler gives back.
pub(crate) type Answer = Result<http::Response<Bytes>, HangUp>;

/// A request, its body still on the wire, and the address it came from.
pub(crate) struct Request {
    pub(crate) head: http::request::Parts,
    pub(crate) body: Incoming,
    pub(crate) peer: SocketAddr,
}

/// A running server. Dropped, it stops at once and cuts the connections it has.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Answers requests at `address` with `handler` until stopped.
    pub(crate) async fn start<H, F>(address: SocketAddr, handler: H) -> std::io::Result<Self>
    where
        H: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let accepting = tokio::spawn(accept(listener, Arc::new(handler), stopped));
        Ok(Self { address, stop, accepting })
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more, lets the requests under way finish, and returns when the last has its answer.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        // An error here means the task was cancelled or panicked: stopped either way.
        let _ended = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept<H, F>(listener: TcpListener, handler: Arc<H>, mut stopped: watch::Receiver<bool>)
where
    H: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    // Owned here, so that dropping the server ends the connections with it.
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            // The caller was gone again, or file handles are short for a moment.
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let handler = Arc::clone(&handler);
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (head, body) = request.into_parts();
            let answer = handler(Request { head, body, peer });
            async move { answer.await.map(|response| response.map(Full::new)) }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service);
        connections.spawn(graceful.watch(connection));
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Why a request's body could not be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is longer than allowed")]
    TooLong,
    #[error("the body ended early")]
    Broken(#[source] hyper::Error),
}

/// Reads a body of at most `limit` bytes.
///
/// A longer one is read to its end and forgotten: a caller that is still writing would otherwise see a broken
/// connection in place of the refusal.
pub(crate) async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    let mut read = BytesMut::new();
    let mut too_long = false;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(BodyError::Broken)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        too_long = too_long || read.len() + data.len() > limit;
        if !too_long {
            read.extend_from_slice(&data);
        }
    }
    if too_long { Err(BodyError::TooLong) } else { Ok(read.freeze()) }
}

/// A JSON answer.
pub(crate) fn json(status: http::StatusCode, body: impl Into<Bytes>) -> http::Response<Bytes> {
    let mut response = http::Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

/// A client with kept-alive connections, for plain HTTP on loopback.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    inner: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
}

/// No complete answer came.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("the request could not be sent")]
    Send(#[source] hyper_util::client::legacy::Error),
    #[error("the answer broke off")]
    Answer(#[source] hyper::Error),
}

impl Client {
    pub(crate) fn new() -> Self {
        Self { inner: hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http() }
    }

    /// Sends `request`, whose URI must name the host, and reads the whole answer.
    pub(crate) async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, ClientError> {
        let response = self.inner.request(request.map(Full::new)).await.map_err(ClientError::Send)?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(ClientError::Answer)?.to_bytes();
        Ok(http::Response::from_parts(head, body))
    }
}
