//! When the split has a closed form, and what it says.
//!
//! It is valid for equal MX without outages and changes, where every sender either chooses uniformly for each message or keeps its
//! choice through the window. About anything else it says nothing.

use super::plausible::{self, Plausible};
use crate::exit::Exit;
use crate::screen::{grouped, next, short, table};
use mxsim_core::dns::{Driver, Hold, Transform};
use mxsim_core::results::Results;
use mxsim_core::scenario::{Scenario, Sender};
use mxsim_core::sender::{HostOrder, Keep, OwnCache};
use mxsim_core::theory::split::{SplitForecast, StickyGroup};
use mxsim_core::time::Span;
use serde_json::{Value, json};

/// The answer of the closed form, and what it becomes if each sticky sender is a single chooser.
#[derive(Debug)]
pub(super) struct ClosedForm {
    nodes: usize,
    forecast: SplitForecast,
    /// With every sticky sender reduced to one chooser; `None` without sticky senders.
    if_wrong: Option<SplitForecast>,
    /// With one node down; `None` with a single node.
    one_down: Option<SplitForecast>,
    sticky_share: f64,
    choosers: u32,
    /// Over plausible worlds; `None` if nothing that matters is unknown.
    plausible: Option<Plausible>,
}

/// The closed form of a scenario, or why there is none.
pub(super) fn of(scenario: &Scenario) -> Result<ClosedForm, String> {
    equal_hosts(scenario)?;
    let mut sticky = Vec::new();
    for sender in &scenario.senders {
        match choice(sender, scenario.run.window)? {
            Choice::EachMessage => {}
            Choice::Kept => sticky
                .push(StickyGroup { share: sender.share, choosers: (sender.sites * sender.hosts) as u32 }),
        }
    }
    let nodes = scenario.nodes.len();
    let messages = scenario.messages_per_day * scenario.run.window.as_secs_f64() / Span::DAY.as_secs_f64();
    let alone: Vec<StickyGroup> =
        sticky.iter().map(|group| StickyGroup { share: group.share, choosers: 1 }).collect();
    Ok(ClosedForm {
        nodes,
        forecast: SplitForecast::new(nodes, &sticky, messages),
        if_wrong: (!alone.is_empty()).then(|| SplitForecast::new(nodes, &alone, messages)),
        one_down: (nodes > 1).then(|| SplitForecast::new(nodes - 1, &sticky, messages)),
        sticky_share: sticky.iter().map(|group| group.share).sum(),
        choosers: sticky.iter().map(|group| group.choosers).sum(),
        plausible: plausible::of(scenario, nodes, messages),
    })
}

fn equal_hosts(scenario: &Scenario) -> Result<(), String> {
    let [version] = scenario.zones.as_slice() else { return Err("the zone changes".into()) };
    let zone = &version.zone;
    let mut preferences = zone.mx.iter().map(|mx| mx.preference);
    let first = preferences.next().ok_or("the domain has no MX record")?;
    if preferences.any(|preference| preference != first) {
        return Err("the MX records have different preferences".into());
    }
    let counts = |host: &mxsim_core::dns::Host| (host.a.len(), host.aaaa.len());
    if zone.hosts.iter().any(|host| counts(host) != counts(&zone.hosts[0]) || counts(host) == (0, 0)) {
        return Err("the MX hosts have different numbers of addresses".into());
    }
    if scenario.nodes.len() != zone.hosts.len() {
        return Err("one host stands for several nodes, or several for one".into());
    }
    if scenario.nodes.iter().any(|node| !node.faults.is_empty()) {
        return Err("a node fails".into());
    }
    let has_policy = scenario.mta_sts.is_some() || !scenario.dane.failing.is_empty();
    if has_policy || !scenario.authority.away.is_empty() || cuts_answers(scenario) {
        return Err("some answers of the DNS lack hosts, or some hosts may not be used".into());
    }
    Ok(())
}

/// True if some hop answers with a part of the records only.
fn cuts_answers(scenario: &Scenario) -> bool {
    let resolvers = scenario.senders.iter().flat_map(|sender| &sender.resolver).map(|layer| &layer.law.order);
    resolvers.chain([&scenario.authority.order]).any(|law| law.max_records.is_some())
}

enum Choice {
    EachMessage,
    Kept,
}

/// How a sender chooses, as far as the closed form knows it.
fn choice(sender: &Sender, window: Span) -> Result<Choice, String> {
    let unknown = |why: &str| Err(format!("{} {why}", sender.name));
    if sender.behaviour.custom.is_some() {
        return unknown("has a behaviour of its own");
    }
    let order = &sender.behaviour.law.order;
    let uniform = order.hosts == HostOrder::Shuffle || answers_uniformly(sender);
    match (uniform, order.keep) {
        (true, Keep::Attempt | Keep::Message) => Ok(Choice::EachMessage),
        (true, Keep::Forever) if order.hosts == HostOrder::Shuffle => Ok(Choice::Kept),
        (true, Keep::Exponential(held) | Keep::Fixed(held)) if held >= window.saturating_mul(100) => {
            Ok(Choice::Kept)
        }
        (true, _) => unknown("keeps its choice for a part of the window"),
        (false, _) => unknown("depends on the order of the DNS answer"),
    }
}

/// True if each look-up gives every record the first place equally often and independently.
fn answers_uniformly(sender: &Sender) -> bool {
    let law = &sender.resolver[0].law.order;
    let random = match law.transform {
        Transform::None => false,
        Transform::Rotate => law.driver == Driver::Random,
        Transform::Shuffle | Transform::ShuffleOneSeed => true,
        Transform::FirstByWeight | Transform::SortForClient => false,
    };
    let asks_each_time = sender.behaviour.law.dns.cache == OwnCache::Stub;
    random && law.types.mx && law.hold == Hold::None && !law.verbatim_on_miss && asks_each_time
}

/// There is no split to ask about.
const ONE_NODE: &str = "Will 1 MX split your mail roughly evenly?

  YES           It takes all of your mail: with one node there is nothing to
                split, and nobody takes over when it is down.

Next: mxsim ask 2
";

/// On which part of the days a split has to be even.
const ON: f64 = 0.95;

impl ClosedForm {
    /// The answer word: even within a tenth, within a quarter, or not, on 19 of 20 days. A yes that falls with what nobody knows of the
    /// largest senders is at best a "yes, if".
    fn word(&self) -> &'static str {
        let falls = self.if_wrong.as_ref().is_some_and(|wrong| wrong.within_quarter < ON);
        match () {
            () if falls && self.forecast.within_quarter >= ON => "YES, if",
            () if self.forecast.within_tenth >= ON => "YES",
            () if self.forecast.within_quarter >= ON => "YES, roughly",
            () => "NO",
        }
    }

    /// The exit code of that word.
    pub(super) fn exit(&self, exit_zero: bool) -> Exit {
        if exit_zero || self.forecast.within_quarter >= ON { Exit::Met } else { Exit::Missed }
    }

    /// For people, with the simulation beside it if there is one.
    pub(super) fn screen(&self, results: Option<&Results>) -> String {
        if self.nodes == 1 {
            return ONE_NODE.to_owned();
        }
        let forecast = &self.forecast;
        let mut rows = vec![(
            self.word(),
            format!(
                "On 19 of 20 days the busiest node carries at most {} (even would be {}).",
                short(forecast.busiest_p95),
                short(forecast.fair_share)
            ),
        )];
        if let Some(effective) = forecast.effective_choosers {
            let points = forecast.deviation * 100.0;
            let behaves = format!(
                "your mail scatters like {} equal, independent choosers: about +/- {points:.2} points per node and day.",
                grouped(effective)
            );
            rows.push(("why", behaves));
        }
        rows.extend(self.assumption());
        rows.extend(self.plausible.as_ref().map(|plausible| ("not known", not_known(plausible))));
        if let Some(down) = &self.one_down {
            let plan = format!(
                "{} of your mail per node, not {}: that is one of {} down, on 19 of 20 days.",
                short(down.busiest_p95),
                short(forecast.fair_share),
                self.nodes
            );
            rows.push(("plan for", plan));
        }
        rows.extend(results.map(|results| ("simulated", simulated(results))));
        rows.push(("valid for", "equal MX without an outage, each choice uniform and independent.".into()));
        let question = format!("Will {} equal MX split your mail roughly evenly?", self.nodes);
        let next =
            next("mxsim init -o site.toml, put your zone and your senders into it, then mxsim run site.toml");
        format!("{question}\n\n{}{next}", table(&rows))
    }

    /// What is assumed of the largest senders, and what if it is wrong.
    fn assumption(&self) -> Vec<(&'static str, String)> {
        let Some(wrong) = &self.if_wrong else { return Vec::new() };
        let assumed = format!(
            "{} of your mail comes from {} choosers that keep one node all day; nobody publishes this.",
            short(self.sticky_share),
            self.choosers
        );
        let wrong = format!(
            "if each of those senders is a single chooser, the busiest node carries up to {}. Count their connections per node in your logs.",
            short(wrong.busiest_p95)
        );
        vec![("if", assumed), ("if wrong", wrong)]
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "nodes": self.nodes,
            "fair_share": self.forecast.fair_share,
            "scatter": self.forecast.deviation,
            "busiest_share_p95": self.forecast.busiest_p95,
            "within_a_quarter": self.forecast.within_quarter,
            "effective_choosers": self.forecast.effective_choosers,
            "busiest_share_p95_if_each_sender_is_one_chooser": self.if_wrong.as_ref().map(|wrong| wrong.busiest_p95),
            "plausible": self.plausible.as_ref().map(Plausible::json),
            "valid_for": "equal MX without outages or changes; each choice uniform, per message or kept through the window",
        })
    }
}

/// The spread over plausible worlds, which is not luck.
fn not_known(plausible: &Plausible) -> String {
    let [from, to] = plausible.busiest;
    format!(
        "of {} plausible worlds (how many choose, how long they hold, whether they shuffle) {} split roughly evenly; in 9 of 10 of them the \
         busiest node carries between {} and {} at most on 19 of 20 days.",
        plausible.worlds,
        plausible.even,
        short(from),
        short(to)
    )
}

/// What the short simulation saw of the same number.
fn simulated(results: &Results) -> String {
    let busiest = &results.balance.busiest_share;
    let range = match busiest.p95_ci {
        [Some(low), Some(high)] => format!(" ({} to {})", short(low), short(high)),
        _ => String::new(),
    };
    format!("{} days: on 19 of 20 at most {}{range}.", results.provenance.windows, short(busiest.p95))
}
