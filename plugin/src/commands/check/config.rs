//! `.kubectl-harden.yaml`: settings and ignores that a repository keeps.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, bail};
use harden_core::ignore::FileIgnore;
use harden_core::rules;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::input;

/// The file, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Config {
    /// Rules that are not run.
    pub(super) skip: Vec<String>,
    /// Decisions not to count findings.
    pub(super) ignore: Vec<Entry>,
}

/// One decision not to count findings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Entry {
    rule: String,
    kind: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    container: Option<String>,
    /// Which files; `*` stands for any characters.
    pub(super) path: Option<String>,
    pub(super) reason: String,
    /// The first day on which it does not count any more, as YYYY-MM-DD.
    #[serde(default, deserialize_with = "date")]
    expires: Option<Date>,
}

/// The name that is looked for in the current folder.
pub(super) const NAME: &str = ".kubectl-harden.yaml";

impl Config {
    /// Reads the file; without a name, the one of the current folder if there is one.
    pub(super) fn read(name: Option<&Path>) -> anyhow::Result<Self> {
        let path = name.unwrap_or(Path::new(NAME));
        if name.is_none() && !path.exists() {
            return Ok(Self::default());
        }
        let text =
            input::read_utf8(path).with_context(|| format!("failed to read {}", path.display()))?;
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let config: Self = serde_yaml::from_str(&text)
            .with_context(|| format!("{} is not as it should be", path.display()))?;
        config.check().with_context(|| path.display().to_string())?;
        Ok(config)
    }

    /// The ignores that have not ended on this day; others are left out.
    pub(super) fn without_expired(mut self, today: Date) -> (Self, Vec<Entry>) {
        let (over, active) =
            std::mem::take(&mut self.ignore).into_iter().partition(|it| it.is_over(today));
        self.ignore = active;
        (self, over)
    }

    fn check(&self) -> anyhow::Result<()> {
        let named =
            self.skip.iter().chain(self.ignore.iter().map(|it| &it.rule).filter(|it| *it != "*"));
        for id in named {
            if rules::find(id).is_none() {
                bail!("there is no rule `{id}`; `kubectl harden rules` lists them");
            }
        }
        for entry in &self.ignore {
            if entry.reason.trim().is_empty() {
                bail!("the ignore of `{}` gives no reason", entry.rule);
            }
        }
        Ok(())
    }
}

impl Entry {
    /// The entry as the core takes it.
    pub(super) fn to_core(&self) -> FileIgnore {
        FileIgnore {
            rule: self.rule.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            labels: self.labels.clone().into_iter().collect(),
            container: self.container.clone(),
            path: self.path.clone(),
            reason: self.reason.trim().to_owned(),
        }
    }

    /// The note on an entry that no finding was about.
    pub(super) fn unused(&self) -> String {
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
    fn is_over(&self, today: Date) -> bool {
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
    let Some(text) = Option::<String>::deserialize(field)? else { return Ok(None) };
    match text.parse::<Date>() {
        Ok(date) if date.to_string() == text => Ok(Some(date)),
        _ => Err(D::Error::custom(format_args!(
            "`{text}` is no day of the calendar: write YYYY-MM-DD"
        ))),
    }
}
