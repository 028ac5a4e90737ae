//! Closed forms the simulator must agree with, and that `ask` answers by. Stands alone: uses nothing else of this crate.
