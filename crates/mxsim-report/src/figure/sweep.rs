//! What a swept key does to one quantity.

use super::{Axis, BANDS_AT_MOST, Bar, Figure, Line, Scale, Series};
use mxsim_core::numerals::Ranged;
use mxsim_core::results::{Interval, Unit, capital};
use mxsim_core::study::sweep::{Point, Quantity, Sweep};

/// The quantity in this place against the values of the first key, with one line for each combination of the others; bars where the values are not
/// numbers that rise.
#[must_use]
pub fn sweep(sweep: &Sweep, place: usize) -> Figure {
    let quantity = &sweep.quantities[place];
    let key = &sweep.keys[0];
    let scale = scale(quantity.unit);
    let unit = unit(quantity.unit);
    let measured = Axis { label: format!("{}{unit}", quantity.text), scale };
    let swept = |scale| Axis { label: key.key.clone(), scale };
    let (x, y, series) = if key.rises {
        (swept(Scale::Steps), measured, lines(sweep, place))
    } else {
        (measured, swept(Scale::Names), vec![Series::Bars(bars(sweep, place))])
    };
    let marks = if key.rises { "bands" } else { "whiskers" };
    Figure {
        title: title(sweep, place, quantity),
        subtitle: format!("mean of a replication; {marks}: 95 %, for all points together{}", others(sweep)),
        x,
        y,
        series,
        references: Vec::new(),
    }
}

/// How the values of a unit are written.
const fn scale(unit: Unit) -> Scale {
    match unit {
        Unit::Share => Scale::Percent,
        _ => Scale::Number,
    }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => " [%]",
        Unit::Seconds => " [s]",
        _ => "",
    }
}

fn value(point: &Point, place: usize) -> Option<Interval> {
    point.measured.get(place)?.as_ref().map(|measured| measured.value)
}

/// From the first point to the one that is furthest from it.
fn title(sweep: &Sweep, place: usize, quantity: &Quantity) -> String {
    let at = |point: &Point| value(point, place).map_or(f64::NAN, |interval| interval.value);
    let first = &sweep.points[0];
    let off = |point: &Point| (at(point) - at(first)).abs();
    let far = sweep.points.iter().fold(first, |far, point| if off(point) > off(far) { point } else { far });
    let said = |point: &Point| format!("{} at {}", bare(at(point), quantity.unit), point.values.join(" / "));
    let text = capital(&quantity.text);
    match std::ptr::eq(far, first) {
        true => format!("{text}: {} everywhere", bare(at(first), quantity.unit)),
        false => format!("{text}: {}, {}", said(first), said(far)),
    }
}

fn bare(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => mxsim_core::numerals::percent(value),
        Unit::Seconds => mxsim_core::numerals::duration(value),
        _ => mxsim_core::numerals::significant(value),
    }
}

fn lines(sweep: &Sweep, place: usize) -> Vec<Series> {
    let each = (sweep.points.len() / sweep.keys[0].values.len().max(1)).max(1);
    let with_bands = each <= BANDS_AT_MOST;
    let line = |number: usize| {
        let points: Vec<&Point> = sweep.points.iter().skip(number).step_by(each).collect();
        let at = |step: usize| step as f64 + 0.5;
        let values = points.iter().enumerate().filter_map(|(step, point)| Some((step, value(point, place)?)));
        let range = |(step, interval): (usize, Interval)| {
            let (low, high) = interval.low.zip(interval.high)?;
            Some((at(step), low, high))
        };
        Line {
            label: label(sweep, points[0]),
            points: values.clone().map(|(step, interval)| (at(step), interval.value)).collect(),
            band: if with_bands { values.filter_map(range).collect() } else { Vec::new() },
        }
    };
    let lines = (0..each).map(|number| Series::Line(line(number)));
    lines.chain([Series::Steps(sweep.keys[0].values.clone())]).collect()
}

/// What tells the lines apart.
fn others(sweep: &Sweep) -> String {
    let others: Vec<&str> = sweep.keys[1..].iter().map(|key| key.key.as_str()).collect();
    if others.is_empty() { String::new() } else { format!("; lines: {}", others.join(", ")) }
}

/// The values of all keys but the first.
fn label(sweep: &Sweep, point: &Point) -> String {
    if sweep.keys.len() == 1 { "mean".to_owned() } else { point.values[1..].join(", ") }
}

fn bars(sweep: &Sweep, place: usize) -> Vec<Bar> {
    let unit = sweep.quantities[place].unit;
    let bar = |point: &Point| {
        let value = value(point, place)?;
        let group = sweep.keys[0].values.iter().position(|known| *known == point.values[0]).unwrap_or(0);
        let ranged = Ranged::from(value);
        let text = match unit {
            Unit::Share => ranged.percent(),
            Unit::Seconds => ranged.duration(),
            _ => ranged.plain(),
        };
        let band = value.low.zip(value.high);
        Some(Bar { label: point.values.join(", "), group, value: value.value, text, band })
    };
    sweep.points.iter().filter_map(bar).collect()
}
