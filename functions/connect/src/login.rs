//! From the ticket to Meta's dialog.

use std::time::Duration;

use boot::Chain;
use instagram::NEEDED_PERMISSIONS;
use lambda_http::http::header::SET_COOKIE;
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use store::PendingLogin;

use crate::page::{Page, see_other};
use crate::state::State;
use crate::ticket::{Ticket, TicketError};
use crate::visit::Visit;
use crate::{CALLBACK_PATH, Connect, cookie, nonce, pages, secrets, tally, unavailable};

/// How long Meta's dialog may take a person.
pub(crate) const STATE_LIFE: Duration = Duration::from_mins(10);

impl Connect {
    /// Shows the page that names the office. The ticket stays unused: reloading the page, or a machine that looks ahead,
    /// must not use it up.
    pub(crate) async fn start(&self, visit: &mut Visit<'_>) -> Response<Body> {
        let query = visit.query();
        let text = query.only("ticket").unwrap_or_default();
        let ticket = match self.ticket(text, visit).await {
            Ok(ticket) => ticket,
            Err(refusal) => return refusal,
        };
        // A browser that is known keeps its name: a second tab must not end what the first began.
        let known = cookie::read(visit.request.headers(), visit.is_secure());
        let Some(browser) = known.or_else(|| nonce::random().ok()) else {
            return unavailable(visit, "randomness");
        };
        let mut response = pages::start(visit.lang, &ticket, text, &self.dialog_origin).answer(StatusCode::OK);
        if let Ok(value) = HeaderValue::from_str(&cookie::write(&browser, visit.is_secure())) {
            response.headers_mut().insert(SET_COOKIE, value);
        }
        response
    }

    /// Uses the ticket up and sends the browser to Meta with a new `state`.
    pub(crate) async fn go(&self, visit: &mut Visit<'_>) -> Response<Body> {
        let form = visit.form();
        visit.speak(form.only("lang"));
        let ticket = match self.ticket(form.only("ticket").unwrap_or_default(), visit).await {
            Ok(ticket) => ticket,
            Err(refusal) => return refusal,
        };
        // Without it, another site could send a browser that never saw the office's name.
        let Some(browser) = cookie::read(visit.request.headers(), visit.is_secure()) else {
            return refuse(visit, "no_browser", &pages::no_browser(visit.lang));
        };
        let Some(apps) = secrets::current(&self.apps, visit.deadline, visit.sheet).await else {
            return pages::unavailable(visit.lang).answer(StatusCode::SERVICE_UNAVAILABLE);
        };
        let app = match &ticket.app {
            Some(name) => apps.by_name(name),
            None => apps.iter().next(),
        };
        let Some(app) = app else {
            return refuse(visit, "no_app", &pages::no_ticket(visit.lang));
        };
        let Ok(state) = State::new(ticket.digest()) else {
            return unavailable(visit, "randomness");
        };
        let login = PendingLogin {
            customer: ticket.customer,
            office: ticket.office,
            user: ticket.user,
            app: app.app_id.clone(),
            return_to: ticket.return_to,
            lang: Some(visit.lang.name().to_owned()),
        };
        let ends_at = self.clock.now_ms() + i64::try_from(STATE_LIFE.as_millis()).unwrap_or(i64::MAX);
        match self.store.begin_login(&state.ticket, &login, &state.proof(&browser), ends_at).await {
            Ok(true) => {
                let redirect_uri = format!("{}{CALLBACK_PATH}", visit.base);
                see_other(&self.login.dialog(&app.app_id, &redirect_uri, &NEEDED_PERMISSIONS, &state.text()))
            }
            Ok(false) => refuse(visit, "ticket_used", &pages::no_ticket(visit.lang)),
            Err(error) => {
                tracing::error!(error = %Chain(&error), "a login could not be begun");
                unavailable(visit, "table")
            }
        }
    }

    /// The ticket, or the answer that refuses it.
    async fn ticket(&self, text: &str, visit: &mut Visit<'_>) -> Result<Ticket, Response<Body>> {
        let now_ms = self.clock.now_ms();
        let checked = secrets::check(
            &self.crm,
            visit.deadline,
            visit.sheet,
            |error| error == TicketError::Mismatch,
            |secrets| Ticket::check(text, secrets, now_ms),
        );
        match checked.await {
            Some(Ok(ticket)) => Ok(ticket),
            Some(Err(error)) => Err(refuse(visit, error.name(), &pages::no_ticket(visit.lang))),
            None => Err(pages::unavailable(visit.lang).answer(StatusCode::SERVICE_UNAVAILABLE)),
        }
    }
}

fn refuse(visit: &mut Visit<'_>, reason: &'static str, page: &Page) -> Response<Body> {
    visit.sheet.count(tally::STARTS_REFUSED, 1);
    visit.sheet.word(tally::REASON, reason);
    page.answer(StatusCode::BAD_REQUEST)
}
