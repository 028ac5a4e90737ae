//! "Did you mean": the nearest known word.

/// The candidate nearest to `word` by edit distance, if it is near enough to be a slip of the keyboard.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = normal(word);
    let limit = (wanted.len() / 3).clamp(1, 4);
    let candidates: Vec<&str> = candidates.into_iter().collect();
    // A name without its variant is no slip of another name: `qmail` stands for `qmail_lp64` and not for `gmail`.
    if let Some(variant) = first_variant(&wanted, &candidates) {
        return Some(variant);
    }
    let near = candidates
        .iter()
        .copied()
        .map(|candidate| (distance(&wanted, &normal(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < normal(candidate).len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate);
    near.or_else(|| shortest_beginning(&wanted, &candidates))
}

/// The host name that `name` may be a slip of the keyboard for. Names of hosts are short and much alike, so one letter of three may be wrong, and two
/// at most.
pub(crate) fn slip_of_a_name<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let letters = |name: &str| -> Vec<char> { name.chars().take(255).collect() };
    let wanted = letters(name);
    let limit = (name.split('.').next().unwrap_or_default().len() / 3).clamp(1, 2);
    let near = known.iter().map(|known| (distance(&wanted, &letters(known)), *known));
    near.filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Names in a row, the first dozen of them and how many more there are: what is right may be long, and every error says it again.
pub(crate) fn some_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let names: Vec<&str> = names.into_iter().collect();
    match names.get(MOST..) {
        Some(rest) if rest.len() > 1 => format!("{} and {} more", names[..MOST].join(", "), rest.len()),
        _ => names.join(", "),
    }
}

/// The shortest candidate that is `wanted` and more after a separator.
fn first_variant<'a>(wanted: &[char], candidates: &[&'a str]) -> Option<&'a str> {
    let is_variant = |word: &&str| {
        let known = normal(word);
        known.len() > wanted.len() && known.starts_with(wanted) && known[wanted.len()] == '-'
    };
    candidates.iter().copied().filter(is_variant).min_by_key(|word| word.len()).filter(|_| !wanted.is_empty())
}

/// The shortest candidate that begins with `wanted`, separators left out: `bind9` for `bind_9_20`, `postf` for `postfix` and not for a
/// variant of it.
fn shortest_beginning<'a>(wanted: &[char], candidates: &[&'a str]) -> Option<&'a str> {
    const LEAST: usize = 4;
    let squeezed = |word: &[char]| word.iter().filter(|c| c.is_alphanumeric()).collect::<String>();
    let wanted = squeezed(wanted);
    let begin = candidates.iter().copied().filter(|word| squeezed(&normal(word)).starts_with(&wanted));
    begin.min_by_key(|word| word.len()).filter(|_| wanted.len() >= LEAST)
}

/// Case and the choice between `-`, `_` and a space are no difference worth counting.
fn normal(word: &str) -> Vec<char> {
    let same = |c: char| if c == '_' || c == ' ' { '-' } else { c.to_ascii_lowercase() };
    // A word longer than any key is not a slip of one; cutting it bounds the work.
    word.chars().take(64).map(same).collect()
}

/// Levenshtein's distance in which swapping two neighbours costs one (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, slip_of_a_name};

    #[test]
    fn names_of_hosts_are_slips_of_near_ones_only() {
        let known = ["mx-berlin2.example.com", "ns1.example.com", "www.example.com", "mx2.example.com"];
        assert_eq!(slip_of_a_name("mx-belrin2.example.com", &known), Some(known[0]));
        assert_eq!(slip_of_a_name("mx2.exmaple.com", &known), Some(known[3]));
        assert_eq!(slip_of_a_name("mail.example.com", &known), None);
        assert_eq!(slip_of_a_name("mx1.example.com", &known[..3]), None);
    }

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let keys = ["messages_per_day", "profile", "share", "sites"];
        assert_eq!(nearest("mesages_per_day", keys), Some("messages_per_day"));
        assert_eq!(nearest("messages-per-day", keys), Some("messages_per_day"));
        assert_eq!(nearest("shrae", keys), Some("share"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("", keys), None);
        let presets = ["bind_9_20", "pdns_recursor", "qmail_lp64", "order-preserving"];
        for (word, preset) in [("bind9", "bind_9_20"), ("pdns", "pdns_recursor"), ("qmail", "qmail_lp64")] {
            assert_eq!(nearest(word, presets), Some(preset));
        }
    }
}
