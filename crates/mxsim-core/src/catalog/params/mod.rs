//! The parameters of presets: how they are described, read and written. The catalogue's files, a scenario's overrides and the resolved
//! scenario all go through here.

mod keys;
mod read;
mod reuse;
mod write;

pub(crate) use keys::{AUTHORITY, KEEP_TIMES, RESOLVER, SENDER, meaning};
pub(crate) use read::{
    BLANK_ORDER, BLANK_RESOLVER, BLANK_SENDER, broken_resolver_rule, broken_sender_rule, keep_time,
    read_answer_order, read_resolver, read_sender, span,
};
pub(crate) use reuse::reuse_parts;
pub(crate) use write::{Written, write_order, write_resolver, write_sender};
