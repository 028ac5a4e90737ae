//! Figures drawn as PNG: the SVG drawing, rendered with a font that this crate carries.
//!
//! No font of the machine is looked for, so the same figure gives the same picture wherever it is drawn. The font is Inter by the Inter
//! Project Authors, under the SIL Open Font License 1.1; see `font/` in this crate.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::figure::Figure;
use crate::{ReportError, Size, svg};

/// Inter with all its weights, as a file.
const FONT: &[u8] = include_bytes!("../font/Inter-VariableFont.ttf");
/// Most pixels of a picture: 256 MiB while it is drawn.
const MOST_PIXELS: u64 = 64 << 20;

/// Draws `figure`, laid out for `size`, as a PNG file that is `width` pixels wide; its height follows.
///
/// ```
/// # use mxsim_report::figure::{Axis, Figure, Scale};
/// # let axis = || Axis { label: String::new(), scale: Scale::Number };
/// # let figure = Figure {
/// #     title: "Nothing".into(), subtitle: String::new(), x: axis(), y: axis(), series: vec![], references: vec![],
/// # };
/// let size = mxsim_report::Size::of(&figure);
/// let picture = mxsim_report::png(&figure, size, 2 * size.width)?;
/// assert!(picture.starts_with(b"\x89PNG"));
/// # Ok::<(), mxsim_report::ReportError>(())
/// ```
///
/// # Errors
///
/// A size that [`svg()`](crate::svg()) refuses, a width of 0, or a picture of more than 64 million pixels.
pub fn png(figure: &Figure, size: Size, width: u32) -> Result<Vec<u8>, ReportError> {
    let drawing = svg(figure, size)?;
    let mut pixels = blank(size, width)?;
    let tree =
        Tree::from_str(&drawing, &options()).map_err(|error| ReportError::drawing(error.to_string()))?;
    let scale = width as f32 / size.width as f32;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| ReportError::drawing(error.to_string()))
}

/// An empty picture of `width` pixels with the proportions of `size`.
fn blank(size: Size, width: u32) -> Result<Pixmap, ReportError> {
    let height = (u64::from(size.height) * u64::from(width)).div_ceil(u64::from(size.width));
    if width == 0 || height * u64::from(width) > MOST_PIXELS {
        return Err(ReportError::drawing(format!(
            "a picture of {width} x {height} pixels; give a width above 0 that makes at most {} million pixels",
            MOST_PIXELS >> 20
        )));
    }
    u32::try_from(height)
        .ok()
        .and_then(|height| Pixmap::new(width, height))
        .ok_or_else(|| ReportError::drawing(format!("a picture of {width} x {height} pixels")))
}

/// Text in our own font, whatever family the drawing asks for.
fn options() -> Options<'static> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_source(fontdb::Source::Binary(Arc::new(FONT)));
    let family = fonts.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
    let family = family.unwrap_or_default();
    fonts.set_sans_serif_family(family.clone());
    Options { font_family: family, fontdb: Arc::new(fonts), ..Options::default() }
}
