//! Audit policies on a real API server: it starts with what is generated, and logs what the
//! simulator says.

use std::collections::BTreeMap;
use std::path::Path;

use harden_core::configuration::audit::Stage;
use harden_core::configuration::first_document;
use harden_core::kubernetes::MinorVersion;
use harden_core::simulate::audit::{Record, Request, Simulator};
use harness::{ControlPlane, Options, eventually};

use crate::harden::line;
use crate::requests::{Choices, Sent, User, Users};

/// A server that logs by this policy.
fn start(policy: &str, folder: &Path, flags: &[(String, String)]) -> Option<ControlPlane> {
    let path = folder.join("policy.yaml");
    std::fs::write(&path, policy).unwrap();
    ControlPlane::for_test(&Options {
        audit_policy: Some(path),
        audit_log: Some(folder.join("audit.log")),
        no_controllers: true,
        apiserver_args: flags.to_vec(),
        ..Options::default()
    })
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("audit.log")).unwrap()
}

/// The flags that `--print-flags` prints and that say nothing of where files are.
fn flags(words: &str) -> Vec<(String, String)> {
    let text = line(&format!("audit-policy --print-flags {words}")).ok();
    let flags = text.lines().filter_map(|it| it.trim().strip_prefix("- \"--")?.strip_suffix('"'));
    let flags = flags.filter_map(|it| it.split_once('='));
    let is_place = |flag: &str| matches!(flag, "audit-policy-file" | "audit-log-path");
    let flags = flags.filter(|(flag, _)| !is_place(flag));
    flags.map(|(flag, value)| (flag.to_owned(), value.to_owned())).collect()
}

const PASSWORD: &str = "correct-horse-battery-staple";

/// Does what every policy is about: a Secret, a workload, access, and a shell.
fn work(plane: &ControlPlane) {
    plane.apply(&format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData: {{password: {PASSWORD}}}\n\
         ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: app}}\ndata: {{password: {PASSWORD}}}\n\
         ---\napiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{nodeName: nowhere, containers: [{{name: app, image: web}}]}}\n\
         ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: reader}}\nrules: []\n"
    ));
    plane.kubectl_ok(["get", "secret", "db", "-o", "yaml"]);
    plane.kubectl_ok(["get", "--raw", "/readyz"]);
    plane.kubectl_ok(["create", "serviceaccount", "ci"]);
    let token = plane.kubectl_ok(["create", "token", "ci"]);
    assert!(token.len() > 100);
    // There is no kubelet to answer; the request itself is what counts.
    let _ = plane.kubectl(["exec", "web", "--", "id"]).output().unwrap();
}

#[test]
fn the_server_starts_with_every_profile_and_logs_what_the_simulator_says() {
    for profile in ["minimal", "recommended", "cis", "forensic --drop-noise=health"] {
        let policy = line(&format!("audit-policy --profile {profile}")).ok();
        let folder = tempfile::tempdir().unwrap();
        let Some(plane) = start(&policy, folder.path(), &flags("")) else { return };
        work(&plane);
        eventually("the shell to be logged", || {
            log(folder.path()).contains("/exec?").then_some(())
        });
        let text = log(folder.path());
        assert!(!text.contains(PASSWORD), "{profile}: the log holds a password");
        let token = text.lines().find(|it| it.contains("/serviceaccounts/ci/token"));
        assert!(!token.unwrap().contains("responseObject"), "{profile}: the log holds a token");
        let (document, mut count) = (first_document(&policy), 0);
        let simulator =
            Simulator::new(&document, "policy.yaml", MinorVersion::NEWEST_KNOWN).unwrap();
        for text in text.lines() {
            let record = Record::read(text).unwrap();
            let answer = simulator.answer(&record.event());
            assert_eq!(answer.decision.level, record.level, "{profile}: {text}");
            assert!(!answer.decision.omit_stages.contains(record.stage), "{profile}: {text}");
            count += 1;
        }
        let exec = text.lines().find(|it| it.contains("/exec?")).unwrap();
        assert!(exec.contains("\"verb\":\"get\""), "kubectl opens a WebSocket: {exec}");
        eprintln!("{profile}: {count} events agree");
    }
}

#[test]
fn the_server_starts_with_the_flags_of_a_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("webhook.yaml");
    std::fs::write(
        &config,
        "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: \"https://127.0.0.1:1\"}}]\n\
         contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\n",
    )
    .unwrap();
    let mut flags = flags("--backend webhook");
    assert_eq!(flags.len(), 4);
    for (flag, value) in &mut flags {
        if flag == "audit-webhook-config-file" {
            config.to_str().unwrap().clone_into(value);
        }
    }
    let policy = line("audit-policy").ok();
    let Some(plane) = start(&policy, folder.path(), &flags) else { return };
    plane.kubectl_ok(["get", "namespaces"]);
}

/// What the server logged of one request.
type Logged = Vec<(Stage, String)>;

#[test]
fn random_policies_log_random_requests_as_the_simulator_says() {
    let setting = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |value| value.parse().expect(name))
    };
    let seed = setting("HARDEN_RANDOM_SEED", 1);
    let policies = setting("HARDEN_RANDOM_POLICIES", 3);
    let requests = setting("HARDEN_RANDOM_REQUESTS", 400);
    eprintln!("seed {seed}: {policies} policies, {requests} requests each");
    let mut choices = Choices::new(seed);
    for _ in 0..policies {
        let policy = choices.policy();
        let folder = tempfile::tempdir().unwrap();
        let Some(plane) = start(&policy, folder.path(), &[]) else { return };
        let sent: Vec<Sent> = (0..requests).map(|_| choices.request()).collect();
        Users::of(&plane).send(&sent);
        let document = first_document(&policy);
        let simulator =
            Simulator::new(&document, "policy.yaml", MinorVersion::NEWEST_KNOWN).unwrap();
        let expected: Vec<Logged> = sent.iter().map(|it| expected(&simulator, it)).collect();
        let is_logged = expected.iter().filter(|it| !it.is_empty()).count();
        let logged = eventually("all events", || {
            let logged = logged(&log(folder.path()));
            (logged.len() >= is_logged).then_some(logged)
        });
        let mut levels = BTreeMap::new();
        for (sent, expected) in sent.iter().zip(&expected) {
            let nothing = Vec::new();
            let theirs = logged.get(&sent.id).unwrap_or(&nothing);
            assert_eq!(theirs, expected, "seed {seed}: {sent:?}\n{policy}");
            let level = expected.first().map_or("None", |(_, level)| level.as_str());
            *levels.entry(level.to_owned()).or_insert(0) += 1;
        }
        eprintln!("{levels:?}");
        assert!(levels.len() > 2, "the requests tell too little: {levels:?}");
    }
}

fn expected(simulator: &Simulator<'_>, sent: &Sent) -> Logged {
    let user = match sent.user {
        User::Nobody => "",
        User::Admin => "admin",
        User::Alice => "alice",
        User::Bob => "bob",
    };
    let groups: &[&str] = match sent.user {
        User::Admin => &["system:masters"],
        User::Alice => &["dev-team"],
        User::Bob | User::Nobody => &[],
    };
    let request = Request {
        user: user.to_owned(),
        groups: groups.iter().map(|it| (*it).to_owned()).collect(),
        ..sent.request.clone()
    };
    let request = request.complete().unwrap();
    let answer = simulator.answer(&request.event());
    let level = answer.decision.level.as_str();
    answer.stages.into_iter().map(|stage| (stage, level.to_owned())).collect()
}

fn logged(log: &str) -> BTreeMap<String, Logged> {
    let mut all: BTreeMap<String, Logged> = BTreeMap::new();
    for text in log.lines() {
        let Ok(record) = Record::read(text) else { continue };
        let id = text.split("\"auditID\":\"").nth(1).and_then(|it| it.split('"').next()).unwrap();
        if id.starts_with("sent-") {
            let level = record.level.as_str().to_owned();
            all.entry(id.to_owned()).or_default().push((record.stage, level));
        }
    }
    all.values_mut().for_each(|it| it.sort());
    all
}
