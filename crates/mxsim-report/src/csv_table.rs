//! The results as one long tidy table: one number per row.
//!
//! Columns: `section,name,quantity,value,low,high,bin`. Sections are `run`, `nodes`, `addresses`, `hosts`, `groups` (of nodes), `edges` (and `edges_nodes`, named `edge: node`), `balance`, `delivery`,
//! `senders` (and `senders_at_nodes`, named `sender: node`), `greylisted` and `greylisted_senders` where a node greylists, `events` (named `event: phase`, and `events_at_nodes`, named `event: phase: node`),
//! `causes`, `dns`, `goals`, `series` and `duration`. `low` and `high` are the bounds of the 95 % interval, empty where none can be given;
//! in `series` and `duration` they are the 5 % and 95 % quantiles, and of `drain_gone` the earliest and the latest. `bin` is the start of the bin (s)
//! in `series`, when a drain began in `edges_nodes`, and the part of the time that is busier in `duration`. Fractions lie in 0..1, times are
//! seconds, numbers are not rounded. A grade is a number from 1 (measured) to 5 (assumed). A goal's `met` is 1, 0, or empty while it cannot be told.
//! A text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers.

use crate::outgoing::{in_csv, title};
use mxsim_core::numerals::to_digits;
use mxsim_core::results::{
    Balance, Cause, Delay, Delivery, DeliveryTotals, DnsResult, DrainResult, DurationCurve, EdgeResult,
    Estimate, EventPhase, EventResult, GoalResult, GoalStatus, Grade, GreylistedMail, GroupResult,
    HostResult, Interval, NodeResult, NodeTotals, Provenance, Results, SenderResult, Series, Uncertainty,
};

const HEADER: [&str; 7] = ["section", "name", "quantity", "value", "low", "high", "bin"];

/// The results as one tidy CSV table.
#[must_use]
pub fn csv(results: &Results) -> String {
    let mut table = Table::new();
    run_rows(&mut table, &title(&results.title), &results.provenance);
    results.nodes.iter().for_each(|node| node_rows(&mut table, node));
    results.hosts.iter().for_each(|host| host_row(&mut table, host));
    results.groups.iter().for_each(|group| group_rows(&mut table, group));
    results.edges.iter().for_each(|edge| edge_rows(&mut table, edge));
    balance_rows(&mut table, &results.balance);
    delivery_rows(&mut table, &results.delivery);
    results.senders.iter().for_each(|sender| sender_rows(&mut table, sender));
    results.events.iter().for_each(|event| event_rows(&mut table, event));
    results.causes.iter().for_each(|cause| cause_rows(&mut table, cause));
    dns_rows(&mut table, &results.dns);
    results.goals.iter().for_each(|goal| goal_rows(&mut table, goal));
    uncertainty_rows(&mut table, &results.uncertainty);
    series_rows(&mut table, &results.series);
    duration_rows(&mut table, &results.duration);
    table.finish()
}

/// A CSV writer that remembers which section and name its rows belong to.
struct Table {
    writer: ::csv::Writer<Vec<u8>>,
    section: &'static str,
    name: String,
}

impl Table {
    fn new() -> Self {
        let mut table =
            Self { writer: ::csv::Writer::from_writer(Vec::new()), section: "", name: String::new() };
        table.write(HEADER);
        table
    }

    fn at(&mut self, section: &'static str, name: &str) {
        self.section = section;
        self.name = in_csv(name);
    }

    fn write<const N: usize>(&mut self, record: [&str; N]) {
        // Rows of equal length written to memory: there is nothing that can fail.
        self.writer.write_record(record).expect("a row in memory can be written");
    }

    fn row(&mut self, quantity: &str, value: Option<f64>, bounds: [Option<f64>; 2], bin: &str) {
        let name = std::mem::take(&mut self.name);
        let [value, low, high] = [value, bounds[0], bounds[1]].map(cell);
        self.write([self.section, &name, &in_csv(quantity), &value, &low, &high, bin]);
        self.name = name;
    }

    fn number(&mut self, quantity: &str, value: f64) {
        self.row(quantity, Some(value), [None; 2], "");
    }

    /// An exact count; it does not go through a floating-point number.
    fn count(&mut self, quantity: &str, count: u64) {
        let name = std::mem::take(&mut self.name);
        self.write([self.section, &name, quantity, &count.to_string(), "", "", ""]);
        self.name = name;
    }

    fn optional(&mut self, quantity: &str, interval: Option<Interval>) {
        if let Some(interval) = interval {
            self.interval(quantity, interval);
        }
    }

    fn interval(&mut self, quantity: &str, interval: Interval) {
        self.row(quantity, Some(interval.value), [interval.low, interval.high], "");
    }

    fn estimate(&mut self, quantity: &str, estimate: &Estimate) {
        // Ten digits, as in the results document: a sum of two rounded numbers would show the noise behind them.
        let around = |sign: f64| estimate.half_width.map(|half| to_digits(estimate.mean + sign * half, 10));
        let parts = [
            ("mean", estimate.mean, [around(-1.0), around(1.0)]),
            ("p05", estimate.p05, estimate.p05_ci),
            ("p50", estimate.p50, estimate.p50_ci),
            ("p95", estimate.p95, estimate.p95_ci),
        ];
        for (part, value, bounds) in parts {
            self.row(&format!("{quantity}_{part}"), Some(value), bounds, "");
        }
    }

    fn finish(self) -> String {
        let bytes = self.writer.into_inner().expect("a table in memory can be flushed");
        String::from_utf8(bytes).expect("every cell is a string")
    }
}

/// A number as its shortest exact decimal; empty if it is missing or not finite.
pub(crate) fn cell(number: Option<f64>) -> String {
    number.filter(|number| number.is_finite()).map_or_else(String::new, |number| number.to_string())
}

fn run_rows(table: &mut Table, title: &str, provenance: &Provenance) {
    table.at("run", title);
    table.count("seed", provenance.seed);
    table.count("replications", provenance.replications);
    table.count("windows", provenance.windows);
    table.number("window_s", provenance.window_s);
    table.number("warm_up_s", provenance.warm_up_s);
    table.count("model_epoch", provenance.model_epoch.into());
    table.count("partial", provenance.partial.into());
    if let Some(decisive) = &provenance.decisive {
        let rank = Grade::ALL.iter().position(|grade| *grade == decisive.grade).unwrap_or_default();
        table.count("decisive_grade", rank as u64 + 1);
    }
}

/// Luck, and what is not known: never in one row.
fn uncertainty_rows(table: &mut Table, uncertainty: &Uncertainty) {
    table.at("luck", &uncertainty.luck.quantity);
    table.number("p05", uncertainty.luck.from);
    table.number("p95", uncertainty.luck.to);
    let Some(not_known) = &uncertainty.not_known else { return };
    table.at("not_known", &not_known.quantity);
    table.count("mixes", not_known.mixes);
    table.count("replications", not_known.replications);
    table.interval("share_meeting", not_known.share_meeting);
    table.row("p05", Some(not_known.from), not_known.from_ci, "");
    table.row("p95", Some(not_known.to), not_known.to_ci, "");
    for effect in &not_known.effects {
        table.at("effects", &format!("{}: {}", effect.sender, effect.instead));
        table.interval(&not_known.quantity, effect.number);
        table.number("effect", effect.effect);
        table.count("flips", effect.flips.into());
    }
}

fn node_rows(table: &mut Table, node: &NodeResult) {
    table.at("nodes", &node.name);
    table.number("fair_share", node.fair_share);
    table.estimate("share", &node.share);
    table.estimate("share_of_connections", &node.share_of_connections);
    table.interval("tilt", node.tilt);
    table.interval("scatter", node.scatter);
    table.optional("scatter_by_plan", node.scatter_by_plan);
    table.number("peak_rate_bin_s", node.peak_rate.bin_s);
    table.estimate("peak_rate", &node.peak_rate.estimate);
    for peak in &node.peak_rates {
        table.estimate(&format!("peak_rate_{}s", cell(Some(peak.bin_s))), &peak.estimate);
    }
    session_rows(table, node);
    node_totals(table, &node.totals);
    for (address, share) in node.addresses.iter().zip(&node.share_by_address) {
        table.at("addresses", address);
        table.interval("share", *share);
    }
}

fn node_totals(table: &mut Table, totals: &NodeTotals) {
    table.count("connections_tried", totals.connections_tried);
    table.count("accepted", totals.accepted);
    table.count("deferred", totals.deferred);
    table.count("rejected", totals.rejected);
    table.count("full", totals.full);
    let only_where_any = [
        ("greylisted", totals.greylisted),
        ("queue_full", totals.queue_full),
        ("accepted_then_bounced", totals.accepted_then_bounced),
        ("over_client_sessions", totals.over_client_sessions),
        ("over_connection_rate", totals.over_connection_rate),
        ("over_message_rate", totals.over_message_rate),
    ];
    for (quantity, count) in only_where_any.into_iter().filter(|(_, count)| *count > 0) {
        table.count(quantity, count);
    }
}

fn session_rows(table: &mut Table, node: &NodeResult) {
    if let Some(most) = &node.peak_sessions {
        table.estimate("peak_sessions", most);
    }
    let Some(sessions) = &node.sessions else { return };
    if let Some(limit) = sessions.limit {
        table.count("session_limit", limit.into());
    }
    table.interval("sessions", sessions.mean);
    table.optional("sessions_busy", sessions.busy);
    table.optional("sessions_idle", sessions.idle);
    table.optional("blocked", sessions.blocked);
    let over_windows = [
        ("blocked_in_busiest_hour", &sessions.blocked_in_busiest_hour),
        ("peak_busy", &sessions.peak_busy),
        ("peak_idle", &sessions.peak_idle),
    ];
    for (quantity, estimate) in over_windows {
        if let Some(estimate) = estimate {
            table.estimate(quantity, estimate);
        }
    }
    if let Some(enough) = sessions.enough {
        table.count("sessions_enough", enough.into());
    }
    if let Some(messages) = sessions.messages_per_connection {
        table.interval("messages_per_connection", messages);
    }
}

/// The nodes of a group together.
fn group_rows(table: &mut Table, group: &GroupResult) {
    table.at("groups", &group.name);
    table.number("fair_share", group.fair_share);
    table.estimate("share", &group.share);
    node_totals(table, &group.totals);
}

/// An edge, and the nodes behind it as it sees them.
fn edge_rows(table: &mut Table, edge: &EdgeResult) {
    table.at("edges", &edge.name);
    table.count("connections_ended", edge.totals.connections_ended);
    table.count("without_node", edge.totals.without_node);
    table.count("full", edge.totals.full);
    table.count("queued", edge.totals.queued);
    table.count("passed_over", edge.totals.passed_over);
    for node in &edge.nodes {
        table.at("edges_nodes", &format!("{}: {}", edge.name, node.name));
        table.estimate("share", &node.share);
        table.count("taken_out", node.taken_out);
        table.count("taken_out_alive", node.taken_out_alive);
        table.estimate("out", &node.out);
        node.drains.iter().for_each(|drain| drain_rows(table, drain));
    }
}

/// How the connections of a node end that is drained; `bin` is when that began.
fn drain_rows(table: &mut Table, drain: &DrainResult) {
    let at = cell(Some(drain.at_s));
    table.row("drain_open", Some(drain.open.mean), [None; 2], &at);
    for gone in &drain.gone {
        let after = gone.after_s.as_ref();
        let bounds = [after.map(|after| after.earliest), after.map(|after| after.latest)];
        let quantity = format!("drain_gone_{}", gone.part);
        table.row(&quantity, after.map(|after| after.estimate.mean), bounds, &at);
    }
}

fn host_row(table: &mut Table, host: &HostResult) {
    table.at("hosts", &host.name);
    if let Some(preference) = host.preference {
        table.count("preference", preference.into());
    }
    table.interval("share", host.share);
    for (what, moment) in [("first", host.first), ("last", host.last)] {
        let Some(moment) = moment else { continue };
        table.count(&format!("{what}_replications"), moment.replications);
        table.number(&format!("{what}_earliest"), moment.earliest);
        table.number(&format!("{what}_latest"), moment.latest);
        table.estimate(what, &moment.estimate);
    }
}

fn balance_rows(table: &mut Table, balance: &Balance) {
    table.at("balance", "");
    table.estimate("busiest_share", &balance.busiest_share);
    table.estimate("quietest_share", &balance.quietest_share);
    table.estimate("max_over_fair", &balance.max_over_fair);
    table.estimate("jain", &balance.jain);
    if let Some(choosers) = balance.effective_choosers {
        table.interval("effective_choosers", choosers);
    }
    if let Some(busiest) = balance.busiest_by_message {
        table.number("busiest_by_message", busiest);
    }
}

fn delivery_rows(table: &mut Table, delivery: &Delivery) {
    table.at("delivery", "");
    message_rows(table, &delivery.totals);
    part_rows(table, delivery.bounced_share, delivery.late);
    delay_rows(table, delivery.delay.as_ref());
    greylisted_rows(table, "greylisted", "", delivery.greylisted.as_ref());
}

/// Mail that greylisting held up, in a section of its own, so that its delays are not taken for those of all mail.
fn greylisted_rows(table: &mut Table, section: &'static str, name: &str, mail: Option<&GreylistedMail>) {
    let Some(mail) = mail else { return };
    table.at(section, name);
    table.count("messages", mail.messages);
    table.count("known_elsewhere", mail.known_elsewhere);
    table.optional("share", mail.share);
    table.optional("leaked", mail.leaked);
    delay_rows(table, mail.delay.as_ref());
}

fn message_rows(table: &mut Table, totals: &DeliveryTotals) {
    table.count("messages", totals.messages);
    table.count("accepted", totals.accepted);
    table.count("bounced", totals.bounced);
    table.count("waiting", totals.waiting);
    table.count("connections_tried", totals.connections_tried);
    table.count("retries", totals.retries);
}

fn part_rows(table: &mut Table, bounced: Option<Interval>, late: Option<Interval>) {
    table.optional("bounced_share", bounced);
    table.optional("late", late);
}

fn delay_rows(table: &mut Table, delay: Option<&Delay>) {
    let Some(delay) = delay else { return };
    let parts = [
        ("delay_mean", delay.mean, delay.mean_ci),
        ("delay_p50", delay.p50, delay.p50_ci),
        ("delay_p95", delay.p95, delay.p95_ci),
        ("delay_p99", delay.p99, delay.p99_ci),
        ("delay_max", delay.max, delay.max_ci),
    ];
    for (quantity, value, bounds) in parts {
        table.row(quantity, Some(value), bounds, "");
    }
}

fn sender_rows(table: &mut Table, sender: &SenderResult) {
    table.at("senders", &sender.name);
    table.count("wanted", sender.wanted.into());
    table.interval("share_of_mail", sender.share_of_mail);
    message_rows(table, &sender.totals);
    part_rows(table, sender.bounced_share, sender.late);
    delay_rows(table, sender.delay.as_ref());
    greylisted_rows(table, "greylisted_senders", &sender.name, sender.greylisted.as_ref());
    for at in &sender.by_node {
        table.at("senders_at_nodes", &format!("{}: {}", sender.name, at.node));
        table.interval("share", at.share);
        table.optional("sessions_busy", at.busy_sessions);
        table.optional("sessions_idle", at.idle_sessions);
    }
}

fn event_rows(table: &mut Table, event: &EventResult) {
    let phases = [("before", &event.before), ("during", &event.during), ("after", &event.after)];
    for (when, phase) in phases {
        if let Some(phase) = phase {
            phase_rows(table, &format!("{}: {when}", event.text), phase);
        }
    }
}

fn phase_rows(table: &mut Table, name: &str, phase: &EventPhase) {
    table.at("events", name);
    table.number("length_s", phase.length_s);
    table.count("messages", phase.messages);
    table.optional("bounced", phase.bounced);
    table.optional("prompt", phase.prompt);
    table.optional("later", phase.later);
    table.optional("waiting", phase.waiting);
    delay_rows(table, phase.delay.as_ref());
    for at in &phase.nodes {
        table.at("events_at_nodes", &format!("{name}: {}", at.node));
        table.optional("share", at.share);
        table.count("connections_tried", at.connections_tried);
        table.count("failed", at.failed);
        table.count("turned_away", at.turned_away);
    }
}

fn cause_rows(table: &mut Table, cause: &Cause) {
    table.at("causes", &cause.sender);
    table.interval("share_of_mail", cause.share_of_mail);
    if let Some(scatter) = cause.share_of_scatter {
        table.interval("share_of_scatter", scatter);
    }
    table.interval("tilt_points", cause.tilt_points);
}

fn dns_rows(table: &mut Table, dns: &DnsResult) {
    table.at("dns", "");
    table.count("mx_lookups", dns.mx_lookups);
    table.count("mx_cache_hits", dns.mx_cache_hits);
    if let Some(ratio) = dns.mx_hit_ratio {
        table.interval("mx_hit_ratio", ratio);
    }
}

fn goal_rows(table: &mut Table, goal: &GoalResult) {
    table.at("goals", &goal.text);
    let met = match goal.status {
        GoalStatus::Met => Some(1.0),
        GoalStatus::Missed => Some(0.0),
        GoalStatus::Unknown => None,
    };
    table.row("met", met, [None; 2], "");
    table.count("windows", goal.windows);
    table.count("windows_met", goal.windows_met);
    table.interval("met_fraction", goal.met_fraction);
    if let Some(more) = goal.more_replications {
        table.count("more_replications", more);
    }
}

fn series_rows(table: &mut Table, series: &Series) {
    for node in &series.nodes {
        table.at("series", &node.name);
        for (index, accepted) in node.accepted.iter().enumerate() {
            let quantile = |values: &Vec<f64>| values.get(index).copied();
            // Bins are far fewer than 2^53.
            let start = cell(Some(index as f64 * series.bin_s));
            table.row("accepted", Some(*accepted), [quantile(&node.p05), quantile(&node.p95)], &start);
        }
    }
}

fn duration_rows(table: &mut Table, curve: &DurationCurve) {
    for node in &curve.nodes {
        table.at("duration", &node.name);
        for (index, (part, rate)) in curve.parts.iter().zip(&node.rate).enumerate() {
            let quantile = |values: &Vec<f64>| values.get(index).copied();
            let bounds = [quantile(&node.p05), quantile(&node.p95)];
            table.row("rate", Some(*rate), bounds, &cell(Some(*part)));
        }
    }
}
