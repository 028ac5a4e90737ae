//! `mxsim completions`, `mxsim man` and `mxsim schema`.

use crate::support::{Folder, mxsim};
use std::fs;

#[test]
fn every_shell_gets_a_script_that_knows_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = mxsim(&["completions", shell]).expect(0).stdout;
        for word in ["judge", "presets", "completions", "replications"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
    }
    mxsim(&["completions", "tcsh"]).expect_error(2, &["bash, elvish, fish, powershell, zsh"]);
    mxsim(&["completions"]).expect(2);
}

#[cfg(unix)]
#[test]
fn the_script_for_bash_is_sound() {
    let folder = Folder::new();
    let script = folder.file("mxsim.bash", mxsim(&["completions", "bash"]).expect(0).stdout);
    let bash = std::process::Command::new("bash").args(["-n", &script]).output().expect("a shell");
    assert!(bash.status.success(), "{}", String::from_utf8_lossy(&bash.stderr));
}

#[test]
fn there_is_a_page_for_each_command() {
    let page = mxsim(&["man"]).expect(0).stdout;
    for line in [".SH NAME", ".SH SUBCOMMANDS", "mxsim\\-judge(1)"] {
        assert!(page.contains(line), "no {line} in\n{page}");
    }
    let folder = Folder::new();
    let pages = folder.at("pages");
    mxsim(&["man", "--dir", &pages]).expect(0);
    let names: Vec<String> = fs::read_dir(&pages)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    for name in ["mxsim.1", "mxsim-run.1", "mxsim-judge.1", "mxsim-man.1"] {
        assert!(names.iter().any(|known| known == name), "no {name} in {names:?}");
    }
    let run = fs::read_to_string(folder.at("pages/mxsim-run.1")).expect("a page");
    assert!(run.contains(".TH mxsim-run 1") && run.contains("\\fBmxsim run\\fR"), "{run}");
    folder.file("taken", "a file");
    mxsim(&["man", "--dir", &folder.at("taken")]).expect_error(5, &["cannot make"]);
}

#[test]
fn the_schema_is_that_of_the_library() {
    assert_eq!(mxsim(&["schema"]).expect(0).json(), mxsim_core::scenario::schema());
}
