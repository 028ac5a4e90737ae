//! Retry times that Exim keeps for a message: an address that was put off at RCPT is skipped by queue runs for a quarter of an hour, and a message
//! that was put off after its data does not go to that host for as long.

use mxsim_core::study::trace::{Happening, TraceOptions, TracedMessage, trace};
use mxsim_verify::agree::assert_near;
use mxsim_verify::experiment::{equal_hosts, scenario, text};

/// How long Exim leaves a recipient alone \[s\] (`F,2h,15m` of its default configuration).
const GAP: f64 = 900.0;

/// All mail comes between 00:00 and 01:00, and for the first five minutes the only host answers 4xx at `stage`. Every message has an outbound host
/// of its own, so the phases of their queue runs are drawn apart.
fn messages(stage: &str, queue_run: &str, number: usize) -> Vec<TracedMessage> {
    let text = text(
        "warm_up = \"1h\"",
        &equal_hosts(1, 300),
        &format!(
            "[traffic]\nmessages_per_day = 6000\nprofile = [1{}]\n[[senders]]\nname = \"all\"\npreset = \"exim\"\nsites = 50000\n\
             sizes = \"equal\"\nretry = {{ queue_run = \"{queue_run}\" }}\n[[events]]\nat = \"00:00\"\nfor = \"5m\"\nnode = \"mx1\"\n\
             fault = \"defer\"\nstage = \"{stage}\"\n",
            ", 0".repeat(23)
        ),
    );
    trace(&scenario(&text), &TraceOptions::first(number)).expect("a trace").messages
}

/// When the connections of a message began \[s after it arrived\].
fn attempts(message: &TracedMessage) -> Vec<f64> {
    let began = message.steps.iter().filter_map(|step| match &step.what {
        Happening::Tried { since_s, .. } => Some(since_s - message.arrived_s),
        _ => None,
    });
    began.collect()
}

/// Theory: the second attempt is made by the first queue run 900 s or more after the first, and the phase of queue runs is uniform, so the
/// delay is uniform in 900..900 + run. n: 300 messages that come within the first three minutes; of a uniform law of width w the mean has a
/// standard error of w / sqrt(12 * 300) = w / 60, and five of them are w / 12 (level below one in a million). Recorded behind a greylist of 300 s
/// (lab, Exim 4.96): medians of 1,771 s with a queue run every 30 minutes and 931 s with one each minute, and no message before 900 s.
#[test]
fn exim_leaves_a_recipient_alone_for_a_quarter_of_an_hour() {
    for (queue_run, width) in [("30m", 1_800.0), ("1m", 60.0)] {
        let delays: Vec<f64> = messages("recipient", queue_run, 300)
            .iter()
            .map(|message| {
                let attempts = attempts(message);
                assert_eq!(attempts.len(), 2, "queue runs before the retry time skip it: {attempts:?}");
                attempts[1]
            })
            .collect();
        assert!(delays.iter().all(|delay| (GAP..GAP + width).contains(delay)), "{queue_run}: {delays:?}");
        let mean = delays.iter().sum::<f64>() / delays.len() as f64;
        assert_near(queue_run, mean, width / 12.0, GAP + width / 2.0);
    }
}

/// Theory: the same delay after the data, though queue runs do look at the message; and messages that come meanwhile are tried at once, because
/// the record is of the message and not of the host.
#[test]
fn exim_keeps_a_message_from_the_host_that_put_it_off_after_the_data() {
    for message in messages("data", "5m", 300) {
        let attempts = attempts(&message);
        assert!(attempts.len() == 2 && attempts[0] == 0.0, "{attempts:?}");
        assert!((GAP..GAP + 300.0).contains(&attempts[1]), "{attempts:?}");
        let looked =
            |step: &&mxsim_core::study::trace::TracedStep| matches!(step.what, Happening::HeldBack { .. });
        assert!(message.steps.iter().any(|step| looked(&step)), "queue runs look at it");
    }
}
