//! The scenario behind a question asked without a scenario file: that which `mxsim init` writes for the same zone.
//!
//! Who sends is not known then, so the senders are those of the population `small-business`, and the largest senders that the asker names come
//! on top, each like a large provider of that population. This is an *assumption*, and the results say so.

use crate::ImportError;
use crate::text::name_of;
use mxsim_core::catalog::Catalog;
use mxsim_core::dns::Name;
use mxsim_core::scenario::{Format, Scenario, ScenarioBuilder, SourceText};
use mxsim_core::syntax::literal;
use std::fmt::Write as _;

/// The scenario of several MX names of equal preference, with comments.
pub const EQUAL_MX: &str = include_str!("../templates/equal-mx.toml");

/// What the template asks.
const EVEN: &str = "Will these MX hosts split the mail roughly evenly?";

/// What the largest senders are like. *Assumption*: like the providers of the population (`mxsim presets small-business`).
const LARGE_SENDER: &str = "preset = \"cache-sticky\"\nsticky = \"4h\"\nhosts = 40\n";

/// A question about a zone.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The records, or what a tool printed.
    pub zone: &'a str,
    /// The mail domain, if the asker names it.
    pub domain: Option<&'a str>,
    /// What the largest senders bring, in percent.
    pub top: &'a [f64],
}

impl Question<'_> {
    /// The scenario as text, to be completed: `template` with this zone in the place of its own.
    #[must_use]
    pub fn scenario_text(&self, template: &str) -> String {
        let lines = self.zone.replace("\r\n", "\n");
        let lines = literal::lines(lines.trim_matches('\n'));
        let text = self.with_zone(template, &format!("text = \"\"\"\n{lines}\n\"\"\"\n"));
        match Scenario::from_toml(&text) {
            Ok(scenario) if template == EQUAL_MX => with_title(&text, question_for(&scenario)),
            _ => text,
        }
    }

    /// The template with another `[zone]`, and with the largest senders.
    fn with_zone(&self, template: &str, zone: &str) -> String {
        const OPEN: &str = "\ntext = \"\"\"\n";
        let (before, rest) = template.split_once(OPEN).unwrap_or((template, ""));
        let (_, after) = rest.split_once("\n\"\"\"\n").unwrap_or(("", ""));
        let domain = self.domain.map(|domain| format!("domain = {}\n", literal::text(domain)));
        let domain = domain.unwrap_or_default();
        let text = format!("{before}\n{domain}{zone}{after}");
        match text.split_once("\n[goals]") {
            Some((before, after)) => format!("{before}\n{}[goals]{after}", self.large_senders()),
            None => format!("{text}\n{}", self.large_senders()),
        }
    }

    fn large_senders(&self) -> String {
        let entry = |(i, percent): (usize, &f64)| {
            format!("[[senders]]\nname = \"top {}\"\nshare = \"{percent} %\"\n{LARGE_SENDER}\n", i + 1)
        };
        self.top.iter().enumerate().map(entry).collect()
    }
}

/// What there is to ask about the hosts of a scenario: where one of them carries everything by plan, no split.
fn question_for(scenario: &Scenario) -> &'static str {
    let targets = scenario.nodes.iter().filter(|node| node.fair_share > 0.0).count();
    match (scenario.zones[0].zone.hosts.len(), scenario.nodes.len(), targets) {
        (_, _, 0) => "Does any mail arrive?",
        (1, 1, _) => "One host: does all mail arrive?",
        (_, 2.., 1) => "Primary and backup: does all mail arrive?",
        _ => EVEN,
    }
}

/// The template with another question.
fn with_title(text: &str, question: &str) -> String {
    let comment = "# Several MX names of equal preference: will the mail split roughly evenly?\n";
    match question {
        EVEN => text.to_owned(),
        other => text.replacen(comment, "", 1).replacen(EVEN, other, 1),
    }
}

/// The scenario of a domain with `n` equal MX hosts; `top` holds what the largest senders bring, in percent.
///
/// # Errors
/// If the scenario is wrong, such as more than 100 percent.
pub fn equal_mx_scenario(n: usize, top: &[f64], catalog: &Catalog) -> Result<Scenario, ImportError> {
    let zone = equal_mx_zone(n);
    zone_scenario("example.com", Question { zone: &zone, domain: None, top }, catalog)
}

/// The zone of a domain with `n` equal MX hosts.
#[must_use]
pub fn equal_mx_zone(n: usize) -> String {
    let mut zone = String::new();
    for i in 1..=n {
        let _ = writeln!(
            zone,
            "example.com. 300 IN MX 10 mx{i}.example.com.\nmx{i}.example.com. 300 IN A 192.0.2.{i}"
        );
    }
    zone
}

/// The scenario of a zone; `name` is what errors in its text call it. The name of the file stands in for a domain that nothing else names.
///
/// # Errors
/// If the zone is wrong.
pub fn zone_scenario(name: &str, question: Question<'_>, catalog: &Catalog) -> Result<Scenario, ImportError> {
    Ok(zone_draft(name, question, catalog)?.1)
}

/// The same, and its document to make other scenarios of.
///
/// # Errors
/// If the zone is wrong.
pub fn zone_draft(
    name: &str,
    question: Question<'_>,
    catalog: &Catalog,
) -> Result<(ScenarioBuilder, Scenario), ImportError> {
    with_domain(name, question, &|question| read(name, question, catalog))
}

/// What is read of a zone; where that fails, with the domain that its file is named after.
fn with_domain<T>(
    name: &str,
    question: Question<'_>,
    read: &dyn Fn(Question<'_>) -> Result<T, ImportError>,
) -> Result<T, ImportError> {
    let first = read(question);
    match (&first, question.domain, domain_of_file(name)) {
        (Err(_), None, Some(domain)) => read(Question { domain: Some(&domain), ..question }).or(first),
        _ => first,
    }
}

/// The domain that a zone file is named after, as `db.example.com`, `example.com.dns` and `example.com.zone` are.
#[must_use]
pub fn domain_of_file(path: &str) -> Option<String> {
    let name = std::path::Path::new(path).file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.strip_prefix("db.").unwrap_or(&name);
    let ends = [".dns", ".zone", ".txt", ".db", ".hosts", ".bind"];
    let name = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let is_domain = name.contains('.')
        && Name::new(name).as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    is_domain.then(|| name.to_owned())
}

/// Errors point into the zone, because it is brought along as a file of its own.
fn read(
    name: &str,
    question: Question<'_>,
    catalog: &Catalog,
) -> Result<(ScenarioBuilder, Scenario), ImportError> {
    let files = |_: &str| Ok(question.zone.to_owned());
    let (builder, mut scenario) = ScenarioBuilder::read(&source(name, question), None, catalog, &files)?;
    let title = question_for(&scenario);
    title.clone_into(&mut scenario.title);
    Ok((builder.title(title), scenario))
}

fn source(name: &str, question: Question<'_>) -> SourceText {
    let text = question.with_zone(EQUAL_MX, &format!("file = {}\n", literal::text(name_of(name))));
    SourceText { name: "the question".into(), text, format: Format::Toml }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, zone: &str) -> Result<Scenario, ImportError> {
        zone_scenario(name, Question { zone, domain: None, top: &[] }, Catalog::builtin())
    }

    #[test]
    fn three_equal_mx_are_three_nodes_with_a_third_each() {
        let scenario = equal_mx_scenario(3, &[38.0, 27.0], Catalog::builtin()).expect("a scenario");
        assert_eq!(scenario.nodes.len(), 3);
        assert!(scenario.nodes.iter().all(|node| (node.fair_share - 1.0 / 3.0).abs() < 1e-12));
        let wanted = scenario.senders.iter().filter(|sender| sender.wanted);
        assert!((wanted.map(|sender| sender.share).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn all_mail_from_the_largest_is_allowed() {
        assert!(equal_mx_scenario(2, &[60.0, 40.0], Catalog::builtin()).is_ok());
    }

    #[test]
    fn the_answer_of_dig_mx_is_enough() {
        let dig = ";; ANSWER SECTION:\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n";
        let scenario = asked("-", dig).expect("a scenario");
        assert_eq!(scenario.nodes.len(), 2);
        assert!(scenario.findings.iter().any(|finding| finding.code == "addresses-assumed"));
    }

    #[test]
    fn what_is_asked_is_what_init_writes() {
        let zone = "$ORIGIN e.example.\n@ 300 MX 10 a\n@ TXT \"a \\\\ b\"\na 300 A 192.0.2.1\n";
        let question = Question { zone, domain: None, top: &[20.0] };
        let asked = zone_scenario("-", question, Catalog::builtin()).expect("a scenario");
        let written = Scenario::from_toml(&question.scenario_text(EQUAL_MX)).expect("a scenario");
        assert_eq!(asked.resolved(), written.resolved());
    }

    #[test]
    fn a_zone_without_a_split_asks_about_the_mail() {
        let (one, two) = (
            "e.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1\n",
            "b.e.example. 300 A 192.0.2.2\n",
        );
        for (zone, title) in [
            (one.to_owned(), "One host: does all mail arrive?"),
            (
                format!("{one}{two}e.example. 300 MX 20 b.e.example.\n"),
                "Primary and backup: does all mail arrive?",
            ),
            (format!("{one}{two}e.example. 300 MX 10 b.e.example.\n"), EVEN),
        ] {
            assert_eq!(asked("-", &zone).expect("a scenario").title, title);
            let written = Question { zone: &zone, domain: None, top: &[] }.scenario_text(EQUAL_MX);
            assert_eq!(Scenario::from_toml(&written).expect("a scenario").title, title);
        }
    }

    #[test]
    fn the_file_may_name_the_domain() {
        assert_eq!(domain_of_file("/etc/bind/db.example.com"), Some("example.com".into()));
        assert_eq!(domain_of_file("Example.com.dns"), Some("example.com".into()));
        assert_eq!(domain_of_file("zone"), None);
        assert_eq!(domain_of_file("-"), None);
        let scenario = asked("example.com.dns", "@ 300 MX 10 a\na 300 A 192.0.2.1\n").expect("a scenario");
        assert_eq!(scenario.zones[0].zone.domain.as_str(), "example.com");
    }

    #[test]
    fn errors_point_into_the_zone() {
        let error = asked("my.zone", "example.com. IN MX ten mx1.example.com.\n").expect_err("a bad zone");
        assert!(error.to_string().contains("my.zone:1:"), "{error}");
    }

    #[test]
    fn odd_names_survive() {
        for name in ["a\"b", "C:\\zone", "zön", "new\nline", "it's"] {
            let error = asked(name, "nonsense here\n").expect_err("a bad zone");
            // A line break would tear the message apart.
            assert!(error.to_string().contains(&name.replace('\n', "\\n")), "{error}");
        }
    }
}
