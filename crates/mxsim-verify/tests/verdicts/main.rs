//! Is the verdict's word right? 40 small scenarios whose answer is known another way.
//!
//! Splits: the chance that a window meets the goal is found by a little Monte Carlo that shares no code with the engine (`split`): it knows
//! Poisson counts, choosers and how long they keep a host, and nothing of DNS, queues or events. Outages and designs: the chance is added up
//! from Poisson chances (`outage`). Every chance is at least 1.5 points away from what its goal asks for, because nothing short of endless
//! replications can tell closer ones.
//!
//! The word has to be right in at least 38 of 40, and a *yes* where the truth is *no* is never allowed.

mod advice;
mod goals;
mod outage;
mod split;
mod subjects;
mod unknown_host;

use mxsim_core::results::Answer;
use mxsim_verify::experiment::run_with_assumptions;

/// A scenario and the word its verdict should have.
struct Case {
    name: String,
    text: String,
    truth: Answer,
}

const fn is_yes(answer: Answer) -> bool {
    matches!(answer, Answer::Yes | Answer::YesRoughly | Answer::DependsOn)
}

#[test]
fn the_word_is_right_and_never_a_wrong_yes() {
    let cases: Vec<Case> = split::cases().into_iter().chain(outage::cases()).collect();
    assert_eq!(cases.len(), 40);
    let mut wrong = Vec::new();
    for case in &cases {
        let verdict = run_with_assumptions(&case.text).verdict;
        let line = format!(
            "{}: {:?} where the truth is {:?}: {}",
            case.name, verdict.answer, case.truth, verdict.sentence
        );
        assert!(!is_yes(verdict.answer) || case.truth != Answer::No, "a wrong yes: {line}");
        if verdict.answer != case.truth {
            wrong.push(line);
        }
    }
    assert!(wrong.len() <= 2, "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
