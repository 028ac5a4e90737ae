//! Rows 4, 5 and 6: cuts that hide a backup, and who moves on after a temporary reply or greeting.

use super::{assert_hosts, of_preset};
use mxsim_core::results::Results;

fn share_of_backup(results: &Results) -> f64 {
    results.hosts.last().map_or(0.0, |host| host.share.value)
}

/// Theory, exact: a list cut to five addresses, or to five or two hosts, never reaches the sixth (third); Exim reaches every preference.
#[test]
fn a_cut_hides_the_backup() {
    for (preset, primaries, reaches) in [
        ("postfix", 5, false),
        ("postfix", 4, true),
        ("stalwart", 2, false),
        ("stalwart", 1, true),
        ("chasquid", 5, false),
        ("chasquid", 4, true),
        ("exim", 5, true),
        ("sendmail", 5, true),
    ] {
        let results = dead(preset, primaries);
        let totals = results.delivery.totals;
        let what = format!("{preset} with {primaries} dead primaries: {totals:?}");
        assert_eq!(totals.accepted > 0, reaches, "{what}");
        if reaches {
            assert_eq!(share_of_backup(&results), 1.0, "{what}");
        }
    }
}

/// mx1 to mx`primaries` refuse all day; the host after them is a backup.
fn dead(preset: &str, primaries: usize) -> Results {
    let nodes: Vec<String> = (1..=primaries).map(|i| format!("\"mx{i}\"")).collect();
    let mut hosts = vec![(10, "4"); primaries];
    hosts.push((20, "4"));
    let event = format!(
        "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = [{}]\nfault = \"refuse\"",
        nodes.join(", ")
    );
    of_preset(preset, &hosts, &event)
}

fn with_replies(preset: &str, stage: &str) -> Results {
    let event = format!(
        "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx1\"\nfault = \"defer\"\nstage = \"{stage}\""
    );
    of_preset(preset, &[(10, "4"), (20, "4")], &event)
}

/// Theory, exact: who moves on brings everything to the backup in the same attempt; who does not brings nothing there.
#[test]
fn a_temporary_reply_moves_some_on_and_others_not() {
    for preset in ["postfix", "exim", "sendmail", "dma", "chasquid", "mox", "james", "hmailserver"] {
        assert_hosts(preset, &with_replies(preset, "recipient"), &[0.0, 1.0]);
    }
    for preset in ["qmail_lp64", "haraka", "postal", "stalwart", "opensmtpd", "zonemta", "courier", "kumomta"]
    {
        assert_eq!(with_replies(preset, "recipient").delivery.totals.accepted, 0, "{preset}");
    }
}

/// The same for the greeting 421.
#[test]
fn a_greeting_421_is_no_failover_for_everyone() {
    for preset in ["postfix", "exim", "sendmail", "dma", "opensmtpd", "stalwart", "kumomta", "postal"] {
        assert_hosts(preset, &with_replies(preset, "greeting"), &[0.0, 1.0]);
    }
    for preset in ["qmail_lp64", "haraka", "zonemta", "james", "courier"] {
        assert_eq!(with_replies(preset, "greeting").delivery.totals.accepted, 0, "{preset}");
    }
}
