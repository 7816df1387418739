//! What the runbooks and the deployment's pages say is held against what there is: commands, files, alarms, metrics,
//! parameters, outputs, and the tests that rehearse them. What can be played without AWS is played.

mod pages;
mod played;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

use pages::{Page, RUNBOOKS, read, root, texts_in};

use crate::program::{program, told};

/// What the alarms and budgets are in a template.
const ALARM_TYPES: [&str; 3] =
    ["Type: AWS::CloudWatch::Alarm", "Type: AWS::CloudWatch::CompositeAlarm", "Type: AWS::Budgets::Budget"];

/// Commands that start something instead of looking at data: for these their help is asked.
const STARTING: [&str; 3] = ["run", "demo", "send"];

#[test]
fn every_command_is_one_that_the_program_takes() {
    let data = tempfile::tempdir().unwrap();
    let nothing = data.path().join("nothing");
    let mut seen = BTreeSet::new();
    for page in Page::all() {
        for words in page.commands_of("cargo run --").into_iter().filter(|words| !words.is_empty()) {
            if !seen.insert(words.clone()) {
                continue;
            }
            let mut command = program(&nothing);
            command.args(&words).stdin(Stdio::null());
            for variable in ["QUARANTINE_QUEUE_URL", "DEAD_LETTER_QUEUE_URL", "CONNECT_BASE_URL", "CALLBACK_URL"] {
                command.env_remove(variable);
            }
            if STARTING.contains(&words[0].as_str()) {
                command.arg("--help");
            }
            let output = command.output().unwrap();
            // Without data it cannot do what it is asked; what it does not understand ends with 2.
            assert_ne!(output.status.code(), Some(2), "{}: {words:?}: {}", page.name, told(&output));
        }
    }
    assert!(seen.len() > 60, "they are found: {}", seen.len());
}

#[test]
fn every_file_that_is_named_is_there() {
    for page in Page::all() {
        for path in page.paths() {
            assert!(root().join(&path).exists(), "{}: {path}", page.name);
        }
        for link in page.links() {
            let target = root().join(&page.folder).join(&link);
            assert!(target.exists(), "{}: {link}", page.name);
        }
    }
}

/// The resources of these types in the templates, by their names.
fn alarms() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in [read("template.yaml"), texts_in("infra/watch", "yaml")] {
        let mut name = "";
        for line in text.lines() {
            let is_name = line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':');
            if is_name {
                name = line.trim().trim_end_matches(':');
            } else if ALARM_TYPES.contains(&line.trim()) {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_alarm_has_a_page_and_every_page_names_its_alarms() {
    let alarms = alarms();
    let index = Page::read("infra/runbooks/README.md");
    let table: BTreeMap<String, String> = index.alarm_table().into_iter().collect();
    assert_eq!(table.keys().cloned().collect::<BTreeSet<_>>(), alarms, "the index names every alarm there is");
    for (alarm, page) in &table {
        let runbook = Page::read(&format!("{RUNBOOKS}/{page}"));
        assert!(runbook.row("Alarms").contains(alarm), "{page} does not name {alarm}");
    }
    for runbook in Page::runbooks() {
        for alarm in runbook.row("Alarms") {
            assert!(alarms.contains(&alarm), "{}: there is no alarm {alarm}", runbook.name);
        }
    }
}

#[test]
fn every_metric_is_one_that_is_written() {
    let sources = [texts_in("functions", "rs"), texts_in("crates", "rs")].concat();
    let catalogue = [texts_in("infra/watch", "json"), read("template.yaml")].concat();
    let is_written = |metric: &str| {
        let name = format!("\"{metric}\"");
        sources.contains(&name) || catalogue.contains(&name)
    };
    let dashboard = read("infra/watch/dashboard.yaml");
    for runbook in Page::runbooks() {
        for metric in runbook.row("Metrics") {
            assert!(is_written(&metric), "{}: nothing writes {metric}", runbook.name);
        }
        for words in runbook.commands_of("infra/deploy/metric") {
            let is_known = match words[0].as_str() {
                "ingest" | "worker" | "caretaker" | "connect" | "desk" | "-" => is_written(&words[1]),
                // SQS's own: the dashboard shows it, and `infra/acceptance/watch` knows all there are.
                "queue" => dashboard.contains(&format!("\"AWS/SQS\", \"{}\"", words[1])),
                _ => false,
            };
            assert!(is_known, "{}: {words:?}", runbook.name);
        }
    }
}

/// The names in a section of the template, such as `Parameters`.
fn names_in(section: &str) -> BTreeSet<String> {
    let template = read("template.yaml");
    let (_, rest) = template.split_once(&format!("\n{section}:\n")).unwrap();
    let lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
    let is_name = |line: &&str| line.starts_with("  ") && !line[2..].starts_with([' ', '#']);
    lines.filter(is_name).filter_map(|line| line.trim().split_once(':')).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_parameter_is_one_of_the_template() {
    let parameters = names_in("Parameters");
    for page in Page::all() {
        for name in page.parameters() {
            assert!(parameters.contains(&name), "{}: there is no parameter {name}", page.name);
        }
    }
}

#[test]
fn every_rehearsal_is_a_test_that_exists() {
    for runbook in Page::runbooks() {
        let rehearsals = runbook.rehearsals();
        for [path, test] in &rehearsals {
            let source = read(path);
            assert!(source.contains(&format!("fn {test}(")), "{}: no test {test} in {path}", runbook.name);
        }
        let says_why_not = runbook.text.contains("| Rehearsed by | nothing");
        assert!(!rehearsals.is_empty() || says_why_not, "{} says who rehearses it", runbook.name);
    }
}

#[test]
fn every_runbook_has_the_same_parts() {
    let parts = [
        "| Alarms |",
        "| Metrics |",
        "**What it means for people.**",
        "## First two minutes",
        "## It is over when",
        "## Tell",
    ];
    for runbook in Page::runbooks() {
        for part in parts {
            assert!(runbook.text.contains(part), "{} without {part:?}", runbook.name);
        }
    }
}

#[test]
fn a_shell_is_pointed_at_a_deployment_by_its_outputs() {
    let tools = tempfile::tempdir().unwrap();
    let outputs = names_in("Outputs");
    let mut rows: Vec<String> = outputs.iter().map(|name| format!("{name}\thttps://of.example/{name}")).collect();
    rows.extend(["GraphBaseUrl\thttps://graph.instagram.com", "ExtraFields\t", "LogLevel\tinfo"].map(str::to_owned));
    let answer = tools.path().join("answer");
    std::fs::write(&answer, rows.join("\n")).unwrap();
    let aws = tools.path().join("aws");
    std::fs::write(&aws, format!("#!/bin/sh\ncat {}\n", answer.display())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.current_dir(root()).env("PATH", path).env("CRM_QUEUE_URL", "of another one").env("TABLE_NAME", "another");
    let output = shell.args(["-c", "source infra/deploy/use stack-7 && env"]).output().unwrap();
    let set = told(&output);
    assert!(output.status.success(), "{set}");
    let expected = [
        ("STACK", "stack-7"),
        ("TABLE_NAME", "https://of.example/TableName"),
        ("EVENTS_QUEUE_URL", "https://of.example/EventsQueueUrl"),
        ("QUARANTINE_QUEUE_URL", "https://of.example/QuarantineQueueUrl"),
        ("DEAD_LETTER_QUEUE_URL", "https://of.example/DeadLetterQueueUrl"),
        ("CRM_QUEUE_URL", "https://of.example/CrmQueueUrl"),
        ("META_APPS_SECRET", "https://of.example/MetaAppsSecretArn"),
        ("CRM_SECRET", "https://of.example/CrmSecretArn"),
        ("TOKEN_KEY", "https://of.example/TokenKeyArn"),
        ("CALLBACK_URL", "https://of.example/CallbackUrl"),
        ("CONNECT_BASE_URL", "https://of.example/ConnectUrl"),
        ("GRAPH_BASE_URL", "https://graph.instagram.com"),
        ("EXTRA_FIELDS", ""),
    ];
    for (variable, value) in expected {
        assert!(set.lines().any(|line| line == format!("{variable}={value}")), "{variable}: {set}");
    }
    let mut nothing = Command::new("bash");
    let output = nothing.current_dir(root()).args(["-c", "source infra/deploy/use"]).output().unwrap();
    assert!(!output.status.success() && told(&output).contains("which stack?"), "{}", told(&output));
}

#[test]
fn commands_are_taken_apart_as_a_shell_does() {
    let cases: [(&str, &[&str]); 6] = [
        ("cargo run -- status", &["status"]),
        ("cargo run -- explain 'a|b c'   # why", &["explain", "a|b c"]),
        (r#"TABLE_NAME="$SIDE" cargo run -- erase-again "$TABLE_NAME""#, &["erase-again", "$TABLE_NAME"]),
        (r#"cargo run -- accounts invite --office "Gabinete Um""#, &["accounts", "invite", "--office", "Gabinete Um"]),
        ("cargo run -- doctor && echo well", &["doctor"]),
        ("cargo build", &[]),
    ];
    for (line, expected) in cases {
        let found = pages::words_after(line, "cargo run --").unwrap_or_default();
        assert_eq!(found, expected, "{line}");
    }
}
