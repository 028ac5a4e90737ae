//! Your own volumes: hourly counts that you measured become the profile, and the senders' totals become their shares.
//!
//! The numbers stand here as tables, the way a program has them after reading a log. The question: how much mail per second does
//! each of two hosts see in its busiest minute? Run it with `cargo run --example own_traffic`.

use mxsim_core::results::Results;
use mxsim_core::scenario::{ScenarioBuilder, SenderSpec};
use mxsim_core::study::{Quiet, RunOptions, simulate};
use mxsim_core::traffic::Profile;
use std::error::Error;
use std::fmt::Write as _;

const ZONE: &str = "\
example.com.      300 IN MX 10 mx1.example.com.
example.com.      300 IN MX 10 mx2.example.com.
mx1.example.com.  300 IN A  203.0.113.10
mx2.example.com.  300 IN A  203.0.113.11
";

/// Messages per hour of an average day, midnight first.
const PER_HOUR: [f64; 24] = [
    310.0, 250.0, 220.0, 230.0, 300.0, 480.0, 900.0, 1_600.0, 2_500.0, 2_900.0, 2_950.0, 2_700.0, 2_200.0,
    2_300.0, 2_600.0, 2_450.0, 2_100.0, 1_600.0, 1_100.0, 850.0, 700.0, 520.0, 420.0, 350.0,
];

/// Who sent how many of them, and what is known about their software.
const PER_SENDER: [(&str, f64, &str); 3] = [
    ("a newsletter provider", 9_000.0, "cache-sticky"),
    ("a partner company", 4_500.0, "exim"),
    ("everyone else", 19_030.0, "postfix"),
];

fn main() -> Result<(), Box<dyn Error>> {
    std::io::Write::write_all(&mut std::io::stdout(), page(&predict()?)?.as_bytes())?;
    Ok(())
}

/// Only ratios of a profile matter; the total gives the messages per day.
fn predict() -> Result<Results, Box<dyn Error>> {
    let total: f64 = PER_HOUR.iter().sum();
    let by_sender: f64 = PER_SENDER.iter().map(|(_, messages, _)| messages).sum();
    let mut builder = ScenarioBuilder::new(ZONE)
        .title("Two hosts under measured traffic")
        .messages_per_day(total)
        .profile(&Profile::Daily(PER_HOUR))
        .replications(100);
    for (name, messages, preset) in PER_SENDER {
        let sites = if name == "everyone else" { 500 } else { 1 };
        let sender = SenderSpec::new(name).share(messages / by_sender).preset(preset).sites(sites).hosts(20);
        builder = builder.sender(sender);
    }
    let scenario = builder.build()?;
    Ok(simulate(&scenario, RunOptions::of(&scenario), &Quiet)?)
}

fn page(results: &Results) -> Result<String, std::fmt::Error> {
    let mut page = format!("{}\n", results.title);
    for node in &results.nodes {
        let peak = &node.peak_rate.estimate;
        let half = peak.half_width.unwrap_or(f64::NAN);
        let mean = peak.mean;
        writeln!(page, "  {}: {mean:.2}/s (+/- {half:.2}) in the busiest minute of a day", node.name)?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Theory: the hour from ten to eleven brings 2,950 of 32,530 messages. n = 100 days: the standard error of the mean of that hour is
    /// sqrt(2950 / 100) = 5.4, and 4.5 of them are exceeded once in 100,000 seeds.
    #[test]
    fn the_busiest_hour_is_as_measured() -> Result<(), Box<dyn Error>> {
        let results = predict()?;
        let at_ten: f64 = results.series.nodes.iter().map(|node| node.accepted[10]).sum();
        assert!((at_ten - 2_950.0).abs() < 4.5 * 5.4, "{at_ten}");
        assert!(page(&results)?.contains("mx2"));
        Ok(())
    }
}
