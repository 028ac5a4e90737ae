//! Lines that begin with `>`: quoted mail, the right side of a `diff`, a here-document; or what somebody typed at the prompt of `nslookup`.

use std::net::IpAddr;

/// How the lines of a text that begin with `>` are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quotes {
    /// True if `nslookup` printed the text, whose prompt is `>`.
    has_prompts: bool,
}

impl Quotes {
    /// A text whose every line begins with `>` was quoted as a whole.
    pub(super) fn of(text: &str) -> Self {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let is_quoted = lines.all(|line| line.starts_with('>'));
        let is_nslookup = text.contains("nslookup") || text.contains("Server:");
        Self { has_prompts: is_nslookup && !is_quoted }
    }

    /// How many bytes of `line` are quotation marks: `> `, `>> `, `> > `, or none.
    pub(super) fn prefix(line: &str) -> usize {
        let mut rest = line;
        while let Some(after) = rest.trim_start_matches([' ', '\t']).strip_prefix('>') {
            rest = after;
        }
        let is_quoted = rest.len() < line.len();
        let rest = if is_quoted { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
        line.len() - rest.len()
    }

    /// True if `rest`, which stands behind a `>`, holds no record: a command typed at the prompt, the end of a here-document.
    pub(super) fn is_typed(self, rest: &str) -> bool {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let commands = ["set", "server", "lserver", "exit", "ls", "help"];
        match words[..] {
            [] => true,
            [first, ..] if commands.contains(&first.to_ascii_lowercase().as_str()) => true,
            [only] => self.has_prompts || (only.parse::<IpAddr>().is_err() && !only.starts_with([';', ')'])),
            // `> mx1.example.com 192.0.2.53` asks that server.
            [name, _] => self.has_prompts && name.parse::<u16>().is_err(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted_and_indentation_stays() {
        assert_eq!(Quotes::prefix("> a"), 2);
        assert_eq!(Quotes::prefix(">a"), 1);
        assert_eq!(Quotes::prefix(">> a"), 3);
        assert_eq!(Quotes::prefix("> >\tMX 10 a"), 3);
        assert_eq!(Quotes::prefix("a > b"), 0);
        assert_eq!(Quotes::prefix("  a"), 0);
    }

    #[test]
    fn what_was_typed_is_no_record() {
        let (quoted, typed) = (Quotes::of("> a\n> b\n"), Quotes::of("$ nslookup\n> a\n"));
        assert!(typed.is_typed("example.com") && typed.is_typed("set q=mx") && typed.is_typed(""));
        assert!(!typed.is_typed("example.com. 300 IN MX 10 a.") && !typed.is_typed("10 a."));
        assert!(quoted.is_typed("EOF") && !quoted.is_typed("192.0.2.1") && !quoted.is_typed("mx1 192.0.2.1"));
    }
}
