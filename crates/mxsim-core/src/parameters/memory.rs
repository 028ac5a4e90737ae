//! `memory`: what an outbound host remembers of bad hosts. A sender has exactly one of these.

use super::keys::{COUNT, parameter};
use super::table::{ParameterGroup, Written};
use super::values::{number_at, set, span_at};
use crate::sender::{Memory, RetryStep, SenderParameters};
use crate::syntax::literal;
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, optional, required};
use crate::syntax::tree::{Table, Value};

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup::new(
    parameter("memory", Shape::Choice(KEYS), "what is remembered of bad hosts"),
    |table, policy| set(&mut policy.memory, table.table("memory").and_then(memory)),
    |policy| vec![written(&policy.memory)],
);

pub(super) const BLANK: Memory = Memory::Nothing;

const KEYS: &[Key] = &[
    optional("nothing", Shape::True, "", "nothing is remembered (write `true`)")
        .reads(|| vec![("true", "nothing")]),
    optional("domain", DOMAIN, "", "after failed messages in a row all mail of the domain waits (Postfix)"),
    optional("process", PROCESS, "", "within one queue run a host that failed is skipped (sendmail)"),
    optional(
        "child",
        CHILD,
        "",
        "a child process to which no host gave a session defers whatever else it gets (Courier)",
    ),
    optional(
        "route",
        ROUTE,
        "",
        "an address that failed is disabled for a time that grows with its penalty (OpenSMTPD)",
    ),
    optional("host_address", HOST_ADDRESS, "", "each host and address has retry times of its own (Exim)"),
    optional(
        "address_timeouts",
        ADDRESS_TIMEOUTS,
        "",
        "an address with connect time-outs is skipped for a while (qmail)",
    ),
];

const DOMAIN: Shape = Shape::Table(&[
    required("failures", COUNT, "failed messages in a row that declare the domain dead"),
    required("hold", SOME_TIME, "how long it stays dead"),
]);

const PROCESS: Shape = Shape::Table(&[required("hold", SOME_TIME, "how long it is skipped")]);

const CHILD: Shape = Shape::Table(&[required("hold", SOME_TIME, "for how long")]);

const ROUTE: Shape = Shape::Table(&[
    required("unit", SOME_TIME, "hold for a penalty of one"),
    required("most", SOME_TIME, "longest hold"),
]);

const HOST_ADDRESS: Shape = Shape::Table(&[
    required("rule", Shape::List { of: &RETRY_STEP, least: 1, only: &[] }, "steps of the retry rule"),
    required("expire", SOME_TIME, "age after which a record is forgotten"),
    optional(
        "of_messages",
        Shape::Boolean,
        "false",
        "a message has retry times of its own too: for its recipient after 4xx at RCPT, for itself at a host after 4xx to the data",
    )
    .reads(|| vec![("of_messages", "retry times of a message too")]),
]);

const RETRY_STEP: Shape = Shape::Table(&[
    required("until", SOME_TIME, "age of the first failure up to which this step holds"),
    required("gap", SOME_TIME, "first (or only) gap"),
    required(
        "factor",
        Shape::Number { least: 1.0, most: 1000.0, above: false },
        "each gap is this many times the one before; 1 for a fixed gap",
    ),
]);

const ADDRESS_TIMEOUTS: Shape = Shape::Table(&[
    required("count", COUNT, "time-outs needed"),
    required("apart", DURATION, "time-outs closer together count once"),
    required("hold_base", DURATION, "shortest hold").reads(|| vec![("hold_base", "hold")]),
    required("hold_step", DURATION, "one step of the part that depends on the process id")
        .reads(|| vec![("hold_step", "plus steps of")]),
    required("hold_steps", COUNT, "number of steps").reads(|| vec![("hold_steps", "steps")]),
]);

fn memory(table: &Table) -> Option<Memory> {
    if let Some(domain) = table.table("domain") {
        return Some(Memory::Domain {
            failures: number_at(domain, "failures")?,
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
        let of_messages = host_address.get("of_messages").and_then(Value::as_boolean).unwrap_or(false);
        return Some(Memory::HostAddress { rule, expire: span_at(host_address, "expire")?, of_messages });
    }
    table.table("address_timeouts").map_or(Some(Memory::Nothing), address_timeouts)
}

fn retry_step(value: &Value) -> Option<RetryStep> {
    let table = value.as_table()?;
    let factor = table.get("factor")?.as_number()?;
    Some(RetryStep { until: span_at(table, "until")?, gap: span_at(table, "gap")?, factor })
}

fn address_timeouts(table: &Table) -> Option<Memory> {
    Some(Memory::AddressTimeouts {
        count: number_at(table, "count")?,
        apart: span_at(table, "apart")?,
        hold_base: span_at(table, "hold_base")?,
        hold_step: span_at(table, "hold_step")?,
        hold_steps: number_at(table, "hold_steps")?,
    })
}

fn written(memory: &Memory) -> Written {
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
        Memory::HostAddress { rule, expire, of_messages } => {
            let steps: Vec<String> = rule.iter().map(written_step).collect();
            let (steps, expire) = (steps.join(", "), literal::span(*expire));
            let value = format!("{{ rule = [{steps}], expire = {expire}, of_messages = {of_messages} }}");
            ("memory.host_address", value)
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

/// Says what is remembered, and what that keeps the sender from.
pub(crate) fn in_words(memory: &Memory) -> String {
    match memory {
        Memory::Nothing => "remembers nothing of bad hosts".into(),
        Memory::Domain { failures, hold } => {
            format!(
                "took the domain for dead after {failures} failed messages in a row and leaves it alone for {hold}"
            )
        }
        Memory::HostAddress { of_messages: false, .. } => {
            "keeps a retry time for each host and address; they are not due".into()
        }
        Memory::HostAddress { of_messages: true, .. } => {
            "keeps a retry time for each host and address, and for each message at one; they are not due"
                .into()
        }
        Memory::Process { hold } => {
            format!("does not try a host again for {hold} that failed in the same queue run")
        }
        Memory::Child { hold } => {
            format!("does not try the domain again for {hold} in a process that found no host")
        }
        Memory::Route { unit, .. } => format!("leaves an address that failed alone for {unit} or longer"),
        Memory::AddressTimeouts { count, hold_base, .. } => {
            format!("skips an address with {count} time-outs for {hold_base} or longer")
        }
    }
}
