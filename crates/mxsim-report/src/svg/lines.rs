//! Lines over time or over its parts, their bands behind them, marks before them, and a legend below.

use plotters::style::Color;

use super::axis::Ticks;
use super::canvas::{Canvas, Frame, GREY, INK, LABEL_PX, PALE, Point, Side, color, cut, is_dashed, text_px};
use super::name_x;
use crate::ReportError;
use crate::figure::{Figure, Line, Mark, Scale, Series, Shade};

/// Room for ticks and the axis' name under the plot (px).
const BELOW_PX: i32 = 46;
/// Height of a legend row, and rows at most.
const LEGEND_ROW_PX: i32 = 18;
const LEGEND_ROWS: i32 = 4;
/// Widest label in the legend (px).
const LEGEND_LABEL_PX: i32 = 190;
/// With more lines, widths would differ too much to be fair.
const LAYERED_AT_MOST: usize = 4;
/// Half of a mark's size, the distance of neighbours, and how far aside the outermost stand (px).
const MARK_PX: i32 = 4;
const MARK_STEP_PX: i32 = 10;
const MARKS_ASIDE_PX: i32 = 28;
/// Sample of a line in the legend, with the gap behind it (px).
const SAMPLE_PX: i32 = 30;

/// Draws all lines of `figure` below its heading.
pub(super) fn draw(canvas: &Canvas<'_>, figure: &Figure, frame: Frame) -> Result<(), ReportError> {
    let (lines, marks) = parts(figure);
    let entries = legend_entries(&lines, frame);
    let rows = entries.last().map_or(0, |entry| entry.row + 1);
    let bottom = frame.bottom - BELOW_PX - rows * LEGEND_ROW_PX;
    let y = Ticks::new(figure.y.scale, largest(&lines, &marks), (bottom - frame.top) / 48);
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
    let x = match figure.x.scale {
        Scale::Parts => Ticks::parts(least(&lines), plot.width()),
        Scale::Steps => Ticks::steps(steps(figure), plot.width()),
        Scale::Elapsed => Ticks::elapsed(least_of(&lines, f64::INFINITY), furthest(&lines), plot.width()),
        scale => Ticks::new(scale, span(scale, &lines), plot.width() / 64),
    };
    shades(canvas, figure, plot, |at| plot.x(x.part(at)))?;
    grid(canvas, &x, &y, plot)?;
    let to_point = |at: f64, value: f64| (plot.x(x.part(at)), plot.y(y.part(value)));
    for (index, line) in lines.iter().enumerate() {
        band(canvas, line, index, &to_point)?;
    }
    for (index, line) in lines.iter().enumerate() {
        let path: Vec<Point> = line.points.iter().map(|(at, value)| to_point(*at, *value)).collect();
        stroke(canvas, &path, index, lines.len())?;
    }
    for (index, mark) in marks.iter().enumerate() {
        let aside = aside(index, marks.len());
        let place = |value: f64| (plot.x(x.part(mark.x)) + aside, plot.y(y.part(value)));
        draw_mark(canvas, mark, index, &place)?;
    }
    name_x(canvas, figure, plot)?;
    legend(canvas, &entries, lines.len(), frame)
}

/// The lines and the marks of `figure`.
fn parts(figure: &Figure) -> (Vec<&Line>, Vec<&Mark>) {
    let (mut lines, mut marks) = (Vec::new(), Vec::new());
    for series in &figure.series {
        match series {
            Series::Line(line) => lines.push(line),
            Series::Mark(mark) => marks.push(mark),
            Series::Bars(_) | Series::Shade(_) | Series::Steps(_) => {}
        }
    }
    (lines, marks)
}

/// The names of the steps of the horizontal axis.
fn steps(figure: &Figure) -> &[String] {
    let names = figure.series.iter().find_map(|series| match series {
        Series::Steps(names) => Some(names.as_slice()),
        _ => None,
    });
    names.unwrap_or_default()
}

fn largest(lines: &[&Line], marks: &[&Mark]) -> f64 {
    let means = lines.iter().flat_map(|line| line.points.iter().map(|(_, value)| *value));
    let highs = lines.iter().flat_map(|line| line.band.iter().map(|(_, _, high)| *high));
    let marked = marks.iter().map(|mark| mark.band.map_or(mark.value, |(_, high)| high.max(mark.value)));
    means.chain(highs).chain(marked).filter(|value| value.is_finite()).fold(0.0, f64::max)
}

/// Shades parts of the axis, with their names inside.
fn shades(
    canvas: &Canvas<'_>,
    figure: &Figure,
    plot: Frame,
    x: impl Fn(f64) -> i32,
) -> Result<(), ReportError> {
    for series in &figure.series {
        let Series::Shade(Shade { label, from, to }) = series else { continue };
        let (left, right) = (x(*from).max(plot.left), x(*to).min(plot.right));
        let corners = [(left, plot.top), (right, plot.top), (right, plot.bottom), (left, plot.bottom)];
        canvas.area(&corners, &PALE.mix(0.7))?;
        canvas.text(label, (left + 4, plot.top + 2), LABEL_PX, Side::LeftTop, &GREY)?;
    }
    Ok(())
}

/// The end of the last bin: points lie in the middle of their bins, so half a bin follows the last.
fn span(scale: Scale, lines: &[&Line]) -> f64 {
    let ends = lines.iter().filter_map(|line| {
        let (first, last) = (line.points.first()?.0, line.points.last()?.0);
        let before = line.points.iter().rev().nth(1).map_or(last, |point| point.0);
        Some(if matches!(scale, Scale::ClockFrom(_)) { last + (last - before) / 2.0 } else { last + first })
    });
    ends.fold(0.0, f64::max)
}

/// The least place of any point above 0, and of parts no more than all.
fn least(lines: &[&Line]) -> f64 {
    least_of(lines, 1.0)
}

fn least_of(lines: &[&Line], most: f64) -> f64 {
    let places = lines.iter().flat_map(|line| line.points.iter().map(|(at, _)| *at));
    places.filter(|at| *at > 0.0).fold(most, f64::min)
}

/// The greatest place of any point.
fn furthest(lines: &[&Line]) -> f64 {
    lines.iter().flat_map(|line| line.points.iter().map(|(at, _)| *at)).fold(0.0, f64::max)
}

/// How far to the side mark `index` of `count` is drawn, so that marks at one place do not cover each other (px).
fn aside(index: usize, count: usize) -> i32 {
    let room = 2 * MARKS_ASIDE_PX;
    let step = if count > 1 { (room / (count as i32 - 1)).min(MARK_STEP_PX) } else { 0 };
    index as i32 * step - (count as i32 - 1) * step / 2
}

/// A diamond with a whisker.
fn draw_mark(
    canvas: &Canvas<'_>,
    mark: &Mark,
    index: usize,
    place: &impl Fn(f64) -> Point,
) -> Result<(), ReportError> {
    if let Some((low, high)) = mark.band {
        canvas.line(&[place(low), place(high)], 2, &color(index).mix(0.5))?;
    }
    let (x, y) = place(mark.value);
    let r = MARK_PX;
    canvas.area(&[(x - r, y), (x, y - r), (x + r, y), (x, y + r)], &color(index))
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
