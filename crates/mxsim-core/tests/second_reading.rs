//! Second readings of presets: `tests/second_readings/KIND/ID.toml` against `catalog/KIND/ID.toml`, parameter by parameter.
//!
//! A preset is `reviewed` exactly if its second reading agrees with it. Everything on which the two differ is printed; run with
//! `--nocapture` to see what they differ on without being bound to agree.

use mxsim_core::catalog::{Catalog, PresetKind, PresetSummary, Review};
use mxsim_core::results::Status;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/second_readings")
}

/// All second readings, by kind and id.
fn second_readings() -> BTreeMap<(PresetKind, String), Review> {
    let mut found = BTreeMap::new();
    for kind in PresetKind::ALL {
        let Ok(entries) = fs::read_dir(folder().join(kind.name())) else { continue };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a text");
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let reading = kind.read_review(&name, &text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(reading.id, stem, "{} is about another preset", path.display());
            found.insert((kind, stem), reading);
        }
    }
    found
}

#[test]
#[expect(clippy::print_stdout, reason = "differences that bind nobody are for people to read")]
fn a_preset_is_reviewed_exactly_if_its_second_reading_agrees() {
    let readings = second_readings();
    let mut wrong = String::new();
    for preset in Catalog::builtin().summaries() {
        let reading = readings.get(&(preset.kind, preset.id.to_owned()));
        let deserved = reading.map_or(Status::Provisional, |reading| reading.status(&preset));
        let differences = reading.map(|reading| reading.differences(&preset)).unwrap_or_default();
        for difference in &differences {
            println!("{} {}: {difference}", preset.kind.name(), preset.id);
        }
        if preset.status != deserved {
            let (kind, id) = (preset.kind.name(), preset.id);
            let _ = writeln!(wrong, "{kind} {id} says {:?} and deserves {deserved:?}", preset.status);
            for difference in &differences {
                let _ = writeln!(wrong, "  {difference}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_second_reading_is_about_a_preset() {
    for (kind, id) in second_readings().keys() {
        assert!(Catalog::builtin().has(*kind, id), "there is no {} preset {id}", kind.name());
    }
}

fn summary<'a>(catalog: &'a Catalog, kind: PresetKind, id: &str) -> PresetSummary<'a> {
    catalog.summaries().into_iter().find(|preset| (preset.kind, preset.id) == (kind, id)).expect("a preset")
}

/// A second reading that agrees with `preset`, in the reverse order, as somebody might have written it.
fn agreeing(preset: &PresetSummary<'_>) -> String {
    let mut text =
        format!("id = \"{}\"\nreader = \"a test\"\nsource = \"the preset itself\"\n[where]\n", preset.id);
    for (path, _) in preset.written {
        let _ = writeln!(text, "\"{path}\" = \"src/file.c function\"");
    }
    let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, value) in preset.written.iter().rev() {
        let (section, key) = path.split_once('.').expect("a section");
        sections.entry(section).or_default().push(format!("{key} = {value}"));
    }
    for (section, keys) in &sections {
        let _ = writeln!(text, "[{section}]\n{}", keys.join("\n"));
    }
    text
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from} in\n{text}");
    text.replace(from, to)
}

#[test]
fn every_preset_agrees_with_itself_in_any_order() {
    for preset in Catalog::builtin().summaries() {
        let reading = preset.kind.read_review("copy.toml", &agreeing(&preset));
        let reading = reading.unwrap_or_else(|error| panic!("{}: {error}", preset.id));
        assert_eq!(reading.differences(&preset), [], "{}", preset.id);
    }
}

#[test]
fn values_are_compared_as_laws_and_not_as_text() {
    let preset = summary(Catalog::builtin(), PresetKind::Sender, "postfix");
    let text = replaced(&agreeing(&preset), "connect = \"30s\"", "connect = \"0.5m\"");
    let reading = PresetKind::Sender.read_review("copy.toml", &text).expect("a reading");
    assert_eq!(reading.differences(&preset), []);
    assert_eq!(reading.status(&preset), Status::Reviewed);
}

/// Three errors, one of each shape a value may have, each alone in its copy: the comparison names the field and both values.
#[test]
fn planted_errors_are_found() {
    let preset = summary(Catalog::builtin(), PresetKind::Sender, "postfix");
    let copy = agreeing(&preset);
    let planted = [
        ("order.unit", "unit = \"address\"", "unit = \"host\"", ["\"address\"", "\"host\""]),
        ("limits.addresses", "addresses = 5", "addresses = 6", ["5", "6"]),
        ("memory.domain", "failures = 3", "failures = 4", ["failures = 3", "failures = 4"]),
    ];
    for (path, right, wrong, values) in planted {
        let text = replaced(&copy, right, wrong);
        let reading = PresetKind::Sender.read_review("copy.toml", &text).expect("a reading");
        let differences = reading.differences(&preset);
        assert_eq!(differences.len(), 1, "{path}: {differences:?}");
        let said = differences[0].to_string();
        assert!(said.starts_with(&format!("{path}: ")), "{said}");
        assert!(values.iter().all(|value| said.contains(value)), "{said}");
        assert_eq!(reading.status(&preset), Status::Provisional, "{path}");
    }
}

#[test]
fn what_is_left_out_needs_a_reason() {
    let preset = summary(Catalog::builtin(), PresetKind::Sender, "postfix");
    let silent = replaced(&agreeing(&preset), "cut = \"family-balance\"\n", "");
    let read = |text: &str| PresetKind::Sender.read_review("copy.toml", text).expect("a reading");
    let difference = &read(&silent).differences(&preset)[0];
    assert_eq!(
        (difference.path.as_str(), &difference.second, difference.binding),
        ("limits.cut", &None, true)
    );
    let excused =
        format!("{silent}[not_in_source]\n\"limits.cut\" = \"built by a generator that is not published\"\n");
    assert_eq!(read(&excused).differences(&preset), []);
    let placeless = replaced(&agreeing(&preset), "\"limits.cut\" = \"src/file.c function\"\n", "");
    let error = PresetKind::Sender.read_review("copy.toml", &placeless).expect_err("no place");
    assert!(error.to_string().contains("limits.cut: no place is named"), "{error}");
}

/// What a reader leaves out is no difference where the other parameters leave it nothing to say, and one as soon as they do.
#[test]
fn what_has_no_meaning_beside_the_others_may_be_left_out() {
    let cases = [
        (PresetKind::Resolver, "bind_9_20", "order.driver", "shuffle-one-seed", "rotate"),
        (PresetKind::Resolver, "bind_9_20", "order.hold_variants", "hold = \"none\"", "hold = \"ttl\""),
        (PresetKind::Resolver, "hickory", "order.types", "transform = \"none\"", "transform = \"rotate\""),
        (PresetKind::Sender, "postfix", "order.addresses", "unit = \"address\"", "unit = \"host\""),
        (PresetKind::Sender, "maddy", "limits.cut", "\naddresses = \"unlimited\"", "\naddresses = 5"),
        (
            PresetKind::Sender,
            "stalwart",
            "limits.sessions",
            "transient_reply = \"defer\"",
            "transient_reply = \"next-host\"",
        ),
        (PresetKind::Sender, "dma", "concurrency.growth", "initial = \"unlimited\"", "initial = 5"),
    ];
    for (kind, id, path, beside, other) in cases {
        let preset = summary(Catalog::builtin(), kind, id);
        let (_, value) = preset.written.iter().find(|(own, _)| *own == path).expect("a parameter");
        let key = path.split_once('.').expect("a section").1;
        let silent = replaced(&agreeing(&preset), &format!("\n{key} = {value}\n"), "\n");
        let read = |text: &str| kind.read_review("copy.toml", text).expect("a reading");
        assert_eq!(read(&silent).differences(&preset), [], "{id}: {path}");
        // The same silence about a preset in which it would have a meaning.
        let mut written = preset.written.to_vec();
        let changed = read(&replaced(&silent, beside, other));
        for (own, literal) in &mut written {
            if let Some(said) = changed.values.get(own) {
                literal.clone_from(&said.value);
            }
        }
        let differences = changed.differences(&PresetSummary { written: &written, ..preset });
        assert!(
            differences.iter().any(|difference| difference.path == path),
            "{id}: {path}: {differences:?}"
        );
    }
}

#[test]
fn a_reading_that_says_nothing_reviews_nothing() {
    let preset = summary(Catalog::builtin(), PresetKind::Sender, "postfix");
    let mut text =
        "id = \"postfix\"\nreader = \"a test\"\nsource = \"none\"\n[where]\n[not_in_source]\n".to_owned();
    for (path, _) in preset.written {
        let _ = writeln!(text, "\"{path}\" = \"not looked for\"");
    }
    let reading = PresetKind::Sender.read_review("copy.toml", &text).expect("a reading");
    assert_eq!((reading.differences(&preset).len(), reading.status(&preset)), (0, Status::Provisional));
}
