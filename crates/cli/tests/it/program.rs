//! The program a person runs, as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_politicall-ig");
const ACCOUNT: &str = "17841400000000001";

pub(crate) fn program(data: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command.env("POLITICALL_DATA", data).env_remove("TABLE_NAME");
    command
}

pub(crate) fn ask(data: &Path, words: &[&str]) -> Output {
    program(data).args(words).output().unwrap()
}

pub(crate) fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A running stack, or what follows one, ended by Ctrl-C.
pub(crate) struct Running(Child, Receiver<String>);

/// Longest wait for a line.
const LIMIT: Duration = Duration::from_secs(30);

impl Running {
    pub(crate) fn start(data: &Path) -> Self {
        let running = Self::begin(data, &["run", "--port", "0"]);
        running.line_with(&["One line per event"]);
        running
    }

    /// The program with these words, which goes on until Ctrl-C.
    pub(crate) fn begin(data: &Path, words: &[&str]) -> Self {
        let mut child = program(data).args(words).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self(child, lines)
    }

    pub(crate) fn interrupt(mut self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.0.wait().unwrap().success(), "a clean end");
    }

    /// Waits for a line that holds all of these.
    pub(crate) fn line_with(&self, parts: &[&str]) -> String {
        let mut seen = Vec::new();
        loop {
            match self.1.recv_timeout(LIMIT) {
                Ok(line) if parts.iter().all(|part| line.contains(part)) => return line,
                Ok(line) => seen.push(line),
                Err(_) => panic!("no line with {parts:?} among {seen:?}"),
            }
        }
    }
}

/// A stack whose test failed ends too.
impl Drop for Running {
    fn drop(&mut self) {
        let _already_ended = self.0.kill();
    }
}

#[test]
fn the_demo_explains_every_sample() {
    let data = tempfile::tempdir().unwrap();
    let output = ask(data.path(), &["demo"]);
    let told = told(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("0 lost, 0 doubled, 0 unexplained"), "{told}");
}

#[test]
fn a_stack_answers_samples_and_its_data_survives_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    assert!(ask(&folder, &["send", "events/webhook/message-text.json"]).status.success());
    stack.line_with(&["message", "answered", "msg|"]);
    stack.line_with(&["reply", "sent"]);

    // Beside the running stack.
    let set = ask(&folder, &["rules", "set", ACCOUNT, "infra/rules/campanha.json"]);
    assert!(told(&set).contains("Version 2 is in force"), "{}", told(&set));
    assert!(told(&ask(&folder, &["replies"])).contains("No reply waits"));
    for words in [&["run", "--port", "0"][..], &["run", "--port", "0", "--reset"][..]] {
        let second = ask(&folder, words);
        assert!(!second.status.success() && told(&second).contains("stop it first"), "{}", told(&second));
    }
    stack.interrupt();

    // Without it, on the data alone.
    let back = ask(&folder, &["rules", "rollback", ACCOUNT]);
    assert!(told(&back).contains("Version 1 is in force"), "{}", told(&back));
    let list = told(&ask(&folder, &["rules", "list", ACCOUNT]));
    assert!(list.lines().any(|line| line.starts_with("in force  1")), "{list}");

    let stack = Running::start(&folder);
    let again = ask(&folder, &["send", "--field", "comments"]);
    assert!(again.status.success(), "{}", told(&again));
    stack.line_with(&["comment", "own_message"]);
    stack.interrupt();
}

#[test]
fn a_stopped_account_sends_nothing_until_it_is_let_go_on() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    let stop = ask(&folder, &["stop", "--account", ACCOUNT]);
    assert!(told(&stop).contains("is stopped. That holds within 5 seconds"), "{}", told(&stop));
    assert!(ask(&folder, &["send", "events/webhook/message-text.json"]).status.success());
    stack.line_with(&["message", "observed", "msg|"]);
    stack.interrupt();

    // Nobody runs who could still believe that it is stopped.
    assert!(told(&ask(&folder, &["start", "--account", ACCOUNT])).contains("goes on"));
    let stack = Running::start(&folder);
    assert!(ask(&folder, &["send", "events/webhook/message-text.json"]).status.success());
    stack.line_with(&["message", "answered", "msg|"]);
    stack.line_with(&["reply", "sent"]);
    stack.interrupt();
}

#[test]
fn explain_tells_what_became_of_samples() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    assert!(ask(&folder, &["send", "events/webhook/message-text.json"]).status.success());
    let line = stack.line_with(&["message", "answered", "msg|"]);
    stack.line_with(&["reply", "sent"]);
    let key = line.split_whitespace().last().unwrap();
    let mid = key.split('|').next_back().unwrap();
    let parts = [
        "event     message",
        "decision  answered: a reply was planned, by version 1 of the rules",
        "rule      ",
        "matched, 1 reply planned",
        "direct message, sent",
        "sent: Meta took it and named the message",
    ];
    for name in [key, mid] {
        let story = told(&ask(&folder, &["explain", name]));
        assert!(parts.iter().all(|part| story.contains(part)), "{name}: {story}");
    }

    assert!(ask(&folder, &["send", "events/webhook/message-hinted-alone.json"]).status.success());
    let line = stack.line_with(&["hint|"]);
    let story = told(&ask(&folder, &["explain", line.split_whitespace().last().unwrap()]));
    assert!(story.contains("only hinted at") && story.contains("search    next look "), "{story}");
    stack.interrupt();
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let nothing = data.path().join("nothing");
    let bad_rules = data.path().join("rules.json");
    std::fs::write(&bad_rules, r#"{"version": 1, "rules": [{"id": "A b", "on": ["mesage"], "do": []}]}"#).unwrap();
    let bad_rules = bad_rules.to_str().unwrap();
    let cases = [
        ("no data yet", vec!["rules", "list", ACCOUNT], "start the stack"),
        ("no stack runs", vec!["send", "--all"], "start the stack"),
        ("nothing named", vec!["send"], "required"),
        ("a rule set with mistakes", vec!["rules", "check", bad_rules], "rules[0]"),
        ("a file that is not there", vec!["rules", "check", "missing.json"], "missing.json cannot be read"),
        ("an unknown command", vec!["serve"], "unrecognized subcommand"),
    ];
    for (case, words, expected) in cases {
        let output = ask(&nothing, &words);
        assert!(!output.status.success(), "{case}");
        assert!(told(&output).contains(expected), "{case}: {}", told(&output));
    }
}
