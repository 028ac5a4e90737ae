//! The screen of `mxsim judge`: answer, the node that is furthest off, and a table of all nodes.

use mxsim_core::numerals::{count, counted, percent, percent_digits, percent_range, points, signed_points};
use mxsim_core::study::judge::{Answer, Doubt, JudgeMethod, JudgedNode, Judgement};

use crate::page::columns::{self, Column};
use crate::page::{Page, TextStyle};

/// The judgement for people. `weights` are those that were typed, for the next command.
///
/// ```
/// use mxsim_core::study::judge::{CountedSplit, judge};
/// let judgement = judge(&CountedSplit::new([340, 330, 330]))?;
/// let screen = mxsim_report::judge::screen(&judgement, &[], &mxsim_report::TextStyle::default());
/// assert!(screen.starts_with("Is this split over 3 nodes luck?\n\n  LUCK  "));
/// # Ok::<(), mxsim_core::study::judge::JudgeError>(())
/// ```
#[must_use]
pub fn screen(judgement: &Judgement, weights: &[f64], style: &TextStyle) -> String {
    let mut page = Page::new(style);
    let nodes = counted(judgement.nodes.len() as u64, "node", "nodes");
    page.paragraph(&format!("Is this split over {nodes} luck?"));
    page.blank();
    page.answer_item(word(judgement.answer), &judgement.sentence);
    page.answer_item("why", &judgement.why);
    if let Some(worst) = furthest_off(&judgement.nodes) {
        page.answer_item("most off", &off(worst));
    }
    page.answer_item("method", &method(judgement));
    page.blank();
    table(&mut page, &judgement.nodes);
    page.with_next(&next_command(judgement, weights))
}

const fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Luck => "LUCK",
        Answer::NotLuck => "NOT LUCK",
        Answer::CannotTell => "CAN'T TELL",
    }
}

/// The node that is furthest off for its size, if its fair share lies outside its range.
fn furthest_off(nodes: &[JudgedNode]) -> Option<&JudgedNode> {
    let far = |node: &JudgedNode| node.off.abs() / (node.fair_share * (1.0 - node.fair_share)).sqrt();
    let worst = nodes.iter().max_by(|a, b| far(a).total_cmp(&far(b)));
    worst.filter(|node| node.is_off)
}

fn off(node: &JudgedNode) -> String {
    format!(
        "{} carries {}, {} {} its fair share; in the long run {}.",
        called(node),
        percent(node.share),
        points(node.off.abs()),
        if node.off > 0.0 { "above" } else { "below" },
        percent_range(node.low, node.high)
    )
}

/// Its name, or "node 2".
fn called(node: &JudgedNode) -> String {
    if is_named(node) { node.name.clone() } else { format!("node {}", node.node) }
}

fn is_named(node: &JudgedNode) -> bool {
    node.name != node.node.to_string()
}

fn method(judgement: &Judgement) -> String {
    let test = match judgement.method {
        JudgeMethod::ExactMultinomial => "exact multinomial test",
        JudgeMethod::MomentMatched => "Pearson's chi-square with Haldane's exact variance",
    };
    match judgement.choosers {
        Some(_) => {
            format!("{test}, messages scaled to choosers (Brier); ranges hold jointly (Goodman, 95 %).")
        }
        None => format!("{test}; ranges hold jointly (Goodman, 95 %) if each message chooses for itself."),
    }
}

fn table(page: &mut Page, nodes: &[JudgedNode]) {
    let column = |cell: fn(&JudgedNode) -> String| nodes.iter().map(cell).collect::<Vec<_>>();
    let columns = vec![
        Column::new("messages", column(|node| count(node.messages))),
        Column::new("share %", column(|node| percent_digits(node.share))),
        Column::new("fair %", column(|node| percent_digits(node.fair_share))),
        Column::new("off, points", column(|node| signed_points(node.off))),
        Column::new("long-run share", column(|node| percent_range(node.low, node.high))),
        Column::new("", column(|node| if node.is_off { "*" } else { "" }.to_owned())),
    ];
    columns::write(page, "node", &column(|node| node.name.clone()), columns);
    if nodes.iter().any(|node| node.is_off) {
        page.note("* its fair share lies outside the range");
    }
}

/// What is worth typing next.
fn next_command(judgement: &Judgement, weights: &[f64]) -> String {
    match (judgement.doubt(), judgement.answer) {
        (Some(Doubt::DependsOnChoosers), _) => with_choosers(judgement, weights),
        (Some(Doubt::TooFew), _) => "mxsim judge with the counts of a longer time".into(),
        (Some(Doubt::Between), _) => {
            "mxsim judge with the counts of another day: chance seldom does this twice".into()
        }
        (None, Answer::NotLuck) => {
            "mxsim init -o site.toml, then mxsim run site.toml: it names the sender that could do this".into()
        }
        (None, _) => {
            format!("mxsim ask {}, for what to expect on a bad day", judgement.nodes.len().min(MOST_MX))
        }
    }
}

/// The most equal MX that `mxsim ask` takes.
const MOST_MX: usize = 100;

fn with_choosers(judgement: &Judgement, weights: &[f64]) -> String {
    let typed = |node: &JudgedNode| match is_named(node) && node.name.split_whitespace().count() == 1 {
        true => format!("{}={}", node.name, node.messages),
        false => node.messages.to_string(),
    };
    let counts: Vec<String> = judgement.nodes.iter().map(typed).collect();
    let weights: Vec<String> = weights.iter().map(f64::to_string).collect();
    let weights =
        if weights.is_empty() { String::new() } else { format!(" --weights {}", weights.join(",")) };
    format!(
        "mxsim judge {}{weights} --choosers N; N is at most the number of client addresses in your logs",
        counts.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::study::judge::{CountedSplit, judge};

    fn shown(counted: &CountedSplit) -> String {
        let judgement = judge(counted).expect("counts that can be judged");
        screen(&judgement, &counted.weights, &TextStyle::default())
    }

    #[test]
    fn every_answer_has_its_next_command() {
        let split = || CountedSplit::new([410, 290, 300]);
        for (counted, next) in [
            (CountedSplit::new([340, 330, 330]), "mxsim ask 3, for"),
            (split(), "mxsim judge 410 290 300 --choosers N; N is"),
            (split().weights([1.0, 1.0, 2.5]), "mxsim judge 410 290 300 --weights 1,1,2.5 --choosers N"),
            (split().choosers(250), "mxsim judge with the counts of another day"),
            (split().choosers(600), "mxsim init -o site.toml, then"),
            (CountedSplit::new([1, 0, 0]), "mxsim judge with the counts of a longer time"),
        ] {
            let screen = shown(&counted);
            assert!(screen.contains(&format!("\nNext: {next}")), "no {next} in\n{screen}");
        }
    }

    #[test]
    fn ranges_and_marks_stand_in_the_table() {
        let screen = shown(&CountedSplit::new([410, 290, 300]));
        assert!(
            screen.contains("  1     410       41.0     33.3    +7.7         37.3-44.8 %     *\n"),
            "{screen}"
        );
        assert!(screen.contains("* its fair share lies outside the range"), "{screen}");
        assert!(!shown(&CountedSplit::new([340, 330, 330])).contains('*'));
    }
}
