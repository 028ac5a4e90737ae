//! `--catalog DIR`: presets of one's own, one file each.

use crate::support::{Folder, SMALL, mxsim, project, too_wide};
use std::fs;

fn builtin(path: &str) -> String {
    fs::read_to_string(project().join("crates/mxsim-core/catalog").join(path)).expect("a built-in preset")
}

/// A folder with one file in it, and the path of the folder.
fn with_sender(name: &str, text: &str) -> (Folder, String) {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("presets/sender")).expect("folders");
    folder.file(&format!("presets/sender/{name}.toml"), text);
    let presets = folder.at("presets");
    (folder, presets)
}

/// A new MTA: as Postfix, but it never shuffles and so always takes the first record of a server that keeps its order.
fn first_only() -> String {
    let text = builtin("sender/postfix.toml").replace("id = \"postfix\"", "id = \"first-only\"");
    text.replace("hosts = \"shuffle\"", "hosts = \"answer\"")
}

fn scenario(preset: &str) -> String {
    format!("{SMALL}[[senders]]\npreset = \"{preset}\"\n")
}

#[test]
fn a_new_sender_is_one_file() {
    let (folder, presets) = with_sender("first-only", &first_only());
    let scenario = folder.file("s.toml", scenario("first-only"));
    mxsim(&["run", &scenario, "--replications", "3"]).expect_error(4, &["no sender preset \"first-only\""]);
    let run = || {
        let asked = ["run", &scenario, "--catalog", &presets, "--replications", "3", "--format", "json"];
        mxsim(&[&asked[..], &["--exit-zero", "--quiet"]].concat()).expect(0)
    };
    let results = run().json();
    assert_eq!(results["nodes"][0]["share"]["mean"], 1.0, "it takes the first record");
    let used = results["provenance"]["presets"].as_array().expect("presets");
    let ours = used.iter().find(|preset| preset["id"] == "first-only").expect("our preset");
    assert_eq!(ours["kind"], "sender");
    assert!(ours["outside"].as_str().is_some_and(|hash| hash.len() == 16), "{ours}");
    let builtin = used.iter().find(|preset| preset["id"] == "plain").expect("a built-in preset");
    assert!(builtin["outside"].is_null());
    assert_eq!(run().stdout, run().stdout);
    // Every command that reads a scenario knows it.
    mxsim(&["check", &scenario, "--catalog", &presets]).expect(0);
    let traced = mxsim(&["trace", &scenario, "--catalog", &presets]).expect(0).stdout;
    assert!(traced.contains("first-only"), "{traced}");
    let shown = mxsim(&["presets", "first-only", "--catalog", &presets]).expect(0).stdout;
    assert!(shown.contains("first-only: a sender preset"), "{shown}");
    assert!(mxsim(&["presets", "--catalog", &presets]).expect(0).stdout.contains("\n  first-only "));
    mxsim(&["ask", "2", "--catalog", &presets, "--exit-zero"]).expect(0);
}

#[test]
fn a_preset_of_ones_own_may_replace_a_built_in_one_and_that_is_said() {
    let text = first_only().replace("first-only", "postfix");
    let (folder, presets) = with_sender("postfix", &text);
    let scenario = folder.file("s.toml", scenario("postfix"));
    let plain = ["run", &scenario, "--replications", "3", "--format", "json", "--exit-zero"];
    let mean = |arguments: &[&str]| {
        let results = mxsim(arguments).expect(0).json();
        let said = results["cautions"]
            .as_array()
            .is_some_and(|all| all.iter().any(|caution| caution["code"] == "replaced-preset"));
        (results["nodes"][0]["share"]["mean"].as_f64().expect("a share"), said)
    };
    let (before, said) = mean(&plain);
    assert!(before < 0.9 && !said);
    assert_eq!(mean(&[&plain[..], &["--catalog", &presets]].concat()), (1.0, true));
}

/// A population of one's own may name a preset of one's own.
#[test]
fn a_new_population_is_one_file() {
    let text = "id = \"ours\"\ntitle = \"One sender\"\nstatus = \"provisional\"\nnotes = \"\"\n[[senders]]\nname = \"branch\"\n\
                share = \"100 %\"\npreset = \"first-only\"\n[senders.evidence]\nshare = { grade = \"measured\", where = \"our logs\" }\n\
                preset = { grade = \"measured\", where = \"our logs\" }\n[unknown.mix]\nconcentration = 30\ngrade = \"measured\"\n\
                where = \"our logs\"\n";
    let (folder, presets) = with_sender("first-only", &first_only());
    fs::create_dir(folder.path().join("presets/population")).expect("a folder");
    folder.file("presets/population/ours.toml", text);
    let scenario = folder.file("s.toml", format!("{SMALL}population = \"ours\"\n"));
    mxsim(&["run", &scenario, "--replications", "3"])
        .expect_error(4, &["\"small-business\", found \"ours\""]);
    let asked = ["run", &scenario, "--catalog", &presets, "--replications", "3", "--format", "json"];
    let results = mxsim(&[&asked[..], &["--exit-zero", "--quiet"]].concat()).expect(0).json();
    assert_eq!(results["nodes"][0]["share"]["mean"], 1.0, "the branch takes the first record");
    let used = results["provenance"]["presets"].as_array().expect("presets");
    let ours = used.iter().find(|preset| preset["id"] == "ours").expect("our population");
    assert_eq!((&ours["kind"], &ours["grade"]), (&"population".into(), &"measured".into()));
    assert!(ours["outside"].as_str().is_some_and(|hash| hash.len() == 16), "{ours}");
    let list = mxsim(&["presets", "--catalog", &presets]).expect(0).stdout;
    assert!(list.contains("\n  ours ") && list.contains("provisional, yours"), "{list}");
    for format in ["text", "json", "md", "csv"] {
        let page = mxsim(&["presets", "ours", "--catalog", &presets, "--format", format]).expect(0).stdout;
        assert!(page.contains("our logs"), "{page}");
    }
    // A slip in it is shown where it is.
    folder.file("presets/population/ours.toml", text.replace("first-only", "first-onyl"));
    mxsim(&["run", &scenario, "--catalog", &presets])
        .expect_error(4, &["ours.toml:8", "did you mean \"first-only\"?"]);
}

#[test]
fn errors_in_a_preset_look_like_those_in_a_scenario() {
    let text = first_only().replace("cut = \"family-balance\"", "cuts = \"family-balance\"");
    let (folder, presets) = with_sender("first-only", &text);
    let line = text.lines().position(|line| line.starts_with("cuts")).expect("the line") + 1;
    let scenario = folder.file("s.toml", scenario("postfix"));
    let wrong = mxsim(&["run", &scenario, "--catalog", &presets]);
    let place = format!("first-only.toml:{line}:1");
    let wrong = wrong.expect_error(4, &["error[E101]", "unknown key `cuts`", "help: did you mean `cut`?"]);
    assert!(wrong.stderr.replace('\n', "").contains(&place), "no {place} in {}", wrong.stderr);
    assert!(wrong.stderr.contains("limits.cut is missing"), "{}", wrong.stderr);
    // Lines with the path of the folder may be as long as that path.
    let wide: Vec<_> =
        too_wide(&wrong.stderr).into_iter().filter(|line| !line.contains("first-only.toml")).collect();
    assert!(wide.is_empty(), "{wide:?}");
    assert!(wrong.stdout.is_empty());
}

#[test]
fn a_folder_that_holds_no_preset_is_a_mistake() {
    let folder = Folder::new();
    let path = folder.at("");
    mxsim(&["presets", "--catalog", &path])
        .expect_error(5, &["there is no preset in it", "sender, resolver"]);
    mxsim(&["presets", "--catalog", &folder.at("nothing")]).expect_error(5, &["cannot read the folder"]);
    fs::create_dir(folder.path().join("senders")).expect("a folder");
    mxsim(&["presets", "--catalog", &path]).expect_error(5, &["belong into a folder named sender"]);
    fs::rename(folder.at("senders"), folder.at("sender")).expect("renamed");
    let postfix = builtin("sender/postfix.toml");
    folder.file("sender/a.toml", &postfix);
    folder.file("sender/b.toml", &postfix);
    mxsim(&["presets", "--catalog", &path]).expect_error(4, &["has the same id", "error[E112]"]);
}
