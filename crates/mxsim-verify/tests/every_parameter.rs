//! Every parameter of the catalogue is obeyed: two values of it give different traces in a scenario named for it.
//!
//! The scenarios lie in `parameters/KIND/PARAMETER.toml`. A line `# VALUE: one | other` gives the two values that take the place of the
//! word `VALUE`. Seed and everything else are the same, so a parameter that nobody reads gives the same trace twice.

use mxsim_core::catalog::{Catalog, PresetKind};
use mxsim_core::study::trace::{TraceOptions, trace};
use mxsim_verify::experiment::scenario;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Parameters that presets have and that nothing can obey: an authority has no cache, so no answer of it fills one.
const WITHOUT_MEANING: &[(PresetKind, &str)] = &[(PresetKind::Authority, "order.verbatim_on_miss")];

/// So many messages are followed. With a change that matters to every third message, chance hides it from all once in 10^7.
const MESSAGES: usize = 40;

fn folder(kind: PresetKind) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parameters").join(kind.name())
}

/// The parameters that presets of this kind have, from the catalogue itself.
fn parameters(kind: PresetKind) -> BTreeSet<String> {
    let presets = Catalog::builtin().summaries();
    let of_kind = presets.iter().filter(|preset| preset.kind == kind);
    of_kind.flat_map(|preset| preset.written).map(|(name, _)| (*name).to_owned()).collect()
}

/// What happened to the messages, without the words for it: those name the value itself.
fn happened(toml: &str) -> Value {
    let options = TraceOptions::first(MESSAGES);
    let trace = trace(&scenario(toml), &options).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    assert_eq!(trace.messages.len(), MESSAGES, "too little mail in\n{toml}");
    let mut messages = serde_json::json!(trace.messages);
    drop_words(&mut messages);
    messages
}

fn drop_words(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("why");
            fields.values_mut().for_each(drop_words);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_words),
        _ => {}
    }
}

fn is_obeyed(text: &str) -> bool {
    let values =
        text.lines().find_map(|line| line.strip_prefix("# VALUE: ")).expect("a line with two values");
    let (one, other) = values.split_once(" | ").expect("two values");
    let body = text.replace(&format!("# VALUE: {values}"), "");
    happened(&body.replace("VALUE", one)) != happened(&body.replace("VALUE", other))
}

#[track_caller]
fn all_are_obeyed(kind: PresetKind) {
    for parameter in parameters(kind) {
        let path = folder(kind).join(format!("{parameter}.toml"));
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("no scenario {}", path.display()));
        let can_be = !WITHOUT_MEANING.contains(&(kind, parameter.as_str()));
        let found = is_obeyed(&text);
        assert_eq!(found, can_be, "{parameter}: whether it makes a difference in {}", path.display());
    }
}

#[test]
fn of_senders() {
    all_are_obeyed(PresetKind::Sender);
}

#[test]
fn of_resolvers() {
    all_are_obeyed(PresetKind::Resolver);
}

#[test]
fn of_authorities() {
    all_are_obeyed(PresetKind::Authority);
}

#[test]
fn of_stubs() {
    all_are_obeyed(PresetKind::Stub);
}

#[test]
fn of_greylisting() {
    all_are_obeyed(PresetKind::Greylisting);
}

#[test]
fn of_edges() {
    all_are_obeyed(PresetKind::Edge);
}

/// A scenario for a parameter that is gone tests nothing.
#[test]
fn every_scenario_has_its_parameter() {
    for kind in PresetKind::ALL {
        let known = parameters(kind);
        for entry in fs::read_dir(folder(kind)).expect("the scenarios").flatten() {
            let name = entry.file_name().to_string_lossy().replace(".toml", "");
            assert!(known.contains(&name), "{}: no parameter {name}", kind.name());
        }
    }
}

/// The test can fail: the same value twice makes no difference.
#[test]
fn the_same_value_twice_is_no_difference() {
    let path = folder(PresetKind::Sender).join("order.hosts.toml");
    let text = fs::read_to_string(path).expect("the scenario");
    let same = text.replace("\"shuffle\" | \"answer\"", "\"shuffle\" | \"shuffle\"");
    assert_ne!(same, text);
    assert!(!is_obeyed(&same));
}
