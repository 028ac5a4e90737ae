//! `mxsim presets`: how senders, resolvers and authorities behave, and who says so.

use crate::support::{mxsim, snapshot, too_wide};
use mxsim_core::catalog::{Catalog, PresetKind};
use std::collections::BTreeSet;

#[test]
fn every_preset_is_listed_and_shown() {
    let list = mxsim(&["presets"]).expect(0).stdout;
    for (kind, id) in Catalog::builtin().ids() {
        assert!(list.contains(&format!("\n  {id} ")), "{id} is not in\n{list}");
        let page = mxsim(&["presets", id]).expect(0).stdout;
        assert!(page.contains(&format!("{id}: {} preset", kind.with_article())), "{page}");
        assert!(too_wide(&page).is_empty(), "{:?}", too_wide(&page));
    }
    for population in Catalog::builtin().populations() {
        let id = &population.id;
        assert!(list.contains(&format!("\n  {id} ")), "{id} is not in\n{list}");
        let page = mxsim(&["presets", id]).expect(0).stdout;
        assert!(page.contains(&format!("{id}: a population, ")), "{page}");
        assert!(too_wide(&page).is_empty(), "{:?}", too_wide(&page));
    }
    assert!(too_wide(&list).is_empty(), "{:?}", too_wide(&list));
    snapshot("presets-postfix.txt", &mxsim(&["presets", "postfix"]).expect(0).stdout);
}

#[test]
fn a_wrong_id_is_answered_with_the_nearest() {
    mxsim(&["presets", "posfix"]).expect_error(2, &["no preset \"posfix\"", "did you mean postfix?"]);
    mxsim(&["presets", "bind9"]).expect_error(2, &["did you mean bind_9_20?"]);
    mxsim(&["presets", "smal-business"]).expect_error(2, &["did you mean small-business?"]);
    mxsim(&["presets", "groupwise"]).expect_error(2, &["`mxsim presets` lists them"]);
    mxsim(&["presets", ""]).expect(2);
}

#[test]
fn programs_get_every_parameter_with_its_source() {
    let all = mxsim(&["presets", "--format", "json"]).expect(0).json();
    assert_eq!(all["schema"], "mxsim.presets/1");
    let presets = all["presets"].as_array().expect("presets");
    let catalog = Catalog::builtin();
    assert_eq!(presets.len(), catalog.ids().len() + catalog.populations().count());
    for preset in presets {
        let parameters = preset["parameters"].as_array().expect("parameters");
        assert!(!parameters.is_empty());
        for parameter in parameters {
            for field in ["name", "meaning", "value", "value_in_words", "grade", "source"] {
                assert!(
                    parameter[field].as_str().is_some_and(|text| !text.is_empty()),
                    "{field}: {parameter}"
                );
            }
        }
    }
    let population = mxsim(&["presets", "small-business", "--format", "json"]).expect(0).json();
    assert_eq!(
        population["presets"],
        serde_json::json!([presets[presets.len() - 1]]),
        "the last of the list"
    );
    let one = mxsim(&["presets", "nsd", "--format", "json"]).expect(0).json();
    assert_eq!((&one["presets"][0]["id"], &one["presets"][0]["kind"]), (&"nsd".into(), &"authority".into()));
}

#[test]
fn a_table_has_one_row_for_each_parameter() {
    let table = mxsim(&["presets", "--format", "csv"]).expect(0).stdout;
    let rows = table.lines().count() - 1;
    let parameters: usize = Catalog::builtin().summaries().iter().map(|preset| preset.written.len()).sum();
    let figures: usize = Catalog::builtin().populations().map(|population| population.figures.len()).sum();
    assert_eq!(rows, parameters + figures, "a value with a line end would need more");
    assert!(table.starts_with(
        "kind,id,software,versions,status,parameter,meaning,value,value_in_words,grade,source\n"
    ));
    let one = mxsim(&["presets", "nsd", "--format", "csv"]).expect(0).stdout;
    assert!(one.contains("authority,nsd,"), "{one}");
    let population = mxsim(&["presets", "small-business", "--format", "csv"]).expect(0).stdout;
    let rows: Vec<&str> = population.lines().skip(1).collect();
    assert!(rows.iter().all(|row| row.starts_with("population,small-business,")), "{population}");
    assert!(table.ends_with(&format!("\n{}\n", rows.join("\n"))), "{population}");
}

#[test]
fn one_preset_as_markdown_is_part_of_the_catalogue() {
    let whole = mxsim(&["presets", "--format", "md"]).expect(0).stdout;
    let one = mxsim(&["presets", "nsd", "--format", "md"]).expect(0).stdout;
    assert!(one.starts_with("# Authority nsd\n"), "{one}");
    assert!(whole.contains(&format!("\n#{one}")), "{one}");
    let population = mxsim(&["presets", "small-business", "--format", "md"]).expect(0).stdout;
    assert!(population.starts_with("# Population small-business\n"), "{population}");
    assert!(whole.ends_with(&format!("\n#{population}")), "{population}");
}

/// The template names every parameter that presets have, and no value of any.
#[test]
fn a_second_reader_is_given_all_parameters_and_no_value() {
    for kind in PresetKind::ALL {
        let template = mxsim(&["presets", "--template", kind.name()]).expect(0).stdout;
        let keys: Vec<&str> =
            template.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty()).collect();
        assert!(keys.iter().all(|line| line.ends_with(" =")), "{keys:?}");
        let mut asked = BTreeSet::new();
        let mut section = String::new();
        for line in template.lines() {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']').to_owned();
            }
            asked.extend(line.strip_suffix(" =").map(|key| format!("{section}.{key}")));
        }
        for preset in Catalog::builtin().summaries().iter().filter(|preset| preset.kind == kind) {
            for (path, _) in preset.written {
                assert!(asked.contains(*path), "{path} of {} is not in the template", preset.id);
            }
        }
    }
    mxsim(&["presets", "--template", "senders"]).expect_error(2, &["no kind of preset", "sender, resolver"]);
}
