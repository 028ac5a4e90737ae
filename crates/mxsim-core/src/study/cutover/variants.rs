//! The scenarios that are held against each other, all made from one.

use super::arrivals::Scene;
use super::document::Lowering;
use super::held::OldAnswer;
use super::options::{CutoverOptions, LOWER_TTL, TIME_OF_DAY};
use crate::Fault;
use crate::dns::{Host, RecordType};
use crate::scenario::{ChangeSpec, EventSpec, Scenario, ScenarioBuilder};
use crate::study::StudyError;
use crate::time::{Span, Time};

/// How much longer than anything is kept the old hosts are watched, and for how long at least. *Assumption*: a quarter of a day shows that nothing
/// comes any more, and nobody stops a host on the day of the change without a look at a whole day.
const QUIET: Span = Span::from_hours(6);
const LEAST_WATCH: Span = Span::DAY;
/// Mail that comes in the last part of the watch comes when it ends. *Assumption*: an eighth of it is some hours at least.
pub(super) const END: i64 = 8;
/// Bins are cut for a TTL of this length where there is none.
const NO_TTL: Span = Span::MINUTE;

/// One way in which the old hosts may go on.
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) scenario: Scenario,
}

/// All that is simulated, and what it is about.
pub(super) struct Prepared {
    pub(super) variants: Vec<Way>,
    pub(super) scene: Scene,
    /// When the change is published, from midnight of the first measured day.
    pub(super) at: Span,
    /// The places of the nodes that it takes out.
    pub(super) old: Vec<usize>,
    pub(super) ttl: Span,
    pub(super) lowering: Option<Lowering>,
    pub(super) lines: Vec<String>,
    /// Hosts whose addresses are taken to stay.
    pub(super) kept: Vec<String>,
    /// Whether a lower TTL could be looked at, and why not.
    pub(super) no_lowering: Option<&'static str>,
    /// The types of the records that change.
    pub(super) types: Vec<RecordType>,
    /// True if the time of the change was chosen here.
    pub(super) is_time_chosen: bool,
}

/// What changes, before the times are known.
struct Question<'b> {
    builder: &'b ScenarioBuilder,
    change: Option<crate::scenario::ZoneChange>,
    scenario: Scenario,
    version: usize,
    ttl: Span,
}

impl Prepared {
    pub(super) fn new(
        builder: &ScenarioBuilder,
        new: Option<&str>,
        options: CutoverOptions,
    ) -> Result<Self, StudyError> {
        let question = Question::new(builder, new)?;
        let old = question.scenario.retired_by(question.version);
        if old.is_empty() {
            return Err(no_host_leaves(&question.scenario));
        }
        let own = question.own_time();
        if let (Some(_), Some(_)) = (own, options.at) {
            return Err(asked("--at: the scenario says itself when its zone changes; change it there"));
        }
        let lines = question.lowered_lines(options)?;
        let before = options.before.unwrap_or_else(|| question.ttl.up_to_whole(Span::HOUR) + Span::HOUR);
        let at = own
            .or(options.at)
            .unwrap_or_else(|| first_day(if lines.is_empty() { Span::ZERO } else { before }));
        let lowering = lowering(options, &lines, before, at)?;
        let times = question.times(options, at)?;
        let lowered = lowering.map(|lowering| {
            let change = ChangeSpec::at(Span(at.0 - before.0)).replace(&lines.join("\n"));
            (lowering, change)
        });
        let variants = question.variants(&old, &times, lowered, options)?;
        let (is_old, end) = (&variants[0].scenario.nodes, Time::ZERO + times.run_length);
        let is_old = (0..is_old.len()).map(|place| old.contains(&place)).collect();
        let shortest =
            lowering.map_or(question.ttl, |lower| question.ttl.min(Span::from_secs_f64(lower.ttl_s)));
        let shortest = if shortest == Span::ZERO { NO_TTL } else { shortest };
        Ok(Self {
            scene: Scene::new(Time::ZERO + at, is_old, shortest, end),
            variants,
            at,
            old,
            ttl: question.ttl,
            lowering,
            lines: question.lines(),
            kept: question.change.as_ref().map(|change| change.kept.clone()).unwrap_or_default(),
            no_lowering: question.no_lowering(&lines, before > at),
            types: question.types(),
            is_time_chosen: own.or(options.at).is_none(),
        })
    }

    /// The old hosts as they are called.
    pub(super) fn names(&self) -> Vec<&str> {
        self.old.iter().map(|place| self.scenario().nodes[*place].name.as_str()).collect()
    }

    /// The answer that the change makes old, with this TTL.
    pub(super) fn old_answer(&self, ttl: Span) -> OldAnswer<'_> {
        let in_clear = self.old.iter().any(|place| !self.scenario().nodes[*place].capacity.tls);
        OldAnswer { ttl, types: &self.types, in_clear }
    }

    /// The scenario in which the old hosts go on as they are.
    pub(super) fn scenario(&self) -> &Scenario {
        &self.variants[0].scenario
    }
}

/// When the change is, and how long everything goes on.
struct Times {
    at: Span,
    run_length: Span,
    warm_up: Span,
}

impl<'b> Question<'b> {
    fn new(builder: &'b ScenarioBuilder, new: Option<&str>) -> Result<Self, StudyError> {
        let own = builder.clone().build()?;
        let change = new.map(|new| builder.zone_change(new)).transpose().map_err(StudyError::Question)?;
        let (scenario, version) = match &change {
            Some(_) if own.zones.len() > 1 => {
                return Err(asked(
                    "the scenario changes its zone itself; leave its [[changes]] out, or the new zone",
                ));
            }
            Some(change) if change.is_empty() => {
                return Err(asked("the two zones say the same about mail, so nothing is cut over"));
            }
            Some(change) => (builder.clone().zone_changes(change, TIME_OF_DAY).build()?, 1),
            None if own.zones.len() == 1 => {
                return Err(asked(
                    "nothing changes: name the new zone behind the old one, or a scenario with [[changes]]",
                ));
            }
            None => {
                let retires = |version: &usize| !own.retired_by(*version).is_empty();
                let version = (1..own.zones.len()).rev().find(retires).unwrap_or(own.zones.len() - 1);
                (own, version)
            }
        };
        let ttl = scenario.outdated_ttl(version).unwrap_or(Span::ZERO);
        Ok(Self { builder, change, scenario, version, ttl })
    }

    /// When the scenario itself says that the zone changes.
    fn own_time(&self) -> Option<Span> {
        self.change.is_none().then(|| self.scenario.zones[self.version].at.since(Time::ZERO))
    }

    /// The records with the lower TTL; none where that changes nothing.
    fn lowered_lines(&self, options: CutoverOptions) -> Result<Vec<String>, StudyError> {
        if self.version != 1 {
            return Ok(Vec::new());
        }
        let zones = (&self.scenario.zones[0].zone, &self.scenario.zones[1].zone);
        let ttl = options.lower_ttl.unwrap_or(LOWER_TTL);
        self.builder.lines_with_ttl(zones, ttl).map_err(StudyError::Question)
    }

    fn no_lowering(&self, lines: &[String], is_too_early: bool) -> Option<&'static str> {
        match () {
            () if self.version != 1 => Some("it is looked at only before the first change of a scenario"),
            () if lines.is_empty() => Some("the records that change have no longer one"),
            () if is_too_early => Some("the scenario changes the zone too early to do so before"),
            () => None,
        }
    }

    /// The types of the records that change.
    fn types(&self) -> Vec<RecordType> {
        let (old, new) =
            (&self.scenario.zones[self.version - 1].zone, &self.scenario.zones[self.version].zone);
        let mut types = Vec::new();
        if old.mx != new.mx {
            types.push(RecordType::Mx);
        }
        let moves = |host: &Host| {
            new.host(&host.name).is_none_or(|other| (&other.a, &other.aaaa) != (&host.a, &host.aaaa))
        };
        if old.hosts.iter().any(moves) {
            types.extend([RecordType::A, RecordType::Aaaa]);
        }
        types
    }

    /// The lines of the change, with a sign each.
    fn lines(&self) -> Vec<String> {
        let Some(change) = &self.change else { return Vec::new() };
        let gone = change.remove.iter().map(|line| format!("- {line}"));
        let come = change.replace.iter().chain(&change.add).map(|line| format!("+ {line}"));
        gone.chain(come).collect()
    }

    /// The scenario with the change at this time, to be completed.
    fn changed(&self, at: Span) -> ScenarioBuilder {
        match &self.change {
            Some(change) => self.builder.clone().zone_changes(change, at),
            None => self.builder.clone(),
        }
    }

    fn times(&self, options: CutoverOptions, at: Span) -> Result<Times, StudyError> {
        let scenario = self.changed(at).build()?;
        let warm_up = scenario.run.warm_up;
        // The last part of the watch, in which mail counts as still coming, is to begin when nothing is kept any more.
        let kept = Span(warm_up.0 / (END - 1) * END);
        let watch = options.watch.unwrap_or_else(|| (kept + QUIET).max(LEAST_WATCH));
        // A scenario that says itself how long it runs is not cut.
        let run_length = (at + watch).up_to_whole(scenario.run.window);
        let own = if options.watch.is_none() && self.change.is_none() {
            scenario.run.run_length
        } else {
            Span::ZERO
        };
        Ok(Times { at, run_length: run_length.max(own), warm_up })
    }

    fn variants(
        &self,
        old: &[usize],
        times: &Times,
        lowered: Option<(Lowering, ChangeSpec)>,
        options: CutoverOptions,
    ) -> Result<Vec<Way>, StudyError> {
        let base = self.changed(times.at).run_length(times.run_length).warm_up(times.warm_up);
        let keeps = base.clone().build()?;
        let names: Vec<String> = old.iter().map(|place| keeps.nodes[*place].name.clone()).collect();
        let stopped = |builder: ScenarioBuilder, fault: Fault, after: Span| {
            let from = times.at + after;
            let left = Span(times.run_length.0 - from.0);
            let event = EventSpec::all(names.iter().map(String::as_str), fault).at(from).lasting(left);
            if left > Span::ZERO { builder.event(event).build() } else { builder.build() }
        };
        let mut ways = vec![
            way("keeps", "goes on taking mail, or forwards it", keeps),
            way(
                "refuses",
                "refuses connections from the change on",
                stopped(base.clone(), Fault::Refuse, Span::ZERO)?,
            ),
            way(
                "drops",
                "is gone from the change on: packets vanish",
                stopped(base.clone(), Fault::Drop, Span::ZERO)?,
            ),
        ];
        let mut planned = base.clone();
        if let Some((lowering, change)) = lowered {
            let builder = base.change(change);
            let text = format!(
                "goes on, and the TTL is {} from {} before the change on",
                Span::from_secs_f64(lowering.ttl_s),
                Span::from_secs_f64(lowering.before_s)
            );
            ways.push(way("lowered", &text, builder.clone().build()?));
            if lowering.is_planned {
                planned = builder;
            }
        }
        if let Some(stop) = options.stop_after {
            let text = format!("takes mail for {stop} after the change; then packets vanish");
            ways.push(way("plan", &text, stopped(planned, Fault::Drop, stop)?));
        }
        Ok(ways)
    }
}

fn way(name: &'static str, text: &str, scenario: Scenario) -> Way {
    Way { name, text: text.to_owned(), scenario }
}

/// What is wrong with the question.
fn asked(why: &str) -> StudyError {
    StudyError::Question(why.to_owned())
}

fn no_host_leaves(scenario: &Scenario) -> StudyError {
    let names: Vec<&str> = scenario.nodes.iter().map(|node| node.name.as_str()).collect();
    StudyError::Question(format!(
        "the change takes no host out of the zone ({} take mail after it as before), so none can be stopped; to hold the two designs against each other type mxsim compare",
        names.join(", ")
    ))
}

fn lowering(
    options: CutoverOptions,
    lines: &[String],
    before: Span,
    at: Span,
) -> Result<Option<Lowering>, StudyError> {
    let is_planned = options.lower_ttl.is_some();
    let ttl = options.lower_ttl.unwrap_or(LOWER_TTL);
    match () {
        () if lines.is_empty() && is_planned => Err(StudyError::Question(format!(
            "--lower-ttl {ttl}: no answer that changes has a longer TTL, so there is nothing to lower"
        ))),
        () if before > at && is_planned => Err(StudyError::Question(format!(
            "the TTL would be lowered {before} before the change, which is {at} after the start; let it change later"
        ))),
        () if lines.is_empty() || before > at => Ok(None),
        () => Ok(Some(Lowering { ttl_s: ttl.as_secs_f64(), before_s: before.as_secs_f64(), is_planned })),
    }
}

/// 10:00 of the first day on which so much time has gone by.
fn first_day(before: Span) -> Span {
    TIME_OF_DAY + Span(before.0 - TIME_OF_DAY.0).max(Span::ZERO).up_to_whole(Span::DAY)
}
