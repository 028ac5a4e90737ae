//! docs/adding.md, step by step: each file is there and holds the names that come after it, an example that is to be followed occurs in the files of
//! its section and in no other, and the new sender is really added.

use super::{code_of, root, rust_files};
use mxsim_core::catalog::{Catalog, PresetKind};
use mxsim_core::scenario::{Format, RunOverrides, Scenario, SourceText};
use mxsim_core::study::{Quiet, RunOptions, simulate};
use std::collections::BTreeSet;
use std::fs;

const PAGE: &str = "docs/adding.md";

/// Crates of which a section with an example names every file that holds it.
const PUBLISHED: [&str; 4] = ["mxsim-core", "mxsim-import", "mxsim-report", "mxsim"];

/// A section: its heading, its numbered steps and its paragraphs.
struct Section {
    heading: String,
    steps: Vec<String>,
    paragraphs: Vec<String>,
}

fn page() -> String {
    fs::read_to_string(root().join(PAGE)).expect("the page")
}

fn sections() -> Vec<Section> {
    page().split("\n## ").skip(1).map(section).collect()
}

fn section(text: &str) -> Section {
    let (heading, body) = text.split_once('\n').expect("a heading");
    let (mut steps, mut paragraphs) = (Vec::new(), Vec::new());
    let mut is_code = false;
    for block in body.split("\n\n") {
        let begins_with_code = is_code || block.trim_start().starts_with("```");
        is_code ^= !block.matches("```").count().is_multiple_of(2);
        if begins_with_code {
            continue;
        }
        let all: &mut Vec<String> = if block.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
            &mut steps
        } else {
            &mut paragraphs
        };
        for line in block.lines().filter(|line| !line.trim().is_empty()) {
            let begins = line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(". ");
            match all.last_mut().filter(|_| !begins && line != block.lines().next().unwrap_or_default()) {
                Some(last) => last.push_str(&format!(" {}", line.trim())),
                None => all.push(line.trim().to_owned()),
            }
        }
    }
    Section { heading: heading.to_owned(), steps, paragraphs }
}

/// What stands in backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn is_path(word: &str) -> bool {
    ["crates/", "docs/"].iter().any(|folder| word.starts_with(folder))
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}

/// Files of a step, each with the names that come after it.
fn files_and_names(step: &str) -> Vec<(&str, Vec<&str>)> {
    let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
    for word in quoted(step) {
        if is_path(word) {
            files.push((word, Vec::new()));
        } else if let Some((_, names)) = files.last_mut().filter(|_| is_name(word)) {
            names.push(word);
        }
    }
    files
}

#[test]
fn every_file_is_there_and_holds_its_names() {
    let (mut files, mut names) = (0, 0);
    for section in sections() {
        for step in section.steps.iter().chain(&section.paragraphs) {
            for (path, wanted) in files_and_names(step) {
                let text = fs::read_to_string(root().join(path))
                    .unwrap_or_else(|error| panic!("{PAGE}, {}: {path}: {error}", section.heading));
                for name in &wanted {
                    assert!(has_word(&text, name), "{PAGE}, {}: {path} has no {name}", section.heading);
                }
                (files, names) = (files + 1, names + wanted.len());
            }
        }
    }
    assert!(files > 30 && names > 40, "the page names {files} files and {names} names");
}

/// So the page goes red when a fault, an outcome, a statistic or a format begins to stand somewhere else.
#[test]
fn an_example_occurs_in_the_files_of_its_steps_and_in_no_other() {
    let published = PUBLISHED.map(|name| format!("crates/{name}/src/"));
    let mut followed = 0;
    for section in sections() {
        let follow =
            section.paragraphs.iter().find_map(|text| text.split_once("Follow ").map(|(_, rest)| rest));
        let Some(follow) = follow else { continue };
        let examples = quoted(follow);
        assert!(!examples.is_empty(), "{}: nothing to follow", section.heading);
        for step in &section.steps {
            let first = quoted(step).first().copied().unwrap_or_default();
            assert!(is_path(first), "{}: no file in {step}", section.heading);
        }
        let files = section.steps.iter().flat_map(|step| files_and_names(step)).map(|(path, _)| path);
        let named: BTreeSet<String> = files
            .filter(|path| published.iter().any(|folder| path.starts_with(folder)))
            .map(str::to_owned)
            .collect();
        assert_eq!(named, files_with(&examples), "{PAGE}, {}: {examples:?}", section.heading);
        followed += 1;
    }
    assert_eq!(followed, 4);
}

/// Source files of the published crates whose code holds one of the words.
fn files_with(words: &[&str]) -> BTreeSet<String> {
    let sources = PUBLISHED.iter().flat_map(|name| rust_files(&root().join("crates").join(name).join("src")));
    let holding = sources.filter(|file| {
        let is_test = file.components().any(|part| part.as_os_str() == "tests");
        let code = code_of(file);
        !is_test && words.iter().any(|word| has_word(&code, word))
    });
    let shown = |file: std::path::PathBuf| {
        let path = file.strip_prefix(root()).expect("a file of the project").to_string_lossy().into_owned();
        path.replace('\\', "/")
    };
    holding.map(shown).collect()
}

/// The preset of the page: the file that its first step copies, with the keys of its example in place of those that are there.
fn example_preset() -> String {
    let sender =
        sections().into_iter().find(|section| section.heading == "A sending MTA").expect("the section");
    let (copied, _) = files_and_names(&sender.steps[0]).remove(0);
    let preset = fs::read_to_string(root().join(copied)).expect("the preset to copy");
    let page = page();
    let example =
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let changes: Vec<(String, &str, &str)> = keys(example);
    let mut lines: Vec<String> = Vec::new();
    let mut made = BTreeSet::new();
    let mut table = "";
    for line in preset.lines() {
        table = if line.starts_with('[') { line.trim() } else { table };
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        let change =
            changes.iter().find(|(of, changed, _)| of == table && *changed == key && !key.is_empty());
        made.extend(change.map(|(of, key, _)| format!("{of} {key}")));
        lines.push(change.map_or(line, |(_, _, line)| line).to_owned());
    }
    let wanted: BTreeSet<String> = changes.iter().map(|(of, key, _)| format!("{of} {key}")).collect();
    assert_eq!(made, wanted, "{copied} has no such keys");
    lines.join("\n") + "\n"
}

/// Keys of a TOML text with one key a line: table, key and line.
fn keys(text: &str) -> Vec<(String, &str, &str)> {
    let mut table = String::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        match line.split_once(" = ") {
            Some((key, _)) => found.push((table.clone(), key, line)),
            None if line.starts_with('[') => line.clone_into(&mut table),
            None => {}
        }
    }
    found
}

const SCENARIO: &str = r#"
[run]
replications = 2

[zone]
text = """
example.com.     300 IN MX 10 mx1.example.com.
example.com.     300 IN MX 10 mx2.example.com.
mx1.example.com. 300 IN A  192.0.2.1
mx2.example.com. 300 IN A  192.0.2.2
"""

[traffic]
messages_per_day = 2000

[[senders]]
preset = "exampled"
"#;

fn read(catalog: &Catalog) -> Result<Scenario, String> {
    let source = SourceText { name: "s.toml".into(), text: SCENARIO.into(), format: Format::Toml };
    let no_files = |_: &str| Err("it names no file".to_owned());
    Scenario::read_with(&source, catalog, &no_files, RunOverrides::default())
        .map_err(|error| error.to_string())
}

/// It takes the first host of the answer, and neither the default authority nor the default resolver changes the order: all mail goes to the first node.
#[test]
fn the_sender_of_the_page_can_be_simulated() {
    let unknown = read(Catalog::builtin()).expect_err("nobody knows it yet");
    assert!(unknown.contains("exampled"), "{unknown}");
    let preset = example_preset();
    let catalog = Catalog::builtin().with([(PresetKind::Sender, "exampled.toml", preset.as_str())]);
    let catalog = catalog.unwrap_or_else(|errors| panic!("{PAGE}: {}", errors[0]));
    let added = catalog.sender("exampled").expect("it is there now");
    assert!(added.title.contains("10 s"), "{}", added.title);
    let scenario = read(&catalog).unwrap_or_else(|error| panic!("{error}"));
    let options = RunOptions::of(&scenario).replications(2).worlds(0);
    let results = simulate(&scenario, options, &Quiet).expect("nobody interrupts it");
    assert!(results.delivery.totals.accepted > 3_000);
    assert_eq!(results.nodes[0].share.mean, 1.0, "it takes the first host");
    assert!(
        results.provenance.presets.iter().any(|preset| preset.id == "exampled" && preset.outside.is_some())
    );
}

#[test]
fn a_parameter_without_evidence_is_refused() {
    let without: String = example_preset()
        .lines()
        .filter(|line| !line.starts_with("\"retry.wait\""))
        .map(|line| format!("{line}\n"))
        .collect();
    let refused = Catalog::builtin().with([(PresetKind::Sender, "exampled.toml", without.as_str())]);
    let errors = refused.expect_err("a parameter has no evidence");
    assert!(errors[0].to_string().contains("retry.wait"), "{}", errors[0]);
}
