//! Decisions of the file not to count findings.

use std::collections::BTreeMap;
use std::fmt;

use harden_core::ignore::FileIgnore;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use super::words::word;
use crate::commands::reading::selection;

/// One decision not to count findings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Entry {
    #[serde(deserialize_with = "rule")]
    rule: String,
    kind: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    container: Option<String>,
    /// Which files; `*` stands for any characters.
    path: Option<String>,
    #[serde(deserialize_with = "reason")]
    reason: String,
    /// The first day on which it does not count any more, as YYYY-MM-DD.
    #[serde(default, deserialize_with = "date")]
    expires: Option<Date>,
}

impl Entry {
    /// The entry as the core takes it.
    pub(crate) fn to_core(&self) -> FileIgnore {
        FileIgnore {
            rule: self.rule.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            labels: self.labels.clone().into_iter().collect(),
            container: self.container.clone(),
            path: self.path.clone(),
            reason: self.reason.clone(),
        }
    }

    /// The note on an entry that no finding was about.
    pub(crate) fn unused(&self) -> String {
        let about = [("kind", &self.kind), ("name", &self.name), ("namespace", &self.namespace)];
        let about: String = about
            .into_iter()
            .chain([("container", &self.container), ("path", &self.path)])
            .filter_map(|(key, value)| Some(format!(" {key} {},", value.as_ref()?)))
            .collect();
        let about = about.trim_end_matches(',');
        let of = if about.is_empty() { "" } else { " for" };
        format!(
            "the ignore of {}{of}{about} changes nothing: there is nothing to ignore",
            self.rule
        )
    }

    /// Whether it has ended on this day.
    pub(super) fn is_over(&self, today: Date) -> bool {
        self.expires.is_some_and(|expires| expires <= today)
    }
}

impl fmt::Display for Entry {
    /// The note on an entry that has ended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the ignore of {} has expired", self.rule)?;
        self.expires.map_or(Ok(()), |day| write!(f, " on {day}"))
    }
}

/// Only `2027-06-30`, of the many ways in which jiff reads a date.
fn date<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Date>, D::Error> {
    word(field, |text| match text.parse::<Date>() {
        Ok(date) if date.to_string() == text => Ok(Some(date)),
        _ => Err(format!("`{text}` is no day of the calendar: write YYYY-MM-DD")),
    })
}

fn rule<'de, D: Deserializer<'de>>(field: D) -> Result<String, D::Error> {
    word(field, |id| match selection::rule(id) {
        Err(why) if id != "*" => Err(format!("`{id}`: {why}")),
        _ => Ok(id.to_owned()),
    })
}

fn reason<'de, D: Deserializer<'de>>(field: D) -> Result<String, D::Error> {
    word(field, |text| match text.trim() {
        "" => Err("gives no reason".to_owned()),
        reason => Ok(reason.to_owned()),
    })
}
