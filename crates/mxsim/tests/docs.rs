//! The documentation tells the truth: its commands are run, its tables hold every field and preset, its links lead somewhere.
//!
//! A fenced block `console` in the README, in a page of docs/ or of docs/guide/ is a session: a line `$ ...` is a command, lines `> ...` after it go on with it,
//! the rest is what it prints to standard output. Commands run in a shell, in a copy of the folder `scenarios`; what one block writes the
//! next of that page finds. An output that ends in a line `...` goes on beyond what is shown. `MXSIM_BLESS=1` writes the outputs anew.

use mxsim_core::catalog::Catalog;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The README, all pages of docs/ and those of the guide.
fn pages() -> Vec<PathBuf> {
    let entries = |folder: &str| fs::read_dir(root().join(folder)).expect("a folder of pages").flatten();
    let docs = entries("docs").chain(entries("docs/guide")).map(|entry| entry.path());
    let mut pages: Vec<PathBuf> =
        docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// A folder with a copy of the scenarios.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenarios = folder.path().join("scenarios");
    fs::create_dir(&scenarios).expect("a folder");
    for entry in fs::read_dir(root().join("scenarios")).expect("scenarios/").flatten() {
        fs::copy(entry.path(), scenarios.join(entry.file_name())).expect("a copy");
    }
    folder
}

/// What `command` prints to standard output, with `mxsim` being the one under test.
#[cfg(unix)]
fn output(command: &str, folder: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_mxsim"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", binary.parent().expect("a folder").display());
    // This is an unoptimised build beside other tests, so it may need more than the minute a run has by default.
    let command = command.replace("cargo run --release -- run ", "mxsim run --max-time 1h ");
    let run = Command::new("sh").args(["-c", &command]).current_dir(folder).env("PATH", path).output();
    String::from_utf8(run.expect("a shell").stdout).expect("UTF-8")
}

/// A page with the outputs of its sessions written anew.
#[cfg(unix)]
fn rerun(text: &str, folder: &Path) -> String {
    let mut lines = text.lines().peekable();
    let mut page = String::new();
    while let Some(line) = lines.next() {
        page.push_str(&format!("{line}\n"));
        if line != "```console" {
            continue;
        }
        while let Some(command) = lines.next_if(|line| line.starts_with("$ ")) {
            page.push_str(&format!("{command}\n"));
            let mut command = command[2..].to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
                page.push_str(&format!("{more}\n"));
                command.push_str(&format!("\n{}", &more[2..]));
            }
            let mut shown: Vec<&str> = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ") && *line != "```") {
                shown.push(line);
            }
            page.push_str(&as_shown(&output(&command, folder), &shown));
        }
    }
    page
}

/// The whole output, or as many lines of it as were shown before `...`.
#[cfg(unix)]
fn as_shown(output: &str, shown: &[&str]) -> String {
    let cut = shown.last() == Some(&"...");
    let lines: Vec<&str> = output.lines().collect();
    if cut && shown.len() <= lines.len() {
        return format!("{}\n...\n", lines[..shown.len() - 1].join("\n"));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
#[cfg(unix)]
fn commands_print_what_the_pages_show() {
    for path in pages() {
        let text = fs::read_to_string(&path).expect("a page");
        if !text.contains("```console\n") {
            continue;
        }
        let folder = folder();
        let now = rerun(&text, folder.path());
        if std::env::var_os("MXSIM_BLESS").is_some() {
            fs::write(&path, &now).expect("a page");
            continue;
        }
        for (number, (shown, printed)) in text.lines().zip(now.lines()).enumerate() {
            assert_eq!(shown, printed, "{}:{}: MXSIM_BLESS=1 writes it anew", path.display(), number + 1);
        }
        assert_eq!(text.lines().count(), now.lines().count(), "{}: MXSIM_BLESS=1", path.display());
    }
}

#[test]
fn the_readme_opens_with_a_decided_answer_and_names_both_commands() {
    let readme = page("README.md");
    assert!(readme.contains("$ cargo run --release -- run scenarios/three-equal-mx.toml\n"));
    assert!(readme.contains("cargo test --workspace\n"));
    let session = readme.split("```").nth(1).expect("a first block");
    let decided = ["YES", "NO", "DEPENDS ON"].iter().any(|word| session.contains(word));
    assert!(decided && !session.contains("CAN'T TELL"), "the answer is open: {session}");
}

#[test]
fn the_results_reference_holds_every_field() {
    let folder = folder();
    let run = Command::new(env!("CARGO_BIN_EXE_mxsim"))
        .args(["run", "scenarios/primary-and-backup.toml", "--replications", "2", "--format", "json"])
        .current_dir(folder.path())
        .output()
        .expect("mxsim");
    let document: Value = serde_json::from_slice(&run.stdout).expect("a results document");
    let mut fields = BTreeSet::new();
    collect(&document, &mut fields);
    assert!(fields.len() > 80, "only {} fields", fields.len());
    let reference = page("docs/results.md");
    let missing: Vec<_> = fields.iter().filter(|field| !reference.contains(&format!("`{field}`"))).collect();
    assert!(missing.is_empty(), "docs/results.md does not explain {missing:?}");
}

fn collect(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(field, value)| {
            fields.insert(field.clone());
            collect(value, fields);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, fields)),
        _ => {}
    }
}

#[test]
fn the_models_page_holds_every_preset_with_its_grade() {
    let models = page("docs/models.md");
    let catalog = Catalog::builtin();
    let mut seen = 0;
    for preset in catalog.summaries() {
        let (id, grade) = (preset.id, preset.weakest_grade);
        let row = models.lines().find(|line| line.starts_with(&format!("| `{id}`")));
        let row = row.unwrap_or_else(|| panic!("docs/models.md has no row for {id}"));
        let last = row.trim_end_matches(" |").rsplit("| ").next().unwrap_or_default();
        assert!(last.starts_with(grade.name()), "{id} is {}, docs/models.md says {last}", grade.name());
        seen += 1;
    }
    assert!(seen >= 14);
}

#[test]
fn the_catalogue_page_is_what_the_command_prints() {
    let printed = Command::new(env!("CARGO_BIN_EXE_mxsim")).args(["presets", "--format", "md"]).output();
    let printed = String::from_utf8(printed.expect("the command runs").stdout).expect("UTF-8");
    if std::env::var_os("MXSIM_BLESS").is_some() {
        fs::write(root().join("docs/catalogue.md"), &printed).expect("the page is written");
    }
    let stale = page("docs/catalogue.md").replace("\r\n", "\n") != printed;
    assert!(!stale, "docs/catalogue.md is stale; renew it with MXSIM_BLESS=1");
}

#[test]
fn the_glossary_is_in_alphabetical_order() {
    let glossary = page("docs/glossary.md");
    let entries = glossary.lines().filter_map(|line| line.strip_prefix("**")?.split_once("**:"));
    let letters =
        |word: &str| word.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let words: Vec<String> =
        entries.map(|(words, _)| letters(words.split(',').next().unwrap_or_default())).collect();
    assert!(words.len() > 100);
    assert!(words.is_sorted(), "{:?}", words.windows(2).find(|pair| pair[0] > pair[1]));
}

#[test]
fn links_between_pages_lead_somewhere() {
    for path in pages() {
        let text = fs::read_to_string(&path).expect("a page");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            if file.contains("://") {
                continue;
            }
            let target = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            assert!(target.exists(), "{}: {link} leads nowhere", path.display());
            if !anchor.is_empty() {
                let text = fs::read_to_string(&target).expect("a page");
                let found = text.lines().any(|line| line.starts_with('#') && slug(line) == anchor);
                assert!(found, "{}: {link} names no heading", path.display());
            }
        }
    }
}

/// The anchor of a heading.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
