//! When the split has a closed form, and what it says.
//!
//! It is valid for equal MX without outages and changes, where every sender either chooses uniformly for each message or keeps its
//! choice through the window. About anything else it says nothing.

use mxsim_core::dns::{Driver, Hold, Transform};
use mxsim_core::scenario::{Scenario, Sender};
use mxsim_core::sender::{HostOrder, Keep};
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
    sticky_share: f64,
    choosers: u32,
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
        sticky_share: sticky.iter().map(|group| group.share).sum(),
        choosers: sticky.iter().map(|group| group.choosers).sum(),
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
    Ok(())
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
    };
    random && law.types.mx && law.hold == Hold::None && !law.verbatim_on_miss
}

impl ClosedForm {
    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "Closed form: on 19 of 20 days the busiest of {} nodes carries at most {} (even would be {}).\n",
            self.nodes,
            short(self.forecast.busiest_p95),
            short(self.forecast.fair_share)
        );
        if let Some(wrong) = &self.if_wrong {
            text.push_str(&format!(
                "  {} of your mail is taken as {} choosers that keep one node all day (assumed).\n  \
                 If each of those senders is a single chooser, the busiest node carries up to {}.\n",
                short(self.sticky_share),
                self.choosers,
                short(wrong.busiest_p95)
            ));
        }
        text.push_str("  Valid for equal MX without outages, each choice uniform and independent.\n");
        text
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
            "valid_for": "equal MX without outages or changes; each choice uniform, per message or kept through the window",
        })
    }
}

/// A share with three digits at most.
fn short(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 99.95 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}
