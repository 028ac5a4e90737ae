//! Reading takes as long as its text is: no reader of a hostile text grows faster than the power 1.2 of what stands in it.
//!
//! Time is all that shows how much was done, so the bound is wide: a reader that looks at every pair would exceed it four times.

use cpu_time::ThreadTime;
use mxsim_core::dns::zone_text;
use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::judge::{CountedSplit, judge};
use mxsim_verify::experiment::{equal_hosts, run, text};
use serde_json::Value;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

/// Items of the small and of the large input.
const SIZES: [usize; 2] = [1_000, 32_000];
/// 32 to the power 1.2 is 64; twice that, as clocks are coarse and caches small.
const MOST: f64 = 128.0;
/// The least of some runs is the one that nothing disturbed.
const RUNS: usize = 3;
/// What takes less than this at the small size is said to take that long.
const COARSE: Duration = Duration::from_millis(2);

const ZONE: &str = "e.example. 300 MX 10 a.e.example.\\ne.example. 300 MX 10 b.e.example.\\na.e.example. 300 A 192.0.2.1\\nb.e.example. 300 A 192.0.2.2";

/// Writes a text of so many items.
type Text = fn(usize) -> String;
/// The same with what it remembers, and a name.
type Made = (&'static str, Box<dyn Fn(usize) -> String>);

/// `head` and then `line` for each number.
fn lines(head: &str, count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(head.to_owned(), |mut text, i| {
        writeln!(text, "{}", line(i)).expect("a String takes everything");
        text
    })
}

fn toml(count: usize, section: impl Fn(usize) -> String) -> String {
    lines(&format!("[run]\nrun_length = \"30d\"\n[zone]\ntext = \"{ZONE}\"\n"), count, section)
}

fn address(i: usize) -> String {
    format!("10.{}.{}.{}", i >> 16 & 255, i >> 8 & 255, i & 255)
}

/// Processor time of this thread: what else the machine does is not in it.
fn time(work: impl Fn()) -> Duration {
    let once = || {
        let start = ThreadTime::now();
        work();
        start.elapsed()
    };
    (0..RUNS).map(|_| once()).min().unwrap_or_default()
}

/// Reads what `text` writes at both sizes.
fn grows_slowly(what: &str, text: impl Fn(usize) -> String, read: fn(&str)) {
    let [small, large] = SIZES.map(|size| {
        let text = text(size);
        time(|| read(&text))
    });
    let ratio = large.as_secs_f64() / small.max(COARSE).as_secs_f64();
    assert!(ratio < MOST, "{what}: {small:?} for {}, {large:?} for {}: {ratio:.0} times", SIZES[0], SIZES[1]);
}

fn zone(text: &str) {
    let _ = black_box(zone_text::parse(text, None));
}

fn scenario_toml(text: &str) {
    let _ = black_box(Scenario::from_toml(text));
}

fn scenario_json(text: &str) {
    let _ = black_box(Scenario::from_json(text));
}

fn results(text: &str) {
    let _ = black_box(serde_json::from_str::<Results>(text).map(|results| results.check_possible()));
}

#[test]
fn zone_texts() {
    let mx = |i: usize| format!("e.example. 300 IN MX 10 m{i}.e.example.");
    let a = |i: usize| format!("m{i}.e.example. 300 IN A {}", address(i));
    let host = "e.example. 300 IN MX 10 c0.e.example.\nm.e.example. 300 IN A 192.0.2.1\n";
    let cases: [Made; 13] = [
        ("MX records", Box::new(move |n| lines("", n, mx))),
        ("MX records and addresses", Box::new(move |n| lines(&lines("", n / 2, mx), n / 2, a))),
        ("other names", Box::new(move |n| lines(host, n, a))),
        ("the same record", Box::new(move |n| lines(host, n, |_| "m.e.example. 300 A 192.0.2.1".into()))),
        (
            "addresses of one host",
            Box::new(move |n| lines(host, n, |i| format!("c0.e.example. 300 A {}", address(i)))),
        ),
        (
            "a chain of aliases",
            Box::new(move |n| lines(host, n, |i| format!("c{i}.e.example. 300 CNAME c{}.e.example.", i + 1))),
        ),
        (
            "lines that are wrong",
            Box::new(move |n| lines(host, n, |i| format!("m{i}.e.example. 300 A 999.0.0.{i}"))),
        ),
        ("origins", Box::new(move |n| lines("", n, |i| format!("$ORIGIN e{i}.example.\n@ 300 MX 10 m")))),
        // At each word a record might begin, and nothing that follows says that none does.
        ("one long line", Box::new(|n| host.to_owned() + "so " + &"@ IN x ".repeat(n))),
        ("dig +short", Box::new(move |n| lines("", n, |i| format!("10 m{i}.e.example.")))),
        (
            "dig",
            Box::new(move |n| {
                lines(";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; ANSWER SECTION:\n", n, mx)
            }),
        ),
        (
            "AXFR",
            Box::new(move |n| {
                let soa = "e.example. 300 IN SOA ns. h. 1 2 3 4 5\n";
                lines(&format!("; <<>> DiG 9.18 <<>> axfr e.example\n{soa}"), n, mx) + soa
            }),
        ),
        (
            "Route 53",
            Box::new(move |n| {
                let sets: Vec<String> = (0..n)
                .map(|i| {
                    format!(
                        "{{\"Name\":\"m{i}.e.example.\",\"Type\":\"A\",\"TTL\":300,\"ResourceRecords\":[{{\"Value\":\"{}\"}}]}}",
                        address(i)
                    )
                })
                .collect();
                format!("{{\"ResourceRecordSets\":[{}]}}", sets.join(","))
            }),
        ),
    ];
    cases.into_iter().for_each(|(what, text)| grows_slowly(what, text, zone));
}

#[test]
fn scenarios() {
    let cases: [(&str, Text); 10] = [
        ("senders", |i| format!("[[senders]]\nname = \"s{i}\"\npreset = \"postfix\"")),
        ("unknown presets", |i| format!("[[senders]]\nname = \"s{i}\"\npreset = \"postfixx{i}\"")),
        ("unknown resolvers", |i| format!("[[senders]]\nname = \"s{i}\"\nresolver = \"unboundd{i}\"")),
        ("resolvers", |i| {
            format!(
                "[resolvers.r{i}]\npreset = \"unbound\"\n[[senders]]\nname = \"s{i}\"\nresolver = \"r{i}\""
            )
        }),
        ("unknown nodes", |i| format!("[nodes.n{i}]\nweight = 1")),
        ("unknown addresses", |i| format!("[nodes.n{i}]\naddresses = [\"{}\"]", address(i))),
        ("unknown keys", |i| format!("[k{i}]\nx = 1")),
        ("events", |i| format!("[[events]]\nat = \"{i}s\"\nfor = \"1m\"\nnode = \"a\"\nfault = \"drop\"")),
        ("changes", |i| {
            format!("[[changes]]\nat = \"{i}s\"\nadd = \"m{i}.e.example. 300 A {}\"", address(i))
        }),
        ("lines that are wrong", |i| format!("messages per day {i}")),
    ];
    for (what, section) in cases {
        grows_slowly(what, |count| toml(count, section), scenario_toml);
    }
}

#[test]
fn json_scenarios() {
    let long_key = |n: usize| format!("{{\"{}\":[{}0]}}", "k".repeat(n), "0,".repeat(n));
    let mix = |n: usize| {
        let presets: Vec<String> = (0..n).map(|i| format!("\"post{i}\":1")).collect();
        format!("{{\"zone\":{{\"text\":\"{ZONE}\"}},\"senders\":[{{\"mix\":{{{}}}}}]}}", presets.join(","))
    };
    let senders = |n: usize| {
        let senders: Vec<String> =
            (0..n).map(|i| format!("{{\"name\":\"s{i}\",\"no such key\":-1}}")).collect();
        format!("{{\"zone\":{{\"text\":\"{ZONE}\"}},\"senders\":[{}]}}", senders.join(","))
    };
    let long_node = |n: usize| {
        let keys: Vec<String> = (0..n).map(|i| format!("\"x{i}\":1")).collect();
        format!(
            "{{\"zone\":{{\"text\":\"{ZONE}\"}},\"nodes\":{{\"{}\":{{{}}}}}}}",
            "n".repeat(n),
            keys.join(",")
        )
    };
    grows_slowly("a long key and a long list", long_key, scenario_json);
    grows_slowly("unknown presets in a mix", mix, scenario_json);
    grows_slowly("unknown keys of senders", senders, scenario_json);
    grows_slowly("unknown keys below a long one", long_node, scenario_json);
    let deep = "[".repeat(1_000_000);
    assert!(Scenario::from_json(&deep).is_err() && Scenario::from_toml(&format!("x = {deep}")).is_err());
}

/// A document whose list at `pointer` repeats its first item.
fn repeated(document: &Value, pointer: &str, times: usize) -> String {
    let mut document = document.clone();
    let list = document.pointer_mut(pointer).and_then(Value::as_array_mut);
    let list = list.unwrap_or_else(|| panic!("the document has no list at {pointer}"));
    *list = vec![list[0].clone(); times];
    document.to_string()
}

/// Most of these are impossible, and what is impossible about them has to be found as soon.
#[test]
fn results_documents() {
    let scenario = text(
        "replications = 2\nwarm_up = \"1h\"",
        &equal_hosts(2, 300),
        "[traffic]\nmessages_per_day = 50\n[nodes.mx1]\ngroup = \"g\"\n[[events]]\nat = \"1h\"\nfor = \"1h\"\nnode = \"mx1\"\nfault = \"drop\"\n",
    );
    let document = serde_json::to_value(run(&scenario)).expect("results are JSON");
    for pointer in [
        "/nodes",
        "/groups",
        "/groups/0/nodes",
        "/senders",
        "/senders/0/by_node",
        "/hosts",
        "/events",
        "/causes",
        "/goals",
        "/series/nodes",
        "/series/nodes/0/accepted",
        "/provenance/presets",
    ] {
        grows_slowly(pointer, |n| repeated(&document, pointer, n), results);
    }
    let many = |n: usize| {
        let mut document = document.clone();
        document["nodes"] = vec![document["nodes"][0].clone(); n].into();
        document["groups"][0]["nodes"] = (0..n).map(|i| format!("n{i}")).collect();
        document.to_string()
    };
    grows_slowly("nodes and a group of as many", many, results);
}

#[test]
fn counts_to_judge() {
    let counts = |n: usize| lines("", n, |i| (100 + i % 7).to_string());
    grows_slowly("counts", counts, |text| {
        let counts = text.lines().filter_map(|line| line.parse().ok());
        let _ = black_box(judge(&CountedSplit::new(counts)));
    });
}
