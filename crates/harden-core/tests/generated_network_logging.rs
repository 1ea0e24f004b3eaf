//! What makes network plugins log: as a gallery, held against the definitions at hand, and every plugin's log is read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use harden_core::check::{Settings, check};
use harden_core::generators::network_logging::{Logging, NetworkPlugin, logging, staged};
use harden_core::kubernetes::{Kind, MinorVersion, NamespaceName};
use harden_core::object::objects;
use harden_core::schema::{self, Crds};
use harden_core::{Manifest, ManifestFormat, render, rules};
use harness::{ControlPlane, Need};
use serde_json::json;

fn namespaces(names: &[&str]) -> Vec<NamespaceName> {
    names.iter().map(|it| it.parse().unwrap()).collect()
}

fn text(logging: &Logging) -> String {
    let mut text = render(&logging.manifests, ManifestFormat::Yaml, true);
    for setting in &logging.settings {
        text.push_str("\nsetting: ");
        text.push_str(setting);
        text.push('\n');
    }
    text.push_str("\nread: ");
    text.push_str(&logging.reading);
    text.push('\n');
    text
}

fn policy() -> Manifest {
    let spec = json!({"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}});
    Manifest::new(Kind::NETWORK_POLICY, Some("team-a"), "default-deny", "Denies.", spec)
}

#[test]
fn each_plugin_has_its_objects_and_settings() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots/generators");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(top);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for plugin in NetworkPlugin::ALL {
            let made = logging(*plugin, &namespaces(&["team-a", "team-b"]), false).unwrap();
            insta::assert_snapshot!(format!("network-logging-{}", plugin.name()), text(&made));
        }
    });
}

#[test]
fn audit_is_refused_where_there_is_none() {
    let named = namespaces(&["team-a"]);
    for plugin in NetworkPlugin::ALL {
        let has_one = matches!(plugin, NetworkPlugin::Cilium | NetworkPlugin::Calico);
        assert_eq!(logging(*plugin, &named, true).is_ok(), has_one, "{}", plugin.name());
    }
    let audit = logging(NetworkPlugin::Cilium, &named, true).unwrap();
    assert!(audit.settings.iter().any(|it| it.contains("policyAuditMode=true")));
    let audit = logging(NetworkPlugin::Calico, &named, true).unwrap();
    assert!(
        !render(&audit.manifests, ManifestFormat::Yaml, false).contains("Log"),
        "no policy that logs"
    );
}

#[test]
fn without_namespaces_the_whole_cluster_is_logged_or_they_are_asked_for() {
    for plugin in NetworkPlugin::ALL {
        let made = logging(*plugin, &[], false);
        let asks = matches!(plugin, NetworkPlugin::Ovn | NetworkPlugin::Antrea);
        match made {
            Ok(made) => {
                assert!(!asks, "{}", plugin.name());
                assert!(!text(&made).contains("_pod"), "{}", plugin.name());
            }
            Err(error) => assert!(asks, "{}: {error}", plugin.name()),
        }
    }
    let gke = logging(NetworkPlugin::Gke, &[], false).unwrap();
    assert_eq!(
        gke.manifests[0].object["spec"]["cluster"]["deny"],
        json!({"log": true, "delegate": false})
    );
}

#[test]
fn staged_policies_ask_for_the_same() {
    let other = Manifest::new(Kind::NAMESPACE, None, "team-a", "", json!({}));
    let staged = staged(&[policy(), other.clone()]);
    assert_eq!(staged[0].kind.kind, "StagedKubernetesNetworkPolicy");
    assert_eq!(staged[0].object["apiVersion"], "projectcalico.org/v3");
    assert_eq!(
        staged[0].object["spec"],
        json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "stagedAction": "Set"})
    );
    assert_eq!(staged[1], other);
}

#[test]
fn the_rules_find_nothing_in_what_is_made() {
    for plugin in NetworkPlugin::ALL {
        let made = logging(*plugin, &namespaces(&["team-a"]), false).unwrap();
        // Namespaces are there already, with labels and quotas of their own.
        let own: Vec<_> =
            made.manifests.into_iter().filter(|it| it.kind != Kind::NAMESPACE).collect();
        let yaml = render(&own, ManifestFormat::Yaml, true);
        let outcome = check(Settings::new(rules::all()), [yaml.as_str()]);
        let found: Vec<_> = outcome.findings.iter().map(|it| it.message.to_string()).collect();
        assert!(found.is_empty(), "{}: {found:?}\n{yaml}", plugin.name());
    }
}

#[test]
fn the_definitions_know_every_field() {
    let Some(folder) = harness::shared().map(|it| it.join("crds/calico")).filter(|it| it.exists())
    else {
        harness::skip(Need::Cases, "there are no definitions of Calico");
        return;
    };
    let definition =
        fs::read_to_string(folder.join("projectcalico.org_networkpolicies.yaml")).unwrap();
    let crds = Crds::read(&harden_yaml::parse(&definition));
    let made = logging(NetworkPlugin::Calico, &namespaces(&["team-a"]), false).unwrap();
    let log = made.manifests.iter().find(|it| it.kind.group == "projectcalico.org").unwrap();
    let flaws = |yaml: &str| -> Vec<String> {
        let documents = harden_yaml::parse(yaml);
        let all = documents.iter().flat_map(|it| objects(it.root()));
        all.flat_map(|it| schema::check(&it, MinorVersion::NEWEST_KNOWN, &crds))
            .map(|it| format!("{:?}", it.kind))
            .collect()
    };
    let yaml = log.to_yaml(false);
    assert_eq!(flaws(&yaml), Vec::<String>::new());
    assert_eq!(flaws(&yaml.replace("order:", "ordre:")).len(), 1, "the definition is looked at");
}

#[test]
fn a_real_server_accepts_what_it_knows() {
    let Some(folder) = harness::shared().map(|it| it.join("crds/calico")).filter(|it| it.exists())
    else {
        harness::skip(Need::Cases, "there are no definitions of Calico");
        return;
    };
    let Some(plane) = ControlPlane::shared() else { return };
    let definition =
        fs::read_to_string(folder.join("projectcalico.org_networkpolicies.yaml")).unwrap();
    plane.apply(&definition);
    plane.kubectl_ok(["create", "namespace", "team-a"]);
    let mut applied = 0;
    for plugin in NetworkPlugin::ALL {
        let made = logging(*plugin, &namespaces(&["team-a"]), false).unwrap();
        // What operators of clouds define is not at hand.
        let own =
            made.manifests.iter().filter(|it| matches!(it.kind.group, "" | "projectcalico.org"));
        for manifest in own {
            let yaml = manifest.to_yaml(true);
            let served = harness::eventually("the definition to be served", || {
                let output = plane.try_apply(&yaml);
                let error = String::from_utf8_lossy(&output.stderr).into_owned();
                (!error.contains("no matches for kind")).then_some((output.status.success(), error))
            });
            assert!(served.0, "{}: {}\n{yaml}", plugin.name(), served.1);
            applied += 1;
        }
    }
    assert_eq!(applied, 5, "one of Cilium, Calico, OVN, GKE and Antrea each");
}
