//! The scenarios behind a question asked without a scenario file.
//!
//! Who sends is not known then, so the population here is an *assumption*, and the results say so: the largest senders the asker names
//! are choosers that keep one host all day, forty of them each: the worst case, and the one that has a closed form. The rest are `everyone
//! else` of the population `small-business`.

use crate::ImportError;
use mxsim_core::catalog::{Catalog, DEFAULT_POPULATION};
use mxsim_core::scenario::{Format, RunOverrides, Scenario, SourceText};
use std::fmt::Write as _;

/// Outbound hosts of each large sender. *Assumption*: big providers run dozens to hundreds (none publishes how many).
const CHOOSERS_OF_A_LARGE_SENDER: usize = 40;
/// Messages a day. *Assumption*: enough that the luck of single messages does not matter beside that of large senders.
const MESSAGES_PER_DAY: usize = 20_000;

/// The sender of the population that stands for all who are not named.
const REST: &str = "everyone else";

/// The scenario of a domain with `n` equal MX hosts; `top` holds what the largest senders bring, in percent.
///
/// # Errors
/// If the scenario is wrong, such as more than 100 percent.
pub fn equal_mx_scenario(n: usize, top: &[f64], catalog: &Catalog) -> Result<Scenario, ImportError> {
    let mut zone = String::new();
    for i in 1..=n {
        let _ = writeln!(
            zone,
            "example.com. 300 IN MX 10 mx{i}.example.com.\nmx{i}.example.com. 300 IN A 192.0.2.{i}"
        );
    }
    zone_scenario("example.com", &zone, top, catalog)
}

/// The scenario of a zone; `name` is what errors in its text call it.
///
/// # Errors
/// If the zone is wrong.
pub fn zone_scenario(
    name: &str,
    zone: &str,
    top: &[f64],
    catalog: &Catalog,
) -> Result<Scenario, ImportError> {
    with_zone(name, zone, &senders(top, catalog), catalog)
}

/// A zone with the default senders, only to be checked.
pub(crate) fn bare_zone(name: &str, zone: &str, catalog: &Catalog) -> Result<Scenario, ImportError> {
    with_zone(name, zone, "title = \"A zone without a scenario\"\n", catalog)
}

/// Errors point into the zone, because it is brought along as a file of its own.
fn with_zone(name: &str, zone: &str, rest: &str, catalog: &Catalog) -> Result<Scenario, ImportError> {
    let name = if name == "-" { "standard input" } else { name };
    let text = format!("{rest}\n[zone]\nfile = {}\n", toml_string(name));
    let source = SourceText { name: "the question".into(), text, format: Format::Toml };
    Ok(Scenario::read_with(&source, catalog, &|_| Ok(zone.to_owned()), RunOverrides::default())?)
}

/// The largest senders, and everyone else.
fn senders(top: &[f64], catalog: &Catalog) -> String {
    let mut text = format!(
        "title = \"Asked without a scenario\"\n[traffic]\nmessages_per_day = {MESSAGES_PER_DAY}\nprofile = \"office\"\n"
    );
    for (i, percent) in top.iter().enumerate() {
        let _ = write!(
            text,
            "[[senders]]\nname = \"top {}\"\nshare = \"{percent} %\"\npreset = \"cache-sticky\"\nsticky = \"forever\"\nhosts = {CHOOSERS_OF_A_LARGE_SENDER}\n",
            i + 1
        );
    }
    // With nothing left there is nobody else; the sum of floats may miss 100 by a hair.
    if top.iter().sum::<f64>() < 100.0 - 1e-9 {
        let _ = writeln!(text, "[[senders]]\nname = {}\nshare = \"rest\"", toml_string(REST));
        let population = catalog.population(DEFAULT_POPULATION);
        let own = population.map(|population| population.sender(REST)).unwrap_or_default();
        for (key, value) in own.into_iter().filter(|(key, _)| *key != "share") {
            let _ = writeln!(text, "{key} = {value}");
        }
    }
    text
}

/// A TOML basic string.
fn toml_string(text: &str) -> String {
    let escaped: String = text.chars().flat_map(char::escape_default).collect();
    // Rust writes \u{e9}, TOML \U000000e9.
    let mut out = String::from("\"");
    let mut rest = escaped.as_str();
    while let Some((before, after)) = rest.split_once("\\u{") {
        let (digits, tail) = after.split_once('}').unwrap_or((after, ""));
        let _ = write!(out, "{}\\U{digits:0>8}", before.replace("\\'", "'"));
        rest = tail;
    }
    out.push_str(&rest.replace("\\'", "'"));
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_equal_mx_are_three_nodes_with_a_third_each() {
        let scenario = equal_mx_scenario(3, &[38.0, 27.0], Catalog::builtin()).expect("a scenario");
        assert_eq!(scenario.nodes.len(), 3);
        assert!(scenario.nodes.iter().all(|node| (node.fair_share - 1.0 / 3.0).abs() < 1e-12));
        assert!((scenario.senders.iter().map(|sender| sender.share).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn all_mail_from_the_largest_is_allowed() {
        assert!(equal_mx_scenario(2, &[60.0, 40.0], Catalog::builtin()).is_ok());
    }

    #[test]
    fn the_answer_of_dig_mx_is_enough() {
        let dig = ";; ANSWER SECTION:\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n";
        let scenario = zone_scenario("-", dig, &[], Catalog::builtin()).expect("a scenario");
        assert_eq!(scenario.nodes.len(), 2);
        assert!(scenario.cautions.iter().any(|caution| caution.code == "addresses-assumed"));
    }

    #[test]
    fn errors_point_into_the_zone() {
        let error =
            zone_scenario("my.zone", "example.com. IN MX ten mx1.example.com.\n", &[], Catalog::builtin())
                .expect_err("a bad zone");
        assert!(error.to_string().contains("my.zone:1:"), "{error}");
    }

    #[test]
    fn odd_names_survive() {
        for name in ["a\"b", "C:\\zone", "zön", "new\nline", "it's"] {
            let error =
                zone_scenario(name, "nonsense here\n", &[], Catalog::builtin()).expect_err("a bad zone");
            // A line break would tear the message apart.
            assert!(error.to_string().contains(&name.replace('\n', "\\n")), "{error}");
        }
    }
}
