//! Every format holds every sample: it fits, it never says NaN, it can be read back, and it looks as agreed.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use mxsim_core::results::{Answer, Results};
use mxsim_report::{MarkdownStyle, Size, TextStyle, csv, figure, from_json, json, markdown, svg, text};
use unicode_width::UnicodeWidthStr as _;

const FIGURES: MarkdownStyle<'_> =
    MarkdownStyle { figures: &[("Split per node", "split.svg"), ("Load by hour", "load.svg")] };

/// Every format of `results`, with a name each.
fn formats(results: &Results) -> Vec<(&'static str, String)> {
    let plain = TextStyle::default();
    let ascii = TextStyle { ascii: true, ..TextStyle::default() };
    let drawn = |figure| svg(&figure, Size::default()).expect("a figure of usual size can be drawn");
    vec![
        ("text", text(results, &plain)),
        ("ascii", text(results, &ascii)),
        ("markdown", markdown(results, &FIGURES)),
        ("csv", csv(results)),
        ("split", drawn(figure::split(results))),
        ("load", drawn(figure::load(results))),
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
fn the_screen_follows_the_agreed_order() {
    let page = text(&common::three_equal(), &TextStyle::default());
    let parts = [
        "VERDICT      ✗ NO",
        "fails on 9 days of 100",
        "why",
        "flips it",
        "do  ",
        "luck",
        "not known",
        "Next:",
    ];
    let places: Vec<usize> = parts.iter().map(|part| page.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "{parts:?} stand at {places:?}");
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

#[test]
fn snapshots_of_every_format() {
    let sample = common::three_equal();
    for (format, output) in formats(&sample) {
        snapshot(&format!("three_equal.{format}"), &output);
    }
    for (name, results) in [
        ("backup_with_outage", common::backup_with_outage()),
        ("no_scatter", common::no_scatter()),
        ("single_replication", common::single_replication()),
    ] {
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
        results.nodes[0].share.mean = number;
        let read = from_json(&json(&results)).expect("reads");
        assert_eq!(read.nodes[0].share.mean.to_bits(), number.to_bits());
    }
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
        ("[".repeat(10_000), "recursion"),
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
    for section in
        ["run", "nodes", "addresses", "hosts", "balance", "delivery", "causes", "dns", "goals", "series"]
    {
        assert!(table.contains(&format!("\n{section},")), "{section} is missing");
    }
    assert_eq!(table.lines().filter(|line| line.starts_with("series,mx2,accepted,")).count(), 24);
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
        "36.4 % (35.9-36.9)",
        "33.4 (32.8-34.0)",
        "holds on 91 days of 100: 91.0 % (88.0-94.0)",
        "31 s (29 s-33 s)",
    ] {
        assert!(page.contains(part), "text lacks {part}: {page}");
        assert!(mark.contains(part), "Markdown lacks {part}: {mark}");
    }
}
