//! How long a host that gives no answer is waited for.

use crate::time::Span;

/// How long a silent host is waited for: the shorter of the two counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// The MTA's own connect time-out; `None` leaves it to the kernel.
    pub connect: Option<Span>,
    /// The kernel's.
    pub kernel: Kernel,
    /// How long it waits for the greeting of a node that took the connection and then says nothing (RFC 5321 section 4.5.3.2.1: 5 minutes).
    pub greeting: Span,
}

/// When the kernel repeats a SYN and when it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// Linux since 6.5 (`tcp_syn_linear_timeouts` 4): SYNs after 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s, given up after 133 s
    /// (measured on 6.18).
    Linux,
    /// Linux before 6.5 (`tcp_syn_retries` 6): SYNs after 1, 3, 7, 15, 31, 63 s, given up after 127 s.
    LinuxBefore6_5,
}

impl Kernel {
    /// Seconds after the first SYN at which it is repeated.
    #[must_use]
    pub const fn retransmissions(self) -> &'static [i64] {
        match self {
            Self::Linux => &[1, 2, 3, 4, 5, 7, 11, 19, 35, 67],
            Self::LinuxBefore6_5 => &[1, 3, 7, 15, 31, 63],
        }
    }

    /// When connect() fails with ETIMEDOUT.
    #[must_use]
    pub const fn gives_up_after(self) -> Span {
        match self {
            Self::Linux => Span::from_secs(133),
            Self::LinuxBefore6_5 => Span::from_secs(127),
        }
    }
}

impl Timeouts {
    /// How long a connection attempt to a silent host takes.
    #[must_use]
    pub fn connect_timeout(&self) -> Span {
        let kernel = self.kernel.gives_up_after();
        self.connect.map_or(kernel, |own| own.min(kernel))
    }
}
