//! The command from outside: what it prints, which files it leaves behind, and how it ends.

mod support;

mod answers_questions;
mod checks_scenarios_and_zones;
mod keeps_files_whole;
mod refuses_bad_input;
mod renders_results;
mod same_bytes;
mod screens;
mod stops_on_request;
