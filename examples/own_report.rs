//! A report in a format of your own: gauges for a monitoring system, made from a results document.
//!
//! [`Results`] is a plain type that serde reads and writes, so a program can simulate and report in one go, as here, or read the file that
//! `mxsim run -o RUN.json` wrote: `cargo run --example own_report RUN.json`.

use mxsim_core::results::{Answer, Estimate, Results};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};
use std::error::Error;
use std::fmt::Write as _;

const SCENARIO: &str = r#"
title = "Two equal hosts"

[run]
replications = 160

[zone]
text = """
example.com.      300 IN MX 10 mx1.example.com.
example.com.      300 IN MX 10 mx2.example.com.
mx1.example.com.  300 IN A  203.0.113.10
mx2.example.com.  300 IN A  203.0.113.11
"""

[traffic]
messages_per_day = 5_000
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let results = match std::env::args().nth(1) {
        Some(file) => serde_json::from_str(&std::fs::read_to_string(file)?)?,
        None => predict()?,
    };
    std::io::Write::write_all(&mut std::io::stdout(), gauges(&results)?.as_bytes())?;
    Ok(())
}

fn predict() -> Result<Results, Box<dyn Error>> {
    let scenario = Scenario::from_toml(SCENARIO)?;
    Ok(simulate(&scenario, RunOptions::of(&scenario), &Quiet)?)
}

/// One gauge per number, and for each its 95 % range: a monitoring system should alarm outside the range, not at the number.
fn gauges(results: &Results) -> Result<String, std::fmt::Error> {
    let mut page = String::new();
    let met = matches!(results.verdict.answer, Answer::Yes | Answer::YesRoughly | Answer::DependsOn);
    writeln!(page, "mxsim_goals_met {}", u8::from(met))?;
    for node in &results.nodes {
        let Estimate { mean, half_width, p05, p95, .. } = node.share;
        let name = &node.name;
        writeln!(page, "mxsim_share{{node=\"{name}\",value=\"mean\"}} {mean}")?;
        if let Some(half) = half_width {
            writeln!(page, "mxsim_share{{node=\"{name}\",value=\"mean_low\"}} {}", mean - half)?;
            writeln!(page, "mxsim_share{{node=\"{name}\",value=\"mean_high\"}} {}", mean + half)?;
        }
        writeln!(page, "mxsim_share{{node=\"{name}\",value=\"p05\"}} {p05}")?;
        writeln!(page, "mxsim_share{{node=\"{name}\",value=\"p95\"}} {p95}")?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file holds gives the same page as what was just simulated.
    #[test]
    fn a_file_and_a_run_give_the_same_page() -> Result<(), Box<dyn Error>> {
        let results = predict()?;
        let read: Results = serde_json::from_str(&serde_json::to_string(&results)?)?;
        assert_eq!(gauges(&read)?, gauges(&results)?);
        assert!(gauges(&results)?.contains("mxsim_share{node=\"mx2\",value=\"p95\"} 0.5"));
        Ok(())
    }
}
