// The desk tells the reason trail in English alone: its few sentences, in Portuguese.

const WHOLE = [
  [/^no rule was asked$/, "nenhuma regra foi consultada"],
  [/^decided with another version of the rules$/, "decidido com outra versão das regras"],
  [/^told by another version of this system$/, "contado por outra versão deste sistema"],
  [/^version (\d+) of the rules is not there any more$/, "a versão $1 das regras não existe mais"],
  [/^not tried, an earlier rule had matched$/, "não foi tentada: uma regra anterior já tinha servido"],
  [/^the disclosure line was due$/, "era hora de dizer que a mensagem é automática"],
  [/^a quiet period of the scope (\w+) holds$/, "vale um período de silêncio ($1)"],
];

// From the start of a sentence to its end: each piece at most once.
const PIECES = [
  [/^matched, /, "serviu: "],
  [/^no rule matched; fallback: /, "nenhuma regra serviu; resposta padrão: "],
  [
    /^the person wants no more automatic answers; no rule was asked, /,
    "a pessoa não quer mais respostas automáticas; nenhuma regra foi consultada, ",
  ],
  [
    /^the person wants automatic answers again; no rule was asked, /,
    "a pessoa quer respostas automáticas de novo; nenhuma regra foi consultada, ",
  ],
  [/^the person wants to talk to a person; no rule was asked, /, "a pessoa quer falar com uma pessoa; nenhuma regra foi consultada, "],
  [
    /^the person wants their data erased; no rule was asked, /,
    "a pessoa quer que os seus dados sejam apagados; nenhuma regra foi consultada, ",
  ],
  [/given a short while ago$/, "dada há pouco tempo"],
  [/\b1 reply planned/, "1 resposta planejada"],
  [/\b(\d+) replies planned/, "$1 respostas planejadas"],
  [
    /; the next was refused: the person asked for no automatic answers$/,
    "; a seguinte foi recusada: a pessoa pediu para não receber respostas automáticas",
  ],
  [
    /; the next was refused: a person of the office is talking here$/,
    "; a seguinte foi recusada: uma pessoa do gabinete está falando aqui",
  ],
  [
    /; the next was refused: another app may write in this thread, ours may not$/,
    "; a seguinte foi recusada: outro aplicativo está com a conversa",
  ],
  [
    /; the next was refused: Meta's window for this reply is closed$/,
    "; a seguinte foi recusada: o prazo da Meta para esta resposta acabou",
  ],
  [
    /; the next was refused: it is too late for an answer to make sense$/,
    "; a seguinte foi recusada: é tarde demais para uma resposta fazer sentido",
  ],
  [
    /; the next was refused: the comment already has its one private reply$/,
    "; a seguinte foi recusada: o comentário já tem a sua única resposta privada",
  ],
  [
    /; the next was refused: one event has no more replies than this$/,
    "; a seguinte foi recusada: um evento não tem mais respostas do que isto",
  ],
  [/; the next was refused: the office keeps silent at this time$/, "; a seguinte foi recusada: o gabinete guarda silêncio nesta hora"],
  [
    /; the next was refused: too many automatic replies in ten minutes.*$/,
    "; a seguinte foi recusada: respostas automáticas demais em dez minutos",
  ],
  [/; the next was refused: with its blanks filled .*$/, "; a seguinte foi recusada: o texto preenchido tem mais de 1000 bytes"],
  [/^no, it is for other posts, payloads, links or reactions$/, "não: é para outras publicações, botões, links ou reações"],
  [/^no, it is for /, "não: é para "],
  [/^no, it leaves replies inside a thread alone$/, "não: não responde dentro de um fio de comentários"],
  [/^no, the post is not known to be the account's own$/, "não: não se sabe se a publicação é da conta"],
  [/^no, it matched for the same person a short while ago$/, "não: serviu há pouco para a mesma pessoa"],
  [/^no, it wants that the text holds one of /, "não: o texto teria de conter um destes: "],
  [/^no, it wants that the text holds all of /, "não: o texto teria de conter todos estes: "],
  [/^no, it wants that the text matches the expression /, "não: o texto teria de combinar com a expressão "],
  [/^no, it wants that it is the person's first contact$/, "não: teria de ser o primeiro contato da pessoa"],
  [/^no, it wants that it is not the person's first contact$/, "não: não poderia ser o primeiro contato da pessoa"],
  [/^no, it wants that people of the office are there$/, "não: teria de ser em horário de atendimento"],
  [/^no, it wants that nobody of the office is there$/, "não: teria de ser fora do horário de atendimento"],
  [/^no, it wants that the person is known to follow the account$/, "não: a pessoa teria de seguir a conta"],
  [/^no, it wants that the person is known not to follow the account$/, "não: a pessoa não poderia seguir a conta"],
  [/” and all of “/, "” e todos estes: “"],
];

const KINDS = {
  message: "mensagens", story_reply: "respostas a stories", story_mention: "menções em stories", comment: "comentários",
  live_comment: "comentários ao vivo", postback: "botões", quick_reply: "respostas rápidas", referral: "links e anúncios",
  reaction: "reações",
};

/** A sentence that is not known stays as it is. */
export function inPortuguese(text) {
  const whole = WHOLE.find(([pattern]) => pattern.test(text));
  if (whole) return text.replace(...whole);
  const told = PIECES.reduce((said, piece) => said.replace(...piece), text);
  const list = /^não: é para ([a-z_]+(?:, [a-z_]+)*)$/.exec(told);
  return list ? `não: é para ${list[1].split(", ").map((kind) => KINDS[kind] ?? kind).join(", ")}` : told;
}
