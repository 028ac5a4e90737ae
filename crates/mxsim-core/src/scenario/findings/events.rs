//! What the events of a scenario show beside the length of the run.

use super::zone::Said;
use crate::results::EventKind;
use crate::scenario::model::{PlannedEvent, Scenario};
use crate::time::{Span, Time};

/// An event that ends less than this before the run leaves open how much of its mail is late, which takes an hour.
const NEAR: Span = Span::HOUR;

/// What is odd about the events.
pub(super) fn findings(scenario: &Scenario) -> Vec<Said> {
    // A change lasts as long as caches hold the old answers; whether mail waits for it, only a run shows.
    let outages = scenario.events.iter().filter(|event| event.kind != EventKind::Change);
    let mut outages = outages.filter_map(|event| Some((event, unfinished(event, scenario)?))).peekable();
    if outages.peek().is_none() {
        return Vec::new();
    }
    let advice = advice(scenario);
    outages.map(|(event, what)| said(event, what, scenario.run.run_length, &advice)).collect()
}

/// How an event ends too late for the run to show what comes of it.
fn unfinished(event: &PlannedEvent, scenario: &Scenario) -> Option<&'static str> {
    let end = Time::ZERO + scenario.run.run_length;
    let is_near = |&(_, to): &(Time, Time)| to < end && end.since(to) < NEAR;
    match () {
        () if scenario.outlives(event) => Some("goes on after the end of the run"),
        // Of an event that comes back the times before show what becomes of its mail, however long the run is.
        () if event.during.len() == 1 && event.during.iter().any(is_near) => {
            Some("ends shortly before the run does")
        }
        () => None,
    }
}

fn advice(scenario: &Scenario) -> String {
    match scenario.settled().filter(|settled| *settled > scenario.run.run_length) {
        Some(settled) => format!("write run_length = \"{settled}\""),
        None => "measure a longer run".to_owned(),
    }
}

fn said(event: &PlannedEvent, what: &str, length: Span, advice: &str) -> Said {
    let text = format!(
        "\"{}\" {what} ({length}); what becomes of mail that waits then is not simulated: {advice}",
        event.text
    );
    ("event-outlives-run", text)
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    fn found(at: &str, length: &str, run_length: &str) -> Option<String> {
        found_as("event-outlives-run", (at, length, run_length))
    }

    fn found_as(code: &str, (at, length, run_length): (&str, &str, &str)) -> Option<String> {
        let text = format!(
            "[zone]\ntext = '''\ne.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1\n'''\n\
             [run]\nrun_length = \"{run_length}\"\n[[events]]\nnode = \"a\"\nfault = \"refuse\"\nat = \"{at}\"\nfor = \"{length}\"\n"
        );
        let findings = Scenario::from_toml(&text).expect("a scenario").findings;
        findings.into_iter().find(|finding| finding.code == code).map(|finding| finding.text)
    }

    #[test]
    fn an_event_that_the_run_does_not_see_the_end_of_is_found() {
        let six_days = found("20:00", "6d", "1d").expect("a finding");
        assert!(
            six_days.contains("a: refuse from 20:00 for 6d\" goes on after the end of the run (1d)"),
            "{six_days}"
        );
        // The outage ends on the seventh day, and the most patient sender gives up a week later.
        assert!(six_days.contains("write run_length = \"14d\""), "{six_days}");
        assert_eq!(found("20:00", "6d", "14d"), None);
        assert!(
            found("22:00", "90m", "1d").is_some_and(|text| text.contains("ends shortly before the run does"))
        );
        assert_eq!((found("10:00", "1h", "1d"), found("00:00", "1d", "1d")), (None, None));
        assert_eq!(found("00:00", "2m\"\nevery = \"1h", "1d"), None, "the one at 23:00 is one of many");
    }

    #[test]
    fn an_event_behind_the_end_is_found() {
        let code = "event-after-run";
        let later = found_as(code, ("2d", "1h", "1d")).expect("a finding");
        assert!(later.contains("comes after the end of the run (1d)"), "{later}");
        assert_eq!((found("2d", "1h", "1d"), found_as(code, ("23:00", "1h", "1d"))), (None, None));
    }

    #[test]
    fn nobody_waits_for_a_host_that_is_retired() {
        let text = "[zone]\ntext = '''\ne.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\n'''\n\
                    [[changes]]\nat = \"10:00\"\nreplace = \"e.example. 300 MX 10 b.e.example.\"\n\
                    [[events]]\nnode = \"a\"\nfault = \"refuse\"\nat = \"12:00\"\nfor = \"30d\"\n";
        let codes = |text: &str| -> Vec<String> {
            let findings = Scenario::from_toml(text).expect("a scenario").findings;
            findings.into_iter().map(|finding| finding.code).collect()
        };
        assert!(!codes(text).contains(&"event-outlives-run".to_owned()));
        let other = text.replace("node = \"a\"", "node = \"b\"");
        assert!(codes(&other).contains(&"event-outlives-run".to_owned()));
    }
}
