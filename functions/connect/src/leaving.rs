//! What Meta passes on from owners: that they removed the app, that they want their data erased (fact sheet 7.7).

use boot::Chain;
use hmac::{Hmac, KeyInit, Mac};
use instagram::{AppId, AppSecret, SignedRequestError};
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;
use sha2::Sha256;
use store::{Account, ErasureOrder, StoreError};

use crate::page::{Page, bare, json};
use crate::route::DELETION_STATUS_PATH;
use crate::visit::Visit;
use crate::{Connect, nonce, secrets, tally, unavailable};

/// Stands before a request when its code is made, so that the code is nothing else that the secret signs.
const CODE_CONTEXT: &str = "politicall-deletion-code-v1.";

/// A request that one of our secrets signed.
struct Asked {
    app: AppId,
    user: String,
    /// When, in milliseconds since 1970.
    at: i64,
    /// 32 hexadecimal digits that nobody without the secret can foretell, and that are the same when it comes again.
    code: String,
}

/// What Meta shows to who asked.
#[derive(Serialize)]
struct Confirmation<'a> {
    url: String,
    confirmation_code: &'a str,
}

impl Connect {
    /// An owner removed the app: their accounts are disconnected. The subscription went with the app, and so did the token.
    pub(crate) async fn deauthorize(&self, visit: &mut Visit<'_>) -> Response<Body> {
        let asked = match self.asked(visit).await {
            Ok(asked) => asked,
            Err(status) => return bare(status),
        };
        match self.disconnect_all(&asked).await {
            Ok(count) => {
                visit.sheet.count(tally::DEAUTHORIZED, count);
                bare(StatusCode::OK)
            }
            Err(error) => self.not_done(visit, &error),
        }
    }

    /// An owner wants their data erased. Whether there is any, the answer does not show: known and unknown users get a code
    /// of the same make, and a request that comes again gets the same one.
    pub(crate) async fn deletion(&self, visit: &mut Visit<'_>) -> Response<Body> {
        let asked = match self.asked(visit).await {
            Ok(asked) => asked,
            Err(status) => return bare(status),
        };
        match self.erase_all(&asked).await {
            Ok(count) => {
                visit.sheet.count(tally::ERASURES_ORDERED, count);
                let url = format!("{}{DELETION_STATUS_PATH}?code={}", visit.base, asked.code);
                json(&Confirmation { url, confirmation_code: &asked.code })
            }
            Err(error) => self.not_done(visit, &error),
        }
    }

    /// How far an erasure is. A code that nobody gave out looks like one whose erasure is done: nothing is kept under it.
    pub(crate) async fn deletion_status(&self, visit: &mut Visit<'_>) -> Response<Body> {
        let query = visit.query();
        let code = query.only("code").filter(|code| nonce::is_short_digest(code));
        let receipt = match code {
            Some(code) => self.store.receipt(code).await,
            None => Ok(None),
        };
        let is_open = match receipt {
            Ok(receipt) => receipt.is_some_and(|receipt| receipt.done_at.is_none()),
            Err(error) => {
                tracing::error!(error = %Chain(&error), "how far an erasure is cannot be read");
                return unavailable(visit, "table");
            }
        };
        status_page(visit, is_open).answer(StatusCode::OK)
    }

    /// The verified request in the form, or the status that refuses it.
    async fn asked(&self, visit: &mut Visit<'_>) -> Result<Asked, StatusCode> {
        let form = visit.form();
        let text = form.only("signed_request").unwrap_or_default();
        let now_ms = self.clock.now_ms();
        let checked = secrets::check(
            &self.apps,
            visit.deadline,
            visit.sheet,
            |error| error == SignedRequestError::Mismatch,
            |apps| {
                let (request, signer) = apps.parse_signed_request(text)?;
                // `expires` is not looked at: a request that is late is a wish all the same, and one that was overheard
                // and comes again is older than the next connection.
                let at = request.issued_at.map_or(now_ms, |at| at.0.min(now_ms));
                let code = code(signer.secret(), text);
                Ok(Asked { app: signer.app.app_id.clone(), user: request.user.as_str().to_owned(), at, code })
            },
        );
        match checked.await {
            Some(Ok(asked)) => Ok(asked),
            Some(Err(error)) => {
                visit.sheet.count(tally::SIGNED_REQUESTS_REFUSED, 1);
                visit.sheet.word(tally::REASON, reason(error));
                Err(StatusCode::BAD_REQUEST)
            }
            None => Err(StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    async fn disconnect_all(&self, asked: &Asked) -> Result<u64, StoreError> {
        let mut count = 0;
        for account in self.accounts(asked).await? {
            if self.store.disconnect(&account.id, asked.at, self.clock.now_ms()).await? {
                tracing::info!(account.id = %account.id, "disconnected: its owner removed the app");
                count += 1;
            }
        }
        Ok(count)
    }

    async fn erase_all(&self, asked: &Asked) -> Result<u64, StoreError> {
        let mut count = 0;
        for (place, account) in self.accounts(asked).await?.into_iter().enumerate() {
            // An id names one account. Should both kinds of id ever name two, each erasure has a receipt of its own.
            let code = if place == 0 {
                asked.code.clone()
            } else {
                nonce::short_digest(&format!("{}#{}", asked.code, account.id))
            };
            let order = ErasureOrder {
                code,
                account: account.id.clone(),
                peer: None,
                asked_at: asked.at,
                by: "meta".to_owned(),
            };
            if self.store.open_erasure(&order).await? {
                tracing::info!(account.id = %account.id, "to be erased: its owner asked Meta for it");
                count += 1;
            }
        }
        Ok(count)
    }

    /// The accounts meant, of the app whose secret matched and of no other.
    async fn accounts(&self, asked: &Asked) -> Result<Vec<Account>, StoreError> {
        self.store.accounts_named(&asked.app, &asked.user).await
    }

    /// Meta asks again after a 503.
    fn not_done(&self, visit: &mut Visit<'_>, error: &StoreError) -> Response<Body> {
        tracing::error!(error = %Chain(error), "a signed request is not done: answered 503");
        visit.sheet.count(tally::UNAVAILABLE, 1);
        visit.sheet.word(tally::REASON, "table");
        bare(StatusCode::SERVICE_UNAVAILABLE)
    }
}

fn status_page(visit: &Visit<'_>, is_open: bool) -> Page {
    let lang = visit.lang;
    let page = Page::new(lang, lang.pick("Exclusão de dados", "Data deletion"));
    if is_open {
        return page.fact(lang.pick("Situação", "Status"), lang.pick("Em andamento", "Under way")).say(lang.pick(
            "O envio de mensagens já parou. Os dados são apagados em até 48 horas.",
            "Sending has stopped already. The data is erased within 48 hours.",
        ));
    }
    page.fact(lang.pick("Situação", "Status"), lang.pick("Nada guardado", "Nothing stored")).say(lang.pick(
        "Não há dados guardados sob este código. O que havia foi apagado; cópias de segurança deixam de existir em até 35 dias.",
        "No data is stored under this code. What there was has been erased; backups cease to exist within 35 days.",
    ))
}

/// The code of a request: see [`Asked::code`].
fn code(secret: &AppSecret, request: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
    let mac = mac.expect("HMAC takes a key of any length").chain_update(CODE_CONTEXT).chain_update(request);
    hex::encode(&mac.finalize().into_bytes()[..16])
}

fn reason(error: SignedRequestError) -> &'static str {
    match error {
        SignedRequestError::Malformed => "malformed",
        SignedRequestError::Mismatch => "mismatch",
        SignedRequestError::Payload => "payload",
    }
}
