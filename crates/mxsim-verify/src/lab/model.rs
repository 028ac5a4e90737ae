//! A recorded run as a scenario, and its simulation.

use super::event::Event;
use super::names::Mta;
use super::recorder::{ConnectionRecorder, addresses};
use super::submission::Pattern;
use super::zone::LabZone;
use mxsim_core::engine::replicate_with;
use mxsim_core::engine::{Compiled, MethodChoice, compile_for};
use mxsim_core::random::Entropy;
use mxsim_core::scenario::Scenario;
use mxsim_core::time::{Span, Time};
use serde_json::{Map, Value, json};

/// Simulated beyond the end of the recording, so that a connection that was waiting then comes to its end and is seen: the longest
/// time-out in the catalogue is 20 minutes.
const BEYOND: Span = Span::from_secs(1_800);

/// A run that can be simulated any number of times.
#[derive(Debug)]
pub struct Model {
    scenario: Scenario,
    compiled: Compiled,
    nodes: Vec<u8>,
    pattern: Pattern,
    seed: u64,
}

impl Model {
    /// The run in `zone` behind `resolver`, sent by `mta` in this `pattern`; `seed` is for all its randomness.
    ///
    /// # Errors
    /// What the reader of scenarios says: an unknown preset, for example.
    pub fn new(
        zone: &LabZone,
        resolver: &Map<String, Value>,
        mta: &Mta,
        pattern: &Pattern,
        seed: u64,
    ) -> Result<Self, String> {
        let document = document(zone, resolver, mta, pattern);
        let mut scenario =
            Scenario::from_json(&document.to_string()).map_err(|error| first_line(&error.to_string()))?;
        scenario.set_arrivals("lab", pattern.arrivals.clone())?;
        let compiled = compile_for(&scenario, MethodChoice::Messages);
        let node = |address: &String| zone.node(address).ok_or_else(|| format!("{address} is no node"));
        let nodes = addresses(&compiled).iter().map(node).collect::<Result<_, _>>()?;
        Ok(Self { scenario, compiled, nodes, pattern: pattern.clone(), seed })
    }

    /// What the nodes see in one simulation.
    #[must_use]
    pub fn play(&self, replication: u64) -> Vec<Event> {
        let mut events = self.watch(replication);
        self.pattern.stop.cut(&mut events);
        events
    }

    /// The same, where the first message comes so long after a start of the sender's queue runs, as after a start of the MTA.
    ///
    /// # Errors
    /// None that the reader of scenarios has not reported before.
    pub fn play_from_start(&mut self, replication: u64, after: Span) -> Result<Vec<Event>, String> {
        let table = &self.compiled.world.senders[0];
        let runs = Entropy::new(self.seed, replication).key(table.streams.retry).child(0);
        let every = table.behaviour.parameters.retry.queue_run.map_or(1, |every| every.0.max(1));
        let phase = Span(runs.below(every as usize) as i64) + after;
        let arrivals = self.pattern.arrivals.iter().map(|&at| at + phase).collect();
        self.scenario.set_arrivals("lab", arrivals)?;
        self.compiled = compile_for(&self.scenario, MethodChoice::Messages);
        let mut events = self.watch(replication);
        events.iter_mut().for_each(|event| event.at = Time::ZERO + event.at.since(Time::ZERO + phase));
        self.pattern.stop.cut(&mut events);
        Ok(events)
    }

    fn watch(&self, replication: u64) -> Vec<Event> {
        let mut watch = ConnectionRecorder::new(&self.nodes);
        let _ = replicate_with(&self.compiled, self.seed, replication, &|| false, &mut watch);
        let mut events = watch.events;
        // A silent connection is told when it comes to its end, but seen when it begins.
        events.sort_by_key(|event| event.at);
        events
    }
}

/// The first line of an error, which names the value and the rule.
fn first_line(error: &str) -> String {
    error.lines().next().unwrap_or_default().to_owned()
}

fn milliseconds(microseconds: f64) -> String {
    format!("{:.3}ms", microseconds / 1_000.0)
}

fn document(zone: &LabZone, resolver: &Map<String, Value>, mta: &Mta, pattern: &Pattern) -> Value {
    let seconds = (pattern.stop.cap.since(Time::ZERO) + BEYOND).as_secs_f64();
    let run_length = format!("{}m", (seconds / 60.0).ceil());
    let mut sender = mta.keys.clone();
    sender.extend([
        ("name".into(), json!("lab")),
        ("resolver".into(), json!("lab")),
        ("ipv6".into(), json!(false)),
    ]);
    let mut session = pattern.session;
    if let Some(processes) = pattern.processes.filter(|_| mta.processes) {
        let mut growth = json!({
            "start": milliseconds(processes.start),
            "hand_over": milliseconds(session.mean * processes.handing_over),
        });
        if let Some(beside) = processes.beside {
            growth["beside"] = json!(beside);
        }
        sender.insert("concurrency".into(), json!({ "growth": { "processes": growth } }));
        session.mean *= 1.0 - processes.handing_over;
    }
    let mean = milliseconds(session.mean);
    let mut document = json!({
        "title": "lab",
        "run": { "run_length": run_length, "window": run_length, "warm_up": "0s" },
        "zone": { "text": zone.text(), "authority": "nsd" },
        "resolvers": { "lab": resolver },
        "senders": [sender],
        "nodes": { "*": { "tls": false, "session_time": { "lognormal": { "mean": mean, "sigma": session.sigma } } } },
        "events": events(zone, pattern, &run_length),
    });
    if let Some(list) = &pattern.greylist {
        document["greylisting"] = list.section(&zone.machine(0).unwrap_or_default());
    }
    document
}

fn events(zone: &LabZone, pattern: &Pattern, run_length: &str) -> Vec<Value> {
    let Some((fault, stage)) = &pattern.fault else { return Vec::new() };
    let failing: Vec<String> = (0..pattern.failing).filter_map(|n| zone.machine(n)).collect();
    let length = pattern.outage.map_or_else(|| run_length.to_owned(), |outage| milliseconds(outage.0 as f64));
    let mut event = json!({ "at": "0s", "for": length, "node": failing, "fault": fault });
    if let (Some(stage), Some(event)) = (stage, event.as_object_mut()) {
        event.insert("stage".into(), json!(stage));
    }
    vec![event]
}
