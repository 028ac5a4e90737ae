//! Processes that deliver mail, where a queue manager hands each message to one of them (Postfix).

use crate::engine::messages::sending::Mail;
use crate::engine::messages::sending::pool::{After, Connection};
use crate::engine::messages::{Event, Replication};
use crate::engine::probe::Probe;
use crate::sender::Growth;
use crate::time::{Span, Time};

/// The processes of one outbound host. Once started they stay.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    free: u32,
    started: u64,
    /// True while one is being started; no other is meanwhile.
    starting: bool,
}

impl Processes {
    pub(crate) const fn any_free(&self) -> bool {
        self.free > 0
    }

    /// One gets a message. Where there is no such thing as processes, nothing is counted.
    pub(crate) const fn take(&mut self) {
        self.free = self.free.saturating_sub(1);
    }

    /// One has no message any more.
    pub(crate) const fn give_back(&mut self) {
        self.free += 1;
    }

    /// Starts another if none is free and none is being started; gives its number.
    pub(crate) const fn start(&mut self) -> Option<u64> {
        if self.any_free() || std::mem::replace(&mut self.starting, true) {
            return None;
        }
        self.started += 1;
        Some(self.started)
    }

    /// The one that was started is there.
    const fn ready(&mut self) {
        self.starting = false;
        self.free += 1;
    }
}

impl<P: Probe> Replication<'_, '_, P> {
    /// A process has delivered a message: its connection is free now, and itself after a while.
    pub(crate) fn free_later(&mut self, mail: &Mail, connection: Connection, after: Span, now: Time) {
        let (sender, chooser) = (mail.sender, mail.chooser);
        let table = &self.world.senders[sender as usize];
        let law = table.behaviour.law.reuse;
        let can_keep = self.can_keep(law, connection);
        let outbound = self.senders[sender as usize].outbound(table, chooser);
        match outbound.after(law, &connection, mail.failures > 0, now) {
            After::StayOpen(idle) if can_keep => {
                self.keep((sender, chooser), connection, (now, now + idle));
            }
            _ => self.close(mail, connection, now),
        }
        self.calendar.schedule(now + after, Event::ProcessFree { sender, chooser });
    }

    pub(crate) fn process_free(&mut self, sender: u32, chooser: u32, now: Time) {
        let table = &self.world.senders[sender as usize];
        let outbound = self.senders[sender as usize].outbound(table, chooser);
        outbound.done(table.behaviour.law.concurrency, true, now);
        self.start_waiting(sender as usize, chooser, now);
    }

    /// Starts a process if that is what mail waits for.
    pub(crate) fn start_process(&mut self, sender: u32, chooser: u32, now: Time) {
        let table = &self.world.senders[sender as usize];
        let law = table.behaviour.law.concurrency;
        let Growth::Processes { start, .. } = law.growth else { return };
        let state = &mut self.senders[sender as usize];
        if let Some(number) = state.outbound(table, chooser).starts_process(law) {
            let at = now + state.process_start(chooser, number, start);
            self.calendar.schedule(at, Event::ProcessReady { sender, chooser });
        }
    }

    pub(crate) fn process_ready(&mut self, sender: u32, chooser: u32, now: Time) {
        let table = &self.world.senders[sender as usize];
        self.senders[sender as usize].outbound(table, chooser).processes.ready();
        self.start_waiting(sender as usize, chooser, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Postfix, `master_avail.c`: while a process is free, or on its way, no other is started.
    #[test]
    fn processes_are_started_one_at_a_time() {
        let mut all = Processes::default();
        assert_eq!(all.start(), Some(1));
        assert_eq!(all.start(), None, "one is on its way");
        all.ready();
        assert_eq!(all.start(), None, "one is free");
        all.take();
        assert_eq!(all.start(), Some(2));
        all.give_back();
        assert!(all.any_free(), "the first one is quicker than the second");
    }
}
