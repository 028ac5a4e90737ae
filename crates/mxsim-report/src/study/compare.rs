//! `mxsim compare`: which design, and why.

use super::parts::{self, Table, row};
use super::{Asked, Drawing, StudyReport};
use crate::figure;
use crate::page::{Page, TextStyle};
use mxsim_core::numerals::{counted, duration};
use mxsim_core::results::{Made, Measured, Said};
use mxsim_core::study::compare::{Compared, Comparison, Pair, TradeGrade};

const WON: &str = "BETTER";
const OPEN: &str = "NO WINNER";

impl StudyReport for Comparison {
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
        overview(self).write(&mut page);
        page.blank();
        for table in operations(self).into_iter().chain(edges(self)) {
            table.write(&mut page);
            page.blank();
        }
        page.item("grade", grade(self.trade.grade));
        parts::foot(&mut page, &self.said, &self.made);
        if asked.full {
            page.blank();
            for table in self.pairs.iter().map(differences).chain([goals(self)]) {
                table.write(&mut page);
                page.blank();
            }
        }
        page.with_next(&next(self, asked))
    }

    fn markdown(&self) -> String {
        let mut tables = vec![overview(self)];
        tables.extend(operations(self));
        tables.extend(edges(self));
        tables.extend(self.pairs.iter().map(differences));
        tables.push(goals(self));
        parts::markdown(&title(self), &self.word(), (&self.said, &self.made), &tables)
    }

    fn csv(&self) -> String {
        let header = ["section", "name", "quantity", "value", "low", "high", "narrower"];
        let mut rows = Vec::new();
        for design in &self.designs {
            let sections = [
                ("ordinary_day", &design.measured),
                ("node_down", &design.node_down),
                ("edge_down", &design.edge_down),
            ];
            for (section, measured) in sections {
                rows.extend(
                    measured.iter().map(|one| row([section, &design.name, &one.name], one.value, None)),
                );
            }
        }
        for pair in &self.pairs {
            let name = format!("{} - {}", pair.first, pair.second);
            rows.extend(pair.differences.iter().map(|one| {
                row(["difference", &name, &one.name], one.difference.value, one.difference.narrower)
            }));
        }
        parts::csv(&header, rows)
    }

    fn figures(&self) -> Vec<Drawing> {
        let mut drawings =
            vec![Drawing::new("Busiest node by design", "compare-busiest", figure::compare_busiest(self))];
        if self.designs.iter().any(|design| !design.node_down.is_empty()) {
            let figure = figure::compare_late(self);
            drawings.push(Drawing::new("Late mail by design, with a node down", "compare-late", figure));
        }
        drawings
    }
}

fn title(comparison: &Comparison) -> String {
    let names: Vec<&str> = comparison.designs.iter().map(|design| design.name.as_str()).collect();
    format!("{} Compared: {}", comparison.title, names.join(", "))
}

const fn word(comparison: &Comparison) -> &'static str {
    if comparison.winner.is_some() { WON } else { OPEN }
}

const fn grade(grade: TradeGrade) -> &'static str {
    match grade {
        TradeGrade::Simple => "simple: records in the DNS do what your goals ask",
        TradeGrade::Moderate => "moderate: records in the DNS may do what your goals ask",
        TradeGrade::Strict => "strict: records in the DNS do not do what your goals ask",
        _ => "unknown",
    }
}

fn names(comparison: &Comparison) -> Vec<String> {
    comparison.designs.iter().map(|design| design.name.clone()).collect()
}

/// The numbers that decide: one row a design.
fn overview(comparison: &Comparison) -> Table {
    let of = |pick: &dyn Fn(&Compared) -> String| comparison.designs.iter().map(pick).collect::<Vec<_>>();
    let named = |list: &[Measured], name: &str| {
        list.iter()
            .find(|one| one.name == name)
            .map_or_else(|| "-".into(), |one| parts::value(&one.value, one.unit))
    };
    let mut table = Table::new("", "design", names(comparison))
        .column("busiest node", of(&|design| named(&design.measured, "busiest_share")))
        .column("lost", of(&|design| named(&design.measured, "bounced")))
        .column("over 5 min", of(&|design| named(&design.measured, "late_5m")));
    if comparison.designs.iter().any(|design| !design.node_down.is_empty()) {
        table = table.column("same, node down", of(&|design| named(&design.node_down, "late_5m")));
    }
    if comparison.designs.iter().any(|design| design.measured.iter().any(|one| one.name == "turned_away")) {
        table = table.column("turned away", of(&|design| named(&design.measured, "turned_away")));
    }
    table
}

/// How the designs are operated; `None` where nothing was drained.
fn operations(comparison: &Comparison) -> Option<Table> {
    let designs = &comparison.designs;
    if designs.iter().all(|design| design.node_down.is_empty()) {
        return None;
    }
    let of = |pick: &dyn Fn(&Compared) -> String| designs.iter().map(pick).collect::<Vec<_>>();
    let drained = |seconds: Option<f64>| seconds.map_or_else(|| "not in the run".into(), at_most);
    Some(
        Table::new("", "to drain a node", names(comparison))
            .column("records", of(&|design| design.operations.records_to_drain.to_string()))
            .column("95 % gone", of(&|design| drained(design.operations.drained_s[0])))
            .column("99 % gone", of(&|design| drained(design.operations.drained_s[1])))
            .column("hosts", of(&|design| design.operations.hosts.to_string()))
            .column("addresses", of(&|design| design.operations.addresses.to_string())),
    )
}

/// What an edge adds beside what it does; `None` where no design has one.
fn edges(comparison: &Comparison) -> Option<Table> {
    let designs = &comparison.designs;
    if designs.iter().all(|design| design.operations.edges == 0) {
        return None;
    }
    let of = |pick: &dyn Fn(&Compared) -> String| designs.iter().map(pick).collect::<Vec<_>>();
    let down = |design: &Compared| {
        let late = design.edge_down.iter().find(|one| one.name == "late_5m");
        late.map_or_else(|| "-".into(), |one| parts::value(&one.value, one.unit))
    };
    let seen = |design: &Compared| if design.operations.hides_senders { "the edge" } else { "the sender" };
    Some(
        Table::new("", "edge", names(comparison))
            .column("edges", of(&|design| design.operations.edges.to_string()))
            .column("over 5 min, edge down", of(&down))
            .column("nodes at an address", of(&|design| design.operations.pinned_reaches.to_string()))
            .column("nodes see", of(&|design| seen(design).to_owned())),
    )
}

fn at_most(seconds: f64) -> String {
    if seconds > 0.0 { format!("within {}", duration(seconds)) } else { "at once".into() }
}

/// The differences of two designs.
fn differences(pair: &Pair) -> Table {
    let rows = &pair.differences;
    Table::new(
        &format!("{} less {}", pair.first, pair.second),
        "quantity",
        rows.iter().map(|one| one.text.clone()).collect(),
    )
    .column("difference", rows.iter().map(|one| parts::difference(&one.difference, one.unit)).collect())
    .column("narrower", rows.iter().map(|one| parts::narrower(one.difference.narrower)).collect())
}

/// Which design meets which goal.
fn goals(comparison: &Comparison) -> Table {
    let first = &comparison.designs[0];
    let texts = first.goals.iter().map(|goal| goal.text.clone()).collect();
    let table = Table::new("goals", "goal", texts);
    comparison.designs.iter().fold(table, |table, design| {
        let status =
            |place: usize| design.goals.get(place).map_or("-", |goal| parts::status(goal.status)).to_owned();
        table.column(&design.name, (0..first.goals.len()).map(status).collect())
    })
}

/// More days where nothing is told, else everything that is known.
fn next(comparison: &Comparison, asked: &Asked<'_>) -> String {
    let begin = asked.begin("compare");
    let more = comparison.made.replications * 4;
    if comparison.winner.is_none() {
        return format!("{begin} --replications {more}, for differences half as wide");
    }
    if comparison.trade.grade == TradeGrade::Moderate {
        return format!("{begin} --replications {more}, to see whether your goals are met");
    }
    if asked.full {
        return format!("{begin} --figures figures");
    }
    format!("{begin} --full, for every difference with its range")
}

/// A check-list in Markdown: what to publish for the better design, and how long the old records live on.
#[must_use]
pub fn plan(comparison: &Comparison, title: &str) -> String {
    let Some(best) =
        comparison.designs.iter().find(|design| comparison.winner.as_ref() == Some(&design.name))
    else {
        return format!("# {title}\n\nNo design is better than the others, so there is nothing to change.\n");
    };
    let drained = best.operations.drained_s[1].map_or_else(
        || "longer than was simulated".to_owned(),
        |seconds| format!("about {}", duration(seconds)),
    );
    format!(
        "# Publish {name}\n\n{sentence}\n\n- [ ] Check that every machine below takes mail for the domain.\n\
         - [ ] Publish these records, and raise the serial number of the zone:\n\n```\n{zone}```\n\n\
         - [ ] Check the result: `mxsim check` with the new zone.\n\
         - [ ] Keep every old host in service until the old records have run out.\n\
         - [ ] To take {node} out of service later: remove {records}, then wait {drained} until 99 % of its mail goes elsewhere.\n",
        name = best.name,
        sentence = comparison.said.sentence,
        zone = best.zone,
        node = best.operations.node,
        records = counted(best.operations.records_to_drain as u64, "record", "records"),
    )
}
