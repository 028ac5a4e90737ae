//! What is odd about the order in which the DNS answers.

use super::zone::Said;
use crate::dns::{OrderPolicy, Transform, TypeSet};
use crate::parameters::words::word_of;
use crate::scenario::model::Scenario;

/// A transform that has no effect, because `types` leaves it no record to put in order.
pub(super) fn findings(scenario: &Scenario) -> Vec<Said> {
    let authority = std::iter::once((&scenario.authority.name, &scenario.authority.order));
    let layers = scenario.wanted_senders().flat_map(|sender| &sender.resolver);
    let resolvers = layers.map(|layer| (&layer.name, &layer.parameters.order));
    let idle = authority.chain(resolvers).filter(|(_, order)| is_idle(order));
    let mut found: Vec<Said> = idle.map(|(name, order)| said(name, order)).collect();
    found.dedup();
    found
}

fn is_idle(order: &OrderPolicy) -> bool {
    order.transform != Transform::None && order.types == TypeSet::NONE
}

fn said(name: &str, order: &OrderPolicy) -> Said {
    let word = word_of(order.transform).unwrap_or_default();
    let text = format!(
        "{name}: order.transform is \"{word}\", but order.types is empty, so answers stay in their order; write types = [\"MX\", \"A\", \"AAAA\"]"
    );
    ("transform-of-nothing", text)
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    fn found(authority: &str) -> Vec<String> {
        let text = format!(
            "[zone]\nauthority = {authority}\ntext = '''\ne.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1\n'''\n"
        );
        let findings = Scenario::from_toml(&text).expect("a scenario").findings;
        findings
            .into_iter()
            .filter(|finding| finding.code == "transform-of-nothing")
            .map(|found| found.text)
            .collect()
    }

    #[test]
    fn a_transform_without_record_types_is_found() {
        let order = "{ preset = \"nsd\", order = { transform = \"shuffle\"";
        let idle = found(&format!("{order} }} }}"));
        assert!(idle.len() == 1 && idle[0].contains("order.transform is \"shuffle\""), "{idle:?}");
        assert_eq!(found(&format!("{order}, types = [\"MX\"] }} }}")), [""; 0]);
        assert_eq!(found("\"nsd\""), [""; 0]);
    }
}
