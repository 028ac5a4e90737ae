//! Starting the command and looking at what came of it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Two equal MX and little mail: a replication takes milliseconds.
pub(crate) const SMALL: &str = r#"
[zone]
text = """
example.com.     300 IN MX 10 mx1.example.com.
example.com.     300 IN MX 10 mx2.example.com.
mx1.example.com. 300 IN A  192.0.2.1
mx2.example.com. 300 IN A  192.0.2.2
"""
[traffic]
messages_per_day = 2000
"#;

/// As [`SMALL`], with so much mail that a replication takes a noticeable part of a second.
pub(crate) fn busy() -> String {
    SMALL.replace("2000", "100_000")
}

/// What a finished command left behind.
pub(crate) struct Finished {
    status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// The exit code; a command killed by a signal has none.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// Fails with everything that was printed unless the command ended with `code` and without a panic.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// The same, and standard error holds each of `words`.
    #[track_caller]
    pub(crate) fn expect_error(self, code: i32, words: &[&str]) -> Self {
        let finished = self.expect(code);
        let flat = finished.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(flat.contains(word), "no {word:?} in:\n{}", finished.stderr);
        }
        finished
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("JSON on standard output")
    }
}

/// The command with a neutral environment.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mxsim"));
    command.args(arguments).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS");
    command
}

/// Runs the command to its end.
pub(crate) fn mxsim(arguments: &[&str]) -> Finished {
    finished(command(arguments).stdin(Stdio::null()).output().expect("the command starts"))
}

/// The same in another folder.
pub(crate) fn mxsim_in(folder: &Path, arguments: &[&str]) -> Finished {
    let mut command = command(arguments);
    finished(command.current_dir(folder).stdin(Stdio::null()).output().expect("the command starts"))
}

/// The same with a text on standard input.
pub(crate) fn mxsim_with_input(arguments: &[&str], input: &[u8]) -> Finished {
    let mut child = piped(arguments);
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // The command may refuse the text before it has read all of it.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("the writer ends");
    finished(output)
}

/// Starts the command with all three streams piped.
pub(crate) fn piped(arguments: &[&str]) -> Child {
    let mut command = command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

/// The same in another folder, with nothing to read.
pub(crate) fn piped_in(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = command(arguments);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the command starts")
}

pub(crate) fn finished(output: std::process::Output) -> Finished {
    Finished {
        status: output.status,
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}

/// A folder of its own for one test, removed at its end.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Path of `name` in it.
    pub(crate) fn at(&self, name: &str) -> String {
        self.path().join(name).to_string_lossy().into_owned()
    }

    /// Writes a file; returns its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.at(name);
        fs::write(&path, content).expect("a file");
        path
    }

    /// Names of everything in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("the folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// The root of the project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Lines wider than a terminal of 80 columns. A quoted line of the scenario stays whole as far as its error goes.
pub(crate) fn too_wide(text: &str) -> Vec<&str> {
    let quoted =
        |line: &str| line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()).starts_with('|');
    text.lines().filter(|line| line.chars().count() > 80 && !quoted(line)).collect()
}

/// Compares with a snapshot; with `MXSIM_BLESS=1` the snapshot is renewed.
#[track_caller]
pub(crate) fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/snapshots").join(name);
    if std::env::var_os("MXSIM_BLESS").is_some() {
        fs::write(&path, text).expect("a snapshot");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, known, "{name} differs; MXSIM_BLESS=1 renews it");
}
