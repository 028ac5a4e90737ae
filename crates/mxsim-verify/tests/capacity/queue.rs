//! The queue behind a node: M/D/1/K, and what fits by arithmetic.

use crate::{ONCE, REPLICATIONS, at_seconds, experiment};
use mxsim_verify::agree::assert_near;

/// The chance that a message finds no room at a queue M/D/1/K with this load: the embedded chain at the ends of services (Cooper 1981, section 5.11), in which as
/// many messages come in a service as a Poisson law of mean `load` says.
fn blocked(room: usize, load: f64) -> f64 {
    let mut come = vec![libm::exp(-load)];
    (1..room).for_each(|i| come.push(come[i - 1] * load / i as f64));
    let mut left = vec![1.0];
    for j in 0..room - 1 {
        let from_others: f64 = (1..=j).map(|i| left[i] * come[j + 1 - i]).sum();
        left.push((left[j] - from_others - left[0] * come[j]) / come[0]);
    }
    let empty = left[0] / left.iter().sum::<f64>();
    1.0 - 1.0 / (empty + load)
}

/// Theory: M/D/1/K. With room for one it is Erlang B of one server, 1/2 at a load of 1. n: 800,000 messages each; blocked ones come in bunches of no more
/// than the room.
#[test]
fn a_queue_turns_away_what_the_embedded_chain_says() {
    assert!((blocked(1, 1.0) - 0.5).abs() < 1e-12 && (blocked(200, 2.0) - 0.5).abs() < 1e-6);
    for (room, load) in [(1, 1.0), (3, 0.8), (10, 1.5)] {
        let per_second = load / 10.0;
        let hours = 8e5 / REPLICATIONS as f64 / per_second / 3_600.0;
        let queue = format!("queue = {{ room = {room}, per_minute = 6 }}");
        let rest = format!("retry = {{ max_attempts = 1 }}\n[nodes.mx1]\n{queue}\n");
        let results = experiment(1, per_second, hours, &rest);
        let (totals, theory) = (results.delivery.totals, blocked(room, load));
        let n = totals.messages as f64;
        let error = 4.9 * (room as f64 * theory * (1.0 - theory) / n).sqrt();
        assert_near(&format!("room for {room}"), totals.bounced as f64 / n, error, theory);
        assert_eq!(results.nodes[0].totals.queue_full, totals.bounced, "each was tried once");
    }
}

/// Theory: a message every 5 s, and one passed on every 10 s: when the last of 1,000 comes, at 4,995 s, 499 have been passed on and 10 are in the queue, or nine
/// if that one finds it full. Mail that waits comes back and is taken in the end: nothing is lost.
#[test]
fn a_full_queue_takes_what_it_passes_on() {
    let day = |retry: &str| {
        let queue = "[nodes.mx1]\nqueue = { room = 10, per_minute = 6 }";
        at_seconds(retry, queue, (0..1_000).map(|i| 5 * i)).totals
    };
    let once = day(ONCE);
    assert!((509..=510).contains(&once.accepted), "{once:?}");
    assert_eq!(once.accepted + once.bounced, 1_000);
    let again = day(
        "retry = { wait = { gaps = { list = [\"10m\"], then = \"repeat-last\" } }, queue_run = \"none\", lifetime = \"1d\" }",
    );
    assert_eq!((again.accepted, again.bounced), (1_000, 0));
}

/// Theory: a queue with room for one that is passed on every 2 s, and messages every second: each second one finds it full, and is told so at the recipient
/// though the node would have rejected it after the data. What is rejected takes no place, so it is full less often then.
#[test]
fn a_full_queue_comes_before_what_is_said_after_the_data() {
    let day = |events: &str| {
        let queue = "[nodes.mx1]\nqueue = { room = 1, per_minute = 30 }";
        let node = at_seconds(ONCE, &format!("{queue}\n{events}"), 0..1_000).nodes[0];
        (node.accepted, node.queue_full, node.rejected)
    };
    assert_eq!(day(""), (500, 500, 0));
    let rejects = |share: &str| {
        format!(
            "[[events]]\nat = \"0s\"\nfor = \"1h\"\nnode = \"mx1\"\nfault = \"reject\"\nstage = \"data\"\nshare = \"{share}\"\n"
        )
    };
    assert_eq!(day(&rejects("100 %")), (0, 0, 1_000));
    // A third of the messages is taken, as many find it full, and a third is rejected: one that comes to an empty queue is taken or rejected alike.
    let (accepted, full, rejected) = day(&rejects("50 %"));
    assert!(
        accepted + full + rejected == 1_000 && full.abs_diff(accepted) <= 1,
        "{accepted}, {full}, {rejected}"
    );
    assert!(rejected.abs_diff(accepted) < 110, "{accepted}, {full}, {rejected}");
}
