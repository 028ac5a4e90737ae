//! `mxsim report`: what `run` wrote, in every format, without simulating again.

use crate::support::{Folder, SMALL, mxsim, mxsim_in, mxsim_with_input};
use std::fs;

/// A folder with a results file and its path.
fn results() -> (Folder, String) {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let file = folder.at("run.json");
    mxsim(&["run", &small, "--replications", "5", "-q", "-o", &file]).expect(3);
    (folder, file)
}

#[test]
fn every_format_is_what_run_itself_writes() {
    let (folder, file) = results();
    let small = folder.at("small.toml");
    for format in ["text", "json", "csv", "md"] {
        let report = mxsim(&["report", &file, "--format", format]).expect(0).stdout;
        let run = mxsim(&["run", &small, "--replications", "5", "--format", format]).expect(3).stdout;
        // The next command names the file.
        let page = |text: &str| text.split("\nNext: ").next().unwrap_or_default().to_owned();
        assert_eq!(page(&report), page(&run), "{format}");
        let input = fs::read(&file).expect("the results");
        let again = mxsim_with_input(&["report", "-", "--format", format], &input).expect(0).stdout;
        assert_eq!(page(&again), page(&report));
    }
    assert_eq!(
        mxsim(&["report", &file, "--format", "json"]).stdout,
        fs::read_to_string(&file).expect("the file")
    );
}

#[test]
fn the_file_name_says_the_format() {
    let (folder, file) = results();
    for name in ["a.md", "a.csv", "a.json", "a.txt"] {
        assert!(mxsim(&["report", &file, "-o", &folder.at(name)]).expect(0).stdout.is_empty());
    }
    let read = |name: &str| fs::read_to_string(folder.at(name)).expect("the file");
    assert!(read("a.md").starts_with("# example.com"));
    assert_eq!(read("a.json"), read("run.json"));
    assert!(read("a.txt").contains("  sure  "));
    mxsim(&["report", &file, "-o", &folder.at("missing/a.md")]).expect(5);
}

#[test]
fn figures_appear_in_a_folder_and_in_markdown() {
    let (folder, _) = results();
    let report =
        mxsim_in(folder.path(), &["report", "run.json", "--figures", "new/figures", "--format", "md"]);
    let report = report.expect(0).stdout;
    for name in ["split.svg", "load.svg", "duration.svg", "capacity.svg"] {
        let svg = fs::read_to_string(folder.at(&format!("new/figures/{name}"))).expect("a figure");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{name}");
        assert!(report.contains(&format!("(<new/figures/{name}>)")), "{report}");
    }
    mxsim_in(folder.path(), &["report", "run.json", "--figures", "run.json"]).expect(5);
}

/// Width of a PNG file (pixels): bytes 16 to 19, after its signature and the head of its first chunk.
fn png_width(path: &str) -> u32 {
    let bytes = fs::read(path).expect("a picture");
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xaeB`\x82"), "{path}");
    u32::from_be_bytes(bytes[16..20].try_into().expect("four bytes"))
}

#[test]
fn a_run_draws_the_figures_that_its_report_would() {
    let (folder, _) = results();
    let run = ["run", "small.toml", "--replications", "5", "--figures", "own"];
    mxsim_in(folder.path(), &run).expect(3);
    mxsim_in(folder.path(), &["report", "run.json", "--figures", "later"]).expect(0);
    for name in ["split.svg", "load.svg", "duration.svg", "capacity.svg"] {
        let read = |from: &str| fs::read(folder.at(&format!("{from}/{name}"))).expect("a figure");
        assert_eq!(read("own"), read("later"), "{name}");
    }
    let lost = mxsim_in(folder.path(), &[&run[..5], &["run.json"]].concat());
    assert!(lost.stdout.contains("CAN'T TELL YET"), "{}", lost.stdout);
    lost.expect_error(5, &["cannot make run.json"]);
    mxsim_in(folder.path(), &["run", "small.toml", "small.toml", "--figures", "f"])
        .expect_error(2, &["one scenario"]);
}

#[test]
fn figures_are_pictures_on_request() {
    let (folder, _) = results();
    let run = |more: &[&str]| {
        let asked = [&["report", "run.json", "--figures", "f", "--format", "md"][..], more].concat();
        mxsim_in(folder.path(), &asked)
    };
    let names = ["split", "load", "duration", "capacity"];
    let plain = run(&[]).expect(0).stdout;
    assert!(!fs::exists(folder.at("f/split.png")).expect("a folder") && !plain.contains(".png"));
    for (more, width) in [(&["--png"][..], 1600), (&["--png", "--width", "320"][..], 320)] {
        let report = run(more).expect(0).stdout;
        for name in names {
            assert_eq!(png_width(&folder.at(&format!("f/{name}.png"))), width, "{name}");
            assert_eq!(report.matches(&format!("(<f/{name}.")).count(), 1, "{report}");
            assert!(report.contains(&format!("(<f/{name}.png>)")), "{report}");
        }
    }
    run(&["--png", "--width", "0"]).expect(2);
    run(&["--width", "320"]).expect_error(2, &["--png"]);
    mxsim_in(folder.path(), &["report", "run.json", "--png"]).expect_error(2, &["--figures"]);
}

#[test]
fn what_is_no_results_file_is_invalid() {
    let (folder, file) = results();
    let whole = fs::read_to_string(&file).expect("the results");
    let cases = [
        ("cut.json", whole[..whole.len() / 2].to_owned(), "it ends too early"),
        ("empty.json", String::new(), "it is empty"),
        ("text.json", "VERDICT YES".to_owned(), "it is not JSON"),
        ("other.json", "{\"schema\": \"mxsim.check/1\"}".to_owned(), "it is a `mxsim.check/1` document"),
        ("new.json", whole.replace("mxsim.results/1", "mxsim.results/2"), "mxsim.results/2"),
        ("bare.json", "{\"schema\": \"mxsim.results/1\"}".to_owned(), "missing field"),
        ("list.json", "[]".to_owned(), "no `schema`"),
        ("scenario.json", SMALL.to_owned(), "it is not JSON"),
    ];
    for (name, text, words) in cases {
        mxsim(&["report", &folder.file(name, text)]).expect_error(4, &[name, words]);
    }
}

#[test]
fn results_may_be_larger_than_any_scenario() {
    let (folder, file) = results();
    let whole = fs::read_to_string(&file).expect("the results");
    let padded = folder.file("padded.json", format!("{whole}{}", " ".repeat(17 << 20)));
    mxsim(&["report", &padded]).expect(0);
    // A sparse file takes no room on the disk.
    let endless = fs::File::create(folder.at("endless.json")).expect("a file");
    endless.set_len((256 << 20) + 1).expect("a sparse file");
    mxsim(&["report", &folder.at("endless.json")]).expect_error(4, &["larger than 256 MiB"]);
}
