//! What an outbound host remembers of bad hosts, as data; `memory.rs` obeys it.

use crate::time::Span;

/// What an outbound host remembers of bad hosts.
#[derive(Debug, Clone, PartialEq)]
pub enum Memory {
    /// Nothing.
    Nothing,
    /// Postfix: after this many messages in a row failed on all candidates, all mail of the domain is deferred untried for a while.
    Domain {
        /// Failed messages in a row that declare the domain dead.
        failures: u32,
        /// How long it stays dead.
        hold: Span,
    },
    /// sendmail: within one process, which is a queue run, a host that failed is not tried again for this time.
    Process {
        /// How long it is skipped (`Timeout.hoststatus`).
        hold: Span,
    },
    /// Courier: a child process to which no host gave a session ([`Reuse::Child`](super::Reuse::Child)) defers whatever else it gets for a while.
    Child {
        /// How long (`esmtpdelay`).
        hold: Span,
    },
    /// OpenSMTPD: an address that failed is disabled for `unit` times the square of its penalty; failing adds one to that, being enabled again
    /// takes one off.
    Route {
        /// Hold for a penalty of one.
        unit: Span,
        /// Longest hold.
        most: Span,
    },
    /// Exim: each host and address has retry times of its own, shared by all messages; a host that is not due is not tried.
    HostAddress {
        /// Steps of the retry rule.
        rule: Vec<RetryStep>,
        /// Age after which a record is forgotten.
        expire: Span,
        /// True if a message has retry times of its own beside these: see [`MessageTimes`](super::message_times::MessageTimes).
        of_messages: bool,
    },
    /// qmail: an address with at least `count` connect time-outs, at least `apart` from each other, is skipped for `hold_base` plus
    /// `hold_step` times (process id mod `hold_steps`).
    AddressTimeouts {
        /// Time-outs needed.
        count: u32,
        /// Time-outs closer together count once.
        apart: Span,
        /// Shortest hold.
        hold_base: Span,
        /// One step of the part that depends on the process id.
        hold_step: Span,
        /// Number of steps.
        hold_steps: u32,
    },
}

/// One step of Exim's retry rule, in force until the record is `until` old.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryStep {
    /// Age of the first failure up to which this step holds.
    pub until: Span,
    /// First (or only) gap.
    pub gap: Span,
    /// Each gap is this many times the one before (1 for a fixed gap).
    pub factor: f64,
}
