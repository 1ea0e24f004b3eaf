//! The exact commands of a plan.

use std::fmt::Write as _;

use serde_json::json;

use super::{Step, file_name};
use crate::configuration::encryption::split;
use crate::generators::encryption;
use crate::generators::encryption::configuration::{Configuration, Entry};
use crate::generators::encryption::migration;
use crate::generators::encryption::procedure::{Procedure, Progress};
use crate::generators::encryption::provider::Provider;
use crate::generators::encryption::stage::Stage;
use crate::kubernetes::Date;

/// Makes the file of a stage.
pub(super) fn make(procedure: &Procedure, step: &Step) -> String {
    let progress = procedure.progress();
    let mut line = format!("kubectl harden encryption {}", procedure.name());
    let mut add = |words: &str| {
        line.push(' ');
        line.push_str(words);
    };
    match (step.stage, &progress.filename) {
        (Stage::Add, Some(file)) => add(&format!("-f {}", word(file))),
        (Stage::Add, None) => {}
        (Stage::Promote, _) => add(&format!("-f {}", file_name(Stage::Add))),
        _ => add(&format!("-f {}", file_name(Stage::Promote))),
    }
    if let (Procedure::Enable(it), Stage::Add) = (procedure, step.stage) {
        let resources: Vec<_> = it.resources().iter().map(|it| word(it.as_str())).collect();
        add(&format!("--resources {}", resources.join(",")));
    }
    writer(procedure, step, &mut add);
    if let Some(path) = &progress.config_path {
        add(&format!("--config-path {path}"));
    }
    add(&format!("--stage {}", step.stage.name()));
    if step.stage == Stage::Retire {
        add("--reencrypted");
    }
    add(&format!("--output-file {}", file_name(step.stage)));
    line.push('\n');
    line
}

/// The options that say what writes, as far as the stage needs them.
fn writer(procedure: &Procedure, step: &Step, add: &mut impl FnMut(&str)) {
    let Some(writer) = procedure.writer() else { return };
    let is_kms = writer.provider == Some(Provider::Kms);
    let is_rotation = matches!(procedure, Procedure::Rotate(_));
    if step.stage == Stage::Retire && !is_rotation {
        return;
    }
    if let Some(provider) = writer.provider {
        add(&format!("--provider {provider}"));
    }
    if let Some(name) = &writer.kms_name {
        add(&format!("--kms-name {}", word(name.as_str())));
    }
    if step.stage == Stage::Add {
        if let Some(endpoint) = &writer.kms_endpoint {
            add(&format!("--kms-endpoint {}", word(endpoint.as_str())));
        }
        if let Some(timeout) = &writer.kms_timeout {
            add(&format!("--kms-timeout {}", word(timeout.as_str())));
        }
    }
    let named = writer.key_name.as_ref().map(ToString::to_string);
    // The stages may be taken on different days.
    let dated = || new_key(&step.configuration).filter(|_| step.stage == Stage::Add && !is_kms);
    if let Some(name) = named.or_else(dated) {
        add(&format!("--key-name {name}"));
    }
}

/// The name of the key that a stage added: it is second.
fn new_key(configuration: &Configuration) -> Option<String> {
    let second = configuration.rules.iter().filter_map(|it| it.entries.get(1));
    let dated = second.filter_map(Entry::key_name).filter(|it| it.date().is_some());
    dated.max_by_key(|it| it.date()).map(ToString::to_string)
}

/// Puts a file in place on a node.
pub(super) fn install(progress: &Progress, file: &str) -> String {
    let path = encryption::path(progress.config_path.as_ref());
    let mut text = format!("sudo install -D -o root -g root -m 0600 {file} {path}\n");
    if !progress.automatic_reload {
        text.push_str("sudo crictl stop \"$(sudo crictl ps --name '^kube-apiserver$' --quiet)\"\n");
    }
    text
}

/// Sees that the file is in use.
pub(super) fn check(procedure: &Procedure, file: &str) -> String {
    let mut text = String::from(if procedure.progress().automatic_reload {
        "kubectl get --raw /metrics | grep automatic_reload_last_timestamp_seconds\n"
    } else {
        "kubectl get --raw /readyz\n"
    });
    let _ = writeln!(
        text,
        "kubectl harden encryption {} -f {file} --stage status --verify",
        procedure.name()
    );
    text
}

/// Has the cluster write everything again.
pub(super) fn migrate(procedure: &Procedure, resources: &[&str], today: Option<Date>) -> String {
    let mut text = String::new();
    for written in resources {
        let (resource, group) = split(written);
        let name = migration::name(written, procedure.name(), today);
        let object = json!({
            "apiVersion": "storagemigration.k8s.io/v1",
            "kind": "StorageVersionMigration",
            "metadata": {"name": name},
            "spec": {"resource": {"group": group, "resource": resource}},
        });
        let _ = writeln!(text, "echo '{object}' | kubectl create -f -");
        let _ = writeln!(
            text,
            "kubectl wait --for=condition=Succeeded --timeout=1h storageversionmigration/{name}"
        );
    }
    text
}

/// A word as a shell takes it.
fn word(text: &str) -> String {
    let is_safe = |it: char| it.is_ascii_alphanumeric() || "-_./:,@".contains(it);
    if !text.is_empty() && text.chars().all(is_safe) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
