//! A rule of Kyverno's that validates, as expressions.

use serde_json::Value;

use super::conditions;
use super::logic::Term;
use super::loss::Loss;
use super::matching::{Matching, Subject};
use super::pattern::{Place, express, may_fail};
use super::renaming::renamed;
use crate::kyverno::Pattern;
use crate::kyverno::jmespath::floats;
use crate::kyverno::policy::field::{filled, items, text};
use crate::kyverno::policy::variables::has_variables;

/// What becomes of a rule.
#[derive(Debug)]
pub(super) struct Converted {
    /// What requests it is asked about.
    pub(super) resource_rules: Vec<Value>,
    /// Which of them it is about.
    pub(super) condition: Term,
    pub(super) variables: Vec<(String, String)>,
    pub(super) validations: Vec<Validation>,
}

/// An expression that must hold, and what is said where it does not.
#[derive(Debug)]
pub(super) struct Validation {
    pub(super) expression: String,
    pub(super) message: String,
    pub(super) message_expression: String,
}

/// Converts a rule at a place of its policy. `is_enforced` says whether it refuses.
///
/// # Errors
///
/// What cannot be said.
pub(super) fn convert(rule: &Value, at: &str, is_enforced: bool) -> Result<Converted, Loss> {
    let lost = |key: &str, why: &str| Err(Loss::new(&format!("{at}/{key}"), why));
    for (key, why) in [
        ("mutate", "a policy that validates changes nothing"),
        ("generate", "a policy that validates makes nothing"),
        ("verifyImages", "signatures of images are verified by other policies"),
        ("imageExtractors", "images of other places are not looked at by expressions"),
        ("context", "what a rule loads beside the object is not carried over"),
    ] {
        if filled(rule, key).is_some() {
            return lost(key, why);
        }
    }
    let Some(validate) = filled(rule, "validate") else {
        return lost("validate", "the rule validates nothing");
    };
    for (key, why) in [
        ("podSecurity", "checks of the Pod Security Standards are no expressions"),
        ("manifests", "signatures of manifests are not verified by expressions"),
        ("failureActionOverrides", "actions that differ by namespace are not carried over"),
    ] {
        if filled(validate, key).is_some() {
            return lost(&format!("validate/{key}"), why);
        }
    }
    if filled(validate, "cel").is_some() {
        return of_expressions(rule, validate, at);
    }
    let is_pattern =
        ["pattern", "anyPattern"].iter().any(|it| validate.get(it).is_some_and(|it| !it.is_null()));
    let matching = Matching::read(rule, at, !is_pattern)?;
    let object = if matching.operations.contains("DELETE") {
        "(request.operation == \"DELETE\" ? oldObject : object)"
    } else {
        "object"
    };
    let holds = check(validate, at, Subject { object, operation: None })?;
    let preconditions = rule.get("preconditions").filter(|it| !it.is_null());
    let met = conditions::all(preconditions, &format!("{at}/preconditions"), None)?;
    let subject = Subject { object, operation: None };
    let condition = Term::all([matching.condition(subject), met]);
    let mut variables = Vec::new();
    let mut expression = holds.to_string();
    // What was as bad before may stay so, unless preconditions keep Kyverno from asking.
    let allows_existing =
        validate.get("allowExistingViolations").and_then(Value::as_bool).unwrap_or(true);
    if is_enforced
        && allows_existing
        && preconditions.is_none()
        && matching.operations.contains("UPDATE")
    {
        if has_errors(validate) {
            return lost(
                "validate",
                "what ^() refused before may stay as it is, unless Kyverno had an error in place of an answer, which no \
                 expression tells: set allowExistingViolations to false and nothing may",
            );
        }
        let before = Subject { object: "oldObject", operation: Some("CREATE") };
        let was_refused = check(validate, at, before)?.not();
        let was_refused = Term::all([matching.condition(before), was_refused]);
        if !was_refused.is(false) {
            let update = Term::atom("request.operation == \"UPDATE\"");
            let was_refused = Term::all([update, was_refused]);
            variables.push(("wasRefused".to_owned(), was_refused.to_string()));
            expression = Term::any([holds, Term::atom("variables.wasRefused")]).to_string();
        }
    }
    let validation = Validation {
        expression,
        message: message(text(rule, "name"), text(validate, "message")),
        message_expression: String::new(),
    };
    Ok(Converted {
        resource_rules: matching.resource_rules(),
        condition,
        variables,
        validations: vec![validation],
    })
}

/// That the object is not refused.
fn check(validate: &Value, at: &str, subject: Subject<'_>) -> Result<Term, Loss> {
    let of = |key: &str| validate.get(key).filter(|it| !it.is_null());
    let pattern = |pattern: &Value, at: &str| {
        if has_variables(pattern) {
            return Err(Loss::new(at, "variables in patterns are not carried over"));
        }
        let refused = |why: String| Loss::new(at, why);
        let pattern = Pattern::read(pattern).map_err(|it| refused(it.to_string()))?;
        express(&pattern, &Place::of(subject.object)).map_err(refused)
    };
    if let Some(deny) = of("deny") {
        let at = format!("{at}/validate/deny/conditions");
        return Ok(conditions::all(deny.get("conditions"), &at, subject.operation)?.not());
    }
    if let Some(it) = of("pattern") {
        return Ok(pattern(it, &format!("{at}/validate/pattern"))?.holds);
    }
    if let Some(list) = of("anyPattern").and_then(Value::as_array) {
        let mut passes = Vec::new();
        let mut skips = Vec::new();
        for (index, it) in list.iter().enumerate() {
            // Kyverno decodes these once more, which makes floats of numbers.
            let said = pattern(&floats(it.clone()), &format!("{at}/validate/anyPattern/{index}"))?;
            skips.push(said.skips());
            passes.push(said.passes);
        }
        // Where none passes, one that fails refuses.
        return Ok(Term::any([Term::any(passes), Term::all(skips)]));
    }
    if of("foreach").is_some() {
        return Err(Loss::new(&format!("{at}/validate/foreach"), "loops are not carried over"));
    }
    Err(Loss::new(&format!("{at}/validate"), "the rule asks nothing that Kyverno knows"))
}

/// Whether a rule may have errors, which refuse what was there before, too.
fn has_errors(validate: &Value) -> bool {
    let may = |it: &Value| Pattern::read(it).is_ok_and(|it| may_fail(&it));
    validate.get("pattern").is_some_and(may) || items(validate, "anyPattern").iter().any(may)
}

fn of_expressions(rule: &Value, validate: &Value, at: &str) -> Result<Converted, Loss> {
    let cel = validate.get("cel").unwrap_or(&Value::Null);
    for (key, why) in [
        ("paramKind", "parameters are not carried over"),
        ("auditAnnotations", "what is written down of requests is not carried over"),
    ] {
        if filled(cel, key).is_some() {
            return Err(Loss::new(&format!("{at}/validate/cel/{key}"), why));
        }
    }
    let matching = Matching::read(rule, at, true)?;
    let deletes = matching.operations.contains("DELETE");
    // Kyverno's policies have an empty object where nothing is; what `request` has is null there.
    let adapted = |text: &str| {
        let text = renamed(text.trim(), "oldObject", "request.oldObject");
        if deletes { renamed(&text, "object", "request.object") } else { text }
    };
    let object =
        if deletes { "(request.operation == \"DELETE\" ? oldObject : object)" } else { "object" };
    let preconditions = rule.get("preconditions").filter(|it| !it.is_null());
    let met = conditions::all(preconditions, &format!("{at}/preconditions"), None)?;
    let mut terms = vec![matching.condition(Subject { object, operation: None }), met];
    for it in items(rule, "celPreconditions") {
        terms.push(Term::atom(format!("({})", adapted(text(it, "expression")))));
    }
    let variables = items(cel, "variables");
    let variables =
        variables.iter().map(|it| (text(it, "name").to_owned(), adapted(text(it, "expression"))));
    let validations = items(cel, "expressions").iter().map(|it| Validation {
        expression: adapted(text(it, "expression")),
        message: match text(it, "message") {
            "" => message(text(rule, "name"), text(validate, "message")),
            own => message(text(rule, "name"), own),
        },
        message_expression: adapted(text(it, "messageExpression")),
    });
    Ok(Converted {
        resource_rules: matching.resource_rules(),
        condition: Term::all(terms),
        variables: variables.collect(),
        validations: validations.collect(),
    })
}

/// A message on one line, without variables, which nothing stands for any more.
fn message(rule: &str, text: &str) -> String {
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    while let Some((before, rest)) = text.split_once("{{") {
        let Some((_, after)) = rest.split_once("}}") else { break };
        text = format!("{before}…{after}");
    }
    if text.is_empty() { format!("rule {rule} is not met") } else { text }
}
