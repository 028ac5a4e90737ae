//! Messages in numbers instead of one by one: the methods *counts* and *decisions*.
//!
//! A sender that draws its order anew for each message, at nodes that always have room, sends a Poisson number of messages into each
//! fate; so the numbers are drawn, whatever their size (*counts*). A sender that keeps its order for a while is the same between two
//! decisions (*decisions*).
//!
//! ```text
//!   orders --tree--> fates at a time --pieces--> flows --place--> Poisson numbers in the seconds of the nodes
//!                                                      --split--> how many of them belong to which flow
//! ```
//!
//! Time is cut into *pieces* in which nothing changes: neither the rate, nor a fault that any connection meets, nor the hour or window of
//! arrival, connection or acceptance. So the edges of an outage are exact to the microsecond, as for single messages.
//!
//! **What is drawn apart.** How often the DNS is asked ([`cache_fills`]) is drawn independently of the mail, and so is the second in which a
//! message is accepted of those before and after it in other hours. Each published number keeps its exact distribution, because none combines the
//! two; what a replication asked the DNS and what it delivered no longer vary together.
//!
//! Main types: [`Plan`], made once for a world; [`AggregateSenders`], its state in one replication.

mod cache_fills;
mod draw;
mod enumerate;
mod flows;
mod orders;
mod outcome_tree;
mod phases;
mod plan;
mod renewals;
mod seconds;
mod sticky;
#[cfg(test)]
mod tests;

pub(crate) use draw::AggregateSenders;
pub(crate) use plan::{Plan, plan};
