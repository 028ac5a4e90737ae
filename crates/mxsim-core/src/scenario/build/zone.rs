//! Another zone in the place of the one that a scenario was read with.

use super::{ScenarioBuilder, values};
use crate::dns::{AddressStatus, Zone};
use crate::parameters::words::word_of;
use crate::scenario::model::Node;
use crate::scenario::resolved::zone_lines;
use serde_json::{Map, Value};

/// What is one node's alone and not its kind's.
const ITS_OWN: [&str; 5] = ["addresses", "weight", "target", "group", "site"];

impl ScenarioBuilder {
    /// Publishes `zone` from the first moment on, in the place of the text or of the file it came from. Changes of the zone stay as they are.
    pub(crate) fn published(mut self, zone: &Zone) -> Self {
        let unsure = zone.hosts.iter().filter(|host| host.status != AddressStatus::Published);
        let status: Map<String, Value> = unsure
            .map(|host| (host.name.to_string(), word_of(host.status).unwrap_or_default().into()))
            .collect();
        let said = values::table(&mut self.document, "zone");
        ["file", "addresses"].into_iter().for_each(|key| drop(said.remove(key)));
        said.insert("domain".into(), zone.domain.as_str().into());
        said.insert("text".into(), zone_lines(zone).into());
        if !status.is_empty() {
            said.insert("addresses".into(), status.into());
        }
        self
    }

    /// Says of a node called `name` what is said of `node`, but for what only one of them can be.
    pub(crate) fn node_like(mut self, name: &str, node: &Node) -> Self {
        let nodes = values::table(&mut self.document, "nodes");
        let said = [&node.name, &node.host].into_iter().find_map(|known| nodes.get(known)).cloned();
        if let Some(Value::Object(mut said)) = said {
            ITS_OWN.into_iter().for_each(|key| drop(said.remove(key)));
            nodes.insert(name.into(), Value::Object(said));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::{NodeSpec, ScenarioBuilder};
    use crate::time::Span;

    /// The zone that a scenario was read with, published again, is the same scenario; with another TTL it is another.
    #[test]
    fn a_zone_that_is_published_again_is_the_same() {
        for zone in [
            "e.example. 300 MX 10 a.e.example.\ne.example. 600 MX 20 b.e.example.\na.e.example. 60 A 192.0.2.1\n\
             a.e.example. 60 AAAA 2001:db8::1\nb.e.example. 70 A 192.0.2.2\n",
            "e.example. 300 IN MX 10 a.e.example.\ne.example. 300 IN MX 10 b.e.example.\n",
            "e.example. 300 A 192.0.2.1\n",
        ] {
            let builder = ScenarioBuilder::new(zone).domain("e.example");
            let scenario = builder.clone().build().expect("a scenario");
            let mut published = scenario.zones[0].zone.clone();
            let again = builder.clone().published(&published).build().expect("the same");
            assert_eq!(again.fingerprint(), scenario.fingerprint(), "{zone}");
            published.mx_ttl = Span::from_secs(60);
            if !published.mx.is_empty() {
                let other = builder.published(&published).build().expect("another");
                assert_eq!(other.zones[0].zone.mx_ttl, Span::from_secs(60));
            }
        }
    }

    #[test]
    fn a_node_like_another_has_its_limits_and_not_its_weight() {
        let zone = "e.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\na.e.example. 300 A 192.0.2.1\n\
                    b.e.example. 300 A 192.0.2.2\n";
        let small = NodeSpec::new("a").sessions(5).weight(3.0).set("session_time", "2s");
        let builder = ScenarioBuilder::new(zone).node(small);
        let scenario = builder.clone().build().expect("a scenario");
        let alike = builder.node_like("b", &scenario.nodes[0]).build().expect("another");
        assert_eq!((alike.nodes[0].capacity, alike.nodes[0].fair_share), (alike.nodes[1].capacity, 0.75));
    }
}
