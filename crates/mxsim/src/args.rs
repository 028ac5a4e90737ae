//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use mxsim_core::engine::MethodChoice;
use mxsim_core::study::judge::MOST_MESSAGES;
use std::path::PathBuf;

/// Tells before roll-out how mail will spread over your MX hosts.
#[derive(Debug, Parser)]
#[command(name = "mxsim", version, max_term_width = 80, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 goals met, 1 a goal missed, 2 usage, 3 cannot tell yet,
4 invalid input, 5 file error, 70 fault of mxsim, 130 interrupted (what was
finished is kept).

Start with:  mxsim ask 3 --top 38,27
then:        mxsim init -o site.toml";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer at once: N equal MX, or a zone, without a scenario file
    Ask(Ask),
    /// Simulate scenarios and judge their goals
    Run(Run),
    /// Which design is better: scenarios, or ways to publish one's machines
    Compare(Compare),
    /// What happens when a node, a group or a path fails, and what would help
    Fail(Fail),
    /// How many sessions and nodes: ordinary day, nodes down, surge after
    Size(Size),
    /// What a key does: one value after the other, any key of a scenario
    Sweep(Sweep),
    /// Take hosts out of the zone: who still sends there, and when can they stop?
    Cutover(Cutover),
    /// Check a scenario or a zone without simulating
    Check(Check),
    /// Put the parts of a run together that shards of it wrote
    Merge(Merge),
    /// Turn a results file into text, Markdown, CSV or figures
    Report(Report),
    /// Follow messages of one sender, step by step, with the reasons
    Trace(Trace),
    /// Is an uneven split luck? Judge the messages counted per node
    Judge(Judge),
    /// Print a commented scenario to start from
    Init(Init),
    /// How senders, resolvers and authorities behave, and who says so
    Presets(Presets),
    /// Print the JSON Schema of scenarios
    Schema(Schema),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The answer on one page.
    Text,
    /// The answer in one line.
    Oneline,
    /// The results document, schema mxsim.results/1.
    Json,
    /// One long tidy table.
    Csv,
    /// Markdown.
    Md,
}

/// Which methods may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodName {
    /// The cheapest exact method for each sender
    Fastest,
    /// Every message one by one
    Messages,
}

impl From<MethodName> for MethodChoice {
    fn from(name: MethodName) -> Self {
        match name {
            MethodName::Fastest => Self::Fastest,
            MethodName::Messages => Self::Messages,
        }
    }
}

/// Options of everything that simulates.
#[derive(Debug, Clone, Args)]
pub(crate) struct Simulation {
    /// Replications to run [default: as many as decide the goals]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) replications: Option<u64>,
    /// Seed of all randomness [default: the scenario's]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Threads to use [default: all cores]; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Stop after this time with what is finished, such as 30s [default: 60s, none with --replications]
    #[arg(long, value_name = "TIME")]
    pub(crate) max_time: Option<String>,
    /// No progress, and of text the answer line alone; with -o no text
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// By which methods senders are simulated; all give the same distribution
    #[arg(long, value_enum, value_name = "METHOD", default_value = "fastest")]
    pub(crate) method: MethodName,
}

/// Options of what is made of an answer: in which worlds it has to hold, and the exit code.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Judged {
    /// Plausible worlds to draw where something is not known, 0 for none [default: as many as cost what the run did, 64 at most]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=100_000))]
    pub(crate) worlds: Option<u64>,
    /// Exit with 0 whatever the answer is
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Exit with 0 if the answer depends on an assumption and the goals are met as written
    #[arg(long)]
    pub(crate) accept_assumptions: bool,
}

/// Options of everything that reads a scenario.
#[derive(Debug, Clone, Args)]
pub(crate) struct PresetFolder {
    /// Add the presets in DIR/sender/*.toml, DIR/resolver/*.toml, ... to the built-in ones
    #[arg(long, value_name = "DIR")]
    pub(crate) catalog: Option<PathBuf>,
}

/// Options of everything that reads a zone, bare or in a scenario.
#[derive(Debug, Clone, Args)]
pub(crate) struct MailDomain {
    /// The mail domain of a zone with several
    #[arg(long, value_name = "NAME")]
    pub(crate) domain: Option<String>,
}

/// Options of everything that writes a document.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// Format [default: by the name of the output file, else text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Write to FILE, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The page of text goes on with every range, the causes and the sources
    #[arg(long)]
    pub(crate) full: bool,
}

/// Options of everything that writes files.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Force {
    /// Replace files that would be kept: read-only ones, and a scenario that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// Options of everything that can be simulated in parts.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Sharding {
    /// Simulate shard K of N (counted from 1) and write a part for mxsim merge; auto/N takes K from the array job it runs in. Needs --replications,
    /// which counts those of all shards
    #[arg(long, value_name = "K/N", requires = "replications")]
    pub(crate) shard: Option<String>,
    /// The first index of the array of jobs that auto counts in
    #[arg(long, value_name = "N", default_value_t = 1, requires = "shard")]
    pub(crate) shard_base: u64,
    /// Keep what is finished in the folder DIR, and go on from there if it is there; it is removed when all is written. Needs -o
    #[arg(long, value_name = "DIR", requires = "output")]
    pub(crate) checkpoint: Option<PathBuf>,
}

/// Options of everything that draws results.
#[derive(Debug, Clone, Args)]
pub(crate) struct Figures {
    /// Write the figures as SVG into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) figures: Option<PathBuf>,
    /// Write them as PNG too
    #[arg(long, requires = "figures")]
    pub(crate) png: bool,
    /// How wide a PNG is (pixels); its height follows
    #[arg(long, requires = "png", value_name = "N", default_value = "1600",
        value_parser = clap::value_parser!(u32).range(1..=MOST_WIDTH))]
    pub(crate) width: u32,
    #[command(flatten)]
    pub(crate) force: Force,
}

/// Options of everything that simulates scenarios side by side.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("replications", |replications| replications.help(REPLICATIONS_OF_EACH)))]
pub(crate) struct SideBySide {
    #[command(flatten)]
    pub(crate) mail: MailDomain,
    #[command(flatten)]
    pub(crate) presets: PresetFolder,
    #[command(flatten)]
    pub(crate) simulation: Simulation,
    /// Exit with 0 whatever the answer is
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) figures: Figures,
    #[command(flatten)]
    pub(crate) output: Output,
}

const REPLICATIONS_OF_EACH: &str =
    "Replications of each scenario [default: what 6 s of one core are worth, 10 to 200]";

/// `mxsim run`
// A number with a minus is a wrong value of its option, not an option nobody knows.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Run {
    /// Scenario files, TOML or JSON; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// Length of a window, such as 1h [default: the scenario's]
    #[arg(long, value_name = "TIME")]
    pub(crate) window: Option<String>,
    /// How long each replication measures, such as 5d [default: the scenario's]
    #[arg(long, value_name = "TIME")]
    pub(crate) run_length: Option<String>,
    #[command(flatten)]
    pub(crate) mail: MailDomain,
    #[command(flatten)]
    pub(crate) presets: PresetFolder,
    #[command(flatten)]
    pub(crate) simulation: Simulation,
    #[command(flatten)]
    pub(crate) sharding: Sharding,
    #[command(flatten)]
    pub(crate) judged: Judged,
    #[command(flatten)]
    pub(crate) figures: Figures,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `mxsim compare`
// A number with a minus is a wrong value of its option, not an option nobody knows.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Compare {
    /// Two scenarios or more, or one scenario or zone whose machines are published in several ways; - is standard input
    #[arg(required = true, value_name = "SCENARIO|ZONE")]
    pub(crate) inputs: Vec<String>,
    /// The ways to publish the machines of one scenario [default: the first four]: equal-mx, many-a, backup, hybrid, edge, edge-pair
    #[arg(long, value_name = "DESIGN,...", value_delimiter = ',')]
    pub(crate) designs: Vec<String>,
    /// Print a check-list in Markdown: the records to change for the better design
    #[arg(long)]
    pub(crate) plan: bool,
    #[command(flatten)]
    pub(crate) sharding: Sharding,
    #[command(flatten)]
    pub(crate) side_by_side: SideBySide,
}

/// `mxsim fail`
#[derive(Debug, Args)]
pub(crate) struct Fail {
    /// A scenario or a zone; - is standard input
    #[arg(value_name = "SCENARIO|ZONE")]
    pub(crate) input: String,
    /// What fails: nodes by name, group:NAME, a path from:SENDER (with or without a node), ipv4, ipv6, all
    #[arg(required = true, value_name = "NODE")]
    pub(crate) target: Vec<String>,
    /// How it fails: refuse, drop, silent, 421, 451, 550, tls, bounce, slow:10, tarpit:20s, reject:data, ... [default: every way in turn]
    #[arg(long, value_name = "FAULT")]
    pub(crate) how: Option<String>,
    /// When it begins, such as 10:00 or "2d 10:00" [default: 10:00]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// How long it goes on [default: 30m]
    #[arg(long = "for", value_name = "TIME")]
    pub(crate) length: Option<String>,
    /// How many nodes fail together: NODE and those after it in the zone
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) nodes: Option<u16>,
    #[command(flatten)]
    pub(crate) side_by_side: SideBySide,
}

/// `mxsim size`
// A number with a minus is a wrong value of its option, not an option nobody knows.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Size {
    /// A scenario or a zone; - is standard input
    #[arg(value_name = "SCENARIO|ZONE")]
    pub(crate) input: String,
    /// Nodes that may be down at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub(crate) survive: u16,
    /// Enough on this part of the days, such as 99% [default: over all days together]
    #[arg(long, value_name = "PERCENT", value_parser = part_of_days)]
    pub(crate) busiest: Option<f64>,
    /// Part of the connections of the busiest hour that may find a node full
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = percent)]
    pub(crate) turned_away: f64,
    /// So many times as much mail, such as 1.5x
    #[arg(long, value_name = "FACTOR", default_value = "1x", value_parser = factor)]
    pub(crate) growth: f64,
    /// Each node serves so many sessions at the same time [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) sessions: Option<u32>,
    /// One message holds a session for so long, such as 2s [default: the scenario's, else 5s]
    #[arg(long, value_name = "TIME")]
    pub(crate) session_time: Option<String>,
    /// Messages in the busiest hour at all nodes together, such as 5/s, 300/min or 18000/h [default: the scenario's]
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// The same at each node
    #[arg(long, value_name = "RATE", value_parser = rate, conflicts_with = "rate")]
    pub(crate) node_rate: Option<f64>,
    /// How long nodes are down before they come back
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub(crate) outage: String,
    #[command(flatten)]
    pub(crate) side_by_side: SideBySide,
}

/// `mxsim sweep`
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Sweep {
    /// A scenario or a zone; - is standard input
    #[arg(value_name = "SCENARIO|ZONE")]
    pub(crate) input: String,
    /// Keys by their path with their values: traffic.messages_per_day=10000,100000 or nodes.*.sessions=20..200 or senders.NAME.share=20%,40%;
    /// nodes=2..6 is the number of equal MX, ttl=60..86400 the TTL of their records; several keys make a grid
    #[arg(required = true, value_name = "KEY=V1,V2")]
    pub(crate) keys: Vec<String>,
    /// Write the table for a spreadsheet to FILE, one row a point
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sharding: Sharding,
    #[command(flatten)]
    pub(crate) side_by_side: SideBySide,
}

/// `mxsim cutover`
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Cutover {
    /// The zone as it is, a scenario with that zone, or a scenario with changes of its own; - is standard input
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The zone as it will be
    #[arg(value_name = "NEW")]
    pub(crate) new: Option<String>,
    /// When the new records are published, such as "1d 10:00" [default: 10:00, early enough in the run for everything before]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Publish the old records with this TTL before the change [default: 300s is looked at, and not planned]
    #[arg(long, value_name = "TIME")]
    pub(crate) lower_ttl: Option<String>,
    /// How many hours before the change that is [default: the old TTL and an hour]
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u16).range(1..=2160))]
    pub(crate) hours_before: Option<u16>,
    /// Stop the old host so long after the change, such as 2h [default: after the last message]
    #[arg(long, value_name = "TIME")]
    pub(crate) stop_after: Option<String>,
    /// Watch the old host for so long after the change, such as 3d [default: as long as anything is kept, a day at least]
    #[arg(long, value_name = "TIME")]
    pub(crate) watch: Option<String>,
    /// Print a check-list in Markdown with the times of the change request
    #[arg(long)]
    pub(crate) plan: bool,
    #[command(flatten)]
    pub(crate) side_by_side: SideBySide,
}

/// `mxsim check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A scenario or a zone; - is standard input
    #[arg(value_name = "SCENARIO|ZONE", required_unless_present = "list")]
    pub(crate) input: Option<String>,
    /// Print the scenario with every default written out
    #[arg(long)]
    pub(crate) resolved: bool,
    /// Print every kind of finding there is
    #[arg(long, conflicts_with_all = ["input", "resolved"])]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) mail: MailDomain,
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) presets: PresetFolder,
    /// Format of the findings; json has schema mxsim.check/1
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PlainFormat,
}

/// How answers and findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// `mxsim ask`
// A number with a minus is a wrong value, not an option nobody knows.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Ask {
    /// How many equal MX, or zone text, a zone file, or - for standard input
    #[arg(value_name = "N|ZONE")]
    pub(crate) design: String,
    /// What your largest senders bring, in percent, such as 38,27
    #[arg(long, value_name = "PERCENT,...", value_delimiter = ',', value_parser = percent)]
    pub(crate) top: Vec<f64>,
    #[command(flatten)]
    pub(crate) mail: MailDomain,
    #[command(flatten)]
    pub(crate) presets: PresetFolder,
    #[command(flatten)]
    pub(crate) simulation: Simulation,
    #[command(flatten)]
    pub(crate) judged: Judged,
    /// Format of the answer; json has schema mxsim.ask/1
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PlainFormat,
    /// The page goes on with every range, the causes and the sources
    #[arg(long)]
    pub(crate) full: bool,
}

/// `mxsim merge`
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// All parts of a run, a sweep or a comparison, in any order
    #[arg(required = true, value_name = "PART")]
    pub(crate) parts: Vec<String>,
    /// Threads to use [default: all cores]; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// No progress, and of text the answer line alone; with -o no text
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Exit with 0 whatever the answer is
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Exit with 0 if the answer depends on an assumption and the goals are met as written
    #[arg(long)]
    pub(crate) accept_assumptions: bool,
    #[command(flatten)]
    pub(crate) figures: Figures,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `mxsim report`
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// A results file of `mxsim run`; - is standard input
    #[arg(value_name = "RUN.json")]
    pub(crate) results: String,
    #[command(flatten)]
    pub(crate) figures: Figures,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `mxsim trace`
#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// A scenario or a zone; - is standard input
    #[arg(value_name = "SCENARIO|ZONE")]
    pub(crate) input: String,
    /// Name of the sender [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub(crate) sender: Option<String>,
    /// The first message arrives now or later, such as 10:05 or "2d 10:00"
    #[arg(long, value_name = "TIME", default_value = "00:00")]
    pub(crate) at: String,
    /// How many messages to follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) messages: u16,
    /// Only messages that are deferred or bounced
    #[arg(long)]
    pub(crate) deferred: bool,
    /// Seed of all randomness [default: the scenario's]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) mail: MailDomain,
    #[command(flatten)]
    pub(crate) presets: PresetFolder,
    /// Format; json has schema mxsim.trace/1
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: StoryFormat,
}

/// How a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoryFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// Markdown
    Md,
}

/// `mxsim judge`
// A number with a minus is a wrong value, not an option nobody knows.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Judge {
    /// Messages counted at each node over the same time, such as 410 or mx1=410; or a file of them, - for standard input
    #[arg(required = true, value_name = "COUNT")]
    pub(crate) counts: Vec<String>,
    /// How many equal, independent choosers send to you [default: the answer says how few would explain the split]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_MESSAGES))]
    pub(crate) choosers: Option<u64>,
    /// Fair shares relative to each other, such as 1,1,2 [default: equal]
    #[arg(long, value_name = "WEIGHT,...", value_delimiter = ',', value_parser = weight)]
    pub(crate) weights: Vec<f64>,
    /// Exit with 0 whatever the answer is
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Format of the answer; json has schema mxsim.judge/1
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PlainFormat,
}

/// `mxsim init`
#[derive(Debug, Args)]
#[command(mut_arg("domain", |domain| domain.requires("zone")))]
pub(crate) struct Init {
    /// Which design
    #[arg(value_enum, value_name = "DESIGN", default_value = "equal-mx")]
    pub(crate) design: Design,
    /// Put these zone lines or this output of `dig` into it; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) zone: Option<String>,
    #[command(flatten)]
    pub(crate) mail: MailDomain,
    /// What your largest senders bring, in percent, such as 38,27
    #[arg(long, value_name = "PERCENT,...", value_delimiter = ',', value_parser = percent, requires = "zone")]
    pub(crate) top: Vec<f64>,
    /// Write to FILE, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) force: Force,
    /// Exit with 0 whatever is found in the zone
    #[arg(long, requires = "zone")]
    pub(crate) exit_zero: bool,
}

/// What a scenario starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Design {
    /// Several MX names of equal preference
    EqualMx,
    /// One MX name with many addresses
    ManyA,
    /// A primary and a backup of lower preference
    Backup,
    /// Equal preference, nodes of different size
    Uneven,
    /// One host gives way to two
    Migration,
}

/// `mxsim presets`
#[derive(Debug, Args)]
pub(crate) struct Presets {
    /// A preset; without one all are listed
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) presets: PresetFolder,
    /// Format; json has schema mxsim.presets/1
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Print what a second reader of the sources of a KIND fills in: all parameters, no values
    #[arg(long, value_name = "KIND", conflicts_with_all = ["id", "format", "catalog"])]
    pub(crate) template: Option<String>,
}

/// `mxsim schema`
#[derive(Debug, Args)]
pub(crate) struct Schema {}

/// `mxsim completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// `mxsim man`
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write one page for each command into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) force: Force,
}

/// The widest picture (pixels): what a sheet of A0 has at 150 dots an inch. Larger ones rarely open.
const MOST_WIDTH: i64 = 7_000;

/// A relative fair share.
fn weight(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(weight) if (1e-6..=1e6).contains(&weight) => Ok(weight),
        _ => Err("expected a weight from 0.000001 to 1000000, such as 2".to_owned()),
    }
}

/// A percentage such as `38`, `38%` or `38 %`. Below 1 it may be meant as a part of 1, so the sign has to say.
fn percent(text: &str) -> Result<f64, String> {
    let trimmed = text.trim();
    let number = trimmed.trim_end_matches('%').trim_end();
    match number.parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent < 1.0 && number.len() == trimmed.len() => {
            let hundred = (percent * 1e8).round() / 1e6;
            Err(format!("expected a percentage: {hundred} or {number} %?"))
        }
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent),
        _ => Err("expected a percentage above 0 and at most 100, such as 38".to_owned()),
    }
}

/// A part of the days in percent: all of them would take more days than there are.
fn part_of_days(text: &str) -> Result<f64, String> {
    match percent(text) {
        Ok(part) if (50.0..=99.9).contains(&part) => Ok(part),
        _ => Err("expected a percentage from 50 to 99.9, such as 99".to_owned()),
    }
}

/// A factor such as `1.5x` or `1.5`.
fn factor(text: &str) -> Result<f64, String> {
    match text.trim().trim_end_matches(['x', 'X']).trim_end().parse::<f64>() {
        Ok(factor) if (0.001..=1_000.0).contains(&factor) => Ok(factor),
        _ => Err("expected a factor from 0.001x to 1000x, such as 1.5x".to_owned()),
    }
}

/// Messages per second, from a rate such as `5/s`, `300/min` or `18000/h`.
fn rate(text: &str) -> Result<f64, String> {
    let expected = || "expected messages per time, such as 5/s, 300/min or 18000/h".to_owned();
    let (number, unit) = text.split_once('/').ok_or_else(expected)?;
    let seconds = match unit.trim() {
        "s" | "sec" | "second" => 1.0,
        "m" | "min" | "minute" => 60.0,
        "h" | "hour" => 3_600.0,
        _ => return Err(expected()),
    };
    match number.trim().replace([',', '_'], "").parse::<f64>() {
        Ok(number) if number > 0.0 && number / seconds <= 1e6 => Ok(number / seconds),
        _ => Err(expected()),
    }
}
