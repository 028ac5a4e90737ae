//! Figures say their finding, are well-formed and stay inside their frame.

mod common;

use mxsim_core::results::Results;
use mxsim_report::figure::{self, Figure, Series};
use mxsim_report::{Size, svg};

fn figures(results: &Results) -> [Figure; 2] {
    [figure::split(results), figure::load(results)]
}

/// The value of attribute `name` in an element.
fn attribute(element: &str, name: &str) -> Option<f64> {
    let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
    element[start..].split('"').next()?.parse().ok()
}

#[test]
fn titles_state_the_finding_and_subtitles_its_range() {
    let [split, load] = figures(&common::three_equal());
    assert_eq!(split.title, "Busiest node carries 41.0 % or more on 1 day in 20");
    assert!(split.subtitle.contains("41.0 % (40.5-41.5)"), "{}", split.subtitle);
    assert_eq!(load.title, "Busiest hour: mx1 takes 120,000 messages an hour");
    assert!(load.subtitle.contains("120,000 (119,000-121,000)"), "{}", load.subtitle);
}

#[test]
fn a_backup_has_a_fair_share_of_its_own() {
    let split = figure::split(&common::backup_with_outage());
    let values: Vec<f64> = split.references.iter().map(|reference| reference.value).collect();
    assert_eq!(values, [1.0, 0.0]);
    assert_eq!(figure::split(&common::three_equal()).references.len(), 1);
}

#[test]
fn a_crowd_of_lines_keeps_one_band() {
    let load = figure::load(&common::twelve_nodes());
    let bands =
        load.series.iter().filter(|series| matches!(series, Series::Line(line) if !line.band.is_empty()));
    assert_eq!(bands.count(), 1);
    assert_eq!(load.series.len(), 12);
}

#[test]
fn load_is_per_hour_whatever_the_bin() {
    let mut results = common::three_equal();
    let hourly = figure::load(&results);
    results.series.bin_s = 60.0;
    let by_minute = figure::load(&results);
    let first = |figure: &Figure| match &figure.series[0] {
        Series::Line(line) => line.points[0].1,
        Series::Bars(bars) => bars[0].value,
    };
    assert!((first(&by_minute) / first(&hourly) - 60.0).abs() < 1e-9);
}

#[test]
fn every_figure_stays_inside_its_frame() {
    for (name, results) in common::all() {
        for size in [Size { width: 320, height: 200 }, Size::default(), Size { width: 1600, height: 900 }] {
            for figure in figures(&results) {
                let drawing = svg(&figure, size).expect(name);
                let (width, height) = (f64::from(size.width), f64::from(size.height));
                for element in drawing.split('<') {
                    for at in ["x", "x1", "x2"].iter().filter_map(|x| attribute(element, x)) {
                        assert!((0.0..=width).contains(&at), "{name} {size:?}: <{element}");
                    }
                    for at in ["y", "y1", "y2"].iter().filter_map(|y| attribute(element, y)) {
                        assert!((0.0..=height).contains(&at), "{name} {size:?}: <{element}");
                    }
                    let sides = ["width", "height"].iter().filter_map(|side| attribute(element, side));
                    assert!(sides.into_iter().all(|side| side >= 0.0), "{name} {size:?}: <{element}");
                }
            }
        }
    }
}

/// From where to where a text element reaches, at half its size a letter: less than any usual font needs.
fn text_extent(element: &str) -> Option<(f64, f64)> {
    let words = element.strip_prefix("text ")?.split_once('>')?.1.trim();
    let words =
        words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    let letters = words.replace("&amp;", "&").chars().count();
    let room = letters as f64 * attribute(element, "font-size")? * 0.5;
    let x = attribute(element, "x")?;
    Some(match element.split(" text-anchor=\"").nth(1)?.split('"').next()? {
        "start" => (x, x + room),
        "end" => (x - room, x),
        _ => (x - room / 2.0, x + room / 2.0),
    })
}

#[test]
fn no_text_is_cut_off_at_the_sides() {
    let mut looked_at = 0;
    for (name, results) in common::all() {
        for size in [Size { width: 320, height: 200 }, Size::default()] {
            for figure in figures(&results) {
                let drawing = svg(&figure, size).expect(name);
                for element in drawing.split('<') {
                    let Some((left, right)) = text_extent(element) else { continue };
                    looked_at += 1;
                    assert!(left >= 0.0 && right <= f64::from(size.width), "{name} {size:?}: <{element}");
                }
            }
        }
    }
    assert!(looked_at > 500, "only {looked_at} texts were found");
}

#[test]
fn every_figure_is_well_formed() {
    for (name, results) in common::all() {
        for figure in figures(&results) {
            let drawing = svg(&figure, Size::default()).expect(name);
            assert!(drawing.starts_with("<svg ") && drawing.trim_end().ends_with("</svg>"), "{name}");
            assert_eq!(drawing.matches("<text").count(), drawing.matches("</text>").count(), "{name}");
            assert!(drawing.chars().all(|letter| !letter.is_control() || letter == '\n'), "{name}");
            let bare = drawing.replace("&lt;", "").replace("&gt;", "").replace("&quot;", "");
            assert!(!bare.replace("&amp;", "").replace("&apos;", "").contains('&'), "{name}");
        }
    }
}

#[test]
fn the_same_results_give_the_same_drawing() {
    for figure in figures(&common::three_equal()) {
        assert_eq!(svg(&figure, Size::default()), svg(&figure.clone(), Size::default()));
    }
}

#[test]
fn a_size_that_holds_nothing_is_refused() {
    let figure = figure::split(&common::three_equal());
    for (width, height) in [(0, 0), (319, 400), (400, 199), (u32::MAX, 400)] {
        let error = svg(&figure, Size { width, height }).expect_err("refused");
        assert!(error.to_string().contains("320 x 200"), "{error}");
    }
}

/// `MXSIM_DRAW=FOLDER cargo test -p mxsim-report -- --ignored` writes every sample's figures there.
#[test]
#[ignore = "checks nothing; it writes drawings to be looked at"]
fn drawings_can_be_looked_at() {
    let Some(folder) = std::env::var_os("MXSIM_DRAW") else { return };
    for (name, results) in common::all() {
        for (kind, figure) in ["split", "load"].iter().zip(figures(&results)) {
            let path = std::path::Path::new(&folder).join(format!("{name}-{kind}.svg"));
            let drawing = svg(&figure, Size::default()).expect(name);
            std::fs::write(path, drawing).expect("the drawing can be written");
        }
    }
}
