//! Words as a shell takes them.

use std::borrow::Cow;

/// A word as a shell takes it.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "._/-:@+,=".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.into();
    }
    format!("'{}'", text.replace('\'', r"'\''")).into()
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_shell_takes_each_as_one_word() {
        assert_eq!(
            ["site.toml", "my site.toml", "it's", "", "$HOME"].map(word),
            ["site.toml", "'my site.toml'", r"'it'\''s'", "''", "'$HOME'"]
        );
    }
}
