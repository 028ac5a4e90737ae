//! Splits over equal hosts without outages, judged by a Monte Carlo of its own.

use crate::Case;
use mxsim_core::results::Answer;
use mxsim_verify::experiment::{equal_hosts, text};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1, Poisson};

/// Windows of the Monte Carlo: a chance near 95 % is known to 0.0016.
const WINDOWS: u32 = 20_000;
/// How far a chance has to be from what its goal asks for.
const MARGIN: f64 = 0.015;
/// A sender that brings less than this decides nothing alone, so mxsim does not ask *what if* about it.
const LEAST_DECISIVE: f64 = 0.05;

/// How a sender chooses.
#[derive(Clone, Copy, PartialEq)]
enum Choice {
    /// Any host for each message; read in its source.
    Postfix,
    /// Any host for each message; only assumed.
    Randomizing,
    /// The first host for each message; measured.
    First,
    /// Each outbound host keeps any host for exponential times of this mean [h]; only assumed.
    Sticky(f64),
    /// Each outbound host keeps any host for ever; only assumed.
    Forever,
}

impl Choice {
    const fn is_assumed(self) -> bool {
        matches!(self, Self::Randomizing | Self::Sticky(_) | Self::Forever)
    }

    fn text(self) -> String {
        match self {
            Self::Postfix => "preset = \"postfix\"".into(),
            Self::Randomizing => "preset = \"randomizing\"".into(),
            Self::First => "preset = \"qmail_lp64\"\nresolver = \"plain\"".into(),
            Self::Sticky(hours) => {
                format!("preset = \"cache-sticky\"\nsticky = \"{}m\"", (hours * 60.0).round())
            }
            Self::Forever => "preset = \"cache-sticky\"\nsticky = \"forever\"".into(),
        }
    }
}

/// A sender: share of the mail, equally large outbound hosts, and how they choose.
#[derive(Clone, Copy)]
struct Sender(f64, usize, Choice);

/// What has to hold, and on which part of the windows.
#[derive(Clone, Copy)]
enum Goal {
    /// None is written: near fair within a quarter.
    Default,
    Busiest(f64, f64),
    Quietest(f64, f64),
    Near(f64, f64),
}

impl Goal {
    const fn on(self) -> f64 {
        match self {
            Self::Default => 0.95,
            Self::Busiest(_, on) | Self::Quietest(_, on) | Self::Near(_, on) => on,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Default => String::new(),
            Self::Busiest(limit, on) => {
                format!("[goals]\nbusiest_share = {{ at_most = {limit}, on = {on} }}\n")
            }
            Self::Quietest(limit, on) => {
                format!("[goals]\nquietest_share = {{ at_least = {limit}, on = {on} }}\n")
            }
            Self::Near(within, on) => format!("[goals]\nnear_fair = {{ within = {within}, on = {on} }}\n"),
        }
    }

    fn met(self, shares: &[f64]) -> bool {
        let largest = shares.iter().copied().fold(0.0, f64::max);
        let least = shares.iter().copied().fold(1.0, f64::min);
        let near = |within: f64| {
            let fair = 1.0 / shares.len() as f64;
            shares.iter().all(|share| (share / fair - 1.0).abs() <= within + 1e-12)
        };
        match self {
            Self::Default => near(0.25),
            Self::Near(within, _) => near(within),
            Self::Busiest(limit, _) => largest <= limit + 1e-12,
            Self::Quietest(limit, _) => least >= limit - 1e-12,
        }
    }
}

/// Chance that a day meets `goal`.
fn chance(hosts: usize, messages: f64, senders: &[Sender], goal: Goal) -> f64 {
    let mut luck = ChaCha8Rng::seed_from_u64(20_261_123);
    let mut met = 0u32;
    for _ in 0..WINDOWS {
        let mut counts = vec![0.0; hosts];
        senders.iter().for_each(|sender| play(*sender, messages, &mut counts, &mut luck));
        let all: f64 = counts.iter().sum();
        let shares: Vec<f64> = counts.iter().map(|count| count / all).collect();
        met += u32::from(goal.met(&shares));
    }
    f64::from(met) / f64::from(WINDOWS)
}

/// One day of one sender.
fn play(Sender(share, choosers, choice): Sender, messages: f64, counts: &mut [f64], luck: &mut ChaCha8Rng) {
    let mean = messages * share;
    let hosts = counts.len();
    let any = |luck: &mut ChaCha8Rng| (luck.next_u64() % hosts as u64) as usize;
    match choice {
        Choice::Postfix | Choice::Randomizing => {
            counts.iter_mut().for_each(|count| *count += poisson(mean / hosts as f64, luck));
        }
        Choice::First => counts[0] += poisson(mean, luck),
        Choice::Forever => {
            (0..choosers).for_each(|_| counts[any(luck)] += poisson(mean / choosers as f64, luck));
        }
        Choice::Sticky(hours) => {
            for _ in 0..choosers {
                let mut at = 0.0;
                while at < 24.0 {
                    let kept: f64 = Exp1.sample(luck);
                    let until = (at + kept * hours).min(24.0);
                    counts[any(luck)] += poisson(mean / choosers as f64 * (until - at) / 24.0, luck);
                    at = until;
                }
            }
        }
    }
}

fn poisson(mean: f64, luck: &mut ChaCha8Rng) -> f64 {
    Poisson::new(mean).map_or(0.0, |law| law.sample(luck))
}

/// Whether a day meets the goal often enough, with a margin that makes the question fair.
fn often_enough(hosts: usize, messages: f64, senders: &[Sender], goal: Goal) -> bool {
    let chance = chance(hosts, messages, senders, goal);
    assert!((chance - goal.on()).abs() > MARGIN, "a chance of {chance} is too near {}", goal.on());
    chance > goal.on()
}

/// The mixes a *yes* has to stand: a sender that is only assumed has each of its outbound hosts keep one host for a week, or all of them
/// choose as one, or takes hosts as the DNS answers them. A week is as good as ever for a day.
fn worse(senders: &[Sender]) -> Vec<Vec<Sender>> {
    let decisive = (0..senders.len())
        .filter(|&i| senders[i].2.is_assumed() && senders[i].0 >= LEAST_DECISIVE)
        .max_by(|&a, &b| senders[a].0.total_cmp(&senders[b].0));
    let Some(i) = decisive else { return Vec::new() };
    let with = |choosers, choice| {
        let mut changed = senders.to_vec();
        changed[i] = Sender(senders[i].0, choosers, choice);
        changed
    };
    // Who draws anew for each message holds nothing together until he holds something.
    let held = if senders[i].2 == Choice::Randomizing { Choice::Forever } else { senders[i].2 };
    vec![with(senders[i].1, Choice::Forever), with(1, held), with(senders[i].1, Choice::First)]
}

fn truth(hosts: usize, messages: f64, senders: &[Sender], goal: Goal) -> Answer {
    if !often_enough(hosts, messages, senders, goal) {
        return Answer::No;
    }
    if worse(senders).iter().any(|changed| !often_enough(hosts, messages, changed, goal)) {
        return Answer::DependsOn;
    }
    match goal {
        Goal::Default if !often_enough(hosts, messages, senders, Goal::Near(0.10, 0.95)) => {
            Answer::YesRoughly
        }
        _ => Answer::Yes,
    }
}

fn scenario(run: &str, hosts: usize, messages: f64, senders: &[Sender], goal: Goal) -> String {
    // One organisation with so many outbound hosts.
    let sender = |(i, Sender(share, choosers, choice)): (usize, &Sender)| {
        let choice = choice.text();
        format!("[[senders]]\nname = \"sender {i}\"\nshare = {share}\nhosts = {choosers}\n{choice}\n")
    };
    let senders: String = senders.iter().enumerate().map(sender).collect();
    let rest = format!("[traffic]\nmessages_per_day = {messages}\n{senders}{}", goal.text());
    text(run, &equal_hosts(hosts, 300), &rest)
}

/// Who sends: all alike, or one beside Postfix sites.
fn all(choice: Choice) -> Vec<Sender> {
    vec![Sender(1.0, 50, choice)]
}

fn with_postfix(share: f64, choosers: usize, choice: Choice) -> Vec<Sender> {
    vec![Sender(share, choosers, choice), Sender(1.0 - share, 50, Choice::Postfix)]
}

/// Name, hosts, messages a day, senders.
type Split = (&'static str, usize, f64, Vec<Sender>);

/// Splits without a goal of their own: rough even or not, and why.
fn without_goal() -> Vec<Split> {
    use Choice::{First, Forever, Postfix, Randomizing, Sticky};
    vec![
        ("an even mix, much mail", 3, 3_000.0, all(Postfix)),
        ("an even mix, some mail", 3, 500.0, all(Postfix)),
        ("an even mix, little mail", 3, 80.0, all(Postfix)),
        ("two hosts, much mail", 2, 2_000.0, all(Postfix)),
        ("two hosts, little mail", 2, 40.0, all(Postfix)),
        ("five hosts, some mail", 5, 1_000.0, all(Postfix)),
        ("five hosts, little mail", 5, 150.0, all(Postfix)),
        ("an assumed shuffle, many outbound hosts", 3, 2_000.0, vec![Sender(1.0, 2_000, Randomizing)]),
        ("an assumed shuffle, few outbound hosts", 3, 1_000.0, all(Randomizing)),
        ("all take the first record", 3, 300.0, all(First)),
        ("a third takes the first record", 3, 500.0, with_postfix(0.3, 10, First)),
        ("a twentieth takes the first record", 3, 1_500.0, with_postfix(0.05, 10, First)),
        ("one sticky chooser in ten", 3, 500.0, with_postfix(0.1, 1, Forever)),
        ("a big provider of three hosts for ever", 3, 500.0, with_postfix(0.5, 3, Forever)),
        ("a big provider of 400 hosts for ever", 3, 1_500.0, with_postfix(0.5, 400, Forever)),
        ("a provider that chooses anew each hour", 3, 1_500.0, with_postfix(0.4, 4, Sticky(1.0))),
        ("a provider that keeps a host for hours", 3, 500.0, with_postfix(0.5, 4, Sticky(6.0))),
        ("a small provider of many hosts for hours", 3, 3_000.0, with_postfix(0.08, 300, Sticky(6.0))),
    ]
}

/// Splits with goals near and far.
fn with_goal() -> Vec<(Split, Goal)> {
    use Choice::{Forever, Postfix};
    let sticky_tenth = with_postfix(0.1, 2, Forever);
    vec![
        (("no node above 40 %", 3, 300.0, all(Postfix)), Goal::Busiest(0.40, 0.95)),
        (("no node above 36 %", 3, 300.0, all(Postfix)), Goal::Busiest(0.36, 0.95)),
        (("no node above 38 %, on nine of ten", 3, 1_000.0, all(Postfix)), Goal::Busiest(0.38, 0.90)),
        (("no node above 38 %, a sticky tenth", 3, 1_000.0, sticky_tenth), Goal::Busiest(0.38, 0.90)),
        (("no node below 40 % of two", 2, 500.0, all(Postfix)), Goal::Quietest(0.40, 0.95)),
        (("no node below 48 % of two", 2, 500.0, all(Postfix)), Goal::Quietest(0.48, 0.95)),
        (("within 20 % on most days", 3, 300.0, all(Postfix)), Goal::Near(0.20, 0.80)),
        (("within 5 % on half of the days", 3, 300.0, all(Postfix)), Goal::Near(0.05, 0.50)),
    ]
}

/// 28 splits; what the answer is, the functions above find out.
pub(crate) fn cases() -> Vec<Case> {
    let without = without_goal().into_iter().map(|split| (split, Goal::Default));
    let decided = |((name, hosts, messages, senders), goal): (Split, Goal)| Case {
        name: name.into(),
        text: scenario("warm_up = \"1h\"", hosts, messages, &senders, goal),
        truth: truth(hosts, messages, &senders, goal),
    };
    let mut cases: Vec<Case> = without.chain(with_goal()).map(decided).collect();
    // Twenty days that are all good cannot show that 19 of 20 are; twenty days of which hardly any is good show that they are not.
    let few = |name: &str, goal: Goal, truth| Case {
        name: name.into(),
        text: scenario("replications = 20\nwarm_up = \"1h\"", 3, 300.0, &all(Choice::Postfix), goal),
        truth,
    };
    cases.push(few("twenty good days", Goal::Busiest(0.45, 0.95), Answer::CannotTell));
    cases.push(few("twenty bad days", Goal::Busiest(0.335, 0.95), Answer::No));
    cases
}
