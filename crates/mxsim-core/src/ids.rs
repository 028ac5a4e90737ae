//! Indices into the tables of a world as types, so that a host is never taken for an address, nor a node for a sender.

use crate::time::Time;

/// Defines an index type over an unsigned integer.
macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident($number:ty);)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub $number);

            impl $name {
                /// The id of the entry at `index` of its table. Tables are checked to be small enough when a scenario is read.
                #[must_use]
                pub const fn new(index: usize) -> Self {
                    Self(index as $number)
                }

                /// The place of the entry in its table.
                #[must_use]
                pub const fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )+
    };
}

ids! {
    /// An exchange host: the name in an MX record.
    HostId(u16);
    /// An address of an exchange host.
    AddressId(u16);
    /// A machine that receives mail.
    NodeId(u16);
    /// A load balancer before nodes.
    EdgeId(u16);
    /// A sending organisation, as one row of the scenario.
    SenderId(u32);
}

/// One outbound host of a sender: the machine that chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboundId {
    /// Its sender.
    pub sender: SenderId,
    /// Its number among the outbound hosts of that sender: `site * hosts per site + host`.
    pub host: u32,
}

/// One message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageId {
    /// Its sender.
    pub sender: SenderId,
    /// When it arrived in the queue of its sender.
    pub born: Time,
    /// How many messages its sender had sent before.
    pub number: u64,
}
