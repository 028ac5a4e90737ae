//! `mxsim check`: what is wrong or doubtful with a scenario or a zone, without simulating.

use crate::args::{Check, PlainFormat};
use crate::exit::{Exit, Failure};
use crate::output::{print, screen_style};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::check::{Checked, Summary, standing};
use mxsim_import::{ImportError, TextKind};
use mxsim_report::{Files, check::screen, findings::registry, pretty};

/// Reads the input and says what it means.
pub(crate) fn check(arguments: &Check) -> Result<Exit, Failure> {
    let Some(input) = &arguments.input else {
        print(&registry(&screen_style()))?;
        return Ok(Exit::Met);
    };
    let catalog = arguments.presets.catalog()?;
    let read = mxsim_import::scenario_or_zone(input, arguments.mail.domain.as_deref(), &catalog);
    match (&read, arguments.format) {
        (Ok((scenario, _)), _) if arguments.resolved => print(&scenario.resolved())?,
        (Ok((scenario, kind)), PlainFormat::Text) => {
            print(&screen(&Summary::of(scenario), &files(input, kind), &screen_style()))?;
        }
        (Ok((scenario, _)), PlainFormat::Json) => print(&pretty(&Checked::valid(scenario)))?,
        (Err(ImportError::Scenario(error)), PlainFormat::Json) => {
            print(&pretty(&Checked::invalid(error)))?;
            return Ok(Exit::Invalid);
        }
        (Err(_), _) => {}
    }
    Ok(exit_for(&read?.0, arguments.exit_zero))
}

/// What was checked, for the next command.
fn files<'a>(input: &'a str, kind: &TextKind) -> Files<'a> {
    match kind {
        TextKind::Zone => Files { zone: Some(input), ..Files::default() },
        _ => Files { scenario: Some(input).filter(|file| *file != "-"), ..Files::default() },
    }
}

/// The exit code of what the findings of a scenario come to.
pub(super) fn exit_for(scenario: &Scenario, exit_zero: bool) -> Exit {
    if exit_zero { Exit::Met } else { Exit::of(standing(scenario)) }
}
