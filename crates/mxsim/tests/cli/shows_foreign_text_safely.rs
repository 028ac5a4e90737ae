//! Text of somebody else steers nothing: no control character, no mark of direction, nothing of no width leaves raw, whatever is asked in
//! whatever format.

use crate::support::{Finished, Folder, command, finished, mxsim, mxsim_with_input, project};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// One character of each kind, by number, so that this table shares nothing with the code it tests.
const UNSEEN: [u32; 42] = [
    0x07, 0x08, 0x0b, 0x0d, 0x1b, 0x7f, 0x80, 0x85, 0x90, 0x9b, 0x9d, 0x9f, 0xad, 0x34f, 0x61c, 0x115f,
    0x17b5, 0x180b, 0x180e, 0x200b, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2064,
    0x2066, 0x2069, 0x206f, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xfffe, 0x1d173, 0xe0041,
    0xe0100,
];
/// What means something to a terminal, a browser, a viewer of Markdown or a spreadsheet.
const MEANING: [&str; 6] = [
    "=HYPERLINK(\"http://a\")",
    "<img src=x onerror=alert(1)>",
    "[a](http://b)",
    "`|`",
    "@SUM(A1)",
    "漢字e\u{301}",
];
const QUICK: [&str; 4] = ["--replications", "2", "--worlds", "0"];
const ZONE: &str = "example.com. 300 IN MX 10 mx1.example.com.\nexample.com. 300 IN MX 10 mx2.example.com.\n\
                    mx1.example.com. 300 IN A 192.0.2.1\nmx2.example.com. 300 IN A 192.0.2.2\n";

fn unseen() -> String {
    UNSEEN.iter().filter_map(|code| char::from_u32(*code)).collect()
}

fn hostile() -> String {
    format!("={}\u{1b}]0;pwned\u{7}\u{1b}[31m{}", unseen(), MEANING.join(" "))
}

/// A name as scenarios take them: at most 100 characters, none of them a control character.
fn name(from: &str) -> String {
    from.chars().filter(|c| !c.is_control()).take(90).collect::<String>().trim().to_owned()
}

fn is_raw(c: char) -> bool {
    c != '\n' && (c.is_control() || UNSEEN.contains(&u32::from(c)))
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    if let Some((at, c)) = text.char_indices().find(|(_, c)| is_raw(*c)) {
        let line = text[..at].matches('\n').count();
        panic!("{what}: U+{:04X} in {:?}", u32::from(c), text.lines().nth(line).unwrap_or_default());
    }
}

#[track_caller]
fn assert_screens(what: &[&str], run: &Finished) {
    let what = format!("{what:?} ({})", run.code());
    assert_clean(&format!("{what}, standard output"), &run.stdout);
    assert_clean(&format!("{what}, standard error"), &run.stderr);
    assert!(run.code() != 70 && !run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    assert!(run.stderr.len() < 8_000, "{what}: an error of {} bytes", run.stderr.len());
}

/// Every text file below `folder` whose name ends in one of ours.
fn assert_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut seen = 0;
    for path in entries {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() {
            seen += assert_files(&path);
        } else if ["svg", "md", "csv", "txt", "out"].contains(&ending) {
            let text = fs::read_to_string(&path).expect("a text");
            assert_clean(&path.to_string_lossy(), &text);
            seen += 1;
        }
    }
    seen
}

/// A scenario that is full of such text and valid all the same.
fn scenario() -> Value {
    let sender = |name: String| json!({ "name": name, "preset": "postfix", "share": 0.25, "sites": 3 });
    json!({
        "title": hostile(),
        "zone": { "text": format!("; {}\n{ZONE}", unseen()) },
        "traffic": { "messages_per_day": 300 },
        "senders": [
            sender(name(&hostile())), sender(name(&unseen())), sender(name(&MEANING.join(" "))),
            sender("-2+3".to_owned()),
        ],
        "events": [{ "node": "mx2", "fault": "refuse", "at": "10:00", "for": "1h" }],
    })
}

/// The cells of a table in CSV (RFC 4180).
fn cells(text: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' | '\n' if !quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    cells
}

#[track_caller]
fn assert_no_formulas(text: &str) {
    let all = cells(text);
    assert!(all.len() > 100, "{} cells", all.len());
    for cell in all {
        let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@', '\t']);
        assert!(!is_formula || cell.parse::<f64>().is_ok(), "{cell:?}");
    }
}

#[test]
fn every_command_in_every_format() {
    let folder = Folder::new();
    let bad = unseen().replace(['\u{fffe}', '\0'], "");
    let input = folder.file(&format!("s{bad}.json"), scenario().to_string());
    let results = folder.at(&format!("r{bad}.json"));
    let run = |arguments: &[&str]| {
        let done = mxsim(arguments);
        assert_screens(arguments, &done);
        done
    };
    let file = |ending: &str| folder.at(&format!("o{bad}.{ending}"));
    let figures = folder.at(&format!("figures {bad}"));
    assert!(run(&[&["run", &input, "-o", &results], &QUICK[..]].concat()).code() < 4);
    for format in ["text", "oneline", "json", "csv", "md"] {
        let asked = [&["run", &input, "--format", format, "--figures", &figures], &QUICK[..]].concat();
        let done = run(&asked);
        assert!(done.code() < 4, "{format}: {}", done.stderr);
        if format == "csv" {
            assert_no_formulas(&done.stdout);
        }
        run(&["report", &results, "--format", format, "--full"]).expect(0);
        run(&["report", &results, "--format", format, "-o", &file("out")]).expect(0);
    }
    run(&[&["run", &input, &input], &QUICK[..]].concat());
    for ending in ["txt", "csv", "md"] {
        run(&["report", &results, "--figures", &figures, "-o", &file(ending)]).expect(0);
    }
    for format in ["text", "json", "md"] {
        run(&["trace", &input, "--sender", &name(&hostile()), "--format", format]).expect(0);
    }
    for format in ["text", "json"] {
        run(&["check", &input, "--format", format]);
        run(&[&["ask", ZONE, "--domain", &hostile(), "--format", format], &QUICK[..]].concat());
    }
    run(&["check", &input, "--resolved"]).expect(0);
    assert!(assert_files(folder.path()) >= 8);
}

#[test]
fn a_results_document_of_somebody_else() {
    let folder = Folder::new();
    let input = folder.file("s.json", scenario().to_string());
    let done = mxsim(&[&["run", &input, "--format", "json"], &QUICK[..]].concat());
    let mut document = done.json();
    poison(&mut document, "");
    let results = folder.file("r.json", document.to_string());
    for format in ["text", "oneline", "json", "csv", "md"] {
        let arguments = ["report", &results, "--format", format, "--full"];
        let shown = mxsim(&arguments);
        assert_screens(&arguments, &shown);
        assert_eq!(shown.code(), 0, "{}", shown.stderr);
        match format {
            "json" => assert_eq!(shown.json(), document, "values survive"),
            "csv" => assert_no_formulas(&shown.stdout),
            "md" => {
                let left = without_escapes(&shown.stdout);
                for mark in ["<img", "](http", "://"] {
                    assert!(!left.contains(mark), "{mark}: {left}");
                }
            }
            _ => {}
        }
    }
    let figures = folder.at("figures");
    mxsim(&["report", &results, "--figures", &figures, "--png"]).expect(0);
    assert_eq!(assert_files(Path::new(&figures)), 4);
    for figure in ["split.svg", "load.svg", "duration.svg", "capacity.svg"] {
        let svg = fs::read_to_string(Path::new(&figures).join(figure)).expect("a figure");
        assert!(!svg.contains("<img"), "{figure}");
    }
}

/// Markdown without the marks that a backslash makes plain.
fn without_escapes(text: &str) -> String {
    let mut left = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => left.extend(letters.next().map(|_| ' ')),
            _ => left.push(letter),
        }
    }
    left
}

/// Puts hostile text into every string that is free text.
fn poison(value: &mut Value, key: &str) {
    match value {
        Value::String(text)
            if !["schema", "fingerprint", "answer", "subject", "grade", "status"].contains(&key) =>
        {
            let is_text =
                text.contains(' ') || ["title", "name", "sender", "node", "method", "why"].contains(&key);
            if is_text {
                *text = format!("{}{text}", hostile());
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|item| poison(item, key)),
        Value::Object(members) => members.iter_mut().for_each(|(key, item)| poison(item, &key.clone())),
        _ => {}
    }
}

#[test]
fn errors_about_hostile_input() {
    let folder = Folder::new();
    let bad = hostile();
    let key = folder.file("key.json", json!({ &bad: 1, "zone": { "text": ZONE } }).to_string());
    let value =
        folder.file("value.json", json!({ "zone": { "text": ZONE }, "run": { "window": bad } }).to_string());
    let preset = json!({ "zone": { "text": ZONE }, "senders": [{ "name": "a", "preset": bad }] });
    let preset = folder.file("preset.json", preset.to_string());
    let broken = folder.file("broken.toml", format!("title = \"t\"\nx{bad} = 1\n[zone]\ntext = '{bad}'\n"));
    let zone = folder
        .file("zone.txt", format!("{ZONE}{bad} 300 IN MX {bad} {bad}\nmx3.example.com. 300 IN A {bad}\n"));
    let counts = folder.file("counts.txt", format!("{bad} 4{bad}0\nmx2 x{bad}\n"));
    let missing = folder.at(&bad.replace(['/', '\0'], "_"));
    let no_results = folder.file("schema.json", json!({ "schema": bad }).to_string());
    for arguments in [
        &["run", &key][..],
        &["check", &value],
        &["check", &value, "--format", "json"],
        &["check", &preset],
        &["check", &broken],
        &["check", &broken, "--format", "json"],
        &["check", &zone],
        &["check", &zone, "--format", "json"],
        &["check", &zone, "--resolved"],
        &["ask", &zone],
        &["ask", &bad],
        &["init", "--zone", &zone],
        &["judge", &counts],
        &["judge", &format!("{bad}=410"), "mx2=290"],
        &["judge", &format!("{bad}=410"), "mx2=290", "--format", "json"],
        &["run", &missing],
        &["report", &missing],
        &["report", &no_results],
        &["run", &no_results],
        &["trace", &key, "--sender", &bad],
        &["presets", &bad],
        &["presets", "--template", &bad],
        &["presets", "--catalog", &missing],
        &["run", &key, "--window", &bad],
        &["run", &key, "--max-time", &bad],
        &["run", &format!("--{bad}")],
        &[&bad],
        &["run", &zone, "--format", &bad],
        &["ask", "2", "--top", &bad],
        &["run", &zone, "--figures", &format!("{missing}/a/b"), "-o", &format!("{missing}/c")],
        &["init", "-o", &format!("{missing}/x.toml")],
    ] {
        assert_screens(arguments, &mxsim(arguments));
    }
    for arguments in
        [&["check", "-"][..], &["ask", "-"], &["judge", "-"], &["report", "-"], &["init", "--zone", "-"]]
    {
        assert_screens(arguments, &mxsim_with_input(arguments, bad.as_bytes()));
    }
}

#[test]
fn presets_of_somebody_else() {
    let folder = Folder::new();
    fs::create_dir(folder.at("stub")).expect("a folder");
    let text = |text: &str| json!(text).to_string().replace('\u{7f}', "\\u007f");
    let (title, id) = (text(&hostile()), text(&name(&hostile())));
    let known =
        fs::read_to_string(project().join("crates/mxsim-core/catalog/stub/c_ares.toml")).expect("a preset");
    let rest = known.split_once("\n\n").map_or("", |(_, rest)| rest);
    let preset = format!(
        "id = {id}\ntitle = {title}\nsoftware = {title}\nversions = {title}\nstatus = \"provisional\"\nnotes = {title}\n\n{rest}"
    )
    .replace("where = \"", &format!("where = \"{}", title.trim_matches('"')));
    fs::write(folder.at("stub/a.toml"), preset).expect("a preset");
    for format in ["text", "json", "csv", "md"] {
        for id in [None, Some(name(&hostile()))] {
            let mut arguments = vec!["presets", "--catalog", "."];
            arguments.extend(["--format", format]);
            arguments.extend(id.as_deref());
            let mut started = command(&arguments);
            let output = started.current_dir(folder.path()).stdin(Stdio::null()).output().expect("it starts");
            let shown = finished(output);
            assert_screens(&arguments, &shown);
            assert_eq!(shown.code(), 0, "{}", shown.stderr);
            if format == "csv" {
                assert_no_formulas(&format!("{}{}", shown.stdout, ",".repeat(100)));
            }
        }
    }
}

#[test]
fn long_text_is_cut() {
    let folder = Folder::new();
    let long = "x".repeat(1_000_000);
    let title = folder.file("title.json", json!({ "title": long, "zone": { "text": ZONE } }).to_string());
    mxsim(&["run", &title]).expect_error(4, &["a title of at most 255 characters"]);
    let key = folder.file("key.json", json!({ &long: 1, "zone": { "text": ZONE } }).to_string());
    let table =
        folder.file("table.toml", format!("[nodes.{long}]\nweight = \"{long}\"\n[zone]\ntext = '{ZONE}'\n"));
    let words = folder.file("zone.txt", format!("{ZONE}{} MX {}\n", "a ".repeat(1_000), &long[..50_000]));
    for arguments in [&["check", &key][..], &["check", &table], &["check", &words]] {
        let done = mxsim(arguments);
        let said = done.stdout.len() + done.stderr.len();
        assert!(said > 0 && said < 12_000, "{arguments:?}: {said}");
        assert!(done.stderr.lines().all(|line| line.chars().count() < 2_100), "{arguments:?}");
    }
    let argument = "y".repeat(100_000);
    for arguments in [&["run", &argument][..], &["run", &key, "--window", &argument], &["presets", &argument]]
    {
        let done = mxsim(arguments);
        assert!(done.code() != 0 && done.stderr.len() < 4_000, "{}: {}", arguments[0], done.stderr.len());
    }
}

/// Columns are as wide as what stands in them: a character of Chinese takes two, an accent of its own none.
#[test]
fn columns_are_measured_by_width() {
    let judged = mxsim(&["judge", "漢字漢字=410", "e\u{301}e\u{301}=290", "mx3=300"]).expect(3);
    let rows: Vec<&str> =
        judged.stdout.lines().filter(|line| line.contains("%  ") || line.contains(" %")).collect();
    let column = |name: &str, number: &str| {
        let row = rows.iter().find(|row| row.trim_start().starts_with(name)).unwrap_or(&"");
        let before = &row[..row.find(number).unwrap_or(0)];
        // 漢 and 字 are the only wide ones here, the accent the only one of no width.
        before
            .chars()
            .map(|c| match c {
                '漢' | '字' => 2,
                '\u{301}' => 0,
                _ => 1,
            })
            .sum::<usize>()
    };
    assert!(column("mx3", "300") > 3, "{}", judged.stdout);
    assert_eq!(column("漢字漢字", "410"), column("mx3", "300"), "{}", judged.stdout);
    assert_eq!(column("e\u{301}", "290"), column("mx3", "300"), "{}", judged.stdout);
}
