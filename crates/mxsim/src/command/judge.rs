//! `mxsim judge`: is the split that was counted luck?

use crate::args::{Judge, PlainFormat};
use crate::exit::{Exit, Failure};
use crate::output::print;
use crate::screen::{grouped, next, short, table};
use mxsim_core::theory::judge::{Chance, Fit, Method};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A split that comes up more often than this is luck: one in twenty, as everywhere in mxsim.
const LUCK: f64 = 0.05;
/// One that comes up more seldom than this is not. Between the two nobody should be woken up. *Assumption*: a false alarm every hundredth
/// time is bearable.
const FINDING: f64 = 0.01;
/// More nodes than any zone has.
const MOST_NODES: usize = 1000;

/// Judges the counts.
pub(crate) fn judge(arguments: &Judge) -> Result<Exit, Failure> {
    let judgement = Judgement::of(arguments)?;
    match arguments.format {
        PlainFormat::Text => print(&judgement.screen())?,
        PlainFormat::Json => print(&format!("{:#}\n", judgement.json()))?,
    }
    Ok(if arguments.exit_zero { Exit::Met } else { judgement.answer.exit() })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Luck,
    NotLuck,
    /// Nobody said how many choosers there are, and few would explain it.
    DependsOnChoosers,
    /// Even the most uneven split would not be rare.
    TooFew,
    /// Rarer than luck should be, but not rare enough.
    Between,
}

impl Answer {
    const fn exit(self) -> Exit {
        match self {
            Self::Luck => Exit::Met,
            Self::NotLuck => Exit::Missed,
            Self::DependsOnChoosers | Self::TooFew | Self::Between => Exit::CannotTell,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Luck => "LUCK",
            Self::NotLuck => "NOT LUCK",
            Self::DependsOnChoosers | Self::TooFew | Self::Between => "CAN'T TELL",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Luck => "luck",
            Self::NotLuck => "not_luck",
            Self::DependsOnChoosers | Self::TooFew | Self::Between => "cannot_tell",
        }
    }
}

struct Judgement<'a> {
    arguments: &'a Judge,
    fit: Fit,
    /// Choosers it was judged for: those given, or one per message.
    choosers: u64,
    chance: Chance,
    answer: Answer,
    break_even: Option<u64>,
}

impl<'a> Judgement<'a> {
    fn of(arguments: &'a Judge) -> Result<Self, Failure> {
        let fit = fit(arguments)?;
        let messages = arguments.counts.iter().sum::<u64>();
        let choosers = arguments.choosers.unwrap_or(messages).min(messages);
        let chance = fit.chance(choosers);
        let answer = match (chance.p_value, arguments.choosers) {
            _ if fit.least_chance(choosers) > FINDING => Answer::TooFew,
            (p_value, _) if p_value >= LUCK => Answer::Luck,
            (_, None) => Answer::DependsOnChoosers,
            (p_value, _) if p_value < FINDING => Answer::NotLuck,
            _ => Answer::Between,
        };
        let break_even = fit.break_even(LUCK);
        Ok(Self { arguments, fit, choosers, chance, answer, break_even })
    }

    fn screen(&self) -> String {
        let mut rows = vec![(self.answer.word(), self.sentence()), ("why", self.why())];
        rows.extend(self.off());
        rows.push(("method", self.method()));
        let counts: Vec<String> = self.arguments.counts.iter().map(u64::to_string).collect();
        let question = format!("Is this split over {} nodes luck?", counts.len());
        format!(
            "{question}\n\n{}\n{}{}",
            table(&rows),
            self.nodes(),
            next(&self.next_command(&counts.join(" ")))
        )
    }

    fn sentence(&self) -> String {
        let limit = self.break_even.map_or_else(String::new, |limit| grouped(limit as f64));
        match self.answer {
            Answer::Luck => "Nothing has to have changed: chance alone does this.".into(),
            Answer::NotLuck => "Chance alone hardly does this: look for a reason.".into(),
            Answer::DependsOnChoosers => {
                format!(
                    "Luck if fewer than {limit} independent choosers send to you, not luck if many more do."
                )
            }
            Answer::TooFew => "Too few chose: not even all mail at one node would be rare.".into(),
            Answer::Between => "Rarer than luck should be, not rare enough to blame anything.".into(),
        }
    }

    fn why(&self) -> String {
        let messages = "messages that each choose for themselves";
        let who = match self.arguments.choosers {
            Some(more) if more > self.choosers => format!("{messages}, one for each chooser at most,"),
            Some(_) => format!("{} equal, independent choosers", grouped(self.choosers as f64)),
            None => messages.to_owned(),
        };
        let mut why = format!("{who} split at least as unevenly {}.", often(self.chance.p_value));
        if let (Some(limit), Some(_)) = (self.break_even, self.arguments.choosers) {
            let _ = write!(why, " It is luck if fewer than {} send to you.", grouped(limit as f64));
        }
        why[..1].make_ascii_uppercase();
        why
    }

    /// The node that is furthest off for its size, if any is.
    fn off(&self) -> Option<(&'static str, String)> {
        let error = |fair: f64| (fair * (1.0 - fair)).sqrt();
        let lines = self.lines();
        let worst = lines.iter().max_by(|a, b| {
            let far = |line: &Line| (line.share - line.fair).abs() / error(line.fair);
            far(a).total_cmp(&far(b))
        })?;
        let [low, high] = worst.range;
        let sentence = format!(
            "node {} carries {}, {:.1} points {} its fair share; in the long run {} to {}.",
            worst.number,
            short(worst.share),
            100.0 * (worst.share - worst.fair).abs(),
            if worst.share > worst.fair { "above" } else { "below" },
            short(low),
            short(high)
        );
        worst.is_off().then_some(("most off", sentence))
    }

    fn method(&self) -> String {
        let law = match self.chance.method {
            Method::ExactMultinomial => "exact multinomial test",
            Method::MomentMatched => "Pearson's chi-square with Haldane's exact variance",
        };
        match self.arguments.choosers {
            Some(_) => {
                format!("{law}, messages scaled to choosers (Brier); ranges hold jointly (Goodman, 95 %).")
            }
            None => format!("{law}; ranges hold jointly (Goodman, 95 %) if each message chooses for itself."),
        }
    }

    fn nodes(&self) -> String {
        let mut text = format!(
            "  {:>4}  {:>16}  {:>7}  {:>7}  {:>6}  long-run share\n",
            "node", "messages", "share", "fair", "off"
        );
        for line in self.lines() {
            let _ = writeln!(
                text,
                "  {:>4}  {:>16}  {:>7}  {:>7}  {:>+6.1}  {} to {}{}",
                line.number,
                line.count,
                short(line.share),
                short(line.fair),
                100.0 * (line.share - line.fair),
                short(line.range[0]),
                short(line.range[1]),
                if line.is_off() { "  *" } else { "" }
            );
        }
        if self.lines().iter().any(Line::is_off) {
            text.push_str("  * its fair share lies outside the range\n");
        }
        text
    }

    fn lines(&self) -> Vec<Line> {
        let shares: Vec<f64> = self.fit.shares().collect();
        let ranges = self.fit.intervals(self.choosers, 0.95);
        let line = |(i, count): (usize, &u64)| Line {
            number: i + 1,
            count: *count,
            share: shares[i],
            fair: self.fit.fair_shares()[i],
            range: ranges[i],
        };
        self.arguments.counts.iter().enumerate().map(line).collect()
    }

    fn next_command(&self, counts: &str) -> String {
        match self.answer {
            Answer::Luck => {
                format!("mxsim ask {}, for what to expect on a bad day", self.arguments.counts.len().min(100))
            }
            Answer::NotLuck => {
                "mxsim init -o site.toml, then mxsim run site.toml: it names the sender that could do this"
                    .into()
            }
            Answer::TooFew => "mxsim judge with the counts of a longer time".into(),
            Answer::Between => "mxsim judge with the counts of another day: luck seldom comes twice".into(),
            Answer::DependsOnChoosers => {
                let weights: Vec<String> = self.arguments.weights.iter().map(f64::to_string).collect();
                let weights = if weights.is_empty() {
                    String::new()
                } else {
                    format!(" --weights {}", weights.join(","))
                };
                format!(
                    "mxsim judge {counts}{weights} --choosers N; N is at most the number of client addresses in your logs"
                )
            }
        }
    }

    fn json(&self) -> Value {
        let nodes: Vec<Value> = self.lines().iter().map(Line::json).collect();
        json!({
            "schema": "mxsim.judge/1",
            "answer": self.answer.name(),
            "sentence": self.sentence(),
            "why": self.why(),
            "messages": self.arguments.counts.iter().sum::<u64>(),
            "choosers": self.arguments.choosers,
            "chi_square": digits(self.fit.chi_square(self.choosers as f64)),
            "degrees_of_freedom": nodes.len() - 1,
            "p_value": digits(self.chance.p_value),
            "method": match self.chance.method {
                Method::ExactMultinomial => "exact_multinomial",
                Method::MomentMatched => "moment_matched",
            },
            "luck_if_fewer_choosers_than": self.break_even,
            "nodes": nodes,
        })
    }
}

/// One node of the table.
struct Line {
    number: usize,
    count: u64,
    share: f64,
    fair: f64,
    range: [f64; 2],
}

impl Line {
    fn is_off(&self) -> bool {
        self.fair < self.range[0] || self.fair > self.range[1]
    }

    fn json(&self) -> Value {
        json!({
            "node": self.number, "messages": self.count, "share": digits(self.share), "fair_share": digits(self.fair),
            "off": digits(self.share - self.fair), "low": digits(self.range[0]), "high": digits(self.range[1]),
            "is_off": self.is_off(),
        })
    }
}

fn fit(arguments: &Judge) -> Result<Fit, Failure> {
    let Judge { counts, weights, .. } = arguments;
    if !(2..=MOST_NODES).contains(&counts.len()) {
        let found = counts.len();
        let rule = format!(
            "judge: expected the counts of 2 to {MOST_NODES} nodes, found {found}, such as: mxsim judge 410 290 300"
        );
        return Err(Failure::usage(rule));
    }
    if !weights.is_empty() && weights.len() != counts.len() {
        let rule = format!(
            "judge: --weights needs one weight for each count: {} counts, {} weights",
            counts.len(),
            weights.len()
        );
        return Err(Failure::usage(rule));
    }
    let equal = vec![1.0; counts.len()];
    let fit = Fit::new(counts, if weights.is_empty() { &equal } else { weights });
    fit.ok_or_else(|| {
        Failure::usage("judge: no message was counted at any node, so there is nothing to judge")
    })
}

/// A chance as a frequency.
fn often(chance: f64) -> String {
    match chance {
        _ if chance >= 0.995 => "every time".into(),
        _ if chance >= 0.1 => format!("{:.0} times in 100", 100.0 * chance),
        _ if chance > 1e-9 => format!("once in {}", grouped(two_digits(1.0 / chance))),
        _ => "less than once in a billion times".into(),
    }
}

/// To two significant digits.
fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// To six significant digits: the last ones of a quantile may differ between platforms.
fn digits(value: f64) -> f64 {
    format!("{value:.5e}").parse::<f64>().unwrap_or(value) + 0.0
}
