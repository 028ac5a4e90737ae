//! Shards and checkpoints: what is put together of parts is one run.

mod runs;
mod strangers;
