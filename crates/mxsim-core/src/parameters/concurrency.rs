//! `concurrency`: how many connections to the domain one outbound host has at the same time.

use super::keys::{COUNT, parameter, unlimited};
use super::table::{Literals, ParameterGroup, Written};
use super::values::{chosen, number_at, or_unlimited, quoted_word, set, span_at};
use super::words::{Worded, Words, english, word_of, words};
use crate::sender::{Concurrency, Growth, Reuse, SenderParameters};
use crate::syntax::literal;
use crate::syntax::shape::{DURATION, Key, Shape, optional, required, word};
use crate::syntax::tree::Table;
use serde_json::{Value, json};

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup {
    broken_rule: |_, policy| broken_rule(policy),
    has_no_effect,
    decides_where: false,
    ..ParameterGroup::new(
        parameter(
            "concurrency",
            Shape::AnyOf(&[COUNT, word(unlimited), Shape::Table(KEYS)]),
            "how many connections one outbound host has at the same time; a number alone is a fixed limit",
        ),
        |table, policy| read(table, &mut policy.concurrency),
        |policy| write(policy.concurrency),
    )
};

pub(super) const BLANK: Concurrency = Concurrency::UNLIMITED;

const KEYS: &[Key] = &[
    parameter("initial", CONNECTIONS, "at first, and again after the queue has run empty").reads(no_limit),
    parameter("most", CONNECTIONS, "at most").reads(no_limit),
    parameter(
        "growth",
        Shape::AnyOf(&[word(words::<Growth>), GROWTH]),
        "how it gets from one to the other: by one with each delivery and back by one with each failure, or a policy of what waits",
    )
    .reads(english::<Growth>),
];

const CONNECTIONS: Shape = Shape::AnyOf(&[COUNT, word(unlimited)]);

fn no_limit() -> Vec<(&'static str, &'static str)> {
    vec![("unlimited", "no limit")]
}

const GROWTH: Shape = Shape::Choice(&[
    optional(
        "processes",
        PROCESSES,
        "",
        "as `by-one`, and each delivery needs a process that is still to be started (Postfix on a slow machine)",
    ),
    optional(
        "half_queue",
        HALF_QUEUE,
        "",
        "two whenever mail waits, more up to half of what waits, for the destination and not for a message (OpenSMTPD)",
    ),
    optional(
        "exponential",
        EXPONENTIAL,
        "",
        "`most` times one minus the exponential of what waits (KumoMTA)",
    ),
]);

const PROCESSES: Shape = Shape::Table(&[
    required("start", DURATION, "mean time until a process that is started is there, one at a time"),
    required(
        "hand_over",
        DURATION,
        "time between two deliveries of a process, in which its connection is free",
    ),
    optional(
        "beside",
        Shape::Number { least: 0.0, most: 1e6, above: false },
        "no delivery slows down another",
        "what else the machine has to do, in deliveries, if they share it: with *k* under way one takes (*k* + `beside`) / (`most` + `beside`) of its time",
    ),
]);

const HALF_QUEUE: Shape = Shape::Table(&[
    required("pause", DURATION, "time between two new connections"),
    required("pause_per_address", DURATION, "time between two new connections to one address"),
]);

const EXPONENTIAL: Shape = Shape::Table(&[required(
    "rate",
    Shape::Number { least: 0.0, most: 1000.0, above: true },
    "rate per waiting message",
)]);

/// Ways to grow with numbers of their own are written as tables beside this word.
impl Worded for Growth {
    const WORDS: Words<Self> =
        &[("by-one", Self::ByOne, "one more with each delivery, one less with each failure")];
}

/// Reads a number or `unlimited` alone, which is a fixed limit, or the table.
fn read(table: &Table, concurrency: &mut Concurrency) {
    if let Some(fixed) = connections(table, "concurrency") {
        *concurrency = Concurrency { initial: fixed, most: fixed, growth: Growth::ByOne };
    }
    let Some(own) = table.table("concurrency") else { return };
    set(&mut concurrency.initial, connections(own, "initial"));
    set(&mut concurrency.most, connections(own, "most"));
    set(&mut concurrency.growth, chosen(own, "growth").or_else(|| own.table("growth").and_then(growth)));
}

fn connections(table: &Table, key: &str) -> Option<u32> {
    if table.text(key) == Some("unlimited") { Some(u32::MAX) } else { number_at(table, key) }
}

fn growth(table: &Table) -> Option<Growth> {
    if let Some(own) = table.table("half_queue") {
        let (pause, pause_per_address) = (span_at(own, "pause")?, span_at(own, "pause_per_address")?);
        return Some(Growth::HalfQueue { pause, pause_per_address });
    }
    if let Some(own) = table.table("processes") {
        let (start, hand_over) = (span_at(own, "start")?, span_at(own, "hand_over")?);
        let beside = own.get("beside").and_then(|number| number.as_number());
        return Some(Growth::Processes { start, hand_over, beside });
    }
    let own = table.table("exponential")?;
    Some(Growth::Exponential { rate: own.get("rate")?.as_number()? })
}

fn broken_rule(parameters: &SenderParameters) -> Option<&'static str> {
    let starts_processes = matches!(parameters.concurrency.growth, Growth::Processes { .. });
    if starts_processes && !matches!(parameters.reuse, Reuse::Demand(_) | Reuse::Never) {
        return Some(
            "concurrency: with `processes` a connection is kept on demand or not at all, so `reuse` can only be \"demand\" or \"never\"",
        );
    }
    let shares = matches!(parameters.concurrency.growth, Growth::Processes { beside: Some(_), .. });
    if shares && parameters.concurrency.most == u32::MAX {
        return Some("concurrency: with `beside` there is a limit, so `most` has to be a number");
    }
    (parameters.concurrency.initial > parameters.concurrency.most)
        .then_some("concurrency: `initial` must not be larger than `most`")
}

fn write(concurrency: Concurrency) -> Vec<Written> {
    vec![
        ("concurrency.initial", or_unlimited(limit(concurrency.initial))),
        ("concurrency.most", or_unlimited(limit(concurrency.most))),
        ("concurrency.growth", written_growth(concurrency.growth)),
    ]
}

/// Returns the number of connections; `None` for any number.
fn limit(connections: u32) -> Option<u32> {
    (connections != u32::MAX).then_some(connections)
}

fn written_growth(growth: Growth) -> String {
    match growth {
        Growth::ByOne => quoted_word(growth),
        Growth::HalfQueue { pause, pause_per_address } => format!(
            "{{ half_queue = {{ pause = {}, pause_per_address = {} }} }}",
            literal::span(pause),
            literal::span(pause_per_address)
        ),
        Growth::Processes { start, hand_over, beside } => format!(
            "{{ processes = {{ start = {}, hand_over = {}{} }} }}",
            literal::span(start),
            literal::span(hand_over),
            beside.map_or_else(String::new, |beside| format!(", beside = {}", literal::number(beside)))
        ),
        Growth::Exponential { rate } => {
            format!("{{ exponential = {{ rate = {} }} }}", literal::number(rate))
        }
    }
}

/// Writes concurrency as JSON, for scenarios made in Rust.
pub(crate) fn to_json(concurrency: Concurrency) -> Value {
    let Concurrency { initial, most, growth } = concurrency;
    let number = |connections| limit(connections).map_or_else(|| json!("unlimited"), |most| json!(most));
    json!({ "initial": number(initial), "most": number(most), "growth": growth_to_json(growth) })
}

fn growth_to_json(growth: Growth) -> Value {
    match growth {
        Growth::ByOne => json!(word_of(growth)),
        Growth::HalfQueue { pause, pause_per_address } => json!({
            "half_queue": { "pause": pause.to_string(), "pause_per_address": pause_per_address.to_string() }
        }),
        Growth::Processes { start, hand_over, beside } => {
            let mut processes = json!({ "start": start.to_string(), "hand_over": hand_over.to_string() });
            if let Some(beside) = beside {
                processes["beside"] = json!(beside);
            }
            json!({ "processes": processes })
        }
        Growth::Exponential { rate } => json!({ "exponential": { "rate": rate } }),
    }
}

fn has_no_effect(path: &str, beside: &Literals<'_>) -> bool {
    let initial = beside.get("concurrency.initial");
    path == "concurrency.growth" && initial.is_some() && initial == beside.get("concurrency.most")
}

/// Says from how many connections to how many it goes.
pub(crate) fn in_words(concurrency: Concurrency) -> String {
    let number =
        |connections| limit(connections).map_or_else(|| "any number".into(), |most| most.to_string());
    format!("starts with {} and goes up to {}", number(concurrency.initial), number(concurrency.most))
}
