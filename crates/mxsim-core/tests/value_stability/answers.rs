//! Orders of answers: what each way to transform them, to drive a rotation and to hold an order made of the first eight answers of a resolver.

use crate::{key, stable};
use mxsim_core::dns::cache::{Hop, Layer, Network, Question, Record, RecordSet, RecordSetVersion};
use mxsim_core::dns::{
    Base, CachePolicy, Caches, Direction, Driver, OrderPolicy, OrderReuse, Pick, RecordType,
    ResolverParameters, Transform, TypeSet,
};
use mxsim_core::random::Purpose;
use mxsim_core::time::{Span, Time};

/// Four records that live for three seconds, so that eight answers a second apart see three refills; and another set of the same owner, asked for
/// in between.
fn sets() -> [RecordSet; 2] {
    let version = |weights: &[u32]| RecordSetVersion {
        from: Time(i64::MIN),
        ttl: Span::from_secs(3),
        records: [0, 1, 2, 3].map(|target| Record { preference: 0, target }).into(),
        canonical: [2, 0, 3, 1].into_iter().collect(),
        weights: weights.into(),
    };
    let set = |record_type, hash, weights: &[u32]| RecordSet {
        record_type,
        hash,
        versions: vec![version(weights)],
    };
    [set(RecordType::Mx, 1, &[3, 1, 0, 2]), set(RecordType::A, 2, &[])]
}

/// Positions of the records in the answers that a client gets, or each of eight clients its first.
fn answers(order: OrderPolicy, of_clients: bool) -> [String; 8] {
    let parameters = ResolverParameters {
        caches: Caches::Count(1),
        pick: Pick::Client,
        cache: CachePolicy::BY_TTL,
        order,
    };
    let sets = sets();
    let layer = Layer { parameters, caches: 1, key: key(Purpose::Answer) };
    let mut network =
        Network::new(&sets, OrderPolicy::AS_RECEIVED, key(Purpose::Answer).child(9), vec![layer]);
    [0, 1, 2, 3, 4, 5, 6, 7].map(|second| {
        let now = Time::ZERO + Span::from_secs(second);
        let client = if of_clients { second as u64 } else { 5 };
        let mut ask = |set| network.ask(&[Hop { layer: 0, cache: 0 }], Question { set, client, now });
        let answer = ask(0).map(|answer| answer.order.iter().map(u8::to_string).collect());
        ask(1);
        answer.unwrap_or_default()
    })
}

const fn transform(transform: Transform) -> OrderPolicy {
    OrderPolicy { transform, types: TypeSet::ALL, ..OrderPolicy::AS_RECEIVED }
}

const fn rotation(driver: Driver) -> OrderPolicy {
    OrderPolicy { driver, ..transform(Transform::Rotate) }
}

#[track_caller]
fn check(policy: OrderPolicy, in_this_epoch: [&str; 8]) {
    stable(&format!("{policy:?}"), answers(policy, false), in_this_epoch);
}

/// A transform or driver without a test does not compile.
const _: fn(Transform, Driver) -> fn() = |transform, driver| match transform {
    Transform::None => no_transform,
    Transform::Rotate => match driver {
        Driver::Random => rotation_by_chance,
        Driver::CounterFromZero => rotation_by_a_counter_from_zero,
        Driver::CounterSequential => rotation_by_a_counter_that_each_refill_moves_on,
        Driver::CounterFromRandom => rotation_by_a_counter_from_anywhere,
        Driver::CounterOfProcess => rotation_by_a_counter_of_the_process,
        Driver::CounterOfProcessFromRandom => rotation_by_a_counter_of_the_process_from_anywhere,
    },
    Transform::Shuffle => shuffle,
    Transform::ShuffleOneSeed => shuffle_of_one_seed,
    Transform::FirstByWeight => first_by_weight,
    Transform::SortForClient => sort_for_client,
};

#[test]
fn no_transform() {
    check(transform(Transform::None), ["0123", "0123", "0123", "0123", "0123", "0123", "0123", "0123"]);
    check(
        OrderPolicy { base: Base::Canonical, ..transform(Transform::None) },
        ["2031", "2031", "2031", "2031", "2031", "2031", "2031", "2031"],
    );
}

#[test]
fn rotation_by_chance() {
    check(rotation(Driver::Random), ["0123", "1230", "2301", "1230", "2301", "3012", "1230", "3012"]);
}

#[test]
fn rotation_by_a_counter_from_zero() {
    check(
        rotation(Driver::CounterFromZero),
        ["0123", "1230", "2301", "0123", "1230", "2301", "0123", "1230"],
    );
    check(
        OrderPolicy { direction: Direction::Backward, ..rotation(Driver::CounterFromZero) },
        ["0123", "3012", "2301", "0123", "3012", "2301", "0123", "3012"],
    );
}

#[test]
fn rotation_by_a_counter_that_each_refill_moves_on() {
    check(
        rotation(Driver::CounterSequential),
        ["0123", "1230", "2301", "2301", "3012", "0123", "0123", "1230"],
    );
}

#[test]
fn rotation_by_a_counter_from_anywhere() {
    check(
        rotation(Driver::CounterFromRandom),
        ["2301", "3012", "0123", "3012", "0123", "1230", "1230", "2301"],
    );
}

#[test]
fn rotation_by_a_counter_of_the_process() {
    check(
        rotation(Driver::CounterOfProcess),
        ["0123", "2301", "0123", "2301", "0123", "2301", "0123", "2301"],
    );
}

#[test]
fn rotation_by_a_counter_of_the_process_from_anywhere() {
    check(
        rotation(Driver::CounterOfProcessFromRandom),
        ["2301", "0123", "2301", "0123", "2301", "0123", "2301", "0123"],
    );
}

#[test]
fn shuffle() {
    check(transform(Transform::Shuffle), ["0231", "0213", "1320", "3021", "1203", "0231", "3021", "2130"]);
}

#[test]
fn shuffle_of_one_seed() {
    check(
        transform(Transform::ShuffleOneSeed),
        ["2013", "2013", "0213", "0213", "0213", "0321", "3201", "1230"],
    );
}

#[test]
fn first_by_weight() {
    check(
        transform(Transform::FirstByWeight),
        ["0123", "0123", "3012", "0123", "1023", "3012", "0123", "3012"],
    );
    check(
        OrderPolicy { max_records: Some(1), ..transform(Transform::FirstByWeight) },
        ["0", "0", "3", "0", "1", "3", "0", "3"],
    );
}

#[test]
fn sort_for_client() {
    let seen = answers(transform(Transform::SortForClient), true);
    stable(
        "sorted for each of eight clients",
        seen,
        ["3102", "1032", "1023", "1023", "2013", "2103", "1320", "3012"],
    );
}

#[test]
fn orders_that_are_held() {
    check(
        OrderPolicy { hold: OrderReuse::Ttl, ..transform(Transform::Shuffle) },
        ["0231", "0231", "0231", "0213", "0213", "0213", "1320", "1320"],
    );
    check(
        OrderPolicy { hold: OrderReuse::For(Span::from_secs(2)), ..transform(Transform::Shuffle) },
        ["0231", "0231", "0213", "1320", "1320", "3021", "1203", "1203"],
    );
    let variants = OrderPolicy { hold: OrderReuse::Ttl, hold_variants: 2, ..transform(Transform::Shuffle) };
    stable(
        "two held orders",
        answers(variants, true),
        ["0231", "0213", "0231", "1320", "3021", "1320", "1203", "0231"],
    );
}

#[test]
fn the_answer_that_fills_the_cache_as_it_came() {
    check(
        OrderPolicy { verbatim_on_miss: true, ..transform(Transform::Shuffle) },
        ["0123", "0231", "0213", "0123", "1320", "3021", "0123", "1203"],
    );
}

#[test]
fn types_that_are_left_alone() {
    check(
        OrderPolicy { types: TypeSet::ADDRESSES, ..transform(Transform::Shuffle) },
        ["0123", "0123", "0123", "0123", "0123", "0123", "0123", "0123"],
    );
}
