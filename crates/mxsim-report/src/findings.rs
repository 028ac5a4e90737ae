//! What is wrong or surprising with a zone or a scenario: first on every screen, the worst first.

use mxsim_core::numerals::{count, counted};
use mxsim_core::results::{Finding, Severity};
use mxsim_core::study::check::FINDINGS;

use crate::page::columns::{self, Column};
use crate::page::{Page, TextStyle};
use crate::words::Tone;

/// Most findings on a screen of their own.
const SHOWN: usize = 4;

/// Columns at the left of a finding.
const BESIDE_SIGN: usize = 4;

/// The findings above an answer; without any, nothing.
///
/// ```
/// use mxsim_core::scenario::ScenarioBuilder;
/// let zone = "$ORIGIN example.com.\n@ 300 MX 10 mx1\n@ 300 MX 10 mx2\nmx1 300 A 192.0.2.1\n";
/// let scenario = ScenarioBuilder::new(zone).build()?;
/// let screen = mxsim_report::findings::screen(&scenario.findings, &mxsim_report::TextStyle::default());
/// assert!(screen.contains("mx2.example.com has no A or AAAA record"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn screen(findings: &[Finding], style: &TextStyle) -> String {
    let mut page = Page::new(style);
    write(&mut page, findings);
    page.into_text()
}

/// The first few of them.
pub(crate) fn write(page: &mut Page, findings: &[Finding]) {
    for finding in findings.iter().take(SHOWN) {
        page.signed(tone(finding.severity), &sentence(finding));
    }
    let rest = findings.len().saturating_sub(SHOWN);
    if rest > 0 {
        page.note(&format!("and {} more: mxsim check", count(rest as u64)));
    }
    page.blank();
}

/// The findings on a page that has to stay one: errors, or else the worst, and the others by name.
pub(crate) fn write_worst(page: &mut Page, findings: &[Finding], lines: usize) {
    let shown = if lines > SHOWN { SHOWN } else { 1 };
    let errors = findings.iter().take_while(|finding| finding.severity == Severity::Error).count();
    let told = findings.iter().any(|finding| finding.severity != Severity::Note);
    // A note alone is no news to whoever wrote the zone.
    let (worst, others) = findings.split_at(errors.clamp(usize::from(told), shown).min(findings.len()));
    for finding in worst {
        let text = page.clipped(BESIDE_SIGN, &sentence(finding), lines);
        page.signed(tone(finding.severity), &text);
    }
    if !others.is_empty() {
        let mut codes: Vec<&str> = others.iter().map(|finding| finding.code.as_str()).collect();
        codes.dedup();
        let many = counted(others.len() as u64, "note", "notes");
        let what = if told { format!("and {} more", count(others.len() as u64)) } else { many };
        let more = if lines > SHOWN { format!(": {}", codes.join(", ")) } else { String::new() };
        page.note(&format!("{what}{more} (mxsim check)"));
    }
    if !findings.is_empty() {
        page.blank();
    }
}

const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning | Severity::Note => Tone::Open,
    }
}

/// `error: text [code]`.
pub(crate) fn sentence(finding: &Finding) -> String {
    format!("{}: {} [{}]", finding.severity.name(), finding.text, finding.code)
}

/// The findings as comments of a scenario.
#[must_use]
pub fn comments(findings: &[Finding]) -> String {
    let lines =
        |finding: &Finding| format!("# {}\n", crate::message(&sentence(finding)).replace('\n', "\n#   "));
    findings.iter().map(lines).collect()
}

/// Every kind of finding there is.
#[must_use]
pub fn registry(style: &TextStyle) -> String {
    let mut page = Page::new(style);
    page.paragraph("What mxsim check finds in a zone or a scenario that can be read all the same:");
    page.blank();
    let names: Vec<String> = FINDINGS.iter().map(|kind| kind.code.to_owned()).collect();
    let severities = FINDINGS.iter().map(|kind| kind.severity.name().to_owned()).collect();
    columns::write(&mut page, "code", &names, vec![Column::new("severity", severities)]);
    page.blank();
    for kind in FINDINGS {
        page.paragraph(&format!("{}: {}.", kind.code, kind.meaning));
    }
    page.into_text()
}
