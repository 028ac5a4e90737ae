//! What a scenario means, or what is wrong with it, without simulating.
//!
//! Main types: [`Checked`], the document `mxsim.check/1`; [`Summary`], a valid scenario in a few lines.

use crate::results::{Answer, Caution, Finding, Grade, Severity};
pub use crate::scenario::FINDINGS;
use crate::scenario::{Reach, Scenario};
use crate::syntax::diagnostic::{Diagnostic, Place, ScenarioError, line_and_column};
use serde::Serialize;

/// What the findings of a scenario come to before anything is simulated: an error is a no, and an exchange host of which nothing says whether
/// it has an address leaves the answer open.
///
/// ```
/// use mxsim_core::results::Answer;
/// use mxsim_core::scenario::ScenarioBuilder;
/// use mxsim_core::study::check::standing;
/// let null = ScenarioBuilder::new("example.com. 300 IN MX 0 .\n").build()?;
/// assert_eq!(standing(&null), Answer::No);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn standing(scenario: &Scenario) -> Answer {
    let zone = &scenario.zones[0].zone;
    match () {
        () if scenario.findings.iter().any(|finding| finding.severity == Severity::Error) => Answer::No,
        () if scenario.is_one_machine() && scenario.goals_are_default => Answer::No,
        () if zone.hosts.iter().any(|host| Reach::of(host, zone).is_open()) => Answer::DependsOn,
        () => Answer::Yes,
    }
}

/// Name of the document's schema.
pub const SCHEMA: &str = "mxsim.check/1";

/// The document `mxsim.check/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// True if nothing is wrong.
    pub valid: bool,
    /// Hash of the resolved scenario; `null` if it is not valid.
    pub fingerprint: Option<String>,
    /// Everything that is wrong, in the order of the text.
    pub errors: Vec<Fault>,
    /// How many more errors there are; not in the document of a valid scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors_left_out: Option<usize>,
    /// What is wrong or surprising with a valid scenario and its zone, the worst first.
    pub findings: Vec<Finding>,
    /// Doubts about a valid scenario.
    pub cautions: Vec<Caution>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fault {
    /// Stable code such as `E104`.
    pub code: String,
    /// The offending value and the rule it breaks.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The file it stands in.
    pub file: String,
    /// Line, from 1; `null` where the place is not known.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// JSON pointer (RFC 6901), in a JSON document.
    pub pointer: Option<String>,
}

impl Checked {
    /// The document of a valid scenario.
    ///
    /// ```
    /// use mxsim_core::scenario::ScenarioBuilder;
    /// use mxsim_core::study::check::Checked;
    /// let scenario = ScenarioBuilder::new("example.com. 300 IN MX 10 a.example.com.\na.example.com. 300 IN A 192.0.2.1\n");
    /// assert!(Checked::valid(&scenario.build()?).valid);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn valid(scenario: &Scenario) -> Self {
        Self {
            schema: SCHEMA.into(),
            valid: true,
            fingerprint: Some(scenario.fingerprint()),
            errors: Vec::new(),
            errors_left_out: None,
            findings: scenario.findings.clone(),
            cautions: scenario.cautions.clone(),
        }
    }

    /// The document of a scenario that is not.
    ///
    /// ```
    /// use mxsim_core::scenario::Scenario;
    /// use mxsim_core::study::check::Checked;
    /// let error = Scenario::from_toml("[zone]\ntxt = 1\n").unwrap_err();
    /// assert!(Checked::invalid(&error).errors.iter().any(|finding| finding.line == Some(2)));
    /// ```
    #[must_use]
    pub fn invalid(error: &ScenarioError) -> Self {
        Self {
            schema: SCHEMA.into(),
            valid: false,
            fingerprint: None,
            errors: error.diagnostics.iter().map(|one| Fault::of(error, one)).collect(),
            errors_left_out: Some(error.left_out),
            findings: Vec::new(),
            cautions: Vec::new(),
        }
    }
}

impl Fault {
    fn of(error: &ScenarioError, one: &Diagnostic) -> Self {
        let source = &error.sources[one.source];
        let (line, column, pointer) = match &one.place {
            Place::File => (None, None, None),
            Place::Pointer(pointer) => (None, None, Some(pointer.to_string())),
            Place::Span { start, .. } => {
                let (line, column) = line_and_column(&source.text, *start);
                (Some(line), Some(column), None)
            }
        };
        Self {
            code: one.code.to_owned(),
            message: one.message.clone(),
            help: one.help.clone(),
            file: source.name.clone(),
            line,
            column,
            pointer,
        }
    }
}

/// A valid scenario in a few lines: who sends how much to which nodes. Shares lie in 0..1.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// The mail domain.
    pub domain: String,
    /// Messages a day.
    pub messages_per_day: f64,
    /// The nodes: name, exchange host and fair share.
    pub nodes: Vec<NodeSummary>,
    /// The senders, in order.
    pub senders: Vec<SenderSummary>,
    /// The goals in words.
    pub goals: Vec<String>,
    /// What the findings come to; see [`standing`].
    pub standing: Answer,
    /// What is wrong or surprising with it and its zone, the worst first.
    pub findings: Vec<Finding>,
    /// Doubts about the scenario.
    pub cautions: Vec<Caution>,
}

/// A node of a [`Summary`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NodeSummary {
    /// Its name.
    pub name: String,
    /// The exchange host it stands behind.
    pub host: String,
    /// Its share if the split is even.
    pub fair_share: f64,
}

/// A sender of a [`Summary`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SenderSummary {
    /// Its name.
    pub name: String,
    /// Its part of the mail; of a sender whose mail is not wanted, how much it sends beside that.
    pub share: f64,
    /// False for mail that nobody waits for.
    pub wanted: bool,
    /// The preset it behaves like.
    pub preset: String,
    /// How well that is known.
    pub grade: Grade,
}

impl Summary {
    /// The summary of `scenario`.
    ///
    /// ```
    /// use mxsim_core::scenario::ScenarioBuilder;
    /// use mxsim_core::study::check::Summary;
    /// let zone = "example.com. 300 IN MX 10 a.example.com.\na.example.com. 300 IN A 192.0.2.1\n";
    /// let summary = Summary::of(&ScenarioBuilder::new(zone).build()?);
    /// assert_eq!((summary.domain.as_str(), summary.nodes.len()), ("example.com", 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let nodes = scenario.nodes.iter().map(|node| NodeSummary {
            name: node.name.clone(),
            host: node.host.clone(),
            fair_share: node.fair_share,
        });
        let senders = scenario.senders.iter().map(|sender| SenderSummary {
            name: sender.name.clone(),
            share: sender.share,
            wanted: sender.wanted,
            preset: sender.preset.clone(),
            grade: sender.grade,
        });
        Self {
            domain: scenario.zones[0].zone.domain.to_string(),
            messages_per_day: scenario.messages_per_day,
            nodes: nodes.collect(),
            senders: senders.collect(),
            goals: goals(scenario),
            standing: standing(scenario),
            findings: scenario.findings.clone(),
            cautions: scenario.cautions.clone(),
        }
    }
}

/// The goals in words. Without a split to look at, the default is not about one.
fn goals(scenario: &Scenario) -> Vec<String> {
    let targets = scenario.nodes.iter().filter(|node| node.fair_share > 0.0).count();
    let is_one_of_many = scenario.nodes.len() == 1 && scenario.zones[0].zone.hosts.len() > 1;
    if scenario.goals_are_default && targets < 2 && !is_one_of_many {
        return vec![
            "all mail arrives: at most 0.01 % bounces, 1 in 20 takes longer than 5m, 1 in 100 longer than 1h"
                .into(),
        ];
    }
    scenario.goals.iter().map(|goal| goal.text.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_carry_their_place() {
        let error =
            Scenario::from_toml("[zone]\ntext = \"\"\n[traffic]\nprofil = \"flat\"\n").expect_err("errors");
        let checked = Checked::invalid(&error);
        let finding = checked.errors.iter().find(|finding| finding.code == "E101").expect("an unknown key");
        assert_eq!((finding.line, finding.column, &finding.pointer), (Some(4), Some(1), &None));
        let document = serde_json::to_value(&checked).expect("JSON");
        assert_eq!((&document["valid"], &document["errors_left_out"]), (&false.into(), &0.into()));
    }

    #[test]
    fn what_nobody_reaches_and_what_is_one_machine_is_a_no() {
        let zone = |first: &str, second: &str| {
            let text = format!(
                "[zone]\ntext = '''\ne.org. 300 MX 10 a.e.org.\ne.org. 300 MX 10 b.e.org.\na.e.org. 300 A {first}\nb.e.org. 300 A {second}\n'''\n"
            );
            standing(&Scenario::from_toml(&text).expect("a scenario"))
        };
        assert_eq!(zone("192.0.2.1", "192.0.2.2"), Answer::Yes);
        for (first, second) in [
            ("10.0.0.1", "192.168.1.1"),
            ("10.0.0.1", "127.0.0.1"),
            ("127.0.0.1", "169.254.1.1"),
            ("192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(zone(first, second), Answer::No, "{first} {second}");
        }
    }

    #[test]
    fn a_valid_document_has_no_count_of_errors() {
        let text = "[zone]\ntext = \"e.example. 300 A 192.0.2.1\"\ndomain = \"e.example\"\n";
        let scenario = Scenario::from_toml(text).expect("a scenario");
        assert!(Summary::of(&scenario).goals[0].starts_with("all mail arrives"));
        let document = serde_json::to_value(Checked::valid(&scenario)).expect("JSON");
        assert!(document.get("errors_left_out").is_none() && document["fingerprint"].is_string());
        assert_eq!(Summary::of(&scenario).nodes.len(), 1);
    }
}
