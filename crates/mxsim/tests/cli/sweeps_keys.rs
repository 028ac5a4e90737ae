//! `mxsim sweep`: what a key does.

use crate::support::{Finished, Folder, SMALL, mxsim, too_wide};

fn sweep(folder: &Folder, arguments: &[&str]) -> Finished {
    let scenario = folder.file("small.toml", SMALL);
    mxsim(&[&["sweep", scenario.as_str()], arguments].concat())
}

#[test]
fn the_page_fits_and_says_where_it_flips() {
    let folder = Folder::new();
    let keys = ["nodes=1..3", "goals.busiest_share=30%,100%", "--replications", "160"];
    let page = sweep(&folder, &keys).expect(1).stdout;
    assert!(too_wide(&page).is_empty(), "{:?}", too_wide(&page));
    assert!(page.contains("DEPENDS ON") && page.contains("\nNext: mxsim sweep "), "{page}");
    let line = sweep(&folder, &[&keys[..], &["--quiet", "--exit-zero"]].concat()).expect(0).stdout;
    assert_eq!(line.lines().count(), 1, "{line}");
}

#[test]
fn programs_and_spreadsheets_get_every_point() {
    let folder = Folder::new();
    let document = sweep(&folder, &["ttl=60,300", "nodes=1,2", "--replications", "10", "--format", "json"]);
    let document = document.expect(3).json();
    assert_eq!(document["schema"], "mxsim.sweep/1");
    assert_eq!(document["points"].as_array().map(Vec::len), Some(4));
    assert_eq!(document["points"][3]["is_as_written"], true);
    assert_eq!(document["points"][0]["differences"].as_array().map(Vec::len), Some(0));
    let table = sweep(&folder, &["ttl=60,300", "--replications", "10", "--format", "csv"]).expect(3).stdout;
    let widths: Vec<usize> = table.lines().map(|line| line.split(',').count()).collect();
    assert_eq!((widths.len(), widths[0]), (3, widths[2]), "{table}");
}

#[test]
fn a_slip_is_told_before_anything_runs() {
    let folder = Folder::new();
    for (key, words) in [
        ("nodes.mx3.sessions=5", "there is no node `mx3`; did you mean `mx1`?"),
        ("traffic.mesages_per_day=5", "did you mean `messages_per_day`?"),
        ("traffic.messages_per_day=-5", "traffic.messages_per_day = -5:"),
        ("nodes=0", "expected a number of equal MX hosts from 1 to 100"),
        ("ttl=1..300/1", "makes at most 200 values"),
        ("ttl", "says no values"),
    ] {
        sweep(&folder, &[key]).expect_error(2, &[words]);
    }
}
