//! Lying bars: one row per name, so that long names stay readable.

use plotters::style::Color;

use super::axis::Ticks;
use super::canvas::{Canvas, Frame, INK, LABEL_PX, PALE, Side, color, cut, text_px};
use super::name_x;
use crate::ReportError;
use crate::figure::{Bar, Figure, Reference, Series};

/// Room for ticks and the axis' name under the plot (px).
const BELOW_PX: i32 = 46;
/// Room for a legend line (px).
const LEGEND_PX: i32 = 22;
/// Largest part of the width for the values right of the plot: one in so many.
const VALUE_PART: i32 = 3;
/// Thickest bar (px).
const THICKEST_PX: i32 = 40;
/// A row must be this high for its name and value to be written (px).
const ROW_PX: i32 = 13;

/// Draws all bars of `figure` below its heading.
pub(super) fn draw(canvas: &Canvas<'_>, figure: &Figure, frame: Frame) -> Result<(), ReportError> {
    let bars: Vec<&Bar> = figure
        .series
        .iter()
        .flat_map(|series| match series {
            Series::Bars(bars) => bars.iter().collect(),
            Series::Line(_) | Series::Mark(_) | Series::Shade(_) | Series::Steps(_) => Vec::new(),
        })
        .collect();
    let plot = place(frame, &bars, !figure.references.is_empty());
    let ticks = Ticks::new(figure.x.scale, largest(&bars, &figure.references), plot.width() / 90);
    grid(canvas, &ticks, plot)?;
    for (index, bar) in bars.iter().enumerate() {
        row(canvas, bar, slot(plot, index, bars.len()), &ticks)?;
    }
    for reference in &figure.references {
        compare(canvas, reference, plot, bars.len(), &ticks)?;
    }
    let low = every(plot, bars.len());
    for (index, bar) in bars.iter().enumerate().step_by(low) {
        write(canvas, bar, slot(plot, index, bars.len()), frame)?;
    }
    name_x(canvas, figure, plot)?;
    legend(canvas, &figure.references, frame)
}

/// The plot: names to its left, values to its right, ticks and legend below.
fn place(frame: Frame, bars: &[&Bar], has_legend: bool) -> Frame {
    let widest = bars.iter().map(|bar| text_px(&bar.label, LABEL_PX)).max().unwrap_or(0);
    let names = widest.clamp(30, frame.width() / 3);
    let values = bars.iter().map(|bar| text_px(&bar.text, LABEL_PX)).max().unwrap_or(0);
    let values = values.clamp(30, frame.width() / VALUE_PART);
    Frame {
        left: frame.left + names + 8,
        right: frame.right - values - 16,
        bottom: frame.bottom - BELOW_PX - if has_legend { LEGEND_PX } else { 0 },
        ..frame
    }
}

fn largest(bars: &[&Bar], references: &[Reference]) -> f64 {
    let ends = bars.iter().map(|bar| bar.band.map_or(bar.value, |(_, high)| high.max(bar.value)));
    ends.chain(references.iter().map(|reference| reference.value)).fold(0.0, f64::max)
}

fn grid(canvas: &Canvas<'_>, ticks: &Ticks, plot: Frame) -> Result<(), ReportError> {
    for (value, label) in &ticks.marks {
        let x = plot.x(ticks.part(*value));
        canvas.line(&[(x, plot.top), (x, plot.bottom)], 1, &PALE)?;
        canvas.text(label, (x, plot.bottom + 6), LABEL_PX, Side::CentreTop, &INK)?;
    }
    canvas.line(&[(plot.left, plot.top), (plot.left, plot.bottom)], 1, &INK)
}

/// The row of bar `index` of `count`.
fn slot(plot: Frame, index: usize, count: usize) -> Frame {
    let edge = |at: usize| plot.top + (i64::from(plot.height()) * at as i64 / count.max(1) as i64) as i32;
    Frame { top: edge(index), bottom: edge(index + 1), ..plot }
}

/// Names are written at every so many rows, so that they do not touch.
fn every(plot: Frame, count: usize) -> usize {
    let rows = (plot.height() / ROW_PX).max(1) as usize;
    count.div_ceil(rows).max(1)
}

fn row(canvas: &Canvas<'_>, bar: &Bar, slot: Frame, ticks: &Ticks) -> Result<(), ReportError> {
    let middle = (slot.top + slot.bottom) / 2;
    let half = (slot.height() * 3 / 10).clamp(1, THICKEST_PX / 2);
    let length =
        Frame { top: middle - half, bottom: middle + half, right: slot.x(ticks.part(bar.value)), ..slot };
    canvas.block(length, &color(bar.group).mix(0.75))?;
    let Some((low, high)) = bar.band else { return Ok(()) };
    let (low, high) = (slot.x(ticks.part(low)), slot.x(ticks.part(high)));
    // Thick whiskers on thin rows would cover everything.
    let width = if slot.height() < ROW_PX { 1 } else { 2 };
    let cap = half.min(6);
    canvas.line(&[(low, middle), (high, middle)], width, &INK)?;
    canvas.line(&[(low, middle - cap), (low, middle + cap)], width, &INK)?;
    canvas.line(&[(high, middle - cap), (high, middle + cap)], width, &INK)
}

/// Writes a bar's name to the left of its row, and its value to the right, where nothing is drawn.
fn write(canvas: &Canvas<'_>, bar: &Bar, slot: Frame, frame: Frame) -> Result<(), ReportError> {
    let middle = (slot.top + slot.bottom) / 2;
    let name = cut(&bar.label, LABEL_PX, slot.left - 8 - frame.left);
    canvas.text(&name, (slot.left - 8, middle), LABEL_PX, Side::RightMiddle, &INK)?;
    let value = cut(&bar.text, LABEL_PX, frame.right - slot.right - 12);
    canvas.text(&value, (slot.right + 12, middle), LABEL_PX, Side::LeftMiddle, &INK)
}

fn compare(
    canvas: &Canvas<'_>,
    reference: &Reference,
    plot: Frame,
    count: usize,
    ticks: &Ticks,
) -> Result<(), ReportError> {
    let x = plot.x(ticks.part(reference.value));
    let top = slot(plot, reference.first, count).top;
    let bottom = slot(plot, reference.last, count).bottom;
    canvas.dashed(&[(x, top), (x, bottom)], 2, &INK)
}

/// What the dashed line stands for; each label once.
fn legend(canvas: &Canvas<'_>, references: &[Reference], frame: Frame) -> Result<(), ReportError> {
    let Some(reference) = references.first() else { return Ok(()) };
    let y = frame.bottom - LEGEND_PX / 2 + 4;
    canvas.dashed(&[(frame.left, y), (frame.left + 26, y)], 2, &INK)?;
    let label = cut(&reference.label, LABEL_PX, frame.width() - 34);
    canvas.text(&label, (frame.left + 34, y), LABEL_PX, Side::LeftMiddle, &INK)
}
