//! Who waits how long because of greylisting.

use mxsim_core::numerals::{self, Ranged, count, duration, percent};
use mxsim_core::results::{Delay, GreylistedMail, Results, SenderResult};

use crate::page::Page;
use crate::page::columns::{self, Column};
use crate::words;

/// A part of the mail held up that is worth a word.
const WORTH_SAYING: f64 = 0.005;
/// Senders in the table; the others stand in the CSV report.
const MOST_SENDERS: usize = 12;

/// `8.0 % of your mail is deferred; half of it waits 10 min, 1 in 20 1 h (exim: half of it 35 min)`.
pub(crate) fn sentence(results: &Results) -> Option<String> {
    let mail = results.delivery.greylisted.as_ref()?;
    let Some(delay) = mail.delay.filter(|_| mail.messages > 0) else {
        return Some(match mail.messages {
            0 => "no message had to wait for it".to_owned(),
            deferred => format!("{} messages deferred, none accepted", count(deferred)),
        });
    };
    let part = mail.share.map_or_else(String::new, |share| percent(share.value));
    let leak = mail.leaked.filter(|part| part.value > WORTH_SAYING);
    let leak = leak.map_or_else(String::new, |part| {
        format!("; {} of that goes in at a node that does not greylist", percent(part.value))
    });
    Some(format!("{part} of your mail is deferred; {}{}{leak}", how_long(delay), slowest(results, delay)))
}

/// `half of it waits 10 m or longer, 1 in 20 waits 1 h or longer`; what goes on to another node at once does not wait.
fn how_long(delay: Delay) -> String {
    match () {
        () if delay.max == 0.0 => "the next host takes it in the same attempt".into(),
        () if delay.p95 == 0.0 => "the next host takes 19 of 20 of it in the same attempt".into(),
        () if delay.p50 == delay.p95 => format!("half of it waits {} or longer", duration(delay.p50)),
        () => format!("half of it {}, 1 in 20 waits {} or longer", waits(delay.p50), duration(delay.p95)),
    }
}

/// `waits 10 min or longer`; what goes on to another node at once does not wait.
fn waits(seconds: f64) -> String {
    if seconds == 0.0 {
        "is taken by the next host in the same attempt".into()
    } else {
        format!("waits {} or longer", duration(seconds))
    }
}

/// The sender whose greylisted mail waits longest, where that is much longer than that of all.
fn slowest(results: &Results, all: Delay) -> String {
    let half = words::much_slower(results, all.p50, |sender| Some(of(sender)?.delay?.p50));
    half.map_or_else(String::new, |(sender, p50)| {
        format!(" (slowest: {}, half of whose waits {})", sender.name, duration(p50))
    })
}

/// What of a sender's mail was held up, if any.
fn of(sender: &SenderResult) -> Option<&GreylistedMail> {
    sender.greylisted.as_ref().filter(|mail| mail.messages > 0)
}

/// The senders whose mail is held up, most of it first.
fn held_up(results: &Results) -> Vec<(&SenderResult, &GreylistedMail)> {
    let mut senders: Vec<_> =
        results.senders.iter().filter_map(|sender| Some((sender, of(sender)?))).collect();
    senders.sort_by_key(|(_, mail)| std::cmp::Reverse(mail.messages));
    senders.truncate(MOST_SENDERS);
    senders
}

/// Heads of the table of senders.
pub(crate) const HEADS: [&str; 6] =
    ["sender", "deferred %", "half waits", "1 in 20 waits", "longest", "leaked %"];

/// One row for each sender whose mail is held up.
pub(crate) fn rows(results: &Results) -> Vec<[String; 6]> {
    let row = |(sender, mail): (&SenderResult, &GreylistedMail)| {
        let time = |of: fn(&Delay) -> f64| {
            mail.delay.as_ref().map_or_else(|| "-".into(), |delay| duration(of(delay)))
        };
        let part =
            |part: Option<_>| part.map_or_else(|| "-".into(), |part| Ranged::from(part).percent_bare());
        [
            sender.name.clone(),
            part(mail.share),
            time(|delay| delay.p50),
            time(|delay| delay.p95),
            time(|delay| delay.max),
            part(mail.leaked),
        ]
    };
    held_up(results).into_iter().map(row).collect()
}

/// How often each node deferred a message.
pub(crate) fn deferrals(results: &Results) -> String {
    let nodes = results.nodes.iter().filter(|node| node.totals.greylisted > 0);
    let each: Vec<String> =
        nodes.map(|node| format!("{} {}", node.name, numerals::count(node.totals.greylisted))).collect();
    if each.is_empty() {
        "no node deferred a message".into()
    } else {
        format!("deferrals: {}", each.join(", "))
    }
}

/// The table of senders on the long screen.
pub(crate) fn write(page: &mut Page, results: &Results) {
    let rows = rows(results);
    if rows.is_empty() {
        return;
    }
    page.note(&format!("what greylisting defers, and how long that mail takes (leaked: taken by a node that does not greylist); {}", deferrals(results)));
    let names: Vec<String> = rows.iter().map(|row| page.clean(&row[0])).collect();
    let columns = (1..HEADS.len())
        .map(|at| Column::new(HEADS[at], rows.iter().map(|row| row[at].clone()).collect()))
        .collect();
    columns::write(page, HEADS[0], &names, columns);
    page.blank();
}
