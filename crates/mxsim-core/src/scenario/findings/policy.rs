//! Hosts that policies keep senders away from.

use super::zone::Said;
use crate::dns::Host;
use crate::scenario::model::Scenario;

/// Hosts that senders who obey MTA-STS or DANE may not use.
pub(super) fn findings(scenario: &Scenario) -> Vec<Said> {
    let zone = &scenario.zones[0].zone;
    let named = |host: &&Host| zone.mx.iter().any(|mx| mx.exchange == host.name);
    let hosts = || zone.hosts.iter().filter(named);
    let policy = scenario.mta_sts.as_ref();
    let unlisted = listed(hosts().filter(|host| policy.is_some_and(|policy| !policy.allows(&host.name))));
    let failing = listed(hosts().filter(|host| scenario.dane.failing.contains(&host.name)));
    let in_clear =
        listed(hosts().filter(|host| scenario.enforces_tls() && scenario.offers_no_tls(&host.name)));
    let found = [
        unlisted.map(|names| {
            let text = format!("the MTA-STS policy does not list {names}: senders that obey it (Google, Microsoft, Yahoo ...) do not deliver there");
            ("mta-sts-unlisted", text)
        }),
        in_clear.map(|names| {
            let text = format!("{names} offers no STARTTLS, which the MTA-STS policy asks for: senders that obey it (Google, Microsoft, Yahoo ...) do not deliver there");
            ("mta-sts-no-tls", text)
        }),
        failing.map(|names| {
            let text = format!("the TLSA records of {names} do not match its certificate: senders that use DANE do not deliver there");
            ("dane-failing", text)
        }),
    ];
    found.into_iter().flatten().collect()
}

fn listed<'z>(hosts: impl Iterator<Item = &'z Host>) -> Option<String> {
    let names: Vec<&str> = hosts.map(|host| host.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    fn found(rest: &str) -> Vec<String> {
        let text = format!(
            "[zone]\n{rest}\ntext = '''\ne.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
             a.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\n'''\n"
        );
        let findings = Scenario::from_toml(&text).expect("a scenario").findings;
        findings.into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_host_that_a_policy_forbids_is_found() {
        assert_eq!(found("mta_sts = { mode = \"enforce\", mx = [\"a.e.example\"] }"), ["mta-sts-unlisted"]);
        assert_eq!(found("mta_sts = { mode = \"enforce\", mx = [\"*.e.example\"] }"), [""; 0]);
        assert_eq!(found("mta_sts = { mode = \"testing\", mx = [\"a.e.example\"] }"), [""; 0]);
        assert_eq!(found("dane = { failing = [\"b\"] }"), ["dane-failing"]);
    }
}
