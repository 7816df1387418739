//! `infra/rules/`: the sets that offices start from.

use automation::{Outcome, RuleSet, decide};
use instagram::Kind;

use crate::world::{AT, comment, event, facts, message, postback};

const CAMPANHA: &str = include_str!("../../../../infra/rules/campanha.json");
const COMPLETO: &str = include_str!("../../../../infra/rules/completo.json");
const GABINETE: &str = include_str!("../../../../infra/rules/gabinete.json");

/// The rules that answer, or the reason why none does.
fn answered_by(rules: &RuleSet, kind: Kind) -> String {
    match decide(&facts(&event(kind)), Some(rules), AT).outcome {
        Outcome::Answered { by } => by.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
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
        (message("quero falar com a equipe"), "handed_over"),
        (message("tem como falar com a equipe hoje?"), "atendente"),
        (message("PARAR"), "silenced"),
        (message("parar o trânsito na praça"), "no_match"),
        (message("como posso ajudar a campanha?"), "voluntario"),
        (message("aceita pix?"), "doacao"),
        (message("estão pedindo pix em nome da Ana, é golpe?"), "denuncia"),
        (message("tem grupo de zap?"), "whatsapp"),
        (message("obrigado, boa sorte"), "no_match"),
        (postback("AGENDA"), "menu-agenda"),
        (postback("OUTRO"), "no_match"),
        (postback("ATENDENTE"), "handed_over"),
        (postback("PARAR"), "silenced"),
        (comment("Eu queroooo", false), "comentario-quero"),
        (comment("🔥🔥🔥", false), "comentario-quero"),
        (comment("q dia vai ser?", false), "comentario-agenda"),
        (comment("linda!", false), "no_match"),
        (comment("quero", true), "live-quero"),
        (message("PROPÓSTAS!!"), "propostas"),
        (message("propostaaas"), "propostas"),
        (message("vc tem proposta?"), "propostas"),
        (message("proposta🔥agora"), "propostas"),
        (message("propo\u{301}stas"), "propostas"),
        (message("contraproposta"), "no_match"),
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
        (postback("ATENDIMENTO"), "menu-atendimento"),
        (comment("a iluminacao aqui tá péssima", false), "comentario-demanda"),
    ];
    for (kind, rule) in cases {
        assert_eq!(answered_by(&rules, kind.clone()), rule, "{kind:?}");
    }
}

#[test]
fn the_complete_set_shows_every_step_at_work() {
    let rules = RuleSet::parse(COMPLETO).unwrap();
    let cases = [
        (postback("AGENDA"), "agenda"),
        (message("quais são as propostas?"), "propostas"),
        (message("isso é deepfake"), "denuncia"),
        (message("quero ajudar"), "voluntario"),
        (message("como faço para votar?"), "asked"),
        (comment("eu quero", false), "comentario-quero"),
        (comment("qual o horário?", false), "asked"),
        (comment("idiota", false), "handled"),
        (comment("quero", true), "live-quero"),
        (postback("OUTRO"), "+fallback"),
        (message("chega de mensagem"), "silenced"),
        (message("apagar meu cadastro"), "erasure_requested"),
    ];
    for (kind, rule) in cases {
        assert_eq!(answered_by(&rules, kind.clone()), rule, "{kind:?}");
    }
}

#[test]
fn what_an_account_shows_is_what_meta_takes() {
    for sample in [CAMPANHA, GABINETE, COMPLETO] {
        let profile = RuleSet::parse(sample).unwrap().profile().clone();
        let body = serde_json::to_string(&profile).unwrap();
        assert!(body.starts_with(r#"{"platform":"instagram","ice_breakers":[{"locale":"default","call_to_actions":["#));
        assert_eq!(serde_json::from_str::<instagram::outgoing::MessengerProfile>(&body).unwrap(), profile);
    }
    let nothing = RuleSet::parse(r#"{"version":1,"rules":[]}"#).unwrap();
    assert_eq!(*nothing.profile(), instagram::outgoing::MessengerProfile::default());
}
