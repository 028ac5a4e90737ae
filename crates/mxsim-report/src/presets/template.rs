//! What a second reader of a preset's sources is given: every parameter with its meaning and what its value may be, and no value.

use std::fmt::Write as _;

use mxsim_core::catalog::{Parameter, PresetKind};

use crate::page::wrapped;

/// Columns of a comment.
const COLUMNS: usize = 98;

const HEAD: &str = "\
# Read the source of the version you are given and fill in what it does. Every value comes from the source itself, never from a
# description of it. Delete a parameter you could not find and say why in [not_in_source]. Order does not matter. What has no
# meaning beside another parameter (a connection that is never kept has no idle time) is left out without a word.

# The preset, as you were told
id =
# Who reads
reader =
# Repository, and version or commit
source =

# For each parameter you fill in: the places you read, such as \"src/smtp/smtp_addr.c smtp_domain_addr\"
[where]
# \"section.key\" = \"file and function\"

# Parameters this source cannot tell, and why
[not_in_source]
# \"section.key\" = \"reason\"
";

/// The template for one kind of preset.
///
/// ```
/// use mxsim_core::catalog::PresetKind;
/// assert!(mxsim_report::presets::template(PresetKind::Stub).contains("\n[sort]\n"));
/// ```
#[must_use]
pub fn template(kind: PresetKind) -> String {
    let mut text = format!("# Second reading of {} preset.\n#\n{HEAD}", kind.with_article());
    let mut section = "";
    let parameters = kind.parameters();
    for parameter in &parameters {
        let (of, key) = parameter.path.split_once('.').unwrap_or((&parameter.path, ""));
        if of != section {
            section = of;
            let _ = writeln!(text, "\n# {}", parameter.section_meaning);
            if parameter.one_of_section {
                text.push_str("# Exactly one of these; delete the others.\n");
            }
            let _ = writeln!(text, "[{section}]");
        }
        one(&mut text, kind, parameter, key);
    }
    text
}

fn one(text: &mut String, kind: PresetKind, parameter: &Parameter, key: &str) {
    comment(text, "", parameter.meaning);
    comment(text, "  ", &format!("is {}", parameter.rule));
    for word in &parameter.words {
        let meaning = kind.value_in_words(&parameter.path, &format!("{word:?}"));
        if meaning != *word {
            comment(text, "    ", &format!("\"{word}\": {meaning}"));
        }
    }
    for (field, meaning, rule) in &parameter.fields {
        comment(text, "    ", &format!("{field}: {meaning}; {rule}"));
    }
    let _ = writeln!(text, "{key} =");
}

fn comment(text: &mut String, indent: &str, sentence: &str) {
    for (i, line) in wrapped(sentence, COLUMNS).lines().enumerate() {
        let more = if i == 0 { "" } else { "  " };
        let _ = writeln!(text, "# {indent}{more}{line}");
    }
}
