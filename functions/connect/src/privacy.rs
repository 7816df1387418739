//! The privacy text, in both languages. Its numbers are those of the code and of `template.yaml`; whoever runs a
//! deployment answers for the rest and must read it.

use crate::lang::Lang;
use crate::page::Page;

/// What is kept of whom, for how long, and how to have it erased.
pub(crate) fn page(lang: Lang, contact: Option<&str>) -> Page {
    let page = match lang {
        Lang::Pt => portuguese(),
        Lang::En => english(),
    };
    let page = match contact {
        Some(contact) => page.fact(lang.pick("Contato do Politicall", "Politicall's contact"), contact),
        None => page,
    };
    page.link(
        lang.pick("/connect/privacy?lang=en", "/connect/privacy?lang=pt"),
        lang.pick("Read in English", "Ler em português"),
    )
}

fn portuguese() -> Page {
    Page::new(Lang::Pt, "Privacidade: Instagram no Politicall")
        .say(
            "O Politicall ajuda gabinetes e campanhas a ler e responder o que as pessoas escrevem às suas contas profissionais \
             do Instagram. O gabinete dono da conta é o controlador dos dados; o Politicall os trata em nome dele, como operador \
             (Lei 13.709/2018, LGPD).",
        )
        .part("Quem escreve para um gabinete")
        .say("Quando você manda uma mensagem, comenta ou reage na conta de um gabinete, o Instagram entrega ao Politicall:")
        .list([
            "o texto, os anexos (como endereços, que expiram) e a hora do que você escreveu;",
            "o identificador que o Instagram usa para você naquela conta e, quando disponíveis, seu nome, nome de usuário e \
             se você segue a conta;",
            "edições, reações, confirmações de leitura e mensagens apagadas. O que você apaga no Instagram é apagado aqui.",
        ])
        .say(
            "Isso serve para uma única finalidade: o gabinete ler o que você escreveu e responder. Respostas automáticas dizem \
             que são automáticas. Nada é vendido nem usado em publicidade. Para parar de receber respostas automáticas, escreva \
             PARAR.",
        )
        .part("Quem conecta uma conta")
        .say(
            "De quem conecta a conta do gabinete guardamos o identificador e o nome de usuário da conta, as permissões dadas e o \
             token de acesso, sempre cifrado. Cada permissão tem um uso: instagram_business_basic mostra qual conta está \
             conectada; instagram_business_manage_comments lê e responde comentários; instagram_business_manage_messages lê e \
             responde mensagens diretas.",
        )
        .part("Por quanto tempo")
        .list([
            "Conversas, mensagens e comentários: 180 dias, salvo outro prazo escolhido pelo gabinete.",
            "Conta desconectada: 30 dias; o token é apagado na hora.",
            "O que não pôde ser lido e espera por uma pessoa: 14 dias.",
            "Cópias de segurança: 35 dias. O que foi apagado não volta delas.",
            "Registros técnicos, sem textos, nomes ou tokens: 30 dias, ou o que estiver configurado.",
        ])
        .part("Onde")
        .say(
            "Os dados ficam cifrados na Amazon Web Services e são trocados com a Meta, dona do Instagram, e com o sistema em que \
             o gabinete trabalha.",
        )
        .part("Seus direitos e como apagar seus dados")
        .say(
            "Você pode pedir acesso, correção, cópia ou eliminação dos seus dados ao gabinete para o qual escreveu, também pelo \
             próprio Instagram. O pedido de eliminação é cumprido em até 48 horas.",
        )
        .say(
            "Quem conectou uma conta pode remover o aplicativo no Instagram, em Configurações, Apps e sites: a conta é \
             desconectada e o envio para na hora. Ali também se pede a exclusão dos dados; o Instagram mostra então um código, \
             e a página indicada por ele diz em que pé está o pedido.",
        )
}

fn english() -> Page {
    Page::new(Lang::En, "Privacy: Instagram in Politicall")
        .say(
            "Politicall helps political offices and campaigns in Brazil to read and answer what people write to their Instagram \
             professional accounts. The office that owns the account is the controller of the data; Politicall processes it on \
             the office's behalf (Brazilian law 13.709/2018, LGPD).",
        )
        .part("People who write to an office")
        .say("When you send a message to an office's account, comment or react there, Instagram hands Politicall:")
        .list([
            "the text, the attachments (as addresses, which expire) and the time of what you wrote;",
            "the id that Instagram uses for you with that account and, where available, your name, your user name and whether \
             you follow the account;",
            "edits, reactions, read receipts and unsent messages. What you unsend on Instagram is erased here.",
        ])
        .say(
            "It serves one purpose: that the office reads what you wrote and answers. Automatic answers say that they are \
             automatic. Nothing is sold or used for advertising. To stop automatic answers, write PARAR.",
        )
        .part("People who connect an account")
        .say(
            "Of whoever connects the office's account we keep the account's id and user name, the permissions granted and the \
             access token, always sealed. Each permission has one use: instagram_business_basic shows which account is \
             connected; instagram_business_manage_comments reads and answers comments; instagram_business_manage_messages reads \
             and answers direct messages.",
        )
        .part("For how long")
        .list([
            "Conversations, messages and comments: 180 days, unless the office chose another time.",
            "A disconnected account: 30 days; its token is erased at once.",
            "What could not be read and waits for a person: 14 days.",
            "Backups: 35 days. What was erased does not come back from them.",
            "Technical records, without texts, names or tokens: 30 days, or as configured.",
        ])
        .part("Where")
        .say(
            "The data lies encrypted at Amazon Web Services and is exchanged with Meta, which owns Instagram, and with \
             the system that the office works in.",
        )
        .part("Your rights, and how to have your data erased")
        .say(
            "You can ask the office that you wrote to for access, correction, a copy or the erasure of your data, on Instagram \
             too. A request for erasure is fulfilled within 48 hours.",
        )
        .say(
            "Whoever connected an account can remove the app on Instagram, under Settings, Apps and websites: the account is \
             disconnected and sending stops at once. The erasure of the data can be asked for there as well; Instagram then \
             shows a code, and the page that it names says how far the request is.",
        )
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::http::StatusCode;

    use super::*;

    #[test]
    fn both_texts_say_how_long_and_how_to_leave() {
        for (lang, words) in
            [(Lang::Pt, ["180 dias", "48 horas", "PARAR"]), (Lang::En, ["180 days", "48 hours", "PARAR"])]
        {
            let response = page(lang, Some("privacidade@example.com")).answer(StatusCode::OK);
            let Body::Text(html) = response.body() else { panic!("a page is text") };
            for word in words.iter().chain(&["privacidade@example.com", "instagram_business_manage_messages"]) {
                assert!(html.contains(word), "{lang:?}: {word}");
            }
        }
    }
}
