//! `retry`: when a deferred message is tried again, and when it bounces.

use super::keys::{COUNT, parameter, unlimited};
use super::table::{ParameterGroup, Written};
use super::values::{
    chosen, number, number_at, or_unlimited, or_word, quoted_word, set, span, span_at, unless,
};
use super::words::{Worded, Words, english, words};
use crate::sender::{AfterGaps, RetryFrom, RetrySchedule, SenderParameters, Wait};
use crate::syntax::literal;
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, optional, required, word};
use crate::syntax::tree::Table;
use crate::time::Span;

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup {
    broken_rule: |_, policy| broken_rule(&policy.retry),
    decides_where: false,
    ..ParameterGroup::new(
        parameter("retry", Shape::Table(KEYS), "when a deferred message is tried again and when it bounces"),
        |table, policy| read(table, &mut policy.retry),
        |policy| write(&policy.retry),
    )
};

pub(super) const BLANK: RetrySchedule = RetrySchedule {
    wait: Wait::EveryQueueRun,
    queue_run: None,
    jitter: Span::ZERO,
    lifetime: None,
    max_attempts: None,
    from: RetryFrom::Same,
};

const KEYS: &[Key] = &[
    parameter("wait", WAIT, "the wait after each failed attempt").reads(|| {
        vec![(
            EVERY_QUEUE_RUN,
            "none of its own: every queue run looks, and what is remembered of hosts decides",
        )]
    }),
    parameter(
        "queue_run",
        Shape::AnyOf(&[SOME_TIME, word(|| vec!["none"])]),
        "attempts happen only at queue runs this far apart",
    )
    .reads(|| vec![("none", "no queue runs: each message has a timer of its own")]),
    parameter("jitter", DURATION, "width of a uniform addition to each wait"),
    parameter("lifetime", Shape::AnyOf(&[SOME_TIME, word(unlimited)]), "age at which a message bounces")
        .reads(|| vec![("unlimited", "never")]),
    parameter("max_attempts", Shape::AnyOf(&[COUNT, word(unlimited)]), "attempts after which it bounces")
        .reads(|| vec![("unlimited", "any number")]),
    parameter(
        "from",
        Shape::AnyOf(&[word(words::<RetryFrom>), POOL]),
        "which outbound host of the site makes the next attempt",
    )
    .reads(english::<RetryFrom>),
];

/// A pool of outbound hosts.
const POOL: Shape = Shape::Choice(&[optional(
    "pool",
    COUNT,
    "",
    "any of so many outbound hosts of the site, to which the first one belongs",
)]);

/// A pool is written as a table beside these words.
impl Worded for RetryFrom {
    const WORDS: Words<Self> = &[
        ("same", Self::Same, "the one that has the message in its queue"),
        ("any", Self::Any, "any of them, each as likely as another"),
    ];
}

/// The word for [`Wait::EveryQueueRun`].
const EVERY_QUEUE_RUN: &str = "every-queue-run";

const WAIT: Shape = Shape::AnyOf(&[
    word(|| vec![EVERY_QUEUE_RUN]),
    Shape::Choice(&[
        optional("age", AGE, "", "as long as the message is old, within bounds"),
        optional(
            "random_growth",
            RANDOM_GROWTH,
            "",
            "a random number of times the wait before, evenly between two factors (dma)",
        ),
        optional(
            "quadratic",
            UNIT,
            "",
            "the k-th retry at k^2 times `unit` after arrival; attempts that take long put off what follows (qmail)",
        ),
        optional("squares", UNIT, "", "the same however long attempts take (OpenSMTPD)"),
        optional("gaps", GAPS, "", "fixed waits"),
    ]),
]);

const AGE: Shape = Shape::Table(&[
    required("least", SOME_TIME, "shortest wait"),
    required("most", SOME_TIME, "longest wait"),
]);

const FACTOR: Shape = Shape::Number { least: 1.0, most: 1000.0, above: false };

const RANDOM_GROWTH: Shape = Shape::Table(&[
    required("first", SOME_TIME, "the first wait"),
    required("factor_least", FACTOR, "each wait is at least this many times the one before"),
    required("factor_most", FACTOR, "and at most this many times"),
    required("most", SOME_TIME, "longest wait"),
    required("step", SOME_TIME, "each wait is rounded up to whole steps"),
]);

const UNIT: Shape = Shape::Table(&[required("unit", SOME_TIME, "the wait before the first retry")]);

const GAPS: Shape = Shape::Table(&[
    required("list", Shape::List { of: &SOME_TIME, least: 1, only: &[] }, "the waits"),
    required("then", Shape::AnyOf(&[word(words::<AfterGaps>), CYCLE]), "what follows the last one")
        .reads(english::<AfterGaps>),
]);

/// The last gaps again and again.
const CYCLE: Shape = Shape::Choice(&[optional(
    "cycle",
    Shape::Integer { least: 1, most: 255 },
    "",
    "so many of the last gaps come again and again",
)]);

/// A cycle is written as a table beside these words.
impl Worded for AfterGaps {
    const WORDS: Words<Self> = &[
        ("repeat-last", Self::RepeatLast, "repeat the last"),
        ("double", Self::Double, ""),
        ("give-up", Self::GiveUp, "give up"),
    ];
}

fn read(table: &Table, policy: &mut RetrySchedule) {
    let Some(retry) = table.table("retry") else { return };
    let every_run = (retry.text("wait") == Some(EVERY_QUEUE_RUN)).then_some(Wait::EveryQueueRun);
    set(&mut policy.wait, every_run.or_else(|| retry.table("wait").and_then(wait)));
    set(&mut policy.queue_run, unless(retry, "queue_run", "none", span));
    set(&mut policy.jitter, span_at(retry, "jitter"));
    set(&mut policy.lifetime, unless(retry, "lifetime", "unlimited", span));
    set(&mut policy.max_attempts, unless(retry, "max_attempts", "unlimited", number));
    let pool = || retry.table("from").and_then(|from| number_at(from, "pool")).map(RetryFrom::Pool);
    set(&mut policy.from, chosen(retry, "from").or_else(pool));
}

fn wait(table: &Table) -> Option<Wait> {
    if let Some(age) = table.table("age") {
        return Some(Wait::Age { least: span_at(age, "least")?, most: span_at(age, "most")? });
    }
    if let Some(growth) = table.table("random_growth") {
        return random_growth(growth);
    }
    if let Some(quadratic) = table.table("quadratic") {
        return Some(Wait::Quadratic { unit: span_at(quadratic, "unit")? });
    }
    if let Some(squares) = table.table("squares") {
        return Some(Wait::Squares { unit: span_at(squares, "unit")? });
    }
    gaps(table.table("gaps")?)
}

fn random_growth(table: &Table) -> Option<Wait> {
    Some(Wait::RandomGrowth {
        first: span_at(table, "first")?,
        factor_least: table.get("factor_least")?.as_number()?,
        factor_most: table.get("factor_most")?.as_number()?,
        most: span_at(table, "most")?,
        step: span_at(table, "step")?,
    })
}

fn gaps(table: &Table) -> Option<Wait> {
    let list = table.get("list")?.as_list()?.iter().map(span).collect::<Option<Vec<_>>>()?;
    let cycle = table.table("then").and_then(|then| number_at(then, "cycle"));
    Some(Wait::Gaps { list, then: chosen(table, "then").or(cycle.map(AfterGaps::Cycle))? })
}

fn broken_rule(policy: &RetrySchedule) -> Option<&'static str> {
    match policy.wait {
        Wait::Age { least, most } if least > most => {
            Some("retry.wait.age: `least` must not be longer than `most`")
        }
        Wait::RandomGrowth { factor_least, factor_most, .. } if factor_least > factor_most => {
            Some("retry.wait.random_growth: `factor_least` must not be larger than `factor_most`")
        }
        Wait::RandomGrowth { first, most, .. } if first > most => {
            Some("retry.wait.random_growth: `first` must not be longer than `most`")
        }
        Wait::Gaps { ref list, then: AfterGaps::Cycle(of) } if usize::from(of) > list.len() => {
            Some("retry.wait.gaps: `cycle` must not be longer than `list`")
        }
        Wait::EveryQueueRun if policy.queue_run.is_none() => {
            Some("retry: `wait = \"every-queue-run\"` needs a `queue_run`")
        }
        _ => None,
    }
}

fn write(policy: &RetrySchedule) -> Vec<Written> {
    vec![
        ("retry.wait", written_wait(&policy.wait)),
        ("retry.queue_run", or_word(policy.queue_run, "none")),
        ("retry.jitter", literal::span(policy.jitter)),
        ("retry.lifetime", or_word(policy.lifetime, "unlimited")),
        ("retry.max_attempts", or_unlimited(policy.max_attempts)),
        ("retry.from", written_from(policy.from)),
    ]
}

fn written_from(from: RetryFrom) -> String {
    match from {
        RetryFrom::Pool(size) => format!("{{ pool = {size} }}"),
        word => quoted_word(word),
    }
}

fn written_wait(wait: &Wait) -> String {
    match wait {
        Wait::EveryQueueRun => literal::text(EVERY_QUEUE_RUN),
        Wait::Quadratic { unit } => format!("{{ quadratic = {{ unit = {} }} }}", literal::span(*unit)),
        Wait::Squares { unit } => format!("{{ squares = {{ unit = {} }} }}", literal::span(*unit)),
        Wait::RandomGrowth { first, factor_least, factor_most, most, step } => format!(
            "{{ random_growth = {{ first = {}, factor_least = {}, factor_most = {}, most = {}, step = {} }} }}",
            literal::span(*first),
            literal::number(*factor_least),
            literal::number(*factor_most),
            literal::span(*most),
            literal::span(*step)
        ),
        Wait::Age { least, most } => {
            format!("{{ age = {{ least = {}, most = {} }} }}", literal::span(*least), literal::span(*most))
        }
        Wait::Gaps { list, then } => {
            let gaps: Vec<String> = list.iter().copied().map(literal::span).collect();
            let then = match then {
                AfterGaps::Cycle(of) => format!("{{ cycle = {of} }}"),
                word => quoted_word(*word),
            };
            format!("{{ gaps = {{ list = [{}], then = {then} }} }}", gaps.join(", "))
        }
    }
}

/// Says when a deferred message is tried again.
pub(crate) fn in_words(policy: &RetrySchedule) -> String {
    let wait = wait_in_words(&policy.wait);
    let runs = policy.queue_run.map_or_else(String::new, |every| format!("; its queue runs every {every}"));
    let jitter = if policy.jitter > Span::ZERO {
        format!("; up to {} more at random", policy.jitter)
    } else {
        String::new()
    };
    let from = match policy.from {
        RetryFrom::Same => String::new(),
        RetryFrom::Any => "; from any outbound host of the site".into(),
        RetryFrom::Pool(size) => format!("; from any of {size} outbound hosts of the site"),
    };
    format!("{wait}{runs}{jitter}{from}")
}

fn wait_in_words(wait: &Wait) -> String {
    match wait {
        Wait::Gaps { list, then } => {
            let gaps: Vec<String> = list.iter().map(Span::to_string).collect();
            format!("waits {}, then {}", gaps.join(", "), after_gaps_in_words(*then))
        }
        Wait::Age { least, most } => {
            format!("waits as long as the message is old, at least {least} and at most {most}")
        }
        Wait::RandomGrowth { first, factor_least, factor_most, most, .. } => format!(
            "waits {first}, then each time {factor_least} to {factor_most} times as long, at most {most}"
        ),
        Wait::Quadratic { unit } | Wait::Squares { unit } => {
            format!("comes back 1, 4, 9, ... times {unit} after the message arrived")
        }
        Wait::EveryQueueRun => "looks at the message in every queue run".into(),
    }
}

fn after_gaps_in_words(then: AfterGaps) -> String {
    match then {
        AfterGaps::RepeatLast => "the last again and again".into(),
        AfterGaps::Double => "twice as long each time".into(),
        AfterGaps::Cycle(of) => format!("the last {of} again and again"),
        AfterGaps::GiveUp => "gives up".into(),
    }
}
