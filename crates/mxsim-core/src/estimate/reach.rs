//! What a host without a usable address makes of an answer: never a yes.

use crate::results::{Answer, Verdict};
use crate::scenario::Reach;
use crate::tally::labels::HostLabels;

/// The verdict, as far as it stands with hosts that cannot be reached, or of which nothing says whether they can.
pub(super) fn held_against(hosts: &[HostLabels], verdict: Verdict) -> Verdict {
    let of = |reach: Reach| -> Vec<&str> {
        let published = hosts.iter().filter(|host| host.preference.is_some());
        published.filter(|host| host.reach == reach).map(|host| host.name.as_str()).collect()
    };
    let (never, private, unknown) = (of(Reach::Never), of(Reach::Private), of(Reach::Unknown));
    let is_yes = matches!(verdict.answer, Answer::Yes | Answer::YesRoughly | Answer::YesIf);
    match () {
        // Where no mail arrives at all, the verdict has said so.
        () if !never.is_empty() && never.len() < hosts.len() => no_mail(&never, verdict),
        () if !private.is_empty() => out_of_reach(&private, verdict),
        () if !unknown.is_empty() && (is_yes || verdict.answer == Answer::CannotTell) => {
            depends(&unknown, verdict)
        }
        () => verdict,
    }
}

/// "a", "a and b", "a, b and 2 more".
fn listed(names: &[&str]) -> String {
    match names {
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
        [] => String::new(),
    }
}

fn no_mail(names: &[&str], verdict: Verdict) -> Verdict {
    let (gets, has, it) =
        if names.len() == 1 { ("gets", "it has", "it") } else { ("get", "they have", "them") };
    Verdict {
        answer: Answer::No,
        sentence: format!(
            "{} {gets} no mail: {has} no address. The other hosts carry all of it.",
            listed(names)
        ),
        flips: String::new(),
        action: format!("Give {it} an A or AAAA record, or take the MX record away."),
        ..verdict
    }
}

fn out_of_reach(names: &[&str], verdict: Verdict) -> Verdict {
    let (has, it) = if names.len() == 1 { ("has", "it") } else { ("have", "them") };
    Verdict {
        answer: Answer::No,
        sentence: format!(
            "{} {has} only private addresses: senders on the Internet cannot deliver to {it}, so the other hosts carry all of the mail.",
            listed(names)
        ),
        flips: String::new(),
        action: format!("Give {it} a public address, or take the MX record away."),
        ..verdict
    }
}

fn depends(names: &[&str], verdict: Verdict) -> Verdict {
    let (is, has, it, gets) = match names.len() {
        1 => ("is", "has", "it", "gets"),
        _ => ("are", "have", "they", "get"),
    };
    let dig: Vec<String> = names.iter().take(2).map(|name| format!("`dig A {name}`")).collect();
    Verdict {
        answer: Answer::CannotTell,
        sentence: format!(
            "It depends on {}, whose address {is} not known. Without one {it} {gets} no mail, and the other hosts carry all of it. If {it} \
             {has} one: {}",
            listed(names),
            lower_first(verdict.sentence.trim_start_matches("So far: ")),
        ),
        action: format!("Paste what {} prints, too.", dig.join(" and ")),
        ..verdict
    }
}

fn lower_first(text: &str) -> String {
    match text.strip_prefix("On ") {
        Some(rest) => format!("on {rest}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(reaches: &[Reach]) -> Verdict {
        let host = |(i, reach): (usize, &Reach)| HostLabels {
            name: format!("mx{i}.example.com"),
            preference: Some(10),
            reach: *reach,
        };
        let hosts: Vec<HostLabels> = reaches.iter().enumerate().map(host).collect();
        let yes = Verdict {
            answer: Answer::Yes,
            sentence: "On 19 of 20 days the busiest node carries at most 34 %.".into(),
            why: String::new(),
            flips: String::new(),
            action: String::new(),
        };
        held_against(&hosts, yes)
    }

    #[test]
    fn a_host_without_a_usable_address_is_never_a_yes() {
        use Reach::{Never, Private, Reachable, Unknown};
        assert_eq!(answer(&[Reachable, Reachable]).answer, Answer::Yes);
        assert_eq!(answer(&[Reachable, Never]).answer, Answer::No);
        assert_eq!(answer(&[Reachable, Private]).answer, Answer::No);
        let unknown = answer(&[Reachable, Unknown]);
        assert_eq!(unknown.answer, Answer::CannotTell);
        assert!(unknown.sentence.contains("If it has one: on 19 of 20 days"), "{}", unknown.sentence);
        assert!(
            answer(&[Reachable, Never, Never])
                .sentence
                .starts_with("mx1.example.com and mx2.example.com get no mail")
        );
    }
}
