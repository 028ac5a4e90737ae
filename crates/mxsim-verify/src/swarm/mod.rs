//! Random scenarios over the whole schema, and what has to hold in every one of them.
//!
//! ```text
//!   (seed, number) --draw--> document --read, simulate--> subject --invariants--> fine | broken --shrink--> a small scenario
//! ```
//!
//! After the *VOPR* of TigerBeetle: one number is one scenario, and a failing one is named by its seed and number. Designs, senders, capacities,
//! faults and changes are drawn first; then keys are planted that the reader's own list names, each in its turn, so that a key that is new to the reader is
//! in the swarm the next day. What the reader refuses is taken back. Most scenarios are small; what the simulator itself refuses as too large counts as
//! a case, and it has to be refused before it runs.
//!
//! A new invariant is a function in `invariants/` and its line in [`invariants::ALL`].
//!
//! Main types: [`Swarm`], [`Report`], [`Fault`].

mod design;
pub mod draw;
pub mod invariants;
pub mod keys;
mod shrink;
mod step_counter;
pub mod subject;
mod toml_text;

use crate::fuzz::guard::guarded;
use draw::{Drawn, Generator};
use invariants::{ALL, Invariant};
use serde_json::{Value, json};
use shrink::shrink;
use std::collections::BTreeMap;
use subject::{MOST_WORK, Subject, USUAL_WORK, Unfit, is_refused};

/// Steps in which a dear scenario gets less mail.
const MOST_CUTS: usize = 12;
/// One scenario in so many may be dear.
const DEAR_ONE_IN: u64 = 16;
/// Of so many dear scenarios one keeps its mail, and grows until the cost check refuses it.
const LARGE_ONE_IN: u64 = 40;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Number of the scenario that showed it.
    pub number: u64,
    /// Name of the invariant.
    pub invariant: &'static str,
    /// What is broken.
    pub why: String,
    /// The scenario, made as small as it went, as TOML.
    pub toml: String,
}

/// What came of the scenarios.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Scenarios that were simulated.
    pub simulated: u64,
    /// Those of them that gave a results document; the worlds beside the others take too long.
    pub documents: u64,
    /// Scenarios that the cost check refused, as it should.
    pub too_large: u64,
    /// Scenarios that are valid, not refused, and too dear for a swarm.
    pub dear: u64,
    /// Scenarios that went on far beyond their estimated cost, by number.
    pub beyond_estimate: Vec<u64>,
    /// Work that was counted over work that was estimated, of each scenario, message by message.
    pub cost_factors: Vec<f64>,
    /// How often each method was used for a sender.
    pub methods: BTreeMap<&'static str, u64>,
    /// Planted paths that the reader took, and how often.
    pub planted: BTreeMap<String, u64>,
    /// One fault of each invariant.
    pub faults: Vec<Fault>,
}

impl Report {
    /// All scenarios.
    #[must_use]
    pub fn scenarios(&self) -> u64 {
        self.simulated + self.too_large + self.dear + self.beyond_estimate.len() as u64
    }

    /// The quantile `q` of the cost factors; 1 without any.
    #[must_use]
    pub fn cost_factor(&self, q: f64) -> f64 {
        let mut sorted = self.cost_factors.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (q * sorted.len().saturating_sub(1) as f64).round() as usize;
        sorted.get(place).copied().unwrap_or(1.0)
    }

    /// The part of the simulated scenarios whose counted work is within `factor` of the estimate.
    #[must_use]
    pub fn part_within(&self, factor: f64) -> f64 {
        let within = |of: &&f64| **of <= factor && **of * factor >= 1.0;
        let count = self.cost_factors.iter().filter(within).count();
        count as f64 / (self.cost_factors.len() + self.beyond_estimate.len()).max(1) as f64
    }
}

/// Scenarios of one seed.
#[derive(Debug)]
pub struct Swarm {
    generator: Generator,
}

/// Work below which an estimate says nothing: the count of a few messages is chance (messages simulated one by one).
const SMALL_WORK: f64 = 300.0;

impl Swarm {
    /// Scenarios of this seed, with up to 10^`decades` messages in a replication.
    #[must_use]
    pub fn new(seed: u64, decades: f64) -> Self {
        Self { generator: Generator::new(seed, decades) }
    }

    /// All places of the schema that are planted in turn.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.generator.paths()
    }

    /// Draws scenario `number` without simulating it.
    #[must_use]
    pub fn draw(&self, number: u64) -> Drawn {
        self.generator.draw(number)
    }

    /// The text of scenario `number`, as it is simulated.
    #[must_use]
    pub fn text(&self, number: u64) -> String {
        toml_text::text(&self.fit(self.draw(number).document, number).0)
    }

    /// Simulates scenario `number` and adds what came of it to `report`.
    pub fn look_at(&self, number: u64, report: &mut Report) {
        let Drawn { document, planted } = self.draw(number);
        planted.into_iter().for_each(|path| *report.planted.entry(path).or_default() += 1);
        let (document, subject) = self.fit(document, number);
        let subject = match subject {
            Ok(Ok(subject)) => subject,
            Ok(Err(Unfit::TooLarge)) => {
                report.too_large += 1;
                return is_refused(&toml_text::text(&document)).unwrap_or_else(|why| {
                    let fault = Fault {
                        number,
                        invariant: "refused-before-it-runs",
                        why,
                        toml: toml_text::text(&document),
                    };
                    report.faults.push(fault);
                });
            }
            Ok(Err(Unfit::BeyondEstimate)) => return report.beyond_estimate.push(number),
            Ok(Err(Unfit::Dear | Unfit::Refused)) => return report.dear += 1,
            Err(why) => return self.add_panic(number, &document, why, report),
        };
        report.simulated += 1;
        for method in &subject.fast.methods {
            *report.methods.entry(method.method.name()).or_default() += 1;
        }
        report.documents +=
            u64::from(matches!(guarded(|| subject.results().is_ok_and(|of| of.is_some())), Ok(true)));
        let estimated = subject::estimated_work(&subject.slow);
        report.cost_factors.push((subject.watch.work() + SMALL_WORK) / (estimated + SMALL_WORK));
        for invariant in ALL {
            if let Err(why) = check(invariant, &subject)
                && report.faults.iter().all(|fault| fault.invariant != invariant.name)
            {
                report.faults.push(smallest(number, &document, invariant, why));
            }
        }
    }

    fn add_panic(&self, number: u64, document: &Value, why: String, report: &mut Report) {
        if report.faults.iter().any(|fault| fault.invariant == PANIC) {
            return;
        }
        let panics = |document: &Value| read(document, MOST_WORK).is_err();
        let toml = toml_text::text(&shrink(document, panics));
        report.faults.push(Fault { number, invariant: PANIC, why, toml });
    }

    /// Takes mail from a scenario that is too dear until it fits; some get more, until they are refused.
    fn fit(&self, mut document: Value, number: u64) -> (Value, Guarded) {
        let grows = number % LARGE_ONE_IN == LARGE_ONE_IN - 1;
        let most_work = if number.is_multiple_of(DEAR_ONE_IN) { MOST_WORK } else { USUAL_WORK };
        let read = |document: &Value| read(document, most_work);
        let mut subject = if grows { Ok(Err(Unfit::Dear)) } else { read(&document) };
        for _ in 0..MOST_CUTS {
            let is_too_much = matches!(subject, Ok(Err(Unfit::Dear | Unfit::BeyondEstimate)));
            let may_grow = grows && matches!(subject, Ok(Ok(_)));
            if !is_too_much && !may_grow {
                break;
            }
            let Some(messages) = document["traffic"]["messages_per_day"].as_f64() else { break };
            let changed = if grows { messages * 16.0 } else { messages / 4.0 };
            document["traffic"]["messages_per_day"] = json!(changed.clamp(1e-3, 1e12));
            subject = read(&document);
        }
        (document, subject)
    }
}

const PANIC: &str = "no-panic";

/// A subject, why there is none, or what a panic said.
type Guarded = Result<Result<Subject, Unfit>, String>;

fn read(document: &Value, most_work: f64) -> Guarded {
    let toml = toml_text::text(document);
    guarded(|| Subject::new(&toml, most_work))
}

/// Looks at one invariant; a panic breaks it too.
fn check(invariant: Invariant, subject: &Subject) -> Result<(), String> {
    guarded(|| (invariant.holds)(subject)).and_then(|outcome| outcome)
}

/// The smallest scenario that breaks the same invariant.
fn smallest(number: u64, document: &Value, invariant: Invariant, mut why: String) -> Fault {
    let small = shrink(document, |smaller| match read(smaller, MOST_WORK) {
        Ok(Ok(subject)) => match check(invariant, &subject) {
            Err(other) => {
                why = other;
                true
            }
            Ok(()) => false,
        },
        _ => false,
    });
    Fault { number, invariant: invariant.name, why, toml: toml_text::text(&small) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIO: &str =
        "[run]\nrun_length = \"3h\"\nwindow = \"1h\"\nwarm_up = \"1h\"\n[traffic]\nmessages_per_day = 2000\n
[zone]\ntext = \"example.com. 300 IN MX 10 mx1.example.com.\\nmx1.example.com. 300 IN A 192.0.2.1\"\n
[[senders]]\npreset = \"randomizing\"\ngrade = \"measured\"\nreuse = \"never\"\n
[nodes.mx1]\nsessions = 5\nsession_time = \"20s\"\n";

    fn broken(spoil: impl FnOnce(&mut Subject)) -> Vec<&'static str> {
        let mut subject = Subject::new(SCENARIO, MOST_WORK).expect("a scenario that fits");
        spoil(&mut subject);
        ALL.into_iter().filter(|of| check(*of, &subject).is_err()).map(|of| of.name).collect()
    }

    /// Each wrong count is found by the invariant that is about it, and what is right by none.
    #[test]
    fn every_wrong_count_is_found() {
        assert_eq!(broken(|_| ()), [""; 0]);
        let finds = |name, spoil: fn(&mut Subject)| {
            let found = broken(spoil);
            assert!(found.contains(&name), "{name}: {found:?}");
        };
        finds("conservation-of-messages", |subject| subject.tallies[0].totals.bounced += 1);
        finds("conservation-by-node", |subject| subject.tallies[0].series[0] += 1);
        finds("capacity", |subject| subject.watched.windows[0].peak_sessions[0] = 6);
        finds("littles-law", |subject| subject.watched.sessions[0].occupied_us += 1);
        finds("a-watched-replication-is-the-same", |subject| subject.watched.mx_lookups += 1);
        finds("a-shorter-run-is-a-prefix", |subject| subject.tallies.swap(0, 1));
    }

    /// A swarm's fault is made small: what does not matter to it is gone.
    #[test]
    fn a_fault_comes_with_a_small_scenario() {
        let picky = Invariant {
            name: "no-node-has-five-sessions",
            holds: |subject| {
                let limit = |node: &mxsim_core::scenario::Node| node.capacity.sessions;
                let breaks = subject.scenario.nodes.iter().filter_map(limit).any(|limit| limit >= 5);
                if breaks { Err("a node has five".into()) } else { Ok(()) }
            },
        };
        let document: toml::Table = SCENARIO.parse().expect("TOML");
        let document = serde_json::to_value(document).expect("JSON");
        let fault = smallest(3, &document, picky, "a node has five".into());
        let is_small = !fault.toml.contains("reuse") && !fault.toml.contains("grade");
        assert!(fault.toml.contains("sessions = 5") && is_small, "{}", fault.toml);
    }
}
