//! The answer to a question asked without a scenario file: at once where a closed form holds, by simulation where it does not.
//!
//! The closed form is that of [`theory::split`](crate::theory::split). It says for which scenarios it is valid and nothing about the others
//! ([`NoClosedForm`]); a simulation may stand beside it.
//!
//! Main types: [`AskOptions`], how to answer; [`Asked`], the document `mxsim.ask/1`; [`ClosedForm`] in it.

mod closed_form;
mod plausible;
mod validity;

pub use closed_form::{ClosedForm, Sticky, closed_form};
pub use plausible::PlausibleSplits;
pub use validity::{NoClosedForm, Unsuitable};

use crate::results::{Finding, Results};
use crate::scenario::Scenario;
use crate::study::limit::{Observer, RunOptions};
use crate::study::run::{RunError, simulate};
use serde::Serialize;

/// Name of this document's schema.
pub const SCHEMA: &str = "mxsim.ask/1";

/// When a scenario is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simulate {
    /// Where it has no closed form.
    WhereNeeded,
    /// Beside the closed form, too.
    Always,
    /// In its place.
    Only,
}

impl Simulate {
    /// Whether a scenario with or without this closed form is simulated.
    #[must_use]
    pub const fn wanted(self, closed_form: &Result<ClosedForm, NoClosedForm>) -> bool {
        matches!((self, closed_form), (Self::Always | Self::Only, _) | (_, Err(_)))
    }
}

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AskOptions {
    /// Seed and length of the simulation, if there is one.
    pub run: RunOptions,
    /// When there is one.
    pub simulate: Simulate,
}

impl AskOptions {
    /// With a simulation of this length where `simulate` wants one.
    #[must_use]
    pub const fn new(run: RunOptions, simulate: Simulate) -> Self {
        Self { run, simulate }
    }
}

/// The document `mxsim.ask/1`. At least one of closed form and simulation is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Asked {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// What is wrong or surprising with the zone, the worst first.
    pub findings: Vec<Finding>,
    /// What the closed form says; `null` where it is not valid.
    pub closed_form: Option<ClosedForm>,
    /// Why it is not valid.
    pub closed_form_not_valid_because: Option<NoClosedForm>,
    /// What the simulation says, an `mxsim.results/1`; `null` if there was none.
    pub simulation: Option<Results>,
}

/// Answers for a scenario: how evenly its nodes share the mail.
///
/// ```
/// use mxsim_core::scenario::{ScenarioBuilder, SenderSpec};
/// use mxsim_core::study::ask::{AskOptions, Simulate, ask};
/// use mxsim_core::study::{Quiet, RunOptions};
///
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
///             example.com. 300 IN MX 10 mx2.example.com.\n\
///             mx1.example.com. 300 IN A 192.0.2.1\n\
///             mx2.example.com. 300 IN A 192.0.2.2\n";
/// let scenario = ScenarioBuilder::new(zone).sender(SenderSpec::new("everyone").preset("randomizing")).build()?;
/// let options = AskOptions::new(RunOptions::of(&scenario), Simulate::WhereNeeded);
/// let asked = ask(&scenario, options, &Quiet)?;
/// assert!(asked.simulation.is_none(), "it has a closed form");
/// assert!(asked.closed_form.is_some_and(|form| form.busiest_share_p95 < 0.51));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If a simulation is needed or wanted and is too large, or was interrupted before a single replication was done.
pub fn ask(scenario: &Scenario, options: AskOptions, observer: &dyn Observer) -> Result<Asked, RunError> {
    let form = closed_form(scenario);
    let simulation = match options.simulate.wanted(&form) {
        true => Some(simulate(scenario, options.run, observer)?),
        false => None,
    };
    Ok(asked(scenario, form, options.simulate, simulation))
}

/// The same where the closed form is all that is wanted; `None` where there has to be a simulation.
#[must_use]
pub fn ask_at_once(scenario: &Scenario, simulate: Simulate) -> Option<Asked> {
    if simulate != Simulate::WhereNeeded {
        return None;
    }
    let form = closed_form(scenario);
    (!simulate.wanted(&form)).then(|| asked(scenario, form, simulate, None))
}

fn asked(
    scenario: &Scenario,
    form: Result<ClosedForm, NoClosedForm>,
    simulate: Simulate,
    simulation: Option<Results>,
) -> Asked {
    let (closed_form, reason) = match form {
        _ if simulate == Simulate::Only => (None, None),
        Ok(form) => (Some(form), None),
        Err(reason) => (None, Some(reason)),
    };
    Asked {
        schema: SCHEMA.into(),
        findings: scenario.findings.clone(),
        closed_form,
        closed_form_not_valid_because: reason,
        simulation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Answer;
    use crate::study::limit::Quiet;

    const THREE: &str = "[zone]\ntext = \"\"\"\ne.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
        e.example. 300 MX 10 c.e.example.\na.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\n\
        c.e.example. 300 A 192.0.2.3\n\"\"\"\n[traffic]\nmessages_per_day = 20000\n";

    fn scenario(rest: &str) -> Scenario {
        match Scenario::from_toml(&format!("{THREE}{rest}")) {
            Ok(scenario) => scenario,
            Err(error) => panic!("{error}"),
        }
    }

    fn sticky(share: u32, hosts: u32) -> String {
        format!(
            "[[senders]]\nname = \"top {share}\"\nshare = \"{share} %\"\npreset = \"cache-sticky\"\nsticky = \"forever\"\nhosts = {hosts}\n"
        )
    }

    const REST: &str =
        "[[senders]]\nname = \"rest\"\nshare = \"rest\"\npreset = \"randomizing\"\nsites = 50\n";

    fn form(rest: &str) -> ClosedForm {
        match closed_form(&scenario(rest)) {
            Ok(form) => form,
            Err(why) => panic!("{why}"),
        }
    }

    #[test]
    fn the_answer_word_follows_the_split() {
        for (senders, answer) in [
            (REST.to_owned(), Answer::Yes),
            (sticky(6, 1) + REST, Answer::YesRoughly),
            (sticky(38, 60) + &sticky(27, 60) + REST, Answer::DependsOn),
            (sticky(100, 40), Answer::No),
        ] {
            assert_eq!(form(&senders).answer, answer, "{senders}");
        }
    }

    /// By hand: one of three nodes down leaves two, each with a half.
    #[test]
    fn the_plan_is_for_one_node_down() {
        let form = form(REST);
        assert!(
            form.busiest_share_p95_one_down.is_some_and(|share| (0.5..0.52).contains(&share)),
            "{form:?}"
        );
        assert_eq!((form.sticky, form.busiest_share_p95_if_each_sender_is_one_chooser), (None, None));
        assert!(form.plausible.is_none(), "nothing that matters is unknown");
    }

    #[test]
    fn chance_is_kept_out_of_the_spread_over_worlds() {
        let form = form(&(sticky(38, 40) + REST));
        let Some(plausible) = form.plausible else { panic!("{form:?}") };
        assert!(plausible.busiest_share_p95_from < plausible.busiest_share_p95_to, "{plausible:?}");
        assert!(0 < plausible.roughly_even && plausible.roughly_even < plausible.worlds, "{plausible:?}");
        assert_eq!(form.sticky.map(|sticky| sticky.choosers), Some(40));
    }

    #[test]
    fn a_simulation_stands_beside_it_where_wanted_or_needed() {
        let (even, in_order) = (scenario(REST), scenario("[[senders]]\npreset = \"order-preserving\"\n"));
        for (scenario, simulate, simulated) in [
            (&even, Simulate::WhereNeeded, false),
            (&even, Simulate::Always, true),
            (&in_order, Simulate::WhereNeeded, true),
        ] {
            let run = RunOptions::of(scenario).replications(2).worlds(0);
            let asked = ask(scenario, AskOptions { run, simulate }, &Quiet).expect("an answer");
            assert_eq!(asked.simulation.is_some(), simulated);
            assert_eq!(ask_at_once(scenario, simulate), (!simulated).then(|| asked.clone()));
            assert_ne!(asked.closed_form.is_some(), asked.closed_form_not_valid_because.is_some());
        }
    }

    #[test]
    fn the_document_holds_what_it_did() {
        let run = RunOptions::of(&scenario(REST));
        let options = AskOptions { run, simulate: Simulate::WhereNeeded };
        let asked = ask(&scenario(REST), options, &Quiet).expect("an answer");
        let document = serde_json::to_value(asked).expect("JSON");
        let keys = |value: &serde_json::Value| {
            value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        assert_eq!(keys(&document).len(), 5);
        assert_eq!(keys(&document["closed_form"]).len(), 9, "{document}");
    }
}
