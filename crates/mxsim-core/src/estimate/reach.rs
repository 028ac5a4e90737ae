//! What a host without a usable address makes of an answer: never a yes.

use super::delivery::part;
use super::not_known::Quantity;
use super::unfinished::least_delay;
use super::window::plural;
use crate::numerals::{Ranged, duration};
use crate::results::{Answer, Finding, Subject, Verdict};
use crate::scenario::{LOST, Reach, SLOW};
use crate::tally::Tally;
use crate::tally::labels::{HostLabels, Labels};

/// The verdict, as far as it stands with hosts that cannot be reached, or of which nothing says whether they can.
///
/// `without` are tallies of the world in which hosts whose address is not known have none.
pub(super) fn held_against(labels: &Labels, verdict: Verdict, without: &[Tally]) -> Verdict {
    let hosts = &labels.hosts;
    let of = |reach: Reach| -> Vec<&str> {
        let published = hosts.iter().filter(|host| host.preference.is_some());
        published.filter(|host| host.reach == reach).map(|host| host.name.as_str()).collect()
    };
    let (never, private, special) = (of(Reach::Never), of(Reach::Private), of(Reach::Special));
    let published = hosts.iter().filter(|host| host.preference.is_some()).count();
    let has = |code: &str| Finding::is_among(&labels.findings, code);
    let is_open = hosts.iter().any(|host| host.preference.is_some() && host.reach.is_open());
    let is_yes = matches!(verdict.answer, Answer::Yes | Answer::YesRoughly | Answer::DependsOn);
    match () {
        // Mail that is lost comes before a host that gets none.
        () if verdict.subject == Subject::Loss && verdict.answer == Answer::No => verdict,
        () if has("private-addresses") => only_private(verdict),
        () if never.len() + special.len() == published && published > 0 && !special.is_empty() => {
            nobody(verdict)
        }
        () if !never.is_empty() && never.len() < hosts.len() => no_mail(&never, labels, verdict),
        () if !special.is_empty() => no_use(&special, hosts.len(), verdict),
        () if !private.is_empty() => out_of_reach(&private, verdict),
        () if has("null-mx-beside-others") => null_mx(verdict),
        () if is_open && (is_yes || verdict.answer == Answer::CannotTell) => {
            depends(hosts, &rest(labels, without), verdict)
        }
        () => verdict,
    }
}

/// The record to ask for, where an address is not known.
const fn missing(reach: Reach) -> &'static str {
    match reach {
        Reach::UnknownIpv6 => "AAAA",
        _ => "A",
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

/// A no about this subject, in place of the verdict.
fn no(subject: Subject, (sentence, action): (String, String), verdict: Verdict) -> Verdict {
    let (depends_on, why, flips) = (String::new(), String::new(), String::new());
    Verdict { subject, answer: Answer::No, depends_on, sentence, why, flips, action, ..verdict }
}

fn no_mail(names: &[&str], labels: &Labels, verdict: Verdict) -> Verdict {
    let (gets, has, it) =
        if names.len() == 1 { ("gets", "it has", "it") } else { ("get", "they have", "them") };
    let sentence =
        format!("{} {gets} no mail: {has} no address. The other hosts carry all of it.", listed(names));
    let lacks_dot = Finding::is_among(&labels.findings, "mx-no-dot");
    let action = if lacks_dot {
        "End the name in the MX record with a dot, so that the zone is not put behind it.".into()
    } else {
        format!("Give {it} an A or AAAA record, or take the MX record away.")
    };
    no(Subject::IdleHost, (sentence, action), verdict)
}

fn only_private(verdict: Verdict) -> Verdict {
    let sentence = "No mail arrives from the Internet: no MX host has a public address. What follows is true of senders on your own network.";
    no(Subject::Loss, (sentence.into(), "Publish a public address for at least one MX host.".into()), verdict)
}

fn nobody(verdict: Verdict) -> Verdict {
    let sentence = "No mail arrives: no sender can deliver to the address of any MX host.";
    no(Subject::Loss, (sentence.into(), "Publish a public address for at least one MX host.".into()), verdict)
}

fn out_of_reach(names: &[&str], verdict: Verdict) -> Verdict {
    let (has, it) = if names.len() == 1 { ("has", "it") } else { ("have", "them") };
    let sentence = format!(
        "{} {has} only private addresses: senders on the Internet cannot deliver to {it}, so the other hosts carry all of the mail.",
        listed(names)
    );
    no(Subject::IdleHost, (sentence, publish(it)), verdict)
}

fn publish(it: &str) -> String {
    format!("Give {it} a public address, or take the MX record away.")
}

fn no_use(names: &[&str], hosts: usize, verdict: Verdict) -> Verdict {
    let (gets, its, it) = if names.len() == 1 { ("gets", "its", "it") } else { ("get", "their", "them") };
    let rest = if names.len() < hosts { " The other hosts carry all of it." } else { "" };
    let sentence = format!("{} {gets} no mail: no sender can deliver to {its} address.{rest}", listed(names));
    no(Subject::IdleHost, (sentence, publish(it)), verdict)
}

/// Some senders bounce, others pass the null MX over: nobody can rely on either.
fn null_mx(verdict: Verdict) -> Verdict {
    let sentence = "A null MX stands beside the other MX records: it says that the domain takes no mail, and senders may bounce every message.";
    no(Subject::Loss, (sentence.into(), "Take the null MX (`MX 0 .`) away.".into()), verdict)
}

/// What the other hosts carry in the world in which hosts whose address is not known have none.
fn rest(labels: &Labels, without: &[Tally]) -> String {
    let left = labels.hosts.iter().filter(|host| host.reach == Reach::Reachable).count();
    let busiest = Quantity::Busiest.number(labels, without).filter(|_| left > 1).map(|busiest| {
        format!(
            ", at most {} at the busiest on 19 of 20 {}",
            Ranged::from(busiest).percent(),
            plural(labels.run.window)
        )
    });
    let lost = part(without.iter().map(|tally| (tally.totals.lost(), tally.totals.messages)));
    let lost = lost.filter(|lost| lost.value > LOST);
    let late = least_delay(without).filter(|delay| delay.p95 > SLOW.as_secs_f64());
    let fates = [
        lost.map(|lost| format!("; {} of the mail then bounces", Ranged::from(lost).percent())),
        late.map(|delay| format!("; 1 message in 20 then takes longer than {}", duration(delay.p95))),
    ];
    [busiest].into_iter().chain(fates).flatten().collect()
}

fn depends(hosts: &[HostLabels], rest: &str, verdict: Verdict) -> Verdict {
    let open: Vec<&HostLabels> =
        hosts.iter().filter(|host| host.preference.is_some() && host.reach.is_open()).collect();
    let names: Vec<&str> = open.iter().map(|host| host.name.as_str()).collect();
    let (is, has, it, gets, es) = match names.len() {
        1 => ("is", "has", "it", "gets", ""),
        _ => ("are", "have", "they", "get", "es"),
    };
    let is_ipv4_open = open.iter().all(|host| host.reach == Reach::UnknownIpv4);
    let (what, mail) = if is_ipv4_open {
        ("IPv4 address", "no mail from senders without IPv6")
    } else {
        ("address", "no mail")
    };
    let dig: Vec<String> =
        open.iter().take(2).map(|host| format!("`dig {} {}`", missing(host.reach), host.name)).collect();
    let prints = if dig.len() == 1 { "prints" } else { "print" };
    Verdict {
        subject: Subject::IdleHost,
        answer: Answer::DependsOn,
        depends_on: listed(&names),
        sentence: format!(
            "The {what}{es} of {} {is} not known. Without one {it} {gets} {mail}, and the other hosts carry all of it{rest}. If {it} {has} one: {}",
            listed(&names),
            lower_first(verdict.sentence.trim_start_matches("So far: ")),
        ),
        action: format!("Paste what {} {prints}, too.", dig.join(" and ")),
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
            leaves: false,
            reach: *reach,
        };
        let hosts: Vec<HostLabels> = reaches.iter().enumerate().map(host).collect();
        let yes = Verdict {
            subject: Subject::Evenness,
            answer: Answer::Yes,
            sentence: "On 19 of 20 days the busiest node carries at most 34 %.".into(),
            ..Verdict::undecided()
        };
        held_against(&Labels { hosts, ..crate::estimate::tests::labels(&[], 1) }, yes, &[])
    }

    #[test]
    fn a_host_without_a_usable_address_is_never_a_yes() {
        use Reach::{Never, Private, Reachable, Special, Unknown, UnknownIpv4, UnknownIpv6};
        assert_eq!(answer(&[Reachable, Reachable]).answer, Answer::Yes);
        assert_eq!(answer(&[Reachable, Never]).answer, Answer::No);
        assert_eq!(answer(&[Reachable, Private]).answer, Answer::No);
        for dead in [[Special, Special], [Special, Never]] {
            let verdict = answer(&dead);
            assert_eq!((verdict.subject, verdict.answer), (Subject::Loss, Answer::No));
            assert!(!verdict.sentence.contains("other hosts"), "{verdict:?}");
        }
        assert_eq!(answer(&[UnknownIpv4, UnknownIpv4]).answer, Answer::DependsOn);
        assert!(answer(&[Reachable, UnknownIpv6]).action.contains("dig AAAA mx1.example.com"));
        let unknown = answer(&[Reachable, Unknown]);
        assert_eq!((unknown.answer, unknown.depends_on.as_str()), (Answer::DependsOn, "mx1.example.com"));
        assert!(unknown.sentence.contains("If it has one: on 19 of 20 days"), "{}", unknown.sentence);
        assert!(
            answer(&[Reachable, Never, Never])
                .sentence
                .starts_with("mx1.example.com and mx2.example.com get no mail")
        );
    }
}
