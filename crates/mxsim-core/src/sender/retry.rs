//! When a deferred message is tried again.
