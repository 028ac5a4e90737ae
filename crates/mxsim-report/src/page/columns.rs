//! Tables on a page: columns as wide as their cells, the first one as wide as what is left.

use super::{Page, cut, distinct, fit, width_of};
use crate::outgoing::visible;

/// Columns between two columns.
const GAP: usize = 2;
/// Columns left blank at the left of a table.
const INDENT: usize = 2;
/// A first column narrower than this makes optional columns give way.
const NARROWEST_NAME: usize = 8;

/// One column of a table.
pub(crate) struct Column {
    head: String,
    cells: Vec<String>,
    optional: bool,
}

impl Column {
    /// Values that are followed by a range end in one column, so that they can be compared by eye.
    pub(crate) fn new(head: impl Into<String>, cells: Vec<String>) -> Self {
        let cells: Vec<String> = cells.iter().map(|cell| visible(cell)).collect();
        let widest = cells.iter().filter_map(|cell| value_width(cell)).max().unwrap_or(0);
        let blanks = |cell: &String| " ".repeat(value_width(cell).map_or(0, |width| widest - width));
        let cells = cells.iter().map(|cell| format!("{}{cell}", blanks(cell))).collect();
        Self { head: head.into(), cells, optional: false }
    }

    /// The column is left out where the page is too narrow.
    pub(crate) fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    fn width(&self) -> usize {
        self.cells.iter().chain([&self.head]).map(|cell| width_of(cell)).max().unwrap_or(0)
    }
}

/// Columns of the number a cell begins with, whether a range follows or not; `None` of words.
fn value_width(cell: &str) -> Option<usize> {
    let value = cell.find(" (").map_or(cell, |end| &cell[..end]);
    value.chars().next_back()?.is_ascii_digit().then(|| width_of(value))
}

/// Columns left on a line of `page` when the names and `columns` stand on it.
pub(crate) fn room_beside(page: &Page, names: &[String], columns: &[Column]) -> usize {
    let names = names.iter().map(|name| width_of(name)).max().unwrap_or(0).clamp(4, 16);
    page.width.saturating_sub(INDENT + names + GAP + taken(columns))
}

fn taken(columns: &[Column]) -> usize {
    columns.iter().map(|column| column.width() + GAP).sum()
}

/// Writes a table with `names` in its first column.
pub(crate) fn write(page: &mut Page, head: &str, names: &[String], columns: Vec<Column>) {
    write_named(page, head, names, columns, NARROWEST_NAME);
}

/// The same with optional columns that give way to names of up to `narrowest` columns.
pub(crate) fn write_named(
    page: &mut Page,
    head: &str,
    names: &[String],
    mut columns: Vec<Column>,
    narrowest: usize,
) {
    let names: Vec<String> = names.iter().map(|name| page.clean(name)).collect();
    let longest = names.iter().map(|name| width_of(name)).max().unwrap_or(0).max(width_of(head));
    let room = |columns: &[Column]| page.width.saturating_sub(INDENT + taken(columns));
    while room(&columns) < longest.min(narrowest) {
        let Some(at) = columns.iter().rposition(|column| column.optional) else { break };
        columns.remove(at);
    }
    let name_width = longest.min(room(&columns));
    let names = distinct(&names, name_width);
    let line = |name: &str, cells: Vec<(&str, usize)>| {
        let mut line = format!("{}{}", " ".repeat(INDENT), fit(name, name_width));
        for (cell, width) in cells {
            line.push_str(&" ".repeat(GAP));
            line.push_str(&fit(cell, width));
        }
        cut(&line, page.width)
    };
    // Every width is that of the widest of all cells, so it is looked for once and not for every row.
    let widths: Vec<usize> = columns.iter().map(Column::width).collect();
    let heads = columns.iter().map(|column| column.head.as_str()).zip(widths.iter().copied()).collect();
    let mut lines = vec![line(head, heads)];
    for (row, name) in names.iter().enumerate() {
        let cells = columns.iter().map(|column| column.cells.get(row).map_or("", String::as_str));
        lines.push(line(name, cells.zip(widths.iter().copied()).collect()));
    }
    for line in lines {
        page.raw(&line);
    }
}
