//! What the closed form says about a scenario.

use super::plausible::{self, PlausibleSplits};
use super::validity::{Choice, NoClosedForm, choice, equal_hosts};
use crate::results::Answer;
use crate::scenario::Scenario;
use crate::theory::split::SplitForecast;
use crate::time::Span;
use serde::Serialize;

/// On which part of the windows a split has to be even.
const ON: f64 = 0.95;

/// What the closed form is valid for, in the words of the document.
const VALID_FOR: &str =
    "equal MX without outages or changes; each choice uniform, per message or kept for an exponential time";

/// The answer of the closed form. Shares lie in 0..1; *p95* is what holds on 19 of 20 windows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClosedForm {
    /// Equal nodes.
    pub nodes: usize,
    /// The share of each if the split were even.
    pub fair_share: f64,
    /// Standard deviation of a node's share from window to window.
    pub scatter: f64,
    /// The busiest node carries at most this.
    pub busiest_share_p95: f64,
    /// Chance that all nodes are within a quarter of the fair share.
    pub within_a_quarter: f64,
    /// How many independent, equal choosers would scatter as much; `null` without scatter.
    pub effective_choosers: Option<f64>,
    /// The busiest node's share if each sender that keeps its choice is a single chooser; `null` without such senders.
    pub busiest_share_p95_if_each_sender_is_one_chooser: Option<f64>,
    /// The spread over plausible worlds; `null` if nothing that matters is unknown.
    pub plausible: Option<PlausibleSplits>,
    /// For which scenarios this is valid.
    pub valid_for: String,
    /// The answer word; not in the document.
    #[serde(skip)]
    pub answer: Answer,
    /// The senders that keep their choice; not in the document.
    #[serde(skip)]
    pub sticky: Option<Sticky>,
    /// The busiest node's share with one node down, `None` with a single node; not in the document.
    #[serde(skip)]
    pub busiest_share_p95_one_down: Option<f64>,
}

/// The senders that keep their choice for a time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Sticky {
    /// Their part of the mail, 0..1.
    pub share: f64,
    /// Their outbound hosts, each of which chooses by itself.
    pub choosers: u32,
    /// True if all of them keep it through the whole window.
    pub through_the_window: bool,
}

/// The closed form of a scenario. Plausible worlds are drawn with the scenario's own seed.
///
/// ```
/// use mxsim_core::scenario::{ScenarioBuilder, SenderSpec};
/// use mxsim_core::study::ask::closed_form;
///
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
/// let in_order = SenderSpec::new("us").preset("order-preserving");
/// let scenario = ScenarioBuilder::new(zone).sender(in_order).build()?;
/// let why = closed_form(&scenario).unwrap_err();
/// assert_eq!(why.to_string(), "us depends on the order of the DNS answer");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If it is not valid for the scenario.
pub fn closed_form(scenario: &Scenario) -> Result<ClosedForm, NoClosedForm> {
    equal_hosts(scenario)?;
    let groups = sticky_groups(scenario)?;
    let lumps: f64 = groups.iter().map(Group::lumps).sum();
    let lumps_alone: f64 = groups.iter().map(|group| Group { choosers: 1, ..*group }.lumps()).sum();
    let nodes = scenario.nodes.len();
    let messages = scenario.messages_per_day * scenario.run.window.as_secs_f64() / Span::DAY.as_secs_f64();
    let forecast = SplitForecast::of_lumps(nodes, lumps, messages);
    let if_alone = (!groups.is_empty()).then(|| SplitForecast::of_lumps(nodes, lumps_alone, messages));
    let one_down = (nodes > 1).then(|| SplitForecast::of_lumps(nodes - 1, lumps, messages));
    Ok(ClosedForm {
        nodes,
        fair_share: forecast.fair_share,
        scatter: forecast.deviation,
        busiest_share_p95: forecast.busiest_p95,
        within_a_quarter: forecast.within_quarter,
        effective_choosers: forecast.effective_choosers,
        busiest_share_p95_if_each_sender_is_one_chooser: if_alone.map(|alone| alone.busiest_p95),
        plausible: plausible::splits(scenario, nodes, messages),
        valid_for: VALID_FOR.into(),
        answer: answer(&forecast, if_alone.as_ref()),
        sticky: sticky(&groups),
        busiest_share_p95_one_down: one_down.map(|down| down.busiest_p95),
    })
}

/// A sender that keeps its choice: equal choosers, each on its own.
#[derive(Debug, Clone, Copy)]
struct Group {
    share: f64,
    choosers: u32,
    /// How much of its lumps is left over the window: 1 if it never chooses anew.
    kept: f64,
}

impl Group {
    /// Its sum of squared lumps.
    fn lumps(&self) -> f64 {
        self.share * self.share * self.kept / f64::from(self.choosers.max(1))
    }
}

/// The senders that keep their choice; all others choose for each message.
fn sticky_groups(scenario: &Scenario) -> Result<Vec<Group>, NoClosedForm> {
    let mut groups = Vec::new();
    for sender in scenario.wanted_senders() {
        if let Choice::Kept(kept) = choice(sender, scenario.run.window)? {
            let choosers = (sender.sites * sender.hosts) as u32;
            groups.push(Group { share: sender.share, choosers, kept });
        }
    }
    Ok(groups)
}

fn sticky(groups: &[Group]) -> Option<Sticky> {
    let share = groups.iter().map(|group| group.share).sum();
    let choosers = groups.iter().map(|group| group.choosers).sum();
    let through_the_window = groups.iter().all(|group| group.kept >= 0.99);
    (!groups.is_empty()).then_some(Sticky { share, choosers, through_the_window })
}

/// Even within a tenth, within a quarter, or not, on 19 of 20 windows. A yes that falls with what is not known of the largest senders is at
/// best a "yes, if".
fn answer(forecast: &SplitForecast, if_alone: Option<&SplitForecast>) -> Answer {
    let falls = if_alone.is_some_and(|alone| alone.within_quarter < ON);
    match () {
        () if falls && forecast.within_quarter >= ON => Answer::DependsOn,
        () if forecast.within_tenth >= ON => Answer::Yes,
        () if forecast.within_quarter >= ON => Answer::YesRoughly,
        () => Answer::No,
    }
}
