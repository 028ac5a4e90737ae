//! Whom an attempt may try: the MX set and the addresses of each host, as the DNS gives them; then the sender's order, memory and limits.

use crate::dns::cache::{Hop, Question};
use crate::dns::stub::{Home, sort_by_rule_9};
use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::state::Replication;
use crate::engine::probe::{NoHost, Step, Watching};
use crate::engine::world::fixed_candidates::mx_set;
use crate::engine::world::{MX, NOWHERE, SenderTable};
use crate::ids::{AddressId, HostId};
use crate::sender::memory::MemoryVerdict;
use crate::sender::order::take_preferences;
use crate::sender::order_context::reorder_by_state;
use crate::sender::{Candidate, Candidates, HostOrder, NoAddress, Outcome, OwnCache};
use crate::time::Time;

/// Why an attempt has no candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NoCandidate {
    /// Host memory holds all of them back for now.
    HeldBack,
    /// The DNS or a policy leaves none for now.
    Unresolved(NoHost),
    /// The domain takes no mail, or every host has been bad for too long.
    Permanent,
}

/// What a look-up leads to: the epoch of the MX entry that the addresses to try came with, or no address.
type LookedUp = Result<u32, NoCandidate>;

/// Who asks for addresses.
struct Asker<'a> {
    hops: &'a [Hop],
    client: u64,
    now: Time,
    /// Where it is, once that has counted.
    home: Option<Home>,
}

/// Addresses found so far, and why some may be missing.
struct Gathered<'a> {
    candidates: &'a mut Candidates,
    missing: Option<NoHost>,
    /// True if a host has none at all.
    is_bare: bool,
}

impl<P: Watching> Replication<'_, '_, P> {
    /// Puts the candidates of an attempt into `candidates`, in order, and gives the set of MX hosts they come from: look up, order, ask memory,
    /// cut. Without the addresses that have failed in this attempt already.
    pub(crate) fn find_candidates(
        &mut self,
        message: &QueuedMessage,
        failed: &[(Candidate, Outcome)],
        candidates: &mut Candidates,
        now: Time,
    ) -> Result<u64, NoCandidate> {
        let table = self.sender(message);
        candidates.clear();
        let mx_set = match table.path.fixed_candidates() {
            Some(fixed) if !P::ACTIVE => {
                let epoch = self.look_at_mx(message, table, now);
                let choice = self.sender_state(message).choice_for(table, message, epoch, now);
                fixed.arrange(choice, candidates);
                message.put_tied_first(candidates);
                fixed.mx_set()
            }
            _ => {
                let (epoch, mx_set) = self.gather(message, table, candidates, now)?;
                self.put_in_order(message, candidates, epoch, now);
                if table.behaviour.parameters.order.hosts == HostOrder::RoundRobin && failed.is_empty() {
                    self.sender_state(message).take_turn(message.outbound_host);
                }
                mx_set
            }
        };
        if !failed.is_empty() {
            candidates.retain(|candidate| failed.iter().all(|(bad, _)| bad.address != candidate.address));
        }
        self.ask_memory(message, candidates, now)?;
        table.behaviour.cut(candidates);
        self.note(message, now, Step::Admitted(candidates));
        Ok(mx_set)
    }

    /// The candidates before they are put in order, the epoch of the MX entry they came with, and their set of MX hosts.
    fn gather(
        &mut self,
        message: &QueuedMessage,
        table: &SenderTable,
        candidates: &mut Candidates,
        now: Time,
    ) -> Result<(u32, u64), NoCandidate> {
        let known = self.world.known_candidates[message.id.sender.index()].as_ref();
        if let Some(known) = known.filter(|_| !P::ACTIVE) {
            candidates.extend_from_slice(known.all());
            return Ok((self.look_at_mx(message, table, now), known.mx_set()));
        }
        let epoch = self.look_up(message, table, candidates, now)?;
        self.note(message, now, Step::Candidates(candidates));
        take_preferences(table.behaviour.preference(), candidates);
        Ok((epoch, if table.files_under_mx_set() { mx_set(candidates) } else { 0 }))
    }

    /// Looks the MX set up for its time alone: the epoch of the entry.
    fn look_at_mx(&mut self, message: &QueuedMessage, table: &SenderTable, now: Time) -> u32 {
        let (epoch, from_cache) = self.ask_mx_timing(table, message.outbound_host, now);
        self.recorder.looked_up(message.id.sender, now, from_cache);
        epoch
    }

    fn put_in_order(&mut self, message: &QueuedMessage, candidates: &mut Candidates, epoch: u32, now: Time) {
        let (world, table) = (self.world, self.sender(message));
        let state = self.sender_state(message);
        let choice = state.choice_for(table, message, epoch, now);
        table.behaviour.arrange(candidates, choice);
        if table.behaviour.depends_on_state() {
            let context = state.order_context(world, table, message, (choice, now));
            reorder_by_state(table.behaviour.parameters.order.hosts, candidates, &context);
        }
        message.put_tied_first(candidates);
        self.note(message, now, Step::Ordered(candidates));
    }

    /// Takes out what host memory holds back, if it lets the attempt begin at all.
    fn ask_memory(
        &mut self,
        message: &QueuedMessage,
        candidates: &mut Candidates,
        now: Time,
    ) -> Result<(), NoCandidate> {
        let table = self.sender(message);
        let state = self.sender_state(message);
        if !P::ACTIVE && !state.may_hold(message) {
            return Ok(());
        }
        let all = if P::ACTIVE { candidates.clone() } else { Candidates::new() };
        let verdict = state.admit(table, message, candidates, now);
        let held = if P::ACTIVE { state.held(table, message, &all, now) } else { Vec::new() };
        match verdict {
            MemoryVerdict::Bounce => Err(NoCandidate::Permanent),
            MemoryVerdict::Defer => {
                // After a session that failed no other candidate may be left: that is no hold.
                if !held.is_empty() {
                    self.note(message, now, Step::HeldBack(&held));
                }
                Err(NoCandidate::HeldBack)
            }
            MemoryVerdict::Try => {
                self.note(message, now, Step::Remembered { left: candidates, held: &held });
                Ok(())
            }
        }
    }

    /// Asks when the MX entry was filled, where the order of the answer makes no difference: its epoch, and whether the cache had it.
    #[inline]
    pub(crate) fn ask_mx_timing(
        &mut self,
        table: &SenderTable,
        outbound_host: u32,
        now: Time,
    ) -> (u32, bool) {
        let (layer, cache) = table.nearest(outbound_host);
        match &mut self.cache_times[layer] {
            Some(caches) => caches.ask(cache, now),
            None => {
                let question = Question { set: MX, client: table.client_of(outbound_host), now };
                let answer = self.dns.ask(&table.hops(outbound_host), question);
                answer.map_or((0, false), |answer| (answer.epoch, answer.from_cache))
            }
        }
    }

    /// The candidates in answer order and the epoch of the MX entry, or what it means that there are none.
    fn look_up(
        &mut self,
        message: &QueuedMessage,
        table: &SenderTable,
        candidates: &mut Candidates,
        now: Time,
    ) -> LookedUp {
        if table.behaviour.parameters.dns.cache != OwnCache::Pinned {
            return self.ask_dns(message, table, candidates, now);
        }
        if let Some((pinned, epoch)) = self.sender_state(message).pinned(message.outbound_host) {
            candidates.extend_from_slice(pinned);
            return Ok(*epoch);
        }
        let epoch = self.ask_dns(message, table, candidates, now)?;
        self.sender_state(message).pin(message.outbound_host, candidates, epoch);
        Ok(epoch)
    }

    fn ask_dns(
        &mut self,
        message: &QueuedMessage,
        table: &SenderTable,
        candidates: &mut Candidates,
        now: Time,
    ) -> LookedUp {
        let topology = &self.world.topology;
        let hops = table.hops(message.outbound_host);
        let client = table.client_of(message.outbound_host);
        let answer = self.dns.ask(&hops, Question { set: MX, client, now });
        let Some(mut answer) = answer else {
            self.recorder.looked_up(message.id.sender, now, false);
            return Err(NoCandidate::Unresolved(NoHost::NoAnswer));
        };
        if self.cache_times[table.nearest(message.outbound_host).0].is_some() {
            // Only its times are simulated, and they are the same for all who ask.
            (answer.epoch, answer.from_cache) = self.ask_mx_timing(table, message.outbound_host, now);
        }
        self.recorder.looked_up(message.id.sender, now, answer.from_cache);
        let (version, from_cache, ttl) = (answer.version, answer.from_cache, answer.ttl);
        self.note(message, now, Step::LookedUp { version, order: &answer.order, from_cache, ttl });
        let records = &topology.record_sets[MX].versions[answer.version].records;
        let policy = &table.behaviour.parameters.policy;
        let mut gathered = Gathered { candidates, missing: None, is_bare: false };
        let mut asker = Asker { hops: &hops, client, now, home: None };
        if let Some(host) = topology.implicit_host.filter(|_| records.is_empty() && policy.implicit_mx) {
            self.add_host(table, message, &mut asker, (0, host), &mut gathered);
        }
        for &position in &answer.order {
            let record = records[usize::from(position)];
            if record.target != NOWHERE {
                let host = HostId(record.target);
                if table.bounces_for(host) {
                    self.note(message, now, Step::Skipped(host));
                    return Err(NoCandidate::Permanent);
                }
                self.add_host(table, message, &mut asker, (record.preference, host), &mut gathered);
            } else if !policy.null_mx.bounces(record.preference) {
                gathered.missing.get_or_insert(NoHost::NoAnswer);
            }
        }
        let Gathered { candidates, missing, is_bare } = gathered;
        let waits_without = is_bare && !records.is_empty() && policy.no_address == NoAddress::Retry;
        match missing {
            Some(why) if candidates.is_empty() => Err(NoCandidate::Unresolved(why)),
            None if candidates.is_empty() && waits_without => Err(NoCandidate::Unresolved(NoHost::NoAddress)),
            // A null MX (RFC 7505) or no address anywhere: permanent, RFC 5321 section 5.1.
            None if candidates.is_empty() => Err(NoCandidate::Permanent),
            _ => Ok(answer.epoch),
        }
    }

    /// Adds the addresses of a host, in the order in which the sender gets them.
    fn add_host(
        &mut self,
        table: &SenderTable,
        message: &QueuedMessage,
        asker: &mut Asker<'_>,
        (preference, host): (u16, HostId),
        gathered: &mut Gathered<'_>,
    ) {
        let topology = &self.world.topology;
        let fixed = &table.fixed_addresses[host.index()];
        if !fixed.is_empty() {
            return fixed
                .iter()
                .for_each(|known| gathered.candidates.push(Candidate { preference, ..*known }));
        }
        let sets = topology.host(host);
        if table.is_barred(host) {
            self.note(message, asker.now, Step::Barred(host));
            gathered.missing.get_or_insert(NoHost::Barred);
            return;
        }
        if table.passes_over(host) {
            self.note(message, asker.now, Step::Skipped(host));
            gathered.is_bare = true;
            return;
        }
        let before = gathered.candidates.len();
        for set in [sets.aaaa.filter(|_| table.ipv6), sets.a].into_iter().flatten() {
            if let Some(record) = topology.fixed_answers[set] {
                gathered.candidates.push(topology.candidate(preference, host, AddressId(record.target)));
                continue;
            }
            let question = Question { set, client: asker.client, now: asker.now };
            let Some(answer) = self.dns.ask(asker.hops, question) else {
                gathered.missing = Some(NoHost::NoAnswer);
                continue;
            };
            let set = &topology.record_sets[set];
            let records = &set.versions[answer.version].records;
            let first = gathered.candidates.len();
            let found = answer.order.iter().map(|&position| AddressId(records[usize::from(position)].target));
            gathered.candidates.extend(found.map(|address| topology.candidate(preference, host, address)));
            let bits = table.compares(set.record_type, sets);
            if bits > 0 {
                let senders = &self.senders;
                let home = *asker.home.get_or_insert_with(|| {
                    senders[message.id.sender.index()].home(table, message.outbound_host)
                });
                let ip = |candidate: &Candidate| topology.address(candidate.address).ip;
                sort_by_rule_9(&mut gathered.candidates[first..], &home, bits, ip);
            }
        }
        // One that has only addresses of a family it does not speak is no host without an address.
        gathered.is_bare |= gathered.candidates.len() == before && (table.ipv6 || sets.aaaa.is_none());
    }
}
