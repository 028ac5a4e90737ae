//! Mail that greylisting held up: how much, for how long, and what of it came in elsewhere.

use super::delivery::{delay, part};
use crate::results::GreylistedMail;
use crate::tally::labels::Labels;
use crate::tally::{SenderTally, Tally};

/// That of all senders; `None` if no node greylists.
pub(super) fn of_all(labels: &Labels, tallies: &[Tally]) -> Option<GreylistedMail> {
    labels.greylisting.as_ref()?;
    let all: Vec<SenderTally> = tallies.iter().map(|tally| together(labels, tally)).collect();
    Some(mail(&all.iter().collect::<Vec<_>>()))
}

/// That of one sender, given what each replication counted of it; `None` if no node greylists.
pub(super) fn of_sender(labels: &Labels, own: &[&SenderTally]) -> Option<GreylistedMail> {
    labels.greylisting.as_ref().map(|_| mail(own))
}

/// What the senders of a replication whose mail is wanted have in common, as far as greylisting counts it.
fn together(labels: &Labels, tally: &Tally) -> SenderTally {
    let mut all = SenderTally { totals: tally.totals, ..SenderTally::default() };
    for sender in labels.wanted(tally) {
        all.greylisted.messages += sender.greylisted.messages;
        all.greylisted.known_elsewhere += sender.greylisted.known_elsewhere;
        all.greylisted.accepted += sender.greylisted.accepted;
        all.greylisted.leaked += sender.greylisted.leaked;
        all.greylisted.delays.merge(&sender.greylisted.delays);
    }
    all
}

fn mail(own: &[&SenderTally]) -> GreylistedMail {
    let delays: Vec<_> = own.iter().map(|sender| &sender.greylisted.delays).collect();
    let accepted = |sender: &&SenderTally| sender.greylisted.accepted;
    GreylistedMail {
        messages: own.iter().map(|sender| sender.greylisted.messages).sum(),
        known_elsewhere: own.iter().map(|sender| sender.greylisted.known_elsewhere).sum(),
        share: part(own.iter().map(|sender| (sender.greylisted.messages, sender.totals.messages))),
        leaked: part(own.iter().map(|sender| (sender.greylisted.leaked, accepted(sender)))),
        delay: delay(&delays),
    }
}
