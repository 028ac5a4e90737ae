//! Names of nodes and hosts in sentences.

/// The name of a node or a host as a sentence says it: one that could be a word of the sentence (`mail`, `backup`, `old`) stands in quotes.
#[must_use]
pub fn called(name: &str) -> String {
    let is_word = name.chars().all(char::is_alphabetic) && !name.starts_with("mx");
    if is_word { format!("\"{name}\"") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::called;

    #[test]
    fn words_stand_in_quotes() {
        assert_eq!(["mail", "backup", "a"].map(called), ["\"mail\"", "\"backup\"", "\"a\""]);
        assert_eq!(
            ["mx", "mx1", "mail2", "mail/1", "in-a"].map(called),
            ["mx", "mx1", "mail2", "mail/1", "in-a"]
        );
    }
}
