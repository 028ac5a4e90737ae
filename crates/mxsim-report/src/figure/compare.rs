//! Designs side by side.

use super::{Axis, Bar, Figure, Scale, Series};
use mxsim_core::numerals::{Ranged, percent};
use mxsim_core::results::Measured;
use mxsim_core::study::compare::{Compared, Comparison};

/// Share of the busiest node of each design, with its 95 % range.
#[must_use]
pub fn compare_busiest(comparison: &Comparison) -> Figure {
    figure(
        comparison,
        "share of the mail at the busiest node [%]",
        "carries least at its busiest node",
        |design| (&design.measured, "busiest_share"),
    )
}

/// Mail later than five minutes on a day with a node down, with its 95 % range.
#[must_use]
pub fn compare_late(comparison: &Comparison) -> Figure {
    let label = "mail later than 5 min on a day with a node silent for an hour [%]";
    figure(comparison, label, "delays least mail when a node is down", |design| {
        (&design.node_down, "late_5m")
    })
}

fn figure(
    comparison: &Comparison,
    label: &str,
    finding: &str,
    of: fn(&Compared) -> (&[Measured], &'static str),
) -> Figure {
    let named = |design: &Compared| {
        let (list, name) = of(design);
        list.iter().find(|one| one.name == name).map(|one| one.value)
    };
    let values: Vec<_> = comparison.designs.iter().filter_map(|d| named(d).map(|value| (d, value))).collect();
    let least = values.iter().min_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let title = least.map_or_else(String::new, |(design, value)| {
        format!("{} {finding}: {}", design.name, percent(value.value))
    });
    let bar = |(group, (design, value)): (usize, &(&Compared, mxsim_core::results::Interval))| Bar {
        label: design.name.clone(),
        group,
        value: value.value,
        text: Ranged::new(value.value, [value.low.map(|low| low.max(0.0)), value.high]).percent(),
        band: value.low.zip(value.high).map(|(low, high)| (low.max(0.0), high)),
    };
    Figure {
        title,
        subtitle: "bars: mean over days; whiskers: range that holds for all designs together, 95 %".into(),
        x: Axis { label: label.into(), scale: Scale::Percent },
        y: Axis { label: "design".into(), scale: Scale::Names },
        series: vec![Series::Bars(values.iter().enumerate().map(bar).collect())],
        references: Vec::new(),
    }
}
