//! Records into a [`Zone`]: which domain, which hosts, which addresses, and the notes on what is legal but surprising.

use super::addresses;
use super::fault::{TextRange, ZoneErrorKind, ZoneNote, ZoneTextError};
use super::kind::RecordKind;
use super::nodes::Nodes;
use super::read::{Context, Data, Record, is_host};
use super::record::UNNAMED_DOMAIN;
use crate::dns::zone::{AddressStatus, Host, MxRecord, Name, Zone};
use crate::syntax::suggest::slip_of_a_name;
use crate::time::Span;
use std::collections::{BTreeMap, BTreeSet};

/// TTL of a record set for which the text says none, and negative TTL without an SOA: an *assumption*, the common default of an hour.
pub(crate) const ASSUMED_TTL: Span = Span::from_secs(3_600);

/// Most MX records of a domain and most addresses of a host. A DNS answer over TCP holds more, a mail domain never does: an *assumption*.
const MOST_RECORDS: usize = 255;

/// Most aliases that a resolver follows one after the other. *Assumption*: resolvers give up after 11 (Unbound) to 16 or so, and fail then.
const MOST_ALIASES: usize = 16;

/// What `records` publish about the mail of `domain`; without one, of the owner of MX records that the text is about. Hosts that MX records
/// named `earlier` keep their addresses as long as these are published: whoever holds an old MX answer still looks them up.
pub(crate) fn build(
    records: &[Record],
    domain: Option<&Name>,
    earlier: &[Host],
    context: &Context,
) -> Result<(Zone, Vec<ZoneNote>), Vec<ZoneTextError>> {
    let mut builder = Builder::new(records, context);
    let domain = match domain {
        Some(domain) => domain.clone(),
        None => match builder.infer_domain() {
            Ok(domain) => domain,
            Err(error) => {
                builder.errors.push(error);
                return Err(builder.errors);
            }
        },
    };
    let mut zone = builder.zone(domain);
    builder.add_earlier_hosts(earlier, &mut zone);
    builder.note_proxied(&zone);
    let owners: Owners =
        zone.hosts.iter().map(|host| (host.name.clone(), builder.resolve(&host.name).0)).collect();
    let mut missing = addresses::fill_in(&mut zone, earlier, context, &owners);
    missing.iter_mut().for_each(|note| builder.add_twin(note, &zone));
    builder.notes.extend(missing);
    if builder.errors.is_empty() { Ok((zone, builder.notes)) } else { Err(builder.errors) }
}

type Sets<'r> = BTreeMap<(&'r Name, RecordKind), Vec<&'r Record>>;

/// The name that has the addresses of a host: its own, or that of which it is an alias.
pub(super) type Owners = BTreeMap<Name, Name>;

struct Builder<'r> {
    records: &'r [Record],
    context: &'r Context,
    nodes: Nodes,
    /// Records by owner and type, duplicates dropped, in the order of the text.
    sets: Sets<'r>,
    notes: Vec<ZoneNote>,
    /// The notes once more, to find those that have been made.
    noted: BTreeSet<ZoneNote>,
    errors: Vec<ZoneTextError>,
}

impl<'r> Builder<'r> {
    fn new(records: &'r [Record], context: &'r Context) -> Self {
        let nodes = Nodes::of(records, context);
        let (sets, notes, noted, errors) = (BTreeMap::new(), Vec::new(), BTreeSet::new(), Vec::new());
        let mut builder = Self { records, context, nodes, sets, notes, noted, errors };
        let mut seen = BTreeSet::new();
        for record in records {
            let set = builder.sets.entry((&record.owner, record.kind)).or_default();
            let is_new = seen.insert((&record.owner, record.kind, &record.data));
            // A zone transfer ends with the SOA it began with (RFC 5936 section 2.2).
            if !is_new && record.kind == RecordKind::Soa {
                continue;
            }
            if !is_new {
                let text = format!(
                    "{} {} stands twice with the same data; DNS serves it once",
                    record.owner,
                    record.kind.name()
                );
                builder.note("duplicate-record", text);
            } else {
                set.push(record);
            }
        }
        builder
    }

    fn note(&mut self, code: &'static str, text: String) {
        let note = ZoneNote { code, text };
        if self.noted.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    fn error(&mut self, kind: ZoneErrorKind, range: TextRange, message: String, help: &str) {
        self.errors.push(ZoneTextError { kind, message, help: help.into(), range });
    }

    fn set(&self, owner: &Name, kind: RecordKind) -> Vec<&'r Record> {
        let source = self.nodes.source(owner, self.context);
        self.sets.get(&(&source, kind)).cloned().unwrap_or_default()
    }

    fn note_other_domains(&mut self, about: &Name, with_mx: &[&Record]) {
        let others = with_mx.iter().filter(|record| record.owner != *about).take(3);
        let others: Vec<String> = others.map(|record| record.owner.to_string()).collect();
        let others = others.join(", ");
        self.note("other-domains", format!("the text has MX records of {others} too; this is about {about}"));
    }

    /// A wildcard stands for names that exist nowhere in the text: where its MX records are the only ones, only the user knows which name is meant.
    /// A zone or a query that is named takes no mail through them (RFC 4592 section 2.2.1).
    fn refuse_mx_of_a_wildcard(&mut self) -> Result<(), ZoneTextError> {
        let is_wildcard = |record: &&Record| record.kind == RecordKind::Mx && record.owner.is_wildcard();
        let Some(record) = self.records.iter().find(is_wildcard) else { return Ok(()) };
        let wildcard = &record.owner;
        let below = wildcard.as_str().trim_start_matches("*.");
        if let Some(named) = self.context.asked.first().or(self.context.zone.as_ref()) {
            let text = format!("the MX records of {wildcard} are for names below {below}, not for {named}");
            self.note("wildcard-mx", text);
            return Ok(());
        }
        let message =
            format!("the only MX records are those of {wildcard}, which stands for any name below {below}");
        let help = format!(
            "say which name takes the mail, such as `--domain mail.{below}`, or domain = \"mail.{below}\" in a scenario"
        );
        Err(ZoneTextError { kind: ZoneErrorKind::Domain, message, help, range: record.range })
    }

    /// The only owner of MX records, or the one of them that the text is about; without any, the only owner of addresses.
    fn infer_domain(&mut self) -> Result<Name, ZoneTextError> {
        let context = self.context;
        let owners = |kinds: &[RecordKind]| -> Vec<&'r Record> {
            let mut seen = BTreeSet::new();
            let fits = |record: &&Record| kinds.contains(&record.kind) && !record.owner.is_wildcard();
            self.records.iter().filter(fits).filter(|record| seen.insert(&record.owner)).collect()
        };
        let mut found = owners(&[RecordKind::Mx]);
        let has_mx = !found.is_empty();
        if !has_mx {
            self.refuse_mx_of_a_wildcard()?;
            found = owners(&[RecordKind::A, RecordKind::Aaaa]);
            found.retain(|record| context.shows_mx_of(&record.owner));
            if let ([], Some(other)) = (&found[..], owners(&[RecordKind::A, RecordKind::Aaaa]).first()) {
                return Err(mx_not_shown(&likely_domain(&other.owner, context), context));
            }
        }
        let is_about =
            |record: &&&Record| context.zone.iter().chain(&context.asked).any(|name| *name == record.owner);
        let about: Vec<&Record> = found.iter().filter(is_about).copied().collect();
        if let ([only], true) = (&about[..], found.len() > 1) {
            if has_mx {
                self.note_other_domains(&only.owner, &found);
            }
            return Ok(only.owner.clone());
        }
        let whole = TextRange { text: 0, start: 0, end: 0 };
        let fail = |message: String, help: String, range| {
            Err(ZoneTextError { kind: ZoneErrorKind::Domain, message, help, range })
        };
        match found[..] {
            [only] if only.owner.is_root() => fail(
                "the root takes no mail".into(),
                "write the name of the domain before its records".into(),
                only.range,
            ),
            [only] => {
                let domain = only.owner.clone();
                if domain.as_str() == UNNAMED_DOMAIN {
                    let text = "nothing in the text names the mail domain; add `--domain example.com`";
                    self.note("domain-not-named", text.into());
                }
                Ok(domain)
            }
            [] => fail(
                "there is no MX, A or AAAA record".into(),
                "paste zone lines or the output of `dig MX example.com`".into(),
                whole,
            ),
            [first, second, ..] => {
                let names: Vec<String> =
                    found.iter().take(5).map(|record| record.owner.to_string()).collect();
                let message = format!("records of several domains: {}", names.join(", "));
                fail(
                    message,
                    format!(
                        "say which one takes the mail: `--domain {0}`, or domain = \"{0}\" in a scenario",
                        first.owner
                    ),
                    second.range,
                )
            }
        }
    }

    fn zone(&mut self, domain: Name) -> Zone {
        self.check_aliases();
        let (owner, _) = self.resolve(&domain);
        let records = self.set(&owner, RecordKind::Mx);
        if records.len() > MOST_RECORDS {
            let message = format!("{} MX records, of at most {MOST_RECORDS}", records.len());
            self.error(ZoneErrorKind::TooMany, records[MOST_RECORDS].range, message, "keep the first ones");
        }
        // What is too much has been said; the first ones are enough to find what else is wrong.
        let records = &records[..records.len().min(MOST_RECORDS)];
        self.check_null_mx(records);
        let mx: Vec<MxRecord> = records.iter().filter_map(|record| mx_record(record)).collect();
        let negative_ttl = self.negative_ttl();
        let mx_ttl = if mx.is_empty() { negative_ttl } else { self.ttl(&domain, RecordKind::Mx, records) };
        let mut zone = Zone { domain, mx, mx_ttl, negative_ttl, hosts: Vec::new() };
        self.add_hosts(&mut zone);
        zone
    }

    /// A CNAME must be alone at its name (RFC 2181 section 10.1). Beside others it is passed over, for a server that has such a zone has the
    /// records that it is asked for; beside nothing but the SOA it is followed.
    fn check_aliases(&mut self) {
        let of = |owner: &Name, kinds: &[RecordKind]| -> Vec<&str> {
            let there = kinds.iter().filter(|kind| self.sets.contains_key(&(owner, **kind)));
            there.map(|kind| kind.name()).collect()
        };
        let answers = [RecordKind::Mx, RecordKind::A, RecordKind::Aaaa];
        let aliases = self.sets.iter().filter(|((_, kind), _)| *kind == RecordKind::Cname);
        let mut found = Vec::new();
        for ((owner, _), set) in aliases {
            let (beside, soa) = (of(owner, &answers), of(owner, &[RecordKind::Soa]));
            found.push((*owner, set[set.len() - 1].range, set.len(), beside, !soa.is_empty()));
        }
        for (owner, range, count, beside, has_soa) in found {
            if count > 1 {
                let message = format!("{owner} has {count} CNAME records, and a name has one at most");
                self.error(ZoneErrorKind::Cname, range, message, "keep one of them");
            } else if !beside.is_empty() {
                self.sets.remove(&(owner, RecordKind::Cname));
                self.note("cname-beside-others", beside_others(owner, &beside.join(" and ")));
            } else if has_soa {
                self.note("cname-beside-others", at_apex(owner));
            }
        }
    }

    /// Follows CNAMEs from `name`; the records it passed on the way come along.
    fn resolve(&mut self, name: &Name) -> (Name, Vec<&'r Record>) {
        let mut passed: Vec<&'r Record> = Vec::new();
        let mut at = name.clone();
        while let Some(&alias) = self.set(&at, RecordKind::Cname).first() {
            if let Some(problem) = problem_of_chain(&passed, alias) {
                let message = format!("the CNAME of {name} {problem}");
                self.error(
                    ZoneErrorKind::Cname,
                    alias.range,
                    message,
                    "let the chain end at a name with addresses",
                );
                break;
            }
            passed.push(alias);
            let Some(Data::Cname(target)) = &alias.data else { break };
            at = target.clone();
        }
        (at, passed)
    }

    fn check_null_mx(&mut self, records: &[&Record]) {
        let Some(null) =
            records.iter().find(|record| mx_record(record).is_some_and(|mx| mx.exchange.is_root()))
        else {
            return;
        };
        if records.len() > 1 {
            let text = format!(
                "{} has a null MX (`MX {}`) beside other MX records, which RFC 7505 forbids; senders pass it over or give up: remove it or \
                 the others",
                null.owner,
                mx_record(null).map_or_else(String::new, |mx| format!("{} .", mx.preference)),
            );
            self.note("null-mx-beside-others", text);
        } else {
            let owner =
                if null.owner.as_str() == UNNAMED_DOMAIN { "the domain" } else { null.owner.as_str() };
            let text = format!(
                "{owner} has a null MX (RFC 7505): it takes no mail, and every message bounces at once"
            );
            self.note("null-mx", text);
        }
    }

    /// The TTL of a record set: the shortest of its records (RFC 2181 section 5.2 wants them equal).
    fn ttl(&mut self, owner: &Name, kind: RecordKind, set: &[&Record]) -> Span {
        let spans: BTreeSet<Span> = set.iter().filter_map(|record| record.ttl).collect();
        if spans.len() > 1 {
            self.note(
                "mixed-ttl",
                format!("the {} records of {owner} have several TTLs; the shortest counts", kind.name()),
            );
        }
        spans.first().copied().unwrap_or_else(|| {
            let text = "records have no TTL in the text; 3600 s are assumed";
            self.note("assumed-ttl", text.into());
            ASSUMED_TTL
        })
    }

    /// The SOA's own TTL or its MINIMUM, whichever is less (RFC 2308 section 5).
    fn negative_ttl(&self) -> Span {
        let soa = self.records.iter().find(|record| record.kind == RecordKind::Soa);
        match soa {
            Some(Record { ttl, data: Some(Data::Soa(minimum)), .. }) => ttl.unwrap_or(*minimum).min(*minimum),
            _ => ASSUMED_TTL,
        }
    }

    fn add_hosts(&mut self, zone: &mut Zone) {
        let mut names: Vec<Name> = Vec::new();
        for name in zone.mx.iter().map(|record| &record.exchange) {
            if !name.is_root() && !names.contains(name) {
                names.push(name.clone());
            }
        }
        if zone.mx.is_empty() {
            names.push(zone.domain.clone());
        }
        for name in names {
            let host = self.host(name, zone);
            zone.hosts.push(host);
        }
        if zone.mx.is_empty() {
            self.implicit_mx(zone);
        }
    }

    fn add_earlier_hosts(&mut self, earlier: &[Host], zone: &mut Zone) {
        for Host { name, .. } in earlier {
            if zone.host(name).is_none() {
                let host = self.host(name.clone(), zone);
                zone.hosts.push(host);
            }
        }
    }

    /// Cloudflare proxies web requests and no mail: for an MX record with a proxied host it makes a record `_dc-mx...` with the address itself
    /// (its documentation, "Troubleshooting email issues").
    fn note_proxied(&mut self, zone: &Zone) {
        for host in &zone.hosts {
            let (owner, aliases) = self.resolve(&host.name);
            let is_proxied =
                |name: &Name| self.context.proxied.contains(&self.nodes.source(name, self.context));
            if is_proxied(&owner) || aliases.iter().any(|alias| is_proxied(&alias.owner)) {
                let text = format!(
                    "{} is proxied by Cloudflare, which proxies no mail: senders get a name that begins with `_dc-mx` and the address that stands here, so nothing is hidden; set it to `DNS only`",
                    host.name
                );
                self.note("mx-proxied", text);
            }
        }
    }

    /// Asks whether another name is meant, where an MX host without an address is nearly one that has addresses and no MX record.
    fn add_twin(&self, note: &mut ZoneNote, zone: &Zone) {
        if !matches!(note.code, "mx-no-address" | "mx-address-unknown") {
            return;
        }
        let has_address = |kind: &RecordKind| matches!(kind, RecordKind::A | RecordKind::Aaaa);
        let owners = self.sets.keys().filter(|(_, kind)| has_address(kind)).map(|(owner, _)| owner.as_str());
        let unused: Vec<&str> =
            owners.filter(|owner| zone.hosts.iter().all(|host| host.name.as_str() != *owner)).collect();
        let is_bare =
            |host: &&Host| !matches!(host.status, AddressStatus::Published | AddressStatus::Assumed);
        let twin = |host: &Host| slip_of_a_name(host.name.as_str(), &unused);
        if let Some(twin) = zone.hosts.iter().filter(is_bare).find_map(twin) {
            note.text.push_str(&format!("; did you mean {twin}, which has an address and no MX record?"));
        }
    }

    fn implicit_mx(&mut self, zone: &Zone) {
        let domain = &zone.domain;
        if !self.context.shows_mx_of(domain) {
            self.errors.push(mx_not_shown(domain, self.context));
        } else if zone.hosts[0].a.is_empty() && zone.hosts[0].aaaa.is_empty() {
            let message = format!("{domain} has neither MX nor address records");
            let range = TextRange { text: 0, start: 0, end: 0 };
            self.error(
                ZoneErrorKind::Domain,
                range,
                message,
                &format!("type `dig MX {domain}` and paste what it prints, too, or name another `domain`"),
            );
        } else {
            let text =
                format!("{domain} has no MX record; senders use its own addresses (RFC 5321 section 5.1)");
            self.note("implicit-mx", text);
        }
    }

    /// The addresses behind `name`; an alias lends its TTL if it is shorter.
    fn host(&mut self, name: Name, zone: &Zone) -> Host {
        if let Some(ip) = name.as_address() {
            return Host::of_address(name, ip, zone.mx_ttl);
        }
        let negative_ttl = zone.negative_ttl;
        let (owner, aliases) = self.resolve(&name);
        let alias_ttl = aliases.iter().filter_map(|record| record.ttl).min();
        if !aliases.is_empty() {
            let text = format!(
                "{name} is an alias of {owner}; RFC 2181 section 10.3 wants an MX record to name the host itself, though senders follow the alias"
            );
            self.note("mx-alias", text);
        }
        let (v4, v6) = (self.set(&owner, RecordKind::A), self.set(&owner, RecordKind::Aaaa));
        let mut ttl_of = |kind, set: &[&Record]| {
            if set.is_empty() {
                return negative_ttl;
            }
            let own = self.ttl(&owner, kind, set);
            alias_ttl.map_or(own, |alias| own.min(alias))
        };
        let (a_ttl, aaaa_ttl) = (ttl_of(RecordKind::A, &v4), ttl_of(RecordKind::Aaaa, &v6));
        if v4.len() + v6.len() > MOST_RECORDS {
            let message = format!("{name} has {} addresses, of at most {MOST_RECORDS}", v4.len() + v6.len());
            let last = v6
                .last()
                .or_else(|| v4.last())
                .map_or(TextRange { text: 0, start: 0, end: 0 }, |record| record.range);
            self.error(ZoneErrorKind::TooMany, last, message, "keep the first ones");
        }
        let a = v4
            .iter()
            .filter_map(|record| if let Some(Data::A(address)) = record.data { Some(address) } else { None });
        let aaaa = v6.iter().filter_map(|record| {
            if let Some(Data::Aaaa(address)) = record.data { Some(address) } else { None }
        });
        Host { name, a: a.collect(), a_ttl, aaaa: aaaa.collect(), aaaa_ttl, status: AddressStatus::Published }
    }
}

/// What comes of a CNAME beside records that senders ask for.
fn beside_others(owner: &Name, kinds: &str) -> String {
    format!(
        "{owner} has a CNAME beside {kinds} records, which RFC 2181 section 10.1 forbids: BIND, NSD and Knot refuse to load such a zone, and a \
         resolver that has the alias in its cache does not see the other records; the simulation goes by the {kinds} records, so remove the CNAME"
    )
}

/// What comes of a CNAME at the top of a zone.
fn at_apex(owner: &Name) -> String {
    format!(
        "{owner} is the top of its zone and has a CNAME, which RFC 2181 section 10.1 forbids beside the SOA record: BIND, NSD and Knot refuse to load \
         such a zone; the simulation follows the alias, so publish the records themselves"
    )
}

/// What is wrong with a chain of aliases that goes on with `alias`, if anything is.
fn problem_of_chain(passed: &[&Record], alias: &Record) -> Option<String> {
    if passed.iter().any(|other| other.owner == alias.owner) {
        return Some("leads back to itself".into());
    }
    (passed.len() >= MOST_ALIASES).then(|| {
        format!(
            "leads over more than {MOST_ALIASES} aliases, and a resolver gives up before it comes to the end"
        )
    })
}

/// A text without MX records says that there are none only if it is a whole zone, or the answer to a question for them.
fn mx_not_shown(domain: &Name, context: &Context) -> ZoneTextError {
    let why = match context.has_holes {
        true => "and those in the files of `$INCLUDE` are not read",
        false => "and does not say that there is none",
    };
    ZoneTextError {
        kind: ZoneErrorKind::Domain,
        message: format!("the text has no MX record of {domain}, {why}"),
        help: format!("type `dig MX {domain}` and paste what it prints, too"),
        range: TextRange { text: 0, start: 0, end: 0 },
    }
}

/// The mail domain that a text without MX records may be about: `owner` is the first name with an address.
fn likely_domain(owner: &Name, context: &Context) -> Name {
    if let Some(known) = context.zone.iter().chain(&context.asked).next() {
        return without_host(known);
    }
    without_host(owner)
}

/// `example.com` of `mx1.example.com`.
fn without_host(name: &Name) -> Name {
    let parent = name.parent().filter(|parent| is_host(name) && parent.as_str().contains('.'));
    parent.unwrap_or_else(|| name.clone())
}

fn mx_record(record: &Record) -> Option<MxRecord> {
    match &record.data {
        Some(Data::Mx(preference, exchange)) => {
            Some(MxRecord { preference: *preference, exchange: exchange.clone() })
        }
        _ => None,
    }
}
