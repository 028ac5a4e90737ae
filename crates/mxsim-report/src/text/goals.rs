//! How the goals of a scenario stand, where the answer does not say it.

use mxsim_core::numerals::count;
use mxsim_core::results::{Answer, GoalResult, GoalStatus, Results};

/// The goal of a scenario without goals.
const DEFAULT: &str = "every node within a quarter of its fair share, on 19 of 20 windows";

/// True if nobody asked for a goal: then the one there is belongs to the answer about evenness.
fn are_default(results: &Results) -> bool {
    matches!(&results.goals[..], [only] if only.text == DEFAULT)
}

/// True if the scenario has goals of its own.
pub(super) fn has_own(results: &Results) -> bool {
    !results.goals.is_empty() && !are_default(results)
}

/// What was asked for, where the answer says yes and does not quote it.
pub(super) fn asked(results: &Results, is_about_a_split: bool) -> Option<String> {
    let is_open = matches!(results.verdict.answer, Answer::Yes | Answer::YesRoughly | Answer::DependsOn);
    let first = results.goals.first().filter(|_| quoted(results).is_none())?;
    let is_asked = if are_default(results) { is_about_a_split } else { is_open };
    let more = results.goals.len() - 1;
    let more = if more > 0 { format!("; and {} more", count(more as u64)) } else { String::new() };
    is_asked.then(|| format!("{}{more}", first.text))
}

/// The goal that the answer quotes.
fn quoted(results: &Results) -> Option<usize> {
    results.goals.iter().position(|goal| results.verdict.sentence.contains(&goal.text))
}

/// The goals that the answer is not about, where it is about one of them, or about mail that no goal speaks of.
fn others(results: &Results) -> Vec<&GoalResult> {
    let quoted = quoted(results);
    let is_beside =
        matches!(results.verdict.answer, Answer::No | Answer::CannotTell) && !are_default(results);
    if quoted.is_none() && !is_beside {
        return Vec::new();
    }
    let goals = results.goals.iter().enumerate().filter(|(place, _)| Some(*place) != quoted);
    goals.map(|(_, goal)| goal).collect()
}

/// `missed: no node below 33 %, on 19 of 20 windows, and 2 more; 1 not certain yet`.
pub(super) fn beside(results: &Results) -> Option<String> {
    let others = others(results);
    let statuses =
        [(GoalStatus::Missed, "missed"), (GoalStatus::Unknown, "not certain yet"), (GoalStatus::Met, "met")];
    let mut parts: Vec<String> = Vec::new();
    for (status, word) in statuses {
        let with: Vec<&&GoalResult> = others.iter().filter(|goal| goal.status == status).collect();
        // The first part says which goal it is about; the others say how many.
        match (&with[..], parts.is_empty()) {
            ([], _) => {}
            ([only], true) => parts.push(format!("{word}: {}", only.text)),
            ([first, more @ ..], true) => {
                parts.push(format!("{word}: {}, and {} more", first.text, count(more.len() as u64)));
            }
            (all, false) => parts.push(format!("{} {word}", count(all.len() as u64))),
        }
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// True if a goal is missed that the answer is not about.
pub(super) fn misses_another(results: &Results) -> bool {
    others(results).iter().any(|goal| goal.status == GoalStatus::Missed)
}
