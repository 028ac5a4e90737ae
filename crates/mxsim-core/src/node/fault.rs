//! A fault of a node: what it answers instead of taking the mail, at which stage, when, and to whom.
//!
//! What decides between a short delay and loss is *who* meets a fault. One that hits 15 % of the connections is a different one at each retry; one that hits
//! 15 % of a provider's outbound hosts hits the same hosts again, and mail that stays with its host is lost.

use crate::random::{Key, name_hash};
use crate::smtp::Stage;
use crate::time::{Span, Time};

/// What is wrong with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The port answers with a reset: the sender knows at once. Open connections break.
    Refuse,
    /// Packets vanish: the sender waits for its time-out. Open connections break.
    Drop,
    /// The node takes the connection and never greets. Connections that are past the greeting go on.
    NoGreeting,
    /// It answers with a transient failure (4xx) at this stage.
    Defer(Stage),
    /// It answers with a permanent failure (5xx) at this stage; in TLS, the handshake fails.
    Reject(Stage),
    /// It closes the connection at this stage.
    Disconnect(Stage),
    /// It takes the message and bounces it afterwards: the sender believes that it delivered.
    AcceptThenBounce,
    /// Its certificate does not verify. A sender that checks it does not send there; it never goes on in clear.
    Certificate,
    /// It works slowly: a message holds its session this many times as long.
    Slow(Slowdown),
    /// It holds its greeting back for this long. A sender that waits less gives up as with a silent node.
    Tarpit(Span),
    /// It is taken out on purpose: an edge sends it no new connection, and those that are open go on. It takes whatever comes.
    Drain,
}

/// How many times as long something takes, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slowdown(u32);

impl Slowdown {
    /// As fast as ever.
    pub const NONE: Self = Self(Self::UNIT);
    /// The most that a scenario may ask for.
    pub const MOST: f64 = 10_000.0;
    const UNIT: u32 = 1_000;
    /// A hundred years: far beyond any run, and still a time.
    const CENTURY: Span = Span::from_hours(876_600);

    /// This many times as long, to three decimals, from 1 to [`Slowdown::MOST`].
    #[must_use]
    pub fn times(factor: f64) -> Self {
        Self((factor.clamp(1.0, Self::MOST) * f64::from(Self::UNIT)).round() as u32)
    }

    /// How many times as long.
    #[must_use]
    pub fn factor(self) -> f64 {
        f64::from(self.0) / f64::from(Self::UNIT)
    }

    /// How long something takes that takes `span` otherwise.
    #[must_use]
    pub fn of(self, span: Span) -> Span {
        let product = i128::from(span.0) * i128::from(self.0) / i128::from(Self::UNIT);
        Span(i64::try_from(product).unwrap_or(i64::MAX)).min(Self::CENTURY)
    }
}

impl Fault {
    /// The fault as it is written in a scenario, without its stage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Drop => "drop",
            Self::NoGreeting => "silent",
            Self::Defer(_) => "defer",
            Self::Reject(_) => "reject",
            Self::Disconnect(_) => "disconnect",
            Self::AcceptThenBounce => "accept-then-bounce",
            Self::Certificate => "certificate",
            Self::Slow(_) => "slow",
            Self::Tarpit(_) => "tarpit",
            Self::Drain => "drain",
        }
    }

    /// The stage it shows at, of those that show once the node has taken the connection and says or does something.
    #[must_use]
    pub const fn stage(self) -> Option<Stage> {
        match self {
            Self::Refuse | Self::Drop | Self::NoGreeting | Self::AcceptThenBounce => None,
            Self::Certificate | Self::Slow(_) | Self::Tarpit(_) | Self::Drain => None,
            Self::Defer(stage) | Self::Reject(stage) | Self::Disconnect(stage) => Some(stage),
        }
    }

    /// True if connections that are open already break with it.
    #[must_use]
    pub const fn breaks_connections(self) -> bool {
        matches!(self, Self::Refuse | Self::Drop)
    }

    /// True if a sender has to wait until it knows.
    #[must_use]
    pub const fn keeps_sender_waiting(self) -> bool {
        matches!(self, Self::Drop | Self::NoGreeting)
    }

    /// True if it turns no mail away, and at most makes a node take longer.
    #[must_use]
    pub const fn is_delay(self) -> bool {
        matches!(self, Self::Slow(_) | Self::Tarpit(_) | Self::Drain)
    }

    /// True if it shows with each message and not with the connection.
    #[must_use]
    pub const fn is_about_messages(self) -> bool {
        matches!(self.stage(), Some(Stage::Recipient | Stage::Data)) || matches!(self, Self::AcceptThenBounce)
    }

    /// Of several faults that hit the same connection, the one with the smallest rank shows: packets that are lost come before a reset, and both before
    /// anything that is said; then the earlier stage, and there the worse answer.
    #[must_use]
    pub(super) const fn rank(self) -> (u8, u8) {
        match self {
            Self::Drop => (0, 0),
            Self::Refuse => (0, 1),
            Self::NoGreeting => (0, 2),
            Self::Disconnect(stage) => (1 + stage as u8, 0),
            Self::Reject(stage) => (1 + stage as u8, 1),
            Self::Defer(stage) => (1 + stage as u8, 2),
            // As TLS that cannot be set up, and after that: without a handshake there is no certificate.
            Self::Certificate => (1 + Stage::Tls as u8, 3),
            Self::Slow(_) | Self::Tarpit(_) | Self::Drain => (u8::MAX - 1, 0),
            Self::AcceptThenBounce => (u8::MAX, 0),
        }
    }

    /// True if it shows only after the greeting.
    #[must_use]
    pub const fn is_past_greeting(self) -> bool {
        matches!(self.stage(), Some(Stage::Tls))
            || matches!(self, Self::Certificate)
            || self.is_delay()
            || self.is_about_messages()
    }
}

/// What a share is of: what is hit, or not, as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareOf {
    /// Each connection for itself, so that a retry may get through.
    Connections,
    /// Outbound hosts of senders: a bad path, or an address on a block list.
    OutboundHosts,
    /// Sites of senders, with all their outbound hosts.
    Sites,
    /// Messages, by their recipient: what one node refuses, it refuses again.
    Recipients,
}

/// Whom a fault hits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    /// Only connections over IPv6, or only those over IPv4; `None` for both.
    pub ipv6: Option<bool>,
    /// Only connections of the sender whose name has this hash; `None` for all.
    pub sender: Option<u64>,
    /// The part that it hits of those, above 0 and up to 1.
    pub share: f64,
    /// What the share is of.
    pub share_of: ShareOf,
    /// Hash of the event's name: faults with the same name hit the same outbound hosts, sites, recipients and connections. Zero for the draw of a connection
    /// itself, where only one such fault is under way at a time.
    pub event: u64,
}

impl Scope {
    /// Everybody.
    pub const ALL: Self =
        Self { ipv6: None, sender: None, share: 1.0, share_of: ShareOf::Connections, event: 0 };

    /// A part of the connections.
    #[must_use]
    pub const fn part(share: f64) -> Self {
        Self { share, ..Self::ALL }
    }

    /// The same for connections of the sender of this name.
    #[must_use]
    pub fn from_sender(self, name: &str) -> Self {
        Self { sender: Some(name_hash(name)), ..self }
    }

    /// The same for an event of this name.
    #[must_use]
    pub fn of_event(self, name: &str) -> Self {
        Self { event: name_hash(name), ..self }
    }

    /// True if it is for connections of the sender of this name alone.
    #[must_use]
    pub fn is_from(&self, name: &str) -> bool {
        self.sender == Some(name_hash(name))
    }

    /// True if it is one of an event of this name.
    #[must_use]
    pub fn is_of_event(&self, name: &str) -> bool {
        self.event == name_hash(name)
    }

    /// True if it hits some connections to a node and others not.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.share < 1.0 || self.ipv6.is_some() || self.sender.is_some()
    }

    /// True if it may hit connections of the sender whose name has this hash.
    #[must_use]
    pub fn may_hit(&self, sender: u64) -> bool {
        self.sender.is_none_or(|hit| hit == sender)
    }

    /// Whether it hits a client.
    #[must_use]
    pub fn hits(&self, client: &Client) -> bool {
        let in_family = self.ipv6.is_none_or(|ipv6| ipv6 == client.ipv6);
        in_family && self.may_hit(client.sender) && (self.share >= 1.0 || self.draws(client))
    }

    fn draws(&self, client: &Client) -> bool {
        let of = |label: u64| client.hit.child(label).child(self.event);
        match self.share_of {
            ShareOf::Connections if self.event == 0 => is_below(client.connection, self.share),
            ShareOf::Connections => {
                let coin = Key::ROOT.child(client.connection).child(self.event);
                is_below(coin.word(), self.share)
            }
            ShareOf::OutboundHosts => self.picks(client.outbound_host, of(0)),
            ShareOf::Sites => self.picks(client.site, of(1)),
            ShareOf::Recipients => is_below(of(2).child(client.recipient).word(), self.share),
        }
    }

    /// Whether it hits this one: of `n` it hits as many as `n` times its share, rounded up or down, any of them alike (a systematic sample of a random
    /// order). Drawn for each alone, 15 % of twenty hosts would be anything from none to seven.
    fn picks(&self, one: Numbered, draws: Key) -> bool {
        let place = draws.child(0).shuffled(one.number, one.of);
        let at = f64::from(place) * self.share + draws.child(1).unit();
        at - at.floor() < self.share
    }
}

/// Whether a draw from all of 64 bits falls into this part.
fn is_below(draw: u64, share: f64) -> bool {
    ((draw >> 11) as f64) < share * (1u64 << 53) as f64
}

/// One of several, by its number from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    /// Its number.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

/// Who opens a connection, as faults tell clients apart.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    /// Hash of the sender's name.
    pub sender: u64,
    /// True if it connects over IPv6.
    pub ipv6: bool,
    /// The draw of this connection: uniform over all of 64 bits.
    pub connection: u64,
    /// The outbound host, among those of its sender.
    pub outbound_host: Numbered,
    /// Its site, among those of its sender.
    pub site: Numbered,
    /// Number of the message, which is for a recipient of its own.
    pub recipient: u64,
    /// The sender's decisions about who is hit.
    pub hit: Key,
}

impl Client {
    /// Anybody: where no fault tells clients apart.
    pub const ANYBODY: Self = Self {
        sender: 0,
        ipv6: false,
        connection: 0,
        outbound_host: Numbered { number: 0, of: 1 },
        site: Numbered { number: 0, of: 1 },
        recipient: 0,
        hit: Key::ROOT,
    };

    /// Anybody with this draw of the connection.
    #[must_use]
    pub const fn drawing(connection: u64) -> Self {
        Self { connection, ..Self::ANYBODY }
    }
}

/// A fault from `from` (included) to `to` (excluded).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outage {
    /// First moment of the fault.
    pub from: Time,
    /// First moment after it.
    pub to: Time,
    /// What is wrong.
    pub fault: Fault,
    /// Whom it hits.
    pub scope: Scope,
}

impl Outage {
    /// Whether it hits a client.
    #[must_use]
    pub fn hits(&self, client: &Client) -> bool {
        self.scope.hits(client)
    }

    /// True if it may keep mail from the node that the sender whose name has this hash wants to deliver there.
    #[must_use]
    pub fn keeps_out(&self, sender: u64) -> bool {
        self.fault != Fault::AcceptThenBounce && !self.fault.is_delay() && self.scope.may_hit(sender)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_hits_connections_below_it() {
        let hits = |scope: Scope, draw: u64| scope.hits(&Client::drawing(draw));
        let third = Scope::part(1.0 / 3.0);
        assert!(hits(third, 0) && hits(third, u64::MAX / 3 - 4_096));
        assert!(!hits(third, u64::MAX / 3 + 4_096) && !hits(third, u64::MAX));
        assert!(hits(Scope::ALL, u64::MAX), "all of them");
    }

    /// A host that is hit is hit again, whatever its connections and messages draw; another event hits others.
    #[test]
    fn a_share_of_hosts_hits_the_same_hosts_again() {
        let scope = |event| Scope { share_of: ShareOf::OutboundHosts, event, ..Scope::part(0.25) };
        let client = |number: u32, of: u32, connection: u64| Client {
            outbound_host: Numbered { number, of },
            ..Client::drawing(connection)
        };
        let among = |event, connection| {
            let hits = move |host: &u32| scope(event).hits(&client(*host, 4_001, connection));
            (0..4_001).filter(hits).collect::<Vec<u32>>()
        };
        let hit = |event| among(event, 7);
        let again = among(1, u64::MAX);
        assert_eq!(hit(1), again);
        let all: Vec<Vec<u32>> = (0..40).map(hit).collect();
        assert!(all.iter().all(|hit| [1_000, 1_001].contains(&hit.len())));
        assert!(all.iter().any(|hit| *hit != all[0]));
        // 15 % of twenty are three, whoever they are.
        let few = |event| {
            let scope = Scope { share: 0.15, ..scope(event) };
            (0..20).filter(|&host| scope.hits(&client(host, 20, 7))).count()
        };
        assert_eq!((0..100).map(few).collect::<Vec<_>>(), [3; 100]);
        // Neighbours are hit together as often as any two: 2 of 19 of the others are hit where one is.
        let pairs = |event| {
            let hit: Vec<bool> = (0..20)
                .map(|host| Scope { share: 0.15, ..scope(event) }.hits(&client(host, 20, 7)))
                .collect();
            hit.windows(2).filter(|pair| pair[0] && pair[1]).count() as f64
        };
        let mean = (0..4_000).map(pairs).sum::<f64>() / 4_000.0;
        assert!((mean - 19.0 * 3.0 / 20.0 * 2.0 / 19.0).abs() < 0.05, "{mean}");
    }

    #[test]
    fn a_family_and_a_sender_are_hit_alone() {
        let v6 = Scope { ipv6: Some(true), ..Scope::ALL };
        let from = Scope { sender: Some(7), ..Scope::ALL };
        let client = |sender, ipv6| Client { sender, ipv6, ..Client::ANYBODY };
        assert!(v6.hits(&client(1, true)) && !v6.hits(&client(1, false)));
        assert!(from.hits(&client(7, false)) && !from.hits(&client(8, false)));
        assert!(v6.is_partial() && from.is_partial() && !Scope::ALL.is_partial());
    }
}
