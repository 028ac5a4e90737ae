//! What a node has against a message that no fault keeps from it.

/// Why a node defers a message in a session, other than by a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// Its client has sent all messages of its window.
    Rate,
    /// The queue behind the node is full.
    QueueFull,
    /// A greylist does not know it.
    Greylisted {
        /// It is the first time that one defers this message.
        is_first: bool,
        /// The table of another node would have let it pass.
        is_known_elsewhere: bool,
    },
}
