//! What the generator of ExternalSecrets makes of random options, no rule objects to.
//!
//! `HARDEN_RANDOM_OPTIONS` sets how many sets of options are tried, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "generated/dice.rs"]
mod dice;
#[path = "generated/types.rs"]
mod types;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::str::FromStr;

use dice::Dice;
use harden_core::check::{Settings, check};
use harden_core::cluster::{Facts, SecretShape};
use harden_core::generators::external_secret::{
    Auth, CreationPolicy, DeletionPolicy, KvVersion, Options, Part, Provider, RefreshPolicy,
    StoreKind,
};
use harden_core::generators::{Generated, Generator};
use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_core::schema::{self, Crds};
use harden_core::{ManifestFormat, render, rules};
use harness::Need;

/// Manifests that the Secrets are taken from.
const INPUTS: [&str; 4] = [
    "{apiVersion: v1, kind: Secret, metadata: {name: db, namespace: team-a}, data: {user: eA==, password: eA==}}",
    "{apiVersion: v1, kind: Secret, metadata: {name: web, namespace: team-a}, type: kubernetes.io/tls, data: {tls.crt: eA==, tls.key: eA==, ca.crt: eA==}}\n\
     ---\n\
     {apiVersion: v1, kind: Secret, metadata: {name: registry, namespace: team-b}, type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: eA==}}",
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {imagePullSecrets: [{name: pull}], \
     containers: [{name: a, envFrom: [{secretRef: {name: all}}], env: [{name: A, valueFrom: {secretKeyRef: {name: app.v1, key: a.b_c}}}]}]}}}}",
    "{apiVersion: v1, kind: Secret, metadata: {name: empty, namespace: team-a}}",
];

#[test]
fn only_what_was_asked_for_is_found() {
    let setting = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |it| it.parse::<u64>().unwrap())
    };
    let seed = setting("HARDEN_RANDOM_SEED", 1);
    let count = setting("HARDEN_RANDOM_OPTIONS", 600);
    let definitions = definitions();
    let documents: Vec<_> = definitions.iter().flat_map(|it| harden_yaml::parse(it)).collect();
    let crds = Crds::read(&documents);
    assert!(definitions.is_empty() || crds.len() >= 4, "{} definitions", crds.len());
    let mut dice = Dice(seed);
    let (mut made, mut tried, mut stores) = (0, 0, BTreeSet::new());
    let mut built_in = BTreeSet::new();
    while made < count {
        tried += 1;
        assert!(tried < 100 + count * 20, "only {made} of {tried} are made");
        let version = MinorVersion(25 + u16::try_from(dice.below(13)).unwrap());
        // Every provider has its turn.
        let provider = Provider::ALL.get(dice.below(9));
        let (generator, facts) = dice.generator(provider.copied());
        // What contradicts itself is rejected.
        let Ok(generated) = generator.options().generate(&facts) else { continue };
        let Generator::ExternalSecret(options) = &generator else { continue };
        made += 1;
        let kind = if options.store_kind == StoreKind::SecretStore { "one" } else { "all" };
        stores.insert((provider.map(|it| it.name()), kind, options.auth.map(Auth::name)));
        let text = render(&generated.manifests, ManifestFormat::Yaml, dice.toss());
        built_in.append(&mut types::read_all(&text));
        let asked = asked_for(options, &generated);
        let mut found = findings(&crds, version, &text);
        found.retain(|it| !asked.iter().any(|id| it.starts_with(&format!("{id}: "))));
        assert_eq!(found, [""; 0], "HARDEN_RANDOM_SEED={seed}, {tried}: {options:#?}\n{text}");
    }
    assert!(count < 600 || built_in.contains("RoleBinding"), "{built_in:?}");
    // Each provider proves itself in one way at least, for one namespace and for several, and some in four.
    assert!(count < 600 || stores.len() > 40, "only {} kinds of stores: {stores:?}", stores.len());
}

/// What is found because it was asked for.
fn asked_for(options: &Options, generated: &Generated) -> Vec<&'static str> {
    let mut asked = Vec::new();
    let is_static = matches!(options.auth, Some(Auth::Static | Auth::Approle))
        || options.store == Some(Provider::Onepassword);
    if is_static {
        asked.push("static-store-credentials");
    }
    if options.store == Some(Provider::Fake) {
        asked.push("secret-in-fake-store");
    }
    if options.deletion_policy == DeletionPolicy::Delete {
        asked.push("external-secret-deletes-secret");
    }
    // What is pushed into a store of this cluster must be created.
    if options.push && generated.manifests.iter().any(|it| it.kind.kind == "Role") {
        asked.push("namespace-secret-write");
    }
    asked
}

/// What the rules say, as `rule: message`, and what the operator's definitions do.
fn findings(crds: &Crds, version: MinorVersion, text: &str) -> Vec<String> {
    let outcome = check(Settings { version, ..Settings::new(rules::all()) }, [text]);
    assert!(outcome.coverage.objects > 0, "{text}");
    let findings = outcome.findings.iter();
    let mut found: Vec<_> = findings.map(|it| format!("{}: {}", it.about.id, it.message)).collect();
    for document in harden_yaml::parse(text) {
        let flaws = objects(document.root()).flat_map(|it| schema::check(&it, version, crds));
        found.extend(flaws.map(|it| format!("{}: {}", it.place.path(), it.message)));
    }
    found
}

/// The operator's own definitions; none, said aloud, where they are not at hand.
fn definitions() -> Vec<String> {
    let folder = Need::Definitions.at("external-secrets/config/crds/bases");
    let Some(folder) = folder else { return Vec::new() };
    let files = fs::read_dir(folder).unwrap();
    let wanted = ["externalsecrets", "pushsecrets", "_secretstores", "clustersecretstores"];
    let files = files.map(|it| it.unwrap().path());
    let files = files.filter(|it| wanted.iter().any(|part| it.to_str().unwrap().contains(part)));
    files.map(|it| fs::read_to_string(it).unwrap()).collect()
}

impl Dice {
    /// Some of these, each at most once.
    fn some<T: FromStr<Err: Debug>>(&mut self, from: &[&str]) -> Vec<T> {
        let some: Vec<_> = from.iter().filter(|_| self.below(3) == 0).collect();
        some.into_iter().map(|it| it.parse().unwrap()).collect()
    }

    /// One of these, or none.
    fn maybe<T: FromStr<Err: Debug>>(&mut self, from: &[&str]) -> Option<T> {
        (self.below(3) == 0).then(|| self.pick(from).parse().unwrap())
    }

    /// One of these, or none, but rarely.
    fn mostly<T: FromStr<Err: Debug>>(&mut self, from: &[&str]) -> Option<T> {
        (self.below(12) > 0).then(|| self.pick(from).parse().unwrap())
    }

    fn generator(&mut self, store: Option<Provider>) -> (Generator, Facts) {
        let mut facts = Facts::default();
        let mut options = self.secrets();
        options.store = store;
        self.add_store(&mut options);
        match store {
            Some(Provider::Vault) => self.add_vault(&mut options),
            Some(Provider::AwsSecretsManager | Provider::AwsParameterStore) => {
                self.add_aws(&mut options);
            }
            Some(Provider::Gcp) => self.add_gcp(&mut options),
            Some(Provider::Azure) => self.add_azure(&mut options),
            Some(Provider::Onepassword) => {
                options.onepassword.vault = self.mostly(&["production", "team-a"]);
                options.onepassword.host = self.maybe(&["https://connect.onepassword.svc:8443"]);
            }
            Some(Provider::Kubernetes) => {
                options.kubernetes.namespace = self.mostly(&["shared", "secrets"]);
                options.kubernetes.server = self.maybe(&["https://10.0.0.1:6443"]);
                options.ca_config_map = self.maybe(&["other-ca"]);
            }
            Some(Provider::Fake) => {}
            None => options.store_name = self.mostly(&["vault", "shared.store"]),
        }
        if self.below(4) == 0 {
            options.from_cluster = vec!["session".parse().unwrap()];
            facts.secrets.push(SecretShape {
                namespace: options.namespace.as_ref().map(ToString::to_string),
                name: "session".to_owned(),
                keys: vec!["key-1".to_owned(), "key_2".to_owned()],
                is_partial: self.toss(),
                ..SecretShape::default()
            });
        }
        let mut generator = Generator::ExternalSecret(options);
        if self.below(3) == 0 {
            for _ in 0..=self.below(2) {
                generator.options_mut().read("-", self.pick(&INPUTS)).unwrap();
            }
        }
        (generator, facts)
    }

    /// What is to come from a store.
    fn secrets(&mut self) -> Options {
        let parts = [Part::ServiceAccount, Part::Store, Part::PushSecret, Part::ExternalSecret];
        Options {
            name: self.mostly(&["app", "web", "db", "a.b-c"]),
            namespace: self.mostly(&["team-a", "team-b"]),
            only: if self.below(4) == 0 { vec![self.pick(&parts)] } else { Vec::new() },
            key: self.some(&["password", "user", "tls.crt", "tls.key", "a_b", "username"]),
            secret_type: self.maybe(&[
                "tls",
                "dockerconfigjson",
                "dockercfg",
                "basic-auth",
                "ssh-auth",
                "opaque",
                "example.com/token",
            ]),
            remote_key: self.maybe(&["apps/app", "/apps/app", "app", "app-1", "App.v1"]),
            data_from: self.below(4) == 0,
            refresh_policy: self.pick(&[
                RefreshPolicy::Periodic,
                RefreshPolicy::CreatedOnce,
                RefreshPolicy::OnChange,
            ]),
            refresh_interval: self.pick(&["1h0m0s", "30m", "15s", "24h", "1h30m"]).parse().unwrap(),
            creation_policy: self.pick(&[
                CreationPolicy::Owner,
                CreationPolicy::Orphan,
                CreationPolicy::Merge,
                CreationPolicy::CreateOrMerge,
            ]),
            deletion_policy: self.pick(&[
                DeletionPolicy::Retain,
                DeletionPolicy::Delete,
                DeletionPolicy::Merge,
            ]),
            push: self.below(3) == 0,
            print_commands: self.below(4) == 0,
            ..Options::default()
        }
    }

    /// What every store can be told.
    fn add_store(&mut self, options: &mut Options) {
        if self.toss() {
            options.store_kind = StoreKind::ClusterSecretStore;
        }
        let is_made = options.store.is_some();
        if is_made && options.store_kind == StoreKind::ClusterSecretStore {
            options.allow_namespace = self.some(&["team-a", "team-b", "team-c"]);
            options.allow_namespace_label = self.some(&["team=a", "secrets.example.com/vault="]);
            options.identity_namespace = self.maybe(&["eso", "team-b"]);
        }
        if is_made {
            options.store_name = self.maybe(&["vault", "team.store"]);
            options.service_account = self.maybe(&["reader", "default-reader"]);
            options.credentials = self.maybe(&["keys", "store-credentials"]);
            if self.toss() {
                let all =
                    [Auth::Identity, Auth::Kubernetes, Auth::Jwt, Auth::Approle, Auth::Static];
                options.auth = Some(self.pick(&all));
            }
        }
    }

    fn add_vault(&mut self, options: &mut Options) {
        let vault = &mut options.vault;
        vault.server = self.mostly(&["https://vault.vault.svc:8200", "https://vault.example.com/"]);
        vault.mount = self.maybe(&["kv", "kv/team", "secret"]);
        let versions = [None, Some(KvVersion::V1), Some(KvVersion::V2)];
        vault.version = self.pick(&versions);
        vault.namespace = self.maybe(&["admin", "admin/team-a"]);
        if !matches!(options.auth, Some(Auth::Approle | Auth::Static)) {
            vault.role = self.maybe(&["reader", "team-a/reader"]);
            vault.auth_mount = self.maybe(&["clusters/a", "kubernetes"]);
        }
        options.ca_config_map = self.maybe(&["vault-ca"]);
    }

    fn add_aws(&mut self, options: &mut Options) {
        options.aws.region = self.mostly(&["eu-west-1", "us-gov-west-1", "cn-north-1"]);
        options.aws.role = self.mostly(&[
            "arn:aws:iam::123456789012:role/eso",
            "arn:aws-cn:iam::123456789012:role/path/eso",
        ]);
    }

    fn add_gcp(&mut self, options: &mut Options) {
        options.gcp.project = self.mostly(&["my-project", "example.com:my-project"]);
        if options.auth != Some(Auth::Static) {
            options.gcp.cluster = self.maybe(&["prod"]);
            options.gcp.cluster_location = self.maybe(&["europe-west1", "europe-west1-b"]);
            options.gcp.service_account = self.maybe(&["eso@my-project.iam.gserviceaccount.com"]);
        }
    }

    fn add_azure(&mut self, options: &mut Options) {
        options.azure.vault = self.mostly(&["https://kv-prod.vault.azure.net"]);
        options.azure.tenant = self.mostly(&["22222222-2222-2222-2222-222222222222"]);
        if options.auth != Some(Auth::Static) {
            options.azure.client = self.mostly(&["11111111-1111-1111-1111-111111111111"]);
        }
    }
}
