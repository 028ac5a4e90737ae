//! `fail`: what a failure does to the mail, when it is over, and what would help.
//!
//! The scenario is simulated without and with the failure under common random numbers, so that every number is a difference that the failure makes.
//! What might help is simulated beside it in the same way. Without a word about how it fails, every class of fault is tried.

mod delays;
mod document;
mod help;
mod how;
mod measure;
mod recovery;
mod said;
mod target;
mod timeline;
mod watch;

pub use document::{
    DelayCurve, Effect, FailStudy, Failure, FaultClass, Help, Limits, NodeEffect, NodeLine, NotTried,
    Recovery, SCHEMA, Saving, SenderEffect, Timeline,
};
pub use how::parse as parse_how;

use crate::engine::MethodChoice;
use crate::estimate::measure::{Measure, Value};
use crate::estimate::paired::Family;
use crate::results::{Answer, Caution, Said, Unit};
use crate::scenario::{Fault, Scenario, ScenarioBuilder};
use crate::study::together::{Together, simulate_together};
use crate::study::{Observer, StudyError, TogetherOptions};
use crate::tally::labels::Labels;
use crate::time::{Span, Time};
use delays::delays;
use help::{Failing, Variant};
use how::question;
use measure::{LATE, Numbers, Quantity, between, effect, values};
use recovery::{Followed, peak, recovery};
use target::Target;
use timeline::{PER_MINUTE, Pair, split_normal, timeline};
use watch::{FailureProbe, Period, Seen};

/// What is simulated after the failure, at least and at most: within it senders try again what has waited for as long as the failure lasted.
const AFTER: [Span; 2] = [Span::from_hours(6), Span::from_hours(120)];
/// The longest failure, and the latest beginning. *Assumption*: a season.
const FAR: Span = Span::from_hours(90 * 24);
/// Senders that are shown.
const MOST_SENDERS: usize = 12;

/// What fails, how, when and how it is simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailOptions {
    /// Words that say what fails: node names, `group:NAME`, `from:SENDER`, `ipv4`, `ipv6`, `*`.
    pub target: Vec<String>,
    /// How many nodes fail together, from the first that is named on in the order of the zone; `None` for those that are named.
    pub nodes: Option<usize>,
    /// How it fails; `None` for each class of fault in turn.
    pub how: Option<Fault>,
    /// When it begins, counted from midnight of the first measured day; 10:00 if it is not said.
    pub at: Option<Span>,
    /// How long it goes on; 30 min if it is not said.
    pub length: Option<Span>,
    /// How it is simulated. Messages are always simulated one by one.
    pub together: TogetherOptions,
}

impl FailOptions {
    /// This fails, in every way, at the usual time.
    #[must_use]
    pub fn new(target: Vec<String>, together: TogetherOptions) -> Self {
        Self { target, nodes: None, how: None, at: None, length: None, together }
    }

    /// The same in this way.
    #[must_use]
    pub fn how(self, fault: Fault) -> Self {
        Self { how: Some(fault), ..self }
    }

    /// The same at this time.
    #[must_use]
    pub fn at(self, after_start: Span) -> Self {
        Self { at: Some(after_start), ..self }
    }

    /// The same for so long.
    #[must_use]
    pub fn lasting(self, length: Span) -> Self {
        Self { length: Some(length), ..self }
    }

    /// The same with so many nodes.
    #[must_use]
    pub fn nodes(self, nodes: usize) -> Self {
        Self { nodes: Some(nodes), ..self }
    }
}

/// Simulates a scenario without and with a failure.
///
/// ```
/// use mxsim_core::study::fail::{FailOptions, fail};
/// use mxsim_core::study::{Quiet, TogetherOptions};
/// use mxsim_core::{Fault, ScenarioBuilder, SenderSpec};
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nexample.com. 300 IN MX 10 mx2.example.com.\n\
///             mx1.example.com. 300 IN A 192.0.2.1\nmx2.example.com. 300 IN A 192.0.2.2\n";
/// let builder = ScenarioBuilder::new(zone)
///     .messages_per_day(5_000.0)
///     .sender(SenderSpec::new("everyone").preset("postfix").sites(50));
/// let together = TogetherOptions::of(&builder.clone().build()?).replications(4);
/// let study = fail(&builder, &FailOptions::new(vec!["mx2".into()], together).how(Fault::Refuse), &Quiet)?;
/// assert_eq!(study.effect("late_5m").map(|late| late.failing.value), Some(0.0), "Postfix goes on to mx1 at once");
/// assert_eq!(study.nodes[1].share.failing.value, 0.0, "mx2 accepts nothing while it fails");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If what is to fail is not there, a scenario that is made for it is wrong, or the simulation comes to nothing.
pub fn fail(
    builder: &ScenarioBuilder,
    options: &FailOptions,
    observer: &dyn Observer,
) -> Result<FailStudy, StudyError> {
    let asked = Asked::new(builder, options)?;
    match options.how {
        Some(fault) => asked.one(fault, observer),
        None => asked.classes(observer),
    }
}

/// A question that has been understood.
struct Asked<'a> {
    options: &'a FailOptions,
    /// The scenario without the failure, in a run that is long enough.
    base: ScenarioBuilder,
    scenario: Scenario,
    target: Target,
    period: Period,
}

impl<'a> Asked<'a> {
    fn new(builder: &ScenarioBuilder, options: &'a FailOptions) -> Result<Self, StudyError> {
        let own = builder.clone().build()?;
        let target = Target::find(&options.target, options.nodes, &own)?;
        let (from, to) = when(options)?;
        let length = run_length(&own, (from, to));
        let written = length.to_string();
        let base = builder.clone().set("run.window", written.clone()).set("run.run_length", written);
        let scenario = base.clone().build()?;
        let period = Period::around((from, to), Time::ZERO + scenario.run.run_length);
        Ok(Self { options, base, scenario, target, period })
    }

    fn failing(&self, fault: Fault) -> Failing<'_> {
        let Period { from, to, .. } = self.period;
        let (base, scenario, target) = (&self.base, &self.scenario, &self.target);
        Failing { base, scenario, target, fault, from, length: to.since(from) }
    }

    /// One way to fail, and what would help.
    fn one(&self, fault: Fault, observer: &dyn Observer) -> Result<FailStudy, StudyError> {
        let failing = self.failing(fault);
        let (variants, not_tried) = failing.variants();
        let mut scenarios = vec![self.scenario.clone(), failing.failing().build()?];
        scenarios.extend(variants.iter().map(|variant| variant.scenario.clone()));
        let together = self.simulate(&scenarios, observer)?;
        let shown = Shown::new(self, &together, variants.len());
        let mut study = self.empty(&together, Some(fault));
        let [normal, with] = [0, 1].map(|scenario| numbers(&together, scenario));
        study.effects = effects(shown.family, &Quantity::ALL, [&normal, &with]);
        study.nodes = shown.nodes();
        study.senders = shown.senders();
        study.recovery = Some(shown.recovery());
        study.delays = Some(delays(&shown.pairs, &self.period));
        study.timeline = Some(timeline(&shown.pairs, &self.names(), &self.period));
        study.ranked_by = ranked_by(&study).name().into();
        study.help = helps(shown.family, &variants, &together, ranked_by(&study));
        study.not_tried = not_tried;
        study.cautions = self.cautions(&scenarios[1]);
        study.said = Said { assumed: self.assumed(), ..said::one(&study) };
        Ok(study)
    }

    /// Every way to fail.
    fn classes(&self, observer: &dyn Observer) -> Result<FailStudy, StudyError> {
        let faults = how::classes(&self.scenario, &self.target.nodes, self.target.is_path());
        let mut scenarios = vec![self.scenario.clone()];
        for fault in &faults {
            scenarios.push(self.failing(*fault).failing().build()?);
        }
        let together = self.simulate(&scenarios, observer)?;
        let family = Family::of(faults.len() * Quantity::FEW.len() * 3);
        let normal = numbers(&together, 0);
        let class = |(place, fault): (usize, &Fault)| {
            let effects = effects(family, &Quantity::FEW, [&normal, &numbers(&together, place + 1)]);
            let is_survived = said::is_survived(&effects);
            FaultClass { how: how::word(*fault), text: how::text(*fault), effects, is_survived }
        };
        let mut study = self.empty(&together, None);
        study.classes = faults.iter().enumerate().map(class).collect();
        study.said = Said { assumed: self.assumed(), ..said::all(&study) };
        Ok(study)
    }

    /// Simulates all of them, and keeps every detail of the first two.
    fn simulate(
        &self,
        scenarios: &[Scenario],
        observer: &dyn Observer,
    ) -> Result<Together<Looked>, StudyError> {
        let options = self.options.together.method(MethodChoice::Messages);
        let keeps = self.options.how.is_some();
        let looked = simulate_together(scenarios, options, observer, |replication| {
            let mut watch = FailureProbe::new(&replication.compiled.world, self.period);
            let tally = replication.tally_with(&mut watch)?;
            let seen = watch.finish();
            let peak: Value = Measure::PeakSessions.of(&replication.compiled.labels, &tally);
            let numbers = Numbers::of(&seen, peak);
            Some(Looked { numbers, seen: (keeps && replication.scenario < 2).then_some(seen) })
        });
        Ok(looked?)
    }

    fn names(&self) -> Vec<String> {
        self.scenario.nodes.iter().map(|node| node.name.clone()).collect()
    }

    fn assumed(&self) -> Vec<String> {
        said::assumed(&self.scenario, self.options)
    }

    /// The document without what was found.
    fn empty(&self, together: &Together<Looked>, fault: Option<Fault>) -> FailStudy {
        FailStudy {
            schema: SCHEMA.into(),
            title: self.scenario.title.clone(),
            made: together.made(),
            said: Said::new(Answer::CannotTell, ""),
            failure: self.failure(fault, together),
            limits: said::LIMITS,
            effects: Vec::new(),
            nodes: Vec::new(),
            senders: Vec::new(),
            recovery: None,
            delays: None,
            timeline: None,
            help: Vec::new(),
            ranked_by: String::new(),
            not_tried: Vec::new(),
            classes: Vec::new(),
            cautions: self.cautions(&self.scenario),
        }
    }

    fn failure(&self, fault: Option<Fault>, together: &Together<Looked>) -> Failure {
        let Period { from, to, .. } = self.period;
        Failure {
            target: self.target.text(&self.scenario),
            asked: self.options.target.clone(),
            nodes: self.target.names.clone(),
            how: fault.map(how::word).unwrap_or_default(),
            text: fault.map(how::text).unwrap_or_default(),
            from_s: from.as_secs_f64(),
            length_s: to.since(from).as_secs_f64(),
            messages: together.of(0).map(|looked| looked.numbers.arrived).sum(),
        }
    }

    /// What is doubtful about a scenario, and about what fails in it.
    fn cautions(&self, scenario: &Scenario) -> Vec<Caution> {
        let caution = |code: &str, text: String| Caution { code: code.into(), text };
        let mut cautions = scenario.cautions.clone();
        let gone = self.target.unpublished(&self.scenario, self.period.from);
        if !gone.is_empty() {
            let text = format!(
                "{} is not in the zone any more when it fails: only senders that hold an old answer reach it",
                gone.join(", ")
            );
            cautions.push(caution("not-in-zone", text));
        }
        cautions
    }
}

/// When the failure begins and ends.
fn when(options: &FailOptions) -> Result<(Time, Time), StudyError> {
    let from = options.at.unwrap_or(Span::from_hours(10));
    let length = options.length.unwrap_or(Span::from_minutes(30));
    if length < Span::from_secs(1) {
        return Err(question("--for: a failure goes on for a second at least".into()));
    }
    if length > FAR || from > FAR {
        return Err(question(format!("--at, --for: a failure begins and ends within {FAR}")));
    }
    Ok((Time::ZERO + from, Time::ZERO + from + length))
}

/// How long a run has to be: until what was planned in the scenario itself is over, and senders have tried again what waits at the end of the failure.
fn run_length(scenario: &Scenario, (from, to): (Time, Time)) -> Span {
    let [least, most] = AFTER;
    let after = to.since(from).clamp(least, most);
    let needed = (to + after).since(Time::ZERO);
    let own = if scenario.events.is_empty() { Span::ZERO } else { scenario.run.run_length };
    needed.max(own).up_to_whole(Span::HOUR)
}

/// What is kept of one replication of one scenario.
struct Looked {
    numbers: Numbers,
    seen: Option<Seen>,
}

fn numbers(together: &Together<Looked>, scenario: usize) -> Vec<Numbers> {
    together.of(scenario).map(|looked| looked.numbers).collect()
}

fn effects(family: Family, quantities: &[Quantity], of: [&[Numbers]; 2]) -> Vec<Effect> {
    quantities.iter().filter_map(|quantity| effect(family, *quantity, of)).collect()
}

/// The quantity that help is ranked by: what hurts most.
fn ranked_by(study: &FailStudy) -> Quantity {
    let is_more = |quantity: &Quantity| {
        study.effect(quantity.name()).is_some_and(|effect| effect.difference.sign() > 0)
    };
    [Quantity::Lost, Quantity::Late(1)].into_iter().find(is_more).unwrap_or(Quantity::DelayMean)
}

/// What would help, by what it saves of a quantity; of equals the first that was tried.
fn helps(family: Family, variants: &[Variant], together: &Together<Looked>, by: Quantity) -> Vec<Help> {
    let (normal, with) = (numbers(together, 0), numbers(together, 1));
    let mut quantities = vec![by];
    quantities.extend(Quantity::FEW.into_iter().filter(|quantity| *quantity != by));
    let one = |(place, variant): (usize, &Variant)| {
        let instead = numbers(together, place + 2);
        let saves: Vec<Saving> =
            quantities.iter().filter_map(|quantity| saving(family, *quantity, [&instead, &with])).collect();
        let left = effects(family, &Quantity::FEW, [&normal, &instead]);
        Help {
            name: variant.name.into(),
            text: variant.text.clone(),
            advice: variant.advice.clone(),
            is_sure: saves.first().is_some_and(|saving| saving.saved.sign() > 0),
            is_enough: said::is_survived(&left) == Some(true),
            saves,
        }
    };
    let mut helps: Vec<Help> = variants.iter().enumerate().map(one).collect();
    let saved = |help: &Help| help.saves.first().map_or(0.0, |saving| saving.saved.value.value);
    helps.sort_by(|a, b| saved(b).total_cmp(&saved(a)));
    helps
}

fn saving(family: Family, quantity: Quantity, [instead, with]: [&[Numbers]; 2]) -> Option<Saving> {
    let [instead, with] = [instead, with].map(|of| values(of, |numbers| quantity.of(numbers)));
    Some(Saving {
        name: quantity.name().into(),
        text: quantity.text().into(),
        unit: quantity.unit(),
        left: quantity.unit().bounded(family.mean(&instead)?),
        saved: family.difference(&with, &instead)?,
    })
}

/// What the first two scenarios show.
struct Shown<'a> {
    asked: &'a Asked<'a>,
    labels: &'a Labels,
    pairs: Vec<Pair<'a>>,
    /// The senders that are shown, those with most late or lost mail first.
    worst: Vec<usize>,
    family: Family,
}

/// Intervals of each node, each sender, what follows, and each thing that might help.
const OF_NODE: usize = 12;
const OF_SENDER: usize = 3;
const OF_RECOVERY: usize = 13;

impl<'a> Shown<'a> {
    fn new(asked: &'a Asked<'a>, together: &'a Together<Looked>, variants: usize) -> Self {
        let seen = |scenario: usize| together.of(scenario).filter_map(|looked| looked.seen.as_ref());
        let pairs: Vec<Pair<'_>> = seen(0).zip(seen(1)).map(|(normal, with)| [normal, with]).collect();
        let worst = worst_senders(&pairs);
        let help = variants * Quantity::FEW.len() * 2;
        let nodes = asked.scenario.nodes.len() * OF_NODE;
        let intervals = Quantity::ALL.len() * 3 + nodes + worst.len() * OF_SENDER + OF_RECOVERY + help;
        Self { asked, labels: &together.labels[0], pairs, worst, family: Family::of(intervals) }
    }

    fn nodes(&self) -> Vec<NodeEffect> {
        let names = self.asked.names();
        let fails = |node: usize| self.asked.target.nodes.contains(&node);
        names.into_iter().enumerate().filter_map(|(node, name)| self.node(node, name, fails(node))).collect()
    }

    fn node(&self, node: usize, name: String, fails: bool) -> Option<NodeEffect> {
        let period = &self.asked.period;
        let share = |of: fn(&Seen) -> &[u64], name: &str, text: &str| {
            let value = |seen: &Seen| {
                let all: u64 = of(seen).iter().sum();
                (all > 0).then(|| (of(seen)[node] as f64, all as f64))
            };
            self.effect((name, text, Unit::Share), &value)
        };
        let begins = ((period.from.0 - period.first.0) / period.bin.0) as usize;
        let after = period.first_after().min(period.bins);
        let rate = PER_MINUTE / period.bin.as_secs_f64();
        let peak = |bins: std::ops::Range<usize>, name: &str, text: &str| {
            let value = |seen: &Seen| Some((f64::from(peak(seen, Some(node), bins.clone())) * rate, 1.0));
            self.effect((name, text, Unit::PerMinute), &value)
        };
        Some(NodeEffect {
            share: share(|seen| &seen.during, "share", "share while it fails")?,
            share_after: share(|seen| &seen.after, "share_after", "share after it")?,
            peak: peak(begins..after, "peak", "busiest bin while it fails")?,
            peak_after: peak(after..period.bins, "peak_after", "busiest bin after it")?,
            name,
            fails,
        })
    }

    fn effect(&self, name: (&str, &str, Unit), value: &dyn Fn(&Seen) -> Value) -> Option<Effect> {
        let of = |which: usize| values(&self.pairs, |pair| value(pair[which]));
        between(self.family, name, [&of(0), &of(1)])
    }

    fn senders(&self) -> Vec<SenderEffect> {
        let of = |sender: &usize| {
            let share = values(&self.pairs, |[normal, _]| {
                let all: u64 = normal.senders.iter().map(|sender| sender.arrived).sum();
                (all > 0).then(|| (normal.senders[*sender].arrived as f64, all as f64))
            });
            let part = |which: usize, of: fn(&Seen, usize) -> u64| {
                values(&self.pairs, |pair| {
                    let arrived = pair[which].senders[*sender].arrived;
                    (arrived > 0).then(|| (of(pair[which], *sender) as f64, arrived as f64))
                })
            };
            let difference = |of: fn(&Seen, usize) -> u64| self.family.difference(&part(1, of), &part(0, of));
            Some(SenderEffect {
                name: self.labels.senders[*sender].name.clone(),
                share_of_mail: Unit::Share.bounded(self.family.mean(&share)?),
                late_5m: difference(late)?,
                lost: difference(|seen, sender| seen.senders[sender].lost)?,
            })
        };
        self.worst.iter().filter_map(of).collect()
    }

    fn recovery(&self) -> Recovery {
        let period = &self.asked.period;
        let followed: Vec<Followed> = self.pairs.iter().map(|pair| Followed::of(*pair, period)).collect();
        let split = split_normal(&self.pairs, &self.asked.target.nodes, period);
        Recovery { split_normal_s: split, ..recovery(self.family, &followed, period) }
    }
}

/// Messages of a sender that are later than 5 min, or wait when the run ends.
fn late(seen: &Seen, sender: usize) -> u64 {
    let is_late = |waited: &&watch::Waited| {
        waited.message.sender.index() == sender && !waited.is_bounced && waited.delay() > LATE[1]
    };
    seen.waited.iter().filter(is_late).count() as u64 + measure::still_waiting(&seen.senders[sender])
}

/// The senders with most mail that is late or lost because of the failure.
fn worst_senders(pairs: &[Pair<'_>]) -> Vec<usize> {
    let senders = pairs.first().map_or(0, |[normal, _]| normal.senders.len());
    let hurt = |seen: &Seen| -> Vec<i64> {
        let mut hurt: Vec<i64> =
            seen.senders.iter().map(|of| (of.lost + measure::still_waiting(of)) as i64).collect();
        let late = seen.waited.iter().filter(|waited| !waited.is_bounced && waited.delay() > LATE[1]);
        late.for_each(|waited| hurt[waited.message.sender.index()] += 1);
        hurt
    };
    let mut sums = vec![0i64; senders];
    for [normal, with] in pairs {
        let (before, after) = (hurt(normal), hurt(with));
        sums.iter_mut()
            .zip(before.iter().zip(&after))
            .for_each(|(sum, (before, after))| *sum += after - before);
    }
    let mut worst: Vec<usize> = (0..senders).filter(|sender| sums[*sender] > 0).collect();
    worst.sort_by_key(|sender| (-sums[*sender], *sender));
    worst.truncate(MOST_SENDERS);
    worst
}
