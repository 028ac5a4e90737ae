//! Streams, keys, and the numbers read off them.

use crate::{key, stable, stream};
use mxsim_core::random::{Entropy, Purpose, StreamId, exponentials, name_hash, words};

#[test]
fn streams() {
    stable(
        "words of a stream",
        words::<3>(&mut stream(Purpose::Arrival)),
        [13531812386326127537, 6231413448219983135, 2042445542427654281],
    );
    stable(
        "exponential numbers of a stream",
        exponentials::<3>(&mut stream(Purpose::Arrival)),
        [0.3098444955666331, 1.0852846971532606, 2.2007399967612216],
    );
}

#[test]
fn keys() {
    let key = key(Purpose::Choice);
    stable(
        "words",
        [key.word(), key.child(0).word(), key.child(7).child(u64::MAX).word()],
        [8193940177834582877, 6954641193948874010, 10429876029764742344],
    );
    stable("indices", [0, 1, 2, 3, 4].map(|n| key.child(n).below(1_000)), [377, 816, 820, 437, 637]);
    stable(
        "coins",
        [0, 1, 2, 3, 4, 5, 6, 7].map(|n| u8::from(key.child(n).coin())),
        [0, 1, 1, 0, 1, 0, 0, 0],
    );
    stable(
        "uniform numbers",
        [0, 1, 2].map(|n| key.child(n).unit()),
        [0.3770118545668276, 0.8162049156194487, 0.8208900659607251],
    );
    stable(
        "exponential numbers",
        [0, 1, 2].map(|n| key.child(n).exponential()),
        [0.9754786475541495, 0.20308983346124468, 0.19736608110115722],
    );
    stable(
        "normal numbers",
        [0, 1, 2].map(|n| key.child(n).normal()),
        [-0.6133623074587361, 0.9709657364975334, 1.184763250689329],
    );
    stable(
        "gamma numbers",
        [0.5, 1.0, 7.5].map(|shape| key.gamma(shape)),
        [0.8853180385808715, 0.15933797190208385, 4.955498277409174],
    );
}

/// The numbers of purposes are never given to another purpose.
#[test]
fn purposes() {
    let purposes = [
        Purpose::Arrival,
        Purpose::OutboundHost,
        Purpose::Choice,
        Purpose::Retry,
        Purpose::Holding,
        Purpose::Answer,
        Purpose::Process,
        Purpose::Counts,
        Purpose::Placement,
        Purpose::Session,
        Purpose::Refill,
        Purpose::Fault,
        Purpose::Home,
        Purpose::World,
    ];
    stable(
        "keys by purpose",
        purposes.map(|purpose| key(purpose).below(10_000)),
        [7335, 7090, 4441, 960, 7252, 275, 2350, 3865, 3989, 7321, 1613, 3350, 9659, 9471],
    );
}

#[test]
fn names_and_replications() {
    stable(
        "names",
        ["mx1.example.com", "192.0.2.1", ""].map(name_hash),
        [509689721408570143, 9096517564555886001, 12007152915317330863],
    );
    let of = |seed, replication, name| {
        Entropy::new(seed, replication).key(StreamId::new(name, Purpose::Choice)).word()
    };
    stable(
        "roots",
        [of(1, 0, "google"), of(1, 1, "google"), of(2, 0, "google"), of(1, 0, "gmail")],
        [14179175074123428951, 6431603947405845511, 283831774569782428, 17702252775882416940],
    );
}
