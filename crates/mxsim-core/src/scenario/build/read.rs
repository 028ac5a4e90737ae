//! Scenarios that are read from a text to be changed before they are built.

use super::ScenarioBuilder;
use crate::catalog::Catalog;
use crate::scenario::model::Scenario;
use crate::scenario::read::{RunOverrides, SourceText, tree_of};
use crate::syntax::diagnostic::ScenarioError;
use serde_json::Value;

impl ScenarioBuilder {
    /// Starts from the text of a scenario; returns that scenario, too. `files` opens the zone file it may name; its text takes the file's place.
    /// `domain` is the mail domain, where the zone has several and the scenario does not say which.
    ///
    /// ```
    /// use mxsim_core::scenario::{Format, SourceText};
    /// use mxsim_core::{Catalog, ScenarioBuilder};
    /// let text = "[zone]\ntext = \"\"\"\nexample.com. 300 IN MX 10 a.example.com.\na.example.com. 300 IN A 192.0.2.1\n\"\"\"\n";
    /// let source = SourceText { name: "site.toml".into(), text: text.into(), format: Format::Toml };
    /// let (builder, _) = ScenarioBuilder::read(&source, None, Catalog::builtin(), &|_| Err("no files here".into()))?;
    /// assert_eq!(builder.messages_per_day(7.0).build()?.messages_per_day, 7.0);
    /// # Ok::<(), mxsim_core::ScenarioError>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with the scenario as it stands, with its places in the text.
    pub fn read(
        source: &SourceText,
        domain: Option<&str>,
        catalog: &Catalog,
        files: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<(Self, Scenario), ScenarioError> {
        let overrides = RunOverrides { domain: domain.map(str::to_owned), ..RunOverrides::default() };
        let scenario = Scenario::read_with(source, catalog, files, overrides)?;
        let document = match tree_of(source).map(|tree| tree.to_json()) {
            Some(Value::Object(document)) => document,
            _ => unreachable!("a scenario that is right is a table"),
        };
        let mut builder = Self { document, catalog: catalog.clone() };
        if let Some(Ok(text)) = builder.zone_file().map(|file| files(&file)) {
            let zone = super::values::table(&mut builder.document, "zone");
            zone.remove("file");
            zone.insert("text".into(), text.into());
        }
        Ok((domain.into_iter().fold(builder, Self::domain), scenario))
    }

    /// The file that the zone is in, if it is in one.
    fn zone_file(&self) -> Option<String> {
        self.document.get("zone")?.get("file")?.as_str().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Format;

    /// What is read and built again is the same scenario, with its zone in a file or in the text.
    #[test]
    fn a_scenario_that_is_read_is_built_as_it_stands() {
        let zone = "example.com. 300 IN MX 10 a.example.com.\na.example.com. 300 IN A 192.0.2.1\n";
        let files = |name: &str| if name == "z.txt" { Ok(zone.to_owned()) } else { Err("none".to_owned()) };
        let rest = "title = \"t\"\n[traffic]\nmessages_per_day = 5e3\n[[senders]]\nname = \"a\"\npreset = \"exim\"\nsites = 3\n";
        for place in ["file = \"z.txt\"\n".to_owned(), format!("text = \"\"\"\n{zone}\"\"\"\n")] {
            let (top, tables) = rest.split_once('\n').expect("a title");
            let text = format!("{top}\n[zone]\n{place}{tables}");
            let source = SourceText { name: "s.toml".into(), text, format: Format::Toml };
            let read = Scenario::read(&source, &files).expect("a scenario");
            let built = ScenarioBuilder::read(&source, None, Catalog::builtin(), &files)
                .and_then(|(builder, _)| builder.build());
            assert_eq!(built.expect("the same").fingerprint(), read.fingerprint());
        }
    }
}
