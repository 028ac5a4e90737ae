//! Kill -9 at any moment: no half file, no damaged older one, and after the next run nothing of ours is left.
//!
//! `MXSIM_KILLS=500` kills that often; 30 times otherwise.

use crate::support::{Folder, SMALL, mxsim_in, piped_in};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What is written: the arguments, the files, and whether they are there already, with other contents.
struct Case {
    arguments: &'static [&'static str],
    files: &'static [&'static str],
    is_there: bool,
}

const FIGURES: &[&str] =
    &["figures/capacity.svg", "figures/duration.svg", "figures/load.svg", "figures/split.svg"];

const CASES: [Case; 8] = [
    Case {
        arguments: &["run", "s.toml", "-q", "--replications", "3", "-o", "a.json"],
        files: &["a.json"],
        is_there: true,
    },
    Case {
        arguments: &["run", "s.toml", "-q", "--replications", "3", "-o", "a.csv"],
        files: &["a.csv"],
        is_there: false,
    },
    Case { arguments: &["report", "r.json", "-o", "a.md"], files: &["a.md"], is_there: true },
    Case { arguments: &["report", "r.json", "--figures", "figures"], files: FIGURES, is_there: false },
    Case { arguments: &["report", "r.json", "--figures", "figures"], files: FIGURES, is_there: true },
    Case { arguments: &["init", "--force", "-o", "a.toml"], files: &["a.toml"], is_there: true },
    Case { arguments: &["init", "-o", "a.toml"], files: &["a.toml"], is_there: false },
    Case {
        arguments: &["man", "--dir", "pages"],
        files: &["pages/mxsim.1", "pages/mxsim-run.1"],
        is_there: false,
    },
];

const OLD: &str = "what was there before";

fn kills() -> u64 {
    std::env::var("MXSIM_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(30)
}

/// Numbers that look random and are the same each time.
fn draw(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64
}

/// All files below `folder`, by their path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let name = entry.strip_prefix(folder).expect("a file below it").to_owned();
                found.insert(name, fs::read(&entry).expect("a file"));
            }
        }
    }
    found
}

fn is_ours(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().to_string_lossy().starts_with(".mxsim-"))
}

/// A folder in which the case can run.
fn prepared(case: &Case, results: &[u8]) -> Folder {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    folder.file("r.json", results);
    // A name like ours, and no file of ours.
    folder.file(".mxsim-notes", "mine");
    for file in case.files.iter().filter(|_| case.is_there) {
        fs::create_dir_all(folder.path().join(file).parent().expect("its folder")).expect("a folder");
        folder.file(file, OLD);
    }
    folder
}

/// The case as it ends when nobody kills it, and how long it takes.
fn whole(case: &Case, results: &[u8]) -> (BTreeMap<PathBuf, Vec<u8>>, Duration) {
    let folder = prepared(case, results);
    #[expect(clippy::disallowed_methods, reason = "a kill must fall into the run")]
    let begun = Instant::now();
    let run = mxsim_in(folder.path(), case.arguments);
    assert!(run.code() < 4, "{:?}: {}", case.arguments, run.stderr);
    (files(folder.path()), begun.elapsed())
}

#[test]
fn at_any_moment() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    let made = mxsim_in(folder.path(), &["run", "s.toml", "-q", "--replications", "3", "-o", "r.json"]);
    assert_eq!(made.code(), 3, "{}", made.stderr);
    let results = fs::read(folder.at("r.json")).expect("results");
    let known: Vec<_> = CASES.iter().map(|case| whole(case, &results)).collect();
    let mut state = 1;
    for kill in 0..kills() {
        let case = (kill % CASES.len() as u64) as usize;
        let (done, time) = &known[case];
        let folder = prepared(&CASES[case], &results);
        let mut child = piped_in(folder.path(), CASES[case].arguments);
        // Files are written at the end, so half of the kills fall there.
        let part = if draw(&mut state) < 0.5 { draw(&mut state) } else { 0.8 + 0.4 * draw(&mut state) };
        std::thread::sleep(time.mul_f64(part));
        let _ = child.kill();
        child.wait().expect("it ends");
        let found = files(folder.path());
        let news = look(&CASES[case], &found, done);
        let is_mixed = news != 0 && news != CASES[case].files.len();
        // A new set appears at once; over an older one it is completed by the next run.
        assert!(!is_mixed || CASES[case].is_there, "{:?}: {:?}", CASES[case].arguments, found.keys());
        let again = mxsim_in(folder.path(), CASES[case].arguments);
        let kept = CASES[case].arguments[0] == "init" && news > 0 && !CASES[case].is_there;
        assert!(again.code() < 4 || kept, "{:?}: {}", CASES[case].arguments, again.stderr);
        let after = files(folder.path());
        // A refusal to overwrite writes nothing, and so finds nothing either.
        assert!(kept || after == *done, "{:?}: {:?}", CASES[case].arguments, after.keys());
    }
}

/// Checks every file: it is whole, new or old. Returns how many are new.
fn look(case: &Case, found: &BTreeMap<PathBuf, Vec<u8>>, done: &BTreeMap<PathBuf, Vec<u8>>) -> usize {
    let mut news = 0;
    for (name, contents) in found.iter().filter(|(name, _)| !is_ours(name) || name.ends_with(".mxsim-notes"))
    {
        let is_new = done.get(name) == Some(contents);
        let is_old = case.is_there && contents == OLD.as_bytes();
        assert!(is_new || is_old, "{:?}: {} is damaged", case.arguments, name.display());
        news += usize::from(is_new && case.files.iter().any(|file| Path::new(file) == name));
    }
    let there = case.files.iter().filter(|file| found.contains_key(Path::new(file))).count();
    assert!(!case.is_there || there == case.files.len(), "{:?}: a file is gone", case.arguments);
    news
}
