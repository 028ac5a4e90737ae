//! MX names as weights: equal records share equally, so a host with more names gets more of the mail. Advice is worked out against every goal for
//! shares at once, because what mends one may break another.

use super::Evidence;
use super::advice::ALIKE;
use super::subjects::NODES_NAMED;
use crate::numerals::{count, percent};
use crate::results::{called, listed};
use crate::scenario::{Goal, GoalKind, ShareRange};

/// More names than these together are no advice. *Assumption*.
const MOST_NAMES: usize = 24;
/// More than these for one address are none either. *Assumption*.
const MOST_OF_ONE: usize = 12;
/// How far inside a bound a share should lie, as a part of it, so that chance does not carry it across. *Assumption*.
const INSIDE: f64 = 0.1;
/// Sums of shares miss one by no more than this.
const SLACK: f64 = 1e-9;

/// The least and the largest share of each node that is meant to get mail.
type Bounds = Vec<[f64; 2]>;

impl Evidence<'_> {
    /// The places of the nodes that are meant to get mail.
    fn meant(&self) -> Vec<usize> {
        (0..self.labels.nodes.len()).filter(|place| self.labels.nodes[*place].fair_share > 0.0).collect()
    }

    /// What these goals leave to each node that is meant to get mail.
    fn bounds_of<'a>(&self, goals: impl Iterator<Item = &'a Goal>) -> Bounds {
        let meant = self.meant();
        let mut bounds: Bounds = vec![[0.0, 1.0]; meant.len()];
        for goal in goals {
            for (bound, place) in bounds.iter_mut().zip(&meant) {
                let [least, most] = self.bound(&goal.kind, *place);
                *bound = [bound[0].max(least), bound[1].min(most)];
            }
        }
        bounds
    }

    /// What a goal leaves to one node.
    fn bound(&self, kind: &GoalKind, place: usize) -> [f64; 2] {
        let node = &self.labels.nodes[place];
        match kind {
            GoalKind::BusiestShare { at_most } => [0.0, *at_most],
            GoalKind::QuietestShare { at_least } => [*at_least, 1.0],
            GoalKind::NearFair { within } => [1.0 - within, 1.0 + within].map(|part| part * node.fair_share),
            GoalKind::Share { node: name, range } if *name == node.name => range.bounds(),
            _ => [0.0, 1.0],
        }
    }

    /// Two goals, or all of them, that no split can meet together.
    pub(super) fn contradiction(&self) -> Option<String> {
        let goals: Vec<&Goal> = self.labels.goals.iter().filter(|goal| goal.kind.is_about_shares()).collect();
        let cannot = |goals: &[&Goal]| !can_hold(&self.bounds_of(goals.iter().copied()));
        if goals.len() < 2 || !cannot(&goals) {
            return None;
        }
        let pairs = goals
            .iter()
            .enumerate()
            .flat_map(|(at, one)| goals[at + 1..].iter().map(move |other| [*one, *other]));
        Some(match pairs.into_iter().find(|pair| cannot(pair)) {
            Some([one, other]) => {
                format!("No split meets both \"{}\" and \"{}\": change one of them.", one.text, other.text)
            }
            None => "No split meets all goals for shares together: change one of them.".into(),
        })
    }

    /// How many names bring the shares nearest to what the goals ask for, where it is equal records that miss them.
    pub(super) fn more_names(&self) -> Option<String> {
        let meant = self.meant();
        let even = 1.0 / meant.len() as f64;
        let is_even = meant.iter().all(|place| (self.results.nodes[*place].share.mean - even).abs() < ALIKE);
        let bounds = self.bounds_of(self.labels.goals.iter());
        let is_met = bounds.iter().all(|bound| is_within(even, *bound));
        if meant.len() < 2 || !is_even || is_met {
            return None;
        }
        let names = nearest(&self.wanted(&meant, &bounds)?, &bounds);
        match names {
            Some(names) => self.names_in_words(&meant, &names),
            None if bounds.len() <= NODES_NAMED && self.has_several_share_goals() => Some(
                "Equal records share equally, and no number of MX names meets all goals for shares: put an SMTP load balancer \
                 that splits by weight in front of the nodes, or change a goal."
                    .into(),
            ),
            None => None,
        }
    }

    fn has_several_share_goals(&self) -> bool {
        self.labels.goals.iter().filter(|goal| goal.kind.is_about_shares()).count() > 1
    }

    /// The shares to aim at: what a goal names, and equal parts of the rest.
    fn wanted(&self, meant: &[usize], bounds: &[[f64; 2]]) -> Option<Vec<f64>> {
        if self.labels.goals_are_default {
            return Some(meant.iter().map(|place| self.labels.nodes[*place].fair_share).collect());
        }
        let even = 1.0 / meant.len() as f64;
        let own = |place: usize| {
            let name = &self.labels.nodes[place].name;
            self.labels.goals.iter().find_map(|goal| match &goal.kind {
                GoalKind::Share { node, range } if node == name => Some(aim(*range, even)),
                _ => None,
            })
        };
        let named: Vec<Option<f64>> = meant.iter().map(|place| own(*place)).collect();
        let rest = 1.0 - named.iter().flatten().sum::<f64>();
        let open = named.iter().filter(|part| part.is_none()).count();
        let part = rest / open.max(1) as f64;
        let wanted = named
            .iter()
            .zip(bounds)
            .map(|(own, [least, most])| own.unwrap_or(part.clamp(*least, most.max(*least))));
        (rest > -SLACK).then(|| wanted.collect())
    }

    fn names_in_words(&self, meant: &[usize], names: &[usize]) -> Option<String> {
        let all = names.iter().sum::<usize>() as f64;
        let name = |at: usize| called(&self.labels.nodes[meant[at]].name);
        let part = |at: usize| percent(names[at] as f64 / all);
        let several: Vec<usize> = (0..names.len()).filter(|at| names[*at] > 1).collect();
        let single: Vec<usize> = (0..names.len()).filter(|at| names[*at] == 1).collect();
        let alike = several.iter().all(|at| names[*at] == names[several[0]]);
        let (who, gives) = match (&several[..], &single[..]) {
            ([one], [_, _, ..]) => (
                format!("{} {} MX names", name(*one), count(names[*one] as u64)),
                format!("{} about {} and each of the others {}", name(*one), part(*one), part(single[0])),
            ),
            ([first, _, ..], [one]) if alike => (
                format!("each of the others {} MX names", count(names[*first] as u64)),
                format!("{} about {} and each of the others {}", name(*one), part(*one), part(*first)),
            ),
            _ if names.len() > NODES_NAMED => return None,
            _ => {
                let each = |at: &usize| format!("{} {}", name(*at), count(names[*at] as u64));
                let gets = |at: usize| format!("{} about {}", name(at), part(at));
                let have: Vec<String> = several.iter().map(each).collect();
                let get: Vec<String> = (0..names.len()).map(gets).collect();
                (format!("{} MX names", listed(&have)), listed(&get))
            }
        };
        let address = if several.len() == 1 { "its one address" } else { "the one address of their host" };
        Some(format!(
            "Equal records share equally. Give {who} of equal preference, all with {address}: that gives {gives}."
        ))
    }
}

/// The share to aim at in a range: its middle, or well inside its one bound.
fn aim(range: ShareRange, even: f64) -> f64 {
    let [least, most] = range.bounds();
    match range {
        ShareRange::Target(target) => target,
        ShareRange::Between(..) if least > 0.0 && most < 1.0 => f64::midpoint(least, most),
        ShareRange::Between(..) => {
            even.clamp((least * (1.0 + INSIDE)).min(most), (most * (1.0 - INSIDE)).max(least))
        }
    }
}

fn is_within(share: f64, [least, most]: [f64; 2]) -> bool {
    (least - SLACK..=most + SLACK).contains(&share)
}

/// True if some split lies within all bounds.
fn can_hold(bounds: &[[f64; 2]]) -> bool {
    let sum = |end: usize| bounds.iter().map(|bound| bound[end]).sum::<f64>();
    bounds.iter().all(|[least, most]| *least <= most + SLACK)
        && sum(0) <= 1.0 + SLACK
        && sum(1) >= 1.0 - SLACK
}

/// The numbers of names that lie within all bounds and come nearest to the shares wanted; of equals the fewest.
fn nearest(wanted: &[f64], bounds: &[[f64; 2]]) -> Option<Vec<usize>> {
    let off = |names: &[usize]| {
        let all = names.iter().sum::<usize>() as f64;
        let off = names.iter().zip(wanted).map(|(own, part)| (*own as f64 / all - part).abs());
        (off.fold(0.0, f64::max) / ALIKE) as u64
    };
    let holds = |names: &Vec<usize>| {
        let all = names.iter().sum::<usize>() as f64;
        names
            .iter()
            .zip(bounds)
            .all(|(own, bound)| is_within(*own as f64 / all, *bound) && *own <= MOST_OF_ONE)
    };
    let tried = (wanted.len() + 1..=MOST_NAMES).map(|all| rounded(wanted, all)).filter(holds);
    tried.min_by_key(|names| (off(names), names.iter().sum::<usize>()))
}

/// About `all` names in these proportions, one at least for each.
fn rounded(wanted: &[f64], all: usize) -> Vec<usize> {
    wanted.iter().map(|part| ((part * all as f64).round() as usize).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_few_as_come_near_and_break_no_bound() {
        let any = [0.0, 1.0];
        assert_eq!(nearest(&[0.5, 0.25, 0.25], &[any; 3]), Some(vec![2, 1, 1]));
        assert_eq!(nearest(&[0.1, 0.45, 0.45], &[any; 3]), Some(vec![1, 5, 5]));
        // Half for the first leaves no third for the second unless it has more names than the third.
        assert_eq!(nearest(&[0.5, 0.33, 0.17], &[any, [0.3, 1.0], any]), Some(vec![3, 2, 1]));
        assert_eq!(nearest(&[0.6, 0.2, 0.2], &[any, [0.3, 1.0], [0.3, 1.0]]), None);
    }

    #[test]
    fn goals_that_exclude_each_other_are_seen() {
        assert!(can_hold(&[[0.5, 0.7], [0.0, 1.0]]));
        assert!(!can_hold(&[[0.6, 1.0], [0.5, 1.0]]));
        assert!(!can_hold(&[[0.0, 0.4], [0.0, 0.4]]));
        assert!(!can_hold(&[[0.6, 0.5], [0.0, 1.0]]));
    }
}
