//! `mxsim sweep`: what a key does, point by point.

use super::parts::{self, Table};
use super::{Asked, Drawing, StudyReport};
use crate::figure;
use crate::page::{Page, TextStyle};
use crate::shell::word as shell_word;
use crate::words;
use mxsim_core::numerals::{Ranged, count};
use mxsim_core::results::{Answer, GoalStatus, Made, Measured, Said, Unit};
use mxsim_core::study::sweep::{Point, Quantity, Sweep};

/// Rows of the table on the first page.
const ROWS: usize = 8;
/// Quantities beside the verdict on the first page, as far as they fit.
const COLUMNS: usize = 4;

impl StudyReport for Sweep {
    fn said(&self) -> &Said {
        &self.said
    }

    fn made(&self) -> &Made {
        &self.made
    }

    fn word(&self) -> String {
        word(self).to_owned()
    }

    fn screen(&self, asked: &Asked<'_>, style: &TextStyle) -> String {
        let mut page = Page::new(style);
        parts::head(&mut page, &title(self), &self.word(), &self.said);
        page.blank();
        let shown = shown(self.points.len(), if asked.full { usize::MAX } else { ROWS });
        overview(self, &shown).write(&mut page);
        notes(self, &shown, &mut page);
        page.blank();
        parts::foot(&mut page, &self.said, &self.made);
        if asked.full {
            for table in tables(self) {
                page.blank();
                table.write(&mut page);
            }
        }
        page.with_next(&next(self, asked))
    }

    fn markdown(&self) -> String {
        let all = shown(self.points.len(), usize::MAX);
        let tables: Vec<Table> = std::iter::once(overview(self, &all)).chain(tables(self)).collect();
        parts::markdown(&title(self), &self.word(), (&self.said, &self.made), &tables)
    }

    fn csv(&self) -> String {
        let mut header: Vec<String> = self.keys.iter().map(|key| key.key.clone()).collect();
        header.extend(["as_written", "status", "met_so_far"].map(str::to_owned));
        for quantity in &self.quantities {
            header.extend(["", "_low", "_high"].map(|end| format!("{}{end}", quantity.name)));
            header.extend(["", "_low", "_high"].map(|end| format!("{}_less_first{end}", quantity.name)));
        }
        header.extend(["", "_low", "_high"].map(|end| format!("busiest_share_p95{end}")));
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        parts::csv(&header, self.points.iter().map(|point| row(self, point)))
    }

    fn figures(&self) -> Vec<Drawing> {
        let matters = self.quantities.iter().enumerate().filter(|(_, quantity)| quantity.matters);
        let drawing = |(place, quantity): (usize, &Quantity)| {
            let title = format!("{} by {}", quantity.text, names(self));
            let name = format!("sweep-{}", quantity.name.replace('_', "-"));
            Drawing::new(&title, &name, figure::sweep(self, place))
        };
        matters.map(drawing).collect()
    }
}

/// A point as a row of cells, as wide as the header.
fn row(sweep: &Sweep, point: &Point) -> Vec<String> {
    let mut cells = point.values.clone();
    cells.push(u8::from(point.is_as_written).to_string());
    cells.push(parts::status(point.status).to_owned());
    cells.push(u8::from(point.met_so_far).to_string());
    for place in 0..sweep.quantities.len() {
        let value = point.measured.get(place).and_then(Option::as_ref).map(|measured| measured.value);
        let less = point.differences.get(place).copied().flatten().map(|difference| difference.value);
        cells.extend([value, less].into_iter().flat_map(parts::numbers));
    }
    cells.extend(parts::numbers(point.busiest_share_p95));
    cells
}

fn names(sweep: &Sweep) -> String {
    sweep.keys.iter().map(|key| key.key.as_str()).collect::<Vec<_>>().join(" and ")
}

fn title(sweep: &Sweep) -> String {
    format!("{} Swept: {}", sweep.title, names(sweep))
}

const fn word(sweep: &Sweep) -> &'static str {
    words::answer(sweep.said.answer).1
}

/// Whether goals are met; `so far` where the days are not enough to be sure.
const fn verdict(point: &Point) -> &'static str {
    match (point.status, point.met_so_far) {
        (GoalStatus::Unknown, true) => "met so far",
        (GoalStatus::Unknown, false) => "missed so far",
        (own, _) => parts::status(own),
    }
}

/// The places of at most `most` points, evenly spread, with the first and the last.
fn shown(points: usize, most: usize) -> Vec<usize> {
    if points <= most {
        return (0..points).collect();
    }
    (0..most).map(|row| row * (points - 1) / (most - 1)).collect()
}

/// What stands over a column.
fn head(quantity: &Quantity) -> &str {
    match quantity.name.as_str() {
        "bounced" => "lost",
        "waiting" => "waiting",
        "late_5m" => "over 5 min",
        "late_1h" => "over 1 h",
        "delay_mean" => "mean delay",
        "delay_p95" => "delay P95",
        "connections_per_message" => "connections",
        "turned_away" => "turned away",
        "peak_minute" => "busiest minute",
        "busiest_share" => "busiest node",
        "quietest_share" => "quietest node",
        // What follows a comma says at which node.
        _ => quantity.text.split(',').next().unwrap_or_default(),
    }
}

/// The quantities of the first page: what reacts most, and how even the split is on a usual and on a bad day.
fn columns(sweep: &Sweep) -> Vec<usize> {
    let matters = |place: &usize| sweep.quantities[*place].matters;
    let mut places: Vec<usize> = (0..sweep.quantities.len()).filter(matters).collect();
    // The quietest node says what the busiest says, and comes after it.
    let rank = |place: &usize| match &sweep.quantities[*place] {
        quiet if quiet.name == "quietest_share" => 0.0,
        other => other.reaction,
    };
    places.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    places
}

/// The name of a point, with a mark at the scenario as it is written.
fn called(point: &Point) -> String {
    let mark = if point.is_as_written { " *" } else { "" };
    format!("{}{mark}", point.values.join(", "))
}

fn cell(measured: Option<&Measured>) -> String {
    measured.map_or_else(|| "-".into(), |one| text(one.value, one.unit))
}

/// A value with its range; rates have one here too.
fn text(value: mxsim_core::results::Interval, unit: Unit) -> String {
    match unit {
        Unit::PerMinute => Ranged::from(value).plain(),
        unit => parts::value(&value, unit),
    }
}

/// One row a point: the verdict and what matters.
fn overview(sweep: &Sweep, shown: &[usize]) -> Table {
    let points = || shown.iter().map(|place| &sweep.points[*place]);
    let table = Table::new("", "value", points().map(called).collect())
        .column("goals", points().map(|point| verdict(point).to_owned()).collect());
    columns(sweep).into_iter().take(COLUMNS).fold(table, |table, place| {
        let quantity = &sweep.quantities[place];
        let cells = points().map(|point| cell(point.measured.get(place).and_then(Option::as_ref))).collect();
        let table = table.column(head(quantity), cells);
        if quantity.name != "busiest_share" {
            return table;
        }
        let bad =
            |point: &Point| point.busiest_share_p95.map_or_else(|| "-".into(), |bad| text(bad, Unit::Share));
        table.column("bad day (P95)", points().map(bad).collect())
    })
}

fn notes(sweep: &Sweep, shown: &[usize], page: &mut Page) {
    if shown.iter().any(|place| sweep.points[*place].is_as_written) {
        page.note("* the scenario as it is written");
    }
    if shown.len() < sweep.points.len() {
        let (some, all) = (count(shown.len() as u64), count(sweep.points.len() as u64));
        page.note(&format!("{some} of {all} points; --full has all of them"));
    }
}

/// A table for each quantity that matters: means, and differences from the first point.
fn tables(sweep: &Sweep) -> Vec<Table> {
    let first = sweep.points[0].values.join(", ");
    let table = |place: usize| {
        let quantity = &sweep.quantities[place];
        let points = || sweep.points.iter();
        let mean = |point: &Point| cell(point.measured.get(place).and_then(Option::as_ref));
        let of = |point: &Point| point.differences.get(place).copied().flatten();
        let less = |point: &Point| {
            of(point).map_or_else(|| "-".into(), |one| parts::difference(&one, quantity.unit))
        };
        let told =
            |point: &Point| of(point).map_or("", |one| if one.sign() == 0 { "no" } else { "yes" }).to_owned();
        let narrower = |point: &Point| parts::narrower(of(point).and_then(|one| one.narrower));
        Table::new(&quantity.text, "value", points().map(called).collect())
            .column("mean", points().map(mean).collect())
            .column(&format!("less {first}"), points().map(less).collect())
            .column("told", points().map(told).collect())
            .column("narrower", points().map(narrower).collect())
    };
    columns(sweep).into_iter().map(table).collect()
}

/// More days where goals are open, else everything that is known.
fn next(sweep: &Sweep, asked: &Asked<'_>) -> String {
    let keys: Vec<String> =
        sweep.keys.iter().map(|key| format!("{}={}", key.key, key.values.join(","))).collect();
    let keys: Vec<String> = keys.iter().map(|key| shell_word(key).into_owned()).collect();
    let command = format!("{} {}", asked.begin("sweep"), keys.join(" "));
    match sweep.said.answer {
        Answer::CannotTell => format!("{command} --replications {}", 4 * sweep.made.replications),
        _ if asked.full || sweep.points.len() == 1 => format!("{command} --figures figures"),
        _ => format!("{command} --full"),
    }
}
