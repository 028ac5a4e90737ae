//! The MX distribution simulator as a library: from a zone and a sender mix to how mail spreads over MX hosts.
//!
//! # The world
//!
//! A mail domain publishes MX records; *exchange hosts* have addresses; a *node* is one machine behind them. A *sender* is one sending
//! organisation, or many alike, with *outbound hosts* that choose: each looks the domain up through resolver caches, orders the candidates the
//! way its MTA does, and walks them until a node takes the message. What a node then carries, and how evenly, is the question.
//!
//! ```text
//!   text --scenario--> Scenario --method::compile--> World --method::replicate--> Tally --estimate--> Results
//!                      (nothing left to go wrong)    (tables)    x R in parallel, kept in order      (numbers with intervals)
//! ```
//!
//! # Main types
//!
//! 1. [`Scenario`](scenario::Scenario): the world in words, read from TOML or JSON or made by a
//!    [`ScenarioBuilder`](scenario::ScenarioBuilder); its errors come all at once, each with its place and what to write instead.
//! 2. [`simulate`](study::simulate): everything from a scenario to results. It is handed an [`Observer`](study::Observer) that shows progress
//!    and may stop it. For more than one world side by side there are [`compile`](engine::compile()), [`replicate`](engine::replicate()) and
//!    [`run`](study::run()).
//! 3. [`Results`](results::Results): the document every report is made of. No number in it stands without its interval.
//! 4. [`SenderBehaviour`](sender::SenderBehaviour): the trait for a sender of your own.
//!
//! ```
//! use mxsim_core::study::{Quiet, RunOptions, simulate};
//! use mxsim_core::scenario::{ScenarioBuilder, SenderSpec};
//!
//! let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
//!             example.com. 300 IN MX 10 mx2.example.com.\n\
//!             mx1.example.com. 300 IN A 192.0.2.1\n\
//!             mx2.example.com. 300 IN A 192.0.2.2\n";
//! let scenario = ScenarioBuilder::new(zone)
//!     .messages_per_day(2_000.0)
//!     .sender(SenderSpec::new("everyone").preset("postfix").sites(50))
//!     .replications(20)
//!     .build()?;
//! let results = simulate(&scenario, RunOptions::of(&scenario), &Quiet)?;
//! let share = results.nodes[0].share;
//! assert!((share.mean - 0.5).abs() < 3.0 * share.half_width.unwrap_or(1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it never does
//!
//! It opens no file, looks at no clock, starts no thread without the feature `parallel` (on by default) and prints nothing. The same scenario, seed
//! and model epoch give the same [`results::Results`] on any number of threads. Randomness comes from [`random`] alone.
//!
//! # Where to look
//!
//! | question | module |
//! |---|---|
//! | which MTA does what, and how do we know? | [`catalog`], [`sender`] |
//! | in which order does an answer come, and how long is it kept? | [`dns`] |
//! | what is wrong with a node, how many sessions has it? | [`node`], [`smtp`] |
//! | when does mail come? | [`traffic`] |
//! | how is a day simulated, and when in numbers instead of messages? | [`engine`] |
//! | what do the numbers mean, how sure are they? | [`estimate`], [`results`] |
//! | what does theory say? | [`theory`] |
//! | an answer without a scenario file, a judgement of real counts, the story of a message? | [`study`] |
//! | how is a number written in a sentence? | [`numerals`] |

pub mod catalog;
pub mod dns;
pub mod engine;
pub mod estimate;
pub mod ids;
pub mod node;
pub mod numerals;
mod parameters;
pub mod random;
pub mod results;
pub mod scenario;
pub mod sender;
pub mod smtp;
pub mod study;
pub mod syntax;
pub mod tally;
pub mod theory;
pub mod time;
pub mod traffic;
