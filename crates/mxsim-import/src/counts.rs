//! Messages counted per node, as people have them: typed, or printed by `grep -c`, `uniq -c` or a spreadsheet.

use mxsim_core::study::judge::{CountedSplit, MOST_MESSAGES};

/// Reads counts from a text: one to a line, with the node's name before or behind it, or bare numbers in one line. Empty lines, comments behind
/// `#` and a heading are passed over.
///
/// ```
/// let counted = mxsim_import::counts("   410 mx1\n   290 mx2\n")?;
/// assert_eq!((counted.counts, counted.names), (vec![410, 290], vec!["mx1".to_owned(), "mx2".to_owned()]));
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// If a line holds no count, or more than one, or if some counts have names and others have none.
pub fn counts(text: &str) -> Result<CountedSplit, String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let lines: Vec<Vec<&str>> = lines.map(words).filter(|words| !words.is_empty()).collect();
    let is_heading = |words: &Vec<&str>| words.len() > 1 && words.iter().all(|word| is_name(word));
    // Counts that are typed have none.
    let has_heading = !text.contains('=') && lines.first().is_some_and(is_heading);
    let lines = &lines[usize::from(has_heading)..];
    if let [only] = lines
        && only.len() > 1
        && only.iter().all(|word| number(word).is_ok())
    {
        return Ok(CountedSplit::new(only.iter().filter_map(|word| number(word).ok())));
    }
    let counted: Vec<(String, u64)> =
        lines.iter().map(|words| named(words)).collect::<Result<Vec<_>, _>>()?;
    let (names, counts): (Vec<String>, Vec<u64>) = counted.into_iter().unzip();
    let mut apart = std::collections::BTreeSet::new();
    if let Some(twice) = names.iter().filter(|name| !name.is_empty()).find(|name| !apart.insert(*name)) {
        return Err(format!("{} is counted twice", twice.chars().take(60).collect::<String>()));
    }
    match names.iter().filter(|name| name.is_empty()).count() {
        0 => Ok(CountedSplit::new(counts).names(names)),
        none if none == names.len() => Ok(CountedSplit::new(counts)),
        _ => Err("give all counts a name, such as mx1=410, or none".into()),
    }
}

/// The words of a line; `mx1=410`, `mx1.log:410` and `mx1,410` are two.
fn words(line: &str) -> Vec<&str> {
    line.split(|c: char| c.is_whitespace() || ",;:=|\"[]".contains(c))
        .filter(|word| !word.is_empty())
        .collect()
}

/// No number and no mistyped one.
fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| !c.is_ascii_digit() && !"+-.".contains(c))
}

fn number(word: &str) -> Result<u64, String> {
    word.parse::<u64>().ok().filter(|count| *count <= MOST_MESSAGES).ok_or_else(|| {
        format!(
            "expected a whole number of messages from 0 to 10^15, such as 410, found '{}'",
            word.escape_debug()
        )
    })
}

/// The one count of a line, and all other words as its name.
fn named(words: &[&str]) -> Result<(String, u64), String> {
    let (found, names): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| number(word).is_ok());
    match (found[..].first(), found.len()) {
        (Some(count), 1) => Ok((names.join(" "), number(count)?)),
        (None, _) => number(names.last().copied().unwrap_or_default()).map(|count| (String::new(), count)),
        _ => Err(format!("expected one count to a line, found {}", words.join(" ").escape_debug())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_tools_print_them() {
        let named = CountedSplit::new([410, 290]).names(["mx1", "mx2"].map(str::to_owned));
        for text in [
            "mx1=410\nmx2=290",
            "    410 mx1\n    290 mx2\n",
            "mx1:410\nmx2:290\n",
            "host,messages\nmx1,410\nmx2,290\n",
            "# on Monday\nmx1 410\n\nmx2 290 # half a day\n",
            "| mx1 | 410 |\n| mx2 | 290 |\n",
        ] {
            assert_eq!(counts(text), Ok(named.clone()), "{text}");
        }
        for text in ["410\n290\n", "410 290", "410,290", "410; 290\n", "[410, 290]\n"] {
            assert_eq!(counts(text), Ok(CountedSplit::new([410, 290])), "{text}");
        }
        let path = counts("/var/log/mx1/mail.log:410\n/var/log/mx2/mail.log:290\n").expect("counts");
        assert_eq!(path.names[1], "/var/log/mx2/mail.log");
    }

    #[test]
    fn what_is_no_count_is_named() {
        for (text, says) in [
            ("mx1=410\n290", "give all counts a name"),
            ("mx1 410 12\nmx2 290 11", "one count to a line, found mx1 410 12"),
            ("3.5\n3", "'3.5'"),
            ("mx1=a\nmx2=3\nmx3=4", "'a'"),
            ("mx1 many\nmx2 few\nmx3 4", "'few'"),
            ("10000000000000000000\n1", "from 0 to 10^15"),
        ] {
            let error = counts(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
