//! Gatekeeper's constraints of templates in CEL as ValidatingAdmissionPolicy with a binding.

use serde_json::{Map, Value, json};

use super::literal::literal;
use super::logic::Term;
use super::loss::Loss;
use super::matching::selector;
use super::metadata::{metadata, set};
use super::resources;
use super::selection;
use super::text::quoted;
use crate::gatekeeper::Bound;
use crate::kyverno::policy::field::{filled, items, map, text, texts};
use crate::kyverno::policy::kinds::KindSelector;
use crate::{Action, Object};

/// The operations that Gatekeeper's webhook is called for.
const OPERATIONS: [&str; 2] = ["CREATE", "UPDATE"];

/// What is lost of a template beside what its constraints say.
pub(super) fn lost_of_template(template: &Object, objects: &[Object]) -> Vec<Loss> {
    let is_constraint =
        |it: &Object| template_of(it, objects).is_some_and(|it| it.name() == template.name());
    if objects.iter().any(is_constraint) {
        return Vec::new();
    }
    vec![Loss::new("", "no constraint among the objects puts the template to work")]
}

fn template_of<'o>(constraint: &Object, objects: &'o [Object]) -> Option<&'o Object> {
    let is_constraint = constraint.group() == "constraints.gatekeeper.sh";
    let name = constraint.kind().to_lowercase();
    objects
        .iter()
        .find(|it| it.is("templates.gatekeeper.sh", "ConstraintTemplate") && it.name() == name)
        .filter(|_| is_constraint)
}

/// The policy with its binding that says what a constraint says.
pub(super) fn convert(constraint: &Object, objects: &[Object]) -> (Vec<Value>, Vec<Loss>) {
    match made(constraint, objects) {
        Ok(made) => (made, Vec::new()),
        Err(loss) => (Vec::new(), vec![loss]),
    }
}

fn made(constraint: &Object, objects: &[Object]) -> Result<Vec<Value>, Loss> {
    let Some(template) = template_of(constraint, objects) else {
        return Err(Loss::new("/kind", "the template is not among the objects"));
    };
    let bound = Bound::read(template, constraint).map_err(|(is_of_template, at, why)| {
        if is_of_template {
            Loss::new("", format!("the template {}, {at}: {why}", template.name()))
        } else {
            Loss::new(&at, why)
        }
    })?;
    let action = match bound.action {
        Some(Action::Deny) => "Deny",
        Some(Action::Warn) => "Warn",
        Some(Action::Audit) => "Audit",
        Some(Action::Ignore) | None => {
            return Err(Loss::new("/spec/enforcementAction", "nothing follows of a violation"));
        }
    };
    let operations = operations(template)?;
    let empty = Value::Null;
    let matched = constraint.at("/spec/match").unwrap_or(&empty);
    if matches!(text(matched, "source"), "Original" | "Generated") {
        let why = "pods that would be made of an object are looked at by no other engine";
        return Err(Loss::new("/spec/match/source", why));
    }
    let mut rules: Vec<Value> = Vec::new();
    for kind in kinds(matched) {
        let found = resources::of_kind(&kind).map_err(|why| Loss::new("/spec/match/kinds", why))?;
        for mut rule in found {
            set(&mut rule, "operations", json!(operations));
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
    }
    let mut conditions = Vec::new();
    let term = condition(matched);
    if !term.is(true) {
        conditions.push(json!({"name": "match", "expression": term.to_string()}));
    }
    let validations = items(bound.source, "validations").to_vec();
    let of_template = items(bound.source, "matchCondition");
    conditions.extend(of_template.iter().cloned());
    // Those of Gatekeeper see variables. One that leaves a request out excuses any other that fails, so that they
    // stay beside each other.
    let sees_variables = of_template.iter().any(|it| text(it, "expression").contains("variables"));
    let is_unseen = |it: &Value| {
        selection::asks_for_namespace(it) || sees_variables && of_template.contains(it)
    };
    let (conditions, validations) = selection::seen(conditions, validations, is_unseen);
    let variables = [
        json!({"name": "anyObject", "expression": "object"}),
        json!({"name": "params", "expression": literal(&bound.parameters)}),
    ];
    let variables: Vec<Value> =
        variables.into_iter().chain(items(bound.source, "variables").iter().cloned()).collect();
    let mut spec = Map::new();
    let failure_policy = match text(bound.source, "failurePolicy") {
        "" => "Fail",
        it => it,
    };
    spec.insert("failurePolicy".to_owned(), failure_policy.into());
    spec.insert(
        "matchConstraints".to_owned(),
        json!({"matchPolicy": "Exact", "resourceRules": rules}),
    );
    if !conditions.is_empty() {
        spec.insert("matchConditions".to_owned(), conditions.into());
    }
    spec.insert("variables".to_owned(), variables.into());
    spec.insert("validations".to_owned(), validations.into());
    let is_namesake = |it: &&Object| {
        it.group() == constraint.group()
            && it.name() == constraint.name()
            && it.kind() != constraint.kind()
    };
    let suffix = match objects.iter().find(is_namesake) {
        Some(_) => format!("-{}", template.name()),
        None => String::new(),
    };
    let metadata = metadata(constraint, &suffix);
    let name = format!("{}{suffix}", constraint.name());
    Ok(vec![
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": metadata,
            "spec": spec,
        }),
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": metadata,
            "spec": {"policyName": name, "validationActions": [action]},
        }),
    ])
}

/// The operations of those that Gatekeeper's webhook is called for that a template is asked about.
fn operations(template: &Object) -> Result<Vec<&'static str>, Loss> {
    let of_template = template.at("/spec/targets/0").map(|it| texts(it, "operations"));
    let of_template = of_template.unwrap_or_default();
    let is_asked = |it: &&str| {
        of_template.is_empty() || of_template.iter().any(|one| one == "*" || one == *it)
    };
    let operations: Vec<&str> = OPERATIONS.into_iter().filter(|it| is_asked(it)).collect();
    if operations.is_empty() || of_template.iter().any(|it| !OPERATIONS.contains(&it.as_str())) {
        let why = "whether Gatekeeper's webhook is called for the operations of the template is not known";
        return Err(Loss::new("", why));
    }
    Ok(operations)
}

fn kinds(matched: &Value) -> Vec<KindSelector> {
    let or_all = |it: Vec<String>| if it.is_empty() { vec!["*".to_owned()] } else { it };
    let mut all = Vec::new();
    for it in items(matched, "kinds") {
        for group in or_all(texts(it, "apiGroups")) {
            for kind in or_all(texts(it, "kinds")) {
                all.push(selected(&group, &kind));
            }
        }
    }
    if all.is_empty() {
        all.push(selected("*", "*"));
    }
    all
}

fn selected(group: &str, kind: &str) -> KindSelector {
    KindSelector {
        group: group.to_owned(),
        version: "*".to_owned(),
        kind: kind.to_owned(),
        subresource: String::new(),
    }
}

/// That a request is about an object that is meant, the new one or the old one.
fn condition(matched: &Value) -> Term {
    let kinds = Term::any(kinds(matched).iter().map(resources::condition));
    let new = of_object(matched, "object");
    let old = of_object(matched, "oldObject");
    let either = if new.is(true) {
        Term::TRUE
    } else {
        Term::any([new, Term::all([Term::atom("oldObject != null"), old])])
    };
    Term::all([kinds, either])
}

fn of_object(matched: &Value, object: &str) -> Term {
    let is_namespace =
        Term::atom("request.kind.kind == \"Namespace\" && request.kind.group == \"\"");
    let is_namespace = || Term::atom(format!("({is_namespace})"));
    let name = format!(
        "({} ? {object}.metadata.name : {object}.metadata.?namespace.orValue(\"\"))",
        is_namespace()
    );
    let is_within = || Term::atom(format!("{object}.metadata.?namespace.orValue(\"\") != \"\""));
    let mut terms = vec![match text(matched, "scope") {
        "Cluster" => Term::any([is_namespace(), is_within().not()]),
        "Namespaced" => Term::all([is_namespace().not(), is_within()]),
        _ => Term::TRUE,
    }];
    let one_of = |key: &str| Term::any(texts(matched, key).iter().map(|it| wildcard(&name, it)));
    let in_none = Term::atom(format!("{name} == \"\""));
    if filled(matched, "namespaces").is_some() {
        terms.push(Term::any([in_none.clone(), one_of("namespaces")]));
    }
    if filled(matched, "excludedNamespaces").is_some() {
        terms.push(Term::any([in_none, one_of("excludedNamespaces").not()]));
    }
    if let Some(it) = map(matched, "labelSelector") {
        terms.push(selector(it, &format!("{object}.metadata.?labels")));
    }
    if let Some(it) = map(matched, "namespaceSelector") {
        let own = selector(it, &format!("{object}.metadata.?labels"));
        let of_namespace = selector(it, "namespaceObject.metadata.?labels");
        terms.push(Term::any([
            Term::all([is_namespace(), own]),
            Term::all([is_namespace().not(), Term::any([is_within().not(), of_namespace])]),
        ]));
    }
    match text(matched, "name") {
        "" => {}
        wanted => {
            let own = wildcard(&format!("{object}.metadata.?name.orValue(\"\")"), wanted);
            let generated = if wanted.ends_with('*') {
                wildcard(&format!("{object}.metadata.?generateName.orValue(\"\")"), wanted)
            } else {
                Term::FALSE
            };
            terms.push(Term::any([own, generated]));
        }
    }
    Term::all(terms)
}

/// That a text is as a name with an asterisk at an end says.
fn wildcard(of: &str, pattern: &str) -> Term {
    let call =
        |function: &str, part: &str| Term::atom(format!("{of}.{function}({})", quoted(part)));
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => call("contains", rest.strip_suffix('*').unwrap_or(rest)),
        (Some(end), None) => call("endsWith", end),
        (None, Some(begin)) => call("startsWith", begin),
        (None, None) => Term::atom(format!("{of} == {}", quoted(pattern))),
    }
}
