//! The first page of odd zones: its lines agree with its answer, and none says what makes no sense there.

use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};
use mxsim_report::{Files, TextStyle, screen};

fn page(zone: &str, rest: &str) -> String {
    let text = format!(
        "title = \"t\"\n[zone]\ntext = '''\n{zone}'''\n{rest}\n[traffic]\nmessages_per_day = 2000\npopulation = \"small-business\"\n"
    );
    let scenario = Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
    let results =
        simulate(&scenario, RunOptions::of(&scenario).replications(8).worlds(2), &Quiet).expect("results");
    let page = screen(&results, &Files::default(), &TextStyle::default());
    assert!(page.lines().count() <= 25, "{page}");
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

const ONE: &str = "e.org. 300 MX 10 mail.e.org.\nmail.e.org. 300 A 192.0.2.1\n";
const BACKUP: &str = "e.org. 300 MX 20 mx2.e.org.\nmx2.e.org. 300 A 192.0.2.2\n";

#[test]
fn a_null_mx_beside_others_says_for_whom_the_mail_arrives() {
    let page = page(&format!("{ONE}e.org. 300 MX 0 .\n"), "");
    assert!(page.contains("NO: mail lost"), "{page}");
    assert!(page.contains("mail all accepted, if senders pass the null MX over"), "{page}");
}

#[test]
fn one_machine_has_no_split_to_speak_of() {
    let page = page(
        "e.org. 300 MX 10 a.e.org.\ne.org. 300 MX 10 b.e.org.\na.e.org. 300 A 192.0.2.1\nb.e.org. 300 A 192.0.2.1\n",
        "",
    );
    assert!(page.contains("NO Nothing is split"), "{page}");
    for nonsense in [
        "plausible sender mix",
        "biggest cause",
        "points of tilt",
        "the chance to be chosen",
        "goal every node",
    ] {
        assert!(!page.contains(nonsense), "{nonsense}: {page}");
    }
}

#[test]
fn private_addresses_alone_are_a_no() {
    let page = page(&ONE.replace("192.0.2.1", "10.0.0.1"), "");
    assert!(page.contains("NO: mail lost No mail arrives from the Internet"), "{page}");
    assert!(page.contains("mail all accepted from your own network"), "{page}");
}

#[test]
fn a_primary_that_carries_everything_is_said_to() {
    let page = page(&format!("{ONE}{BACKUP}"), "");
    assert!(page.contains("\"mail\" carries all of the mail."), "{page}");
    assert!(!page.contains("(?)"), "{page}");
}

#[test]
fn an_event_says_which_time_its_mail_is_of() {
    let event = "[[events]]\nnode = \"mail\"\nfault = \"refuse\"\nat = \"10:00\"\nfor = \"2h\"\n";
    let page = page(&format!("{ONE}{BACKUP}"), event);
    assert!(page.contains("the mail in this time (2 h)"), "{page}");
}

/// A page with more to say than room drops what can be done without.
#[test]
fn a_page_with_a_change_and_an_outage_has_at_most_25_lines() {
    let rest = "[[changes]]\nat = \"12:00\"\nreplace = \"e.org. 300 IN MX 10 new1.e.org.\\ne.org. 300 IN MX 10 new2.e.org.\"\n\
                add = \"new1.e.org. 300 IN A 192.0.2.11\\nnew2.e.org. 300 IN A 192.0.2.12\"\n\
                [[events]]\nnode = \"mail\"\nfault = \"refuse\"\nat = \"18:00\"\nfor = \"5d\"\n";
    let page = page(&ONE.replace(" 300 MX", " 86400 MX"), rest);
    assert!(
        page.contains("Caches hold the old records for up to 1d after the change: keep \"mail\" up"),
        "{page}"
    );
}

/// Spam goes to the backup, which the mail does not; where it goes the way of the mail there is nothing to say.
#[test]
fn spam_at_a_backup_is_told() {
    let spam = |preset: &str| {
        format!("[[senders]]\nname = \"spam\"\npreset = \"{preset}\"\nwanted = false\nshare = \"80 %\"")
    };
    let zone = format!("{ONE}{BACKUP}");
    let told = page(&zone, &spam("spam"));
    assert!(told.contains("that nobody waits for, and 100 % of these go to mx2"), "{told}");
    assert!(!told.contains("more-addresses-than-tried"), "{told}");
    assert!(!page(&zone, &spam("randomizing")).contains("nobody waits for"));
}
