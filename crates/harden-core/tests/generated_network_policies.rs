//! Policies of least privilege: what they let through, packet by packet, held against what is wanted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

#[path = "generated_network_policies/cluster.rs"]
mod cluster;
#[path = "generated_network_policies/packets.rs"]
mod packets;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harden_core::cluster::Facts;
use harden_core::generators::network_policy::{ApiVersion, Enforcer, Options};
use harden_core::generators::{Generate as _, Generated, OptionError, Verdict};
use harden_core::{ManifestFormat, render};
use harness::{ControlPlane, Need, eventually};
use serde_json::Value;

use cluster::Cluster;
use packets::{Packet, passes};

const ENFORCERS: [Enforcer; 4] =
    [Enforcer::Kubernetes, Enforcer::Cilium, Enforcer::Calico, Enforcer::ClusterNetworkPolicy];

fn options(texts: &[(&str, &str)]) -> Options {
    let mut options = Options::default();
    for (name, text) in texts {
        options.read(name, text).unwrap();
    }
    options
}

fn made(options: &Options) -> Result<Generated, OptionError> {
    options.generate(&Facts::default())
}

fn objects(generated: &Generated) -> Vec<Value> {
    generated.manifests.iter().map(|it| it.object.clone()).collect()
}

/// How many random clusters there are.
fn count() -> u64 {
    std::env::var("HARDEN_RANDOM_NETWORKS").ok().map_or(2000, |it| it.parse().unwrap())
}

#[test]
fn in_random_clusters_what_is_wanted_passes_and_nothing_else() {
    let (mut wanted_count, mut policies) = (0, 0);
    for seed in 0..count() {
        let cluster = Cluster::random(seed);
        let text = cluster.text();
        let generated = made(&options(&[("app.yaml", &text)]))
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        let objects = objects(&generated);
        policies += objects.len();
        let wanted = cluster.wanted();
        wanted_count += wanted.len();
        let pods = cluster.pods();
        let ports: BTreeSet<u16> = cluster.ports().chain([1, 65535]).collect();
        for from in &pods {
            for to in &pods {
                if from.labels == to.labels
                    && from.namespace == to.namespace
                    && from.name == to.name
                {
                    continue;
                }
                for port in &ports {
                    let packet = Packet { from, to, protocol: "TCP", port: *port };
                    let expected = wanted.contains(&(from.name.clone(), to.name.clone(), *port));
                    assert_eq!(
                        passes(&objects, &packet),
                        expected,
                        "seed {seed}: {} to {}:{port}\n{text}\n{}",
                        from.name,
                        to.name,
                        render(&generated.manifests, ManifestFormat::Yaml, true)
                    );
                }
            }
        }
        for (name, asks) in cluster.who_asks_for_names() {
            let from = pods.iter().find(|it| it.name == name).unwrap();
            let to = cluster::dns();
            for protocol in ["UDP", "TCP"] {
                let packet = Packet { from, to: &to, protocol, port: 53 };
                assert_eq!(passes(&objects, &packet), asks, "seed {seed}: {name} asks for names");
            }
        }
    }
    assert!(wanted_count > 100 && policies > 100, "{wanted_count} {policies}");
}

#[test]
fn a_second_run_makes_the_same_and_leaves_out_what_is_there() {
    for seed in 0..20 {
        let text = Cluster::random(seed).text();
        let first = made(&options(&[("app.yaml", &text)])).unwrap();
        let again = made(&options(&[("app.yaml", &text)])).unwrap();
        assert_eq!(first, again);
        let there = render(&first.manifests, ManifestFormat::Yaml, false);
        let after = made(&options(&[("app.yaml", &text), ("there.yaml", &there)])).unwrap();
        assert!(after.manifests.is_empty(), "seed {seed}: {:?}", after.manifests);
    }
}

/// The same without NetworkPolicies where they would come first: they are final for the pods that they select.
fn for_enforcer(options: &Options, enforcer: Enforcer) -> Options {
    let mut options = Options { enforcer, ..options.clone() };
    if enforcer == Enforcer::ClusterNetworkPolicy {
        options.texts.retain(|(_, text)| !text.contains("kind: NetworkPolicy"));
    }
    options
}

/// All manifests of a folder.
fn read(folder: &Path, texts: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(&path, texts);
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json") {
            let text = fs::read_to_string(&path).unwrap();
            texts.push((path.file_name().unwrap().to_string_lossy().into_owned(), text));
        }
    }
}

/// Options for each of the corpora.
fn corpora() -> Vec<(String, Options)> {
    let mut all = Vec::new();
    let names = [
        "badpods",
        "kube-prometheus",
        "kubernetes-examples",
        "kubernetes-goat",
        "microservices-demo",
    ];
    for name in names {
        let Some(folder) = Need::Manifests.at(name) else { return Vec::new() };
        let mut texts = Vec::new();
        read(&folder, &mut texts);
        all.push((name.to_owned(), Options { texts, ..Options::default() }));
    }
    all
}

#[test]
fn policies_of_real_manifests_are_proved_for_every_enforcer() {
    for (name, options) in corpora() {
        for enforcer in ENFORCERS {
            let options = for_enforcer(&options, enforcer);
            let generated = made(&options).unwrap_or_else(|it| panic!("{name} {enforcer:?}: {it}"));
            assert!(!generated.manifests.is_empty(), "{name}");
        }
    }
}

#[test]
fn what_contradicts_what_is_wanted_is_refused_and_named() {
    let text = Cluster::two().text();
    let wall = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: wall}\n\
                spec:\n  tier: Admin\n  priority: 1\n  subject: {namespaces: {}}\n  ingress:\n  - action: Deny\n    \
                from: [{namespaces: {}}]\n";
    let error = made(&options(&[("app.yaml", &text), ("wall.yaml", wall)])).unwrap_err();
    assert_eq!(error.verdict, Verdict::No);
    assert!(error.rule.contains("TCP 8080 from one/web"), "{error}");
    let free = made(&options(&[("app.yaml", &text)])).unwrap();
    assert_eq!(free.verdict, Verdict::Yes, "{:?}", free.notes);
}

#[test]
fn what_was_seen_passes_and_the_metadata_service_never() {
    let mut options = options(&[("app.yaml", &Cluster::two().text())]);
    options.flows = vec!["flows.csv".to_owned()];
    let flows = "from,to,port,verdict\none/web,10.0.0.4,5432,allowed\none/web,10.0.0.5,5432,allowed\n\
                 one/web,169.254.169.254,80,allowed\ntwo/api,10.9.9.9,443,denied\n";
    options.read("flows.csv", flows).unwrap();
    let generated = made(&options).unwrap();
    let text = render(&generated.manifests, ManifestFormat::Yaml, false);
    assert!(text.contains("cidr: 10.0.0.4/31"), "{text}");
    assert!(!text.contains("169.254.169.254") && !text.contains("10.9.9.9"), "{text}");
    let is_said = |it: &String| it.contains("the metadata service hands out credentials");
    assert!(generated.notes.iter().any(is_said), "{:?}", generated.notes);
    options.read("flows.csv", "from,to,port\none/web,10.0.0.4,70000\n").unwrap();
    assert_eq!(made(&options).unwrap().verdict, Verdict::Unknown);
}

#[test]
fn tenants_are_kept_apart() {
    let texts = "kind: Namespace\napiVersion: v1\nmetadata: {name: one, labels: {tenant: a}}\n---\n\
                 kind: Namespace\napiVersion: v1\nmetadata: {name: two, labels: {tenant: b}}\n";
    let pod = "kind: Pod\napiVersion: v1\nmetadata: {name: p, namespace: one, labels: {app: p}}\nspec: {containers: []}\n";
    let mut options = options(&[("tenants.yaml", texts), ("pod.yaml", pod)]);
    options.isolate = Some("tenant".to_owned());
    let generated = made(&options).unwrap();
    let kinds: Vec<_> = generated.manifests.iter().map(|it| it.kind.kind).collect();
    assert_eq!(kinds, ["NetworkPolicy", "ClusterNetworkPolicy", "ClusterNetworkPolicy"]);
    // What one tenant wants of another is refused.
    let text = Cluster::two().text();
    options.texts.push(("app.yaml".to_owned(), text));
    assert_eq!(made(&options).unwrap_err().verdict, Verdict::No);
    options.isolate = Some("team".to_owned());
    assert!(made(&options).is_err());
}

/// The definitions of custom resources that policies are written as.
fn definitions() -> Option<String> {
    let files = [
        "cilium/ciliumnetworkpolicies.yaml",
        "calico/projectcalico.org_networkpolicies.yaml",
        "network-policy-api/config/crd/v0.3.0/standard.yaml",
    ];
    let read = |it: &str| Some(fs::read_to_string(Need::Definitions.at(it)?).unwrap());
    Some(files.into_iter().map(read).collect::<Option<Vec<_>>>()?.join("\n---\n"))
}

#[test]
fn a_real_api_server_accepts_every_policy_strictly() {
    let Some(definitions) = definitions() else { return };
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply(&definitions);
    let mut all = corpora();
    for seed in 0..4 {
        all.push((format!("seed {seed}"), options(&[("app.yaml", &Cluster::random(seed).text())])));
    }
    let outside = "kind: Pod\napiVersion: v1\nmetadata: {name: p, labels: {app: p}}\nspec: {serviceAccountName: a, \
                   containers: [{name: c, args: ['https://api.example.com', 'https://kubernetes.default.svc']}]}\n";
    all.push(("outside".to_owned(), options(&[("pod.yaml", outside)])));
    for (name, options) in all {
        for enforcer in ENFORCERS {
            for api_version in [ApiVersion::V1alpha2, ApiVersion::V1beta1] {
                if enforcer != Enforcer::ClusterNetworkPolicy && api_version == ApiVersion::V1beta1
                {
                    continue;
                }
                let mut options = for_enforcer(&options, enforcer);
                options.api_version = api_version;
                options.allow_internet = true;
                options.allow_apiserver = vec!["10.0.0.1/32:6443".parse().unwrap()];
                options.allow_to = vec!["10.1.0.0/16:5432-5440,53/udp".parse().unwrap()];
                options.allow_from = vec!["edge/app=proxy:8080".parse().unwrap()];
                let generated = made(&options).unwrap_or_else(|it| panic!("{name}: {it}"));
                let namespaces: BTreeSet<_> =
                    generated.manifests.iter().filter_map(|it| it.namespace.clone()).collect();
                for namespace in namespaces {
                    plane.apply(&format!(
                        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n"
                    ));
                }
                let text = render(&generated.manifests, ManifestFormat::Yaml, true);
                eventually("the kinds to be served", || {
                    let output = plane.try_apply(&text);
                    let error = String::from_utf8_lossy(&output.stderr).into_owned();
                    let is_early = error.contains("no matches for kind");
                    assert!(output.status.success() || is_early, "{name} {enforcer:?}: {error}");
                    output.status.success().then_some(())
                });
            }
        }
    }
}
