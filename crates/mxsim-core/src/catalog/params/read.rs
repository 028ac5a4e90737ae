//! Parameters out of a table, laid over a law. The shapes have been checked before, so a value that does not fit has been reported and is
//! passed over here.

use super::reuse;
use crate::dns::{Hold, OrderLaw, RecordType, TypeSet};
use crate::scenario::words::{OnBusy, Worded, value_of};
use crate::sender::{
    AddressOrder, AddressSort, AfterGaps, Check, Concurrency, Cut, Failover, Family, HostOrder, Keep, Kernel,
    Limits, Lookups, Memory, NullMx, OrderLaw as SenderOrder, OwnCache, Policy, Reaction, Reactions,
    RetryLaw, RetryStep, Reuse, SenderLaw, Timeouts, TlsFailure, Unit, Wait,
};
use crate::syntax::quantity;
use crate::syntax::tree::{Table, Value};
use crate::time::Span;

/// The law every preset file starts from; all of it is overwritten, because a preset must name every parameter.
pub(crate) const BLANK_SENDER: SenderLaw = SenderLaw {
    order: SenderOrder {
        unit: Unit::Host,
        hosts: HostOrder::Answer,
        addresses: AddressOrder::Answer,
        family: Family::Any,
        keep: Keep::Attempt,
    },
    limits: Limits {
        hosts: None,
        addresses_per_host: None,
        addresses: None,
        sessions: None,
        cut: Cut::Plain,
    },
    failover: Failover::NextHost,
    on_busy: Failover::NextHost,
    reactions: Reactions {
        silence: Failover::NextHost,
        rejecting_greeting: Reaction::Next,
        transient_reply: Failover::NextHost,
        lost_connection: Failover::NextHost,
        tls_failure: TlsFailure::NextHost,
    },
    timeouts: Timeouts { connect: None, kernel: Kernel::Linux, greeting: Span::from_secs(300) },
    retry: RetryLaw {
        wait: Wait::EveryQueueRun,
        queue_run: None,
        jitter: Span::ZERO,
        lifetime: None,
        max_attempts: None,
    },
    memory: Memory::Nothing,
    reuse: Reuse::Never,
    concurrency: Concurrency::UNLIMITED,
    dns: Lookups { cache: OwnCache::Stub, address_sort: AddressSort::None },
    policy: Policy { null_mx: NullMx::Bounce, implicit_mx: true, mta_sts: Check::No, dane: Check::No },
};

pub(super) fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

pub(super) fn chosen<T: Worded>(table: &Table, key: &str) -> Option<T> {
    table.text(key).and_then(value_of)
}

/// The duration a value holds.
pub(crate) fn span(value: &Value) -> Option<Span> {
    quantity::duration(value.as_text()?).ok()
}

pub(super) fn span_at(table: &Table, key: &str) -> Option<Span> {
    table.get(key).and_then(span)
}

pub(super) fn count_at(table: &Table, key: &str) -> Option<u32> {
    table.get(key).and_then(Value::as_integer).and_then(|number| u32::try_from(number).ok())
}

/// A value, or `None` for the word that means there is no limit.
pub(super) fn unless<T>(
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
        set(&mut law.limits.hosts, unless(limits, "hosts", "unlimited", number));
        let per_host = unless(limits, "addresses_per_host", "unlimited", number);
        set(&mut law.limits.addresses_per_host, per_host);
        set(&mut law.limits.addresses, unless(limits, "addresses", "unlimited", number));
        set(&mut law.limits.sessions, unless(limits, "sessions", "unlimited", number));
        set(&mut law.limits.cut, chosen(limits, "cut"));
    }
    set(&mut law.failover, chosen(table, "failover"));
    if let Some(failover) = table.table("failover") {
        read_failover(failover, law);
    }
    if let Some(timeouts) = table.table("timeouts") {
        set(&mut law.timeouts.connect, unless(timeouts, "connect", "kernel", span));
        set(&mut law.timeouts.kernel, chosen(timeouts, "kernel"));
        set(&mut law.timeouts.greeting, span_at(timeouts, "greeting"));
    }
    if let Some(retry) = table.table("retry") {
        read_retry(retry, &mut law.retry);
    }
    set(&mut law.memory, table.table("memory").and_then(memory));
    reuse::read(table, &mut law.reuse);
    reuse::read_concurrency(table, &mut law.concurrency);
    super::dns::read_lookups(table, law);
}

fn read_failover(table: &Table, law: &mut SenderLaw) {
    let on = |key: &str| chosen::<OnBusy>(table, key).map(|word| word.0);
    set(&mut law.failover, chosen(table, "on_failure"));
    set(&mut law.on_busy, on("on_busy"));
    let reactions = &mut law.reactions;
    set(&mut reactions.silence, on("on_silence"));
    set(&mut reactions.rejecting_greeting, chosen(table, "on_rejecting_greeting"));
    set(&mut reactions.transient_reply, on("on_transient_reply"));
    set(&mut reactions.lost_connection, on("on_lost_connection"));
    let then_plain = table.table("on_tls_failure").and_then(|then| span_at(then, "next_host_then_plain"));
    let on_tls_failure = chosen(table, "on_tls_failure").or(then_plain.map(TlsFailure::NextHostThenPlain));
    set(&mut reactions.tls_failure, on_tls_failure);
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
    if let Some(growth) = table.table("random_growth") {
        return random_growth(growth);
    }
    if let Some(quadratic) = table.table("quadratic") {
        return Some(Wait::Quadratic { unit: span_at(quadratic, "unit")? });
    }
    if let Some(squares) = table.table("squares") {
        return Some(Wait::Squares { unit: span_at(squares, "unit")? });
    }
    let gaps = table.table("gaps")?;
    let list = gaps.get("list")?.as_list()?.iter().map(span).collect::<Option<Vec<_>>>()?;
    let cycle =
        gaps.table("then").and_then(|then| count_at(then, "cycle")).and_then(|of| u8::try_from(of).ok());
    Some(Wait::Gaps { list, then: chosen(gaps, "then").or(cycle.map(AfterGaps::Cycle))? })
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

fn memory(table: &Table) -> Option<Memory> {
    if let Some(domain) = table.table("domain") {
        return Some(Memory::Domain {
            failures: count_at(domain, "failures")?,
            hold: span_at(domain, "hold")?,
        });
    }
    if let Some(process) = table.table("process") {
        return Some(Memory::Process { hold: span_at(process, "hold")? });
    }
    if let Some(child) = table.table("child") {
        return Some(Memory::Child { hold: span_at(child, "hold")? });
    }
    if let Some(route) = table.table("route") {
        return Some(Memory::Route { unit: span_at(route, "unit")?, most: span_at(route, "most")? });
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
    set(&mut law.hold_variants, order.get("hold_variants").and_then(small));
    set(&mut law.max_records, unless(order, "max_records", "unlimited", small));
}

fn small(value: &Value) -> Option<u8> {
    value.as_integer().and_then(|number| u8::try_from(number).ok())
}

pub(super) fn types(value: &Value) -> Option<TypeSet> {
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

/// A rule that spans two parameters and is broken by `law`, which `table` has been laid over: the path to look at, and the rule.
pub(crate) fn broken_sender_rule(table: &Table, law: &SenderLaw) -> Option<(&'static str, &'static str)> {
    match law.retry.wait {
        Wait::Age { least, most } if least > most => {
            Some(("retry", "retry.wait.age: `least` must not be longer than `most`"))
        }
        Wait::RandomGrowth { factor_least, factor_most, .. } if factor_least > factor_most => {
            Some(("retry", "retry.wait.random_growth: `factor_least` must not be larger than `factor_most`"))
        }
        Wait::RandomGrowth { first, most, .. } if first > most => {
            Some(("retry", "retry.wait.random_growth: `first` must not be longer than `most`"))
        }
        Wait::EveryQueueRun if law.retry.queue_run.is_none() => {
            Some(("retry", "retry: `wait = \"every-queue-run\"` needs a `queue_run`"))
        }
        _ => reuse::broken_rule(table, law),
    }
}
