#![doc = include_str!("../README.md")]

/// Codes with their words in English and in Portuguese.
pub type Table = &'static [(&'static str, &'static str, &'static str)];

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// In Portuguese.
    pub pt: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Why a reply waits, failed, is in doubt or is parked, and how it is known to be sent.
///
/// A code may end in Meta's numbers: `window/10/2534022` is the error code and its subcode.
pub const REPLY: Table = &[
    // How a reply is known to be out.
    ("sent", "Meta took it and named the message", "a Meta aceitou e deu nome à mensagem"),
    (
        "found",
        "Meta's answer was lost; the message was found in the conversation, or below the comment",
        "a resposta da Meta se perdeu; a mensagem foi encontrada na conversa, ou abaixo do comentário",
    ),
    (
        "echo",
        "Meta's answer was lost; the message came back with this reply's name",
        "a resposta da Meta se perdeu; a mensagem voltou com o nome desta resposta",
    ),
    (
        "echo_text",
        "Meta's answer was lost; a message with the same words came back after the attempt",
        "a resposta da Meta se perdeu; depois da tentativa veio de volta uma mensagem com as mesmas palavras",
    ),
    (
        "inferred",
        "Meta refuses a second private reply: the first one, whose answer was lost, is there",
        "a Meta recusa uma segunda resposta privada: a primeira, cuja resposta se perdeu, está lá",
    ),
    ("resolved_sent", "a person said that it is out", "uma pessoa disse que ela saiu"),
    // Why it waits.
    ("waits", "its time has not come", "ainda não chegou a hora"),
    ("waits_turn", "another reply goes first in this conversation", "outra resposta vai antes nesta conversa"),
    (
        "waits_people",
        "somebody outside is asked for its words, or has to release them",
        "alguém de fora foi perguntado pelas suas palavras, ou precisa liberá-las",
    ),
    (
        "waits_pace",
        "Meta allows so many an hour or second; it has its moment",
        "a Meta permite tantas por hora ou segundo; ela tem a sua vez",
    ),
    (
        "waits_throttled",
        "Meta asked the account or the app to slow down",
        "a Meta pediu que a conta ou o aplicativo fosse mais devagar",
    ),
    (
        "waits_token",
        "the account's token is dead or missing: the account must be connected again",
        "a autorização da conta não vale mais ou falta: a conta precisa ser conectada de novo",
    ),
    (
        "waits_restricted",
        "Meta does not let the account send for a while",
        "a Meta não deixa a conta enviar por um tempo",
    ),
    ("under_way", "an attempt is under way", "uma tentativa está em andamento"),
    ("throttled", "Meta refused: too many calls", "a Meta recusou: chamadas demais"),
    ("unreachable", "the request did not reach Meta", "o pedido não chegou à Meta"),
    ("attachment", "Meta could not fetch the picture or file", "a Meta não conseguiu buscar a imagem ou o arquivo"),
    ("token", "Meta does not take the account's token any more", "a Meta não aceita mais a autorização da conta"),
    ("feature_missing", "the app lacks a capability", "falta um recurso ao aplicativo"),
    ("permission_missing", "a permission is missing or was withdrawn", "uma permissão falta ou foi retirada"),
    (
        "message_access_off",
        "the account's owner switched off access to messages",
        "quem é dono da conta desligou o acesso às mensagens",
    ),
    ("testers_only", "the app may write to its testers only", "o aplicativo só pode escrever aos seus testadores"),
    (
        "sending_blocked",
        "sending through the API is blocked for the account",
        "o envio pela API está bloqueado para esta conta",
    ),
    ("restricted", "Meta restricted the account for a while", "a Meta restringiu a conta por um tempo"),
    (
        "login_needed",
        "Meta restricted the account until its owner logs in",
        "a Meta restringiu a conta até que quem é dono dela entre de novo",
    ),
    ("policy_block", "Meta blocked the account by policy", "a Meta bloqueou a conta por suas políticas"),
    ("resolved_resend", "a person wants it sent (again)", "uma pessoa quer que seja enviada (de novo)"),
    // Why nobody knows whether it is out.
    ("no_answer", "the request left and no answer came", "o pedido saiu e nenhuma resposta veio"),
    ("server_error", "Meta's server failed on the request", "o servidor da Meta falhou com o pedido"),
    ("not_sure", "Meta says that it may or may not have been done", "a Meta diz que pode ter sido feito ou não"),
    ("created_unnamed", "Meta made it and did not name it", "a Meta fez e não deu nome"),
    ("unreadable", "Meta's answer cannot be read", "a resposta da Meta não pode ser lida"),
    ("unlisted", "Meta's answer is in no list of errors", "a resposta da Meta não está em nenhuma lista de erros"),
    (
        "lease_over",
        "whoever tried stopped before recording how it ended",
        "quem tentou parou antes de anotar como terminou",
    ),
    (
        "settling",
        "Meta is given time to show it before anybody looks",
        "espera-se que a Meta mostre, antes que alguém olhe",
    ),
    ("no_evidence", "Meta does not answer the question whether it is there", "a Meta não responde se ela está lá"),
    ("not_found", "it is not there", "ela não está lá"),
    // Why only a person can tell.
    ("several_candidates", "several messages could be it", "várias mensagens podem ser ela"),
    (
        "other_messages",
        "it shows no words, and a message that shows some might be it",
        "ela não mostra palavras, e uma mensagem que mostra pode ser ela",
    ),
    (
        "clocks_differ",
        "a message that could be it seems older than the attempt",
        "uma mensagem que pode ser ela parece mais antiga que a tentativa",
    ),
    (
        "history_too_long",
        "Meta no longer shows everything since the attempt",
        "a Meta já não mostra tudo desde a tentativa",
    ),
    (
        "words_gone",
        "its words were erased with those it answers: there is nothing to look for",
        "suas palavras foram apagadas com as que ela responde: não há o que procurar",
    ),
    (
        "comment_gone",
        "the comment it belongs to is not there any more",
        "o comentário a que ela pertence não está mais lá",
    ),
    // Why it will not be sent.
    (
        "cancelled",
        "sending was stopped, the person wants no automatic answers, or the message was unsent",
        "o envio foi parado, a pessoa não quer respostas automáticas, ou a mensagem foi cancelada",
    ),
    (
        "paused",
        "somebody of the office is talking in this conversation",
        "alguém do gabinete está falando nesta conversa",
    ),
    ("expired", "it would have come too late", "ela chegaria tarde demais"),
    ("window", "Meta's window for answers was closed", "o prazo da Meta para responder já tinha acabado"),
    ("not_owner", "another app holds the conversation", "outro aplicativo está com a conversa"),
    ("already_replied", "the comment has its one private reply", "o comentário já tem a sua única resposta privada"),
    (
        "comment_unusable",
        "Meta takes no private reply to this comment",
        "a Meta não aceita resposta privada a este comentário",
    ),
    ("person_unavailable", "the person takes no messages now", "a pessoa não recebe mensagens agora"),
    ("no_such_person", "this account knows no such person", "esta conta não conhece tal pessoa"),
    ("no_consent", "the person has not consented to messages", "a pessoa não consentiu em receber mensagens"),
    ("thread_gone", "the conversation was archived or deleted", "a conversa foi arquivada ou apagada"),
    (
        "object_missing",
        "what it answers is gone or cannot be seen",
        "o que ela responde não existe mais ou não pode ser visto",
    ),
    ("message_deleted", "the message it answers was deleted", "a mensagem que ela responde foi apagada"),
    ("activity_unanswerable", "this cannot be answered", "isto não pode ser respondido"),
    ("messages_disabled", "messages are disabled there", "as mensagens estão desativadas ali"),
    (
        "invalid_parameter",
        "Meta calls the request malformed: ours to mend",
        "a Meta diz que o pedido está malfeito: cabe a nós consertar",
    ),
    (
        "several_images",
        "several images at once are not enabled for this account",
        "várias imagens de uma vez não estão liberadas para esta conta",
    ),
    ("thread_owner_related", "something about who holds the conversation", "algo sobre quem está com a conversa"),
    ("unexplained", "Meta refused and did not say why", "a Meta recusou e não disse por quê"),
    ("too_long", "its text does not fit Meta's limits", "o texto passa dos limites da Meta"),
    ("no_address", "it is addressed to nobody that it can reach", "ela não é dirigida a ninguém que possa alcançar"),
    ("no_token", "the account has no token", "a conta não tem autorização"),
    (
        "earlier_step",
        "a reply before it, of the same event, did not go out",
        "uma resposta antes dela, ao mesmo evento, não saiu",
    ),
    ("resolved_drop", "a person decided that it is not sent", "uma pessoa decidiu que não será enviada"),
    (
        "no_answer_given",
        "nobody gave it words in time, and it has none of its own",
        "ninguém lhe deu palavras a tempo, e ela não tem as suas",
    ),
    ("dropped", "it was a draft, and a person dropped it", "era um rascunho, e uma pessoa o descartou"),
];

/// Why an event was answered, or not: codes of `automation`, and the worker's own.
pub const DECISION: Table = &[
    ("answered", "a reply was planned", "uma resposta foi planejada"),
    ("by_hand", "somebody of the office wrote it", "alguém do gabinete escreveu"),
    ("asked", "the office's system was asked for an answer", "o sistema do gabinete foi perguntado por uma resposta"),
    ("handled", "handled without a reply", "tratado sem resposta"),
    (
        "observed",
        "would be answered, but the account only observes, or its sending was stopped",
        "seria respondido, mas a conta só observa, ou o envio estava parado",
    ),
    ("silenced", "the person wants no more automatic answers", "a pessoa não quer mais respostas automáticas"),
    ("returned", "the person wants automatic answers again", "a pessoa quer respostas automáticas de novo"),
    ("handed_over", "the person wants to talk to a person", "a pessoa quer falar com uma pessoa"),
    ("erasure_requested", "the person wants their data erased", "a pessoa quer que os seus dados sejam apagados"),
    (
        "opted_out",
        "the person had asked for no automatic answers",
        "a pessoa tinha pedido para não receber respostas automáticas",
    ),
    (
        "paused",
        "somebody of the office was talking in this conversation",
        "alguém do gabinete estava falando nesta conversa",
    ),
    ("not_our_thread", "another app holds the conversation", "outro aplicativo está com a conversa"),
    ("window_closed", "Meta's window for an answer was closed", "o prazo da Meta para uma resposta tinha acabado"),
    ("too_old", "it was too late for an answer to make sense", "era tarde demais para uma resposta fazer sentido"),
    (
        "private_reply_taken",
        "the comment already had its one private reply",
        "o comentário já tinha a sua única resposta privada",
    ),
    ("plan_full", "one event has no more replies than it got", "um evento não tem mais respostas do que teve"),
    ("quiet", "the office kept silent at this time", "o gabinete guardava silêncio nesta hora"),
    (
        "loop",
        "too many automatic replies in ten minutes, as between two machines",
        "respostas automáticas demais em dez minutos, como entre duas máquinas",
    ),
    (
        "text_too_long",
        "with its blanks filled the text had more than 1000 bytes",
        "com os espaços preenchidos o texto tinha mais de 1000 bytes",
    ),
    ("no_match", "no rule matched", "nenhuma regra serviu"),
    ("no_rules", "the account had no rules", "a conta não tinha regras"),
    ("off", "the account is switched off", "a conta está desligada"),
    ("not_a_trigger", "no rule answers events of this kind", "nenhuma regra responde a eventos deste tipo"),
    ("own_message", "the account itself wrote it", "a própria conta escreveu"),
    (
        "author_unknown",
        "the comment names no author, it might be the account's own",
        "o comentário não diz quem escreveu, pode ser da própria conta",
    ),
    ("standby", "another app was in control of the conversation", "outro aplicativo estava com a conversa"),
    ("test", "a sample from the app's dashboard", "uma amostra do painel do aplicativo"),
    ("unsent", "unsent or erased before it could be answered", "cancelada ou apagada antes que pudesse ser respondida"),
];

/// What became of the search for a message that Meta only hinted at: codes of `caretaker`.
pub const SEARCH: Table = &[
    (
        "enqueued",
        "found, and handed to the worker like any other",
        "encontrada, e entregue para ser tratada como as outras",
    ),
    ("already_here", "the message itself had come", "a própria mensagem tinha chegado"),
    ("own", "the account itself wrote it", "a própria conta escreveu"),
    ("missing", "Meta does not show it", "a Meta não mostra"),
    ("given_up", "Meta did not answer for a day", "a Meta não respondeu por um dia"),
    ("former_account", "the account is not connected any more", "a conta não está mais conectada"),
    ("off", "the account is switched off", "a conta está desligada"),
];

/// What a code means; `None` for one of another version. Meta's numbers behind it do not matter.
pub fn words(table: Table, code: &str) -> Option<Words> {
    let name = code.split('/').next().unwrap_or_default();
    let (_, en, pt) = table.iter().find(|(known, ..)| *known == name)?;
    Some(Words { pt, en })
}

/// The code and what it means, in English, as an operator reads it.
pub fn told(table: Table, code: &str) -> String {
    let Some(Words { en: words, .. }) = words(table, code) else {
        return format!("{code} (a code of another version)");
    };
    let mut parts = code.split('/');
    let name = parts.next().unwrap_or_default();
    let numbers: Vec<&str> = parts.collect();
    match numbers.as_slice() {
        [] => format!("{name}: {words}"),
        [error] => format!("{name}: {words} (Meta's code {error})"),
        [error, subcode, ..] => format!("{name}: {words} (Meta's code {error}, subcode {subcode})"),
    }
}

#[cfg(test)]
mod tests;
