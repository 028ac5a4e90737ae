//! Goals: what has to hold on a part of the windows.

use crate::results::Subject;
use crate::syntax::quantity::percent_text;
use crate::time::Span;

/// Something that has to hold on a part of the windows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Goal {
    /// In words, for reports.
    pub text: String,
    /// What is looked at.
    pub kind: GoalKind,
    /// On which part of the windows it has to hold, 0..1.
    pub on: f64,
}

/// What a goal looks at in one window.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GoalKind {
    /// No node carries more than this share.
    BusiestShare {
        /// Largest share allowed, 0..1.
        at_most: f64,
    },
    /// No node with a fair share carries less than this share.
    QuietestShare {
        /// Least share allowed, 0..1.
        at_least: f64,
    },
    /// 95 % of the messages that arrive in the window are accepted within this time.
    DelayP95 {
        /// Longest delay allowed.
        at_most: Span,
    },
    /// Every node with a fair share is within this fraction of it (0.25: between 3/4 and 5/4).
    NearFair {
        /// Largest deviation relative to the fair share.
        within: f64,
    },
    /// One node carries the share that it is meant to carry.
    Share {
        /// Name of the node.
        node: String,
        /// The share.
        range: ShareRange,
    },
    /// No more than this part of the messages that arrive in the window bounces.
    Bounced {
        /// Largest part allowed, 0..1.
        at_most: f64,
    },
    /// No node turns away more than this part of its connections in the hour of the window in which most come to it.
    TurnedAway {
        /// Largest part allowed, 0..1.
        at_most: f64,
    },
    /// No node has more sessions than this at the same time.
    Sessions {
        /// Most sessions allowed.
        at_most: u32,
    },
    /// Every node with a session limit keeps this part of it free at its peak.
    Headroom {
        /// Least part that is free, 0..1.
        at_least: f64,
    },
    /// With any so many nodes down all the time, the others take the mail: next to none of it bounces ([`LOST`]) or is late ([`SLOW`]), and next to no
    /// connection is turned away ([`TURNED_AWAY`]).
    Survive {
        /// Nodes that are down at the same time.
        nodes: u32,
    },
}

/// The share that one node is meant to carry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ShareRange {
    /// About this share, 0..1: within [`OFF_TARGET`] of it.
    Target(f64),
    /// From the first share to the second, 0..1.
    Between(f64, f64),
}

/// How far a node's share may be from its target, as a part of the target. *Assumption*: less than this calls for no change.
pub const OFF_TARGET: f64 = 0.25;

/// Part of the mail that may bounce. *Assumption*, as the limits below: what an operator would be called for.
pub const LOST: f64 = 0.000_1;
/// Delay that 19 of 20 messages may have.
pub const SLOW: Span = Span::from_minutes(5);
/// Part of the mail that may take longer than [`SLOW`], so that 19 of 20 messages do not.
pub const SLOW_PART: f64 = 0.05;
/// Part of the mail that may take longer than an hour.
pub const LATE_PART: f64 = 0.01;
/// Part of the connections that may find a node full in its busiest hour.
pub const TURNED_AWAY: f64 = 0.01;

/// A limit as a scenario writes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Limit {
    Number(f64),
    Count(u32),
    Time(Span),
}

impl ShareRange {
    /// The least and the largest share.
    #[must_use]
    pub const fn bounds(self) -> [f64; 2] {
        match self {
            Self::Target(target) => [target * (1.0 - OFF_TARGET), target * (1.0 + OFF_TARGET)],
            Self::Between(least, most) => [least, most],
        }
    }

    /// A bound that allows anything is not written, unless both do: a share without a bound is refused.
    fn limits(self) -> Vec<(&'static str, Limit)> {
        match self {
            Self::Target(target) => vec![("target", Limit::Number(target))],
            Self::Between(least, most) => [("at_least", least, 0.0), ("at_most", most, 1.0)]
                .into_iter()
                .filter(|(key, bound, anything)| bound != anything || (*key == "at_most" && least == 0.0))
                .map(|(key, bound, _)| (key, Limit::Number(bound)))
                .collect(),
        }
    }
}

impl GoalKind {
    /// What it is about.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        match self {
            Self::BusiestShare { .. } | Self::QuietestShare { .. } | Self::NearFair { .. } => {
                Subject::Evenness
            }
            Self::Share { .. } => Subject::Target,
            Self::Bounced { .. } => Subject::Loss,
            Self::TurnedAway { .. } => Subject::TurnedAway,
            Self::Sessions { .. } | Self::Headroom { .. } => Subject::Sessions,
            Self::DelayP95 { .. } => Subject::Delay,
            Self::Survive { .. } => Subject::Survival,
        }
    }

    /// True if it is about which node gets how much of the mail.
    pub(crate) const fn is_about_shares(&self) -> bool {
        matches!(self.subject(), Subject::Evenness | Subject::Target)
    }

    /// True if it is about how many sessions there are at a node, or what comes of too many.
    pub(crate) const fn is_about_sessions(&self) -> bool {
        matches!(self.subject(), Subject::TurnedAway | Subject::Sessions | Subject::Survival)
    }

    /// Its key in `[goals]`.
    pub(crate) const fn key(&self) -> &'static str {
        match self {
            Self::BusiestShare { .. } => "busiest_share",
            Self::QuietestShare { .. } => "quietest_share",
            Self::DelayP95 { .. } => "delay_p95",
            Self::NearFair { .. } => "near_fair",
            Self::Share { .. } => "share",
            Self::Bounced { .. } => "bounced",
            Self::TurnedAway { .. } => "turned_away",
            Self::Sessions { .. } => "sessions",
            Self::Headroom { .. } => "headroom",
            Self::Survive { .. } => "survive",
        }
    }

    /// What stands in its table, beside `on`.
    pub(crate) fn limits(&self) -> Vec<(&'static str, Limit)> {
        match *self {
            Self::BusiestShare { at_most } | Self::Bounced { at_most } | Self::TurnedAway { at_most } => {
                vec![("at_most", Limit::Number(at_most))]
            }
            Self::Sessions { at_most } => vec![("at_most", Limit::Count(at_most))],
            Self::QuietestShare { at_least } | Self::Headroom { at_least } => {
                vec![("at_least", Limit::Number(at_least))]
            }
            Self::DelayP95 { at_most } => vec![("at_most", Limit::Time(at_most))],
            Self::Survive { nodes } => vec![("nodes", Limit::Count(nodes))],
            Self::NearFair { within } => vec![("within", Limit::Number(within))],
            Self::Share { range, .. } => range.limits(),
        }
    }
}

impl Goal {
    /// A goal with its text.
    #[must_use]
    pub fn new(kind: GoalKind, on: f64) -> Self {
        Self { text: in_words(&kind, on), kind, on }
    }

    /// "Rough even": all nodes within a quarter of their fair share, jointly, on 19 of 20 windows.
    #[must_use]
    pub fn rough_even() -> Self {
        Self {
            text: "every node within a quarter of its fair share, on 19 of 20 windows".into(),
            kind: GoalKind::NearFair { within: 0.25 },
            on: 0.95,
        }
    }

    /// "Even": all nodes within a tenth of their fair share, jointly, on 19 of 20 windows.
    #[must_use]
    pub fn even() -> Self {
        Self {
            text: "every node within a tenth of its fair share, on 19 of 20 windows".into(),
            kind: GoalKind::NearFair { within: 0.10 },
            on: 0.95,
        }
    }
}

/// The choices of `down` of so many nodes, as their places; none if that leaves no node.
pub(crate) fn combinations(nodes: usize, down: usize) -> impl Iterator<Item = Vec<usize>> {
    let first: Option<Vec<usize>> = (down > 0 && down < nodes).then(|| (0..down).collect());
    std::iter::successors(first, move |last| {
        // The last place that can move on does, and those behind it follow right after.
        let moves = (0..down).rev().find(|place| last[*place] < nodes - down + *place)?;
        let mut next = last.clone();
        (moves..down).for_each(|place| next[place] = last[moves] + 1 + place - moves);
        Some(next)
    })
}

/// The goal in words.
fn in_words(kind: &GoalKind, on: f64) -> String {
    let what = match *kind {
        GoalKind::BusiestShare { at_most } => format!("no node above {}", percent_text(at_most)),
        GoalKind::QuietestShare { at_least } => format!("no node below {}", percent_text(at_least)),
        GoalKind::DelayP95 { at_most } => format!("95 % of messages accepted within {at_most}"),
        GoalKind::NearFair { within: 0.25 } => "every node within a quarter of its fair share".into(),
        GoalKind::NearFair { within: 0.10 } => "every node within a tenth of its fair share".into(),
        GoalKind::NearFair { within } => {
            format!("every node within {} of its fair share", percent_text(within))
        }
        GoalKind::Share { ref node, range } => format!("{node} {}", range_in_words(range)),
        GoalKind::Bounced { at_most: 0.0 } => "no mail bounces".into(),
        GoalKind::TurnedAway { at_most: 0.0 } => "no node turns a connection away in its busiest hour".into(),
        GoalKind::Bounced { at_most } => format!("at most {} of the mail bounces", small_percent(at_most)),
        GoalKind::TurnedAway { at_most } => {
            format!(
                "no node turns away more than {} of its connections in its busiest hour",
                small_percent(at_most)
            )
        }
        GoalKind::Sessions { at_most } => {
            format!("no node with more than {at_most} sessions at once")
        }
        GoalKind::Headroom { at_least } => {
            format!("{} of every session limit free at the peak", percent_text(at_least))
        }
        GoalKind::Survive { nodes: 1 } => "the other nodes take the mail with any one node down".into(),
        GoalKind::Survive { nodes } => format!("the other nodes take the mail with any {nodes} nodes down"),
    };
    let when = match on {
        0.95 => "on 19 of 20 windows".into(),
        1.0 => "on every window".into(),
        on => format!("on {} of the windows", percent_text(on)),
    };
    format!("{what}, {when}")
}

/// Limits of what should not happen are often far below a percent.
fn small_percent(part: f64) -> String {
    format!("{} %", (part * 1e6).round() / 1e4)
}

fn range_in_words(range: ShareRange) -> String {
    match range {
        ShareRange::Target(target) => format!("within a quarter of its target of {}", percent_text(target)),
        ShareRange::Between(least, 1.0) => format!("not below {}", percent_text(least)),
        ShareRange::Between(0.0, most) => format!("not above {}", percent_text(most)),
        ShareRange::Between(least, most) => {
            format!("between {} and {}", percent_text(least), percent_text(most))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_goal_reads_like_the_same_goal_written_out() {
        assert_eq!(Goal::rough_even(), Goal::new(GoalKind::NearFair { within: 0.25 }, 0.95));
        assert_eq!(Goal::even(), Goal::new(GoalKind::NearFair { within: 0.10 }, 0.95));
        assert_eq!(
            in_words(&GoalKind::BusiestShare { at_most: 0.4 }, 0.9),
            "no node above 40 %, on 90 % of the windows"
        );
    }

    #[test]
    fn every_choice_of_nodes_comes_once() {
        assert_eq!(combinations(3, 1).collect::<Vec<_>>(), [[0], [1], [2]]);
        let pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
        assert_eq!(combinations(4, 2).collect::<Vec<_>>(), pairs);
        assert_eq!(
            (combinations(7, 3).count(), combinations(2, 2).count(), combinations(3, 0).count()),
            (35, 0, 0)
        );
    }

    #[test]
    fn loss_and_capacity_read_like_an_operator_says_it() {
        for (kind, text) in [
            (GoalKind::Bounced { at_most: 0.000_1 }, "at most 0.01 % of the mail bounces"),
            (
                GoalKind::TurnedAway { at_most: 0.005 },
                "no node turns away more than 0.5 % of its connections in its busiest hour",
            ),
            (GoalKind::Sessions { at_most: 80 }, "no node with more than 80 sessions at once"),
            (GoalKind::Headroom { at_least: 0.2 }, "20 % of every session limit free at the peak"),
        ] {
            assert_eq!(in_words(&kind, 0.95), format!("{text}, on 19 of 20 windows"));
        }
    }

    #[test]
    fn bounds_that_allow_anything_are_written_once() {
        let keys = |least, most| -> Vec<&str> {
            ShareRange::Between(least, most).limits().into_iter().map(|(key, _)| key).collect()
        };
        assert_eq!((keys(0.0, 1.0), keys(0.0, 0.4)), (vec!["at_most"], vec!["at_most"]));
        assert_eq!((keys(0.3, 1.0), keys(0.3, 0.4)), (vec!["at_least"], vec!["at_least", "at_most"]));
    }

    #[test]
    fn a_target_is_a_range_of_a_quarter() {
        let share = |range| in_words(&GoalKind::Share { node: "mx1".into(), range }, 0.95);
        assert_eq!(ShareRange::Target(0.5).bounds(), [0.375, 0.625]);
        assert_eq!(
            share(ShareRange::Target(0.5)),
            "mx1 within a quarter of its target of 50 %, on 19 of 20 windows"
        );
        assert_eq!(share(ShareRange::Between(0.3, 1.0)), "mx1 not below 30 %, on 19 of 20 windows");
        assert_eq!(share(ShareRange::Between(0.0, 0.4)), "mx1 not above 40 %, on 19 of 20 windows");
        assert_eq!(share(ShareRange::Between(0.3, 0.4)), "mx1 between 30 % and 40 %, on 19 of 20 windows");
    }
}
