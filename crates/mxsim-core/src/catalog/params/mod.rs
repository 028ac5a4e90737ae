//! The parameters of presets: how they are described, read and written. The catalogue's files, a scenario's overrides and the resolved
//! scenario all go through here.

mod dns;
mod dns_keys;
mod keys;
mod read;
mod reuse;
mod write;

pub(crate) use dns::{
    BLANK_RESOLVER, BLANK_STUB, broken_resolver_rule, read_resolver, read_stub, write_resolver, write_stub,
};
pub(crate) use dns_keys::{AUTHORITY, RESOLVER, STUB};
pub(crate) use keys::{KEEP_TIMES, SENDER, meaning};
pub(crate) use read::{BLANK_SENDER, broken_sender_rule, keep_time, read_answer_order, read_sender, span};
pub(crate) use reuse::reuse_parts;
pub(crate) use write::{Written, write_order, write_sender};
