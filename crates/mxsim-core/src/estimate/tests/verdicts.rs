//! Verdicts: the word is right and the sentences say what follows.

use super::{labels, lumpy, tally};
use crate::estimate::{Assumption, Plausible, WhatIf, estimate};
use crate::results::{Answer, DeliveryTotals, GoalStatus, Grade, Interval, Subject, Verdict};
use crate::scenario::{Goal, GoalKind, ShareRange};
use crate::tally::labels::Labels;
use crate::tally::{DelayHistogram, Tally};
use crate::time::Span;

const THIRDS: [f64; 3] = [1.0 / 3.0; 3];

fn verdict(labels: &Labels, tallies: &[Tally]) -> Verdict {
    estimate(labels, tallies, false, Plausible::default()).verdict
}

fn flipping(status: GoalStatus, grade: Grade) -> WhatIf {
    WhatIf {
        assumption: Assumption {
            sender: 0,
            unknown: "hold".into(),
            assumed: "it keeps its choice for 4h on average".into(),
            instead: "each of its 40 outbound hosts kept one node all day".into(),
            grade,
        },
        statuses: vec![status],
        number: Interval { value: 0.77, low: Some(0.7), high: Some(0.8) },
        effect: 0.4,
    }
}

#[test]
fn many_choosers_are_even_some_roughly_few_not() {
    let labels = labels(&THIRDS, 1);
    for (lumps, answer) in [(10_000, Answer::Yes), (600, Answer::YesRoughly), (10, Answer::No)] {
        let verdict = verdict(&labels, &lumpy(3, &[(lumps, 1)], 1, 160));
        assert_eq!(verdict.answer, answer, "{lumps}: {verdict:?}");
        assert!(
            verdict.sentence.starts_with("On 19 of 20 days the busiest node carries at most"),
            "{verdict:?}"
        );
        assert!(verdict.sentence.contains("even would be 33.3 %"), "{verdict:?}");
        assert!(verdict.why.contains("independent, equal senders"), "{verdict:?}");
    }
}

#[test]
fn few_replications_cannot_tell_and_say_how_many_would() {
    let verdict = verdict(&labels(&THIRDS, 1), &lumpy(3, &[(10_000, 1)], 1, 10));
    assert_eq!(verdict.answer, Answer::CannotTell);
    assert_eq!(verdict.action, "Run about 150 more replications.");
    assert!(verdict.sentence.starts_with("So far: on 19 of 20 days"), "{verdict:?}");
}

#[test]
fn an_assumption_that_flips_a_yes_makes_it_conditional() {
    let labels = labels(&THIRDS, 1);
    let tallies = lumpy(3, &[(10_000, 1)], 1, 160);
    let verdict = |what_ifs: &[WhatIf]| {
        estimate(&labels, &tallies, false, Plausible { what_ifs, ..Plausible::default() }).verdict
    };
    let flipped = verdict(&[flipping(GoalStatus::Missed, Grade::Assumed)]);
    assert_eq!(flipped.answer, Answer::DependsOn);
    assert!(
        flipped.flips.contains("carries up to about 77.0 %") && flipped.flips.contains("only assumed"),
        "{flipped:?}"
    );
    assert!(flipped.action.contains("s1"), "{flipped:?}");
    // What has been reported is still told, but takes no yes away.
    let known = verdict(&[flipping(GoalStatus::Missed, Grade::Reported)]);
    assert_eq!(known.answer, Answer::Yes);
    assert!(known.flips.contains("reported by others"), "{known:?}");
    let same = verdict(&[flipping(GoalStatus::Met, Grade::Assumed)]);
    assert_eq!((same.answer, same.flips.as_str()), (Answer::Yes, ""));
    // Of several the one with the largest effect is named, whatever the order.
    let small = WhatIf { effect: 0.1, ..flipping(GoalStatus::Missed, Grade::Assumed) };
    let mut large = flipping(GoalStatus::Missed, Grade::Assumed);
    large.assumption.instead = "it took your hosts in the order of the DNS answer".into();
    for both in [[small.clone(), large.clone()], [large, small]] {
        assert!(verdict(&both).flips.contains("in the order of the DNS answer"), "{both:?}");
    }
}

#[test]
fn a_fixed_order_is_named_as_tilt() {
    let day: &[u32] = &[300, 0, 0, 100, 100, 100];
    let verdict = verdict(&labels(&THIRDS, 2), &vec![tally(3, &[day]); 160]);
    assert_eq!(verdict.answer, Answer::No);
    assert!(verdict.why.starts_with("s1 brings 50.0 % of the mail"), "{verdict:?}");
    assert!(verdict.why.contains("mostly tilt"), "{verdict:?}");
    assert!(verdict.why.contains("mx1 lies 33.3 points above its fair share on average."), "{verdict:?}");
    assert!(verdict.action.contains("at most 67 % at the busiest node"), "{verdict:?}");
    assert!(verdict.action.contains("take the choice away from s1"), "{verdict:?}");
}

#[test]
fn an_explicit_goal_is_quoted_with_its_frequency() {
    let mut labels = labels(&[0.5, 0.5], 1);
    labels.goals_are_default = false;
    labels.goals = vec![Goal {
        text: "no node above 60 %".into(),
        kind: GoalKind::BusiestShare { at_most: 0.6 },
        on: 0.95,
    }];
    let days: Vec<Tally> =
        (0..160).map(|day| tally(2, &[if day % 10 == 0 { &[70, 30] } else { &[50, 50] }])).collect();
    let verdict = verdict(&labels, &[days.clone(), days.clone(), days.clone(), days].concat());
    assert_eq!(verdict.answer, Answer::No);
    assert!(verdict.sentence.starts_with("\"no node above 60 %\" holds on 90 of 100 days ("), "{verdict:?}");
    assert!(verdict.action.contains("at most 70 % at the busiest node"), "{verdict:?}");
}

#[test]
fn odd_worlds_get_a_plain_word() {
    let bounced = DeliveryTotals { messages: 9, bounced: 9, ..DeliveryTotals::default() };
    let null_mx = Tally { totals: bounced, ..tally(0, &[&[]]) };
    let none = verdict(&labels(&[], 1), &vec![null_mx; 40]);
    assert_eq!(none.answer, Answer::No);
    assert!(none.sentence.starts_with("Not one of the 360 messages was accepted"), "{none:?}");

    let silent = verdict(&labels(&THIRDS, 1), &vec![tally(3, &[&[0, 0, 0]]); 40]);
    assert_eq!(silent.answer, Answer::CannotTell);

    let alone = verdict(&labels(&[1.0], 1), &vec![tally(1, &[&[10]]); 160]);
    assert_eq!(alone.answer, Answer::Yes);
    assert_eq!(alone.subject, Subject::Loss);
    assert_eq!(alone.sentence, "No mail is lost. mx1 is the only node and carries all accepted mail.");

    let backup = verdict(&labels(&[1.0, 0.0], 1), &vec![tally(2, &[&[99, 1]]); 160]);
    assert_eq!(backup.answer, Answer::Yes);
    assert!(backup.sentence.contains("On 19 of 20 days mx1 carries at least 99.0 %"), "{backup:?}");
}

/// Of n equal records each gets 1/n; with k names for each of the others it gets 1/(1 + k (n - 1)).
#[test]
fn more_names_are_advised_where_they_help() {
    let asked = |fair: &[f64], accepted: &[u32], part: f64| {
        let mut labels = labels(fair, 1);
        let range = crate::scenario::ShareRange::Target(part);
        labels.goals_are_default = false;
        labels.goals = vec![Goal::new(GoalKind::Share { node: "mx1".into(), range }, 0.95)];
        verdict(&labels, &vec![tally(fair.len(), &[accepted]); 160]).action
    };
    let names = "Give each of the others 5 MX names of equal preference";
    assert!(asked(&THIRDS, &[50, 50, 50], 0.1).contains(names), "{}", asked(&THIRDS, &[50, 50, 50], 0.1));
    assert!(asked(&[0.5, 0.5], &[50, 50], 0.75).contains("Give mx1 3 MX names"));
    // One name for a thousandth, or beside a backup that takes nothing, would be no advice.
    assert!(!asked(&THIRDS, &[50, 50, 50], 0.001).contains("MX names"));
    assert!(!asked(&[1.0, 0.0], &[100, 0], 0.7).contains("MX names"));
}

/// Advice about names is worked out against all goals for shares: 2 of 4 names leave mx2 a quarter, 3 of 6 with 2 for mx2 leave it a third.
#[test]
fn advice_breaks_no_other_goal() {
    let asked = |goals: &[GoalKind]| {
        let mut labels = labels(&THIRDS, 1);
        labels.goals_are_default = false;
        labels.goals = goals.iter().map(|kind| Goal::new(kind.clone(), 0.95)).collect();
        verdict(&labels, &vec![tally(3, &[&[50, 50, 50]]); 160]).action
    };
    let share = |node: &str, range: ShareRange| GoalKind::Share { node: node.into(), range };
    let half = || share("mx1", ShareRange::Target(0.5));
    let alone = asked(&[half()]);
    assert!(alone.contains("Give mx1 2 MX names") && alone.contains("each of the others 25.0 %"), "{alone}");
    let both = asked(&[half(), share("mx2", ShareRange::Between(0.3, 1.0))]);
    assert!(both.contains("mx1 3 and mx2 2 MX names"), "{both}");
    let excluded = asked(&[share("mx1", ShareRange::Target(0.9)), GoalKind::BusiestShare { at_most: 0.4 }]);
    assert!(excluded.contains("No split meets both") && !excluded.contains("MX names"), "{excluded}");
    // Three quarters for one node leave an eighth for each of the others, and that is within what may be.
    let far = asked(&[share("mx1", ShareRange::Target(0.75)), GoalKind::QuietestShare { at_least: 0.1 }]);
    assert!(far.contains("Give mx1 6 MX names"), "{far}");
}

/// A weight says what is fair, and more names bring it about.
#[test]
fn weights_that_equal_records_do_not_follow_are_answered_with_names() {
    let asked = verdict(&labels(&[0.5, 0.25, 0.25], 1), &vec![tally(3, &[&[50, 50, 50]]); 160]);
    assert_eq!((asked.subject, asked.answer), (Subject::Target, Answer::No), "{asked:?}");
    assert!(asked.action.contains("Give mx1 2 MX names"), "{asked:?}");
}

#[test]
fn a_primary_has_no_even_split() {
    let mut labels = labels(&[1.0, 0.0], 1);
    labels.nodes[1].session_limit = None;
    let verdict = verdict(&labels, &vec![tally(2, &[&[30, 70]]); 160]);
    assert_eq!((verdict.subject, verdict.answer), (Subject::Target, Answer::No), "{verdict:?}");
    assert!(verdict.sentence.contains("it is the primary, so all of it should come here"), "{verdict:?}");
}

#[test]
fn a_host_without_mail_is_told_by_its_cause() {
    let mut labels = labels(&[0.5, 0.5], 1);
    let days = vec![tally(2, &[&[100, 0]]); 160];
    let first = verdict(&labels, &days);
    assert_eq!(first.subject, Subject::IdleHost, "{first:?}");
    assert!(first.action.contains("rotate or shuffle the records"), "{first:?}");
    labels.nodes[1].addresses = vec!["2001:db8::1".into()];
    let out_of_reach = verdict(&labels, &days);
    assert!(out_of_reach.action.starts_with("Give mx2 an IPv4 address too"), "{out_of_reach:?}");
}

#[test]
fn a_goal_that_holds_by_nothing_says_so() {
    let asked = |at_most: f64| {
        let mut labels = labels(&[0.5, 0.5], 1);
        labels.goals_are_default = false;
        labels.goals = vec![Goal::new(GoalKind::BusiestShare { at_most }, 0.95)];
        let verdict = verdict(&labels, &vec![tally(2, &[&[60, 40]]); 160]);
        assert_eq!(verdict.answer, Answer::Yes, "{verdict:?}");
        verdict.sentence
    };
    assert!(asked(0.6).ends_with(
        "That is the very limit of \"no node above 60 %, on 19 of 20 windows\": nothing is left."
    ));
    assert!(!asked(0.61).contains("limit"));
}

/// A host that never answers is no plan to go on with.
#[test]
fn a_host_that_is_never_up_is_to_be_mended() {
    let mut labels = labels(&[0.5, 0.5], 1);
    (labels.nodes[1].fails, labels.nodes[1].always_fails) = (true, true);
    let verdict = verdict(&labels, &vec![tally(2, &[&[100, 0]]); 160]);
    assert_eq!(verdict.answer, Answer::Yes, "{verdict:?}");
    assert!(verdict.sentence.ends_with("mx1 carries all of the mail."), "{verdict:?}");
    assert!(verdict.action.starts_with("The other hosts take all mail without mx2"), "{verdict:?}");
}

/// Who asks for a share means that of mail that arrives: 5 of 100 bounce each day, and no goal says that they may.
#[test]
fn mail_that_no_goal_asks_about_is_not_forgotten() {
    let mut day = tally(2, &[&[50, 50]]);
    day.totals = DeliveryTotals { messages: 105, bounced: 5, ..day.totals };
    (day.windows[0].messages, day.windows[0].bounced) = (105, 5);
    let days = vec![day; 160];
    let mut labels = labels(&[0.5, 0.5], 1);
    labels.goals_are_default = false;
    labels.goals = vec![Goal::new(GoalKind::BusiestShare { at_most: 0.6 }, 0.95)];
    let lost = verdict(&labels, &days);
    assert_eq!((lost.subject, lost.answer), (Subject::Loss, Answer::No), "{lost:?}");
    assert!(lost.sentence.starts_with("4.8 % of your mail bounces"), "{lost:?}");
    // Unless the scenario says that so much may be lost.
    labels.goals.push(Goal::new(GoalKind::Bounced { at_most: 0.1 }, 0.95));
    let allowed = verdict(&labels, &days);
    assert_eq!((allowed.answer, allowed.others.len()), (Answer::Yes, 0), "{allowed:?}");
    // A goal that is missed is what was asked.
    labels.goals = vec![Goal::new(GoalKind::BusiestShare { at_most: 0.4 }, 0.95)];
    let missed = verdict(&labels, &days);
    assert_eq!((missed.subject, missed.answer), (Subject::Evenness, Answer::No), "{missed:?}");
    assert_eq!(missed.others[0].subject, Subject::Loss);
}

#[test]
fn an_outage_that_is_planned_is_no_unevenness() {
    let mut labels = labels(&[0.5, 0.5], 1);
    labels.nodes[1].fails = true;
    let verdict = verdict(&labels, &vec![tally(2, &[&[95, 5]]); 160]);
    assert_eq!((verdict.subject, verdict.answer), (Subject::Loss, Answer::Yes), "{verdict:?}");
    assert!(verdict.sentence.starts_with("No mail is lost"), "{verdict:?}");
    assert_eq!(verdict.why, "mx2 fails for part of the run.");
    // Who asks for evenness all the same is answered so.
    labels.goals_are_default = false;
    let asked = self::verdict(&labels, &vec![tally(2, &[&[95, 5]]); 160]);
    assert_eq!((asked.subject, asked.answer), (Subject::Evenness, Answer::No), "{asked:?}");
    assert!(asked.why.contains("mx2 lies 45.0 points below its fair share"), "{asked:?}");
    assert!(!asked.why.contains("s1"), "an outage is nobody's choice: {asked:?}");
    assert!(asked.action.starts_with("While mx2 is down, other hosts carry that mail"), "{asked:?}");
}

#[test]
fn beside_an_outage_a_sender_that_tilts_by_itself_is_named() {
    let mut labels = labels(&[0.5, 0.5], 2);
    labels.nodes[1].fails = true;
    labels.goals_are_default = false;
    // The first sender brings 40 % and all of it to mx1; the second is nearly even.
    let verdict = verdict(&labels, &vec![tally(2, &[&[40, 0, 31, 29]]); 160]);
    assert!(verdict.why.starts_with("mx2 fails for part of the run."), "{verdict:?}");
    assert!(verdict.why.contains("s1 brings"), "{verdict:?}");
}

#[test]
fn an_outage_of_every_node_is_not_said_to_move_mail() {
    let mut one = labels(&[1.0], 1);
    one.nodes[0].fails = true;
    let alone = verdict(&one, &vec![tally(1, &[&[10]]); 160]);
    assert_eq!(alone.why, "The only node, mx1, fails for part of the run: mail waits meanwhile.");

    let mut both = labels(&[0.5, 0.5], 1);
    both.nodes.iter_mut().for_each(|node| node.fails = true);
    let all = verdict(&both, &vec![tally(2, &[&[50, 50]]); 160]);
    assert_eq!(all.why, "All nodes (mx1, mx2) fail for part of the run.");
    for verdict in [alone, all] {
        assert!(!verdict.why.contains("elsewhere"), "{verdict:?}");
    }
}

#[test]
fn mail_that_nobody_tried_to_send_is_told_from_refused_mail() {
    let refused =
        DeliveryTotals { messages: 9, waiting: 9, connections_tried: 20, ..DeliveryTotals::default() };
    let unreachable = DeliveryTotals { connections_tried: 0, ..refused };
    let why = |address: &str, totals| {
        let tally = Tally { totals, ..tally(1, &[&[0]]) };
        let mut labels = labels(&[1.0], 1);
        labels.nodes[0].addresses = vec![address.into()];
        verdict(&labels, &vec![tally; 40]).why
    };
    let [v4, v6] = ["192.0.2.1", "2001:db8::1"];
    assert!(why(v6, unreachable).starts_with("No sender could use an address"), "{}", why(v6, unreachable));
    assert!(why(v4, unreachable).starts_with("No connection was tried"), "{}", why(v4, unreachable));
    assert!(why(v4, refused).starts_with("No message got as far as being accepted"), "{}", why(v4, refused));
}

/// Nine of ten messages need no time, one waits 30 s for a dead primary.
#[test]
fn a_delay_goal_is_answered_with_the_delay() {
    let mut delays = DelayHistogram::default();
    (0..100).for_each(|n| delays.add(Span::from_secs(if n % 10 == 0 { 30 } else { 0 })));
    let mut day = Tally { delays, ..tally(2, &[&[92, 8]]) };
    day.windows[0].late = vec![0];
    day.nodes[0].deferred = 8;
    let mut labels = labels(&[1.0, 0.0], 1);
    labels.goals_are_default = false;
    labels.goals = vec![Goal::new(GoalKind::DelayP95 { at_most: Span::from_secs(60) }, 0.95)];
    let verdict = verdict(&labels, &vec![day.clone(); 160]);
    assert_eq!(verdict.answer, Answer::Yes);
    assert!(verdict.sentence.starts_with("19 of 20 messages are accepted within 30 s."), "{verdict:?}");
    assert!(verdict.why.contains("The longest delay is 30 s."), "{verdict:?}");
    assert!(
        verdict.why.ends_with("s1 brings 100 % of the mail and behaves like randomizing (only assumed).")
    );
    assert!(!verdict.sentence.contains("mx1") && !verdict.why.contains("tilt"), "{verdict:?}");
    // With a goal about shares beside it both are told.
    labels.goals.push(Goal::new(GoalKind::BusiestShare { at_most: 0.99 }, 0.95));
    let both = estimate(&labels, &vec![day; 160], false, Plausible::default()).verdict;
    assert!(both.sentence.contains("mx1 carries at least 92.0 %"), "{both:?}");
    assert!(both.sentence.contains("19 of 20 messages are accepted within 30 s"), "{both:?}");
}

/// No text promises what nobody can promise, and none lacks its range.
#[test]
fn words_stay_modest() {
    for lumps in [3, 60, 5_000] {
        for replications in [1, 30, 160] {
            let verdict = verdict(&labels(&THIRDS, 2), &lumpy(3, &[(lumps, 7), (50, 1)], 1, replications));
            let text = [verdict.sentence, verdict.why, verdict.flips, verdict.action].join("\n");
            for word in ["safe", "guarantee", "NaN", "inf ", "  "] {
                assert!(!text.contains(word), "{word}: {text}");
            }
        }
    }
}

/// Of 1,000 messages 40 are late: 10 of the 700 of the first sender, 30 of the 300 of the second.
#[test]
fn a_sender_is_named_with_its_part_of_the_trouble() {
    let mut delays = DelayHistogram::default();
    (0..1_000).for_each(|n| delays.add(Span::from_secs(if n < 40 { 7_200 } else { 1 })));
    let mut day = Tally { delays, ..tally(1, &[&[700, 300]]) };
    (day.senders[0].late, day.senders[1].late) = (10, 30);
    let results = estimate(&labels(&[1.0], 2), &vec![day; 160], false, Plausible::default());
    assert_eq!(results.verdict.subject, Subject::Delay, "{:?}", results.verdict);
    assert!(results.verdict.sentence.ends_with("and 75.0 % of that is from s2."), "{:?}", results.verdict);
    let late = |sender: &crate::results::SenderResult| {
        sender.late.map_or(0.0, |late| late.value * sender.totals.messages as f64)
    };
    let counts: Vec<f64> = results.senders.iter().map(late).collect();
    assert!((counts[1] / (counts[0] + counts[1]) - 0.75).abs() < 1e-9, "{counts:?}");
}

#[test]
fn an_outage_is_said_to_be_as_long_and_as_far_as_it_is() {
    let why = |always, in_part| {
        let mut labels = labels(&[0.5, 0.5], 1);
        let node = &mut labels.nodes[1];
        (node.fails, node.always_fails, node.fails_in_part) = (true, always, in_part);
        verdict(&labels, &vec![tally(2, &[&[95, 5]]); 160]).why
    };
    assert_eq!(why(false, false), "mx2 fails for part of the run.");
    assert_eq!(why(true, false), "mx2 fails for all of the run.");
    assert_eq!(why(true, true), "mx2 fails a part of its connections for all of the run.");
}

/// One range for all nodes only where it is that of each.
#[test]
fn nodes_that_differ_have_ranges_of_their_own() {
    let mut planned = labels(&[0.5, 0.5], 1);
    planned.nodes[1].fails = true;
    let action = |labels: &Labels, day: &[u32]| verdict(labels, &vec![tally(2, &[day]); 160]).action;
    assert!(
        action(&planned, &[95, 5]).ends_with("9 of 10 days like these lie at 95.0 % for mx1, 5.0 % for mx2.")
    );
    assert!(action(&labels(&[0.5, 0.5], 1), &[500, 500]).contains("9 of 10 days lie at 50.0 % per node."));
}

#[test]
fn headroom_asks_for_a_number_at_every_node_that_needs_it() {
    let mut day = tally(2, &[&[50, 50]]);
    day.windows[0].peak_sessions = vec![16, 12];
    day.sessions = vec![crate::tally::SessionTally::default(); 2];
    let mut labels = labels(&[0.5, 0.5], 1);
    labels.nodes.iter_mut().for_each(|node| node.session_limit = Some(16));
    labels.goals_are_default = false;
    labels.goals = vec![Goal::new(GoalKind::Headroom { at_least: 0.3 }, 0.95)];
    let asked = verdict(&labels, &vec![day; 160]);
    // 16 of 23 leave 30 % free, and 12 of 18; of 22 and 17 they do not.
    assert_eq!(asked.answer, Answer::No, "{asked:?}");
    assert!(
        asked.action.starts_with("Give mx1 23 sessions, mx2 18 sessions: then 30 % of them are free"),
        "{asked:?}"
    );
    assert!(asked.sentence.contains("mx1 has at most 16 of its 16 sessions"), "{asked:?}");
}

/// A quantile of zero is no reason, whatever its upper bound.
#[test]
fn a_delay_that_only_may_be_long_is_said_so() {
    let day = |late: u64| {
        let mut delays = DelayHistogram::default();
        (0..1_000).for_each(|n| delays.add(Span::from_secs(if n < late { 7_200 } else { 0 })));
        let mut day = Tally { delays, ..tally(1, &[&[1_000]]) };
        day.senders[0].late = late;
        day
    };
    // 4 % on most days and 10 % on some: the 95 % quantile is zero, and it may be two hours.
    let days: Vec<Tally> = (0..40).map(|number| day(if number % 8 == 0 { 80 } else { 40 })).collect();
    let verdict = verdict(&labels(&[1.0], 1), &days);
    assert!(!verdict.sentence.contains("longer than 0 s"), "{verdict:?}");
    assert!(verdict.sentence.contains("of your mail takes longer than an hour"), "{verdict:?}");
}

/// A node whose limit makes most of what it defers: the limit is named, and what to do about it; a node with too few workers needs no sessions.
#[test]
fn a_limit_that_makes_mail_late_is_named() {
    let late = |change: &dyn Fn(&mut Tally, &mut Labels)| {
        let mut delays = DelayHistogram::default();
        (0..100).for_each(|n| delays.add(Span::from_secs(if n % 2 == 0 { 3_000 } else { 0 })));
        let mut day = Tally { delays, ..tally(2, &[&[92, 8]]) };
        day.windows[0].late = vec![50];
        (day.nodes[0].accepted, day.nodes[0].deferred) = (92, 92);
        let mut labels = labels(&[0.5, 0.5], 1);
        labels.goals_are_default = false;
        labels.goals = vec![Goal::new(GoalKind::DelayP95 { at_most: Span::from_secs(60) }, 0.95)];
        change(&mut day, &mut labels);
        let verdict = verdict(&labels, &vec![day; 160]);
        assert_eq!((verdict.subject, verdict.answer), (Subject::Delay, Answer::No), "{verdict:?}");
        verdict.action
    };
    let queue = late(&|day, _| day.nodes[0].queue_full = 80);
    assert!(queue.starts_with("Have the store behind mx1 take more mail a minute"), "{queue}");
    let rate = late(&|day, _| day.nodes[0].over_message_rate = 80);
    assert!(rate.starts_with("Raise `rates` of mx1"), "{rate}");
    // What a limit adds to an outage is not the point.
    let outage = late(&|day, labels| {
        day.nodes[0].queue_full = 8;
        labels.nodes[0].fails = true;
    });
    assert!(outage.contains("make the outage shorter"), "{outage}");
    let path = late(&|_, labels| {
        (labels.nodes[0].fails, labels.nodes[0].hit_senders) = (true, vec!["s1".into()]);
    });
    assert!(path.contains("Nobody but s1 meets this"), "{path}");
    let certificate = late(&|_, labels| {
        let node = &mut labels.nodes[0];
        (node.fails, node.untrusted, node.hit_senders) = (true, true, vec!["s1".into()]);
    });
    assert!(certificate.starts_with("Renew the certificate of mx1"), "{certificate}");
    let slow = late(&|_, labels| labels.nodes[0].delays = true);
    assert!(slow.starts_with("Make mx1 as fast as before"), "{slow}");
}
