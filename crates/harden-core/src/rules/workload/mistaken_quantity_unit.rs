//! Amounts whose unit is another than was meant.

use harden_yaml::Place;

use crate::kubernetes::Quantity;
use crate::object::quantity;
use crate::pod_security::ContainerKind;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "mistaken-quantity-unit",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "an amount of CPU or memory has the unit of another",
    why: "The suffix m is a thousandth and M a million: 128m of memory is an eighth of a byte, and 100M of \
          CPU is more than all machines have. The API server takes both, the first with a warning; the \
          pod is killed at once, or never scheduled.",
    remedy: "write memory and storage in Mi or Gi, and parts of a CPU in m",
    breaks: "",
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    )],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    resources:
      limits:
        memory: 128m
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    resources:
      limits:
        memory: 128Mi
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let containers = workload.containers().iter().filter(|it| it.kind != ContainerKind::Ephemeral);
    for container in containers {
        for (place, flaw) in flaws(container.place().at("resources")) {
            reporter.flag_containers(&flaw, [(container, place, None)]);
        }
    }
    for (place, flaw) in flaws(workload.at("resources")) {
        reporter.flag(place, format!("the pod as a whole: {flaw}"), None);
    }
}

fn flaws(resources: Place<'_>) -> Vec<(Place<'_>, String)> {
    let amounts = ["requests", "limits"].into_iter().flat_map(|it| resources.at(it).entries());
    amounts.filter_map(|(resource, place)| Some((place, flaw(resource, place)?))).collect()
}

fn flaw(resource: &str, place: Place<'_>) -> Option<String> {
    /// More CPUs than any machine has.
    const TOO_MANY: i64 = 10_000;
    let amount = quantity(place).filter(|it| *it > Quantity::zero())?;
    match resource {
        "memory" | "ephemeral-storage" if amount.to_string().ends_with(['m', 'u', 'n']) => {
            Some(format!("{amount} of {resource} are thousandths of bytes, or less"))
        }
        "cpu" if amount >= Quantity::one().times(TOO_MANY) => {
            Some(format!("{amount} of cpu are more CPUs than any machine has"))
        }
        // A fraction of more than a megabyte, such as 1.1Gi, has the unit that was meant.
        "memory" | "ephemeral-storage" if !amount.is_whole() && amount < megabyte() => {
            Some(format!("{amount} of {resource} is no whole number of bytes"))
        }
        _ => None,
    }
}

fn megabyte() -> Quantity {
    Quantity::one().times(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(resources: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, spec: {{containers: [{{name: app, image: web, resources: {{{resources}}}}}]}}}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn thousandths_of_bytes_and_millions_of_cpus_are_mistakes() {
        assert_eq!(
            says("requests: {memory: 3500m, cpu: 100M}"),
            [
                "container `app`: 3500m of memory are thousandths of bytes, or less",
                "container `app`: 100M of cpu are more CPUs than any machine has",
            ]
        );
        assert_eq!(says("limits: {ephemeral-storage: 1u, cpu: 1Gi}").len(), 2);
        assert_eq!(
            says("limits: {memory: 0.5}"),
            ["container `app`: 0.5 of memory is no whole number of bytes"]
        );
        assert!(says("limits: {memory: 1.1Gi, cpu: 1500m, example.com/a: 1m}").is_empty());
        assert!(says("limits: {memory: 0m, cpu: 256}, requests: {memory: many}").is_empty());
        let pod = "{apiVersion: v1, kind: Pod, spec: {resources: {limits: {memory: 1m}}}}";
        assert_eq!(messages(&RULE, pod).len(), 1);
    }
}
