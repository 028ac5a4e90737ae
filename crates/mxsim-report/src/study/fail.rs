//! `mxsim fail`: what a failure does to the mail, and what would help.

use super::parts::{self, Table};
use super::{Asked, Drawing, StudyReport};
use crate::figure;
use crate::page::{Page, TextStyle};
use crate::shell::word as shell_word;
use mxsim_core::numerals::{Ranged, clock, duration, literal_duration};
use mxsim_core::results::{Answer, Caution, Difference, Interval, Made, Said, Unit};
use mxsim_core::study::fail::{
    DelayCurve, Effect, FailStudy, FaultClass, Help, NodeEffect, Recovery, Saving, SenderEffect,
};

/// Things that would help on the first page.
const MOST_HELPS: usize = 4;

impl StudyReport for FailStudy {
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

    fn markdown(&self) -> String {
        let mut out = parts::markdown(&title(self), &self.word(), (&self.said, &self.made), &tables(self));
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
        self.delays.iter().for_each(|delays| rows.delays(delays));
        self.timeline.iter().for_each(|timeline| rows.timeline(timeline));
        parts::csv(&header, rows.0)
    }

    fn figures(&self) -> Vec<Drawing> {
        let waiting =
            figure::fail_waiting(self).map(|figure| Drawing::new("Waiting mail", "fail-waiting", figure));
        let nodes = figure::fail_nodes(self)
            .map(|figure| Drawing::new("Mail accepted by node", "fail-nodes", figure));
        let delays = figure::fail_delays(self)
            .map(|figure| Drawing::new("How long mail takes", "fail-delays", figure));
        waiting.into_iter().chain(nodes).chain(delays).collect()
    }
}

/// Rows of the table for spreadsheets.
struct Rows(Vec<Vec<String>>);

impl Rows {
    fn row(
        &mut self,
        section: &str,
        (name, quantity): (&str, &str),
        value: &Interval,
        narrower: Option<f64>,
    ) {
        self.0.push(parts::row([section, name, quantity], *value, narrower));
    }

    fn interval(&mut self, section: &str, named: (&str, &str), value: &Interval) {
        self.row(section, named, value, None);
    }

    fn difference(&mut self, section: &str, named: (&str, &str), one: &Difference) {
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
        always
            .into_iter()
            .chain(moments)
            .for_each(|(name, value)| self.interval("recovery", ("", name), &value));
        self.effect("recovery", "", &recovery.peak);
    }

    fn delays(&mut self, delays: &DelayCurve) {
        for (name, values) in
            [("undelivered", &delays.undelivered), ("undelivered_normal", &delays.undelivered_normal)]
        {
            for (after, value) in delays.after_s.iter().zip(values) {
                self.interval("delays", ("", &format!("{name}@{after}")), value);
            }
        }
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
    if let Some(recovery) = &study.recovery {
        page.item("after it", &after(recovery));
    }
    if !study.help.is_empty() {
        page.blank();
        helps(study).write(page);
        page.blank();
    }
}

/// What follows the failure, in a paragraph.
fn after(recovery: &Recovery) -> String {
    let plain = |interval: &Interval| parts::value(interval, Unit::Count);
    let mut text = match &recovery.delivered_s[0] {
        _ if recovery.affected.value <= 0.0 => "No message is affected.".to_owned(),
        Some(delivered) => format!(
            "{} messages are affected; 95 % of them are delivered {} after it began.",
            plain(&recovery.affected),
            parts::value(delivered, Unit::Seconds)
        ),
        None => format!(
            "{} messages are affected, and in some runs not 95 % of them are delivered.",
            plain(&recovery.affected)
        ),
    };
    if let Some(surge) = recovery.surge_s.as_ref().filter(|_| recovery.waiting_at_end.value > 0.0) {
        let (waiting, surge) = (plain(&recovery.waiting_at_end), parts::value(surge, Unit::Seconds));
        text.push_str(&format!(" {waiting} wait when it ends, 95 % of them for up to {surge}."));
    }
    if recovery.peak.difference.sign() > 0 {
        let [failing, normal] = [&recovery.peak.failing, &recovery.peak.normal].map(plain);
        text.push_str(&format!(" A node then takes up to {failing} a minute, usually {normal}."));
    }
    if recovery.still_waiting.value > 0.0 {
        text.push_str(&format!(" {} still wait when the run ends.", plain(&recovery.still_waiting)));
    }
    text
}

/// The same number by number, for the long page.
fn recovery_table(recovery: &Recovery) -> Table {
    let count = |text: &str, interval: &Interval| (text.to_owned(), parts::value(interval, Unit::Count));
    let moment = |text: &str, interval: &Option<Interval>| {
        let value = interval.as_ref().map(|interval| parts::value(interval, Unit::Seconds));
        (text.to_owned(), value.unwrap_or_else(|| "not in every run".into()))
    };
    let rows = [
        count("messages affected", &recovery.affected),
        count("waiting when it ends", &recovery.waiting_at_end),
        count("still waiting at the end of the run", &recovery.still_waiting),
        moment("95 % delivered, from its beginning", &recovery.delivered_s[0]),
        moment("99 % delivered, from its beginning", &recovery.delivered_s[1]),
        moment("95 % delivered, from its end", &recovery.delivered_after_s[0]),
        moment("99 % delivered, from its end", &recovery.delivered_after_s[1]),
        count("surge: messages beyond the usual", &recovery.surge),
        moment("surge: until 95 % is over", &recovery.surge_s),
        count("busiest node after it, per minute", &recovery.peak.failing),
        count("the same without the failure", &recovery.peak.normal),
        moment("split as usual, from its end", &recovery.split_normal_s),
    ];
    let (names, values) = rows.into_iter().unzip();
    Table::new("Recovery", "what", names).column("", values)
}

fn cautions(page: &mut Page, cautions: &[Caution]) {
    cautions.iter().for_each(|caution| page.item("caution", &caution.text));
}

/// What would help, what saves most first.
fn helps(study: &FailStudy) -> Table {
    let helps = &study.help[..study.help.len().min(MOST_HELPS)];
    let of = |cell: &dyn Fn(&Help) -> String| helps.iter().map(cell).collect::<Vec<_>>();
    let ranked = study.effect(&study.ranked_by).map_or("", |effect| effect.text.as_str());
    let saved = |help: &Help| {
        let Some(one) = help.saves.first() else { return String::new() };
        let doubt = if one.saved.sign() == 0 { " ?" } else { "" };
        format!("{}{doubt}", saved_text(&one.saved, one.unit))
    };
    Table::new("", "what would help most", of(&|help| help.text.clone()))
        .column(&format!("lowers \"{ranked}\" by"), of(&saved))
        .column("enough", of(&|help| if help.is_enough { "yes" } else { "no" }.to_owned()))
}

/// What is left with each of them, for the long page.
fn left(study: &FailStudy) -> Table {
    let names = study.help.iter().map(|help| help.name.clone()).collect();
    let Some(first) = study.help.first() else { return Table::new("", "", names) };
    let cell = |help: &Help, name: &str| {
        let one = help.saves.iter().find(|one| one.name == name);
        one.map_or_else(String::new, |one: &Saving| parts::plus_minus(&one.left, one.unit))
    };
    let mut table = Table::new("What is left with each of them", "with", names);
    for one in &first.saves {
        table = table.column(&one.text, study.help.iter().map(|help| cell(help, &one.name)).collect());
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
            class
                .effect(name)
                .map_or_else(String::new, |effect| narrow(&parts::plus_minus(&effect.failing, effect.unit)))
        };
        classes.iter().map(cell).collect::<Vec<_>>()
    };
    Table::new("", "fails by", classes.iter().map(|class| class.text.clone()).collect())
        .column("ok", classes.iter().map(|class| survived(class).to_owned()).collect())
        .column("lost %", of("lost"))
        .column(">5 min %", of("late_5m"))
        .column("mean delay", of("delay_mean"))
        .column("connections", of("connections_per_message"))
}

/// The same in fewer columns, for a head that says the unit of a share.
fn narrow(text: &str) -> String {
    text.replace(" +-", "+-").replace(" %", "")
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
    tables.extend(study.recovery.as_ref().map(recovery_table));
    if !study.help.is_empty() {
        tables.push(Table { title: "What would help most".into(), ..helps(study) });
        tables.push(left(study));
    }
    if !study.not_tried.is_empty() {
        let (texts, whys) = study.not_tried.iter().map(|one| (one.text.clone(), one.why.clone())).unzip();
        tables.push(Table::new("Not tried", "what", texts).column("because", whys));
    }
    tables.extend(study.delays.as_ref().map(delays));
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
        .column("without", of(&|one| parts::plus_minus(&one.normal, one.unit)))
        .column("with it", of(&|one| parts::plus_minus(&one.failing, one.unit)))
        .column("difference", of(&|one| parts::plus_minus(&one.difference.value, one.unit)))
        .column("narrower", of(&|one| parts::narrower(one.difference.narrower)))
}

fn nodes(nodes: &[NodeEffect]) -> Table {
    let name = |node: &NodeEffect| format!("{}{}", node.name, if node.fails { " (fails)" } else { "" });
    let of = |cell: &dyn Fn(&NodeEffect) -> String| nodes.iter().map(cell).collect::<Vec<_>>();
    let share = |one: &Interval| parts::plus_minus(one, Unit::Share);
    let rate = |one: &Interval| parts::plus_minus(one, Unit::Count);
    Table::new(
        "Nodes: share of mail, and messages a minute in the busiest bin",
        "node",
        nodes.iter().map(name).collect(),
    )
    .column("usual", of(&|node| share(&node.share.normal)))
    .column("failing", of(&|node| share(&node.share.failing)))
    .column("after", of(&|node| share(&node.share_after.failing)))
    .column("peak", of(&|node| rate(&node.peak.failing)))
    .column("peak after", of(&|node| rate(&node.peak_after.failing)))
    .column("usual peak", of(&|node| rate(&node.peak_after.normal)))
}

fn senders(senders: &[SenderEffect]) -> Table {
    let of = |cell: &dyn Fn(&SenderEffect) -> String| senders.iter().map(cell).collect::<Vec<_>>();
    let share = |one: &Interval| parts::plus_minus(one, Unit::Share);
    Table::new("Whose mail; what the failure adds", "sender", of(&|sender| sender.name.clone()))
        .column("of all mail", of(&|sender| share(&sender.share_of_mail)))
        .column("later than 5 min", of(&|sender| share(&sender.late_5m.value)))
        .column("lost", of(&|sender| share(&sender.lost.value)))
}

/// How much of the mail has not been delivered so long after it arrived.
fn delays(delays: &DelayCurve) -> Table {
    let of = |values: &[Interval]| values.iter().map(|one| parts::plus_minus(one, Unit::Share)).collect();
    let names = delays.after_s.iter().map(|after| duration(*after)).collect();
    Table::new("Mail not delivered yet; each range for itself", "after", names)
        .column("without", of(&delays.undelivered_normal))
        .column("with it", of(&delays.undelivered))
}

/// The timeline in words: what waits, and the share of each node, bin by bin.
fn timeline(study: &FailStudy) -> Table {
    let Some(timeline) = &study.timeline else { return Table::new("Timeline", "from", Vec::new()) };
    let shown = |interval: &Interval, unit: Unit| parts::plus_minus(interval, unit);
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
    let time =
        format!("--at {} --for {}", shell_word(&at(failure.from_s)), shell_word(&length(failure.length_s)));
    let how =
        match study.classes.iter().find(|class| class.is_survived == Some(false)).or(study.classes.first()) {
            Some(class) => class.how.as_str(),
            None => failure.how.as_str(),
        };
    let more = match (study.classes.is_empty(), asked.full) {
        (false, _) => "",
        (true, false) => " --full",
        (true, true) => " --figures .",
    };
    format!("{} {} --how {} {time}{more}", asked.begin("fail"), target.join(" "), shell_word(how))
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
fn saved_text(saved: &Difference, unit: Unit) -> String {
    let ranged = Ranged::from(saved.value);
    match unit {
        Unit::Share => ranged.points(),
        Unit::Seconds => ranged.duration(),
        _ => ranged.plain(),
    }
}
