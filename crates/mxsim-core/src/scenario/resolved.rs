//! A scenario with every default written out, as TOML that reads back as the same scenario.
//!
//! Zone texts are written anew, in full names and with an SOA for the negative TTL; a later version of the zone becomes a change that
//! names the record sets it differs in. The fingerprint is the hash of this text.

use crate::dns::{AddressStatus, Name, Zone};
use crate::edge::{Check, EdgePolicy, Forwarding};
use crate::node::greylisting::{FirstContacts, GreyTable, Greylisting};
use crate::node::{Capacity, ClientLimits, Fault, HowLong, SessionTime};
use crate::parameters::words::{Worded, word_of};
use crate::parameters::{AUTHORITY, GREYLISTING, RESOLVER, SENDER, STUB, Written};
use crate::scenario::goal::{GoalKind, Limit};
use crate::scenario::keys::edge::{NO_CHECK, PACKETS, PROXY};
use crate::scenario::model::{Edge, PlannedFault, ResolverLayer, Scenario, Sender, ZoneVersion};
use crate::scenario::read::fair_nodes;
use crate::syntax::literal::{number, span, text};
use crate::syntax::shape::EVERY;
use crate::time::Span;
use crate::traffic::{Profile, Sizes};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;

impl Scenario {
    /// The scenario as TOML with every default written out.
    #[must_use]
    pub fn resolved(&self) -> String {
        self.written(true)
    }

    /// Hash of the resolved scenario (hexadecimal), worked out each time. It does not depend on the number of replications, so that a longer run of
    /// the same world has the same fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        blake3::hash(self.written(false).as_bytes()).to_hex()[..16].to_owned()
    }

    fn written(&self, in_full: bool) -> String {
        let mut out = Toml::default();
        out.key("schema", "1");
        out.key("title", &text(&self.title));
        self.write_run(&mut out, in_full);
        self.write_zone(&mut out);
        self.write_changes(&mut out);
        self.write_traffic(&mut out);
        self.senders.iter().for_each(|sender| write_one_sender(sender, &mut out));
        self.write_resolvers(&mut out, in_full);
        self.write_nodes(&mut out);
        self.write_groups(&mut out);
        self.edges.iter().for_each(|edge| self.write_edge(edge, &mut out));
        self.greylisting
            .iter()
            .for_each(|greylisting| self.write_greylisting(greylisting, &mut out, in_full));
        self.faults.iter().for_each(|event| self.write_event(event, &mut out));
        self.write_goals(&mut out);
        out.0
    }

    fn write_run(&self, out: &mut Toml, in_full: bool) {
        out.section("[run]");
        if let (true, Some(replications)) = (in_full, self.run.replications) {
            out.key("replications", &replications.to_string());
        }
        out.key("seed", &self.run.seed.to_string());
        out.key("window", &span(self.run.window));
        out.key("run_length", &span(self.run.run_length));
        out.key("warm_up", &span(self.run.warm_up));
    }

    /// The text would not say of a host that its address only stands in for one.
    fn write_address_status(&self, out: &mut Toml) {
        let mut said = BTreeMap::new();
        for host in self.zones.iter().flat_map(|version| &version.zone.hosts) {
            if host.status != AddressStatus::Published {
                said.entry(host.name.as_str()).or_insert(host.status);
            }
        }
        if said.is_empty() {
            return;
        }
        out.section("[zone.addresses]");
        for (name, status) in said {
            out.key(&text(name), &text(word_of(status).unwrap_or_default()));
        }
    }

    /// The records of the zone as measuring starts, one line each.
    pub(crate) fn zone_lines(&self) -> String {
        zone_lines(&self.zones[0].zone)
    }

    fn write_zone(&self, out: &mut Toml) {
        let zone = &self.zones[0].zone;
        out.section("[zone]");
        out.key("domain", &text(zone.domain.as_str()));
        out.lines("text", record_sets(zone).into_values().flatten());
        self.write_address_status(out);
        out.section("[zone.authority]");
        out.key("preset", &text(&self.authority.name));
        out.sections(&AUTHORITY.write(&self.authority.order));
        if !self.authority.weights.is_empty() {
            let weights =
                self.authority.weights.iter().map(|(name, weight)| format!("{} = {weight}", text(name)));
            out.key("weights", &format!("{{ {} }}", weights.collect::<Vec<_>>().join(", ")));
        }
        for (from, to) in &self.authority.away {
            out.section("[[zone.unreachable]]");
            out.key("at", &span(Span(from.0)));
            out.key("for", &span(to.since(*from)));
        }
        if let Some(policy) = &self.mta_sts {
            out.section("[zone.mta_sts]");
            out.key("mode", &text(word_of(policy.mode).unwrap_or_default()));
            out.key("mx", &list(policy.mx.iter().map(String::as_str)));
        }
        if !self.dane.failing.is_empty() {
            out.section("[zone.dane]");
            out.key("failing", &list(self.dane.failing.iter().map(Name::as_str)));
        }
    }

    /// Each later version as the record sets that differ from what stands there so far.
    fn write_changes(&self, out: &mut Toml) {
        let mut published = record_sets(&self.zones[0].zone);
        for version in &self.zones[1..] {
            write_change(version, &mut published, out);
        }
    }

    fn write_traffic(&self, out: &mut Toml) {
        out.section("[traffic]");
        out.key("messages_per_day", &number(self.messages_per_day));
        out.key("profile", "\"flat\"");
        if let Some(mix) = &self.mix {
            out.key("population", &text(&mix.population));
        }
    }

    /// The fingerprint leaves the preset's name out: every parameter is written, so the name changes nothing.
    fn write_resolvers(&self, out: &mut Toml, in_full: bool) {
        let mut layers: BTreeMap<&str, (&ResolverLayer, &[ResolverLayer])> = BTreeMap::new();
        for chain in self.senders.iter().map(|sender| sender.resolver.as_slice()) {
            for (i, layer) in chain.iter().enumerate() {
                // Only the first resolver of a sender carries the chain; further on a name stands for itself.
                let rest = if i == 0 { &chain[1..] } else { &[] };
                let known = layers.entry(&layer.name).or_insert((layer, rest));
                if known.1.is_empty() {
                    known.1 = rest;
                }
            }
        }
        for (name, (layer, rest)) in layers {
            out.section(&format!("[resolvers.{}]", text(name)));
            if in_full {
                out.key("preset", &text(&layer.preset));
            }
            if !rest.is_empty() {
                let names: Vec<String> = rest.iter().map(|layer| text(&layer.name)).collect();
                out.key("chain", &format!("[{}]", names.join(", ")));
            }
            out.sections(&RESOLVER.write(&layer.parameters));
        }
    }

    fn write_nodes(&self, out: &mut Toml) {
        for (node, fair) in self.nodes.iter().zip(fair_nodes(&self.nodes, &self.zones)) {
            out.section(&format!("[nodes.{}]", text(&node.name)));
            // A node that the zone does not name is known by its edge.
            if !node.addresses.is_empty() {
                out.key("addresses", &addresses(&node.addresses));
            }
            if fair {
                out.key("weight", &number(node.fair_share));
            }
            if !node.groups.is_empty() {
                out.key("group", &list(node.groups.iter().map(String::as_str)));
            }
            self.write_random(&format!("node {}", node.name), out);
            write_capacity(&node.capacity, out);
        }
    }

    /// When a node or a group fails at random, if it does.
    fn write_random(&self, name: &str, out: &mut Toml) {
        if let Some(random) = self.random_outages.iter().find(|random| random.name == name) {
            out.key("mtbf", &how_long(random.up));
            out.key("mttr", &how_long(random.down));
            out.key("outage", &text(random.fault.name()));
        }
    }

    fn write_groups(&self, out: &mut Toml) {
        let names = self.random_outages.iter().filter_map(|random| random.name.strip_prefix("group "));
        for name in names {
            out.section(&format!("[groups.{}]", text(name)));
            self.write_random(&format!("group {name}"), out);
        }
    }

    fn write_edge(&self, edge: &Edge, out: &mut Toml) {
        out.section(&format!("[edge.{}]", text(&edge.name)));
        out.key("addresses", &addresses(&edge.addresses));
        out.key("nodes", &list(edge.nodes.iter().map(|node| self.nodes[*node].name.as_str())));
        write_policy(&edge.policy, out);
    }

    fn write_greylisting(&self, greylisting: &Greylisting, out: &mut Toml, in_full: bool) {
        out.section("[greylisting]");
        if in_full {
            out.key("preset", &text(&greylisting.preset));
        }
        out.key("table", &grey_table(greylisting.table));
        out.key(
            "nodes",
            &list(self.nodes.iter().filter(|node| node.greylists).map(|node| node.name.as_str())),
        );
        out.key("new", &first_contacts(greylisting.first_contacts));
        for (path, literal) in GREYLISTING.write(&greylisting.rules) {
            out.key(path.split('.').next_back().unwrap_or(path), &literal);
        }
    }

    fn write_event(&self, event: &PlannedFault, out: &mut Toml) {
        out.section("[[events]]");
        out.key("at", &span(Span(event.at.0)));
        out.key("for", &span(event.length));
        if let Some(every) = event.every {
            out.key("every", &span(every));
        }
        if event.edges.is_empty() && event.nodes.is_empty() {
            // All nodes of a zone that has none.
            out.key("node", &text(EVERY));
        } else if !event.nodes.is_empty() {
            out.key("node", &list(event.nodes.iter().map(|node| self.nodes[*node].name.as_str())));
        }
        if !event.edges.is_empty() {
            out.key("edge", &list(event.edges.iter().map(|edge| self.edges[*edge].name.as_str())));
        }
        out.key("fault", &text(event.fault.name()));
        if let Some(stage) = event.fault.stage() {
            out.key("stage", &text(stage.name()));
        }
        match event.fault {
            Fault::Slow(slowdown) => out.key("factor", &number(slowdown.factor())),
            Fault::Tarpit(delay) => out.key("delay", &span(delay)),
            _ => {}
        }
        // A certificate that nobody checks names nobody, with and without this key.
        if let Some(from) = event.from.as_ref().filter(|from| !from.is_empty()) {
            out.key("from", &list(from.iter().map(String::as_str)));
        }
        write_scope(event, out);
    }

    fn write_goals(&self, out: &mut Toml) {
        out.section("[goals]");
        for goal in &self.goals {
            let mut limits: Vec<String> = goal
                .kind
                .limits()
                .into_iter()
                .map(|(key, limit)| format!("{key} = {}", limit_literal(limit)))
                .collect();
            limits.push(format!("on = {}", number(goal.on)));
            let key = match &goal.kind {
                GoalKind::Share { node, .. } => format!("share.{}", text(node)),
                // Without a goal the answer tells even from roughly even, so the default stays a comment.
                kind if self.goals_are_default => format!("# default: {}", kind.key()),
                kind => kind.key().to_owned(),
            };
            out.key(&key, &format!("{{ {} }}", limits.join(", ")));
        }
    }
}

/// A list of addresses.
fn addresses(all: &[IpAddr]) -> String {
    let texts: Vec<String> = all.iter().map(|address| text(&address.to_string())).collect();
    format!("[{}]", texts.join(", "))
}

/// What an edge is told to do; a key that does nothing is not written.
fn write_policy(policy: &EdgePolicy, out: &mut Toml) {
    out.key("balance", &word(policy.balance));
    match policy.forwarding {
        Forwarding::Proxy { connect_timeout, tries } => {
            out.key("forwarding", &text(PROXY));
            out.key("connect_timeout", &span(connect_timeout));
            out.key("tries", &tries.to_string());
        }
        Forwarding::Packets => out.key("forwarding", &text(PACKETS)),
    }
    out.key("source", &word(policy.source));
    let limits = [("sessions", policy.sessions), ("sessions_per_node", policy.sessions_per_node)];
    for (key, limit) in limits.into_iter().filter_map(|(key, limit)| Some((key, limit?))) {
        out.key(key, &limit.to_string());
    }
    if policy.queue > 0 {
        out.key("queue", &policy.queue.to_string());
    }
    if policy.limits_connections() {
        out.key("when_full", &word(policy.when_full));
    }
    out.key("without_node", &word(policy.without_node));
    out.key("check", &policy.check.map_or_else(|| text(NO_CHECK), |check| check_literal(&check)));
}

fn check_literal(check: &Check) -> String {
    let (every, timeout) = (span(check.every), span(check.timeout));
    format!(
        "{{ by = {}, every = {every}, timeout = {timeout}, rise = {}, fall = {}, spacing = {} }}",
        word(check.by),
        check.rise,
        check.fall,
        word(check.spacing)
    )
}

fn word<T: Worded>(value: T) -> String {
    text(word_of(value).unwrap_or_default())
}

/// Whom a fault spares. A share has a name, by which it is drawn who is hit.
fn write_scope(event: &PlannedFault, out: &mut Toml) {
    let scope = &event.scope;
    if let Some(ipv6) = scope.ipv6 {
        out.key("family", &text(if ipv6 { "ipv6" } else { "ipv4" }));
    }
    if scope.share < 1.0 {
        out.key("share", &number(scope.share));
        out.key("share_of", &text(word_of(scope.share_of).unwrap_or_default()));
        out.key("name", &text(&event.name));
    }
}

fn limit_literal(limit: Limit) -> String {
    match limit {
        Limit::Number(value) => number(value),
        Limit::Count(count) => count.to_string(),
        Limit::Time(time) => span(time),
    }
}

/// TOML while it is written.
#[derive(Default)]
struct Toml(String);

impl Toml {
    fn section(&mut self, header: &str) {
        self.0.push('\n');
        self.0.push_str(header);
        self.0.push('\n');
    }

    fn key(&mut self, key: &str, literal: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{key} = {literal}");
    }

    /// A text of several lines; zone lines hold nothing that needs an escape.
    fn lines(&mut self, key: &str, lines: impl IntoIterator<Item = String>) {
        let lines: Vec<String> = lines.into_iter().collect();
        let _ = writeln!(self.0, "{key} = \"\"\"\n{}\n\"\"\"", lines.join("\n"));
    }

    /// Parameters, those of one section in one inline table.
    fn sections(&mut self, parameters: &[Written]) {
        for of_section in parameters.chunk_by(|(a, _), (b, _)| section_of(a) == section_of(b)) {
            let pairs: Vec<String> = of_section
                .iter()
                .map(|(path, literal)| format!("{} = {literal}", &path[section_of(path).len() + 1..]))
                .collect();
            self.key(section_of(of_section[0].0), &format!("{{ {} }}", pairs.join(", ")));
        }
    }
}

fn section_of(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Record lines by owner and type.
type RecordSets = BTreeMap<(String, &'static str), Vec<String>>;

/// The lines of a zone; read back they are the same zone, but for how addresses are known.
pub(super) fn zone_lines(zone: &Zone) -> String {
    record_sets(zone).into_values().flatten().map(|line| line + "\n").collect()
}

fn record_sets(zone: &Zone) -> RecordSets {
    let mut sets = RecordSets::new();
    let mut add = |owner: &Name, ttl: Span, kind: &'static str, data: String| {
        // TTLs are whole seconds.
        let line = format!("{} {} IN {kind} {data}", absolute(owner), ttl.0 / Span::from_secs(1).0);
        sets.entry((absolute(owner), kind)).or_default().push(line);
    };
    for record in &zone.mx {
        add(&zone.domain, zone.mx_ttl, "MX", format!("{} {}", record.preference, absolute(&record.exchange)));
    }
    for host in zone.hosts.iter().filter(|host| host.name.as_address().is_none()) {
        host.a.iter().for_each(|address| add(&host.name, host.a_ttl, "A", address.to_string()));
        host.aaaa.iter().for_each(|address| add(&host.name, host.aaaa_ttl, "AAAA", address.to_string()));
    }
    let negative = zone.negative_ttl.0 / Span::from_secs(1).0;
    add(&zone.domain, zone.negative_ttl, "SOA", format!(". . 0 0 0 0 {negative}"));
    sets
}

/// The name with its final dot.
fn absolute(name: &Name) -> String {
    format!("{}.", name.as_str())
}

/// What makes one record set out of another.
enum SetEdit<'s> {
    Add(&'s [String]),
    Remove(Vec<String>),
    Replace,
}

/// The shortest edit: a change of one record in a large set would otherwise say the whole set again, and many such changes more than a scenario
/// may hold.
fn edit<'s>(old: &[String], new: &'s [String]) -> SetEdit<'s> {
    if let Some(added) = new.strip_prefix(old) {
        return SetEdit::Add(added);
    }
    let mut kept = new.iter().peekable();
    let gone: Vec<String> = old.iter().filter(|line| kept.next_if_eq(line).is_none()).cloned().collect();
    if kept.next().is_none() { SetEdit::Remove(gone) } else { SetEdit::Replace }
}

fn write_change(version: &ZoneVersion, published: &mut RecordSets, out: &mut Toml) {
    let wanted = record_sets(&version.zone);
    let mut gone: Vec<String> = published
        .keys()
        .filter(|set| !wanted.contains_key(*set))
        .map(|(owner, kind)| format!("{owner} {kind}"))
        .collect();
    let (mut replaced, mut added) = (Vec::new(), Vec::new());
    for (set, lines) in &wanted {
        match published.get(set).map(|old| edit(old, lines)) {
            Some(SetEdit::Add(new)) => added.extend_from_slice(new),
            Some(SetEdit::Remove(old)) => gone.extend(old),
            Some(SetEdit::Replace) => replaced.extend_from_slice(lines),
            None => added.extend_from_slice(lines),
        }
    }
    out.section("[[changes]]");
    out.key("at", &span(Span(version.at.0)));
    // A change that changes nothing still is one: it says its records again.
    if gone.is_empty() && replaced.is_empty() && added.is_empty() {
        replaced.extend(wanted.values().flatten().cloned());
    }
    for (key, lines) in [("remove", gone), ("replace", replaced), ("add", added)] {
        if !lines.is_empty() {
            out.lines(key, lines);
        }
    }
    *published = wanted;
}

fn write_one_sender(sender: &Sender, out: &mut Toml) {
    out.section("[[senders]]");
    if sender.behaviour.custom.is_some() {
        let _ = writeln!(
            out.0,
            "# order, limits and failover are replaced by the program that embeds the simulator"
        );
    }
    if let Some(times) = &sender.given {
        let bytes: Vec<u8> = times.iter().flat_map(|time| time.0.to_le_bytes()).collect();
        let hash = &blake3::hash(&bytes).to_hex()[..16];
        let messages = times.len();
        let _ = writeln!(out.0, "# {messages} messages at times given by that program, hash {hash}");
    }
    out.key("name", &text(&sender.name));
    out.key("share", &number(sender.share));
    if !sender.wanted {
        out.key("wanted", "false");
    }
    out.key("preset", &text(&sender.preset));
    out.key("sites", &sender.sites.to_string());
    out.key("sizes", &sizes(sender.sizes));
    out.key("hosts", &sender.hosts.to_string());
    out.key("resolver", &text(&sender.resolver[0].name));
    let pool = sender.resolver.iter().find_map(|layer| layer.shared_as.split_once("@pool "));
    if let Some((_, pool)) = pool {
        out.key("pool", &text(pool));
    }
    out.key("grade", &text(sender.grade.name()));
    out.key("ipv6", &sender.ipv6.to_string());
    out.key("profile", &profile(&sender.profile));
    let stub: Vec<String> = STUB
        .write(&sender.stub.parameters)
        .iter()
        .map(|(path, literal)| format!("{} = {literal}", &path["sort.".len()..]))
        .collect();
    out.key("stub", &format!("{{ preset = {}, sort = {{ {} }} }}", text(&sender.stub.name), stub.join(", ")));
    if !sender.addresses.is_empty() {
        let addresses: Vec<String> = sender.addresses.iter().map(IpAddr::to_string).collect();
        out.key("addresses", &list(addresses.iter().map(String::as_str)));
    }
    out.sections(&SENDER.write(&sender.behaviour.parameters));
}

fn sizes(sizes: Sizes) -> String {
    match sizes {
        Sizes::Equal => "\"equal\"".into(),
        Sizes::Zipf(exponent) => format!("{{ zipf = {} }}", number(exponent)),
    }
}

fn profile(profile: &Profile) -> String {
    let weights: &[f64] = match profile {
        Profile::Flat => return "\"flat\"".into(),
        office if *office == Profile::OFFICE => return "\"office\"".into(),
        Profile::Daily(weights) => weights,
        Profile::Weekly(weights) => &weights[..],
    };
    let weights: Vec<String> = weights.iter().map(|weight| number(*weight)).collect();
    format!("[{}]", weights.join(", "))
}

/// A list of strings.
fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", items.map(text).collect::<Vec<_>>().join(", "))
}

fn grey_table(table: GreyTable) -> String {
    let lag = || format!("{{ lag = {} }}", span(table.lag().unwrap_or_default()));
    word_of(table).map_or_else(lag, text)
}

fn first_contacts(first_contacts: FirstContacts) -> String {
    match first_contacts {
        FirstContacts::Share(share) => number(share),
        FirstContacts::Correspondents { number: correspondents, zipf } => {
            format!("{{ correspondents = {correspondents}, zipf = {} }}", number(zipf))
        }
    }
}

/// What a node says when it is full is written only where it can be full.
fn write_capacity(capacity: &Capacity, out: &mut Toml) {
    let unlimited = || text("unlimited");
    out.key("sessions", &capacity.sessions.map_or_else(unlimited, |limit| limit.to_string()));
    out.key("session_time", &session_time(capacity.session_time));
    if let Some(time) = capacity.refusal_time {
        out.key("refusal_time", &span(time));
    }
    if capacity.sessions.is_some() {
        out.key("backlog", &capacity.backlog.to_string());
        out.key("when_full", &text(word_of(capacity.when_full).unwrap_or_default()));
    }
    if let Some(workers) = capacity.workers {
        out.key("workers", &workers.to_string());
    }
    if let Some(queue) = capacity.queue {
        let per_minute = number(60.0 / queue.each.as_secs_f64());
        out.key("queue", &format!("{{ room = {}, per_minute = {per_minute} }}", queue.room));
    }
    write_client_limits(&capacity.clients, out);
    out.key("tls", &capacity.tls.to_string());
}

fn how_long(law: HowLong) -> String {
    match law {
        HowLong::Exponential(mean) => span(mean),
        HowLong::Fixed(time) => format!("{{ fixed = {} }}", span(time)),
        HowLong::Lognormal { mean, sigma } => {
            format!("{{ lognormal = {{ mean = {}, sigma = {} }} }}", span(mean), number(sigma))
        }
    }
}

/// What a client may have is written only where it is limited.
fn write_client_limits(limits: &ClientLimits, out: &mut Toml) {
    if let Some(most) = limits.sessions {
        out.key("sessions_per_client", &most.to_string());
    }
    if let Some(rates) = limits.rates {
        let counts = [("connections", rates.connections), ("messages", rates.messages)];
        let given = counts.into_iter().filter_map(|(key, most)| Some(format!("{key} = {}", most?)));
        let all: Vec<String> = given.chain([format!("per = {}", span(rates.per))]).collect();
        out.key("rates", &format!("{{ {} }}", all.join(", ")));
    }
}

fn session_time(policy: SessionTime) -> String {
    match policy {
        SessionTime::Nothing => span(Span::ZERO),
        SessionTime::Fixed(time) => span(time),
        SessionTime::Exponential(mean) => format!("{{ exponential = {} }}", span(mean)),
        SessionTime::Lognormal { mean, sigma } => {
            format!("{{ lognormal = {{ mean = {}, sigma = {} }} }}", span(mean), number(sigma))
        }
    }
}
