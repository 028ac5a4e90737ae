//! `[[events]]`: faults of nodes, once or again and again.

use super::edges;
use super::fault;
use super::nodes::report_unknown_node;
use super::planned::clock;
use super::reading::{Reading, report_unknown, share, tables, values};
use crate::dns::MtaSts;
use crate::node::{Fault, Outage, Schedule, Scope, SessionTime, ShareOf};
use crate::parameters::node::Family;
use crate::parameters::span_at;
use crate::parameters::words::value_of;
use crate::results::EventKind;
use crate::scenario::model::{Edge, Node, PlannedEvent, PlannedFault, Sender};
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::quantity;
use crate::syntax::shape::EVERY;
use crate::syntax::suggest::some_of;
use crate::syntax::tree::{Table, Value};
use crate::time::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// Most single outages of a scenario; a repeated event counts as often as it comes. *Assumption*: more is a slip of the unit.
const MOST_OUTAGES: i64 = 1_000_000;

/// Puts the faults of `[[events]]` on the nodes; returns them as they were written, and when each goes on.
pub(super) fn read(
    document: &Table,
    run_length: Span,
    (nodes, edges, senders, mta_sts): (&mut [Node], &mut [Edge], &[Sender], Option<&MtaSts>),
    reading: &mut Reading,
) -> (Vec<PlannedFault>, Vec<PlannedEvent>) {
    let (mut faults, mut planned) = (Vec::new(), Vec::new());
    let mut outages: Vec<Vec<Outage>> = vec![Vec::new(); nodes.len()];
    let mut edge_outages: Vec<Vec<Outage>> = vec![Vec::new(); edges.len()];
    let mut left = MOST_OUTAGES;
    let by_name: BTreeMap<&str, usize> =
        senders.iter().enumerate().map(|(place, sender)| (sender.name.as_str(), place)).collect();
    for (number, (value, table)) in tables(document, "events").into_iter().enumerate() {
        let hit = hit_nodes(value, table, nodes, reading);
        let named = hit_senders(table, (senders, &by_name), reading);
        let event = event(number, value, table, reading);
        let hit_edges = edges::hit(table, event.as_ref().map(|event| event.fault), edges, reading);
        let Some(event) = event else { continue };
        let from = event.hit_senders(named, senders, mta_sts, reading);
        event.find_sessions(&hit, nodes, &value.place, reading);
        if event.at.0 >= run_length.0 {
            let text = format!(
                "an event at {} comes after the end of the run ({run_length}), so it is not simulated: lengthen run_length",
                clock(event.at)
            );
            reading.finding("event-after-run", text);
        }
        event.find_addresses(&hit, nodes, reading);
        let scopes = event.scopes(&from);
        // What hits nothing is an error that is said elsewhere, and has its times all the same.
        let places = ((hit.len() + hit_edges.len()) * scopes.len()).max(1);
        let single = event.times(run_length).saturating_mul(places as i64);
        left = left.saturating_sub(single);
        if left < 0 {
            report_too_many(&value.place, reading);
            return (Vec::new(), Vec::new());
        }
        let during = event.outages(run_length, event.scope).map(|outage| (outage.from, outage.to)).collect();
        for (node, scope) in hit.iter().flat_map(|node| scopes.iter().map(move |scope| (node, scope))) {
            outages[*node].extend(event.outages(run_length, *scope));
        }
        for (edge, scope) in hit_edges.iter().flat_map(|edge| scopes.iter().map(move |scope| (edge, scope))) {
            edge_outages[*edge].extend(event.outages(run_length, *scope));
        }
        faults.push(event.as_written((&hit, &hit_edges), from.as_deref()));
        let text = event.text((&hit, nodes), (&hit_edges, edges), &from.unwrap_or_default());
        planned.push(PlannedEvent { text, name: event.name, kind: EventKind::Fault, nodes: hit, during });
    }
    let overlapping = |outages: &&Vec<Outage>| Schedule::places(outages) as i64 > MOST_OUTAGES;
    if outages.iter().chain(&edge_outages).any(|outages| overlapping(&outages)) {
        let place = document.get("events").map_or(Place::File, |events| events.place.clone());
        let message = "the events of one node or edge overlap too often";
        reading.report.error(code::OUT_OF_RANGE, &place, message).help("join events that overlap");
        return (Vec::new(), Vec::new());
    }
    nodes.iter_mut().zip(outages).for_each(|(node, outages)| node.faults = Schedule::new(outages));
    edges.iter_mut().zip(edge_outages).for_each(|(edge, outages)| edge.faults = Schedule::new(outages));
    (faults, planned)
}

fn report_too_many(place: &Place, reading: &mut Reading) {
    let message = format!("the events make more than {MOST_OUTAGES} single outages");
    let error = reading.report.error(code::OUT_OF_RANGE, place, message);
    error.help("raise `every` or shorten the run");
}

/// An event without its nodes and senders.
struct Event {
    at: Time,
    length: Span,
    every: Option<Span>,
    fault: Fault,
    /// Empty unless it decides who is hit.
    name: String,
    scope: Scope,
}

fn event(number: usize, value: &Value, table: &Table, reading: &mut Reading) -> Option<Event> {
    let fault = fault::read(value, table, reading)?;
    let scope = scope(table, fault, reading)?;
    // Nobody is told apart by what hits all.
    let is_named = scope.share < 1.0;
    let own = table.text("name").map_or_else(|| format!("event {}", number + 1), str::to_owned);
    let name = if is_named { own } else { String::new() };
    let scope = if is_named { scope.of_event(&name) } else { scope };
    Some(Event {
        at: quantity::moment(&table.get("at")?.written()).ok()?,
        length: span_at(table, "for")?,
        every: span_at(table, "every").filter(|every| *every > Span::ZERO),
        fault,
        name,
        scope,
    })
}

/// Whom it hits, of any sender.
fn scope(table: &Table, fault: Fault, reading: &mut Reading) -> Option<Scope> {
    let family: Option<Family> = table.text("family").and_then(value_of);
    let share_of: Option<ShareOf> = table.text("share_of").and_then(value_of);
    let place = table.get("share_of").map(|value| &value.place);
    if let (Some(ShareOf::Recipients), Some(place), false) = (share_of, place, fault.is_about_messages()) {
        let message = format!("events: `fault = \"{}\"` does not tell recipients apart", fault.name());
        let error = reading.report.error(code::CONFLICT, place, message);
        error
            .help("a fault at the stage \"recipient\" or \"data\" does; or use `share_of = \"connections\"`");
        return None;
    }
    if let (Some(place), None) = (place, table.get("share")) {
        let error = reading.report.error(code::CONFLICT, place, "events: `share_of` needs a `share`");
        error.help("add `share = \"15 %\"`, say, or remove `share_of`");
        return None;
    }
    let share = table.get("share").map_or(Some(1.0), share)?;
    // Of all nobody is spared, whatever they are counted in.
    let share_of = share_of.filter(|_| share < 1.0).unwrap_or(ShareOf::Connections);
    Some(Scope { ipv6: family.map(|family| family == Family::Ipv6), sender: None, share, share_of, event: 0 })
}

impl Event {
    fn as_written(&self, (nodes, edges): (&[usize], &[usize]), from: Option<&[&Sender]>) -> PlannedFault {
        let names = |senders: &[&Sender]| senders.iter().map(|sender| sender.name.clone()).collect();
        PlannedFault {
            at: self.at,
            length: self.length,
            every: self.every,
            fault: self.fault,
            name: self.name.clone(),
            nodes: nodes.to_vec(),
            edges: edges.to_vec(),
            from: from.map(names),
            scope: self.scope,
        }
    }

    /// What it is: `mx1, mx2: reject at data from 10:00 for 1h, 15 % of the outbound hosts of provider A`.
    fn text(
        &self,
        (hit, nodes): (&[usize], &[Node]),
        (hit_edges, edges): (&[usize], &[Edge]),
        from: &[&Sender],
    ) -> String {
        let of_nodes = hit.iter().map(|&node| nodes[node].name.as_str());
        let names: Vec<&str> =
            of_nodes.chain(hit_edges.iter().map(|&edge| edges[edge].name.as_str())).collect();
        let who = if hit.len() == nodes.len() && hit.len() > 1 && hit_edges.is_empty() {
            "every node".into()
        } else {
            names.join(", ")
        };
        let how = match self.fault {
            Fault::Slow(slowdown) => format!(" (factor {})", slowdown.factor()),
            Fault::Tarpit(delay) => format!(" ({delay})"),
            other => other.stage().map(|stage| format!(" at {}", stage.name())).unwrap_or_default(),
        };
        let every = self.every.map(|every| format!(" every {every}")).unwrap_or_default();
        format!(
            "{who}: {}{how} from {} for {}{every}{}",
            self.fault.name(),
            clock(self.at),
            self.length,
            self.whom(from)
        )
    }

    /// Whom it hits, if not everybody: `, 15 % of the outbound hosts of provider A over IPv6`.
    fn whom(&self, from: &[&Sender]) -> String {
        let family = self.scope.ipv6.map(|ipv6| if ipv6 { " over IPv6" } else { " over IPv4" });
        let senders: Vec<&str> = from.iter().map(|sender| sender.name.as_str()).collect();
        let of = if senders.is_empty() { String::new() } else { format!(" of {}", some_of(senders)) };
        let what = match self.scope.share_of {
            ShareOf::Connections => "connections",
            ShareOf::OutboundHosts => "the outbound hosts",
            ShareOf::Sites => "the sites",
            ShareOf::Recipients => "the recipients",
        };
        if self.scope.share < 1.0 {
            format!(", {} % of {what}{of}{}", self.scope.share * 100.0, family.unwrap_or_default())
        } else if family.is_some() || !of.is_empty() {
            format!(", connections{of}{}", family.unwrap_or_default())
        } else {
            String::new()
        }
    }

    /// Whom it hits of these senders, which it names; a bad certificate is only one to those who check it. They are those that it names, or
    /// without names those that obey an MTA-STS policy, if the domain has one.
    fn hit_senders<'s>(
        &self,
        named: Option<Vec<&'s Sender>>,
        senders: &'s [Sender],
        mta_sts: Option<&MtaSts>,
        reading: &mut Reading,
    ) -> Option<Vec<&'s Sender>> {
        if self.fault != Fault::Certificate || named.is_some() {
            return named;
        }
        let is_enforced = mta_sts.is_some_and(MtaSts::is_enforced);
        let obeys = |sender: &&Sender| is_enforced && sender.behaviour.parameters.policy.mta_sts.is_on();
        let hit: Vec<&Sender> = senders.iter().filter(obeys).collect();
        if hit.is_empty() {
            let why = if is_enforced {
                "no sender obeys `zone.mta_sts`"
            } else {
                "without `zone.mta_sts` that is enforced no sender checks it"
            };
            let text =
                format!("a bad certificate changes nothing: {why}; name senders that check it in `from`");
            reading.caution("certificate-unchecked", text);
        }
        Some(hit)
    }

    /// A node can only be slow at something that takes time.
    fn find_sessions(&self, hit: &[usize], nodes: &[Node], place: &Place, reading: &mut Reading) {
        let is_slow = matches!(self.fault, Fault::Slow(_));
        let mut hit = hit.iter().map(|&node| &nodes[node]);
        let Some(node) = hit.find(|node| is_slow && node.capacity.session_time == SessionTime::Nothing)
        else {
            return;
        };
        let message = format!("events: node {} cannot be slow, as its sessions take no time", node.name);
        let error = reading.report.error(code::MISSING, place, message);
        error.help("add a `session_time` to the node: how long one message holds a session");
    }

    /// Nodes without an address of the family that it hits are not hit at all.
    fn find_addresses(&self, hit: &[usize], nodes: &[Node], reading: &mut Reading) {
        let Some(ipv6) = self.scope.ipv6 else { return };
        let spared: Vec<&str> = hit
            .iter()
            .map(|&node| &nodes[node])
            .filter(|node| node.addresses.iter().all(|address| address.is_ipv6() != ipv6))
            .map(|node| node.name.as_str())
            .collect();
        if !spared.is_empty() && spared.len() == hit.len() {
            let family = if ipv6 { "IPv6" } else { "IPv4" };
            let text = format!("a fault of {family} hits nobody: {} has no such address", some_of(spared));
            reading.caution("event-without-address", text);
        }
    }

    /// The scope for each of these senders; one for all without any.
    fn scopes(&self, from: &Option<Vec<&Sender>>) -> Vec<Scope> {
        let of = |sender: &&Sender| self.scope.from_sender(&sender.name);
        from.as_ref().map_or_else(|| vec![self.scope], |senders| senders.iter().map(of).collect())
    }

    /// How often it comes before the run is over.
    fn times(&self, run_length: Span) -> i64 {
        match self.every {
            Some(every) if self.at.0 < run_length.0 => (run_length.0 - self.at.0 - 1) / every.0 + 1,
            _ => 1,
        }
    }

    fn outages(&self, run_length: Span, scope: Scope) -> impl Iterator<Item = Outage> {
        let step = self.every.unwrap_or(Span::ZERO);
        (0..self.times(run_length)).map(move |i| {
            let from = self.at + step.saturating_mul(i);
            Outage { from, to: quantity::end(from, self.length), fault: self.fault, scope }
        })
    }
}

/// The nodes an event hits, each once: those it names or those of its groups, else all. Unknown ones are reported.
fn hit_nodes(event: &Value, table: &Table, nodes: &[Node], reading: &mut Reading) -> Vec<usize> {
    match (table.get("node"), table.get("group")) {
        (Some(_), None) => named_nodes(table, nodes, reading),
        (None, Some(_)) => grouped_nodes(table, nodes, reading),
        (None, None) if table.get("edge").is_some() => Vec::new(),
        (None, None) if table.get("family").is_some() || table.get("from").is_some() => {
            (0..nodes.len()).collect()
        }
        (Some(_), Some(group)) => {
            let message = "events: `node` and `group` name the nodes twice";
            reading.report.error(code::CONFLICT, &group.place, message).help("remove one of them");
            Vec::new()
        }
        (None, None) => {
            let message = "events: nothing says which nodes fail";
            let error = reading.report.error(code::MISSING, &event.place, message);
            error.help("add `node = \"mx1\"`, or `group`, or a `family` or `from` that every node is hit of");
            Vec::new()
        }
    }
}

fn named_nodes(table: &Table, nodes: &[Node], reading: &mut Reading) -> Vec<usize> {
    let mut hit = Vec::new();
    for item in values(table, "node") {
        let Some(name) = item.as_text() else { continue };
        if name == EVERY {
            return (0..nodes.len()).collect();
        }
        match nodes.iter().position(|node| node.name == name) {
            Some(at) if !hit.contains(&at) => hit.push(at),
            Some(_) => {}
            None => {
                let known: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
                report_unknown_node(name, &item.place, &known, reading);
            }
        }
    }
    hit
}

fn grouped_nodes(table: &Table, nodes: &[Node], reading: &mut Reading) -> Vec<usize> {
    let mut hit = Vec::new();
    for item in values(table, "group") {
        let Some(name) = item.as_text() else { continue };
        let among = |place: &usize| nodes[*place].groups.iter().any(|group| group == name);
        let found: Vec<usize> = (0..nodes.len()).filter(among).collect();
        if found.is_empty() {
            let known = nodes.iter().flat_map(|node| &node.groups).map(String::as_str);
            report_unknown(
                "group",
                item,
                known.collect(),
                "add `group = \"rack1\"`, say, to `[nodes.NAME]`",
                reading,
            );
        }
        hit.extend(found);
    }
    hit.sort_unstable();
    hit.dedup();
    hit
}

/// The senders an event names, with all of a mix; `None` if it names none.
fn hit_senders<'s>(
    table: &Table,
    (senders, by_name): (&'s [Sender], &BTreeMap<&str, usize>),
    reading: &mut Reading,
) -> Option<Vec<&'s Sender>> {
    table.get("from")?;
    let mut hit: Vec<usize> = Vec::new();
    let mut known = BTreeSet::new();
    for item in values(table, "from") {
        let Some(name) = item.as_text() else { continue };
        // Its own name, and those of the presets of its mix, which stand behind a slash.
        let members = format!("{name}/");
        let mixed = by_name.range(members.as_str()..).take_while(|(of, _)| of.starts_with(&members));
        let mut found: Vec<usize> =
            by_name.get(name).copied().into_iter().chain(mixed.map(|(_, place)| *place)).collect();
        if found.is_empty() {
            let known = senders.iter().map(|sender| sender.name.as_str()).collect();
            report_unknown("sender", item, known, "add it to `[[senders]]`", reading);
        }
        found.sort_unstable();
        hit.extend(found.into_iter().filter(|place| known.insert(*place)));
    }
    Some(hit.into_iter().map(|place| &senders[place]).collect())
}
