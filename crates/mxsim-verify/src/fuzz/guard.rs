//! Panics as answers.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// True while a panic of this thread is an answer.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
    /// What the last one said.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

static HOOK: Once = Once::new();

/// Does `work`; a panic comes back as what it said, and is not printed.
///
/// # Errors
/// If `work` panicked.
pub fn guarded<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    HOOK.call_once(listen);
    let was_guarded = IS_GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(was_guarded);
    outcome.map_err(|_| SAID.take())
}

/// Panics of guarded threads are written down; all others go where they went before.
fn listen() {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        if IS_GUARDED.get() {
            SAID.set(format!("panic: {panic}"));
        } else {
            before(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_says_where_and_why() {
        assert_eq!(guarded(|| 7), Ok(7));
        let said = guarded(|| panic!("no {}", "way")).expect_err("it panicked");
        assert!(said.contains("guard.rs") && said.contains("no way"), "{said}");
    }
}
