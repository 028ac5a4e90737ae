//! `[[senders]]`: who sends, how much, and behaving like what.

use super::population;
use super::reading::{Reading, share, tables};
use super::resolvers::Resolvers;
use crate::catalog::{Catalog, SenderPreset};
use crate::parameters::order::read_sticky;
use crate::parameters::{MOST_CHOOSERS, PresetKind, SENDER, STUB};
use crate::results::Grade;
use crate::scenario::keys::DEFAULT_SITES;
use crate::scenario::model::{Mix, Sender, Stub};
use crate::sender::{
    AddressSort, Behaviour, Failover, Family, OrderPolicy, SenderParameters, Stickiness, Unknowns,
};
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::quantity::{SMALLEST, percent_in_full};
use crate::syntax::shape::{LONGEST_NAME, MOST_BESIDE, Shape, unknown_preset};
use crate::syntax::tree::{Table, Value, shortened};
use crate::traffic::{Profile, Sizes};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The preset of a sender that names none. *Assumption*.
const DEFAULT_PRESET: &str = "postfix";

/// The library of a sender that names none. *Assumption*: most mail servers run on Linux with glibc.
const DEFAULT_STUB: &str = "glibc";

/// Most senders of a scenario, each preset of a mix counted. *Assumption*: as many are still written, read back and held in memory.
const MOST_SENDERS: usize = 10_000;

/// Shares may miss 100 % by this much, for the sake of rounded decimals.
const SHARE_SLACK: f64 = 1e-9;

/// Reads all senders, and how far their mix is known.
pub(super) fn read(
    document: &Table,
    resolvers: &Resolvers,
    profile: &Profile,
    reading: &mut Reading,
) -> (Vec<Sender>, Option<Mix>) {
    let written = tables(document, "senders");
    let (made, mix) = match population::read(document, &written, reading) {
        Some(peopled) => (peopled.senders, Some(peopled.mix)),
        None => (Vec::new(), None),
    };
    let made: Vec<(&Value, &Table)> =
        made.iter().filter_map(|value| Some((value, value.as_table()?))).collect();
    let entries = if made.is_empty() { written } else { made };
    let senders = read_entries(&entries, resolvers, profile, reading);
    (senders, mix)
}

fn read_entries(
    entries: &[(&Value, &Table)],
    resolvers: &Resolvers,
    profile: &Profile,
    reading: &mut Reading,
) -> Vec<Sender> {
    let parts = |(_, table): &(&Value, &Table)| table.table("mix").map_or(1, |mix| mix.entries.len());
    let count: usize = entries.iter().map(parts).sum();
    if count > MOST_SENDERS {
        let place = entries.first().map_or(Place::File, |(value, _)| value.place.clone());
        let message = format!("{count} senders, of at most {MOST_SENDERS}; each preset of a mix is one");
        let error = reading.report.error(code::OUT_OF_RANGE, &place, message);
        error.help("put senders that behave alike into one, with `sites` and `sizes`");
        return Vec::new();
    }
    let shares = shares(entries, reading);
    let mut senders: Vec<Sender> = Vec::new();
    let mut names = BTreeSet::new();
    for ((value, table), share) in entries.iter().zip(shares) {
        let entry = Entry { table, place: &value.place, name: entry_name(table), share, profile, resolvers };
        for sender in entry.senders(reading) {
            if !names.insert(sender.name.clone()) {
                let place = table.get("name").map_or(&value.place, |name| &name.place);
                let message = format!("two senders are called {}", shortened(&sender.name));
                reading
                    .report
                    .error(code::DUPLICATE_NAME, place, message)
                    .help("give each a `name` of its own");
            }
            senders.push(sender);
        }
    }
    senders
}

fn entry_name(table: &Table) -> String {
    let fallback =
        if table.get("mix").is_some() { "mix" } else { table.text("preset").unwrap_or(DEFAULT_PRESET) };
    table.text("name").unwrap_or(fallback).to_owned()
}

/// The part of each entry, once `rest` is shared out.
fn shares(entries: &[(&Value, &Table)], reading: &mut Reading) -> Vec<f64> {
    let (unwanted, wanted): (Vec<_>, Vec<_>) = entries.iter().partition(|(_, table)| is_unwanted(table));
    unwanted.iter().for_each(|(value, table)| check_unwanted_share(value, table, reading));
    if let (Some((value, _)), true) = (unwanted.first(), wanted.is_empty()) {
        let message = "no sender is wanted, so there is no mail to answer for";
        reading
            .report
            .error(code::MISSING, &value.place, message)
            .help("add the senders whose mail you wait for");
    }
    let mut of_wanted = shares_of_wanted(&wanted, reading).into_iter();
    let of = |(_, table): &(&Value, &Table)| match is_unwanted(table) {
        true => table.get("share").and_then(share).unwrap_or(0.0),
        false => of_wanted.next().unwrap_or(0.0),
    };
    entries.iter().map(of).collect()
}

/// True for an entry whose mail nobody waits for.
fn is_unwanted(table: &Table) -> bool {
    table.get("wanted").and_then(Value::as_boolean) == Some(false)
}

/// What nobody waits for is no part of the mail, so it has to say how much it is beside it.
fn check_unwanted_share(value: &Value, table: &Table, reading: &mut Reading) {
    let share = table.get("share");
    if share.is_some_and(|share| share.as_text() != Some("rest")) {
        return;
    }
    let name = shortened(&entry_name(table));
    let message =
        format!("sender {name} is not wanted, so its share is no part of the 100 % and has to be said");
    let place = share.map_or(&value.place, |share| &share.place);
    reading
        .report
        .error(code::MISSING, place, message)
        .help("write how much it sends beside the wanted mail: share = \"80 %\" for 80 messages beside 100");
}

fn shares_of_wanted(entries: &[(&Value, &Table)], reading: &mut Reading) -> Vec<f64> {
    if entries.iter().all(|(_, table)| table.get("share").is_none()) {
        return vec![1.0 / entries.len() as f64; entries.len()];
    }
    let is_rest = |table: &Table| table.text("share") == Some("rest");
    let given: Vec<Option<f64>> = entries
        .iter()
        .map(|(_, table)| table.get("share").filter(|_| !is_rest(table)).and_then(share))
        .collect();
    let total: f64 = given.iter().flatten().sum();
    let resting = entries.iter().filter(|(_, table)| is_rest(table)).count();
    let mut unsaid = false;
    for (value, table) in entries.iter().filter(|(_, table)| table.get("share").is_none()) {
        unsaid = true;
        let message = format!("sender {} has no share, but others have", shortened(&entry_name(table)));
        reading.report.error(code::MISSING, &value.place, message).help("add `share = \"rest\"`");
    }
    // A sum over shares outside 0..1 would only repeat what is reported of them.
    entries.iter().zip(&given).for_each(|((_, table), given)| check_part(table, *given, reading));
    let all_read = entries
        .iter()
        .zip(&given)
        .all(|((_, table), given)| given.is_some_and(|share| share > 0.0 && share <= 1.0) || is_rest(table));
    if all_read && !unsaid {
        check_total(entries, total, resting, reading);
    }
    let rest = ((1.0 - total) / resting.max(1) as f64).max(0.0);
    given.into_iter().map(|share| share.unwrap_or(rest)).collect()
}

/// Mail that is waited for is a part of the whole. What is no share at all has been reported already.
fn check_part(table: &Table, given: Option<f64>, reading: &mut Reading) {
    let above = given.is_some_and(|share| share > 1.0 && share <= MOST_BESIDE);
    if let Some(value) = table.get("share").filter(|_| above) {
        Shape::Share.check(value, "senders.share", &mut reading.report);
    }
}

fn check_total(entries: &[(&Value, &Table)], total: f64, resting: usize, reading: &mut Reading) {
    let place_of = |rest: bool| {
        let last = entries
            .iter()
            .rev()
            .filter_map(|(_, table)| table.get("share"))
            .find(|value| (value.as_text() == Some("rest")) == rest);
        last.map_or(Place::File, |value| value.place.clone())
    };
    if total > 1.0 + SHARE_SLACK {
        let message = format!("sender shares add up to {}, above 100 %", percent_in_full(total));
        let help = format!(
            "take {} away, or write share = \"rest\" to let mxsim fill the last one in",
            percent_in_full(total - 1.0)
        );
        reading.report.error(code::SHARES, &place_of(false), message).label("with this one").help(help);
    } else if resting > 0 && total > 1.0 - SHARE_SLACK {
        let message = "sender shares add up to 100 % already; nothing is left for \"rest\"";
        reading
            .report
            .error(code::SHARES, &place_of(true), message)
            .help("remove this sender or lower another share");
    } else if resting == 0 && total < 1.0 - SHARE_SLACK {
        let message = format!("sender shares add up to only {}", percent_in_full(total));
        let help = "add a sender with share = \"rest\", or raise a share";
        reading.report.error(code::SHARES, &place_of(false), message).label("the last share").help(help);
    }
}

/// `50.000` is fifty where a dot begins the decimals, and fifty thousand where it groups digits.
pub(super) fn say_how_a_number_was_read(traffic: &Table, reading: &mut Reading) {
    let Some(Place::Span { start, end }) = traffic.get("messages_per_day").map(|value| &value.place) else {
        return;
    };
    let Some(written) = reading.report.text().get(*start..*end) else { return };
    let Some((whole, decimals)) = written.split_once('.') else { return };
    let is_group = decimals.len() == 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    if is_group && (1..=3).contains(&whole.len()) && whole != "0" {
        let text = format!(
            "messages_per_day = {written} is read as {whole}, with decimals; if it means {whole} thousand, write {whole}_{decimals}"
        );
        reading.finding("number-with-dot", text);
    }
}

/// The `profile` of a table.
pub(super) fn profile(table: &Table, reading: &mut Reading) -> Option<Profile> {
    let value = table.get("profile")?;
    if let Some(word) = value.as_text() {
        return Some(if word == "office" { Profile::OFFICE } else { Profile::Flat });
    }
    let weights: Vec<f64> = value.as_list()?.iter().filter_map(Value::as_number).collect();
    if weights.iter().all(|weight| *weight == 0.0) {
        reading
            .report
            .error(code::OUT_OF_RANGE, &value.place, "profile: all weights are zero")
            .help("give at least one hour a weight above zero");
        return None;
    }
    match <[f64; 24]>::try_from(weights.as_slice()) {
        Ok(day) => Some(Profile::Daily(day)),
        Err(_) => <[f64; 168]>::try_from(weights).ok().map(|week| Profile::Weekly(Box::new(week))),
    }
}

/// One `[[senders]]`.
struct Entry<'a> {
    table: &'a Table,
    place: &'a Place,
    name: String,
    share: f64,
    profile: &'a Profile,
    resolvers: &'a Resolvers,
}

impl Entry<'_> {
    /// The senders it stands for: one, or one per preset of its mix.
    fn senders(&self, reading: &mut Reading) -> Vec<Sender> {
        self.check_conflicts(reading);
        let sites =
            self.count("sites").unwrap_or(if self.table.get("mix").is_some() { DEFAULT_SITES } else { 1 });
        self.check_size(sites, reading);
        if let Some(mix) = self.table.table("mix") {
            return self.mixed(mix, sites, reading);
        }
        let preset = self.table.text("preset").unwrap_or_else(|| {
            self.caution_default_preset(reading);
            DEFAULT_PRESET
        });
        self.is_worth_a_share(self.share, preset, self.place, reading);
        self.sender(self.name.clone(), preset, self.share, sites, reading).into_iter().collect()
    }

    fn count(&self, key: &str) -> Option<usize> {
        self.table.get(key).and_then(Value::as_integer).and_then(|number| usize::try_from(number).ok())
    }

    fn caution_default_preset(&self, reading: &mut Reading) {
        let text = format!(
            "sender {} names no preset, so it is taken for {DEFAULT_PRESET}; add `preset`",
            self.name
        );
        reading.caution("default-preset", text);
        if let Some(like) = reading.catalog.clone().called(PresetKind::Sender, &self.name)
            && like != DEFAULT_PRESET
        {
            let text = format!(
                "sender {} names no preset and behaves like {DEFAULT_PRESET}; if it is meant by its name, write preset = \"{like}\"",
                shortened(&self.name)
            );
            reading.finding("sender-like-preset", text);
        }
    }

    fn check_conflicts(&self, reading: &mut Reading) {
        let order_keeps = self.table.table("order").is_some_and(|order| order.get("keep").is_some());
        let pairs = [
            ("preset", "mix", self.table.get("preset").is_some() && self.table.get("mix").is_some()),
            ("sticky", "order.keep", self.table.get("sticky").is_some() && order_keeps),
        ];
        for (first, second, both) in pairs {
            if both {
                let place = self.table.entry(first).map_or(self.place, |entry| &entry.key_place);
                let message =
                    format!("sender {}: `{first}` and `{second}` say the same thing", shortened(&self.name));
                reading
                    .report
                    .error(code::CONFLICT, place, message)
                    .help(format!("keep `{first}` or `{second}`"));
            }
        }
    }

    fn check_size(&self, sites: usize, reading: &mut Reading) {
        let hosts = self.count("hosts").unwrap_or(1);
        // A number that is too large by itself has been reported.
        let each_fits = sites as i128 <= MOST_CHOOSERS && hosts as i128 <= MOST_CHOOSERS;
        if each_fits && sites as i128 * hosts as i128 > MOST_CHOOSERS {
            let place = self
                .table
                .get("hosts")
                .or_else(|| self.table.get("sites"))
                .map_or(self.place, |value| &value.place);
            let message = format!(
                "sender {}: {sites} sites of {hosts} hosts are more than {MOST_CHOOSERS} outbound hosts",
                shortened(&self.name)
            );
            reading.report.error(code::OUT_OF_RANGE, place, message).help("lower `sites` or `hosts`");
        }
    }

    fn mixed(&self, mix: &Table, sites: usize, reading: &mut Reading) -> Vec<Sender> {
        let parts = self.parts(mix, reading);
        let total: f64 = parts.iter().map(|(_, weight, _)| weight).sum();
        let mut senders = Vec::new();
        for (preset, weight, place) in parts {
            let part = weight / total;
            let share = self.share * part;
            if !self.is_worth_a_share(share, preset, place, reading) {
                continue;
            }
            let own_sites = ((sites as f64 * part).round() as usize).max(1);
            let name = format!("{}/{preset}", self.name);
            self.check_length_of(&name, reading);
            senders.extend(self.sender(name, preset, share, own_sites, reading));
        }
        senders
    }

    /// True unless `share` is what nobody could write: what is left for a sender has to be a share like any other. A share of zero is left
    /// where shares add up to more than they may, which has been reported.
    fn is_worth_a_share(&self, share: f64, what: &str, place: &Place, reading: &mut Reading) -> bool {
        // What is no number has been reported, too.
        let is_worth = share <= 0.0 || share >= SMALLEST || share.is_nan();
        if !is_worth {
            let message = format!("sender {}: the share of {what} comes to nothing", shortened(&self.name));
            reading
                .report
                .error(code::OUT_OF_RANGE, place, message)
                .help("leave it out, or give it a larger weight or share");
        }
        is_worth
    }

    /// A part of a mix has a name as any sender.
    fn check_length_of(&self, name: &str, reading: &mut Reading) {
        if name.chars().count() > LONGEST_NAME && self.name.chars().count() <= LONGEST_NAME {
            let place = self.table.get("name").map_or(self.place, |name| &name.place);
            let message = format!(
                "sender {} is longer than {LONGEST_NAME} characters with its presets",
                shortened(&self.name)
            );
            reading.report.error(code::MALFORMED, place, message).help("give the mix a shorter name");
        }
    }

    /// The presets of a mix that have a weight above zero; those that have none must exist too.
    fn parts<'m>(&self, mix: &'m Table, reading: &mut Reading) -> Vec<(&'m str, f64, &'m Place)> {
        let weight = |value: &Value| value.as_number().filter(|weight| weight.is_finite() && *weight > 0.0);
        let mut parts = Vec::new();
        for entry in &mix.entries {
            if reading.catalog.sender(&entry.key).is_none() {
                let kind = PresetKind::Sender.name();
                unknown_preset(kind, &entry.key, &entry.key_place, &mut reading.report);
            } else if let Some(weight) = weight(&entry.value) {
                parts.push((entry.key.as_str(), weight, &entry.key_place));
            }
        }
        if mix.entries.iter().all(|entry| weight(&entry.value).is_none()) {
            let message =
                format!("sender {}: the mix has no preset with a weight above zero", shortened(&self.name));
            reading
                .report
                .error(code::OUT_OF_RANGE, self.place, message)
                .help("write mix = { postfix = 55, exim = 15 }");
        }
        parts
    }

    fn sender(
        &self,
        name: String,
        preset_id: &str,
        share: f64,
        sites: usize,
        reading: &mut Reading,
    ) -> Option<Sender> {
        let catalog = reading.catalog.clone();
        let preset = catalog.sender(preset_id)?;
        reading.uses(preset);
        let parameters = self.parameters(preset_id, &preset.parameters, reading);
        let resolver =
            self.resolvers.layers(self.table.get("resolver"), &name, self.table.text("pool"), reading);
        let has_route = self.table.get("ipv6").and_then(Value::as_boolean).unwrap_or(true);
        let grade = self.grade().unwrap_or(if parameters == complete(preset.parameters.clone()) {
            preset.grade()
        } else {
            Grade::Assumed
        });
        let hosts = self.count("hosts").unwrap_or_else(|| self.usual_hosts(preset));
        Some(Sender {
            name,
            share,
            wanted: !is_unwanted(self.table),
            preset: preset_id.into(),
            grade,
            unknowns: unknowns(&catalog, preset, grade, sites, hosts, &parameters),
            sites,
            sizes: self.sizes(),
            hosts,
            ipv6: has_route && parameters.order.family != Family::Ipv4Only,
            stub: self.stub(parameters.dns.address_sort, reading),
            addresses: self.addresses(reading),
            profile: profile(self.table, reading).unwrap_or_else(|| self.profile.clone()),
            given: None,
            resolver,
            behaviour: Behaviour::from_parameters(parameters),
        })
    }

    /// The outbound hosts of a sender that says nothing of them. An entry of many sites is about many organisations that send like the preset,
    /// each from a machine of its own, and not about the provider.
    fn usual_hosts(&self, preset: &SenderPreset) -> usize {
        let is_provider = self.table.get("mix").is_none() && self.table.get("sites").is_none();
        preset.outbound_hosts.as_ref().filter(|_| is_provider).map_or(1, |hosts| hosts.number)
    }

    /// The library that sorts addresses; it only counts for a sender that asks one.
    fn stub(&self, sort: AddressSort, reading: &mut Reading) -> Stub {
        let value = self.table.get("stub");
        let table = value.and_then(Value::as_table);
        let id = value.and_then(Value::as_text).or_else(|| table.and_then(|table| table.text("preset")));
        let id = id.unwrap_or(DEFAULT_STUB);
        let mut parameters = STUB.blank;
        if let Some(preset) = reading.catalog.clone().stub(id) {
            parameters = preset.parameters;
            if sort == AddressSort::Rfc6724 {
                reading.uses(preset);
            }
        }
        if let Some(table) = table {
            STUB.read(table, &mut parameters);
        }
        Stub { name: id.into(), parameters }
    }

    /// The addresses it sends from, one of a family at most.
    fn addresses(&self, reading: &mut Reading) -> Vec<IpAddr> {
        let Some(value) = self.table.get("addresses") else { return Vec::new() };
        let items = value.as_list().unwrap_or_default();
        let addresses: Vec<IpAddr> =
            items.iter().filter_map(|item| item.as_text().and_then(|text| text.parse().ok())).collect();
        if let [one, other] = addresses[..]
            && one.is_ipv4() == other.is_ipv4()
        {
            let message = format!("sender {}: two addresses of one family", shortened(&self.name));
            reading
                .report
                .error(code::CONFLICT, &value.place, message)
                .help("give the IPv4 and the IPv6 address it sends from");
        }
        addresses
    }

    /// What the scenario itself says of how well the behaviour is known.
    fn grade(&self) -> Option<Grade> {
        let word = self.table.text("grade")?;
        Grade::ALL.into_iter().find(|grade| grade.name() == word)
    }

    /// The preset's parameters with the entry's overrides laid over it.
    fn parameters(
        &self,
        preset_id: &str,
        preset: &SenderParameters,
        reading: &mut Reading,
    ) -> SenderParameters {
        let mut parameters = preset.clone();
        SENDER.read(self.table, &mut parameters);
        if let Some(keep) = self.table.get("sticky").and_then(read_sticky) {
            parameters.order.keep = keep;
        }
        if let Some((section, rule)) = SENDER.broken_rule(self.table, &parameters) {
            let place = self.table.get(section).map_or(self.place, |value| &value.place);
            reading.report.error(code::CONFLICT, place, rule).help("change one of the two");
        }
        self.check_keep(preset_id, &parameters.order, reading);
        complete(parameters)
    }

    /// A holding time is about a choice; who takes hosts as they are answered has none to keep.
    fn check_keep(&self, preset_id: &str, order: &OrderPolicy, reading: &mut Reading) {
        if matches!(order.keep, Stickiness::Attempt | Stickiness::Message) || order.draws() {
            return;
        }
        let keys = ["sticky", "order"];
        let place = keys.iter().find_map(|key| self.table.get(key)).map_or(self.place, |value| &value.place);
        let message = format!(
            "sender {}: {preset_id} with this order takes hosts as the DNS answers them and draws nothing that it could keep",
            shortened(&self.name)
        );
        let catalog = reading.catalog.clone();
        let drawing: Vec<&str> = catalog
            .senders()
            .filter(|preset| preset.parameters.order.draws())
            .map(|preset| preset.id.as_str())
            .collect();
        let help = format!("leave the holding time out, or take a preset that draws: {}", drawing.join(", "));
        reading.report.error(code::CONFLICT, place, message).help(help);
    }

    fn sizes(&self) -> Sizes {
        let value = self.table.get("sizes");
        if value.and_then(Value::as_text) == Some("equal") {
            return Sizes::Equal;
        }
        let exponent =
            value.and_then(Value::as_table).and_then(|table| table.get("zipf")).and_then(Value::as_number);
        Sizes::Zipf(exponent.unwrap_or(1.0))
    }
}

/// What is not known of a sender: nothing, unless nobody better than others says how it behaves. How many choose is a question about one
/// organisation; many of them choose each for itself.
fn unknowns(
    catalog: &Catalog,
    preset: &SenderPreset,
    grade: Grade,
    sites: usize,
    hosts: usize,
    parameters: &SenderParameters,
) -> Unknowns {
    if grade < Grade::Reported {
        return Unknowns::default();
    }
    let all = catalog.unknowns_of(preset).reaching(hosts, parameters);
    Unknowns {
        choosers: all.choosers.filter(|_| sites == 1),
        idle: all.idle.filter(|_| !knows_idle(preset, parameters)),
        skips_addresses: all.skips_addresses.filter(|_| !knows_mx_to_address(preset, parameters)),
        ..all
    }
}

/// True if somebody has read what a sender does with an address in an MX record, or the scenario says so.
fn knows_mx_to_address(preset: &SenderPreset, parameters: &SenderParameters) -> bool {
    let is_its_own = preset.parameters.policy.mx_to_address == parameters.policy.mx_to_address;
    let is_read =
        preset.evidence.get("policy.mx_to_address").is_some_and(|evidence| evidence.grade < Grade::Assumed);
    is_read || !is_its_own
}

/// True if a sender keeps no connection for a message to come, or somebody has read for how long.
fn knows_idle(preset: &SenderPreset, parameters: &SenderParameters) -> bool {
    let Some(kept) = parameters.reuse.waits_for_messages() else { return true };
    let is_its_own = preset.parameters.reuse.waits_for_messages().is_some_and(|own| own.idle == kept.idle);
    let is_read = preset.evidence.get("reuse.idle").is_some_and(|evidence| evidence.grade < Grade::Reported);
    is_its_own && is_read
}

/// A sender that comes back to the same host later must know it again: its choice has to outlive the attempt, so it is kept per message.
fn complete(mut parameters: SenderParameters) -> SenderParameters {
    if parameters.failover == Failover::SameHostLater && parameters.order.keep == Stickiness::Attempt {
        parameters.order.keep = Stickiness::Message;
    }
    parameters
}
