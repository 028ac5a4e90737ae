//! The screen of `mxsim trace`: the story of each message, step by step, with the reasons.

use mxsim_core::numerals::{clock, count, counted, literal_duration};
use mxsim_core::study::trace::{
    Fate, Happening, Trace, TracedCandidate, TracedHold, TracedMessage, TracedStep,
};

use crate::outgoing::block_in_markdown;
use crate::page::{Page, TextStyle};

/// The story for people; `input` is the scenario as it was named, for the next command.
///
/// ```
/// use mxsim_core::scenario::{ScenarioBuilder, SenderSpec};
/// use mxsim_core::study::trace::{TraceOptions, trace};
/// use mxsim_core::time::Time;
/// use mxsim_report::{TextStyle, trace::screen};
///
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
/// let scenario = ScenarioBuilder::new(zone).sender(SenderSpec::new("us").preset("postfix")).build()?;
/// let options = TraceOptions::first(1);
/// let story = screen(&trace(&scenario, &options)?, "site.toml", &TextStyle::default());
/// assert!(story.contains("ACCEPTED by node mx1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn screen(trace: &Trace, input: &str, style: &TextStyle) -> String {
    let mut page = Page::new(style);
    let like = format!("behaves like {} ({})", trace.behaves_like, trace.grade.name());
    page.paragraph(&format!("{} sends mail for {}; it {like}.", trace.sender, trace.domain));
    page.blank();
    zone(&mut page, trace);
    for message in &trace.messages {
        page.blank();
        tell(&mut page, message);
    }
    if trace.messages.is_empty() {
        page.blank();
        let what = if trace.only_deferred { "is deferred or bounced" } else { "arrives" };
        page.paragraph(&format!("No message of this sender {what} before the run ends."));
    }
    page.with_next(&next_command(trace, input))
}

/// The same story as a block of Markdown.
#[must_use]
pub fn markdown(trace: &Trace, input: &str) -> String {
    block_in_markdown(&screen(trace, input, &TextStyle::default()))
}

fn zone(page: &mut Page, trace: &Trace) {
    page.paragraph("The zone says");
    for record in &trace.zone {
        page.note(&format!("{} {} {} {}", record.name, record.ttl_s, record.record_type, record.data));
    }
    page.blank();
    page.paragraph("On its way to the sender an answer passes");
    for hop in &trace.hops {
        page.note(&format!("{}, which {}", hop.name, hop.does));
    }
}

fn tell(page: &mut Page, message: &TracedMessage) {
    let (number, host) = (count(message.number + 1), count(u64::from(message.outbound_host) + 1));
    page.paragraph(&format!("Message {number} arrives at outbound host {host}"));
    let (first, last) = ends_of(&message.steps);
    first.iter().for_each(|step| tell_step(page, step));
    let left_out = &message.steps[first.len()..message.steps.len() - last.len()];
    if let Some(before) = left_out.last() {
        page.at_time("...", &condensed(left_out, before.at_s));
    }
    last.iter().for_each(|step| tell_step(page, step));
    if message.fate == Fate::Waiting {
        page.at_time("", "the run ends before its fate is known");
    }
}

/// A message of more steps than this is told by its first and its last ones.
const MOST_STEPS: usize = 60;
const FIRST_STEPS: usize = 30;
const LAST_STEPS: usize = 15;

/// The steps that are told, from the start and up to the end. Both parts end with an attempt, if one ends there.
fn ends_of(steps: &[TracedStep]) -> (&[TracedStep], &[TracedStep]) {
    if steps.len() <= MOST_STEPS {
        return (steps, &[]);
    }
    let first = steps[..FIRST_STEPS].iter().rposition(is_end).map_or(FIRST_STEPS, |end| end + 1);
    let from = steps.len() - LAST_STEPS;
    let end = steps[from..steps.len() - 1].iter().position(is_end);
    (&steps[..first], &steps[end.map_or(from, |end| from + end + 1)..])
}

/// True for the end of an attempt that failed.
const fn is_end(step: &TracedStep) -> bool {
    matches!(step.what, Happening::Deferred { .. })
}

/// What is left out, in a line.
fn condensed(steps: &[TracedStep], until_s: f64) -> String {
    let deferred = steps.iter().filter(|step| is_end(step)).count() as u64;
    let times = if deferred > 0 {
        format!(", {} among them", counted(deferred, "deferral", "deferrals"))
    } else {
        String::new()
    };
    let steps = counted(steps.len() as u64, "step", "steps");
    format!("{steps} more like these until {}{times}; --format json has them all", clock(until_s))
}

fn tell_step(page: &mut Page, step: &TracedStep) {
    for (i, line) in lines(&step.what).iter().enumerate() {
        let time = if i == 0 { clock(step.at_s) } else { String::new() };
        page.at_time(&time, line);
    }
}

/// A step as one line or more.
fn lines(what: &Happening) -> Vec<String> {
    match what {
        Happening::Queued { why } => vec!["waits for a connection".into(), because(why)],
        Happening::LookedUp { answer, from_cache, time_left_s } => {
            vec![looked_up(answer, *from_cache, *time_left_s)]
        }
        Happening::Barred { host, why } => vec![format!("may not use {host}"), because(why)],
        Happening::Candidates { list } => vec![format!("candidates: {}", names(list))],
        Happening::Ordered { list, why } if list.len() > 1 => {
            vec![format!("in the order: {}", names(list)), because(why)]
        }
        Happening::Ordered { .. } => vec!["there is only one to try".into()],
        Happening::TakenOut { list, held, why } if held.is_empty() => {
            vec![format!("leaves out {}", names(list)), because(why)]
        }
        Happening::TakenOut { held, why, .. } => held.iter().map(skipped).chain([because(why)]).collect(),
        Happening::HeldBack { until_s, held, why } => {
            let until = until_s.map_or_else(String::new, |until| format!(" until {}", clock(until)));
            let first = format!("tries no host now{until}");
            std::iter::once(first).chain(held.iter().map(skipped)).chain([because(why)]).collect()
        }
        Happening::Tried { candidate, why, .. } => vec![format!("connects to {}: {why}", target(candidate))],
        Happening::Reused { host, address, messages_before, messages_left, why, .. } => {
            let left = messages_left
                .map_or_else(String::new, |left| format!(", {} more may follow", count(left.into())));
            let place = format!("message {}{left}", count(u64::from(*messages_before) + 1));
            vec![format!("goes down the open connection to {host} [{address}], {place}"), because(why)]
        }
        Happening::BouncedAfterwards { node } => {
            vec![format!("{node} bounces it; for the sender it is delivered")]
        }
        Happening::Greylisted { node, why } => {
            vec![format!("does not pass the greylist of {node}"), because(why)]
        }
        Happening::TurnedAway { candidate, why, .. } => {
            vec![format!("is turned away by {}", target(candidate)), because(why)]
        }
        Happening::OverLimit { candidate, why } => {
            vec![format!("is one too many for {}", candidate.node), because(why)]
        }
        Happening::GreetingHeldBack { node, delay_s } => {
            vec![format!("{node} holds its greeting back for {}", literal_duration(*delay_s))]
        }
        Happening::InBacklog { candidate } => {
            vec![format!("{} is full: waits for its greeting", candidate.node)]
        }
        Happening::Accepted { node, delay_s, .. } => {
            vec![format!("ACCEPTED by node {node}, {} after it arrived", literal_duration(*delay_s))]
        }
        Happening::Deferred { until_s, outbound_host, why } => {
            let from =
                outbound_host.map_or_else(String::new, |host| format!(", then from outbound host {host}"));
            vec![format!("deferred until {}{from}", clock(*until_s)), because(why)]
        }
        Happening::Bounced { why } => vec!["BOUNCED".into(), because(why)],
    }
}

fn looked_up(answer: &[String], from_cache: bool, time_left_s: f64) -> String {
    let from = if from_cache { "from the cache" } else { "asked anew" };
    let left = literal_duration(time_left_s);
    let answer = if answer.is_empty() { "no MX record".into() } else { answer.join(", ") };
    format!("MX answer, {from}, good for {left} more: {answer}")
}

fn skipped(hold: &TracedHold) -> String {
    format!("{} skipped until {}: {}", target(&hold.candidate), clock(hold.until_s), hold.why)
}

fn because(why: &str) -> String {
    format!("why: {why}")
}

fn target(candidate: &TracedCandidate) -> String {
    format!("{} [{}]", candidate.host, candidate.address)
}

fn names(list: &[TracedCandidate]) -> String {
    let name = |one: &TracedCandidate| format!("{} {}", one.preference, target(one));
    list.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn next_command(trace: &Trace, input: &str) -> String {
    let input = if input == "-" { "SCENARIO" } else { input };
    format!(
        "mxsim presets {}, for who says that it behaves so; or mxsim run {input}, for all of the mail",
        trace.behaves_like
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::node::Fault;
    use mxsim_core::scenario::{EventSpec, ScenarioBuilder, SenderSpec};
    use mxsim_core::study::trace::{TraceOptions, trace};
    use mxsim_core::time::Span;

    const ZONE: &str = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";

    /// The story of the first message while its only host refuses connections for `outage`.
    fn story(outage: Span, input: &str) -> String {
        let scenario = ScenarioBuilder::new(ZONE)
            .messages_per_day(2_000.0)
            .sender(SenderSpec::new("us").preset("postfix"))
            .event(EventSpec::new("mx1", Fault::Refuse).lasting(outage))
            .build();
        let scenario = match scenario {
            Ok(scenario) => scenario,
            Err(error) => panic!("{error}"),
        };
        let options = TraceOptions::first(1);
        let trace = trace(&scenario, &options).expect("a trace");
        screen(&trace, input, &TextStyle::default())
    }

    /// Without the breaks between lines.
    fn flat(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_step_stands_beside_its_time() {
        let story = story(Span::MINUTE, "site.toml");
        assert!(story.starts_with(
            "us sends mail for example.com; it behaves like postfix (source).\n\nThe zone says\n"
        ));
        assert!(story.contains("  connects to mx1.example.com [192.0.2.1]: refused\n"), "{story}");
        assert!(
            story.contains("deferred until 00:") && story.contains("              why: waits "),
            "{story}"
        );
        assert!(story.contains("ACCEPTED by node mx1, "), "{story}");
        assert!(flat(&story).ends_with("or mxsim run site.toml, for all of the mail"), "{story}");
    }

    /// A host is dead all day, and Postfix comes back every 4,000 s at the latest.
    #[test]
    fn a_long_wait_is_condensed() {
        let story = story(Span::DAY, "site.toml");
        assert!(story.lines().count() < 120, "{} lines", story.lines().count());
        assert!(
            flat(&story).contains("more like these until") && story.contains("deferrals among them"),
            "{story}"
        );
    }

    #[test]
    fn what_is_not_decided_is_said() {
        let story = story(Span::DAY, "-");
        assert!(story.contains("the run ends before its fate is known"), "{story}");
        assert!(flat(&story).contains("mxsim run SCENARIO"), "{story}");
    }
}
