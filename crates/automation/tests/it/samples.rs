//! `infra/rules/`: the sets that offices start from.

use automation::{Outcome, RuleSet, decide};
use instagram::Kind;

use crate::world::{AT, comment, event, facts, message, postback};

const CAMPANHA: &str = include_str!("../../../../infra/rules/campanha.json");
const GABINETE: &str = include_str!("../../../../infra/rules/gabinete.json");

/// The rules that answer, or the reason why none does.
fn answered_by(rules: &RuleSet, kind: Kind) -> String {
    match decide(&facts(&event(kind)), Some(rules), AT).outcome {
        Outcome::Answered { rules } => rules.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        other => other.code().to_owned(),
    }
}

#[test]
fn a_campaign_answers_what_people_write() {
    let rules = RuleSet::parse(CAMPANHA).unwrap();
    let cases = [
        (message("Oii, onde vc vai estar amanhã?"), "agenda"),
        (message("QUAL A AGENDAAA"), "agenda"),
        (message("Boa tarde! Gostaria de adesivos pro carro"), "material"),
        (message("quero falar c a equipe"), "no_match"),
        (message("quero falar com a equipe"), "atendente"),
        (message("como posso ajudar a campanha?"), "voluntario"),
        (message("aceita pix?"), "doacao"),
        (message("estão pedindo pix em nome da Ana, é golpe?"), "denuncia"),
        (message("tem grupo de zap?"), "whatsapp"),
        (message("obrigado, boa sorte"), "no_match"),
        (postback("AGENDA"), "menu-agenda"),
        (postback("OUTRO"), "no_match"),
        (comment("Eu queroooo", false), "comentario-quero"),
        (comment("🔥🔥🔥", false), "comentario-quero"),
        (comment("q dia vai ser?", false), "comentario-agenda"),
        (comment("linda!", false), "no_match"),
        (comment("quero", true), "live-quero"),
    ];
    for (kind, rule) in cases {
        assert_eq!(answered_by(&rules, kind.clone()), rule, "{kind:?}");
    }
}

#[test]
fn a_campaign_greets_at_first_contact_and_answers_too() {
    let rules = RuleSet::parse(CAMPANHA).unwrap();
    let event = event(message("oi, tem material?"));
    let decision = decide(&automation::Facts { first_contact: true, ..facts(&event) }, Some(&rules), AT);
    assert_eq!(decision.outcome.to_string(), "answered by boas-vindas, material");
}

#[test]
fn an_office_answers_what_people_write() {
    let rules = RuleSet::parse(GABINETE).unwrap();
    let cases = [
        (message("tem um buraco enorme na minha rua"), "demanda"),
        (message("qual o tel de vcs?"), "atendimento"),
        (message("oi"), "no_match"),
        (comment("a iluminacao aqui tá péssima", false), "comentario-demanda"),
    ];
    for (kind, rule) in cases {
        assert_eq!(answered_by(&rules, kind.clone()), rule, "{kind:?}");
    }
}
