//! The timestamps that go-yaml v2 knows, which only the tag `!!timestamp` asks for.

use std::str::FromStr;

use jiff::civil::{Date, Time};

/// Whether go-yaml's four layouts hold `text`: a date, alone or with a time of day.
pub(super) fn is_timestamp(text: &str) -> bool {
    let mut rest = Rest(text);
    let Some((year, true)) = rest.digits(4, 4).map(|year| (year, rest.take('-'))) else {
        return false;
    };
    let (Some(month), true) = (rest.digits(1, 2), rest.take('-')) else {
        return false;
    };
    let Some(day) = rest.digits(1, 2) else {
        return false;
    };
    if Date::new(year, month, day).is_err() {
        return false;
    }
    if rest.0.is_empty() {
        return true;
    }
    if rest.take('T') || rest.take('t') {
        return rest.time() && rest.zone() && rest.0.is_empty();
    }
    if !rest.take(' ') {
        return false;
    }
    rest.0 = rest.0.trim_start_matches(' ');
    rest.time() && rest.0.is_empty()
}

struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn take(&mut self, character: char) -> bool {
        match self.0.strip_prefix(character) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// At least `least` digits, of which no more than `most` are read.
    fn digits<N: FromStr>(&mut self, least: usize, most: usize) -> Option<N> {
        let length = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if length < least {
            return None;
        }
        let (digits, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        digits.parse().ok()
    }

    fn time(&mut self) -> bool {
        let (Some(hour), true) = (self.digits(1, 2), self.take(':')) else {
            return false;
        };
        let (Some(minute), true) = (self.digits(1, 2), self.take(':')) else {
            return false;
        };
        let Some(second) = self.digits(1, 2) else {
            return false;
        };
        if let [b'.' | b',', b'0'..=b'9', ..] = self.0.as_bytes() {
            self.0 = self
                .0
                .get(1..)
                .unwrap_or_default()
                .trim_start_matches(|c: char| c.is_ascii_digit());
        }
        Time::new(hour, minute, second, 0).is_ok()
    }

    fn zone(&mut self) -> bool {
        if self.take('Z') {
            return true;
        }
        if !self.take('+') && !self.take('-') {
            return false;
        }
        let (Some(hour), true) = (self.digits::<u8>(2, 2), self.take(':')) else {
            return false;
        };
        self.digits(2, 2).is_some_and(|minute: u8| minute < 60) && hour <= 24
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layouts_of_go_yaml_are_timestamps() {
        for text in [
            "2001-01-01",
            "2001-1-1",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14T21:59:43Z",
            "2001-12-14 21:59:43.10",
            "2000-02-29",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in ["2001-13-01", "1900-02-29", "2001-12-14 21:59:43.10 -5", "01-01-01", "2001-01"]
        {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
