//! What a value may look like. One description serves the reader, the JSON Schema and the reference, so they cannot drift apart.

mod key;
mod scalar;

pub(crate) use key::{Key, Need, joined, later, names, optional, required};

use crate::outgoing::{LONGEST_QUOTE, spelled};
use crate::syntax::diagnostic::{Place, Report, code};
use crate::syntax::hints::hint;
use crate::syntax::quantity;
use crate::syntax::suggest::nearest;
use crate::syntax::tree::{Entry, Kind, Table, Value};
use crate::time::Span;
pub(crate) use scalar::MOST_BESIDE;
use scalar::{
    check_address, check_duration, check_integer, check_name, check_number, check_share, check_title,
    is_nothing, number_rule, problem,
};

/// What a value may look like.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// Any string.
    Text,
    /// A string that is a line of a report: at most 255 characters.
    Title,
    /// A string fit to be a name: 1 to 100 characters, no control characters.
    Name,
    /// The same as long as a DNS name may be, or a node named after one.
    HostName,
    /// The name of a node that may be new: letters, digits, `.`, `_`, `-`, `:` and `/`.
    NodeName,
    /// An IP address.
    Address,
    /// True or false.
    Boolean,
    /// Nothing but `true`: a key that has to be there or not.
    True,
    /// A whole number.
    Integer {
        /// Least value allowed.
        least: i128,
        /// Largest value allowed.
        most: i128,
    },
    /// A number.
    Number {
        /// Least value allowed.
        least: f64,
        /// Largest value allowed.
        most: f64,
        /// True if `least` itself is not allowed.
        above: bool,
    },
    /// A duration of at least this.
    Duration(Span),
    /// A time since the start of measuring.
    Moment,
    /// A part of a whole, above zero.
    Share,
    /// A part of a whole, or nothing of it.
    ShareOrNone,
    /// A part of a whole, or of something beside it, which may be larger.
    ShareBeside,
    /// A word, or a word that a later version will know.
    Word {
        /// Words known today.
        now: fn() -> Vec<&'static str>,
        /// Words of later versions.
        later: &'static [&'static str],
    },
    /// The id of a preset of this kind, such as `sender`.
    Preset(&'static str),
    /// The id of a population.
    Population,
    /// A list.
    List {
        /// What its items look like.
        of: &'static Self,
        /// Fewest items.
        least: usize,
        /// The only lengths allowed; empty for any.
        only: &'static [usize],
    },
    /// A table with these keys.
    Table(&'static [Key]),
    /// A table with exactly one of these keys.
    Choice(&'static [Key]),
    /// A table whose keys are names.
    Map(&'static Self),
    /// The same, with an entry [`EVERY`] that holds for all names which do not say otherwise.
    MapWithEvery {
        /// What an entry looks like.
        of: &'static Self,
        /// What the entry for all looks like.
        every: &'static Self,
    },
    /// Any of these.
    AnyOf(&'static [Self]),
}

/// A word without later ones.
pub(crate) const fn word(now: fn() -> Vec<&'static str>) -> Shape {
    Shape::Word { now, later: &[] }
}

/// A duration, zero included.
pub(crate) const DURATION: Shape = Shape::Duration(Span::ZERO);
/// A duration above zero.
pub(crate) const SOME_TIME: Shape = Shape::Duration(Span(1));

/// True if `name` may name a node or a resolver.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._/:-".contains(&byte);
    (1..=LONGEST_HOST_NAME).contains(&name.len()) && name.bytes().all(fits)
}

/// Longest name that people give (characters).
pub(crate) const LONGEST_NAME: usize = 100;
/// Longest name of a node: a DNS name (RFC 1035 section 2.3.4, 253 characters), a slash and a number.
pub(crate) const LONGEST_HOST_NAME: usize = 260;

/// The name of an entry that holds for all; no node or resolver can be called so.
pub(crate) const EVERY: &str = "*";

/// What a plain name is made of.
const PLAIN_NAME_HELP: &str = "use letters, digits, `.`, `_`, `-`, `:` and `/`";

/// Regular expression of [`is_plain_name`].
pub(crate) const PLAIN_NAME_PATTERN: &str = "^[A-Za-z0-9._/:-]{1,260}$";
/// The same, or [`EVERY`].
pub(crate) const NAME_OR_EVERY_PATTERN: &str = r"^([A-Za-z0-9._/:-]{1,260}|\*)$";

impl Shape {
    /// Reports all that is wrong with `value`, which stands at the key `path`.
    pub(crate) fn check(&self, value: &Value, path: &str, report: &mut Report) {
        match (self, &value.kind) {
            (Self::AnyOf(shapes), _) => check_any_of(self, shapes, value, path, report),
            _ if !self.takes(value) => self.wrong_type(value, path, report),
            (Self::Table(keys), Kind::Table(table)) => check_table(keys, table, &value.place, path, report),
            (Self::Choice(keys), Kind::Table(table)) => check_choice(keys, table, &value.place, path, report),
            (Self::Map(of), Kind::Table(table)) => check_map(of, None, table, path, report),
            (Self::MapWithEvery { of, every }, Kind::Table(table)) => {
                check_map(of, Some(every), table, path, report);
            }
            (Self::List { of, least, only }, Kind::List(items)) => {
                check_length(items.len(), *least, only, &value.place, path, report);
                items.iter().for_each(|item| of.check(item, path, report));
            }
            (Self::Word { now, later }, Kind::Text(text)) => {
                check_word(text, &now(), later, &value.place, path, report);
            }
            (Self::Preset(kind), Kind::Text(text)) => check_preset(kind, text, &value.place, report),
            (Self::Population, Kind::Text(text)) => check_population(text, path, &value.place, report),
            _ => self.check_scalar(value, path, report),
        }
    }

    fn check_scalar(&self, value: &Value, path: &str, report: &mut Report) {
        let problem = match self {
            Self::Duration(least) => check_duration(value, *least),
            Self::Moment => quantity::moment(&value.written()).err(),
            Self::Share => check_share(value, 1.0),
            Self::ShareBeside => check_share(value, MOST_BESIDE),
            Self::ShareOrNone if is_nothing(value) => None,
            Self::ShareOrNone => check_share(value, 1.0),
            Self::Title => check_title(value),
            Self::Name => check_name(value, LONGEST_NAME),
            Self::HostName => check_name(value, LONGEST_HOST_NAME),
            Self::NodeName => check_node_name(value),
            Self::Address => check_address(value),
            Self::Integer { least, most } => check_integer(value, *least, *most),
            Self::Number { least, most, above } => check_number(value, *least, *most, *above),
            _ => None,
        };
        if let Some(problem) = problem {
            let code = if problem.out_of_range { code::OUT_OF_RANGE } else { code::MALFORMED };
            let message = format!("{path}: expected {}, found {}", problem.rule, value.quoted());
            report.error(code, &value.place, message).help(problem.help);
        }
    }

    /// True if nothing is wrong with `value`.
    fn accepts(&self, value: &Value, report: &Report) -> bool {
        let mut scratch = report.scratch();
        self.check(value, "", &mut scratch);
        scratch.is_clean()
    }

    /// True if `value` has a type this shape can have at all.
    fn takes(&self, value: &Value) -> bool {
        match (self, &value.kind) {
            (Self::AnyOf(shapes), _) => shapes.iter().any(|shape| shape.takes(value)),
            (Self::True, Kind::Boolean(true))
            | (Self::Boolean, Kind::Boolean(_))
            | (Self::List { .. }, Kind::List(_))
            | (Self::Table(_) | Self::Choice(_) | Self::Map(_) | Self::MapWithEvery { .. }, Kind::Table(_))
            | (
                Self::Number { .. } | Self::Share | Self::ShareOrNone | Self::ShareBeside,
                Kind::Integer(_) | Kind::Float(_),
            )
            | (Self::Moment, Kind::Datetime(_)) => true,
            (Self::Integer { .. }, Kind::Integer(_) | Kind::Float(_)) => value.as_integer().is_some(),
            (
                Self::Text
                | Self::Title
                | Self::Name
                | Self::HostName
                | Self::NodeName
                | Self::Address
                | Self::Duration(_)
                | Self::Moment
                | Self::Share
                | Self::ShareOrNone
                | Self::ShareBeside
                | Self::Word { .. }
                | Self::Preset(_)
                | Self::Population,
                Kind::Text(_),
            ) => true,
            _ => false,
        }
    }

    fn wrong_type(&self, value: &Value, path: &str, report: &mut Report) {
        let message = format!("{path}: expected {}, found {}", self.describe(), value.quoted());
        let help = match (self, value.as_number()) {
            (Self::Duration(_) | Self::Moment, Some(number)) => {
                format!("add a unit and quotes: \"{number}s\", \"{number}m\", \"{number}h\" or \"{number}d\"")
            }
            (Self::List { of: Self::Table(_), .. }, _) => {
                format!("write `[[{path}]]`, in double brackets, before each entry")
            }
            (Self::Table(_) | Self::Map(_) | Self::MapWithEvery { .. }, _) if !path.contains('.') => {
                format!("write a section `[{path}]`")
            }
            _ => format!("write {}", self.describe()),
        };
        report.error(code::WRONG_TYPE, &value.place, message).help(help);
    }

    /// The words a value may be.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        match self {
            Self::Word { now, .. } => now(),
            Self::AnyOf(shapes) => shapes.iter().flat_map(Self::words).collect(),
            _ => Vec::new(),
        }
    }

    /// The rule in words: "a duration such as "5m"".
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Text | Self::Title => "a string".into(),
            Self::Name | Self::HostName | Self::NodeName => "a name".into(),
            Self::Address => "an IP address".into(),
            Self::Boolean => "true or false".into(),
            Self::True => "`true`".into(),
            Self::Integer { least, most } => format!("a whole number from {least} to {most}"),
            Self::Number { least, most, above } => number_rule(*least, *most, *above),
            Self::Duration(_) => "a duration such as \"5m\"".into(),
            Self::Moment => "a time such as \"10:00\", \"2d 10:00\" or \"36h\"".into(),
            Self::Share | Self::ShareBeside => "a share such as \"38 %\" or 0.38".into(),
            Self::ShareOrNone => "a share such as \"1 %\" or 0.01, or 0".into(),
            Self::Word { now, .. } => listed(&now()),
            Self::Preset(kind) => format!("the id of {} {kind} preset", article(kind)),
            Self::Population => "the id of a population".into(),
            Self::List { of: Self::Table(_), .. } => "a list of tables".into(),
            Self::List { of, only: [], .. } => format!("a list of: {}", of.describe()),
            Self::List { of, only, .. } => {
                let lengths: Vec<String> = only.iter().map(ToString::to_string).collect();
                format!("a list of {} items, each {}", lengths.join(" or "), of.describe())
            }
            Self::Table(keys) => format!("a table {{ {} }}", names(keys).join(", ")),
            Self::Choice(keys) => format!("a table with one of: {}", names(keys).join(", ")),
            Self::Map(of) | Self::MapWithEvery { of, .. } => format!("a table NAME = {}", of.describe()),
            Self::AnyOf(shapes) => shapes.iter().map(Self::describe).collect::<Vec<_>>().join(", or "),
        }
    }
}

impl Value {
    /// The text of a string or of a TOML time.
    pub(crate) fn written(&self) -> String {
        match &self.kind {
            Kind::Text(text) | Kind::Datetime(text) => text.clone(),
            _ => String::new(),
        }
    }
}

/// `"a", "b" or "c"`.
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        None => "nothing".into(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

fn check_any_of(whole: &Shape, shapes: &[Shape], value: &Value, path: &str, report: &mut Report) {
    let fitting: Vec<&Shape> = shapes.iter().filter(|shape| shape.takes(value)).collect();
    match fitting[..] {
        [] => whole.wrong_type(value, path, report),
        [only] => only.check(value, path, report),
        _ if fitting.iter().any(|shape| shape.accepts(value, report)) => {}
        _ => {
            let rules: Vec<String> = fitting.iter().map(|shape| shape.describe()).collect();
            let message = format!("{path}: expected {}, found {}", rules.join(", or "), value.quoted());
            let known: Vec<&str> = fitting.iter().flat_map(|shape| shape.words()).collect();
            let help = match nearest(&value.written(), known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => helpful(&fitting, value, report),
            };
            report.error(code::MALFORMED, &value.place, message).help(help);
        }
    }
}

/// The help of the first alternative that says more than its rule.
fn helpful(shapes: &[&Shape], value: &Value, report: &Report) -> String {
    let mut scratch = report.scratch();
    shapes
        .iter()
        .filter(|shape| shape.words().is_empty())
        .for_each(|shape| shape.check(value, "", &mut scratch));
    let help = scratch.diagnostics().iter().find_map(|diagnostic| diagnostic.help.clone());
    help.unwrap_or_else(|| {
        format!("write {}", shapes.iter().map(|shape| shape.describe()).collect::<Vec<_>>().join(", or "))
    })
}

/// Checks the keys of a table and their values.
pub(crate) fn check_table(keys: &[Key], table: &Table, place: &Place, path: &str, report: &mut Report) {
    for entry in &table.entries {
        if let Some(key) = known_key(keys, entry, path, report) {
            key.shape.check(&entry.value, &below(path, key.name), report);
        }
    }
    for key in keys.iter().filter(|key| key.need == Need::Required && table.get(key.name).is_none()) {
        let help = match key.shape {
            Shape::Table(_) if path.is_empty() => {
                format!("add a section [{}]; docs/scenario.md lists its keys", key.name)
            }
            _ => format!("add `{}`: {}", key.name, key.shape.describe()),
        };
        report.error(code::MISSING, place, format!("{} is missing", below(path, key.name))).help(help);
    }
}

/// The key of `entry`; an unknown or later one is reported.
fn known_key<'a>(keys: &'a [Key], entry: &Entry, path: &str, report: &mut Report) -> Option<&'a Key> {
    match keys.iter().find(|key| key.name == entry.key) {
        Some(key) if key.need == Need::Later => {
            let message = format!("{} is not available yet: {}", below(path, key.name), key.doc);
            report
                .error(code::NOT_YET, &entry.key_place, message)
                .label("not yet")
                .help("leave it out for now");
            None
        }
        None => {
            let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
            let message = format!(
                "unknown key `{}`{place}",
                spelled(&crate::outgoing::shortened(&entry.key, LONGEST_QUOTE))
            );
            let known = names(keys);
            let help = match (hint(&entry.key), nearest(&entry.key, known.iter().copied())) {
                (Some(hint), _) => hint.to_owned(),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => format!("known keys are {}", known.join(", ")),
            };
            report.error(code::UNKNOWN_KEY, &entry.key_place, message).label("unknown key").help(help);
            None
        }
        found => found,
    }
}

fn check_node_name(value: &Value) -> Option<quantity::Malformed> {
    let fits = is_plain_name(&value.written());
    (!fits).then(|| problem(false, "a name that a node may have".into(), PLAIN_NAME_HELP))
}

fn check_choice(keys: &[Key], table: &Table, place: &Place, path: &str, report: &mut Report) {
    check_table(keys, table, place, path, report);
    let chosen = table.entries.iter().filter(|entry| names(keys).contains(&entry.key.as_str())).count();
    if chosen > 1 || table.entries.is_empty() {
        report
            .error(
                code::CONFLICT,
                place,
                format!("{path}: expected exactly one key, found {}", table.entries.len()),
            )
            .help(format!("keep one of {}", names(keys).join(", ")));
    }
}

fn check_map(of: &Shape, every: Option<&Shape>, table: &Table, path: &str, report: &mut Report) {
    for entry in &table.entries {
        if let Some(every) = every.filter(|_| entry.key == EVERY) {
            every.check(&entry.value, &below(path, &format!("{EVERY:?}")), report);
            continue;
        }
        if !is_plain_name(&entry.key) {
            let message = format!("{path}: {} is no usable name", crate::syntax::tree::shortened(&entry.key));
            report.error(code::MALFORMED, &entry.key_place, message).help(PLAIN_NAME_HELP);
        }
        of.check(&entry.value, &below(path, &entry.key), report);
    }
}

/// The path of `key` below `path`, cut where it is longer than any name: every message about what is below it says it again.
fn below(path: &str, key: &str) -> String {
    let key = key.char_indices().nth(LONGEST_HOST_NAME).map_or(key, |(end, _)| &key[..end]);
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}

fn check_length(length: usize, least: usize, only: &[usize], place: &Place, path: &str, report: &mut Report) {
    if !only.is_empty() && !only.contains(&length) {
        let lengths: Vec<String> = only.iter().map(ToString::to_string).collect();
        let lengths = lengths.join(" or ");
        report
            .error(code::OUT_OF_RANGE, place, format!("{path}: expected {lengths} items, found {length}"))
            .help(format!("write {lengths} items"));
    } else if length < least {
        report
            .error(
                code::OUT_OF_RANGE,
                place,
                format!("{path}: expected at least {least} item, found {length}"),
            )
            .help("add an item or leave the key out");
    }
}

fn check_word(text: &str, now: &[&str], later: &[&str], place: &Place, path: &str, report: &mut Report) {
    if now.contains(&text) {
        return;
    }
    if later.contains(&text) {
        let message = format!("{path}: {text:?} is not available yet");
        report.error(code::NOT_YET, place, message).label("not yet").help(format!("today: {}", listed(now)));
        return;
    }
    let message = format!("{path}: expected {}, found {}", listed(now), crate::syntax::tree::shortened(text));
    let near = || nearest(text, now.iter().copied()).map(|near| format!("did you mean \"{near}\"?"));
    let help =
        hint(text).map(str::to_owned).or_else(near).unwrap_or_else(|| format!("write {}", listed(now)));
    report.error(code::UNKNOWN_WORD, place, message).help(help);
}

fn check_preset(kind: &str, id: &str, place: &Place, report: &mut Report) {
    if !report.ids().has_preset(kind, id) {
        unknown_preset(kind, id, place, report);
    }
}

fn check_population(id: &str, path: &str, place: &Place, report: &mut Report) {
    let known = report.ids().population_ids();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    check_word(id, &known, &[], place, path, report);
}

/// The indefinite article of a word.
fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Reports an unknown preset, with the nearest one.
pub(crate) fn unknown_preset(kind: &str, id: &str, place: &Place, report: &mut Report) {
    let message = format!("there is no {kind} preset {}", crate::syntax::tree::shortened(id));
    let known = if report.is_long() { Vec::new() } else { report.ids().preset_ids(kind) };
    let help = match nearest(id, known.iter().map(String::as_str)) {
        _ if report.is_long() => "`mxsim presets` lists them all".to_owned(),
        Some(near) => format!("did you mean \"{near}\"? All: {}", known.join(", ")),
        None => format!("{kind} presets are {}", known.join(", ")),
    };
    report.error(code::UNKNOWN_PRESET, place, message).label("unknown preset").help(help);
}
