//! Writes down what happens to the messages of one sender.

use crate::engine::Compiled;
use crate::engine::probe::{Excess, Objection, Probe, Step};
use crate::engine::world::{MX, NOWHERE};
use crate::ids::{AddressId, HostId, MessageId, NodeId};
use crate::sender::memory::Backoff;
use crate::sender::{Behaviour, Candidate, Candidates, Memory, Outcome, Preference, Reaction};
use crate::smtp::Stage;
use crate::study::trace::words;
use crate::study::trace::{
    Fate, Happening, MOST_MESSAGES, TraceOptions, TracedCandidate, TracedHold, TracedMessage, TracedOutcome,
    TracedStep,
};
use crate::time::{Span, Time};
use std::cell::Cell;
use std::collections::BTreeMap;

pub(super) struct Recorder<'a> {
    compiled: &'a Compiled,
    sender: usize,
    at: Time,
    wanted: usize,
    /// Messages that are never deferred are left out once their fate is known.
    only_deferred: bool,
    /// Set once the fate of all is known.
    decided: &'a Cell<bool>,
    /// By number, which is the order in which they arrive.
    messages: BTreeMap<u64, Followed>,
    /// Those that will be told.
    told: usize,
    undecided: usize,
    /// Text of each address, and the node behind it.
    addresses: Vec<(String, String)>,
}

/// A message and what has to be known of it to tell the next step.
struct Followed {
    message: TracedMessage,
    /// True if it will be told.
    told: bool,
    /// The candidates of the attempt under way, as far as they are left.
    left: Candidates,
    /// The candidate that failed last, and how.
    failed: Option<(Candidate, Outcome)>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(
        compiled: &'a Compiled,
        sender: usize,
        options: &TraceOptions,
        decided: &'a Cell<bool>,
    ) -> Self {
        let topology = &compiled.world.topology;
        let mut addresses = vec![(String::new(), String::new()); topology.addresses.len()];
        for node in &compiled.labels.nodes {
            for (text, &index) in node.addresses.iter().zip(&node.address_indices) {
                addresses[index] = (text.clone(), node.name.clone());
            }
        }
        for edge in &compiled.labels.edges {
            let places = topology.addresses.iter().enumerate();
            for (place, text) in places.map(|(place, known)| (place, known.ip.to_string())) {
                if edge.addresses.contains(&text) {
                    addresses[place] = (text, edge.name.clone());
                }
            }
        }
        Self {
            compiled,
            sender,
            at: options.at,
            wanted: options.messages.min(MOST_MESSAGES),
            only_deferred: options.only_deferred,
            decided,
            messages: BTreeMap::new(),
            told: 0,
            undecided: 0,
            addresses,
        }
    }

    pub(super) fn into_messages(self) -> Vec<TracedMessage> {
        let told = self.messages.into_values().filter(|followed| followed.told);
        told.map(|followed| followed.message).collect()
    }

    fn behaviour(&self) -> &'a Behaviour {
        &self.compiled.world.senders[self.sender].behaviour
    }

    fn begin(&mut self, message: MessageId, outbound_host: u32) {
        if message.born < self.at || self.told >= self.wanted {
            return;
        }
        let number = message.number;
        let message = TracedMessage {
            number: message.number,
            arrived_s: message.born.as_secs_f64(),
            outbound_host,
            fate: Fate::Waiting,
            steps: Vec::new(),
        };
        self.messages
            .insert(number, Followed { message, told: false, left: Candidates::new(), failed: None });
        if !self.only_deferred {
            self.tell(number);
        }
    }

    /// This message will be told, unless enough are.
    fn tell(&mut self, number: u64) {
        let Some(followed) = self.messages.get_mut(&number).filter(|followed| !followed.told) else { return };
        if self.told < self.wanted {
            followed.told = true;
            self.told += 1;
            self.undecided += 1;
        }
    }

    /// How long a greylist wants to have known a message; zero where no node greylists.
    fn greylist_delay(&self) -> Span {
        self.compiled.labels.greylisting.as_ref().map_or(Span::ZERO, |list| list.rules.delay)
    }

    fn followed(&mut self, number: u64) -> &mut Followed {
        self.messages.get_mut(&number).expect("only messages that are followed take steps here")
    }

    /// The fate of a message is known.
    fn end(&mut self, number: u64, fate: Fate) {
        let Some(followed) = self.messages.get_mut(&number) else { return };
        followed.message.fate = fate;
        if !followed.told {
            self.messages.remove(&number);
            return;
        }
        self.undecided -= 1;
        if self.undecided == 0 && self.told >= self.wanted {
            self.decided.set(true);
        }
    }

    fn candidate(&self, candidate: &Candidate) -> TracedCandidate {
        let (address, node) = self.addresses[candidate.address.index()].clone();
        let preference = self.published_preference(candidate);
        TracedCandidate { preference, host: self.host(candidate.host), address, node }
    }

    /// The preference of a candidate as the zone has it, whatever the sender makes of it.
    fn published_preference(&self, candidate: &Candidate) -> u16 {
        if self.behaviour().preference() == Preference::Obey {
            return candidate.preference;
        }
        let versions = &self.compiled.world.topology.record_sets[MX].versions;
        let mut records = versions.iter().flat_map(|version| &version.records);
        let published = records.find(|record| record.target == candidate.host.0);
        published.map_or(candidate.preference, |record| record.preference)
    }

    fn list(&self, candidates: &[Candidate]) -> Vec<TracedCandidate> {
        candidates.iter().map(|candidate| self.candidate(candidate)).collect()
    }

    fn host(&self, host: HostId) -> String {
        if host.0 == NOWHERE {
            return ".".into();
        }
        self.compiled.labels.hosts[host.index()].name.clone()
    }

    fn answer(&self, version: usize, order: &[u8]) -> Vec<String> {
        let records = &self.compiled.world.topology.record_sets[MX].versions[version].records;
        let text = |&position: &u8| {
            let record = records[usize::from(position)];
            format!("{} {}", record.preference, self.host(HostId(record.target)))
        };
        order.iter().map(text).collect()
    }

    /// The candidates that `now` no longer holds; notes what is left.
    fn taken_out(&mut self, number: u64, now: &[Candidate]) -> Vec<TracedCandidate> {
        let gone: Vec<Candidate> = self.messages[&number]
            .left
            .iter()
            .filter(|candidate| !now.contains(candidate))
            .copied()
            .collect();
        self.followed(number).left = now.into();
        self.list(&gone)
    }

    fn turned_away(
        &mut self,
        number: u64,
        (candidate, connection): (Candidate, u64),
        (outcome, objection): (Outcome, Option<Objection>),
    ) -> Happening {
        self.followed(number).failed = Some((candidate, outcome));
        let why = words::turned_away(self.behaviour(), outcome, objection);
        let (candidate, outcome) = (self.candidate(&candidate), outcome_of(outcome));
        Happening::TurnedAway { candidate, connection, outcome, why }
    }

    fn over_limit(&self, candidate: Candidate, excess: Excess) -> Happening {
        Happening::OverLimit { candidate: self.candidate(&candidate), why: words::over_limit(excess).into() }
    }

    fn node(&self, node: NodeId) -> String {
        self.compiled.labels.nodes[node.index()].name.clone()
    }

    /// What a step is in the trace; `None` if there is nothing to tell.
    fn happening(
        &mut self,
        number: u64,
        (message, failures): (MessageId, u32),
        now: Time,
        step: Step<'_>,
    ) -> Option<Happening> {
        let behaviour = self.behaviour();
        let policy = &behaviour.parameters;
        let happening = match step {
            Step::Arrived { .. } => return None,
            Step::Queued => Happening::Queued { why: words::queued(policy) },
            Step::LookedUp { version, order, from_cache, ttl } => {
                self.followed(number).left.clear();
                let answer = self.answer(version, order);
                Happening::LookedUp { answer, from_cache, time_left_s: ttl.as_secs_f64() }
            }
            Step::Barred(host) => {
                Happening::Barred { host: self.host(host), why: words::barred(&policy.policy).into() }
            }
            Step::Skipped(host) => {
                Happening::Barred { host: self.host(host), why: words::mx_to_address(&policy.policy).into() }
            }
            Step::Candidates(candidates) => Happening::Candidates { list: self.list(candidates) },
            Step::Ordered(candidates) => {
                self.followed(number).left = candidates.into();
                let tied = behaviour.comes_back() && self.is_first(number, candidates);
                Happening::Ordered { list: self.list(candidates), why: words::order(behaviour, tied) }
            }
            Step::Remembered { left, held } => {
                return self.all_but(number, left, self.holds(held), words::memory(&policy.memory));
            }
            Step::Admitted(left) => {
                return self.all_but(number, left, Vec::new(), words::limits(&policy.limits));
            }
            Step::HeldBack(held) => self.held_back(held),
            Step::NobodyToAsk(why) => nobody_to_ask(words::no_host(why)),
            Step::Tried { candidate, connection, since, outcome } => {
                self.tried(number, (candidate, connection), (since, now), outcome)
            }
            Step::Greylisted { node, is_new, is_known_elsewhere } => Happening::Greylisted {
                node: self.node(node),
                why: words::greylisted(self.greylist_delay(), is_new, is_known_elsewhere),
            },
            Step::BouncedAfterwards { node } => Happening::BouncedAfterwards { node: self.node(node) },
            Step::TurnedAway { candidate, connection, outcome, objection } => {
                self.turned_away(number, (candidate, connection), (outcome, objection))
            }
            Step::Reused { host, address, messages, connection } => {
                self.reused((host, address), connection, messages)
            }
            Step::OverLimit { candidate, excess } => self.over_limit(candidate, excess),
            Step::GreetingHeldBack { node, delay } => {
                Happening::GreetingHeldBack { node: self.node(node), delay_s: delay.as_secs_f64() }
            }
            Step::InBacklog(candidate) => Happening::InBacklog { candidate: self.candidate(&candidate) },
            Step::Accepted { host, address, node, connection } => {
                let (text, node) = (self.addresses[address.index()].0.clone(), self.node(node));
                let delay_s = now.since(message.born).as_secs_f64();
                Happening::Accepted { host: self.host(host), address: text, node, connection, delay_s }
            }
            Step::Deferred { until, outbound_host } => {
                let last = self.messages[&number].failed.map(|(_, outcome)| outcome);
                let why = words::deferred(policy, last);
                Happening::Deferred { until_s: until.as_secs_f64(), outbound_host, why }
            }
            Step::Bounced => {
                let knows_where = !self.messages[&number].left.is_empty();
                let age = now.since(message.born);
                let last = self.messages[&number].failed.map(|(_, outcome)| outcome);
                if last.is_some_and(|outcome| behaviour.react(outcome) == Reaction::Bounce) {
                    return Some(Happening::Bounced { why: words::final_answer() });
                }
                Happening::Bounced { why: words::bounce(policy, knows_where, failures, age) }
            }
        };
        Some(happening)
    }

    fn tried(
        &mut self,
        number: u64,
        (candidate, connection): (Candidate, u64),
        (since, until): (Time, Time),
        outcome: Outcome,
    ) -> Happening {
        if outcome != Outcome::Accepted {
            self.followed(number).failed = Some((candidate, outcome));
        }
        Happening::Tried {
            candidate: self.candidate(&candidate),
            connection,
            since_s: since.as_secs_f64(),
            outcome: outcome_of(outcome),
            why: words::outcome(outcome, until.since(since)),
        }
    }

    fn reused(
        &self,
        (host, address): (HostId, AddressId),
        connection: u64,
        messages_before: u32,
    ) -> Happening {
        let reuse = self.behaviour().parameters.reuse;
        let kept = reuse.kept();
        let most = kept.and_then(|kept| kept.messages);
        let idle = kept.map(|kept| kept.idle).filter(|idle| *idle > Span::ZERO);
        Happening::Reused {
            host: self.host(host),
            address: self.addresses[address.index()].0.clone(),
            connection,
            messages_before,
            messages_left: most.map(|most| most.saturating_sub(messages_before + 1)),
            idle_s: idle.map(Span::as_secs_f64),
            why: words::reuse(reuse),
        }
    }

    fn held_back(&self, held: &[(Candidate, Backoff)]) -> Happening {
        let memory = &self.behaviour().parameters.memory;
        let until = held.iter().map(|(_, held)| held.until).min();
        // Postfix holds the domain, whatever host failed.
        let hosts = if matches!(memory, Memory::Domain { .. }) { &[][..] } else { held };
        let (until_s, held) = (until.map(Time::as_secs_f64), self.holds(hosts));
        Happening::HeldBack { until_s, held, why: words::memory(memory) }
    }

    fn holds(&self, held: &[(Candidate, Backoff)]) -> Vec<TracedHold> {
        let hold = |(candidate, held): &(Candidate, Backoff)| TracedHold {
            candidate: self.candidate(candidate),
            until_s: held.until.as_secs_f64(),
            since_s: held.since.as_secs_f64(),
            failures: held.failures,
            outcome: outcome_of(held.outcome),
            why: words::held(&self.behaviour().parameters.memory, held),
        };
        held.iter().map(hold).collect()
    }

    fn all_but(
        &mut self,
        number: u64,
        left: &[Candidate],
        held: Vec<TracedHold>,
        why: String,
    ) -> Option<Happening> {
        let list = self.taken_out(number, left);
        (!list.is_empty()).then_some(Happening::TakenOut { list, held, why })
    }

    /// True if the candidate that failed last is the first now.
    fn is_first(&self, number: u64, candidates: &[Candidate]) -> bool {
        let failed = self.messages[&number].failed;
        failed.is_some_and(|(failed, _)| {
            candidates.first().is_some_and(|first| first.address == failed.address)
        })
    }
}

impl Probe for Recorder<'_> {
    fn step(&mut self, message: MessageId, failures: u32, now: Time, step: Step<'_>) {
        if message.sender.index() != self.sender {
            return;
        }
        if let Step::Arrived { outbound_host } = step {
            self.begin(message, outbound_host);
        }
        let number = message.number;
        let Some(followed) = self.messages.get(&number) else { return };
        if !followed.told && self.told >= self.wanted {
            self.messages.remove(&number);
            return;
        }
        if matches!(step, Step::Deferred { .. } | Step::Bounced) {
            self.tell(number);
        }
        let fate = match step {
            Step::Accepted { .. } => Some(Fate::Accepted),
            Step::Bounced => Some(Fate::Bounced),
            _ => None,
        };
        if let Some(what) = self.happening(number, (message, failures), now, step) {
            self.followed(number).message.steps.push(TracedStep { at_s: now.as_secs_f64(), what });
        }
        if let Some(fate) = fate {
            self.end(number, fate);
        }
    }
}

const fn outcome_of(outcome: Outcome) -> TracedOutcome {
    match outcome {
        Outcome::Accepted => TracedOutcome::Session,
        Outcome::Refused => TracedOutcome::Refused,
        Outcome::TimedOut => TracedOutcome::TimedOut,
        Outcome::Busy => TracedOutcome::Busy,
        Outcome::NoGreeting | Outcome::Lost(Stage::Greeting) => TracedOutcome::NoGreeting,
        Outcome::RejectedGreeting => TracedOutcome::RejectedGreeting,
        Outcome::TlsFailed => TracedOutcome::TlsFailed,
        Outcome::Untrusted => TracedOutcome::Untrusted,
        Outcome::Deferred(Stage::Data) => TracedOutcome::DataDeferred,
        Outcome::Deferred(_) => TracedOutcome::RecipientDeferred,
        Outcome::Rejected(Stage::Data) => TracedOutcome::DataRejected,
        Outcome::Rejected(_) => TracedOutcome::RecipientRejected,
        Outcome::Lost(_) => TracedOutcome::Lost,
    }
}

fn nobody_to_ask(why: &str) -> Happening {
    Happening::HeldBack { until_s: None, held: Vec::new(), why: why.into() }
}
