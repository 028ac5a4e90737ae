//! What becomes of each sender's mail, and which nodes take it.

use mxsim_core::numerals::{self, Ranged};
use mxsim_core::results::{Interval, NodeResult, Results, SenderResult};

use crate::page::Page;
use crate::page::columns::{self, Column};

/// Senders in the table; the others stand in the CSV report.
const MOST_SENDERS: usize = 12;

/// The table of senders, the largest first; nothing where one sender brings all mail, which the table of nodes is about.
pub(super) fn write(page: &mut Page, results: &Results) {
    if results.senders.len() < 2 {
        return;
    }
    let mut senders: Vec<&SenderResult> = results.senders.iter().collect();
    senders.sort_by(|a, b| b.share_of_mail.value.total_cmp(&a.share_of_mail.value));
    let left = senders.len().saturating_sub(MOST_SENDERS);
    senders.truncate(MOST_SENDERS);
    page.note("what becomes of each sender's mail, and which part of it each node takes");
    let names: Vec<String> = senders.iter().map(|sender| sender.name.clone()).collect();
    columns::write(page, "sender", &names, of(&senders, &results.nodes));
    if left > 0 {
        let more = numerals::counted(left as u64, "sender", "senders");
        page.note(&format!("and {more} more in the CSV report"));
    }
    page.blank();
}

fn of(senders: &[&SenderResult], nodes: &[NodeResult]) -> Vec<Column> {
    let column = |head: &str, cell: &dyn Fn(&SenderResult) -> String| {
        Column::new(head, senders.iter().map(|sender| cell(sender)).collect())
    };
    let percent =
        |part: Option<Interval>| part.map_or_else(|| "-".into(), |part| Ranged::from(part).percent_bare());
    let mut table = vec![column("of mail %", &|sender| numerals::percent_digits(sender.share_of_mail.value))];
    let any = |part: fn(&SenderResult) -> Option<Interval>| {
        senders.iter().any(|sender| part(sender).is_some_and(|part| part.value > 0.0))
    };
    if any(|sender| sender.bounced_share) {
        table.push(column("bounced %", &|sender| percent(sender.bounced_share)));
    }
    if any(|sender| sender.late) {
        table.push(column("over 1 h %", &|sender| percent(sender.late)));
    }
    table.extend(nodes.iter().enumerate().map(|(place, node)| {
        column(&format!("{} %", node.name), &|sender| percent(sender.by_node.get(place).map(|at| at.share)))
            .optional()
    }));
    table
}
