//! A browser: keeps a cookie, follows where it is sent, presses buttons of Meta's dialog.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lambda_http::http::header::{CONTENT_TYPE, LOCATION};
use lambda_http::http::{Request, Uri};
use serde_json::json;

use crate::stage::{Answer, CALLBACK, PERMISSIONS, Stage, form, request};

pub(crate) struct Browser<'a> {
    stage: &'a Stage,
    pub(crate) cookie: Option<String>,
    pub(crate) language: &'static str,
}

/// Who logs in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum As<'a> {
    /// An account that Meta knows.
    Account(&'a str),
    /// One that it has to invent.
    Newcomer(&'a str),
}

impl<'a> Browser<'a> {
    pub(crate) fn new(stage: &'a Stage) -> Self {
        Self { stage, cookie: None, language: "pt-BR" }
    }

    pub(crate) async fn get(&mut self, path: &str, query: &str) -> Answer {
        self.send(request("GET", path, query)).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form("POST", path, fields)).await
    }

    async fn send(&mut self, mut event: serde_json::Value) -> Answer {
        event["headers"]["accept-language"] = json!(self.language);
        if let Some(cookie) = &self.cookie {
            event["cookies"] = json!([cookie]);
        }
        let answer = self.stage.send(&event).await;
        if let Some(cookie) = answer.cookies.first() {
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        answer
    }

    /// Opens the page that a ticket leads to.
    pub(crate) async fn start(&mut self, ticket: &str) -> Answer {
        self.get("/connect/start", &format!("ticket={ticket}")).await
    }

    /// Presses its button.
    pub(crate) async fn go(&mut self, ticket: &str) -> Answer {
        self.post("/connect/go", &[("ticket", ticket), ("lang", "pt")]).await
    }

    /// Both: where Meta's dialog is.
    pub(crate) async fn reach_dialog(&mut self, ticket: &str) -> String {
        assert_eq!(self.start(ticket).await.status, 200);
        let answer = self.go(ticket).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.header("location").to_owned()
    }

    /// Grants in the dialog: the query with which the browser comes back.
    pub(crate) async fn grant(&self, dialog: &str, who: As<'_>, permissions: &[&str]) -> String {
        let who = match who {
            As::Account(id) => ("account", id),
            As::Newcomer(username) => ("username", username),
        };
        let ticks = permissions.iter().map(|permission| ("permission", *permission));
        let fields: Vec<_> = [("answer", "grant"), who].into_iter().chain(ticks).collect();
        press(dialog, &fields).await
    }

    /// Cancels in the dialog.
    pub(crate) async fn cancel(&self, dialog: &str) -> String {
        press(dialog, &[("answer", "cancel")]).await
    }

    /// Comes back from Meta.
    pub(crate) async fn come_back(&mut self, query: &str) -> Answer {
        self.get("/connect/callback", query).await
    }

    /// From the ticket to the end, everything granted.
    pub(crate) async fn log_in(&mut self, ticket: &str, who: As<'_>) -> Answer {
        let dialog = self.reach_dialog(ticket).await;
        let query = self.grant(&dialog, who, &PERMISSIONS).await;
        self.come_back(&query).await
    }
}

/// Presses a button of Meta's dialog and gives the query of the address that it leads back to.
async fn press(dialog: &str, fields: &[(&str, &str)]) -> String {
    let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let page = client.get(dialog.parse::<Uri>().unwrap()).await.unwrap();
    assert_eq!(page.status(), 200, "{:?}", page.into_body().collect().await.map(http_body_util::Collected::to_bytes));
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(dialog).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = client.request(request.body(Full::from(body)).unwrap()).await.unwrap();
    let address = answer.headers()[LOCATION].to_str().unwrap();
    // A server never sees the fragment.
    let address = address.split('#').next().unwrap();
    address.strip_prefix(&format!("{CALLBACK}?")).unwrap().to_owned()
}
