//! What the pages say, each sentence in both languages side by side.

use lambda_http::http::StatusCode;

use crate::end::End;
use crate::lang::Lang;
use crate::page::Page;
use crate::ticket::Ticket;

/// Names the office, and what will be asked for, before anybody is sent to Meta.
pub(crate) fn start(lang: Lang, ticket: &Ticket, text: &str, dialog_origin: &str) -> Page {
    Page::new(lang, lang.pick("Conectar Instagram", "Connect Instagram"))
        .fact(lang.pick("Gabinete", "Office"), &ticket.office)
        .say(lang.pick(
            "A conta do Instagram que você escolher no próximo passo ficará conectada a este gabinete. \
             Se este não é o seu gabinete, feche esta página.",
            "The Instagram account that you choose in the next step will be connected to this office. \
             If this is not your office, close this page.",
        ))
        .part(lang.pick("O que o Instagram vai perguntar", "What Instagram will ask you"))
        .list([
            permission(lang, "instagram_business_basic"),
            permission(lang, "instagram_business_manage_comments"),
            permission(lang, "instagram_business_manage_messages"),
        ])
        .say(lang.pick(
            "Deixe as três permissões marcadas. A conta precisa ser profissional (comercial ou de criador de conteúdo).",
            "Leave all three permissions ticked. The account must be a professional one (business or creator).",
        ))
        .button(
            "/connect/go",
            &[("ticket", text), ("lang", lang.name())],
            lang.pick("Continuar no Instagram", "Continue to Instagram"),
            dialog_origin,
        )
}

/// What a permission is for, with Meta's name of it.
fn permission(lang: Lang, name: &str) -> &'static str {
    match name {
        "instagram_business_basic" => lang.pick(
            "Ver o nome e o identificador da conta (instagram_business_basic)",
            "See the account's name and id (instagram_business_basic)",
        ),
        "instagram_business_manage_comments" => lang.pick(
            "Ler e responder comentários (instagram_business_manage_comments)",
            "Read and answer comments (instagram_business_manage_comments)",
        ),
        _ => lang.pick(
            "Ler e responder mensagens diretas (instagram_business_manage_messages)",
            "Read and answer direct messages (instagram_business_manage_messages)",
        ),
    }
}

/// A ticket that is none, is over, or was used: one page for all, so that it tells nothing.
pub(crate) fn no_ticket(lang: Lang) -> Page {
    Page::new(lang, lang.pick("Este link não vale mais", "This link is no longer valid")).say(lang.pick(
        "O link para conectar o Instagram vale por poucos minutos e uma única vez. \
         Volte ao Politicall e clique de novo em Conectar Instagram.",
        "The link to connect Instagram is good for a few minutes and only once. \
         Go back to Politicall and choose Connect Instagram again.",
    ))
}

/// A browser that does not keep cookies, or never saw the page before.
pub(crate) fn no_browser(lang: Lang) -> Page {
    Page::new(lang, lang.pick("Não foi possível continuar", "It was not possible to go on")).say(lang.pick(
        "Seu navegador não guardou o cookie desta página. Permita cookies para este endereço, volte ao Politicall e clique \
         de novo em Conectar Instagram.",
        "Your browser did not keep this page's cookie. Allow cookies for this address, go back to Politicall and choose \
         Connect Instagram again.",
    ))
}

/// Something on our side does not answer.
pub(crate) fn unavailable(lang: Lang) -> Page {
    Page::new(lang, lang.pick("Tente de novo em um minuto", "Try again in a minute")).say(lang.pick(
        "O serviço não respondeu. Nada foi alterado. Espere um minuto e recarregue esta página.",
        "The service did not answer. Nothing was changed. Wait a minute and reload this page.",
    ))
}

/// Nothing is here.
pub(crate) fn not_found(lang: Lang) -> Page {
    Page::new(lang, lang.pick("Página não encontrada", "Page not found"))
        .say(lang.pick("Não há nada neste endereço.", "There is nothing at this address."))
}

/// The end of a login.
pub(crate) fn end(lang: Lang, end: &End) -> (StatusCode, Page) {
    let again = lang.pick(
        "Volte ao Politicall e clique de novo em Conectar Instagram.",
        "Go back to Politicall and choose Connect Instagram again.",
    );
    let nothing = lang.pick("Nada foi guardado.", "Nothing was stored.");
    match end {
        End::Connected { office, username, refused, is_subscribed } => {
            let page = Page::new(lang, lang.pick("Instagram conectado", "Instagram connected"))
                .fact(lang.pick("Conta", "Account"), &format!("@{username}"))
                .fact(lang.pick("Gabinete", "Office"), office)
                .say(lang.pick(
                    "Tudo pronto. Mensagens e comentários passam a chegar ao Politicall. Você pode fechar esta página.",
                    "All done. Messages and comments now arrive in Politicall. You can close this page.",
                ));
            (StatusCode::OK, warned(lang, page, refused, *is_subscribed))
        }
        End::Cancelled => {
            let page = Page::new(lang, lang.pick("Conexão cancelada", "Connection cancelled"))
                .say(lang.pick(
                    "Você cancelou no Instagram. Nenhuma conta foi conectada e nada foi guardado.",
                    "You cancelled on Instagram. No account was connected and nothing was stored.",
                ))
                .say(again);
            (StatusCode::OK, page)
        }
        End::NoSuchLogin => {
            let page = Page::new(lang, lang.pick("Este passo não vale mais", "This step is no longer valid"))
                .say(lang.pick(
                    "Esta página só funciona uma vez, logo depois do Instagram e no mesmo navegador. Se a conta já aparece \
                     como conectada no Politicall, não há nada a fazer.",
                    "This page works only once, right after Instagram and in the same browser. If the account already shows \
                     as connected in Politicall, there is nothing to do.",
                ))
                .say(again);
            (StatusCode::BAD_REQUEST, page)
        }
        End::CodeRefused => {
            let page = Page::new(lang, lang.pick("O Instagram não confirmou", "Instagram did not confirm"))
                .say(lang.pick(
                    "O Instagram não aceitou a confirmação, que só vale uma vez e por pouco tempo.",
                    "Instagram did not take the confirmation, which is good only once and for a short time.",
                ))
                .say(nothing)
                .say(again);
            (StatusCode::BAD_REQUEST, page)
        }
        End::NoAnswer => {
            let page = Page::new(lang, lang.pick("O Instagram não respondeu", "Instagram did not answer"))
                .say(lang.pick(
                    "O Instagram demorou demais ou respondeu com um erro.",
                    "Instagram took too long or answered with an error.",
                ))
                .say(again);
            (StatusCode::BAD_GATEWAY, page)
        }
        End::PermissionsMissing(missing) => {
            let page = Page::new(lang, lang.pick("Faltam permissões", "Permissions are missing"))
                .say(lang.pick(
                    "Sem estas permissões o Politicall não consegue atender a conta:",
                    "Without these permissions Politicall cannot serve the account:",
                ))
                .list(missing.iter().map(|name| permission(lang, name)))
                .say(nothing)
                .say(lang.pick(
                    "Volte ao Politicall, clique de novo em Conectar Instagram e deixe as três permissões marcadas.",
                    "Go back to Politicall, choose Connect Instagram again and leave all three permissions ticked.",
                ));
            (StatusCode::FORBIDDEN, page)
        }
        End::OtherCustomer => {
            let page = Page::new(
                lang,
                lang.pick("Esta conta não pode ser conectada", "This account cannot be connected"),
            )
            .say(lang.pick(
                "A conta que você escolheu não pode ser conectada a este gabinete. Se ela já foi usada em outro lugar, \
                     precisa ser liberada lá antes; o suporte do Politicall pode ajudar.",
                "The account that you chose cannot be connected to this office. If it was used elsewhere, it must be \
                     released there first; Politicall's support can help.",
            ))
            .say(nothing);
            (StatusCode::FORBIDDEN, page)
        }
        End::Unavailable => {
            let page = Page::new(lang, lang.pick("Não foi possível concluir", "It was not possible to finish"))
                .say(lang.pick("O serviço não respondeu a tempo.", "The service did not answer in time."))
                .say(again);
            (StatusCode::SERVICE_UNAVAILABLE, page)
        }
    }
}

/// What a connected account still lacks.
fn warned(lang: Lang, page: Page, refused: &[String], is_subscribed: bool) -> Page {
    if !is_subscribed {
        return page.say(lang.pick(
            "O Instagram ainda não confirmou o envio das mensagens; o Politicall tenta de novo sozinho nos próximos minutos.",
            "Instagram has not confirmed yet that it will deliver messages; Politicall tries again by itself in the next minutes.",
        ));
    }
    if refused.is_empty() {
        return page;
    }
    page.say(lang.pick(
        "O Instagram não oferece para esta conta os avisos abaixo; o resto funciona normalmente:",
        "Instagram does not offer the following notices for this account; everything else works as usual:",
    ))
    .list(refused)
}
