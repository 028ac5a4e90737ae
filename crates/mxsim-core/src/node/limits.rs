//! Limits of a node per client: how many sessions one address may have at the same time, and how many connections and messages in a window.
//!
//! They are those of Postfix' anvil(8): a window begins with the first connection of a client after its last window was over, connections and
//! messages have the same one, and each connection and each message counts, those that are turned away too. Exim's
//! `smtp_accept_max_per_host` is the limit of sessions alone; its `ratelimit` decays smoothly and is not this one.

use crate::time::{Span, Time};

/// What a node lets each client have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientLimits {
    /// Most concurrent sessions; `None` for any number.
    pub sessions: Option<u32>,
    /// How much it may do in a window; `None` for any amount.
    pub rates: Option<Rates>,
}

impl ClientLimits {
    /// A client may have and do whatever it likes.
    pub const NONE: Self = Self { sessions: None, rates: None };

    /// True if anything is limited.
    #[must_use]
    pub const fn is_limiting(&self) -> bool {
        self.sessions.is_some() || self.rates.is_some()
    }
}

/// How much a client may do in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Most connections; `None` for any number.
    pub connections: Option<u32>,
    /// Most messages; `None` for any number.
    pub messages: Option<u32>,
    /// How long the window is.
    pub per: Span,
}

/// A limit that a connection or a message is beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// The client has all sessions that it may have.
    Sessions,
    /// It has had all connections of its window.
    Connections,
    /// It has sent all messages of its window.
    Messages,
}

/// What a node knows of a client.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Its sessions.
    sessions: u32,
    /// When its window began.
    began: Time,
    /// Its connections and messages since then.
    connections: u32,
    messages: u32,
}

impl Account {
    /// That of a client which comes for the first time at `now`.
    #[must_use]
    pub const fn opened(now: Time) -> Self {
        Self { sessions: 0, began: now, connections: 0, messages: 0 }
    }

    /// Counts a connection at `now`; an error if it is beyond a limit.
    ///
    /// # Errors
    /// The limit; that of sessions is looked at first.
    pub fn connect(&mut self, limits: &ClientLimits, now: Time) -> Result<(), Excess> {
        if let Some(rates) = &limits.rates {
            self.begin_window(rates, now);
            self.connections = self.connections.saturating_add(1);
        }
        if limits.sessions.is_some_and(|most| self.sessions >= most) {
            return Err(Excess::Sessions);
        }
        let most = limits.rates.and_then(|rates| rates.connections);
        if most.is_some_and(|most| self.connections > most) { Err(Excess::Connections) } else { Ok(()) }
    }

    /// Counts a message at `now`; an error if it is beyond the limit.
    ///
    /// # Errors
    /// The limit.
    pub fn send(&mut self, limits: &ClientLimits, now: Time) -> Result<(), Excess> {
        let Some(rates) = &limits.rates else { return Ok(()) };
        self.begin_window(rates, now);
        self.messages = self.messages.saturating_add(1);
        if rates.messages.is_some_and(|most| self.messages > most) { Err(Excess::Messages) } else { Ok(()) }
    }

    /// A session begins.
    pub const fn begin_session(&mut self) {
        self.sessions += 1;
    }

    /// A session ends.
    pub const fn end_session(&mut self) {
        self.sessions -= 1;
    }

    /// True if at `now` it is no more than that of a client which has never come.
    #[must_use]
    pub fn is_blank(&self, limits: &ClientLimits, now: Time) -> bool {
        self.sessions == 0 && limits.rates.is_none_or(|rates| self.is_over(&rates, now))
    }

    /// True if its window is over (anvil.c: `start + var_anvil_time_unit < now`).
    fn is_over(&self, rates: &Rates, now: Time) -> bool {
        now > self.began + rates.per
    }

    fn begin_window(&mut self, rates: &Rates, now: Time) {
        if self.is_over(rates, now) {
            (self.began, self.connections, self.messages) = (now, 0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    const POSTFIX: ClientLimits = ClientLimits {
        sessions: Some(2),
        rates: Some(Rates { connections: Some(3), messages: Some(1), per: Span::from_secs(60) }),
    };

    #[test]
    fn sessions_are_counted_before_connections() {
        let mut account = Account::opened(at(0));
        assert_eq!(account.connect(&POSTFIX, at(0)), Ok(()));
        account.begin_session();
        assert_eq!(account.connect(&POSTFIX, at(1)), Ok(()));
        account.begin_session();
        assert_eq!(account.connect(&POSTFIX, at(2)), Err(Excess::Sessions));
        account.end_session();
        assert_eq!(account.connect(&POSTFIX, at(3)), Err(Excess::Connections), "the one turned away counts");
        assert_eq!(account.connect(&POSTFIX, at(61)), Ok(()), "a new window");
    }

    #[test]
    fn a_window_begins_with_what_comes_after_the_last_one() {
        let mut account = Account::opened(at(0));
        let mut sends = |seconds| account.send(&POSTFIX, at(seconds)).is_ok();
        // The second window begins at 61 s and not at 60 s.
        assert_eq!(
            [0, 30, 60, 61, 120, 121, 122].map(&mut sends),
            [true, false, false, true, false, false, true]
        );
        assert!(!account.is_blank(&POSTFIX, at(182)) && account.is_blank(&POSTFIX, at(183)));
    }

    #[test]
    fn without_a_limit_nothing_is_beyond_it() {
        let mut account = Account::opened(at(0));
        for _ in 0..100 {
            assert!(account.connect(&ClientLimits::NONE, at(0)).is_ok());
            assert!(account.send(&ClientLimits::NONE, at(0)).is_ok());
            account.begin_session();
        }
        (0..100).for_each(|_| account.end_session());
        assert!(!ClientLimits::NONE.is_limiting() && account.is_blank(&ClientLimits::NONE, at(0)));
    }
}
