//! Ends the command where the work itself does not: while it reads, builds a world, writes into a pipe that nobody reads.
//!
//! Work that can stop by itself does so within milliseconds, and what is finished is kept. A thread of its own looks whether that happened; when it
//! did not for [`GRACE`], it says why and ends the process. Files appear whole or not at all, so none is left half written.

use crate::exit::Failure;
use crate::memory;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};

/// How long work that was told to stop may take to do so: to estimate and write what is finished.
const GRACE: Duration = Duration::from_millis(600);
/// How often it looks.
const EVERY: Duration = Duration::from_millis(20);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Notes an interruption; true if there was one before.
pub(crate) fn interrupt() -> bool {
    INTERRUPTED.swap(true, Ordering::SeqCst)
}

/// True once somebody has interrupted the command.
pub(crate) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog {
    watched: Arc<Mutex<Watched>>,
}

/// What the command is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// There is nothing yet that could be kept.
    Reading,
    /// Work that stops by itself.
    Simulating,
    /// The results are known.
    Writing,
    /// There is nothing left to watch.
    Over,
}

/// Why the command ends before its work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Interrupted,
    TimeUp,
    MemoryUsedUp,
}

#[derive(Debug, Clone, Copy)]
struct Watched {
    phase: Phase,
    deadline: Option<Instant>,
}

impl Watchdog {
    /// Watches from the reading on; `late` says why the command ends. Where no thread can be started nobody watches, and work that stops by
    /// itself still does.
    pub(crate) fn start(
        deadline: Option<Instant>,
        late: impl Fn(Phase, Why) -> Failure + Send + 'static,
    ) -> Self {
        let watched = Arc::new(Mutex::new(Watched { phase: Phase::Reading, deadline }));
        let shared = Arc::clone(&watched);
        // Nobody waits for it: it ends soon after what it watches.
        let _ = Builder::new().name("watchdog".into()).spawn(move || watch(&shared, &late));
        Self { watched }
    }

    /// The next phase begins, which has to be over by `deadline`.
    pub(crate) fn enter(&self, phase: Phase, deadline: Option<Instant>) {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = Watched { phase, deadline };
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.enter(Phase::Over, None);
    }
}

fn watch(watched: &Mutex<Watched>, late: &dyn Fn(Phase, Why) -> Failure) {
    let (mut interrupted_at, memory) = (None, memory::limit());
    loop {
        sleep(EVERY);
        // The lock is kept meanwhile: no phase ends while the process does.
        let watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.phase == Phase::Over {
            return;
        }
        if memory.is_some_and(memory::is_used_up) {
            end(&late(watched.phase, Why::MemoryUsedUp));
        }
        let now = now();
        if is_interrupted() {
            interrupted_at.get_or_insert(now);
        }
        let grace = if watched.phase == Phase::Reading { Duration::ZERO } else { GRACE };
        let is_over = |since: Option<Instant>| {
            since.and_then(|since| now.checked_duration_since(since)).is_some_and(|late| late >= grace)
        };
        if is_over(interrupted_at) {
            end(&late(watched.phase, Why::Interrupted));
        }
        if is_over(watched.deadline) {
            end(&late(watched.phase, Why::TimeUp));
        }
    }
}

fn end(failure: &Failure) -> ! {
    failure.tell();
    std::process::exit(i32::from(failure.exit as u8));
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "the command may look at the clock; the library never does")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
