//! What is wrong with a zone text, or worth a note.

/// The bytes of a text something stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRange {
    /// Which text; 0 unless records of several texts are joined.
    pub text: usize,
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
}

/// What kind of error a zone text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneErrorKind {
    /// A line that cannot be read.
    Syntax,
    /// A name, address, TTL or preference that is not one.
    Value,
    /// The mail domain is not clear, or has no records.
    Domain,
    /// A CNAME loop, or a CNAME beside other records.
    Cname,
    /// A text in another form, which is recognised and not read.
    Foreign,
    /// More records than the simulator takes.
    TooMany,
    /// A change of something that does not exist.
    NoChange,
}

/// One error in a zone text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneTextError {
    /// What kind of error.
    pub kind: ZoneErrorKind,
    /// The offending value and the rule it breaks.
    pub message: String,
    /// What to write instead; may be empty.
    pub help: String,
    /// Where it stands.
    pub range: TextRange,
}

/// Something legal in a zone text that its owner may not have meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ZoneNote {
    /// Stable code, such as `null-mx`.
    pub code: &'static str,
    /// What it is and what follows.
    pub text: String,
}
