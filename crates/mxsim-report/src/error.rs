//! What can go wrong when a report is read or drawn.

use std::fmt;

/// A results document that cannot be read, or a figure that cannot be drawn. Its message is complete and ends with what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportError {
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Document(String),
    Drawing(String),
}

impl ReportError {
    pub(crate) fn document(message: impl Into<String>) -> Self {
        Self { kind: Kind::Document(message.into()) }
    }

    pub(crate) fn drawing(message: impl Into<String>) -> Self {
        Self { kind: Kind::Drawing(message.into()) }
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Document(message) => write!(f, "cannot read this results file: {message}"),
            Kind::Drawing(message) => write!(f, "cannot draw this figure: {message}"),
        }
    }
}

impl std::error::Error for ReportError {}
