//! Zone text and `dig` output into a [`Zone`](super::Zone).
