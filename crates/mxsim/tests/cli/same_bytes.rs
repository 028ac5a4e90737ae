//! Scenario, seed and replications fix every byte of the results.

use crate::support::{Folder, SMALL, mxsim, mxsim_with_input, project};

#[test]
fn threads_and_repetition_do_not_change_a_byte() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let run = |more: &[&str]| {
        mxsim(&[&["run", &small, "--replications", "12", "--format", "json"], more].concat()).expect(3).stdout
    };
    let first = run(&[]);
    assert_eq!(run(&[]), first);
    for threads in ["1", "2", "7"] {
        assert_eq!(run(&["--threads", threads]), first, "{threads} threads");
    }
    assert_ne!(run(&["--seed", "2"]), first);
    assert_eq!(run(&["--seed", "1"]), first);
}

#[test]
fn standard_input_is_a_scenario_like_any_other() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let flags = ["--replications", "3", "--format", "json"];
    let from_file = mxsim(&[&["run", &small], &flags[..]].concat()).expect(3);
    let from_input = mxsim_with_input(&[&["run", "-"], &flags[..]].concat(), SMALL.as_bytes()).expect(3);
    assert_eq!(from_input.stdout, from_file.stdout);
}

#[test]
fn the_command_line_wins_over_the_scenario() {
    let text = format!("{SMALL}[run]\nseed = 5\nreplications = 4\nwindow = \"2h\"\n");
    let run = |more: &[&str]| {
        let arguments = [&["run", "-", "--format", "json", "--exit-zero"], more].concat();
        mxsim_with_input(&arguments, text.as_bytes()).expect(0).json()["provenance"].clone()
    };
    let own = run(&[]);
    assert_eq!(
        (&own["seed"], &own["replications"], &own["window_s"]),
        (&5.into(), &4.into(), &7200.0.into())
    );
    let told = run(&["--seed", "6", "--replications", "2", "--window", "1h"]);
    assert_eq!(
        (&told["seed"], &told["replications"], &told["window_s"]),
        (&6.into(), &2.into(), &3600.0.into())
    );
}

#[test]
fn several_scenarios_run_one_after_the_other_and_the_worst_answer_counts() {
    let folder = Folder::new();
    let plenty = SMALL.replace("2000", "20_000");
    let even = folder.file("even.toml", format!("{plenty}[[senders]]\npreset = \"postfix\"\nsites = 1000\n"));
    let one = format!(
        "{plenty}[[senders]]\npreset = \"cache-sticky\"\nsticky = \"forever\"\n[run]\nreplications = 160\n"
    );
    let uneven = folder.file("uneven.toml", one);
    let both = mxsim(&["run", &even, &uneven]).expect(1);
    assert_eq!(both.stdout.lines().count(), 5, "a head, a row each and the next command: {}", both.stdout);
    mxsim(&["run", &even]).expect(0);
    mxsim(&["run", &even, &uneven, "--exit-zero"]).expect(0);
    // A scenario that cannot be read ends the run with its own code.
    mxsim(&["run", &even, &folder.at("missing.toml")]).expect(5);
}

#[test]
fn a_resolved_scenario_gives_the_same_results() {
    let folder = Folder::new();
    let of_the_project = ["three-equal-mx", "primary-and-backup", "one-big-sender"].map(|name| {
        project().join("scenarios").join(name).with_extension("toml").to_string_lossy().into_owned()
    });
    for scenario in of_the_project.iter().chain([&folder.file("small.toml", SMALL)]) {
        let flags = ["--replications", "2", "--format", "json", "--exit-zero"];
        let direct = mxsim(&[&["run", scenario.as_str()], &flags[..]].concat()).expect(0);
        let resolved = mxsim(&["check", scenario, "--resolved"]).expect(0).stdout;
        let again = mxsim_with_input(&[&["run", "-"], &flags[..]].concat(), resolved.as_bytes()).expect(0);
        assert_eq!(again.json()["provenance"]["fingerprint"], direct.json()["provenance"]["fingerprint"]);
        let (again, direct) = (without_reading_doubts(again.json()), without_reading_doubts(direct.json()));
        assert_eq!(again.to_string(), direct.to_string(), "{scenario}");
    }
}

/// What the reader had to assume stands in full in the resolved scenario, so it is no doubt there.
fn without_reading_doubts(mut document: serde_json::Value) -> serde_json::Value {
    let cautions = document["cautions"].as_array_mut().expect("a list");
    cautions.retain(|caution| caution["code"] != "default-senders" && caution["code"] != "default-preset");
    document
}

/// Every message one by one, whatever the scenario would allow.
#[test]
fn the_method_can_be_told() {
    let run = |method: &str| {
        let arguments = ["run", "-", "--replications", "3", "--format", "json", "--method", method];
        crate::support::mxsim_with_input(&arguments, SMALL.as_bytes()).expect(3).json()
    };
    for used in run("messages")["provenance"]["methods"].as_array().expect("methods") {
        assert_eq!(used["method"], "messages");
    }
    assert_eq!(run("fastest")["provenance"]["replications"], 3);
    mxsim(&["ask", "3", "--method", "messages", "--replications", "3"]).expect(3);
    mxsim(&["ask", "3", "--method", "quick"]).expect_error(2, &["fastest, messages"]);
}
