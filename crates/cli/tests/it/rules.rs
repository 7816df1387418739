//! Rule sets before they are in force: checked, compared, tried and replayed, without anything being sent.

use std::path::{Path, PathBuf};
use std::process::Command;

use instagram::AccountId;
use sandbox::fault::Script;
use store::Account;

use crate::binaries::{self, Scene};
use crate::program::{self, Running, told};

const ACCOUNT: &str = "17841400000000001";
const PERSON: &str = "900000000000001";
const POST: &str = "18000000000000010";
const GABINETE: &str = "infra/rules/gabinete.json";
const CAMPANHA: &str = "infra/rules/campanha.json";

/// Runs `rules …`, which needs no data folder.
fn rules(words: &[&str]) -> (bool, String) {
    let nothing = tempfile::tempdir().unwrap();
    let output = program::ask(nothing.path(), &[&["rules"], words].concat());
    (output.status.success(), told(&output))
}

fn file(folder: &Path, name: &str, document: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, document).unwrap();
    path
}

#[test]
fn a_text_is_tried_as_anything_that_a_person_may_send() {
    let sample = "events/webhook/message-text.json";
    #[rustfmt::skip]
    let cases: [(&str, &[&str], &[&str]); 16] = [
        ("a word, repeated letters and all", &[GABINETE, "Tem um BURAAACO na rua"],
         &["answered by demanda", "demanda: matched, 1 reply planned", "tag: demanda", "message by demanda: Recebemos sua demanda."]),
        ("a short form and an accent left out", &[GABINETE, "vcs tem horario?"], &["answered by atendimento"]),
        ("why a rule does not match", &[GABINETE, "vcs tem horario?"], &["demanda: no, it wants that the text holds one of “buraco”"]),
        ("what no rule knows", &[GABINETE, "bom dia"], &["no rule matched", "primeiro-contato: no, it wants that it is the person's first contact"]),
        ("the first thing ever", &[GABINETE, "bom dia", "--first"], &["answered by primeiro-contato"]),
        ("the word to stop", &[GABINETE, "PARAR!!"],
         &["the person wants no more automatic answers", "message by +silence: Pronto!", "remember that the person wants no automatic answers"]),
        ("a wish in the office's words", &[GABINETE, "falar com a assessoria"], &["the person wants to talk to a person", "hand over to a person, tag atendente"]),
        ("a comment", &[GABINETE, "quanto lixo na praça!", "--as", "comment"],
         &["private reply by comentario-demanda: Olá!", "public reply by comentario-demanda: Obrigado por avisar!"]),
        ("an answer to a story", &[GABINETE, "qual o endereço?", "--as", "story_reply"], &["answered by atendimento"]),
        ("a tap on the menu", &[GABINETE, "ATENDIMENTO", "--as", "postback"], &["message (template) by menu-atendimento: {", "Ver no mapa"]),
        ("a tap with title and payload", &[CAMPANHA, "Agenda da semana", "--as", "quick_reply", "--payload", "AGENDA"], &["answered by menu-agenda"]),
        ("a live comment", &[CAMPANHA, "manda o link", "--as", "live_comment"], &["private reply by live-quero"]),
        ("a reaction that nobody looks at", &[GABINETE, "❤", "--as", "reaction"], &["no rule answers events of the kind reaction"]),
        ("on the day of the election", &[CAMPANHA, "agenda", "--at", "2026-10-04T10:00"], &["the office keeps silent at this time"]),
        ("a campaign says what it is", &[CAMPANHA, "qual a agenda?", "--at", "2026-09-01T10:00"], &["Mensagem automática da campanha da Ana Ribeiro.\n"]),
        ("a delivery", &[GABINETE, "--events", sample], &["msg|17841400000000001|", "answered by atendimento"]),
    ];
    for (case, words, expected) in cases {
        let (success, told) = rules(&[&["try"], words].concat());
        assert!(success, "{case}: {told}");
        for part in expected {
            assert!(told.contains(part), "{case}, without {part:?}: {told}");
        }
    }
}

#[test]
fn what_cannot_be_tried_is_told() {
    let cases: [(&str, &[&str], &str); 5] = [
        ("nothing to try", &["try", GABINETE], "required"),
        ("no such kind", &["try", GABINETE, "oi", "--as", "dm"], "possible values: message, comment, story_reply"),
        ("no time", &["try", GABINETE, "oi", "--at", "amanhã"], "is no time: write 2026-11-02"),
        ("no delivery", &["try", GABINETE, "--events", "README.md"], "README.md is no delivery"),
        ("text and delivery", &["try", GABINETE, "oi", "--events", "README.md"], "cannot be used with"),
    ];
    for (case, words, expected) in cases {
        let (success, told) = rules(words);
        assert!(!success && told.contains(expected), "{case}: {told}");
    }
}

#[test]
fn a_check_says_what_the_set_holds_and_what_never_matches() {
    let (success, told) = rules(&["check", CAMPANHA]);
    assert!(success, "{told}");
    for part in [
        "a campaign: says that a machine answers",
        "2 quiet periods",
        "  comment                 comentario-quero, comentario-agenda",
        "  reaction                -",
        "  a person                 falar com a equipe, falar com a Ana",
    ] {
        let even = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(even(&told).contains(&even(part)), "without {part:?}: {told}");
    }
    assert!(!told.contains("warning"), "{told}");

    let folder = tempfile::tempdir().unwrap();
    let shadowed = r#"{"version": 1, "rules": [
        {"id": "tudo", "on": ["message"], "do": [{"text": "oi"}]},
        {"id": "agenda", "on": ["message"], "when": [{"words": {"any": ["agenda"]}}], "do": [{"text": "quinta"}]}
    ]}"#;
    let (_, told) = rules(&["check", file(folder.path(), "rules.json", shadowed).to_str().unwrap()]);
    assert!(told.contains("warning: agenda is never tried: tudo match first"), "{told}");
}

#[test]
fn the_schema_is_the_published_one() {
    let (success, told) = rules(&["schema"]);
    assert!(success);
    assert_eq!(told, include_str!("../../../../infra/rules/schema.json"));
}

#[test]
fn two_files_are_compared_without_a_stack() {
    let folder = tempfile::tempdir().unwrap();
    let changed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/rules/gabinete.json"));
    let changed = changed.unwrap().replace("primeiro-contato", "boas-vindas").replace("[\"buraco\", \"ilu", "[\"ilu");
    let changed = file(folder.path(), "changed.json", &changed);
    let (success, told) = rules(&["diff", GABINETE, changed.to_str().unwrap()]);
    assert!(success, "{told}");
    for part in [
        "- rule primeiro-contato: {",
        "+ rule boas-vindas: {",
        "~ rule demanda\n    - when: [{",
        "~ rule comentario-demanda",
    ] {
        assert!(told.contains(part), "without {part:?}: {told}");
    }
    assert!(!told.contains("rule atendimento"), "{told}");
    let same = rules(&["diff", GABINETE, GABINETE]);
    assert_eq!(same, (true, "Nothing changes.\n".to_owned()));
    let (success, told) = rules(&["diff", "missing.json", GABINETE]);
    assert!(!success && told.contains("neither a file nor an account's id"), "{told}");
}

/// Runs the program on the scene's table, with the environment of a deployment: it does not even know where Meta is.
async fn on(scene: &Scene, words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_politicall-ig"));
    command.args(words);
    command.envs([
        ("TABLE_NAME", "politicall-ig"),
        ("AWS_ENDPOINT_URL_DYNAMODB", scene.table()),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "sa-east-1"),
    ]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{words:?}: {}", told(&output));
    told(&output)
}

/// The numbers of a row of the answer.
fn numbers(told: &str, row: &str) -> Vec<usize> {
    let line = told.lines().find(|line| line.trim_start().starts_with(row));
    let line = line.unwrap_or_else(|| panic!("no row {row:?}: {told}"));
    line.trim_start()[row.len()..].split_whitespace().map_while(|word| word.parse().ok()).collect()
}

const ALTERED: &str = r#"{"version": 1, "rules": [
    {"id": "agenda", "on": ["message"], "when": [{"words": {"any": ["agenda"]}}], "do": [{"text": "canário-nova: sexta"}]},
    {"id": "bom-dia", "on": ["message"], "when": [{"words": {"any": ["bom dia"]}}], "do": [{"tag": "x"}, {"text": "canário-nova: oi"}]}
]}"#;

#[tokio::test]
async fn a_replay_tells_what_would_differ_and_sends_nothing() {
    let scene = binaries::scene(Script::new("SendMessage", [])).await;
    let folder = tempfile::tempdir().unwrap();
    scene.meta.person_writes(ACCOUNT, PERSON, "canário-pergunta: qual é a AGENDA?");
    scene.settle().await;
    scene.meta.person_writes(ACCOUNT, PERSON, "canário-pergunta: bom dia");
    scene.settle().await;
    scene.meta.person_comments(ACCOUNT, POST, PERSON, "canário-pergunta: eu quero!");
    scene.settle().await;
    let unsent = scene.meta.person_writes(ACCOUNT, PERSON, "canário-pergunta: e a agenda de amanhã?");
    scene.settle().await;
    scene.meta.unsend(ACCOUNT, &unsent);
    scene.settle().await;
    let (calls, sent) = (scene.meta.calls().len(), scene.meta.sent().len());
    assert_eq!(sent, 3, "two messages and a private reply");

    let altered = file(folder.path(), "altered.json", ALTERED);
    let altered = altered.to_str().unwrap();
    let told = on(&scene, &["rules", "replay", ACCOUNT, altered]).await;
    assert!(told.contains("3 events since"), "{told}");
    let expected: [(&str, &[usize]); 8] = [
        ("same", &[0]),
        ("new replies", &[1, 1]),
        ("lost replies", &[1, 2]),
        ("changed replies", &[1, 1]),
        ("other things done", &[1]),
        ("private replies in an hour", &[1, 0, 750]),
        ("messages in an hour", &[1, 2]),
        ("audio and video in a second", &[0, 0, 10]),
    ];
    for (row, expected) in expected {
        assert_eq!(numbers(&told, row), expected, "{row}: {told}");
    }
    assert_eq!(numbers(&told, "texts, cards and links in a second")[2], 100, "{told}");
    let skipped = |row: &str| told.lines().any(|line| line.split_whitespace().eq(row.split_whitespace()));
    assert!(skipped("1 unsent or erased: the words are gone"), "{told}");
    assert!(skipped("3 no rule was asked, so no facts were kept: own_message"), "{told}");
    assert!(told.contains("The latest 3 of 3 that differ:"), "{told}");
    assert!(told.contains("    before: no rule matched\n    after:  answered by bom-dia\n"), "{told}");
    assert!(!told.contains("canário"), "what people say stays unsaid: {told}");

    let told = on(&scene, &["rules", "replay", ACCOUNT, altered, "--reveal", "--limit", "1000", "--since", "1h"]).await;
    for part in ["the person: canário-pergunta: bom dia", "+ message by bom-dia: canário-nova: oi"] {
        assert!(told.contains(part), "without {part:?}: {told}");
    }
    let same = file(folder.path(), "same.json", binaries::RULES);
    let told = on(&scene, &["rules", "replay", ACCOUNT, same.to_str().unwrap()]).await;
    assert_eq!((numbers(&told, "same"), numbers(&told, "new replies")), (vec![3], vec![0, 0]), "{told}");
    let told = on(&scene, &["rules", "diff", ACCOUNT, altered]).await;
    assert!(told.contains("- rule quero: {") && told.contains("~ rule agenda\n"), "{told}");

    assert_eq!((scene.meta.calls().len(), scene.meta.sent().len()), (calls, sent), "Meta was asked for nothing");
    scene.stop().await;
}

#[tokio::test]
async fn an_accounts_first_rules_are_replayed_on_what_came_before_it_had_any() {
    let scene = binaries::scene(Script::new("SendMessage", [])).await;
    let folder = tempfile::tempdir().unwrap();
    let id = AccountId::parse(ACCOUNT).unwrap();
    let account = scene.store.account(&id).await.unwrap().unwrap();
    scene.store.put_account(&Account { rules: 0, ..account }).await.unwrap();
    scene.meta.person_writes(ACCOUNT, PERSON, "canário-pergunta: bom dia");
    scene.settle().await;
    let altered = file(folder.path(), "altered.json", ALTERED);
    let told = on(&scene, &["rules", "replay", ACCOUNT, altered.to_str().unwrap()]).await;
    assert!(told.contains("    before: the account has no rules\n    after:  answered by bom-dia\n"), "{told}");
    assert_eq!(numbers(&told, "new replies"), [1, 1], "{told}");
    assert!(scene.meta.sent().is_empty(), "a replay sends nothing");
    scene.stop().await;
}

#[test]
fn what_the_set_says_is_pushed_and_shown() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    let ask = |words: &[&str]| told(&program::ask(&folder, words));
    let before = ask(&["menu", "show", ACCOUNT]);
    let different = "ice breakers: different\n  + Qual o horário de atendimento? -> ATENDIMENTO\n";
    assert!(before.starts_with(different) && before.contains("menu: different\n"), "{before}");
    let push = ask(&["menu", "push", ACCOUNT]);
    assert!(push.contains("+ Parar mensagens -> PARAR"), "the difference comes first: {push}");
    assert!(push.ends_with("Meta took the ice breakers.\nMeta took the menu.\n"), "{push}");
    let after = ask(&["menu", "show", ACCOUNT]);
    assert!(after.contains("ice breakers: equal\n") && after.contains("menu: equal\n"), "{after}");
    assert!(ask(&["menu", "push", ACCOUNT]).ends_with("Nothing to do.\n"));

    let rules = r#"{"version": 1, "rules": [], "ice_breakers": [{"question": "Agenda?", "payload": "AGENDA"}]}"#;
    let rules = file(data.path(), "rules.json", rules);
    assert!(ask(&["rules", "set", ACCOUNT, rules.to_str().unwrap()]).contains("Version 2 is in force"));
    let push = ask(&["menu", "push", ACCOUNT]);
    assert!(push.contains("  - Parar mensagens -> PARAR\n"), "{push}");
    assert!(push.ends_with("Meta took the ice breakers.\nMeta removed the menu.\n"), "{push}");
    let after = ask(&["menu", "show", ACCOUNT]);
    assert_eq!(after, "ice breakers: equal\n    Agenda? -> AGENDA\nmenu: equal, none\n");
    stack.interrupt();

    let (alone, other) = (ask(&["menu", "show", ACCOUNT]), ask(&["menu", "show", "17841400000000005"]));
    assert!(alone.contains("start the stack"), "{alone}");
    assert!(other.contains("has no rules"), "{other}");
}
