//! The order of one answer: base, transform, hold.
