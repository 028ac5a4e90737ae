//! How the messages of a run were submitted, and how long the nodes took for each: inputs of a replay, read off the recording's times
//! and stated beside its results, never fitted to a statistic that is judged.
//!
//! - **One by one**: each message came a little before a node saw it, so that moments at which the machine stood still are played as well;
//!   only times are used, not where a message went. One that no node saw, or half a second later than its turn (`HELD_UP`), came at its
//!   turn: what held it up was the sender. Turns are the nominal gap apart or, if the MTA took mail more slowly, the median time between
//!   first sights of one message and the next. If sessions of the MTA look for mail only now and then (`dozes` in `lab.toml`), each came at its turn.
//! - **Eight sessions** and **released**: when nodes saw new messages. If the MTA holds mail back (`held_back` in `lab.toml`), nodes see when
//!   it let mail go and not when it came: then evenly over that time, or, if released, all at once, because all of it was in the queue. With
//!   processes the n-th came after a part of the time after which the n-th was seen (`TAKEN_IN`): while delivery keeps up, the queue runs empty.
//! - **Processes** (`processes` in `lab.toml`): how long one takes to start is read off the first ten connections of a burst, and how far deliveries hold
//!   each other up off the times between messages with few and with many connections in use (`processes.rs`).
//! - **Time in a session**: in bursts a lognormal law fitted to the times between one message and the next on a connection: pooled over all
//!   bursts of an MTA, or those of the run alone, while all connections are in use, where it tells how processes go about it. One by one, where the machine has nothing
//!   else to do, a lognormal law whose median is the quickest tenth of these, and
//!   which is longer than the gap as often as messages were seen so much later than their turn. `QUICKEST` where nothing is known.
//!   If in bursts connections wait for mail (`idles` in `lab.toml`), a step is more than a session: then a law for each burst by which the steps come
//!   out as recorded (`session_fit.rs`), and one by one the one in the middle of these, because the bursts have little more to do at a time.
//!   A session of an MTA that dozes has work or none for a second, so what lies between messages of a run is its own time in a session.

use super::event::{Stop, What};
use super::greylist::Greylist;
use super::names::{How, Mode, Mta, Names};
use super::processes::Processes;
use super::recordings::{Recorded, Sight};
use super::session_fit;
use mxsim_core::time::{Span, Time};
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::BTreeMap;

/// How long the quickest message takes from the queue to its acceptance. *Assumption*: about ten round trips between processes of one machine.
const QUICKEST: f64 = 10_000.0;
/// A message that is seen so much later than its turn was held up by the sender.
const HELD_UP: Span = Span(500_000);
/// Sixteen bursts of 300 messages in eight sessions, Postfix 3.7.11: from the first to the last message taken in it was 0.46 to 1.13 times as long as from the
/// first to the last delivered, 0.78 times on average.
const TAKEN_IN: f64 = 0.78;
/// A session that dozes looks for mail every second: recorded of OpenSMTPD 6.8 about 1.004 s apart.
const LOOKS_EVERY: Span = Span(1_005_000);
/// Fewer times tell nothing.
pub(super) const ENOUGH: usize = 20;
/// How a run went about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// When each message was submitted.
    pub arrivals: Vec<Time>,
    /// Between messages one by one (s), for the report.
    pub gap: Span,
    /// How long a message takes at a node.
    pub session: SessionTime,
    /// How the machine starts processes for deliveries and hands messages to them; only known of bursts that were delivered over enough connections.
    pub processes: Option<Processes>,
    /// `fault` and `stage` of the nodes that fail.
    pub fault: Option<(String, Option<String>)>,
    /// What nodes do that greylist.
    pub greylist: Option<Greylist>,
    /// How many of them fail.
    pub failing: usize,
    /// How long they fail; all the time if absent.
    pub outage: Option<Span>,
    /// Only what is seen from then on is compared.
    pub from: Time,
    /// When the recording stopped.
    pub stop: Stop,
    /// True if the order in which the nodes saw things is not that in which they were done.
    pub blurred: bool,
}

/// A lognormal time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SessionTime {
    /// Its mean (µs).
    pub mean: f64,
    /// Standard deviation of its logarithm.
    pub sigma: f64,
}

impl SessionTime {
    /// Where nothing is known.
    pub(super) const UNKNOWN: Self = Self { mean: QUICKEST, sigma: 0.1 };

    pub(super) fn of(times: &[f64]) -> Self {
        if times.len() < ENOUGH {
            return Self::UNKNOWN;
        }
        let logarithms: Vec<f64> = times.iter().map(|time| libm::log(time.max(1_000.0))).collect();
        let n = times.len() as f64;
        let mean = logarithms.iter().sum::<f64>() / n;
        let square = logarithms.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / n;
        Self { mean: libm::exp(mean + square / 2.0), sigma: square.sqrt().max(0.01) }
    }

    /// The law in the middle of these.
    fn middle(laws: &[Self]) -> Self {
        let n = laws.len().max(1) as f64;
        let sigma = laws.iter().map(|law| law.sigma).sum::<f64>() / n;
        let median =
            laws.iter().map(|law| libm::log(law.mean) - law.sigma * law.sigma / 2.0).sum::<f64>() / n;
        Self { mean: libm::exp(median + sigma * sigma / 2.0), sigma }
    }

    /// Of steps in bursts, where the machine has nothing else to do and a `part` of the messages takes longer than `gap`.
    fn quickest(steps: &mut [f64], part: f64, gap: f64) -> Self {
        if steps.len() < ENOUGH || gap <= 0.0 {
            return Self::UNKNOWN;
        }
        steps.sort_by(f64::total_cmp);
        let median = steps[steps.len() / 10].max(1_000.0).min(gap * 0.9);
        let normal = Normal::standard().inverse_cdf(1.0 - part.clamp(1e-4, 0.4));
        let sigma = (libm::log(gap / median) / normal).clamp(0.01, 2.0);
        Self { mean: median * libm::exp(sigma * sigma / 2.0), sigma }
    }
}

/// Times in sessions.
#[derive(Debug, Clone, Default)]
pub struct SessionTimes {
    /// Per MTA: in bursts and one by one.
    of_mtas: BTreeMap<String, [SessionTime; 2]>,
    /// Per burst of an MTA whose connections wait for mail.
    of_bursts: BTreeMap<String, SessionTime>,
}

impl SessionTimes {
    /// Read off the runs without faults.
    #[must_use]
    pub fn of(runs: &[Recorded], names: &Names) -> Self {
        let mut seen: BTreeMap<String, (Vec<f64>, Late)> = BTreeMap::new();
        let (mut idling, mut of_bursts) = (BTreeMap::<String, Vec<SessionTime>>::new(), BTreeMap::new());
        for run in runs {
            let Some(mode) = names.mode(&run.mode) else { continue };
            if mode.how != How::OneByOne && names.mta(&run.mta, &run.mode).is_some_and(|mta| mta.idles) {
                let Some(law) = session_fit::session(run) else { continue };
                idling.entry(run.mta.clone()).or_default().push(law);
                of_bursts.insert(run.name.clone(), law);
                continue;
            }
            let (all_steps, late) = seen.entry(run.mta.clone()).or_default();
            match mode.how {
                How::OneByOne => late.add(run, mode.gap),
                How::EightSessions | How::Released => all_steps.extend(steps(run)),
            }
        }
        let both = |(mut steps, late): (Vec<f64>, Late)| {
            let in_bursts = SessionTime::of(&steps);
            [in_bursts, SessionTime::quickest(&mut steps, late.part(), late.gap.0 as f64)]
        };
        let mut of_mtas: BTreeMap<String, _> =
            seen.into_iter().map(|(mta, seen)| (mta, both(seen))).collect();
        of_mtas.extend(idling.into_iter().map(|(mta, laws)| (mta, [SessionTime::middle(&laws); 2])));
        Self { of_mtas, of_bursts }
    }

    fn get(&self, run: &Recorded, how: How) -> SessionTime {
        let of_mta = self.of_mtas.get(&run.mta).copied().unwrap_or([SessionTime::UNKNOWN; 2]);
        self.of_bursts.get(&run.name).copied().unwrap_or(of_mta[usize::from(how == How::OneByOne)])
    }

    /// Of a run of an MTA that dozes: all times between messages that are shorter than a doze are times in a session.
    fn of_dozing(&self, run: &Recorded) -> SessionTime {
        let own: Vec<f64> = steps(run).into_iter().filter(|&step| step < HELD_UP.0 as f64).collect();
        let in_bursts = self.get(run, How::EightSessions);
        // Where only numbers of messages are known there are no sights.
        if own.len().min(run.sights.len()) >= ENOUGH { SessionTime::of(&own) } else { in_bursts }
    }
}

/// How many messages one by one were seen more than a gap after their turn.
#[derive(Debug, Clone, Copy, Default)]
struct Late {
    late: usize,
    all: usize,
    gap: Span,
}

impl Late {
    /// Counts those of a run, unless its MTA did not keep up with the gap.
    fn add(&mut self, run: &Recorded, gap: Span) {
        let first = first_sights(run);
        self.gap = gap;
        if median_gap(&first).is_some_and(|median| median.0 > gap.0 + gap.0 / 10) {
            return;
        }
        let mut turn: Option<Time> = None;
        for seen in first.values().rev() {
            let own = turn.map_or(*seen, |next| (next + gap.saturating_mul(-1)).min(*seen));
            turn = Some(own);
            self.all += 1;
            self.late += usize::from(seen.since(own) > gap);
        }
    }

    fn part(self) -> f64 {
        self.late as f64 / self.all.max(1) as f64
    }
}

/// Times between one message and the next on the same connection (µs).
pub(super) fn steps(run: &Recorded) -> Vec<f64> {
    let mut last: BTreeMap<u64, Time> = BTreeMap::new();
    let mut steps = Vec::new();
    for event in &run.events {
        if let What::Accepted { connection, .. } = event.what {
            let before = last.insert(connection, event.at);
            steps.extend(before.map(|before| event.at.since(before).0 as f64));
        }
    }
    steps
}

/// When each message was seen first, accepted or turned away.
fn first_sights(run: &Recorded) -> BTreeMap<u32, Time> {
    let mut first = BTreeMap::new();
    for event in &run.events {
        if let What::Accepted { message, .. } | What::TurnedAway { message: Some(message) } = event.what {
            first.entry(message).or_insert(event.at);
        }
    }
    first
}

/// The median time between first sights of a message and the one submitted after it.
fn median_gap(first: &BTreeMap<u32, Time>) -> Option<Span> {
    let seen: Vec<(u32, Time)> = first.iter().map(|(message, at)| (*message, *at)).collect();
    let mut gaps: Vec<i64> = seen
        .windows(2)
        .filter(|pair| pair[1].0 == pair[0].0 + 1)
        .map(|pair| pair[1].1.since(pair[0].1).0)
        .collect();
    gaps.sort_unstable();
    (gaps.len() >= 10).then(|| Span(gaps[gaps.len() / 2]))
}

/// What lay between turns: the nominal gap, or more if the MTA took mail more slowly. Sessions that look for mail now and then are seen to take it in
/// steps of their own, which says nothing of a gap that is nearly as long.
fn own_gap(first: &BTreeMap<u32, Time>, nominal: Span, mta: &Mta) -> Span {
    let slack = if mta.dozes { nominal.0 / 10 } else { 0 };
    median_gap(first).filter(|median| median.0 > nominal.0 + slack).unwrap_or(nominal)
}

impl Pattern {
    /// How `run` went about it; an error if its mode is unknown.
    ///
    /// # Errors
    /// Names the mode.
    pub fn of(run: &Recorded, mta: &Mta, names: &Names, times: &SessionTimes) -> Result<Self, String> {
        if let Some(mode) = names.mode(&run.mode) {
            return Ok(Self::of_messages(run, mode, run.messages, mta, times));
        }
        if let Some(list) = Greylist::of(&run.mode) {
            let pattern = Self::of_messages(run, list.mode(), run.messages, mta, times);
            return Ok(Self { greylist: Some(list), ..pattern });
        }
        let (fault, failing) = names.fault(&run.mode).ok_or_else(|| format!("unknown mode {}", run.mode))?;
        // What is not seen leaves no number, so fewer than usual are believed only if none of the last third was seen.
        let usual = fault.messages;
        let messages = if run.messages > usual || run.messages <= usual * 2 / 3 && run.messages > usual / 3 {
            run.messages
        } else {
            usual
        };
        let mode = Mode { how: How::OneByOne, gap: fault.gap, idle: fault.idle, cap: fault.cap };
        let pattern = Self::of_messages(run, mode, messages, mta, times);
        let from = Time::ZERO + fault.compared_from.unwrap_or(Span::ZERO);
        let kind = Some((fault.fault.clone(), fault.stage.clone()));
        let blurred = fault.compared_from.is_some();
        Ok(Self { fault: kind, failing, outage: fault.outage, from, blurred, ..pattern })
    }

    fn of_messages(run: &Recorded, mode: Mode, messages: usize, mta: &Mta, times: &SessionTimes) -> Self {
        let first = first_sights(run);
        let gap = match mode.how {
            How::OneByOne => own_gap(&first, mode.gap, mta),
            How::EightSessions | How::Released => {
                let span =
                    first.values().max().zip(first.values().min()).map(|(last, first)| last.since(*first));
                Span(span.unwrap_or(Span::ZERO).0 / messages.max(1) as i64)
            }
        };
        let arrivals = match mode.how {
            How::OneByOne if mta.dozes => {
                let dozed = |looks_every| dozed(&run.sights, messages, gap, looks_every);
                let arrivals = dozed(Some(LOOKS_EVERY)).or_else(|| dozed(None));
                arrivals.unwrap_or_else(|| one_by_one(&first, messages, gap))
            }
            How::OneByOne => one_by_one(&first, messages, gap),
            How::Released if mta.held_back => turns(messages, Span::ZERO).collect(),
            How::EightSessions if mta.processes && mta.held_back && first.len() == messages => {
                earlier(&as_seen(&first))
            }
            How::EightSessions | How::Released if mta.held_back || first.len() != messages => {
                turns(messages, gap).collect()
            }
            How::EightSessions | How::Released => as_seen(&first),
        };
        let is_burst = mode.how != How::OneByOne;
        let processes = if is_burst && mta.processes { Processes::of(run) } else { None };
        let (processes, of_its_own) = match processes.map(|all| (all, all.sharing(run))) {
            Some((_, Some((sharing, law)))) => (Some(sharing), Some(law)),
            Some((all, None)) => (Some(all), None),
            None => (None, None),
        };
        let submitted = arrivals.last().copied().unwrap_or(Time::ZERO);
        Self {
            gap,
            session: of_its_own
                .unwrap_or_else(|| if mta.dozes { times.of_dozing(run) } else { times.get(run, mode.how) }),
            processes,
            fault: None,
            greylist: None,
            failing: 0,
            outage: None,
            from: Time::ZERO,
            stop: Stop { messages, submitted, idle: mode.idle, cap: Time::ZERO + mode.cap },
            blurred: is_burst,
            arrivals,
        }
    }
}

/// Times a gap apart, from zero on.
fn turns(messages: usize, gap: Span) -> impl Iterator<Item = Time> {
    (0..messages as i64).map(move |i| Time::ZERO + gap.saturating_mul(i))
}

/// When messages were seen, from zero on.
fn as_seen(first: &BTreeMap<u32, Time>) -> Vec<Time> {
    let earliest = first.values().min().copied().unwrap_or(Time::ZERO);
    let mut times: Vec<Time> = first.values().map(|at| Time::ZERO + at.since(earliest)).collect();
    times.sort_unstable();
    times
}

/// When messages came that were seen at these times and waited more and more: a submission that is over so much sooner, and that stood still when
/// the machine did.
fn earlier(seen: &[Time]) -> Vec<Time> {
    let at = |seen: &Time| Time::ZERO + Span((seen.since(Time::ZERO).0 as f64 * TAKEN_IN) as i64);
    seen.iter().map(at).collect()
}

/// When messages came that were submitted one by one.
fn one_by_one(first: &BTreeMap<u32, Time>, messages: usize, gap: Span) -> Vec<Time> {
    // A lost moment is never caught up with, so the turn of a message is at least a gap before that of the next.
    let mut turn = None;
    let mut arrivals: Vec<Time> = (0..messages as u32)
        .rev()
        .filter_map(|message| {
            let latest = turn.map(|next: Time| next + gap.saturating_mul(-1));
            let seen = first.get(&message).copied();
            turn = latest.into_iter().chain(seen).min();
            let turn = turn?;
            Some(seen.filter(|&seen| seen.since(turn) <= HELD_UP).unwrap_or(turn))
        })
        .collect();
    arrivals.sort_unstable();
    let earliest = arrivals.first().copied().unwrap_or(Time::ZERO);
    arrivals.iter_mut().for_each(|at| *at = Time::ZERO + at.since(earliest));
    // The last ones may have been seen by nobody.
    let last = arrivals.last().copied();
    let unseen = messages - arrivals.len();
    arrivals.extend(turns(unseen, gap).map(|at| last.map_or(at, |last| last + gap + at.since(Time::ZERO))));
    arrivals
}

/// When messages came that were submitted a gap apart and waited until a session looked for them: in the middle of what the recording leaves
/// open. Each was there when its session began with it, and none was left when a session had run out of work, nor at its last look before it
/// found some again, unless looks come late on a busy machine (`looks_every` is `None`). The first waited for a session to be set up, so it came as late as it was
/// seen. `None` if no steady submission fits.
fn dozed(sights: &[Sight], messages: usize, gap: Span, looks_every: Option<Span>) -> Option<Vec<Time>> {
    let mut first: BTreeMap<u32, Time> = BTreeMap::new();
    let mut last: BTreeMap<u64, Time> = BTreeMap::new();
    let (mut work, mut looks) = (Vec::new(), Vec::new());
    for sight in sights {
        first.entry(sight.message).or_insert(sight.at);
        let Some(before) = last.insert(sight.connection, sight.at) else { continue };
        let step = sight.at.since(before);
        if step < HELD_UP { work.push(step) } else { looks.push((before, sight.at)) }
    }
    work.sort_unstable();
    let session = *work.get(work.len() / 2)?;
    let look_before = |at: Time| looks_every.map(|every| at - session - every);
    let dozes = looks.iter().map(|&(before, at)| look_before(at).map_or(before, |look| before.max(look)));
    let turn = |message: u32| gap.saturating_mul(i64::from(message));
    let next = |doze: Time| first.iter().find(|(_, seen)| **seen > doze).map(|(&message, _)| message);
    let latest = first.iter().map(|(&message, &seen)| seen - session - turn(message)).min()?;
    let earliest = dozes.filter_map(|doze| Some(doze - turn(next(doze)?))).max()?;
    if earliest > latest {
        return None;
    }
    let start = earliest + Span(latest.since(earliest).0 / 2);
    let seen = first.get(&0).map(|&seen| seen - session).filter(|seen| seen.since(start) <= HELD_UP);
    let zero = seen.unwrap_or(start).max(start);
    Some((0..messages as u32).map(|message| Time::ZERO + (start + turn(message)).since(zero)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::event::Event;
    use std::path::Path;

    fn at(milliseconds: i64) -> Time {
        Time(milliseconds * 1_000)
    }

    /// Messages came 200 ms apart from some moment on. The first session took 50 ms for each, had no work after the first message, looked a second
    /// later, took six and had none left.
    #[test]
    fn a_doze_says_when_messages_had_not_come_yet() {
        let sight = |(message, ms): (u32, i64)| Sight { at: at(ms), message, connection: 0 };
        let seen = |times: &[(u32, i64)]| times.iter().copied().map(sight).collect::<Vec<Sight>>();
        let busy = [(1, 1_150), (2, 1_200), (3, 1_250), (4, 1_300), (5, 1_350), (6, 1_400)];
        let sights = [&[(0, 100)], &busy[..], &[(7, 2_450)]].concat();
        // The first was taken at 50 ms and was there by then; the eighth was not at 1400 ms, so the first came after 0 ms. So it came at 25 ms, and
        // its session was ready 25 ms later.
        let arrivals =
            dozed(&seen(&sights), 9, Span(200_000), Some(LOOKS_EVERY)).expect("a steady submission");
        let expected: Vec<Time> = (0..9).map(|message| at((200 * message - 25).max(0))).collect();
        assert_eq!(arrivals, expected);
        let pause = [(0, 100), (1, 1_150), (2, 1_200), (3, 1_250), (4, 2_300)];
        assert_eq!(
            dozed(&seen(&pause), 5, Span(200_000), Some(LOOKS_EVERY)),
            None,
            "the fifth should have been there at 1250 ms"
        );
    }

    /// A run in which a message was accepted at each of these times (ms).
    fn recorded(mta: &str, mode: &str, seen: &[i64]) -> Recorded {
        let accepted = |(message, &ms): (usize, &i64)| {
            let what = What::Accepted { message: message as u32, connection: 0 };
            Event { at: at(ms), node: 0, what }
        };
        Recorded {
            name: format!("{mta}-unbound-a-{mode}"),
            mta: mta.into(),
            version: String::new(),
            resolver: "unbound".into(),
            variant: "a".into(),
            mode: mode.into(),
            events: seen.iter().enumerate().map(accepted).collect(),
            messages: seen.len(),
            silent: [0; 3],
            sights: Vec::new(),
        }
    }

    #[test]
    fn mail_that_was_in_the_queue_is_released_at_once_however_slowly_it_is_let_go() {
        let names = Names::of(Path::new("there is no such folder")).expect("the table of the project");
        let arrivals = |mta: &str, mode: &str| {
            let run = recorded(mta, mode, &[0, 50, 400]);
            let mta = names.mta(mta, mode).expect("an MTA of the table");
            Pattern::of(&run, &mta, &names, &SessionTimes::default()).map(|pattern| pattern.arrivals)
        };
        assert_eq!(arrivals("sendmail", "burstq"), Ok(vec![at(0); 3]), "it keeps to itself what waits");
        assert_eq!(arrivals("sendmail", "burst"), Ok(vec![at(0), at(50), at(400)]), "a process for each");
        assert_eq!(arrivals("exim4", "burstq"), Ok(vec![at(0), at(50), at(400)]), "one after the other");
    }

    #[test]
    fn a_message_is_seen_when_it_is_turned_away() {
        let mut run = recorded("sendmail", "F-451rcpt1", &[900, 950]);
        let turned_away = |message, ms| {
            let what = What::TurnedAway { message: Some(message) };
            Event { at: at(ms), node: 0, what }
        };
        run.events.splice(0..0, [turned_away(0, 500), turned_away(1, 700)]);
        assert_eq!(first_sights(&run), BTreeMap::from([(0, at(500)), (1, at(700))]));
    }

    #[test]
    fn messages_come_when_they_were_seen_or_at_their_turn() {
        let gap = Span(200_000);
        let seen = |list: &[(u32, i64)]| list.iter().map(|&(message, ms)| (message, at(ms))).collect();
        let as_seen = one_by_one(&seen(&[(0, 100), (1, 310), (2, 500)]), 3, gap);
        assert_eq!(as_seen, [at(0), at(210), at(400)]);
        let held_up = one_by_one(&seen(&[(0, 30_100), (1, 300), (2, 500)]), 3, gap);
        assert_eq!(held_up, [at(0), at(200), at(400)], "the first waited for a time-out");
        let unseen = one_by_one(&seen(&[(1, 300)]), 4, gap);
        assert_eq!(unseen, [at(0), at(200), at(400), at(600)]);
        assert_eq!(one_by_one(&seen(&[]), 2, gap), [at(0), at(200)]);
    }
}
