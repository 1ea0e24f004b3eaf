//! When a CronJob runs, read as the cron library of Kubernetes reads it.

use crate::validation::names::Flaw;

/// A part of a schedule: its least and its greatest number, and names of numbers.
struct Field {
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { least: 0, most: 59, names: &[] },
    Field { least: 0, most: 23, names: &[] },
    Field { least: 1, most: 31, names: &[] },
    Field {
        least: 1,
        most: 12,
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field { least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

const NAMED: &[&str] =
    &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// What is wrong with a schedule, if anything.
pub(super) fn flaw(text: &str) -> Flaw {
    let after_zone = ["TZ=", "CRON_TZ="].iter().find_map(|it| text.strip_prefix(it));
    let text = match after_zone {
        Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest.trim()),
        None => text,
    };
    if text.starts_with('@') {
        // How long the time in between may be is not looked at.
        let is_known = NAMED.contains(&text) || text.starts_with("@every ");
        return (!is_known).then_some("is no named schedule, such as `@daily`");
    }
    let fields: Vec<_> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(
            "must have five fields: minute, hour, day of the month, month, day of the week",
        );
    }
    let mut all = fields.iter().zip(&FIELDS);
    all.find_map(|(text, field)| {
        text.split(',').filter(|it| !it.is_empty()).find_map(|it| field.flaw(it))
    })
}

impl Field {
    /// One range of a list: `*`, `5`, `1-5`, each optionally with a step.
    fn flaw(&self, text: &str) -> Flaw {
        let mut parts = text.split('/');
        let (range, step) = (parts.next().unwrap_or_default(), parts.next());
        if parts.next().is_some() {
            return Some("has a field with more than one `/`");
        }
        let mut ends = range.split('-');
        let (first, last) = (ends.next().unwrap_or_default(), ends.next());
        if ends.next().is_some() && !matches!(first, "*" | "?") {
            return Some("has a field with more than one `-`");
        }
        let (start, end) = if matches!(first, "*" | "?") {
            (Some(self.least), Some(self.most))
        } else {
            let start = self.number(first);
            match (last, step) {
                (Some(last), _) => (start, self.number(last)),
                (None, Some(_)) => (start, Some(self.most)),
                (None, None) => (start, start),
            }
        };
        let (Some(start), Some(end)) = (start, end) else {
            return Some("has a field that is neither `*` nor a number nor a name that it may be");
        };
        if start < self.least || end > self.most || start > end {
            return Some("has a number that is out of the range of its field");
        }
        match step.map(str::parse::<u32>) {
            Some(Ok(0) | Err(_)) => Some("has a step that is no positive number"),
            _ => None,
        }
    }

    fn number(&self, text: &str) -> Option<u32> {
        let named =
            self.names.iter().zip(self.least..).find(|(it, _)| it.eq_ignore_ascii_case(text));
        named.map(|(_, number)| number).or_else(|| text.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::flaw;

    #[test]
    fn schedules_are_those_of_the_cron_library() {
        for good in [
            "0 0 * * *",
            "*/5 * * * *",
            "0 9-17 * * MON-fri",
            "5/15 0,12 1 jan ?",
            "@daily",
            "@every 1h30m",
            "  0   0 * * 0 ",
            "1,,2 * * * *",
        ] {
            assert_eq!(flaw(good), None, "{good}");
        }
        for bad in [
            "0 0 * *",
            "0 0 * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "5-1 * * * *",
            "*/0 * * * *",
            "*/x * * * *",
            "1/2/3 * * * *",
            "1-2-3 * * * *",
            "H * * * *",
            "@reboot",
            "-1 * * * *",
            "",
        ] {
            assert!(flaw(bad).is_some(), "{bad}");
        }
    }
}
