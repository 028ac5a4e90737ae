//! The parameters of presets: how they are described, read and written. The catalogue's files, a scenario's overrides and the resolved
//! scenario all go through here.

use crate::dns::{
    Base, CacheLaw, Direction, Driver, Hold, OrderLaw, RecordType, ResolverLaw, Transform, TypeSet, ZeroTtl,
};
use crate::scenario::shape::{DURATION, Key, SOME_TIME, Shape, optional, required, word};
use crate::scenario::tree::{Table, Value};
use crate::scenario::words::{Worded, value_of, word_of, words};
use crate::scenario::{literal, quantity};
use crate::sender::{
    AddressOrder, AfterGaps, Cut, Failover, Family, HostOrder, Keep, Kernel, Limits, Memory,
    OrderLaw as SenderOrder, RetryLaw, RetryStep, SenderLaw, Timeouts, Unit, Wait,
};
use crate::time::Span;

fn unlimited() -> Vec<&'static str> {
    vec!["unlimited"]
}

fn none() -> Vec<&'static str> {
    vec!["none"]
}

fn kernel_decides() -> Vec<&'static str> {
    vec!["kernel"]
}

fn every_queue_run() -> Vec<&'static str> {
    vec!["every-queue-run"]
}

const AS_PRESET: &str = "as the preset";
const COUNT: Shape = Shape::Integer { least: 1, most: 1_000_000 };

/// The two ways to keep an order for a time.
pub(crate) const KEEP_TIMES: Shape = Shape::Choice(&[
    optional("exponential", SOME_TIME, "", "an exponentially distributed time of this mean"),
    optional("fixed", SOME_TIME, "", "exactly this time"),
]);

/// What `order` of a sender holds.
const SENDER_ORDER: &[Key] = &[
    optional(
        "unit",
        word(words::<Unit>),
        AS_PRESET,
        "what is put in order: exchange hosts, or all addresses of all hosts",
    ),
    optional("hosts", word(words::<HostOrder>), AS_PRESET, "how units of equal preference are ordered"),
    optional(
        "addresses",
        word(words::<AddressOrder>),
        AS_PRESET,
        "how the addresses inside one host are ordered",
    ),
    optional("family", word(words::<Family>), AS_PRESET, "which address family goes first"),
    optional(
        "keep",
        Shape::AnyOf(&[word(words::<Keep>), KEEP_TIMES]),
        AS_PRESET,
        "how long one drawn order is kept",
    ),
];

const LIMITS: &[Key] = &[
    optional(
        "addresses",
        Shape::AnyOf(&[Shape::Integer { least: 1, most: 65_535 }, word(unlimited)]),
        AS_PRESET,
        "addresses tried per attempt",
    ),
    optional("cut", word(words::<Cut>), AS_PRESET, "how a list that is too long is cut"),
];

const FAILOVER: &[Key] = &[optional(
    "on_failure",
    word(words::<Failover>),
    AS_PRESET,
    "where mail goes after a failed connection",
)];

const TIMEOUTS: &[Key] = &[
    optional(
        "connect",
        Shape::AnyOf(&[SOME_TIME, word(kernel_decides)]),
        AS_PRESET,
        "how long a silent host is waited for; the kernel's own limit counts if it is shorter",
    ),
    optional("kernel", word(words::<Kernel>), AS_PRESET, "when the kernel repeats a SYN and gives up"),
];

const WAIT: Shape = Shape::AnyOf(&[
    word(every_queue_run),
    Shape::Choice(&[
        optional(
            "age",
            Shape::Table(&[
                required("least", SOME_TIME, "shortest wait"),
                required("most", SOME_TIME, "longest wait"),
            ]),
            "",
            "as long as the message is old, within bounds",
        ),
        optional(
            "quadratic",
            Shape::Table(&[required("unit", SOME_TIME, "the wait before the first retry")]),
            "",
            "the k-th retry at k^2 times `unit` after arrival",
        ),
        optional(
            "gaps",
            Shape::Table(&[
                required("list", Shape::List { of: &SOME_TIME, least: 1, only: &[] }, "the waits"),
                required("then", word(words::<AfterGaps>), "what follows the last one"),
            ]),
            "",
            "fixed waits",
        ),
    ]),
]);

const RETRY: &[Key] = &[
    optional("wait", WAIT, AS_PRESET, "the wait after each failed attempt"),
    optional(
        "queue_run",
        Shape::AnyOf(&[SOME_TIME, word(none)]),
        AS_PRESET,
        "attempts happen only at queue runs this far apart",
    ),
    optional("jitter", DURATION, AS_PRESET, "width of a uniform addition to each wait"),
    optional(
        "lifetime",
        Shape::AnyOf(&[SOME_TIME, word(unlimited)]),
        AS_PRESET,
        "age at which a message bounces",
    ),
    optional(
        "max_attempts",
        Shape::AnyOf(&[COUNT, word(unlimited)]),
        AS_PRESET,
        "attempts after which it bounces",
    ),
];

const RETRY_STEP: Shape = Shape::Table(&[
    required("until", SOME_TIME, "age of the first failure up to which this step holds"),
    required("gap", SOME_TIME, "first (or only) gap"),
    required(
        "factor",
        Shape::Number { least: 1.0, most: 1000.0, above: false },
        "each gap is this many times the one before; 1 for a fixed gap",
    ),
]);

const MEMORY: &[Key] = &[
    optional("nothing", Shape::Boolean, "", "nothing is remembered (write `true`)"),
    optional(
        "domain",
        Shape::Table(&[
            required("failures", COUNT, "failed messages in a row that declare the domain dead"),
            required("hold", SOME_TIME, "how long it stays dead"),
        ]),
        "",
        "after failed messages in a row all mail of the domain waits (Postfix)",
    ),
    optional(
        "host_address",
        Shape::Table(&[
            required("rule", Shape::List { of: &RETRY_STEP, least: 1, only: &[] }, "steps of the retry rule"),
            required("expire", SOME_TIME, "age after which a record is forgotten"),
        ]),
        "",
        "each host and address has retry times of its own (Exim)",
    ),
    optional(
        "address_timeouts",
        Shape::Table(&[
            required("count", COUNT, "time-outs needed"),
            required("apart", DURATION, "time-outs closer together count once"),
            required("hold_base", DURATION, "shortest hold"),
            required("hold_step", DURATION, "one step of the part that depends on the process id"),
            required("hold_steps", COUNT, "number of steps"),
        ]),
        "",
        "an address with connect time-outs is skipped for a while (qmail)",
    ),
];

/// The parameters of a sender.
pub(crate) const SENDER: &[Key] = &[
    optional("order", Shape::Table(SENDER_ORDER), AS_PRESET, "in which order candidates are tried"),
    optional("limits", Shape::Table(LIMITS), AS_PRESET, "how many are tried"),
    optional(
        "failover",
        Shape::AnyOf(&[word(words::<Failover>), Shape::Table(FAILOVER)]),
        AS_PRESET,
        "where mail goes after a failed connection",
    ),
    optional("timeouts", Shape::Table(TIMEOUTS), AS_PRESET, "how long a silent host is waited for"),
    optional(
        "retry",
        Shape::Table(RETRY),
        AS_PRESET,
        "when a deferred message is tried again and when it bounces",
    ),
    optional("memory", Shape::Choice(MEMORY), AS_PRESET, "what is remembered of bad hosts"),
];

const TYPES: Shape = Shape::List { of: &word(words::<RecordType>), least: 0, only: &[] };

const CACHE: &[Key] = &[
    optional("ttl_min", DURATION, AS_PRESET, "shorter TTLs are lifted to this"),
    optional("ttl_max", Shape::AnyOf(&[DURATION, word(unlimited)]), AS_PRESET, "longer TTLs are cut to this"),
    optional("zero_ttl", word(words::<ZeroTtl>), AS_PRESET, "what happens to TTL 0"),
    optional("types", TYPES, AS_PRESET, "record types that are cached"),
    optional(
        "negative_max",
        Shape::AnyOf(&[DURATION, word(unlimited)]),
        AS_PRESET,
        "longest time an empty answer is kept",
    ),
];

const ANSWER_ORDER: &[Key] = &[
    optional("base", word(words::<Base>), AS_PRESET, "order before the transform"),
    optional("transform", word(words::<Transform>), AS_PRESET, "what is done to it"),
    optional("driver", word(words::<Driver>), AS_PRESET, "where a rotation's offset comes from"),
    optional("direction", word(words::<Direction>), AS_PRESET, "which way a rotation moves"),
    optional("types", TYPES, AS_PRESET, "record types that are transformed"),
    optional(
        "verbatim_on_miss",
        Shape::Boolean,
        AS_PRESET,
        "the answer that fills the cache is passed on as it came",
    ),
    optional(
        "hold",
        Shape::AnyOf(&[SOME_TIME, word(words::<Hold>)]),
        AS_PRESET,
        "how long a rendered order is served again",
    ),
];

/// The parameters of an authority.
pub(crate) const AUTHORITY: &[Key] =
    &[optional("order", Shape::Table(ANSWER_ORDER), AS_PRESET, "in which order it answers")];

/// The parameters of a resolver.
pub(crate) const RESOLVER: &[Key] = &[
    optional("cache", Shape::Table(CACHE), AS_PRESET, "how long it keeps an answer"),
    optional("order", Shape::Table(ANSWER_ORDER), AS_PRESET, "in which order it answers"),
];

/// A parameter as it is written: its path (`order.unit`) and its TOML literal.
pub(crate) type Written = (&'static str, String);

/// The law every preset file starts from; all of it is overwritten, because a preset must name every parameter.
pub(crate) const BLANK_SENDER: SenderLaw = SenderLaw {
    order: SenderOrder {
        unit: Unit::Host,
        hosts: HostOrder::Answer,
        addresses: AddressOrder::Answer,
        family: Family::Any,
        keep: Keep::Attempt,
    },
    limits: Limits { addresses: None, cut: Cut::Plain },
    failover: Failover::NextHost,
    timeouts: Timeouts { connect: None, kernel: Kernel::Linux },
    retry: RetryLaw {
        wait: Wait::EveryQueueRun,
        queue_run: None,
        jitter: Span::ZERO,
        lifetime: None,
        max_attempts: None,
    },
    memory: Memory::Nothing,
};

/// The order every preset file starts from.
pub(crate) const BLANK_ORDER: OrderLaw = OrderLaw {
    base: Base::AsReceived,
    transform: Transform::None,
    driver: Driver::Random,
    direction: Direction::Forward,
    types: TypeSet::NONE,
    verbatim_on_miss: false,
    hold: Hold::None,
};

/// The resolver every preset file starts from.
pub(crate) const BLANK_RESOLVER: ResolverLaw = ResolverLaw {
    cache: CacheLaw {
        ttl_min: Span::ZERO,
        ttl_max: Span::FOREVER,
        zero_ttl: ZeroTtl::NoStore,
        types: TypeSet::ALL,
        negative_max: Span::FOREVER,
    },
    order: BLANK_ORDER,
};

// Reading. The shapes have been checked before, so a value that does not fit has been reported and is passed over here.

fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

fn chosen<T: Worded>(table: &Table, key: &str) -> Option<T> {
    table.text(key).and_then(value_of)
}

/// The duration a value holds.
pub(crate) fn span(value: &Value) -> Option<Span> {
    quantity::duration(value.as_text()?).ok()
}

fn span_at(table: &Table, key: &str) -> Option<Span> {
    table.get(key).and_then(span)
}

fn count_at(table: &Table, key: &str) -> Option<u32> {
    table.get(key).and_then(Value::as_integer).and_then(|number| u32::try_from(number).ok())
}

/// A value, or `None` for the word that means there is no limit.
fn unless<T>(
    table: &Table,
    key: &str,
    absent: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Option<Option<T>> {
    let value = table.get(key)?;
    if value.as_text() == Some(absent) { Some(None) } else { read(value).map(Some) }
}

/// Lays the parameters of `table` over `law`.
pub(crate) fn read_sender(table: &Table, law: &mut SenderLaw) {
    if let Some(order) = table.table("order") {
        read_sender_order(order, &mut law.order);
    }
    if let Some(limits) = table.table("limits") {
        let number = |value: &Value| value.as_integer().and_then(|number| u16::try_from(number).ok());
        set(&mut law.limits.addresses, unless(limits, "addresses", "unlimited", number));
        set(&mut law.limits.cut, chosen(limits, "cut"));
    }
    let failover = table.table("failover").and_then(|failover| chosen(failover, "on_failure"));
    set(&mut law.failover, chosen(table, "failover").or(failover));
    if let Some(timeouts) = table.table("timeouts") {
        set(&mut law.timeouts.connect, unless(timeouts, "connect", "kernel", span));
        set(&mut law.timeouts.kernel, chosen(timeouts, "kernel"));
    }
    if let Some(retry) = table.table("retry") {
        read_retry(retry, &mut law.retry);
    }
    set(&mut law.memory, table.table("memory").and_then(memory));
}

fn read_sender_order(table: &Table, order: &mut SenderOrder) {
    set(&mut order.unit, chosen(table, "unit"));
    set(&mut order.hosts, chosen(table, "hosts"));
    set(&mut order.addresses, chosen(table, "addresses"));
    set(&mut order.family, chosen(table, "family"));
    set(&mut order.keep, chosen(table, "keep").or_else(|| table.table("keep").and_then(keep_time)));
}

/// `{ exponential = "6h" }` or `{ fixed = "6h" }`.
pub(crate) fn keep_time(table: &Table) -> Option<Keep> {
    let exponential = span_at(table, "exponential").map(Keep::Exponential);
    exponential.or_else(|| span_at(table, "fixed").map(Keep::Fixed))
}

fn read_retry(table: &Table, retry: &mut RetryLaw) {
    let every_run = table.text("wait") == Some("every-queue-run");
    let wait = if every_run { Some(Wait::EveryQueueRun) } else { table.table("wait").and_then(wait) };
    set(&mut retry.wait, wait);
    set(&mut retry.queue_run, unless(table, "queue_run", "none", span));
    set(&mut retry.jitter, span_at(table, "jitter"));
    set(&mut retry.lifetime, unless(table, "lifetime", "unlimited", span));
    let number = |value: &Value| value.as_integer().and_then(|number| u32::try_from(number).ok());
    set(&mut retry.max_attempts, unless(table, "max_attempts", "unlimited", number));
}

fn wait(table: &Table) -> Option<Wait> {
    if let Some(age) = table.table("age") {
        return Some(Wait::Age { least: span_at(age, "least")?, most: span_at(age, "most")? });
    }
    if let Some(quadratic) = table.table("quadratic") {
        return Some(Wait::Quadratic { unit: span_at(quadratic, "unit")? });
    }
    let gaps = table.table("gaps")?;
    let list = gaps.get("list")?.as_list()?.iter().map(span).collect::<Option<Vec<_>>>()?;
    Some(Wait::Gaps { list, then: chosen(gaps, "then")? })
}

fn memory(table: &Table) -> Option<Memory> {
    if let Some(domain) = table.table("domain") {
        return Some(Memory::Domain {
            failures: count_at(domain, "failures")?,
            hold: span_at(domain, "hold")?,
        });
    }
    if let Some(host_address) = table.table("host_address") {
        let rule = host_address.get("rule")?.as_list()?.iter().map(retry_step).collect::<Option<Vec<_>>>()?;
        return Some(Memory::HostAddress { rule, expire: span_at(host_address, "expire")? });
    }
    if let Some(timeouts) = table.table("address_timeouts") {
        return Some(Memory::AddressTimeouts {
            count: count_at(timeouts, "count")?,
            apart: span_at(timeouts, "apart")?,
            hold_base: span_at(timeouts, "hold_base")?,
            hold_step: span_at(timeouts, "hold_step")?,
            hold_steps: count_at(timeouts, "hold_steps")?,
        });
    }
    Some(Memory::Nothing)
}

fn retry_step(value: &Value) -> Option<RetryStep> {
    let table = value.as_table()?;
    let factor = table.get("factor")?.as_number()?;
    Some(RetryStep { until: span_at(table, "until")?, gap: span_at(table, "gap")?, factor })
}

/// Lays the parameters of `table` over `law`.
pub(crate) fn read_resolver(table: &Table, law: &mut ResolverLaw) {
    if let Some(cache) = table.table("cache") {
        let law = &mut law.cache;
        set(&mut law.ttl_min, span_at(cache, "ttl_min"));
        set(
            &mut law.ttl_max,
            unless(cache, "ttl_max", "unlimited", span).map(|most| most.unwrap_or(Span::FOREVER)),
        );
        set(&mut law.zero_ttl, chosen(cache, "zero_ttl"));
        set(&mut law.types, cache.get("types").and_then(types));
        let negative = unless(cache, "negative_max", "unlimited", span);
        set(&mut law.negative_max, negative.map(|most| most.unwrap_or(Span::FOREVER)));
    }
    read_answer_order(table, &mut law.order);
}

/// Lays `order` of `table` over `law`.
pub(crate) fn read_answer_order(table: &Table, law: &mut OrderLaw) {
    let Some(order) = table.table("order") else { return };
    set(&mut law.base, chosen(order, "base"));
    set(&mut law.transform, chosen(order, "transform"));
    set(&mut law.driver, chosen(order, "driver"));
    set(&mut law.direction, chosen(order, "direction"));
    set(&mut law.types, order.get("types").and_then(types));
    set(&mut law.verbatim_on_miss, order.get("verbatim_on_miss").and_then(Value::as_boolean));
    let fixed = span_at(order, "hold").map(Hold::For);
    set(&mut law.hold, chosen(order, "hold").or(fixed));
}

fn types(value: &Value) -> Option<TypeSet> {
    let mut set = TypeSet::NONE;
    for item in value.as_list()? {
        match value_of(item.as_text()?)? {
            RecordType::Mx => set.mx = true,
            RecordType::A => set.a = true,
            RecordType::Aaaa => set.aaaa = true,
        }
    }
    Some(set)
}

/// A rule that spans two parameters and is broken by `law`: the path to look at, and the rule.
pub(crate) fn broken_sender_rule(law: &SenderLaw) -> Option<(&'static str, &'static str)> {
    match law.retry.wait {
        Wait::Age { least, most } if least > most => {
            Some(("retry", "retry.wait.age: `least` must not be longer than `most`"))
        }
        Wait::EveryQueueRun if law.retry.queue_run.is_none() => {
            Some(("retry", "retry: `wait = \"every-queue-run\"` needs a `queue_run`"))
        }
        _ => None,
    }
}

/// The same for a resolver.
pub(crate) fn broken_resolver_rule(law: &ResolverLaw) -> Option<(&'static str, &'static str)> {
    (law.cache.ttl_min > law.cache.ttl_max)
        .then_some(("cache", "cache: `ttl_min` must not be longer than `ttl_max`"))
}

// Writing.

fn quoted_word<T: Worded>(value: T) -> String {
    literal::text(word_of(value).unwrap_or_default())
}

fn or_word(span: Option<Span>, word: &str) -> String {
    span.map_or_else(|| literal::text(word), literal::span)
}

/// All parameters of a sender; the paths are also the names evidence is filed under.
pub(crate) fn write_sender(law: &SenderLaw) -> Vec<Written> {
    let count =
        |number: Option<u32>| number.map_or_else(|| literal::text("unlimited"), |number| number.to_string());
    vec![
        ("order.unit", quoted_word(law.order.unit)),
        ("order.hosts", quoted_word(law.order.hosts)),
        ("order.addresses", quoted_word(law.order.addresses)),
        ("order.family", quoted_word(law.order.family)),
        ("order.keep", written_keep(law.order.keep)),
        ("limits.addresses", count(law.limits.addresses.map(u32::from))),
        ("limits.cut", quoted_word(law.limits.cut)),
        ("failover.on_failure", quoted_word(law.failover)),
        ("timeouts.connect", or_word(law.timeouts.connect, "kernel")),
        ("timeouts.kernel", quoted_word(law.timeouts.kernel)),
        ("retry.wait", written_wait(&law.retry.wait)),
        ("retry.queue_run", or_word(law.retry.queue_run, "none")),
        ("retry.jitter", literal::span(law.retry.jitter)),
        ("retry.lifetime", or_word(law.retry.lifetime, "unlimited")),
        ("retry.max_attempts", count(law.retry.max_attempts)),
        written_memory(&law.memory),
    ]
}

fn written_keep(keep: Keep) -> String {
    match keep {
        Keep::Exponential(span) => format!("{{ exponential = {} }}", literal::span(span)),
        Keep::Fixed(span) => format!("{{ fixed = {} }}", literal::span(span)),
        word => quoted_word(word),
    }
}

fn written_wait(wait: &Wait) -> String {
    match wait {
        Wait::EveryQueueRun => literal::text("every-queue-run"),
        Wait::Quadratic { unit } => format!("{{ quadratic = {{ unit = {} }} }}", literal::span(*unit)),
        Wait::Age { least, most } => {
            format!("{{ age = {{ least = {}, most = {} }} }}", literal::span(*least), literal::span(*most))
        }
        Wait::Gaps { list, then } => {
            let gaps: Vec<String> = list.iter().copied().map(literal::span).collect();
            format!("{{ gaps = {{ list = [{}], then = {} }} }}", gaps.join(", "), quoted_word(*then))
        }
    }
}

fn written_memory(memory: &Memory) -> Written {
    match memory {
        Memory::Nothing => ("memory.nothing", "true".into()),
        Memory::Domain { failures, hold } => {
            ("memory.domain", format!("{{ failures = {failures}, hold = {} }}", literal::span(*hold)))
        }
        Memory::HostAddress { rule, expire } => {
            let steps: Vec<String> = rule.iter().map(written_step).collect();
            let steps = steps.join(", ");
            ("memory.host_address", format!("{{ rule = [{steps}], expire = {} }}", literal::span(*expire)))
        }
        Memory::AddressTimeouts { count, apart, hold_base, hold_step, hold_steps } => (
            "memory.address_timeouts",
            format!(
                "{{ count = {count}, apart = {}, hold_base = {}, hold_step = {}, hold_steps = {hold_steps} }}",
                literal::span(*apart),
                literal::span(*hold_base),
                literal::span(*hold_step)
            ),
        ),
    }
}

fn written_step(step: &RetryStep) -> String {
    format!(
        "{{ until = {}, gap = {}, factor = {} }}",
        literal::span(step.until),
        literal::span(step.gap),
        literal::number(step.factor)
    )
}

/// All parameters of a resolver.
pub(crate) fn write_resolver(law: &ResolverLaw) -> Vec<Written> {
    let most = |span: Span| or_word((span != Span::FOREVER).then_some(span), "unlimited");
    let mut all = vec![
        ("cache.ttl_min", literal::span(law.cache.ttl_min)),
        ("cache.ttl_max", most(law.cache.ttl_max)),
        ("cache.zero_ttl", quoted_word(law.cache.zero_ttl)),
        ("cache.types", written_types(law.cache.types)),
        ("cache.negative_max", most(law.cache.negative_max)),
    ];
    all.extend(write_order(&law.order));
    all
}

/// All parameters of an authority.
pub(crate) fn write_order(law: &OrderLaw) -> Vec<Written> {
    let hold = match law.hold {
        Hold::For(span) => literal::span(span),
        word => quoted_word(word),
    };
    vec![
        ("order.base", quoted_word(law.base)),
        ("order.transform", quoted_word(law.transform)),
        ("order.driver", quoted_word(law.driver)),
        ("order.direction", quoted_word(law.direction)),
        ("order.types", written_types(law.types)),
        ("order.verbatim_on_miss", law.verbatim_on_miss.to_string()),
        ("order.hold", hold),
    ]
}

fn written_types(types: TypeSet) -> String {
    let names = RecordType::WORDS.iter().filter(|(_, record_type)| types.contains(*record_type));
    let names: Vec<String> = names.map(|(name, _)| literal::text(name)).collect();
    format!("[{}]", names.join(", "))
}
