//! What the documents of several commands have in common: how their numbers and tables are written.

use crate::csv_table::cell;
use crate::outgoing::{in_csv, in_markdown, visible};
use crate::page::Page;
use crate::page::columns::{self, Column};
use crate::words;
use mxsim_core::numerals::{Ranged, count, counted, duration, percent_digits, significant};
use mxsim_core::results::{Difference, GoalStatus, Interval, Made, Said, Unit};

/// A number with its range, in its unit.
pub(crate) fn value(interval: &Interval, unit: Unit) -> String {
    let low = interval.low.map(|low| low.max(0.0));
    let ranged = Ranged::new(interval.value, [low, interval.high]);
    match unit {
        Unit::Share => ranged.percent(),
        Unit::Seconds => ranged.duration(),
        Unit::PerMinute => format!("{}/min", significant(interval.value)),
        _ => ranged.plain(),
    }
}

/// A number and the half-width of its interval: `20.7 +-1.7 %`. For columns, where a range takes too much room.
pub(crate) fn plus_minus(interval: &Interval, unit: Unit) -> String {
    let write = |value: f64| match unit {
        Unit::Share => percent_digits(value),
        Unit::Seconds => duration(value.abs()),
        _ => significant(value.abs()),
    };
    let Interval { value, low, high } = *interval;
    let sign = if value < 0.0 && unit != Unit::Share { "-" } else { "" };
    let number = format!("{sign}{}", write(value));
    let half = match (low, high) {
        (Some(low), Some(high)) => (high - value).max(value - low),
        _ => return format!("{number} (?)"),
    };
    let end = if unit == Unit::Share { " %" } else { "" };
    // A half-width that is nothing beside the digits shown says nothing.
    let is_none = half <= value.abs() * 0.0005 || (unit == Unit::Share && half < 0.0005);
    if is_none { format!("{number}{end}") } else { format!("{number} +-{}{end}", write(half)) }
}

/// A difference with its sign and its range.
pub(crate) fn difference(difference: &Difference, unit: Unit) -> String {
    let Interval { value, low, high } = difference.value;
    let ranged = Ranged::new(value, [low, high]);
    match unit {
        Unit::Share => format!("{} points", ranged.signed_points_bare()),
        Unit::Seconds => signed(value, low, high, duration),
        _ => signed(value, low, high, significant),
    }
}

fn signed(value: f64, low: Option<f64>, high: Option<f64>, text: fn(f64) -> String) -> String {
    let one = |value: f64| format!("{}{}", if value < 0.0 { "-" } else { "+" }, text(value.abs()));
    match low.zip(high) {
        Some((low, high)) if one(low) != one(high) => {
            format!("{} ({} to {})", one(value), one(low), one(high))
        }
        Some(_) => one(value),
        None => format!("{} (?)", one(value)),
    }
}

/// How many times wider the range of a difference would be with independent random numbers.
pub(crate) fn narrower(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".into(), |ratio| format!("{ratio:.1} x"))
}

/// Whether a goal is met.
pub(crate) const fn status(status: GoalStatus) -> &'static str {
    match status {
        GoalStatus::Met => "met",
        GoalStatus::Missed => "missed",
        GoalStatus::Unknown => "open",
    }
}

/// The answer as the first lines of a page: word and sentence, why, what would change it.
pub(crate) fn head(page: &mut Page, title: &str, word: &str, said: &Said) {
    page.paragraph(title);
    page.blank();
    let tone = words::answer(said.answer).0;
    page.signed(tone, &format!("{word}  {}", said.sentence));
    for (label, text) in [("why", &said.why), ("changes it", &said.flips)] {
        if !text.is_empty() {
            page.item(label, text);
        }
    }
}

/// The last lines of a page: what to do, what was taken for granted, how sure it is.
pub(crate) fn foot(page: &mut Page, said: &Said, made: &Made) {
    if !said.advice.is_empty() {
        page.item("do", &said.advice);
    }
    if !said.assumed.is_empty() {
        page.item("assumed", &format!("{}.", said.assumed.join("; ")));
    }
    page.item("sure", &sure(made));
}

/// How sure a comparison is.
pub(crate) fn sure(made: &Made) -> String {
    let days = replications(made);
    format!("{days} of each, with the same random numbers; ranges hold together on 95 % of such pages.")
}

/// "40 days", or "40 runs of 3 days".
pub(crate) fn replications(made: &Made) -> String {
    if (made.run_length_s - 86_400.0).abs() < 1.0 {
        return counted(made.replications, "day", "days");
    }
    let runs = counted(made.replications, "run", "runs");
    format!("{runs} of {}", duration(made.run_length_s))
}

/// The answer in one line.
pub(crate) fn line(word: &str, said: &Said) -> String {
    format!("{}: {}\n", visible(word), visible(&said.sentence))
}

/// Names as long as this are shown whole, whatever becomes of optional columns.
const NARROWEST_NAME: usize = 12;

/// A table: a name for each row, and columns with a head.
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) head: &'static str,
    pub(crate) names: Vec<String>,
    pub(crate) columns: Vec<(String, Vec<String>)>,
}

impl Table {
    pub(crate) fn new(title: &str, head: &'static str, names: Vec<String>) -> Self {
        Self { title: title.into(), head, names, columns: Vec::new() }
    }

    pub(crate) fn column(mut self, head: &str, cells: Vec<String>) -> Self {
        self.columns.push((head.into(), cells));
        self
    }

    /// On a page; columns from the fourth on are left out where it is too narrow for the names.
    pub(crate) fn write(&self, page: &mut Page) {
        if !self.title.is_empty() {
            page.note(&self.title);
        }
        let names: Vec<String> = self.names.iter().map(|name| page.clean(name)).collect();
        let column = |(place, (head, cells)): (usize, &(String, Vec<String>))| {
            let column = Column::new(head.clone(), cells.clone());
            if place < 3 { column } else { column.optional() }
        };
        let columns = self.columns.iter().enumerate().map(column).collect();
        columns::write_named(page, self.head, &names, columns, NARROWEST_NAME);
    }

    /// In Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut out = String::new();
        if !self.title.is_empty() {
            out.push_str(&format!("\n## {}\n\n", in_markdown(&self.title)));
        }
        let heads: Vec<&str> =
            std::iter::once(self.head).chain(self.columns.iter().map(|(head, _)| head.as_str())).collect();
        out.push_str(&format!("| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len())));
        for (row, name) in self.names.iter().enumerate() {
            let cells = std::iter::once(name).chain(self.columns.iter().map(|(_, cells)| &cells[row]));
            let cells: Vec<String> = cells.map(|cell| in_markdown(cell)).collect();
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        out
    }
}

/// A document as Markdown: its answer, and its tables.
pub(crate) fn markdown(title: &str, word: &str, (said, made): (&Said, &Made), tables: &[Table]) -> String {
    let mut out =
        format!("# {}\n\n**{}** {}\n", in_markdown(title), in_markdown(word), in_markdown(&said.sentence));
    for (label, text) in
        [("Why", &said.why), ("What would change it", &said.flips), ("What to do", &said.advice)]
    {
        if !text.is_empty() {
            out.push_str(&format!("\n- **{label}:** {}", in_markdown(text)));
        }
    }
    if !said.assumed.is_empty() {
        out.push_str(&format!("\n- **Assumed:** {}.", in_markdown(&said.assumed.join("; "))));
    }
    out.push_str(&format!("\n- **How sure:** {}\n", in_markdown(&sure(made))));
    for table in tables {
        out.push_str(&table.markdown());
    }
    let seed = count(made.seed);
    out.push_str(&format!("\nmxsim {}, model epoch {}, seed {seed}\n", made.version, made.model_epoch));
    out
}

/// Rows of cells as CSV; a text that a spreadsheet would take for a formula begins with an apostrophe.
pub(crate) fn csv(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Rows of equal length written to memory: there is nothing that can fail.
    writer.write_record(header).expect("a row in memory can be written");
    for row in rows {
        let cells = row.iter().map(|cell| in_csv(cell));
        writer.write_record(cells).expect("a row in memory can be written");
    }
    let bytes = writer.into_inner().expect("a table in memory can be flushed");
    String::from_utf8(bytes).expect("every cell is a string")
}

/// A row of CSV: three texts, a value with its bounds, and one number more.
pub(crate) fn row(texts: [&str; 3], value: Interval, last: Option<f64>) -> Vec<String> {
    texts.map(str::to_owned).into_iter().chain(numbers(Some(value))).chain([cell(last)]).collect()
}

/// A value and the bounds of its interval as CSV cells, not rounded; empty where there is none.
pub(crate) fn numbers(interval: Option<Interval>) -> [String; 3] {
    let part = |pick: fn(Interval) -> Option<f64>| cell(interval.and_then(pick));
    [part(|own| Some(own.value)), part(|own| own.low), part(|own| own.high)]
}
