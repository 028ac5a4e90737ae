//! What does one AAAA record do to three equal MX?
//!
//! The scenario stands here as text, the way a program would bring it along. Only mx1 has an IPv6 address. Postfix throws all addresses
//! of a preference into one pot, so mx1 has two lots of four. Exim lifts an IPv6 address over the IPv4 address before it, so mx1 comes
//! first two times in three. Run it with `cargo run --example embed`.

use mxsim_core::numerals::{Ranged, percent_digits};
use mxsim_core::results::{NodeResult, Results};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};
use std::error::Error;
use std::fmt::Write as _;

const SCENARIO: &str = r#"
title = "Three equal MX, one of them with an IPv6 address"

[run]
replications = 200

[zone]
text = """
example.com.      300 IN MX   10 mx1.example.com.
example.com.      300 IN MX   10 mx2.example.com.
example.com.      300 IN MX   10 mx3.example.com.
mx1.example.com.  300 IN A    203.0.113.10
mx1.example.com.  300 IN AAAA 2001:db8::10
mx2.example.com.  300 IN A    203.0.113.11
mx3.example.com.  300 IN A    203.0.113.12
"""

[traffic]
messages_per_day = 10_000

[[senders]]
name = "postfix sites"
share = "60 %"
preset = "postfix"
sites = 200

[[senders]]
name = "exim sites"
share = "rest"
preset = "exim"
sites = 100
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let results = predict()?;
    std::io::Write::write_all(&mut std::io::stdout(), page(&results)?.as_bytes())?;
    Ok(())
}

/// Reads the scenario and simulates it. All that is wrong with a text comes back as one error.
fn predict() -> Result<Results, Box<dyn Error>> {
    let scenario = Scenario::from_toml(SCENARIO)?;
    Ok(simulate(&scenario, RunOptions::of(&scenario), &Quiet)?)
}

/// Shares and tilts, no number without its 95 % interval.
fn page(results: &Results) -> Result<String, std::fmt::Error> {
    let mut page = String::new();
    writeln!(page, "{}\n", results.title)?;
    writeln!(page, "node  fair  share of mail, %         on 19 of 20 days at most, %")?;
    for node in &results.nodes {
        writeln!(page, "{}", line(node))?;
    }
    writeln!(page, "\nwho takes how much from the even split")?;
    for cause in &results.causes {
        writeln!(page, "  {}: {}", cause.sender, Ranged::from(cause.tilt_points).points())?;
    }
    writeln!(page, "\n{}", results.verdict.sentence)?;
    Ok(page)
}

fn line(node: &NodeResult) -> String {
    let mean = Ranged::mean_share(&node.share).percent_bare();
    let most = Ranged::p95(&node.share).percent_bare();
    format!("{:4}  {:>4}  {mean:22}  {most}", node.name, percent_digits(node.fair_share))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Theory: Postfix gives mx1 2 of 4, Exim 2 of 3, so 0.6 / 2 + 0.4 * 2/3 = 17/30 of the mail. n = 2,000,000 messages: the standard
    /// error is 0.00035, and 4.5 of them are exceeded once in 100,000 seeds.
    #[test]
    fn one_ipv6_address_draws_most_of_the_mail() -> Result<(), Box<dyn Error>> {
        let results = predict()?;
        let mx1 = &results.nodes[0];
        assert_eq!(mx1.name, "mx1");
        assert!((mx1.share.mean - 17.0 / 30.0).abs() < 4.5 * 0.000_35, "{}", mx1.share.mean);
        assert!(page(&results)?.contains("mx3"));
        Ok(())
    }
}
