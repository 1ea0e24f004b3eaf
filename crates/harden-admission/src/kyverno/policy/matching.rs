//! What rules are about: `match` and `exclude`.

use serde_json::{Map, Value};

use super::field::{filled, items, map, text, texts};
use super::kinds::KindSelector;
use super::selector::{Labels, Selector, any};
use super::situation::{Bindings, Known};
use crate::kyverno::pattern::wildcard::matches_text;
use crate::{Object, User};

/// The `match` and `exclude` of a rule.
#[derive(Debug, Clone, Default)]
pub(in crate::kyverno) struct Matching {
    include: Filters,
    exclude: Option<Filters>,
}

#[derive(Debug, Clone)]
enum Filters {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    One(Box<Filter>),
}

impl Default for Filters {
    fn default() -> Self {
        Self::One(Box::default())
    }
}

/// One description of resources and users; what it does not say it does not ask for.
#[derive(Debug, Clone, Default)]
struct Filter {
    kinds: Vec<KindSelector>,
    /// Empty, or names of which one must fit; `name` and `names` each are such a list.
    names: [Vec<String>; 2],
    namespaces: Vec<String>,
    annotations: Map<String, Value>,
    selector: Option<Selector>,
    namespace_selector: Option<Selector>,
    operations: Vec<String>,
    has_resources: bool,
    roles: Vec<String>,
    cluster_roles: Vec<String>,
    subjects: Vec<Subject>,
}

#[derive(Debug, Clone)]
struct Subject {
    kind: String,
    name: String,
    namespace: String,
}

/// What `match` and `exclude` are asked about.
#[derive(Debug, Clone, Copy)]
pub(in crate::kyverno) struct Matched<'m> {
    pub object: &'m Object,
    /// Group, version and kind; of a subresource those of what it is part of.
    pub kind: [&'m str; 3],
    pub subresource: &'m str,
    pub operation: &'m str,
    pub user: &'m User,
    pub bindings: &'m Known<Bindings>,
    pub namespace_labels: &'m Known<Labels>,
}

/// Whether something fits; where it cannot be known, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kyverno) enum Fit {
    Yes,
    No,
    Unknown(String),
}

impl Fit {
    fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }

    fn all(each: impl Iterator<Item = Self>) -> Self {
        let mut whole = Self::Yes;
        for fit in each {
            match fit {
                Self::Yes => {}
                Self::No => return Self::No,
                unknown @ Self::Unknown(_) => whole = unknown,
            }
        }
        whole
    }

    fn any(each: impl Iterator<Item = Self>) -> Self {
        let mut whole = Self::No;
        for fit in each {
            match fit {
                Self::No => {}
                Self::Yes => return Self::Yes,
                unknown @ Self::Unknown(_) => whole = unknown,
            }
        }
        whole
    }
}

impl Matching {
    /// Reads them of a rule.
    pub(in crate::kyverno) fn read(rule: &Value) -> Self {
        Self {
            include: rule.get("match").map_or_else(Filters::default, Filters::read),
            exclude: filled(rule, "exclude").map(Filters::read),
        }
    }

    /// Whether a rule with these, of a policy in a namespace, or in none, is about something.
    pub(in crate::kyverno) fn fits(&self, policy_namespace: &str, it: &Matched<'_>) -> Fit {
        if !policy_namespace.is_empty() && policy_namespace != it.object.namespace() {
            return Fit::No;
        }
        // Without a user, as in tests that give none, nobody is asked for one.
        let is_nobody = it.is_nobody();
        let included = match &self.include {
            Filters::Any(filters) => {
                Fit::any(filters.iter().map(|filter| filter.includes(it, is_nobody)))
            }
            Filters::All(filters) => {
                Fit::all(filters.iter().map(|filter| filter.includes(it, is_nobody)))
            }
            Filters::One(filter) => filter.includes(it, is_nobody),
        };
        if included == Fit::No {
            return included;
        }
        let excluded = match &self.exclude {
            None => return included,
            Some(Filters::Any(filters)) => Fit::any(filters.iter().map(|it_is| it_is.excludes(it))),
            Some(Filters::All(filters)) => Fit::all(filters.iter().map(|it_is| it_is.excludes(it))),
            Some(Filters::One(filter)) => filter.excludes(it),
        };
        match excluded {
            Fit::Yes => Fit::No,
            Fit::No => included,
            unknown @ Fit::Unknown(_) => unknown,
        }
    }

    /// Whether an exception with this `match` is about something.
    pub(in crate::kyverno) fn excepts(&self, it: &Matched<'_>) -> Fit {
        let fits = |filter: &Filter| {
            if filter.is_empty() { Fit::No } else { filter.fits(it, false, true) }
        };
        match &self.include {
            Filters::Any(filters) => Fit::any(filters.iter().map(fits)),
            Filters::All(filters) => Fit::all(filters.iter().map(fits)),
            Filters::One(_) => Fit::No,
        }
    }
}

impl Filters {
    fn read(value: &Value) -> Self {
        let each = |key| items(value, key).iter().map(Filter::read).collect::<Vec<_>>();
        match (each("any"), each("all")) {
            (any, _) if !any.is_empty() => Self::Any(any),
            (_, all) if !all.is_empty() => Self::All(all),
            _ => Self::One(Box::new(Filter::read(value))),
        }
    }
}

impl Matched<'_> {
    fn is_nobody(&self) -> bool {
        let is_unbound = match self.bindings {
            Known::Yes(it) => it.roles.is_empty() && it.cluster_roles.is_empty(),
            Known::No(_) => true,
        };
        *self.user == User::default() && is_unbound
    }

    fn map(&self, key: &str) -> Option<&Map<String, Value>> {
        self.object.json().get("metadata")?.get(key)?.as_object()
    }
}

impl Filter {
    fn read(value: &Value) -> Self {
        let empty = Value::Null;
        let resources = value.get("resources").unwrap_or(&empty);
        let name = text(resources, "name");
        let subjects = items(value, "subjects").iter().map(|it| Subject {
            kind: text(it, "kind").to_owned(),
            name: text(it, "name").to_owned(),
            namespace: text(it, "namespace").to_owned(),
        });
        Self {
            kinds: texts(resources, "kinds").iter().map(|it| KindSelector::read(it)).collect(),
            names: [
                if name.is_empty() { Vec::new() } else { vec![name.to_owned()] },
                texts(resources, "names"),
            ],
            namespaces: texts(resources, "namespaces"),
            annotations: map(resources, "annotations").cloned().unwrap_or_default(),
            selector: map(resources, "selector").map(|it| Selector::read(&it.clone().into())),
            namespace_selector: map(resources, "namespaceSelector")
                .map(|it| Selector::read(&it.clone().into())),
            operations: texts(resources, "operations"),
            has_resources: resources.as_object().is_some_and(|it| {
                it.iter().any(|(_, it)| !it.is_null() && it.as_str() != Some(""))
            }),
            roles: texts(value, "roles"),
            cluster_roles: texts(value, "clusterRoles"),
            subjects: subjects.collect(),
        }
    }

    fn has_users(&self) -> bool {
        !self.roles.is_empty() || !self.cluster_roles.is_empty() || !self.subjects.is_empty()
    }

    fn is_empty(&self) -> bool {
        !self.has_resources && !self.has_users()
    }

    fn includes(&self, it: &Matched<'_>, is_nobody: bool) -> Fit {
        if self.is_empty() || is_nobody && !self.has_resources {
            return Fit::No;
        }
        self.fits(it, is_nobody, false)
    }

    fn excludes(&self, it: &Matched<'_>) -> Fit {
        if self.is_empty() { Fit::No } else { self.fits(it, false, false) }
    }

    fn fits(&self, it: &Matched<'_>, is_nobody: bool, is_exception: bool) -> Fit {
        let users = if is_nobody { Fit::Yes } else { self.user_fits(it) };
        let fits = self.resource_fits(it, is_exception);
        let namespace = self.namespace_fits(it, is_exception);
        Fit::all([Fit::of(fits), namespace, users].into_iter())
    }

    fn resource_fits(&self, it: &Matched<'_>, is_exception: bool) -> bool {
        let is_named = |names: &[String]| {
            let generated = || it.object.at("/metadata/generateName").and_then(Value::as_str);
            let name = match it.object.name() {
                "" => generated().unwrap_or_default(),
                name => name,
            };
            names.is_empty() || names.iter().any(|wanted| matches_text(wanted, name))
        };
        let namespace = match it.object.kind() {
            "Namespace" => it.object.name(),
            _ => it.object.namespace(),
        };
        let empty = Map::new();
        let annotations = it.map("annotations").unwrap_or(&empty);
        let labels = it.map("labels").unwrap_or(&empty);
        (is_exception
            || self.operations.is_empty()
            || self.operations.iter().any(|operation| operation == it.operation))
            && (self.kinds.is_empty()
                || self.kinds.iter().any(|kind| kind.is(it.kind, it.subresource)))
            && self.names.iter().all(|names| is_named(names))
            && (self.namespaces.is_empty()
                || self.namespaces.iter().any(|wanted| matches_text(wanted, namespace)))
            && self
                .annotations
                .iter()
                .all(|(key, value)| any(annotations, key, value.as_str().unwrap_or_default()))
            && self.selector.as_ref().is_none_or(|selector| selector.matches(labels))
    }

    fn namespace_fits(&self, it: &Matched<'_>, is_exception: bool) -> Fit {
        const NAME: &str = "kubernetes.io/metadata.name";
        let Some(selector) = &self.namespace_selector else { return Fit::Yes };
        if it.object.kind() == "Namespace" {
            return Fit::of(is_exception);
        }
        match it.namespace_labels {
            Known::Yes(labels) => Fit::of(selector.matches(labels)),
            Known::No(_) if selector.is_about(NAME) => {
                let name = Value::from(it.object.namespace());
                Fit::of(selector.matches(&Map::from_iter([(NAME.to_owned(), name)])))
            }
            Known::No(why) => Fit::Unknown(why.clone()),
        }
    }

    fn user_fits(&self, it: &Matched<'_>) -> Fit {
        let has_one = |wanted: &[String], of: fn(&Bindings) -> &[String]| match it.bindings {
            _ if wanted.is_empty() => Fit::Yes,
            Known::Yes(bindings) => Fit::of(of(bindings).iter().any(|it| wanted.contains(it))),
            Known::No(why) => Fit::Unknown(why.clone()),
        };
        let roles = has_one(&self.roles, |it| &it.roles);
        let cluster_roles = has_one(&self.cluster_roles, |it| &it.cluster_roles);
        let is_subject =
            self.subjects.is_empty() || self.subjects.iter().any(|subject| subject.is(it.user));
        Fit::all([Fit::of(is_subject), roles, cluster_roles].into_iter())
    }
}

impl Subject {
    fn is(&self, user: &User) -> bool {
        match self.kind.as_str() {
            "ServiceAccount" => {
                let wanted = format!("system:serviceaccount:{}:{}", self.namespace, self.name);
                matches_text(&wanted, &user.name)
            }
            "Group" => user.groups.iter().any(|it| matches_text(&self.name, it)),
            "User" => matches_text(&self.name, &user.name),
            _ => false,
        }
    }
}
