//! `mxsim ask`: an answer without a scenario file.

use crate::support::{Folder, mxsim, mxsim_with_input, too_wide};

const QUICK: [&str; 4] = ["--replications", "2", "--worlds", "0"];
const ZONE: &str = "example.com. 300 IN MX 10 a.example.com.
example.com. 300 IN MX 20 b.example.com.
a.example.com. 300 IN A 192.0.2.1
b.example.com. 300 IN A 192.0.2.2
";

fn ask(arguments: &[&str]) -> crate::support::Finished {
    mxsim(&[&["ask"], arguments, &QUICK[..]].concat())
}

#[test]
fn a_number_is_that_many_equal_mx() {
    for (n, code) in [("1", 0), ("2", 3), (" 2 ", 3)] {
        let answer = ask(&[n]).expect(code);
        let word = if code == 0 { "YES" } else { "DEPENDS ON" };
        assert!(answer.stdout.contains(word), "{}", answer.stdout);
        assert!(too_wide(&answer.stdout).is_empty(), "{}", answer.stdout);
    }
    assert!(!ask(&["1"]).stdout.contains("busiest node"), "one node has no busiest one");
    for n in ["0", "101", "-3", "3.5", "1e2", "99999999999999999999", "NaN"] {
        ask(&[n]).expect_error(2, &["expected a whole number from 1 to 100", n]);
    }
    ask(&[""]).expect_error(2, &["found nothing"]);
}

#[test]
fn the_largest_senders_are_percentages() {
    assert!(ask(&["3", "--top", "38,27"]).expect(3).stdout.contains("DEPENDS ON"));
    ask(&["3", "--top", "38,27", "--accept-assumptions"]).expect(0);
    assert_eq!(ask(&["3", "--top", "38 %,27%"]).expect(3).stdout, ask(&["3", "--top", "38,27"]).stdout);
    ask(&["3", "--top", "33.4,33.3,33.3", "--accept-assumptions"]).expect(0);
    ask(&["2", "--top", "100", "--exit-zero"]).expect(0);
    ask(&["3", "--top", "0.4,0.2"]).expect_error(2, &["40 or 0.4 %?"]);
    mxsim(&["ask", "3", "--top", "0.4%", "--accept-assumptions"]).expect(0);
    ask(&["3", "--top", "60,50"]).expect_error(2, &["110 %", "more than all mail"]);
    for wrong in ["NaN", "inf", "0", "-5", "101", "abc", "", "38,,27"] {
        let error = ask(&["3", "--top", wrong]).expect_error(2, &["a percentage above 0 and at most 100"]);
        assert!(too_wide(&error.stderr).is_empty(), "{}", error.stderr);
    }
}

#[test]
fn a_zone_is_text_a_file_or_standard_input() {
    let folder = Folder::new();
    let from_text = ask(&[ZONE]);
    assert!(from_text.stdout.contains("Assumed: 20,000 messages a day"), "{}", from_text.stdout);
    assert!(too_wide(&from_text.stdout).is_empty(), "{}", from_text.stdout);
    let file = folder.file("my.zone", ZONE);
    let from_file = ask(&[&file]).stdout;
    assert!(from_file.contains("mxsim init --zone ") && from_file.contains("my.zone"), "{from_file}");
    // The next command names the file.
    let page = |text: &str| text.split("\nNext: ").next().map(str::to_owned);
    assert_eq!(page(&from_file), page(&from_text.stdout));
    let from_input = mxsim_with_input(&[&["ask", "-"], &QUICK[..]].concat(), ZONE.as_bytes());
    assert_eq!(from_input.stdout, from_text.stdout);
    ask(&["example.com. 300 IN MX ten a.example.com."]).expect_error(4, &["zone:1:24", "no preference"]);
}

/// Each is answered in one line with the command to type.
#[test]
fn a_file_of_another_kind_is_recognised() {
    let folder = Folder::new();
    let (zone, scenario) = (folder.file("zone.txt", ZONE), folder.file("site.toml", crate::support::SMALL));
    let results = folder.file("run.json", "{\"schema\": \"mxsim.results/1\"}");
    for (arguments, words) in [
        (["run", &zone], ["holds records and no scenario", "mxsim ask"]),
        (["run", &results], ["holds the results of a run", "mxsim report"]),
        (["ask", &scenario], ["is a scenario and no zone", "mxsim run"]),
        (["ask", &results], ["holds the results of a run", "mxsim report"]),
        (["check", &results], ["holds the results of a run", "mxsim report"]),
    ] {
        let error = mxsim(&arguments).expect_error(4, &words);
        assert!(error.stderr.lines().count() <= 4, "{}", error.stderr);
    }
    let files = [
        (
            "mail.log",
            "Nov 28 10:00:00 mx1 postfix/smtpd[4711]: connect from unknown[192.0.2.1]\n",
            "log of Postfix",
        ),
        (
            "mainlog",
            "2026-11-28 10:00:00 1tGabc-000000001Ab-0xYz <= a@example.com H=mx.example.com\n",
            "log of Exim",
        ),
        ("counts.txt", "mx1 410\nmx2 290\n", "mxsim judge "),
        ("table.txt", "section,name,quantity,value,low,high,bin\nrun,,seed,1,,,\n", "mxsim report run.json"),
        ("asked.json", "{\"schema\": \"mxsim.ask/1\"}", "mxsim ask --format json"),
        ("traced.json", "{\"schema\": \"mxsim.trace/1\"}", "mxsim trace --format json"),
    ];
    for (name, text, says) in files {
        let file = folder.file(name, text);
        for command in [&["run"][..], &["ask"], &["check"], &["trace"], &["init", "--zone"]] {
            let error = mxsim(&[command, &[&file]].concat()).expect_error(4, &[says]);
            assert!(error.stderr.lines().count() <= 4, "{}", error.stderr);
        }
    }
    mxsim(&["ask", "example.com"]).expect_error(5, &["dig +noall +answer MX example.com | mxsim ask -"]);
}

#[test]
fn an_answer_for_programs_holds_both_ways() {
    let answer = ask(&["3", "--top", "38", "--format", "json"]).expect(3).json();
    assert_eq!(answer["schema"], "mxsim.ask/1");
    assert_eq!(answer["closed_form"]["nodes"], 3);
    assert_eq!(answer["simulation"]["schema"], "mxsim.results/1");
    // Luck is not in the spread over plausible worlds.
    let plausible = &answer["closed_form"]["plausible"];
    let number = |key: &str| plausible[key].as_f64().expect("a number");
    assert!(number("busiest_share_p95_from") < number("busiest_share_p95_to"), "{plausible}");
    assert!(0.0 < number("roughly_even") && number("roughly_even") < number("worlds"), "{plausible}");
    let zone = ask(&[ZONE, "--format", "json"]).json();
    assert!(zone["closed_form"].is_null() && zone["simulation"].is_object());
    assert_eq!(zone["findings"][0]["code"], "mixed-preferences");
}
