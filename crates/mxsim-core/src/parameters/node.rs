//! The words of nodes and of events: faults, the stages at which they show, and what a full node says.

use super::words::{Worded, Words};
use crate::node::{Fault, Server, ShareOf, WhenFull};
use crate::smtp::Stage;

/// [`Fault`] without its stage.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Refuse,
    Drop,
    NoGreeting,
    Defer,
    Reject,
    Disconnect,
    AcceptThenBounce,
    Certificate,
    Slow,
    Tarpit,
    Drain,
}

impl Worded for FaultKind {
    const WORDS: Words<Self> = &[
        ("refuse", Self::Refuse, ""),
        ("drop", Self::Drop, ""),
        ("silent", Self::NoGreeting, ""),
        ("defer", Self::Defer, ""),
        ("reject", Self::Reject, ""),
        ("disconnect", Self::Disconnect, ""),
        ("accept-then-bounce", Self::AcceptThenBounce, ""),
        ("certificate", Self::Certificate, ""),
        ("slow", Self::Slow, ""),
        ("tarpit", Self::Tarpit, ""),
        ("drain", Self::Drain, ""),
    ];
}

impl FaultKind {
    /// Returns the stages at which it may show; none if it needs no stage.
    pub(crate) const fn stages(self) -> &'static [Stage] {
        match self {
            Self::Refuse | Self::Drop | Self::NoGreeting | Self::AcceptThenBounce => &[],
            Self::Certificate | Self::Slow | Self::Tarpit | Self::Drain => &[],
            Self::Defer => &[Stage::Greeting, Stage::Recipient, Stage::Data],
            Self::Reject | Self::Disconnect => &[Stage::Greeting, Stage::Tls, Stage::Recipient, Stage::Data],
        }
    }

    /// The key of an event that says how bad it is, if one does.
    pub(crate) const fn measure(self) -> Option<&'static str> {
        match self {
            Self::Slow => Some("factor"),
            Self::Tarpit => Some("delay"),
            _ => None,
        }
    }

    /// Returns the fault, if it may show at this stage and nothing else has to be said.
    pub(crate) fn at(self, stage: Option<Stage>) -> Option<Fault> {
        match (self, stage) {
            (Self::Drain, None) => Some(Fault::Drain),
            (Self::Refuse, None) => Some(Fault::Refuse),
            (Self::Drop, None) => Some(Fault::Drop),
            (Self::NoGreeting, None) => Some(Fault::NoGreeting),
            (Self::AcceptThenBounce, None) => Some(Fault::AcceptThenBounce),
            (Self::Certificate, None) => Some(Fault::Certificate),
            (_, Some(stage)) if !self.stages().contains(&stage) => None,
            (Self::Defer, Some(stage)) => Some(Fault::Defer(stage)),
            (Self::Reject, Some(stage)) => Some(Fault::Reject(stage)),
            (Self::Disconnect, Some(stage)) => Some(Fault::Disconnect(stage)),
            _ => None,
        }
    }
}

impl Worded for Stage {
    const WORDS: Words<Self> = &[
        ("greeting", Self::Greeting, ""),
        ("tls", Self::Tls, ""),
        ("recipient", Self::Recipient, ""),
        ("data", Self::Data, ""),
    ];
}

/// The family of an address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Ipv4,
    Ipv6,
}

impl Worded for Family {
    const WORDS: Words<Self> = &[("ipv4", Self::Ipv4, ""), ("ipv6", Self::Ipv6, "")];
}

impl Worded for ShareOf {
    const WORDS: Words<Self> = &[
        ("connections", Self::Connections, ""),
        ("hosts", Self::OutboundHosts, ""),
        ("sites", Self::Sites, ""),
        ("recipients", Self::Recipients, ""),
    ];
}

impl Worded for Server {
    const WORDS: Words<Self> = &[
        ("postfix", Self::Postfix, ""),
        ("exim", Self::Exim, ""),
        ("exchange", Self::Exchange, ""),
        ("exchange-edge", Self::ExchangeEdge, ""),
        ("kumomta", Self::KumoMta, ""),
    ];
}

impl Worded for WhenFull {
    const WORDS: Words<Self> =
        &[("421", Self::Busy, ""), ("refuse", Self::Refuse, ""), ("drop", Self::Drop, "")];
}
