//! What people ask for comes before every rule.

use super::*;
use crate::{Refusal, Wish, wish};

/// Answers everything, and says what it says to wishes.
fn office() -> RuleSet {
    RuleSet::parse(
        r#"{"version":1,
            "opt_out":{"words":["chega"],"text":"Parei.","return_words":["quero de novo"],"return_text":"Voltei."},
            "hand_over":{"words":["quero falar com a Ana"],"text":"Já vem alguém.","tag":"equipe","pause_minutes":60},
            "erasure":{"words":["sumir com meus dados"],"text":"Anotado."},
            "rules":[{"id":"all","on":["message","story_reply","quick_reply","postback"],"do":[{"text":"regra"}],"priority":1000},
                     {"id":"comments","on":["comment","live_comment"],"do":[{"private_reply":"regra"}]}]}"#,
    )
    .unwrap()
}

fn direct(text: &str) -> Event {
    event(Kind::MessageReceived(message(text)))
}

fn public(text: &str) -> Event {
    event(Kind::CommentWritten(comment(text)))
}

#[test]
fn a_wish_wins_over_every_rule_and_is_answered_once() {
    let rules = office();
    let until = AT.plus_ms(60 * MINUTE);
    let hand_over = Effect::HandOver { tag: Some("equipe".to_owned()), until };
    let cases = [
        ("PARAR", "silenced", "Parei.", Effect::OptedOut),
        ("chega!!", "silenced", "Parei.", Effect::OptedOut),
        ("falar com atendente", "handed_over", "Já vem alguém.", hand_over.clone()),
        ("Quero falar com a Ana, por favor", "handed_over", "Já vem alguém.", hand_over),
        ("apagar meus dados", "erasure_requested", "Anotado.", Effect::ErasureRequested),
        ("SUMIR COM MEUS DADOS", "erasure_requested", "Anotado.", Effect::ErasureRequested),
    ];
    for (text, code, answer, effect) in cases {
        for (event, to) in [(direct(text), "to 900000000000001"), (public(text), "to the author of 18000000000000011")]
        {
            let decision = decide(&facts(&event), Some(&rules), AT);
            assert_eq!(decision.outcome.code(), code, "{text}");
            assert_eq!(texts(&decision), [format!("{to}: {answer}")], "{text}");
            assert_eq!(decision.effects, std::slice::from_ref(&effect), "{text}");
            let Outcome::Wished(wished) = decision.outcome else { panic!("{text}") };
            let confirms = matches!(wished, Wish::Silence | Wish::Return);
            assert_eq!(decision.replies[0].confirms_wish, confirms, "{text}");
        }
    }
}

#[test]
fn silence_and_the_way_back_are_confirmed_even_in_a_pause_and_only_once() {
    let rules = office();
    let paused = Some(AT.plus_ms(HOUR));
    let stop = direct("parar");
    let decision = decide(&Facts { paused_until: paused, ..facts(&stop) }, Some(&rules), AT);
    assert_eq!(texts(&decision), ["to 900000000000001: Parei."]);
    let again = decide(&Facts { opted_out: true, ..facts(&stop) }, Some(&rules), AT);
    assert_eq!((again.outcome.code(), again.replies.len()), ("silenced", 0), "who is silent hears it no second time");
    assert_eq!(again.effects, [Effect::OptedOut]);

    let back = direct("voltar");
    let decision = decide(&Facts { opted_out: true, paused_until: paused, ..facts(&back) }, Some(&rules), AT);
    assert_eq!(
        (texts(&decision), decision.effects),
        (vec!["to 900000000000001: Voltei.".to_owned()], vec![Effect::Returned])
    );
    let not_silenced = decide(&facts(&back), Some(&rules), AT);
    assert_eq!(texts(&not_silenced), ["to 900000000000001: regra"], "who is not silenced only says voltar");
}

#[test]
fn case_98_who_opted_out_hears_nothing_until_they_come_back() {
    let rules = office();
    for text in ["oi", "agenda", "falar com atendente", "apagar meus dados", "parar"] {
        for event in [direct(text), public(text)] {
            let decision = decide(&Facts { opted_out: true, ..facts(&event) }, Some(&rules), AT);
            assert_eq!(decision.replies, [], "{text}");
        }
    }
    let person = direct("falar com atendente");
    let decision = decide(&Facts { opted_out: true, ..facts(&person) }, Some(&rules), AT);
    assert_eq!(decision.effects[0].code(), "hand_over", "a person of the office still learns of it");
}

#[test]
fn a_wish_counts_however_it_comes() {
    let quick = |payload: &str, text: &str| {
        Kind::MessageReceived(Message { quick_reply: Some(payload.into()), ..message(text) })
    };
    let edit = |text: &str| Kind::MessageEdited {
        mid: mid(),
        peer: Some(person(PERSON)),
        text: Some(text.into()),
        num_edit: 1,
    };
    let own = Author { id: person(ACCOUNT), username: None, is_self: false };
    let cases = [
        ("a message", Kind::MessageReceived(message("sair")), Some(Wish::Silence)),
        (
            "an answer to a story",
            Kind::MessageReceived(Message {
                reply_to: Some(ReplyTo::Story { id: None, url: None }),
                ..message("sair")
            }),
            Some(Wish::Silence),
        ),
        ("a tapped title", quick("A", "Sair"), Some(Wish::Silence)),
        ("a tapped payload", quick("SAIR", "Não quero"), Some(Wish::Silence)),
        ("an edit", edit("sair"), Some(Wish::Silence)),
        ("a menu item", Kind::PostbackPressed(postback("APAGAR MEUS DADOS")), Some(Wish::Erasure)),
        ("a comment", Kind::CommentWritten(comment("sair")), Some(Wish::Silence)),
        ("an own comment", Kind::CommentWritten(instagram::Comment { from: Some(own), ..comment("sair") }), None),
        ("a comment of nobody", Kind::CommentWritten(instagram::Comment { from: None, ..comment("sair") }), None),
        ("an own message", Kind::MessageReceived(Message { from: person(ACCOUNT), ..message("sair") }), None),
        ("an own tap", Kind::PostbackPressed(Postback { is_self: true, ..postback("SAIR") }), None),
        (
            "a hint, whose message comes yet",
            Kind::MessageHinted { mid: mid(), peer: None, text: Some("sair".into()) },
            None,
        ),
    ];
    for (case, kind, expected) in cases {
        let event = event(kind);
        assert_eq!(wish(&event, None), expected, "{case}");
        assert_eq!(wish(&Event { test: true, ..event }, None), None, "{case}, as a sample");
    }
}

#[test]
fn where_nothing_is_answered_a_wish_counts_all_the_same() {
    let rules = office();
    let stop = direct("parar");
    let edited =
        event(Kind::MessageEdited { mid: mid(), peer: Some(person(PERSON)), text: Some("parar".into()), num_edit: 2 });
    let standby = Event { standby: true, ..stop.clone() };
    let silent = RuleSet::parse(
        r#"{"version":1,"time_zone":"America/Sao_Paulo","quiet":[{"from":"2025-12-01","until":"2026-02-01","scope":"all"}],"rules":[]}"#,
    )
    .unwrap();
    let foreign = public("parar");
    let recent = [AT; 6];
    let cases = [
        ("an edit is never answered", facts(&edited), Some(&rules)),
        ("another app has the thread", facts(&standby), Some(&rules)),
        ("case 36: its control was told", Facts { control_ours: false, ..facts(&stop) }, Some(&rules)),
        ("unsent again", Facts { unsent: true, ..facts(&stop) }, Some(&rules)),
        ("only observing", Facts { mode: Mode::Observe, ..facts(&stop) }, Some(&rules)),
        ("no rules", facts(&stop), None),
        ("a silence", facts(&stop), Some(&silent)),
        (
            "case 101: a comment on somebody else's post",
            Facts { media_owner: MediaOwner::Other, ..facts(&foreign) },
            Some(&rules),
        ),
        ("case 85: two machines that stop each other", Facts { recent_replies: &recent, ..facts(&stop) }, Some(&rules)),
    ];
    for (case, facts, rules) in cases {
        let decision = decide(&facts, rules, AT);
        assert_eq!((decision.outcome.code(), decision.replies.len()), ("silenced", 0), "{case}");
        assert_eq!(decision.effects[0], Effect::OptedOut, "{case}");
    }
    let own_name = Words::from("curious.reader");
    let own = decide(&Facts { own_username: Some(&own_name), ..facts(&foreign) }, Some(&rules), AT);
    assert_eq!((own.outcome.code(), own.effects.len()), ("own_message", 0), "the account silences nobody");
}

#[test]
fn a_wish_is_explained() {
    let rules = office();
    let stop = direct("parar");
    let trace = decide(&facts(&stop), Some(&rules), AT).trace;
    assert_eq!(trace.to_string(), format!("{}:;wsy1", rules.fingerprint()));
    let late = decide(&facts(&stop), Some(&rules), AT.plus_ms(2 * HOUR));
    assert_eq!(late.trace.to_string(), format!("{}:;wsy0l", rules.fingerprint()));
    assert_eq!(late.effects, [Effect::OptedOut], "a confirmation that comes too late is left out, the wish is not");
    assert!(late.trace.render(&rules)[0].text.ends_with(&Refusal::TooOld.to_string()));
}

#[test]
fn an_office_that_says_nothing_of_wishes_has_words_for_them() {
    let rules = rules("");
    for (text, opted_out, answer) in [
        (
            "parar",
            false,
            "Pronto! Você não recebe mais mensagens automáticas por aqui. Se mudar de ideia, escreva VOLTAR.",
        ),
        (
            "voltar",
            true,
            "Que bom ter você de volta! As mensagens automáticas estão ativas de novo. Para parar, escreva PARAR.",
        ),
        ("falar com atendente", false, "Certo! Uma pessoa da equipe vai responder por aqui."),
        ("apagar meus dados", false, "Recebemos o seu pedido. Os seus dados serão apagados em até 48 horas."),
    ] {
        let event = direct(text);
        let decision = decide(&Facts { opted_out, ..facts(&event) }, Some(&rules), AT);
        assert_eq!(texts(&decision), [format!("to 900000000000001: {answer}")]);
    }
}
