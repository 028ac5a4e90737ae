//! Processes that deliver mail, where a queue manager hands each message to one of them (Postfix).

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
    pub(crate) const fn ready(&mut self) {
        self.starting = false;
        self.free += 1;
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
