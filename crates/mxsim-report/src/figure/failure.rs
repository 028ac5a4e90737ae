//! A failure over time: what waits, and who accepts the mail.

use super::{Axis, BANDS_AT_MOST, Figure, Line, Scale, Series, Shade};
use crate::capacity::short;
use mxsim_core::numerals::{Ranged, duration};
use mxsim_core::results::Interval;
use mxsim_core::study::fail::{DelayCurve, FailStudy, NodeLine, Timeline};

/// How the parts of a figure are to be read.
const MARKS: &str = "lines: mean; bands: 95 % of each mean; shaded: the failure";

/// Messages that wait, with and without the failure, and how many of them for long. `None` without a timeline.
#[must_use]
pub fn fail_waiting(study: &FailStudy) -> Option<Figure> {
    let timeline = study.timeline.as_ref()?;
    let mut lines = vec![
        line(timeline, "waiting", &timeline.waiting, At::End),
        line(timeline, "without the failure", &timeline.waiting_normal, At::End),
    ];
    let late = timeline.late.iter().zip(["over 1 min", "over 5 min", "over 60 min"]);
    let late = late.filter(|(values, _)| values.iter().any(|value| value.value > 0.0));
    lines.extend(
        late.map(|(values, name)| Line { band: Vec::new(), ..line(timeline, name, values, At::End) }),
    );
    Some(Figure {
        title: waiting_title(study),
        subtitle: MARKS.to_owned(),
        x: clock(timeline),
        y: Axis { label: "messages that wait".to_owned(), scale: Scale::Number },
        series: with_failure(study, lines),
        references: Vec::new(),
    })
}

fn waiting_title(study: &FailStudy) -> String {
    let Some(recovery) = &study.recovery else { return String::new() };
    let waiting = Ranged::from(recovery.waiting_at_end).plain();
    match &recovery.surge_s {
        Some(surge) if recovery.waiting_at_end.value > 0.0 => {
            let until = Ranged::from(*surge).duration();
            format!(
                "{waiting} messages wait when {} is back; 95 % of them for {until} more",
                short(&study.failure.target)
            )
        }
        _ => format!("{waiting} messages wait when {} is back", short(&study.failure.target)),
    }
}

/// How much of the mail that arrives during the failure is not delivered yet, over the time since it arrived. `None` without such a curve.
#[must_use]
pub fn fail_delays(study: &FailStudy) -> Option<Figure> {
    let delays = study.delays.as_ref()?;
    let curve = |label: &str, values: &[Interval]| {
        let points = || delays.after_s.iter().zip(values);
        let band =
            points().filter_map(|(after, value)| Some((*after, value.low?.max(0.0), value.high?.min(1.0))));
        let points = points().map(|(after, value)| (*after, value.value)).collect();
        Series::Line(Line { label: label.to_owned(), points, band: band.collect() })
    };
    Some(Figure {
        title: delays_title(study, delays),
        subtitle: "of the mail that arrives during the failure; lines: mean; bands: 95 % of each mean"
            .to_owned(),
        x: Axis {
            label: "time since a message arrived (each step of the axis is longer than the one before)"
                .to_owned(),
            scale: Scale::Elapsed,
        },
        y: Axis { label: "part of the mail not delivered yet".to_owned(), scale: Scale::Percent },
        series: vec![
            curve("with the failure", &delays.undelivered),
            curve("without it", &delays.undelivered_normal),
        ],
        references: Vec::new(),
    })
}

/// What has not been delivered after five minutes.
fn delays_title(study: &FailStudy, delays: &DelayCurve) -> String {
    let target = short(&study.failure.target);
    let place = delays.after_s.iter().position(|after| *after == 300.0);
    match place.and_then(|place| delays.undelivered.get(place)) {
        Some(part) => {
            format!("{} not delivered after 5 min while {target} fails", Ranged::from(*part).percent())
        }
        None => format!("How long mail takes while {target} fails"),
    }
}

/// Messages accepted in a minute at each node. `None` without a timeline.
#[must_use]
pub fn fail_nodes(study: &FailStudy) -> Option<Figure> {
    let timeline = study.timeline.as_ref()?;
    let crowded = timeline.nodes.len() > BANDS_AT_MOST;
    let of_node = |node: &NodeLine| {
        let line = line(timeline, &node.name, &node.accepted, At::Middle);
        if crowded { Line { band: Vec::new(), ..line } } else { line }
    };
    Some(Figure {
        title: nodes_title(study),
        subtitle: format!("mean over bins of {}; {MARKS}", duration(timeline.bin_s)),
        x: clock(timeline),
        y: Axis { label: "messages accepted in a minute".to_owned(), scale: Scale::Number },
        series: with_failure(study, timeline.nodes.iter().map(of_node).collect()),
        references: Vec::new(),
    })
}

fn nodes_title(study: &FailStudy) -> String {
    let Some(recovery) = &study.recovery else { return String::new() };
    let [normal, failing] =
        [recovery.peak.normal, recovery.peak.failing].map(|rate| Ranged::from(rate).plain());
    format!("After the failure a node takes up to {failing} messages a minute, {normal} without it")
}

/// Where in its bin a value stands.
#[derive(Clone, Copy)]
enum At {
    Middle,
    End,
}

fn line(timeline: &Timeline, label: &str, values: &[Interval], at: At) -> Line {
    let offset = match at {
        At::Middle => 0.5,
        At::End => 1.0,
    };
    let x = |bin: usize| timeline.from_s + (bin as f64 + offset) * timeline.bin_s;
    let band = values.iter().enumerate().filter_map(|(bin, value)| {
        let (low, high) = value.low.zip(value.high)?;
        Some((x(bin), low.max(0.0), high.max(0.0)))
    });
    Line {
        label: label.to_owned(),
        points: values.iter().enumerate().map(|(bin, value)| (x(bin), value.value)).collect(),
        band: band.collect(),
    }
}

fn clock(timeline: &Timeline) -> Axis {
    let label = "time since the first measured midnight".to_owned();
    Axis { label, scale: Scale::ClockFrom(timeline.from_s as u32) }
}

fn with_failure(study: &FailStudy, lines: Vec<Line>) -> Vec<Series> {
    let (from, to) = (study.failure.from_s, study.failure.from_s + study.failure.length_s);
    let label = study.failure.text.clone();
    let shade = Series::Shade(Shade { label, from, to });
    std::iter::once(shade).chain(lines.into_iter().map(Series::Line)).collect()
}
