//! One fault at a time: an oracle that stays green over a broken simulator proves nothing.
//!
//! Every mutant of `mutants.toml` is an expression of the simulator and another that takes its place. All of them are written into one copy of
//! the workspace under `target/mutants`, each behind a switch, so that the copy is built once; the environment variable `MXSIM_MUTANT` then
//! says which one is on. Its oracle has to fail as a test, not for want of compiling, and to pass while all switches are off.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// How often a running test is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// Looks after which an oracle has taken too long: five minutes, where the slowest takes seconds. A fault may make the simulator run for ever.
const MOST_LOOKS: u32 = 1_500;

/// Names the mutant that is on by its number, from 1; all are off without it.
const SWITCH: &str = "MXSIM_MUTANT";
/// The crate that is broken.
const CORE: &str = "crates/mxsim-core/src/";
/// What the copy of that crate has more than the original: the switch.
const SWITCHBOARD: &str = r#"
/// Which fault is on.
pub mod mutant {
    /// True if it is the one of this number.
    pub fn on(number: usize) -> bool {
        static NUMBER: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
        let read = || std::env::var("MXSIM_MUTANT").ok().and_then(|number| number.parse().ok());
        *NUMBER.get_or_init(|| read().unwrap_or(0)) == number
    }
}
"#;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// What is broken, in words.
    pub name: String,
    /// File in the workspace, in the core crate.
    pub file: String,
    /// Text that stands in it exactly once: an expression, or text that holds one between « and ».
    pub find: String,
    /// The expression that takes its place.
    pub replace: String,
    /// The test binary of this crate and the name of the test in it that has to notice.
    pub oracle: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    mutant: Vec<Mutant>,
}

/// How a run of an oracle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All tests passed.
    Green,
    /// A test failed.
    Red,
    /// No test has that name.
    NoTest,
    /// It was stopped.
    TookTooLong,
}

/// The mutants of this crate.
///
/// # Errors
/// If `mutants.toml` cannot be read.
pub fn list() -> Result<Vec<Mutant>, String> {
    let text = include_str!("../mutants.toml");
    toml::from_str(text).map(|List { mutant }| mutant).map_err(|error| format!("mutants.toml: {error}"))
}

/// A copy of the workspace with every fault in it, and the test binaries built from it.
#[derive(Debug)]
pub struct Broken {
    workspace: PathBuf,
    programs: BTreeMap<String, PathBuf>,
}

impl Broken {
    /// Copies what git would commit of the workspace at `root`, writes the faults in and builds the test binaries their oracles are in. A file
    /// that comes out as it is there already is left alone, so that cargo does not build it again.
    ///
    /// # Errors
    /// If git does not know the folder, a file cannot be copied, a mutant does not fit its file, or the copy does not compile.
    pub fn copy_of(root: &Path, mutants: &[Mutant]) -> Result<Self, String> {
        let workspace = root.join("target/mutants/workspace");
        let files = files_of(root)?;
        for file in &files {
            renew(root, &workspace, file, mutants)?;
        }
        drop_others(&workspace, &workspace, &files)
            .map_err(|error| format!("{}: {error}", workspace.display()))?;
        let binaries = mutants.iter().map(|mutant| parts(&mutant.oracle).0).collect();
        let programs = build(&workspace, &root.join("target/mutants/target"), &binaries)?;
        Ok(Self { workspace, programs })
    }

    /// Runs the tests of `oracle` with the mutant of this number on; 0 for none.
    ///
    /// # Errors
    /// If the tests cannot be run.
    pub fn test(&self, oracle: &str, number: usize) -> Result<Ending, String> {
        let (binary, filter) = parts(oracle);
        let program = self.programs.get(binary).ok_or_else(|| format!("no test binary {binary}"))?;
        let run = |arguments: &[&str]| {
            let mut command = Command::new(program);
            command.current_dir(self.workspace.join("crates/mxsim-verify")).env(SWITCH, number.to_string());
            command.arg(filter).args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
            command
        };
        let fail = |error: io::Error| format!("{}: {error}", program.display());
        let listed = run(&["--list"]).output().map_err(fail)?;
        if !String::from_utf8_lossy(&listed.stdout).contains(": test") {
            return Ok(Ending::NoTest);
        }
        Ok(match wait(run(&[]).stdout(Stdio::null())).map_err(fail)? {
            None => Ending::TookTooLong,
            Some(status) if status.success() => Ending::Green,
            Some(_) => Ending::Red,
        })
    }
}

impl Mutant {
    /// What comes before the expression in `find`, the expression, and what comes after it.
    fn parts(&self) -> (&str, &str, &str) {
        let inner = self.find.split_once('«').and_then(|(before, rest)| {
            let (expression, after) = rest.split_once('»')?;
            Some((before, expression, after))
        });
        inner.unwrap_or(("", &self.find, ""))
    }
}

/// The test binary and the test of an oracle.
fn parts(oracle: &str) -> (&str, &str) {
    oracle.split_once(' ').unwrap_or((oracle, ""))
}

/// Makes the copy of `file` like the original, with the faults that belong there.
fn renew(root: &Path, workspace: &Path, file: &Path, mutants: &[Mutant]) -> Result<(), String> {
    let (from, to) = (root.join(file), workspace.join(file));
    let fail = |error: io::Error| format!("{}: {error}", file.display());
    // A file that is deleted but still known to git.
    if !from.exists() {
        return if to.exists() { fs::remove_file(to).map_err(fail) } else { Ok(()) };
    }
    let mut content = fs::read(from).map_err(fail)?;
    if file.starts_with(CORE) && file.extension().is_some_and(|extension| extension == "rs") {
        let text = String::from_utf8(content).map_err(|error| format!("{}: {error}", file.display()))?;
        content = broken(&text, file, mutants)?.into_bytes();
    }
    if fs::read(&to).is_ok_and(|known| known == content) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    fs::write(to, content).map_err(fail)
}

/// Removes what an earlier copy left behind.
fn drop_others(workspace: &Path, folder: &Path, files: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            drop_others(workspace, &path, files)?;
        } else if !path.strip_prefix(workspace).is_ok_and(|file| files.contains(file)) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The text of a file of the core crate with its mutants, each behind its switch.
fn broken(text: &str, file: &Path, mutants: &[Mutant]) -> Result<String, String> {
    let mut places: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (index, mutant) in mutants.iter().enumerate().filter(|(_, mutant)| Path::new(&mutant.file) == file) {
        places.entry(place(text, mutant)?).or_default().push(index);
    }
    let mut broken = text.to_owned();
    let mut end_before = usize::MAX;
    // From the end, so that the places before stay where they are.
    for (&(start, end), at_place) in places.iter().rev() {
        if end > end_before {
            return Err(format!("{}: two mutants overlap", mutants[at_place[0]].file));
        }
        broken.replace_range(start..end, &switched(&text[start..end], at_place, mutants));
        end_before = start;
    }
    let switches: Vec<usize> = broken.match_indices("(if crate::mutant::on").map(|(at, _)| at).collect();
    for at in switches.into_iter().rev() {
        drop_const(&mut broken, at);
    }
    if file == Path::new(CORE).join("lib.rs") {
        // Parentheses around a switch are needed in some places and a warning in others.
        broken.insert_str(0, "#![allow(warnings)]\n");
        broken.push_str(SWITCHBOARD);
    }
    Ok(broken)
}

/// Where the expression of `mutant` begins and ends in `text`.
fn place(text: &str, mutant: &Mutant) -> Result<(usize, usize), String> {
    let (before, expression, after) = mutant.parts();
    let find = [before, expression, after].concat();
    let mut found = text.match_indices(&find);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok((at + before.len(), at + before.len() + expression.len())),
        _ => Err(format!(
            "{}: {}: the text to replace stands there {} times, not once",
            mutant.name,
            mutant.file,
            text.matches(&find).count()
        )),
    }
}

/// `expression` with the mutants that take its place, by index. Rust wants no parentheses around an assignment, and takes them.
fn switched(expression: &str, at_place: &[usize], mutants: &[Mutant]) -> String {
    let branch = |&index: &usize| {
        format!("if crate::mutant::on({}) {{ {} }} else ", index + 1, mutants[index].replace)
    };
    let branches: String = at_place.iter().map(branch).collect();
    format!("({branches}{{ {expression} }})")
}

/// A switch cannot be asked in a `const` function: the one around `at` becomes a plain one.
fn drop_const(text: &mut String, at: usize) {
    const CONST: &str = "const ";
    let begins = text[..at].rfind("fn ").unwrap_or(0);
    if text[..begins].ends_with(CONST) {
        text.replace_range(begins - CONST.len()..begins, "");
    }
}

/// Builds test binaries of this crate in the copy; gives where they are. Their target folder is their own, or cargo would take the copy's
/// command for the original's.
fn build(
    workspace: &Path,
    target: &Path,
    binaries: &BTreeSet<&str>,
) -> Result<BTreeMap<String, PathBuf>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tests = binaries.iter().flat_map(|binary| ["--test", binary]);
    let built = Command::new(cargo)
        .args([
            "test",
            "--no-run",
            "--locked",
            "--package",
            "mxsim-verify",
            "--message-format",
            "json-render-diagnostics",
        ])
        .args(tests)
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !built.status.success() {
        return Err("the copy with the mutants does not compile".into());
    }
    let messages = String::from_utf8_lossy(&built.stdout);
    let program = |binary: &&str| {
        let path = messages.lines().find_map(|line| program_of(line, binary))?;
        Some(((*binary).to_owned(), path))
    };
    Ok(binaries.iter().filter_map(program).collect())
}

/// The path in a message of cargo about the finished test binary `name`.
fn program_of(message: &str, name: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_it = message["target"]["name"].as_str() == Some(name);
    message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
}

/// Files that git tracks or would track.
fn files_of(root: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git: {error}"))?;
    if !listed.status.success() {
        return Err(format!("git: {}", String::from_utf8_lossy(&listed.stderr).trim()));
    }
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

/// Waits for `command`; `None` if it took too long and was stopped.
fn wait(command: &mut Command) -> io::Result<Option<ExitStatus>> {
    let mut child = command.spawn()?;
    for _ in 0..MOST_LOOKS {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(LOOK);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(find: &str) -> Mutant {
        Mutant {
            name: "x".into(),
            file: format!("{CORE}x.rs"),
            find: find.into(),
            replace: "0".into(),
            oracle: "x".into(),
        }
    }

    /// A mutant that fits nowhere is found here already, without a build.
    #[test]
    fn every_mutant_fits_the_code_exactly_once() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mutants = list().expect("mutants.toml is well formed");
        for mutant in &mutants {
            assert!(mutant.file.starts_with(CORE), "{} is in another crate", mutant.name);
            let text = fs::read_to_string(root.join(&mutant.file)).expect("the file of a mutant");
            broken(&text, Path::new(&mutant.file), &mutants).unwrap_or_else(|error| panic!("{error}"));
        }
        let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
        assert_eq!(names.len(), mutants.len(), "two mutants of one name");
    }

    #[test]
    fn mutants_stand_behind_their_switches() {
        let (first, second) = (mutant("a + 1"), mutant("= «a + 1»;"));
        let file = first.file.clone();
        let broken = |text: &str, mutants: &[Mutant]| broken(text, Path::new(&file), mutants);
        let both = broken("pub const fn f() { let x = a + 1; }", &[first, second]);
        let expected = "pub fn f() { let x = (if crate::mutant::on(1) { 0 } else if crate::mutant::on(2) { 0 } else { a + 1 }); }";
        assert_eq!(both.as_deref(), Ok(expected));
        assert!(broken("b b", &[mutant("b")]).is_err(), "it stands twice");
        assert!(broken("b", &[mutant("c")]).is_err(), "it does not stand there");
        assert!(broken("a + b", &[mutant("a + b"), mutant("+ «b»")]).is_err(), "they overlap");
    }
}
