//! `mxsim trace`: the story of a message.

use crate::support::{Folder, SMALL, mxsim_in, too_wide};

const SENDERS: &str = "\n[[senders]]\nname = \"big one\"\nshare = \"40 %\"\npreset = \"postfix\"\n\n[[senders]]\n\
    name = \"others\"\nshare = \"rest\"\npreset = \"exim\"\n";

#[test]
fn a_message_is_followed_to_its_fate() {
    let folder = Folder::new();
    folder.file("site.toml", format!("{SMALL}{SENDERS}"));
    let arguments = ["trace", "site.toml", "--sender", "big one", "--at", "10:05", "--messages", "3"];
    let story = mxsim_in(folder.path(), &arguments).expect(0).stdout;
    assert!(too_wide(&story).is_empty(), "{:?}", too_wide(&story));
    assert_eq!(story.matches("ACCEPTED by node mx").count(), 3, "{story}");
    assert!(story.contains("pools all addresses of a preference and shuffles them"), "{story}");
    assert!(story.contains("\nNext: mxsim "), "{story}");

    let document =
        mxsim_in(folder.path(), &[&arguments[..], &["--format", "json"]].concat()).expect(0).json();
    assert_eq!(document["schema"], "mxsim.trace/1");
    let messages = document["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 3);
    for message in messages {
        assert_eq!(message["fate"], "accepted");
        assert!(message["arrived_s"].as_f64() >= Some(36_300.0), "{message}");
    }
}

#[test]
fn a_sender_nobody_knows_is_refused_with_the_one_meant() {
    let folder = Folder::new();
    folder.file("site.toml", format!("{SMALL}{SENDERS}"));
    let trace = |more: &[&str]| mxsim_in(folder.path(), &[&["trace", "site.toml"], more].concat());
    trace(&["--sender", "othres"]).expect_error(2, &["no sender \"othres\"", "did you mean \"others\"?"]);
    trace(&[]).expect_error(2, &["name one of the senders: \"big one\", \"others\""]);
    trace(&["--sender", "others", "--at", "noon"]).expect_error(2, &["--at: expected", "found \"noon\""]);
    trace(&["--sender", "others", "--at", "9d"]).expect_error(2, &["--at: the run ends after 1d"]);
}
