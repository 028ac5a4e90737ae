//! The scenario behind a question: a zone or a number of equal MX, and what is known of the largest senders, as scenario TOML.
//!
//! What is not known is assumed, and each scenario says so in its comments: a large sender is 40 outbound hosts that keep their choice
//! for about a day; the rest are 1000 sites, Zipf in size, 60 % Postfix, 20 % Exim and 20 % that keep the order of the DNS.

use mxsim_core::dns::zone_text::{self, ZoneTextError};
use std::error::Error;
use std::fmt::{self, Write};

/// Outbound hosts of a large sender. *Assumption*.
const TOP_HOSTS: usize = 40;

/// Most nodes of a question: the addresses stay inside one documentation network (RFC 5737).
const MOST_NODES: usize = 250;

/// Why a question makes no scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskError {
    /// The number of nodes is zero or too large.
    Nodes(usize),
    /// The shares of the largest senders are no shares, or leave less than nothing.
    Top(String),
    /// The zone text is wrong.
    Zone(Vec<ZoneTextError>),
}

impl Error for AskError {}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodes(count) => write!(f, "expected 1 to {MOST_NODES} nodes, found {count}"),
            Self::Top(why) => f.write_str(why),
            Self::Zone(errors) => {
                let lines: Vec<String> =
                    errors.iter().map(|error| format!("{}; {}", error.message, error.help)).collect();
                f.write_str(&lines.join("\n"))
            }
        }
    }
}

/// The scenario of `nodes` equal MX. `top` holds the shares of the largest senders in percent.
///
/// # Errors
/// If `nodes` is not in 1..=250, or `top` is no list of shares.
pub fn equal_mx_scenario(nodes: usize, top: &[f64]) -> Result<String, AskError> {
    if !(1..=MOST_NODES).contains(&nodes) {
        return Err(AskError::Nodes(nodes));
    }
    let mut zone = String::new();
    for i in 1..=nodes {
        // Writing to a String cannot fail.
        let _ = writeln!(zone, "example.com. 300 IN MX 10 mx{i}.example.com.");
    }
    for i in 1..=nodes {
        let _ = writeln!(zone, "mx{i}.example.com. 300 IN A 192.0.2.{i}");
    }
    written(&format!("{nodes} equal MX"), &zone, "", top)
}

/// The scenario of a zone text. Where no exchange host has an address in it, as in the output of `dig MX`, each gets one from the
/// documentation network 192.0.2.0/24 (RFC 5737): the split does not depend on which.
///
/// # Errors
/// If the zone text is wrong, or `top` is no list of shares.
pub fn zone_scenario(zone_text: &str, top: &[f64]) -> Result<String, AskError> {
    let (zone, _) = zone_text::parse(zone_text, None).map_err(AskError::Zone)?;
    let mut text = zone_text.replace("\r\n", "\n");
    let mut comment = "";
    let has_addresses = zone.hosts.iter().any(|host| !host.a.is_empty() || !host.aaaa.is_empty());
    if !has_addresses && zone.hosts.len() <= MOST_NODES {
        comment = "# The text holds no address, so each exchange host has a made-up one.\n";
        for (i, host) in zone.hosts.iter().enumerate() {
            let _ = write!(text, "\n{}. {} IN A 192.0.2.{}", host.name, zone.mx_ttl.as_secs_f64(), i + 1);
        }
    }
    written(zone.domain.as_str(), &text, comment, top)
}

fn written(title: &str, zone: &str, comment: &str, top: &[f64]) -> Result<String, AskError> {
    check_top(top)?;
    let mut out =
        format!("title = {}\n\n{comment}[zone]\ntext = {}\n", basic(title, false), basic(zone, true));
    for (i, share) in top.iter().enumerate() {
        let _ = write!(
            out,
            "\n# Assumed: {TOP_HOSTS} outbound hosts that keep their choice for about a day.\n\
             [[senders]]\nname = \"top{}\"\nshare = \"{share} %\"\npreset = \"cache-sticky\"\nhosts = {TOP_HOSTS}\nsticky = \"1d\"\n",
            i + 1
        );
    }
    if top.iter().sum::<f64>() < 100.0 - SLACK {
        out.push_str(
            "\n# Assumed: what is known of no sender in particular.\n[[senders]]\nname = \"others\"\nshare = \"rest\"\n\
             mix = { postfix = 60, exim = 20, order-preserving = 20 }\nsites = 1000\nsizes = { zipf = 1.0 }\n",
        );
    }
    Ok(out)
}

/// Percentages may miss 100 by this much, for the sake of rounded decimals.
const SLACK: f64 = 1e-7;

fn check_top(top: &[f64]) -> Result<(), AskError> {
    if let Some(share) = top.iter().find(|share| !(**share > 0.0 && **share <= 100.0)) {
        return Err(AskError::Top(format!("expected shares above 0 and up to 100 %, found {share}")));
    }
    let sum: f64 = top.iter().sum();
    if sum > 100.0 + SLACK {
        return Err(AskError::Top(format!("the largest senders add up to {sum} %, above 100 %")));
    }
    Ok(())
}

/// A basic TOML string, over several lines if `lines`.
fn basic(text: &str, lines: bool) -> String {
    let mut out = String::from(if lines { "\"\"\"\n" } else { "\"" });
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' if lines => out.push(c),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push_str(if lines { "\"\"\"" } else { "\"" });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::scenario::Scenario;

    fn read(toml: Result<String, AskError>) -> Scenario {
        let toml = toml.expect("a scenario");
        match Scenario::from_toml(&toml) {
            Ok(scenario) => scenario,
            Err(error) => panic!("{error}\n{toml}"),
        }
    }

    #[test]
    fn equal_nodes_and_top_senders() {
        let scenario = read(equal_mx_scenario(3, &[38.0, 27.0]));
        assert_eq!(scenario.nodes.len(), 3);
        let names: Vec<&str> = scenario.senders.iter().map(|sender| sender.name.as_str()).collect();
        assert_eq!(names, ["top1", "top2", "others/postfix", "others/exim", "others/order-preserving"]);
        assert_eq!((scenario.senders[0].share, scenario.senders[0].hosts), (0.38, 40));
        let rest: f64 = scenario.senders[2..].iter().map(|sender| sender.share).sum();
        assert!((rest - 0.35).abs() < 1e-12);
        assert_eq!(
            scenario.senders[2..].iter().map(|sender| sender.sites).collect::<Vec<_>>(),
            [600, 200, 200]
        );
        assert_eq!(read(equal_mx_scenario(2, &[60.0, 40.0])).senders.len(), 2, "nothing is left for others");
    }

    #[test]
    fn a_zone_without_addresses_gets_some() {
        let scenario = read(zone_scenario(
            ";; ANSWER\nexample.org.\t60\tIN\tMX\t10 a.example.org.\r\nexample.org. 60 IN MX 20 b.example.net.",
            &[],
        ));
        assert_eq!(scenario.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(scenario.nodes[1].fair_share, 0.0);
        let own = read(zone_scenario(
            "e.org. 60 MX 1 m.e.org.\nm.e.org. 60 A 198.51.100.7\ne.org. TXT \"a\\\"b\"",
            &[],
        ));
        assert_eq!(own.nodes[0].addresses[0].to_string(), "198.51.100.7");
    }

    #[test]
    fn wrong_questions_are_refused() {
        for top in [&[60.0, 60.0][..], &[-1.0], &[f64::NAN], &[0.0], &[f64::INFINITY]] {
            assert!(equal_mx_scenario(3, top).is_err(), "{top:?}");
        }
        assert!(equal_mx_scenario(0, &[]).is_err());
        assert!(equal_mx_scenario(251, &[]).is_err());
        assert!(matches!(zone_scenario("10 mx1.example.com.", &[]), Err(AskError::Zone(_))));
    }
}
