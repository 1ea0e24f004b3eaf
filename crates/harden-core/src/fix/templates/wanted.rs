//! What hardened pods say, by where it is set.

use serde_json::{Map, Value, json};

use super::lines::Written;
use crate::kubernetes::Level;

/// Something that is to be set.
pub(super) struct Wanted {
    /// The keys that lead to it.
    keys: &'static [&'static str],
    /// What to set it to, as JSON.
    value: &'static str,
    /// The lowest level that asks for it.
    pub(super) level: Level,
}

const fn wanted(keys: &'static [&'static str], value: &'static str, level: Level) -> Wanted {
    Wanted { keys, value, level }
}

/// What the security context of a pod says.
pub(super) const OF_POD: &[Wanted] = &[
    wanted(&["runAsNonRoot"], "true", Level::Restricted),
    wanted(&["seccompProfile", "type"], "\"RuntimeDefault\"", Level::Restricted),
];

/// What the security context of a container says.
pub(super) const OF_CONTAINER: &[Wanted] = &[
    wanted(&["allowPrivilegeEscalation"], "false", Level::Restricted),
    wanted(&["capabilities", "drop"], "[\"ALL\"]", Level::Restricted),
    wanted(&["readOnlyRootFilesystem"], "true", Level::Privileged),
];

/// What the resources of a container say.
pub(super) const OF_RESOURCES: &[Wanted] = &[
    wanted(&["requests", "cpu"], "\"100m\"", Level::Privileged),
    wanted(&["requests", "memory"], "\"128Mi\"", Level::Privileged),
    wanted(&["limits", "memory"], "\"128Mi\"", Level::Privileged),
];

impl Wanted {
    fn value(&self) -> Value {
        serde_json::from_str(self.value).unwrap_or_default()
    }

    /// Whether it is set to any number rather than to one of its own.
    fn is_number(&self) -> bool {
        matches!(self.keys.first(), Some(&"requests" | &"limits"))
    }

    /// Whether a map has it.
    pub(super) fn is_in(&self, value: &Value) -> bool {
        let mut place = Some(value);
        for key in self.keys {
            place = place.and_then(|it| it.get(key));
        }
        let Some(place) = place.filter(|it| !it.is_null()) else { return false };
        let wanted = self.value();
        // Another profile than the default one is a choice that somebody made.
        let is_chosen = self.keys == ["seccompProfile", "type"] && place == "Localhost";
        let has_all = || place.as_array().is_some_and(|it| it.iter().any(|it| it == "ALL"));
        self.is_number() || is_chosen || *place == wanted || wanted.is_array() && has_all()
    }

    /// Whether lines have it; what something else fills in may be it.
    pub(super) fn is_written(&self, block: &Written<'_>) -> bool {
        let (Some(first), Some(last)) = (self.keys.first(), self.keys.last()) else { return true };
        let has = |key: &str| {
            block.texts.iter().find_map(|it| it.strip_prefix(key)?.strip_prefix(':')).map(str::trim)
        };
        let Some(own) = has(first) else { return false };
        if self.keys.len() > 1 {
            let all = block.texts.join(" ");
            return own.starts_with("{{")
                || all.contains("{{") && has(last).is_none()
                || match self.value() {
                    Value::Array(_) => all.contains("ALL"),
                    _ => all.contains("RuntimeDefault") || all.contains("Localhost"),
                };
        }
        own.contains("{{") || own == self.value
    }
}

/// All that is wanted as one value.
pub(super) fn together(wanted: &[&&Wanted]) -> Value {
    let mut value = Map::new();
    for wanted in wanted {
        if let [first, second] = wanted.keys {
            let inner = value.entry(*first).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                inner.insert((*second).to_owned(), wanted.value());
            }
        } else if let Some(first) = wanted.keys.first() {
            value.insert((*first).to_owned(), wanted.value());
        }
    }
    value.into()
}

/// A value below keys, as lines of YAML that are indented so far.
pub(super) fn lines(keys: &[&str], value: Value, indent: usize) -> String {
    let nest = |value: Value, key: &&str| {
        let mut map = Map::new();
        map.insert((*key).to_owned(), value);
        Value::Object(map)
    };
    let text = harden_yaml::write(&keys.iter().rev().fold(value, nest));
    text.lines().map(|it| format!("{:indent$}{it}\n", "")).collect()
}
