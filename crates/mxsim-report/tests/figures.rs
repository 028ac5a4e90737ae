//! Figures say their finding, are well-formed and stay inside their frame.

mod common;

use mxsim_core::results::Results;
use mxsim_report::figure::{self, Figure, Mark, Series};
use mxsim_report::{Size, png, svg};

/// The names of the figures, in the order of [`figures`].
const KINDS: [&str; 4] = ["split", "load", "duration", "capacity"];

fn figures(results: &Results) -> [Figure; 4] {
    [figure::split(results), figure::load(results), figure::duration(results), figure::capacity(results)]
}

/// The value of attribute `name` in an element.
fn attribute(element: &str, name: &str) -> Option<f64> {
    let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
    element[start..].split('"').next()?.parse().ok()
}

#[test]
fn titles_state_the_finding_and_subtitles_its_range() {
    let [split, load, duration, capacity] = figures(&common::three_equal());
    assert_eq!(split.title, "Busiest node carries 41.0 % or more on 1 day in 20");
    assert!(split.subtitle.contains("41.0 % (40.5-41.5 %)"), "{}", split.subtitle);
    assert_eq!(load.title, "Busiest hour: mx1 takes 120,000 messages an hour");
    assert!(load.subtitle.contains("120,000 (119,000-121,000)"), "{}", load.subtitle);
    assert_eq!(duration.title, "Enough for every node for all but 1 % of the time: 55.5 messages a second");
    assert!(
        duration.subtitle.starts_with("mx1 needs most: 55.5 (54.9-56.0) a second, 60.1 (59.5-60.7) in its")
    );
    assert_eq!(capacity.title, "Busiest second: mx1 takes 116 messages or more on 1 day in 20");
    assert!(capacity.subtitle.starts_with("116 (115-117) messages a second"), "{}", capacity.subtitle);
}

#[test]
fn what_is_enough_for_the_neediest_node_is_said_for_all() {
    let one = figure::duration(&common::one_node());
    assert_eq!(one.title, "Enough for mx for all but 1 % of the time: 166 messages a second");
    let mut results = common::three_equal();
    results.duration.nodes[2].rate[4] = 70.0;
    let duration = figure::duration(&results);
    assert_eq!(duration.title, "Enough for every node for all but 1 % of the time: 70.0 messages a second");
    assert!(duration.subtitle.starts_with("mx3 needs most"), "{}", duration.subtitle);
    results
        .duration
        .nodes
        .iter_mut()
        .for_each(|node| node.rate.iter_mut().skip(1).for_each(|rate| *rate = 0.0));
    assert_eq!(figure::duration(&results).title, "Every node is idle for all but 1 % of the time");
    results.delivery.totals.accepted = 0;
    assert_eq!(figure::duration(&results).title, "No message was accepted");
}

#[test]
fn small_rates_are_told_by_the_minute() {
    let duration = figure::duration(&common::little_mail());
    assert_eq!(duration.y.label, "messages accepted per minute");
    assert!(duration.title.ends_with(": 2.40 messages a minute"), "{}", duration.title);
}

#[test]
fn the_busiest_minute_stands_apart_in_the_colour_of_its_line() {
    let figure = figure::duration(&common::three_equal());
    let marks: Vec<&Mark> = figure
        .series
        .iter()
        .filter_map(|series| if let Series::Mark(mark) = series { Some(mark) } else { None })
        .collect();
    assert_eq!(marks.len(), 3);
    assert!(marks.iter().all(|mark| mark.x == 0.0 && mark.value > 59.0), "{marks:?}");
    let drawing = svg(&figure, Size::default()).expect("drawn");
    for color in ["#0072B2", "#E69F00", "#009E73"] {
        let polygons = drawing.split('<').filter(|element| element.starts_with("polygon"));
        assert_eq!(
            polygons.filter(|polygon| polygon.contains(color)).count(),
            2,
            "a band and a diamond: {color}"
        );
    }
}

#[test]
fn a_node_has_a_bar_for_its_busiest_hour_minute_and_second() {
    let figure = figure::capacity(&common::three_equal());
    let Series::Bars(bars) = &figure.series[0] else { panic!("no bars") };
    let labels: Vec<&str> = bars.iter().take(4).map(|bar| bar.label.as_str()).collect();
    assert_eq!(labels, ["mx1 hour", "mx1 minute", "mx1 second", "mx2 hour"]);
    assert_eq!(bars.iter().map(|bar| bar.group).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1, 2, 2, 2]);
    let older = figure::capacity(&common::older_document());
    let Series::Bars(bars) = &older.series[0] else { panic!("no bars") };
    assert_eq!(bars.len(), 3);
}

#[test]
fn every_bar_has_room_for_its_name() {
    for (name, results) in common::all() {
        for figure in [figure::split(&results), figure::capacity(&results)] {
            let Series::Bars(bars) = &figure.series[0] else { panic!("no bars") };
            let drawing = svg(&figure, Size::of(&figure)).expect(name);
            let values = drawing.matches(">\n").count();
            // A name and a value for each bar, beside title, ticks and axes.
            assert!(values >= 2 * bars.len(), "{name}: {values} texts for {} bars", bars.len());
        }
    }
}

/// Width and height in a PNG's first chunk.
fn png_size(picture: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|byte| picture[at + byte]));
    (number(16), number(20))
}

#[test]
fn a_picture_has_the_width_asked_for_and_the_same_bytes_every_time() {
    let figure = figure::duration(&common::three_equal());
    let size = Size::of(&figure);
    let picture = png(&figure, size, 1_000).expect("a picture");
    assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(png_size(&picture), (1_000, 525));
    assert_eq!(picture, png(&figure, size, 1_000).expect("a picture"));
    // Without its font a picture would lose most of what is drawn in it.
    let mut silent = figure.clone();
    silent.title.clear();
    silent.subtitle.clear();
    let silent = png(&silent, size, 1_000).expect("a picture");
    assert!(picture.len() > silent.len() + 5_000, "{} and {}", picture.len(), silent.len());
}

#[test]
fn a_picture_too_large_for_memory_is_refused() {
    let figure = figure::split(&common::three_equal());
    for width in [0, 1_000_000, u32::MAX] {
        let error = png(&figure, Size::default(), width).expect_err("refused").to_string();
        assert!(error.contains("million pixels"), "{error}");
    }
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
        Series::Bars(_) | Series::Mark(_) | Series::Steps(_) => f64::NAN,
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
        for (kind, figure) in KINDS.iter().zip(figures(&results)) {
            let file = |end: &str| std::path::Path::new(&folder).join(format!("{name}-{kind}.{end}"));
            let size = Size::of(&figure);
            let drawing = svg(&figure, size).expect(name);
            std::fs::write(file("svg"), drawing).expect("the drawing can be written");
            let picture = png(&figure, size, 2 * size.width).expect(name);
            std::fs::write(file("png"), picture).expect("the picture can be written");
        }
    }
}
