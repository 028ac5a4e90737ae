//! One fault at a time: an oracle that stays green over a broken simulator proves nothing.
//!
//! Every mutant of `mutants.toml` is one textual replacement in a copy of the workspace under `target/mutants`; its oracle is run there and
//! has to fail as a test, not for want of compiling. The copy has a target folder of its own, shared by all mutants, so that dependencies
//! are built once.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// How often a running test is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// Looks after which an oracle has taken too long: five minutes, where the slowest takes seconds. A fault may make the simulator run for ever.
const MOST_LOOKS: u32 = 1_500;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// What is broken, in words.
    pub name: String,
    /// File in the workspace.
    pub file: String,
    /// Text that stands in it exactly once.
    pub find: String,
    /// What takes its place.
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
    /// The code does not compile.
    DoesNotCompile,
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

/// A copy of the workspace.
#[derive(Debug, Clone)]
pub struct Copy {
    original: PathBuf,
    workspace: PathBuf,
    target: PathBuf,
}

impl Copy {
    /// Copies what git would commit of the workspace at `root`. A file that has not changed since the last copy is left alone, so that
    /// cargo does not build it again.
    ///
    /// # Errors
    /// If git does not know the folder or a file cannot be copied.
    pub fn of(root: &Path) -> Result<Self, String> {
        let folder = root.join("target/mutants");
        let copy = Self {
            original: root.into(),
            workspace: folder.join("workspace"),
            target: folder.join("target"),
        };
        let files = files_of(root)?;
        for file in &files {
            copy.renew(file).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        copy.drop_others(&copy.workspace, &files)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(copy)
    }

    /// Makes the copy of `file` like the original.
    fn renew(&self, file: &Path) -> io::Result<()> {
        let (from, to) = (self.original.join(file), self.workspace.join(file));
        // A file that is deleted but still known to git.
        if !from.exists() {
            return if to.exists() { fs::remove_file(to) } else { Ok(()) };
        }
        let content = fs::read(from)?;
        if fs::read(&to).is_ok_and(|known| known == content) {
            return Ok(());
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(to, content)
    }

    /// Removes what an earlier copy left behind.
    fn drop_others(&self, folder: &Path, files: &BTreeSet<PathBuf>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.drop_others(&path, files)?;
            } else if !path.strip_prefix(&self.workspace).is_ok_and(|file| files.contains(file)) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Runs the tests of `oracle` in the copy as it is.
    ///
    /// # Errors
    /// If cargo or the tests cannot be run.
    pub fn test(&self, oracle: &str) -> Result<Ending, String> {
        let (binary, filter) = oracle.split_once(' ').unwrap_or((oracle, ""));
        let Some(program) = self.build(binary)? else { return Ok(Ending::DoesNotCompile) };
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&program);
            command.current_dir(self.workspace.join("crates/mxsim-verify"));
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

    /// Builds a test binary of this crate in the copy; `None` if it does not compile.
    fn build(&self, binary: &str) -> Result<Option<PathBuf>, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["test", "--no-run", "--locked", "--package", "mxsim-verify", "--test", binary])
            .args(["--message-format", "json"])
            .current_dir(&self.workspace)
            .env("CARGO_TARGET_DIR", &self.target)
            // Nobody debugs a mutant, and without this a build takes half as long again.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        let messages = String::from_utf8_lossy(&built.stdout).into_owned();
        let program = messages.lines().find_map(|line| program_of(line, binary));
        Ok(program.filter(|_| built.status.success()))
    }

    /// Puts one fault in, runs its oracle, and takes the fault out again.
    ///
    /// # Errors
    /// If the text to replace does not stand in the file exactly once, or cargo cannot be run.
    pub fn test_with(&self, mutant: &Mutant) -> Result<Ending, String> {
        let path = self.workspace.join(&mutant.file);
        let fail = |error: io::Error| format!("{}: {error}", mutant.file);
        let text = fs::read_to_string(&path).map_err(fail)?;
        fs::write(&path, mutated(&text, mutant)?).map_err(fail)?;
        let ending = self.test(&mutant.oracle);
        fs::write(&path, text).map_err(fail)?;
        ending
    }
}

/// The path in a message of cargo about the finished test binary `name`.
fn program_of(message: &str, name: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_it = message["target"]["name"].as_str() == Some(name);
    message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
}

/// `text` with the fault of `mutant`.
fn mutated(text: &str, mutant: &Mutant) -> Result<String, String> {
    match text.matches(&mutant.find).count() {
        1 => Ok(text.replace(&mutant.find, &mutant.replace)),
        times => Err(format!("{}: the text to replace stands there {times} times, not once", mutant.file)),
    }
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

    /// A mutant that fits nowhere is found here already, without a build.
    #[test]
    fn every_mutant_fits_the_code_exactly_once() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mutants = list().expect("mutants.toml is well formed");
        for mutant in &mutants {
            let text = fs::read_to_string(root.join(&mutant.file)).expect("the file of a mutant");
            let broken = mutated(&text, mutant).unwrap_or_else(|error| panic!("{}: {error}", mutant.name));
            assert_ne!(broken, text, "{} changes nothing", mutant.name);
        }
        let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
        assert_eq!(names.len(), mutants.len(), "two mutants of one name");
    }

    #[test]
    fn text_that_stands_twice_is_refused() {
        let mutant = |find: &str| Mutant {
            name: "x".into(),
            file: "x".into(),
            find: find.into(),
            replace: "c".into(),
            oracle: "x".into(),
        };
        assert_eq!(mutated("a b b", &mutant("a")), Ok("c b b".into()));
        assert!(mutated("a b b", &mutant("b")).is_err() && mutated("a b b", &mutant("d")).is_err());
    }
}
