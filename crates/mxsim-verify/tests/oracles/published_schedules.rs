//! Retry schedules that were published, against the presets of the services that were measured.
//!
//! Pagani et al., *Measuring the Role of Greylisting and Nolisting in Fighting Spam* (DSN 2016), sent one message from each of ten webmail services to a
//! greylist of six hours and recorded every attempt. Seven of them are held against a preset here. Three are not: Hotmail and AOL have changed their servers
//! since (see the notes of `exchange_online` and `yahoo`), and there is no preset for india.com.

use mxsim_core::catalog::Catalog;
use mxsim_core::random::{Entropy, Purpose, StreamId};
use mxsim_core::sender::RetryFrom;
use mxsim_core::sender::retry::{FailedAttempt, next_attempt};
use mxsim_core::time::{Span, Time};

/// Simulated messages: an attempt of the same law lies outside all of them twice in 5,001 times, and one of the 115 here in 4.5 % of all worlds.
/// The numbers are fixed, so the test either holds or does not.
const MESSAGES: u64 = 5_000;

/// A service: its preset, the attempts after the first (minutes and seconds), how far apart later ones are \[s\] until the end \[s\], if that is how they
/// were published, and from how many addresses they came.
struct Published {
    preset: &'static str,
    attempts: &'static [(i64, i64)],
    then: Option<(i64, i64)>,
    addresses: usize,
}

const PUBLISHED: [Published; 7] = [
    Published {
        preset: "gmail",
        attempts: &[(6, 2), (29, 2), (56, 36), (98, 44), (162, 3), (229, 44), (309, 5), (434, 46)],
        then: None,
        addresses: 7,
    },
    Published {
        preset: "yahoo",
        attempts: &[(2, 7), (5, 39), (12, 58), (27, 16), (55, 13), (109, 35), (216, 47), (430, 36)],
        then: None,
        addresses: 1,
    },
    Published {
        preset: "gmx",
        attempts: &[(5, 1), (12, 33), (23, 50), (40, 46), (66, 9), (104, 14), (161, 22), (247, 4), (375, 36)],
        then: None,
        addresses: 3,
    },
    // mail.com, which the same firm runs.
    Published {
        preset: "gmx",
        attempts: &[(5, 2), (12, 37), (23, 59), (41, 3), (66, 38), (105, 1), (162, 35), (248, 56), (378, 28)],
        then: None,
        addresses: 2,
    },
    Published {
        preset: "mail_ru",
        attempts: &[
            (1, 18),
            (19, 15),
            (49, 14),
            (79, 49),
            (113, 20),
            (154, 18),
            (187, 53),
            (235, 20),
            (271, 3),
            (305, 50),
            (340, 38),
            (373, 45),
        ],
        then: None,
        addresses: 7,
    },
    Published {
        preset: "yandex",
        attempts: &[(1, 5), (2, 58), (6, 53), (14, 55), (30, 28), (45, 41), (61, 1)],
        then: Some((930, 369 * 60 + 21)),
        addresses: 1,
    },
    Published {
        preset: "qq",
        attempts: &[
            (5, 5),
            (5, 11),
            (5, 17),
            (6, 19),
            (8, 22),
            (12, 25),
            (20, 29),
            (52, 31),
            (84, 35),
            (144, 42),
            (204, 56),
        ],
        then: None,
        addresses: 2,
    },
];

impl Published {
    /// Attempts after the first \[s\]. Where only their distance was published, the last one is taken: it is the sum of all before it.
    fn seconds(&self) -> Vec<(usize, i64)> {
        let mut seconds: Vec<(usize, i64)> =
            self.attempts.iter().map(|(minutes, seconds)| 60 * minutes + seconds).enumerate().collect();
        if let Some((apart, last)) = self.then {
            let (place, before) = seconds[seconds.len() - 1];
            let more = ((last - before) as f64 / apart as f64).round() as usize;
            seconds.push((place + more, last));
        }
        seconds
    }
}

/// All attempts after the first of message `number` of a preset \[s\].
fn simulated(preset: &str, number: u64, most: usize) -> Vec<f64> {
    let policy = &Catalog::builtin().sender(preset).expect("a preset").parameters.retry;
    let key = Entropy::new(2_016, 0).key(StreamId::new(preset, Purpose::Retry)).child(number);
    let (mut now, mut attempts) = (Time::ZERO, Vec::new());
    while attempts.len() < most {
        let failures = attempts.len() as u32 + 1;
        let message =
            FailedAttempt { born: Time::ZERO, failures, now, phase: Span::ZERO, not_before: Time::ZERO };
        let Some(next) = next_attempt(policy, message, key) else { break };
        attempts.push(next.as_secs_f64());
        now = next;
    }
    attempts
}

/// Theory: what was measured is one draw of what the preset does. n: 5,000 messages of each; every published attempt lies between the first and the
/// last of them, to the second in which it was written down.
#[test]
fn every_published_attempt_lies_inside_the_band_of_its_preset() {
    for published in &PUBLISHED {
        let seconds = published.seconds();
        let most = seconds[seconds.len() - 1].0 + 1;
        let all: Vec<Vec<f64>> =
            (0..MESSAGES).map(|number| simulated(published.preset, number, most)).collect();
        for (place, second) in seconds {
            let of_place = |attempts: &Vec<f64>| attempts[place];
            let least = all.iter().map(of_place).fold(f64::INFINITY, f64::min);
            let last = all.iter().map(of_place).fold(0.0, f64::max);
            let second = second as f64;
            assert!(
                least - 1.0 <= second && second <= last + 1.0,
                "{}: attempt {} at {second} s, between {least} and {last} s",
                published.preset,
                place + 2
            );
        }
    }
}

/// QQ Mail made no attempt after 204:56, which a greylist of six hours turned into a loss.
#[test]
fn who_gave_up_gives_up() {
    assert_eq!(simulated("qq", 1, 100).len(), 11);
}

/// Theory: attempts from n addresses, drawn uniformly, come from n (1 - (1 - 1/n)^k) of them on average; the published number is within two of it.
#[test]
fn retries_come_from_about_as_many_addresses_as_were_counted() {
    for published in &PUBLISHED {
        let preset = Catalog::builtin().sender(published.preset).expect("a preset");
        let hosts = preset.outbound_hosts.as_ref().map_or(1, |hosts| hosts.number) as f64;
        let pool = match preset.parameters.retry.from {
            RetryFrom::Same => 1.0,
            RetryFrom::Any => hosts,
            RetryFrom::Pool(size) => hosts.min(f64::from(size)),
        };
        let attempts = 1 + published.attempts.len() as i32;
        let expected = pool * (1.0 - (1.0 - 1.0 / pool).powi(attempts));
        let off = (expected - published.addresses as f64).abs();
        assert!(off < 2.0, "{}: {expected} addresses on average", published.preset);
    }
}
