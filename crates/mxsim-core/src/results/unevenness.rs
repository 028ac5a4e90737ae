//! What kind of unevenness a split has.

use super::{NodeResult, Results};

/// What most of the mean square distance from the fair shares comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unevenness {
    /// The same in every window: bias.
    Tilt,
    /// Windows that differ by plan: events, changes, profiles, days of the week.
    Plan,
    /// Windows that differ although they are planned alike.
    Chance,
    /// There are too few replications to tell.
    Unknown,
}

impl Results {
    /// What most of the unevenness is. Documents of older versions do not tell plan from chance; all their scatter counts as chance.
    #[must_use]
    pub fn unevenness(&self) -> Unevenness {
        let (chance, plan) = (self.squares(|node| node.scatter.value), self.squared_plan());
        match () {
            () if self.provenance.replications < 2 => Unevenness::Unknown,
            () if self.is_mostly_tilt() => Unevenness::Tilt,
            () if plan <= chance => Unevenness::Chance,
            () if self.differs_by_plan() => Unevenness::Plan,
            () => Unevenness::Unknown,
        }
    }

    /// True if the split is uneven in the same way every window (tilt) rather than from window to window (scatter, by chance or by plan).
    #[must_use]
    pub fn is_mostly_tilt(&self) -> bool {
        let scatter = self.squares(|node| node.scatter.value) + self.squared_plan();
        self.squares(|node| node.tilt.value) > scatter
    }

    /// True if windows differ by plan for certain: the 95 % interval of a node's scatter by plan is above 0.
    #[must_use]
    pub fn differs_by_plan(&self) -> bool {
        let mut least = self.nodes.iter().filter_map(|node| node.scatter_by_plan?.low);
        least.any(|low| low > 0.0)
    }

    fn squared_plan(&self) -> f64 {
        self.squares(|node| node.scatter_by_plan.map_or(0.0, |plan| plan.value))
    }

    fn squares(&self, part: fn(&NodeResult) -> f64) -> f64 {
        self.nodes.iter().map(|node| part(node) * part(node)).sum()
    }
}
