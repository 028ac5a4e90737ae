//! `[zone]` and `[[changes]]`: what is published, and when it changes.

use super::reading::{Files, Reading, tables};
use crate::dns::zone_text::{
    Context, Data, Edit, Record, TextRange, Wanted, ZoneErrorKind, ZoneNote, ZoneTextError, apply, build,
    notes_on, read as read_text,
};
use crate::dns::{AddressStatus, DaneZone, Host, MtaSts, Name, Zone};
use crate::parameters::words::value_of;
use crate::parameters::{AUTHORITY, span_at};
use crate::scenario::model::{Authority, ZoneVersion};
use crate::syntax::diagnostic::{Place, Report, code};
use crate::syntax::quantity;
use crate::syntax::suggest::some_of;
use crate::syntax::tree::{Entry, Table, Value, shortened};
use crate::time::Time;
use std::collections::BTreeSet;
use std::iter::repeat;
use std::net::IpAddr;

/// The preset of an authority that names none.
const DEFAULT_AUTHORITY: &str = "nsd";

/// Most different exchange hosts, and most different addresses, over all versions of a zone together. *Assumption*: no domain comes near
/// it, and the simulator's indices of 16 bits have room for it.
const MOST_NAMES: usize = 4_096;

/// Most changes of a zone. *Assumption*: one an hour for six weeks; nobody plans more.
const MOST_CHANGES: usize = 1_000;
/// Most records that are looked at for all changes together.
const MOST_READ: usize = 4_000_000;

/// Reads `authority`.
pub(super) fn authority(zone: &Table, reading: &mut Reading) -> Authority {
    let value = zone.get("authority");
    let table = value.and_then(Value::as_table);
    let id = value.and_then(Value::as_text).or_else(|| table.and_then(|table| table.text("preset")));
    let id = id.unwrap_or(DEFAULT_AUTHORITY);
    let mut order = AUTHORITY.blank;
    if let Some(preset) = reading.catalog.clone().authority(id) {
        reading.uses(preset);
        order = preset.parameters;
    }
    if let Some(table) = table {
        AUTHORITY.read(table, &mut order);
    }
    let weights = table.and_then(|table| table.table("weights"));
    let weight = |entry: &Entry| {
        Some((entry.key.to_ascii_lowercase(), u32::try_from(entry.value.as_integer()?).ok()?))
    };
    let weights =
        weights.map(|weights| weights.entries.iter().filter_map(weight).collect()).unwrap_or_default();
    Authority { name: id.into(), order, weights, away: away(zone) }
}

/// The spans in which the authority does not answer, in order and apart.
fn away(zone: &Table) -> Vec<(Time, Time)> {
    let items = zone.get("unreachable").and_then(Value::as_list).unwrap_or_default();
    let span = |item: &Value| {
        let table = item.as_table()?;
        let from = quantity::moment(&table.get("at")?.written()).ok()?;
        Some((from, quantity::end(from, span_at(table, "for")?)))
    };
    let mut spans: Vec<(Time, Time)> = items.iter().filter_map(span).collect();
    spans.sort_unstable();
    let mut apart: Vec<(Time, Time)> = Vec::new();
    for (from, to) in spans {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}

/// Reads `mta_sts` and `dane`, and checks that every name in them, and every name with a weight, is one of the zone.
pub(super) fn policies(
    zone: &Table,
    zones: &[ZoneVersion],
    reading: &mut Reading,
) -> (Option<MtaSts>, DaneZone) {
    let hosts: Vec<&Name> =
        zones.iter().flat_map(|version| &version.zone.hosts).map(|host| &host.name).collect();
    let mta_sts = zone.table("mta_sts").and_then(|table| {
        let mx = texts(table.get("mx")?).map(|(text, _)| text.trim_end_matches('.').to_ascii_lowercase());
        Some(MtaSts { mode: value_of(table.text("mode")?)?, mx: mx.collect() })
    });
    let mut failing = Vec::new();
    for (text, place) in
        zone.table("dane").and_then(|table| table.get("failing")).map(texts).into_iter().flatten()
    {
        match hosts
            .iter()
            .find(|host| ***host == Name::new(text) || host.first_label() == Name::new(text).as_str())
        {
            Some(host) => failing.push((*host).clone()),
            None => unknown_host("zone.dane.failing", text, place, &hosts, reading),
        }
    }
    let weights = zone.table("authority").and_then(|table| table.table("weights"));
    for entry in weights.map(|table| table.entries.as_slice()).unwrap_or_default() {
        let name = entry.key.to_ascii_lowercase();
        let is_host = |host: &&&Name| host.as_str() == name || host.first_label() == name;
        let is_address = zones
            .iter()
            .flat_map(|version| &version.zone.hosts)
            .any(|host| host.a.iter().any(|ip| ip.to_string() == name));
        if !is_address && !hosts.iter().any(|host| is_host(&host)) {
            unknown_host("zone.authority.weights", &entry.key, &entry.key_place, &hosts, reading);
        }
    }
    failing.sort_unstable();
    failing.dedup();
    (mta_sts, DaneZone { failing })
}

fn texts(value: &Value) -> impl Iterator<Item = (&str, &Place)> {
    value.as_list().unwrap_or_default().iter().filter_map(|item| Some((item.as_text()?, &item.place)))
}

fn unknown_host(path: &str, name: &str, place: &Place, hosts: &[&Name], reading: &mut Reading) {
    let message = format!("{path}: the zone has no host {}", shortened(name));
    let known = some_of(hosts.iter().map(|host| host.as_str()));
    reading.report.error(code::UNKNOWN_NODE, place, message).help(format!("hosts are {known}"));
}

/// Where the bytes of a zone text come from, so that its errors point at the right line.
#[derive(Debug)]
struct Origin {
    /// Which source of the report.
    source: usize,
    /// Byte of that source at which the text starts.
    offset: usize,
    /// The source and the place for errors of the text as a whole.
    whole: (usize, Place),
}

/// Reads the zone and its changes. `None` if that is impossible, which has been reported.
pub(super) fn read(document: &Table, files: Files<'_>, reading: &mut Reading) -> Option<Vec<ZoneVersion>> {
    let section = document.table("zone")?;
    let (text, origin) = zone_text(section, files, reading)?;
    let mut origins = vec![origin];
    let written_domain = domain(section, reading);
    let read = read_text(&text, 0, written_domain.as_ref(), Wanted::Records);
    let edits = edits(document, &read.records, written_domain.as_ref(), &mut origins, reading);
    if !read.errors.is_empty() {
        report_all(read.errors, &origins, reading);
        return None;
    }
    add_notes(read.notes, reading);
    if !is_feasible(&read.records, &edits, reading) {
        return None;
    }
    let context = read.context;
    let first = built(&read.records, written_domain.as_ref(), &[], &context, &origins, reading)?;
    let domain = first.domain.clone();
    let mut versions = vec![ZoneVersion { at: Time(i64::MIN), zone: first }];
    let context = Context { is_edited: true, ..context };
    let mut records = read.records;
    for edit in edits {
        let mut errors = Vec::new();
        edit.parts.iter().for_each(|(what, change)| apply(*what, change, &mut records, &mut errors));
        report_all(errors, &origins, reading);
        // What is wrong with the zone as a whole is now this change's doing.
        origins[0].whole = (0, edit.place);
        let earlier = versions.last().map_or(&[][..], |last| &last.zone.hosts);
        let Some(zone) = built(&records, Some(&domain), earlier, &context, &origins, reading) else {
            continue;
        };
        // Changes published at the same moment are one change.
        if versions.last().is_some_and(|last| last.at == edit.at) {
            versions.pop();
        }
        versions.push(ZoneVersion { at: edit.at, zone });
    }
    say_addresses(section, &mut versions, &context, reading);
    check_size(&versions, &origins[0].whole.1, reading).then_some(versions)
}

/// Every change gives a zone of its own, which is built anew: counts them before the first is.
fn is_feasible(records: &[Record], edits: &[TimedEdit], reading: &mut Reading) -> bool {
    let of_edits = edits.iter().flat_map(|edit| &edit.parts).map(|(_, records)| records.len());
    let work = edits.len() * (records.len() + of_edits.sum::<usize>());
    let Some(last) =
        edits.get(MOST_CHANGES).or(edits.last()).filter(|_| edits.len() > MOST_CHANGES || work > MOST_READ)
    else {
        return true;
    };
    let message = format!("{} changes of a zone of {} records are too many", edits.len(), records.len());
    let help = format!(
        "keep the changes that matter, of at most {MOST_CHANGES}, and leave out records that have nothing to do with mail"
    );
    reading.report.error(code::ZONE_TOO_MANY, &last.place, message).help(help);
    false
}

/// What `[zone.addresses]` says of hosts, in the place of what the text does.
fn say_addresses(section: &Table, versions: &mut [ZoneVersion], context: &Context, reading: &mut Reading) {
    let Some(said) = section.table("addresses") else { return };
    let is_host =
        |name: &Name| versions.iter().any(|version| version.zone.hosts.iter().any(|host| host.name == *name));
    for entry in said.entries.iter().filter(|entry| !is_host(&Name::new(&entry.key))) {
        let message = format!("zone.addresses: {} is no exchange host of the zone", shortened(&entry.key));
        let error = reading.report.error(code::UNKNOWN_NODE, &entry.key_place, message);
        error.help("name an exchange host in full, such as \"mx1.example.com\"");
    }
    let zones = versions.iter_mut().map(|version| &mut version.zone);
    for (host, negative_ttl) in zones.flat_map(|zone| zone.hosts.iter_mut().zip(repeat(zone.negative_ttl))) {
        let entry = said.entries.iter().find(|entry| Name::new(&entry.key) == host.name);
        let Some(status) = entry.and_then(|entry| value_of(entry.value.as_text()?)) else { continue };
        // An address that only stands in for one goes when it is said that there is none.
        if status == AddressStatus::Absent && host.status != AddressStatus::Published {
            (host.a, host.aaaa) = (Vec::new(), Vec::new());
            (host.a_ttl, host.aaaa_ttl) = (negative_ttl, negative_ttl);
        }
        if (status == AddressStatus::Absent) == (host.a.is_empty() && host.aaaa.is_empty()) {
            host.status = status;
        }
    }
    add_notes(notes_on(&versions[0].zone, context), reading);
}

/// Each version has been found small enough by itself; many changes may still add up.
fn check_size(versions: &[ZoneVersion], place: &Place, reading: &mut Reading) -> bool {
    let hosts = || versions.iter().flat_map(|version| &version.zone.hosts);
    let names: BTreeSet<&str> = hosts().map(|host| host.name.as_str()).collect();
    let addresses: BTreeSet<IpAddr> = hosts().flat_map(Host::addresses).collect();
    let counts = [(names.len(), "exchange hosts"), (addresses.len(), "addresses")];
    let Some((count, what)) = counts.into_iter().find(|(count, _)| *count > MOST_NAMES) else { return true };
    let message = format!("the zone and its changes name {count} different {what}, of at most {MOST_NAMES}");
    reading
        .report
        .error(code::ZONE_TOO_MANY, place, message)
        .help("keep the hosts you plan to use and leave out changes that do not matter");
    false
}

fn built(
    records: &[Record],
    domain: Option<&Name>,
    earlier: &[Host],
    context: &Context,
    origins: &[Origin],
    reading: &mut Reading,
) -> Option<Zone> {
    match build(records, domain, earlier, context) {
        Ok((zone, notes)) => {
            add_notes(notes, reading);
            Some(zone)
        }
        Err(errors) => {
            report_all(errors, origins, reading);
            None
        }
    }
}

fn domain(section: &Table, reading: &mut Reading) -> Option<Name> {
    let value = section.get("domain")?;
    let text = value.as_text()?;
    // A line of zone text with this name in it knows all the rules for names.
    let checked =
        read_text(&format!("{}. A 192.0.2.1", text.trim_end_matches('.')), 0, None, Wanted::Records);
    match checked.records.first() {
        Some(Record { owner, data: Some(Data::A(_)), .. })
            if checked.errors.is_empty() && !owner.is_root() && !owner.is_wildcard() =>
        {
            Some(owner.clone())
        }
        _ => {
            let message = format!("zone.domain: {} is no domain name", shortened(text));
            reading
                .report
                .error(code::MALFORMED, &value.place, message)
                .help("write a name such as \"example.com\"");
            None
        }
    }
}

/// The zone's text and where it comes from.
fn zone_text(section: &Table, files: Files<'_>, reading: &mut Reading) -> Option<(String, Origin)> {
    match (section.entry("text"), section.entry("file")) {
        (Some(text), None) => {
            let (content, origin) = embedded_text(&text.value, "/zone/text", &mut reading.report)?;
            Some((content, Origin { whole: (0, text.key_place.clone()), ..origin }))
        }
        (None, Some(file)) => {
            let name = file.value.as_text()?;
            match files(name) {
                Ok(content) => {
                    let content =
                        content.strip_prefix('\u{feff}').map_or_else(|| content.clone(), str::to_owned);
                    let source = reading.report.add_source(name.into(), content.clone());
                    Some((content, Origin { source, offset: 0, whole: (source, Place::File) }))
                }
                Err(why) => {
                    let message = format!("cannot read the zone file {}: {why}", shortened(name));
                    reading
                        .report
                        .error(code::FILE, &file.value.place, message)
                        .help("its path is relative to the scenario");
                    None
                }
            }
        }
        (Some(_), Some(file)) => {
            let message = "zone: `text` and `file` exclude each other";
            reading.report.error(code::CONFLICT, &file.key_place, message).help("keep one of them");
            None
        }
        (None, None) => {
            reading
                .report
                .error(code::MISSING, &Place::File, "zone: neither `text` nor `file` is there")
                .help("add text = \"\"\"...\"\"\" with zone lines or `dig` output");
            None
        }
    }
}

/// A zone text inside the scenario. Where the TOML string is written without escapes its bytes are those of the scenario; otherwise the
/// decoded text becomes a source of its own, named after the key.
fn embedded_text(value: &Value, pointer: &str, report: &mut Report) -> Option<(String, Origin)> {
    let text = value.as_text()?;
    let whole = (0, value.place.clone());
    if let Place::Span { start, end } = value.place
        && let Some((raw, offset)) = unescaped(&report.text()[start..end])
        && raw.replace("\r\n", "\n") == text.replace("\r\n", "\n")
    {
        return Some((raw.to_owned(), Origin { source: 0, offset: start + offset, whole }));
    }
    let source = report.add_source(format!("{}#{pointer}", report.name()), text.to_owned());
    Some((text.to_owned(), Origin { source, offset: 0, whole }))
}

/// The content of a TOML string literal and its offset, provided that it contains no escapes.
fn unescaped(literal: &str) -> Option<(&str, usize)> {
    for (quote, multiline) in [("\"\"\"", true), ("'''", true), ("\"", false), ("'", false)] {
        let Some(inner) = literal.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) else {
            continue;
        };
        // A newline right after the opening quotes does not belong to the string.
        let trimmed = if multiline {
            inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')).unwrap_or(inner)
        } else {
            inner
        };
        return Some((trimmed, quote.len() + inner.len() - trimmed.len()));
    }
    None
}

/// One `[[changes]]`, read.
struct TimedEdit {
    at: Time,
    place: Place,
    parts: Vec<(Edit, Vec<Record>)>,
}

/// Reads the changes, in the order of their times.
fn edits(
    document: &Table,
    records: &[Record],
    domain: Option<&Name>,
    origins: &mut Vec<Origin>,
    reading: &mut Reading,
) -> Vec<TimedEdit> {
    // Without `domain` the only owner of MX records is the domain; `build` makes sure of that.
    let mx_owner =
        records.iter().find(|record| matches!(record.data, Some(Data::Mx(..)))).map(|record| &record.owner);
    let domain = domain.or(mx_owner);
    let mut edits = Vec::new();
    for (i, (value, table)) in tables(document, "changes").into_iter().enumerate() {
        let mut parts = Vec::new();
        for (key, edit) in [("remove", Edit::Remove), ("replace", Edit::Replace), ("add", Edit::Add)] {
            if let Some(text) = table.get(key) {
                let pointer = format!("/changes/{i}/{key}");
                parts.extend(
                    edit_part(text, &pointer, edit, domain, origins, reading).map(|records| (edit, records)),
                );
            }
        }
        if ["remove", "replace", "add"].iter().all(|key| table.get(key).is_none()) {
            let message = "a change that changes nothing";
            reading
                .report
                .error(code::MISSING, &value.place, message)
                .help("add `remove`, `replace` or `add` with record lines");
        }
        let at = table.get("at").and_then(|at| quantity::moment(&at.written()).ok()).unwrap_or(Time::ZERO);
        edits.push(TimedEdit { at, place: value.place.clone(), parts });
    }
    edits.sort_by_key(|edit| edit.at);
    edits
}

fn edit_part(
    value: &Value,
    pointer: &str,
    edit: Edit,
    domain: Option<&Name>,
    origins: &mut Vec<Origin>,
    reading: &mut Reading,
) -> Option<Vec<Record>> {
    let (text, origin) = embedded_text(value, pointer, &mut reading.report)?;
    origins.push(origin);
    let wanted = if edit == Edit::Remove { Wanted::Patterns } else { Wanted::Records };
    let read = read_text(&text, origins.len() - 1, domain, wanted);
    add_notes(read.notes, reading);
    if read.errors.is_empty() && read.records.is_empty() {
        let message = "no MX, A, AAAA, CNAME or SOA record here";
        reading
            .report
            .error(code::MISSING, &value.place, message)
            .help("write record lines such as `mx1.example.com. A 192.0.2.1`");
    }
    report_all(read.errors, origins, reading);
    Some(read.records)
}

fn add_notes(notes: Vec<ZoneNote>, reading: &mut Reading) {
    notes.into_iter().for_each(|note| reading.finding(note.code, note.text));
}

fn report_all(errors: Vec<ZoneTextError>, origins: &[Origin], reading: &mut Reading) {
    for error in errors {
        let TextRange { text, start, end } = error.range;
        let origin = &origins[text];
        let (source, place) = if start == end {
            origin.whole.clone()
        } else {
            (origin.source, Place::Span { start: start + origin.offset, end: end + origin.offset })
        };
        let diagnostic = reading.report.error_in(source, code_of(error.kind), place, error.message);
        if !error.help.is_empty() {
            diagnostic.help(error.help);
        }
    }
}

const fn code_of(kind: ZoneErrorKind) -> &'static str {
    match kind {
        ZoneErrorKind::Syntax => code::ZONE_SYNTAX,
        ZoneErrorKind::Value => code::ZONE_VALUE,
        ZoneErrorKind::Domain => code::ZONE_DOMAIN,
        ZoneErrorKind::Cname => code::ZONE_CNAME,
        ZoneErrorKind::Foreign => code::ZONE_FOREIGN,
        ZoneErrorKind::TooMany => code::ZONE_TOO_MANY,
        ZoneErrorKind::NoChange => code::NO_CHANGE,
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    /// What is wrong with a zone of 17 hosts that have this many addresses together, and changes that each name so many hosts more.
    fn codes(addresses: usize, changes: usize, hosts: usize) -> Vec<&'static str> {
        let mx = |host: &str| format!("e.example. 1 MX 1 {host}.e.example.\n");
        let a = |host: &str, n: usize| format!("{host}.e.example. 1 A 10.0.{}.{}\n", n / 250, n % 250 + 1);
        let mut zone: String = (0..17).map(|host| mx(&format!("m{host}"))).collect();
        zone.extend((0..addresses).map(|n| a(&format!("m{}", n % 17), n)));
        let mut text = format!("[zone]\ntext = \"\"\"\n{zone}\"\"\"\n");
        for change in 0..changes {
            let name = |host: usize| format!("c{change}-{host}");
            let exchanges: String = (0..hosts).map(|host| mx(&name(host))).collect();
            let addresses: String = (0..hosts).map(|host| a(&name(host), host)).collect();
            let at = change + 1;
            text += &format!(
                "[[changes]]\nat = \"{at}d\"\nreplace = \"\"\"\n{exchanges}\"\"\"\nadd = \"\"\"\n{addresses}\"\"\"\n"
            );
        }
        match Scenario::from_toml(&text) {
            Ok(_) => Vec::new(),
            Err(error) => error.diagnostics.iter().map(|diagnostic| diagnostic.code).collect(),
        }
    }

    #[test]
    fn too_many_addresses_are_refused() {
        assert_eq!(codes(4_096, 0, 0), [""; 0]);
        assert_eq!(codes(4_097, 0, 0), ["E206"]);
    }

    #[test]
    fn changes_add_up() {
        assert_eq!(codes(17, 16, 250), [""; 0]);
        assert_eq!(codes(17, 17, 250), ["E206"]);
    }

    /// 230 hosts come one by one and go again: said in full each time, the set alone would be more records than a scenario may have.
    #[test]
    fn a_change_of_one_record_is_written_as_one() {
        let mx = |host: usize| format!("e.example. 300 MX 1 m{host}.e.example.\n");
        let host = |host: usize| format!("{}m{host}.e.example. 300 A 10.0.0.{}\n", mx(host), host + 1);
        let mut text = format!("[zone]\ntext = \"\"\"\n{}\"\"\"\n", host(0));
        for at in 1..230 {
            text += &format!("[[changes]]\nat = \"{at}h\"\nadd = \"\"\"\n{}\"\"\"\n", host(at));
            text += &format!("[[changes]]\nat = \"{}h\"\nremove = \"\"\"\n{}\"\"\"\n", 230 + at, mx(at));
        }
        let scenario = Scenario::from_toml(&text).expect("a scenario");
        let resolved = scenario.resolved();
        let again = Scenario::from_toml(&resolved).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again.resolved(), resolved);
        assert!(
            again
                .zones
                .iter()
                .map(|version| &version.zone.mx)
                .eq(scenario.zones.iter().map(|version| &version.zone.mx))
        );
    }
}
