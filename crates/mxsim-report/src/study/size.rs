//! `mxsim size`: how many sessions and nodes.

use super::parts::{self, Table};
use super::{Asked, Drawing, StudyReport};
use crate::figure;
use crate::page::{Page, TextStyle};
use mxsim_core::numerals::{Ranged, count, percent, significant};
use mxsim_core::results::{Answer, Interval, Made, Said, Unit};
use mxsim_core::study::size::{NodeCount, NodeSize, Situation, Sizing, Tested};

/// What the page is about.
const QUESTION: &str = "How many sessions and nodes does this mail need?";

impl StudyReport for Sizing {
    fn said(&self) -> &Said {
        &self.said
    }

    fn made(&self) -> &Made {
        &self.made
    }

    fn word(&self) -> String {
        word(self)
    }

    fn screen(&self, asked: &Asked<'_>, style: &TextStyle) -> String {
        let mut page = Page::new(style);
        parts::head(&mut page, QUESTION, &self.word(), &self.said);
        page.blank();
        situations(self).write(&mut page);
        if !self.by_nodes.is_empty() {
            page.blank();
            counts(self).write(&mut page);
        }
        parts::foot(&mut page, &self.said, &self.made);
        if asked.full {
            page.blank();
            for table in details(self) {
                table.write(&mut page);
                page.blank();
            }
        }
        page.with_next(&next(self, asked))
    }

    fn markdown(&self) -> String {
        let mut tables = vec![situations(self)];
        if !self.by_nodes.is_empty() {
            tables.push(counts(self));
        }
        tables.extend(details(self));
        parts::markdown(&title(self), &self.word(), (&self.said, &self.made), &tables)
    }

    fn csv(&self) -> String {
        let header = ["section", "name", "quantity", "sessions", "value", "low", "high"];
        let mut rows = Vec::new();
        for situation in &self.situations {
            rows.extend(situation_rows(situation));
        }
        for node in &self.nodes {
            rows.extend(node_rows(node));
        }
        for count in &self.by_nodes {
            rows.extend(count_rows(count));
        }
        parts::csv(&header, rows)
    }

    fn figures(&self) -> Vec<Drawing> {
        let mut drawings =
            vec![Drawing::new("Sessions per node", "size-sessions", figure::size_sessions(self))];
        if !self.by_nodes.is_empty() {
            drawings.push(Drawing::new(
                "Sessions by number of nodes",
                "size-nodes",
                figure::size_nodes(self),
            ));
        }
        drawings
    }
}

fn title(sizing: &Sizing) -> String {
    format!("{QUESTION} {}", sizing.title)
}

/// The answer word; where no node has a limit the size itself is the answer.
fn word(sizing: &Sizing) -> String {
    let has_limits = sizing.nodes.iter().any(|node| node.limit.is_some());
    match sizing.said.answer {
        Answer::Yes if !has_limits => format!("{} A NODE", count(sizing.needed.sessions.value as u64)),
        answer => answer.word().to_owned(),
    }
}

fn plain(interval: Interval) -> String {
    parts::value(&interval, Unit::Count)
}

/// A number of sessions with its range, in whole numbers.
pub(crate) fn whole(sessions: Interval) -> String {
    let number = |value: f64| count(value as u64);
    match (sessions.low, sessions.high) {
        (Some(low), Some(high)) if low == high => number(sessions.value),
        (Some(low), Some(high)) => format!("{} ({}-{})", number(sessions.value), number(low), number(high)),
        _ => format!("{} (?)", number(sessions.value)),
    }
}

fn share(interval: Interval) -> String {
    parts::value(&interval, Unit::Share)
}

/// What each situation needs, and what the nodes turn away in it.
fn situations(sizing: &Sizing) -> Table {
    let all = &sizing.situations;
    let of = |pick: &dyn Fn(&Situation) -> String| all.iter().map(pick).collect::<Vec<String>>();
    let mut table = Table::new("", "situation", of(&|situation| situation.text.clone()))
        .column("sessions a node", of(&|situation| whole(situation.sessions)))
        .column("open on average", of(&|situation| plain(situation.load)));
    if all.iter().any(|situation| situation.today.is_some()) {
        let today = |situation: &Situation| {
            situation.today.as_ref().map_or_else(|| "-".into(), |today| share(today.turned_away))
        };
        table = table.column("turned away today", of(&today));
    }
    table
}

/// What other numbers of equal nodes need, one column for each.
fn counts(sizing: &Sizing) -> Table {
    let all = &sizing.by_nodes;
    let has_down = all.iter().any(|count| count.down.is_some());
    let mut names = vec!["on an ordinary day".to_owned(), "all together".to_owned()];
    if has_down {
        names.insert(1, format!("with {} down", sizing.asked.survive));
    }
    let cells = |one: &NodeCount| {
        let down = has_down.then(|| one.down.map_or_else(|| "-".into(), whole));
        // What does not survive is no size to choose.
        let is_enough = !has_down || one.down.is_some();
        let together = if is_enough { count(one.together as u64) } else { "-".into() };
        [whole(one.ordinary)].into_iter().chain(down).chain([together]).collect::<Vec<String>>()
    };
    let table = Table::new("", "equal nodes", names);
    all.iter().fold(table, |table, one| table.column(&one.nodes.to_string(), cells(one)))
}

/// Everything else that is known.
fn details(sizing: &Sizing) -> Vec<Table> {
    let mut tables = vec![nodes(sizing), formula(sizing), tested(sizing)];
    if !sizing.by_nodes.is_empty() {
        tables.push(turned_away(sizing));
    }
    tables
}

/// What each node needs and has.
fn nodes(sizing: &Sizing) -> Table {
    let all = &sizing.nodes;
    let of = |pick: &dyn Fn(&NodeSize) -> String| all.iter().map(pick).collect::<Vec<String>>();
    Table::new("nodes, in the situation that is worst for each", "node", of(&|node| node.name.clone()))
        .column("needs", of(&|node| node.needed.map_or_else(|| "-".into(), whole)))
        .column("has", of(&|node| node.limit.map_or_else(|| "any".into(), |limit| count(u64::from(limit)))))
        .column("has / needs", of(&|node| node.headroom.map_or_else(|| "-".into(), plain)))
}

/// Erlang's formula beside the simulation.
fn formula(sizing: &Sizing) -> Table {
    let all = &sizing.situations;
    let of = |pick: &dyn Fn(&Situation) -> String| all.iter().map(pick).collect::<Vec<String>>();
    let departs = |situation: &Situation| match situation.erlang.departs {
        Some(Interval { value, low, high }) => Ranged::new(value, [low, high]).signed_points_bare(),
        None => "-".into(),
    };
    let validity =
        |situation: &Situation| if situation.erlang.exact { "exact" } else { "a guess" }.to_owned();
    Table::new(
        "Erlang's formula, which takes what is turned away for lost",
        "situation",
        of(&|situation| situation.text.clone()),
    )
    .column("offered", of(&|situation| significant(situation.erlang.offered)))
    .column("sessions", of(&|situation| count(u64::from(situation.erlang.sessions))))
    .column("simulated above it, points", of(&departs))
    .column("here", of(&validity))
}

/// The limits that were simulated.
fn tested(sizing: &Sizing) -> Table {
    let rows: Vec<(&Situation, &Tested)> = sizing
        .situations
        .iter()
        .flat_map(|situation| situation.tested.iter().map(move |tested| (situation, tested)))
        .collect();
    let of = |pick: &dyn Fn(&(&Situation, &Tested)) -> String| rows.iter().map(pick).collect::<Vec<String>>();
    let sessions = |tested: &Tested| tested.sessions.map_or_else(|| "today".into(), |n| count(u64::from(n)));
    Table::new("limits that were simulated", "situation", of(&|row| row.0.text.clone()))
        .column("sessions a node", of(&|row| sessions(row.1)))
        .column("turned away", of(&|row| share(row.1.turned_away)))
        .column("days met", of(&|row| share(row.1.days_met)))
}

/// What nodes of several sizes turn away.
fn turned_away(sizing: &Sizing) -> Table {
    let all = &sizing.by_nodes;
    let title = match all.iter().any(|count| count.down.is_some()) {
        true => {
            format!("turned away in the busiest hour, {} down (lost if turned away)", sizing.asked.survive)
        }
        false => "turned away in the busiest hour (lost if turned away)".to_owned(),
    };
    let names = all.iter().map(|count| count.nodes.to_string()).collect();
    let sizes = all.first().map_or(&[][..], |count| &count.turned_away);
    let mut table = Table::new(&title, "equal nodes", names);
    for (place, size) in sizes.iter().enumerate() {
        let cell = |count: &NodeCount| {
            count.turned_away.get(place).map_or_else(|| "-".into(), |at| percent(at.turned_away.value))
        };
        let head = format!("{} sessions", count(u64::from(size.sessions)));
        table = table.column(&head, all.iter().map(cell).collect());
    }
    table
}

/// More days where they are too few, else the rest of what is known.
fn next(sizing: &Sizing, asked: &Asked<'_>) -> String {
    let begin = asked.begin("size");
    if sizing.said.answer == Answer::CannotTell {
        let more = sizing.made.replications * 4;
        return format!("{begin} --replications {more}");
    }
    if asked.full {
        return format!("{begin} --figures figures");
    }
    match sizing.asked.busiest {
        None => format!("{begin} --busiest 95%, for the size that is enough on 19 of 20 days"),
        Some(_) => format!("{begin} --full, for every node and every limit tried"),
    }
}

fn row([section, name, quantity]: [&str; 3], sessions: Option<u32>, value: Interval) -> Vec<String> {
    let texts = [section, name, quantity].map(str::to_owned);
    let sessions = sessions.map_or_else(String::new, |sessions| sessions.to_string());
    texts.into_iter().chain([sessions]).chain(parts::numbers(Some(value))).collect()
}

fn situation_rows(situation: &Situation) -> Vec<Vec<String>> {
    let of = |quantity, sessions, value| row(["situations", &situation.text, quantity], sessions, value);
    let mut rows = vec![
        of("sessions", None, situation.sessions),
        of("load", None, situation.load),
        of("peak", None, situation.peak),
    ];
    rows.extend(situation.load_ratio.map(|ratio| of("load_ratio", None, ratio)));
    let exact = Interval { value: f64::from(situation.erlang.sessions), low: None, high: None };
    rows.push(of("erlang_b_sessions", None, exact));
    rows.extend(situation.erlang.departs.map(|departs| of("above_erlang_b", None, departs)));
    for tested in situation.tested.iter().chain(&situation.today) {
        rows.push(of("turned_away", tested.sessions, tested.turned_away));
        rows.push(of("days_met", tested.sessions, tested.days_met));
    }
    rows
}

fn node_rows(node: &NodeSize) -> Vec<Vec<String>> {
    let of = |quantity, value| row(["nodes", &node.name, quantity], node.limit, value);
    let needed = node.needed.map(|needed| of("needed", needed));
    needed.into_iter().chain(node.headroom.map(|headroom| of("headroom", headroom))).collect()
}

fn count_rows(one: &NodeCount) -> Vec<Vec<String>> {
    let name = one.nodes.to_string();
    let of = |quantity, sessions, value| row(["by_nodes", &name, quantity], sessions, value);
    let mut rows = vec![of("ordinary", None, one.ordinary)];
    rows.extend(one.down.map(|down| of("down", None, down)));
    rows.push(of("together", None, Interval { value: one.together, low: None, high: None }));
    rows.extend(one.turned_away.iter().map(|at| of("turned_away", Some(at.sessions), at.turned_away)));
    rows
}
