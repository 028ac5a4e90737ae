//! What happens to a message, in the words of a mail engineer; how a parameter reads stands with the parameter.

pub(super) use crate::parameters::answer_order::in_words as answer_order;
pub(super) use crate::parameters::limits::in_words as limits;
pub(super) use crate::parameters::memory::in_words as memory;
pub(super) use crate::parameters::retry::in_words as retry;
pub(super) use crate::parameters::reuse::in_words as reuse;

use crate::dns::ResolverParameters;
use crate::engine::probe::{Excess, NoHost, Objection};
use crate::parameters::{cache, concurrency, order};
use crate::sender::memory::Backoff;
use crate::sender::{
    Behaviour, Growth, Memory, MxToAddress, Outcome, Policy, Reaction, Reuse, SenderParameters,
};
use crate::smtp::Stage;
use crate::time::Span;

/// What a resolver does to the order of MX records and whether it keeps them.
pub(super) fn resolver(parameters: &ResolverParameters) -> String {
    format!("{} and {}", cache::in_words(&parameters.cache), answer_order(&parameters.order))
}

/// Why candidates are tried in this order; `tied` if the first failed last.
pub(super) fn order(behaviour: &Behaviour, tied: bool) -> String {
    if behaviour.custom.is_some() {
        return "orders them by a behaviour of its own".into();
    }
    let order = order::in_words(&behaviour.parameters.order);
    if tied { format!("comes back to the one that failed last, so it goes first; {order}") } else { order }
}

/// Why and for how long memory holds a candidate, or the whole domain.
pub(super) fn held(memory: &Memory, held: &Backoff) -> String {
    let count = held.failures;
    let how = match memory {
        Memory::Route { .. } => format!("penalty {count}"),
        _ if count == 1 => "failed once".into(),
        _ if count == 2 => "failed twice".into(),
        _ => format!("failed {count} times"),
    };
    let last = match held.outcome {
        Outcome::TimedOut => "timed out".into(),
        Outcome::NoGreeting => "no greeting".into(),
        other => outcome(other, Span::ZERO),
    };
    format!("{how}, last: {last}; hold {}", held.until.since(held.since))
}

/// Why a message does not pass a greylist that lets pass what it has known for `delay`.
pub(super) fn greylisted(delay: Span, is_new: bool, is_known_elsewhere: bool) -> String {
    let why = if is_new {
        format!("its table does not know this contact yet; it passes after {delay}")
    } else {
        format!("its first contact is less than {delay} old")
    };
    if is_known_elsewhere { format!("{why}; the table of another node would have let it pass") } else { why }
}

/// When a deferred message is tried again, after this failure of its last attempt.
pub(super) fn deferred(parameters: &SenderParameters, last: Option<Outcome>) -> String {
    let when = retry(&parameters.retry);
    match (&parameters.memory, last) {
        (Memory::HostAddress { of_messages: true, .. }, Some(Outcome::Deferred(Stage::Recipient))) => {
            format!("{when}, but not before the retry time of this sender and recipient")
        }
        _ => when,
    }
}

/// Which policies a sender keeps to that bar a host.
pub(super) fn barred(policy: &Policy) -> &'static str {
    match (policy.mta_sts.is_on(), policy.dane.is_on()) {
        (true, true) => {
            "it keeps to MTA-STS and DANE: the policy does not list the host, or DANE fails there"
        }
        (true, false) => "it keeps to MTA-STS, and the policy does not list the host",
        _ => "it keeps to DANE, which fails there",
    }
}

/// Why it does not use an MX record that has an address in the place of a name.
pub(super) const fn mx_to_address(policy: &Policy) -> &'static str {
    match policy.mx_to_address {
        MxToAddress::Bounce => {
            "an MX record must name a host; one with an address makes it refuse the whole answer"
        }
        MxToAddress::Use | MxToAddress::Skip => {
            "an MX record must name a host; it looks for one of this name, and there is none"
        }
    }
}

/// Why there is nobody to deliver to.
pub(super) const fn no_host(why: NoHost) -> &'static str {
    match why {
        NoHost::NoAnswer => "the DNS gives no answer for any host",
        NoHost::Barred => "MTA-STS or DANE leaves no host that may be used",
        NoHost::NoAddress => "no MX host has an address, and it waits for one",
    }
}

/// Why a message waits for a connection.
pub(super) fn queued(parameters: &SenderParameters) -> String {
    match parameters.reuse {
        Reuse::QueueRun(_) => "a queue run takes one message after the other".into(),
        _ if parameters.concurrency.growth != Growth::ByOne => {
            "it opens no more connections for what waits now, or not yet".into()
        }
        Reuse::Never
        | Reuse::Demand(_)
        | Reuse::Always(_)
        | Reuse::Child(_)
        | Reuse::Last(_)
        | Reuse::Batch(_) => {
            format!(
                "all connections it may have are in use; it {}",
                concurrency::in_words(parameters.concurrency)
            )
        }
    }
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
        Outcome::NoGreeting => format!("no greeting within {lasted}"),
        Outcome::RejectedGreeting => "greeting 5xx".into(),
        Outcome::TlsFailed => "TLS failed".into(),
        Outcome::Untrusted => "its certificate does not verify".into(),
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
pub(super) fn turned_away(behaviour: &Behaviour, failure: Outcome, objection: Option<Objection>) -> String {
    let then = match behaviour.react(failure) {
        Reaction::Next => "goes on to the next, if it may use another session in this attempt",
        Reaction::Defer => "gives the attempt up and comes back later",
        Reaction::Bounce => "gives the message up",
    };
    let reason = match objection {
        Some(Objection::Rate) => ", as this client has sent all messages of its window",
        Some(Objection::QueueFull) => ", as the queue behind it is full",
        // The step before says it.
        Some(Objection::Greylisted { .. }) | None => "",
    };
    format!("{}{reason}: {then}", outcome(failure, Span::ZERO))
}

/// What a client has too much of.
pub(super) const fn over_limit(excess: Excess) -> &'static str {
    match excess {
        Excess::Sessions => "has all sessions that it may have there (sessions_per_client)",
        Excess::Connections => "has had all connections of its window there (rates.connections)",
        Excess::Messages => "has sent all messages of its window there (rates.messages)",
    }
}

/// Why a message is given up that a node rejected.
pub(super) fn final_answer() -> String {
    "the answer was final".into()
}

/// Why a message of this age is given up after so many failures; `knows_where` if there was somebody to try.
pub(super) fn bounce(parameters: &SenderParameters, knows_where: bool, failures: u32, age: Span) -> String {
    if !knows_where {
        return "the domain takes no mail: a null MX, or no host of it has an address".into();
    }
    match (parameters.retry.max_attempts, parameters.retry.lifetime) {
        (Some(1), _) => "tries once".into(),
        (Some(most), _) if failures >= most => format!("gives up after {most} attempts"),
        (_, Some(lifetime)) if age >= lifetime => format!("gives up mail older than {lifetime}"),
        _ => match &parameters.memory {
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
