//! The answer of a failure: whether the mail gets through it, and what to do.

use super::FailOptions;
use super::document::{Effect, FailStudy, FaultClass, Help, Limits, SenderEffect};
use crate::dns::AddressStatus;
use crate::numerals::{Ranged, clock_minutes, count, counted};
use crate::results::{Answer, Interval, Said, Unit, capital};
use crate::scenario::{LATE_PART, LOST, SLOW_PART, Scenario};
use crate::time::Span;

/// What is survived: nothing lost that matters, 19 of 20 messages within 5 min, 99 of 100 within an hour.
pub(super) const LIMITS: Limits = Limits { lost: LOST, late_5m: SLOW_PART, late_1h: LATE_PART };

/// More replications than this are not advised.
const MOST_REPLICATIONS: f64 = 20_000.0;

/// Whether a failure with these effects is survived; `None` if that cannot be told.
pub(super) fn is_survived(effects: &[Effect]) -> Option<bool> {
    let sides = decisive(effects).map(|(effect, limit)| side(effect.failing, limit));
    let sides: Vec<Option<bool>> = sides.collect();
    match () {
        () if sides.contains(&Some(false)) => Some(false),
        () if sides.contains(&None) => None,
        () => Some(true),
    }
}

/// The effects that decide, each with its limit.
fn decisive(effects: &[Effect]) -> impl Iterator<Item = (&Effect, f64)> {
    let limits = [("lost", LIMITS.lost), ("late_5m", LIMITS.late_5m), ("late_1h", LIMITS.late_1h)];
    limits
        .into_iter()
        .filter_map(|(name, limit)| Some((effects.iter().find(|effect| effect.name == name)?, limit)))
}

/// True if an interval lies below a limit, false if it lies above it.
fn side(interval: Interval, limit: f64) -> Option<bool> {
    match (interval.low, interval.high) {
        (_, Some(high)) if high <= limit => Some(true),
        (Some(low), _) if low > limit => Some(false),
        _ => None,
    }
}

/// About how many replications tell on which side of its limit everything lies; `None` if that is known, or takes too many to be worth a word.
fn needed(effects: &[Effect], replications: u64) -> Option<u64> {
    let open = decisive(effects).filter(|(effect, limit)| side(effect.failing, *limit).is_none());
    let factor = open.map(|(effect, limit)| {
        let half = effect.failing.high.unwrap_or(f64::INFINITY) - effect.failing.value;
        (half / (limit - effect.failing.value).abs()) * (half / (limit - effect.failing.value).abs())
    });
    let most = factor.fold(0.0, f64::max);
    // An interval shrinks with the square root; a fifth more because it is itself only estimated.
    let all = (replications as f64 * most * 1.2).ceil();
    (most > 0.0 && all < MOST_REPLICATIONS).then_some(all as u64)
}

const fn answer(is_survived: Option<bool>) -> Answer {
    match is_survived {
        Some(true) => Answer::Yes,
        Some(false) => Answer::No,
        None => Answer::CannotTell,
    }
}

/// A quantity as it is written, with its interval.
fn written(unit: Unit, interval: Interval) -> String {
    let ranged = Ranged::from(interval);
    match unit {
        Unit::Share => ranged.percent(),
        Unit::Seconds => ranged.duration(),
        Unit::Count | Unit::PerMinute => ranged.plain(),
    }
}

/// A length as a scenario writes it, from seconds.
fn span(seconds: f64) -> Span {
    Span::from_secs_f64(seconds)
}

/// When it fails, and how if that was asked for: `packets dropped, 10:00 for 30m`.
fn when(study: &FailStudy) -> String {
    let failure = &study.failure;
    let how = if failure.text.is_empty() { String::new() } else { format!("{}, ", failure.text) };
    format!("{how}{} for {}", at(failure.from_s), span(failure.length_s))
}

/// A time to the minute; of a later day with its number, as scenarios count them.
fn at(seconds: f64) -> String {
    let days = (seconds / 86_400.0).floor();
    let day = if days > 0.0 { format!("{days}d ") } else { String::new() };
    format!("{day}{}", clock_minutes(seconds - days * 86_400.0))
}

/// The answer about one way to fail.
pub(super) fn one(study: &FailStudy) -> Said {
    let is_survived = is_survived(&study.effects);
    let mut said = Said::new(answer(is_survived), sentence(study));
    said.why = why(study);
    said.flips = flips(study, is_survived);
    said.advice = match needed(&study.effects, study.made.replications).filter(|_| is_survived.is_none()) {
        Some(needed) => format!("Ask again with --replications {needed}. {}", advice(study, is_survived)),
        None => advice(study, is_survived),
    };
    said
}

fn sentence(study: &FailStudy) -> String {
    let part = |name: &str| {
        let effect = study.effect(name).filter(|effect| effect.failing.value > 0.0);
        effect.map(|effect| written(effect.unit, effect.failing))
    };
    let late = part("late_5m").map_or_else(|| "nothing".into(), |late| format!("{late} of what"));
    let arrives = if late == "nothing" { " that" } else { "" };
    let hour = part("late_1h").map(|hour| format!(", {hour} later than 1 h")).unwrap_or_default();
    let failures = counted(study.made.replications, "such failure", "such failures");
    let none = || format!("none of {} messages in {failures}", count(study.failure.messages));
    let target = &study.failure.target;
    let is_one =
        study.failure.nodes.len() == 1 || target.starts_with("every") || target.starts_with("the path");
    let fails = if is_one { "fails" } else { "fail" };
    format!(
        "While {} {fails} ({}), {late}{arrives} arrives is later than 5 min{hour}, and {} is lost.",
        target,
        when(study),
        part("lost").unwrap_or_else(none)
    )
}

fn why(study: &FailStudy) -> String {
    let mut parts = Vec::new();
    if let (Some(mean), Some(connections)) =
        (study.effect("delay_mean"), study.effect("connections_per_message"))
    {
        parts.push(format!(
            "Mean delay {} instead of {}; {} connections a message instead of {}.",
            written(mean.unit, mean.failing),
            written(mean.unit, mean.normal),
            written(connections.unit, connections.failing),
            written(connections.unit, connections.normal)
        ));
    }
    if let Some(base) = study.effect("late_5m").filter(|effect| effect.normal.value >= 0.001) {
        parts.push(format!("Without the failure {} is later than 5 min.", written(base.unit, base.normal)));
    }
    let is_hit = |sender: &&SenderEffect| sender.late_5m.sign() > 0 || sender.lost.sign() > 0;
    let most = study.senders.iter().find(is_hit).map(|sender| format!("Hit most: {}.", whose(sender)));
    parts.extend(most);
    parts.join(" ")
}

fn whose(sender: &SenderEffect) -> String {
    let (is_lost, part) = match sender.lost.value.value > sender.late_5m.value.value {
        true => ("lost", sender.lost.value),
        false => ("later than 5 min", sender.late_5m.value),
    };
    format!("{} ({} of its mail {is_lost})", sender.name, written(Unit::Share, part))
}

/// Variants with which the answer would be another.
fn flips(study: &FailStudy, is_survived: Option<bool>) -> String {
    let enough: Vec<&str> =
        study.help.iter().filter(|help| help.is_enough).map(|help| help.text.as_str()).collect();
    match is_survived {
        Some(true) => String::new(),
        _ if enough.is_empty() => "Nothing that was tried brings the mail through in time.".into(),
        _ => format!("The mail gets through with any of these: {}.", enough.join("; ")),
    }
}

fn advice(study: &FailStudy, is_survived: Option<bool>) -> String {
    let best = study.help.iter().find(|help| help.is_sure);
    match (best, is_survived) {
        (None, Some(true)) => "Nothing has to be done.".into(),
        (None, _) => "Nothing that was tried helps for sure.".into(),
        (Some(best), survived) => {
            let begin =
                if survived == Some(true) { "nothing has to be done; if that is too much, " } else { "" };
            capital(&format!("{begin}{}. {}", best.advice, saves(best)))
        }
    }
}

/// `That lowers "later than 5 min" by 6.2 points (6.0-6.4).`
fn saves(help: &Help) -> String {
    let Some(saving) = help.saves.first() else { return String::new() };
    let ranged = Ranged::from(saving.saved.value);
    let saved = match saving.unit {
        Unit::Share => ranged.points(),
        Unit::Seconds => ranged.duration(),
        Unit::Count | Unit::PerMinute => ranged.plain(),
    };
    format!("That lowers \"{}\" by {saved}.", saving.text)
}

/// The answer about all ways to fail.
pub(super) fn all(study: &FailStudy) -> Said {
    let with = |survived: Option<bool>| -> Vec<&FaultClass> {
        study.classes.iter().filter(|class| class.is_survived == survived).collect()
    };
    let (bad, open) = (with(Some(false)), with(None));
    let survived = if bad.is_empty() { open.is_empty().then_some(true) } else { Some(false) };
    let mut said = Said::new(answer(survived), sentence_of_all(study, &bad, open.len()));
    said.why = "What a sender meets decides: another host, a wait, or a bounce.".into();
    let needed = open.iter().filter_map(|class| needed(&class.effects, study.made.replications)).max();
    said.advice = match bad.is_empty() {
        true if !open.is_empty() => match needed {
            Some(needed) => format!("Ask again with --replications {needed}."),
            None => "Look at those that cannot be told one by one, with --how.".into(),
        },
        true => "Nothing has to be done for these.".into(),
        false => "Find out how your node fails; best is that it refuses connections.".into(),
    };
    said
}

fn sentence_of_all(study: &FailStudy, bad: &[&FaultClass], open: usize) -> String {
    let open = if open == 0 { String::new() } else { format!(", and in {open} it cannot be told") };
    let worst = worst(&study.classes).map(|(class, effect)| {
        format!("; worst is \"{}\": {} is {}", class.text, written(effect.unit, effect.failing), end(effect))
    });
    format!(
        "In {} of {} ways in which {} may fail ({}) mail is lost or late{open}{}.",
        bad.len(),
        study.classes.len(),
        study.failure.target,
        when(study),
        worst.unwrap_or_default()
    )
}

fn end(effect: &Effect) -> &str {
    if effect.name == "lost" { "lost" } else { &effect.text }
}

/// The class that loses most, or if none loses any the one with most late mail.
fn worst(classes: &[FaultClass]) -> Option<(&FaultClass, &Effect)> {
    let most = |name: &'static str| {
        let all = classes.iter().filter_map(move |class| Some((class, class.effect(name)?)));
        let some = all.filter(|(_, effect)| effect.failing.value > 0.0);
        some.max_by(|a, b| a.1.failing.value.total_cmp(&b.1.failing.value))
    };
    most("lost").or_else(|| most("late_5m"))
}

/// What was taken for granted.
pub(super) fn assumed(scenario: &Scenario, options: &FailOptions) -> Vec<String> {
    let mut assumed = Vec::new();
    match (options.at, options.length) {
        (None, None) => assumed.push("at 10:00, for 30m".into()),
        (None, Some(_)) => assumed.push("at 10:00".into()),
        (Some(_), None) => assumed.push("for 30m".into()),
        (Some(_), Some(_)) => {}
    }
    if let Some(mix) = &scenario.mix {
        assumed.push(format!("senders as in \"{}\"", mix.population));
    }
    if scenario.zones[0].zone.hosts.iter().any(|host| host.status == AddressStatus::Assumed) {
        assumed.push("one IPv4 address for each host".into());
    }
    assumed.push("\"in time\": 95 % in 5 min, 99 % in 1 h, none lost".into());
    assumed
}
