//! The reader and the JSON Schema look at the same good and bad scenarios. The first line of a bad one says what the reader must find
//! (`# expect: E101 E105; schema: refuses`); a bad JSON file says it in its name.

use mxsim_core::scenario::{Format, Scenario, ScenarioError, SourceText, schema};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Name and text of every scenario in a folder.
fn fixtures(name: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder(name)).expect("the folder of fixtures");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let scenarios =
        paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "toml" || end == "json"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a text");
        (path.file_name().expect("a name").to_string_lossy().into_owned(), text)
    };
    scenarios.map(read).collect()
}

fn read(name: &str, text: &str, folder: &Path) -> Result<Scenario, ScenarioError> {
    let source = SourceText { name: name.into(), text: text.into(), format: Format::guess(name, text) };
    Scenario::read(&source, &|file| {
        fs::read_to_string(folder.join(file)).map_err(|error| error.kind().to_string())
    })
}

/// The document as JSON, for the schema; `None` if the text is not even TOML or JSON.
fn document(name: &str, text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}');
    match Format::guess(name, text) {
        Format::Json => serde_json::from_str(text).ok(),
        Format::Toml => Some(table(toml::de::DeTable::parse(text).ok()?.get_ref())),
    }
}

fn table(table: &toml::de::DeTable<'_>) -> Value {
    Value::Object(
        table.iter().map(|(key, value)| (key.get_ref().to_string(), item(value.get_ref()))).collect(),
    )
}

fn item(value: &toml::de::DeValue<'_>) -> Value {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => {
            number.as_str().parse::<i64>().map_or(Value::Null, |number| json!(number))
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, |number| json!(number)),
        DeValue::Boolean(value) => json!(value),
        DeValue::Datetime(time) => json!(time.to_string()),
        DeValue::Array(items) => items.iter().map(|value| item(value.get_ref())).collect(),
        DeValue::Table(inner) => table(inner),
    }
}

#[test]
fn good_scenarios_pass_reader_and_schema() {
    let schema = jsonschema::validator_for(&schema()).expect("a valid schema");
    for (name, text) in fixtures("good") {
        if let Err(error) = read(&name, &text, &folder("good")) {
            panic!("{name}: {error}");
        }
        let document = document(&name, &text).expect("TOML or JSON");
        let errors: Vec<String> = schema
            .iter_errors(&document)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn bad_scenarios_fail_with_their_codes_and_a_help() {
    let schema = jsonschema::validator_for(&schema()).expect("a valid schema");
    let complaints: Vec<String> = fixtures("bad")
        .iter()
        .filter_map(|(name, text)| complaint(name, text, &schema).map(|why| format!("{name}: {why}")))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What is not as the fixture's first line says.
fn complaint(name: &str, text: &str, schema: &jsonschema::Validator) -> Option<String> {
    let first = text.lines().next().unwrap_or_default();
    let (expected, refuses) = match first.strip_prefix("# expect: ") {
        Some(rest) => (rest.split(';').next().unwrap_or_default(), rest.contains("schema: refuses")),
        None => (name.split('-').next().unwrap_or_default(), false),
    };
    let Err(error) = read(name, text, &folder("bad")) else { return Some("accepted".into()) };
    let mut codes: Vec<&str> = error.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let mut wanted: Vec<&str> = expected.split_whitespace().collect();
    codes.sort_unstable();
    wanted.sort_unstable();
    if codes != wanted {
        return Some(format!("expected {wanted:?}, found\n{error}"));
    }
    if let Some(diagnostic) =
        error.diagnostics.iter().find(|error| error.code != "E001" && error.help.is_none())
    {
        return Some(format!("no help in {diagnostic:?}"));
    }
    let accepted = refuses && document(name, text).is_some_and(|document| schema.is_valid(&document));
    accepted.then(|| "the schema accepts it".into())
}

#[test]
fn a_good_scenario_resolved_reads_back_as_the_same() {
    for (name, text) in fixtures("good") {
        let first = read(&name, &text, &folder("good")).expect("a good scenario");
        let resolved = first.resolved();
        let again = match Scenario::from_toml(&resolved) {
            Ok(again) => again,
            Err(error) => panic!("{name}: {error}\n{resolved}"),
        };
        assert_eq!(again.resolved(), resolved, "{name}");
        assert_eq!(again.fingerprint(), first.fingerprint(), "{name}");
        assert_eq!(
            (again.run, &again.nodes, &again.goals),
            (first.run, &first.nodes, &first.goals),
            "{name}"
        );
        assert_eq!(again.events, first.events, "{name}");
        assert_eq!(again.goals_are_default, first.goals_are_default, "{name}");
        assert_eq!((&again.zones, &again.authority), (&first.zones, &first.authority), "{name}");
        assert_eq!(again.senders.len(), first.senders.len());
        for (a, b) in again.senders.iter().zip(&first.senders) {
            assert_eq!(
                (&a.name, a.share, &a.preset, a.grade),
                (&b.name, b.share, &b.preset, b.grade),
                "{name}"
            );
            assert_eq!(
                (&a.resolver, &a.behaviour.parameters, a.ipv6),
                (&b.resolver, &b.behaviour.parameters, b.ipv6),
                "{name}"
            );
            assert_eq!(
                (a.sites, a.sizes, a.hosts, &a.profile),
                (b.sites, b.sizes, b.hosts, &b.profile),
                "{name}"
            );
        }
    }
}

#[test]
fn cutting_a_scenario_anywhere_never_panics() {
    let text = fs::read_to_string(folder("good").join("full.toml")).expect("a text");
    for end in (0..text.len()).step_by(7) {
        let _ = Scenario::from_toml(&text[..end]);
        let _ = Scenario::from_toml(&format!("{}{}", &text[..end], &text[(end + 3).min(text.len())..]));
    }
}

/// Whatever the reader takes for a time, an editor that follows the schema takes too, and the other way round.
#[test]
fn reader_and_schema_agree_about_times() {
    let schema = jsonschema::validator_for(&schema()).expect("a valid schema");
    let document = |at: &str| {
        json!({
            "zone": { "text": "e.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1" },
            "run": { "run_length": "7d" },
            "events": [{ "at": at, "for": "5m", "node": "a", "fault": "refuse" }],
        })
    };
    for (at, is_time) in [
        ("10:00", true),
        ("2d 10:00", true),
        ("2 days 10:00:30", true),
        ("1w 10:00", true),
        ("36h", true),
        ("1h 30m", true),
        ("10am", true),
        ("10:30 pm", true),
        ("12 AM", true),
        ("Tue 10:00", true),
        ("tuesday 10 am", true),
        ("Wednes, 23:59", true),
        ("SUN", true),
        (" 7:5 ", true),
        ("24:00", false),
        ("13pm", false),
        ("0am", false),
        ("Tu 10:00", false),
        ("noon", false),
        ("2d 10am", false),
    ] {
        let document = document(at);
        // Times beyond the run are another matter.
        let read = mxsim_core::scenario::parse_moment(at);
        assert_eq!(read.is_ok(), is_time, "{at}: {read:?}");
        assert_eq!(schema.is_valid(&document), is_time, "{at}");
    }
}

/// The forms that the reference shows are among them.
#[test]
fn every_documented_time_is_read() {
    let reference = include_str!("../../../docs/scenario.md");
    let lines = reference.lines().filter(|line| line.contains("*time*") || line.contains("| a time such as"));
    let quoted: Vec<&str> = lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect();
    assert!(quoted.contains(&"Tue 10:00") && quoted.contains(&"2d 10:00"), "{quoted:?}");
    for time in quoted {
        assert!(mxsim_core::scenario::parse_moment(time).is_ok(), "{time}");
    }
}
