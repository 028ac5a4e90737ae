//! `mxsim cutover`: who still sends to the old hosts, and when they may be stopped.

use super::parts::{self, Table, row};
use super::{Asked, Drawing, StudyReport};
use crate::figure;
use crate::outgoing::in_markdown;
use crate::page::{Page, TextStyle};
use mxsim_core::numerals::{Ranged, clock, duration, percent};
use mxsim_core::results::{Answer, Made, Said};
use mxsim_core::study::cutover::{Cutover, Moved, OldSender, Quantity, Variant};

impl StudyReport for Cutover {
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
        variants(self).write(&mut page);
        if asked.full {
            full(self, &mut page);
        } else {
            page.blank();
        }
        parts::foot(&mut page, &self.said, &self.made);
        page.with_next(&next(self, asked))
    }

    fn markdown(&self) -> String {
        let mut tables = vec![variants(self), senders(self, usize::MAX)];
        tables.extend(self.variants.iter().map(quantities));
        let mut out = parts::markdown(&title(self), &self.word(), (&self.said, &self.made), &tables);
        out.push('\n');
        out.push_str(&cutover_plan(self).replacen("# ", "## ", 1));
        out
    }

    fn csv(&self) -> String {
        let header = ["section", "name", "quantity", "value", "low", "high", "from_s"];
        parts::csv(&header, rows(self))
    }

    fn figures(&self) -> Vec<Drawing> {
        vec![Drawing::new("Who still sends to the old hosts", "cutover", figure::cutover(self))]
    }
}

/// The check-list for the change request, in Markdown.
#[must_use]
pub fn cutover_plan(cutover: &Cutover) -> String {
    let change = &cutover.change;
    let mut out = format!("# Change of {}: check-list\n\n", in_markdown(&names(&change.old)));
    out.push_str(&format!(
        "Times count from the change, {}; in brackets as mxsim simulated them.\n\n",
        clock(change.at_s)
    ));
    for step in &cutover.plan {
        let when = match step.at_s {
            0.0 => "at the change".to_owned(),
            before if before < 0.0 => format!("{} before", duration(-before)),
            after => format!("{} after", duration(after)),
        };
        let at = clock(change.at_s + step.at_s);
        out.push_str(&format!("- [ ] **{when}** ({at}): {}\n", in_markdown(&step.text)));
    }
    if !change.lines.is_empty() {
        out.push_str("\nRecords that change:\n\n");
        change
            .lines
            .iter()
            .for_each(|line| out.push_str(&format!("    {}\n", crate::outgoing::visible(line))));
    }
    out.push_str(&format!("\n{}\n", in_markdown(&cutover.said.sentence)));
    out
}

fn names(nodes: &[String]) -> String {
    nodes.join(", ")
}

fn title(cutover: &Cutover) -> String {
    let change = &cutover.change;
    let new = if change.new.is_empty() { "nothing".to_owned() } else { names(&change.new) };
    format!("Cutover from {} to {new}: when can the old be stopped?", names(&change.old))
}

const fn word(cutover: &Cutover) -> &'static str {
    match (cutover.said.answer, cutover.change.is_stop_given) {
        (Answer::Yes, true) => "NOTHING LOST",
        (Answer::Yes, false) => "SAFE TIME FOUND",
        (Answer::No, _) => "MAIL IS LOST",
        _ => "CAN'T TELL",
    }
}

/// One row for each way in which the old hosts may go on.
fn variants(cutover: &Cutover) -> Table {
    let of = |pick: &dyn Fn(&Variant) -> String| cutover.variants.iter().map(pick).collect::<Vec<_>>();
    let rows = cutover.variants.iter().map(|variant| short(cutover, variant)).collect();
    let number = |variant: &Variant, name: &str| {
        let found = variant.quantities.iter().find(|quantity| quantity.measured.name == name);
        found.map_or_else(
            || "-".to_owned(),
            |quantity| parts::value(&quantity.measured.value, quantity.measured.unit),
        )
    };
    Table::new("", "the old host", rows)
        .column("takes, messages", of(&|variant| number(variant, "to_old")))
        .column("over 5 min", of(&|variant| number(variant, "late_5m")))
        .column("bounce", of(&|variant| number(variant, "bounced")))
        .column("last message", of(&|variant| last(variant)))
}

/// What a variant is called in a table.
fn short(cutover: &Cutover, variant: &Variant) -> String {
    let ttl = cutover.change.lowering.map_or_else(String::new, |lowering| duration(lowering.ttl_s));
    match variant.name.as_str() {
        "keeps" => "goes on".to_owned(),
        "refuses" => "refuses".to_owned(),
        "drops" => "is gone".to_owned(),
        "lowered" => format!("TTL {ttl} first"),
        "plan" => format!("stops at {}", cutover.change.stop_s.map_or_else(String::new, duration)),
        other => other.to_owned(),
    }
}

fn last(variant: &Variant) -> String {
    match &variant.last {
        None => "-".to_owned(),
        Some(_) if variant.still > 0.0 => "still coming".to_owned(),
        Some(last) => duration(last.latest),
    }
}

/// Who sends to the old hosts, most of the mail first.
fn senders(cutover: &Cutover, most: usize) -> Table {
    let shown = &cutover.senders[..cutover.senders.len().min(most)];
    let of = |pick: fn(&OldSender) -> String| shown.iter().map(pick).collect::<Vec<_>>();
    let title = "Who still sends to the old host";
    Table::new(title, "sender", of(|sender| sender.name.clone()))
        .column("of its mail", of(|sender| percent(sender.share_of_old.value)))
        .column(
            "last message",
            of(|sender| match &sender.last {
                Some(_) if sender.still > 0.0 => "still coming".to_owned(),
                Some(last) => duration(last.latest),
                None => "-".to_owned(),
            }),
        )
        .column("why", of(|sender| sender.why.clone()))
}

/// When parts of the mail have moved: a row for each part, a column for each way to go on.
fn moved(cutover: &Cutover) -> Table {
    let ways: Vec<&Variant> = cutover.variants.iter().filter(|variant| !variant.moved.is_empty()).collect();
    let parts = ways.first().map_or(&[][..], |variant| &variant.moved);
    let rows = parts.iter().map(|moved| format!("{} %", (moved.part * 1_000.0).round() / 10.0)).collect();
    let when =
        |moved: &Moved| moved.after_s.map_or_else(|| "not yet".to_owned(), |at| Ranged::from(at).duration());
    ways.iter().fold(
        Table::new("Mail that goes to the new hosts, after the change", "of the mail", rows),
        |table, way| {
            table.column(&format!("old host {}", short(cutover, way)), way.moved.iter().map(when).collect())
        },
    )
}

/// Every number of a variant, and its difference from the first.
fn quantities(variant: &Variant) -> Table {
    let all = &variant.quantities;
    let of = |pick: &dyn Fn(&Quantity) -> String| all.iter().map(pick).collect::<Vec<_>>();
    let measured = |one: &Quantity| parts::plus_minus(&one.measured.value, one.measured.unit);
    let is_first = all.iter().all(|quantity| quantity.difference.is_none());
    let beside = if is_first { "" } else { "; difference from an old host that goes on" };
    let table = Table::new(
        &format!("The old host {}{beside}", variant.text),
        "quantity",
        of(&|one| one.measured.text.clone()),
    )
    .column("number", of(&measured));
    if is_first {
        return table;
    }
    let difference = |one: &Quantity| {
        one.difference
            .map_or_else(|| "-".to_owned(), |found| parts::plus_minus(&found.value, one.measured.unit))
    };
    let narrower = |one: &Quantity| parts::narrower(one.difference.and_then(|found| found.narrower));
    table.column("difference", of(&difference)).column("narrower", of(&narrower))
}

fn full(cutover: &Cutover, page: &mut Page) {
    page.blank();
    for table in [moved(cutover), senders(cutover, usize::MAX)]
        .into_iter()
        .chain(cutover.variants.iter().map(quantities))
    {
        table.write(page);
        page.blank();
    }
    page.note("narrower: how many times wider the interval of the difference would be with independent random numbers");
    for line in &cutover.change.lines {
        page.note(line);
    }
    page.blank();
}

fn next(cutover: &Cutover, asked: &Asked<'_>) -> String {
    let begin = asked.begin("cutover");
    match cutover.change.lowering {
        _ if cutover.said.answer == Answer::CannotTell => {
            format!("{begin} --full, for who they are and why")
        }
        Some(lowering) if !lowering.is_planned => {
            format!("{begin} --lower-ttl {}s --plan, for the check-list", lowering.ttl_s)
        }
        _ => format!("{begin} --plan, for the check-list"),
    }
}

fn rows(cutover: &Cutover) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for variant in &cutover.variants {
        for quantity in &variant.quantities {
            let measured = &quantity.measured;
            rows.push(row(["variants", &variant.name, &measured.name], measured.value, None));
            if let Some(difference) = quantity.difference {
                rows.push(row(["differences", &variant.name, &measured.name], difference.value, None));
            }
        }
        for moved in &variant.moved {
            let name = format!("moved_{}", moved.part);
            rows.extend(moved.after_s.map(|at| row(["moved", &variant.name, &name], at, None)));
        }
    }
    for sender in &cutover.senders {
        rows.push(row(["senders", &sender.name, "share_of_mail"], sender.share_of_mail, None));
        rows.push(row(["senders", &sender.name, "share_of_old"], sender.share_of_old, None));
    }
    for curve in std::iter::once(&cutover.curve).chain(&cutover.curves) {
        let bins = curve.values.iter().zip(&cutover.edges_s);
        rows.extend(
            bins.map(|(value, from)| row(["curve", &curve.name, "share_to_old"], *value, Some(*from))),
        );
    }
    rows
}
