//! Rules of single values that have the right type.

use crate::outgoing::LONGEST_TITLE;
use crate::syntax::quantity::{self, Malformed};
use crate::syntax::tree::Value;
use crate::time::Span;
use std::net::IpAddr;

pub(super) fn problem(out_of_range: bool, rule: String, help: impl Into<String>) -> Malformed {
    Malformed { rule, help: help.into(), out_of_range }
}

pub(super) fn check_duration(value: &Value, least: Span) -> Option<Malformed> {
    match quantity::duration(&value.written()) {
        Err(problem) => Some(problem),
        Ok(span) if span < least => {
            let rule = if least == Span(1) {
                "a duration above zero".into()
            } else {
                format!("a duration of at least {least}")
            };
            Some(problem(true, rule, format!("write a longer one such as \"{}\"", least.max(Span::MINUTE))))
        }
        Ok(_) => None,
    }
}

/// The largest share of something that comes beside a whole. *Assumption*: 95 % of all mail is spam, and 19 times what is wanted.
pub(crate) const MOST_BESIDE: f64 = 20.0;

pub(super) fn check_share(value: &Value, most: f64) -> Option<Malformed> {
    let share = match share_in(value) {
        Ok(share) => share,
        Err(problem) => return Some(problem),
    };
    // Written this way round, not-a-number is refused as well.
    let fits = share > 0.0 && share <= most;
    if fits && share < quantity::SMALLEST {
        let rule = "a share of at least 0.0000001 %";
        return Some(problem(true, rule.into(), "write a larger share; such a small one gets no mail"));
    }
    (!fits).then(|| {
        let help = if value.as_number().is_some() && (1.0..=100.0).contains(&share) {
            format!("a number is a fraction of 1; for percent write \"{share} %\"")
        } else if most > 1.0 {
            let most = quantity::percent_text(most);
            format!("write a share above \"0 %\" and up to \"100 %\"; of mail with `wanted = false`, up to \"{most}\"")
        } else {
            format!("write a share above \"0 %\" and up to \"{}\"", quantity::percent_text(most))
        };
        problem(true, format!("a share above 0 and up to {most} ({})", quantity::percent_text(most)), help)
    })
}

/// True for a share of zero.
pub(super) fn is_nothing(value: &Value) -> bool {
    share_in(value) == Ok(0.0)
}

/// The share that a value writes, as a fraction or in percent, whatever its size.
fn share_in(value: &Value) -> Result<f64, Malformed> {
    value.as_number().map_or_else(|| quantity::percent(&value.written()), Ok)
}

pub(super) fn check_name(value: &Value, most: usize) -> Option<Malformed> {
    let text = value.written();
    let fits = (1..=most).contains(&text.chars().count())
        && !text.chars().any(char::is_control)
        && text.trim() == text;
    (!fits).then(|| {
        problem(
            false,
            format!("a name of 1 to {most} printable characters"),
            "write a short name without line breaks or outer spaces",
        )
    })
}

pub(super) fn check_title(value: &Value) -> Option<Malformed> {
    let fits = value.written().chars().nth(LONGEST_TITLE).is_none();
    let rule = format!("a title of at most {LONGEST_TITLE} characters");
    (!fits)
        .then(|| problem(false, rule, "write one line; what else there is to say stands well in a comment"))
}

pub(super) fn check_address(value: &Value) -> Option<Malformed> {
    let fits = value.written().parse::<IpAddr>().is_ok();
    (!fits).then(|| {
        problem(false, "an IP address".into(), "write an address such as \"192.0.2.1\" or \"2001:db8::1\"")
    })
}

pub(super) fn check_integer(value: &Value, least: i128, most: i128) -> Option<Malformed> {
    let fits = value.as_integer().is_some_and(|number| (least..=most).contains(&number));
    let rule = format!("a whole number from {least} to {most}");
    (!fits).then(|| problem(true, rule, format!("write a number between {least} and {most}")))
}

pub(super) fn check_number(value: &Value, least: f64, most: f64, above: bool) -> Option<Malformed> {
    let number = value.as_number()?;
    let fits = (if above { number > least } else { number >= least }) && number <= most;
    if fits && number != 0.0 && number.abs() < quantity::SMALLEST {
        let (rule, help) = if above {
            ("a number of at least 0.000000001", "write a larger one")
        } else {
            (
                "0, or a number of at least 0.000000001",
                "write 0; such a small number makes no difference to it",
            )
        };
        return Some(problem(true, rule.into(), help));
    }
    let rule = number_rule(least, most, above);
    (!fits).then(|| problem(true, rule.clone(), format!("write {rule}")))
}

/// Says which numbers are allowed; `above` leaves the least itself out.
pub(super) fn number_rule(least: f64, most: f64, above: bool) -> String {
    let from = if above { format!("above {least}") } else { format!("from {least}") };
    format!("a number {from} to {most}")
}
