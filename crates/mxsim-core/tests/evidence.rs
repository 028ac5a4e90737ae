//! What results say of how well the behaviour is known that they rest on.

use mxsim_core::results::{Grade, Results, Status};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};

/// Postfix shuffles, the 64-bit qmail takes the first record, and a plain kind that is only assumed brings 4 % of the mail.
fn results(resolver_of_qmail: &str, share_of_the_plain_kind: u32) -> Results {
    let qmail = 40 - share_of_the_plain_kind;
    let text = format!(
        r#"
[run]
replications = 4
[traffic]
messages_per_day = 5000
[zone]
text = """
example.com. 300 IN MX 10 mx1.example.com.
example.com. 300 IN MX 10 mx2.example.com.
mx1.example.com. 300 IN A 192.0.2.1
mx2.example.com. 300 IN A 192.0.2.2
"""
[[senders]]
name = "ours"
preset = "postfix"
share = "60 %"
[[senders]]
name = "walker"
preset = "qmail_lp64"
resolver = "{resolver_of_qmail}"
share = "{qmail} %"
[[senders]]
name = "few"
preset = "randomizing"
share = "{share_of_the_plain_kind} %"
"#
    );
    let scenario = Scenario::from_toml(&text).expect("a scenario");
    simulate(&scenario, RunOptions::of(&scenario), &Quiet).expect("results")
}

fn decisive(results: &Results) -> (Grade, Vec<&str>) {
    let decisive = results.provenance.decisive.as_ref().expect("senders");
    (decisive.grade, decisive.senders.iter().map(String::as_str).collect())
}

#[test]
fn whoever_takes_the_first_record_is_known_no_better_than_its_resolver() {
    assert_eq!(decisive(&results("plain", 4)), (Grade::Assumed, vec!["walker"]));
    let behind_unbound = results("unbound", 4);
    let (grade, senders) = decisive(&behind_unbound);
    assert_eq!(grade, Grade::Source);
    assert!(senders.contains(&"walker") && !senders.contains(&"few"), "{senders:?}");
}

#[test]
fn a_sender_counts_from_one_in_twenty_messages_on() {
    assert_eq!(decisive(&results("unbound", 12)), (Grade::Assumed, vec!["few"]));
}

#[test]
fn presets_that_were_read_once_are_named_with_their_mail() {
    let results = results("unbound", 4);
    let caution = results.cautions.iter().find(|caution| caution.code == "provisional-presets");
    let presets = &results.provenance.presets;
    for used in presets.iter().filter(|used| used.status == Status::Provisional) {
        let name = format!("{} {}", used.kind, used.id);
        assert!(caution.is_some_and(|caution| caution.text.contains(&name)), "{name} in {caution:?}");
    }
    for used in presets.iter().filter(|used| used.status == Status::Reviewed) {
        let name = format!("{} {},", used.kind, used.id);
        assert!(caution.is_none_or(|caution| !caution.text.contains(&name)), "{name} in {caution:?}");
    }
    assert!(presets.iter().all(|used| used.outside.is_none()) && presets.len() > 3);
}
