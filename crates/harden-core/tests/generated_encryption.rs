//! What the encryption generator makes, every rule accepts, no stage makes anything unreadable, and
//! no key leaves the files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "generated/types.rs"]
mod types;

use harden_core::check::{Settings, check};
use harden_core::cluster::{EncryptionState, Facts, Migration, Random, ServerState};
use harden_core::configuration::encryption::{self, ProviderKind};
use harden_core::configuration::first_document;
use harden_core::generators::encryption::{
    Disable, Enable, Options, Procedure, Progress, Provider, Rotate, Stage, Writer,
};
use harden_core::generators::{Generated, Generator, OptionError, Verdict};
use harden_core::kubernetes::{Date, MinorVersion, PolicyVersion};
use harden_core::rules;

/// What keys of this kind are made of in these tests.
fn bytes() -> Vec<u8> {
    (0..96_u32).map(|it| (it * it * 31 + it * 7 + 129).to_le_bytes()[0]).collect()
}

fn facts() -> Facts {
    Facts {
        today: Some(Date { year: 2026, month: 11, day: 23 }),
        random: Random::new(bytes().into()),
        ..Facts::default()
    }
}

fn options() -> Options {
    Options::default()
}

fn writer(provider: Provider) -> Writer {
    let is_kms = provider == Provider::Kms;
    Writer {
        provider: Some(provider),
        kms_endpoint: is_kms.then(|| "unix:///var/run/kms/vault.sock".parse().unwrap()),
        ..Writer::default()
    }
}

fn generate(options: Options) -> Result<Generated, OptionError> {
    Generator::Encryption(options).options().generate(&facts())
}

fn text(options: Options) -> String {
    generate(options).unwrap().files[0].text.to_string()
}

/// Takes a step with a file.
fn run(procedure: Procedure, file: Option<&str>, facts: &Facts) -> Result<Generated, OptionError> {
    let mut generator =
        Generator::Encryption(Options { procedure: Some(procedure), ..Options::default() });
    if let Some(text) = file {
        for name in generator.options().files() {
            generator.options_mut().read(&name, text)?;
        }
    }
    generator.options().generate(facts)
}

fn progress(stage: Option<Stage>, has_file: bool) -> Progress {
    Progress {
        filename: has_file.then(|| "old.yaml".to_owned()),
        stage,
        reencrypted: stage == Some(Stage::Retire),
        ..Progress::default()
    }
}

fn rotate(stage: Option<Stage>, writer: &Writer) -> Procedure {
    Procedure::Rotate(Rotate { progress: progress(stage, true), writer: writer.clone() })
}

fn enable(stage: Option<Stage>, writer: &Writer, has_file: bool, resources: &str) -> Procedure {
    Procedure::Enable(Enable {
        progress: progress(stage, has_file),
        writer: writer.clone(),
        resources: resources.split_terminator(',').map(|it| it.parse().unwrap()).collect(),
    })
}

fn disable(stage: Option<Stage>) -> Procedure {
    Procedure::Disable(Disable { progress: progress(stage, true) })
}

fn step(procedure: Procedure, file: Option<&str>) -> String {
    run(procedure, file, &facts()).unwrap().files[0].text.to_string()
}

fn rejected(procedure: Procedure, file: Option<&str>) -> String {
    run(procedure, file, &facts()).unwrap_err().to_string()
}

const OLD: &str = r#"# the keys of the shop
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [events]
  providers: [{identity: {}}]
- resources: [secrets, configmaps]
  providers:
  - aescbc:
      keys:
      - {name: key1, secret: Nn4HZB2qu0nIYXmWD1gBlfLSYmGtrYx0l9Cz4aVyN0g=}
      - {name: "0 old", secret: "Xq0zW8ZTp6uJ1ndrcAhNkQ=="}
  - kms: {name: legacy, endpoint: 'unix:///run/legacy.sock', cachesize: 100, timeout: 5s}
  - kms: {apiVersion: v2, name: vault, endpoint: 'unix:///run/vault.sock'}
  - identity: {}
- resources: ['*.apps']
  providers:
  - secretbox:
      keys:
      - name: key2
        secret: |
          m8V3u0iJ2GhxQyq6z5w4Hj7Kc1NfLrTbXd9Ae0RvSgI=
"#;

const OLD_SECRETS: [&str; 3] = [
    "Nn4HZB2qu0nIYXmWD1gBlfLSYmGtrYx0l9Cz4aVyN0g=",
    "Xq0zW8ZTp6uJ1ndrcAhNkQ==",
    "m8V3u0iJ2GhxQyq6z5w4Hj7Kc1NfLrTbXd9Ae0RvSgI=",
];

const PLAIN: &str = "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [events, secrets]
  providers: [{identity: {}}]
- resources: ['*.*']
  providers: [{identity: {}}]
";

/// What the rules say of a file, as `severity rule: message`.
fn findings(text: &str) -> Vec<String> {
    let outcome = check(Settings::new(rules::all()), [text]);
    assert!(outcome.unused.is_empty(), "{text}");
    let open = outcome.findings.iter().filter(|it| it.ignored.is_none());
    open.map(|it| format!("{} {}: {}", it.about.severity.name(), it.about.id, it.message)).collect()
}

#[test]
fn nothing_is_found_in_any_file() {
    for provider in [Provider::Secretbox, Provider::Kms] {
        for resources in ["secrets", "secrets,configmaps,*.apps", "*.*,*.,secrets,jobs.batch"] {
            for migrated in [false, true] {
                let resources = resources.split(',').map(|it| it.parse().unwrap()).collect();
                let options =
                    Options { writer: writer(provider), resources, migrated, ..options() };
                let text = text(options);
                assert_eq!(findings(&text), [""; 0], "{text}");
            }
        }
    }
    for (provider, rule) in [
        (Provider::Aescbc, "encryption-unauthenticated"),
        (Provider::Aesgcm, "encryption-nonce-reuse"),
    ] {
        let found = findings(&text(Options { writer: writer(provider), ..options() }));
        assert!(found.len() == 1 && found[0].contains(rule), "only what was asked for: {found:?}");
    }
    for automatic_reload in [false, true] {
        let writer = writer(Provider::Kms);
        let text = text(Options { print_flags: true, automatic_reload, writer, ..options() });
        assert_eq!(findings(&text), [""; 0], "{text}");
    }
}

#[test]
fn what_is_made_for_a_version_its_server_knows_and_its_rules_accept() {
    let mut rejected = Vec::new();
    for minor in 25..=MinorVersion::NEWEST_KNOWN.0 {
        let version = MinorVersion(minor);
        for provider in [Provider::Secretbox, Provider::Kms] {
            for resources in ["secrets", "secrets,*.apps"] {
                for migrated in [false, true] {
                    for (print_flags, automatic_reload) in
                        [(false, false), (true, false), (true, true)]
                    {
                        let made = generate(Options {
                            writer: writer(provider),
                            resources: resources.split(',').map(|it| it.parse().unwrap()).collect(),
                            migrated,
                            print_flags,
                            automatic_reload,
                            kubernetes_version: Some(PolicyVersion::Pinned(version)),
                            ..options()
                        });
                        match made {
                            Ok(made) => {
                                let text = made.files[0].text.as_str();
                                let settings = Settings { version, ..Settings::new(rules::all()) };
                                let mut found = check(settings, [text]).findings;
                                found.retain(|it| it.ignored.is_none());
                                assert!(found.is_empty(), "{version}: {found:?}\n{text}");
                                assert!(minor >= 26 || !text.contains("automatic-reload"));
                                assert!(minor >= 27 || !text.contains('*') || print_flags);
                                assert!(minor >= 27 || !text.contains("kms"), "{text}");
                            }
                            Err(error) => rejected.push((minor, error.option)),
                        }
                    }
                }
            }
        }
    }
    rejected.sort_unstable();
    rejected.dedup();
    let expected = [
        (25, "--automatic-reload"),
        (25, "--provider"),
        (25, "--resources"),
        (26, "--provider"),
        (26, "--resources"),
    ];
    assert_eq!(rejected, expected);
}

#[test]
fn the_key_file_is_mounted_read_only_and_never_with_files_of_others() {
    for (path, mounted, kind) in [
        ("/etc/kubernetes/encryption/encryption.yaml", "/etc/kubernetes/encryption", "Directory"),
        ("/srv/keys/a.yaml", "/srv/keys", "Directory"),
        ("/etc/kubernetes/pki/a.yaml", "/etc/kubernetes/pki/a.yaml", "File"),
        ("/etc/kubernetes/a.yaml", "/etc/kubernetes/a.yaml", "File"),
    ] {
        for (minor, api_version) in [(30, "v1beta3"), (31, "v1beta4")] {
            let generated = Generator::Encryption(Options {
                print_flags: true,
                config_path: Some(path.parse().unwrap()),
                kubernetes_version: Some(PolicyVersion::Pinned(MinorVersion(minor))),
                ..options()
            })
            .options()
            .generate(&facts())
            .unwrap();
            let text = &*generated.files[0].text;
            assert!(text.contains(&format!("kubeadm.k8s.io/{api_version}\n")), "{text}");
            assert!(text.contains(&format!("mountPath: {mounted}\n")), "{text}");
            assert_eq!(text.matches(&format!("ype: {kind}\n")).count(), 2, "{text}");
            assert_eq!(text.matches("readOnly: true\n").count(), 2, "{text}");
            let is_alone = generated.notes.iter().any(|it| it.contains("is mounted alone"));
            assert_eq!(is_alone, kind == "File");
        }
    }
}

#[test]
fn what_holds_keys_shows_none_of_them_when_a_panic_prints_it() {
    let fresh = text(options());
    let secret = fresh.split("secret: \"").nth(1).unwrap().split('"').next().unwrap();
    let mut generator = Generator::Encryption(Options {
        procedure: Some(rotate(None, &Writer::default())),
        ..options()
    });
    for file in generator.options().files() {
        generator.options_mut().read(&file, &fresh).unwrap();
    }
    let facts = facts();
    let generated = generator.options().generate(&facts).unwrap();
    let bytes = format!("{:?}", facts.random.bytes());
    let shown = format!(
        "{generator:?}\n{generator:#?}\n{facts:?}\n{facts:#?}\n{generated:?}\n{generated:#?}"
    );
    for file in &generated.files {
        for line in file.text.lines().filter(|it| it.contains("secret: ")) {
            let secret = line.split('"').nth(1).unwrap();
            assert!(secret.len() == 44 && !shown.contains(secret), "{line}");
        }
    }
    assert!(!shown.contains(secret) && !shown.contains(&bytes));
    assert!(shown.contains("…"), "files with keys leave their text out");
}

#[test]
fn nothing_is_found_in_the_files_of_any_stage() {
    let secretbox = text(options());
    for (procedure, file) in [
        (rotate(None, &Writer::default()), Some(secretbox.as_str())),
        (rotate(None, &writer(Provider::Kms)), Some(secretbox.as_str())),
        (enable(None, &Writer::default(), false, "secrets,configmaps,*.*"), None),
        (enable(None, &writer(Provider::Kms), true, ""), Some(PLAIN)),
        (disable(None), Some(secretbox.as_str())),
    ] {
        let generated = run(procedure, file, &facts()).unwrap();
        assert_eq!(generated.files.len(), 5);
        for file in &generated.files[1..] {
            assert_eq!(findings(&file.text), [""; 0], "{}\n{}", file.name, *file.text);
        }
    }
}

/// What reads Secrets of a file, as prefixes of values in etcd; what writes is the first.
fn readers(text: &str, group: &str, resource: &str) -> Vec<String> {
    let document = first_document(text);
    let options = encryption::Options::of(MinorVersion(28));
    let configuration = encryption::read(&document, options).map_err(|it| it.text("FILE")).unwrap();
    let mut readers = Vec::new();
    for rule in configuration.rules_for(group, resource) {
        for provider in &rule.providers {
            match provider.kind {
                ProviderKind::Identity => readers.push("plain".to_owned()),
                ProviderKind::Kms => readers.push(format!("kms {}", provider.kms.unwrap().name)),
                kind => readers.extend(provider.keys.iter().map(|key| {
                    format!(
                        "{kind} {} {}",
                        key.name,
                        key.place.at("secret").as_str().unwrap().trim()
                    )
                })),
            }
        }
    }
    if readers.is_empty() {
        readers.push("plain".to_owned());
    }
    readers
}

#[test]
fn servers_of_neighbouring_stages_read_what_each_other_write() {
    let none = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n\
                - resources: [pods]\n  providers: [{identity: {}}]\n";
    let secretbox = text(options());
    let mut compared = 0;
    for (procedure, file) in [
        (rotate(None, &Writer::default()), OLD),
        (rotate(None, &writer(Provider::Secretbox)), OLD),
        (rotate(None, &writer(Provider::Kms)), secretbox.as_str()),
        (enable(None, &Writer::default(), false, "secrets,configmaps,*.*"), none),
        (enable(None, &Writer::default(), true, "secrets,configmaps"), PLAIN),
        (enable(None, &writer(Provider::Kms), true, "pods"), OLD),
        (disable(None), OLD),
    ] {
        let has_file = !procedure_is_new(&procedure);
        let generated = run(procedure, has_file.then_some(file), &facts()).unwrap();
        let migrations = generated.files.last().unwrap();
        assert_eq!(migrations.name, "3-reencrypt.yaml");
        assert!(types::read_all(&migrations.text).contains("StorageVersionMigration"));
        let stages: Vec<&str> = std::iter::once(file)
            .chain(generated.files[1..4].iter().map(|it| it.text.as_str()))
            .collect();
        for (group, resource) in [
            ("", "secrets"),
            ("", "configmaps"),
            ("", "events"),
            ("", "pods"),
            ("apps", "deployments"),
        ] {
            let stages: Vec<_> = stages.iter().map(|it| readers(it, group, resource)).collect();
            for pair in stages.windows(2) {
                // The last stage only reads what was written again.
                assert!(pair[1].contains(&pair[0][0]) || pair[1].len() < pair[0].len(), "{pair:?}");
                assert!(pair[0].contains(&pair[1][0]), "{pair:?}");
                compared += 1;
            }
            // Before everything was written again, all of it is still read.
            for reader in &stages[0] {
                assert!(stages[1].contains(reader) && stages[2].contains(reader), "{stages:?}");
            }
            assert_eq!(stages[2][0], stages[3][0], "the last stage changes no writer");
        }
    }
    assert_eq!(compared, 7 * 5 * 3);
}

fn procedure_is_new(procedure: &Procedure) -> bool {
    matches!(procedure, Procedure::Enable(it) if it.progress.filename.is_none())
}

#[test]
fn everything_else_of_the_file_is_kept() {
    let added = step(rotate(Some(Stage::Add), &Writer::default()), Some(OLD));
    let (old, new) = (readers(OLD, "", "secrets"), readers(&added, "", "secrets"));
    let without_new: Vec<_> = new.iter().filter(|it| !it.contains("key-2026-11-23")).collect();
    assert_eq!(without_new, old.iter().collect::<Vec<_>>());
    for kept in
        ["cachesize: 100", "timeout: \"5s\"", "name: \"0 old\"", "- events", "apiVersion: v2"]
    {
        assert!(added.contains(kept), "{kept}: {added}");
    }
    assert!(!added.contains("apiVersion: v1\n      name: legacy"), "what was not said is not said");
}

#[test]
fn a_step_in_the_wrong_order_is_rejected_with_what_comes_first() {
    let plain = Writer::default();
    let named = |name: &str| Writer { key_name: Some(name.parse().unwrap()), ..Writer::default() };
    let fresh = text(options());
    let added = step(rotate(Some(Stage::Add), &plain), Some(&fresh));
    let promoted = step(rotate(Some(Stage::Promote), &plain), Some(&added));
    let retired = step(rotate(Some(Stage::Retire), &plain), Some(&promoted));
    let kms = text(Options { writer: writer(Provider::Kms), ..options() });
    let starting = step(enable(Some(Stage::Add), &plain, false, ""), None);
    let migrating = step(enable(Some(Stage::Promote), &plain, true, ""), Some(&starting));
    let enabled = step(enable(Some(Stage::Retire), &plain, true, ""), Some(&migrating));
    let leaving = step(disable(Some(Stage::Promote)), Some(&migrating));
    let disabled = step(disable(Some(Stage::Retire)), Some(&leaving));
    let unsaid = Procedure::Rotate(Rotate {
        progress: Progress { reencrypted: false, ..progress(Some(Stage::Retire), true) },
        writer: Writer::default(),
    });
    let stage = Some;
    let cases = [
        ("rotate promote, nothing added", rotate(stage(Stage::Promote), &plain), Some(&fresh)),
        (
            "rotate promote, names undated",
            rotate(stage(Stage::Promote), &plain),
            Some(&OLD.to_owned()),
        ),
        (
            "rotate promote, no such key",
            rotate(stage(Stage::Promote), &named("key9")),
            Some(&added),
        ),
        ("rotate promote, already done", rotate(stage(Stage::Promote), &plain), Some(&promoted)),
        ("rotate add, one waits", rotate(stage(Stage::Add), &plain), Some(&added)),
        (
            "rotate add, name taken",
            rotate(stage(Stage::Add), &named("key-2026-11-23")),
            Some(&fresh),
        ),
        ("rotate retire, old key writes", rotate(stage(Stage::Retire), &plain), Some(&added)),
        ("rotate retire, already done", rotate(stage(Stage::Retire), &plain), Some(&retired)),
        ("rotate retire, not stated", unsaid, Some(&promoted)),
        ("rotate, nothing encrypts", rotate(stage(Stage::Add), &plain), Some(&PLAIN.to_owned())),
        ("rotate, a plugin writes", rotate(stage(Stage::Add), &plain), Some(&kms)),
        (
            "rotate, plugin name taken",
            rotate(stage(Stage::Add), &writer(Provider::Kms)),
            Some(&kms),
        ),
        (
            "enable add, already encrypted",
            enable(stage(Stage::Add), &plain, true, ""),
            Some(&fresh),
        ),
        ("enable add, one waits", enable(stage(Stage::Add), &plain, true, ""), Some(&starting)),
        ("enable promote, no file", enable(stage(Stage::Promote), &plain, false, ""), None),
        (
            "enable promote, nothing added",
            enable(stage(Stage::Promote), &plain, true, ""),
            Some(&PLAIN.to_owned()),
        ),
        (
            "enable promote, already done",
            enable(stage(Stage::Promote), &plain, true, ""),
            Some(&migrating),
        ),
        (
            "enable promote, resources",
            enable(stage(Stage::Promote), &plain, true, "pods"),
            Some(&starting),
        ),
        (
            "enable retire, still plain",
            enable(stage(Stage::Retire), &plain, true, ""),
            Some(&starting),
        ),
        (
            "enable retire, already done",
            enable(stage(Stage::Retire), &plain, true, ""),
            Some(&enabled),
        ),
        ("disable promote, nothing added", disable(stage(Stage::Promote)), Some(&enabled)),
        ("disable promote, already done", disable(stage(Stage::Promote)), Some(&leaving)),
        ("disable retire, key writes", disable(stage(Stage::Retire)), Some(&migrating)),
        ("disable retire, already done", disable(stage(Stage::Retire)), Some(&disabled)),
        ("disable, nothing encrypts", disable(stage(Stage::Add)), Some(&PLAIN.to_owned())),
        ("rotate, no file of this kind", rotate(None, &plain), Some(&"kind: Pod\n".to_owned())),
    ];
    let page: String = cases
        .into_iter()
        .map(|(name, procedure, file)| {
            format!("{name}\n  {}\n", rejected(procedure, file.map(String::as_str)))
        })
        .collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("encryption-rejections", page));
}

fn gallery(folder: &str) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots");
    settings.set_snapshot_path(top.join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn the_gallery_shows_what_is_made() {
    let files = |generated: Generated| -> String {
        let files = generated.files.iter().map(|it| format!("== {}\n{}", it.name, *it.text));
        let notes = generated.notes.iter().map(|it| format!("note: {it}\n"));
        files.chain(notes).collect()
    };
    let made = |options| files(generate(options).unwrap());
    let several =
        || "secrets,configmaps,*.apps,*.*".split(',').map(|it| it.parse().unwrap()).collect();
    let fresh = text(options());
    let status = step(rotate(Some(Stage::Status), &Writer::default()), Some(OLD));
    gallery("generators").bind(|| {
        insta::assert_snapshot!("encryption", made(options()));
        let options = || Options { resources: several(), ..options() };
        let gcm = Options { writer: writer(Provider::Aesgcm), migrated: true, ..options() };
        insta::assert_snapshot!("encryption-several", made(gcm));
        insta::assert_snapshot!(
            "encryption-kms",
            made(Options { writer: writer(Provider::Kms), ..options() })
        );
        let flags = Options {
            print_flags: true,
            automatic_reload: true,
            writer: writer(Provider::Kms),
            ..options()
        };
        insta::assert_snapshot!("encryption-flags", made(flags));
        let plan = |procedure, file| files(run(procedure, file, &facts()).unwrap());
        insta::assert_snapshot!(
            "encryption-rotate",
            plan(rotate(None, &Writer::default()), Some(&fresh))
        );
        let kms = Writer { kms_name: Some("vault2".parse().unwrap()), ..writer(Provider::Kms) };
        insta::assert_snapshot!("encryption-rotate-to-kms", plan(rotate(None, &kms), Some(OLD)));
        insta::assert_snapshot!(
            "encryption-enable",
            plan(enable(None, &Writer::default(), false, "secrets,*.apps"), None)
        );
        let mut reloading = progress(None, true);
        reloading.automatic_reload = true;
        let procedure = Procedure::Disable(Disable { progress: reloading });
        insta::assert_snapshot!("encryption-disable", plan(procedure, Some(&fresh)));
        insta::assert_snapshot!("encryption-status", status);
    });
}

#[test]
fn no_key_leaves_the_files() {
    let fresh = text(options());
    let mut secrets: Vec<String> = OLD_SECRETS.map(str::to_owned).to_vec();
    for provider in [Provider::Secretbox, Provider::Aesgcm, Provider::Aescbc] {
        let text = text(Options { writer: writer(provider), ..options() });
        let secret = text.split("secret: \"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(secret.len(), 44);
        assert!(!secrets.iter().any(|it| it == secret), "no key serves two ciphers");
        secrets.push(secret.to_owned());
    }
    let check = |shown: &str| {
        for secret in &secrets {
            assert!(!shown.contains(secret.as_str()), "{shown}");
        }
    };
    for old in [OLD, &fresh] {
        for stage in
            [None, Some(Stage::Add), Some(Stage::Promote), Some(Stage::Retire), Some(Stage::Status)]
        {
            for procedure in [
                rotate(stage, &Writer::default()),
                enable(stage, &Writer::default(), true, ""),
                disable(stage),
            ] {
                let mut generator = Generator::Encryption(Options {
                    procedure: Some(procedure),
                    show_key: true,
                    ..Options::default()
                });
                generator.options_mut().read("old.yaml", old).unwrap();
                check(&format!("{generator:?}"));
                let result = generator.options().generate(&facts());
                check(&format!("{result:?}"));
                match result {
                    Ok(generated) => {
                        check(&generated.notes.join("\n"));
                        let open = generated.files.iter().filter(|it| !it.is_secret);
                        open.for_each(|it| check(&it.text));
                    }
                    Err(error) => check(&error.to_string()),
                }
            }
        }
    }
    check(&format!("{:?}", facts()));
    // A file that the server rejects names what is wrong, and not the key.
    for (from, to) in [
        ("secret: ", "secret:"),
        ("secret: ", "Secret: "),
        ("aescbc:", "identity: {}\n    aescbc:"),
    ] {
        let broken = OLD.replace(from, to);
        let message = rejected(rotate(None, &Writer::default()), Some(&broken));
        check(&message);
    }
}

#[test]
fn files_with_keys_are_secret_and_plans_are_not() {
    let generated = run(rotate(None, &Writer::default()), Some(OLD), &facts()).unwrap();
    let kinds: Vec<_> = generated
        .files
        .iter()
        .map(|it| (it.name.as_str(), it.is_secret, it.is_companion))
        .collect();
    assert_eq!(
        kinds,
        [
            ("plan.txt", false, false),
            ("1-add.yaml", true, true),
            ("2-promote.yaml", true, true),
            ("4-retire.yaml", true, true),
            ("3-reencrypt.yaml", false, true),
        ]
    );
    let kms = generate(Options { writer: writer(Provider::Kms), ..options() }).unwrap();
    assert!(!kms.files[0].is_secret, "the plugin keeps the key");
}

#[test]
fn a_cluster_that_says_otherwise_stops_the_next_step() {
    let plain = Writer::default();
    let fresh = text(options());
    let added = step(rotate(Some(Stage::Add), &plain), Some(&fresh));
    let promoted = step(rotate(Some(Stage::Promote), &plain), Some(&added));
    let verify = |stage, state: EncryptionState, reencrypted, file: &str| {
        let progress = Progress { verify: true, reencrypted, ..progress(Some(stage), true) };
        let procedure = Procedure::Rotate(Rotate { progress, writer: Writer::default() });
        let facts = Facts { encryption: Some(state), ..facts() };
        run(procedure, Some(file), &facts)
            .map(|it| (it.notes.join("\n"), it.verdict))
            .map_err(|it| it.to_string())
    };
    let hash = |text: &str| {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(text.as_bytes());
        let digits: String = digest.iter().map(|it| format!("{it:02x}")).collect();
        Some(format!("sha256:{digits}"))
    };
    let migration = |created| Migration {
        name: "m".to_owned(),
        resource: "secrets".to_owned(),
        created,
        succeeded: true,
    };
    let state = |text: &str, created| EncryptionState {
        hash: hash(text),
        since: Some(100.0),
        migrations: Some(vec![migration(created)]),
        servers: Some(Vec::new()),
    };
    assert!(verify(Stage::Promote, state(&added, 0), false, &added).is_ok());
    let error = verify(Stage::Promote, state(&fresh, 0), false, &added).unwrap_err();
    assert!(error.contains("does not use old.yaml: wait until it has read"), "{error}");
    let error = verify(Stage::Promote, EncryptionState::default(), false, &added).unwrap_err();
    assert!(error.contains("does not tell which file it uses"), "{error}");
    let error = verify(Stage::Retire, state(&promoted, 99), false, &promoted).unwrap_err();
    assert!(error.contains("no StorageVersionMigration of secrets succeeded since"), "{error}");
    assert!(verify(Stage::Retire, state(&promoted, 99), true, &promoted).is_ok());
    let (notes, _) = verify(Stage::Retire, state(&promoted, 101), false, &promoted).unwrap();
    assert!(notes.contains("StorageVersionMigration m wrote secrets again"), "{notes}");
    let (notes, verdict) = verify(Stage::Status, state(&fresh, 0), false, &promoted).unwrap();
    assert!(notes.contains("does not use old.yaml"), "{notes}");
    assert_eq!(verdict, Verdict::No);
    let nothing = EncryptionState::default();
    let (notes, verdict) = verify(Stage::Status, nothing, false, &promoted).unwrap();
    assert!(notes.contains("does not tell which file it uses"), "{notes}");
    assert_eq!(verdict, Verdict::Unknown);
    let (notes, verdict) = verify(Stage::Status, state(&promoted, 0), false, &promoted).unwrap();
    assert!(notes.contains("and is the only one"), "{notes}");
    assert_eq!(verdict, Verdict::Yes);

    // Behind a load balancer each of several is asked, and each counts.
    let among = |hashes: &[Result<Option<String>, String>]| {
        let servers = hashes.iter().enumerate().map(|(index, hash)| ServerState {
            address: format!("10.0.0.{index}:6443"),
            hash: hash.clone(),
        });
        EncryptionState { servers: Some(servers.collect()), ..state(&promoted, 101) }
    };
    let (new, old) = (hash(&promoted), hash(&fresh));
    let away = || Err("connection refused".to_owned());
    for (servers, expected, words) in [
        (vec![Ok(new.clone()), Ok(new.clone())], Verdict::Yes, "all 2 API servers use old.yaml"),
        (
            vec![Ok(new.clone()), Ok(old.clone())],
            Verdict::No,
            "10.0.0.1:6443 does not use old.yaml",
        ),
        (vec![Ok(new.clone()), Ok(None)], Verdict::Unknown, "does not tell which file it uses"),
        (vec![Ok(new.clone()), away()], Verdict::Unknown, "10.0.0.1:6443 cannot be reached"),
        (vec![Ok(old.clone()), away()], Verdict::No, "10.0.0.0:6443 does not use old.yaml"),
    ] {
        let (notes, verdict) = verify(Stage::Status, among(&servers), false, &promoted).unwrap();
        assert!(notes.contains(words) && verdict == expected, "{verdict:?}: {notes}");
        let next = verify(Stage::Retire, among(&servers), false, &promoted);
        assert_eq!(next.is_ok(), expected == Verdict::Yes, "{next:?}");
    }
    let unlisted = EncryptionState { servers: None, ..state(&promoted, 101) };
    let (notes, verdict) = verify(Stage::Status, unlisted, false, &promoted).unwrap();
    assert!(notes.contains("whether there are others cannot be seen"), "{notes}");
    assert_eq!(verdict, Verdict::Unknown);
}

#[test]
fn without_random_bytes_or_a_date_no_key_is_made() {
    for facts in [
        Facts::default(),
        Facts { random: Random::new(vec![7; 31].into()), ..facts() },
        Facts { today: None, ..facts() },
    ] {
        let error = Generator::Encryption(options()).options().generate(&facts).unwrap_err();
        assert!(error.to_string().contains("bytes nobody can guess"), "{error}");
    }
}
