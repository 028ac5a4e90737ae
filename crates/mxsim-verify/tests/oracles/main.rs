//! Theory the simulator must agree with. Each oracle is a scenario text through the public path.
//!
//! Level: every comparison with theory has a chance of a false alarm of one in a million (`mxsim_verify::agree`), and there are fewer than
//! a hundred; numbers that are exact by theory are compared exactly. Each oracle has a mutant in `mutants.toml` that turns it red.

mod by_plan;
mod disobedient;
mod dns_checks;
mod edge;
mod edge_recorded;
mod events;
mod facts;
mod fates;
mod greylisting;
mod message_times;
mod one_dead;
mod one_faulty;
mod published_schedules;
mod record_change;
mod retry_hosts;
mod retry_times;
mod shuffle;
mod sticky;
mod ttl_cache;
mod whom_faults_hit;
mod wrong_zones;
