//! Why shares are uneven: the same every window, planned, or chance.

use super::Evidence;
use crate::numerals::{Ranged, counted};
use crate::results::called;
use crate::results::{Interval, NodeResult, Unevenness};

impl Evidence<'_> {
    /// What most of the unevenness is.
    pub(super) fn kind_of_unevenness(&self) -> Option<String> {
        if self.results.nodes.len() < 2 {
            return None;
        }
        match self.results.unevenness() {
            Unevenness::Tilt => self.mostly_tilt(),
            Unevenness::Plan => self.mostly_plan(),
            Unevenness::Chance => self.mostly_chance(),
            Unevenness::Unknown => Some(self.cannot_be_told()),
        }
    }

    fn mostly_tilt(&self) -> Option<String> {
        let node = self.largest(|node| node.tilt.value.abs())?;
        let (side, sign) = if node.tilt.value < 0.0 { ("below", -1.0) } else { ("above", 1.0) };
        let mut bounds = [node.tilt.low, node.tilt.high].map(|bound| bound.map(|bound| bound * sign));
        if sign < 0.0 {
            bounds.reverse();
        }
        Some(format!(
            "It is mostly tilt, not chance: {} lies {} {side} its fair share on average.",
            called(&node.name),
            Ranged::new(node.tilt.value.abs(), bounds).points()
        ))
    }

    fn mostly_plan(&self) -> Option<String> {
        let planned = |node: &NodeResult| node.scatter_by_plan.map_or(0.0, |plan| plan.value);
        let node = self.largest(planned)?;
        Some(format!(
            "It is mostly planned, not chance: events, changes and profiles make the {} differ by about +/- {} at {}; chance adds about +/- {}.",
            self.days(),
            Ranged::from(node.scatter_by_plan?).points(),
            called(&node.name),
            Ranged::from(node.scatter).points()
        ))
    }

    fn mostly_chance(&self) -> Option<String> {
        let node = self.largest(|node| node.scatter.value)?;
        (node.scatter.value > 0.0).then(|| {
            format!(
                "It is mostly chance, not tilt: about +/- {} at {}.",
                Ranged::from(node.scatter).points(),
                called(&node.name)
            )
        })
    }

    fn cannot_be_told(&self) -> String {
        match self.results.provenance.replications {
            1 => "One replication cannot tell tilt, plan and chance apart: run more.".into(),
            done => {
                let done = counted(done, "replication", "replications");
                format!("{done} are too few to tell what is planned from chance: run more.")
            }
        }
    }

    fn largest(&self, of: impl Fn(&NodeResult) -> f64) -> Option<&NodeResult> {
        self.results.nodes.iter().max_by(|a, b| of(a).total_cmp(&of(b)))
    }

    /// How many choosers would scatter as much.
    pub(super) fn choosers(&self) -> Option<String> {
        let choosers = self.results.balance.effective_choosers?;
        // A node that takes everything, or chance that is not worth the word, has no useful number of choosers.
        let is_useful = self.results.nodes.len() > 1 && choosers.value > 1.0 - 1e-9;
        is_useful.then(|| format!("{} scatters like {}.", self.what_scatters(), in_words(choosers)))
    }

    fn what_scatters(&self) -> String {
        if self.results.differs_by_plan() {
            format!("Between {} that are planned alike your mail", self.days())
        } else {
            "From window to window your mail".into()
        }
    }
}

fn in_words(choosers: Interval) -> String {
    match Ranged::from(choosers).plain() {
        number if number == "1.00" => "one sender alone".into(),
        number => format!("{number} independent, equal senders"),
    }
}
