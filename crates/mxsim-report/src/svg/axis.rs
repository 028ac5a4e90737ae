//! Round numbers for axes.

use mxsim_core::numerals::{clock_minutes, duration, percent_with_decimals, significant, tidy};

use super::canvas::{LABEL_PX, text_px};
use crate::figure::Scale;

/// A larger value would overflow when ticks are laid out.
const LARGEST: f64 = 1e300;
/// Below a smaller value powers of ten would sink to 0, and a search for a round step would not end.
const LEAST: f64 = 1e-290;
/// Seconds in an hour and a day.
const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;
/// Distances of ticks on a clock axis (s); beyond the last they double.
const CLOCK_STEPS: [f64; 13] = [
    60.0,
    300.0,
    900.0,
    1_800.0,
    3_600.0,
    7_200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    604_800.0,
    1_209_600.0,
];

/// Where an axis of elapsed time has ticks (s), if there is room.
const ELAPSED: [f64; 24] = [
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    1_200.0,
    1_800.0,
    3_600.0,
    7_200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    345_600.0,
    604_800.0,
    1_209_600.0,
    2_592_000.0,
    7_776_000.0,
];
/// An axis of elapsed time ends here at the earliest (s), and goes back to at most this part of its end.
const LEAST_S: f64 = 10.0;
const DECADES: f64 = 1e5;

/// Part of an axis of parts that is set apart for 0.
const APART: f64 = 0.14;
/// The least part an axis of parts starts at: one second in twelve days.
const LEAST_PART: f64 = 1e-6;
/// A decade must be this wide for ticks at 2 and 5 (px), and a tick for its label (px).
const WIDE_DECADE_PX: f64 = 160.0;
const TICK_PX: f64 = 52.0;
/// Between the names of two steps (px).
const STEP_GAP_PX: i32 = 12;

/// How values lie along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spacing {
    /// Evenly from 0.
    Even,
    /// Evenly from here.
    From(f64),
    /// By the logarithm from `least` to `largest` (s).
    Elapsed { least: f64, largest: f64 },
    /// By the logarithm from `least` on; 0 stands apart at the left.
    Logarithmic { least: f64 },
}

/// An axis from 0 to `end` with its ticks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    pub(super) end: f64,
    pub(super) marks: Vec<(f64, String)>,
    spacing: Spacing,
}

impl Ticks {
    /// Ticks for values up to `largest`, about `wanted` of them and never more than twice as many.
    pub(super) fn new(scale: Scale, largest: f64, wanted: i32) -> Self {
        let wanted = f64::from(wanted.max(2));
        let largest = if largest.is_finite() && largest > 0.0 { largest.clamp(LEAST, LARGEST) } else { 1.0 };
        match scale {
            Scale::Clock => clock(largest, wanted),
            Scale::ClockFrom(start) => clock_from(f64::from(start), largest, wanted),
            Scale::Elapsed => Self::elapsed(largest / DECADES, largest, wanted as i32 * 64),
            Scale::Percent | Scale::Number | Scale::Names | Scale::Parts | Scale::Steps => {
                numbers(scale, largest, wanted)
            }
        }
    }

    /// Ticks for parts of the time from `least` to 1 on an axis of `width` pixels.
    pub(super) fn parts(least: f64, width: i32) -> Self {
        let least = if least.is_finite() { least.clamp(LEAST_PART, 0.1) } else { LEAST_PART };
        let decade_px = f64::from(width) * (1.0 - APART) / -libm::log10(least);
        let marks = std::iter::once((0.0, "busiest".to_owned())).chain(decades(least, decade_px));
        Self { end: 1.0, marks: marks.collect(), spacing: Spacing::Logarithmic { least } }
    }

    /// One tick in the middle of each step, with its name; of many only every so many on an axis of `width` pixels.
    pub(super) fn steps(names: &[String], width: i32) -> Self {
        let widest = names.iter().map(|name| text_px(name, LABEL_PX)).max().unwrap_or(0) + STEP_GAP_PX;
        let room = (width / widest).max(1) as usize;
        let every = names.len().div_ceil(room).max(1);
        let marks = names.iter().enumerate().step_by(every);
        let marks = marks.map(|(place, name)| (place as f64 + 0.5, name.clone())).collect();
        Self { end: names.len().max(1) as f64, marks, spacing: Spacing::Even }
    }

    /// Ticks for lengths of time from `least` to `largest` on an axis of `width` pixels.
    pub(super) fn elapsed(least: f64, largest: f64, width: i32) -> Self {
        let largest = if largest.is_finite() { largest.clamp(LEAST_S, LARGEST) } else { LEAST_S };
        let least =
            if least.is_finite() { least.clamp(largest / DECADES, largest / 2.0) } else { largest / DECADES };
        let spacing = Spacing::Elapsed { least, largest };
        let ticks = Self { end: largest, marks: Vec::new(), spacing };
        let mut marks: Vec<(f64, String)> = Vec::new();
        for at in ELAPSED.into_iter().filter(|at| (least..=largest).contains(at)) {
            let px = |value: f64| ticks.part(value) * f64::from(width);
            if marks.last().is_none_or(|(before, _)| px(at) - px(*before) >= TICK_PX) {
                marks.push((at, duration(at)));
            }
        }
        Self { marks, ..ticks }
    }

    /// Where `value` lies, as a part of the axis.
    pub(super) fn part(&self, value: f64) -> f64 {
        match self.spacing {
            Spacing::Even => value / self.end,
            Spacing::From(start) => (value - start) / (self.end - start),
            Spacing::Elapsed { least, largest } => {
                let part = libm::log10(value.max(least) / least) / libm::log10(largest / least);
                part.clamp(0.0, 1.0)
            }
            Spacing::Logarithmic { .. } if value <= 0.0 => APART / 2.0,
            Spacing::Logarithmic { least } => {
                APART + (1.0 - APART) * (1.0 - libm::log10(value) / libm::log10(least))
            }
        }
    }
}

/// Ticks at powers of ten down to `least`, with 2 and 5 between them where there is room.
fn decades(least: f64, decade_px: f64) -> Vec<(f64, String)> {
    let every = (TICK_PX / decade_px.max(1.0)).ceil().max(1.0) as usize;
    let between: &[f64] = if decade_px >= WIDE_DECADE_PX { &[5.0, 2.0] } else { &[] };
    let mut marks = Vec::new();
    let (mut power, mut at) = (1.0, 0);
    while power >= least * (1.0 - 1e-9) {
        if at % every == 0 {
            marks.push(power);
        }
        marks.extend(
            between.iter().map(|times| times * power / 10.0).filter(|mark| *mark >= least * (1.0 - 1e-9)),
        );
        power /= 10.0;
        at += 1;
    }
    marks.into_iter().map(|part| (part, format!("{} %", tidy(part * 100.0)))).collect()
}

fn numbers(scale: Scale, largest: f64, wanted: f64) -> Ticks {
    let step = round_step(largest / wanted);
    let count = (largest / step - 1e-9).ceil().max(1.0);
    let marks = (0..=count as u32).map(|index| {
        let value = f64::from(index) * step;
        (value, label(scale, value, step))
    });
    Ticks { end: count * step, marks: marks.collect(), spacing: Spacing::Even }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let mut power = 1.0;
    while power > least {
        power /= 10.0;
    }
    while power * 10.0 <= least {
        power *= 10.0;
    }
    let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

fn label(scale: Scale, value: f64, step: f64) -> String {
    if scale != Scale::Percent {
        return if value == 0.0 { "0".to_owned() } else { tidy(value) };
    }
    match step * 100.0 {
        step if step >= 0.999 => percent_with_decimals(value, 0),
        step if step >= 0.0999 => percent_with_decimals(value, 1),
        _ => format!("{} %", significant(value * 100.0)),
    }
}

fn clock(largest: f64, wanted: f64) -> Ticks {
    let step = clock_step(largest / wanted);
    let count = (largest / step + 1e-9).floor();
    let marks = (0..=count as u32).map(|index| {
        let value = f64::from(index) * step;
        (value, clock_label(value, step, largest))
    });
    Ticks { end: largest, marks: marks.collect(), spacing: Spacing::Even }
}

/// The same from `start` on; an axis has some extent, whatever it is asked for.
fn clock_from(start: f64, largest: f64, wanted: f64) -> Ticks {
    let end = largest.max(start + 1.0);
    let step = clock_step((end - start) / wanted);
    let (first, last) = ((start / step - 1e-9).ceil(), (end / step + 1e-9).floor());
    let count = (last - first).max(0.0) as u32;
    let marks = (0..=count).map(|index| {
        let value = (first + f64::from(index)) * step;
        (value, clock_label(value, step, end))
    });
    Ticks { end, marks: marks.collect(), spacing: Spacing::From(start) }
}

fn clock_step(least: f64) -> f64 {
    let mut step = CLOCK_STEPS.into_iter().find(|step| *step >= least);
    let mut doubled = CLOCK_STEPS[CLOCK_STEPS.len() - 1];
    while step.is_none() {
        doubled *= 2.0;
        step = (doubled >= least).then_some(doubled);
    }
    step.unwrap_or(doubled)
}

fn clock_label(seconds: f64, step: f64, largest: f64) -> String {
    if largest <= DAY_S {
        return clock_minutes(seconds);
    }
    if step < DAY_S {
        format!("{} h", tidy(seconds / HOUR_S))
    } else {
        format!("{} d", tidy(seconds / DAY_S))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &Ticks) -> Vec<&str> {
        ticks.marks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_hold_the_largest_value() {
        let ticks = Ticks::new(Scale::Percent, 0.392, 5);
        assert_eq!(labels(&ticks), ["0 %", "10 %", "20 %", "30 %", "40 %"]);
        let whole = Ticks::new(Scale::Percent, 1.0, 6);
        assert_eq!(whole.end, 1.0);
        assert_eq!(labels(&Ticks::new(Scale::Number, 0.0, 4)).first(), Some(&"0"));
    }

    #[test]
    fn any_value_gives_few_ticks() {
        for scale in [Scale::Percent, Scale::Number, Scale::Clock] {
            for largest in
                [0.0, 5e-324, 1e-300, 0.003, 7.0, 604_800.0, 1e12, f64::MAX, f64::NAN, f64::INFINITY]
            {
                let ticks = Ticks::new(scale, largest, 6);
                assert!(ticks.marks.len() <= 14, "{scale:?} {largest}: {}", ticks.marks.len());
                assert!(ticks.end.is_finite() && ticks.end > 0.0);
            }
        }
    }

    #[test]
    fn a_clock_axis_may_begin_later() {
        let ticks = Ticks::new(Scale::ClockFrom(32_400), 48_600.0, 5);
        assert_eq!(labels(&ticks), ["09:00", "10:00", "11:00", "12:00", "13:00"]);
        assert_eq!((ticks.part(32_400.0), ticks.part(48_600.0)), (0.0, 1.0));
        let nothing = Ticks::new(Scale::ClockFrom(u32::MAX), 0.0, 5);
        assert!(nothing.marks.len() <= 14 && nothing.part(nothing.end) == 1.0);
    }

    #[test]
    fn a_clock_axis_says_hours_then_days() {
        assert_eq!(
            labels(&Ticks::new(Scale::Clock, DAY_S, 4)),
            ["00:00", "06:00", "12:00", "18:00", "24:00"]
        );
        let week = Ticks::new(Scale::Clock, 7.0 * DAY_S, 8);
        assert_eq!(labels(&week), ["0 d", "1 d", "2 d", "3 d", "4 d", "5 d", "6 d", "7 d"]);
    }
}
