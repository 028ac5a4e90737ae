//! Shards, merged: the bytes of one run.

mod runs;
