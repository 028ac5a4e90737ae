//! The drawing surface: lines, areas and text in pixels, and how much room text takes.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle, WHITE};
use unicode_width::UnicodeWidthStr as _;

use super::Size;
use crate::ReportError;
use crate::outgoing::{visible, visible_char};

/// Nearly black: text and axes.
pub(super) const INK: RGBColor = RGBColor(40, 40, 40);
/// Secondary text.
pub(super) const GREY: RGBColor = RGBColor(90, 90, 90);
/// Grid lines.
pub(super) const PALE: RGBColor = RGBColor(225, 225, 225);
/// Height of a label (px).
pub(super) const LABEL_PX: i32 = 12;

/// The palette of Okabe and Ito, "Color Universal Design" (2008), without yellow, which is too weak on white, and with grey for black,
/// on which no whisker could be seen.
const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(86, 180, 233),
    RGBColor(204, 121, 167),
    RGBColor(120, 120, 120),
];

/// Colour of the series `index`.
pub(super) fn color(index: usize) -> RGBColor {
    PALETTE[index % PALETTE.len()]
}

/// True if another series before `index` has its colour already.
pub(super) fn is_dashed(index: usize) -> bool {
    index >= PALETTE.len()
}

/// A point (px).
pub(super) type Point = (i32, i32);

/// A rectangle of the drawing (px).
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

impl Frame {
    pub(super) fn width(&self) -> i32 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> i32 {
        self.bottom - self.top
    }

    pub(super) fn centre(&self) -> i32 {
        (self.left + self.right) / 2
    }

    /// Where `part` of the width lies; the part is cut to 0..1.
    pub(super) fn x(&self, part: f64) -> i32 {
        self.left + along(part, self.width())
    }

    /// Where `part` of the height lies, from the bottom up.
    pub(super) fn y(&self, part: f64) -> i32 {
        self.bottom - along(part, self.height())
    }
}

fn along(part: f64, length: i32) -> i32 {
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    // At most the length, which is an i32 already.
    (part * f64::from(length)).round() as i32
}

/// Which point of a text its position is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    LeftTop,
    LeftMiddle,
    RightMiddle,
    CentreTop,
}

impl Side {
    const fn anchor(self) -> Pos {
        let (horizontal, vertical) = match self {
            Self::LeftTop => (HPos::Left, VPos::Top),
            Self::LeftMiddle => (HPos::Left, VPos::Center),
            Self::RightMiddle => (HPos::Right, VPos::Center),
            Self::CentreTop => (HPos::Center, VPos::Top),
        };
        Pos { h_pos: horizontal, v_pos: vertical }
    }
}

/// An SVG document that is being drawn.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(document: &'a mut String, size: Size) -> Result<Self, ReportError> {
        let area = SVGBackend::with_string(document, (size.width, size.height)).into_drawing_area();
        area.fill(&WHITE).map_err(failed)?;
        Ok(Self { area })
    }

    pub(super) fn finish(&self) -> Result<(), ReportError> {
        self.area.present().map_err(failed)
    }

    pub(super) fn line(&self, path: &[Point], width: u32, color: &impl Color) -> Result<(), ReportError> {
        let style = color.to_rgba().stroke_width(width);
        self.area.draw(&PathElement::new(path.to_vec(), style)).map_err(failed)
    }

    pub(super) fn dashed(&self, path: &[Point], width: u32, color: &RGBColor) -> Result<(), ReportError> {
        dashes(path).iter().try_for_each(|dash| self.line(dash, width, color))
    }

    pub(super) fn area(&self, corners: &[Point], color: &impl Color) -> Result<(), ReportError> {
        let style = ShapeStyle { color: color.to_rgba(), filled: true, stroke_width: 0 };
        self.area.draw(&Polygon::new(corners.to_vec(), style)).map_err(failed)
    }

    pub(super) fn block(&self, frame: Frame, color: &impl Color) -> Result<(), ReportError> {
        let corners = [(frame.left, frame.top), (frame.right, frame.bottom)];
        self.area.draw(&Rectangle::new(corners, color.to_rgba().filled())).map_err(failed)
    }

    pub(super) fn text(
        &self,
        text: &str,
        at: Point,
        height: i32,
        side: Side,
        color: &RGBColor,
    ) -> Result<(), ReportError> {
        self.write(text, at, height, side, color, FontStyle::Normal)
    }

    pub(super) fn bold(&self, text: &str, at: Point, height: i32) -> Result<(), ReportError> {
        self.write(text, at, height, Side::LeftTop, &INK, FontStyle::Bold)
    }

    fn write(
        &self,
        text: &str,
        at: Point,
        height: i32,
        side: Side,
        color: &RGBColor,
        style: FontStyle,
    ) -> Result<(), ReportError> {
        // plotters divides sizes by 1.24 when it writes SVG; see plotters-svg 0.3.7, draw_text.
        let font = ("sans-serif", f64::from(height) * 1.24, style).into_font();
        let style = TextStyle::from(font).color(color).pos(side.anchor());
        self.area.draw_text(&visible(text), &style, at).map_err(failed)
    }
}

fn failed<E: std::error::Error + Send + Sync>(
    error: plotters::drawing::DrawingAreaErrorKind<E>,
) -> ReportError {
    ReportError::drawing(error.to_string())
}

/// Cuts `path` into dashes of 6 px with gaps of 4 px, measured along the path.
fn dashes(path: &[Point]) -> Vec<Vec<Point>> {
    let mut pen = Pen { walked: 0.0, is_down: false, dashes: Vec::new() };
    for pair in path.windows(2) {
        pen.follow(pair[0], pair[1]);
    }
    pen.dashes.retain(|dash| dash.len() > 1);
    pen.dashes
}

/// A pen that is down for the first 6 of every 10 px it walks.
struct Pen {
    walked: f64,
    is_down: bool,
    dashes: Vec<Vec<Point>>,
}

impl Pen {
    const DASH_PX: f64 = 6.0;
    const PERIOD_PX: f64 = 10.0;

    /// Walks along one straight piece in steps of at most 2 px.
    fn follow(&mut self, from: Point, to: Point) {
        let [from, to] = [from, to].map(|(x, y)| (f64::from(x), f64::from(y)));
        let length = step_length(to.0 - from.0, to.1 - from.1);
        let steps = (length / 2.0).ceil().max(1.0) as usize;
        let mut drawn_here = 0;
        for step in 0..=steps {
            let part = step as f64 / steps as f64;
            let down = (self.walked + part * length) % Self::PERIOD_PX < Self::DASH_PX;
            let at = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
            let at = (at.0.round() as i32, at.1.round() as i32);
            drawn_here = if down && self.is_down { drawn_here } else { 0 };
            if down {
                self.draw_to(at, drawn_here);
                drawn_here += 1;
            }
            self.is_down = down;
        }
        self.walked += length;
    }

    /// Draws to `at`; the third point of a straight piece replaces the second.
    fn draw_to(&mut self, at: Point, drawn_here: usize) {
        match self.dashes.last_mut() {
            Some(dash) if self.is_down => {
                if drawn_here >= 2 {
                    dash.pop();
                }
                dash.push(at);
            }
            _ => self.dashes.push(vec![at]),
        }
    }
}

/// Length of a step; a square root is exact on every platform.
fn step_length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// Room that `text` takes (px), a little more than in usual fonts.
pub(super) fn text_px(text: &str, height: i32) -> i32 {
    let clean: String = text.chars().map(visible_char).collect();
    let wide = clean.chars().filter(|letter| "mwMW@%".contains(*letter)).count();
    // DejaVu Sans, the widest of the usual sans-serif fonts, needs 0.61 of its size for a mean letter, and 0.35 more for a wide one.
    ((clean.width() as f64 * 0.62 + wide as f64 * 0.35) * f64::from(height)).ceil() as i32
}

/// `text` as it may be shown, cut to `room` pixels.
pub(super) fn cut(text: &str, height: i32, room: i32) -> String {
    let clean: String = text.chars().map(visible_char).collect();
    if text_px(&clean, height) <= room {
        return clean;
    }
    let mut kept = String::new();
    for letter in clean.chars() {
        kept.push(letter);
        if text_px(&kept, height) + height > room {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// `text` broken at blanks into at most `lines` lines of `room` pixels; the last one is cut.
pub(super) fn wrapped(text: &str, height: i32, room: i32, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if done.len() + 1 < lines && !line.is_empty() && text_px(&longer, height) > room {
            done.push(cut(&line, height, room));
            word.clone_into(&mut line);
        } else {
            line = longer;
        }
    }
    done.push(cut(&line, height, room));
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_three_fifths_of_a_straight_line() {
        let dashes = dashes(&[(0, 0), (1000, 0)]);
        let drawn: i32 = dashes.iter().map(|dash| dash[dash.len() - 1].0 - dash[0].0).sum();
        assert_eq!(dashes.len(), 100);
        assert!((380..=620).contains(&drawn), "{drawn}");
    }

    #[test]
    fn text_is_cut_to_its_room() {
        let long = "x".repeat(100);
        let short = cut(&long, 12, 200);
        assert!(text_px(&short, 12) <= 200 && short.ends_with('…'));
        assert_eq!(cut("mx1\u{7}", 12, 200), "mx1�");
        assert_eq!(wrapped(&"word ".repeat(100), 12, 200, 2).len(), 2);
    }
}
