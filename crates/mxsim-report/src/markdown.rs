//! The results as Markdown: the content of the screen, with every row of every table.

use mxsim_core::numerals::{self, Ranged};
use mxsim_core::results::{Estimate, NodeResult, Provenance, Results};

use crate::capacity;
use crate::findings;
use crate::greylisting;
use crate::next::next_command;
use crate::outgoing::{in_markdown, link_in_markdown};
use crate::scatter;
use crate::text::Files;
use crate::words::{self, WindowWord};

/// What a Markdown report refers to.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarkdownStyle<'a> {
    /// Title and path of each figure, in the order they are shown.
    pub figures: &'a [(&'a str, &'a str)],
}

/// The results as Markdown.
#[must_use]
pub fn markdown(results: &Results, style: &MarkdownStyle<'_>) -> String {
    let mut out = String::new();
    let word = words::window(&results.provenance);
    head(&mut out, results);
    figures(&mut out, style);
    if words::has_split(results) {
        share_table(&mut out, results, word);
        planned_table(&mut out, results, word);
        load_table(&mut out, results, word);
        address_table(&mut out, &results.nodes);
        host_table(&mut out, results);
        heading(&mut out, "Balance");
        bullets(&mut out, &words::balance(results));
        cause_table(&mut out, results);
    }
    delivery(&mut out, results);
    greylisting_table(&mut out, results);
    goal_table(&mut out, results, word);
    provenance(&mut out, results);
    out
}

fn heading(out: &mut String, text: &str) {
    out.push_str(&format!("\n## {}\n\n", in_markdown(text)));
}

fn bullets(out: &mut String, lines: &[String]) {
    for line in lines {
        out.push_str(&format!("- {}\n", in_markdown(line)));
    }
}

fn table<const N: usize>(out: &mut String, heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
    out.push_str(&format!("| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(N)));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| in_markdown(cell)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

fn head(out: &mut String, results: &Results) {
    let title = in_markdown(&words::title(results));
    out.push_str(&format!("# {title}\n\n{}\n\n", in_markdown(&words::setting(results))));
    let verdict = &results.verdict;
    let (sign, word) = (words::answer(verdict.answer).0.sign(), in_markdown(&words::answer_of(verdict)));
    out.push_str(&format!("**{sign} {word}.** {}\n\n", in_markdown(&verdict.sentence)));
    for other in &verdict.others {
        out.push_str(&format!("- **Also:** {}\n", in_markdown(&other.sentence)));
    }
    let not_known = words::not_known(&results.uncertainty);
    let parts = [
        ("Why", verdict.why.as_str()),
        ("What it depends on", words::flips(results)),
        ("What to do", &verdict.action),
        ("Chance", &words::luck(results)),
        ("Uncertainty", &not_known),
    ];
    for (label, text) in parts.iter().filter(|(_, text)| !text.trim().is_empty()) {
        out.push_str(&format!("- **{label}:** {}\n", in_markdown(text)));
    }
}

fn figures(out: &mut String, style: &MarkdownStyle<'_>) {
    for (title, path) in style.figures {
        out.push_str(&format!("\n![{}](<{}>)\n", in_markdown(title), link_in_markdown(path)));
    }
}

fn share_table(out: &mut String, results: &Results, word: WindowWord) {
    heading(out, "Split");
    out.push_str(&format!(
        "Share of mail per {}, in percent, with the 95 % range of each number.\n\n",
        word.one
    ));
    let heads =
        ["node", "fair", "mean", "P5", "median", "P95", "connections", "tilt [points]", "scatter [points]"];
    let rows = results.nodes.iter().map(|node| {
        [
            node.name.clone(),
            numerals::percent_digits(node.fair_share),
            Ranged::mean_share(&node.share).percent_bare(),
            Ranged::p05(&node.share).percent_bare(),
            Ranged::p50(&node.share).percent_bare(),
            Ranged::p95(&node.share).percent_bare(),
            Ranged::mean_share(&node.share_of_connections).percent_bare(),
            Ranged::from(node.tilt).signed_points_bare(),
            scatter::points(results, node),
        ]
    });
    table(out, heads, rows);
}

/// By how much windows differ by plan, where they do; the scatter of the other table is by chance.
fn planned_table(out: &mut String, results: &Results, word: WindowWord) {
    if !results.differs_by_plan() {
        return;
    }
    out.push_str(&format!(
        "\nHow far events, changes and profiles spread these shares from {one} to {one}; the scatter above is by chance.\n\n",
        one = word.one
    ));
    let planned = |node: &NodeResult| node.scatter_by_plan.map(|plan| Ranged::from(plan).points_bare());
    let rows = results.nodes.iter().filter_map(|node| Some([node.name.clone(), planned(node)?]));
    table(out, ["node", "planned [points]"], rows);
}

fn load_table(out: &mut String, results: &Results, word: WindowWord) {
    heading(out, "Load");
    out.push_str(&format!("Accepted messages per second in the busiest times of a {}.\n\n", word.one));
    let rows = results.nodes.iter().flat_map(|node| {
        capacity::peaks(node).iter().map(|peak| {
            [
                node.name.clone(),
                words::bin_word(peak.bin_s),
                Ranged::mean(&peak.estimate).plain(),
                Ranged::p50(&peak.estimate).plain(),
                Ranged::p95(&peak.estimate).plain(),
            ]
        })
    });
    table(out, ["node", "busiest", "mean", "median", "P95"], rows);
    if let Some(sentence) = capacity::sentence(results) {
        out.push('\n');
        bullets(out, &[sentence]);
    }
    session_table(out, &results.nodes);
    count_table(out, &results.nodes);
}

/// Sessions at the same time, where they take time.
fn session_table(out: &mut String, nodes: &[NodeResult]) {
    if nodes.iter().all(|node| node.sessions.is_none()) {
        return;
    }
    heading(out, "Sessions");
    let heads =
        ["node", "limit", "mean", "most, mean", "most, P95", "turned away [%]", "messages per connection"];
    let rows = nodes.iter().map(|node| {
        let sessions = node.sessions.as_ref();
        let most = |of: fn(&Estimate) -> Ranged| node.peak_sessions.as_ref().map(|most| of(most).plain());
        let cells = [
            sessions.map(|sessions| Ranged::from(sessions.mean).plain()),
            most(Ranged::mean),
            most(Ranged::p95),
            sessions.and_then(|sessions| Some(Ranged::from(sessions.blocked?).percent_bare())),
            sessions.and_then(|sessions| Some(Ranged::from(sessions.messages_per_connection?).plain())),
        ];
        let [mean, usual, bad, away, reuse] = cells.map(Option::unwrap_or_default);
        [node.name.clone(), words::session_limit(node), mean, usual, bad, away, reuse]
    });
    table(out, heads, rows);
}

fn count_table(out: &mut String, nodes: &[NodeResult]) {
    heading(out, "Counts");
    let heads = ["node", "connections", "accepted", "deferred", "of them full", "rejected"];
    let rows = nodes.iter().map(|node| {
        let totals = &node.totals;
        let counts =
            [totals.connections_tried, totals.accepted, totals.deferred, totals.full, totals.rejected];
        let [attempts, accepted, deferred, full, rejected] = counts.map(numerals::count);
        [node.name.clone(), attempts, accepted, deferred, full, rejected]
    });
    table(out, heads, rows);
}

/// Shares by address, if any node has more than one.
fn address_table(out: &mut String, nodes: &[NodeResult]) {
    if nodes.iter().all(|node| node.addresses.len() < 2) {
        return;
    }
    heading(out, "Addresses");
    let rows = nodes.iter().flat_map(|node| {
        let shares = node.addresses.iter().zip(&node.share_by_address);
        shares
            .map(|(address, share)| [node.name.clone(), address.clone(), Ranged::from(*share).percent_bare()])
    });
    table(out, ["node", "address", "share of mail [%]"], rows);
}

fn host_table(out: &mut String, results: &Results) {
    if !words::hosts_worth_saying(results) {
        return;
    }
    heading(out, "Exchange hosts");
    let rows = results
        .hosts
        .iter()
        .map(|host| [host.name.clone(), words::preference(host), Ranged::from(host.share).percent_bare()]);
    table(out, ["host", "record", "share of mail [%]"], rows);
}

fn cause_table(out: &mut String, results: &Results) {
    let causes = &results.causes;
    if causes.is_empty() {
        return;
    }
    heading(out, "What makes it uneven");
    let heads =
        ["sender", "behaves like", "known", "of the mail [%]", "of the scatter [%]", "of the tilt [points]"];
    let rows = causes.iter().map(|cause| {
        let scatter = cause.share_of_scatter.map(|part| Ranged::from(part).percent_bare());
        [
            cause.sender.clone(),
            cause.behaves_like.clone(),
            cause.grade.name().to_owned(),
            Ranged::from(cause.share_of_mail).percent_bare(),
            scatter.unwrap_or_else(|| scatter::nobody(results).to_owned()),
            Ranged::from(cause.tilt_points).points_bare(),
        ]
    });
    table(out, heads, rows);
}

fn delivery(out: &mut String, results: &Results) {
    heading(out, "Delivery");
    bullets(out, &words::delivery(&results.delivery));
    if let Some(dns) = words::dns(&results.dns) {
        bullets(out, &[dns]);
    }
    let delays = words::delay(&results.delivery);
    if !delays.is_empty() {
        out.push('\n');
        table(
            out,
            ["delay", "until accepted"],
            delays.into_iter().map(|(name, value)| [name.to_owned(), value]),
        );
    }
}

/// Whose mail greylisting holds up, where it does.
fn greylisting_table(out: &mut String, results: &Results) {
    let Some(sentence) = greylisting::sentence(results) else { return };
    heading(out, "Greylisting");
    bullets(out, &[sentence, greylisting::deferrals(results)]);
    out.push('\n');
    table(out, greylisting::HEADS, greylisting::rows(results));
}

fn goal_table(out: &mut String, results: &Results, word: WindowWord) {
    if results.goals.is_empty() {
        return;
    }
    heading(out, "Goals");
    let rows = results.goals.iter().map(|goal| {
        let sign = words::goal_tone(goal.status).sign();
        [sign.to_owned(), goal.text.clone(), words::goal_record(goal, word)]
    });
    table(out, ["", "goal", "record"], rows);
}

fn provenance(out: &mut String, results: &Results) {
    if !results.findings.is_empty() {
        heading(out, "Findings");
        bullets(out, &results.findings.iter().map(findings::sentence).collect::<Vec<_>>());
    }
    if !results.cautions.is_empty() {
        heading(out, "Cautions");
        bullets(out, &results.cautions.iter().map(words::caution).collect::<Vec<_>>());
    }
    heading(out, "How these numbers were made");
    let mut lines = vec![words::provenance(&results.provenance)];
    if let Some(decisive) = words::decisive(&results.provenance) {
        lines.push(format!("evidence: {decisive}"));
    }
    if let Some(presets) = words::presets(&results.provenance) {
        lines.push(format!("presets: {presets}"));
    }
    if out.contains("(?)") {
        lines.push("(?): no range: too few replications, or nothing varied".to_owned());
    }
    bullets(out, &lines);
    method_table(out, &results.provenance);
    out.push_str(&format!("\nNext: `{}`\n", next_command(results, &Files::default(), true)));
}

/// Which exact method each sender was simulated by, and why.
fn method_table(out: &mut String, provenance: &Provenance) {
    if provenance.methods.is_empty() {
        return;
    }
    out.push('\n');
    let rows =
        provenance.methods.iter().map(|used| [used.sender.clone(), used.method.clone(), used.why.clone()]);
    table(out, ["sender", "simulated by", "why"], rows);
}
