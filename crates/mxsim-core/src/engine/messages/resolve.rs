//! Whom the DNS names to an outbound host: the MX set, then the addresses of each host, through its caches and by its policy.

use crate::dns::cache::{Hop, Question};
use crate::dns::stub::{Home, sort_by_rule_9};
use crate::engine::messages::sending::Mail;
use crate::engine::messages::{Nobody, Replication};
use crate::engine::probe::{NoHost, Probe, Step};
use crate::engine::world::fixed_candidates::Deck;
use crate::engine::world::{MX, NOWHERE, SenderTable};
use crate::sender::{Candidate, Candidates, OwnCache};
use crate::time::Time;

/// What a look-up leads to: addresses to try and the epoch of the MX entry they came with, or nobody.
pub(crate) type LookedUp = Result<(Candidates, u32), Nobody>;

/// Who asks for addresses.
struct Asker<'a> {
    hops: &'a [Hop],
    client: u64,
    now: Time,
    /// Where it is, once that has counted.
    home: Option<Home>,
}

/// Addresses found so far, and why some may be missing.
struct Gathered {
    candidates: Candidates,
    missing: Option<NoHost>,
}

impl<P: Probe> Replication<'_, '_, P> {
    /// What a look-up leads to where the candidates are always the same.
    pub(crate) fn look_up_deck(
        &mut self,
        deck: &Deck,
        mail: &Mail,
        table: &SenderTable,
        now: Time,
    ) -> LookedUp {
        let (epoch, from_cache) = self.touch(table, mail.chooser, now);
        self.recorder.looked_up(now, from_cache);
        Ok((deck.candidates(), epoch))
    }

    /// The candidates in answer order and the epoch of the MX entry, or what it means that there are none.
    pub(crate) fn look_up(&mut self, mail: &Mail, table: &SenderTable, now: Time) -> LookedUp {
        let pins = table.behaviour.law.dns.cache == OwnCache::Pinned;
        let pinned = self.senders[mail.sender as usize].pinned(mail.chooser).filter(|_| pins);
        if let Some((candidates, epoch)) = pinned {
            return Ok((candidates, epoch));
        }
        let found = self.ask_dns(mail, table, now);
        if let Ok((candidates, epoch)) = &found
            && pins
        {
            self.senders[mail.sender as usize].pin(mail.chooser, candidates, *epoch);
        }
        found
    }

    fn ask_dns(&mut self, mail: &Mail, table: &SenderTable, now: Time) -> LookedUp {
        let world = self.world;
        let hops = table.hops(mail.chooser);
        let client = table.client_of(mail.chooser);
        let answer = self.dns.ask(&hops, Question { set: MX, client, now });
        let Some(mut answer) = answer else {
            self.recorder.looked_up(now, false);
            return Err(Nobody::NotYet(NoHost::NoAnswer));
        };
        if self.plain_caches[table.nearest(mail.chooser).0].is_some() {
            // Only its times are simulated, and they are the same for all who ask.
            (answer.epoch, answer.from_cache) = self.touch(table, mail.chooser, now);
        }
        self.recorder.looked_up(now, answer.from_cache);
        let (version, from_cache, ttl) = (answer.version, answer.from_cache, answer.ttl);
        self.note(mail, now, Step::LookedUp { version, order: &answer.order, from_cache, ttl });
        let records = &world.record_sets[MX].versions[answer.version].records;
        let policy = &table.behaviour.law.policy;
        let mut gathered = Gathered { candidates: Candidates::new(), missing: None };
        let mut asker = Asker { hops: &hops, client, now, home: None };
        if let Some(host) = world.implicit_host.filter(|_| records.is_empty() && policy.implicit_mx) {
            self.add_host(table, mail, &mut asker, (0, host), &mut gathered);
        }
        for &position in &answer.order {
            let record = records[usize::from(position)];
            if record.target != NOWHERE {
                self.add_host(table, mail, &mut asker, (record.preference, record.target), &mut gathered);
            } else if !policy.null_mx.bounces(record.preference) {
                gathered.missing.get_or_insert(NoHost::NoAnswer);
            }
        }
        let Gathered { candidates, missing } = gathered;
        match missing {
            Some(why) if candidates.is_empty() => Err(Nobody::NotYet(why)),
            // A null MX (RFC 7505) or no address anywhere: permanent, RFC 5321 section 5.1.
            None if candidates.is_empty() => Err(Nobody::Ever),
            _ => Ok((candidates, answer.epoch)),
        }
    }

    /// The addresses of a host, in the order in which the sender gets them.
    fn add_host(
        &mut self,
        table: &SenderTable,
        mail: &Mail,
        asker: &mut Asker<'_>,
        (preference, host): (u16, u16),
        gathered: &mut Gathered,
    ) {
        let world = self.world;
        let sets = &world.hosts[usize::from(host)];
        if table.barred[usize::from(host)] {
            gathered.missing.get_or_insert(NoHost::Barred);
            return;
        }
        for set in [sets.aaaa.filter(|_| table.ipv6), sets.a].into_iter().flatten() {
            if let Some(record) = world.certain[set] {
                gathered.candidates.push(world.candidate(preference, host, record.target));
                continue;
            }
            let Some(answer) =
                self.dns.ask(asker.hops, Question { set, client: asker.client, now: asker.now })
            else {
                gathered.missing = Some(NoHost::NoAnswer);
                continue;
            };
            let set = &world.record_sets[set];
            let records = &set.versions[answer.version].records;
            let first = gathered.candidates.len();
            let found = answer.order.iter().map(|&position| records[usize::from(position)].target);
            gathered.candidates.extend(found.map(|address| world.candidate(preference, host, address)));
            let bits = table.compares(set.record_type, sets);
            if bits > 0 {
                let senders = &self.senders;
                let home = *asker
                    .home
                    .get_or_insert_with(|| senders[mail.sender as usize].home(table, mail.chooser));
                let address = |candidate: &Candidate| world.addresses[usize::from(candidate.address)].ip;
                sort_by_rule_9(&mut gathered.candidates[first..], &home, bits, address);
            }
        }
    }
}
