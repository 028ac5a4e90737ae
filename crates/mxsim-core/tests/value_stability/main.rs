//! Value stability: what a fixed seed gave when the model epoch began, it still gives.
//!
//! These tests say nothing about right and wrong; theory does that (`mxsim-verify`). They pin the first values of everything that is drawn or chosen:
//! each order of hosts, transform of an answer, way of keeping, schedule and method has a test with a few literals, taken from the program itself.
//! Whoever moves one of them without meaning to sees it here, and whoever means to raises the epoch, so that two results documents of one
//! epoch are comparable byte for byte.

mod answers;
mod caches;
mod keeps;
mod memories;
mod methods;
mod orders;
mod randomness;
mod retries;
mod sessions;
mod traffic;
mod unknowns;

use mxsim_core::random::{Entropy, Key, Purpose, Stream, StreamId};
use mxsim_core::results::MODEL_EPOCH;
use std::fmt::Debug;

/// What to do about a value that moved.
const WHAT_TO_DO: &str = "if this change is meant, raise MODEL_EPOCH and say in docs/changelog.md what moved";

/// Compares values with those of this epoch.
#[track_caller]
fn stable<T: PartialEq<U> + Debug, U: Debug>(what: &str, now: T, in_this_epoch: U) {
    assert!(now == in_this_epoch, "{what}: {in_this_epoch:?} became {now:?}; {WHAT_TO_DO}");
}

/// The root of all decisions here that serve `purpose`.
fn key(purpose: Purpose) -> Key {
    Entropy::new(20_260, 1).key(StreamId::new("value stability", purpose))
}

/// A stream that serves `purpose`.
fn stream(purpose: Purpose) -> Stream {
    Entropy::new(20_260, 1).stream(StreamId::new("value stability", purpose))
}

/// The literals here are those of one epoch; whoever raises it looks through them.
#[test]
fn the_literals_are_of_this_epoch() {
    assert_eq!(
        MODEL_EPOCH, 3,
        "take the literals of this folder anew where they moved, then change this number"
    );
}
