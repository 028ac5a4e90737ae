//! Whether the numbers of a document can be true together, whoever wrote it.
//!
//! A document is read from a file, and a file may be edited, cut or made up. What no run can come to is refused before anybody sees it in a
//! report: a share of 37, a quantile above the next, messages that are neither accepted nor bounced nor waiting.

mod numbers;
mod together;

use std::collections::BTreeSet;

use super::{
    Balance, DeliveryTotals, DurationCurve, EdgeResult, EventPhase, EventResult, GoalResult, GreylistedMail,
    GroupResult, Interval, NodeResult, NodeTotals, PeakRate, Provenance, Results, SenderResult, Series,
    SessionResult, Uncertainty,
};
use numbers::{Bounds, add_up, delay, deviation, estimate, inside, interval, list, moment, ordered, range};

/// Nothing, or the first thing that cannot be, in words: `node mx1: share (mean) is 37, not between 0 and 1`.
type Possible = Result<(), String>;

impl Results {
    /// Whether all numbers of the document can be true together.
    ///
    /// # Errors
    /// The first that cannot, in words.
    pub fn check_possible(&self) -> Result<(), String> {
        provenance(&self.provenance)?;
        self.nodes.iter().try_for_each(node)?;
        self.groups.iter().try_for_each(|group| self.group(group))?;
        self.edges.iter().try_for_each(edge)?;
        self.plan()?;
        add_up("fair shares of the nodes", self.nodes.iter().map(|node| node.fair_share))?;
        add_up("mean shares of the nodes", self.nodes.iter().map(|node| node.share.mean))?;
        self.hosts.iter().try_for_each(|host| {
            interval(&format!("host {}: share", host.name), Bounds::Share, Some(&host.share))?;
            [&host.first, &host.last].into_iter().flatten().try_for_each(|at| moment(&host.name, at))
        })?;
        add_up("shares of the hosts", self.hosts.iter().map(|host| host.share.value))?;
        balance(&self.balance)?;
        totals("delivery", &self.delivery.totals)?;
        interval("delivery: bounced_share", Bounds::Share, self.delivery.bounced_share.as_ref())?;
        interval("delivery: late", Bounds::Share, self.delivery.late.as_ref())?;
        delay("delivery", self.delivery.delay.as_ref())?;
        greylisted("delivery", self.delivery.greylisted.as_ref(), &self.delivery.totals)?;
        self.senders.iter().try_for_each(sender)?;
        self.counts_add_up()?;
        self.events.iter().try_for_each(event)?;
        self.causes()?;
        series(&self.series)?;
        duration(&self.duration)?;
        at_most("dns: mx_cache_hits", self.dns.mx_cache_hits, "mx_lookups", self.dns.mx_lookups)?;
        interval("dns: mx_hit_ratio", Bounds::Share, self.dns.mx_hit_ratio.as_ref())?;
        self.goals.iter().try_for_each(goal)?;
        uncertainty(&self.uncertainty)?;
        self.together()
    }

    /// A group has carried what its nodes have.
    fn group(&self, group: &GroupResult) -> Possible {
        let of = |what: &str| format!("group {}: {what}", group.name);
        inside(&of("fair_share"), Bounds::Share, group.fair_share)?;
        estimate(&of("share"), Bounds::Share, Some(&group.share))?;
        let names: BTreeSet<&String> = group.nodes.iter().collect();
        let own = self.nodes.iter().filter(|node| names.contains(&node.name));
        same_count(&of("accepted"), own.map(|node| node.totals.accepted), group.totals.accepted)
    }

    /// The messages of the whole are those of its senders that somebody waits for, and those its nodes accepted.
    fn counts_add_up(&self) -> Possible {
        let all = &self.delivery.totals;
        // Documents of older versions have no senders.
        if !self.senders.is_empty() {
            same_count(
                "messages of its senders",
                self.wanted_senders().map(|sender| sender.totals.messages),
                all.messages,
            )?;
        }
        let accepted = self.nodes.iter().map(|node| node.totals.accepted);
        same_count("messages accepted by nodes", accepted, all.accepted)?;
        let ended = self.edges.iter().map(|edge| edge.totals.connections_ended);
        let tried = self.nodes.iter().map(|node| node.totals.connections_tried).chain(ended);
        same_count("connections to nodes", tried, all.connections_tried)
    }

    /// Plan is told from chance by replications of several windows, for all nodes or for none.
    fn plan(&self) -> Possible {
        let Provenance { replications, windows, .. } = self.provenance;
        let known = self.nodes.iter().filter(|node| node.scatter_by_plan.is_some()).count();
        if known != 0 && (known != self.nodes.len() || replications < 2) {
            return Err(format!(
                "scatter_by_plan is known of {known} of {} nodes after {replications} replications",
                self.nodes.len()
            ));
        }
        let by_plan = |node: &&NodeResult| node.scatter_by_plan.is_some_and(|plan| plan.value > 0.0);
        match self.nodes.iter().find(by_plan) {
            Some(node) if windows <= replications => {
                Err(format!("node {}: scatter_by_plan is not 0 with one window per replication", node.name))
            }
            _ => Ok(()),
        }
    }

    fn causes(&self) -> Possible {
        self.causes.iter().try_for_each(|cause| {
            let of = |what: &str| format!("cause {}: {what}", cause.sender);
            interval(&of("share_of_mail"), Bounds::Share, Some(&cause.share_of_mail))?;
            interval(&of("share_of_scatter"), Bounds::Any, cause.share_of_scatter.as_ref())?;
            interval(&of("tilt_points"), Bounds::Difference, Some(&cause.tilt_points))
        })
    }
}

fn provenance(of: &Provenance) -> Possible {
    inside("provenance: window_s", Bounds::Length, of.window_s)?;
    inside("provenance: warm_up_s", Bounds::Amount, of.warm_up_s)
}

fn node(node: &NodeResult) -> Possible {
    let of = |what: &str| format!("node {}: {what}", node.name);
    inside(&of("fair_share"), Bounds::Share, node.fair_share)?;
    estimate(&of("share"), Bounds::Share, Some(&node.share))?;
    estimate(&of("share_of_connections"), Bounds::Share, Some(&node.share_of_connections))?;
    interval(&of("tilt"), Bounds::Difference, Some(&node.tilt))?;
    interval(&of("scatter"), Bounds::Amount, Some(&node.scatter))?;
    deviation(&of("scatter_by_plan"), node.scatter_by_plan.as_ref())?;
    let share = |share| interval(&of("share_by_address"), Bounds::Share, Some(share));
    node.share_by_address.iter().try_for_each(share)?;
    node.peak_rates.iter().chain([&node.peak_rate]).try_for_each(|peak| peak_rate(&of("peak_rate"), peak))?;
    estimate(&of("peak_sessions"), Bounds::Amount, node.peak_sessions.as_ref())?;
    node.sessions.iter().try_for_each(|of_node| sessions(&of("sessions"), of_node))?;
    let NodeTotals { deferred, full, greylisted, .. } = node.totals;
    let totals = &node.totals;
    let over = [totals.over_client_sessions, totals.over_connection_rate, totals.over_message_rate];
    at_most(&of("accepted_then_bounced"), totals.accepted_then_bounced, "accepted", totals.accepted)?;
    let turned_away = over.into_iter().fold(0, u64::saturating_add);
    let queue = ("queue_full", totals.queue_full);
    let parts = [("full", full), ("greylisted", greylisted), ("turned away by limits", turned_away), queue];
    parts.into_iter().try_for_each(|(name, part)| at_most(&of(name), part, "deferred", deferred))
}

fn peak_rate(of: &str, peak: &PeakRate) -> Possible {
    inside(&format!("{of}: bin_s"), Bounds::Amount, peak.bin_s)?;
    estimate(of, Bounds::Amount, Some(&peak.estimate))
}

/// What an edge says of its nodes.
fn edge(edge: &EdgeResult) -> Possible {
    edge.nodes.iter().try_for_each(|node| {
        let of = |what: &str| format!("edge {}: {}: {what}", edge.name, node.name);
        estimate(&of("share"), Bounds::Share, Some(&node.share))?;
        estimate(&of("out"), Bounds::Share, Some(&node.out))?;
        for drain in &node.drains {
            estimate(&of("open"), Bounds::Amount, Some(&drain.open))?;
            for after in drain.gone.iter().filter_map(|gone| gone.after_s.as_ref()) {
                estimate(&of("gone"), Bounds::Amount, Some(&after.estimate))?;
            }
        }
        at_most(&of("taken_out_alive"), node.taken_out_alive, "taken_out", node.taken_out)
    })
}

fn sessions(of: &str, sessions: &SessionResult) -> Possible {
    for (what, bounds, value) in [
        ("mean", Bounds::Amount, Some(&sessions.mean)),
        ("blocked", Bounds::Share, sessions.blocked.as_ref()),
        ("busy", Bounds::Amount, sessions.busy.as_ref()),
        ("idle", Bounds::Amount, sessions.idle.as_ref()),
        ("messages_per_connection", Bounds::Amount, sessions.messages_per_connection.as_ref()),
    ] {
        interval(&format!("{of}: {what}"), bounds, value)?;
    }
    estimate(of, Bounds::Share, sessions.blocked_in_busiest_hour.as_ref())?;
    estimate(of, Bounds::Amount, sessions.peak_busy.as_ref())?;
    estimate(of, Bounds::Amount, sessions.peak_idle.as_ref())
}

fn balance(balance: &Balance) -> Possible {
    estimate("balance: busiest_share", Bounds::Share, Some(&balance.busiest_share))?;
    estimate("balance: quietest_share", Bounds::Share, Some(&balance.quietest_share))?;
    estimate("balance: max_over_fair", Bounds::Amount, Some(&balance.max_over_fair))?;
    estimate("balance: jain", Bounds::Share, Some(&balance.jain))?;
    let by_message = balance.busiest_by_message.map(|value| Interval { value, low: None, high: None });
    interval("balance: busiest_by_message", Bounds::Share, by_message.as_ref())?;
    interval("balance: effective_choosers", Bounds::Amount, balance.effective_choosers.as_ref())
}

fn totals(of: &str, totals: &DeliveryTotals) -> Possible {
    let DeliveryTotals { messages, accepted, bounced, waiting, .. } = *totals;
    at_most(of, totals.accepted_then_bounced, "messages accepted and then bounced", accepted)?;
    let sum = u128::from(accepted) + u128::from(bounced) + u128::from(waiting);
    if sum == u128::from(messages) {
        return Ok(());
    }
    Err(format!(
        "{of}: {accepted} messages accepted, {bounced} bounced and {waiting} waiting are not {messages}"
    ))
}

/// Mail that was greylisted is a part of all.
fn greylisted(of: &str, mail: Option<&GreylistedMail>, totals: &DeliveryTotals) -> Possible {
    let Some(mail) = mail else { return Ok(()) };
    let of = format!("{of}: greylisted");
    at_most(&of, mail.messages, "messages", totals.messages)?;
    interval(&of, Bounds::Share, mail.share.as_ref())?;
    interval(&of, Bounds::Share, mail.leaked.as_ref())?;
    delay(&of, mail.delay.as_ref())
}

fn sender(sender: &SenderResult) -> Possible {
    let of = |what: &str| format!("sender {}: {what}", sender.name);
    totals(&format!("sender {}", sender.name), &sender.totals)?;
    interval(&of("share_of_mail"), Bounds::Share, Some(&sender.share_of_mail))?;
    interval(&of("bounced_share"), Bounds::Share, sender.bounced_share.as_ref())?;
    interval(&of("late"), Bounds::Share, sender.late.as_ref())?;
    delay(&format!("sender {}", sender.name), sender.delay.as_ref())?;
    greylisted(&format!("sender {}", sender.name), sender.greylisted.as_ref(), &sender.totals)?;
    for at in &sender.by_node {
        interval(&of(&at.node), Bounds::Share, Some(&at.share))?;
        interval(&of("busy_sessions"), Bounds::Amount, at.busy_sessions.as_ref())?;
        interval(&of("idle_sessions"), Bounds::Amount, at.idle_sessions.as_ref())?;
    }
    add_up(&of("its shares of the nodes"), sender.by_node.iter().map(|at| at.share.value))
}

fn event(event: &EventResult) -> Possible {
    let begins = event.begins_s.iter();
    begins
        .into_iter()
        .try_for_each(|at| inside(&format!("event {}: begins_s", event.text), Bounds::Amount, *at))?;
    let phases = [("before", &event.before), ("during", &event.during), ("after", &event.after)];
    let phases = phases.into_iter().filter_map(|(when, phase)| Some((when, phase.as_ref()?)));
    phases.into_iter().try_for_each(|(when, of_it)| phase(&format!("event {}, {when}", event.text), of_it))
}

fn phase(of: &str, phase: &EventPhase) -> Possible {
    inside(&format!("{of}: length_s"), Bounds::Amount, phase.length_s)?;
    for at in &phase.nodes {
        interval(&format!("{of}: {}", at.node), Bounds::Share, at.share.as_ref())?;
    }
    let parts = [
        ("bounced", &phase.bounced),
        ("prompt", &phase.prompt),
        ("later", &phase.later),
        ("waiting", &phase.waiting),
    ];
    for (what, part) in parts {
        interval(&format!("{of}: {what}"), Bounds::Share, part.as_ref())?;
    }
    add_up(
        &format!("{of}: its parts"),
        parts.into_iter().filter_map(|(_, part)| Some(part.as_ref()?.value)),
    )?;
    delay(of, phase.delay.as_ref())
}

fn series(series: &Series) -> Possible {
    inside("series: bin_s", Bounds::Length, series.bin_s)?;
    let bins = series.nodes.first().map_or(0, |node| node.accepted.len());
    for node in &series.nodes {
        let of = format!("series of {}", node.name);
        for values in [&node.accepted, &node.p05, &node.p95].into_iter().chain(&node.half_width) {
            list(&of, bins, values)?;
        }
        node.p05.iter().zip(&node.p95).try_for_each(|(low, high)| ordered(&of, &[*low, *high]))?;
    }
    Ok(())
}

fn duration(curve: &DurationCurve) -> Possible {
    // Documents of older versions have no curve.
    let bounds = if curve.parts.is_empty() { Bounds::Amount } else { Bounds::Length };
    inside("duration: bin_s", bounds, curve.bin_s)?;
    curve.parts.iter().try_for_each(|part| inside("duration: parts", Bounds::Share, *part))?;
    ordered("duration: parts", &curve.parts)?;
    for node in &curve.nodes {
        let of = format!("duration of {}", node.name);
        for values in [&node.rate, &node.p05, &node.p95].into_iter().chain(&node.half_width) {
            list(&of, curve.parts.len(), values)?;
        }
        node.p05.iter().zip(&node.p95).try_for_each(|(low, high)| ordered(&of, &[*low, *high]))?;
    }
    Ok(())
}

fn goal(goal: &GoalResult) -> Possible {
    let of = format!("goal {:?}", goal.text);
    at_most(&format!("{of}: windows_met"), goal.windows_met, "windows", goal.windows)?;
    interval(&of, Bounds::Share, Some(&goal.met_fraction))
}

fn uncertainty(uncertainty: &Uncertainty) -> Possible {
    ordered("uncertainty: luck", &[uncertainty.luck.from, uncertainty.luck.to])?;
    let Some(worlds) = &uncertainty.not_known else { return Ok(()) };
    interval("uncertainty: share_meeting", Bounds::Share, Some(&worlds.share_meeting))?;
    ordered("uncertainty: not_known", &[worlds.from, worlds.to])?;
    range("uncertainty: from_ci", worlds.from_ci)?;
    range("uncertainty: to_ci", worlds.to_ci)?;
    worlds.effects.iter().chain(&worlds.flips).try_for_each(|effect| {
        inside("uncertainty: effect", Bounds::Any, effect.effect)?;
        interval("uncertainty: effect", Bounds::Any, Some(&effect.number))
    })
}

fn at_most(what: &str, part: u64, of: &str, whole: u64) -> Possible {
    if part <= whole { Ok(()) } else { Err(format!("{what} is {part}, more than {whole} {of}")) }
}

fn same_count(what: &str, parts: impl Iterator<Item = u64>, whole: u64) -> Possible {
    let sum: u128 = parts.map(u128::from).sum();
    if sum == u128::from(whole) { Ok(()) } else { Err(format!("{what}: {sum} together, and {whole} in all")) }
}
