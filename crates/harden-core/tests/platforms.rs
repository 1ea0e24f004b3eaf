//! What generators make for each platform has the shape that the platform takes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use harden_core::check::{Settings, check};
use harden_core::cluster::{Facts, Random};
use harden_core::configuration::{admission, audit, encryption, first_document, machine};
use harden_core::generators::encryption::Provider::{Aescbc, Aesgcm, Kms, Secretbox};
use harden_core::generators::{
    File, Generated, Generator, OptionError, audit_policy, encryption as encrypting, pod_security,
};
use harden_core::kubernetes::{Date, MinorVersion, PolicyVersion};
use harden_core::platform::{PlatformName, Setting};
use harden_core::rules;
use harden_core::simulate::audit::Simulator;
use harden_yaml::{Document, Place};

fn facts() -> Facts {
    let bytes: Vec<u8> =
        (0..96_u32).map(|it| (it * it * 31 + it * 7 + 129).to_le_bytes()[0]).collect();
    Facts {
        today: Some(Date { year: 2026, month: 11, day: 23 }),
        random: Random::new(bytes.into()),
        ..Facts::default()
    }
}

fn generate(generator: &Generator) -> Result<Generated, OptionError> {
    generator.options().generate(&facts())
}

fn audit_of(platform: PlatformName, print_flags: bool) -> Generator {
    let platform = Some(platform);
    let options = audit_policy::Options { platform, print_flags, ..Default::default() };
    Generator::AuditPolicy(options)
}

fn encryption_of(platform: PlatformName, print_flags: bool) -> Generator {
    let platform = Some(platform);
    let options = encrypting::Options { platform, print_flags, ..Default::default() };
    Generator::Encryption(options)
}

fn pod_security_of(platform: PlatformName, print_flags: bool) -> Generator {
    let platform = Some(platform);
    let options = pod_security::Options { platform, print_flags, ..Default::default() };
    Generator::PodSecurity(options)
}

type Make = fn(PlatformName, bool) -> Generator;
const MAKERS: [Make; 3] = [audit_of, encryption_of, pod_security_of];

/// The file that is wanted.
fn file(generator: &Generator) -> File {
    let generated = generate(generator).unwrap();
    assert_eq!(generated.answer, None);
    generated.wanted().next().unwrap().clone()
}

fn look<T>(text: &str, at: impl FnOnce(Place<'_>) -> T) -> T {
    at(first_document(text).root())
}

fn texts(place: Place<'_>) -> Vec<String> {
    place.items().map(|it| it.as_str().unwrap().to_owned()).collect()
}

#[test]
fn whatever_is_made_no_rule_objects_to_and_what_is_not_is_answered() {
    let mut answers = 0;
    for platform in PlatformName::ALL {
        for make in MAKERS {
            for print_flags in [false, true] {
                // What a platform has no flags for is rejected by name.
                let generated = match generate(&make(*platform, print_flags)) {
                    Ok(generated) => generated,
                    Err(error) => {
                        assert!(print_flags && error.option == "--print-flags", "{error}");
                        continue;
                    }
                };
                if let Some(answer) = &generated.answer {
                    assert!(generated.files.is_empty() && generated.manifests.is_empty());
                    assert!(answer.contains("https://") && !answer.contains("LEVEL"), "{answer}");
                    let commands = ["gcloud ", "aws ", "az ", "oc ", "kubectl "];
                    let has_command = |it: &str| commands.iter().any(|start| it.starts_with(start));
                    assert!(answer.lines().any(has_command), "{answer}");
                    let comments = answer.lines().filter(|it| it.starts_with('#'));
                    for line in comments.filter(|it| !it.contains("https://")) {
                        assert!(line.len() <= 102, "{line}");
                    }
                    answers += 1;
                    continue;
                }
                for file in &generated.files {
                    let outcome = check(Settings::new(rules::all()), [file.text.as_str()]);
                    let found = outcome.findings.iter().filter(|it| it.ignored.is_none());
                    let found: Vec<_> =
                        found.map(|it| format!("{}: {}", it.about.id, it.message)).collect();
                    assert_eq!(found, [""; 0], "{platform:?}\n{}", *file.text);
                    assert_eq!(
                        file.is_secret,
                        file.text.contains("ncryptionSecret: ") || file.text.contains("secret: \"")
                    );
                }
            }
        }
    }
    // Three of each managed platform, and the labels of OpenShift, with flags and without.
    assert_eq!(answers, 2 * (3 * 3 + 1));
}

#[test]
fn kubeadm_is_what_is_made_without_a_platform() {
    let kubeadm = PlatformName::Kubeadm;
    for print_flags in [false, true] {
        for (make, plain) in [
            (
                audit_of as Make,
                Generator::AuditPolicy(audit_policy::Options { print_flags, ..Default::default() }),
            ),
            (
                encryption_of,
                Generator::Encryption(encrypting::Options { print_flags, ..Default::default() }),
            ),
            (
                pod_security_of,
                Generator::PodSecurity(pod_security::Options { print_flags, ..Default::default() }),
            ),
        ] {
            assert_eq!(generate(&make(kubeadm, print_flags)), generate(&plain));
        }
    }
}

#[test]
fn a_kind_cluster_mounts_each_file_twice_and_patches_kubeadm() {
    for (make, flag) in [
        (audit_of as Make, "audit-policy-file"),
        (encryption_of, "encryption-provider-config"),
        (pod_security_of, "admission-control-config-file"),
    ] {
        let text = file(&make(PlatformName::Kind, true)).text;
        look(&text, |root| {
            let kind = (root.at("apiVersion").as_str(), root.at("kind").as_str());
            assert_eq!(kind, (Some("kind.x-k8s.io/v1alpha4"), Some("Cluster")));
            let node = root.at("nodes").items().next().unwrap();
            assert_eq!(node.at("role").as_str(), Some("control-plane"));
            let patch = texts(node.at("kubeadmConfigPatches")).remove(0);
            let patch = Document::parse_yaml(&patch);
            let server = patch.root().at("apiServer");
            // Without a version, kind applies it to every version of the type.
            assert_eq!(patch.root().at("kind").as_str(), Some("ClusterConfiguration"));
            assert!(!patch.root().at("apiVersion").exists());
            let told = server.at("extraArgs").at(flag).as_str().unwrap();
            let is_within = |mount: &str| told == mount || told.starts_with(&format!("{mount}/"));
            let mut mounts = node.at("extraMounts").items();
            assert!(mounts.any(|it| is_within(it.at("containerPath").as_str().unwrap())));
            let mut volumes = server.at("extraVolumes").items();
            assert!(volumes.any(|it| is_within(it.at("mountPath").as_str().unwrap())));
            for (_, value) in server.at("extraArgs").entries() {
                assert!(value.as_str().is_some(), "arguments are texts: {text}", text = *text);
            }
        });
    }
}

/// Keys of their configuration files, and no others.
const KEYS: [&str; 6] = [
    "audit-policy-file",
    "kube-apiserver-arg+",
    "pod-security-admission-config-file",
    "secrets-encryption",
    "secrets-encryption-provider",
    "kube-apiserver-arg",
];

#[test]
fn k3s_and_rke2_get_keys_of_their_own() {
    for platform in [PlatformName::K3s, PlatformName::Rke2] {
        for text in [
            file(&audit_of(platform, true)).text,
            file(&pod_security_of(platform, true)).text,
            file(&encryption_of(platform, false)).text,
        ] {
            look(&text, |root| {
                assert!(root.entries().count() > 0, "{}", *text);
                for (key, _) in root.entries() {
                    assert!(KEYS.contains(&key), "{key}");
                }
            });
        }
    }
    let arguments = |text: &str| look(text, |root| texts(root.at("kube-apiserver-arg+")));
    let k3s = arguments(&file(&audit_of(PlatformName::K3s, true)).text);
    assert!(k3s.contains(&"audit-policy-file=/var/lib/rancher/k3s/server/audit.yaml".to_owned()));
    assert!(k3s.contains(&"audit-log-path=/var/lib/rancher/k3s/server/logs/audit.log".to_owned()));
    let text = file(&audit_of(PlatformName::Rke2, true)).text;
    // RKE2 has a log and its rotation already: what is there twice, the server rejects.
    look(&text, |root| {
        assert_eq!(
            root.at("audit-policy-file").as_str(),
            Some("/etc/rancher/rke2/audit-policy.yaml")
        );
        assert!(!root.at("kube-apiserver-arg+").exists());
    });
}

#[test]
fn ciphers_are_those_that_the_version_has() {
    let text = |platform, minor, provider| {
        let options = encrypting::Options {
            platform: Some(platform),
            kubernetes_version: Some(PolicyVersion::Pinned(MinorVersion(minor))),
            writer: encrypting::Writer { provider, ..Default::default() },
            ..Default::default()
        };
        generate(&Generator::Encryption(options)).map(|it| it.files[0].text.to_string())
    };
    let has =
        |text: Result<String, OptionError>, line: &str| text.unwrap().lines().any(|it| it == line);
    for platform in [PlatformName::K3s, PlatformName::Rke2] {
        let key = "secrets-encryption-provider: ";
        assert!(has(text(platform, 33, None), &format!("{key}secretbox")));
        assert!(has(text(platform, 30, Some(Aescbc)), &format!("{key}aescbc")));
        assert!(!text(platform, 29, None).unwrap().contains(key));
        for (minor, provider) in [(29, Secretbox), (33, Aesgcm), (33, Kms)] {
            assert!(text(platform, minor, Some(provider)).is_err(), "{provider}");
        }
    }
    assert!(has(text(PlatformName::Openshift, 33, None), "    type: aesgcm"));
    assert!(has(text(PlatformName::Openshift, 33, Some(Aescbc)), "    type: aescbc"));
    assert!(text(PlatformName::Openshift, 33, Some(Secretbox)).is_err());
}

#[test]
fn talos_holds_a_policy_that_the_server_takes_and_the_simulator_reads() {
    for minor in [25, 37] {
        let options = audit_policy::Options {
            platform: Some(PlatformName::Talos),
            kubernetes_version: Some(PolicyVersion::Pinned(MinorVersion(minor))),
            ..Default::default()
        };
        let plain = audit_policy::Options { platform: None, ..options.clone() };
        let plain = generate(&Generator::AuditPolicy(plain)).unwrap();
        let plain = first_document(&plain.files[0].text);
        let rules = audit::read(&plain, MinorVersion(minor)).unwrap().rules.len();
        let made = generate(&Generator::AuditPolicy(options)).unwrap();
        assert_eq!(made.files.len(), 2);
        for file in &made.files {
            let document = first_document(&file.text);
            assert!(machine::audit_policy(&document).is_some(), "{}", *file.text);
            let read = Simulator::new(&document, &file.name, MinorVersion(minor)).unwrap();
            assert_eq!(read.policy().rules.len(), rules, "{}", *file.text);
        }
    }
}

#[test]
fn talos_adds_to_a_list_and_names_nothing_twice() {
    let made = |exempt: &[&str]| {
        let options = pod_security::Options {
            platform: Some(PlatformName::Talos),
            exempt_namespace: exempt.iter().map(|it| it.parse().unwrap()).collect(),
            ..Default::default()
        };
        generate(&Generator::PodSecurity(options)).unwrap()
    };
    // What Talos has already, and to which lists of a patch are appended.
    let merged = |generated: &Generated| {
        look(&generated.files[0].text, |root| {
            let plugin = root.follow("cluster.apiServer.admissionControl").items().next().unwrap();
            assert_eq!(plugin.at("name").as_str(), Some("PodSecurity"));
            let mut names = vec!["kube-system".to_owned()];
            names.extend(texts(plugin.follow("configuration.exemptions.namespaces")));
            names
        })
    };
    assert_eq!(merged(&made(&[])), ["kube-system"]);
    assert_eq!(merged(&made(&["kube-system", "gpu"])), ["kube-system", "gpu"]);
    for file in &made(&["gpu"]).files {
        let inner = look(&file.text, |root| {
            let plugin = root.follow("cluster.apiServer.admissionControl").items().next();
            let configuration = plugin.unwrap_or(root).at("configuration");
            configuration.span().text(&file.text).to_owned()
        });
        let flush: String = inner.lines().map(|it| format!("{}\n", it.trim_start())).collect();
        assert!(flush.contains("kind: PodSecurityConfiguration"), "{flush}");
    }
}

#[test]
fn talos_gets_the_secret_of_the_cipher_or_the_whole_file() {
    let made = |provider, resources: &str| {
        let options = encrypting::Options {
            platform: Some(PlatformName::Talos),
            writer: encrypting::Writer { provider, ..Default::default() },
            resources: resources.split(',').map(|it| it.parse().unwrap()).collect(),
            ..Default::default()
        };
        generate(&Generator::Encryption(options)).unwrap()
    };
    for (provider, key) in
        [(None, "secretboxEncryptionSecret"), (Some(Aescbc), "aescbcEncryptionSecret")]
    {
        let made = made(provider, "secrets");
        let length =
            look(&made.files[0].text, |root| root.at("cluster").at(key).as_str().map(str::len));
        assert_eq!((length, made.files.len()), (Some(44), 2), "32 bytes in base64");
        assert!(made.files.iter().all(|it| it.is_secret) && made.files[1].is_companion);
        assert!(
            !format!("{made:?}").contains(&made.files[0].text[made.files[0].text.len() - 20..])
        );
    }
    for (provider, resources) in [(Some(Aesgcm), "secrets"), (None, "secrets,configmaps")] {
        let made = made(provider, resources);
        assert_eq!(made.wanted().count(), 1);
        look(&made.files[0].text, |root| {
            assert_eq!(root.at("kind").as_str(), Some("KubeEtcdEncryptionConfig"));
            assert!(!root.at("config").at("kind").exists());
        });
        // The server takes what is inside, with the type that Talos gives it.
        let text = made.files[0].text.as_str();
        let inside = text.split("config:\n").nth(1).unwrap();
        let whole: String =
            ["apiVersion: apiserver.config.k8s.io/v1\n", "kind: EncryptionConfiguration\n"]
                .into_iter()
                .map(str::to_owned)
                .chain(inside.lines().map(|it| format!("{}\n", &it[2..])))
                .collect();
        let options = encryption::Options::of(MinorVersion::NEWEST_KNOWN);
        assert!(encryption::read(&first_document(&whole), options).is_ok());
    }
}

#[test]
fn files_go_where_the_platform_has_them() {
    for platform in PlatformName::ALL {
        let known = platform.platform().unwrap();
        for (make, cell) in
            [(audit_of as Make, &known.audit), (pod_security_of, &known.pod_security)]
        {
            let Setting::File { path, .. } = cell.value else { continue };
            let text = file(&make(*platform, true)).text;
            assert!(text.contains(path), "{platform:?}: {}", *text);
        }
        let Setting::File { .. } = known.pod_security.value else { continue };
        let text = file(&pod_security_of(*platform, false)).text;
        assert!(admission::read(&first_document(&text), MinorVersion::NEWEST_KNOWN).is_ok());
    }
}

#[test]
fn the_platform_of_a_cluster_must_be_known() {
    for make in MAKERS {
        let error = generate(&make(PlatformName::Cluster, false)).unwrap_err();
        assert_eq!((error.option, error.value.as_str()), ("--platform", "cluster"));
    }
    let facts = Facts { platform: PlatformName::Gke.platform(), ..facts() };
    let generated = audit_of(PlatformName::Cluster, false).options().generate(&facts).unwrap();
    assert!(generated.answer.unwrap().starts_with("# GKE takes no audit policy"));
}

#[test]
fn procedures_are_those_of_the_platform_where_it_has_some() {
    use encrypting::{Disable, Enable, Procedure, Progress, Rotate};
    for platform in PlatformName::ALL {
        let progress = Progress { platform: Some(*platform), ..Progress::default() };
        let own = platform.platform().unwrap().procedures.is_some();
        for procedure in [
            Procedure::Rotate(Rotate { progress: progress.clone(), ..Default::default() }),
            Procedure::Enable(Enable { progress: progress.clone(), ..Default::default() }),
            Procedure::Disable(Disable { progress: progress.clone() }),
        ] {
            let is_enable = matches!(procedure, Procedure::Enable(_));
            let options = encrypting::Options { procedure: Some(procedure), ..Default::default() };
            match generate(&Generator::Encryption(options)) {
                Ok(generated) if own => assert!(generated.answer.is_some()),
                Ok(generated) => assert!(is_enable && generated.answer.is_none()),
                Err(error) => assert!(!own && !is_enable && error.option == "--filename"),
            }
        }
    }
}
