//! `mxsim schema`: the JSON Schema of scenarios, for editors and programs that write scenarios.

use crate::exit::{Exit, Failure};
use crate::output::print;

/// Prints the schema.
pub(crate) fn schema() -> Result<Exit, Failure> {
    print(&format!("{:#}\n", mxsim_core::scenario::schema()))?;
    Ok(Exit::Met)
}
