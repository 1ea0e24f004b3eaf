//! A policy as all engines run it: conditions, variables and validations in CEL.

use super::cel::quoted;
use super::demand::{Demand, Validation};
use super::exemption;
use super::policy::Policy;
use super::target::Target;

/// Whether there was an object before. Engines that have none say null, or an object without fields.
const OLD: &str = "oldObject != null && has(dyn(oldObject).metadata)";

/// An expression with the name that others call it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) expression: String,
}

/// What every engine is told alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    /// What has to be so for a request to be judged at all.
    pub(super) conditions: Vec<Named>,
    /// What the validations see, in an order in which each sees those before it.
    pub(super) variables: Vec<Named>,
    /// What has to hold.
    pub(super) validations: Vec<Validation>,
    /// What is put into the audit log beside the answer.
    pub(super) audit_annotations: Vec<Named>,
}

/// How the values of parameters come to an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// As literals.
    Literal,
    /// As parameters of Gatekeeper's constraint.
    Constraint,
}

impl Named {
    pub(super) fn new(name: &str, expression: impl Into<String>) -> Self {
        Self { name: name.to_owned(), expression: expression.into() }
    }
}

impl Program {
    pub(super) fn new(policy: &Policy, passing: Passing) -> Self {
        let exemptions = policy.exemptions();
        let conditions = exemption::conditions(&exemptions);
        let mut variables = parameters(policy, passing);
        let demands = match policy.intent.demand {
            Demand::Hold(demand) => demand(&policy.terms()),
            Demand::Across(across) => vec![Validation::new(across.expression, across.message)],
            Demand::Never(message) => vec![Validation::new("false", message)],
            Demand::Change(_) => Vec::new(),
        };
        let mut unless = Vec::new();
        match policy.intent.target {
            // Whatever there was before, such a request is one too many.
            _ if matches!(policy.intent.demand, Demand::Never(_)) => {}
            Target::Pods => {
                variables.extend(of_pods(&exemptions, &demands));
                unless.push("variables.isUnchanged || ");
            }
            Target::Objects { parts, .. } => {
                variables.push(Named::new("isUnchanged", unchanged(parts)));
                unless.push("variables.isUnchanged || ");
            }
        }
        let mut audit_annotations = Vec::new();
        if !policy.break_glass.is_empty() {
            let groups = super::cel::list(&policy.break_glass);
            let named = format!("request.?userInfo.?groups.orValue([]).exists(g, g in {groups})");
            variables.push(Named::new("isBreakGlass", named));
            unless.push("variables.isBreakGlass || ");
            let said = quoted("used by ");
            // Nothing is recorded where it is empty. Null in its place has no type beside a text.
            let used = format!("variables.isBreakGlass ? {said} + request.userInfo.username : ''");
            audit_annotations.push(Named::new("break-glass", used));
        }
        if let Demand::Across(across) = policy.intent.demand {
            variables.push(Named::new("others", across.listed()));
        }
        let unless = unless.concat();
        let validations = demands.into_iter().map(|it| {
            if unless.is_empty() {
                return it;
            }
            let expression = format!("{unless}({})", it.expression);
            Validation { expression, ..it }
        });
        Self {
            conditions: conditions.into_iter().map(|(name, it)| Named::new(name, it)).collect(),
            variables,
            validations: validations.collect(),
            audit_annotations,
        }
    }
}

fn parameters(policy: &Policy, passing: Passing) -> Vec<Named> {
    let of = policy.intent.parameters.iter().map(|it| {
        let expression = match passing {
            Passing::Literal => it.shape.expression(policy.values.of(it)),
            Passing::Constraint => format!("variables.params.{}", it.variable),
        };
        Named::new(it.variable, expression)
    });
    of.collect()
}

/// What is seen of pods, whatever kind makes them. The kinds differ in where the pod is, so that no type fits all.
/// Of the containers, `containers` is there always, the others where a validation names them.
fn of_pods(exemptions: &[&exemption::Exemption], validations: &[Validation]) -> Vec<Named> {
    let own = "variables.spec.?containers.orValue([])";
    let starting = "variables.spec.?initContainers.orValue([])";
    let lists = [
        (
            "containers",
            format!("{own} + {starting} + variables.spec.?ephemeralContainers.orValue([])"),
        ),
        ("startingContainers", format!("{own} + {starting}")),
        (
            "lastingContainers",
            format!("{own} + {starting}.filter(c, c.?restartPolicy.orValue('') == 'Always')"),
        ),
    ];
    let condition = exemption::container_condition(exemptions);
    let is_named = |name: &str| {
        name == "containers" || validations.iter().any(|it| it.names(&format!("variables.{name}")))
    };
    let lists = lists.into_iter().filter(|(name, _)| is_named(name)).map(|(name, list)| {
        let list = match &condition {
            Some(condition) => format!("({list}).filter(c, {condition})"),
            None => list,
        };
        Named::new(name, list)
    });
    let unchanged = format!(
        "{OLD} && {} == variables.spec && {}.?annotations.orValue({{}}) == \
         variables.metadata.?annotations.orValue({{}})",
        bracketed(&of_pod("oldObject", ".spec")),
        bracketed(&of_pod("oldObject", ".metadata")),
    );
    let mut variables = vec![
        Named::new("spec", of_pod("object", ".spec")),
        Named::new("metadata", of_pod("object", ".metadata")),
    ];
    variables.extend(lists);
    variables.push(Named::new("isUnchanged", unchanged));
    variables
}

/// Where a part of the pod is in an object, by its kind.
fn of_pod(object: &str, part: &str) -> String {
    let template =
        if part == ".metadata" { "template.?metadata.orValue({})" } else { "template.spec" };
    format!(
        "{object}.kind == 'Pod' ? dyn({object}){part} : {object}.kind == 'CronJob' ? \
         dyn({object}).spec.jobTemplate.spec.{template} : {object}.kind == 'PodTemplate' ? \
         dyn({object}).{template} : dyn({object}).spec.{template}"
    )
}

fn bracketed(expression: &str) -> String {
    format!("({expression})")
}

fn unchanged(parts: &[&str]) -> String {
    let is_same = |part: &&str| format!(" && dyn(oldObject){part} == dyn(object){part}");
    OLD.to_owned() + &parts.iter().map(is_same).collect::<String>()
}
