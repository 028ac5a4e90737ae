//! Mail that nobody waits for: it shares connections and sessions with the rest, and no number of the rest.

use mxsim_core::engine::MethodChoice;
use mxsim_core::results::{Results, SenderResult};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};
use serde_json::{Value, json};

/// Three senders of one method each (*counts*, *decisions* and *messages*), an outage that some of them notice, and goals.
const WANTED: &str = r#"
[run]
replications = 4
warm_up = "1h"
[traffic]
messages_per_day = 60_000
profile = "office"
[zone]
text = """
example.com. 300 IN MX 10 a.example.com.
example.com. 300 IN MX 10 b.example.com.
example.com. 300 IN MX 20 backup.example.com.
a.example.com. 300 IN A 192.0.2.1
b.example.com. 300 IN A 192.0.2.2
backup.example.com. 300 IN A 192.0.2.3
"""
[goals]
delay_p95 = "5m"
bounced = "1 %"
[[senders]]
name = "each"
share = "50 %"
preset = "randomizing"
[[senders]]
name = "keeps"
share = "30 %"
preset = "cache-sticky"
sticky = "6h"
hosts = 10
[[senders]]
name = "postfix"
share = "20 %"
preset = "postfix"
sites = 20
[[events]]
at = "10:00"
for = "20m"
node = "a"
fault = "refuse"
"#;

const SPAM: &str = r#"
[[senders]]
name = "spam"
wanted = false
share = "80 %"
preset = "spam"
"#;

fn results(text: &str, method: MethodChoice) -> Results {
    let scenario = Scenario::from_toml(text).unwrap_or_else(|error| panic!("{error}"));
    let options = RunOptions::of(&scenario).method(method).worlds(0);
    simulate(&scenario, options, &Quiet).expect("results")
}

fn spam(results: &Results) -> &SenderResult {
    results.senders.iter().find(|sender| sender.name == "spam").expect("the row of the spam")
}

/// The document without provenance, its own row, connections, and what follows from those.
fn of_wanted_mail(results: &Results) -> Value {
    let mut document = json!(results);
    let fields = document.as_object_mut().expect("a document");
    for key in ["provenance", "findings", "cautions", "verdict"] {
        fields.remove(key);
    }
    let senders = fields.get_mut("senders").and_then(Value::as_array_mut).expect("senders");
    senders.retain(|sender| sender["wanted"] == true);
    drop_connections(&mut document);
    document
}

fn drop_connections(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for key in ["share_of_connections", "connections_tried", "connections", "deferred", "failed"] {
                fields.remove(key);
            }
            fields.values_mut().for_each(drop_connections);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_connections),
        _ => {}
    }
}

#[test]
fn where_nodes_cannot_fill_no_number_of_wanted_mail_moves() {
    for method in [MethodChoice::Fastest, MethodChoice::Messages] {
        let (alone, beside) = (results(WANTED, method), results(&format!("{WANTED}{SPAM}"), method));
        assert_eq!(of_wanted_mail(&alone), of_wanted_mail(&beside), "{method:?}");
    }
}

#[test]
fn it_counts_in_connections_and_its_own_row() {
    for method in [MethodChoice::Fastest, MethodChoice::Messages] {
        let (alone, beside) = (results(WANTED, method), results(&format!("{WANTED}{SPAM}"), method));
        let own = spam(&beside);
        assert!(!own.wanted && own.share_of_mail.value == 0.0);
        // 4 days of 48,000: five standard deviations are 2,200.
        assert!(own.totals.messages.abs_diff(4 * 48_000) < 2_200, "{}", own.totals.messages);
        assert_eq!(own.totals.messages, own.totals.accepted + own.totals.bounced + own.totals.waiting);
        let more = beside.delivery.totals.connections_tried - alone.delivery.totals.connections_tried;
        assert_eq!(more, own.totals.connections_tried);
        let at = |node: &str| own.by_node.iter().find(|at| at.node == node).expect("a node").share.value;
        assert_eq!([at("a"), at("b"), at("backup")], [0.0, 0.0, 1.0], "{method:?}");
        let backup = beside.nodes.iter().find(|node| node.name == "backup").expect("the backup");
        assert!(backup.share.mean < 1e-9 && backup.share_of_connections.mean > 0.3);
        assert!(beside.causes.iter().all(|cause| cause.sender != "spam"));
    }
}

/// Spam that one node turns away is nobody's loss.
#[test]
fn what_becomes_of_it_is_no_loss() {
    let outage = "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"backup\"\nfault = \"refuse\"\n";
    let beside = results(&format!("{WANTED}{SPAM}{outage}"), MethodChoice::Fastest);
    let own = spam(&beside);
    assert_eq!(own.totals.bounced, own.totals.messages, "it is tried once");
    assert_eq!(beside.delivery.totals.bounced, 0);
    assert!(beside.goals.iter().all(|goal| goal.windows_met == goal.windows));
}

#[test]
fn its_share_is_beside_the_mail_and_has_to_be_said() {
    let scenario = Scenario::from_toml(&format!("{WANTED}{SPAM}")).expect("a scenario");
    let shares: Vec<f64> = scenario.senders.iter().map(|sender| sender.share).collect();
    assert_eq!(shares, [0.5, 0.3, 0.2, 0.8]);
    let unsaid = SPAM.replace("share = \"80 %\"\n", "");
    let error = Scenario::from_toml(&format!("{WANTED}{unsaid}")).expect_err("no share").to_string();
    assert!(error.contains("is not wanted, so its share is no part of the 100 %"), "{error}");
    let resolved = scenario.resolved();
    assert!(resolved.contains("wanted = false"), "{resolved}");
    let again = Scenario::from_toml(&resolved).expect("the resolved scenario");
    assert_eq!(
        again.senders.iter().map(|sender| sender.wanted).collect::<Vec<_>>(),
        [true, true, true, false]
    );
}

/// What a greylist does to spam is in its own row, and not in that of the mail.
#[test]
fn greylisting_of_all_mail_is_that_of_wanted_mail() {
    let greylisting = "[greylisting]\npreset = \"plain\"\nnew = \"50 %\"\n";
    let results = results(&format!("{WANTED}{SPAM}{greylisting}"), MethodChoice::Fastest);
    let messages = |wanted: bool| -> u64 {
        let own = results.senders.iter().filter(|sender| sender.wanted == wanted);
        own.filter_map(|sender| sender.greylisted.as_ref()).map(|mail| mail.messages).sum()
    };
    let all = results.delivery.greylisted.as_ref().expect("a node greylists");
    assert!(messages(false) > 1_000 && messages(true) > 1_000);
    assert_eq!(all.messages, messages(true));
}

/// A backup that only spam comes to is full of it, and nobody waits for what it turns away.
#[test]
fn a_node_that_turns_away_only_spam_is_no_trouble() {
    let full = "[nodes.backup]\nsessions = 1\nsession_time = \"10s\"\n";
    let wanted = WANTED
        .split_once("[[events]]")
        .expect("an outage")
        .0
        .replace("[goals]", "[goals]\nturned_away = \"1 %\"");
    for method in [MethodChoice::Fastest, MethodChoice::Messages] {
        let beside = results(&format!("{wanted}{SPAM}{full}"), method);
        let backup = beside.nodes.iter().find(|node| node.name == "backup").expect("the backup");
        let sessions = backup.sessions.expect("a limit");
        assert!(sessions.blocked.expect("connections").value > 0.5, "{sessions:?}");
        assert_eq!(sessions.blocked_in_busiest_hour, None, "no wanted mail comes to it");
        assert!(beside.goals.iter().all(|goal| goal.windows_met == goal.windows), "{method:?}");
        assert!(spam(&beside).totals.bounced > 0);
    }
}

/// Theory: who never comes back never passes, so no client of a spam is ever trusted: all of it is deferred.
#[test]
fn a_greylist_trusts_nobody_who_never_comes_back() {
    let list = "[greylisting]\npreset = \"postgrey\"\nnew = \"100 %\"\n";
    let results = results(&format!("{WANTED}{SPAM}{list}"), MethodChoice::Fastest);
    let own = spam(&results);
    assert_eq!(own.totals.accepted, 0);
    assert_eq!(own.totals.bounced, own.totals.messages);
}

#[test]
fn spam_that_counts_as_wanted_is_a_finding() {
    let found = |text: &str| {
        let scenario = Scenario::from_toml(text).expect("a scenario");
        scenario.findings.iter().any(|finding| finding.code == "spam-is-wanted")
    };
    assert!(!found(&format!("{WANTED}{SPAM}")));
    let wanted = SPAM.replace("wanted = false\n", "").replace("80 %", "10 %");
    assert!(found(&format!("{}{wanted}", WANTED.replace("50 %", "40 %"))));
}
