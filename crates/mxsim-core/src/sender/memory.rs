//! What an outbound host remembers of bad hosts.
