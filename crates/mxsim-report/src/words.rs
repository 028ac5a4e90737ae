//! What a report says, in words shared by terminal text and Markdown.
//!
//! Each function turns one part of the results into plain sentences; the formats only lay them out.

use crate::outgoing;
use crate::scatter;
use crate::text::Files;
use mxsim_core::numerals::{self, Ranged, count, counted, duration, duration_range, percent, percent_range};
use mxsim_core::results::{
    Answer, Caution, Delivery, DnsResult, GoalResult, GoalStatus, HostResult, NodeResult, NotKnown,
    Provenance, Results, SenderResult, Uncertainty, Verdict,
};

/// Length of an hour (s).
const HOUR_S: f64 = 3_600.0;
/// Length of a week (s).
const WEEK_S: f64 = 604_800.0;
/// Length of a day (s).
const DAY_S: f64 = 86_400.0;
/// Half a point: a smaller difference between two shares of a node is not worth a line.
const WORTH_SAYING: f64 = 0.005;
/// So many times as long as all mail is much longer.
const MUCH_LONGER: f64 = 1.5;
/// Names listed before "and n more".
const NAMES_LISTED: usize = 6;

/// How good the news is; formats may colour by it, and always write the sign too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Open,
}

impl Tone {
    /// The sign that says the same as the colour.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Bad => "✗",
            Self::Open => "?",
        }
    }
}

/// The answer word, and how glad it makes.
pub(crate) const fn answer(answer: Answer) -> (Tone, &'static str) {
    let tone = match answer {
        Answer::Yes | Answer::YesRoughly => Tone::Good,
        Answer::No => Tone::Bad,
        Answer::DependsOn | Answer::CannotTell => Tone::Open,
    };
    (tone, answer.word())
}

/// The answer word, and what the answer depends on if it depends on anything.
pub(crate) fn answer_of(verdict: &Verdict) -> String {
    let word = verdict.answer.word();
    if verdict.depends_on.is_empty() { word.to_owned() } else { format!("{word} {}", verdict.depends_on) }
}

/// What one window is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WindowWord {
    pub(crate) one: &'static str,
    pub(crate) many: &'static str,
}

/// A window of an hour, a day or a week is called so, as in the verdict.
pub(crate) fn window(provenance: &Provenance) -> WindowWord {
    match provenance.window_s {
        HOUR_S => WindowWord { one: "hour", many: "hours" },
        DAY_S => WindowWord { one: "day", many: "days" },
        WEEK_S => WindowWord { one: "week", many: "weeks" },
        _ => WindowWord { one: "window", many: "windows" },
    }
}

/// `minute`, `hour`, or the length itself.
pub(crate) fn bin_word(seconds: f64) -> String {
    match seconds {
        1.0 => "second".to_owned(),
        60.0 => "minute".to_owned(),
        3_600.0 => "hour".to_owned(),
        DAY_S => "day".to_owned(),
        _ => duration(seconds),
    }
}

/// `3 nodes, 200 days, 200 replications, seed 7, fingerprint 9c1f`.
pub(crate) fn setting(results: &Results) -> String {
    let provenance = &results.provenance;
    let word = window(provenance);
    let mut parts = vec![
        counted(results.nodes.len() as u64, "node", "nodes"),
        counted(provenance.windows, word.one, word.many),
        counted(provenance.replications, "replication", "replications"),
        format!("seed {}", provenance.seed),
        format!("fingerprint {}", provenance.fingerprint),
    ];
    if provenance.partial {
        parts.push("PARTIAL: stopped before it was done".to_owned());
    }
    parts.join(", ")
}

/// The title, or that there is none.
pub(crate) fn title(results: &Results) -> String {
    if results.title.trim().is_empty() { "(no title)".to_owned() } else { outgoing::title(&results.title) }
}

/// What the answer depends on.
pub(crate) fn flips(results: &Results) -> &str {
    let flips = results.verdict.flips.as_str();
    if flips.is_empty() { "no tested assumption changes this answer" } else { flips }
}

/// The spread over windows for this one sender mix.
pub(crate) fn luck(results: &Results) -> String {
    let luck = &results.uncertainty.luck;
    let word = window(&results.provenance);
    if results.delivery.totals.accepted == 0 {
        return "cannot be told: no message was accepted".to_owned();
    }
    if results.provenance.windows < 2 {
        return format!("cannot be told from a single {}", word.one);
    }
    let quantity = Quantity::named(&luck.quantity);
    let name = quantity_name(&luck.quantity);
    let range = quantity.range(luck.from, luck.to);
    if quantity.write(luck.from) == quantity.write(luck.to) {
        return format!("none that could be seen: {name} is {range} on 18 {} of 20", word.many);
    }
    let planned = if results.differs_by_plan() { "; part of that is planned" } else { "" };
    format!("on 18 {} of 20 {name} is {range}{planned}", word.many)
}

/// The spread over plausible worlds, or that nobody looked. Luck is not in it.
pub(crate) fn not_known(uncertainty: &Uncertainty) -> String {
    let Some(not_known) = &uncertainty.not_known else {
        return "one sender mix was simulated, as written; no other plausible world was looked at".to_owned();
    };
    format!(
        "{} of {} meet the goals; {} is {} in 9 of 10 of them. {}",
        Ranged::from(not_known.share_meeting).percent(),
        counted(not_known.mixes, "plausible world", "plausible worlds"),
        decisive_name(&not_known.quantity),
        Quantity::named(&not_known.quantity).range(not_known.from, not_known.to),
        strongest(not_known)
    )
}

/// Which single assumption matters most: the one that flips the answer, or that none does.
fn strongest(not_known: &NotKnown) -> String {
    match (&not_known.flips, not_known.effects.first()) {
        (Some(effect), _) => {
            format!("One assumption alone flips the answer: {}, if {}", effect.sender, effect.instead)
        }
        (None, Some(effect)) => format!(
            "No single assumption flips the answer ({} looked at); most comes from {}: if {}, it is {}",
            count(not_known.effects.len() as u64),
            effect.sender,
            effect.instead,
            Quantity::named(&not_known.quantity).write(effect.number.value)
        ),
        (None, None) => {
            "No single assumption was looked at: no sender is large enough, or it takes too long".to_owned()
        }
    }
}

/// The decisive quantity of a world, a quantile over its windows.
fn decisive_name(quantity: &str) -> String {
    match quantity {
        "busiest_share" => "the busiest node's share on 19 of 20 windows".to_owned(),
        "quietest_share" => "the quietest node's share on 19 of 20 windows".to_owned(),
        "delay_p95" => "the delay that 19 of 20 messages stay within".to_owned(),
        "bounced" => "the part of the mail that bounces".to_owned(),
        "turned_away" => {
            "the part of its connections that a node turns away in its busiest hour on 19 of 20 windows"
                .to_owned()
        }
        "sessions" => "the sessions of the fullest node on 19 of 20 windows".to_owned(),
        "session_limit_used" => {
            "the part of its session limit that a node has in use on 19 of 20 windows".to_owned()
        }
        "strain" => "how many times what you allow nodes down do, on 19 of 20 windows".to_owned(),
        _ => match quantity.strip_prefix("share.") {
            Some(node) => format!("the mean share of {node}"),
            None => quantity.replace('_', " "),
        },
    }
}

fn quantity_name(quantity: &str) -> String {
    match quantity {
        "busiest_share" => "the share of the busiest node".to_owned(),
        "quietest_share" => "the share of the quietest node".to_owned(),
        "max_over_fair" => "the largest ratio of share to fair share".to_owned(),
        _ => quantity.replace('_', " "),
    }
}

/// How a decisive quantity is written.
#[derive(Debug, Clone, Copy)]
enum Quantity {
    Share,
    Delay,
    Other,
}

impl Quantity {
    /// That of the name it has in results.
    fn named(name: &str) -> Self {
        match name {
            "bounced" | "turned_away" | "session_limit_used" => Self::Share,
            _ if name.contains("share") => Self::Share,
            _ if name.contains("delay") => Self::Delay,
            _ => Self::Other,
        }
    }

    fn write(self, value: f64) -> String {
        match self {
            Self::Share => percent(value),
            Self::Delay => duration(value),
            Self::Other => numerals::significant(value),
        }
    }

    fn range(self, low: f64, high: f64) -> String {
        match self {
            Self::Share => percent_range(low, high),
            Self::Delay => duration_range(low, high),
            Self::Other => numerals::plain_range(low, high),
        }
    }
}

/// True if mail was accepted: without it every share would be a zero that means nothing.
pub(crate) fn has_split(results: &Results) -> bool {
    !results.nodes.is_empty() && results.delivery.totals.accepted > 0
}

/// How even the split is, as a list of sentences.
pub(crate) fn balance(results: &Results) -> Vec<String> {
    let balance = &results.balance;
    let word = window(&results.provenance);
    let mut lines = vec![
        format!(
            "the busiest node carries {} of one {one}'s mail on average, on 1 {one} in 20 at least {}",
            Ranged::mean_share(&balance.busiest_share).percent(),
            Ranged::p95(&balance.busiest_share).percent(),
            one = word.one
        ),
        format!(
            "the fullest node takes {} times its fair share on average, on 1 {} in 20 at least {} times",
            Ranged::mean(&balance.max_over_fair).plain(),
            word.one,
            Ranged::p95(&balance.max_over_fair).plain()
        ),
        format!("Jain's fairness index {} (1 is even)", Ranged::mean_share(&balance.jain).plain()),
    ];
    lines.push(scatter::choosers(results));
    lines
}

/// The share of connections of each node, if it differs from the share of mail anywhere.
pub(crate) fn connections(nodes: &[NodeResult]) -> Option<String> {
    let differs = |node: &NodeResult| (node.share_of_connections.mean - node.share.mean).abs() > WORTH_SAYING;
    nodes.iter().any(differs).then(|| {
        let parts: Vec<String> = nodes
            .iter()
            .map(|node| format!("{} {}", node.name, Ranged::mean_share(&node.share_of_connections).percent()))
            .collect();
        parts.join(", ")
    })
}

/// Messages per connection of each node, if connections are reused anywhere.
pub(crate) fn reuse(nodes: &[NodeResult]) -> Option<String> {
    let reused = |node: &NodeResult| node.sessions.and_then(|sessions| sessions.messages_per_connection);
    let parts: Vec<String> = nodes
        .iter()
        .filter_map(|node| Some(format!("{} {}", node.name, Ranged::from(reused(node)?).plain())))
        .collect();
    let is_reused = nodes.iter().filter_map(reused).any(|messages| messages.value - 1.0 > WORTH_SAYING);
    is_reused.then(|| format!("messages per connection: {}", parts.join(", ")))
}

/// Most sessions a node serves at the same time; `not simulated` while sessions take no time.
pub(crate) fn session_limit(node: &NodeResult) -> String {
    node.sessions.map_or_else(
        || "not simulated".to_owned(),
        |sessions| sessions.limit.map_or_else(|| "none".to_owned(), |limit| count(limit.into())),
    )
}

/// True if the hosts say something the nodes do not: another number of them, or unequal preferences.
pub(crate) fn hosts_worth_saying(results: &Results) -> bool {
    let preferences: Vec<Option<u16>> = results.hosts.iter().map(|host| host.preference).collect();
    results.hosts.len() != results.nodes.len() || preferences.windows(2).any(|pair| pair[0] != pair[1])
}

/// `preference 10`, or that the host joins later.
pub(crate) fn preference(host: &HostResult) -> String {
    host.preference.map_or_else(|| "joins later".to_owned(), |preference| format!("preference {preference}"))
}

/// What became of the messages.
pub(crate) fn delivery(delivery: &Delivery) -> Vec<String> {
    let totals = &delivery.totals;
    if totals.messages == 0 {
        return vec!["no message arrived in the measured time".to_owned()];
    }
    vec![
        format!(
            "of {}: {} accepted, {} bounced, {} waiting at the end",
            counted(totals.messages, "message", "messages"),
            part(totals.accepted, totals.messages),
            part(totals.bounced, totals.messages),
            part(totals.waiting, totals.messages)
        ),
        format!(
            "{} tried, {} after a first attempt",
            counted(totals.connections_tried, "connection", "connections"),
            counted(totals.retries, "retry", "retries")
        ),
    ]
}

/// A count and what part of the whole it is; totals are exact, so they have no range.
fn part(count_of: u64, whole: u64) -> String {
    if count_of == 0 {
        return "0".to_owned();
    }
    format!("{} [{}]", count(count_of), percent(count_of as f64 / whole as f64))
}

/// Quantities of the delivery delay with their names; empty if no message was accepted.
pub(crate) fn delay(delivery: &Delivery) -> Vec<(&'static str, String)> {
    delivery.delay.map_or_else(Vec::new, |delay| {
        vec![
            ("mean", Ranged::new(delay.mean, delay.mean_ci).duration()),
            ("median", Ranged::new(delay.p50, delay.p50_ci).duration()),
            ("P95", Ranged::new(delay.p95, delay.p95_ci).duration()),
            ("P99", Ranged::new(delay.p99, delay.p99_ci).duration()),
            ("longest", Ranged::new(delay.max, delay.max_ci).duration()),
        ]
    })
}

/// The sender of the longest time, where that is much longer than that of all mail, and its time (s).
pub(crate) fn much_slower(
    results: &Results,
    all: f64,
    time: impl Fn(&SenderResult) -> Option<f64>,
) -> Option<(&SenderResult, f64)> {
    let known = results.wanted_senders().filter_map(|sender| Some((sender, time(sender)?)));
    known.filter(|(_, own)| *own > MUCH_LONGER * all).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// What senders asked the DNS.
pub(crate) fn dns(dns: &DnsResult) -> Option<String> {
    dns.mx_hit_ratio.map(|ratio| {
        format!(
            "{} of {} answered from the resolvers' caches",
            Ranged::from(ratio).percent(),
            counted(dns.mx_lookups, "MX look-up", "MX look-ups")
        )
    })
}

/// Tone of a goal's status.
pub(crate) const fn goal_tone(status: GoalStatus) -> Tone {
    match status {
        GoalStatus::Met => Tone::Good,
        GoalStatus::Missed => Tone::Bad,
        GoalStatus::Unknown => Tone::Open,
    }
}

/// How often a goal held: `19 days of 20: 95.5 % (91.7-97.8) of 200 days`.
pub(crate) fn goal_record(goal: &GoalResult, word: WindowWord) -> String {
    if goal.windows == 0 {
        return format!("no {} with accepted mail to look at", word.one);
    }
    let looked_at = counted(goal.windows, word.one, word.many);
    let often = match (goal.windows_met, numerals::frequency(goal.met_fraction.value, goal.windows)) {
        (0, _) => format!("holds on none of {looked_at}"),
        (1, _) if goal.windows == 1 => format!("holds on the one {} looked at", word.one),
        (met, _) if met == goal.windows => format!("holds on each of {looked_at}"),
        (_, Some((times, of))) => format!("holds on {} {} of {}", count(times), word.many, count(of)),
        (met, None) => format!("holds on {} of {looked_at}", count(met)),
    };
    let mut record = format!("{often}: {}", Ranged::from(goal.met_fraction).percent());
    if goal.status == GoalStatus::Unknown {
        record.push_str(&goal.more_replications.map_or_else(
            || "; more replications would not decide it".to_owned(),
            |more| format!("; about {} more replications would decide it", count(more)),
        ));
    }
    record
}

/// What produced the numbers.
pub(crate) fn provenance(provenance: &Provenance) -> String {
    format!(
        "mxsim {}, model epoch {}, seed {}, {} with a warm-up of {} each, windows of {}",
        provenance.version,
        provenance.model_epoch,
        provenance.seed,
        counted(provenance.replications, "replication", "replications"),
        duration(provenance.warm_up_s),
        duration(provenance.window_s)
    )
}

/// The presets with their grades, or nothing if none is in use.
pub(crate) fn presets(provenance: &Provenance) -> Option<String> {
    let parts: Vec<String> =
        provenance.presets.iter().map(|preset| format!("{} ({})", preset.id, preset.grade.name())).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// How well the behaviour is known that the answer rests on.
pub(crate) fn decisive(provenance: &Provenance) -> Option<String> {
    let decisive = provenance.decisive.as_ref()?;
    let (first, more) = decisive.senders.split_first()?;
    let others = match more.len() {
        0 => String::new(),
        1 => " and 1 other".into(),
        many => format!(" and {many} others"),
    };
    let grade = decisive.grade.in_words();
    Some(format!("of the senders that decide the answer the one known least is {grade}: {first}{others}"))
}

/// Who is simulated by which method in one line, or nothing if one method serves all; Markdown says why.
pub(crate) fn methods(provenance: &Provenance) -> Option<String> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for used in &provenance.methods {
        match groups.iter_mut().find(|(method, _)| *method == used.method) {
            Some((_, senders)) => senders.push(&used.sender),
            None => groups.push((&used.method, vec![&used.sender])),
        }
    }
    let parts: Vec<String> =
        groups.iter().map(|(method, senders)| format!("{method} for {}", listed(senders))).collect();
    (parts.len() > 1).then(|| parts.join("; "))
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMES_LISTED).copied().collect::<Vec<_>>().join(", ");
    let rest = names.len().saturating_sub(NAMES_LISTED);
    if rest == 0 { shown } else { format!("{shown} and {} more", count(rest as u64)) }
}

/// `code: text`.
pub(crate) fn caution(caution: &Caution) -> String {
    format!("{} [{}]", caution.text, caution.code)
}

/// The file of the zone that was asked about; what came from standard input has none yet.
pub(crate) fn zone_file<'a>(files: &Files<'a>) -> Option<&'a str> {
    files.zone.map(|zone| if zone == "-" { "FILE" } else { zone })
}
