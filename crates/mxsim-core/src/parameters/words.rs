//! Words and the values they stand for: one table per choice, read forwards, written backwards, and said in English.

/// Words, each with its value and its English; the English is empty where the word says enough.
pub(crate) type Words<T> = &'static [(&'static str, T, &'static str)];

/// A choice among words.
pub(crate) trait Worded: Copy + PartialEq + 'static {
    /// All words, in the order in which people see them.
    const WORDS: Words<Self>;
}

/// Returns all words of a choice.
pub(crate) fn words<T: Worded>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, ..)| *word).collect()
}

/// Returns the words of a choice that have an English of their own, each with it.
pub(crate) fn english<T: Worded>() -> Vec<(&'static str, &'static str)> {
    let all = T::WORDS.iter().map(|(word, _, english)| (*word, *english));
    all.filter(|(_, english)| !english.is_empty()).collect()
}

/// Returns the value of a word.
pub(crate) fn value_of<T: Worded>(word: &str) -> Option<T> {
    T::WORDS.iter().find(|(known, ..)| *known == word).map(|(_, value, _)| *value)
}

/// Returns the word of a value; `None` for values that are written in another way.
pub(crate) fn word_of<T: Worded>(value: T) -> Option<&'static str> {
    T::WORDS.iter().find(|(_, known, _)| *known == value).map(|(word, ..)| *word)
}
