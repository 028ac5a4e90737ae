//! Names of nodes and hosts in sentences, and how sentences begin.

/// The name of a node or a host as a sentence says it: one that could be a word of the sentence (`mail`, `backup`, `old`) stands in quotes.
#[must_use]
pub fn called(name: &str) -> String {
    let is_word = name.chars().all(char::is_alphabetic) && !name.starts_with("mx");
    if is_word { format!("\"{name}\"") } else { name.to_owned() }
}

/// Names in a row: "a", "a and b", "a, b and c".
#[must_use]
pub fn listed(names: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match &names[..] {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// A text that begins a sentence.
#[must_use]
pub fn capital(text: &str) -> String {
    first(text, |letter| letter.to_uppercase().collect())
}

/// A sentence that goes on another one.
#[must_use]
pub fn small(text: &str) -> String {
    first(text, |letter| letter.to_lowercase().collect())
}

fn first(text: &str, change: impl FnOnce(char) -> String) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |letter| change(letter) + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{called, capital, listed, small};

    #[test]
    fn only_the_first_letter_changes() {
        assert_eq!(["ab Cd", "ärger", ""].map(capital), ["Ab Cd", "Ärger", ""]);
        assert_eq!(["The NS", ""].map(small), ["the NS", ""]);
    }

    #[test]
    fn the_last_of_several_stands_behind_an_and() {
        assert_eq!(
            [&[][..], &["a"], &["a", "b"], &["a", "b", "c"]].map(listed),
            ["", "a", "a and b", "a, b and c"]
        );
    }

    #[test]
    fn words_stand_in_quotes() {
        assert_eq!(["mail", "backup", "a"].map(called), ["\"mail\"", "\"backup\"", "\"a\""]);
        assert_eq!(
            ["mx", "mx1", "mail2", "mail/1", "in-a"].map(called),
            ["mx", "mx1", "mail2", "mail/1", "in-a"]
        );
    }
}
