//! What to change of templates, which are not edited: the values that fill them in, or their lines.

mod chart;
mod lines;
mod rendered;
mod wanted;

use harden_yaml::documents;

use self::chart::Chart;
use self::lines::{Lines, Setting};
use self::wanted::Wanted;
use super::Story;
use crate::check::Outcome;
use crate::kubernetes::Level;
use crate::source::{ChartPart, Charts};

/// Something to change by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The file to change.
    pub file: String,
    /// The line of it that this is about, counted from 1.
    pub line: u32,
    /// What to do, as a part of a sentence.
    pub message: String,
    /// What to write there, as lines of YAML; empty where that takes a decision.
    pub write: String,
}

impl Advice {
    /// The whole of it, with the lines to write below.
    pub fn sentence(&self) -> String {
        let mut sentence = format!("{}:{}: {}", self.file, self.line, self.message);
        for line in self.write.lines() {
            sentence.push_str("\n    ");
            sentence.push_str(line);
        }
        sentence
    }
}

impl Story<'_, '_> {
    /// What to change of templates, and of what made the texts that are changed; each once, in the order of the
    /// input.
    pub fn advice(&self) -> Vec<Advice> {
        let mut advice = rendered::advice(self.before, self.fixed);
        for it in of_templates(self.before, self.level) {
            if !advice.contains(&it) {
                advice.push(it);
            }
        }
        advice
    }
}

/// What to change of templates that pods are made by.
fn of_templates(outcome: &Outcome<'_>, level: Level) -> Vec<Advice> {
    let mut charts = Charts::default();
    let texts = || outcome.sources.iter().filter_map(|it| Some((&*it.name, it.text.as_deref()?)));
    texts().for_each(|(name, text)| charts.learn(name, text));
    let mut advice = Vec::new();
    let records = outcome.sources.iter().filter(|it| it.unread.broken > 0);
    let unread = records.filter_map(|it| Some((&*it.name, it.text.as_deref()?)));
    for (name, text) in unread {
        let part = charts.part(name).map(|(_, part)| part);
        if part == Some(ChartPart::Description) || name.contains("templates/tests/") {
            continue;
        }
        let is_template = part == Some(ChartPart::Template);
        let chart = is_template.then(|| Chart::of(name, texts())).flatten();
        for document in documents(text).filter(|it| it.template().is_some()) {
            let lines = Lines::of(text, document.span());
            let template = Template { name, lines, chart: chart.as_ref(), level };
            template.advise(&mut advice);
        }
    }
    advice
}

/// A template, and the chart that it is in.
struct Template<'t> {
    name: &'t str,
    lines: Lines<'t>,
    chart: Option<&'t Chart<'t>>,
    level: Level,
}

impl Template<'_> {
    fn advise(&self, advice: &mut Vec<Advice>) {
        for pod in self.lines.pods() {
            let contexts = |it: &lines::Block| self.lines.setting(it, "securityContext");
            let (of_pod, of_containers): (_, Vec<_>) =
                (contexts(&pod.spec), pod.containers.iter().map(contexts).collect());
            // What every container says of itself, the pod need not say.
            let says = |wanted: &Wanted| {
                !of_containers.is_empty() && of_containers.iter().all(|it| self.has(it, wanted))
            };
            let wanted: Vec<_> =
                wanted::OF_POD.iter().filter(|it| it.level <= self.level && !says(it)).collect();
            self.ask(&pod.spec, ("securityContext", "pods"), &of_pod, &wanted, advice);
            for (container, context) in pod.containers.iter().zip(&of_containers) {
                let wanted: Vec<_> =
                    wanted::OF_CONTAINER.iter().filter(|it| it.level <= self.level).collect();
                self.ask(container, ("securityContext", "containers"), context, &wanted, advice);
                let resources = self.lines.setting(container, "resources");
                if !matches!(resources, Setting::Written(_)) {
                    let wanted: Vec<_> = wanted::OF_RESOURCES.iter().collect();
                    self.ask(container, ("resources", "containers"), &resources, &wanted, advice);
                }
                advice.extend(self.tag(container));
            }
            advice.extend(self.token(&pod.spec));
        }
    }

    /// Whether a setting has what is wanted, by its text or by the values that fill it in.
    fn has(&self, setting: &Setting<'_>, wanted: &Wanted) -> bool {
        match setting {
            Setting::Missing => false,
            Setting::Written(block) => wanted.is_written(block),
            Setting::Value { path, .. } => {
                self.chart.is_some_and(|it| it.value(path).is_some_and(|it| wanted.is_in(&it)))
            }
        }
    }

    /// Asks for what a setting lacks.
    fn ask(
        &self,
        block: &lines::Block,
        (key, of): (&str, &str),
        setting: &Setting<'_>,
        wanted: &[&Wanted],
        advice: &mut Vec<Advice>,
    ) {
        let missing: Vec<_> = wanted.iter().filter(|it| !self.has(setting, it)).collect();
        let value = wanted::together(&missing);
        if missing.is_empty() {
            return;
        }
        let choice = if key == "resources" { ", with numbers of your own" } else { "" };
        let known = match setting {
            Setting::Value { path, line } => self.values(path, *line, (key, of, choice), value),
            Setting::Missing => Advice {
                file: self.name.to_owned(),
                line: block.line,
                message: format!("no value becomes {key} of its {of}: add these lines{choice}"),
                write: wanted::lines(&[key], value, block.indent),
            },
            Setting::Written(text) => Advice {
                file: self.name.to_owned(),
                line: text.line,
                message: format!("{key} of its {of} lacks these lines{choice}"),
                write: wanted::lines(&[key], value, block.indent),
            },
        };
        if !advice.contains(&known) {
            advice.push(known);
        }
    }

    /// Asks for what a value lacks that a line of the template writes down.
    fn values(
        &self,
        path: &str,
        line: u32,
        (key, of, choice): (&str, &str, &str),
        value: serde_json::Value,
    ) -> Advice {
        let keys: Vec<_> = path.split('.').collect();
        let write = wanted::lines(&keys, value, 0);
        let becomes = format!("becomes {key} of {of}");
        match self.chart.and_then(|it| it.line(path)) {
            Some((file, line, true)) => Advice {
                file,
                line,
                message: format!("`{path}` {becomes} in {}: set there{choice}", self.name),
                write,
            },
            Some((file, line, false)) => Advice {
                file,
                line,
                message: format!(
                    "`{path}`, which is not set, {becomes} in {}: write{choice}",
                    self.name
                ),
                write,
            },
            None => Advice {
                file: self.name.to_owned(),
                line,
                message: format!("`.Values.{path}` {becomes}: give it{choice}"),
                write,
            },
        }
    }

    /// Asks for a tag that stays, where the value is known to be none.
    fn tag(&self, container: &lines::Block) -> Option<Advice> {
        let Setting::Value { path, .. } = self.lines.setting(container, "image") else {
            return None;
        };
        let chart = self.chart?;
        let value = chart.value(&path)?;
        let is_latest = value.as_str().is_some_and(|it| it == "latest" || it.ends_with(":latest"));
        let (file, line, _) = chart.line(&path)?;
        is_latest.then(|| Advice {
            file,
            line,
            message: format!(
                "`{path}` names an image in {} that may be another tomorrow: write the tag of a release, or a digest",
                self.name
            ),
            write: String::new(),
        })
    }

    /// Asks to keep the token of the ServiceAccount from pods.
    fn token(&self, spec: &lines::Block) -> Option<Advice> {
        const KEY: &str = "automountServiceAccountToken";
        const WHEN: &str = ", unless the program uses the API server";
        let off = serde_json::Value::from(false);
        let of_account = || self.chart.and_then(Chart::token);
        let path = match self.lines.setting(spec, KEY) {
            Setting::Written(_) => return None,
            Setting::Value { path, line } => Some((path, line)),
            Setting::Missing => of_account(),
        };
        let Some((path, line)) = path else {
            return Some(Advice {
                file: self.name.to_owned(),
                line: spec.line,
                message: format!("no value becomes {KEY}: add this line{WHEN}"),
                write: wanted::lines(&[KEY], off, spec.indent),
            });
        };
        let is_off = self.chart.is_some_and(|it| it.value(&path) == Some(off.clone()));
        (!is_off).then(|| self.values(&path, line, (KEY, "pods", WHEN), off))
    }
}

#[cfg(test)]
mod tests;
