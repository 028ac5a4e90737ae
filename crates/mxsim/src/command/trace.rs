//! `mxsim trace`: what happens to a message of one sender, and why.

use crate::args::{StoryFormat, Trace as Arguments};
use crate::diagnostics::{WIDTH, wrap};
use crate::exit::{Exit, Failure};
use crate::output::print;
use crate::screen::next;
use mxsim_core::scenario::{Scenario, parse_moment};
use mxsim_core::study::trace::{
    Fate, Happening, Trace, TraceError, TraceOptions, TracedCandidate, TracedHold, TracedMessage,
    trace as follow,
};
use mxsim_core::time::{Span, Time};
use std::fmt::Write as _;

/// Columns of the time before each step.
const CLOCK: usize = 14;

/// Follows the messages and tells their story.
pub(crate) fn trace(arguments: &Arguments) -> Result<Exit, Failure> {
    let scenario = mxsim_import::scenario_or_zone(&arguments.input, &arguments.presets.catalog()?)?;
    let options = options(arguments, &scenario)?;
    let trace = follow(&scenario, &options).map_err(|error| match error {
        TraceError::TooLarge(_) => Failure::invalid(error),
        TraceError::UnknownSender { .. } | TraceError::WhichSender(_) => {
            Failure::usage(format!("--sender: {error}"))
        }
    })?;
    print(&match arguments.format {
        StoryFormat::Text => story(&trace, arguments),
        StoryFormat::Md => format!("```text\n{}```\n", story(&trace, arguments)),
        StoryFormat::Json => json(&trace),
    })?;
    Ok(Exit::Met)
}

fn options(arguments: &Arguments, scenario: &Scenario) -> Result<TraceOptions, Failure> {
    let at = parse_moment(&arguments.at).map_err(|why| Failure::usage(format!("--at: {why}")))?;
    if at >= Time::ZERO + scenario.run.run_length {
        let text = format!("--at: the run ends after {}; choose an earlier time", scenario.run.run_length);
        return Err(Failure::usage(text));
    }
    Ok(TraceOptions {
        sender: arguments.sender.clone(),
        at,
        messages: usize::from(arguments.messages),
        seed: arguments.seed.unwrap_or(scenario.run.seed),
        replication: 0,
    })
}

fn json(trace: &Trace) -> String {
    format!("{:#}\n", serde_json::json!(trace))
}

fn story(trace: &Trace, arguments: &Arguments) -> String {
    let like = format!("behaves like {} ({})", trace.behaves_like, trace.grade.name());
    let title = format!("{} sends mail for {}; it {like}.", trace.sender, trace.domain);
    let mut text = format!("{}\n\n", wrap(&title, WIDTH));
    zone(&mut text, trace);
    for message in &trace.messages {
        tell(&mut text, message);
    }
    if trace.messages.is_empty() {
        text.push_str("\nNo message of this sender arrives before the run ends.\n");
    }
    text.push_str(&next(&next_command(trace, arguments)));
    text
}

fn zone(text: &mut String, trace: &Trace) {
    text.push_str("The zone says\n");
    for record in &trace.zone {
        let line = format!("{} {} {} {}", record.name, record.ttl_s, record.record_type, record.data);
        paragraph(text, "", &line, 2);
    }
    text.push_str("\nOn its way to the sender an answer passes\n");
    for hop in &trace.hops {
        paragraph(text, "", &format!("{}, which {}", hop.name, hop.does), 2);
    }
}

fn tell(text: &mut String, message: &TracedMessage) {
    let _ = writeln!(
        text,
        "\nMessage {} arrives at outbound host {}",
        message.number + 1,
        message.outbound_host + 1
    );
    for step in &message.steps {
        for (i, line) in lines(&step.what).iter().enumerate() {
            let time = if i == 0 { clock(step.at_s) } else { String::new() };
            paragraph(text, &time, line, CLOCK);
        }
    }
    if message.fate == Fate::Waiting {
        paragraph(text, "", "the run ends before its fate is known", CLOCK);
    }
}

/// A paragraph that hangs from `label`, with its lines indented by `indent`.
fn paragraph(text: &mut String, label: &str, sentence: &str, indent: usize) {
    let lines = wrap(sentence, WIDTH - indent);
    for (i, line) in lines.lines().enumerate() {
        let label = if i == 0 { label } else { "" };
        let _ = writeln!(text, "{label:<indent$}{line}");
    }
}

/// A step as one line or more.
fn lines(what: &Happening) -> Vec<String> {
    match what {
        Happening::Queued { why } => vec!["waits for a connection".into(), because(why)],
        Happening::LookedUp { answer, from_cache, time_left_s } => {
            let from = if *from_cache { "from the cache" } else { "asked anew" };
            let left = Span::from_secs_f64(time_left_s.round());
            let answer = if answer.is_empty() { "no MX record".into() } else { answer.join(", ") };
            vec![format!("MX answer, {from}, good for {left} more: {answer}")]
        }
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
            let first = format!("tries nobody now{until}");
            std::iter::once(first).chain(held.iter().map(skipped)).chain([because(why)]).collect()
        }
        Happening::Tried { candidate, why, .. } => {
            vec![format!("connects to {} [{}]: {why}", candidate.host, candidate.address)]
        }
        Happening::Reused { host, address, messages_before, messages_left, why, .. } => {
            let left = messages_left.map_or_else(String::new, |left| format!(", {left} more may follow"));
            let place = format!("message {}{left}", messages_before + 1);
            vec![format!("goes down the open connection to {host} [{address}], {place}"), because(why)]
        }
        Happening::TurnedAway { candidate, why, .. } => {
            vec![format!("is turned away by {} [{}]", candidate.host, candidate.address), because(why)]
        }
        Happening::InBacklog { candidate } => {
            vec![format!("{} is full: waits for its greeting", candidate.node)]
        }
        Happening::Accepted { node, delay_s, .. } => {
            vec![format!("ACCEPTED by node {node}, {} after it arrived", Span::from_secs_f64(*delay_s))]
        }
        Happening::Deferred { until_s, why } => {
            vec![format!("deferred until {}", clock(*until_s)), because(why)]
        }
        Happening::Bounced { why } => vec!["BOUNCED".into(), because(why)],
    }
}

fn skipped(hold: &TracedHold) -> String {
    let TracedCandidate { host, address, .. } = &hold.candidate;
    format!("{host} [{address}] skipped until {}: {}", clock(hold.until_s), hold.why)
}

fn because(why: &str) -> String {
    format!("  why: {why}")
}

fn names(list: &[TracedCandidate]) -> String {
    let name = |one: &TracedCandidate| format!("{} {} [{}]", one.preference, one.host, one.address);
    list.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A point in time as `[days]d HH:MM:SS`, to the second.
fn clock(seconds: f64) -> String {
    let seconds = seconds.floor() as i64;
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let time = format!("{:02}:{:02}:{:02}", of_day / 3_600, of_day / 60 % 60, of_day % 60);
    if days == 0 { time } else { format!("{days}d {time}") }
}

fn next_command(trace: &Trace, arguments: &Arguments) -> String {
    let input = if arguments.input == "-" { "SCENARIO" } else { arguments.input.as_str() };
    format!(
        "mxsim presets {}, for who says that it behaves so; or mxsim run {input}, for all of the mail",
        trace.behaves_like
    )
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn times_read_as_scenarios_write_them() {
        assert_eq!(clock(36_300.9), "10:05:00");
        assert_eq!(clock(2.0 * 86_400.0 + 1.0), "2d 00:00:01");
    }
}
