//! Greylisting as tables: who writes to whom, and what the tables have known before the run.
//!
//! Tables begin as they are after a long time of the same traffic. Where correspondents are given, one that writes at rate r was seen within the
//! `expiry` E with probability 1 - exp(-r E), and a client of whose keys n a second are first contacts has passed a Poisson number of times of
//! mean n E, or never if its mail does not come back: it is tried once, or a node without a greylist takes it in the same attempt. Where each
//! node has its own table, a node has seen the part of the mail that is its fair share; a backup has seen none.

use crate::dns::stub::Home;
use crate::ids::{NodeId, SenderId};
use crate::node::greylisting::{
    Contact, FirstContacts, GreyKey, GreyRules, GreyTable, Greylisting, History, number_of,
};
use crate::random::{Entropy, Key, Purpose, StreamId, name_hash};
use crate::scenario::{Scenario, Sender};
use crate::sender::{Outcome, Reaction};
use crate::smtp::Stage;
use crate::time::Span;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The entity whose draws say which clients a table knows; no sender's name has a space in front.
const CLIENTS: &str = " clients";

/// What is the same in all replications.
#[derive(Debug)]
pub struct GreylistPlan {
    /// When a message is deferred, and when it passes.
    pub rules: GreyRules,
    /// Whose table it is.
    pub table: GreyTable,
    first_contacts: FirstContacts,
    /// Sums of k^-s up to each k, up to the most correspondents that a site has.
    zipf_sums: Vec<f64>,
    senders: Vec<SenderPlan>,
    /// Per node: its name as a number, and the part of the mail that its table has seen.
    nodes: Vec<(u64, f64)>,
    clients: StreamId,
}

/// Who writes from one sender.
#[derive(Debug)]
struct SenderPlan {
    stream: StreamId,
    /// Per site: messages per microsecond.
    rates: Vec<f64>,
    /// Per site: correspondents; none where the share of first contacts is given.
    correspondents: Vec<u32>,
    hosts: usize,
    /// True if mail that a table defers comes back to it.
    comes_back: bool,
}

/// The keys of one replication.
#[derive(Debug)]
pub struct GreylistKeys {
    senders: Vec<Key>,
    clients: Key,
}

/// A message that greylisting looks at.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    /// Its sender.
    pub sender: SenderId,
    /// Its number among the messages of the sender.
    pub number: u64,
    /// The outbound host it comes from now.
    pub outbound_host: u32,
    /// True if it comes over IPv6.
    pub ipv6: bool,
    /// The address that it seems to come from, where an edge hides that of its sender.
    pub edge: Option<IpAddr>,
}

/// A message as a table sees it, and what the table of a node has known of it before the run.
#[derive(Debug, Clone, Copy)]
pub struct Greeted<'a> {
    /// What it is known by.
    pub contact: Contact,
    plan: &'a GreylistPlan,
    keys: &'a GreylistKeys,
    envelope: Envelope,
    node: NodeId,
    /// Messages of its key per microsecond; zero where the share of first contacts is given.
    rate: f64,
}

impl GreylistPlan {
    /// The plan of a scenario, if its nodes greylist.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Option<Self> {
        let Greylisting { rules, table, first_contacts, .. } = *scenario.greylisting.as_ref()?;
        let senders: Vec<SenderPlan> =
            scenario.senders.iter().map(|sender| SenderPlan::of(sender, scenario, first_contacts)).collect();
        let most = senders.iter().flat_map(|sender| &sender.correspondents).max().copied().unwrap_or(0);
        let zipf = match first_contacts {
            FirstContacts::Share(_) => 0.0,
            FirstContacts::Correspondents { zipf, .. } => zipf,
        };
        let sum = |sum: &mut f64, k: u32| {
            *sum += libm::pow(f64::from(k), -zipf);
            Some(*sum)
        };
        let own = table == GreyTable::PerNode;
        let seen = |fair: f64| if own { fair } else { 1.0 };
        Some(Self {
            rules,
            table,
            first_contacts,
            zipf_sums: (1..=most).scan(0.0, sum).collect(),
            senders,
            nodes: scenario.nodes.iter().map(|node| (name_hash(&node.name), seen(node.fair_share))).collect(),
            clients: StreamId::new(CLIENTS, Purpose::Greylisting),
        })
    }

    /// Keys and clients that a table may come to hold. First contacts that a share gives are dropped once they have passed, so they are no more than
    /// the mail that waits.
    #[must_use]
    pub fn most_entries(&self) -> f64 {
        let of_sender = |sender: &SenderPlan| {
            let keys: f64 = sender.correspondents.iter().map(|&number| f64::from(number)).sum();
            (keys * self.part_of_client(sender).recip()) + sender.rates.len() as f64 * sender.hosts as f64
        };
        let tables = if self.table == GreyTable::PerNode { self.nodes.len() as f64 } else { 1.0 };
        self.senders.iter().map(of_sender).sum::<f64>() * tables
    }

    /// The part of the messages that is deferred at first, at most.
    #[must_use]
    pub const fn part_deferred(&self) -> f64 {
        match (self.rules.key, self.first_contacts) {
            (GreyKey::Triplet | GreyKey::TripletOrBody, FirstContacts::Share(share)) => share,
            _ => 1.0,
        }
    }

    /// The keys of a replication.
    #[must_use]
    pub fn keys(&self, entropy: &Entropy) -> GreylistKeys {
        GreylistKeys {
            senders: self.senders.iter().map(|sender| entropy.key(sender.stream)).collect(),
            clients: entropy.key(self.clients),
        }
    }

    /// A message at a node; `None` if its key is known everywhere. `home` is where its site sends from.
    #[must_use]
    pub fn greet<'a>(
        &'a self,
        keys: &'a GreylistKeys,
        envelope: Envelope,
        node: NodeId,
        home: Home,
    ) -> Option<Greeted<'a>> {
        let sender = &self.senders[envelope.sender.index()];
        let address = envelope.edge.unwrap_or_else(|| sender.address(home, envelope));
        let draw = keys.senders[envelope.sender.index()].child(envelope.number);
        let client = self.rules.client(address);
        let own = (envelope.sender.0, envelope.number);
        let (pair, rate) = match (self.rules.key, self.first_contacts) {
            (GreyKey::Client, _) if envelope.edge.is_some() => (None, self.rate_of_all()),
            (GreyKey::Client, FirstContacts::Share(_)) => (None, 0.0),
            (GreyKey::Client, FirstContacts::Correspondents { .. }) => (None, self.client_rate(envelope)),
            (_, FirstContacts::Share(share)) => {
                if draw.child(0).unit() > share {
                    return None;
                }
                (Some(own), 0.0)
            }
            (_, FirstContacts::Correspondents { .. }) => {
                let (pair, rate) = self.correspondent(sender, envelope, draw.child(0));
                (Some((envelope.sender.0, pair)), rate)
            }
        };
        let is_last = pair == Some(own) && matches!(self.first_contacts, FirstContacts::Share(_));
        let body = (self.rules.key == GreyKey::TripletOrBody).then_some(own);
        let contact = Contact { client, pair, body, address: number_of(address), is_last };
        Some(Greeted { contact, plan: self, keys, envelope, node, rate })
    }

    /// The correspondent that wrote a message, as the number of a pair, and how often it writes (1/µs).
    fn correspondent(&self, sender: &SenderPlan, envelope: Envelope, draw: Key) -> (u64, f64) {
        let site = sender.site(envelope);
        let number = sender.correspondents[site] as usize;
        let sums = &self.zipf_sums[..number];
        let all = sums[number - 1];
        let rank = sums.partition_point(|&sum| sum < draw.unit() * all).min(number - 1);
        let before = if rank == 0 { 0.0 } else { sums[rank - 1] };
        let pair = ((site as u64) << 32) | rank as u64;
        let part = if envelope.edge.is_some() { 1.0 } else { self.part_of_client(sender) };
        (pair, sender.rates[site] * (sums[rank] - before) / all * part)
    }

    /// Messages of all senders (1/µs): to a node behind an edge that hides them they are one client.
    fn rate_of_all(&self) -> f64 {
        self.senders.iter().flat_map(|sender| &sender.rates).sum()
    }

    /// How often a client writes (1/µs).
    fn client_rate(&self, envelope: Envelope) -> f64 {
        let sender = &self.senders[envelope.sender.index()];
        sender.rates[sender.site(envelope)] * self.part_of_client(sender)
    }

    /// The part of a site's mail that comes from one client: the hosts of a site have addresses in a row, so that only whole addresses tell them
    /// apart.
    fn part_of_client(&self, sender: &SenderPlan) -> f64 {
        if self.rules.mask4 == 32 { 1.0 / sender.hosts as f64 } else { 1.0 }
    }

    /// First contacts of one address that pass later on (1/µs), as far as its keys are of one site.
    fn passes_of(&self, envelope: Envelope) -> f64 {
        let sender = &self.senders[envelope.sender.index()];
        if envelope.edge.is_some() {
            let sites = |sender: &SenderPlan| -> f64 {
                (0..sender.rates.len()).map(|site| self.passes_of_site(sender, site)).sum()
            };
            return self.senders.iter().map(sites).sum();
        }
        self.passes_of_site(sender, sender.site(envelope)) / sender.hosts as f64
    }

    fn passes_of_site(&self, sender: &SenderPlan, site: usize) -> f64 {
        match self.first_contacts {
            _ if !sender.comes_back => 0.0,
            FirstContacts::Share(share) => share * sender.rates[site],
            FirstContacts::Correspondents { .. } => self.forgotten(sender, site),
        }
    }

    /// How often correspondents of a site come back after they have been forgotten (1/µs).
    fn forgotten(&self, sender: &SenderPlan, site: usize) -> f64 {
        let number = sender.correspondents[site] as usize;
        let (sums, all) = (&self.zipf_sums[..number], self.zipf_sums[number - 1]);
        let expiry = self.rules.expiry.0 as f64;
        let back = |(rank, &sum): (usize, &f64)| {
            let before = if rank == 0 { 0.0 } else { sums[rank - 1] };
            let rate = sender.rates[site] * (sum - before) / all;
            rate * libm::exp(-rate * expiry)
        };
        sums.iter().enumerate().map(back).sum()
    }
}

/// True if a sender comes back to a node that deferred its mail: it tries again, and no node without a greylist takes the mail in the same attempt.
fn comes_back(sender: &Sender, scenario: &Scenario) -> bool {
    let retry = &sender.behaviour.parameters.retry;
    let is_open = scenario.nodes.iter().any(|node| !node.greylists);
    let goes_on = || sender.behaviour.react(Outcome::Deferred(Stage::Recipient)) == Reaction::Next;
    retry.max_attempts != Some(1) && !(is_open && goes_on())
}

impl SenderPlan {
    fn of(sender: &Sender, scenario: &Scenario, first_contacts: FirstContacts) -> Self {
        let rate = scenario.messages_per_day * sender.share / Span::DAY.0 as f64;
        let weights = sender.sizes.weights(sender.sites);
        let correspondents = match first_contacts {
            FirstContacts::Share(_) => Vec::new(),
            FirstContacts::Correspondents { number, .. } => {
                let of_site = |weight: &f64| (number as f64 * sender.share * weight).round().max(1.0) as u32;
                weights.iter().map(of_site).collect()
            }
        };
        Self {
            stream: StreamId::new(&sender.name, Purpose::Greylisting),
            rates: weights.iter().map(|weight| weight * rate).collect(),
            correspondents,
            hosts: sender.hosts,
            comes_back: comes_back(sender, scenario),
        }
    }

    const fn site(&self, envelope: Envelope) -> usize {
        envelope.outbound_host as usize / self.hosts
    }

    /// The address that an outbound host sends from: the hosts of a site have addresses in a row. *Assumption*: nothing is known of who sends from
    /// several networks.
    fn address(&self, home: Home, envelope: Envelope) -> IpAddr {
        let host = envelope.outbound_host % self.hosts as u32;
        if envelope.ipv6 {
            Ipv6Addr::from(u128::from(home.v6).wrapping_add(u128::from(host))).into()
        } else {
            Ipv4Addr::from(u32::from(home.v4).wrapping_add(host)).into()
        }
    }
}

impl Greeted<'_> {
    /// The part of the mail that the table has seen.
    fn seen(&self) -> f64 {
        self.plan.nodes[self.node.index()].1
    }

    /// What the table knows of something is drawn by what it is about: for a table of its own by the name of its node, too.
    fn of_table(&self, key: Key) -> Key {
        match self.plan.table {
            GreyTable::PerNode => key.child(self.plan.nodes[self.node.index()].0),
            GreyTable::Shared | GreyTable::Lagging(_) => key,
        }
    }

    fn of_number(key: Key, number: u128) -> Key {
        key.child((number >> 64) as u64).child(number as u64)
    }
}

impl History for Greeted<'_> {
    fn knows_key(&self) -> bool {
        let Contact { client, pair, .. } = self.contact;
        let of_client = || Self::of_number(self.keys.clients.child(0), client);
        let unknown = match (pair, self.plan.first_contacts) {
            // Nobody has seen it, wherever it comes from.
            (Some(_), FirstContacts::Share(_)) => return false,
            (None, FirstContacts::Share(share)) if self.envelope.edge.is_none() => {
                return of_client().unit() > share;
            }
            (None, FirstContacts::Share(_)) | (_, FirstContacts::Correspondents { .. }) => {
                libm::exp(-self.rate * self.seen() * self.plan.rules.expiry.0 as f64)
            }
        };
        let draw = match pair {
            Some((sender, pair)) => {
                let own = self.keys.senders[sender as usize].child(!pair);
                Self::of_number(own, client)
            }
            None => of_client(),
        };
        self.of_table(draw).unit() > unknown
    }

    fn passes(&self) -> u32 {
        let Some(enough) = self.plan.rules.pass_after else { return 0 };
        let mean = self.plan.passes_of(self.envelope) * self.seen() * self.plan.rules.expiry.0 as f64;
        let draw = self.of_table(Self::of_number(self.keys.clients.child(1), self.contact.address)).unit();
        // The least number that a Poisson variate does not exceed with this probability; more than enough makes no difference.
        let (mut part, mut up_to) = (libm::exp(-mean), libm::exp(-mean));
        for passes in 0..enough {
            if draw <= up_to {
                return passes;
            }
            part *= mean / f64::from(passes + 1);
            up_to += part;
        }
        enough
    }
}
