//! `--shard` and `merge`: a run in parts is the run, byte for byte, and what is wrong with parts is said at once.

use crate::support::{Finished, Folder, SMALL, command, finished, mxsim, mxsim_in};
use std::fs;
use std::process::Stdio;

/// Two nodes, of which one fails and is full at times, a host without a known address, senders of whom not everything is known, and a goal that takes
/// nodes down: every world beside a run there is.
const EVERYTHING: &str = r#"
[zone]
text = """
example.com.     300 IN MX 10 mx1.example.com.
example.com.     300 IN MX 10 mx2.example.com.
example.com.     300 IN MX 20 mx3.example.net.
mx1.example.com. 300 IN A  192.0.2.1
mx2.example.com. 300 IN A  192.0.2.2
"""
[traffic]
messages_per_day = 300
[run]
warm_up = "0s"
[nodes."*"]
sessions = 1
session_time = "60s"
[[senders]]
preset = "gmail"
share = "60 %"
[[senders]]
name = "lists"
preset = "postfix"
share = "rest"
[[events]]
at = "10:00"
for = "1h"
node = "mx1"
fault = "drop"
"#;

/// Writes the parts of a command in `folder`, each with another number of threads.
fn write_parts(folder: &Folder, arguments: &[&str], of: u64) -> Vec<String> {
    let one = |number: u64| {
        let (shard, part) = (format!("{number}/{of}"), format!("part-{number}-of-{of}"));
        let threads = (number % 3 + 1).to_string();
        let more = ["--shard", &shard, "--threads", &threads, "-o", &part];
        let done = mxsim_in(folder.path(), &[arguments, &more].concat()).expect(0);
        assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""), "{arguments:?} {shard}");
        part
    };
    let mut parts: Vec<String> = (1..=of).map(one).collect();
    // Their order is nobody's business.
    parts.reverse();
    parts
}

/// What is merged of parts, with more arguments.
fn merge(folder: &Folder, parts: &[String], more: &[&str]) -> Finished {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    mxsim_in(folder.path(), &[&["merge"], &parts[..], more].concat())
}

/// Every format of the merged document is that of the one command.
fn is_one_run(folder: &Folder, arguments: &[&str], numbers: &[u64]) {
    for format in [&["--format", "json"][..], &["--format", "csv"], &["--format", "md"], &["--full"], &["-q"]]
    {
        let whole = mxsim_in(folder.path(), &[arguments, format].concat());
        assert!([0, 1, 3].contains(&whole.code()), "{}", whole.stderr);
        for of in numbers {
            let parts = parts_of(folder, arguments, *of);
            let merged = merge(folder, &parts, &[format, &["--threads", "2"]].concat()).expect(whole.code());
            assert!(merged.stdout == whole.stdout, "{arguments:?} {format:?} {of}:\n{}", merged.stdout);
        }
    }
}

/// Parts are written once for all formats.
fn parts_of(folder: &Folder, arguments: &[&str], of: u64) -> Vec<String> {
    let there: Vec<String> = (1..=of).map(|number| format!("part-{number}-of-{of}")).collect();
    if there.iter().all(|part| folder.path().join(part).exists()) {
        there
    } else {
        write_parts(folder, arguments, of)
    }
}

#[test]
fn a_run_in_parts_is_the_run() {
    let folder = Folder::new();
    folder.file("s.toml", EVERYTHING);
    is_one_run(&folder, &["run", "s.toml", "--replications", "40"], &[1, 7, 64]);
}

#[test]
fn worlds_that_are_asked_for_are_dealt_out() {
    let folder = Folder::new();
    folder.file("s.toml", EVERYTHING);
    let arguments =
        ["run", "s.toml", "--replications", "12", "--worlds", "5", "--seed", "9", "--window", "12h"];
    is_one_run(&folder, &arguments, &[3]);
    let worlds = |part: &str| {
        let text = fs::read_to_string(folder.path().join(part)).expect("a part");
        text.lines().filter(|line| line.starts_with("{\"world\":")).count()
    };
    let dealt: Vec<usize> = (1..=3).map(|number| worlds(&format!("part-{number}-of-3"))).collect();
    // Few shards take whole worlds: 1 and 4, 2 and 5, 3.
    assert_eq!(dealt, [24, 24, 12]);
}

#[test]
fn a_sweep_and_a_comparison_in_parts_are_one() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    folder.file("other.toml", SMALL.replace("MX 10 mx2", "MX 20 mx2"));
    is_one_run(&folder, &["sweep", "s.toml", "nodes=1..3", "ttl=60,600", "--replications", "11"], &[4]);
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    folder.file("other.toml", SMALL.replace("MX 10 mx2", "MX 20 mx2"));
    is_one_run(&folder, &["compare", "s.toml", "--replications", "10"], &[3]);
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    folder.file("other.toml", SMALL.replace("MX 10 mx2", "MX 20 mx2"));
    is_one_run(&folder, &["compare", "s.toml", "other.toml", "--replications", "10"], &[3]);
}

/// Parts hold what they were made from: the merge needs neither scenario nor zone nor presets.
#[test]
fn a_merge_needs_the_parts_alone() {
    let folder = Folder::new();
    let zone = SMALL.split("\"\"\"").nth(1).expect("a zone");
    folder.file("zone.txt", zone);
    folder.file(
        "s.toml",
        "[zone]\nfile = \"zone.txt\"\n[traffic]\nmessages_per_day = 500\n[[senders]]\npreset = \"mine\"\n",
    );
    let presets = folder.path().join("presets/sender");
    fs::create_dir_all(&presets).expect("a folder");
    let own = include_str!("../../../mxsim-core/catalog/sender/order-preserving.toml");
    fs::write(presets.join("mine.toml"), own.replace("id = \"order-preserving\"", "id = \"mine\""))
        .expect("a preset");
    let arguments = ["run", "s.toml", "--catalog", "presets", "--replications", "6"];
    let whole = mxsim_in(folder.path(), &[&arguments[..], &["--format", "json"]].concat());
    let parts = write_parts(&folder, &arguments, 2);
    for path in ["zone.txt", "s.toml", "presets/sender/mine.toml"] {
        fs::remove_file(folder.path().join(path)).expect("a file");
    }
    let merged = merge(&folder, &parts, &["--format", "json"]).expect(whole.code());
    assert!(merged.stdout == whole.stdout && merged.stdout.contains("\"mine\""));
}

/// A shard that is repeated elsewhere writes the same bytes: lines stand in the order of replications.
#[test]
fn a_part_depends_on_nothing_but_what_it_is_a_part_of() {
    let folder = Folder::new();
    folder.file("s.toml", EVERYTHING);
    let part = |name: &str, threads: &str| {
        let shard = ["--replications", "60", "--shard", "2/3", "--threads", threads, "-o", name];
        mxsim_in(folder.path(), &[&["run", "s.toml"], &shard[..]].concat()).expect(0);
        fs::read(folder.path().join(name)).expect("a part")
    };
    let first = part("a", "1");
    assert!(first == part("b", "2") && first == part("c", "7"));
    let text = String::from_utf8(first).expect("a text");
    let numbers: Vec<u64> = text
        .lines()
        .filter_map(|line| line.strip_prefix("{\"replication\":")?.split(',').next()?.parse().ok())
        .collect();
    assert_eq!(numbers, (20..40).collect::<Vec<_>>());
}

/// Integers only, so that nothing depends on how a machine writes a fraction.
#[test]
fn a_part_holds_whole_numbers_alone() {
    let folder = Folder::new();
    folder.file("s.toml", EVERYTHING);
    let part = ["run", "s.toml", "--replications", "40", "--worlds", "3", "--shard", "1/2"];
    let text = mxsim_in(folder.path(), &part).expect(0).stdout;
    fn is_whole(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Number(number) => number.is_u64() || number.is_i64(),
            serde_json::Value::Array(all) => all.iter().all(is_whole),
            serde_json::Value::Object(all) => all.values().all(is_whole),
            _ => true,
        }
    }
    assert!(text.lines().count() > 23);
    assert!(text.lines().all(|line| is_whole(&serde_json::from_str(line).expect(line))));
}

#[test]
fn all_that_is_wrong_with_parts_is_said_at_once() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    let arguments = ["run", "s.toml", "--replications", "16"];
    let mut parts = write_parts(&folder, &arguments, 8);
    parts.sort();
    let text = |part: &str| fs::read_to_string(folder.path().join(part)).expect("a part");
    // 2 is not named, 3 is named twice, 4 has a wrong digit, 5 is torn off, 6 is of another seed, 7 is newer, 8 is no part.
    folder.file("again", text(&parts[2]));
    folder.file(&parts[3], text(&parts[3]).replacen("\"messages\":1", "\"messages\":2", 1));
    let torn = text(&parts[4]);
    folder.file(&parts[4], &torn[..torn.len() - 150]);
    let seeded = ["--shard", "6/8", "--seed", "77", "-o", &parts[5]];
    mxsim_in(folder.path(), &[&arguments[..], &seeded].concat()).expect(0);
    folder.file(&parts[6], text(&parts[6]).replacen("mxsim.part/1", "mxsim.part/2", 1));
    folder.file(&parts[7], "no part");
    let mut named: Vec<String> = parts.iter().filter(|part| !part.starts_with("part-2")).cloned().collect();
    named.extend(["again".into(), "nowhere".into()]);
    let refused = merge(&folder, &named, &["--format", "json"]);
    assert_eq!(refused.stdout, "");
    refused.expect_error(
        4,
        &[
            "8 things are wrong with these parts",
            "part-3-of-8, again: each of them is shard 3/8",
            "part-4-of-8: its bytes are not those that its last line speaks of",
            "part-5-of-8: line 3 is torn off",
            "part-6-of-8: it is a part of another run: it has the seed 77 and not 1",
            "part-7-of-8: it was written by mxsim 0.1.0, which is newer than this mxsim",
            "part-8-of-8: it is no part of a run",
            "nowhere: cannot be read",
            "shards 2, 4-8 of 8 are missing",
            "help: ",
        ],
    );
    let missing = merge(&folder, &parts[..1], &[]);
    missing.expect_error(4, &["shards 2-8 of 8 are missing", "help: simulate the missing shards"]);
}

/// What a stranger may send: none of it is obeyed, none of it ends in a panic.
#[test]
fn the_part_of_a_stranger_is_refused_in_words() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    write_parts(&folder, &["run", "s.toml", "--replications", "2"], 1);
    let text = fs::read_to_string(folder.path().join("part-1-of-1")).expect("a part");
    let lines: Vec<&str> = text.lines().collect();
    let cases: [(&str, String, &str); 8] = [
        (
            "a-fraction",
            lines[1].replacen("\"mx_lookups\":", "\"mx_lookups\":0.5,\"x\":", 1),
            "none of this scenario",
        ),
        (
            "a-list-too-short",
            lines[1].replacen("\"series\":[", "\"series\":[],\"x\":[", 1),
            "none of this scenario",
        ),
        (
            "a-count-too-large",
            lines[1].replacen("\"work\":", "\"work\":184467440737095516", 1),
            "none of this scenario",
        ),
        (
            "messages-from-nowhere",
            lines[1].replacen("\"accepted\":", "\"accepted\":1", 3),
            "none of this scenario",
        ),
        (
            "another-place",
            lines[1].replacen("\"replication\":0", "\"replication\":7", 1),
            "is not one of shard 1/1",
        ),
        ("a-place-twice", format!("{}\n{}", lines[1], lines[1]), "twice"),
        ("nothing", String::new(), "is no line of a part"),
        ("a-lack", "{\"replication\":0}".into(), "none of this scenario"),
    ];
    for (what, line, says) in cases {
        let body = format!("{}\n{line}\n{}\n", lines[0], lines[2]);
        folder.file(what, sealed(&body));
        merge(&folder, &[what.into()], &[]).expect_error(4, &[what, says]);
    }
    let elsewhere = lines[0].replacen("\"path\":\"s.toml\"", "\"path\":\"t.toml\"", 1);
    folder.file("hostile", sealed(&format!("{elsewhere}\n{}\n{}\n", lines[1], lines[2])));
    merge(&folder, &["hostile".into()], &[]).expect_error(5, &["s.toml was not kept"]);
    let shards = lines[0].replacen("\"shard\":[1,1]", "\"shard\":[3,2]", 1);
    folder.file("hostile", sealed(&format!("{shards}\n")));
    merge(&folder, &["hostile".into()], &[]).expect_error(4, &["hostile", "there is no such shard"]);
    let many = lines[0].replacen("\"replications\":2", "\"replications\":18446744073709551615", 1);
    folder.file("hostile", sealed(&format!("{many}\n")));
    merge(&folder, &["hostile".into()], &[]).expect_error(4, &["more replications than a run may have"]);
}

/// With the last line that its writer would give it.
fn sealed(body: &str) -> String {
    let hash = blake3::hash(body.as_bytes()).to_hex();
    format!("{body}{{\"whole\":{{\"lines\":{},\"blake3\":\"{hash}\"}}}}\n", body.lines().count())
}

/// Runs a shard with variables of an array job.
fn auto(folder: &Folder, more: &[&str], variables: &[(&str, &str)]) -> Finished {
    let arguments = [&["run", "s.toml", "--replications", "8", "-o", "part"], more].concat();
    let mut command = command(&arguments);
    command.current_dir(folder.path()).stdin(Stdio::null()).envs(variables.iter().copied());
    finished(command.output().expect("the command starts"))
}

#[test]
fn an_array_job_says_which_shard_it_is() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    let shard_of = || {
        let text = fs::read_to_string(folder.path().join("part")).expect("a part");
        serde_json::from_str::<serde_json::Value>(text.lines().next().expect("a line")).expect("JSON")["shard"].clone()
    };
    let taken =
        auto(&folder, &["--shard", "auto/4"], &[("JOB_COMPLETION_INDEX", "2"), ("SGE_TASK_ID", "undefined")]);
    taken.expect_error(0, &["Shard 3/4, as JOB_COMPLETION_INDEX says 2."]);
    assert_eq!(shard_of(), serde_json::json!([3, 4]));
    let based = ["--shard", "auto/4", "--shard-base", "0", "-q"];
    assert_eq!(auto(&folder, &based, &[("SLURM_ARRAY_TASK_ID", "0")]).expect(0).stderr, "");
    assert_eq!(shard_of(), serde_json::json!([1, 4]));
    auto(&folder, &["--shard", "auto/4"], &[]).expect_error(2, &["none of SLURM_ARRAY_TASK_ID"]);
    auto(&folder, &["--shard", "auto/4"], &[("PARALLEL_SEQ", "5")])
        .expect_error(2, &["PARALLEL_SEQ says 5", "1 to 4"]);
    let two = [("PARALLEL_SEQ", "2"), ("SLURM_ARRAY_TASK_ID", "3")];
    auto(&folder, &["--shard", "auto/4"], &two).expect_error(2, &["which are two shards"]);
}

#[test]
fn what_does_not_go_with_a_shard_is_refused() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    let refused = |arguments: &[&str], says: &str| {
        mxsim_in(folder.path(), arguments).expect_error(2, &[says]);
    };
    refused(&["run", "s.toml", "--shard", "1/2"], "--replications");
    let shard = ["--shard", "1/2", "--replications", "4"];
    refused(&[&["run", "s.toml", "s.toml"], &shard[..]].concat(), "--shard takes one scenario");
    refused(
        &[&["run", "s.toml", "--format", "json"], &shard[..]].concat(),
        "give --format and --full to mxsim merge",
    );
    refused(&[&["run", "s.toml", "--figures", "f"], &shard[..]].concat(), "give --figures to mxsim merge");
    refused(
        &[&["sweep", "s.toml", "ttl=60", "--csv", "f"], &shard[..]].concat(),
        "give --format csv to mxsim merge",
    );
    refused(&[&["compare", "s.toml", "--plan"], &shard[..]].concat(), "a part has no plan");
    mxsim(&["merge"]).expect_error(2, &["<PART>"]);
}
