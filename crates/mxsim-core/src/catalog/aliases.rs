//! What people call presets: one table, so that a name means the same wherever it is written.

use crate::parameters::PresetKind;

/// Other names of sender presets, in the spelling of [`normal`].
const SENDERS: &[(&str, &str)] = &[
    ("office365", "exchange_online"),
    ("office-365", "exchange_online"),
    ("o365", "exchange_online"),
    ("m365", "exchange_online"),
    ("microsoft", "exchange_online"),
    ("microsoft365", "exchange_online"),
    ("microsoft-365", "exchange_online"),
    ("outlook", "exchange_online"),
    ("outlook.com", "exchange_online"),
    ("hotmail", "exchange_online"),
    ("exchange", "exchange_server"),
    ("google", "gmail"),
    ("google-workspace", "gmail"),
    ("googlemail", "gmail"),
    ("gsuite", "gmail"),
    ("g-suite", "gmail"),
    ("aws-ses", "amazon_ses"),
    ("ses", "amazon_ses"),
    ("amazon", "amazon_ses"),
    ("yahoo-mail", "yahoo"),
    ("exim4", "exim"),
    ("cpanel", "exim"),
    ("postal@3", "postal"),
    ("postal-2", "postal@2"),
    ("postal-1", "postal@1"),
    ("web.de", "gmx"),
    ("gmx.net", "gmx"),
    ("mail.com", "gmx"),
    ("mail.ru", "mail_ru"),
    ("aol", "yahoo"),
];

/// The same of edge presets.
const EDGES: &[(&str, &str)] = &[
    ("f5", "bigip"),
    ("big-ip", "bigip"),
    ("f5-bigip", "bigip"),
    ("lvs", "keepalived"),
    ("ipvs", "keepalived"),
    ("nginx-stream", "nginx"),
];

/// Other names of the presets of a kind.
const fn others(kind: PresetKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        PresetKind::Sender => SENDERS,
        PresetKind::Edge => EDGES,
        _ => &[],
    }
}

/// Case and the choice between `-`, `_` and a space make no difference.
fn normal(word: &str) -> String {
    word.trim().chars().map(|c| if c == '_' || c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// The one of `ids` that a preset of this kind is called by: its own id, whatever the case, or one of its other names. Where versions differ, the
/// id is `NAME@MAJOR`, and a version of more digits means the same: `postal@2.3` is `postal@2`.
pub(super) fn called<'i>(kind: PresetKind, name: &str, ids: &[&'i str]) -> Option<&'i str> {
    called_exactly(kind, name, ids).or_else(|| called_exactly(kind, &with_major_version(name)?, ids))
}

/// `NAME@2` of `NAME@2.3`; `None` without a version of several parts.
fn with_major_version(name: &str) -> Option<String> {
    let (software, version) = name.split_once('@')?;
    let (major, _) = version.split_once('.')?;
    Some(format!("{software}@{major}"))
}

fn called_exactly<'i>(kind: PresetKind, name: &str, ids: &[&'i str]) -> Option<&'i str> {
    let wanted = normal(name);
    let alias = others(kind).iter().find(|(alias, _)| *alias == wanted);
    let by_id = ids.iter().find(|id| **id == name).or_else(|| ids.iter().find(|id| normal(id) == wanted));
    by_id.or_else(|| ids.iter().find(|id| alias.is_some_and(|(_, of)| of == *id))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_version_is_told_by_its_first_part() {
        let called = |name| Catalog::builtin().called(PresetKind::Sender, name);
        assert_eq!(called("Postal@2.3.2"), Some("postal@2"));
        assert_eq!(called("postal@3.3"), Some("postal"));
        assert_eq!(called("postal@9.1"), None);
        assert_eq!(called("postal"), Some("postal"));
    }

    #[test]
    fn every_alias_is_a_preset_and_no_alias_hides_one() {
        for (alias, id) in SENDERS {
            assert_eq!(Catalog::builtin().called(PresetKind::Sender, alias), Some(*id), "{alias}");
            assert_eq!(normal(alias), *alias);
        }
    }
}
