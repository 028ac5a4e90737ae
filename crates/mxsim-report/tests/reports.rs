//! Every format holds every sample: it fits, it never says NaN, it can be read back, and it looks as agreed.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use mxsim_core::results::{Answer, Results};
use mxsim_report::{
    Files, MarkdownStyle, Size, TextStyle, csv, figure, from_json, full, json, markdown, oneline, rows,
    screen, svg,
};
use unicode_width::UnicodeWidthStr as _;

const FIGURES: MarkdownStyle<'_> =
    MarkdownStyle { figures: &[("Split per node", "split.svg"), ("Load by hour", "load.svg")] };

/// Lines of a first page: a usual terminal has 25.
const PAGE_LINES: usize = 25;

/// Everything a screen can say.
fn text(results: &Results, style: &TextStyle) -> String {
    full(results, &Files::default(), style)
}

fn page(results: &Results) -> String {
    screen(results, &Files::default(), &TextStyle::default())
}

/// Every format of `results`, with a name each.
fn formats(results: &Results) -> Vec<(&'static str, String)> {
    let plain = TextStyle::default();
    let ascii = TextStyle { ascii: true, ..TextStyle::default() };
    let drawn = |figure| svg(&figure, Size::default()).expect("a figure of usual size can be drawn");
    vec![
        ("screen", screen(results, &Files::default(), &plain)),
        ("text", text(results, &plain)),
        ("ascii", text(results, &ascii)),
        ("markdown", markdown(results, &FIGURES)),
        ("csv", csv(results)),
        ("split", drawn(figure::split(results))),
        ("load", drawn(figure::load(results))),
        ("duration", drawn(figure::duration(results))),
        ("capacity", drawn(figure::capacity(results))),
    ]
}

/// Compares with a file; `MXSIM_BLESS=1` renews it.
fn snapshot(name: &str, actual: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("MXSIM_BLESS").is_some() {
        fs::write(&path, actual).expect("the snapshot can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name} changed; look at it, then renew it with MXSIM_BLESS=1");
}

#[test]
fn no_line_of_text_is_wider_than_the_page() {
    for (name, results) in common::all() {
        for width in [72, 80, 100, 200] {
            for ascii in [false, true] {
                let page = text(&results, &TextStyle { color: false, width, ascii });
                for line in page.lines() {
                    assert!(line.width() <= width, "{name} at {width}: {} columns: {line}", line.width());
                }
                assert!(!ascii || page.is_ascii(), "{name} is not ASCII");
            }
        }
    }
}

#[test]
fn no_format_says_nan_or_lets_control_characters_through() {
    for (name, results) in common::all() {
        for (format, output) in formats(&results) {
            for bad in ["NaN", "inf ", "-inf", "(inf", "safe", "guaranteed"] {
                assert!(!output.contains(bad), "{name} as {format} says {bad}:\n{output}");
            }
            let may_hold_control = format == "csv";
            let control = output.chars().find(|letter| letter.is_control() && *letter != '\n');
            assert!(may_hold_control || control.is_none(), "{name} as {format} holds {control:?}");
        }
    }
}

#[test]
fn the_first_page_fits_a_terminal() {
    for (name, results) in common::all() {
        // Names and sentences of any length get the room they need.
        if ["absurd_numbers", "awkward_names"].contains(&name) {
            continue;
        }
        let page = page(&results);
        assert!(page.lines().count() <= PAGE_LINES, "{name}: {} lines\n{page}", page.lines().count());
        assert_eq!(oneline(&results).lines().count(), 1, "{name}");
    }
}

#[test]
fn the_first_page_follows_the_agreed_order() {
    let page = page(&common::three_equal());
    let parts = ["✗ NO", "fails on 9 days of 100", "host ", "mail  ", "zone  ", "sure  ", "do  ", "Next:"];
    let places: Vec<usize> = parts.iter().map(|part| page.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "{parts:?} stand at {places:?}");
}

#[test]
fn several_runs_are_a_table_with_a_row_each() {
    let runs: Vec<(String, Results)> =
        common::all().into_iter().map(|(name, results)| (name.to_owned(), results)).collect();
    let table = rows(&runs, &TextStyle::default());
    assert_eq!(table.lines().count(), runs.len() + 3, "{table}");
    assert!(table.lines().all(|line| line.width() <= 80), "{table}");
}

#[test]
fn colour_adds_nothing_but_colour() {
    for (name, results) in common::all() {
        let plain = text(&results, &TextStyle::default());
        let colored = text(&results, &TextStyle { color: true, ..TextStyle::default() });
        assert!(colored.contains("\u{1b}["), "{name} has no colour");
        let stripped = ["1;32", "1;31", "1;33", "0"]
            .iter()
            .fold(colored, |page, code| page.replace(&format!("\u{1b}[{code}m"), ""));
        assert_eq!(stripped, plain, "{name}");
    }
}

#[test]
fn a_number_without_a_range_says_so() {
    let page = text(&common::single_replication(), &TextStyle::default());
    assert!(page.contains("33.4 (?)"), "{page}");
    assert!(page.contains("no range: too few replications"), "{page}");
    assert!(page.contains("PARTIAL"), "{page}");
}

#[test]
fn an_open_answer_names_the_command_that_settles_it() {
    let mut results = common::three_equal();
    results.verdict.answer = Answer::CannotTell;
    let page = text(&results, &TextStyle::default());
    assert!(page.ends_with("Next: mxsim run SCENARIO --replications 500\n"), "{page}");
}

/// In every format: what is planned has a number of its own, and is no sender's doing.
#[test]
fn what_is_planned_is_said_to_be_planned() {
    let results = common::planned_outage();
    assert!(page(&results).contains("biggest cause  what is planned"), "{}", page(&results));
    let full = text(&results, &TextStyle::default());
    assert!(full.contains("planned, points") && full.contains("part of that is planned"), "{full}");
    assert!(full.contains("that are planned alike the mail scatters like"), "{full}");
    let document = markdown(&results, &FIGURES);
    assert!(document.contains("| node | planned [points] |"), "{document}");
    assert!(csv(&results).contains("scatter_by_plan"), "no row");
    let chance = common::three_equal();
    assert!(!text(&chance, &TextStyle::default()).contains("planned"), "nothing is planned there");
}

/// Without a number of choosers the reason is said: chance moves nothing, or it cannot be told from plan.
#[test]
fn scatter_without_choosers_has_a_reason() {
    let mut results = common::planned_outage();
    results.balance.effective_choosers = None;
    let balance = |results: &Results| text(results, &TextStyle::default());
    assert!(balance(&results).contains("chance moves nothing"), "{}", balance(&results));
    results.nodes.iter_mut().for_each(|node| node.scatter_by_plan = None);
    assert!(
        balance(&results).contains("too few replications to tell what is planned"),
        "{}",
        balance(&results)
    );
}

/// A single replication says nothing of scatter, and no zero stands for what is not known.
#[test]
fn the_scatter_of_a_single_replication_is_unknown() {
    let mut results = common::no_scatter();
    assert!(!text(&results, &TextStyle::default()).contains("unknown"));
    results.provenance.replications = 1;
    for document in [text(&results, &TextStyle::default()), markdown(&results, &FIGURES)] {
        assert!(document.contains("scatter unknown") && !document.contains("no scatter"), "{document}");
        assert!(document.matches("unknown").count() > results.nodes.len(), "{document}");
    }
}

#[test]
fn snapshots_of_every_format() {
    let sample = common::three_equal();
    for (format, output) in formats(&sample) {
        snapshot(&format!("three_equal.{format}"), &output);
    }
    snapshot("with_sessions.markdown", &markdown(&common::with_sessions(), &FIGURES));
    for (name, results) in [
        ("backup_with_outage", common::backup_with_outage()),
        ("planned_outage", common::planned_outage()),
        ("no_scatter", common::no_scatter()),
        ("single_replication", common::single_replication()),
        ("with_sessions", common::with_sessions()),
        ("older_document", common::older_document()),
    ] {
        snapshot(&format!("{name}.screen"), &page(&results));
        snapshot(&format!("{name}.text"), &text(&results, &TextStyle::default()));
    }
}

#[test]
fn json_comes_back_as_it_was() {
    for (name, results) in common::all() {
        if name == "absurd_numbers" {
            continue;
        }
        let written = json(&results);
        assert!(written.starts_with("{\n  \"schema\": \"mxsim.results/1\","), "{name}");
        assert!(written.ends_with("}\n"), "{name}");
        let read = from_json(&written).expect(name);
        assert_eq!(read, results, "{name}");
        assert_eq!(json(&read), written, "{name}");
    }
}

#[test]
fn json_keeps_every_bit_of_a_number() {
    let mut results = common::three_equal();
    // Shortest decimals on which a quick reader is off by one unit in the last place.
    for number in [
        0.1 + 0.2,
        1.0 / 3.0,
        9_007_199_254_740_993.0,
        5e-324,
        1.797_693_134_862_315_7e308,
        51.24817837550540_4,
    ] {
        fn effect(results: &mut Results) -> &mut f64 {
            &mut results.uncertainty.not_known.as_mut().expect("worlds").effects[0].effect
        }
        *effect(&mut results) = number;
        let mut read = from_json(&json(&results)).expect("reads");
        assert_eq!(effect(&mut read).to_bits(), number.to_bits());
    }
}

/// Numbers that are hard to write or to read.
const HARD: [f64; 8] =
    [0.0, -0.0, 5e-324, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 9_007_199_254_740_993.0, 0.1 + 0.2];

/// Puts another number wherever a fraction or a time stands, and takes away some of what may be absent.
fn scramble(value: &mut serde_json::Value, next: &mut impl FnMut() -> u64) {
    match value {
        serde_json::Value::Number(number) if number.is_f64() => {
            let bits = f64::from_bits(next());
            let hard = HARD[(next() % HARD.len() as u64) as usize];
            *value =
                serde_json::json!(if bits.is_finite() && !next().is_multiple_of(4) { bits } else { hard });
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| scramble(item, next)),
        serde_json::Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                let may_be_absent =
                    ["half_width", "low", "high", "peak_sessions", "sessions", "limit", "delay"];
                if may_be_absent.contains(&key.as_str()) && next().is_multiple_of(3) {
                    *field = serde_json::Value::Null;
                }
                scramble(field, next);
            }
        }
        _ => {}
    }
}

#[test]
fn any_numbers_survive_the_way_through_json() {
    // A small generator (Marsaglia's xorshift64) with a fixed seed: 40 documents of over 400 numbers each.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let sample = serde_json::to_value(common::with_sessions()).expect("JSON");
    for _ in 0..40 {
        let mut document = sample.clone();
        scramble(&mut document, &mut next);
        // Nobody would accept these numbers, but no writer may trip over them.
        let results: Results = serde_json::from_value(document).expect("a document");
        let written = json(&results);
        let read: Results = serde_json::from_str(&written).expect("its own document");
        assert_eq!(read, results);
        assert_eq!(json(&read), written);
        for (format, output) in formats(&results) {
            assert!(!output.contains("NaN"), "{format}");
        }
    }
}

#[test]
fn a_document_without_the_later_fields_is_read() {
    let mut document = serde_json::to_value(common::with_sessions()).expect("JSON");
    document.as_object_mut().expect("an object").remove("duration");
    for node in document["nodes"].as_array_mut().expect("nodes") {
        let node = node.as_object_mut().expect("an object");
        assert!(node.remove("peak_rates").is_some() && node.remove("sessions").is_some());
        assert!(node["totals"].as_object_mut().expect("totals").remove("full").is_some());
    }
    let mut expected = common::with_sessions();
    expected.duration = common::older_document().duration;
    for node in &mut expected.nodes {
        node.peak_rates.clear();
        (node.sessions, node.totals.full) = (None, 0);
    }
    assert_eq!(from_json(&document.to_string()).expect("an older document"), expected);
}

#[test]
fn wrong_documents_are_refused_with_what_to_do() {
    let whole = json(&common::three_equal());
    let cases = [
        (String::new(), "is empty"),
        (" \n".to_owned(), "is empty"),
        (whole[..whole.len() / 2].to_owned(), "ends too early"),
        ("[run]\nseed = 1".to_owned(), "not JSON"),
        ("{}".to_owned(), "no `schema`"),
        ("[1, 2]".to_owned(), "no `schema`"),
        (whole.replace("mxsim.results/1", "mxsim.compare/1"), "expected `mxsim.results/1`"),
        (whole.replace("mxsim.results/1", "mxsim.results/2"), "use the version of mxsim"),
        (whole.replace("\"balance\"", "\"balances\""), "missing field `balance`"),
        ("[".repeat(10_000), "ends too early"),
        (whole.replace("\"window_s\": 86400.0", "\"window_s\": NaN"), "not JSON"),
        (whole.replace("\"window_s\": 86400.0", "\"window_s\": null"), "expected f64 at line"),
        (whole.replace("\"window_s\": 86400.0", "\"window_s\": 1e999"), "out of range at line"),
        (whole.replace("\"replications\": 200", "\"replications\": -1"), "expected u64"),
        (whole.replace("\"answer\": \"no\"", "\"answer\": \"perhaps\""), "unknown variant `perhaps`"),
    ];
    for (document, expected) in cases {
        let message = from_json(&document).expect_err(expected).to_string();
        assert!(message.contains(expected), "{message}");
    }
    let later = whole.replacen('{', "{\n  \"a_field_of_later\": [1],", 1);
    assert!(from_json(&format!("\u{feff}{later}")).is_ok());
}

#[test]
fn csv_is_one_tidy_table() {
    for (name, results) in common::all() {
        let table = csv(&results);
        let mut reader = ::csv::Reader::from_reader(table.as_bytes());
        let head = reader.headers().expect("a head").clone();
        assert_eq!(
            head.iter().collect::<Vec<_>>(),
            ["section", "name", "quantity", "value", "low", "high", "bin"]
        );
        for row in reader.records() {
            let row = row.expect(name);
            for cell in [3, 4, 5, 6].map(|at| &row[at]).into_iter().filter(|cell| !cell.is_empty()) {
                assert!(cell.parse::<f64>().is_ok_and(f64::is_finite), "{name}: {row:?}");
            }
        }
    }
    let table = csv(&common::three_equal());
    for section in [
        "run",
        "nodes",
        "addresses",
        "hosts",
        "balance",
        "delivery",
        "causes",
        "dns",
        "goals",
        "series",
        "duration",
    ] {
        assert!(table.contains(&format!("\n{section},")), "{section} is missing");
    }
    let count = |start: &str| table.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(count("series,mx2,accepted,"), 24);
    assert_eq!(count("duration,mx2,rate,"), 21);
    assert_eq!(count("nodes,mx2,peak_rate_1s_p95,"), 1);
}

#[test]
fn markdown_tables_keep_their_columns() {
    for (name, results) in common::all() {
        let page = markdown(&results, &FIGURES);
        let mut columns = 0;
        for line in page.lines() {
            let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
            if !line.starts_with('|') {
                columns = 0;
                continue;
            }
            assert!(columns == 0 || columns == bars, "{name}: {line}");
            columns = bars;
        }
        assert!(page.contains("![Split per node](<split.svg>)"), "{name}");
    }
}

#[test]
fn text_and_markdown_say_the_same() {
    let results = common::three_equal();
    let flat = |page: String| page.split_whitespace().collect::<Vec<_>>().join(" ").replace('\\', "");
    let page = flat(text(&results, &TextStyle::default()));
    let mark = flat(markdown(&results, &FIGURES));
    for part in [
        "36.4 % (35.9-36.9 %)",
        "33.4 (32.8-34.0)",
        "holds on 91 days of 100: 91.0 % (88.0-94.0 %)",
        "31 s (29-33 s)",
    ] {
        assert!(page.contains(part), "text lacks {part}: {page}");
        assert!(mark.contains(part), "Markdown lacks {part}: {mark}");
    }
}

#[test]
fn sessions_and_reuse_are_said_where_they_are_simulated() {
    let results = common::with_sessions();
    let page = text(&results, &TextStyle::default());
    let mark = markdown(&results, &FIGURES);
    let table = csv(&results);
    // Of the slow node: its limit, mean, most at the same time, and what found it full.
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["49.2 (49.1-49.3)", "169 (168-170)", "12.0 (11.9-12.0)", "1.24 (1.23-1.25)"] {
        assert!(flat.contains(part) && mark.contains(part), "{part}\n{page}\n{mark}");
    }
    assert!(mark.contains("| mx3 | 267,400,000 | 267,400,000 | 32,000,000 | 32,000,000 | 0 |"), "{mark}");
    for row in ["nodes,mx3,session_limit,100", "nodes,mx3,blocked,0.12,", "nodes,mx3,full,32000000"] {
        assert!(table.contains(row), "{row}");
    }
    let without = text(&common::three_equal(), &TextStyle::default());
    assert!(!without.contains("turned away") && !without.contains("reuse"), "{without}");
}

#[test]
fn methods_are_one_line_of_text_if_they_differ_and_a_table_of_markdown() {
    let mixed = common::with_sessions();
    let page = text(&mixed, &TextStyle::default());
    assert!(
        page.contains("methods      messages for google, microsoft; counts for everyone else\n"),
        "{page}"
    );
    assert!(!text(&common::three_equal(), &TextStyle::default()).contains("\n  methods "));
    let mark = markdown(&mixed, &FIGURES);
    assert!(
        mark.contains("| everyone else | counts | its choices do not depend on earlier messages |"),
        "{mark}"
    );
}
