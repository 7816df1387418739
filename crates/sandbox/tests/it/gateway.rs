//! The HTTP API in front of closures.

use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sandbox::clock::Clock;
use sandbox::gateway::{Gateway, GatewayError};
use sandbox::invoke::FunctionError;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Answers with the event it got.
async fn mirror(event: Bytes) -> Result<Bytes, FunctionError> {
    let event = String::from_utf8(event.to_vec()).unwrap();
    Ok(json!({"statusCode": 200, "body": event, "headers": {"content-type": "application/json"}}).to_string().into())
}

async fn send(request: http::Request<Bytes>) -> (u16, Value) {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request.map(Full::new)).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn post(gateway: &Gateway, path: &str, body: impl Into<Bytes>) -> http::Request<Bytes> {
    let request = http::Request::post(format!("{}{path}", gateway.endpoint()));
    request.header("content-type", "application/json").body(body.into()).unwrap()
}

#[tokio::test]
async fn a_request_reaches_the_function_of_its_route() {
    let certificate = json!({
        "clientCertPem": "-----BEGIN CERTIFICATE-----",
        "subjectDN": "CN=client.webhooks.fbclientcerts.com",
        "issuerDN": "CN=issuer",
        "serialNumber": "1",
        "validity": {"notBefore": "May 28 12:30:02 2026 GMT", "notAfter": "Aug  5 09:36:04 2027 GMT"},
    });
    let clock = Clock::default();
    let gateway = Gateway::builder()
        .route("POST /api/webhook/{app}", mirror)
        .clock(clock.clone())
        .client_certificate(certificate.clone())
        .start()
        .await
        .unwrap();
    let (status, event) = send(post(&gateway, "/api/webhook/app%201?a=1&a=2", "{}")).await;
    assert_eq!(status, 200);
    assert_eq!(event["routeKey"], "POST /api/webhook/{app}");
    assert_eq!(event["pathParameters"], json!({"app": "app%201"}));
    assert_eq!(event["queryStringParameters"], json!({"a": "1,2"}));
    assert_eq!(event["body"], "{}");
    assert_eq!(event["requestContext"]["authentication"]["clientCert"], certificate);
    assert!(event["requestContext"]["timeEpoch"].as_i64().unwrap() <= clock.now_ms());
    let understood: ApiGatewayV2httpRequest = serde_json::from_value(event).unwrap();
    assert_eq!(understood.body.as_deref(), Some("{}"));
    assert!(understood.request_context.authentication.is_some());
}

#[tokio::test]
async fn what_the_gateway_answers_itself() {
    let broken = |_: Bytes| async { Err::<Bytes, _>(FunctionError::Crashed { status: "signal: 9".to_owned() }) };
    let panics = |_: Bytes| async { panic!("as asked") as Result<Bytes, FunctionError> };
    let mute = |_: Bytes| async { Ok::<_, FunctionError>("{") };
    let gateway = Gateway::builder()
        .route("POST /mirror", mirror)
        .route("POST /broken", broken)
        .route("POST /panics", panics)
        .route("POST /mute", mute)
        .start()
        .await
        .unwrap();
    let cases = [
        ("/nowhere", 2, 404, "Not Found", "no route"),
        ("/mirror/", 2, 404, "Not Found", "a slash makes another path"),
        ("/broken", 2, 500, "Internal Server Error", "the function failed"),
        ("/panics", 2, 500, "Internal Server Error", "the handler panicked"),
        ("/mute", 2, 500, "Internal Server Error", "the answer is not JSON"),
        ("/mirror", 10 * 1024 * 1024 + 1, 413, "Request Entity Too Large", "case 24: over 10 MB"),
        ("/mirror", 7 * 1024 * 1024, 413, "Request Entity Too Large", "over what a function takes"),
    ];
    for (path, bytes, status, message, reason) in cases {
        let answer = send(post(&gateway, path, vec![b' '; bytes])).await;
        assert_eq!(answer, (status, json!({ "message": message })), "{reason}");
    }
}

#[tokio::test]
async fn an_invocation_goes_on_when_its_caller_has_gone() {
    let (began, finish, finished) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
    let signals = (Arc::clone(&began), Arc::clone(&finish), Arc::clone(&finished));
    let slow = move |_: Bytes| {
        let (began, finish, finished) = signals.clone();
        async move {
            began.notify_one();
            finish.notified().await;
            finished.notify_one();
            Ok::<_, FunctionError>("{}")
        }
    };
    let gateway = Gateway::builder().route("$default", slow).start().await.unwrap();
    let caller = tokio::spawn(send(post(&gateway, "/", "{}")));
    began.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    finish.notify_one();
    finished.notified().await;
}

#[tokio::test]
async fn a_stopping_gateway_answers_what_it_has_begun() {
    let (began, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let signals = (Arc::clone(&began), Arc::clone(&finish));
    let slow = move |_: Bytes| {
        let (began, finish) = signals.clone();
        async move {
            began.notify_one();
            finish.notified().await;
            Ok::<_, FunctionError>(r#"{"done": true}"#)
        }
    };
    let gateway = Gateway::builder().route("$default", slow).start().await.unwrap();
    let caller = tokio::spawn(send(post(&gateway, "/", "{}")));
    began.notified().await;
    let stopping = tokio::spawn(gateway.stop());
    finish.notify_one();
    assert_eq!(caller.await.unwrap(), (200, json!({"done": true})));
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_route_key_that_is_none_is_refused() {
    let error = Gateway::builder().route("/path", mirror).start().await.unwrap_err();
    assert!(matches!(error, GatewayError::RouteKey(key) if key == "/path"));
}
