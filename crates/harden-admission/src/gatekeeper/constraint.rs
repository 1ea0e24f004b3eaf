//! Constraints: what templates are asked to enforce, on which objects, and how.

use serde_json::Value;

use super::matching::Match;
use super::rego;
use super::template::{Refused, Template};
use crate::{Action, Object, PolicyName, Verdict};

/// The group of all constraints.
pub(super) const GROUP: &str = "constraints.gatekeeper.sh";

/// A constraint that its template takes.
#[derive(Debug)]
pub(super) struct Constraint {
    pub(super) name: PolicyName,
    /// With what the schema has defaults for.
    pub(super) object: Object,
    pub(super) parameters: regorus::Value,
    pub(super) matches: Match,
    enforcement: Enforcement,
}

/// What follows of a violation.
#[derive(Debug)]
enum Enforcement {
    One(String),
    /// Actions by the names of the points at which they are taken.
    Scoped(Vec<(String, String)>),
}

/// Where a constraint is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// The webhook, or the audit where the webhook does nothing.
    Admission,
    /// Test files.
    Gator,
}

impl Constraint {
    /// Whether it is a constraint.
    pub(super) fn is(object: &Object) -> bool {
        object.group() == GROUP
    }

    pub(super) fn policy(object: &Object) -> PolicyName {
        let (kind, name) = (object.kind().to_owned(), object.name().to_owned());
        PolicyName { kind, namespace: String::new(), name }
    }

    /// Reads a constraint of a template.
    pub(super) fn read(object: &Object, template: &Template) -> Result<Self, Refused> {
        let error = |at: &str, message: String| Refused {
            verdict: Verdict::Error,
            at: at.to_owned(),
            message,
        };
        if object.name().is_empty() {
            let what = "invalid Constraint: missing metadata.name".to_owned();
            return Err(error("/metadata", what));
        }
        if object.kind() != template.kind {
            let what = format!(
                "invalid Constraint: wrong kind {:?} for constraint {:?}; want {:?}",
                object.kind(),
                object.name(),
                template.kind
            );
            return Err(error("/kind", what));
        }
        if !matches!(object.version(), "v1beta1" | "v1alpha1") {
            let what = format!(
                "invalid Constraint: unsupported version {:?} for Constraint {:?}; supported versions: \
                 map[v1alpha1:true v1beta1:true]",
                object.version(),
                object.name()
            );
            return Err(error("/apiVersion", what));
        }
        // Gatekeeper reads the match before it looks at the schema.
        let matches = Match::read(object.at("/spec/match"))
            .map_err(|it| error("/spec/match", format!("invalid Constraint: {it}")))?;
        let flaws = template.schema.flaws(object.json());
        let (unknown, wrong): (Vec<_>, Vec<_>) = flaws.into_iter().partition(|it| it.is_unknown);
        if let Some(first) = wrong.first() {
            let all: Vec<&str> = wrong.iter().map(|it| it.what.as_str()).collect();
            let what = format!("schema validation failed: {}", all.join(", "));
            return Err(error(&first.at, what));
        }
        if let Some(first) = unknown.first() {
            let what = format!("invalid Constraint: {}", first.what);
            return Err(error(&first.at, what));
        }
        if let Some(why) = template.unchecked {
            return Err(Refused {
                verdict: Verdict::NotJudged,
                at: "/spec/parameters".to_owned(),
                message: why.to_owned(),
            });
        }
        let mut json = object.json().clone();
        template.schema.default(&mut json);
        let parameters = match json.pointer("/spec/parameters") {
            None | Some(Value::Null) => regorus::Value::new_object(),
            Some(it) => rego::from_json(it),
        };
        let enforcement = enforcement(&json).map_err(|it| error("/spec/enforcementAction", it))?;
        let name = Self::policy(object);
        Ok(Self { name, object: Object::new(json), parameters, matches, enforcement })
    }

    /// What follows of a violation at a point; none where it is not enforced there.
    pub(super) fn action(&self, point: Point) -> Option<Action> {
        let all: Vec<&str> = match &self.enforcement {
            Enforcement::One(action) => vec![action],
            Enforcement::Scoped(actions) => {
                let of = |name: &str| -> Vec<&str> {
                    let is = |it: &&(String, String)| it.0 == name || it.0 == "*";
                    actions.iter().filter(is).map(|(_, action)| action.as_str()).collect()
                };
                match point {
                    Point::Gator => of("gator.gatekeeper.sh"),
                    Point::Admission => {
                        let webhook = of("validation.gatekeeper.sh");
                        if webhook.is_empty() && !of("audit.gatekeeper.sh").is_empty() {
                            vec!["dryrun"]
                        } else {
                            webhook
                        }
                    }
                }
            }
        };
        all.into_iter().map(Action::of_constraint).min()
    }
}

impl Action {
    /// What Gatekeeper does by the word for it.
    pub(super) fn of_constraint(word: &str) -> Self {
        match word {
            "deny" => Self::Deny,
            "warn" => Self::Warn,
            "dryrun" => Self::Audit,
            _ => Self::Ignore,
        }
    }
}

fn enforcement(constraint: &Value) -> Result<Enforcement, String> {
    let action = constraint.pointer("/spec/enforcementAction").and_then(Value::as_str);
    let action = action.unwrap_or("deny");
    if action != "scoped" {
        return Ok(Enforcement::One(action.to_owned()));
    }
    let scoped = constraint.pointer("/spec/scopedEnforcementActions").and_then(Value::as_array);
    let Some(scoped) = scoped else {
        return Err(
            "missing required field: spec.scopedEnforcementActions must be defined".to_owned()
        );
    };
    let mut actions = Vec::new();
    for it in scoped {
        let action = it.get("action").and_then(Value::as_str).unwrap_or_default();
        let points = it.get("enforcementPoints").and_then(Value::as_array).into_iter().flatten();
        for point in points.filter_map(|it| it.get("name").and_then(Value::as_str)) {
            actions.push((point.to_owned(), action.to_owned()));
        }
    }
    Ok(Enforcement::Scoped(actions))
}
