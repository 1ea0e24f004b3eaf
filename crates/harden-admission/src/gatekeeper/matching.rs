//! `spec.match` of constraints and mutators.

mod selector;
mod wildcard;

use serde_json::Value;

use crate::Object;

pub(super) use selector::Selector;
pub(super) use wildcard::Wildcard;

/// Which objects something is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Match {
    kinds: Vec<Kinds>,
    scope: Scope,
    namespaces: Vec<Wildcard>,
    excluded_namespaces: Vec<Wildcard>,
    labels: Option<Selector>,
    namespace_labels: Option<Selector>,
    name: Option<Wildcard>,
    source: Option<Source>,
}

#[derive(Debug, Clone, Default)]
struct Kinds {
    groups: Vec<String>,
    kinds: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Scope {
    #[default]
    Any,
    Cluster,
    Namespaced,
}

/// Where an object is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Whoever asks wrote it.
    Original,
    /// It would be made of what is asked for.
    Generated,
}

/// What is known of the namespace of an object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Namespace<'o> {
    /// The object is in none.
    None,
    Known(&'o Object),
    /// It is not at hand; the engine here does not know it either.
    Missing,
    /// It is not at hand, and may be there: its name is all that is known.
    Unknown(&'o Object),
}

impl<'o> Namespace<'o> {
    fn object(self) -> Option<&'o Object> {
        match self {
            Self::Known(it) | Self::Unknown(it) => Some(it),
            Self::None | Self::Missing => None,
        }
    }
}

/// Whether something is about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matched {
    Yes,
    /// It is of another kind.
    Kind,
    /// It is of the kind; says which field leaves it out.
    No(&'static str),
    /// Gatekeeper cannot say, in its words, and refuses the object.
    Error(String),
    /// Nobody can say here.
    NotJudged(&'static str),
}

/// A match that Gatekeeper refuses.
pub(super) type Refused = String;

impl Match {
    /// Reads a match; none is about everything.
    pub(super) fn read(it: Option<&Value>) -> Result<Self, Refused> {
        let Some(fields) = it.filter(|it| !it.is_null()) else { return Ok(Self::default()) };
        if !fields.is_object() {
            return Err("spec.match is no object".to_owned());
        }
        let texts = |of: &Value, key: &str| -> Vec<String> {
            let all = of.get(key).and_then(Value::as_array);
            all.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let wildcards = |key: &str| texts(fields, key).into_iter().map(Wildcard::new).collect();
        let kinds = fields.get("kinds").and_then(Value::as_array);
        let kinds = kinds.into_iter().flatten();
        let text = |key: &str| fields.get(key).and_then(Value::as_str).filter(|it| !it.is_empty());
        Ok(Self {
            kinds: kinds
                .map(|it| Kinds { groups: texts(it, "apiGroups"), kinds: texts(it, "kinds") })
                .collect(),
            scope: match text("scope") {
                Some("Cluster") => Scope::Cluster,
                Some("Namespaced") => Scope::Namespaced,
                _ => Scope::Any,
            },
            namespaces: wildcards("namespaces"),
            excluded_namespaces: wildcards("excludedNamespaces"),
            labels: Selector::read(fields.get("labelSelector"))?,
            namespace_labels: Selector::read(fields.get("namespaceSelector"))?,
            name: text("name").map(|it| Wildcard::new(it.to_owned())),
            source: match text("source") {
                None | Some("All") => None,
                Some("Original") => Some(Source::Original),
                Some("Generated") => Some(Source::Generated),
                Some(other) => return Err(format!("invalid source field {other:?}")),
            },
        })
    }

    /// Whether it is about an object in a namespace.
    pub(super) fn matches(
        &self,
        object: &Object,
        namespace: Namespace<'_>,
        source: Source,
    ) -> Matched {
        if !self.matches_kind(object.group(), object.kind()) {
            return Matched::Kind;
        }
        let is_namespace = object.is("", "Namespace");
        let name = match namespace.object() {
            _ if is_namespace => Some(object.name()),
            Some(it) => Some(it.name()),
            None => Some(object.namespace()).filter(|it| !it.is_empty()),
        };
        let is_within = !object.namespace().is_empty() || namespace.object().is_some();
        let fits_scope = match self.scope {
            Scope::Any => true,
            Scope::Cluster => is_namespace || !is_within,
            Scope::Namespaced => !is_namespace && is_within,
        };
        if !fits_scope {
            return Matched::No("scope");
        }
        if let Some(name) = name {
            if !self.namespaces.is_empty() && !self.namespaces.iter().any(|it| it.matches(name)) {
                return Matched::No("namespaces");
            }
            if self.excluded_namespaces.iter().any(|it| it.matches(name)) {
                return Matched::No("excludedNamespaces");
            }
        }
        if self.labels.as_ref().is_some_and(|it| !it.matches(object)) {
            return Matched::No("labelSelector");
        }
        match self.matches_namespace(object, namespace, is_namespace) {
            Matched::Yes => {}
            other => return other,
        }
        if let Some(name) = &self.name {
            let generated = object.at("/metadata/generateName").and_then(Value::as_str);
            let fits =
                name.matches(object.name()) || name.matches_prefix(generated.unwrap_or_default());
            if !fits {
                return Matched::No("name");
            }
        }
        if self.source.is_some_and(|it| it != source) {
            return Matched::No("source");
        }
        Matched::Yes
    }

    /// Whether it is about objects of a kind.
    fn matches_kind(&self, group: &str, kind: &str) -> bool {
        let has = |all: &[String], it: &str| {
            all.is_empty() || all.iter().any(|one| one == "*" || one == it)
        };
        self.kinds.is_empty()
            || self.kinds.iter().any(|it| has(&it.kinds, kind) && has(&it.groups, group))
    }

    fn matches_namespace(
        &self,
        object: &Object,
        namespace: Namespace<'_>,
        is_namespace: bool,
    ) -> Matched {
        const NO: Matched = Matched::No("namespaceSelector");
        let Some(selector) = &self.namespace_labels else { return Matched::Yes };
        if is_namespace {
            return if selector.matches(object) { Matched::Yes } else { NO };
        }
        match namespace {
            Namespace::None if object.namespace().is_empty() => Matched::Yes,
            Namespace::Known(it) if selector.matches(it) => Matched::Yes,
            Namespace::Unknown(it) if selector.is_of_names() && selector.matches(it) => {
                Matched::Yes
            }
            Namespace::Unknown(_) if !selector.is_of_names() => Matched::NotJudged(
                "the namespace is not at hand, and the labels of it are asked for",
            ),
            Namespace::Known(_) | Namespace::Unknown(_) => NO,
            Namespace::None | Namespace::Missing => Matched::Error(format!(
                "unable to match constraints: {} :failed to run Match criteria: namespace selector for \
                 namespace-scoped object but missing Namespace",
                object.name()
            )),
        }
    }
}
