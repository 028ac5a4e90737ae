//! Figures as plain data.
//!
//! A figure is a pure function of the results; it knows nothing of pixels. [`svg()`](crate::svg()) draws it, and so may anybody else.
//! Its title states the finding, its subtitle the range of that finding and how to read the marks.
//!
//! Main types: [`Figure`], [`Series`]. Figures: [`split()`], [`load()`], [`duration()`], [`capacity()`].

mod capacity;
mod compare;
mod cutover;
mod duration;
mod failure;
mod load;
mod size;
mod split;
mod sweep;

pub use capacity::capacity;
pub use compare::{compare_busiest, compare_late};
pub use cutover::cutover;
pub use duration::duration;
pub use failure::{fail_delays, fail_nodes, fail_waiting};
pub use load::load;
pub use size::{size_nodes, size_sessions};
pub use split::split;
pub use sweep::sweep;

/// With more lines than this, bands would cover each other; only the busiest node keeps its band.
const BANDS_AT_MOST: usize = 4;

/// A picture of one finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The finding.
    pub title: String,
    /// Its range, and how to read the marks.
    pub subtitle: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, first series at the back.
    pub series: Vec<Series>,
    /// Values to compare with.
    pub references: Vec<Reference>,
}

/// An axis that starts at 0 or at the least value, whichever is smaller.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it shows, with the unit.
    pub label: String,
    /// How its values are written.
    pub scale: Scale,
}

/// How the values of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// One place per bar, with the bar's label.
    Names,
    /// A fraction of 1, written in percent.
    Percent,
    /// A number.
    Number,
    /// Seconds since the first measured midnight, written as hours, or as days from two days on.
    Clock,
    /// As `Clock`, on an axis that begins at this second and not at midnight.
    ClockFrom(u32),
    /// Seconds since something, on a logarithmic scale, written as lengths of time.
    Elapsed,
    /// A part of the time from 0 to 1 on a logarithmic scale; 0, the busiest, stands apart at the left.
    Parts,
    /// Values in their order, equally far apart, with the names of [`Series::Steps`]; step n has its middle at n + 0.5.
    Steps,
}

/// Something that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Series {
    /// Bars from 0; they lie along the axis of names.
    Bars(Vec<Bar>),
    /// A line.
    Line(Line),
    /// A point that stands for itself; the marks have the colours of the lines in the same order.
    Mark(Mark),
    /// A part of the horizontal axis that is shaded behind everything.
    Shade(Shade),
    /// The names of the steps along the horizontal axis.
    Steps(Vec<String>),
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Bars of one group have one colour.
    pub group: usize,
    /// Its length.
    pub value: f64,
    /// The value in words, with its 95 % range.
    pub text: String,
    /// From where to where the value spreads.
    pub band: Option<(f64, f64)>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it stands for.
    pub label: String,
    /// Its corners.
    pub points: Vec<(f64, f64)>,
    /// From where to where the value spreads, `(x, low, high)`; empty for none.
    pub band: Vec<(f64, f64, f64)>,
}

/// A point that stands for itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Where it stands.
    pub x: f64,
    /// Its value.
    pub value: f64,
    /// From where to where the value spreads.
    pub band: Option<(f64, f64)>,
}

/// A part of the horizontal axis, such as the time of a failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Shade {
    /// What it stands for, written inside.
    pub label: String,
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// A value to compare with, drawn across the bars `first..=last`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// What it stands for; references with one label share an entry of the legend.
    pub label: String,
    /// The value.
    pub value: f64,
    /// First bar it belongs to.
    pub first: usize,
    /// Last bar it belongs to.
    pub last: usize,
}
