//! What people ask for in so many words: silence, the way back, a person, to be forgotten.

use std::time::Duration;

use instagram::Words;
use job::Job;
use sandbox::meta::{Echo, Reply};
use store::{Mode, ReplyState};

use crate::kills::crash;
use crate::world::{MetaFate as Fate, OFFICE, PERSON, World};

const STOPPED: &str = "Pronto! Você não recebe mais mensagens automáticas por aqui. Se mudar de ideia, escreva VOLTAR.";
const BACK: &str =
    "Que bom ter você de volta! As mensagens automáticas estão ativas de novo. Para parar, escreva PARAR.";
const PERSON_COMES: &str = "Certo! Uma pessoa da equipe vai responder por aqui.";
const ERASED_SOON: &str = "Recebemos o seu pedido. Os seus dados serão apagados em até 48 horas.";

const A_WHILE: Duration = Duration::from_secs(30);
const VISIBLE_AGAIN: Duration = Duration::from_secs(181);

/// Says something to the office; the message is there already.
type Says = fn(&World, &str) -> Job;

/// The ways to say something, and whether that way can have an answer.
const WAYS: [(&str, Says, bool); 5] = [
    ("a message", |world, words| world.writes(PERSON, words), true),
    ("a quick reply", |world, words| world.taps_reply(PERSON, "Ok", words), true),
    ("a button", |world, words| world.taps(PERSON, "Ok", words), true),
    ("a comment", |world, words| world.comments(PERSON, words), true),
    ("an edit", |world, words| world.edits(PERSON, "some.mid", 1, words), false),
];

#[tokio::test]
async fn an_opt_out_counts_wherever_it_is_said_and_is_confirmed_once() {
    for (case, says, is_answered) in WAYS {
        let world = World::start().await;
        world.apply(&[world.writes(PERSON, "um")]).await;
        for word in ["PARAR!!", "sair"] {
            world.clock.advance(A_WHILE);
            world.apply(&[says(&world, word)]).await;
            world.clock.advance(A_WHILE);
            let ignored = [world.writes(PERSON, "dois"), world.comments(PERSON, "buraco")];
            world.apply(&ignored).await;
            for job in &ignored {
                assert_eq!(world.why(job).await.as_deref(), Some("opted_out"), "{case}");
            }
        }
        let expected = if is_answered { vec!["Resposta um.", STOPPED] } else { vec!["Resposta um."] };
        assert_eq!(world.sent_to(PERSON), expected, "{case}");

        world.clock.advance(A_WHILE);
        world.apply(&[world.writes(PERSON, "voltar"), world.writes(PERSON, "tres")]).await;
        assert_eq!(world.sent_to(PERSON)[expected.len()..], [BACK, "Resposta tres."], "{case}");
        assert!(world.metric("OptOuts") >= 1, "{case}");
    }
}

#[tokio::test]
async fn an_opt_out_is_heard_and_confirmed_while_a_person_answers() {
    let world = World::start().await;
    world.apply(&[world.writes(PERSON, "bom dia")]).await;
    world.clock.advance(A_WHILE);
    world.apply(&[world.answers_by_hand(PERSON, "Oi, aqui é a Ana.")]).await;
    world.clock.advance(A_WHILE);
    let job = world.writes(PERSON, "PARAR");
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to(PERSON), [STOPPED]);
    assert!(world.conversation(&job).await.facts.is_opted_out());
}

#[tokio::test]
async fn an_observing_account_hears_an_opt_out_and_says_nothing() {
    let world = World::start().await;
    world.set_mode(Mode::Observe).await;
    let jobs = [world.writes(PERSON, "PARAR"), world.comments("941", "apagar meus dados")];
    world.apply(&jobs).await;
    assert!(world.conversation(&jobs[0]).await.facts.is_opted_out());
    assert_eq!(world.store.erasure_requests().await.unwrap().len(), 1);
    assert_eq!(world.attempts(), 0);
    world.set_mode(Mode::Answer).await;
    let later = world.writes(PERSON, "um");
    world.apply(std::slice::from_ref(&later)).await;
    assert_eq!(world.why(&later).await.as_deref(), Some("opted_out"));
}

#[tokio::test]
async fn case_98_an_opt_out_cancels_all_that_is_planned() {
    let world = World::start().await;
    world.graph.script("SendMessage", [Fate::Refuse(Reply::refusal(613, None))]);
    let planned: Vec<Job> = ["um", "dois", "tres", "quatro", "agenda"].map(|word| world.writes(PERSON, word)).into();
    world.apply(&planned).await;
    for job in &planned {
        assert_eq!(world.reply(job).await.state, ReplyState::Planned);
    }
    let stop = world.writes(PERSON, "PARAR");
    world.apply(std::slice::from_ref(&stop)).await;
    for _ in 0..12 {
        world.clock.advance(VISIBLE_AGAIN);
        world.apply(&planned).await;
        world.apply(std::slice::from_ref(&stop)).await;
    }
    for job in &planned {
        let reply = world.reply(job).await;
        assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Failed, Some("cancelled")));
    }
    assert_eq!(world.sent_to(PERSON), [STOPPED], "0 further sends but what confirms it");
}

#[tokio::test]
async fn an_opt_out_holds_for_every_id_that_a_private_reply_linked() {
    const DIRECT: &str = "940000000000001";
    let cases: [(&str, Says, bool); 3] = [
        ("said by the id of direct messages", |world, words| world.writes(DIRECT, words), true),
        ("said by the id of comments", |world, words| world.comments(PERSON, words), true),
        ("said before they were linked", |world, words| world.comments(PERSON, words), false),
    ];
    for (case, says, linked_before) in cases {
        let world = World::start().await;
        world.apply(&[world.comments(PERSON, "bom dia")]).await;
        world.meta.world(|w| w.person_mut(OFFICE, PERSON).unwrap().direct_id = Some(DIRECT.to_owned()));
        if linked_before {
            world.apply(&[world.comments(PERSON, "quero")]).await;
            assert_eq!(world.sent_to(DIRECT), ["Segue o material."], "{case}");
        }
        world.told();
        world.clock.advance(A_WHILE);
        world.apply(&[says(&world, "PARAR")]).await;
        let sent = world.sent_to(DIRECT).len();
        assert_eq!(world.sent_to(DIRECT).last().map(String::as_str), Some(STOPPED), "{case}");
        world.clock.advance(A_WHILE);
        let silenced = [world.writes(DIRECT, "um"), world.comments(PERSON, "quero")];
        world.apply(&silenced).await;
        for job in &silenced {
            assert_eq!(world.why(job).await.as_deref(), Some("opted_out"), "{case}");
        }
        assert_eq!(world.sent_to(DIRECT).len(), sent, "{case}");

        world.clock.advance(A_WHILE);
        world.apply(&[world.writes(DIRECT, "VOLTAR"), world.writes(DIRECT, "dois")]).await;
        assert_eq!(world.sent_to(DIRECT)[sent..], [BACK, "Resposta dois."], "{case}");
        let comment = world.comments(PERSON, "quero");
        world.apply(std::slice::from_ref(&comment)).await;
        assert_eq!(world.why(&comment).await.as_deref(), Some("answered"), "{case}: the way back holds for both, too");
    }
}

#[tokio::test]
async fn who_wants_a_person_is_told_so_and_automation_keeps_silent() {
    for (case, says, _) in WAYS.into_iter().filter(|(.., is_answered)| *is_answered) {
        let world = World::start().await;
        let job = says(&world, "Quero falar com atendente");
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.sent_to(PERSON), [PERSON_COMES], "{case}");
        assert_eq!(world.metric("HandOvers"), 1, "{case}");
        let facts = world.conversation(&job).await.facts;
        assert!(facts.tags.contains("atendente"), "{case}");
        world.clock.advance(A_WHILE);
        let later = world.writes(PERSON, "um");
        world.apply(std::slice::from_ref(&later)).await;
        assert_eq!(world.why(&later).await.as_deref(), Some("paused"), "{case}");
        world.clock.advance(Duration::from_secs(12 * 3600));
        let much_later = world.writes(PERSON, "dois");
        world.apply(std::slice::from_ref(&much_later)).await;
        assert_eq!(world.why(&much_later).await.as_deref(), Some("answered"), "{case}");
    }
}

#[tokio::test]
async fn a_rule_that_pauses_or_hands_over_still_says_what_it_has_to_say() {
    let set = r#"{"version": 1, "rules": [
        {"id": "pausa", "on": ["message"], "when": [{"words": {"any": ["pausa"]}}], "do": [{"pause_minutes": 60}, {"text": "Até já."}]},
        {"id": "entrega", "on": ["message"], "when": [{"words": {"any": ["denúncia"]}}],
         "do": [{"hand_over": {"tag": "denuncia", "text": "Vamos olhar."}}]}]}"#;
    for (case, word, said) in [("pause", "pausa", "Até já."), ("hand over", "denúncia", "Vamos olhar.")] {
        let world = World::answering(set).await;
        world.apply(&[world.writes(PERSON, word)]).await;
        assert_eq!(world.sent_to(PERSON), [said], "{case}");
        let again = world.writes(PERSON, word);
        world.apply(std::slice::from_ref(&again)).await;
        assert_eq!(world.sent_to(PERSON), [said], "{case}: silent from then on");
    }
}

#[tokio::test]
async fn what_a_rule_that_hands_over_says_gives_way_to_a_persons_answer() {
    let world = World::start().await;
    world.graph.script("SendMessage", [Fate::Refuse(Reply::refusal(613, None))]);
    let job = world.writes(PERSON, "falar com atendente");
    world.apply(std::slice::from_ref(&job)).await;
    world.clock.advance(A_WHILE);
    world.apply(&[world.answers_by_hand(PERSON, "Oi, aqui é a Ana.")]).await;
    world.clock.advance(VISIBLE_AGAIN);
    world.apply(std::slice::from_ref(&job)).await;
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Failed, Some("paused")));
}

#[tokio::test]
async fn who_wants_to_be_forgotten_is_noted_once_wherever_they_say_so() {
    for (case, says, is_answered) in WAYS {
        let world = World::start().await;
        world.apply(&[world.writes(PERSON, "bom dia")]).await;
        world.clock.advance(A_WHILE);
        let asked_at = world.clock.now_ms();
        let job = says(&world, "APAGAR MEUS DADOS");
        world.apply(std::slice::from_ref(&job)).await;
        world.apply(std::slice::from_ref(&job)).await;
        let requests = world.store.erasure_requests().await.unwrap();
        assert_eq!(requests.len(), 1, "{case}");
        assert_eq!((requests[0].peer.as_str(), requests[0].account.as_str()), (PERSON, OFFICE), "{case}");
        assert!((asked_at - 1_000..=asked_at).contains(&requests[0].at), "{case}: the clock begins when they ask");
        assert_eq!(world.metric("ErasuresRequested"), 1, "{case}");
        let expected = if is_answered { vec![ERASED_SOON] } else { vec![] };
        assert_eq!(world.sent_to(PERSON), expected, "{case}");
    }
}

#[tokio::test]
async fn to_be_forgotten_means_every_id_of_the_person() {
    const DIRECT: &str = "940000000000001";
    let world = World::start().await;
    world.apply(&[world.comments(PERSON, "bom dia")]).await;
    world.meta.world(|w| w.person_mut(OFFICE, PERSON).unwrap().direct_id = Some(DIRECT.to_owned()));
    world.apply(&[world.comments(PERSON, "quero")]).await;
    world.clock.advance(A_WHILE);
    world.apply(&[world.writes(DIRECT, "apagar meus dados")]).await;
    let requests = world.store.erasure_requests().await.unwrap();
    let mut peers: Vec<&str> = requests.iter().map(|request| request.peer.as_str()).collect();
    peers.sort_unstable();
    assert_eq!(peers, [PERSON, DIRECT]);
}

#[tokio::test]
async fn the_latest_word_counts_in_whichever_order_the_words_come() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0], [0, 2, 1], [2, 0, 1]] {
        for (words, silent) in [(["PARAR", "VOLTAR", "bom dia"], false), (["VOLTAR", "PARAR", "SAIR"], true)] {
            let world = World::start().await;
            let jobs = words.map(|word| {
                world.clock.advance(A_WHILE);
                world.writes(PERSON, word)
            });
            for place in order {
                world.apply(&[jobs[place].clone()]).await;
            }
            let facts = world.conversation(&jobs[0]).await.facts;
            assert_eq!(facts.is_opted_out(), silent, "{words:?} as {order:?}");
        }
    }
}

#[tokio::test]
async fn edits_say_the_same_in_whichever_order_they_come() {
    let mut ends = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let world = World::start().await;
        let mid = world.meta.person_writes(OFFICE, PERSON, "um");
        let message = world.told_last();
        world.clock.advance(A_WHILE);
        let first = world.edits(PERSON, &mid, 1, "PARAR");
        world.clock.advance(A_WHILE);
        let second = world.edits(PERSON, &mid, 2, "bom dia");
        let jobs = [message, first, second];
        for place in order {
            world.apply(&[jobs[place].clone()]).await;
        }
        let facts = world.conversation(&jobs[0]).await.facts;
        let said = jobs[1].event().unwrap().at.unwrap().0;
        ends.push(facts.wish.map(|wish| (wish.at - said, wish.silence, wish.id)));
    }
    assert!(ends.iter().all(|end| *end == ends[0] && end.is_some()), "{ends:?}");
}

/// What an event leaves behind, but for what sending adds. Times count from the event's own.
async fn left_behind(world: &World, job: &Job) -> String {
    let began = job.event().unwrap().at.unwrap().0;
    let decided = world.item(job).await.decision.unwrap();
    let replies: Vec<_> = decided
        .replies
        .iter()
        .map(|r| (&r.id, r.text.as_ref().map(Words::expose), r.confirms, r.passes_holds, r.discloses))
        .collect();
    let conversation = world.conversation(job).await;
    let facts = &conversation.facts;
    let wish = facts.wish.as_ref().map(|wish| (wish.at - began, wish.silence, &wish.id));
    let held: Vec<_> = facts.held.iter().map(|held| (held.at - began, &held.id)).collect();
    let recent: Vec<_> =
        conversation.recent.iter().map(|recent| (&recent.rule, recent.wordless, &recent.event)).collect();
    let requests = world.store.erasure_requests().await.unwrap();
    let requests: Vec<_> = requests.iter().map(|request| (request.peer.as_str(), request.at - began)).collect();
    format!(
        "{} {:?} {replies:?} {wish:?} {held:?} {:?} {recent:?} {requests:?}",
        decided.why, decided.effects, facts.tags
    )
}

#[tokio::test]
async fn a_crash_between_any_two_writes_ends_like_none() {
    let set = r#"{"version": 1, "campaign": true, "disclosure": {"text": "Mensagem automática."}, "rules": [
        {"id": "pausa", "on": ["message"], "when": [{"words": {"any": ["pausa"]}}],
         "do": [{"tag": "quer"}, {"pause_minutes": 60}, {"text": "Até já."}]},
        {"id": "quero", "on": ["comment"], "do": [{"private_reply": "Segue o material."}, {"public_reply": "Enviado."}]},
        {"id": "eco", "on": ["message"], "do": [{"text": "Oi."}], "cooldown_minutes": 60}]}"#;
    type Scene = fn(&World) -> Vec<Job>;
    fn one_after_the_other(world: &World, words: [&str; 2]) -> Vec<Job> {
        let write = |word| {
            world.clock.advance(A_WHILE);
            world.writes(PERSON, word)
        };
        words.map(write).into()
    }
    let scenes: [(&str, Scene); 8] = [
        ("an opt-out", |w| vec![w.writes(PERSON, "PARAR")]),
        ("a second opt-out", |w| one_after_the_other(w, ["PARAR", "SAIR"])),
        ("the way back", |w| one_after_the_other(w, ["PARAR", "VOLTAR"])),
        ("a person", |w| vec![w.writes(PERSON, "falar com atendente")]),
        ("to be forgotten", |w| vec![w.writes(PERSON, "apagar meus dados")]),
        ("a pause", |w| vec![w.writes(PERSON, "pausa")]),
        ("a first private reply", |w| vec![w.comments(PERSON, "quero")]),
        ("a cooldown", |w| vec![w.writes(PERSON, "oi")]),
    ];
    for (scene, play) in scenes {
        let undisturbed = World::answering(set).await;
        undisturbed.meta.set_echo(Echo::Drop);
        let jobs = play(&undisturbed);
        for job in &jobs {
            undisturbed.apply(std::slice::from_ref(job)).await;
        }
        let expected = left_behind(&undisturbed, jobs.last().unwrap()).await;
        for after in [false, true] {
            for k in 1.. {
                let case = format!("{scene}, killed {} call {k}", if after { "after" } else { "before" });
                let mut world = World::answering(set).await;
                world.meta.set_echo(Echo::Drop);
                let jobs = play(&world);
                let (last, before) = jobs.split_last().unwrap();
                for job in before {
                    world.apply(std::slice::from_ref(job)).await;
                }
                if !crash(&mut world, std::slice::from_ref(last), k, after).await {
                    break;
                }
                world.clock.advance(VISIBLE_AGAIN);
                world.apply(std::slice::from_ref(last)).await;
                assert_eq!(left_behind(&world, last).await, expected, "{case}");
                for reply in world.replies(last).await {
                    let is_done = matches!(reply.state, ReplyState::Sent) || world.item(last).await.due_at.is_some();
                    assert!(is_done, "{case}: {:?} {:?}", reply.state, reply.reason);
                }
            }
        }
    }
}
