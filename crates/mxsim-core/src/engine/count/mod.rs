//! What happens in one replication, counted into a [`Tally`](crate::tally::Tally).

pub(crate) mod delays;
pub(crate) mod load;
pub(crate) mod phases;
pub(crate) mod recorder;
pub(crate) mod sessions;
