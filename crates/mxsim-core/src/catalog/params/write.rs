//! Parameters of a law as TOML literals.

use crate::dns::{Hold, OrderLaw, RecordType, TypeSet};
use crate::scenario::words::{OnBusy, Worded, word_of};
use crate::sender::{AfterGaps, Keep, Memory, RetryStep, SenderLaw, TlsFailure, Wait};
use crate::syntax::literal;
use crate::time::Span;

/// A parameter as it is written: its path (`order.unit`) and its TOML literal.
pub(crate) type Written = (&'static str, String);

pub(super) fn quoted_word<T: Worded>(value: T) -> String {
    literal::text(word_of(value).unwrap_or_default())
}

pub(super) fn or_word(span: Option<Span>, word: &str) -> String {
    span.map_or_else(|| literal::text(word), literal::span)
}

/// All parameters of a sender; the paths are also the names evidence is filed under.
pub(crate) fn write_sender(law: &SenderLaw) -> Vec<Written> {
    let count =
        |number: Option<u32>| number.map_or_else(|| literal::text("unlimited"), |number| number.to_string());
    let mut all = vec![
        ("order.unit", quoted_word(law.order.unit)),
        ("order.hosts", quoted_word(law.order.hosts)),
        ("order.addresses", quoted_word(law.order.addresses)),
        ("order.family", quoted_word(law.order.family)),
        ("order.keep", written_keep(law.order.keep)),
        ("limits.hosts", count(law.limits.hosts.map(u32::from))),
        ("limits.addresses_per_host", count(law.limits.addresses_per_host.map(u32::from))),
        ("limits.addresses", count(law.limits.addresses.map(u32::from))),
        ("limits.sessions", count(law.limits.sessions.map(u32::from))),
        ("limits.cut", quoted_word(law.limits.cut)),
        ("failover.on_failure", quoted_word(law.failover)),
        ("failover.on_busy", quoted_word(OnBusy(law.on_busy))),
        ("failover.on_silence", quoted_word(OnBusy(law.reactions.silence))),
        ("failover.on_rejecting_greeting", quoted_word(law.reactions.rejecting_greeting)),
        ("failover.on_transient_reply", quoted_word(OnBusy(law.reactions.transient_reply))),
        ("failover.on_lost_connection", quoted_word(OnBusy(law.reactions.lost_connection))),
        ("failover.on_tls_failure", written_tls_failure(law.reactions.tls_failure)),
        ("timeouts.connect", or_word(law.timeouts.connect, "kernel")),
        ("timeouts.kernel", quoted_word(law.timeouts.kernel)),
        ("timeouts.greeting", literal::span(law.timeouts.greeting)),
        ("retry.wait", written_wait(&law.retry.wait)),
        ("retry.queue_run", or_word(law.retry.queue_run, "none")),
        ("retry.jitter", literal::span(law.retry.jitter)),
        ("retry.lifetime", or_word(law.retry.lifetime, "unlimited")),
        ("retry.max_attempts", count(law.retry.max_attempts)),
        written_memory(&law.memory),
    ];
    all.extend(super::reuse::write(law));
    all.extend(super::dns::write_lookups(law));
    all
}

fn written_keep(keep: Keep) -> String {
    match keep {
        Keep::Exponential(span) => format!("{{ exponential = {} }}", literal::span(span)),
        Keep::Fixed(span) => format!("{{ fixed = {} }}", literal::span(span)),
        word => quoted_word(word),
    }
}

fn written_tls_failure(reaction: TlsFailure) -> String {
    match reaction {
        TlsFailure::NextHostThenPlain(long) => {
            format!("{{ next_host_then_plain = {} }}", literal::span(long))
        }
        word => quoted_word(word),
    }
}

fn written_wait(wait: &Wait) -> String {
    match wait {
        Wait::EveryQueueRun => literal::text("every-queue-run"),
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

fn written_memory(memory: &Memory) -> Written {
    match memory {
        Memory::Nothing => ("memory.nothing", "true".into()),
        Memory::Domain { failures, hold } => {
            ("memory.domain", format!("{{ failures = {failures}, hold = {} }}", literal::span(*hold)))
        }
        Memory::Process { hold } => ("memory.process", format!("{{ hold = {} }}", literal::span(*hold))),
        Memory::Child { hold } => ("memory.child", format!("{{ hold = {} }}", literal::span(*hold))),
        Memory::Route { unit, most } => (
            "memory.route",
            format!("{{ unit = {}, most = {} }}", literal::span(*unit), literal::span(*most)),
        ),
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
        ("order.hold_variants", law.hold_variants.to_string()),
        (
            "order.max_records",
            law.max_records.map_or_else(|| literal::text("unlimited"), |most| most.to_string()),
        ),
    ]
}

pub(super) fn written_types(types: TypeSet) -> String {
    let names = RecordType::WORDS.iter().filter(|(_, record_type)| types.contains(*record_type));
    let names: Vec<String> = names.map(|(name, _)| literal::text(name)).collect();
    format!("[{}]", names.join(", "))
}
