//! Rules that look at the clock, at what was before, and at what was said already.

use std::time::Duration;

use sandbox::meta::Reply;
use store::ReplyState;

use crate::world::{MetaFate as Fate, PERSON, World};

const HOUR: Duration = Duration::from_secs(3600);
const HOUR_MS: i64 = 3_600_000;
/// 2060-06-15, 12:00 in São Paulo: a day that no clock of today has reached.
const NOON: i64 = 2_854_537_200_000;
const A_WHILE: Duration = Duration::from_secs(30);
const LINE: &str = "Mensagem automática.";

fn with_line(text: &str) -> String {
    format!("{LINE}\n\n{text}")
}

#[tokio::test]
async fn a_rule_that_cools_down_stays_silent_for_the_same_person_alone() {
    let set = r#"{"version": 1, "rules": [
        {"id": "amor", "on": ["message"], "do": [{"react": "love"}], "cooldown_minutes": 60, "continue": true},
        {"id": "oi", "on": ["message"], "do": [{"text": "Oi!"}], "cooldown_minutes": 60}]}"#;
    let world = World::answering(set).await;
    for _ in 0..3 {
        world.apply(&[world.writes(PERSON, "oi")]).await;
        world.clock.advance(A_WHILE);
    }
    world.apply(&[world.writes("961", "oi")]).await;
    assert_eq!((world.sent_to(PERSON).len(), world.sent_to("961").len()), (1, 1));
    assert_eq!(world.meta.actions().len(), 2, "a gesture cools down, too");
    world.clock.advance(HOUR);
    world.apply(&[world.writes(PERSON, "oi")]).await;
    assert_eq!((world.sent_to(PERSON).len(), world.meta.actions().len()), (2, 3));
}

#[tokio::test]
async fn the_first_contact_is_the_first_and_stays_it_when_delivered_again() {
    let set = r#"{"version": 1, "rules": [
        {"id": "boas", "on": ["message"], "when": [{"first_contact": true}], "do": [{"tag": "novo"}], "continue": true},
        {"id": "bem", "on": ["message"], "when": [{"first_contact": true}], "do": [{"text": "Bem-vindo!"}]},
        {"id": "oi", "on": ["message"], "do": [{"text": "Oi!"}]}]}"#;
    let world = World::answering(set).await;
    let first = world.writes(PERSON, "oi");
    world.clock.advance(A_WHILE);
    let second = world.writes(PERSON, "oi");
    world.apply(&[first.clone(), second, first]).await;
    assert_eq!(world.sent_to(PERSON), ["Bem-vindo!", "Oi!"]);
}

#[tokio::test]
async fn a_machine_says_that_it_is_one_at_the_start_after_a_day_and_after_a_person() {
    let set = r#"{"version": 1, "campaign": true, "disclosure": {"text": "Mensagem automática."},
        "rules": [{"id": "oi", "on": ["message"], "do": [{"text": "Oi!"}]},
                  {"id": "foto", "on": ["comment"], "do": [{"private_reply": "Olá!"}]}]}"#;
    let world = World::answering(set).await;
    let mut says = Vec::new();
    for pause in [A_WHILE, HOUR, 25 * HOUR] {
        world.apply(&[world.writes(PERSON, "oi")]).await;
        world.told();
        world.clock.advance(pause);
        says.push(world.sent_to(PERSON).pop().unwrap());
    }
    world.apply(&[world.writes(PERSON, "oi")]).await;
    says.push(world.sent_to(PERSON).pop().unwrap());
    assert_eq!(says, [with_line("Oi!"), "Oi!".to_owned(), "Oi!".to_owned(), with_line("Oi!")]);

    world.told();
    world.clock.advance(A_WHILE);
    world.apply(&[world.answers_by_hand(PERSON, "Oi, aqui é a Ana.")]).await;
    world.clock.advance(13 * HOUR);
    world.apply(&[world.writes(PERSON, "oi")]).await;
    assert_eq!(world.sent_to(PERSON).pop().unwrap(), with_line("Oi!"), "a machine again, after a person");

    world.apply(&[world.comments("962", "oi"), world.comments("962", "oi")]).await;
    assert_eq!(world.sent_to("962"), [with_line("Olá!"), "Olá!".to_owned()]);
}

#[tokio::test]
async fn a_line_that_did_not_reach_the_person_is_said_again() {
    let set = r#"{"version": 1, "campaign": true, "disclosure": {"text": "Mensagem automática."},
        "rules": [{"id": "oi", "on": ["message"], "do": [{"text": "Oi!"}]},
                  {"id": "olá", "on": ["comment"], "do": [{"private_reply": "Olá!"}]}]}"#
        .replace("olá", "ola");
    let world = World::answering(&set).await;
    for operation in ["SendMessage", "PrivateReply"] {
        world.graph.script(operation, [Fate::Refuse(Reply::refusal(100, None))]);
        let says = |world: &World| match operation {
            "SendMessage" => world.writes(PERSON, "oi"),
            _ => world.comments("963", "oi"),
        };
        let failed = says(&world);
        world.apply(std::slice::from_ref(&failed)).await;
        assert_eq!(world.reply(&failed).await.state, ReplyState::Failed, "{operation}");
        let next = says(&world);
        world.apply(std::slice::from_ref(&next)).await;
        let text = world.reply(&next).await.text.unwrap();
        assert!(text.expose().starts_with(LINE), "{operation}");
    }
}

#[tokio::test]
async fn a_picture_is_preceded_by_the_line() {
    let set = r#"{"version": 1, "campaign": true, "disclosure": {"text": "Mensagem automática."},
        "rules": [{"id": "foto", "on": ["message"], "do": [{"image": "https://exemplo.com.br/a.png"}, {"text": "Veja."}]}]}"#;
    let world = World::answering(set).await;
    let job = world.writes(PERSON, "oi");
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to(PERSON), [LINE, "Veja."]);
    assert_eq!(world.replies(&job).await.len(), 3);
}

#[tokio::test]
async fn hours_and_silences_are_judged_by_when_the_person_wrote() {
    let set = r#"{"version": 1, "time_zone": "America/Sao_Paulo",
        "business_hours": {"open": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "09:00", "until": "18:00"}]},
        "quiet": [{"from": "2060-06-17", "until": "2060-06-17", "scope": "automatic"}],
        "rules": [{"id": "aberto", "on": ["message"], "when": [{"business_hours": true}], "do": [{"text": "Aberto."}]},
                  {"id": "fechado", "on": ["message"], "when": [{"business_hours": false}], "do": [{"text": "Fechado."}]}]}"#;
    let world = World::answering(set).await;
    advance_to(&world, NOON + 5 * HOUR_MS + HOUR_MS / 2);
    let open = world.writes("964", "oi");
    // Its turn comes when the office is closed: what counts is when the person wrote.
    world.clock.advance(Duration::from_secs(45 * 60));
    world.apply(&[open, world.writes("965", "oi")]).await;
    assert_eq!(world.sent_to("964"), ["Aberto."]);
    assert_eq!(world.sent_to("965"), ["Fechado."]);

    advance_to(&world, NOON + 48 * HOUR_MS);
    let quiet = world.writes("966", "oi");
    world.apply(std::slice::from_ref(&quiet)).await;
    assert_eq!(world.why(&quiet).await.as_deref(), Some("quiet"));
    let stop = world.writes("966", "PARAR");
    world.apply(std::slice::from_ref(&stop)).await;
    assert!(world.conversation(&stop).await.facts.is_opted_out(), "heard in silence");
    assert!(world.sent_to("966").is_empty());
}

fn advance_to(world: &World, at_ms: i64) {
    world.clock.advance(Duration::from_millis(u64::try_from(at_ms - world.clock.now_ms()).unwrap()));
}
