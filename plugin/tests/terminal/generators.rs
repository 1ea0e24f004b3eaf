//! What generators print, as a gallery in `snapshots/generators/`.

use clap::FromArgMatches as _;
use harden_core::generators::Generator;
use harden_core::generators::namespace::Options;

use crate::harden::line;
use crate::show_generated;

/// Every way of using `namespace` that its reader should see once.
pub(crate) const NAMESPACE: [(&str, &str); 20] = [
    ("namespace", "namespace team-a"),
    ("namespace-baseline", "namespace team-a --level baseline --only namespace"),
    (
        "namespace-privileged",
        "namespace gpu-driver --level privileged --only namespace --no-comments",
    ),
    (
        "namespace-levels",
        "namespace team-a --only namespace --level baseline --audit-level baseline --warn-level restricted --kubernetes-version v1.34 --label team=a --annotation example.com/owner=ann@example.com",
    ),
    ("namespace-latest", "namespace team-a --only namespace --kubernetes-version latest"),
    (
        "namespace-several",
        "namespace team-a team-b -n team-c team-a --only service-account --no-comments",
    ),
    ("namespace-json", "namespace team-a --only namespace,default-deny -o json"),
    ("namespace-dns-openshift", "namespace team-a --only dns --dns openshift"),
    (
        "namespace-dns-custom",
        "namespace team-a --only dns --dns custom --dns-selector dns/app=unbound --dns-port 1053 --dns-cidr 10.0.0.2/32 --dns-cidr fd00::2/128",
    ),
    ("namespace-dns-kube-dns", "namespace team-a --only dns --dns kube-dns"),
    (
        "namespace-flows",
        "namespace team-a --only flows --allow-same-namespace --allow-from ingress-nginx/app.kubernetes.io/name=ingress-nginx:8080,8443 --allow-from monitoring:metrics --allow-to db/app=postgres:5432 --allow-to kafka:9092-9094 --allow-to db/app=postgres:5432 --allow-apiserver 10.0.0.10/32:6443 --allow-apiserver [fd00::10]:6443 --allow-internet",
    ),
    (
        "namespace-quota",
        "namespace team-a --only quota,limits --size medium --quota cpu=500m,memory=1Gi,pods=5,count/jobs.batch=10",
    ),
    (
        "namespace-large",
        "namespace team-a --only quota,limits --size large --quota services.loadbalancers=2,services.nodeports=4",
    ),
    (
        "namespace-platform-gke",
        "namespace team-a --only dns,flows --platform gke --allow-webhooks app=webhook:10250",
    ),
    (
        "namespace-platform-openshift",
        "namespace team-a --only namespace,dns,flows --platform openshift --allow-webhooks app=webhook:9443 --allow-apiserver 10.0.0.10",
    ),
    (
        "namespace-platform-aks",
        "namespace team-a --only dns,flows --platform aks --allow-webhooks app=webhook:9443 --webhook-source 10.1.0.0/28",
    ),
    (
        "namespace-addresses",
        "namespace team-a --only flows --allow-to 10.20.0.0/24:5432 --allow-to [fd00::/8]:5432 --allow-to 0.0.0.0/0:443 --allow-from 203.0.113.7:8080,8443 --allow-from 0.0.0.0/0:8443",
    ),
    (
        "namespace-webhooks",
        "namespace team-a --only flows --allow-webhooks app=webhook:9443 --allow-webhooks 8443,hook",
    ),
    (
        "namespace-bind",
        "namespace team-a --only rbac --bind deployer=group:team-a --bind deployer=serviceaccount:ci/runner --bind org:viewer=user:ann@example.com",
    ),
    (
        "namespace-rbac",
        "namespace team-a --only rbac --admin-group team-a-admins --admin-user ann --edit-group team-a --view-group auditors --secrets read",
    ),
];

#[test]
fn the_gallery_shows_what_is_printed() {
    for (name, words) in NAMESPACE {
        show_generated(name, words, &line(words).ok());
    }
}

#[test]
fn a_second_run_prints_the_same_bytes() {
    for (_, words) in NAMESPACE.iter().chain(&crate::external_secret::EXTERNAL_SECRET) {
        assert_eq!(line(words).stdout, line(words).stdout, "{words}");
    }
}

#[test]
fn defaults_are_the_same_at_the_terminal_and_in_the_core() {
    let matches =
        kubectl_harden::command().get_matches_from(["kubectl-harden", "namespace", "team-a"]);
    let Generator::Namespace(options) = Generator::from_arg_matches(&matches).expect("valid")
    else {
        panic!("another generator");
    };
    let expected = Options { names: vec!["team-a".parse().expect("valid")], ..Options::default() };
    assert_eq!(options, expected);
}
