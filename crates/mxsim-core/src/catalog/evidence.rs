//! Evidence: where a value comes from, and how well it is known.

use crate::parameters::grades;
use crate::results::{Grade, Status};
use crate::syntax::shape::{Key, Shape, required, word};
use crate::syntax::tree::Table;

/// Where the value of one parameter comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// How well it is known.
    pub grade: Grade,
    /// File and function, page or measurement it was seen in.
    pub source: String,
}

/// How well it is known.
pub(super) const GRADE: Key = required("grade", word(grades), "how well it is known");
/// Where it was seen.
pub(super) const WHERE: Key = required("where", Shape::Text, "where it was seen");
/// `{ grade = "source", where = "src/smtp/smtp_addr.c" }`.
pub(super) const EVIDENCE: Shape = Shape::Table(&[GRADE, WHERE]);

/// Reads `grade` and `where` of a table.
pub(super) fn evidence(fields: &Table) -> Option<Evidence> {
    let grade = Grade::ALL.into_iter().find(|grade| Some(grade.name()) == fields.text("grade"))?;
    Some(Evidence { grade, source: fields.text("where")?.to_owned() })
}

/// Returns the words a file's `status` may be.
pub(super) fn statuses() -> Vec<&'static str> {
    Status::ALL.iter().map(|status| status.name()).collect()
}

/// Reads `status` of a file.
pub(super) fn status(file: &Table) -> Status {
    let named = Status::ALL.into_iter().find(|status| Some(status.name()) == file.text("status"));
    named.unwrap_or(Status::Provisional)
}

/// Returns the hash of a file that does not come with the library, by which results tell it apart.
pub(super) fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}
