//! The way from warnings to enforcing, with the labels to set and the commands that set them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Answer, Options};
use crate::kubernetes::Level;
use crate::pod_security::{Mode, Standard};

/// One stage of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// When it is to be done; none for now.
    pub after: Option<Standard>,
    /// The labels that it sets, with their values.
    pub labels: Vec<(&'static str, String)>,
    /// The commands: first what would happen, then what makes it happen.
    pub commands: [String; 2],
}

/// The stages of a namespace, each with the labels that are not there then.
pub(super) fn of(answer: &Answer, aim: Standard, options: &Options) -> Vec<Stage> {
    let mut labels = answer.today.as_ref().map(|it| it.labels.clone()).unwrap_or_default();
    let enforced = answer.today.as_ref().map_or(Standard::PRIVILEGED, |it| it.effective);
    let mut stages = Vec::new();
    // What holds is enforced now, and what comes next is warned about. Nothing is loosened.
    let now = answer.holds.min(aim);
    let open = answer.steps.iter().map(|it| it.standard);
    let next = { open }.find(|it| stricter(*it, enforced)).unwrap_or(aim);
    let mut begin = Vec::new();
    if now.level > Level::Privileged && stricter(now, enforced) {
        begin.extend(pair(Mode::Enforce, now));
    }
    for mode in [Mode::Audit, Mode::Warn] {
        let known = answer.today.as_ref().map(|it| it.policy.standard(mode));
        let known = known.map(|it| Standard {
            version: crate::pod_security::Version::Pinned(it.version.effective(options.server)),
            ..it
        });
        // What is enforced is warned about, too.
        let is_said = labels.contains_key(mode.level_label()) || !stricter(next, enforced);
        let is_less = known.is_none_or(|it| stricter(next, it)) && stricter(next, enforced);
        if !is_said || is_less {
            begin.extend(pair(mode, next));
        }
    }
    stages.extend(stage(None, begin, &mut labels, &answer.namespace, options));
    for (place, step) in answer.steps.iter().enumerate() {
        let next = answer.steps.get(place + 1).map_or(step.standard, |it| it.standard);
        let mut wanted = Vec::new();
        if stricter(step.standard, enforced) {
            wanted.extend(pair(Mode::Enforce, step.standard));
            wanted.extend([Mode::Audit, Mode::Warn].into_iter().flat_map(|it| pair(it, next)));
        }
        stages.extend(stage(Some(step.standard), wanted, &mut labels, &answer.namespace, options));
    }
    stages
}

/// Whether a standard asks for more than another one, both with the versions in which they apply.
fn stricter(one: Standard, other: Standard) -> bool {
    one.level > Level::Privileged && one > other
}

fn pair(mode: Mode, standard: Standard) -> [(&'static str, String); 2] {
    [
        (mode.level_label(), standard.level.to_string()),
        (mode.version_label(), standard.version.to_string()),
    ]
}

/// A stage, where something is left to set.
fn stage(
    after: Option<Standard>,
    wanted: Vec<(&'static str, String)>,
    labels: &mut BTreeMap<String, String>,
    namespace: &str,
    options: &Options,
) -> Option<Stage> {
    let is_new = |(key, value): &(&str, String)| labels.get(*key) != Some(value);
    let new: Vec<_> = wanted.into_iter().filter(is_new).collect();
    if new.is_empty() {
        return None;
    }
    labels.extend(new.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    let command = |dry: &str| {
        let mut command = format!("kubectl label{dry} --overwrite namespace {}", quoted(namespace));
        for (key, value) in &new {
            let _ = write!(command, " {key}={value}");
        }
        command.push_str(&of_context(options.context.as_deref()));
        command
    };
    let commands = [command(" --dry-run=server"), command("")];
    Some(Stage { after, labels: new, commands })
}

/// The flag that names the context.
pub(super) fn of_context(context: Option<&str>) -> String {
    context.map_or_else(String::new, |it| format!(" --context {}", quoted(it)))
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r"'\''")).into()
    }
}
