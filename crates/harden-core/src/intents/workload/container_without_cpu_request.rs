//! Containers that are promised no CPU, whatever else they do not say.

use super::pods::states;
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "container-without-cpu-request",
    constraint: Kind::constraint(
        "HardenContainerWithoutCpuRequest",
        "hardencontainerwithoutcpurequest",
    ),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Low,
        summary: "a container is promised no CPU",
        why: "A container without a request gets what is left over: it is starved as soon as its neighbours are busy, and \
              autoscalers have nothing to measure against.",
        remedy: "set resources.requests.cpu to what the container needs under load",
        references: &[
            Reference::NsaCisa("Network separation and hardening: Resource policies"),
            Reference::Owasp("K01"),
        ],
        bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
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
      requests:
        cpu: 250m
",
    }),
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    // The API server takes a limit for the request that is not written.
    let said = |of: &str| {
        format!("({} || {})", states(of, "requests", "cpu"), states(of, "limits", "cpu"))
    };
    let message = "resources.requests.cpu must be set";
    vec![Validation::of_lasting_containers(&said("c"), message).unless(&said("variables.spec"))]
}
