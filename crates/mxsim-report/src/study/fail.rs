//! `mxsim fail`: what a failure does to the mail, and what would help.

use super::parts::{self, Table};
use super::{Asked, Drawing, StudyReport};
use crate::figure;
use crate::page::{Page, TextStyle};
use crate::shell::word as shell_word;
use mxsim_core::numerals::{Ranged, clock, duration, literal_duration, significant};
use mxsim_core::results::{Answer, Caution, Interval, Unit};
use mxsim_core::study::fail::{Effect, FailStudy, FaultClass, Help, NodeEffect, Recovery, Saving, SenderEffect};

/// Things that would help on the first page.
const MOST_HELPS: usize = 6;

impl StudyReport for FailStudy {
    fn screen(&self, asked: &Asked<'_>, style: &TextStyle) -> String {
        let mut page = parts::page(style);
        parts::head(&mut page, &title(self), word(self), &self.said);
        page.blank();
        if self.classes.is_empty() {
            first_page(&mut page, self);
        } else {
            classes(self).write(&mut page);
        }
        cautions(&mut page, &self.cautions);
        parts::foot(&mut page, &self.said, &self.made);
        if asked.full {
            for table in tables(self) {
                page.blank();
                table.write(&mut page);
            }
        }
        page.with_next(&next(self, asked))
    }

    fn oneline(&self) -> String {
        parts::line(word(self), &self.said)
    }

    fn markdown(&self) -> String {
        let mut out = parts::markdown(&title(self), word(self), (&self.said, &self.made), &tables(self));
        for caution in &self.cautions {
            out.push_str(&format!("\n- **Caution:** {}\n", crate::outgoing::in_markdown(&caution.text)));
        }
        out
    }

    fn csv(&self) -> String {
        let header = ["section", "name", "quantity", "value", "low", "high", "narrower"];
        let mut rows = Rows(Vec::new());
        self.effects.iter().for_each(|one| rows.effect("failure", "", one));
        for node in &self.nodes {
            let all = [&node.share, &node.share_after, &node.peak, &node.peak_after];
            all.into_iter().for_each(|one| rows.effect("nodes", &node.name, one));
        }
        for sender in &self.senders {
            rows.interval("senders", (&sender.name, "share_of_mail"), &sender.share_of_mail);
            rows.difference("senders", (&sender.name, "late_5m"), &sender.late_5m);
            rows.difference("senders", (&sender.name, "lost"), &sender.lost);
        }
        self.recovery.iter().for_each(|recovery| rows.recovery(recovery));
        for (help, one) in self.help.iter().flat_map(|help| help.saves.iter().map(move |one| (help, one))) {
            rows.interval("help", (&help.name, &format!("{}.left", one.name)), &one.left);
            rows.difference("help", (&help.name, &format!("{}.saved", one.name)), &one.saved);
        }
        for class in &self.classes {
            class.effects.iter().for_each(|one| rows.effect("classes", &class.how, one));
        }
        self.timeline.iter().for_each(|timeline| rows.timeline(timeline));
        parts::csv(&header, rows.0)
    }

    fn figures(&self) -> Vec<Drawing> {
        let drawing = |title: &str, name: &str, figure| Drawing { title: title.into(), name: name.into(), figure };
        let waiting = figure::fail_waiting(self).map(|figure| drawing("Waiting mail", "fail-waiting", figure));
        let nodes = figure::fail_nodes(self).map(|figure| drawing("Mail accepted by node", "fail-nodes", figure));
        waiting.into_iter().chain(nodes).collect()
    }
}

/// Rows of the table for spreadsheets.
struct Rows(Vec<Vec<String>>);

impl Rows {
    fn row(&mut self, section: &str, (name, quantity): (&str, &str), value: &Interval, narrower: Option<f64>) {
        let numbers = [Some(value.value), value.low, value.high, narrower].map(parts::cell);
        self.0.push([section, name, quantity].map(str::to_owned).into_iter().chain(numbers).collect());
    }

    fn interval(&mut self, section: &str, named: (&str, &str), value: &Interval) {
        self.row(section, named, value, None);
    }

    fn difference(&mut self, section: &str, named: (&str, &str), one: &mxsim_core::results::Difference) {
        self.row(section, named, &one.value, one.narrower);
    }

    fn effect(&mut self, section: &str, name: &str, one: &Effect) {
        self.interval(section, (name, &format!("{}.normal", one.name)), &one.normal);
        self.interval(section, (name, &format!("{}.failing", one.name)), &one.failing);
        self.difference(section, (name, &format!("{}.difference", one.name)), &one.difference);
    }

    fn recovery(&mut self, recovery: &Recovery) {
        let always = [
            ("affected", recovery.affected),
            ("waiting_at_end", recovery.waiting_at_end),
            ("still_waiting", recovery.still_waiting),
            ("surge", recovery.surge),
        ];
        let moments = [
            ("delivered_95_s", recovery.delivered_s[0]),
            ("delivered_99_s", recovery.delivered_s[1]),
            ("delivered_95_after_s", recovery.delivered_after_s[0]),
            ("delivered_99_after_s", recovery.delivered_after_s[1]),
            ("surge_s", recovery.surge_s),
            ("split_normal_s", recovery.split_normal_s),
        ];
        let moments = moments.into_iter().filter_map(|(name, moment)| Some((name, moment?)));
        always.into_iter().chain(moments).for_each(|(name, value)| self.interval("recovery", ("", name), &value));
        self.effect("recovery", "", &recovery.peak);
    }

    fn timeline(&mut self, timeline: &mxsim_core::study::fail::Timeline) {
        let mut curve = |name: &str, quantity: &str, values: &[Interval]| {
            for (bin, value) in values.iter().enumerate() {
                let begins = timeline.from_s + bin as f64 * timeline.bin_s;
                self.interval("timeline", (name, &format!("{quantity}@{begins}")), value);
            }
        };
        curve("", "waiting", &timeline.waiting);
        curve("", "waiting_normal", &timeline.waiting_normal);
        for (name, values) in ["late_1m", "late_5m", "late_1h"].into_iter().zip(&timeline.late) {
            curve("", name, values);
        }
        for node in &timeline.nodes {
            curve(&node.name, "accepted_per_minute", &node.accepted);
            curve(&node.name, "accepted_per_minute_normal", &node.accepted_normal);
            curve(&node.name, "share", &node.share);
            curve(&node.name, "share_difference", &node.share_difference);
        }
    }
}

fn title(study: &FailStudy) -> String {
    let failure = &study.failure;
    let how = if failure.text.is_empty() { String::new() } else { format!(" ({})", failure.text) };
    format!("Does the mail get through in time while {} fails{how}?", failure.target)
}

const fn word(study: &FailStudy) -> &'static str {
    match study.said.answer {
        Answer::Yes | Answer::YesRoughly => "YES",
        Answer::No => "NO",
        Answer::DependsOn => "DEPENDS",
        Answer::CannotTell => "CAN'T TELL YET",
    }
}

/// What belongs to the answer about one way to fail.
fn first_page(page: &mut Page, study: &FailStudy) {
    let recovery = study.recovery.iter().flat_map(|recovery| recovery_items(study, recovery));
    recovery.take(3).for_each(|(label, text)| page.item(label, &text));
    if study.help.is_empty() {
        return;
    }
    page.blank();
    help(study, &study.help[..study.help.len().min(MOST_HELPS)], false).write(page);
    page.blank();
}

/// What follows the failure, item by item.
fn recovery_items(study: &FailStudy, recovery: &Recovery) -> Vec<(&'static str, String)> {
    let plain = |interval: Interval| parts::value(&interval, Unit::Count);
    let moment = |interval: &Option<Interval>| match interval {
        Some(interval) => parts::value(interval, Unit::Seconds),
        None => "not within the run".into(),
    };
    let mut items = vec![(
        "affected",
        format!(
            "{} messages; 95 % of them are delivered {} after it began, 99 % {}.",
            plain(recovery.affected),
            moment(&recovery.delivered_s[0]),
            moment(&recovery.delivered_s[1])
        ),
    )];
    let ratio = recovery.peak_ratio.map(|ratio| format!(", {} times the usual peak", significant(ratio)));
    let bin = study.timeline.as_ref().map_or_else(String::new, |timeline| duration(timeline.bin_s));
    items.push((
        "surge",
        format!(
            "{} messages wait when it ends; 95 % of them are delivered within {}. The busiest node then takes {} a minute (over {bin}){}.",
            plain(recovery.waiting_at_end),
            moment(&recovery.surge_s),
            plain(recovery.peak.failing),
            ratio.unwrap_or_default()
        ),
    ));
    let split = match &recovery.split_normal_s {
        Some(split) if split.value <= 0.0 && split.high.is_none_or(|high| high <= 0.0) => "as before at once".into(),
        Some(split) => format!("as before {} after it ends", split_text(split)),
        None => "not as before within the timeline".into(),
    };
    let still = match recovery.still_waiting.value > 0.0 {
        true => format!(" {} messages still wait when the run ends.", plain(recovery.still_waiting)),
        false => String::new(),
    };
    items.push(("split", format!("The split over nodes is {split}.{still}")));
    items
}

/// From the time from which on no difference shows to that from which on there can be none that matters.
fn split_text(split: &Interval) -> String {
    let ranged = Ranged::new(split.value, [split.low, split.high]);
    match split.high {
        Some(high) if high > split.value => format!("{} to {}", duration(split.value), duration(high)),
        Some(_) => duration(split.value),
        None => format!("{} at the earliest", duration(ranged.value)),
    }
}

fn cautions(page: &mut Page, cautions: &[Caution]) {
    cautions.iter().for_each(|caution| page.item("caution", &caution.text));
}

/// What would help, what saves most first.
fn help(study: &FailStudy, helps: &[Help], is_full: bool) -> Table {
    let texts = helps.iter().map(|help| help.text.clone()).collect();
    let ranked = study.effect(&study.ranked_by).map_or_else(String::new, |effect| effect.text.clone());
    let saving = |name: &str, of: &dyn Fn(&Saving) -> String| {
        let find = |help: &Help| help.saves.iter().find(|one| one.name == name).map_or_else(String::new, of);
        helps.iter().map(find).collect::<Vec<_>>()
    };
    let saved = |one: &Saving| match one.saved.sign() {
        0 => format!("{} ?", saved_text(&one.saved, one.unit)),
        _ => saved_text(&one.saved, one.unit),
    };
    let enough = helps.iter().map(|help| if help.is_enough { "yes" } else { "no" }.to_owned()).collect();
    let title = if is_full { "What would help most" } else { "" };
    let mut table = Table::new(title, "what would help most", texts)
        .column(&format!("saves of \"{ranked}\""), saving(&study.ranked_by, &saved))
        .column("enough", enough);
    if is_full {
        for effect in &study.effects {
            let is_other = effect.name != study.ranked_by && helps[0].saves.iter().any(|one| one.name == effect.name);
            if is_other {
                table = table.column(&effect.text, saving(&effect.name, &saved));
            }
        }
    }
    table
}

/// Every class of fault, one row each.
fn classes(study: &FailStudy) -> Table {
    let classes = &study.classes;
    let survived = |class: &FaultClass| match class.is_survived {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "?",
    };
    let of = |name: &'static str| {
        let cell = move |class: &FaultClass| {
            class.effect(name).map_or_else(String::new, |effect| in_column(&effect.failing, effect.unit))
        };
        classes.iter().map(cell).collect::<Vec<_>>()
    };
    Table::new("", "fails by", classes.iter().map(|class| class.text.clone()).collect())
        .column("ok", classes.iter().map(|class| survived(class).to_owned()).collect())
        .column("% lost", of("lost"))
        .column("% over 5 min", of("late_5m"))
        .column("mean delay", of("delay_mean"))
        .column("connections", of("connections_per_message"))
}

/// Everything, for the long page and for Markdown.
fn tables(study: &FailStudy) -> Vec<Table> {
    let mut tables = Vec::new();
    if !study.effects.is_empty() {
        tables.push(effects("Mail that arrives while it fails", &study.effects));
        tables.push(nodes(&study.nodes));
    }
    if !study.senders.is_empty() {
        tables.push(senders(&study.senders));
    }
    if let Some(recovery) = &study.recovery {
        let (names, texts) = recovery_items(study, recovery).into_iter().map(|(name, text)| (name.to_owned(), text)).unzip();
        tables.push(Table::new("Recovery", "what", names).column("", texts));
    }
    if !study.help.is_empty() {
        tables.push(help(study, &study.help, true));
    }
    if !study.not_tried.is_empty() {
        let (texts, whys) = study.not_tried.iter().map(|one| (one.text.clone(), one.why.clone())).unzip();
        tables.push(Table::new("Not tried", "what", texts).column("because", whys));
    }
    tables.extend(study.timeline.as_ref().map(|_| timeline(study)));
    if !study.classes.is_empty() {
        tables.push(Table { title: "Ways to fail".into(), ..classes(study) });
        tables.extend(study.classes.iter().map(|class| effects(&class.text, &class.effects)));
    }
    tables
}

fn effects(title: &str, effects: &[Effect]) -> Table {
    let of = |cell: &dyn Fn(&Effect) -> String| effects.iter().map(cell).collect::<Vec<_>>();
    Table::new(title, "quantity", of(&|one| one.text.clone()))
        .column("without", of(&|one| parts::value(&one.normal, one.unit)))
        .column("with it", of(&|one| parts::value(&one.failing, one.unit)))
        .column("difference", of(&|one| parts::difference(&one.difference, one.unit)))
        .column("narrower", of(&|one| narrower(one.difference.narrower)))
}

fn narrower(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".into(), |ratio| format!("{} x", significant(ratio)))
}

fn nodes(nodes: &[NodeEffect]) -> Table {
    let name = |node: &NodeEffect| format!("{}{}", node.name, if node.fails { " (fails)" } else { "" });
    let of = |cell: &dyn Fn(&NodeEffect) -> String| nodes.iter().map(cell).collect::<Vec<_>>();
    let with = |one: &Effect| parts::value(&one.failing, one.unit);
    Table::new("Nodes: share of mail, and messages a minute in the busiest bin", "node", nodes.iter().map(name).collect())
        .column("usual share", of(&|node| parts::value(&node.share.normal, Unit::Share)))
        .column("while it fails", of(&|node| with(&node.share)))
        .column("after it", of(&|node| with(&node.share_after)))
        .column("peak while", of(&|node| parts::value(&node.peak.failing, Unit::Count)))
        .column("peak after", of(&|node| parts::value(&node.peak_after.failing, Unit::Count)))
        .column("usual peak", of(&|node| parts::value(&node.peak_after.normal, Unit::Count)))
}

fn senders(senders: &[SenderEffect]) -> Table {
    let of = |cell: &dyn Fn(&SenderEffect) -> String| senders.iter().map(cell).collect::<Vec<_>>();
    let points = |one: &mxsim_core::results::Difference| format!("{} points", parts::difference(one, Unit::Share));
    Table::new("Whose mail", "sender", of(&|sender| sender.name.clone()))
        .column("of all mail", of(&|sender| parts::value(&sender.share_of_mail, Unit::Share)))
        .column("later than 5 min", of(&|sender| points(&sender.late_5m)))
        .column("lost", of(&|sender| points(&sender.lost)))
}

/// The timeline in words: what waits, and the share of each node, bin by bin.
fn timeline(study: &FailStudy) -> Table {
    let Some(timeline) = &study.timeline else { return Table::new("Timeline", "from", Vec::new()) };
    let shown = |interval: &Interval, unit: Unit| parts::value(interval, unit);
    let bins = 0..timeline.waiting.len();
    let names = bins.clone().map(|bin| clock(timeline.from_s + bin as f64 * timeline.bin_s)).collect();
    let title = format!("Timeline, bins of {}; each range for itself", duration(timeline.bin_s));
    let mut table = Table::new(&title, "from", names)
        .column("wait at its end", timeline.waiting.iter().map(|one| shown(one, Unit::Count)).collect())
        .column("over 5 min", timeline.late[1].iter().map(|one| shown(one, Unit::Count)).collect());
    for node in &timeline.nodes {
        table = table.column(&node.name, node.share.iter().map(|one| shown(one, Unit::Share)).collect());
    }
    table
}

/// What is worth typing next: the worst way to fail in detail, a figure of one, or the long page.
fn next(study: &FailStudy, asked: &Asked<'_>) -> String {
    let failure = &study.failure;
    let target: Vec<String> = failure.asked.iter().map(|word| shell_word(word).into_owned()).collect();
    let time = format!("--at {} --for {}", shell_word(&at(failure.from_s)), shell_word(&length(failure.length_s)));
    let how = match study.classes.iter().find(|class| class.is_survived == Some(false)).or(study.classes.first()) {
        Some(class) => class.how.as_str(),
        None => failure.how.as_str(),
    };
    let more = match (study.classes.is_empty(), asked.full) {
        (false, _) => "",
        (true, false) => " --full",
        (true, true) => " --figures .",
    };
    format!("mxsim fail {} {} --how {} {time}{more}", shell_word(asked.input), target.join(" "), shell_word(how))
}

/// A time as the command line takes it: `10:00`, `2d 10:00`.
fn at(seconds: f64) -> String {
    let text = clock(seconds);
    text.strip_suffix(":00").map_or(text.clone(), str::to_owned)
}

fn length(seconds: f64) -> String {
    literal_duration(seconds).replace(' ', "")
}

/// What is saved: positive if it is less than before.
fn saved_text(saved: &mxsim_core::results::Difference, unit: Unit) -> String {
    let ranged = Ranged::from(saved.value);
    match unit {
        Unit::Share => ranged.points(),
        _ => parts::difference(saved, unit),
    }
}

/// A number and its range in a column whose head says the unit.
fn in_column(interval: &Interval, unit: Unit) -> String {
    let ranged = Ranged::from(*interval);
    match unit {
        Unit::Share => ranged.percent_bare(),
        unit => parts::value(interval, unit),
    }
}
