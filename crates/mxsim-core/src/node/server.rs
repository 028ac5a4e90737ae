//! The limits that servers come with, before anybody changes them.

use super::limits::{ClientLimits, Rates};
use super::{Capacity, WhenFull};
use crate::time::Span;

/// A server by its limits as they are shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// postconf(5): `default_process_limit` 100, `smtpd_client_connection_count_limit` 50, no rates. What finds no process waits in the kernel's queue,
    /// which is as long as the process limit (master_listen.c), and beyond that SYNs are dropped.
    Postfix,
    /// Specification, chapter 14: `smtp_accept_max` 20, no `smtp_accept_max_per_host`; beyond it `421 Too many concurrent SMTP connections` (smtp_in.c).
    Exim,
    /// *Message rate limits and throttling*, the connector Default Frontend: `MaxInboundConnection` 5,000, `MaxInboundConnectionPerSource` 20. The 2 %
    /// of `MaxInboundConnectionPercentagePerSource` are of what is left, and not modelled.
    Exchange,
    /// The same page, Edge Transport: in addition `MessageRateLimit` 600 a minute for each address.
    ExchangeEdge,
    /// Reference, `max_connections` of a listener: 32,768 since 2024.09, and `421 4.3.2` beyond.
    KumoMta,
}

impl Server {
    /// What it limits; the rest is as without limits.
    #[must_use]
    pub const fn limits(self) -> Capacity {
        let free = Capacity::UNLIMITED;
        match self {
            Self::Postfix => Capacity {
                sessions: Some(100),
                backlog: 100,
                when_full: WhenFull::Drop,
                clients: ClientLimits { sessions: Some(50), rates: None },
                ..free
            },
            Self::Exim => Capacity { sessions: Some(20), ..free },
            Self::Exchange => Capacity { sessions: Some(5_000), clients: EXCHANGE, ..free },
            Self::ExchangeEdge => Capacity {
                sessions: Some(5_000),
                clients: ClientLimits { rates: Some(EDGE), ..EXCHANGE },
                ..free
            },
            Self::KumoMta => Capacity { sessions: Some(32_768), ..free },
        }
    }
}

const EXCHANGE: ClientLimits = ClientLimits { sessions: Some(20), rates: None };
const EDGE: Rates = Rates { connections: None, messages: Some(600), per: Span::MINUTE };
