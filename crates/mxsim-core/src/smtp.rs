//! What both ends of an SMTP session speak of.

/// A stage of an SMTP session, in the order in which a session goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// From the connection to the greeting (RFC 5321 section 3.1).
    Greeting,
    /// STARTTLS and the handshake after it (RFC 3207).
    Tls,
    /// MAIL and RCPT: the node answers to a recipient.
    Recipient,
    /// The reply after the data.
    Data,
}

impl Stage {
    /// The stage as it is written in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Tls => "tls",
            Self::Recipient => "recipient",
            Self::Data => "data",
        }
    }
}
