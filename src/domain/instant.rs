//! Instants in UTC, as RFC 3339 text in reports and as the text of a `datetime-local` control.

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, PrimitiveDateTime};

/// Milliseconds since 1970-01-01T00:00:00Z. In JSON an RFC 3339 string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Instant(pub i64);

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: u32,
    /// From 1.
    pub month: u32,
    pub day: u32,
}

impl Date {
    /// `Jan` to `Dec`.
    pub fn month_name(self) -> &'static str {
        const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        NAMES.get((self.month as usize).wrapping_sub(1)).copied().unwrap_or("")
    }
}

impl Instant {
    /// `2026-11-20T09:30:00Z`; the epoch when the number is outside the years 0 to 9999.
    pub fn rfc3339(self) -> String {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000);
        at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| "1970-01-01T00:00:00Z".into())
    }

    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Self)
    }

    /// The value of a `datetime-local` input (`2026-11-20T09:30`, seconds optional), read as UTC.
    pub fn parse_local_input(text: &str) -> Option<Self> {
        let with_seconds = if text.matches(':').count() == 1 { format!("{text}:00Z") } else { format!("{text}Z") };
        Self::parse_rfc3339(&with_seconds)
    }

    /// The value that a `datetime-local` input shows for this instant, to the second.
    pub fn local_input(self) -> String {
        self.rfc3339().chars().take(19).collect()
    }

    /// As SQLite's `datetime()` writes it: `2026-11-20 09:30:00`.
    pub fn sqlite_text(self) -> String {
        self.local_input().replace('T', " ")
    }

    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(86_400_000)))
    }

    /// Its day in UTC.
    pub fn date(self) -> Date {
        let text = self.local_input();
        let mut parts = text.split(['-', 'T']);
        let mut next = || parts.next().and_then(|part| part.parse().ok()).unwrap_or_default();
        let (year, month, day) = (next(), next(), next());
        Date { year, month, day }
    }

    /// Midnight of a date, for generated data and tests.
    pub fn from_date(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = time::Month::try_from(month).ok()?;
        let date = time::Date::from_calendar_date(year, month, day).ok()?;
        Some(Self(PrimitiveDateTime::new(date, time::Time::MIDNIGHT).assume_utc().unix_timestamp() * 1000))
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        instant.rfc3339()
    }
}

impl TryFrom<String> for Instant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse_rfc3339(&text).ok_or_else(|| format!("{text} is not an RFC 3339 instant"))
    }
}
