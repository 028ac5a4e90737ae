//! Row 14: the time-out of connect decides what a black hole costs.

use super::of_preset;

/// Theory, exact: of three hosts one swallows everything; a message that meets it is late by the time-out of the MTA or by the 133 s of the
/// kernel, whichever is shorter, and then taken by the next.
#[test]
fn a_black_hole_costs_its_time_out_to_the_second() {
    // Mail does not wait for a connection here: that would come on top.
    let hole = "resolver = \"unbound\"\nconcurrency = \"unlimited\"\n[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx1\"\nfault = \"drop\"";
    for (seconds, presets) in [
        (30.0, &["postfix", "haraka", "postal", "mox"][..]),
        (60.0, &["qmail_ilp32", "courier", "chasquid", "james"]),
        (120.0, &["sendmail"]),
        (133.0, &["stalwart", "dma", "zonemta", "hmailserver", "sendmail_8_11"]),
    ] {
        for preset in presets {
            let results = of_preset(preset, &[(10, "4"); 3], hole);
            let delay = results.delivery.delay.expect("mail was accepted");
            assert_eq!(delay.max, seconds, "{preset}");
        }
    }
}
