//! The reader of parts, and the run that takes its tallies from one.
//!
//! An input is a part without its last line, which is written anew: behind a wrong checksum no reader would be tried. What is refused is refused in
//! words. What is accepted comes to results, twice to the same ones; nothing overflows that is counted.

use super::same;
use crate::fuzz::{Target, Verdict};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::shard::{Head, PartSource, PartWriter, Parts, ReadSeek};
use mxsim_core::study::{Quiet, RunOptions, Shard, simulate_shard, simulate_with};
use std::io::{self, Cursor};

/// Parts of a run of two replications with all that is counted: sessions, an event, an outage, greylisting, an edge.
#[derive(Debug)]
pub(super) struct PartOfRun;

/// What the parts are of.
const SCENARIO: &str = r#"
[zone]
text = """
example.com. 300 IN MX 10 a.example.com.
example.com. 300 IN MX 20 b.example.com.
a.example.com. 300 IN A 192.0.2.1
b.example.com. 300 IN A 192.0.2.2
"""
[run]
warm_up = "0s"
run_length = "6h"
window = "3h"
[traffic]
messages_per_day = 80
[nodes."*"]
sessions = 1
session_time = "60s"
[[senders]]
name = "lists"
preset = "postfix"
[[senders]]
name = "spam"
preset = "order-preserving"
share = "20 %"
wanted = false
[[events]]
at = "02:00"
for = "1h"
node = "a"
fault = "drop"
[goals]
delay_p95 = { at_most = "5m", on = "95 %" }
"#;

fn scenario() -> Scenario {
    Scenario::from_toml(SCENARIO).unwrap_or_else(|error| panic!("{error}"))
}

fn options(scenario: &Scenario) -> RunOptions {
    RunOptions::of(scenario).replications(2).worlds(0)
}

struct Part(Vec<u8>);

impl PartSource for Part {
    fn name(&self) -> &str {
        "part"
    }

    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(Cursor::new(&self.0)))
    }
}

/// The text of a part, its last line left out.
fn body(scenario: &Scenario) -> io::Result<Vec<u8>> {
    let options = options(scenario);
    let head = Head::new(Shard::WHOLE, 2, options.seed, vec![scenario.fingerprint()], options.method);
    let writer = PartWriter::new(Vec::new(), &head)?;
    simulate_shard(scenario, (options, Shard::WHOLE), &Quiet, &writer).map_err(io::Error::other)?;
    let mut text = writer.finish()?;
    let last = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text.truncate(last);
    Ok(text)
}

/// The text with the last line that its writer would give it.
fn sealed(body: &[u8]) -> Vec<u8> {
    let lines = body.iter().filter(|byte| **byte == b'\n').count();
    let last =
        format!("{{\"whole\":{{\"lines\":{lines},\"blake3\":\"{}\"}}}}\n", blake3::hash(body).to_hex());
    [body, last.as_bytes()].concat()
}

impl Target for PartOfRun {
    fn name(&self) -> &'static str {
        "part"
    }

    fn corpus(&self) -> Vec<Vec<u8>> {
        let good = body(&scenario()).unwrap_or_else(|error| panic!("{error}"));
        let cut = good[..good.len() / 2].to_vec();
        vec![good, cut, b"{\"schema\":\"mxsim.part/2\",\"version\":\"9\",\"model_epoch\":9}\n".to_vec()]
    }

    fn words(&self) -> Vec<String> {
        let words = [
            "0",
            "1",
            "-1",
            "0.5",
            "1e9",
            "18446744073709551615",
            "9223372036854775807",
            "4611686018427387904",
            "null",
            "true",
            "[]",
            "{}",
            "[0,0]",
            "\"\"",
            "\"replication\":",
            "\"tally\":",
            "\"extreme\":0,",
            "\"world\":0,",
            "\"twins\":{}",
            "\"sum_us\":",
            "\"buckets\":[]",
            "\"coarse\":true",
            "\"whole\":",
            "\n",
            "{\"replication\":0}\n",
        ];
        words.map(str::to_owned).to_vec()
    }

    fn run(&self, input: &[u8]) -> Result<Verdict, String> {
        let scenario = scenario();
        let part = Part(sealed(input));
        let read = || Parts::read(vec![&part as &dyn PartSource]);
        let parts = match read() {
            Ok(parts) => parts,
            Err(error) if error.to_string().trim().is_empty() => {
                return Err("it is refused without words".into());
            }
            Err(_) => return Ok(Verdict::Refused),
        };
        if parts.head().replications != 2 || parts.head().fingerprints != [scenario.fingerprint()] {
            // The command refuses these before it simulates.
            return Ok(Verdict::Refused);
        }
        let results = || simulate_with(&scenario, options(&scenario), &Quiet, &parts).ok();
        let (one, other) = (results(), results());
        let json = |results| serde_json::to_string(&results).map_err(|error| error.to_string());
        same("two merges", &json(one.clone())?, &json(other)?)?;
        match one {
            Some(_) => Ok(Verdict::Accepted),
            None if parts.failed().is_some_and(|why| !why.trim().is_empty()) => Ok(Verdict::Refused),
            None => Err("it comes to nothing, and nobody says why".into()),
        }
    }
}
