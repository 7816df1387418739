//! Against bare sockets: what no well-behaved server does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use graph::Graph;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::*;

const SENT: &str = r#"{"recipient_id":"9","message_id":"aWdfM1"}"#;

/// What a socket does once it has read a whole request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Writes this and waits for the next request.
    Say(String),
    /// Writes this and closes.
    SayAndClose(String),
    /// Keeps silent for good.
    Hang,
}

/// A server that gives the n-th request, over all connections, the n-th act; counts requests and keeps the last one.
pub(crate) struct Sockets {
    pub(crate) base: String,
    requests: Arc<AtomicUsize>,
    pub(crate) last: Arc<std::sync::Mutex<String>>,
}

pub(crate) async fn sockets(acts: impl IntoIterator<Item = Act>) -> Sockets {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let acts: Arc<Vec<Act>> = Arc::new(acts.into_iter().collect());
    let requests = Arc::new(AtomicUsize::new(0));
    let last = Arc::new(std::sync::Mutex::new(String::new()));
    let (counted, kept) = (Arc::clone(&requests), Arc::clone(&last));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, Arc::clone(&acts), Arc::clone(&counted), Arc::clone(&kept)));
        }
    });
    Sockets { base, requests, last }
}

async fn serve(
    mut stream: TcpStream,
    acts: Arc<Vec<Act>>,
    requests: Arc<AtomicUsize>,
    last: Arc<std::sync::Mutex<String>>,
) {
    while let Some(request) = read_request(&mut stream).await {
        *last.lock().unwrap() = request;
        let number = requests.fetch_add(1, Ordering::SeqCst);
        match acts.get(number).cloned().unwrap_or(Act::Hang) {
            Act::Say(text) => stream.write_all(text.as_bytes()).await.unwrap(),
            Act::SayAndClose(text) => return stream.write_all(text.as_bytes()).await.unwrap(),
            Act::Hang => std::future::pending::<()>().await,
        }
    }
}

/// Head and body, by content-length; nothing when the other side has closed.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return Some(text);
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

fn accepted() -> Act {
    Act::Say(answer("200 OK", "", SENT))
}

#[tokio::test]
async fn the_token_goes_into_the_header_and_nowhere_else() {
    let sockets = sockets([accepted()]).await;
    let graph = Graph::new(&sockets.base).unwrap();
    assert_eq!(word(&send(&graph).await.result), "sent");
    let request = sockets.last.lock().unwrap().clone();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with(&format!("POST /v24.0/{ACCOUNT}/messages HTTP/1.1\r\n")), "{head}");
    assert!(head.contains(&format!("\r\nauthorization: Bearer {TOKEN}\r\n")), "{head}");
    assert_eq!(request.matches(TOKEN).count(), 1);
    assert_eq!(body, format!(r#"{{"recipient":{{"id":"{KIM}"}},"message":{{"text":"{TEXT}"}}}}"#));
}

#[tokio::test]
async fn a_public_reply_is_a_form_field_and_asks_for_no_fields() {
    let sockets = sockets([Act::Say(answer("200 OK", "", r#"{"id":"18000000000000020"}"#))]).await;
    let graph = Graph::new(&sockets.base).unwrap();
    let comment = instagram::CommentId::parse("18000000000000011").unwrap();
    assert_eq!(reply_publicly(&graph, &comment).await.unwrap().as_str(), "18000000000000020");
    let request = sockets.last.lock().unwrap().clone();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v24.0/18000000000000011/replies HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, "message=Ol%C3%A1%2C+text-canary+%F0%9F%91%8B");
}

#[tokio::test]
async fn an_odd_answer_is_an_unknown_outcome_and_is_asked_for_once() {
    let elsewhere = "location: /elsewhere\r\n";
    let said = |text: &str| Act::Say(text.to_owned());
    let cases = [
        ("closed without a word", Act::SayAndClose(String::new()), "unknown: no answer"),
        ("not HTTP", Act::SayAndClose("hello\r\n\r\n".to_owned()), "unknown: no answer"),
        (
            "a body cut short",
            Act::SayAndClose("HTTP/1.1 200 OK\r\ncontent-length: 43\r\n\r\n{\"m".to_owned()),
            "unknown: no answer",
        ),
        ("301", said(&answer("301 Moved Permanently", elsewhere, "")), "unknown: unreadable"),
        ("302", said(&answer("302 Found", elsewhere, "")), "unknown: unreadable"),
        ("307, which repeats the POST", said(&answer("307 Temporary Redirect", elsewhere, "")), "unknown: unreadable"),
        ("308, which repeats the POST", said(&answer("308 Permanent Redirect", elsewhere, "")), "unknown: unreadable"),
        ("408, which invites to try again", said(&answer("408 Request Timeout", "", "")), "unknown: unlisted"),
        ("425", said(&answer("425 Too Early", "", "")), "unknown: unlisted"),
        (
            "503 with a time to come back",
            said(&answer("503 Unavailable", "retry-after: 0\r\n", "")),
            "unknown: server error",
        ),
        ("a body without end", said(&answer("200 OK", "", &"x".repeat(70_000))), "unknown: unreadable"),
        ("an answer without a body", said("HTTP/1.1 204 No Content\r\n\r\n"), "unknown: unreadable"),
    ];
    for (case, act, expected) in cases {
        let sockets = sockets([act, accepted()]).await;
        let graph = Graph::new(&sockets.base).unwrap();
        assert_eq!(word(&send(&graph).await.result), expected, "{case}");
        assert_eq!(sockets.requests.load(Ordering::SeqCst), 1, "{case}: nothing is sent twice");
    }
}

#[tokio::test]
async fn one_deadline_covers_the_whole_call() {
    let cases = [
        ("silence", Act::Hang),
        ("a head and no body", Act::Say("HTTP/1.1 200 OK\r\ncontent-length: 43\r\n\r\n".to_owned())),
        ("half a head", Act::Say("HTTP/1.1 200".to_owned())),
    ];
    for (case, act) in cases {
        let sockets = sockets([act]).await;
        let graph = Graph::with_deadline(&sockets.base, Duration::from_millis(150)).unwrap();
        assert_eq!(word(&send(&graph).await.result), "unknown: deadline", "{case}");
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let graph = Graph::new(&format!("http://{address}")).unwrap();
    assert_eq!(word(&send(&graph).await.result), "unreachable");
    assert!(graph.warm_up().await.is_err());
}

#[tokio::test]
async fn without_tls_nothing_was_sent() {
    let no_tls = ("a server that speaks no TLS", Some("HTTP/1.1 400 Bad Request\r\n\r\n"));
    for (case, greeting) in [no_tls, ("a server that says nothing", None)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("https://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            if let Some(greeting) = greeting {
                stream.write_all(greeting.as_bytes()).await.unwrap();
            }
            std::future::pending::<()>().await;
        });
        let graph = Graph::with_deadline(&base, Duration::from_millis(400)).unwrap();
        assert_eq!(word(&send(&graph).await.result), "unreachable", "{case}");
        server.abort();
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_call() {
    let sockets = sockets([Act::Say(answer("200 OK", "", "")), accepted()]).await;
    let graph = Graph::new(&sockets.base).unwrap();
    graph.warm_up().await.unwrap();
    assert_eq!(word(&send(&graph).await.result), "sent");
    assert_eq!(sockets.requests.load(Ordering::SeqCst), 2);
}

/// The dangerous moment: on a kept connection, HTTP libraries like to repeat a request by themselves.
#[tokio::test]
async fn a_post_that_dies_on_a_kept_connection_is_not_repeated() {
    let dies = Act::SayAndClose(String::new());
    let sockets = sockets([accepted(), dies, accepted()]).await;
    let graph = Graph::new(&sockets.base).unwrap();
    assert_eq!(word(&send(&graph).await.result), "sent");
    assert_eq!(word(&send(&graph).await.result), "unknown: no answer");
    assert_eq!(sockets.requests.load(Ordering::SeqCst), 2, "the second POST arrived once");
}

#[tokio::test]
async fn an_answer_is_read_up_to_64_kib() {
    for (length, expected) in [(65_536, "sent"), (65_537, "unknown: unreadable")] {
        let sockets =
            sockets([Act::Say(answer("200 OK", "", &(SENT.to_owned() + &" ".repeat(length - SENT.len()))))]).await;
        let graph = Graph::new(&sockets.base).unwrap();
        assert_eq!(word(&send(&graph).await.result), expected, "{length} bytes");
    }
}

#[tokio::test]
async fn a_page_of_long_comments_is_read_and_no_more_than_512_kib() {
    let comment = instagram::CommentId::parse("18000000000000011").unwrap();
    let long = format!(r#"{{"id":"18","text":"{}"}}"#, "\\u00e3".repeat(2200));
    let page = format!(r#"{{"data":[{}]}}"#, vec![long; 25].join(","));
    assert!(page.len() > 300_000);
    let padding = " ".repeat(512 * 1024 - page.len());
    for (padding, expected) in [(padding.clone(), "sent"), (padding + " ", "unknown: unreadable")] {
        let sockets = sockets([Act::Say(answer("200 OK", "", &(page.clone() + &padding)))]).await;
        let graph = Graph::new(&sockets.base).unwrap();
        let answer = graph.comment_replies(&token(), &comment).await;
        assert_eq!(word(&answer.result), expected);
        assert!(answer.result.is_err() || answer.result.is_ok_and(|replies| replies.comments.len() == 25));
    }
}

/// Runs another test of this binary with a proxy in the environment that would swallow every call.
#[test]
fn a_proxy_in_the_environment_is_not_asked() {
    let nobody = "http://127.0.0.1:9";
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "socket::the_token_goes_into_the_header_and_nowhere_else"])
        .envs(["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"].map(|name| (name, nobody)))
        .env("NO_PROXY", "")
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Whether the client has noticed by then is a race that it may lose, but never by sending twice.
#[tokio::test]
async fn a_kept_connection_that_was_closed_meanwhile_doubles_nothing() {
    let sockets = sockets([Act::SayAndClose(answer("200 OK", "", SENT)), accepted()]).await;
    let graph = Graph::new(&sockets.base).unwrap();
    assert_eq!(word(&send(&graph).await.result), "sent");
    let second = send(&graph).await.result;
    let outcome = (word(&second), sockets.requests.load(Ordering::SeqCst));
    assert!(matches!(outcome, ("sent", 2) | ("unknown: no answer", 1)), "{outcome:?}");
}
