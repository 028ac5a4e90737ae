//! The methods give the same distribution: generated scenarios, simulated as counts and decisions and again message by message.
//!
//! Each scenario is run 40 times by either method, with seeds of its own. Every published quantity is compared by its means over
//! replications (Welch's t), and where all senders are simulated as counts, cells are compared as Poisson numbers too (chi-square). The busiest
//! seconds and minutes are compared by the two-sample test of Kolmogorov and Smirnov, which errs on the safe side for whole numbers. All
//! comparisons together raise a false alarm less than once in 10,000 fresh sets of seeds (Bonferroni).

use mxsim_core::engine::{MethodChoice, compile_for, replicate};
use mxsim_core::random::{Entropy, Key, Purpose, StreamId};
use mxsim_core::tally::Tally;
use mxsim_verify::effort;
use mxsim_verify::experiment::{scenario, text};
use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Scenarios generated.
const SCENARIOS: u64 = 46;
/// Replications of each by each engine.
const REPLICATIONS: u64 = 40;
/// Chance of a false alarm of one comparison: 10^-4 over less than 10,000 comparisons; ten times the effort, ten times the chance.
const LEVEL: f64 = 1e-8;
/// Means of rarer things are not normal.
const LEAST: f64 = 200.0;

/// One value per replication, by what it is.
type Values = BTreeMap<String, Vec<f64>>;

#[test]
fn the_methods_agree() {
    let mut methods: BTreeMap<String, usize> = BTreeMap::new();
    let mut compared = 0;
    for number in 0..SCENARIOS * effort::times() {
        let toml = generate(number);
        let scenario = scenario(&toml);
        let fast = compile_for(&scenario, MethodChoice::Fastest);
        let slow = compile_for(&scenario, MethodChoice::Messages);
        let used: Vec<&str> = fast.labels.methods.iter().map(|used| used.method.as_str()).collect();
        used.iter().for_each(|method| *methods.entry((*method).into()).or_default() += 1);
        if used.iter().all(|method| *method == "messages") {
            continue;
        }
        let run = |world, seed| -> Vec<Tally> {
            (0..REPLICATIONS).filter_map(|r| replicate(world, seed, r, &|| false)).collect()
        };
        let (a, b) = (run(&fast, 2 * number), run(&slow, 2 * number + 1));
        let poisson = used.iter().all(|method| *method == "counts");
        compared += compare(&a, &b, poisson, &format!("{:?}\n{toml}", fast.labels.methods));
    }
    assert!(compared < 10_000 * effort::times() as usize, "{compared} comparisons");
    let of = |method: &str| methods.get(method).copied().unwrap_or(0);
    assert!(of("counts") >= 30 && of("decisions") >= 8, "{methods:?}");
}

/// Compares the tallies of two methods; gives the number of comparisons.
fn compare(a: &[Tally], b: &[Tally], poisson: bool, what: &str) -> usize {
    let (mut compared, a, b) = (0, Tallies::of(a), Tallies::of(b));
    for (name, first) in &a.values {
        let Some(second) = b.values.get(name) else { continue };
        if first.iter().sum::<f64>() + second.iter().sum::<f64>() < LEAST {
            continue;
        }
        let (t, limit) = (welch(first, second), student(first.len()));
        assert!(t.abs() < limit, "{name}: t = {t}, allowed {limit}\n{what}");
        compared += 1;
    }
    for name in a.cells.keys().filter(|_| poisson) {
        let (chi, cells) = chi_square(&a.cells[name], &b.cells[name]);
        let limit = chi_limit(cells);
        assert!(chi < limit, "{name}: chi-square {chi} of {cells} cells, allowed {limit}\n{what}");
        compared += 1;
    }
    for name in a.extremes.keys() {
        let (distance, limit) = kolmogorov(&a.extremes[name], &b.extremes[name]);
        assert!(distance < limit, "{name}: distance {distance}, allowed {limit}\n{what}");
        compared += 1;
    }
    compared
}

/// What tallies hold, ready to be compared.
#[derive(Default)]
struct Tallies {
    values: Values,
    /// Sums over all replications of numbers that are Poisson and independent as counts.
    cells: BTreeMap<String, BTreeMap<usize, f64>>,
    extremes: Values,
}

impl Tallies {
    fn of(tallies: &[Tally]) -> Self {
        let mut all = Self::default();
        for (r, tally) in tallies.iter().enumerate() {
            all.totals(tally);
            all.senders(tally);
            all.phases(tally);
            all.windows(tally);
            for (bin, &count) in tally.series.iter().enumerate() {
                all.value(&format!("series {bin}"), count as f64);
                all.cell("series", bin, count as f64);
            }
            for bucket in tally.delays.buckets() {
                let seconds = (bucket.min_us / 1_000_000) as usize;
                all.cell("delays", seconds, bucket.count as f64);
                let values = all.values.entry(format!("delay {seconds}")).or_default();
                values.resize(r, 0.0);
                values.push(bucket.count as f64);
            }
        }
        for values in all.values.values_mut() {
            values.resize(tallies.len(), 0.0);
        }
        all
    }

    fn totals(&mut self, tally: &Tally) {
        let totals = tally.totals;
        for (name, count) in [
            ("messages", totals.messages),
            ("waiting", totals.waiting),
            ("attempts", totals.connections_tried),
            ("look-ups", tally.mx_lookups),
            ("fills", tally.mx_lookups - tally.mx_cache_hits),
            ("hits", tally.mx_cache_hits),
        ] {
            self.value(name, count as f64);
        }
        for (node, counts) in tally.nodes.iter().enumerate() {
            self.value(&format!("accepted {node}"), counts.accepted as f64);
            self.value(&format!("share {node}"), counts.accepted as f64 / totals.accepted as f64 * 1_000.0);
            self.value(&format!("attempts {node}"), counts.connections_tried as f64);
            self.value(&format!("deferred {node}"), counts.deferred as f64);
            self.cell("accepted", node, counts.accepted as f64);
            self.cell("deferred", node, counts.deferred as f64);
        }
        for (address, &count) in tally.accepted_by_address.iter().enumerate() {
            self.value(&format!("address {address}"), count as f64);
        }
    }

    fn senders(&mut self, tally: &Tally) {
        for (sender, own) in tally.senders.iter().enumerate() {
            self.value(&format!("messages of {sender}"), own.totals.messages as f64);
            self.value(&format!("attempts of {sender}"), own.totals.connections_tried as f64);
            self.value(&format!("delay of {sender}"), own.delays.sum_us() as f64 / 1e6);
        }
    }

    /// Before, during and after each event.
    fn phases(&mut self, tally: &Tally) {
        for (number, phase) in tally.phases.iter().enumerate() {
            self.value(&format!("arrived in {number}"), phase.arrived as f64);
            self.value(&format!("later in {number}"), phase.later as f64);
            for (node, at) in phase.nodes.iter().enumerate() {
                self.value(&format!("accepted in {number} at {node}"), at.accepted as f64);
                self.value(&format!("attempts in {number} at {node}"), at.connections_tried as f64);
                self.value(&format!("failed in {number} at {node}"), at.failed as f64);
            }
        }
    }

    fn windows(&mut self, tally: &Tally) {
        let nodes = tally.nodes.len();
        let mut unevenness = 0.0;
        for (i, window) in tally.windows.iter().enumerate() {
            let mut loads = vec![0.0; nodes];
            for (place, &count) in window.accepted.iter().enumerate() {
                loads[place % nodes] += count as f64;
                self.cell("windows", i * window.accepted.len() + place, count as f64);
            }
            let even = loads.iter().sum::<f64>() / nodes as f64;
            unevenness += loads.iter().map(|load| (load - even).powi(2)).sum::<f64>();
            self.value(&format!("late {i}"), window.late.iter().sum::<u64>() as f64);
            self.value(&format!("decided {i}"), window.arrived as f64);
        }
        self.value("unevenness", unevenness);
        for place in 0..nodes * 3 {
            let most = tally.windows.iter().map(|window| window.busiest[place]).max().unwrap_or(0);
            self.extremes.entry(format!("busiest {place}")).or_default().push(most as f64);
            let sum: u64 = tally.windows.iter().map(|window| window.busiest[place]).sum();
            self.value(&format!("mean busiest {place}"), sum as f64);
        }
    }

    fn value(&mut self, name: &str, value: f64) {
        self.values.entry(name.into()).or_default().push(value);
    }

    fn cell(&mut self, name: &str, cell: usize, count: f64) {
        *self.cells.entry(name.into()).or_default().entry(cell).or_default() += count;
    }
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

fn welch(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, var_a), (mean_b, var_b)) = (mean_and_variance(a), mean_and_variance(b));
    let error = ((var_a + var_b) / a.len() as f64).sqrt();
    if mean_a == mean_b { 0.0 } else { (mean_a - mean_b) / error }
}

fn student(n: usize) -> f64 {
    // Never fewer degrees of freedom than one of the samples has, whatever the variances.
    let student = StudentsT::new(0.0, 1.0, n as f64 - 1.0).expect("two replications at least");
    student.inverse_cdf(1.0 - LEVEL / 2.0)
}

/// Two Poisson numbers of one mean: (x - y)^2 / (x + y), summed over the cells with at least 20 in both together.
fn chi_square(a: &BTreeMap<usize, f64>, b: &BTreeMap<usize, f64>) -> (f64, usize) {
    let of = |cells: &BTreeMap<usize, f64>, cell: &usize| cells.get(cell).copied().unwrap_or(0.0);
    let keys: std::collections::BTreeSet<&usize> = a.keys().chain(b.keys()).collect();
    let terms = keys.into_iter().filter_map(|cell| {
        let (x, y) = (of(a, cell), of(b, cell));
        (x + y >= 20.0).then(|| (x - y).powi(2) / (x + y))
    });
    terms.fold((0.0, 0), |(chi, cells), term| (chi + term, cells + 1))
}

fn chi_limit(cells: usize) -> f64 {
    let chi_square = ChiSquared::new(cells.max(1) as f64).expect("a cell at least");
    chi_square.inverse_cdf(1.0 - LEVEL)
}

/// The largest distance of two empirical distributions, and what it stays below: sqrt(ln(2 / level) / n) for two samples of n
/// (Massart 1990, with the triangle inequality).
fn kolmogorov(a: &[f64], b: &[f64]) -> (f64, f64) {
    let part =
        |values: &[f64], x: f64| values.iter().filter(|&&v| v <= x).count() as f64 / values.len() as f64;
    let distance = a.iter().chain(b).map(|&x| (part(a, x) - part(b, x)).abs()).fold(0.0, f64::max);
    (distance, (libm::log(2.0 / LEVEL) / a.len() as f64).sqrt())
}

/// The text of scenario `number`.
fn generate(number: u64) -> String {
    let key = Entropy::new(5, number).key(StreamId::new("laws", Purpose::Choice));
    let pick = |about: u64, n: usize| key.child(about).below(n);
    let hosts = 2 + pick(1, 3);
    let (mut zone, mut nodes) = (String::new(), Vec::new());
    for i in 1..=hosts {
        // The first host never fails and is never a backup.
        let preference = if i > 1 && pick(10 + i as u64, 5) == 0 { 20 } else { 10 };
        let _ = writeln!(zone, "example.com. 300 IN MX {preference} mx{i}.example.com.");
        let _ = writeln!(zone, "mx{i}.example.com. 120 IN A 192.0.2.{i}");
        if pick(20 + i as u64, 3) == 0 {
            let _ = writeln!(zone, "mx{i}.example.com. 120 IN AAAA 2001:db8::{i}");
        }
        let two_machines = pick(30 + i as u64, 4) == 0;
        if two_machines {
            let _ = writeln!(zone, "mx{i}.example.com. 120 IN A 192.0.2.{}", 100 + i);
        }
        nodes.push(format!("mx{i}{}", if two_machines { "/1" } else { "" }));
    }
    let profile = ["flat", "office"][pick(2, 2)];
    let window = ["20m", "40m", "50m", "3h 20m"][pick(3, 4)];
    let run = format!("window = \"{window}\"\nrun_length = \"3h 20m\"\nwarm_up = \"1h\"\nreplications = 1");
    let mut rest = format!("[traffic]\nmessages_per_day = 200000\nprofile = \"{profile}\"\n\n");
    rest += "[goals]\ndelay_p95 = \"20s\"\n\n";
    rest += &senders(key.child(4));
    rest += &events(key.child(5), &nodes[1..]);
    text(&run, &zone, &rest)
}

fn senders(key: Key) -> String {
    const KINDS: [(&str, &str); 8] = [
        ("postfix", "unbound"),
        ("randomizing", "plain"),
        ("cache-sticky", "unbound"),
        ("haraka", "unbound"),
        ("qmail_lp64", "plain"),
        ("order-preserving", "bind_9_20"),
        ("exim", "unbound"),
        ("cache-sticky", "plain"),
    ];
    let count = 1 + key.child(0).below(2);
    let mut text = String::new();
    for i in 0..count {
        let own = key.child(1 + i as u64);
        let (preset, resolver) = KINDS[own.child(0).below(KINDS.len())];
        let share = if i + 1 < count { "40 %" } else { "rest" };
        let sites = 1 + own.child(1).below(5);
        let _ = writeln!(text, "[[senders]]\nname = \"s{i}\"\npreset = \"{preset}\"\nshare = \"{share}\"");
        let _ = writeln!(
            text,
            "sites = {sites}\nhosts = {}\nresolver = \"{resolver}\"",
            1 + own.child(2).below(2)
        );
        let _ = writeln!(text, "ipv6 = {}", own.child(3).coin());
        if preset == "cache-sticky" {
            let _ = writeln!(text, "sticky = \"{}\"", ["9m", "1h", "3m"][own.child(4).below(3)]);
        }
        text.push('\n');
    }
    text
}

/// Many short outages, with edges at odd moments: a second more or less is a tenth of each.
fn events(key: Key, nodes: &[String]) -> String {
    let mut text = String::new();
    let outages = [0, 1, 60][key.child(0).below(3)];
    for i in 0..outages {
        let own = key.child(1 + i as u64);
        let node = &nodes[own.child(0).below(nodes.len())];
        let fault = ["refuse", "drop", "refuse"][key.child(99).below(3)];
        let (minute, seconds) = (3 * i as usize + own.child(2).below(2), 5 + own.child(3).below(15));
        let length = if outages == 1 { "47m 11s".into() } else { format!("{seconds}s") };
        let at = format!("{:02}:{:02}:{:02}", minute / 60, minute % 60, own.child(4).below(60));
        let _ = writeln!(
            text,
            "[[events]]\nat = \"{at}\"\nfor = \"{length}\"\nnode = \"{node}\"\nfault = \"{fault}\"\n"
        );
    }
    text
}
