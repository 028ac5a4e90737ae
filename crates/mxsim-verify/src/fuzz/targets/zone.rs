//! The reader of zone text and `dig` output.
//!
//! A second reader agrees where it reads the text at all. What is accepted is accepted inside a scenario too, can be written there as zone text again, and that text gives the same zone. What is refused has
//! errors at bytes that exist.

use super::{same, second_reader, stands_in};
use crate::fuzz::{Target, Verdict, corpus};
use mxsim_core::dns::Zone;
use mxsim_core::dns::zone_text::{ZoneNote, ZoneTextError, parse};
use mxsim_core::scenario::Scenario;
use serde_json::json;

/// Zone text.
#[derive(Debug)]
pub(super) struct ZoneText;

impl Target for ZoneText {
    fn name(&self) -> &'static str {
        "zone"
    }

    fn corpus(&self) -> Vec<Vec<u8>> {
        corpus::zones().into_iter().map(String::into_bytes).collect()
    }

    fn words(&self) -> Vec<String> {
        let words = [
            "MX",
            "A",
            "AAAA",
            "CNAME",
            "SOA",
            "TXT",
            "NS",
            "TYPE65534",
            "IN",
            "CH",
            "ANY",
            "$ORIGIN",
            "$TTL",
            "$INCLUDE",
            "$GENERATE",
            "@",
            ".",
            "*",
            "(",
            ")",
            ";",
            "\"",
            "\\",
            "300",
            "1h30m",
            "0",
            "2147483647",
            "2147483648",
            "65535",
            "65536",
            "192.0.2.1",
            "2001:db8::1",
            "::ffff:192.0.2.1",
            "mx1",
            "mx1.example.com.",
            "example.com",
            "example.com.",
            "*.example.com.",
            "xn--bcher-kva.example.",
            "$ORIGIN .\n",
            "$ORIGIN example.com.\n",
            "\n\t",
            "\n  ",
            "example.com. 300 IN MX 0 .\n",
            "example.com. 300 IN CNAME example.net.\n",
        ];
        let label = "n".repeat(63);
        let longest = [label.as_str(), &label, &label, &label[2..]].join(".");
        let wildcard = "example.com. 300 IN MX 10 *.example.com.\n*.example.com. 300 IN A 192.0.2.7\n";
        let long = [format!("{label}.example.com."), longest, format!("{label}n."), wildcard.into()];
        words.into_iter().map(str::to_owned).chain(long).collect()
    }

    fn run(&self, input: &[u8]) -> Result<Verdict, String> {
        let text = String::from_utf8_lossy(input);
        let read = parse(&text, None);
        same("two readings", &read, &parse(&text, None))?;
        match read {
            Ok((zone, notes)) => is_a_zone(&text, &zone, &notes).map(|()| Verdict::Accepted),
            Err(errors) => can_be_mended(&text, &errors).map(|()| Verdict::Refused),
        }
    }
}

fn is_a_zone(text: &str, zone: &Zone, notes: &[ZoneNote]) -> Result<(), String> {
    if let Some(note) = notes.iter().find(|note| note.code.is_empty() || note.text.is_empty()) {
        return Err(format!("a note without code or words\n{note:?}"));
    }
    match parse(text, Some(&zone.domain)) {
        Ok((same, _)) if same == *zone => {}
        other => return Err(format!("with its own domain it gives another zone\n{other:?}\n{zone:?}")),
    }
    second_reader::agrees(text, zone)?;
    survives_a_scenario(text, zone)
}

/// The zone in a scenario is the same, before and after the scenario has been written anew.
fn survives_a_scenario(text: &str, zone: &Zone) -> Result<(), String> {
    let document = json!({ "zone": { "text": text } }).to_string();
    let scenario =
        Scenario::from_json(&document).map_err(|error| format!("as [zone] text it is refused\n{error}"))?;
    let resolved = scenario.resolved();
    let again = Scenario::from_toml(&resolved)
        .map_err(|error| format!("written anew it is refused\n{error}\n{resolved}"))?;
    for (which, scenario) in [("as [zone] text", &scenario), ("written anew", &again)] {
        let given = &scenario.zones[0].zone;
        if given != zone {
            return Err(format!("{which} it gives another zone\n{given:?}\n{zone:?}"));
        }
    }
    Ok(())
}

fn can_be_mended(text: &str, errors: &[ZoneTextError]) -> Result<(), String> {
    if errors.is_empty() {
        return Err("it is refused without an error".into());
    }
    for error in errors {
        let place = stands_in(text, error.range.start, error.range.end);
        place.map_err(|why| format!("{why}\n{:?}: {}", error.kind, error.message))?;
        if error.message.is_empty() || error.range.text != 0 {
            return Err(format!("an error without words or in another text\n{error:?}"));
        }
    }
    Ok(())
}
