//! Days, as names and comments write them.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar; written as in `2026-11-23`, ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no date, such as 2027-01-31")]
pub struct InvalidDate;

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        if text.len() != 10 {
            return Err(InvalidDate);
        }
        let date: jiff::civil::Date = text.parse().map_err(|_| InvalidDate)?;
        let number = |it: i8| u8::try_from(it).map_err(|_| InvalidDate);
        let year = u16::try_from(date.year()).map_err(|_| InvalidDate)?;
        Ok(Self { year, month: number(date.month())?, day: number(date.day())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_they_are_written() {
        assert_eq!("2027-01-31".parse(), Ok(Date { year: 2027, month: 1, day: 31 }));
        for bad in
            ["", "2027-02-30", "20270131", "2027-1-31", "31-01-2027", "-027-01-31", "2027/01/31"]
        {
            assert_eq!(bad.parse::<Date>(), Err(InvalidDate), "{bad}");
        }
    }
}
