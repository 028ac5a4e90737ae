//! What real resolvers answered, in which order and when. The files and their columns are described in `data/dns/README.md`.

use mxsim_core::dns::RecordType;
use mxsim_core::dns::order::Order;
use mxsim_core::time::Time;
use std::fs;
use std::path::Path;

/// One file: one record set asked again and again.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Which resolver, with its settings.
    pub resolver: String,
    /// Which zone.
    pub zone: String,
    /// Which record type was asked for.
    pub record_type: RecordType,
    /// When each query was asked, the first at zero.
    pub times: Vec<Time>,
    /// The answers: positions in the order of the zone.
    pub orders: Vec<Order>,
}

impl Recording {
    /// Reads the file `dns-<resolver>-<zone>-<type>.csv` at `path`.
    ///
    /// # Errors
    /// If the name has another form, the file cannot be read or a row has another form.
    pub fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let parts = name.strip_prefix("dns-").and_then(|rest| {
            let (rest, record_type) = rest.rsplit_once('-')?;
            let (resolver, zone) = rest.rsplit_once('-')?;
            Some((resolver, zone, record_type))
        });
        let Some((resolver, zone, record_type)) = parts else { return Err(format!("{shown}: unknown name")) };
        let record_type = match record_type {
            "MX" => RecordType::Mx,
            "A" => RecordType::A,
            _ => return Err(format!("{shown}: unknown record type")),
        };
        let mut recording = Self {
            resolver: resolver.into(),
            zone: zone.into(),
            record_type,
            times: Vec::new(),
            orders: Vec::new(),
        };
        let mut rows = csv::Reader::from_path(path).map_err(|error| format!("{shown}: {error}"))?;
        for row in rows.records() {
            let row = row.map_err(|error| format!("{shown}: {error}"))?;
            let (time, order) = answer(&row).ok_or_else(|| format!("{shown}: cannot read {row:?}"))?;
            recording.times.push(time);
            recording.orders.push(order);
        }
        Ok(recording)
    }

    /// All recordings of the project, in order of file name.
    ///
    /// # Errors
    /// As [`Recording::read`].
    pub fn all() -> Result<Vec<Self>, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/dns");
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// The file's name without its ending, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        let record_type = match self.record_type {
            RecordType::Mx => "MX",
            RecordType::A => "A",
            RecordType::Aaaa => "AAAA",
        };
        format!("dns-{}-{}-{record_type}", self.resolver, self.zone)
    }
}

/// Time and order of a row `seq,t_ms,order`.
fn answer(row: &csv::StringRecord) -> Option<(Time, Order)> {
    let milliseconds: f64 = row.get(1)?.parse().ok()?;
    let place = |name: &str| name.strip_prefix("mx")?.parse::<u8>().ok()?.checked_sub(1);
    let order = row.get(2)?.split(' ').map(place).collect::<Option<Order>>()?;
    Some((Time((milliseconds * 1_000.0).round() as i64), order))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recording_is_complete() {
        let all = Recording::all().unwrap_or_default();
        assert_eq!(all.len(), 28, "seven resolvers, two record types, two TTLs");
        for recording in &all {
            assert_eq!(recording.orders.len(), 300, "{}", recording.name());
            assert!(recording.times.is_sorted(), "{}", recording.name());
            for order in &recording.orders {
                let mut places = order.to_vec();
                places.sort_unstable();
                assert_eq!(places, [0, 1, 2], "{}", recording.name());
            }
        }
    }
}
