//! `mxsim presets`: how senders, resolvers and authorities behave, and who says so.

use crate::support::{mxsim, snapshot, too_wide};
use mxsim_core::catalog::Catalog;

#[test]
fn every_preset_is_listed_and_shown() {
    let list = mxsim(&["presets"]).expect(0).stdout;
    for (kind, id) in Catalog::builtin().ids() {
        assert!(list.contains(&format!("\n  {id} ")), "{id} is not in\n{list}");
        let page = mxsim(&["presets", id]).expect(0).stdout;
        assert!(page.contains(&format!("{id}: {} preset", kind.with_article())), "{page}");
        assert!(too_wide(&page).is_empty(), "{:?}", too_wide(&page));
    }
    assert!(too_wide(&list).is_empty(), "{:?}", too_wide(&list));
    snapshot("presets-postfix.txt", &mxsim(&["presets", "postfix"]).expect(0).stdout);
}

#[test]
fn a_wrong_id_is_answered_with_the_nearest() {
    mxsim(&["presets", "posfix"]).expect_error(2, &["no preset \"posfix\"", "did you mean postfix?"]);
    mxsim(&["presets", "bind9"]).expect_error(2, &["did you mean bind_9_20?"]);
    mxsim(&["presets", "gmail"]).expect_error(2, &["`mxsim presets` lists them"]);
    mxsim(&["presets", ""]).expect(2);
}

#[test]
fn programs_get_every_parameter_with_its_source() {
    let all = mxsim(&["presets", "--format", "json"]).expect(0).json();
    assert_eq!(all["schema"], "mxsim.presets/1");
    let presets = all["presets"].as_array().expect("presets");
    assert_eq!(presets.len(), Catalog::builtin().ids().len());
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
    let one = mxsim(&["presets", "nsd", "--format", "json"]).expect(0).json();
    assert_eq!((&one["presets"][0]["id"], &one["presets"][0]["kind"]), (&"nsd".into(), &"authority".into()));
}
