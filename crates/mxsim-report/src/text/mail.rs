//! What became of the mail, in one line.

use crate::words;
use mxsim_core::numerals::{duration, percent, rough};
use mxsim_core::results::{Answer, Delivery, Finding, Results, Subject};

/// What became of the mail; nothing where the verdict has just said it.
pub(super) fn sentence(results: &Results) -> Option<String> {
    let totals = &results.delivery.totals;
    let subject = results.verdict.subject;
    if totals.messages == 0
        || totals.accepted == 0
        || (subject == Subject::Loss && results.verdict.answer == Answer::Yes)
    {
        return None;
    }
    let part = |count: u64| percent(count as f64 / totals.messages as f64);
    let told = |about: Subject| {
        subject == about || results.verdict.others.iter().any(|other| other.subject == about)
    };
    let lost = (totals.bounced > 0 && !told(Subject::Loss))
        .then(|| format!("{} bounced{}", part(totals.bounced), each_window(results)));
    let afterwards = (totals.accepted_then_bounced > 0 && !told(Subject::Loss))
        .then(|| format!("{} bounced afterwards", part(totals.accepted_then_bounced)));
    let still = percent(totals.waiting as f64 / totals.messages as f64);
    let is_said =
        || results.verdict.says("still waits") || results.verdict.says(&format!("{still} of yours"));
    let waiting =
        (totals.waiting > 0 && !is_said()).then(|| format!("{still} still queued when the run ends"));
    let all = all_accepted(results);
    let accepted = (totals.bounced == 0 && totals.waiting == 0).then(|| all.to_owned());
    let is_rest = accepted.is_none() && told(Subject::Loss) || totals.waiting > totals.accepted / 100;
    let delay = delay(results, is_rest).filter(|_| !told(Subject::Delay));
    let parts: Vec<String> = [accepted, afterwards, lost, waiting, delay].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// That all mail was accepted, and of which senders that is true where not of all.
fn all_accepted(results: &Results) -> &'static str {
    let has = |code: &str| Finding::is_among(&results.findings, code);
    match () {
        () if has("null-mx-beside-others") => "all accepted, if senders pass the null MX over",
        () if has("private-addresses") => "all accepted from your own network",
        () => "all accepted",
    }
}

/// ` (37 a day)`.
fn each_window(results: &Results) -> String {
    let word = words::window(&results.provenance).one;
    results.bounced_each_window().map_or_else(String::new, |each| format!(" ({} a {word})", rough(each)))
}

/// How long the mail took that was accepted; `is_rest` if that is not all.
fn delay(results: &Results, is_rest: bool) -> Option<String> {
    let Delivery { delay, .. } = &results.delivery;
    let delay = (*delay)?;
    let of = if is_rest { "of the rest " } else { "" };
    let longest = duration(delay.max);
    Some(match () {
        () if delay.max == 0.0 && is_rest => "the rest is accepted at once".to_owned(),
        () if delay.max == 0.0 => "none is delayed".to_owned(),
        () if delay.p95 == 0.0 => format!("{of}19 of 20 at once, the longest takes {longest}"),
        // Mail that nothing holds up takes the time of its session.
        () if delay.p95 == delay.max => format!("{of}no message takes longer than {longest}"),
        () => format!("{of}19 of 20 within {}{}", duration(delay.p95), slowest(results, delay.p95)),
    })
}

/// The sender whose mail takes longest, where that is much longer than the mail of all.
fn slowest(results: &Results, all: f64) -> String {
    let p95 = words::much_slower(results, all, |sender| Some(sender.delay?.p95));
    p95.map_or_else(String::new, |(sender, p95)| format!(" ({}: {})", sender.name, duration(p95)))
}
