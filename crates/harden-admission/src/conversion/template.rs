//! ValidatingAdmissionPolicy with its bindings as Gatekeeper's templates with their constraints.

mod code;
mod parameters;
mod requests;
mod selectors;

use serde_json::{Map, Value, json};

use super::admission;
use super::loss::Loss;
use super::metadata::{metadata, set};
use super::selection;
use crate::Object;
use crate::gatekeeper::flaw;
use crate::kyverno::policy::field::{filled, items, text, texts};
use code::Code;
use requests::Requests;

/// The longest name of a kind, and of a constraint.
const LENGTH: usize = 63;

/// What a policy with one of its bindings becomes.
struct Bound {
    /// CEL of the template.
    source: Value,
    /// The schema of the parameters.
    schema: Value,
    /// `spec` of the constraint.
    spec: Value,
    lost: Vec<Loss>,
}

/// The templates and constraints that say what a policy with its bindings says: a constraint for each binding, and
/// one template where their code is the same.
pub(super) fn convert(policy: &Object, objects: &[Object]) -> (Vec<Value>, Vec<Loss>) {
    let bindings = admission::bindings(policy, objects);
    if bindings.is_empty() {
        let why = "no binding among the objects puts the policy to work";
        return (Vec::new(), vec![Loss::new("", why)]);
    }
    let (mut made, mut lost) = (Vec::new(), Vec::new());
    let mut templates: Vec<(Value, Value, String)> = Vec::new();
    for binding in &bindings {
        let suffix = match bindings.len() {
            1 => String::new(),
            _ => format!("-{}", binding.name()),
        };
        let written = bound(policy, binding, objects).and_then(|mut it| {
            lost.append(&mut it.lost);
            let known = templates
                .iter()
                .find(|(source, schema, _)| *source == it.source && *schema == it.schema);
            let kind = match known {
                Some((_, _, kind)) => kind.clone(),
                None if templates.is_empty() => kind(policy.name()),
                None => kind(&format!("{}{suffix}", policy.name())),
            };
            let all = write(policy, &suffix, &kind, &it)?;
            let is_new = known.is_none();
            templates.push((it.source, it.schema, kind));
            Ok(all.into_iter().skip(usize::from(!is_new)).collect::<Vec<Value>>())
        });
        match written {
            Ok(it) => made.extend(it),
            Err(it) => lost.push(it),
        }
    }
    lost.dedup();
    (made, lost)
}

fn bound(policy: &Object, binding: &Object, objects: &[Object]) -> Result<Bound, Loss> {
    let empty = Value::Null;
    let spec = policy.at("/spec").unwrap_or(&empty);
    let constraints = spec.get("matchConstraints").unwrap_or(&empty);
    let resources = binding.at("/spec/matchResources").unwrap_or(&empty);
    admission::is_not_narrowed(constraints, resources, binding)?;
    let is_exact = [constraints, resources].iter().any(|it| text(it, "matchPolicy") == "Exact");
    if !is_exact {
        selection::has_one_version(constraints)?;
    }
    let params = admission::params(spec, binding, objects)?;
    let code = Code::read(spec, params.is_some());
    if code.validations.is_empty() {
        return Err(Loss::new("/spec/validations", "nothing is refused"));
    }
    let expressions = code.expressions();
    let narrowed = selection::merged(constraints, resources);
    let requests = Requests::read(&narrowed, is_exact, requests::asks_who(&expressions))?;
    let (mut matched, selecting) = selectors::read(constraints, resources, &narrowed, &requests);
    let mut lost = requests.lost.clone();
    for (index, _) in items(spec, "auditAnnotations").iter().enumerate() {
        let why = "Gatekeeper writes nothing down of requests";
        lost.push(Loss::of_part(&format!("/spec/auditAnnotations/{index}"), why));
    }
    let parameters = params.map(|it| parameters::read(&it, &expressions));
    let mut conditions = requests.conditions();
    conditions.extend(selecting);
    conditions.extend(code.conditions);
    if !requests.kinds.is_empty() {
        set(&mut matched, "kinds", requests.kinds.clone());
    }
    if let Some(it) = &requests.scope {
        let it = it.as_str();
        set(&mut matched, "scope", it);
    }
    let source = source(spec, conditions, code.variables, code.validations);
    let actions = binding.at("/spec").map(|it| texts(it, "validationActions")).unwrap_or_default();
    let action = [("Deny", "deny"), ("Warn", "warn"), ("Audit", "dryrun")];
    let action = action.iter().find(|(word, _)| actions.iter().any(|it| it == word));
    let Some((_, action)) = action else {
        return Err(Loss::new("/spec/validations", "the binding names no action"));
    };
    let mut constraint = json!({"enforcementAction": action});
    if filled(&json!({"match": matched}), "match").is_some() {
        set(&mut constraint, "match", matched);
    }
    let schema = parameters.as_ref().map_or_else(|| json!({"type": "object"}), parameters::schema);
    if let Some(it) = parameters {
        set(&mut constraint, "parameters", it);
    }
    Ok(Bound { source, schema, spec: constraint, lost })
}

fn source(
    spec: &Value,
    conditions: Vec<Value>,
    variables: Vec<Value>,
    validations: Vec<Value>,
) -> Value {
    let failure_policy = if text(spec, "failurePolicy") == "Ignore" { "Ignore" } else { "Fail" };
    let mut source = Map::new();
    source.insert("failurePolicy".to_owned(), failure_policy.into());
    for (key, list) in
        [("matchCondition", conditions), ("variables", variables), ("validations", validations)]
    {
        if !list.is_empty() {
            source.insert(key.to_owned(), list.into());
        }
    }
    source.into()
}

/// The kind of the constraints of a policy: its name in one word.
fn kind(name: &str) -> String {
    let words = name.split(|it: char| !it.is_ascii_alphanumeric());
    let mut kind = String::new();
    for word in words {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        kind.push_str(&first.to_ascii_uppercase());
        kind.push_str(rest);
    }
    if kind.starts_with(|it: char| it.is_ascii_digit()) { format!("Policy{kind}") } else { kind }
}

/// The template and the constraint, which Gatekeeper takes.
fn write(policy: &Object, suffix: &str, kind: &str, bound: &Bound) -> Result<Vec<Value>, Loss> {
    let name = format!("{}{suffix}", policy.name());
    if kind.len() > LENGTH || name.len() > LENGTH || kind.is_empty() {
        let why =
            format!("the name makes none that Gatekeeper takes, of at most {LENGTH} characters");
        return Err(Loss::new("/metadata/name", why));
    }
    let mut of_template = metadata(policy, "");
    set(&mut of_template, "name", kind.to_lowercase());
    let template = json!({
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": of_template,
        "spec": {
            "crd": {"spec": {"names": {"kind": kind}, "validation": {"openAPIV3Schema": bound.schema}}},
            "targets": [{
                "target": "admission.k8s.gatekeeper.sh",
                "code": [{"engine": "K8sNativeValidation", "source": bound.source}],
            }],
        },
    });
    let constraint = json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": kind,
        "metadata": metadata(policy, suffix),
        "spec": bound.spec,
    });
    let [template, constraint] = [template, constraint].map(Object::new);
    match flaw(&template, &constraint) {
        Some(why) => Err(Loss::new("", format!("Gatekeeper would not take it: {why}"))),
        None => Ok([template, constraint].map(|it| it.json().clone()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn kinds_are_names_in_one_word() {
        for (name, expected) in
            [("no-root", "NoRoot"), ("a.b--c", "ABC"), ("9lives", "Policy9lives"), ("-", "")]
        {
            assert_eq!(kind(name), expected);
        }
    }
}
