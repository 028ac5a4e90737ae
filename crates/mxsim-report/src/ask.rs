//! The screen of `mxsim ask`: the closed form with its limits, or why there is none and what the simulation says.

use mxsim_core::numerals::{Ranged, count, counted, percent, percent_range, points, significant};
use mxsim_core::results::Results;
use mxsim_core::study::ask::{Asked, ClosedForm, NoClosedForm, PlausibleSplits, Sticky};

use crate::page::{Page, TextStyle};
use crate::text::{self, Files};
use crate::words;

/// What a zone without a scenario leaves open.
const ASSUMED: &str =
    "Assumed: 20,000 messages a day in office hours, from the senders of mxsim presets small-business.";

/// The answer for people. `zone` is the file that was asked about, `-` for standard input; the next command names it.
///
/// ```
/// use mxsim_core::scenario::{ScenarioBuilder, SenderSpec};
/// use mxsim_core::study::ask::{AskOptions, Simulate, ask};
/// use mxsim_core::study::{Quiet, RunOptions};
/// use mxsim_report::{TextStyle, ask::screen};
///
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
/// let scenario = ScenarioBuilder::new(zone).sender(SenderSpec::new("us").preset("randomizing")).build()?;
/// let options = AskOptions::new(RunOptions::of(&scenario), Simulate::WhereNeeded);
/// let asked = ask(&scenario, options, &Quiet)?;
/// assert!(screen(&asked, "-", false, &TextStyle::default()).starts_with("Will 1 MX split your mail roughly evenly?\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn screen(asked: &Asked, zone: &str, full: bool, style: &TextStyle) -> String {
    let simulation = asked.simulation.as_ref();
    match (&asked.closed_form, &asked.closed_form_not_valid_because) {
        (Some(form), _) if form.nodes == 1 => one_node(style),
        (Some(form), _) => closed(form, simulation, style),
        (None, why) => simulated_only(why.as_ref(), simulation, (zone, full), style),
    }
}

/// The answer in one line.
#[must_use]
pub fn oneline(asked: &Asked) -> String {
    match (&asked.closed_form, &asked.simulation) {
        (Some(form), _) if form.nodes == 1 => "YES: one MX takes all of your mail.\n".to_owned(),
        (Some(form), _) => format!("{}: {}\n", words::answer(form.answer).1, busiest(form)),
        (None, Some(results)) => text::oneline(results),
        (None, None) => String::new(),
    }
}

/// One node takes everything: there is no split to ask about.
fn one_node(style: &TextStyle) -> String {
    let mut page = Page::new(style);
    page.paragraph(&question(1));
    page.blank();
    let why = "It takes all of your mail: with one node there is nothing to split, and no other node takes over \
               when it is down.";
    page.answer_item("YES", why);
    page.with_next("mxsim ask 2")
}

fn question(nodes: usize) -> String {
    let nodes = if nodes == 1 { "1 MX".to_owned() } else { format!("{} equal MX", count(nodes as u64)) };
    format!("Will {nodes} split your mail roughly evenly?")
}

fn closed(form: &ClosedForm, simulation: Option<&Results>, style: &TextStyle) -> String {
    let mut page = Page::new(style);
    page.paragraph(&question(form.nodes));
    page.blank();
    page.answer_item(words::answer(form.answer).1, &busiest(form));
    if let Some(choosers) = form.effective_choosers {
        page.answer_item("why", &scatter(form, choosers));
    }
    if let (Some(sticky), Some(alone)) = (form.sticky, form.busiest_share_p95_if_each_sender_is_one_chooser) {
        page.answer_item("if", &assumption(sticky));
        page.answer_item("if wrong", &assumption_wrong(alone));
    }
    if let Some(plausible) = &form.plausible {
        page.answer_item("uncertainty", &not_known(plausible));
    }
    if let Some(share) = form.busiest_share_p95_one_down {
        page.answer_item("plan for", &one_down(form, share));
    }
    if let Some(results) = simulation {
        page.answer_item("simulated", &simulated(results));
    }
    let closed = "closed form, for equal MX without an outage, each choice uniform and independent; --replications 160 simulates the same.";
    page.answer_item("made by", closed);
    page.with_next(
        "mxsim init -o site.toml, put your zone and your senders into it, then mxsim run site.toml",
    )
}

fn busiest(form: &ClosedForm) -> String {
    format!(
        "On 19 of 20 days the busiest node carries at most {}; even would be {}.",
        percent(form.busiest_share_p95),
        percent(form.fair_share)
    )
}

fn scatter(form: &ClosedForm, choosers: f64) -> String {
    format!(
        "your mail scatters like {} equal, independent choosers: about +/- {} per node and day.",
        significant(choosers),
        points(form.scatter)
    )
}

/// What is assumed of the largest senders.
fn assumption(sticky: Sticky) -> String {
    let time = if sticky.through_the_window { "all day" } else { "for hours" };
    format!(
        "{} of your mail comes from {} that keep one node {time}; no provider publishes how many it has.",
        percent(sticky.share),
        counted(sticky.choosers.into(), "chooser", "choosers")
    )
}

fn assumption_wrong(alone: f64) -> String {
    format!(
        "if each of those senders is a single chooser, the busiest node carries up to {}. Count their connections per node \
         in your logs.",
        percent(alone)
    )
}

/// The spread over plausible worlds, which chance has no part in.
fn not_known(plausible: &PlausibleSplits) -> String {
    format!(
        "of {} (how many choose, how long they hold, whether they shuffle) {} split roughly evenly; in 9 of 10 of them the \
         busiest node carries at most {} on 19 of 20 days.",
        counted(plausible.worlds, "plausible world", "plausible worlds"),
        count(plausible.roughly_even),
        percent_range(plausible.busiest_share_p95_from, plausible.busiest_share_p95_to)
    )
}

fn one_down(form: &ClosedForm, share: f64) -> String {
    format!(
        "{} of your mail per node, not {}: that is one of {} down, on 19 of 20 days.",
        percent(share),
        percent(form.fair_share),
        count(form.nodes as u64)
    )
}

/// What the simulation found for the number of the closed form.
fn simulated(results: &Results) -> String {
    let days = counted(results.provenance.windows, "day", "days");
    format!("{days}: on 19 of 20 at most {}.", Ranged::p95(&results.balance.busiest_share).percent())
}

fn simulated_only(
    why: Option<&NoClosedForm>,
    simulation: Option<&Results>,
    (zone, full): (&str, bool),
    style: &TextStyle,
) -> String {
    let files = Files { zone: Some(zone), ..Files::default() };
    let mut page = Page::new(style);
    match why {
        Some(why) => page.paragraph(&format!("There is no closed form: {why}. So this is simulated.")),
        None => page.paragraph(ASSUMED),
    }
    // The page is that of `run`, line by line; what was assumed stands below it.
    let layout = if full { text::full } else { text::screen };
    let report = simulation.map(|results| layout(results, &files, style)).unwrap_or_default();
    format!("{report}\n{}", page.into_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::scenario::{ScenarioBuilder, SenderSpec};
    use mxsim_core::study::ask::{AskOptions, Simulate, ask};
    use mxsim_core::study::{Quiet, RunOptions};

    const TWO: &str = "example.com. 300 IN MX 10 mx1.example.com.\nexample.com. 300 IN MX 10 mx2.example.com.\n\
                       mx1.example.com. 300 IN A 192.0.2.1\nmx2.example.com. 300 IN A 192.0.2.2\n";

    /// The screen for one sender with this preset, in one line.
    fn shown(preset: &str, simulate: Simulate) -> String {
        let sender = SenderSpec::new("us").preset(preset).sites(50);
        let scenario = match ScenarioBuilder::new(TWO).sender(sender).build() {
            Ok(scenario) => scenario,
            Err(error) => panic!("{error}"),
        };
        let run = RunOptions::of(&scenario).replications(3).worlds(0);
        let asked = ask(&scenario, AskOptions::new(run, simulate), &Quiet).expect("an answer");
        let screen = screen(&asked, "-", false, &TextStyle::default());
        screen.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_closed_form_answers_and_says_for_what_it_is_valid() {
        let screen = shown("randomizing", Simulate::WhereNeeded);
        assert!(
            screen.starts_with("Will 2 equal MX split your mail roughly evenly? YES On 19 of 20"),
            "{screen}"
        );
        assert!(screen.contains("even would be 50.0 %. why your mail scatters like"), "{screen}");
        assert!(screen.contains("plan for 100 % of your mail per node, not 50.0 %"), "{screen}");
        assert!(
            screen.contains("made by closed form, for equal MX") && !screen.contains("simulated"),
            "{screen}"
        );
        assert!(screen.ends_with("then mxsim run site.toml"), "{screen}");
    }

    #[test]
    fn a_simulation_stands_beside_it() {
        let screen = shown("randomizing", Simulate::Always);
        assert!(screen.contains("simulated 3 days: on 19 of 20 at most 5"), "{screen}");
    }

    #[test]
    fn without_a_closed_form_the_screen_is_that_of_a_run() {
        let screen = shown("order-preserving", Simulate::WhereNeeded);
        let why = "There is no closed form: us depends on the order of the DNS answer. So this is simulated.";
        assert!(screen.ends_with(why) && screen.contains("NO: a host without mail"), "{screen}");
    }
}
