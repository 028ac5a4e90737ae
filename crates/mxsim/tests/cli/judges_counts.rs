//! `mxsim judge`: is an uneven split luck?

use crate::support::{Finished, Folder, mxsim, mxsim_with_input, snapshot, too_wide};

fn judge(arguments: &[&str]) -> Finished {
    mxsim(&[&["judge"], arguments].concat())
}

/// Without the breaks between lines.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_answer_is_the_exit_code() {
    let cases: [(&[&str], i32, &str); 9] = [
        (&["340", "330", "330"], 0, "luck? LUCK "),
        (&["410", "290", "300"], 3, "Luck if fewer than 225 independent choosers"),
        (&["410", "290", "300", "--choosers", "40"], 0, "luck? LUCK "),
        (&["410", "290", "300", "--choosers", "250"], 3, "another day"),
        (&["410", "290", "300", "--choosers", "600"], 1, "luck? NOT LUCK "),
        (&["410", "290", "300", "--choosers", "999999"], 1, "one for each chooser at most"),
        (&["410", "290", "300", "--choosers", "600", "--exit-zero"], 0, "luck? NOT LUCK "),
        (&["1", "0", "0"], 3, "Too few chose"),
        (&["900", "50", "50", "--choosers", "3"], 3, "Too few chose"),
    ];
    for (arguments, code, words) in cases {
        let answer = judge(arguments).expect(code);
        assert!(flat(&answer.stdout).contains(words), "{arguments:?}: {}", answer.stdout);
        assert!(too_wide(&answer.stdout).is_empty(), "{:?}", too_wide(&answer.stdout));
    }
}

#[test]
fn what_is_fair_need_not_be_equal() {
    judge(&["250", "250", "500", "--weights", "1,1,2"]).expect(0);
    let missed = judge(&["250", "250", "500", "--choosers", "900"]).expect(1).stdout;
    assert!(flat(&missed).contains("node 3 carries 50.0 %, 16.7 points above its fair share"), "{missed}");
    let told = judge(&["500", "250", "250", "--weights", "1,1,2"]).expect(3).stdout;
    assert!(flat(&told).contains("Next: mxsim judge 500 250 250 --weights 1,1,2 --choosers N"), "{told}");
}

#[test]
fn the_screen() {
    snapshot("judge.txt", &judge(&["410", "290", "300"]).expect(3).stdout);
}

#[test]
fn programs_get_the_numbers() {
    let judged = judge(&["410", "290", "300", "--choosers", "600", "--format", "json"]).expect(1).json();
    assert_eq!(judged["schema"], "mxsim.judge/1");
    assert_eq!((&judged["answer"], &judged["choosers"]), (&"not_luck".into(), &600.into()));
    // By hand: 600 times the sum of (share - 1/3)^2 / (1/3).
    assert!((judged["chi_square"].as_f64().expect("a number") - 15.96).abs() < 1e-4);
    let p_value = judged["p_value"].as_f64().expect("a number");
    // Chi-square with two degrees of freedom gives e^(-15.96 / 2) = 0.000342.
    assert!((0.0003..0.0004).contains(&p_value), "{p_value}");
    assert_eq!(judged["luck_if_fewer_choosers_than"], 225);
    assert_eq!(judged["nodes"][0]["is_off"], true);
    let luck = judge(&["340", "330", "330", "--format", "json"]).expect(0).json();
    assert!(luck["luck_if_fewer_choosers_than"].is_null() && luck["choosers"].is_null());
}

#[test]
fn silly_counts_are_named() {
    let cases: [(&[&str], &str); 12] = [
        (&[], "required"),
        (&["410"], "counts of 2 to 1,000 nodes, found 1, such as"),
        (&["0", "0", "0"], "no message was counted"),
        (&["1e19", "1"], "whole number of messages from 0 to 10^15"),
        (&["10000000000000000000", "1"], "whole number of messages from 0 to 10^15"),
        (&["-5", "3"], "'-5'"),
        (&["3.5", "3"], "'3.5'"),
        (&["counts.txt"], "such as 410, found 'counts.txt'"),
        (&["mx1=410", "290"], "or none"),
        (&["3", "4", "--weights", "1"], "found 2 counts and 1 weights"),
        (&["3", "4", "--weights", "1,nan"], "a weight from 0.000001 to 1000000"),
        (&["3", "4", "--choosers", "0"], "0 is not in 1..="),
    ];
    for (arguments, words) in cases {
        let error = judge(arguments).expect_error(2, &[words]);
        assert!(too_wide(&error.stderr).is_empty(), "{}", error.stderr);
    }
    let many = vec!["7"; 1001];
    judge(&many).expect_error(2, &["found 1,001"]);
}

#[test]
fn huge_counts_are_judged() {
    let huge = "1000000000000000";
    judge(&[huge, huge]).expect(0);
    judge(&[huge, "0", "--choosers", huge]).expect(1);
    judge(&vec!["7"; 1000]).expect(0);
}

#[test]
fn counts_have_names_and_come_from_a_file_or_a_pipe() {
    let named = judge(&["mx1=410", "mx2=290", "mx3=300"]).expect(3).stdout;
    assert!(flat(&named).contains("mx1 carries 41.0 %") && named.contains("\n  mx1   410"), "{named}");
    assert!(flat(&named).contains("Next: mxsim judge mx1=410 mx2=290 mx3=300 --choosers N"), "{named}");
    let folder = Folder::new();
    let file = folder.file("counts.txt", "    410 mx1\n    290 mx2\n    300 mx3\n");
    assert_eq!(judge(&[&file]).expect(3).stdout, named);
    let piped = mxsim_with_input(&["judge", "-"], b"mx1:410\nmx2:290\nmx3:300\n").expect(3);
    assert_eq!(piped.stdout, named);
    let names = judge(&[&file, "--format", "json"]).expect(3).json();
    assert_eq!(names["nodes"][2]["name"], "mx3");
}
