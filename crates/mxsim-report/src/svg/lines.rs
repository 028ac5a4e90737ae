//! Lines over time, their bands behind them, and a legend below.

use plotters::style::Color;

use super::axis::Ticks;
use super::canvas::{Canvas, Frame, GREY, INK, LABEL_PX, PALE, Point, Side, color, cut, is_dashed, text_px};
use super::name_x;
use crate::ReportError;
use crate::figure::{Figure, Line, Series};

/// Room for ticks and the axis' name under the plot (px).
const BELOW_PX: i32 = 46;
/// Height of a legend row, and rows at most.
const LEGEND_ROW_PX: i32 = 18;
const LEGEND_ROWS: i32 = 4;
/// Widest label in the legend (px).
const LEGEND_LABEL_PX: i32 = 190;
/// With more lines, widths would differ too much to be fair.
const LAYERED_AT_MOST: usize = 4;
/// Sample of a line in the legend, with the gap behind it (px).
const SAMPLE_PX: i32 = 30;

/// Draws all lines of `figure` below its heading.
pub(super) fn draw(canvas: &Canvas<'_>, figure: &Figure, frame: Frame) -> Result<(), ReportError> {
    let lines: Vec<&Line> = figure
        .series
        .iter()
        .filter_map(|series| match series {
            Series::Line(line) => Some(line),
            Series::Bars(_) => None,
        })
        .collect();
    let entries = legend_entries(&lines, frame);
    let rows = entries.last().map_or(0, |entry| entry.row + 1);
    let bottom = frame.bottom - BELOW_PX - rows * LEGEND_ROW_PX;
    let y = Ticks::new(figure.y.scale, largest(&lines), (bottom - frame.top) / 48);
    let widest = y.marks.iter().map(|(_, label)| text_px(label, LABEL_PX)).max().unwrap_or(0);
    // The vertical axis is named above it, where it can be read without turning the head.
    canvas.text(
        &cut(&figure.y.label, LABEL_PX, frame.width()),
        (frame.left, frame.top),
        LABEL_PX,
        Side::LeftTop,
        &INK,
    )?;
    let plot = Frame { left: frame.left + widest + 8, top: frame.top + 24, right: frame.right - 24, bottom };
    let x = Ticks::new(figure.x.scale, span(&lines), plot.width() / 64);
    grid(canvas, &x, &y, plot)?;
    let to_point = |at: f64, value: f64| (plot.x(x.part(at)), plot.y(y.part(value)));
    for (index, line) in lines.iter().enumerate() {
        band(canvas, line, index, &to_point)?;
    }
    for (index, line) in lines.iter().enumerate() {
        let path: Vec<Point> = line.points.iter().map(|(at, value)| to_point(*at, *value)).collect();
        stroke(canvas, &path, index, lines.len())?;
    }
    name_x(canvas, figure, plot)?;
    legend(canvas, &entries, lines.len(), frame)
}

fn largest(lines: &[&Line]) -> f64 {
    let means = lines.iter().flat_map(|line| line.points.iter().map(|(_, value)| *value));
    let highs = lines.iter().flat_map(|line| line.band.iter().map(|(_, _, high)| *high));
    means.chain(highs).filter(|value| value.is_finite()).fold(0.0, f64::max)
}

/// The end of the last bin: points lie in the middle of their bins, so half a bin follows the last.
fn span(lines: &[&Line]) -> f64 {
    let ends = lines.iter().filter_map(|line| {
        let first = line.points.first()?.0;
        Some(line.points.last()?.0 + first)
    });
    ends.fold(0.0, f64::max)
}

fn grid(canvas: &Canvas<'_>, x: &Ticks, y: &Ticks, plot: Frame) -> Result<(), ReportError> {
    for (value, label) in &y.marks {
        let at = plot.y(y.part(*value));
        canvas.line(&[(plot.left, at), (plot.right, at)], 1, &PALE)?;
        canvas.text(label, (plot.left - 6, at), LABEL_PX, Side::RightMiddle, &INK)?;
    }
    for (value, label) in &x.marks {
        let at = plot.x(x.part(*value));
        canvas.line(&[(at, plot.bottom), (at, plot.bottom + 4)], 1, &INK)?;
        canvas.text(label, (at, plot.bottom + 8), LABEL_PX, Side::CentreTop, &INK)?;
    }
    canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], 1, &INK)
}

fn band(
    canvas: &Canvas<'_>,
    line: &Line,
    index: usize,
    to_point: &impl Fn(f64, f64) -> Point,
) -> Result<(), ReportError> {
    if line.band.len() < 2 {
        return Ok(());
    }
    let lower = line.band.iter().map(|(at, low, _)| to_point(*at, *low));
    let upper = line.band.iter().rev().map(|(at, _, high)| to_point(*at, *high));
    let corners: Vec<Point> = lower.chain(upper).collect();
    canvas.area(&corners, &color(index).mix(0.15))
}

/// Equal nodes give equal lines. A few lines are drawn thinner and thinner, so that one behind another still shows at its edges.
fn stroke_width(index: usize, count: usize) -> u32 {
    if count > LAYERED_AT_MOST {
        return 2;
    }
    // At most 2 + 2 * 3.
    2 + 2 * (count.saturating_sub(index + 1) as u32)
}

fn stroke(canvas: &Canvas<'_>, path: &[Point], index: usize, count: usize) -> Result<(), ReportError> {
    match path {
        [] => Ok(()),
        // A single bin has no extent to draw a line over.
        [(x, y)] => canvas.line(&[(x - 4, *y), (x + 4, *y)], 4, &color(index)),
        _ if is_dashed(index) => canvas.dashed(path, 2, &color(index)),
        _ => canvas.line(path, stroke_width(index, count), &color(index)),
    }
}

/// One sample with its label.
struct Entry {
    label: String,
    x: i32,
    row: i32,
}

/// Lays labels out in rows; those that do not fit are left out.
fn legend_entries(lines: &[&Line], frame: Frame) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut x, mut row) = (frame.left, 0);
    for line in lines {
        let label = cut(&line.label, LABEL_PX, LEGEND_LABEL_PX);
        let wide = SAMPLE_PX + text_px(&label, LABEL_PX) + 16;
        if x + wide > frame.right && x > frame.left {
            (x, row) = (frame.left, row + 1);
        }
        // The last row keeps room for "and n more".
        let room = if row + 1 == LEGEND_ROWS { frame.right - 90 } else { frame.right };
        if row >= LEGEND_ROWS || (x + wide > room && row + 1 == LEGEND_ROWS) {
            break;
        }
        entries.push(Entry { label, x, row });
        x += wide;
    }
    entries
}

fn legend(canvas: &Canvas<'_>, entries: &[Entry], count: usize, frame: Frame) -> Result<(), ReportError> {
    let Some(last) = entries.last() else { return Ok(()) };
    let top = frame.bottom - (last.row + 1) * LEGEND_ROW_PX + LEGEND_ROW_PX / 2 + 2;
    for (index, entry) in entries.iter().enumerate() {
        let y = top + entry.row * LEGEND_ROW_PX;
        stroke(canvas, &[(entry.x, y), (entry.x + SAMPLE_PX - 8, y)], index, count)?;
        canvas.text(&entry.label, (entry.x + SAMPLE_PX, y), LABEL_PX, Side::LeftMiddle, &INK)?;
    }
    if entries.len() < count {
        let more = format!("and {} more", count - entries.len());
        let x = last.x + SAMPLE_PX + text_px(&last.label, LABEL_PX) + 16;
        canvas.text(&more, (x, top + last.row * LEGEND_ROW_PX), LABEL_PX, Side::LeftMiddle, &GREY)?;
    }
    Ok(())
}
