//! Whatever is fed to it, the command says what is wrong and ends with the right code.

use crate::support::{Folder, SMALL, mxsim, mxsim_in, mxsim_with_input};

/// `SMALL` with one more piece of scenario.
fn with(rest: &str) -> String {
    format!("{SMALL}\n{rest}\n")
}

#[test]
fn wrong_values_are_invalid() {
    let cases = [
        ("[run]\nseeed = 1", "E101"),
        ("[[senders]]\nshare = \"60 %\"\nname = \"a\"\n[[senders]]\nshare = \"50 %\"\nname = \"b\"", "E104"),
        ("[[senders]]\nshare = \"110 %\"", "E106"),
        ("[[senders]]\nname = \"a\"\n[[senders]]\nname = \"a\"", "E112"),
        ("[run]\nseed = 1\nseed = 2", "E002"),
        ("[run]\nseed = -1", "E105"),
        ("[run]\nreplications = 99999999999999999999999999999999999999999999", "E105"),
        ("[goals]\nbusiest_share = nan", "E106"),
        ("[goals]\nbusiest_share = inf", "E106"),
        ("[run]\nwindow = \"-1h\"", "E106"),
        ("[run]\nwindow = \"99999999999999999999 days\"", "E106"),
        ("[[events]]\nat = \"10:00\"\nfor = \"1h\"\nnode = \"mx3\"\nfault = \"drop\"", "E111"),
        ("[edge.lb]\npreset = \"haproxy\"", "E102"),
    ];
    for (rest, code) in cases {
        let text = with(rest);
        for verb in ["check", "run"] {
            let error = mxsim_with_input(&[verb, "-"], text.as_bytes()).expect(4);
            assert!(error.stdout.is_empty(), "{}", error.stdout);
            let expected = format!("error[{code}]");
            let alternatives = ["error[E105]", "error[E106]", "error[E001]"];
            let found = error.stderr.contains(&expected)
                || (alternatives.contains(&expected.as_str())
                    && alternatives.iter().any(|code| error.stderr.contains(code)));
            assert!(found, "no {expected} for {rest}:\n{}", error.stderr);
            assert!(error.stderr.contains("help: "), "{}", error.stderr);
        }
    }
}

#[test]
fn odd_encodings_are_read_or_named() {
    let crlf = SMALL.replace('\n', "\r\n");
    mxsim_with_input(&["check", "-"], crlf.as_bytes()).expect(0);
    let bom = format!("\u{feff}{SMALL}");
    mxsim_with_input(&["check", "-"], bom.as_bytes()).expect(0);
    let json_bom = "\u{feff}{\"zone\": {\"text\": \"example.com. 60 A 192.0.2.1\"}}";
    let folder = Folder::new();
    mxsim(&["check", &folder.file("bom.json", json_bom)]).expect(0);
    // The code page of a Windows console.
    let zone = b"Serveur :  box\r\n\r\nR\x82ponse :\r\ne.example MX preference = 10, mail exchanger = mx.e.example\r\n";
    mxsim_with_input(&["check", "-"], zone).expect(0);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(SMALL.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    mxsim_with_input(&["check", "-"], &utf16).expect(0);
    mxsim_with_input(&["check", "-"], &utf16[2..]).expect(0);
    mxsim_with_input(&["check", "-"], &[0x1f, 0x8b, 8, 0]).expect_error(4, &["unpack it first"]);
    mxsim_with_input(&["check", "-"], b"title = \"a\0b\"").expect_error(4, &["error[E001]"]);
}

#[test]
fn empty_texts_lack_a_zone() {
    let folder = Folder::new();
    for (name, text, words) in [
        ("empty.toml", "", "zone is missing"),
        ("blank.toml", "\n\n", "zone is missing"),
        ("empty.json", "", "the text is empty"),
        ("cut.json", "{\"zone\": {", "the text ends before its JSON does"),
    ] {
        for verb in ["run", "check"] {
            mxsim(&[verb, &folder.file(name, text)]).expect_error(4, &[words, "help: "]);
        }
    }
    mxsim_with_input(&["run", "-"], b"").expect_error(4, &["zone is missing"]);
    mxsim_with_input(&["ask", "-"], b"").expect(4);
}

#[test]
fn huge_files_are_refused_at_once() {
    let folder = Folder::new();
    let huge = folder.file("huge.toml", vec![b'#'; (16 << 20) + 1]);
    for verb in ["run", "check", "ask"] {
        mxsim(&[verb, &huge]).expect_error(4, &["larger than 16 MiB"]);
    }
    let fits = format!("{}{SMALL}", "# padding\n".repeat(1 << 20));
    mxsim(&["check", &folder.file("large.toml", fits)]).expect(0);
}

#[test]
fn megabytes_of_nonsense_are_counted_and_not_listed() {
    let nonsense = "x\n".repeat(1 << 20);
    let zone = format!("[zone]\ntext = \"\"\"\n{nonsense}\"\"\"\n");
    let error = mxsim_with_input(&["check", "-"], zone.as_bytes()).expect(4);
    assert!(error.stderr.lines().count() < 1_000, "{} lines", error.stderr.lines().count());
    assert!(error.stderr.contains("more errors"), "{}", error.stderr);
    let keys: String = (0..200_000).map(|i| format!("k{i} = 1\n")).collect();
    let findings = mxsim_with_input(&["check", "-", "--format", "json"], keys.as_bytes()).expect(4).json();
    let listed = findings["errors"].as_array().expect("a list").len() as u64;
    assert_eq!(listed, 1_000);
    // Every key is unknown and the zone is missing.
    assert_eq!(listed + findings["errors_left_out"].as_u64().expect("a number"), 200_001);
}

#[test]
fn deep_nesting_overflows_no_stack() {
    const DEPTH: usize = 50_000;
    let folder = Folder::new();
    let dotted = ["a"; DEPTH].join(".");
    let cases = [
        ("lists.toml", format!("a = {}{}", "[".repeat(DEPTH), "]".repeat(DEPTH))),
        ("tables.toml", format!("a = {}1{}", "{a=".repeat(DEPTH), "}".repeat(DEPTH))),
        ("dotted.toml", format!("{dotted} = 1")),
        ("section.toml", format!("[{dotted}]")),
        ("open.toml", format!("a = {}", "[".repeat(DEPTH))),
        ("lists.json", format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH))),
        ("tables.json", format!("{}1{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH))),
        ("open.json", "[".repeat(DEPTH)),
    ];
    for (name, text) in cases {
        mxsim(&["check", &folder.file(name, text)]).expect_error(4, &["nested too deeply"]);
    }
    let results = folder.file("results.json", "[".repeat(DEPTH));
    mxsim(&["report", &results]).expect(4);
    let zone = folder.file("zone.txt", "(".repeat(DEPTH));
    mxsim(&["check", &zone]).expect(4);
}

#[test]
fn files_that_are_not_there_are_file_errors() {
    let folder = Folder::new();
    for verb in ["run", "check", "ask", "report"] {
        mxsim_in(folder.path(), &[verb, "missing"])
            .expect_error(5, &["cannot read missing: there is no such file"]);
        mxsim_in(folder.path(), &[verb, "."]).expect_error(5, &["cannot read .: it is a directory"]);
        mxsim_in(folder.path(), &[verb, "missing/below"]).expect(5);
    }
    let scenario = folder.file("zone-elsewhere.toml", "[zone]\nfile = \"elsewhere.zone\"\n");
    mxsim(&["run", &scenario]).expect_error(4, &["error[E114]", "elsewhere.zone", "there is no such file"]);
    let itself = folder.file("zone-from-input.toml", "[zone]\nfile = \"-\"\n");
    mxsim(&["run", &itself]).expect_error(4, &["cannot take its zone from standard input"]);
}

#[test]
fn wrong_usage_is_told_with_the_rule() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let run = |flags: &[&str]| mxsim(&[&["run", small.as_str()], flags].concat());
    run(&["--replications", "0"]).expect_error(2, &["'0' for '--replications", "1..=10000000"]);
    run(&["--replications", "-1"]).expect_error(2, &["'-1' for '--replications"]);
    run(&["--replications", "many"]).expect_error(2, &["'many' for '--replications"]);
    run(&["--seed", "-1"]).expect_error(2, &["'-1' for '--seed"]);
    run(&["--seed", "99999999999999999999"]).expect(2);
    run(&["--threads", "0"]).expect_error(2, &["1..=1024"]);
    run(&["--max-time", "5"]).expect_error(2, &["--max-time", "\"5s\""]);
    run(&["--max-time", "soon"]).expect_error(2, &["--max-time", "soon"]);
    run(&["--window", "0s"]).expect(2);
    run(&["--window", "-1h"]).expect(2);
    run(&["--run-length", "30s"]).expect_error(2, &["--run-length", "at least 1m"]);
    run(&["--run-length", "soon"]).expect_error(2, &["--run-length", "soon"]);
    run(&["--run-length", "36h"]).expect_error(4, &["whole number of windows", "write \"2d\""]);
    run(&["--format", "yaml"]).expect_error(2, &["yaml", "possible values: text, oneline, json, csv, md"]);
    run(&["--colour"]).expect(2);
    mxsim(&[]).expect(2);
    mxsim(&["run"]).expect(2);
    mxsim(&["simulate", &small]).expect_error(2, &["simulate"]);
    run(&[&small, "-o", "x.json"]).expect_error(2, &["-o and --figures take the results of one scenario"]);
}

#[test]
fn a_scenario_too_large_to_run_is_refused_with_its_cost() {
    let too_much_mail = SMALL.replace("2000", "1e12");
    let words = [
        "too large to run",
        "messages each",
        "h of one core for",
        "at work and",
        "what helps: fewer messages_per_day",
    ];
    let one_by_one = ["run", "-", "--method", "messages"];
    mxsim_with_input(&one_by_one, too_much_mail.as_bytes()).expect_error(4, &words);
    let too_many = ["run", "-", "--method", "messages", "--replications", "10000000"];
    let busy = SMALL.replace("2000", "1e6");
    mxsim_with_input(&too_many, busy.as_bytes()).expect_error(4, &words);
    let too_many_caches = with("[[senders]]\nsites = 10_000_000\nhosts = 10_000_000\n");
    mxsim_with_input(&["run", "-"], too_many_caches.as_bytes()).expect(4);
    // It is still a valid scenario.
    mxsim_with_input(&["check", "-"], too_much_mail.as_bytes()).expect(0);
}

#[test]
fn near_misses_of_names_are_recognised() {
    let help = |rest: &str, word: &str| {
        mxsim_with_input(&["check", "-"], with(rest).as_bytes()).expect_error(4, &[word]);
    };
    for slip in ["qmail-lp", "qmaillp64", "qmail"] {
        help(&format!("[[senders]]\npreset = \"{slip}\""), "did you mean \"qmail_lp64\"?");
    }
    for same in ["qmail-lp64", "QMAIL_LP64", "qmail lp64"] {
        let scenario = with(&format!("[[senders]]\npreset = \"{same}\""));
        let check = mxsim_with_input(&["check", "-"], scenario.as_bytes()).expect(0);
        assert!(check.stdout.contains("qmail_lp64 (source)"), "{}", check.stdout);
    }
    for slip in ["bind 9.20", "bind9", "bind"] {
        help(&format!("[[senders]]\nresolver = \"{slip}\""), "did you mean \"bind_9_20\"?");
        help(&format!("[resolvers.mine]\npreset = \"{slip}\""), "did you mean \"bind_9_20\"?");
    }
    help("[[senders]]\npreset = \"cachesticky\"", "did you mean \"cache-sticky\"?");
    help("[[senders]]\npreset = \"groupwise\"", "sender presets are");
    help("[goals]\nbusyest_share = \"40 %\"", "did you mean `busiest_share`?");
    let node = "[[events]]\nat = \"10:00\"\nfor = \"1h\"\nfault = \"drop\"\nnode = \"mx01\"";
    help(node, "did you mean");
}
