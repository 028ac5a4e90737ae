//! One node: what a connection finds there, and its sessions.

pub(crate) mod admission;
pub(crate) mod sessions;
