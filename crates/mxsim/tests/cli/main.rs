//! The command from outside: what it prints, which files it leaves behind, and how it ends.

mod support;

mod adds_presets;
mod agrees_on_zones;
mod answers_questions;
mod checks_scenarios_and_zones;
mod compares_scenarios;
mod goes_on;
mod judges_counts;
mod keeps_files_whole;
mod merges_parts;
mod refuses_bad_input;
mod renders_results;
mod same_bytes;
mod screens;
mod shows_foreign_text_safely;
mod shows_presets;
mod starts_from_templates;
mod stops_on_request;
mod survives_kills;
mod sweeps_keys;
mod teaches_shells_and_editors;
mod traces_messages;
