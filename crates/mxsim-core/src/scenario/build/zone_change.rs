//! What a zone has to change to become another one, and a lower TTL before it does.

use super::values::table;
use super::{ChangeSpec, ScenarioBuilder};
use crate::dns::zone_text::{Data, Read, Record, RecordKind, Wanted, read};
use crate::dns::{Name, Zone};
use crate::time::Span;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What makes one zone out of another, as record lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZoneChange {
    /// Records that go.
    pub remove: Vec<String>,
    /// Record sets that take the place of those with the same owner and type.
    pub replace: Vec<String>,
    /// Records that come.
    pub add: Vec<String>,
    /// Names that have no address any more.
    pub absent: Vec<String>,
    /// Exchange hosts whose addresses are taken to stay, because the new text does not say that they go.
    pub kept: Vec<String>,
}

/// Record sets by owner and type.
type Sets = BTreeMap<(Name, RecordKind), Vec<Record>>;

impl ZoneChange {
    fn at(&self, after_start: Span) -> ChangeSpec {
        let parts = [("remove", &self.remove), ("replace", &self.replace), ("add", &self.add)];
        let there = parts.into_iter().filter(|(_, lines)| !lines.is_empty());
        there.fold(ChangeSpec::at(after_start), |change, (key, lines)| change.set(key, lines.join("\n")))
    }

    /// True if nothing changes that mail depends on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.replace.is_empty() && self.add.is_empty()
    }
}

impl ScenarioBuilder {
    /// Lets the zone become another one so long after midnight of the first measured day. Names that lose their addresses have none from then on,
    /// whether the text holds the whole zone or not.
    pub fn zone_changes(mut self, change: &ZoneChange, after_start: Span) -> Self {
        let zone = table(&mut self.document, "zone");
        if !change.absent.is_empty() {
            let absent = change.absent.iter().map(|name| (name.clone(), Value::from("none")));
            table(zone, "addresses").extend(absent);
        }
        self.change(change.at(after_start))
    }

    /// What the zone has to change to say what `new` does about the mail of its domain. A record set that `new` leaves out goes if `new` is a whole
    /// zone or names its owner otherwise; addresses of hosts that it does not mention stay.
    ///
    /// ```
    /// use mxsim_core::ScenarioBuilder;
    /// let old = "e.example. 300 IN MX 10 a.e.example.\na.e.example. 300 IN A 192.0.2.1\n";
    /// let new = "e.example. 300 IN MX 10 b.e.example.\nb.e.example. 300 IN A 192.0.2.2\n";
    /// let change = ScenarioBuilder::new(old).zone_change(new)?;
    /// assert_eq!(change.replace, ["e.example. 300 IN MX 10 b.e.example."]);
    /// assert_eq!(change.add, ["b.e.example. 300 IN A 192.0.2.2"]);
    /// assert_eq!(change.kept, ["a.e.example"]);
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// If one of the texts is no zone, or they are about the mail of different domains; in one sentence.
    pub fn zone_change(&self, new: &str) -> Result<ZoneChange, String> {
        let old = self.zone_records()?;
        let domain = self.mail_domain(&old).ok_or("the old zone has no MX record to take the domain from")?;
        let new = read_zone(new, Some(&domain), "new")?;
        if let Some(other) = mx_owners(&new).into_iter().find(|_| !mx_owners(&new).contains(&domain)) {
            return Err(format!(
                "the old zone is about the mail of {domain}, and the new one about that of {other}"
            ));
        }
        let is_complete = |name: &Name| new.context.is_complete_for(name, &domain);
        let (before, after) = (mail_sets(&old.records, &domain), mail_sets(&new.records, &domain));
        let named: BTreeSet<&Name> = after.keys().map(|(owner, _)| owner).collect();
        let goes = |(owner, kind): &(Name, RecordKind)| {
            *kind == RecordKind::Mx || named.contains(owner) || is_complete(owner)
        };
        let mut change = ZoneChange::default();
        for (key, records) in &before {
            match after.get(key) {
                Some(new) if says(new) == says(records) => {}
                Some(new) => change.replace.extend(new.iter().filter_map(line)),
                None if goes(key) => change.remove.extend(records.iter().filter_map(line)),
                None => change.kept.push(key.0.to_string()),
            }
        }
        let is_new = |key: &&(Name, RecordKind)| !before.contains_key(*key);
        change.add.extend(after.keys().filter(is_new).flat_map(|key| after[key].iter().filter_map(line)));
        change.kept.dedup();
        let keeps_one = |name: &Name| {
            let stays = |key: &&(Name, RecordKind)| key.0 == *name && key.1 != RecordKind::Mx;
            after.keys().any(|key| stays(&key)) || before.keys().filter(stays).any(|key| !goes(key))
        };
        let gone = before.keys().filter(|(_, kind)| *kind != RecordKind::Mx).map(|(owner, _)| owner);
        change.absent.extend(gone.filter(|owner| !keeps_one(owner)).map(ToString::to_string));
        change.absent.dedup();
        Ok(change)
    }

    /// Record lines that lower the TTL of every answer that changes from `old` to `new`, where it is longer than `ttl`. Empty if none is.
    ///
    /// # Errors
    /// If the zone of the scenario cannot be read.
    pub(crate) fn lines_with_ttl(
        &self,
        (old, new): (&Zone, &Zone),
        ttl: Span,
    ) -> Result<Vec<String>, String> {
        let read = self.zone_records()?;
        let owners = changed_owners(&read.records, old, new);
        let is_changed = |record: &&Record| match record.kind {
            RecordKind::Mx => record.owner == old.domain && old.mx != new.mx,
            RecordKind::Soa => false,
            _ => owners.contains(&record.owner),
        };
        let lower = |record: &Record| {
            line(&Record { ttl: Some(record.ttl.map_or(ttl, |own| own.min(ttl))), ..record.clone() })
        };
        let changed: Vec<&Record> = read.records.iter().filter(is_changed).collect();
        let is_longer = changed.iter().any(|record| record.ttl.is_none_or(|own| own > ttl));
        Ok(if is_longer { changed.into_iter().filter_map(lower).collect() } else { Vec::new() })
    }

    /// The text of its zone; empty if it is still in a file.
    #[must_use]
    pub fn zone_text(&self) -> &str {
        self.document
            .get("zone")
            .and_then(|zone| zone.get("text"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn zone_records(&self) -> Result<Read, String> {
        let domain = self.document.get("zone").and_then(|zone| zone.get("domain")).and_then(Value::as_str);
        read_zone(self.zone_text(), domain.map(Name::new).as_ref(), "old")
    }

    fn mail_domain(&self, read: &Read) -> Option<Name> {
        let written = self.document.get("zone")?.get("domain").and_then(Value::as_str);
        written.map(Name::new).or_else(|| mx_owners(read).into_iter().next())
    }
}

fn read_zone(text: &str, domain: Option<&Name>, which: &str) -> Result<Read, String> {
    let read = read(text, 0, domain, Wanted::Records);
    match read.errors.first() {
        Some(error) => Err(format!("the {which} zone cannot be read: {}", error.message)),
        None => Ok(read),
    }
}

fn mx_owners(read: &Read) -> BTreeSet<Name> {
    read.records
        .iter()
        .filter(|record| record.kind == RecordKind::Mx)
        .map(|record| record.owner.clone())
        .collect()
}

/// The record sets on which the mail of `domain` depends: its MX records, the addresses of their hosts, and aliases between.
fn mail_sets(records: &[Record], domain: &Name) -> Sets {
    let mx = records.iter().filter(|record| record.kind == RecordKind::Mx && record.owner == *domain);
    let hosts: BTreeSet<Name> = mx.clone().filter_map(|record| target(record).cloned()).collect();
    let hosts = if hosts.is_empty() { BTreeSet::from([domain.clone()]) } else { hosts };
    let hosts = with_targets(records, hosts);
    let is_of_mail = |record: &&Record| match record.kind {
        RecordKind::Mx => record.owner == *domain,
        RecordKind::Soa => false,
        _ => hosts.contains(&record.owner),
    };
    let mut sets = Sets::new();
    for record in records.iter().filter(is_of_mail) {
        sets.entry((record.owner.clone(), record.kind)).or_default().push(record.clone());
    }
    sets
}

/// `names` and all that aliases among them lead to.
fn with_targets(records: &[Record], mut names: BTreeSet<Name>) -> BTreeSet<Name> {
    let mut left: Vec<Name> = names.iter().cloned().collect();
    while let Some(name) = left.pop() {
        let aliases =
            records.iter().filter(|record| record.kind == RecordKind::Cname && record.owner == name);
        left.extend(aliases.filter_map(target).filter(|target| names.insert((*target).clone())).cloned());
    }
    names
}

/// The name a record leads to.
const fn target(record: &Record) -> Option<&Name> {
    match &record.data {
        Some(Data::Mx(_, name) | Data::Cname(name)) => Some(name),
        _ => None,
    }
}

/// The owners of the addresses that change.
fn changed_owners(records: &[Record], old: &Zone, new: &Zone) -> BTreeSet<Name> {
    let is_other = |name: &Name| {
        let addresses = |zone: &Zone| zone.host(name).map(|host| (host.a.clone(), host.aaaa.clone()));
        addresses(old) != addresses(new)
    };
    let hosts = old.hosts.iter().map(|host| &host.name).filter(|name| is_other(name));
    with_targets(records, hosts.cloned().collect())
}

/// What a record set says, in whichever order its lines stand.
fn says(records: &[Record]) -> BTreeSet<(Option<Span>, Option<&Data>)> {
    records.iter().map(|record| (record.ttl, record.data.as_ref())).collect()
}

/// A record as a line of a zone; `None` of what is not about mail.
fn line(record: &Record) -> Option<String> {
    let data = match record.data.as_ref()? {
        Data::Mx(preference, host) => format!("{preference} {}", dotted(host)),
        Data::A(ip) => ip.to_string(),
        Data::Aaaa(ip) => ip.to_string(),
        Data::Cname(name) => dotted(name),
        Data::Soa(_) => return None,
    };
    let ttl = record.ttl.map_or_else(String::new, |ttl| format!("{} ", ttl.as_secs_f64()));
    Some(format!("{} {ttl}IN {} {data}", dotted(&record.owner), record.kind.name()))
}

/// A name as an absolute one.
fn dotted(name: &Name) -> String {
    if name.is_root() { ".".into() } else { format!("{name}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "e.example. 3600 IN MX 10 a.e.example.\na.e.example. 600 IN A 192.0.2.1\n";

    fn change(old: &str, new: &str) -> ZoneChange {
        ScenarioBuilder::new(old).zone_change(new).expect("two zones")
    }

    /// The scenario with the change says in the end what the new zone says.
    fn becomes(old: &str, new: &str) {
        let change = change(old, new);
        let built = ScenarioBuilder::new(old).zone_changes(&change, Span::HOUR).build().expect("a scenario");
        let wanted = ScenarioBuilder::new(new).build().expect("a scenario");
        let (last, wanted) = (&built.zones.last().expect("a zone").zone, &wanted.zones[0].zone);
        assert_eq!((&last.mx, last.mx_ttl), (&wanted.mx, wanted.mx_ttl));
        for host in &wanted.hosts {
            assert_eq!(last.host(&host.name), Some(host));
        }
    }

    #[test]
    fn a_zone_becomes_the_other() {
        let two = "e.example. 300 IN MX 10 a.e.example.\ne.example. 300 IN MX 10 b.e.example.\na.e.example. 600 IN A 192.0.2.1\nb.e.example. 600 IN A 192.0.2.2\n";
        let moved = "e.example. 3600 IN MX 10 a.e.example.\na.e.example. 60 IN A 198.51.100.1\n";
        let dual = "e.example. 3600 IN MX 10 a.e.example.\na.e.example. 600 IN AAAA 2001:db8::1\na.e.example. 600 IN A 192.0.2.1\n";
        for (old, new) in [(OLD, two), (two, OLD), (OLD, moved), (dual, OLD), (OLD, dual)] {
            becomes(old, new);
        }
    }

    #[test]
    fn what_is_not_mentioned_stays_unless_the_zone_is_whole() {
        let lines = "e.example. 3600 IN MX 10 b.e.example.\nb.e.example. 600 IN A 192.0.2.2\n";
        assert_eq!(change(OLD, lines).kept, ["a.e.example"]);
        let whole =
            format!("$ORIGIN e.example.\n@ 3600 IN SOA ns.e.example. h.e.example. 1 2 3 4 5\n{lines}");
        let change = change(OLD, &whole);
        assert_eq!(change.absent, ["a.e.example"]);
        let built = ScenarioBuilder::new(OLD).zone_changes(&change, Span::HOUR).build().expect("a scenario");
        let [before, after] = [0, 1].map(|version| built.zones[version].zone.host(&Name::new("a.e.example")));
        assert_eq!((before.map(|host| host.a.len()), after.map(|host| host.a.len())), (Some(1), Some(0)));
        assert_eq!(
            (change.kept.len(), &change.remove[..]),
            (0, &["a.e.example. 600 IN A 192.0.2.1".to_owned()][..])
        );
    }

    #[test]
    fn equal_zones_change_nothing_and_other_domains_are_refused() {
        assert!(change(OLD, OLD).is_empty());
        let other = OLD.replace("e.example", "f.example");
        let error = ScenarioBuilder::new(OLD).zone_change(&other).expect_err("another domain");
        assert!(error.contains("mail of e.example") && error.contains("f.example"), "{error}");
    }

    #[test]
    fn only_what_changes_gets_a_lower_ttl() {
        let lines = |new: &str, ttl| {
            let builder = ScenarioBuilder::new(OLD);
            let change = builder.zone_change(new).expect("two zones");
            let built = builder.clone().zone_changes(&change, Span::HOUR).build().expect("a scenario");
            let zones = (&built.zones[0].zone, &built.zones[1].zone);
            builder.lines_with_ttl(zones, Span::from_secs(ttl)).expect("lines")
        };
        let new_mx = "e.example. 3600 IN MX 10 b.e.example.\nb.e.example. 600 IN A 192.0.2.2\n";
        assert_eq!(lines(new_mx, 300), ["e.example. 300 IN MX 10 a.e.example."]);
        let new_address = OLD.replace("192.0.2.1", "192.0.2.2");
        assert_eq!(lines(&new_address, 300), ["a.e.example. 300 IN A 192.0.2.1"]);
        assert!(lines(&new_address, 900).is_empty());
    }
}
