//! JSON pointers (RFC 6901) as steps from one value to the next, each of which knows the one before it.
//!
//! Every value of a document has a pointer and next to none is ever printed. Written out, the pointers of a list below a long key would take
//! the length of the key times that of the list.

use crate::outgoing::spelled;
use std::fmt;
use std::sync::Arc;

/// Most characters of a key that are printed; no key of a scenario is longer.
const LONGEST_KEY: usize = 260;

/// Where a value stands in a JSON document; the document itself is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer(Option<Arc<Step>>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    from: Pointer,
    to: Token,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Key(Box<str>),
    Index(usize),
}

impl Pointer {
    /// The pointer of a member of the object here.
    pub(crate) fn key(&self, key: &str) -> Self {
        // A step has as much of its key as is ever printed.
        let end = key.char_indices().nth(LONGEST_KEY + 1).map_or(key.len(), |(at, _)| at);
        self.step(Token::Key(key[..end].into()))
    }

    /// The pointer of an item of the list here.
    pub(crate) fn index(&self, index: usize) -> Self {
        self.step(Token::Index(index))
    }

    fn step(&self, to: Token) -> Self {
        Self(Some(Arc::new(Step { from: self.clone(), to })))
    }
}

/// The pointer as people read it: what is not seen is written out, and long keys cut.
impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = std::iter::successors(self.0.as_deref(), |step| step.from.0.as_deref());
        let tokens: Vec<&Token> = steps.map(|step| &step.to).collect();
        tokens.into_iter().rev().try_for_each(|token| match token {
            Token::Key(key) => write!(f, "/{}", escaped(key)),
            Token::Index(index) => write!(f, "/{index}"),
        })
    }
}

fn escaped(key: &str) -> String {
    let start: String = key.chars().take(LONGEST_KEY).collect();
    let rest = if key.chars().nth(LONGEST_KEY).is_some() { "..." } else { "" };
    spelled(&start.replace('~', "~0").replace('/', "~1")) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_written_as_rfc_6901_wants_them() {
        let root = Pointer::default();
        assert_eq!(root.to_string(), "");
        assert_eq!(root.key("a/b").key("m~n").index(3).key("\u{7}").to_string(), "/a~1b/m~0n/3/\\u{7}");
    }

    #[test]
    fn long_keys_are_cut() {
        let text = Pointer::default().key(&"k".repeat(100_000)).index(1).to_string();
        assert_eq!(text, format!("/{}.../1", "k".repeat(LONGEST_KEY)));
        let whole = Pointer::default().key(&"k".repeat(LONGEST_KEY)).to_string();
        assert_eq!(whole, format!("/{}", "k".repeat(LONGEST_KEY)));
    }
}
