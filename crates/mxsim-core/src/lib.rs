//! The MX distribution simulator as a library: from a zone and a sender mix to how mail spreads over MX hosts.
//!
//! # The world
//!
//! A mail domain publishes MX records; *exchange hosts* have addresses; a *node* is one machine behind them. A *sender* is one sending
//! organisation, or many alike, with *outbound hosts* that choose: each looks the domain up through resolver caches, orders the candidates the
//! way its MTA does, and tries them until a node takes the message. What a node then carries, and how evenly, is the question.
//!
//! # What you need
//!
//! 1. A [`Scenario`]: the world in words. Read one with [`Scenario::from_toml`], or write it in Rust with a [`ScenarioBuilder`] and
//!    [`SenderSpec`], [`NodeSpec`], [`EventSpec`] and [`Goal`]. What is wrong with it comes as one [`ScenarioError`], all at once, each
//!    fault with its place and what to write instead: print it with `{error}`.
//! 2. [`simulate`]: from a scenario to results. [`RunOptions`] and [`Limit`] say how long; an [`Observer`] shows progress and may stop the
//!    run, [`Quiet`] does neither.
//! 3. [`Results`]: the document every report is made of. Estimates come with their intervals, totals are plain counts. It is plain serde: what you
//!    write as JSON you read back equal.
//! 4. [`Catalog`]: how 40 MTAs, resolvers and DNS servers behave, and how we know. [`SenderBehaviour`] is the trait for a sender of your own.
//!
//! ```
//! use mxsim_core::{EventSpec, Fault, Goal, Quiet, RunOptions, ScenarioBuilder, SenderSpec, Span, simulate};
//!
//! let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
//!             example.com. 300 IN MX 10 mx2.example.com.\n\
//!             mx1.example.com. 300 IN A 192.0.2.1\n\
//!             mx2.example.com. 300 IN A 192.0.2.2\n";
//! let scenario = ScenarioBuilder::new(zone)
//!     .messages_per_day(2_000.0)
//!     .sender(SenderSpec::new("everyone").preset("postfix").sites(50))
//!     .event(EventSpec::new("mx2", Fault::Refuse).at(Span::from_hours(10)).lasting(Span::from_hours(2)))
//!     .goal(Goal::rough_even())
//!     .build()?;
//! let results = simulate(&scenario, RunOptions::of(&scenario).replications(20), &Quiet)?;
//! let hours = &results.series.nodes[1].accepted;
//! assert_eq!(hours[10], 0.0, "mx2 takes nothing from ten to noon");
//! println!("{}", results.verdict.sentence);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to look
//!
//! | question | module |
//! |---|---|
//! | what can a scenario say? | [`scenario`], [`traffic`], [`node`], [`edge`], [`smtp`] |
//! | what does a number in the results mean, and how sure is it? | [`results`] |
//! | which MTA does what, and how do we know? | [`catalog`] |
//! | how do I bring a sender of my own? | [`sender`] |
//! | an answer without a scenario file, a judgement of real counts, the story of a message? | [`study`] |
//! | what does theory say? | [`theory`] |
//!
//! These modules and the names on this page are the interface. Everything else is public only for the crates of this workspace, is left out
//! of these pages, and may change with any version.
//!
//! # What it never does
//!
//! It opens no file, looks at no clock, starts no thread without the feature `parallel` (on by default) and prints nothing. The same scenario,
//! seed and model epoch ([`results::MODEL_EPOCH`]) give the same [`Results`] on any number of threads.

pub mod catalog;
pub mod edge;
pub mod node;
pub mod results;
pub mod scenario;
pub mod sender;
pub mod smtp;
pub mod study;
pub mod theory;
pub mod time;
pub mod traffic;

#[doc(inline)]
pub use catalog::Catalog;
#[doc(inline)]
pub use node::{Fault, Rates, SessionTime, WhenFull};
#[doc(inline)]
pub use results::{Answer, Results};
#[doc(inline)]
pub use scenario::{
    EdgeSpec, EventSpec, Goal, GoalKind, GreylistingSpec, NodeSpec, Scenario, ScenarioBuilder, ScenarioError,
    SenderSpec, ShareRange,
};
#[doc(inline)]
pub use sender::{SenderBehaviour, Stickiness};
#[doc(inline)]
pub use study::{Limit, Observer, Quiet, RunOptions, simulate};
#[doc(inline)]
pub use time::{Span, Time};

// How a scenario is simulated:
//
//   text --scenario--> Scenario --engine::compile--> Compiled --engine::replicate--> Tally --estimate--> Results
//                      (nothing left to go wrong)   (tables)   x R in parallel, in order  (numbers with intervals)
//
// docs/architecture.md says which of these modules may use which.
#[doc(hidden)]
pub mod dns;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod estimate;
#[doc(hidden)]
pub mod ids;
#[doc(hidden)]
pub mod numerals;
#[doc(hidden)]
pub mod outgoing;
mod parameters;
#[doc(hidden)]
pub mod random;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod tally;
