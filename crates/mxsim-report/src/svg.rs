//! Figures drawn as SVG.
//!
//! Text stays text, so a drawing needs no font of this machine and can be searched. Colours are the palette of Okabe and Ito (2008),
//! which people with any kind of colour vision can tell apart; from the eighth line on lines are dashed too.

mod axis;
mod bars;
mod canvas;
mod lines;

use canvas::{Canvas, Frame, GREY, INK, LABEL_PX, Side, cut, wrapped};

use crate::ReportError;
use crate::figure::{Figure, Scale, Series};

/// Least size that holds a title, ticks and a plot (px); *assumption* from drawings looked at.
const LEAST: Size = Size { width: 320, height: 200 };
/// Greatest size: beyond it viewers fail (px); *assumption*.
const GREATEST: Size = Size { width: 16_000, height: 16_000 };
/// Height of a bar's row, and of everything above and below the bars (px).
const BAR_ROW_PX: u32 = 17;
const AROUND_BARS_PX: u32 = 170;
/// Height of a title and of a smaller line (px).
const TITLE_PX: i32 = 17;
const TITLE_LINE_PX: i32 = 22;
const SUBTITLE_LINE_PX: i32 = 16;
/// Left blank around everything (px).
const MARGIN_PX: i32 = 12;

/// Size of a drawing (px).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width (px).
    pub width: u32,
    /// Height (px).
    pub height: u32,
}

impl Default for Size {
    fn default() -> Self {
        Self { width: 800, height: 420 }
    }
}

impl Size {
    /// The usual width, and so high that every bar of `figure` can have its name.
    #[must_use]
    pub fn of(figure: &Figure) -> Self {
        let bars = |series: &Series| match series {
            Series::Bars(bars) => bars.len(),
            Series::Line(_) | Series::Mark(_) | Series::Shade(_) | Series::Steps(_) => 0,
        };
        let rows: usize = figure.series.iter().map(bars).sum();
        let usual = Self::default();
        let wanted =
            u32::try_from(rows).unwrap_or(u32::MAX).saturating_mul(BAR_ROW_PX).saturating_add(AROUND_BARS_PX);
        Self { height: wanted.clamp(usual.height, GREATEST.height), ..usual }
    }
}

/// Draws `figure` as an SVG document.
///
/// ```
/// use mxsim_report::figure::{Axis, Bar, Figure, Scale, Series};
///
/// let bar = Bar { label: "mx1".into(), group: 0, value: 1.0, text: "100 %".into(), band: None };
/// let figure = Figure {
///     title: "One node takes all".into(),
///     subtitle: String::new(),
///     x: Axis { label: "share [%]".into(), scale: Scale::Percent },
///     y: Axis { label: "node".into(), scale: Scale::Names },
///     series: vec![Series::Bars(vec![bar])],
///     references: Vec::new(),
/// };
/// let drawing = mxsim_report::svg(&figure, mxsim_report::Size::default())?;
/// assert!(drawing.starts_with("<svg ") && drawing.contains("One node takes all"));
/// # Ok::<(), mxsim_report::ReportError>(())
/// ```
///
/// # Errors
///
/// A size below 320 x 200 or above 16000 x 16000 pixels.
pub fn svg(figure: &Figure, size: Size) -> Result<String, ReportError> {
    check(size)?;
    let mut document = String::new();
    {
        let canvas = Canvas::new(&mut document, size)?;
        let page = Frame {
            left: MARGIN_PX,
            top: MARGIN_PX,
            right: size.width as i32 - MARGIN_PX,
            bottom: size.height as i32 - MARGIN_PX,
        };
        let below = heading(&canvas, figure, page)?;
        if figure.y.scale == Scale::Names {
            bars::draw(&canvas, figure, below)?;
        } else {
            lines::draw(&canvas, figure, below)?;
        }
        canvas.finish()?;
    }
    Ok(document)
}

fn check(size: Size) -> Result<(), ReportError> {
    let too_small = size.width < LEAST.width || size.height < LEAST.height;
    let too_large = size.width > GREATEST.width || size.height > GREATEST.height;
    if too_small || too_large {
        return Err(ReportError::drawing(format!(
            "{} x {} pixels; give at least {} x {} and at most {} x {}",
            size.width, size.height, LEAST.width, LEAST.height, GREATEST.width, GREATEST.height
        )));
    }
    Ok(())
}

/// Writes title and subtitle; what is left of `page` lies below them.
fn heading(canvas: &Canvas<'_>, figure: &Figure, page: Frame) -> Result<Frame, ReportError> {
    let mut y = page.top;
    for line in wrapped(&figure.title, TITLE_PX, page.width(), 2) {
        canvas.bold(&line, (page.left, y), TITLE_PX)?;
        y += TITLE_LINE_PX;
    }
    for line in wrapped(&figure.subtitle, LABEL_PX, page.width(), 2) {
        canvas.text(&line, (page.left, y), LABEL_PX, Side::LeftTop, &GREY)?;
        y += SUBTITLE_LINE_PX;
    }
    Ok(Frame { top: y + 8, ..page })
}

/// Names the horizontal axis under `plot`.
fn name_x(canvas: &Canvas<'_>, figure: &Figure, plot: Frame) -> Result<(), ReportError> {
    let label = cut(&figure.x.label, LABEL_PX, plot.width());
    canvas.text(&label, (plot.centre(), plot.bottom + 24), LABEL_PX, Side::CentreTop, &INK)
}
