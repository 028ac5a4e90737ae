//! The house keeps its shape: arrows run downwards only, every file stays readable, every scenario asks a question.
//!
//! See docs/architecture.md. A new arrow is a decision: change the tables here together with that page.

mod imports;
mod names;
mod pages;
mod steps;
mod walks;

use std::fs;
use std::path::{Path, PathBuf};

/// Which crates of the workspace a crate may use.
const CRATES: [(&str, &[&str]); 5] = [
    ("mxsim-core", &[]),
    ("mxsim-import", &["mxsim-core"]),
    ("mxsim-report", &["mxsim-core"]),
    ("mxsim", &["mxsim-core", "mxsim-import", "mxsim-report"]),
    ("mxsim-verify", &["mxsim-core", "mxsim-import", "mxsim-report"]),
];

/// Which modules of core a module of core may use, from the bottom up: a module uses only what stands before it. What is absent here is absent
/// on purpose.
const MODULES: [(&str, &[&str]); 21] = [
    ("time", &[]),
    ("ids", &["time"]),
    ("random", &[]),
    ("outgoing", &[]),
    ("theory", &[]),
    ("results", &[]),
    ("numerals", &["time", "results"]),
    ("smtp", &[]),
    ("syntax", &["time", "outgoing"]),
    ("node", &["time", "ids", "random", "smtp"]),
    ("edge", &["time", "random", "node"]),
    ("traffic", &["time", "random"]),
    ("dns", &["time", "random", "syntax"]),
    ("sender", &["time", "ids", "random", "smtp"]),
    ("parameters", &["time", "results", "smtp", "syntax", "node", "edge", "dns", "sender"]),
    ("catalog", &["results", "syntax", "node", "edge", "dns", "sender", "parameters"]),
    (
        "scenario",
        &[
            "time",
            "outgoing",
            "results",
            "smtp",
            "syntax",
            "node",
            "edge",
            "traffic",
            "dns",
            "sender",
            "parameters",
            "catalog",
        ],
    ),
    ("tally", &["time", "results", "scenario"]),
    ("estimate", &["time", "results", "numerals", "theory", "scenario", "tally"]),
    (
        "engine",
        &[
            "time", "ids", "random", "results", "smtp", "node", "edge", "traffic", "dns", "sender",
            "scenario", "tally",
        ],
    ),
    (
        "study",
        &[
            "time",
            "ids",
            "random",
            "theory",
            "results",
            "numerals",
            "smtp",
            "syntax",
            "dns",
            "sender",
            "parameters",
            "scenario",
            "tally",
            "estimate",
            "engine",
        ],
    ),
];

/// Which modules of core a report may use: results, the documents of questions, what stands in a catalogue, how a number is written and how a text of
/// somebody else is shown.
/// What simulates is absent.
const REPORTED: [&str; 14] = [
    "results",
    "numerals",
    "outgoing",
    "study::ask",
    "study::check",
    "study::compare",
    "study::fail",
    "study::cutover",
    "study::judge",
    "study::size",
    "study::sweep",
    "study::trace",
    "syntax::diagnostic",
    "catalog",
];

/// Longest file of code, tests inside it included.
const MOST_LINES: usize = 800;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.ends_with("target") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The code of a file without its tests, which may look further, and without comments.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("source");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn crates_depend_downwards_only() {
    for (name, allowed) in CRATES {
        let manifest =
            fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Table = manifest.parse().expect("TOML");
        let dependencies = manifest["dependencies"].as_table().expect("a table");
        for dependency in dependencies.keys().filter(|dependency| dependency.starts_with("mxsim")) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

/// So no two modules use each other, not even by a detour.
#[test]
fn the_table_of_modules_has_no_circle() {
    for (place, (module, allowed)) in MODULES.iter().enumerate() {
        for used in *allowed {
            let stands_before = MODULES[..place].iter().any(|(name, _)| name == used);
            assert!(stands_before, "{module} uses {used}, which does not stand before it");
        }
    }
}

#[test]
fn modules_of_core_depend_downwards_only() {
    let source = root().join("crates/mxsim-core/src");
    for (module, allowed) in MODULES {
        let mut files = rust_files(&source.join(module));
        files.extend(Some(source.join(format!("{module}.rs"))).filter(|file| file.exists()));
        assert!(!files.is_empty(), "there is no module {module}");
        for file in files.iter().filter(|file| !file.components().any(|part| part.as_os_str() == "tests")) {
            for line in code_of(file).lines() {
                for used in line.split("crate::").skip(1) {
                    let used: String =
                        used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    let is_module = MODULES.iter().any(|(name, _)| *name == used);
                    let fine = !is_module || used == module || allowed.contains(&used.as_str());
                    assert!(fine, "{}: {module} must not use {used}: {line}", file.display());
                }
            }
        }
    }
}

/// A table that allows what nobody needs hides the next arrow.
#[test]
fn every_arrow_of_the_table_is_used() {
    let source = root().join("crates/mxsim-core/src");
    for (module, allowed) in MODULES {
        let mut files = rust_files(&source.join(module));
        files.extend(Some(source.join(format!("{module}.rs"))).filter(|file| file.exists()));
        let code: String = files.iter().map(|file| code_of(file)).collect();
        for used in allowed {
            assert!(code.contains(&format!("crate::{used}")), "{module} does not use {used}");
        }
    }
}

#[test]
fn reports_are_made_from_documents_alone() {
    let mut uses = 0;
    for file in rust_files(&root().join("crates/mxsim-report/src")) {
        for line in code_of(&file).lines() {
            for rest in line.split("mxsim_core::").skip(1) {
                let path: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
                let fine = REPORTED.iter().any(|allowed| {
                    path.strip_prefix(allowed).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
                });
                assert!(fine, "{}: a report must not use {path}", file.display());
                uses += 1;
            }
        }
    }
    assert!(uses > 20, "the sources name no documents");
}

#[test]
fn no_file_grows_beyond_reading() {
    for file in rust_files(&root().join("crates")) {
        let lines = fs::read_to_string(&file).expect("source").lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines; split it by what it answers", file.display());
    }
}

#[test]
fn every_scenario_opens_with_its_question() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("scenarios")).expect("scenarios").flatten() {
        let text = fs::read_to_string(entry.path()).expect("a scenario");
        let head: String = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(head.contains('?'), "{} asks nothing", entry.path().display());
        assert!(text.contains("\ntitle = "), "{} has no title", entry.path().display());
        seen += 1;
    }
    assert!(seen >= 3);
}
