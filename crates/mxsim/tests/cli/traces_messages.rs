//! `mxsim trace`: the story of a message.

use crate::support::{Folder, SMALL, mxsim_in, too_wide};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const SENDERS: &str = "\n[[senders]]\nname = \"big one\"\nshare = \"40 %\"\npreset = \"postfix\"\n\n[[senders]]\n\
    name = \"others\"\nshare = \"rest\"\npreset = \"exim\"\n";

#[test]
fn a_message_is_followed_to_its_fate() {
    let folder = Folder::new();
    folder.file("site.toml", format!("{SMALL}{SENDERS}"));
    let arguments = ["trace", "site.toml", "--sender", "big one", "--at", "10:05", "--messages", "3"];
    let story = mxsim_in(folder.path(), &arguments).expect(0).stdout;
    assert!(too_wide(&story).is_empty(), "{:?}", too_wide(&story));
    assert_eq!(story.matches("ACCEPTED by node mx").count(), 3, "{story}");
    assert!(story.contains("pools all addresses of a preference and shuffles them"), "{story}");
    assert!(story.contains("\nNext: mxsim "), "{story}");

    let document =
        mxsim_in(folder.path(), &[&arguments[..], &["--format", "json"]].concat()).expect(0).json();
    assert_eq!(document["schema"], "mxsim.trace/1");
    let messages = document["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 3);
    for message in messages {
        assert_eq!(message["fate"], "accepted");
        assert!(message["arrived_s"].as_f64() >= Some(36_300.0), "{message}");
    }
}

#[test]
fn a_sender_nobody_knows_is_refused_with_the_one_meant() {
    let folder = Folder::new();
    folder.file("site.toml", format!("{SMALL}{SENDERS}"));
    let trace = |more: &[&str]| mxsim_in(folder.path(), &[&["trace", "site.toml"], more].concat());
    trace(&["--sender", "othres"]).expect_error(2, &["no sender \"othres\"", "did you mean \"others\"?"]);
    trace(&[]).expect_error(2, &["name one of the senders: \"big one\", \"others\""]);
    trace(&["--sender", "others", "--at", "noon"]).expect_error(2, &["--at: expected", "found \"noon\""]);
    trace(&["--sender", "others", "--at", "9d"]).expect_error(2, &["--at: the run ends after 1d"]);
}

/// One outbound host with this preset; a day of `messages`, and at the nodes `fault`, a line or two of an event, from ten o'clock on.
fn outage(preset: &str, messages: u32, fault: &str, nodes: &[&str]) -> String {
    let traffic = SMALL.replace("2000", &messages.to_string());
    let sender = format!("\n[[senders]]\nname = \"us\"\npreset = \"{preset}\"\nhosts = 1\n");
    let event =
        |node: &&str| format!("[[events]]\nat = \"10:00\"\nfor = \"8h\"\nnode = \"{node}\"\n{fault}\n");
    traffic + &sender + &nodes.iter().map(event).collect::<String>()
}

/// The traced messages of an outage, as text and as a document.
fn traced(scenario: &str, from: &str, messages: &str) -> (String, Value) {
    let folder = Folder::new();
    folder.file("outage.toml", scenario);
    let arguments = ["trace", "outage.toml", "--at", from, "--messages", messages];
    let story = mxsim_in(folder.path(), &arguments).expect(0).stdout;
    assert!(too_wide(&story).is_empty(), "{:?}", too_wide(&story));
    (story, mxsim_in(folder.path(), &[&arguments[..], &["--format", "json"]].concat()).expect(0).json())
}

/// What the steps called `key` say, each with its time (s).
fn steps<'a>(document: &'a Value, key: &str) -> Vec<(f64, &'a Value)> {
    let messages = document["messages"].as_array().expect("messages").iter();
    let steps = messages.flat_map(|message| message["steps"].as_array().expect("steps"));
    let of_key = |step: &'a Value| Some((step["at_s"].as_f64()?, step["what"].get(key)?));
    steps.filter_map(of_key).collect()
}

/// The holds on hosts, each with the time at which it is told (s).
fn holds(document: &Value) -> Vec<(f64, &Value)> {
    let told = ["taken_out", "held_back"].into_iter().flat_map(|key| steps(document, key));
    told.flat_map(|(at, what)| what["held"].as_array().expect("held").iter().map(move |hold| (at, hold)))
        .collect()
}

fn seconds(value: &Value) -> f64 {
    value.as_f64().expect("a number of seconds")
}

/// Exim's rule begins with `F,2h,15m`.
#[test]
fn a_host_that_exim_skips_is_due_15_minutes_after_it_refused() {
    let (story, document) = traced(&outage("exim", 2_000, "fault = \"refuse\"", &["mx1"]), "10:00", "30");
    let refused: Vec<f64> = steps(&document, "tried")
        .into_iter()
        .filter(|(_, tried)| tried["outcome"] == "refused")
        .map(|(at, _)| at)
        .collect();
    let holds = holds(&document);
    assert!(holds.len() >= 10, "{}", holds.len());
    for (at, hold) in holds {
        let (since, until) = (seconds(&hold["since_s"]), seconds(&hold["until_s"]));
        assert!(refused.contains(&since), "{hold}");
        assert!((until - since - 900.0).abs() < 1e-3 && at < until, "{hold}");
        assert_eq!((&hold["candidate"]["node"], &hold["outcome"]), (&"mx1".into(), &"refused".into()));
    }
    assert!(story.contains("skipped until 10:"), "{story}");
    assert!(story.contains("failed once") && story.contains("hold 15m"), "{story}");
}

/// qmail-remote.c: 60 + 4 minutes and up to 31 steps of 64 s by the number of the process.
#[test]
fn an_address_that_qmail_skips_is_held_for_64_to_97_minutes() {
    let (_, document) = traced(&outage("qmail_lp64", 2_000, "fault = \"drop\"", &["mx1"]), "10:30", "30");
    let holds = holds(&document);
    let steps_of_hold = |hold: &Value| {
        let length = seconds(&hold["until_s"]) - seconds(&hold["since_s"]);
        let steps = ((length - 3_840.0) / 64.0).round();
        assert!((length - 3_840.0 - 64.0 * steps).abs() < 1e-3 && (0.0..=31.0).contains(&steps), "{hold}");
        assert_eq!((&hold["failures"], &hold["outcome"]), (&2.into(), &"timed_out".into()));
        steps as u32
    };
    let kinds: BTreeSet<u32> = holds.iter().map(|(_, hold)| steps_of_hold(hold)).collect();
    assert!(kinds.len() >= 5, "each process has a hold of its own: {kinds:?}");
}

/// Postfix leaves a dead destination alone for `minimal_backoff_time` = 300 s after the failure that made it so.
#[test]
fn a_domain_that_postfix_takes_for_dead_is_left_alone_for_300_seconds() {
    let scenario = outage("postfix", 200_000, "fault = \"refuse\"", &["mx1", "mx2"]);
    let (story, document) = traced(&scenario, "10:00", "60");
    let ended: Vec<f64> = steps(&document, "tried").into_iter().map(|(at, _)| at).collect();
    let held = steps(&document, "held_back");
    assert!(!held.is_empty());
    for (at, held) in held {
        let until = seconds(&held["until_s"]);
        assert!(at < until && until <= at + 300.0, "{at} {held}");
        assert_eq!(held["held"], Value::Array(vec![]), "it is the domain that is held");
        let failed = |end: &f64| (end + 300.0 - until).abs() < 1e-3;
        assert!(ended.iter().any(failed), "{held}");
    }
    assert!(story.contains("tries no host now until 10:"), "{story}");
}

/// Every key of the document stands in docs/results.md, as do the words of outcomes and fates.
#[test]
fn the_document_is_described() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/results.md");
    let docs = std::fs::read_to_string(docs).expect("docs/results.md");
    let from = docs.find("### `mxsim.trace/1`").expect("its section");
    let section = &docs[from..];
    let section = &section[..section[4..].find("\n### ").map_or(section.len(), |end| end + 4)];
    let mut words = BTreeSet::new();
    for (preset, fault) in [
        ("exim", "fault = \"refuse\""),
        ("postfix", "fault = \"drop\""),
        ("kumomta", "fault = \"defer\"\nstage = \"recipient\""),
    ] {
        collect(&traced(&outage(preset, 20_000, fault, &["mx1"]), "10:00", "50").1, &mut words);
    }
    words.remove("schema");
    let missing: Vec<&String> = words.iter().filter(|word| !section.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(words.len() > 40, "{words:?}");
}

/// The keys, and the values of those that have a word of their own.
fn collect(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                words.insert(key.clone());
                if let (true, Some(word)) = (key == "outcome" || key == "fate", value.as_str()) {
                    words.insert(word.into());
                }
                collect(value, words);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, words)),
        _ => {}
    }
}
