//! `mxsim check`: what is wrong or doubtful with a scenario or a zone, without simulating.

use crate::args::{Check, PlainFormat};
use crate::exit::{Exit, Failure};
use crate::output::{print, screen_style};
use mxsim_core::study::check::{Checked, Summary};
use mxsim_import::ImportError;
use mxsim_report::{check::screen, pretty};

/// Reads the input and says what it means.
pub(crate) fn check(arguments: &Check) -> Result<Exit, Failure> {
    let catalog = arguments.presets.catalog()?;
    match (mxsim_import::scenario_or_zone(&arguments.input, &catalog), arguments.format) {
        (Ok(scenario), _) if arguments.resolved => print(&scenario.resolved())?,
        (Ok(scenario), PlainFormat::Text) => print(&screen(&Summary::of(&scenario), &screen_style()))?,
        (Ok(scenario), PlainFormat::Json) => print(&pretty(&Checked::valid(&scenario)))?,
        (Err(ImportError::Scenario(error)), PlainFormat::Json) => {
            print(&pretty(&Checked::invalid(&error)))?;
            return Ok(Exit::Invalid);
        }
        (Err(error), _) => return Err(error.into()),
    }
    Ok(Exit::Met)
}
