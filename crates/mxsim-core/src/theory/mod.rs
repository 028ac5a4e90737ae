//! Closed forms the simulator must agree with, and that `ask` answers by. Stands alone: uses nothing else of this crate.
//!
//! Each formula says under which conditions it is exact. None of them knows anything of outages, retries or unequal preferences unless
//! its documentation says so.
//!
//! - [`split`]: even splits by independent choices, and [`split::SplitForecast`], the answer of `ask`;
//! - [`sticky`]: the scatter that senders make which keep their host for a while;
//! - [`cache`]: how often a DNS cache answers, and for how long it answers with the old record;
//! - [`failure`]: where the mail of a dead host goes, when retries come, how many calls a full node loses;
//! - [`greylisting`]: how often a sender has to come back to tables that do not know it;
//! - [`judge`]: whether counts per node are luck, and how few choosers would explain them.

pub mod cache;
pub mod failure;
pub mod greylisting;
pub mod judge;
pub mod split;
pub mod sticky;
