//! Doubts about the numbers, each with advice.

use super::unfinished::MUCH;
use crate::numerals::{count, counted, percent};
use crate::results::{Caution, Grade, Results, Status};
use crate::tally::Tally;
use crate::tally::labels::Labels;

/// Fewer replications than this leave quantiles with wide intervals or none.
const FEW: u64 = 100;

/// The scenario's own doubts first, then those of the simulation.
pub(super) fn cautions(
    labels: &Labels,
    tallies: &[Tally],
    results: &Results,
    is_left_out: bool,
) -> Vec<Caution> {
    let found = [
        few_replications(results),
        partial(results),
        left_out(is_left_out),
        empty_windows(tallies),
        waiting(results),
        bounced(results),
    ];
    let mut all = labels.cautions.clone();
    all.extend(found.into_iter().flatten());
    all.extend(assumed(results));
    all.extend(provisional(results));
    all
}

fn caution(code: &str, text: String) -> Option<Caution> {
    Some(Caution { code: code.into(), text })
}

fn replications(number: u64) -> String {
    counted(number, "replication", "replications")
}

fn few_replications(results: &Results) -> Option<Caution> {
    let done = results.provenance.replications;
    let p95 = &results.balance.busiest_share.p95_ci;
    // Where nothing was accepted more replications would not give a bound either.
    let bounded = results.delivery.totals.accepted == 0 || p95.iter().all(Option::is_some);
    if done >= FEW && bounded {
        return None;
    }
    let text = format!(
        "only {}: intervals of quantiles are wide or have no bound; run at least {FEW}, or leave the number out and let the goals decide",
        replications(done)
    );
    caution("few-replications", text)
}

fn partial(results: &Results) -> Option<Caution> {
    let done = results.provenance.replications;
    results.provenance.partial.then(|| Caution {
        code: "partial".into(),
        text: format!(
            "the run was stopped early; everything here comes from what was finished: {}",
            replications(done)
        ),
    })
}

/// One text for all reasons: a run that was stopped reads as one that was to have no other worlds.
fn left_out(is_left_out: bool) -> Option<Caution> {
    let text = "not known: no other plausible world was looked at, because none was asked for, the run was stopped before, or they cost too \
                much; the answer holds if senders are as described";
    is_left_out.then(|| Caution { code: "no-worlds".into(), text: text.into() })
}

fn empty_windows(tallies: &[Tally]) -> Option<Caution> {
    let windows = || tallies.iter().flat_map(|tally| &tally.windows);
    let empty = windows().filter(|window| window.accepted.iter().all(|count| *count == 0)).count();
    if empty == 0 {
        return None;
    }
    let text = format!(
        "in {} of {} windows no message was accepted; they have no shares and are left out of them: use longer windows or more messages",
        count(empty as u64),
        count(windows().count() as u64)
    );
    caution("empty-windows", text)
}

fn waiting(results: &Results) -> Option<Caution> {
    let totals = &results.delivery.totals;
    let part = totals.waiting as f64 / totals.messages.max(1) as f64;
    if part <= MUCH {
        return None;
    }
    let text = format!(
        "{} of the messages were still queued when the run ended; delays leave them out and look too short: use a longer run_length",
        percent(part)
    );
    caution("messages-waiting", text)
}

fn bounced(results: &Results) -> Option<Caution> {
    let totals = &results.delivery.totals;
    if totals.bounced == 0 {
        return None;
    }
    let text = format!(
        "{} of {} messages bounced; shares and delays are of the accepted ones only",
        count(totals.bounced),
        count(totals.messages)
    );
    caution("bounced", text)
}

/// Presets that only one pair of eyes has read, and what they carry.
fn provisional(results: &Results) -> Option<Caution> {
    let once: Vec<_> =
        results.provenance.presets.iter().filter(|used| used.status == Status::Provisional).collect();
    let is_once = |id: &str| once.iter().any(|used| used.kind == "sender" && used.id == id);
    let share: f64 = results
        .causes
        .iter()
        .filter(|cause| is_once(&cause.behaves_like))
        .map(|cause| cause.share_of_mail.value)
        .sum();
    if once.is_empty() {
        return None;
    }
    let names: Vec<String> = once.iter().map(|used| format!("{} {}", used.kind, used.id)).collect();
    let text = format!(
        "presets whose sources were read only once: {}; {} of the mail comes from senders among them: a slip of the reader would go unseen",
        names.join(", "),
        percent(share)
    );
    caution("provisional-presets", text)
}

/// Senders whose behaviour nobody knows.
fn assumed(results: &Results) -> Option<Caution> {
    let unknown: Vec<_> = results.causes.iter().filter(|cause| cause.grade == Grade::Assumed).collect();
    let share: f64 = unknown.iter().map(|cause| cause.share_of_mail.value).sum();
    if share <= 0.0 {
        return None;
    }
    let names: Vec<&str> = unknown.iter().map(|cause| cause.sender.as_str()).collect();
    let text = format!(
        "{} of the mail comes from senders whose behaviour is only assumed ({}): count their connections per node in your logs",
        percent(share),
        names.join(", ")
    );
    caution("assumed-senders", text)
}
