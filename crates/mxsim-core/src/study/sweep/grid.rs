//! The grid: a scenario for each combination of values.

use super::key::{MOST, NODES, SweptKey, SweptValue, TTL};
use crate::scenario::{Scenario, ScenarioBuilder, ScenarioError, parse_duration};
use crate::study::StudyError;
use serde_json::Value;

/// Keys that hold for all points together, and what to type instead.
const OF_ALL: [(&str, &str); 2] = [("run.seed", "--seed"), ("run.replications", "--replications")];

/// A point of the grid.
#[derive(Debug)]
pub(super) struct GridPoint {
    /// The value of each key.
    pub(super) values: Vec<String>,
    pub(super) scenario: Scenario,
}

/// All points; the values of the last key change fastest.
pub(super) fn grid(builder: &ScenarioBuilder, keys: &[SweptKey]) -> Result<Vec<GridPoint>, StudyError> {
    check(keys)?;
    combinations(keys).iter().map(|values| point(builder, keys, values)).collect()
}

fn check(keys: &[SweptKey]) -> Result<(), StudyError> {
    let question = |why: String| Err(StudyError::Question(why));
    if keys.is_empty() {
        return question("nothing is swept; write KEY=V1,V2,... such as ttl=60..86400".into());
    }
    for (place, key) in keys.iter().enumerate() {
        if let Some((name, flag)) = OF_ALL.iter().find(|(name, _)| *name == key.key) {
            return question(format!(
                "{name} holds for all points, so that they can be compared; use {flag}"
            ));
        }
        if keys[..place].iter().any(|other| other.key == key.key) {
            return question(format!("{} is swept twice; write all its values in one", key.key));
        }
    }
    let points = keys.iter().fold(1_usize, |points, key| points.saturating_mul(key.values.len()));
    if points > MOST {
        let points = crate::numerals::count(points as u64);
        return question(format!("the grid has {points} points, of at most {MOST}; give fewer values"));
    }
    Ok(())
}

fn combinations(keys: &[SweptKey]) -> Vec<Vec<&SweptValue>> {
    keys.iter().fold(vec![Vec::new()], |before, key| {
        let with = |values: &Vec<_>| {
            let values = values.clone();
            key.values.iter().map(move |value| [&values[..], &[value]].concat())
        };
        before.iter().flat_map(with).collect()
    })
}

fn point(
    builder: &ScenarioBuilder,
    keys: &[SweptKey],
    values: &[&SweptValue],
) -> Result<GridPoint, StudyError> {
    let mut settings: Vec<(&str, &SweptValue)> =
        keys.iter().map(|key| key.key.as_str()).zip(values.iter().copied()).collect();
    let texts: Vec<String> = values.iter().map(|value| value.text.clone()).collect();
    let called: Vec<String> = settings.iter().map(|(key, value)| format!("{key} = {}", value.text)).collect();
    let called = called.join(", ");
    // New hosts first: what is said of nodes and records by name comes after them.
    settings.sort_by_key(|(key, _)| (*key != NODES, *key != TTL));
    let builder =
        settings.into_iter().try_fold(builder.clone(), |builder, (key, value)| set(builder, key, value))?;
    let scenario = builder.build().map_err(|error| wrong(&called, &error))?;
    Ok(GridPoint { values: texts, scenario })
}

fn set(builder: ScenarioBuilder, key: &str, value: &SweptValue) -> Result<ScenarioBuilder, StudyError> {
    let called = || format!("{key} = {}", value.text);
    let rule = |rule: &str| StudyError::Question(format!("{}: expected {rule}", called()));
    match key {
        NODES => {
            let hosts = value.value.as_u64().and_then(|hosts| u16::try_from(hosts).ok());
            let hosts = hosts.filter(|hosts| (1..=ScenarioBuilder::MOST_HOSTS).contains(hosts));
            let most = ScenarioBuilder::MOST_HOSTS;
            let hosts = hosts.ok_or_else(|| rule(&format!("a number of equal MX hosts from 1 to {most}")))?;
            builder.equal_hosts(hosts).map_err(|error| wrong(&called(), &error))
        }
        TTL => {
            let span = value.value.as_str().and_then(|text| parse_duration(text).ok());
            let ttl = span.ok_or_else(|| rule("a TTL such as 300 or 5m"))?;
            builder.ttl(ttl).map_err(|error| wrong(&called(), &error))
        }
        path => builder
            .set_at(path, Value::clone(&value.value))
            .map_err(|error| StudyError::Question(error.to_string())),
    }
}

/// What is wrong with a point: the first error of its scenario.
fn wrong(called: &str, error: &ScenarioError) -> StudyError {
    let first = error.diagnostics.first();
    let message = first.map_or_else(|| error.to_string(), |first| first.message.clone());
    let help = first.and_then(|first| first.help.as_ref()).map(|help| format!("; {help}"));
    StudyError::Question(format!("{called}: {message}{}", help.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "example.com. 300 IN MX 10 a.example.com.\na.example.com. 300 IN A 192.0.2.1\n";

    fn of(typed: &[&str]) -> Result<Vec<GridPoint>, StudyError> {
        let keys: Result<Vec<SweptKey>, StudyError> =
            typed.iter().map(|typed| SweptKey::parse(typed)).collect();
        grid(&ScenarioBuilder::new(ZONE), &keys?)
    }

    #[test]
    fn two_keys_are_all_combinations() {
        let points = of(&["nodes=1..3", "ttl=60,300"]).expect("a grid");
        let values: Vec<String> = points.iter().map(|point| point.values.join(" ")).collect();
        assert_eq!(values, ["1 1m", "1 5m", "2 1m", "2 5m", "3 1m", "3 5m"]);
        assert!(points.iter().enumerate().all(|(at, point)| point.scenario.nodes.len() == at / 2 + 1));
    }

    #[test]
    fn what_is_wrong_with_a_point_says_which() {
        for (typed, says) in [
            (&["traffic.messages_per_day=-5"][..], "traffic.messages_per_day = -5: "),
            (&["nodes=0"], "nodes = 0: expected a number of equal MX hosts from 1 to 100"),
            (&["ttl=soon"], "ttl = soon: expected a TTL"),
            (&["run.seed=1,2"], "use --seed"),
            (&["ttl=60", "ttl=70"], "swept twice"),
            (&["nodes=1..50/1", "ttl=60,70,80,90,100"], "250 points"),
            (&["trafic.profile=flat"], "did you mean `traffic`?"),
        ] {
            let error = of(typed).expect_err(says).to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
