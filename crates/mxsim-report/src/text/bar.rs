//! Bars of block characters: solid up to the mean, light up to the bad window.

use mxsim_core::numerals::percent_with_decimals;

/// Eighths of a block, least first.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Where a bar ends: the first round share that all of `largest` fits under.
pub(super) fn scale(largest: f64) -> f64 {
    const STEPS: [f64; 7] = [0.05, 0.1, 0.2, 0.4, 0.5, 0.8, 1.0];
    STEPS.into_iter().find(|step| largest <= *step).unwrap_or(1.0)
}

/// A bar of `width` columns for a scale that ends at `full`.
pub(super) fn bar(mean: f64, bad: f64, full: f64, width: usize, ascii: bool) -> String {
    let columns = |value: f64| {
        let part = if value.is_finite() && full > 0.0 { (value / full).clamp(0.0, 1.0) } else { 0.0 };
        part * width as f64
    };
    let (mean, bad) = (columns(mean), columns(bad));
    let (solid, light) = if ascii { ('#', '-') } else { ('█', '░') };
    let mut text = String::new();
    // A column is drawn by what reaches its middle; the mean's last column also by eighths.
    for column in 0..width {
        let start = column as f64;
        text.push(if mean >= start + 1.0 {
            solid
        } else if !ascii && mean > start + 0.0625 && bad < start + 0.5 {
            EIGHTHS[(((mean - start) * 8.0).round() as usize).min(7)]
        } else if mean >= start + 0.5 {
            solid
        } else if bad >= start + 0.5 {
            light
        } else {
            ' '
        });
    }
    text
}

/// The scale under a bar: `0` at its left end, the full share at its right end.
pub(super) fn axis(full: f64, width: usize) -> String {
    let end = percent_with_decimals(full, 0);
    format!("0{end:>rest$}", rest = width.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_proportional_and_of_exact_width() {
        assert_eq!(bar(0.5, 0.75, 1.0, 8, true), "####--  ");
        assert_eq!(bar(0.5, 0.75, 1.0, 8, false), "████░░  ");
        assert_eq!(bar(1.0, 1.0, 1.0, 4, true), "####");
        assert_eq!(bar(f64::NAN, f64::NAN, 1.0, 4, true), "    ");
        assert_eq!(bar(0.3125, 0.0, 1.0, 4, false), "█▎  ");
    }

    #[test]
    fn scale_ends_at_a_round_share() {
        assert_eq!(scale(0.392), 0.4);
        assert_eq!(scale(1.0), 1.0);
        assert_eq!(scale(f64::NAN), 1.0);
        assert_eq!(axis(0.4, 10), "0     40 %");
    }
}
