//! The first page of odd zones: its lines agree with its answer, and none says what makes no sense there.

use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};
use mxsim_report::{Files, TextStyle, full, screen};

fn page(zone: &str, rest: &str) -> String {
    let page = screen(&results(zone, rest), &Files::default(), &TextStyle::default());
    assert!(page.lines().count() <= 25, "{page}");
    in_one_line(&page)
}

fn in_one_line(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn results(zone: &str, rest: &str) -> Results {
    let text = format!(
        "title = \"t\"\n[zone]\ntext = '''\n{zone}'''\n{rest}\n[traffic]\nmessages_per_day = 2000\npopulation = \"small-business\"\n"
    );
    let scenario = Scenario::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
    simulate(&scenario, RunOptions::of(&scenario).replications(8).worlds(2), &Quiet).expect("results")
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
    // It is no bad day for a primary to carry much, and its least stands in the answer.
    assert!(!page.contains("bad day"), "{page}");
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

const TWO: &str = "e.org. 300 MX 10 a1.e.org.\ne.org. 300 MX 10 a2.e.org.\na1.e.org. 300 A 192.0.2.1\na2.e.org. 300 A 192.0.2.2\n";

/// What was asked stands beside what matters more.
#[test]
fn a_goal_beside_lost_mail_is_told() {
    let rejects = "[goals]\nbusiest_share = \"65 %\"\n[[events]]\nnode = \"a1\"\nfault = \"reject\"\nstage = \"recipient\"\nat = \"10:00\"\nfor = \"8h\"\n";
    let page = page(TWO, rejects);
    assert!(page.contains("NO: mail lost"), "{page}");
    assert!(page.contains("other goals not certain yet: no node above 65 %"), "{page}");
}

/// After a cut-over it matters when the old host may go.
#[test]
fn a_cut_over_says_when_the_last_message_comes() {
    let change = "[[changes]]\nat = \"10:00\"\nreplace = \"e.org. 300 IN MX 10 new1.e.org.\"\nadd = \"new1.e.org. 300 IN A 192.0.2.11\"\n";
    let moved = page(ONE, change);
    assert!(moved.contains("\"mail\" takes its last message by 10:0"), "{moved}");
    assert_eq!(moved.matches("last message").count(), 1, "{moved}");
    assert!(!moved.contains("carries at least") && !moved.contains("even would be"), "{moved}");
    // Where caches keep the old record beyond the run, only a longer one shows it.
    let slow = page(&ONE.replace("300 MX", "86400 MX"), change);
    assert!(slow.contains("\"mail\" still takes mail when the run ends."), "{slow}");
    assert!(slow.contains("Next: mxsim run SCENARIO --run-length "), "{slow}");
}

#[test]
fn events_of_one_time_share_a_line() {
    let away = |node: &str| {
        format!("[[events]]\nnode = \"{node}\"\nfault = \"refuse\"\nat = \"10:00\"\nfor = \"6h\"\n")
    };
    let page = page(TWO, &(away("a1") + &away("a2")));
    assert!(page.contains("a1: refuse from 10:00 for 6h; a2: refuse from 10:00 for 6h: "), "{page}");
}

/// In every table of the long screen.
#[test]
fn long_names_that_differ_in_the_middle_stay_apart() {
    let name = |number: u32| format!("inbound-mail-exchanger-{number:02}-in-the-datacenter-of-frankfurt");
    let zone: String = (1..=4)
        .map(|at| format!("e.org. 300 MX 10 {0}.e.org.\n{0}.e.org. 300 A 192.0.2.{at}\n", name(at)))
        .collect();
    let sender = |number: u32, share: &str| {
        format!(
            "[[senders]]\nname = \"{}\"\npreset = \"postfix\"\nshare = \"{share}\"\n",
            name(number).replace("inbound", "outbound")
        )
    };
    let rest = format!(
        "[greylisting]\npreset = \"postgrey\"\nnew = \"50 %\"\n{}{}",
        sender(21, "5 %"),
        sender(22, "5 %")
    );
    let long = full(&results(&zone, &rest), &Files::default(), &TextStyle::default());
    let in_tables =
        |number: &str| long.lines().filter(|line| line.starts_with("  inb") && line.contains(number)).count();
    assert!((1..=4).all(|at| in_tables(&format!("{at:02}~")) >= 2), "{long}");
    let table = long.split("what greylisting defers").nth(1).expect("a table of greylisted senders");
    assert!(table.contains("21") && table.contains("22"), "{table}");
}

/// Nobody asked for the goal of a scenario without goals, so it does not stand beside lost mail.
#[test]
fn the_default_goal_is_not_told_beside_lost_mail() {
    let rejects = "[[events]]\nnode = \"a1\"\nfault = \"reject\"\nstage = \"recipient\"\nat = \"10:00\"\nfor = \"8h\"\n";
    let page = page(TWO, rejects);
    assert!(page.contains("NO: mail lost") && !page.contains("other goals"), "{page}");
}
