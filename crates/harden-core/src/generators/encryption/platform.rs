//! Encryption where no file of the user's on the nodes says how.

use serde_json::json;
use zeroize::Zeroizing;

use super::Options;
use super::configuration::{Configuration, Entry};
use super::procedure::Procedure;
use super::provider::Provider;
use crate::cluster::Facts;
use crate::generators::{File, Generated, OptionError, openshift, platform, talos};
use crate::kubernetes::MinorVersion;
use crate::platform::{Distribution, Instead, Platform, Setting};

/// The first versions of K3s and RKE2 that know another cipher than aescbc: 1.30.12, 1.31.8, 1.32.4, and
/// every 1.33.
const SECRETBOX: MinorVersion = MinorVersion(30);
const SECRETBOX_IN_ALL: MinorVersion = MinorVersion(33);

const NEWER: &str = "encryption-talos-1.14.yaml";

/// What is made where the platform takes no file, or none at all.
pub(super) fn form(
    options: &Options,
    of: &Platform,
    version: MinorVersion,
    facts: &Facts,
) -> Result<Option<Generated>, OptionError> {
    if matches!(of.encryption.value, Setting::File { .. }) {
        return Ok(None);
    }
    options.writer.check()?;
    if let Setting::Instead(instead) = of.encryption.value {
        let what = "EncryptionConfiguration";
        return Ok(Some(platform::instead(of, what, &of.encryption, &instead, "")));
    }
    let rule = "no file of its nodes is read, so that no flags name one";
    platform::reject("--print-flags", options.print_flags, of, rule)?;
    platform::reject("--config-path", options.config_path.is_some(), of, rule)?;
    let rule = "it has no place for the socket of a plugin";
    let is_kms = options.writer.provider == Some(Provider::Kms);
    platform::reject("--provider", is_kms, of, rule)?;
    match of.encryption.value {
        Setting::Own(distribution) => own(options, of, distribution, version).map(Some),
        Setting::Object(_) => object(options, of).map(Some),
        Setting::Machine(_) => machine(options, facts).map(Some),
        Setting::File { .. } | Setting::Instead(_) => Ok(None),
    }
}

/// Rejects what cannot be said where the platform makes the keys.
fn check_own(options: &Options, of: &Platform) -> Result<(), OptionError> {
    let rule = "it makes and names its keys itself";
    platform::reject("--key-name", options.writer.key_name.is_some(), of, rule)?;
    let rule = "it says itself when nothing in plain is read any more";
    platform::reject("--migrated", options.migrated, of, rule)
}

/// Whether only these are to be encrypted.
fn are_among(options: &Options, known: &[&str]) -> bool {
    options.resources.iter().all(|it| known.contains(&it.as_str()))
}

fn own(
    options: &Options,
    of: &Platform,
    distribution: &Distribution,
    version: MinorVersion,
) -> Result<Generated, OptionError> {
    check_own(options, of)?;
    let rule = "it encrypts Secrets alone";
    platform::reject("--resources", !are_among(options, &["secrets"]), of, rule)?;
    let rule = "it has secretbox and aescbc";
    let provider = options.writer.provider;
    platform::reject("--provider", provider == Some(Provider::Aesgcm), of, rule)?;
    let is_old = version < SECRETBOX;
    let rule = "secretbox came with 1.30.12; before, it has aescbc alone";
    platform::reject("--provider", provider == Some(Provider::Secretbox) && is_old, of, rule)?;
    let is_secretbox = provider != Some(Provider::Aescbc) && !is_old;
    let Distribution { title, folder, service, rotate, encryption, encrypts, .. } = distribution;
    let mut text = format!(
        "# For a file in {folder} on every server node, read when {title} starts:\n\
         # sudo systemctl restart {service}\n\
         # {title} makes the key itself. To replace it, or once the cipher has changed: sudo {rotate}\n\
         # See {encryption}\n"
    );
    let mut notes = Vec::new();
    if *encrypts {
        notes.push(format!(
            "{title} encrypts Secrets without being told to; what is made chooses the cipher"
        ));
    } else {
        text.push_str("secrets-encryption: true\n");
        notes.push(format!(
            "this is for servers that have not started yet: {title} does not support switching it on later"
        ));
    }
    if is_secretbox {
        if version < SECRETBOX_IN_ALL {
            notes.push("secretbox came with 1.30.12, 1.31.8 and 1.32.4: before, leave the line out that names it".to_owned());
        }
        text.push_str("secrets-encryption-provider: secretbox\n");
    } else if !is_old {
        text.push_str("secrets-encryption-provider: aescbc\n");
    }
    if !is_secretbox {
        notes.extend(super::provider::warning(Provider::Aescbc.kind()).map(str::to_owned));
    }
    let files = vec![File::new(format!("encryption-{}.yaml", of.name), text)];
    Ok(Generated { files, notes, ..Generated::default() })
}

fn object(options: &Options, of: &Platform) -> Result<Generated, OptionError> {
    check_own(options, of)?;
    let rule = "it encrypts Secrets, ConfigMaps, routes and tokens, and nothing else";
    let known = ["secrets", "configmaps", "routes.route.openshift.io"];
    platform::reject("--resources", !are_among(options, &known), of, rule)?;
    let rule = "it has aesgcm and aescbc";
    let provider = options.writer.provider;
    platform::reject("--provider", provider == Some(Provider::Secretbox), of, rule)?;
    let provider = provider.unwrap_or(Provider::Aesgcm);
    let comment = "Has OpenShift's operators encrypt Secrets, ConfigMaps, routes and tokens in etcd. They make the keys,\n\
                   replace them, and write everything again, which takes a while; the condition Encrypted of the\n\
                   KubeAPIServer `cluster` tells how far they are.\n";
    let text = openshift::api_server(comment, "encryption", &json!({"type": provider.to_string()}));
    let mut notes = Vec::new();
    if provider == Provider::Aescbc {
        notes.extend(super::provider::warning(provider.kind()).map(str::to_owned));
    }
    let files = vec![File::new("api-server.yaml", text)];
    Ok(Generated { files, notes, ..Generated::default() })
}

/// How keys are replaced where the platform does it itself.
pub(super) fn procedure(procedure: &Procedure, of: &Platform) -> Option<Generated> {
    let own = of.procedures.as_ref()?;
    let steps = match procedure {
        Procedure::Rotate(_) => own.rotate,
        Procedure::Enable(_) => own.enable,
        Procedure::Disable(_) => own.disable,
    };
    let instead = Instead { why: own.why, steps };
    Some(platform::instead(of, "file of a stage", &of.encryption, &instead, ""))
}

fn machine(options: &Options, facts: &Facts) -> Result<Generated, OptionError> {
    let configuration = options.configuration(facts)?;
    let newer = newer(options, &configuration);
    // The older keys are for Secrets, by two ciphers, and name nothing.
    let secret = options.writer.key_name.is_none() && !options.migrated;
    let secret =
        (secret && are_among(options, &["secrets"])).then(|| older(&configuration)).flatten();
    let mut notes = Vec::new();
    let kind = options.writer.kind();
    notes.extend(super::provider::warning(kind).map(str::to_owned));
    notes.push("Talos makes this secret with a cluster: in the place of one that is there, another would make unreadable what the first has written".to_owned());
    let mut files = Vec::new();
    let is_companion = secret.is_some();
    if let Some(text) = secret {
        notes.push(format!(
            "configurations that Talos 1.14 or later made have a document for it: --output-dir writes that, too, as {NEWER}"
        ));
        files.push(File {
            is_shown: options.show_key,
            ..File::secret("encryption-talos.yaml", text)
        });
    } else {
        notes.push("before Talos 1.14, Secrets alone can be encrypted, by secretbox or aescbc and without a name for the key".to_owned());
    }
    files.push(File { is_companion, is_shown: options.show_key, ..File::secret(NEWER, newer) });
    Ok(Generated { files, notes, ..Generated::default() })
}

const WHY: &str = "Encrypts in etcd. For control plane nodes whose cluster is not made yet, or whose configuration has\n\
                   no secret for it: in the place of one that is there, another makes unreadable what it has written.\n\
                   Who reads this file can decrypt etcd: owner root, mode 0600, never in version control.\n";

/// The secret as the machine configuration has it before Talos 1.14.
fn older(configuration: &Configuration) -> Option<Zeroizing<String>> {
    let [rule] = configuration.rules.as_slice() else { return None };
    let Some(Entry::Key(kind, key)) = rule.entries.first() else { return None };
    let name = match kind.to_string().as_str() {
        "secretbox" => "secretboxEncryptionSecret",
        "aescbc" => "aescbcEncryptionSecret",
        _ => return None,
    };
    let mut line = Zeroizing::new(String::with_capacity(name.len() + key.secret.len() + 8));
    line.push_str(name);
    line.push_str(": \"");
    line.push_str(&key.secret);
    line.push_str("\"\n");
    Some(talos::patch(WHY, &["cluster"], &line))
}

/// The file without its type, which is what the document holds.
fn newer(options: &Options, configuration: &Configuration) -> Zeroizing<String> {
    let text = configuration.write("");
    let rules = text.find("resources:\n").and_then(|at| text.get(at..)).unwrap_or_default();
    let mut why = WHY.to_owned();
    if !options.migrated {
        why.push_str("identity comes last so that objects stored in plain are read until they are written again.\n");
    }
    talos::document("KubeEtcdEncryptionConfig", &why, &["config"], rules)
}
