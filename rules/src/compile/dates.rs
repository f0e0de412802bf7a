//! Dates as rules write them, to milliseconds since 1970.
//!
//! Full dates with or without time, time zone and fraction ("2026-11-23", "2026-11-23T07:00:00.5+01:00"); without a
//! zone they are UTC, as in Elasticsearch. Date arithmetic ("now-1d") is not understood. The reading itself is toml's,
//! whose dates are the same.

use toml::value::{Datetime, Offset};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub(crate) fn epoch_ms(text: &str) -> Option<i64> {
    let parsed: Datetime = text.parse().ok()?;
    let date = parsed.date?;
    let days = days_since_epoch(date.year.into(), date.month.into(), date.day.into());
    let in_day = parsed.time.map_or(0, |time| {
        let minutes = i64::from(time.hour) * 60 + i64::from(time.minute);
        let seconds = minutes * 60 + i64::from(time.second.unwrap_or(0));
        seconds * 1000 + i64::from(time.nanosecond.unwrap_or(0)) / 1_000_000
    });
    let ahead_minutes = match parsed.offset {
        Some(Offset::Custom { minutes }) => i64::from(minutes),
        Some(Offset::Z) | None => 0,
    };
    Some(days * 86_400_000 + in_day - ahead_minutes * 60_000)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, years counted from March so that the leap day is the last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // From March on the months have 31 30 31 30 31, twice, and the rest: 153 days each five months.
    let in_year = (153 * month + 2) / 5 + day - 1;
    // 719468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + in_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::epoch_ms;

    #[test]
    fn dates_are_milliseconds_since_1970() {
        assert_eq!(epoch_ms("1970-01-01"), Some(0));
        assert_eq!(epoch_ms("1970-01-01T00:00:00.250Z"), Some(250));
        assert_eq!(epoch_ms("2000-02-29T12:00:00Z"), Some(951_825_600_000));
        assert_eq!(epoch_ms("2024-03-01T00:00:00+01:00"), Some(1_709_247_600_000));
        assert_eq!(epoch_ms("2026-12-31 23:59:59"), Some(1_798_761_599_000));
        assert_eq!(epoch_ms("1969-12-31T23:59:59Z"), Some(-1000));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "now-1d", "2023-02-29", "2024-13-01", "07:00:00", "2024-1-1", "x2024-01-01"] {
            assert_eq!(epoch_ms(text), None, "{text}");
        }
    }
}
