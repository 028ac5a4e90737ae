//! Mail that waits at its outbound host: for a connection to spare, a process or a child process.

use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::sending::connection::{AfterDelivery, Connection};
use crate::engine::messages::state::{Event, Replication, Task};
use crate::engine::probe::{Step, Watching};
use crate::ids::OutboundId;
use crate::sender::{Growth, Reuse};
use crate::time::{Span, Time};

impl<P: Watching> Replication<'_, '_, P> {
    /// True if a message went down an open connection, or waits until there is one to spare.
    pub(crate) fn reuses_or_waits(&mut self, message: &mut QueuedMessage, now: Time) -> bool {
        self.give_to_child(message, now);
        if self.takes_any_idle(message, now) {
            let child = message.child;
            let fits = |connection: &Connection| connection.child == child;
            if let Some(connection) = self.take_idle(message.of(), fits, now) {
                self.deliver_over(*message, connection, now);
                return true;
            }
        }
        // A queue run takes one message after the other.
        let table = self.sender(message);
        let one_by_one =
            matches!(table.behaviour.parameters.reuse, Reuse::QueueRun(_)) && message.failures > 0;
        let outbound = self.outbound(message.of());
        let tasks = outbound.how_many_wait() + 1;
        let waits = !outbound.may_begin(table.behaviour.parameters.concurrency, tasks)
            || (one_by_one && outbound.is_busy());
        if waits {
            outbound.wait(*message);
            self.queued += 1;
            self.note(message, now, Step::Queued);
            self.start_process(message.of(), now);
        }
        waits
    }

    /// True if a message goes down any idle connection of its outbound host before anything is looked up.
    fn takes_any_idle(&mut self, message: &QueuedMessage, now: Time) -> bool {
        let table = self.sender(message);
        let wants = match table.behaviour.parameters.reuse {
            Reuse::Never | Reuse::Batch(_) => false,
            Reuse::Demand(_) | Reuse::Always(_) | Reuse::Last(_) => true,
            Reuse::Child(_) => message.child > 0,
            Reuse::QueueRun(_) => message.failures > 0,
        };
        let growth = table.behaviour.parameters.concurrency;
        let outbound = self.outbound(message.of());
        // Postfix counts deliveries, so a connection that is kept is no leave to begin one; others count connections.
        let may_take = match table.behaviour.parameters.reuse {
            Reuse::Demand(_) => {
                outbound.may_begin(growth, outbound.how_many_wait() + 1) && outbound.select(now)
            }
            _ => true,
        };
        wants && may_take && table.files_under_domain()
    }

    /// Gives a message to a child process, if its sender has such and may have another at work.
    fn give_to_child(&mut self, message: &mut QueuedMessage, now: Time) {
        let policy = &self.sender(message).behaviour.parameters;
        let outbound = self.outbound(message.of());
        let by_child = matches!(policy.reuse, Reuse::Child(_));
        if by_child && message.child == 0 && outbound.may_begin(policy.concurrency, 1) {
            message.child = outbound.children.employ(now);
        }
    }

    /// The child process that had a message, if one had, is idle again.
    pub(crate) fn leave_child(&mut self, message: &QueuedMessage, now: Time) {
        if let (true, Some(kept)) =
            (message.child > 0, self.sender(message).behaviour.parameters.reuse.kept())
        {
            self.outbound(message.of()).children.rest(message.child, kept.idle, now);
        }
    }

    /// Has waiting mail started as soon as what goes on now is over; once, however often it is asked for until then.
    pub(crate) fn schedule_start_of_waiting(&mut self, of: OutboundId) {
        if !std::mem::replace(&mut self.outbound(of).start_is_due, true) {
            self.push(Task::StartWaiting(of, None));
        }
    }

    /// Starts the message that has waited longest, and then the next. Each is started once: one of a queue run waits again if it is not its
    /// turn yet.
    pub(crate) fn start_waiting(&mut self, of: OutboundId, most: Option<usize>, now: Time) {
        let policy = self.world.sender(of.sender).behaviour.parameters.concurrency;
        let outbound = self.outbound(of);
        let left = most.unwrap_or_else(|| outbound.how_many_wait());
        let next = if left > 0 { outbound.next_that_may_begin(policy) } else { None };
        match next {
            Some(message) => {
                self.queued -= 1;
                self.push(Task::StartWaiting(of, Some(left - 1)));
                self.push(Task::Attempt(message));
            }
            None => {
                outbound.start_is_due = false;
                self.start_process(of, now);
            }
        }
    }

    /// A process has delivered a message: its connection is free now, and itself after a while.
    pub(crate) fn free_process_later(
        &mut self,
        message: &QueuedMessage,
        connection: Connection,
        can_keep: bool,
        after: Span,
        now: Time,
    ) {
        let (of, policy) = (message.of(), self.sender(message).behaviour.parameters.reuse);
        match self.outbound(of).after(policy, &connection, message.failures > 0, now) {
            AfterDelivery::StayOpen(idle) if can_keep => self.keep(of, connection, (now, now + idle)),
            _ => self.close(of, connection, now),
        }
        self.calendar.schedule(now + after, Event::ProcessFree(of));
    }

    /// A process that delivered a message can take the next.
    pub(crate) fn process_free(&mut self, of: OutboundId, now: Time) {
        let policy = self.world.sender(of.sender).behaviour.parameters.concurrency;
        self.outbound(of).done(policy, true, now);
        self.schedule_start_of_waiting(of);
    }

    /// Starts a process if that is what mail waits for.
    fn start_process(&mut self, of: OutboundId, now: Time) {
        let policy = self.world.sender(of.sender).behaviour.parameters.concurrency;
        let Growth::Processes { start, .. } = policy.growth else { return };
        if let Some(number) = self.outbound(of).starts_process(policy) {
            let at = now + self.senders[of.sender.index()].process_start(of.host, number, start);
            self.calendar.schedule(at, Event::ProcessReady(of));
        }
    }

    /// A process that was started is there.
    pub(crate) fn process_ready(&mut self, of: OutboundId) {
        self.outbound(of).processes.ready();
        self.schedule_start_of_waiting(of);
    }
}
