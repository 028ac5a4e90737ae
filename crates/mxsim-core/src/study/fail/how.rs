//! How a node fails: the words of the command line, and what they mean.

use crate::parameters::node::FaultKind;
use crate::parameters::words::value_of;
use crate::scenario::{Fault, Scenario, Slowdown, parse_duration};
use crate::smtp::Stage;
use crate::study::StudyError;
use crate::syntax::suggest::nearest;
use crate::time::Span;

/// How long a tarpit holds its greeting back, and how many times as long a slow node takes, unless it is said. *Assumption*.
const TARPIT: Span = Span::from_secs(20);
const SLOWNESS: f64 = 10.0;

/// Words beside those of scenarios. A number is the reply that is known best for the stage.
const OTHER_WORDS: [(&str, Fault); 10] = [
    ("timeout", Fault::Drop),
    ("no-greeting", Fault::NoGreeting),
    ("421", Fault::Defer(Stage::Greeting)),
    ("451", Fault::Defer(Stage::Recipient)),
    ("450", Fault::Defer(Stage::Recipient)),
    ("554", Fault::Reject(Stage::Greeting)),
    ("550", Fault::Reject(Stage::Recipient)),
    ("tls", Fault::Disconnect(Stage::Tls)),
    ("bounce", Fault::AcceptThenBounce),
    ("disconnect", Fault::Disconnect(Stage::Greeting)),
];

/// Words of scenarios that need nothing beside them, or have a usual value.
const WORDS: [&str; 11] = [
    "refuse",
    "drop",
    "silent",
    "defer:STAGE",
    "reject:STAGE",
    "disconnect:STAGE",
    "accept-then-bounce",
    "certificate",
    "slow:FACTOR",
    "tarpit:TIME",
    "drain",
];

/// Reads what `--how` says: `drop`, `421`, `reject:data`, `tarpit:40s`.
///
/// # Errors
/// If it is no fault; the text names those there are.
pub fn parse(text: &str) -> Result<Fault, StudyError> {
    let text = text.trim();
    if let Some((_, fault)) = OTHER_WORDS.iter().find(|(word, _)| *word == text) {
        return Ok(*fault);
    }
    let (word, measure) = text.split_once(':').map_or((text, None), |(word, rest)| (word, Some(rest)));
    let kind: FaultKind = value_of(word).ok_or_else(|| unknown(word))?;
    match (kind, measure) {
        (FaultKind::Slow, measure) => slow(measure),
        (FaultKind::Tarpit, None) => Ok(Fault::Tarpit(TARPIT)),
        (FaultKind::Tarpit, Some(time)) => match parse_duration(time) {
            Ok(time) if time > Span::ZERO => Ok(Fault::Tarpit(time)),
            _ => Err(question(format!("--how {text}: a tarpit needs a time, such as tarpit:20s"))),
        },
        (kind, stage) => kind.at(stage.and_then(value_of)).ok_or_else(|| wrong_stage(kind, text, word)),
    }
}

fn slow(factor: Option<&str>) -> Result<Fault, StudyError> {
    let factor = factor.map_or(Ok(SLOWNESS), str::parse).unwrap_or(f64::NAN);
    if factor > 1.0 && factor <= Slowdown::MOST {
        return Ok(Fault::Slow(Slowdown::times(factor)));
    }
    Err(question(format!(
        "--how slow: expected a factor above 1 and up to {}, such as slow:10",
        Slowdown::MOST
    )))
}

fn unknown(word: &str) -> StudyError {
    let known = || WORDS.iter().map(|word| word.split(':').next().unwrap_or(word));
    let all = known().chain(OTHER_WORDS.iter().map(|(word, _)| *word));
    let help = match nearest(word, all) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("it is one of {}, or 421, 451, 550, tls", WORDS.join(", ")),
    };
    question(format!("--how: a node does not fail like {word:?}; {help}"))
}

fn wrong_stage(kind: FaultKind, text: &str, word: &str) -> StudyError {
    let stages: Vec<String> = kind.stages().iter().map(|stage| format!("{word}:{}", stage.name())).collect();
    let help = if stages.is_empty() {
        format!("write {word} alone")
    } else {
        format!("write {}", stages.join(", "))
    };
    question(format!("--how {text}: {help}"))
}

pub(super) const fn question(text: String) -> StudyError {
    StudyError::Question(text)
}

/// The fault as `--how` takes it.
pub(super) fn word(fault: Fault) -> String {
    match fault {
        Fault::Slow(slowdown) => format!("slow:{}", slowdown.factor()),
        Fault::Tarpit(delay) => format!("tarpit:{}", delay.to_string().replace(' ', "")),
        other => match other.stage() {
            Some(stage) => format!("{}:{}", other.name(), stage.name()),
            None => other.name().to_owned(),
        },
    }
}

/// What a sender sees, in a few words.
pub(super) fn text(fault: Fault) -> String {
    let at = |stage: Stage| match stage {
        Stage::Greeting => "at the greeting",
        Stage::Tls => "in the TLS handshake",
        Stage::Recipient => "at RCPT",
        Stage::Data => "after DATA",
    };
    match fault {
        Fault::Refuse => "connections refused".into(),
        Fault::Drop => "packets dropped".into(),
        Fault::NoGreeting => "no greeting".into(),
        Fault::Defer(Stage::Greeting) => "421 at the greeting".into(),
        Fault::Defer(stage) => format!("451 {}", at(stage)),
        Fault::Reject(Stage::Recipient) => "550 at RCPT".into(),
        Fault::Reject(Stage::Tls) => "TLS handshake fails".into(),
        Fault::Reject(stage) => format!("554 {}", at(stage)),
        Fault::Disconnect(Stage::Tls) => "closed in TLS".into(),
        Fault::Disconnect(stage) => format!("closed {}", at(stage)),
        Fault::AcceptThenBounce => "accepted, then bounced".into(),
        Fault::Certificate => "certificate not valid".into(),
        Fault::Slow(slowdown) => format!("{} times as slow", slowdown.factor()),
        Fault::Tarpit(delay) => format!("greeting after {delay}"),
        Fault::Drain => "no new connections".into(),
    }
}

/// All classes of fault that mean something at these nodes, the most usual first.
pub(super) fn classes(scenario: &Scenario, nodes: &[usize], is_path: bool) -> Vec<Fault> {
    use Stage::{Data, Greeting, Recipient, Tls};
    let mut classes = vec![Fault::Refuse, Fault::Drop];
    if !is_path {
        classes.extend([
            Fault::NoGreeting,
            Fault::Defer(Greeting),
            Fault::Reject(Greeting),
            Fault::Disconnect(Greeting),
        ]);
        classes.push(Fault::Disconnect(Tls));
        classes.extend([Fault::Defer(Recipient), Fault::Reject(Recipient)]);
        classes.extend([Fault::Defer(Data), Fault::Disconnect(Data), Fault::Reject(Data)]);
        classes.extend([Fault::AcceptThenBounce, Fault::Tarpit(TARPIT)]);
        if nodes.iter().all(|node| scenario.nodes[*node].capacity.is_timed()) {
            classes.push(Fault::Slow(Slowdown::times(SLOWNESS)));
        }
        if scenario.enforces_tls() {
            classes.push(Fault::Certificate);
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_read_as_it_is_written() {
        let zone = "e.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1\n";
        let scenario = crate::scenario::ScenarioBuilder::new(zone).build().expect("a scenario");
        let classes = classes(&scenario, &[0], false);
        assert_eq!(classes.len(), 14);
        for fault in classes {
            assert_eq!(parse(&word(fault)).ok(), Some(fault), "{}", text(fault));
        }
    }

    #[test]
    fn what_is_no_fault_says_what_is_meant() {
        let said = |text: &str| parse(text).expect_err("no fault").to_string();
        assert!(said("refues").contains("did you mean refuse?"));
        assert!(said("defer").contains("defer:greeting, defer:recipient, defer:data"), "{}", said("defer"));
        assert!(said("drop:data").contains("write drop alone"));
        assert!(said("slow:0").contains("slow:10") && said("tarpit:x").contains("tarpit:20s"));
        assert_eq!(parse("421").ok(), Some(Fault::Defer(Stage::Greeting)));
        assert_eq!(parse("tarpit:1m").ok(), Some(Fault::Tarpit(Span::MINUTE)));
    }
}
