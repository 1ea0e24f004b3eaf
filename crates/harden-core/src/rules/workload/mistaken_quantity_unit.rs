//! Amounts whose unit is another than was meant.

use harden_yaml::{Action, Place};

use crate::kubernetes::Quantity;
use crate::object::quantity;
use crate::pod_security::ContainerKind;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

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
    breaks: "The pod gets the amount that was meant, and may not fit where it ran with next to nothing.",
    mend: Mend::WithThought,
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
        for Mistake { place, flaw, change } in mistakes(container.place().at("resources")) {
            reporter.flag_containers(&flaw, [(container, place, change)]);
        }
    }
    for Mistake { place, flaw, change } in mistakes(workload.at("resources")) {
        reporter.flag(place, format!("the pod as a whole: {flaw}"), change);
    }
}

/// An amount whose unit is another than was meant.
struct Mistake<'d> {
    place: Place<'d>,
    flaw: String,
    change: Option<Action>,
}

const BOUNDS: [&str; 2] = ["requests", "limits"];

fn mistakes(resources: Place<'_>) -> Vec<Mistake<'_>> {
    let amounts = BOUNDS.into_iter().flat_map(|it| resources.at(it).entries());
    let mistake = |(resource, place)| {
        let flaw = flaw(resource, place)?;
        let is_in_order = || {
            let [request, limit] = BOUNDS.map(|it| {
                let place = resources.at(it).get(resource)?;
                meant(resource, place).map_or_else(|| quantity(place), |it| it.parse().ok())
            });
            request.is_none() || limit.is_none() || request <= limit
        };
        let change = meant(resource, place).filter(|_| is_in_order()).map(Action::set);
        Some(Mistake { place, flaw, change })
    };
    amounts.filter_map(mistake).collect()
}

/// The amount that was meant: mebibytes, or thousandths of a CPU. Where the number is too large for that, the
/// unit may be right.
fn meant(resource: &str, place: Place<'_>) -> Option<String> {
    let (written, unit) = match resource {
        "memory" | "ephemeral-storage" => ('m', "Mi"),
        "cpu" => ('M', "m"),
        _ => return None,
    };
    let number = place.as_str()?.strip_suffix(written)?;
    let is_usual = number.parse::<u32>().is_ok_and(|it| (1..1_000_000).contains(&it));
    is_usual.then(|| format!("{number}{unit}"))
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

    #[test]
    fn the_unit_that_was_meant_is_told_where_the_number_and_the_other_side_allow_it() {
        let change = |resources: &str| -> Vec<Option<String>> {
            let document = harden_yaml::Document::parse_yaml(resources);
            let mistakes = super::mistakes(document.root()).into_iter();
            let text = |it: super::Mistake<'_>| match it.change {
                Some(harden_yaml::Action::Set(value)) => value.as_str().map(str::to_owned),
                _ => None,
            };
            mistakes.map(text).collect()
        };
        let meant = |it: &str| Some(it.to_owned());
        assert_eq!(change("{limits: {memory: 128m, cpu: 100M}}"), [meant("128Mi"), meant("100m")]);
        assert_eq!(change("{limits: {memory: 128974848000m}}"), [None], "129 MB, in thousandths");
        assert_eq!(change("{limits: {memory: 0.5, ephemeral-storage: 1u}}"), [None, None]);
        assert_eq!(change("{limits: {memory: 128m}, requests: {memory: 256Mi}}"), [None]);
        let both = "{requests: {memory: 64m}, limits: {memory: 128m}}";
        assert_eq!(change(both), [meant("64Mi"), meant("128Mi")]);
    }
}
