//! Time stamps as `tracing`'s timers and `env_logger` write them.

use super::event::Clock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeStamp {
    pub at_ns: i64,
    pub clock: Clock,
}

/// The time stamp that `text` begins with, and its length.
pub(super) fn at_start(text: &str) -> Option<(TimeStamp, usize)> {
    calendar(text).or_else(|| uptime(text))
}

/// `2025-01-19T10:30:45.123456Z`: a space for the T, any number of decimals, any zone or none.
fn calendar(text: &str) -> Option<(TimeStamp, usize)> {
    let bytes = text.as_bytes();
    let is_shaped = bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && matches!(bytes.get(10), Some(b'T' | b't' | b' '))
        && bytes.get(13) == Some(&b':')
        && bytes.get(16) == Some(&b':');
    if !is_shaped {
        return None;
    }
    let number = |from: usize, to: usize| digits(bytes.get(from..to)?);
    let month = time::Month::try_from(u8::try_from(number(5, 7)?).ok()?).ok()?;
    let date = time::Date::from_calendar_date(number(0, 4)? as i32, month, number(8, 10)? as u8).ok()?;
    let days = i64::from(date.to_julian_day()) - i64::from(UNIX_EPOCH_JULIAN_DAY);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // 60 is a leap second.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction_ns, end) = fraction(bytes, 19);
    let (offset_seconds, end) = zone(bytes, end)?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset_seconds;
    let at_ns = seconds.checked_mul(1_000_000_000)?.checked_add(fraction_ns)?;
    Some((TimeStamp { at_ns, clock: Clock::Calendar }, end))
}

const UNIX_EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// `0.001234567s` since the start.
fn uptime(text: &str) -> Option<(TimeStamp, usize)> {
    let bytes = text.as_bytes();
    let n_digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if n_digits == 0 || n_digits > 9 || bytes.get(n_digits) != Some(&b'.') {
        return None;
    }
    let (fraction_ns, end) = fraction(bytes, n_digits);
    let is_uptime = bytes.get(end) == Some(&b's') && matches!(bytes.get(end + 1), None | Some(b' '));
    let seconds = digits(bytes.get(..n_digits)?)?;
    let at_ns = seconds * 1_000_000_000 + fraction_ns;
    is_uptime.then_some((TimeStamp { at_ns, clock: Clock::Uptime }, end + 1))
}

/// What follows a point or a comma at `from`, and where it ends.
fn fraction(bytes: &[u8], from: usize) -> (i64, usize) {
    if !matches!(bytes.get(from), Some(b'.' | b',')) {
        return (0, from);
    }
    let mut ns = 0;
    let mut scale = 100_000_000;
    let mut at = from + 1;
    while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
        ns += i64::from(digit - b'0') * scale;
        scale /= 10;
        at += 1;
    }
    (ns, at)
}

/// Seconds east of UTC, and where the zone ends. `None` when something else follows the time.
fn zone(bytes: &[u8], from: usize) -> Option<(i64, usize)> {
    match bytes.get(from) {
        None | Some(b' ' | b']') => Some((0, from)),
        Some(b'Z' | b'z') => Some((0, from + 1)),
        Some(sign @ (b'+' | b'-')) => {
            let hours = digits(bytes.get(from + 1..from + 3)?)?;
            let colon = usize::from(bytes.get(from + 3) == Some(&b':'));
            let minutes = digits(bytes.get(from + 3 + colon..from + 5 + colon)?)?;
            let seconds = hours * 3600 + minutes * 60;
            Some((if *sign == b'-' { -seconds } else { seconds }, from + 5 + colon))
        }
        _ => None,
    }
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |n: i64, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<(i64, Clock, usize)>) {
        let found = at_start(text).map(|(stamp, n)| (stamp.at_ns, stamp.clock, n));
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn time_stamps_of_every_timer_are_read() {
        const AT: i64 = 1_737_282_645;
        check("2025-01-19T10:30:45Z DEBUG", Some((AT * 1_000_000_000, Clock::Calendar, 20)));
        check("2025-01-19T10:30:45.123456Z ", Some((AT * 1_000_000_000 + 123_456_000, Clock::Calendar, 27)));
        check("2025-01-19 10:30:45,5 INFO", Some((AT * 1_000_000_000 + 500_000_000, Clock::Calendar, 21)));
        check("2025-01-19T12:30:45.0+02:00 ", Some((AT * 1_000_000_000, Clock::Calendar, 27)));
        check("2025-01-19T05:30:45-0500", Some((AT * 1_000_000_000, Clock::Calendar, 24)));
        check("0.001234567s DEBUG", Some((1_234_567, Clock::Uptime, 12)));
        check("12345.5s", Some((12_345_500_000_000, Clock::Uptime, 8)));
        check("1.5 seconds", None);
        check("2025-13-19T10:30:45Z", None);
        check("2025-01-19T24:30:45Z", None);
        check("2025-01-19", None);
    }
}
