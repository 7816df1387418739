//! The page of a running stack, and the small interface behind it.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::Value;

use crate::program::Running;

const ACCOUNT: &str = "17841400000000001";
const PERSON: &str = "910000000000001";

/// A running stack, asked as a browser on this machine asks it.
struct Stack {
    running: Running,
    base: String,
    client: Client,
    _folder: tempfile::TempDir,
}

impl Stack {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let running = Running::begin(&data, &["run", "--port", "0"]);
        let line = running.line_with(&["Page"]);
        running.line_with(&["One line per event"]);
        let base = line.split_whitespace().last().unwrap().trim_end_matches('/').to_owned();
        Self { running, base, client: Client::new(), _folder: folder }
    }

    /// Status and JSON; null where there is none.
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, &[]).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str) -> (u16, Value) {
        self.ask(Method::POST, path, &[("x-local", "test")]).await
    }

    /// Waits until the feed holds an event of this type, and gives its number.
    async fn heard(&self, kind: &str) -> u64 {
        let look = async {
            loop {
                let feed = self.get("/local/feed").await;
                let events = feed["events"].as_array().unwrap();
                if let Some(found) = events.iter().find(|one| one["event"]["type"] == kind) {
                    return found["number"].as_u64().unwrap();
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), look).await.unwrap_or_else(|_| panic!("nothing heard of {kind}"))
    }
}

#[tokio::test]
async fn the_page_stands_on_the_stacks_own_port_and_asks_nobody_else() {
    let stack = Stack::start();
    for (path, kind) in [("/", "text/html"), ("/page.js", "text/javascript"), ("/page.css", "text/css")] {
        let answer = stack.client.get(format!("{}{path}", stack.base)).send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(answer.status(), 200, "{path}");
        assert!(header("content-type").starts_with(kind), "{path}");
        assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"), "{path}");
        let others = ["x-content-type-options", "cache-control", "referrer-policy"].map(header);
        assert_eq!(others, ["nosniff", "no-store", "no-referrer"], "{path}");
    }
    let cases = [
        (Method::GET, "/page/missing.js", 404),
        (Method::GET, "/local/missing", 404),
        (Method::PUT, "/local/fields", 405),
        (Method::GET, "/local/feed?after=x", 400),
        (Method::GET, "/local/accounts/9/sent", 404),
    ];
    for (method, path, status) in cases {
        let (found, body) = stack.ask(method, path, &[]).await;
        assert_eq!(found, status, "{path}");
        assert!(body["error"].is_string(), "{path}: {body}");
    }
    stack.running.interrupt();
}

#[tokio::test]
async fn another_page_in_the_same_browser_gets_nothing_and_does_nothing() {
    let stack = Stack::start();
    let elsewhere = [("host", "rebound.example")];
    let tunnelled = [("x-forwarded-for", "203.0.113.9")];
    for path in ["/", "/local/customers", "/local/feed", "/v1/customers/gabinete-helena/accounts"] {
        for headers in [elsewhere, tunnelled] {
            let (status, body) = stack.ask(Method::GET, path, &headers).await;
            assert_eq!(status, 403, "{path} with {headers:?}: {body}");
        }
    }
    let end = format!("/local/accounts/{ACCOUNT}/token/end");
    for path in ["/local/fields/messages/sample", &end] {
        assert_eq!(stack.ask(Method::POST, path, &[]).await.0, 403, "{path}: a form of any page can post so much");
    }
    assert_eq!(stack.get("/local/feed").await["last"], 0, "nothing was posted");
    // The callback is there for the tunnel.
    let (status, _) = stack.ask(Method::GET, "/api/webhook/instagram", &elsewhere).await;
    assert_ne!(stack.ask(Method::GET, "/", &elsewhere).await.0, status);
    stack.running.interrupt();
}

#[tokio::test]
async fn a_sample_is_posted_heard_of_and_answered_until_the_token_ends() {
    let stack = Stack::start();
    let customers = stack.get("/local/customers").await;
    let helena = customers["customers"].as_array().unwrap().iter().find(|one| one["customer"] == "gabinete-helena");
    assert_eq!(helena.unwrap()["accounts"][0]["account"], ACCOUNT);
    assert_eq!(helena.unwrap()["accounts"][0]["username"], "gabinete.helena.sampaio");
    let fields = stack.get("/local/fields").await;
    assert!(fields["fields"].as_array().unwrap().iter().any(|field| field == "comments"), "{fields}");
    assert_eq!(stack.post("/local/fields/story_insights/sample").await.0, 404);

    let (status, posted) = stack.post("/local/fields/messages/sample").await;
    assert_eq!((status, &posted["status"], &posted["sample"]), (200, &200.into(), &"message-text.json".into()));
    assert_eq!(stack.heard("message.received").await, 1, "numbers begin at one");
    let number = stack.heard("reply.sent").await;
    let rest = stack.get(&format!("/local/feed?after={}", number - 1)).await;
    assert_eq!(rest["events"][0]["number"], number);
    assert!(rest["last"].as_u64().unwrap() >= number);
    // Beside the terminal's other lines.
    stack.running.line_with(&["feed", "reply.sent", ACCOUNT, PERSON]);

    let sent = stack.get(&format!("/local/accounts/{ACCOUNT}/sent?person={PERSON}")).await;
    assert_eq!(sent["messages"].as_array().unwrap().len(), 1, "{sent}");
    assert_eq!(sent["messages"][0]["person"], PERSON);
    assert!(sent["messages"][0]["text"].as_str().unwrap().contains("sala 12"));
    let nobody = stack.get(&format!("/local/accounts/{ACCOUNT}/sent?person=9")).await;
    assert_eq!(nobody["messages"].as_array().unwrap().len(), 0);

    assert_eq!(stack.post("/local/accounts/9/token/end").await.0, 404);
    let (_, ended) = stack.post(&format!("/local/accounts/{ACCOUNT}/token/end")).await;
    assert_eq!(ended["ended"], 1);
    stack.post("/local/fields/messages/sample").await;
    stack.heard("account.broken").await;
    let after = stack.get(&format!("/local/accounts/{ACCOUNT}/sent")).await;
    assert_eq!(after["messages"].as_array().unwrap().len(), 1, "Meta took nothing more");
    stack.running.interrupt();
}
