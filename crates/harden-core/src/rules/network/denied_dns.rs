//! Namespaces whose pods cannot resolve names.

use std::collections::BTreeSet;

use super::policies;
use crate::network::{self, Direction, NetworkPolicy};
use crate::rule::Companion;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::source::{Homes, folder};

pub(super) static RULE: Rule = Rule {
    id: "denied-dns",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "outgoing traffic is denied and no policy lets pods resolve names",
    why: "Every connection begins with a look-up in the DNS of the cluster; without it, \
          policies that let connections out do not help, and pods fail in ways that do not \
          point here.",
    remedy: "add a NetworkPolicy that allows port 53 over UDP and TCP to the DNS pods of the cluster",
    breaks: "Where pods resolve names by other servers than kube-dns, the policy has to name those; \
          `kubectl harden namespace --dns` makes it.",
    mend: Mend::Objects(&[Companion::AllowDns]),
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Page("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"),
    ],
    reads: network::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
    ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let (mut namespaces, mut said) = (BTreeSet::new(), BTreeSet::new());
    let denying = || policies(world).filter(|(_, it)| it.isolates_all(Direction::Egress));
    let mut homes = Homes::default();
    let lets_out =
        |it: &NetworkPolicy<'_>| it.rules(Direction::Egress).any(|rule| rule.resolves_names());
    denying()
        .filter(|(_, it)| !lets_out(it))
        .for_each(|(object, it)| homes.learn(it.namespace, world.file(object)));
    for (object, policy) in denying() {
        let namespace = policy.namespace;
        let own = folder(world.file(object));
        if lets_out(&policy) {
            continue;
        }
        // The first policy of a namespace that denies it speaks for the others beside it.
        if !namespaces.insert((namespace, own)) {
            continue;
        }
        // In a tree of files, what allows it is for the nearest that denies it.
        let near = |file: &str| homes.around(namespace, file).contains(own);
        if world.network().may_resolve_names(namespace, near) {
            continue;
        }
        let whose = if namespace.is_empty() {
            "its namespace".to_owned()
        } else {
            format!("namespace {namespace}")
        };
        let message = format!(
            "denies outgoing traffic of every pod of {whose}, and no policy there lets them reach DNS"
        );
        reporter.flag_in(object, policy.spec, message, None);
        said.insert(namespace);
    }
    #[cfg(feature = "admission")]
    flag_pods(world, reporter, &said);
}

/// Reports policies that let pods out which cannot resolve a name, but for those of namespaces of which all is said.
#[cfg(feature = "admission")]
fn flag_pods<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>, said: &BTreeSet<&str>) {
    let isolates = |it: &NetworkPolicy<'_>| it.isolates(Direction::Egress);
    if !policies(world).any(|(_, it)| isolates(&it) && !it.namespace.is_empty()) {
        return;
    }
    let reachability = world.reachability(reporter);
    for (policy, workload) in super::pods_without_dns::all(world, reachability).into_values() {
        let object =
            reachability.object(policy).filter(|it| !said.contains(it.namespace().unwrap_or("")));
        if let Some(object) = object {
            let message = format!(
                "lets pods of {} {}/{} out, but no policy lets them reach DNS",
                workload.kind(),
                workload.namespace().name(),
                workload.name()
            );
            reporter.flag_in(object, object.place.follow("spec.egress"), message, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(spec: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, \
                 spec: {{{spec}}}}}"
            ),
        )
    }

    #[test]
    fn any_policy_of_the_namespace_may_allow_dns() {
        let deny = "podSelector: {}, policyTypes: [Egress]";
        assert_eq!(
            policy(deny),
            [
                "denies outgoing traffic of every pod of namespace b, and no policy there lets them reach DNS"
            ]
        );
        let with = |egress: &str| policy(&format!("{deny}, egress: [{egress}]")).len();
        assert_eq!(with("{}"), 0);
        assert_eq!(with("{ports: [{port: 53, protocol: UDP}]}"), 0);
        assert_eq!(with("{ports: [{port: 5353, protocol: UDP}]}"), 0);
        assert_eq!(with("{ports: [{port: 443}]}"), 1);
        assert_eq!(with("{ports: [{port: 53}]}"), 1);
    }

    #[test]
    fn dns_pods_may_listen_on_any_port() {
        let with = |rule: &str| {
            policy(&format!("podSelector: {{}}, policyTypes: [Egress], egress: [{{{rule}}}]")).len()
        };
        let to = "to: [{namespaceSelector: {matchLabels: {app: dns}}}],";
        let ports = "ports: [{port: 1053, protocol: UDP}, {port: 1053, protocol: TCP}]";
        assert_eq!(with(&format!("{to} {ports}")), 0);
        assert_eq!(with(ports), 1);
        assert_eq!(with(&format!("{to} {}", ports.replace("TCP", "UDP"))), 1);
        assert_eq!(with(&format!("{to} {}", ports.replace("1053", "443"))), 0);
        let internet = "to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}],";
        assert_eq!(with(&format!("{internet} {}", ports.replace("1053", "443"))), 1, "HTTP/3");
    }

    #[test]
    fn every_port_helps_only_where_dns_is() {
        let with = |peer: &str| {
            policy(&format!("podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{peer}]}}]"))
                .len()
        };
        assert_eq!(with("{podSelector: {}}"), 1);
        assert_eq!(with("{namespaceSelector: {}}"), 0);
        let label = "matchLabels: {kubernetes.io/metadata.name:";
        assert_eq!(with(&format!("{{namespaceSelector: {{{label} db}}}}}}")), 1);
        assert_eq!(with(&format!("{{namespaceSelector: {{{label} kube-system}}}}}}")), 0);
        assert_eq!(with("{ipBlock: {cidr: 0.0.0.0/0}}"), 0);
        let internet = "cidr: 0.0.0.0/0, except: [10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, \
                        172.16.0.0/12, 192.168.0.0/16]";
        assert_eq!(with(&format!("{{ipBlock: {{{internet}}}}}")), 1);
        assert_eq!(with("{ipBlock: {cidr: 10.0.0.5/32}}"), 1);
        for dns in [
            "169.254.20.10/32",
            "169.254.169.254/32",
            "169.254.10.11/32",
            "192.168.0.0/16",
            "fd00:1::/48",
            "0.0.0.0/1",
        ] {
            assert_eq!(with(&format!("{{ipBlock: {{cidr: '{dns}'}}}}")), 0, "{dns}");
        }
    }

    #[cfg(feature = "admission")]
    #[test]
    fn pods_that_are_let_out_need_names() {
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: b, labels: {app: web}}, spec: \
                   {containers: [{name: a, image: a}]}}\n---\n";
        let policy = |name: &str, spec: &str| {
            format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: b}}, \
                 spec: {{policyTypes: [Egress], {spec}}}}}\n---\n"
            )
        };
        let of_web = |rules: &str| {
            policy("web", &format!("podSelector: {{matchLabels: {{app: web}}}}, {rules}"))
        };
        let says = |policies: &str| messages(&RULE, &(pod.to_owned() + policies)).join("; ");
        let to_db = of_web(
            "egress: [{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}]",
        );
        let message = "lets pods of Pod b/web out, but no policy lets them reach DNS";
        assert_eq!(says(&to_db), message);
        // Another policy denies all, and lets only others ask DNS.
        let dns = "egress: [{to: [{namespaceSelector: {}}], ports: [{port: 53, protocol: UDP}]}]";
        let of_db = policy("db", &format!("podSelector: {{matchLabels: {{app: db}}}}, {dns}"));
        assert_eq!(says(&(policy("deny", "podSelector: {}") + &to_db + &of_db)), message);
        let of_all = policy("dns", &format!("podSelector: {{}}, {dns}"));
        assert_eq!(says(&(to_db.clone() + &of_all)), "");
        for fine in
            ["egress: []", "egress: [{to: [{ipBlock: {cidr: 192.0.2.1/32}}]}]", "egress: [{}]"]
        {
            assert_eq!(says(&of_web(fine)), "", "{fine}");
        }
        let plugin = "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: c, namespace: b}}\n---\n";
        assert_eq!(says(&(to_db + plugin)), "");
    }

    #[test]
    fn a_policy_for_some_pods_is_the_business_of_those() {
        assert!(policy("podSelector: {matchLabels: {a: b}}, policyTypes: [Egress]").is_empty());
        assert!(policy("podSelector: {}, egress: []").is_empty());
    }
}
