//! Laws in the words of a mail engineer: one function for each choice, so that a new variant cannot stay without words.

use crate::dns::{Base, Direction, Driver, Hold, OrderLaw as AnswerOrder, ResolverLaw, Transform};
use crate::engine::probe::NoHost;
use crate::sender::memory::Held;
use crate::sender::{
    AddressOrder, AfterGaps, Behaviour, Cut, Family, Growth, HostOrder, Keep, Kept, Limits, Memory, Outcome,
    Reaction, RetryLaw, Reuse, SenderLaw, Unit, Wait,
};
use crate::smtp::Stage;
use crate::time::Span;

/// What a hop does to the order of MX records.
pub(super) fn answer_order(law: &AnswerOrder) -> String {
    if !law.types.mx {
        return format!("leaves MX records {}", base(law.base));
    }
    let hold = match law.hold {
        Hold::None => String::new(),
        Hold::Ttl => ", and serves that order until the TTL ends".into(),
        Hold::For(span) => format!(", and serves that order for {span}"),
    };
    let transform = match law.transform {
        Transform::None => format!("leaves MX records {}", base(law.base)),
        Transform::Rotate => format!("rotates MX records {}", rotation(law)),
        Transform::Shuffle => "shuffles MX records, every order equally likely".into(),
        Transform::ShuffleOneSeed => "shuffles MX records with one seed for all steps".into(),
        Transform::FirstByWeight => "puts one MX record first, drawn by weight".into(),
        Transform::SortForClient => "sorts MX records by where the client is".into(),
    };
    let cut =
        law.max_records.map_or_else(String::new, |most| format!(", and answers with {most} of them at most"));
    let miss =
        if law.verbatim_on_miss { "; the answer that fills its cache goes out as it came" } else { "" };
    format!("{transform}{cut}{hold}{miss}")
}

fn rotation(law: &AnswerOrder) -> String {
    let way = match law.direction {
        Direction::Forward => "forwards",
        Direction::Backward => "backwards",
    };
    let driver = match law.driver {
        Driver::Random => "by an offset drawn for each answer",
        Driver::CounterFromZero => "one further with each answer, from the start with each refill",
        Driver::CounterSequential => "one further with each answer and with each refill",
        Driver::CounterFromRandom => "one further with each answer, from anywhere with each refill",
        Driver::CounterOfProcess | Driver::CounterOfProcessFromRandom => {
            "one further with each answer to whatever question"
        }
    };
    format!("{way}, {driver}")
}

const fn base(base: Base) -> &'static str {
    match base {
        Base::AsReceived => "in the order they came",
        Base::Canonical => "sorted by their data",
    }
}

/// What a resolver does to the order of MX records and whether it keeps them.
pub(super) fn resolver(law: &ResolverLaw) -> String {
    let kept = if law.cache.types.mx { "caches and " } else { "forwards each MX question and " };
    format!("{kept}{}", answer_order(&law.order))
}

/// Why candidates are tried in this order; `tied` if the first failed last.
pub(super) fn order(behaviour: &Behaviour, tied: bool) -> String {
    if behaviour.custom.is_some() {
        return "orders them by a behaviour of its own".into();
    }
    let law = &behaviour.law.order;
    let mut parts = vec![format!("{} {}", hosts(law.unit, law.hosts), keep(law.keep))];
    if law.unit == Unit::Host {
        parts.push(addresses(law.addresses).into());
    }
    parts.extend(family(law.family).map(str::to_owned));
    if tied {
        parts.insert(0, "comes back to the one that failed last, so it goes first".into());
    }
    parts.join("; ")
}

const fn hosts(unit: Unit, hosts: HostOrder) -> &'static str {
    match (unit, hosts) {
        (Unit::Address, HostOrder::Shuffle) => "pools all addresses of a preference and shuffles them",
        (Unit::Address, HostOrder::Answer) => "takes all addresses of a preference as they came,",
        (Unit::Address, HostOrder::AdjacentSwap) => {
            "flips a coin over each two neighbours among all addresses of a preference"
        }
        (Unit::Address, HostOrder::LastIntoHole) => {
            "takes the first address of a preference, then moves the last into its place,"
        }
        (_, HostOrder::RandomComparator) => {
            "sorts the hosts of a preference with a comparison that flips a coin,"
        }
        (_, HostOrder::NameHash) => {
            "sorts the hosts of a preference by a hash of their names that starts from the clock,"
        }
        (_, HostOrder::LeastConnections) => {
            "takes the address of a preference with fewest open connections, on a tie the one asked for first,"
        }
        (_, HostOrder::AttemptIndex) => "goes round all hosts, one further with each attempt,",
        (Unit::Host, HostOrder::Shuffle) => "shuffles the hosts of a preference",
        (Unit::Host, HostOrder::Answer) => "takes the hosts of a preference as the resolver answered,",
        (Unit::Host, HostOrder::AdjacentSwap) => {
            "flips a coin over each two neighbouring hosts of a preference, so that the third is never first,"
        }
        (Unit::Host, HostOrder::LastIntoHole) => {
            "takes the first host of the answer, then moves the last into its place,"
        }
    }
}

fn keep(keep: Keep) -> String {
    match keep {
        Keep::Attempt => "for each attempt".into(),
        Keep::Message => "once for each message".into(),
        Keep::Process => "once for each process, so all of a queue run alike".into(),
        Keep::Second => "by the second, so all of a second alike".into(),
        Keep::CacheEntry => "once, and keeps that until the resolver's MX answer is replaced".into(),
        Keep::Exponential(mean) => format!("once, and keeps that for {mean} on average"),
        Keep::Fixed(span) => format!("once, and keeps that for {span}"),
        Keep::Forever => "once and for all".into(),
    }
}

const fn addresses(order: AddressOrder) -> &'static str {
    match order {
        AddressOrder::Shuffle => "shuffles the addresses inside a host",
        AddressOrder::Answer => "takes the addresses inside a host as they came",
    }
}

const fn family(family: Family) -> Option<&'static str> {
    match family {
        Family::Any => None,
        Family::Ipv6First => Some("puts IPv6 before IPv4 inside each host"),
        Family::Ipv4First => Some("puts IPv4 before IPv6 inside each host"),
        Family::Ipv6BubblePass => Some("lifts IPv6 over IPv4 by one place"),
        Family::Ipv6FirstInClass => Some("puts IPv6 before IPv4 in the whole preference"),
        Family::Ipv4FirstInClass => Some("puts IPv4 before IPv6 in the whole preference"),
        Family::Ipv4Only => Some("uses IPv4 only"),
    }
}

/// What host memory holds against candidates.
pub(super) fn memory(memory: &Memory) -> String {
    match memory {
        Memory::Nothing => "remembers nothing of bad hosts".into(),
        Memory::Domain { failures, hold } => {
            format!(
                "took the domain for dead after {failures} failed messages in a row and leaves it alone for {hold}"
            )
        }
        Memory::HostAddress { .. } => "keeps a retry time for each host and address; they are not due".into(),
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

/// Why and for how long memory holds a candidate, or the whole domain.
pub(super) fn held(memory: &Memory, held: &Held) -> String {
    let count = held.failures;
    let how = match memory {
        Memory::Route { .. } => format!("penalty {count}"),
        _ if count == 1 => "failed once".into(),
        _ if count == 2 => "failed twice".into(),
        _ => format!("failed {count} times"),
    };
    let last = match held.outcome {
        Outcome::TimedOut => "timed out".into(),
        Outcome::Silent => "no greeting".into(),
        other => outcome(other, Span::ZERO),
    };
    format!("{how}, last: {last}; hold {}", held.until.since(held.since))
}

/// Why there is nobody to deliver to.
pub(super) const fn no_host(why: NoHost) -> &'static str {
    match why {
        NoHost::NoAnswer => "the DNS gives no answer for any host",
        NoHost::Barred => "MTA-STS or DANE leaves no host that may be used",
    }
}

/// What limits an attempt.
pub(super) fn limits(limits: &Limits) -> String {
    let most = limits.addresses.map_or_else(|| "any number of".into(), |most| most.to_string());
    let cut = match limits.cut {
        Cut::Plain => "the first ones stay",
        Cut::FamilyBalance => "up to half of the places are kept for each address family",
        Cut::ReachEveryPreference => "beyond them one of each further preference stays",
    };
    let hosts = limits.hosts.map_or_else(String::new, |most| format!("at most {most} hosts, "));
    let each = limits
        .addresses_per_host
        .map_or_else(String::new, |most| format!("at most {most} addresses of each host, "));
    format!("{hosts}{each}tries {most} addresses in one attempt; {cut}")
}

/// Why a message waits for a connection.
pub(super) fn queued(law: &SenderLaw) -> String {
    match law.reuse {
        Reuse::QueueRun(_) => "a queue run takes one message after the other".into(),
        _ if law.concurrency.growth != Growth::ByOne => {
            "it opens no more connections for what waits now, or not yet".into()
        }
        Reuse::Never
        | Reuse::Demand(_)
        | Reuse::Always(_)
        | Reuse::Child(_)
        | Reuse::Last(_)
        | Reuse::Batch(_) => format!(
            "all connections it may have are in use; it starts with {} and goes up to {}",
            connections(law.concurrency.initial),
            connections(law.concurrency.most)
        ),
    }
}

fn connections(count: u32) -> String {
    if count == u32::MAX { "any number".into() } else { count.to_string() }
}

/// How a connection of this length went.
pub(super) fn outcome(outcome: Outcome, lasted: Span) -> String {
    match outcome {
        Outcome::Accepted if lasted == Span::ZERO => "session".into(),
        Outcome::Accepted => format!("session after {lasted}"),
        Outcome::Refused if lasted == Span::ZERO => "refused".into(),
        Outcome::Refused => format!("refused after {lasted}"),
        Outcome::TimedOut => format!("silent for {lasted}"),
        Outcome::Busy if lasted == Span::ZERO => "421, come back later".into(),
        Outcome::Busy => format!("421, come back later, after {lasted}"),
        Outcome::Silent => format!("no greeting within {lasted}"),
        Outcome::RejectedGreeting => "greeting 5xx".into(),
        Outcome::TlsFailed => "TLS failed".into(),
        Outcome::Deferred(stage) => format!("4xx {}", at(stage)),
        Outcome::Rejected(stage) => format!("5xx {}", at(stage)),
        Outcome::Lost(stage) => format!("connection lost {}", at(stage)),
    }
}

const fn at(stage: Stage) -> &'static str {
    match stage {
        Stage::Greeting => "before the greeting",
        Stage::Tls => "when TLS was set up",
        Stage::Recipient => "at the recipient",
        Stage::Data => "after the data",
    }
}

/// What a node answered in a session, and what the sender does about it.
pub(super) fn turned_away(behaviour: &Behaviour, failure: Outcome) -> String {
    let then = match behaviour.react(failure) {
        Reaction::Next => "goes on to the next, if it may use another session in this attempt",
        Reaction::Defer => "gives the attempt up and comes back later",
        Reaction::Bounce => "gives the message up",
    };
    format!("{}: {then}", outcome(failure, Span::ZERO))
}

/// Why an open connection takes a message.
pub(super) fn reuse(reuse: Reuse) -> String {
    match reuse {
        Reuse::Never => "opens a connection for each message".into(),
        Reuse::Demand(kept) => format!("keeps connections while deliveries follow closely{}", worn(kept)),
        Reuse::Always(kept) => format!("keeps every connection for the next message{}", worn(kept)),
        Reuse::Child(kept) => format!(
            "has child processes that keep their connections; the first that is idle takes a message{}",
            worn(kept)
        ),
        Reuse::Last(kept) => format!("keeps its last connection for the next message{}", worn(kept)),
        Reuse::Batch(kept) => format!("sends whatever waits down an open connection{}", worn(kept)),
        Reuse::QueueRun(kept) => format!("sends one queue run down one connection{}", worn(kept)),
    }
}

fn worn(kept: Kept) -> String {
    let idle = (kept.idle > Span::ZERO).then(|| format!("{} idle", kept.idle));
    let messages = kept.messages.map(|most| format!("{most} messages"));
    let age = kept.age.map(|most| format!("{most} of age"));
    let limits: Vec<String> = [idle, messages, age].into_iter().flatten().collect();
    if limits.is_empty() { String::new() } else { format!(", up to {}", limits.join(", ")) }
}

/// When a deferred message is tried again.
pub(super) fn retry(law: &RetryLaw) -> String {
    let wait = match &law.wait {
        Wait::Gaps { list, then } => {
            let gaps: Vec<String> = list.iter().map(Span::to_string).collect();
            format!("waits {}, then {}", gaps.join(", "), after_gaps(*then))
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
    };
    let runs = law.queue_run.map_or_else(String::new, |every| format!("; its queue runs every {every}"));
    let jitter = if law.jitter > Span::ZERO {
        format!("; up to {} more at random", law.jitter)
    } else {
        String::new()
    };
    format!("{wait}{runs}{jitter}")
}

fn after_gaps(then: AfterGaps) -> String {
    match then {
        AfterGaps::RepeatLast => "the last again and again".into(),
        AfterGaps::Double => "twice as long each time".into(),
        AfterGaps::Cycle(of) => format!("the last {of} again and again"),
        AfterGaps::GiveUp => "gives up".into(),
    }
}

/// Why a message is given up that a node rejected.
pub(super) fn final_answer() -> String {
    "the answer was final".into()
}

/// Why a message of this age is given up after so many failures; `knows_where` if there was somebody to try.
pub(super) fn bounce(law: &SenderLaw, knows_where: bool, failures: u32, age: Span) -> String {
    if !knows_where {
        return "the domain takes no mail: a null MX, or no host of it has an address".into();
    }
    match (law.retry.max_attempts, law.retry.lifetime) {
        (Some(most), _) if failures >= most => format!("gives up after {most} attempts"),
        (_, Some(lifetime)) if age >= lifetime => format!("gives up mail older than {lifetime}"),
        _ => match &law.memory {
            Memory::HostAddress { .. } => {
                "every host has been bad for longer than its retry rule lasts".into()
            }
            Memory::Nothing
            | Memory::Domain { .. }
            | Memory::Process { .. }
            | Memory::Child { .. }
            | Memory::Route { .. }
            | Memory::AddressTimeouts { .. } => "its list of waits is at its end".into(),
        },
    }
}
