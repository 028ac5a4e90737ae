//! Numbers as people read them: the one place that puts a number into text.
//!
//! Every sentence of a document and every screen takes its numbers from here, so that one screen has one style:
//!
//! | what | how |
//! |---|---|
//! | any number | three significant digits at most, thousands parted by a comma: `0.012`, `61.2`, `61,200` |
//! | a share | percent with one decimal: `33.4 %`, `>99.9 %`, `<0.1 %` |
//! | a difference of shares | points: `3.5 points` |
//! | a duration | the two largest units: `0.25 s`, `5 m 10 s`, `2 h 5 m` |
//! | a range | its unit once: `32.9-33.9 %`, `29-33 s`; one number where both ends print alike: `30 s` |
//! | a range with an open end | `from 32.9 %`, `up to 33.9 %` |
//! | a number and its range | `33.4 % (32.9-33.9 %)`; a range that prints as the number itself is left out |
//!
//! A missing number is `?`, and no number is ever `NaN`. Numbers that programs read (JSON, CSV) do not pass through here. A *parameter* that is quoted
//! stands as a scenario writes it, `5m`, which is [`Span`](crate::time::Span)'s own notation; a *result* is written as above, `5 m`.
//!
//! ```
//! use mxsim_core::numerals::{Ranged, count, duration, percent};
//!
//! let share = Ranged::new(0.334, [Some(0.329), Some(0.339)]);
//! assert_eq!(share.percent(), "33.4 % (32.9-33.9 %)");
//! assert_eq!(Ranged::new(30.0, [Some(30.0), Some(30.0)]).duration(), "30 s");
//! assert_eq!((count(4_000_000), percent(1.0), duration(7_500.0)), ("4,000,000".into(), "100 %".into(), "2 h 5 m".into()));
//! ```

mod duration;
mod frequency;
mod number;
mod range;

pub use duration::{clock, clock_minutes, duration, literal_duration};
pub use frequency::{frequency, frequency_with_range, often};
pub use number::{
    bytes, count, counted, percent, percent_digits, percent_with_decimals, points, rough, signed_points,
    significant, tidy, to_digits,
};
pub use range::{Ranged, duration_range, percent_range, plain_range};
