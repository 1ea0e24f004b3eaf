//! What every generator makes for every version, with its options.

use std::fmt::Debug;

use harden_core::cluster::{Facts, Random};
use harden_core::generators::audit_policy::{Noise, Profile};
use harden_core::generators::encryption::{
    Disable, Enable, Procedure, Progress, Provider, Rotate, Writer,
};
use harden_core::generators::namespace::{AdminSecrets, Dns, Size};
use harden_core::generators::{
    Generated, Generator, OptionError, audit_policy, encryption, namespace, pod_security,
};
use harden_core::kubernetes::{Date, Level, MinorVersion, PolicyVersion};
use harden_core::{ManifestFormat, render};

use crate::records::Question;
use crate::versions;

/// Something that was made for a version.
pub(crate) struct Made {
    pub(crate) version: MinorVersion,
    pub(crate) options: String,
    pub(crate) question: Question,
    /// The rules that object to what was asked for.
    meant: &'static [&'static str],
}

impl Made {
    pub(crate) fn is_meant(&self, rule: &str) -> bool {
        self.meant.contains(&rule)
    }
}

pub(crate) fn all() -> Vec<Made> {
    let mut all = Vec::new();
    for version in versions() {
        audit_policies(version, &mut all);
        encryption(version, &mut all);
        pod_security(version, &mut all);
        namespaces(version, &mut all);
    }
    all
}

fn facts() -> Facts {
    let bytes: Vec<u8> =
        (0..96_u32).map(|it| (it * it * 31 + it * 7 + 129).to_le_bytes()[0]).collect();
    Facts {
        today: Some(Date { year: 2026, month: 11, day: 23 }),
        random: Random::new(bytes.into()),
        ..Facts::default()
    }
}

fn parsed<T: std::str::FromStr<Err: Debug>>(list: &str) -> Vec<T> {
    list.split_terminator(',').map(|it| it.parse().unwrap()).collect()
}

fn generate(generator: &Generator) -> Result<Generated, OptionError> {
    generator.options().generate(&facts())
}

fn audit_policies(version: MinorVersion, all: &mut Vec<Made>) {
    for profile in [Profile::Minimal, Profile::Recommended, Profile::Cis, Profile::Forensic] {
        for drop_noise in
            [vec![], vec![Noise::All], vec![Noise::None], vec![Noise::Leases, Noise::Nodes]]
        {
            for bodies in
                ["", "*.apps,pods,*.batch", "widgets.example.com,*.rbac.authorization.k8s.io"]
            {
                for namespaces in ["", "team-a,team-b"] {
                    let options = audit_policy::Options {
                        profile,
                        drop_noise: drop_noise.clone(),
                        log_bodies_of: parsed(bodies),
                        namespace: parsed(namespaces),
                        kubernetes_version: Some(PolicyVersion::Pinned(version)),
                        ..audit_policy::Options::default()
                    };
                    let words = format!("{options:?}");
                    let Ok(made) = generate(&Generator::AuditPolicy(options)) else { continue };
                    add(all, version, &words, "audit", &made, &[]);
                }
            }
        }
    }
}

const PLAIN: &str = "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [events, secrets]
  providers: [{identity: {}}]
";

fn encryption(version: MinorVersion, all: &mut Vec<Made>) {
    const WEAK: &[&str] = &["encryption-unauthenticated", "encryption-nonce-reuse"];
    let writer = |provider| Writer {
        provider: Some(provider),
        kms_endpoint: (provider == Provider::Kms)
            .then(|| "unix:///nowhere/kms.sock".parse().unwrap()),
        // Nobody answers there.
        kms_timeout: (provider == Provider::Kms).then(|| "100ms".parse().unwrap()),
        ..Writer::default()
    };
    let plain = |provider, resources: &str, migrated| encryption::Options {
        writer: writer(provider),
        resources: parsed(resources),
        migrated,
        kubernetes_version: Some(PolicyVersion::Pinned(version)),
        ..encryption::Options::default()
    };
    for provider in [Provider::Secretbox, Provider::Aescbc, Provider::Aesgcm, Provider::Kms] {
        for resources in ["secrets", "secrets,configmaps,jobs.batch", "secrets,*.apps", "*.*"] {
            for migrated in [false, true] {
                let options = plain(provider, resources, migrated);
                let words = format!("{options:?}");
                // What the version does not know is rejected.
                let Ok(made) = generate(&Generator::Encryption(options)) else { continue };
                add(all, version, &words, "encryption", &made, WEAK);
            }
        }
    }
    let first = generate(&Generator::Encryption(plain(Provider::Secretbox, "secrets", false)));
    let secretbox = first.unwrap().files[0].text.to_string();
    let progress = |has_file: bool| Progress {
        filename: has_file.then(|| "old.yaml".to_owned()),
        kubernetes_version: Some(PolicyVersion::Pinned(version)),
        ..Progress::default()
    };
    let enable = |writer, has_file, resources| {
        Procedure::Enable(Enable {
            progress: progress(has_file),
            writer,
            resources: parsed(resources),
        })
    };
    for (procedure, file) in [
        (
            Procedure::Rotate(Rotate { progress: progress(true), writer: Writer::default() }),
            Some(secretbox.as_str()),
        ),
        (
            Procedure::Rotate(Rotate { progress: progress(true), writer: writer(Provider::Kms) }),
            Some(secretbox.as_str()),
        ),
        (enable(Writer::default(), false, "secrets,configmaps"), None),
        (enable(writer(Provider::Kms), true, ""), Some(PLAIN)),
        (Procedure::Disable(Disable { progress: progress(true) }), Some(secretbox.as_str())),
    ] {
        let words = format!("{procedure:?}");
        let mut generator = Generator::Encryption(encryption::Options {
            procedure: Some(procedure),
            ..encryption::Options::default()
        });
        if let Some(text) = file {
            for name in generator.options().files() {
                generator.options_mut().read(&name, text).unwrap();
            }
        }
        let Ok(made) = generate(&generator) else { continue };
        for file in made.files.iter().filter(|it| it.text.contains("kind: EncryptionConfiguration"))
        {
            let question = Question { kind: "encryption", text: file.text.to_string() };
            all.push(Made {
                version,
                options: format!("{words} {}", file.name),
                question,
                meant: &[],
            });
        }
    }
}

fn pod_security(version: MinorVersion, all: &mut Vec<Made>) {
    const LAX: &[&str] = &["admission-default-privileged"];
    for level in [Level::Privileged, Level::Baseline, Level::Restricted] {
        for (audit_level, warn_level) in
            [(None, None), (Some(Level::Baseline), Some(Level::Restricted))]
        {
            for pinned in [PolicyVersion::Pinned(version), PolicyVersion::Latest] {
                for is_exempt in [false, true] {
                    let mut options = pod_security::Options {
                        level,
                        audit_level,
                        warn_level,
                        kubernetes_version: Some(pinned),
                        exempt_no_namespace: !is_exempt,
                        ..pod_security::Options::default()
                    };
                    if is_exempt {
                        options.exempt_namespace = parsed("kube-system,gpu");
                        options.exempt_user = vec!["system:serviceaccount:ci:deployer".to_owned()];
                        options.exempt_runtime_class = vec!["kata".to_owned()];
                    }
                    let words = format!("{options:?}");
                    let made = generate(&Generator::PodSecurity(options)).unwrap();
                    add(all, version, &words, "admission", &made, LAX);
                }
            }
        }
    }
}

fn namespaces(version: MinorVersion, all: &mut Vec<Made>) {
    const LAX: &[&str] = &["privileged-namespace", "unpinned-pod-security-version"];
    for level in [Level::Privileged, Level::Baseline, Level::Restricted] {
        for pinned in [PolicyVersion::Pinned(version), PolicyVersion::Latest] {
            for size in [Size::Small, Size::Large] {
                for is_open in [false, true] {
                    let mut options = namespace::Options {
                        names: parsed("team-a"),
                        level,
                        kubernetes_version: Some(pinned),
                        size,
                        ..namespace::Options::default()
                    };
                    if is_open {
                        options.dns = vec![Dns::KubeDns, Dns::Openshift];
                        options.allow_same_namespace = true;
                        options.allow_from = parsed("monitoring");
                        options.allow_to = parsed("postgres/app=db:5432");
                        options.allow_internet = true;
                        options.admin_group = parsed("admins");
                        options.edit_user = parsed("bob");
                        options.view_group = parsed("engineers");
                        options.secrets = AdminSecrets::Write;
                    }
                    let words = format!("{options:?}");
                    let made = generate(&Generator::Namespace(options)).unwrap();
                    let text = render(&made.manifests, ManifestFormat::Yaml, true);
                    let question = Question { kind: "objects", text };
                    all.push(Made { version, options: words, question, meant: LAX });
                }
            }
        }
    }
}

fn add(
    all: &mut Vec<Made>,
    version: MinorVersion,
    options: &str,
    kind: &'static str,
    made: &Generated,
    meant: &'static [&'static str],
) {
    let question = Question { kind, text: made.files[0].text.to_string() };
    all.push(Made { version, options: options.to_owned(), question, meant });
}
