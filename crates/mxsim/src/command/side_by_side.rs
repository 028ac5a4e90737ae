//! What all commands have in common that simulate scenarios side by side: read, simulate, deliver.

use super::shard::{Simulated, checkpoint, why_failed, write_part};
use super::watched;
use crate::args::{Format, Sharding, SideBySide};
use crate::exit::{Exit, Failure};
use crate::figures::drawn;
use crate::files::Checkpoint;
use crate::output::{deliver, is_no_input};
use crate::progress::Progress;
use mxsim_core::catalog::Catalog;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::shard::{Asked as AskedOfPart, Command, File};
use mxsim_core::study::{Observer as _, RunError, Shard, Shelf, StudyError, TogetherOptions};
use mxsim_import::{Draft, Files, KeptFiles, Recorded, catalog_of};
use mxsim_report::study::{Asked, StudyReport};
use mxsim_report::{TextStyle, pretty};

/// A command under way: its options, its time, and the presets it knows.
pub(crate) struct Begun<'a> {
    arguments: &'a SideBySide,
    watch: Progress,
    pub(crate) catalog: Catalog,
    presets: Vec<File>,
    files: From<'a>,
}

/// Where texts come from.
enum From<'a> {
    Disk(Recorded),
    Kept(KeptFiles<'a>),
}

impl<'a> Begun<'a> {
    /// The time counts from here: reading is a part of it.
    pub(crate) fn new(arguments: &'a SideBySide) -> Result<Self, Failure> {
        let watch = Progress::start(&arguments.simulation)?;
        let ((presets, catalog), files) =
            (arguments.presets.files_and_catalog()?, From::Disk(Recorded::default()));
        Ok(Self { arguments, watch, catalog, presets, files })
    }

    /// The same with files that were kept.
    pub(crate) fn of_kept(arguments: &'a SideBySide, command: &'a Command) -> Result<Self, Failure> {
        let watch = Progress::start(&arguments.simulation)?;
        let (catalog, files) = (catalog_of(&command.presets)?, From::Kept(KeptFiles(&command.files)));
        Ok(Self { arguments, watch, catalog, presets: Vec::new(), files })
    }

    /// What a part says of it.
    pub(crate) fn simulated(
        &self,
        asked: AskedOfPart,
        drafts: &[&Scenario],
        options: TogetherOptions,
    ) -> Simulated {
        let files = match &self.files {
            From::Disk(recorded) => recorded.files(),
            From::Kept(KeptFiles(files)) => files.to_vec(),
        };
        Simulated {
            fingerprints: drafts.iter().map(|scenario| scenario.fingerprint()).collect(),
            seed: options.seed,
            replications: options.replications,
            command: Command { asked, files, presets: self.presets.clone() },
        }
    }

    /// Simulates with a checkpoint, if one is asked for, and hands over what is to be delivered; the checkpoint is removed when `deliver` is through.
    pub(crate) fn with_checkpoint<T: Send>(
        &self,
        (sharding, simulated): (&Sharding, impl FnOnce() -> Simulated),
        scenario: &Scenario,
        work: impl FnOnce(&Progress, Option<&dyn Shelf>) -> Result<T, StudyError> + Send,
        deliver: impl FnOnce(T) -> Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        let checkpoint = checkpoint(simulated, sharding, &self.arguments.simulation)?;
        let shelf = checkpoint.as_ref().map(|checkpoint| checkpoint as &dyn Shelf);
        let done = self.watched(scenario, |watch| work(watch, shelf));
        why_failed(checkpoint.as_ref())?;
        let exit = deliver(done?)?;
        // What was stopped can be gone on with.
        checkpoint.into_iter().filter(|_| self.watch.stop().is_none()).for_each(Checkpoint::remove);
        Ok(exit)
    }

    /// Simulates a shard and writes its part.
    pub(crate) fn write_part(
        &self,
        (sharding, shard): (&Sharding, Shard),
        (simulated, scenario): (Simulated, &Scenario),
        work: impl FnOnce(&Progress, &dyn Shelf) -> Result<(), StudyError> + Send,
    ) -> Result<Exit, Failure> {
        if self.arguments.figures.figures.is_some() {
            return Err(Failure::usage("a part has no figures; give --figures to mxsim merge"));
        }
        let output = (&self.arguments.output, self.arguments.figures.force.force);
        write_part((shard, simulated), (sharding, &self.arguments.simulation), output, |shelf| {
            self.watched(scenario, |watch| work(watch, shelf))
        })
    }

    /// Reads a scenario or a zone, to make others of it.
    pub(crate) fn draft(&self, path: &str) -> Result<Draft, Failure> {
        let files: &dyn Files = match &self.files {
            From::Disk(recorded) => {
                is_no_input(&self.arguments.output, path)?;
                recorded
            }
            From::Kept(kept) => kept,
        };
        Ok(mxsim_import::draft_of(files, path, self.domain(), &self.catalog)?)
    }

    /// The mail domain of a zone with several.
    pub(crate) fn domain(&self) -> Option<&str> {
        self.arguments.mail.domain.as_deref()
    }

    /// Seed, length and method: those of the command line, else the scenario's.
    pub(crate) fn options(&self, scenario: &Scenario) -> TogetherOptions {
        let (own, asked) = (TogetherOptions::of(scenario), &self.arguments.simulation);
        let options = own.seed(asked.seed.unwrap_or(own.seed)).method(asked.method.into());
        asked.replications.map_or(options, |replications| options.replications(replications))
    }

    /// Does work that simulates scenarios made of `scenario`, with its progress on the terminal.
    pub(crate) fn watched<T: Send>(
        &self,
        scenario: &Scenario,
        work: impl FnOnce(&Progress) -> Result<T, StudyError> + Send,
    ) -> Result<T, Failure> {
        let done = watched(scenario, &self.arguments.simulation, &self.watch, |watch| match work(watch) {
            Err(StudyError::Run(error)) => Err::<_, RunError>(error),
            done => Ok(done),
        })?;
        done.map_err(|error| match error {
            // The scenario itself has been read: what is wrong comes from what was asked of it.
            StudyError::Scenario(error) => {
                let first = error.diagnostics.first().map_or("it is no scenario", |one| one.message.as_str());
                Failure::usage(format!("what is asked for cannot be simulated: {first}"))
            }
            other => Failure::usage(other),
        })
    }

    /// Writes the document where it was asked for, and its figures; the exit code is that of its answer. Its next command keeps `options`.
    pub(crate) fn deliver<R: StudyReport>(
        &self,
        report: &R,
        inputs: &[&str],
        options: &[String],
    ) -> Result<Exit, Failure> {
        let (figures, output) = (&self.arguments.figures, &self.arguments.output);
        let asked = Asked { inputs, options, full: output.full };
        let drawn = drawn(|| report.figures(), figures);
        let quiet = self.arguments.simulation.quiet;
        let delivered =
            deliver(output, quiet, figures.force, |format, style, _| document(report, format, &asked, style));
        delivered.and(drawn)?;
        Ok(self.exit(report))
    }

    /// The exit code of an answer, perhaps of a part of what was asked for.
    pub(crate) fn exit<R: StudyReport>(&self, report: &R) -> Exit {
        match report.said().answer {
            _ if report.made().partial => Exit::Interrupted,
            _ if self.arguments.exit_zero => Exit::Met,
            answer => Exit::of(answer),
        }
    }
}

fn document<R: StudyReport>(report: &R, format: Format, asked: &Asked<'_>, style: &TextStyle) -> String {
    match format {
        Format::Text => report.screen(asked, style),
        Format::Oneline => report.oneline(),
        Format::Json => pretty(report),
        Format::Csv => report.csv(),
        Format::Md => report.markdown(),
    }
}
