//! A second reader of zone files, written by others (the crate `domain`): where it takes a text too, both read the same MX set.
//!
//! It takes less, so it says nothing about most inputs. Names that are written with escapes are left out, because the two write them differently,
//! and so are names with quotation marks, which ours takes for those of the text around them.

use domain::base::iana::Class;
use domain::rdata::ZoneRecordData;
use domain::zonefile::inplace::{Entry, Zonefile};
use mxsim_core::dns::Zone;
use std::collections::BTreeSet;

/// Preferences and exchange hosts.
type MxSet = BTreeSet<(u16, String)>;

/// Holds the MX set of `zone`, read from `text`, against that of the other reader.
pub(super) fn agrees(text: &str, zone: &Zone) -> Result<(), String> {
    let ours: MxSet = zone.mx.iter().map(|mx| (mx.preference, mx.exchange.as_str().to_owned())).collect();
    match mx_set(text, zone.domain.as_str()) {
        Some(theirs) if theirs != ours => {
            Err(format!("the second reader reads another MX set\nours {ours:?}\ntheirs {theirs:?}"))
        }
        _ => Ok(()),
    }
}

/// The MX set of `domain` as the other reader has it; `None` if it refuses the text, or reads what ours leaves out by design.
fn mx_set(text: &str, domain: &str) -> Option<MxSet> {
    // Ours forgives a byte-order mark, the line ends of an old Mac and a missing final newline.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut file = Zonefile::from(format!("{text}\n").as_str());
    let mut set = MxSet::new();
    while let Some(entry) = file.next_entry().ok()? {
        let Entry::Record(record) = entry else { return None };
        if record.class() != Class::IN {
            return None;
        }
        let owner = plain(&record.owner().to_string())?;
        match record.data() {
            ZoneRecordData::Cname(_) if owner == domain => return None,
            ZoneRecordData::Mx(mx) if owner == domain => {
                set.insert((mx.preference(), plain(&mx.exchange().to_string())?));
            }
            _ => {}
        }
    }
    Some(set)
}

/// A name in lower case and without its final dot, if it is written without escapes and quotation marks.
fn plain(name: &str) -> Option<String> {
    (!name.contains(['\\', '\'', '`'])).then(|| name.trim_end_matches('.').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::dns::zone_text::parse;

    const TEXT: &str =
        "$ORIGIN example.com.\n$TTL 300\n@ IN MX 10 a\n@ IN MX 20 b.example.net.\na IN A 192.0.2.1\n";

    #[test]
    fn the_second_reader_reads_zone_files_and_notices_a_difference() {
        assert_eq!(mx_set(TEXT, "example.com").map(|set| set.len()), Some(2));
        let (mut zone, _) = parse(TEXT, None).expect("a zone");
        assert_eq!(agrees(TEXT, &zone), Ok(()));
        zone.mx.pop();
        assert!(agrees(TEXT, &zone).is_err());
    }
}
