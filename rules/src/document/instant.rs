//! Points in time as documents write them.
//!
//! Text in ISO 8601, with any offset and any fraction ("2026-11-23T07:00:00.25+01:00"); without an offset it is UTC, as
//! in Elasticsearch, and without a time it is midnight. Numbers, also written as text, are milliseconds since
//! 1970-01-01T00:00:00Z. Week dates and date arithmetic are not understood.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::scalars::Scalar;

/// A point in time, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(Timestamp);

impl Instant {
    /// The point in time that a value of a document names.
    pub fn of(value: Scalar<'_>) -> Option<Self> {
        match value {
            Scalar::Text(text) => Self::parse(text),
            Scalar::Int(ms) => Timestamp::from_millisecond(ms).ok().map(Self),
            Scalar::Real(ms) => Self::of_real(ms),
            Scalar::Bool(_) => None,
        }
    }

    /// The point in time that a text names.
    pub fn parse(text: &str) -> Option<Self> {
        // Four digits would be a year.
        if text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::of(Scalar::Int(text.parse().ok()?));
        }
        let instant = text.parse::<Timestamp>().ok().or_else(|| {
            let wall = text.parse::<DateTime>().ok()?;
            Offset::UTC.to_timestamp(wall).ok()
        });
        instant.map(Self)
    }

    /// Milliseconds since 1970, rounded down.
    pub fn epoch_ms(self) -> i64 {
        i64::try_from(self.0.as_nanosecond().div_euclid(1_000_000)).unwrap_or_default()
    }

    /// Nanoseconds since 1970. Years before 1677 and after 2262 are out of range and come out as its ends.
    pub fn epoch_ns(self) -> i64 {
        let ns = self.0.as_nanosecond();
        i64::try_from(ns).unwrap_or(if ns < 0 { i64::MIN } else { i64::MAX })
    }

    fn of_real(ms: f64) -> Option<Self> {
        // Rounding keeps 1700000000000.25 from losing its fraction to the multiplication.
        let ns = (ms * 1e6).round();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "saturates, and jiff refuses what is out of range"
        )]
        let ns = ns.is_finite().then_some(ns as i128)?;
        Timestamp::from_nanosecond(ns).ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_iso_8601_are_read_with_their_offset_or_as_utc() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.25Z", 250),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1970-01-01T01:00:00+0100", 0),
            ("1970-01-01T00:00:01", 1000),
            ("1970-01-01 00:00:01", 1000),
            ("1970-01-01T00:01", 60_000),
            ("1970-01-02", 86_400_000),
            ("2024-03-01T00:00:00+01:00", 1_709_247_600_000),
            ("1969-12-31T23:59:59.9999Z", -1),
            ("1700000000000", 1_700_000_000_000),
        ] {
            assert_eq!(Instant::parse(text).map(Instant::epoch_ms), Some(ms), "{text}");
        }
    }

    #[test]
    fn nanoseconds_count_and_far_years_saturate() {
        let ns = |text| Instant::parse(text).unwrap().epoch_ns();
        assert_eq!(ns("1970-01-01T00:00:00.000000001Z"), 1);
        assert_eq!((ns("0001-01-01"), ns("9999-12-30")), (i64::MIN, i64::MAX));
    }

    #[test]
    fn numbers_are_milliseconds() {
        let ns = |value| Instant::of(value).map(Instant::epoch_ns);
        assert_eq!(ns(Scalar::Int(-1)), Some(-1_000_000));
        assert_eq!(ns(Scalar::Real(1.5)), Some(1_500_000));
        for wrong in [Scalar::Int(i64::MAX), Scalar::Real(1e300), Scalar::Real(f64::NAN), Scalar::Bool(true)]
        {
            assert_eq!(ns(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_point_in_time_is_none() {
        for text in ["", "2023", "now-1d", "2023-02-29", "2024-13-01", "07:00:00", "x2024-01-01"] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
