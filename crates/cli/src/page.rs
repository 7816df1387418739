//! The local stack's own page, and the small interface that stands behind it: for a person at this machine.
//!
//! What the page shows of conversations it asks the desk for, as a CRM would. Here is only what no CRM has: all customers,
//! the feed as it comes, samples by a button, what reached the sandbox's Meta, and a token that Meta takes no more.

mod answer;
mod assets;
mod at_meta;
mod customers;
mod fields;
mod guard;
mod heard;
mod request;

use std::sync::Arc;

use bytes::Bytes;
use sandbox::clock::Clock;
use sandbox::invoke::{FunctionError, Invoke};
use sandbox::meta::Meta;
use store::Store;

use answer::Answer;
use request::Request;

pub(crate) use fields::Fields;
pub(crate) use guard::at_home;
pub(crate) use heard::Heard;

/// The routes that belong to the page, as the gateway writes them.
pub(crate) const ROUTES: [&str; 5] =
    ["ANY /", "ANY /page.js", "ANY /page.css", "ANY /page/{proxy+}", "ANY /local/{proxy+}"];

/// What the page and its interface are made of.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) store: Store,
    pub(crate) meta: Arc<Meta>,
    pub(crate) clock: Clock,
    pub(crate) heard: Heard,
    pub(crate) fields: Fields,
}

impl Page {
    /// The page as the gateway calls it.
    pub(crate) fn serve(self) -> impl Invoke + Clone {
        let page = Arc::new(self);
        move |event: Bytes| {
            let page = Arc::clone(&page);
            async move { Ok::<_, FunctionError>(page.answer(&event).await.into_payload()) }
        }
    }

    async fn answer(&self, event: &[u8]) -> Answer {
        let Some(request) = Request::parse(event) else {
            return Answer::refused(400, "this is no request");
        };
        if !request.is_at_home() {
            return Answer::refused(403, guard::ONLY_HERE);
        }
        // A page of somebody else's in the same browser may post here, but cannot add a header without being asked for leave.
        if request.method == "POST" && !request.headers.contains_key("x-local") {
            return Answer::refused(403, "a POST needs the header X-Local");
        }
        let path: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), path.as_slice()) {
            ("GET", ["local", "customers"]) => customers::answer(&self.store).await,
            ("GET", ["local", "feed"]) => self.heard.answer(request.query.get("after").map(String::as_str)),
            ("GET", ["local", "fields"]) => self.fields.answer(),
            ("POST", ["local", "fields", field, "sample"]) => self.fields.post(field, &self.meta, &self.clock).await,
            ("GET", ["local", "accounts", account, "sent"]) => {
                at_meta::sent(&self.meta, account, request.query.get("person").map(String::as_str))
            }
            ("POST", ["local", "accounts", account, "token", "end"]) => at_meta::end_token(&self.meta, account),
            ("GET", ["local", ..]) => Answer::refused(404, "there is nothing here"),
            ("GET", _) => assets::answer(&request.path),
            ("POST", _) => Answer::refused(404, "nothing is done here"),
            _ => Answer::refused(405, "only GET and POST are known here"),
        }
    }
}
