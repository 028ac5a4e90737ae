//! Greylisting: a node answers 4xx to whom it has not seen before, and takes the mail when the same sender comes back after a while.
//!
//! A *key* is what a table knows senders by: the network of the client, with or without the pair of envelope addresses (RFC 6647 section 2).
//! The first contact of a key is noted and deferred, and so is each that comes sooner than `delay` after it. The next one passes, and the key
//! stays known until it has not been seen for `expiry`. A key that has not passed within `window` is forgotten.
//!
//! Nodes have a table each, or share one, or hand each other what they note, which takes a while ([`GreyTable`]). All three are one table here
//! whose rows say which node wrote them: a node sees its own rows at once and those of others after the lag.
//!
//! What is left out: tables that are cleaned only at night (postgrey), and lists of clients that an operator keeps by hand.
//!
//! Main types: [`Greylisting`], what a scenario says; [`Greylist`], the table of one replication.

use crate::ids::NodeId;
use crate::smtp::Stage;
use crate::time::{Span, Time};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Greylisting as a scenario says it; which nodes do it stands at the nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Greylisting {
    /// The preset its rules are laid over.
    pub preset: String,
    /// When a message is deferred, and when it passes.
    pub rules: GreyRules,
    /// Whose table it is.
    pub table: GreyTable,
    /// How much mail is a first contact.
    pub first_contacts: FirstContacts,
}

/// When a message is deferred, and when it passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GreyRules {
    /// What a table knows senders by.
    pub key: GreyKey,
    /// Leading bits of an IPv4 address that tell clients apart.
    pub mask4: u8,
    /// The same of an IPv6 address.
    pub mask6: u8,
    /// A key passes this long after its first contact, and not before.
    pub delay: Span,
    /// A key that has not passed this long after its first contact is forgotten.
    pub window: Span,
    /// A key that has passed is forgotten when it has not been seen for this long.
    pub expiry: Span,
    /// A client passes whatever its key, once so many of its keys have passed; `None` if never.
    pub pass_after: Option<u32>,
    /// Of the keys of a client that pass within this time only the first counts for `pass_after`.
    pub pass_every: Span,
    /// Where a session is answered: at the recipient, or after the data.
    pub stage: Stage,
}

/// What a table knows senders by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GreyKey {
    /// The network of the client.
    Client,
    /// That, and the envelope addresses of sender and recipient.
    Triplet,
    /// The triplet, or the body of the message: whichever is known lets it pass (Rspamd).
    TripletOrBody,
}

/// Whose table it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GreyTable {
    /// Each node has its own.
    PerNode,
    /// All nodes use the same one.
    Shared,
    /// Each node has its own, and the others learn of what it notes after this time.
    Lagging(Span),
}

impl GreyTable {
    /// How long a node knows nothing of what another has noted; `None` if it never learns of it.
    #[must_use]
    pub const fn lag(self) -> Option<Span> {
        match self {
            Self::PerNode => None,
            Self::Shared => Some(Span::ZERO),
            Self::Lagging(lag) => Some(lag),
        }
    }
}

/// How much mail is a first contact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FirstContacts {
    /// This part of the messages has a key that nobody has seen before; with [`GreyKey::Client`] this part of the clients.
    Share(f64),
    /// So many pairs of correspondents write, over all senders; the k-th of a site in proportion to k^-`zipf`.
    Correspondents {
        /// Pairs of envelope addresses over all senders.
        number: u64,
        /// Exponent of their frequencies.
        zipf: f64,
    },
}

impl GreyRules {
    /// The client behind an address: its leading bits.
    #[must_use]
    pub fn client(&self, address: IpAddr) -> u128 {
        let masked = match address {
            IpAddr::V4(ip) => Ipv4Addr::from(u32::from(ip) & leading_bits(self.mask4, 32) as u32).into(),
            IpAddr::V6(ip) => Ipv6Addr::from(u128::from(ip) & leading_bits(self.mask6, 128)).into(),
        };
        number_of(masked)
    }
}

/// An address as a number that no address of the other family has.
#[must_use]
pub fn number_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(ip) => u128::from(ip.to_ipv6_mapped()),
        IpAddr::V6(ip) => u128::from(ip),
    }
}

/// A number of `width` bits of which the first `bits` are set.
fn leading_bits(bits: u8, width: u32) -> u128 {
    let rest = width.saturating_sub(u32::from(bits));
    let all = u128::MAX >> (128 - width);
    all & u128::MAX.checked_shl(rest).unwrap_or(0)
}

/// Who writes to whom: the number of a sender, and that of a pair of its correspondents or of a message.
pub type Pair = (u32, u64);

/// A message as a table sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// The network it comes from.
    pub client: u128,
    /// The pair of envelope addresses; `None` where the client alone counts.
    pub pair: Option<Pair>,
    /// What the body is known by, where it counts.
    pub body: Option<Pair>,
    /// The address it comes from, as a number.
    pub address: u128,
    /// True if nothing of it comes again once it has passed, so that nothing has to be kept.
    pub is_last: bool,
}

/// What a node does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It takes it.
    Admitted,
    /// It defers it, and notes that it has seen it.
    Deferred {
        /// True if its table has nothing of it yet; otherwise it came back too early.
        is_new: bool,
        /// True if the table of another node would have let it pass.
        is_known_elsewhere: bool,
    },
}

/// What a table has known before the run.
pub trait History {
    /// True if the key of the contact had passed and was not forgotten.
    fn knows_key(&self) -> bool;
    /// How many passes of the client count for [`GreyRules::pass_after`].
    fn passes(&self) -> u32;
}

/// A key of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Contact(u128, Option<Pair>),
    Body(Pair),
}

/// What one node has noted of a key.
#[derive(Debug, Clone, Copy)]
struct Row {
    node: NodeId,
    first: Time,
    /// When it first passed there.
    passed: Option<Time>,
    last: Time,
}

/// What is known of a client.
#[derive(Debug, Clone, Copy)]
struct Client {
    passes: u32,
    /// When a pass was counted last.
    counted: Option<Time>,
    seen: Time,
}

/// How a key stands at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Unknown,
    /// It came too short a time ago for the first time.
    Young,
    /// It passes now for the first time.
    Ripe,
    Known,
}

/// The tables of all nodes in one replication.
#[derive(Debug)]
pub struct Greylist {
    rules: GreyRules,
    table: GreyTable,
    rows: BTreeMap<Key, SmallVec<[Row; 1]>>,
    /// By address, and by node where each has its own table.
    clients: BTreeMap<(u128, Option<NodeId>), Client>,
}

impl Greylist {
    /// Tables in which nothing has been noted.
    #[must_use]
    pub const fn new(rules: GreyRules, table: GreyTable) -> Self {
        Self { rules, table, rows: BTreeMap::new(), clients: BTreeMap::new() }
    }

    /// Keys and clients that are noted.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.rows.len() + self.clients.len()
    }

    /// What `node` does with this message.
    pub fn meet(&mut self, node: NodeId, contact: &Contact, now: Time, history: &impl History) -> Verdict {
        if self.trusts(node, contact.address, now, history) {
            return Verdict::Admitted;
        }
        let keys = [Some(Key::Contact(contact.client, contact.pair)), contact.body.map(Key::Body)];
        let standings = keys.map(|key| key.map(|key| (key, self.standing(key, node, now, history))));
        let stands = |standing| standings.iter().flatten().any(|(_, own)| *own == standing);
        if stands(Standing::Known) || stands(Standing::Ripe) {
            if !stands(Standing::Known) {
                self.count_pass(node, contact.address, now, history);
            }
            let seen = standings.iter().flatten().filter(|(_, standing)| *standing != Standing::Unknown);
            seen.for_each(|(key, _)| self.pass(*key, node, contact.is_last, now));
            return Verdict::Admitted;
        }
        let is_new = !stands(Standing::Young);
        if is_new {
            standings.iter().flatten().for_each(|(key, _)| self.note(*key, node, now));
        }
        let is_known_elsewhere = keys.into_iter().flatten().any(|key| self.is_old_elsewhere(key, node, now));
        Verdict::Deferred { is_new, is_known_elsewhere }
    }

    /// True if another node than this has known a key for long enough.
    fn is_old_elsewhere(&self, key: Key, node: NodeId, now: Time) -> bool {
        let GreyRules { delay, window, .. } = self.rules;
        let is_old = |row: &Row| {
            let age = now.since(row.first);
            row.node != node && (row.passed.is_some() || (delay..=window).contains(&age))
        };
        self.rows.get(&key).is_some_and(|rows| rows.iter().any(is_old))
    }

    /// True if what `by` noted at `at` is known to `node`.
    fn sees(&self, node: NodeId, by: NodeId, at: Time, now: Time) -> bool {
        node == by || self.table.lag().is_some_and(|lag| now.since(at) >= lag)
    }

    fn standing(&mut self, key: Key, node: NodeId, now: Time, history: &impl History) -> Standing {
        let GreyRules { delay, window, expiry, .. } = self.rules;
        self.remember(key, node, now, history);
        let Some(rows) = self.rows.get(&key) else { return Standing::Unknown };
        let has_passed = |row: &Row| {
            row.passed.is_some_and(|at| self.sees(node, row.node, at, now)) && now.since(row.last) <= expiry
        };
        if rows.iter().any(has_passed) {
            return Standing::Known;
        }
        let waits = |row: &&Row| {
            // A pass that has not reached this node leaves the contact as it was.
            row.passed.is_none_or(|at| !self.sees(node, row.node, at, now))
                && self.sees(node, row.node, row.first, now)
                && now.since(row.first) <= window
        };
        match rows.iter().filter(waits).map(|row| row.first).min() {
            Some(first) if now.since(first) >= delay => Standing::Ripe,
            Some(_) => Standing::Young,
            None => Standing::Unknown,
        }
    }

    /// Writes down what was known before the run of a key that has not been looked at since.
    fn remember(&mut self, key: Key, node: NodeId, now: Time, history: &impl History) {
        let own = self.table == GreyTable::PerNode;
        let is_seen = self.rows.get(&key).is_some_and(|rows| !own || rows.iter().any(|row| row.node == node));
        if !is_seen && matches!(key, Key::Contact(..)) && history.knows_key() {
            let passed = Some(Time(i64::MIN / 2));
            self.rows.entry(key).or_default().push(Row { node, first: now, passed, last: now });
        }
    }

    /// Notes the first contact of a key at a node.
    fn note(&mut self, key: Key, node: NodeId, now: Time) {
        let row = self.row(key, node, now);
        *row = Row { first: now, passed: None, last: now, ..*row };
    }

    /// Notes that a key has passed at a node.
    fn pass(&mut self, key: Key, node: NodeId, is_last: bool, now: Time) {
        if is_last {
            self.rows.remove(&key);
            return;
        }
        let row = self.row(key, node, now);
        *row = Row { passed: row.passed.or(Some(now)), last: now, ..*row };
    }

    fn row(&mut self, key: Key, node: NodeId, now: Time) -> &mut Row {
        let rows = self.rows.entry(key).or_default();
        let place = rows.iter().position(|row| row.node == node).unwrap_or_else(|| {
            rows.push(Row { node, first: now, passed: None, last: now });
            rows.len() - 1
        });
        &mut rows[place]
    }

    /// True if a client has passed often enough to pass whatever it brings.
    fn trusts(&mut self, node: NodeId, address: u128, now: Time, history: &impl History) -> bool {
        let Some(needed) = self.rules.pass_after else { return false };
        let expiry = self.rules.expiry;
        let client = self.client(node, address, now, history);
        let is_trusted = client.passes >= needed && now.since(client.seen) <= expiry;
        if is_trusted {
            client.seen = now;
        }
        is_trusted
    }

    /// Counts a pass of a client, unless the last one was counted too short a time ago.
    fn count_pass(&mut self, node: NodeId, address: u128, now: Time, history: &impl History) {
        let GreyRules { pass_after, pass_every, expiry, .. } = self.rules;
        if pass_after.is_none() {
            return;
        }
        let client = self.client(node, address, now, history);
        if now.since(client.seen) > expiry {
            client.passes = 0;
        }
        if client.counted.is_none_or(|at| now.since(at) >= pass_every) {
            (client.passes, client.counted, client.seen) = (client.passes + 1, Some(now), now);
        }
    }

    /// What is known of a client at a node. How long a lagging table needs to learn of a pass makes no difference to a list of passes that
    /// come hours apart.
    fn client(&mut self, node: NodeId, address: u128, now: Time, history: &impl History) -> &mut Client {
        let whose = (self.table == GreyTable::PerNode).then_some(node);
        self.clients.entry((address, whose)).or_insert_with(|| Client {
            passes: history.passes(),
            counted: None,
            seen: now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing is known before the run.
    struct New;

    impl History for New {
        fn knows_key(&self) -> bool {
            false
        }
        fn passes(&self) -> u32 {
            0
        }
    }

    const RULES: GreyRules = GreyRules {
        key: GreyKey::Triplet,
        mask4: 24,
        mask6: 64,
        delay: Span::from_secs(300),
        window: Span::from_secs(3_600),
        expiry: Span::from_secs(7_200),
        pass_after: None,
        pass_every: Span::ZERO,
        stage: Stage::Recipient,
    };

    const fn at(seconds: i64) -> Time {
        Time(seconds * 1_000_000)
    }

    const fn from(client: u128) -> Contact {
        Contact { client, pair: Some((0, 7)), body: None, address: client, is_last: false }
    }

    fn admitted(list: &mut Greylist, tries: &[(i64, u16)]) -> Vec<bool> {
        tries
            .iter()
            .map(|&(t, node)| list.meet(NodeId(node), &from(1), at(t), &New) == Verdict::Admitted)
            .collect()
    }

    #[test]
    fn a_key_passes_after_the_delay_and_not_before() {
        let mut list = Greylist::new(RULES, GreyTable::Shared);
        assert_eq!(admitted(&mut list, &[(0, 0), (299, 0), (300, 0), (301, 0)]), [false, false, true, true]);
    }

    #[test]
    fn an_early_retry_does_not_begin_the_delay_anew_and_a_late_one_does() {
        let mut list = Greylist::new(RULES, GreyTable::PerNode);
        assert_eq!(admitted(&mut list, &[(0, 0), (200, 0), (310, 0)]), [false, false, true]);
        let mut list = Greylist::new(RULES, GreyTable::PerNode);
        assert_eq!(
            admitted(&mut list, &[(0, 0), (3_601, 0), (3_800, 0), (3_901, 0)]),
            [false, false, false, true]
        );
    }

    #[test]
    fn a_key_is_forgotten_when_it_has_not_been_seen_for_long() {
        let mut list = Greylist::new(RULES, GreyTable::Shared);
        let tries = [(0, 0), (300, 0), (7_400, 0), (14_600, 0), (21_801, 0)];
        assert_eq!(admitted(&mut list, &tries), [false, true, true, true, false]);
    }

    #[test]
    fn nodes_know_what_they_noted_themselves_or_what_has_reached_them() {
        let tries = [(0, 0), (400, 1), (402, 0)];
        assert_eq!(admitted(&mut Greylist::new(RULES, GreyTable::PerNode), &tries), [false, false, true]);
        assert_eq!(admitted(&mut Greylist::new(RULES, GreyTable::Shared), &tries), [false, true, true]);
        let lagging = |lag| GreyTable::Lagging(Span::from_secs(lag));
        assert_eq!(admitted(&mut Greylist::new(RULES, lagging(400)), &tries), [false, true, true]);
        assert_eq!(admitted(&mut Greylist::new(RULES, lagging(401)), &tries), [false, false, true]);
        // A pass takes the lag to become known, too.
        let tries = [(0, 0), (300, 0), (301, 1), (7_100, 1)];
        assert_eq!(admitted(&mut Greylist::new(RULES, lagging(5)), &tries), [false, true, true, true]);
    }

    #[test]
    fn a_node_is_told_when_another_would_have_let_a_message_pass() {
        let mut list = Greylist::new(RULES, GreyTable::PerNode);
        let mut meet = |t, node| list.meet(NodeId(node), &from(1), at(t), &New);
        let deferred = |is_known_elsewhere| Verdict::Deferred { is_new: true, is_known_elsewhere };
        assert_eq!((meet(0, 0), meet(1, 1)), (deferred(false), deferred(false)), "in one attempt");
        assert_eq!((meet(400, 2), meet(401, 1)), (deferred(true), Verdict::Admitted));
        let early = Verdict::Deferred { is_new: false, is_known_elsewhere: true };
        assert_eq!(meet(500, 2), early, "it came back too early");
    }

    #[test]
    fn a_client_is_trusted_after_so_many_passes_far_enough_apart() {
        let rules = GreyRules { pass_after: Some(2), pass_every: Span::from_secs(600), ..RULES };
        let mut list = Greylist::new(rules, GreyTable::Shared);
        let mut admits = |t, pair| {
            let contact = Contact { pair: Some((0, pair)), ..from(1) };
            list.meet(NodeId(0), &contact, at(t), &New) == Verdict::Admitted
        };
        assert!(!admits(0, 1) && !admits(0, 2) && !admits(700, 3));
        // The first counts, the second comes too soon after it.
        assert!(admits(300, 1) && admits(301, 2));
        assert!(!admits(302, 4));
        assert!(admits(1_000, 3), "the second that counts");
        assert!(admits(1_001, 5), "a stranger from a trusted client");
        assert!(!admits(1_002 + 7_200, 6), "not seen for too long");
    }

    #[test]
    fn a_body_passes_from_any_address() {
        let mut list = Greylist::new(RULES, GreyTable::Shared);
        let contact = |client| Contact { body: Some((0, 9)), ..from(client) };
        let passes = |list: &mut Greylist, contact: &Contact, t| {
            list.meet(NodeId(0), contact, at(t), &New) == Verdict::Admitted
        };
        assert!(!passes(&mut list, &contact(1), 0));
        assert!(!passes(&mut list, &contact(2), 100));
        assert!(passes(&mut list, &contact(3), 300));
        assert!(!passes(&mut list, &from(3), 301), "the address itself is as new as it was");
    }

    #[test]
    fn masks_keep_the_leading_bits() {
        let client = |rules: GreyRules, address: &str| {
            address.parse().map(|address| rules.client(address)).unwrap_or_default()
        };
        assert_eq!(client(RULES, "192.0.2.1"), client(RULES, "192.0.2.200"));
        assert_ne!(client(RULES, "192.0.2.1"), client(RULES, "192.0.3.1"));
        assert_eq!(client(RULES, "2001:db8::1"), client(RULES, "2001:db8::ffff:0:1"));
        let whole = GreyRules { mask4: 32, mask6: 128, ..RULES };
        assert_ne!(client(whole, "192.0.2.1"), client(whole, "192.0.2.2"));
        assert_ne!(client(whole, "2001:db8::1"), client(whole, "2001:db8::2"));
        let none = GreyRules { mask4: 0, mask6: 0, ..RULES };
        assert_eq!(client(none, "192.0.2.1"), client(none, "203.0.113.9"));
        assert_ne!(client(none, "192.0.2.1"), client(none, "2001:db8::1"));
    }
}
