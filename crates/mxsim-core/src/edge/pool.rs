//! The nodes behind an edge, and how it picks one.

use super::policy::{Balance, EdgePolicy};
use super::ring::Ring;
use crate::random::Key;

/// Most nodes behind one edge. *Assumption*: more are a slip; a pick looks at each of them.
pub const MOST_NODES: usize = 256;

/// The weight of the heaviest node of a pool. Weights are whole numbers, so that round robin stays exact however long it runs.
const UNIT: f64 = 65_536.0;

/// A node as its edge sees it.
#[derive(Debug, Clone)]
struct Member {
    /// What counts now; less than its full weight while it comes back slowly.
    weight: u32,
    full_weight: u32,
    /// Connections open through the edge.
    open: u32,
    is_up: bool,
    /// Round robin: how far it is ahead of its turn.
    credit: i64,
    /// Which change of the pool, a connection that begins or ends, was the last of it; 0 before the first.
    changed: u64,
}

/// Why no node was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMember {
    /// None is up.
    AllDown,
    /// Those that are have no room.
    AllFull,
}

/// The nodes behind an edge in one replication.
#[derive(Debug, Clone)]
pub struct Pool {
    balance: Balance,
    members: Vec<Member>,
    most_open: u32,
    most_each: u32,
    open: u32,
    changes: u64,
    ring: Ring,
}

impl Pool {
    /// All of them up and without a connection. Weights count in proportion to each other; if all are zero they are equal.
    #[must_use]
    pub fn new(policy: &EdgePolicy, nodes: &[(&str, f64)]) -> Self {
        let weights = whole_weights(nodes);
        let named: Vec<(&str, u32)> = nodes.iter().map(|node| node.0).zip(weights.iter().copied()).collect();
        let member =
            |weight| Member { weight, full_weight: weight, open: 0, is_up: true, credit: 0, changed: 0 };
        Self {
            balance: policy.balance,
            members: weights.into_iter().map(member).collect(),
            most_open: policy.sessions.unwrap_or(u32::MAX),
            most_each: policy.sessions_per_node.unwrap_or(u32::MAX),
            open: 0,
            changes: 0,
            ring: if policy.balance == Balance::ConsistentHash { Ring::new(&named) } else { Ring::default() },
        }
    }

    /// Picks a node for a client of this hash, with these draws, and passes `avoid` over if there is another; counts the connection as open.
    ///
    /// # Errors
    /// If there is no node to pick.
    pub fn pick(&mut self, client: u64, draws: Key, avoid: Option<usize>) -> Result<usize, NoMember> {
        let place = self.find(client, draws, avoid)?;
        self.change(place, |open| open + 1);
        self.open += 1;
        Ok(place)
    }

    /// Ends a connection.
    pub fn release(&mut self, place: usize) {
        self.change(place, |open| open - 1);
        self.open -= 1;
    }

    fn change(&mut self, place: usize, open: impl Fn(u32) -> u32) {
        self.changes += 1;
        let member = &mut self.members[place];
        (member.changed, member.open) = (self.changes, open(member.open));
    }

    /// Takes a node out, or back in; returns whether it was in.
    pub fn set_up(&mut self, place: usize, is_up: bool) -> bool {
        std::mem::replace(&mut self.members[place].is_up, is_up)
    }

    /// Gives a node so many sixteenths of its weight.
    pub fn set_sixteenths(&mut self, place: usize, sixteenths: u32) {
        let member = &mut self.members[place];
        let full = member.full_weight;
        member.weight = if sixteenths >= 16 { full } else { (full / 16 * sixteenths).max(full.min(1)) };
    }

    /// Connections open to a node.
    #[must_use]
    pub fn open_at(&self, place: usize) -> u32 {
        self.members[place].open
    }

    /// True if a connection that waits could be passed on.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.open < self.most_open && self.members.iter().any(|member| self.may_take(member))
    }

    fn may_take(&self, member: &Member) -> bool {
        is_used(member) && member.open < self.most_each
    }

    fn find(&mut self, client: u64, draws: Key, avoid: Option<usize>) -> Result<usize, NoMember> {
        if !self.members.iter().any(is_used) {
            return Err(NoMember::AllDown);
        }
        if !self.has_room() {
            return Err(NoMember::AllFull);
        }
        let is_free = |place: &usize| self.may_take(&self.members[*place]);
        let mut among: Vec<usize> = (0..self.members.len()).filter(is_free).collect();
        if among.len() > 1 && !self.balance.is_by_client() {
            among.retain(|place| Some(*place) != avoid);
        }
        match self.balance {
            Balance::RoundRobin => Ok(self.take_turn(&among)),
            Balance::LeastConnections => Ok(self.least_busy(&among)),
            Balance::Random => Ok(self.drawn(&among, draws)),
            Balance::RandomOfTwo => {
                let first = self.drawn(&among, draws.child(0));
                among.retain(|place| *place != first);
                let second = (!among.is_empty()).then(|| self.drawn(&among, draws.child(1)));
                Ok(self.least_busy(&[first, second.unwrap_or(first)]))
            }
            Balance::SourceHash | Balance::ConsistentHash => self
                .of_client(client, avoid)
                .filter(|place| self.may_take(&self.members[*place]))
                .ok_or(NoMember::AllFull),
        }
    }

    /// Smooth weighted round robin: each gains its weight, and the one with most gives all of it up.
    fn take_turn(&mut self, among: &[usize]) -> usize {
        let total: i64 = among.iter().map(|place| i64::from(self.members[*place].weight)).sum();
        for place in among {
            self.members[*place].credit += i64::from(self.members[*place].weight);
        }
        let ahead =
            |a: &&usize, b: &&usize| self.members[**a].credit.cmp(&self.members[**b].credit).then(b.cmp(a));
        let chosen = among.iter().max_by(ahead).copied().unwrap_or(0);
        self.members[chosen].credit -= total;
        chosen
    }

    /// The one with the fewest connections for its weight, this one included. All that have none are alike, whatever their weight. Of several the one
    /// whose connections changed longest ago is next (HAProxy, `lb_fwlc.c`: a server goes behind all with its key when that changes).
    fn least_busy(&self, among: &[usize]) -> usize {
        let busy = |member: &Member, beside: &Member| match member.open {
            0 => 0,
            open => u64::from(open + 1) * u64::from(beside.weight),
        };
        let order = |a: &&usize, b: &&usize| {
            let (one, other) = (&self.members[**a], &self.members[**b]);
            busy(one, other).cmp(&busy(other, one)).then(one.changed.cmp(&other.changed)).then(a.cmp(b))
        };
        among.iter().min_by(order).copied().unwrap_or(0)
    }

    fn drawn(&self, among: &[usize], draws: Key) -> usize {
        by_weight(among, |place| self.members[place].weight, draws.word())
    }

    /// The node of a client among those that are up.
    fn of_client(&self, client: u64, avoid: Option<usize>) -> Option<usize> {
        let up: Vec<usize> = (0..self.members.len()).filter(|place| is_used(&self.members[*place])).collect();
        let others: Vec<usize> = up.iter().copied().filter(|place| Some(*place) != avoid).collect();
        let among = if others.is_empty() { up } else { others };
        match self.balance {
            Balance::ConsistentHash => self.ring.find(client, |place| among.contains(&place)),
            _ => self.modulo(&among, client),
        }
    }

    /// The node that a hash comes to modulo the sum of the weights.
    fn modulo(&self, among: &[usize], client: u64) -> Option<usize> {
        let weight = |place: usize| self.members[place].weight;
        let total: u64 = among.iter().map(|place| u64::from(weight(*place))).sum();
        (total > 0).then(|| at_weight(among, weight, client % total))
    }
}

const fn is_used(member: &Member) -> bool {
    member.is_up && member.weight > 0
}

/// The place that a number uniform over all of 64 bits falls on.
fn by_weight(among: &[usize], weight: impl Fn(usize) -> u32, number: u64) -> usize {
    let total: u64 = among.iter().map(|place| u64::from(weight(*place))).sum();
    at_weight(among, weight, ((u128::from(number) * u128::from(total)) >> 64) as u64)
}

/// The place that this much of the weights, laid end to end, falls on.
fn at_weight(among: &[usize], weight: impl Fn(usize) -> u32, mut left: u64) -> usize {
    for place in among {
        let own = u64::from(weight(*place));
        if left < own {
            return *place;
        }
        left -= own;
    }
    among.last().copied().unwrap_or(0)
}

fn whole_weights(nodes: &[(&str, f64)]) -> Vec<u32> {
    let most = nodes.iter().map(|node| node.1).fold(0.0, f64::max);
    let whole = |weight: f64| if most > 0.0 { (weight / most * UNIT).round() } else { 1.0 };
    nodes
        .iter()
        .map(|node| if node.1 > 0.0 || most == 0.0 { (whole(node.1) as u32).max(1) } else { 0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(balance: Balance) -> EdgePolicy {
        EdgePolicy { balance, ..EdgePolicy::BLANK }
    }

    const NODES: [(&str, f64); 3] = [("a", 2.0), ("b", 1.0), ("c", 1.0)];

    fn picks(pool: &mut Pool, n: u64) -> Vec<usize> {
        (0..n).filter_map(|number| pool.pick(number, Key::ROOT.child(number), None).ok()).collect()
    }

    /// nginx' smooth weighted round robin: a heavy node has its turns between those of the others.
    #[test]
    fn turns_are_interleaved() {
        let mut pool = Pool::new(&policy(Balance::RoundRobin), &NODES);
        assert_eq!(picks(&mut pool, 8), [0, 1, 2, 0, 0, 1, 2, 0]);
    }

    #[test]
    fn the_least_busy_for_its_weight_is_next() {
        let mut pool = Pool::new(&policy(Balance::LeastConnections), &NODES);
        // Idle nodes take turns; then two connections weigh on a as one does on the others.
        assert_eq!(picks(&mut pool, 4), [0, 1, 2, 0]);
        pool.release(2);
        assert_eq!(picks(&mut pool, 1), [2]);
    }

    #[test]
    fn limits_and_dead_nodes_leave_no_room() {
        let limited = EdgePolicy { sessions: Some(4), sessions_per_node: Some(2), ..policy(Balance::Random) };
        let mut pool = Pool::new(&limited, &NODES);
        let all = picks(&mut pool, 9);
        assert_eq!(all.len(), 4, "{all:?}");
        assert_eq!(pool.pick(0, Key::ROOT, None), Err(NoMember::AllFull));
        pool.release(all[0]);
        assert!(pool.has_room());
        for place in 0..3 {
            pool.set_up(place, false);
        }
        assert_eq!(pool.pick(0, Key::ROOT, None), Err(NoMember::AllDown));
    }

    #[test]
    fn a_node_that_failed_is_avoided_if_there_is_another() {
        for balance in [Balance::Random, Balance::SourceHash, Balance::ConsistentHash] {
            let mut pool = Pool::new(&policy(balance), &NODES);
            let again = |pool: &mut Pool| (0..50).any(|n| pool.pick(n, Key::ROOT.child(n), Some(1)) == Ok(1));
            assert!(!again(&mut pool), "{balance:?}");
            for place in [0, 2] {
                pool.set_up(place, false);
            }
            assert!(again(&mut pool), "{balance:?}");
        }
    }

    #[test]
    fn a_node_that_comes_back_slowly_has_a_part_of_its_weight() {
        let mut pool = Pool::new(&policy(Balance::RoundRobin), &NODES);
        pool.set_sixteenths(0, 1);
        let of_first = |pool: &mut Pool| picks(pool, 68).into_iter().filter(|place| *place == 0).count();
        assert_eq!(of_first(&mut pool), 4, "an eighth beside 1 and 1");
        pool.set_sixteenths(0, 16);
        assert_eq!(of_first(&mut pool), 34);
    }

    #[test]
    fn a_weight_of_zero_gets_nothing() {
        let mut pool = Pool::new(&policy(Balance::LeastConnections), &[("a", 0.0), ("b", 0.25)]);
        assert_eq!(picks(&mut pool, 3), [1, 1, 1]);
        let mut equal = Pool::new(&policy(Balance::RoundRobin), &[("a", 0.0), ("b", 0.0)]);
        assert_eq!(picks(&mut equal, 2), [0, 1], "backups of no fair share are alike");
    }
}
