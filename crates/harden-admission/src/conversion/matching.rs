//! `match` and `exclude` of Kyverno's rules: what requests are asked about, and as conditions.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::logic::Term;
use super::loss::Loss;
use super::metadata::set;
use super::resources;
use super::text::{quoted, wildcard};
use crate::kyverno::policy::field::{filled, items, map, text, texts};
use crate::kyverno::policy::kinds::KindSelector;

/// The operations that are asked about where a rule names none. To connect, nobody sends an object of the
/// kinds that rules name.
const OPERATIONS: [&str; 3] = ["CREATE", "UPDATE", "DELETE"];

/// What a rule is about.
#[derive(Debug)]
pub(super) struct Matching<'r> {
    include: Filters<'r>,
    exclude: Filters<'r>,
    /// Of these operations.
    pub(super) operations: BTreeSet<String>,
    /// By `resourceRules`, without operations.
    pub(super) resources: Vec<Value>,
}

#[derive(Debug)]
enum Filters<'r> {
    Any(Vec<&'r Value>),
    All(Vec<&'r Value>),
}

/// The object that conditions look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'s> {
    /// As an expression.
    pub(super) object: &'s str,
    /// Where it is not that of the request.
    pub(super) operation: Option<&'s str>,
}

impl<'r> Matching<'r> {
    /// Reads them of a rule at a place.
    ///
    /// # Errors
    ///
    /// What no other policy says.
    pub(super) fn read(rule: &'r Value, at: &str, is_deletable: bool) -> Result<Self, Loss> {
        let empty = &Value::Null;
        let include = Filters::read(rule.get("match").unwrap_or(empty));
        let exclude = filled(rule, "exclude").map_or(Filters::Any(Vec::new()), Filters::read);
        let mut operations = BTreeSet::new();
        let mut resources = Vec::new();
        for (key, filters) in [("match", &include), ("exclude", &exclude)] {
            for filter in filters.each() {
                sayable(filter).map_err(|why| Loss::new(&format!("{at}/{key}"), why))?;
            }
        }
        for filter in include.each() {
            let of = filter.get("resources").unwrap_or(empty);
            let named = texts(of, "operations");
            let kept = OPERATIONS.iter().filter(|it| {
                (named.is_empty() || named.iter().any(|name| name == *it))
                    && (is_deletable || **it != "DELETE")
            });
            operations.extend(kept.map(|it| (*it).to_owned()));
            let kinds = texts(of, "kinds");
            let kinds = if kinds.is_empty() { vec!["*".to_owned()] } else { kinds };
            for kind in kinds {
                let rules = resources::of_kind(&KindSelector::read(&kind));
                let rules = rules.map_err(|why| Loss::new(&format!("{at}/match"), why))?;
                resources.extend(rules);
            }
        }
        Ok(Self { include, exclude, operations, resources })
    }

    /// That a request is one that the rule is about, beyond its kind.
    pub(super) fn condition(&self, subject: Subject<'_>) -> Term {
        Term::all([self.include.term(subject), self.exclude.term(subject).not()])
    }
}

impl<'r> Filters<'r> {
    fn read(block: &'r Value) -> Self {
        let [any, all] = ["any", "all"].map(|key| items(block, key));
        if !any.is_empty() {
            Self::Any(any.iter().collect())
        } else if !all.is_empty() {
            Self::All(all.iter().collect())
        } else {
            Self::Any(vec![block])
        }
    }

    fn each(&self) -> &[&'r Value] {
        let (Self::Any(filters) | Self::All(filters)) = self;
        filters
    }

    fn term(&self, subject: Subject<'_>) -> Term {
        match self {
            Self::Any(filters) => Term::any(filters.iter().map(|it| filter(it, subject))),
            Self::All(filters) => Term::all(filters.iter().map(|it| filter(it, subject))),
        }
    }
}

fn sayable(filter: &Value) -> Result<(), &'static str> {
    for key in ["subjects", "roles", "clusterRoles"] {
        if filled(filter, key).is_some() {
            return Err("who sends a request, by subjects and roles, is not carried over");
        }
    }
    let resources = filter.get("resources").unwrap_or(&Value::Null);
    if texts(resources, "kinds").iter().any(|it| !KindSelector::read(it).subresource.is_empty()) {
        return Err("requests to subresources are not carried over");
    }
    Ok(())
}

fn filter(filter: &Value, subject: Subject<'_>) -> Term {
    let Some(of) = filled(filter, "resources") else { return Term::FALSE };
    let object = subject.object;
    let kinds: Vec<KindSelector> =
        texts(of, "kinds").iter().map(|it| KindSelector::read(it)).collect();
    let mut terms = Vec::new();
    let operations = texts(of, "operations");
    if !operations.is_empty() {
        terms.push(match subject.operation {
            Some(it) => Term::Constant(operations.iter().any(|name| name == it)),
            None if OPERATIONS.iter().all(|it| operations.iter().any(|name| name == it)) => {
                Term::TRUE
            }
            None => Term::atom(format!("request.operation in {}", list(&operations))),
        });
    }
    if !kinds.is_empty() {
        terms.push(Term::any(kinds.iter().map(resources::condition)));
    }
    let name = text(of, "name");
    let named = if name.is_empty() { Vec::new() } else { vec![name.to_owned()] };
    for names in [named, texts(of, "names")].iter().filter(|it| !it.is_empty()) {
        let name = format!(
            "({object}.metadata.?name.orValue(\"\") != \"\" ? {object}.metadata.name : {object}.metadata.?generateName.orValue(\"\"))"
        );
        terms.push(Term::any(names.iter().map(|it| wildcard(&name, it))));
    }
    let namespaces = texts(of, "namespaces");
    if !namespaces.is_empty() {
        let namespace = match resources::is_namespace(&kinds) {
            Some(true) => format!("{object}.metadata.name"),
            Some(false) => format!("{object}.metadata.?namespace.orValue(\"\")"),
            None => format!(
                "(request.kind.kind == \"Namespace\" ? {object}.metadata.name : {object}.metadata.?namespace.orValue(\"\"))"
            ),
        };
        terms.push(Term::any(namespaces.iter().map(|it| wildcard(&namespace, it))));
    }
    let annotations = format!("{object}.metadata.?annotations");
    for (key, value) in map(of, "annotations").into_iter().flatten() {
        terms.push(any(&annotations, key, value.as_str().unwrap_or_default()));
    }
    if let Some(it) = map(of, "selector") {
        terms.push(selector(it, &format!("{object}.metadata.?labels")));
    }
    if let Some(it) = map(of, "namespaceSelector") {
        if resources::is_namespace(&kinds) != Some(false) {
            terms.push(Term::atom("request.kind.kind != \"Namespace\""));
        }
        let holds = selector(it, "namespaceObject.metadata.?labels");
        let of_none = selector(it, "optional.none()");
        terms.push(Term::any([
            Term::all([Term::atom("namespaceObject != null"), holds]),
            Term::all([Term::atom("namespaceObject == null"), of_none]),
        ]));
    }
    Term::all(terms)
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|it| quoted(it)).collect();
    format!("[{}]", quoted.join(", "))
}

/// That labels, which are optional, are as a selector of Kyverno's asks.
pub(super) fn selector(selector: &Map<String, Value>, labels: &str) -> Term {
    let selector = Value::Object(selector.clone());
    let is_wild = |it: &str| it.contains(['*', '?']);
    let mut terms = Vec::new();
    for (key, value) in map(&selector, "matchLabels").into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        terms.push(if labels == "optional.none()" {
            Term::FALSE
        } else if is_wild(key) || is_wild(value) {
            any(labels, key, value)
        } else {
            let key = quoted(key);
            Term::atom(format!("{labels}[?{key}] == optional.of({})", quoted(value)))
        });
    }
    for requirement in items(&selector, "matchExpressions") {
        let values = texts(requirement, "values");
        let at = format!("{labels}[?{}]", quoted(text(requirement, "key")));
        let (is_there, is_listed) = if labels == "optional.none()" {
            (Term::FALSE, Term::FALSE)
        } else {
            let is_there = Term::atom(format!("{at}.hasValue()"));
            let is_listed = Term::atom(format!("{at}.value() in {}", list(&values)));
            (is_there.clone(), Term::all([is_there, is_listed]))
        };
        let (empty, filled) = (values.is_empty(), !values.is_empty());
        terms.push(match text(requirement, "operator") {
            "In" if filled => is_listed,
            "NotIn" if filled => is_listed.not(),
            "Exists" if empty => is_there,
            "DoesNotExist" if empty => is_there.not(),
            _ => Term::FALSE,
        });
    }
    Term::all(terms)
}

/// That one of some labels or annotations is as a key and a value with wildcards ask.
fn any(labels: &str, key: &str, value: &str) -> Term {
    let of_key = wildcard("k", key);
    let of_value = wildcard(&format!("{labels}[?k].orValue(\"\")"), value);
    let term = Term::all([of_key, of_value]);
    Term::atom(format!("{labels}.optMap(m, m.exists(k, {term})).orValue(false)"))
}

impl Matching<'_> {
    /// The rules of resources with their operations.
    pub(super) fn resource_rules(&self) -> Vec<Value> {
        let with = |rule: &Value| {
            let mut rule = rule.clone();
            set(&mut rule, "operations", json!(self.operations));
            rule
        };
        self.resources.iter().map(with).collect()
    }
}
