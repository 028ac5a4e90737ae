//! Greylisting: what it costs, and what to do about it.

use super::Evidence;
use crate::numerals::percent;
use crate::results::called;
use crate::scenario::GreyTable;

/// A part of the deferrals that is worth a word. *Assumption*, as the limit below.
const WORTH_SAYING: f64 = 0.02;
/// A part of the greylisted mail that goes in elsewhere and is worth a word.
const A_LEAK: f64 = 0.05;

/// What to do where nothing but the greylisting itself holds mail up.
const NO_OTHER_CAUSE: &str = "A sender comes back when its own schedule says, however short your delay is: greylist less of the mail, or let the senders pass that wait longest.";

impl Evidence<'_> {
    /// True if greylisting holds mail up.
    pub(super) fn is_greylisted(&self) -> bool {
        self.results.delivery.greylisted.as_ref().is_some_and(|mail| mail.messages > 0)
    }

    /// Whose table it is, and how much of the deferring comes of that.
    pub(super) fn greylisting(&self) -> Option<String> {
        let greylisting = self.labels.greylisting.as_ref().filter(|_| self.is_greylisted())?;
        let nodes = self.greylisting_nodes();
        if let [only] = &nodes[..] {
            return Some(format!("{only} greylists."));
        }
        let table = match greylisting.table {
            GreyTable::PerNode => "each with a table of its own".to_owned(),
            GreyTable::Shared => "with one table for all".to_owned(),
            GreyTable::Lagging(lag) => format!("each with a table that the others learn of after {lag}"),
        };
        let strangers = self.strangers().filter(|part| *part > WORTH_SAYING);
        let strangers = strangers.map_or_else(String::new, |part| {
            format!(": {} of the deferrals hit mail that another table knew", percent(part))
        });
        Some(format!("{} greylist, {table}{strangers}.", nodes.join(", ")))
    }

    fn greylisting_nodes(&self) -> Vec<String> {
        self.labels.nodes.iter().filter(|node| node.greylists).map(|node| called(&node.name)).collect()
    }

    /// The part of the deferrals that hit mail which the table of another node knew.
    fn strangers(&self) -> Option<f64> {
        let known = self.results.delivery.greylisted.as_ref()?.known_elsewhere;
        let deferrals: u64 = self.results.nodes.iter().map(|node| node.totals.greylisted).sum();
        (deferrals > 0).then(|| known as f64 / deferrals as f64)
    }

    /// What to do about mail that greylisting holds up, by what makes it wait.
    pub(super) fn greylisting_action(&self) -> String {
        let Some(greylisting) = &self.labels.greylisting else { return String::new() };
        let several = self.greylisting_nodes().len() > 1;
        let often = self.strangers().is_some_and(|part| part > WORTH_SAYING);
        let leaked = self.results.delivery.greylisted.as_ref().and_then(|mail| mail.leaked);
        let open: Vec<String> =
            self.labels.nodes.iter().filter(|node| !node.greylists).map(|node| called(&node.name)).collect();
        match (greylisting.table, leaked.map(|part| part.value)) {
            (GreyTable::PerNode, _) if several && often => {
                "Share one greylisting table between the nodes: a sender that comes back to another node begins anew there.".into()
            }
            (GreyTable::Lagging(_), _) if several && often => {
                "Let the tables learn of each other before senders come back.".into()
            }
            (_, Some(part)) if part > A_LEAK && !open.is_empty() => format!(
                "Greylist on {} too, or nowhere: {} of what is deferred goes in there.",
                open.join(", "),
                percent(part)
            ),
            _ => NO_OTHER_CAUSE.into(),
        }
    }
}
