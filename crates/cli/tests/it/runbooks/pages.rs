//! The pages, and what stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) const RUNBOOKS: &str = "infra/runbooks";

/// Where paths in the pages begin.
const FOLDERS: [&str; 4] = ["infra/", "events/", "crates/", "functions/"];

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below a folder that end so, one after the other. Nothing if there is no such folder.
pub(super) fn texts_in(folder: &str, ending: &str) -> String {
    let mut text = String::new();
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return text };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            text += &texts_in(&format!("{folder}/{name}"), ending);
        } else if Path::new(&name).extension().is_some_and(|extension| extension == ending) {
            text += &fs::read_to_string(entry.path()).unwrap();
        }
    }
    text
}

/// A page for people.
pub(super) struct Page {
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) text: String,
}

impl Page {
    pub(super) fn read(path: &str) -> Self {
        let folder = Path::new(path).parent().unwrap().to_str().unwrap().to_owned();
        Self { name: path.to_owned(), folder, text: read(path) }
    }

    /// The runbooks, without their index.
    pub(super) fn runbooks() -> Vec<Self> {
        let names = fs::read_dir(root().join(RUNBOOKS)).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name != "README.md");
        names.sort();
        names.iter().map(|name| Self::read(&format!("{RUNBOOKS}/{name}"))).collect()
    }

    /// Every page that tells somebody to do something.
    pub(super) fn all() -> Vec<Self> {
        let mut pages = Self::runbooks();
        pages.extend(["infra/runbooks/README.md", "infra/deploy/README.md", "README.md"].map(Self::read));
        pages
    }

    /// The lines of its shell blocks, and what stands as code in its sentences.
    fn code(&self) -> Vec<String> {
        let mut code = Vec::new();
        let mut prose = String::new();
        let mut block: Option<&str> = None;
        for line in self.text.lines() {
            match (line.trim().strip_prefix("```"), block) {
                (Some(_), Some(_)) => block = None,
                (Some(language), None) => block = Some(language),
                (None, Some("sh")) => code.push(line.trim().to_owned()),
                (None, Some(_)) => {}
                (None, None) => {
                    // A span of code ends with its paragraph at the latest.
                    prose += if line.trim().is_empty() || line.starts_with('|') { "\n\n" } else { " " };
                    prose += line.trim();
                }
            }
        }
        for paragraph in prose.split("\n\n") {
            code.extend(paragraph.split('`').skip(1).step_by(2).map(str::to_owned));
        }
        code
    }

    /// The words behind a command, for each time it stands there. What is only hinted at (`…`) is left out.
    pub(super) fn commands_of(&self, command: &str) -> Vec<Vec<String>> {
        let code = self.code();
        let complete = code.iter().filter(|line| !line.contains('…'));
        complete.filter_map(|line| words_after(line, command)).collect()
    }

    /// Paths in its code.
    pub(super) fn paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        for line in self.code() {
            for word in line.split([' ', '"', '\'', '(', ')']) {
                let word = word.strip_prefix("file://").unwrap_or(word).trim_end_matches([':', ',', '.', ';']);
                let is_pattern = word.contains(['*', '{', '…', '$']);
                if !is_pattern && FOLDERS.iter().any(|folder| word.starts_with(folder)) {
                    paths.insert(word.to_owned());
                }
            }
        }
        paths
    }

    /// Where its links into this repository lead.
    pub(super) fn links(&self) -> BTreeSet<String> {
        let targets = self.text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let inside = targets.map(|(target, _)| target).filter(|target| !target.starts_with("http"));
        inside.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
    }

    /// What stands as code in a row of the table at its head.
    pub(super) fn row(&self, name: &str) -> Vec<String> {
        let head = format!("| {name} |");
        let line = self.text.lines().find(|line| line.starts_with(&head)).unwrap_or_default();
        line.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// Files and tests that rehearse it.
    pub(super) fn rehearsals(&self) -> Vec<[String; 2]> {
        let from = self.text.lines().skip_while(|line| !line.starts_with("| Rehearsed by |"));
        let rows = from.take_while(|line| line.starts_with('|'));
        let spans = rows.map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
        spans.filter_map(|spans| spans.try_into().ok()).collect()
    }

    /// Of an index: alarms with their pages.
    pub(super) fn alarm_table(&self) -> Vec<(String, String)> {
        let (_, rest) = self.text.split_once("## By alarm").unwrap();
        let (table, _) = rest.split_once("\n## ").unwrap();
        let row = |line: &str| {
            let (alarm, rest) = line.strip_prefix("| `")?.split_once('`')?;
            let (_, link) = rest.split_once("](")?;
            let (page, _) = link.split_once(')')?;
            Some((alarm.to_owned(), page.to_owned()))
        };
        table.lines().filter_map(row).collect()
    }

    /// Parameters of the template that it gives a value: `Size=small`, or in a table of their own.
    pub(super) fn parameters(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for line in self.code() {
            let is_deployment = line.contains("--parameter-overrides");
            let words = line.split([' ', '"', '\'']);
            for (name, _) in words.filter_map(|word| word.split_once('=')) {
                let is_name = name.starts_with(|first: char| first.is_ascii_uppercase())
                    && name.contains(|any: char| any.is_ascii_lowercase())
                    && name.chars().all(|any| any.is_ascii_alphanumeric());
                let is_alone = !line.contains(' ');
                if is_name && (is_deployment || is_alone) {
                    names.insert(name.to_owned());
                }
            }
        }
        if let Some((_, rest)) = self.text.split_once("| parameter | when |\n") {
            for line in rest.lines().take_while(|line| line.starts_with('|')) {
                let cell = line.split('|').nth(1).unwrap_or_default();
                let spans = cell.split('`').skip(1).step_by(2);
                names.extend(spans.map(|span| span.split('=').next().unwrap_or_default().to_owned()));
            }
        }
        names
    }
}

/// The words that a shell would give a command, if the line holds it: quotes are taken off, variables stay as they are.
pub(super) fn words_after(line: &str, command: &str) -> Option<Vec<String>> {
    let (_, rest) = line.split_once(command)?;
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in rest.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(character),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, '|' | '<' | '>' | ';' | '&') => break,
            (None, ' ' | '\n') => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Some(words)
}
