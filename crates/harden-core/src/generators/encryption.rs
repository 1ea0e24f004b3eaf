//! Files by which the API server encrypts what it stores, and the way from one to the next.

mod configuration;
mod flags;
mod key;
mod migration;
mod new_key;
mod plan;
mod platform;
mod procedure;
mod provider;
mod resource;
mod stage;
mod status;
mod writer;

pub use key::{InvalidKeyName, KeyName};
pub use procedure::{Disable, Enable, Procedure, Progress, Rotate, Source};
pub use provider::{InvalidKms, KmsEndpoint, KmsName, KmsTimeout, Provider};
pub use resource::{InvalidResource, Resource};
pub use stage::Stage;
pub use writer::Writer;

use crate::cluster::{Facts, Need};

use crate::kubernetes::{MinorVersion, PolicyVersion};
use crate::platform::PlatformName;

use configuration::{Configuration, Entry, ResourceRule};
use new_key::NewKeys;

use super::{File, Generate, Generated, HostPath, OptionError, Product, known_version};

/// What the file is called when nobody says otherwise.
const NAME: &str = "encryption.yaml";
/// Where it is on the nodes when nobody says otherwise.
const PATH: &str = "/etc/kubernetes/encryption/encryption.yaml";

/// The first version whose API server has KMS v2 without a feature gate.
const KMS_V2: MinorVersion = MinorVersion(27);
/// The first version whose API server takes `*.apps`, `*.` and `*.*`; to those before, `*` is the name of
/// a resource.
const WILDCARDS: MinorVersion = MinorVersion(27);

#[cfg(feature = "cli")]
const SERVER: &str = "API server";

/// What is to be encrypted, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(args_conflicts_with_subcommands = true))]
pub struct Options {
    /// What to do with a file that is in use
    #[cfg_attr(feature = "cli", command(subcommand))]
    pub procedure: Option<Procedure>,

    /// What encrypts.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub writer: Writer,

    /// Resources to encrypt: secrets, deployments.apps, *.apps, *. for the core group, *.* for all
    /// [default: secrets]
    #[cfg_attr(feature = "cli", arg(long, value_name = "RESOURCE", value_delimiter = ','))]
    pub resources: Vec<Resource>,

    /// Read no object that is stored in plain: the cluster is new, or everything was written again
    #[cfg_attr(feature = "cli", arg(long))]
    pub migrated: bool,

    /// Platform that it is for: the form that its API server takes, or what to do where it takes none
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLATFORM"))]
    pub platform: Option<PlatformName>,

    /// Let keys be printed to the terminal
    #[cfg_attr(feature = "cli", arg(long))]
    pub show_key: bool,

    /// Print the flags of kube-apiserver, the mounts of its pod and the same for kubeadm instead of
    /// the file, or what the platform has in their place
    #[cfg_attr(feature = "cli", arg(long, help_heading = SERVER))]
    pub print_flags: bool,

    /// Where the file is on the control plane nodes
    /// [default: /etc/kubernetes/encryption/encryption.yaml, or where the platform has it]
    #[cfg_attr(feature = "cli", arg(long, value_name = "PATH", help_heading = SERVER))]
    pub config_path: Option<HostPath>,

    /// Have the API servers read the file again when it changes, instead of at a restart
    #[cfg_attr(feature = "cli", arg(long, requires = "print_flags", help_heading = SERVER))]
    pub automatic_reload: bool,

    /// Version of Kubernetes that it is for, such as 1.30 or latest; cluster asks the API server
    /// [default: v1.37]
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION", help_heading = SERVER))]
    pub kubernetes_version: Option<PolicyVersion>,
}

/// Where the file is on the nodes.
fn path(chosen: Option<&HostPath>) -> HostPath {
    chosen.cloned().unwrap_or(HostPath::known(PATH))
}

impl Generate for Options {
    fn product() -> Product {
        Product::Files
    }

    fn files(&self) -> Vec<String> {
        self.procedure.as_ref().map_or_else(Vec::new, |it| it.files().to_vec())
    }

    fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        self.procedure.as_mut().map_or(Ok(()), |it| it.read(file, text))
    }

    fn needs(&self) -> Vec<Need> {
        if let Some(procedure) = &self.procedure {
            return procedure.needs();
        }
        let asks = self.kubernetes_version == Some(PolicyVersion::Cluster);
        let mut needs: Vec<_> = asks.then_some(Need::Version).into_iter().collect();
        needs.extend(super::platform::need(self.platform));
        if !self.print_flags {
            needs.extend([Need::Today, Need::Random(new_key::RANDOM)]);
        }
        needs
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        if let Some(procedure) = &self.procedure {
            return procedure.generate(facts);
        }
        let version = known_version(self.kubernetes_version, facts)?;
        check_version(version, &self.writer, &self.resources)?;
        let of = super::platform::chosen(self.platform, facts)?;
        let cell = of.map(|it| &it.encryption);
        if let Some(made) = of.and_then(|it| platform::form(self, it, version, facts).transpose()) {
            return made;
        }
        let known = cell.and_then(super::platform::path).unwrap_or(PATH);
        let path = self.config_path.clone().unwrap_or(HostPath::known(known));
        if !self.print_flags {
            return self.configure(&path, facts);
        }
        let kms = self.writer.kms()?;
        let told = cell.and_then(super::platform::told);
        let (settings, notes) =
            flags::settings(&path, self.automatic_reload, kms.as_ref(), version, told)?;
        let files = vec![settings.to_file("encryption-flags.yaml", version, told)];
        Ok(Generated { files, notes, ..Generated::default() })
    }
}

/// Rejects what an API server of this version does not know.
fn check_version(
    version: MinorVersion,
    writer: &Writer,
    resources: &[Resource],
) -> Result<(), OptionError> {
    if version < KMS_V2 && writer.provider == Some(Provider::Kms) {
        let rule = format!(
            "kube-apiserver {version} does not start with KMS v2 unless a feature gate is set: it does from {KMS_V2} on"
        );
        return Err(OptionError::new("--provider", "kms", rule));
    }
    let wildcard = resources.iter().map(ToString::to_string).find(|it| it.contains('*'));
    match wildcard {
        Some(resource) if version < WILDCARDS => {
            let rule = format!(
                "kube-apiserver {version} knows no wildcards and would encrypt nothing: it does from {WILDCARDS} on"
            );
            Err(OptionError::new("--resources", resource, rule))
        }
        _ => Ok(()),
    }
}

impl Options {
    /// What the file is to say, with fresh keys.
    fn configuration(&self, facts: &Facts) -> Result<Configuration, OptionError> {
        let mut configuration = Configuration::default();
        let mut keys = NewKeys::new(&self.writer, facts, &configuration)?;
        let reads_plain = !self.migrated;
        for resources in resource::rules(&resource::or_secrets(&self.resources)) {
            let mut entries = vec![keys.entry(None)?];
            if reads_plain {
                entries.push(Entry::Identity);
            }
            configuration.rules.push(ResourceRule { resources, entries });
        }
        Ok(configuration)
    }

    /// The file alone, for a cluster that has none.
    fn configure(&self, path: &HostPath, facts: &Facts) -> Result<Generated, OptionError> {
        let configuration = self.configuration(facts)?;
        let reads_plain = !self.migrated;
        let kind = self.writer.kind();
        let mut notes: Vec<_> = provider::warning(kind).map(str::to_owned).into_iter().collect();
        notes.push(if reads_plain {
            "what is stored already stays plain until it is written again: `kubectl harden encryption enable` shows how, and with several API servers what comes before".to_owned()
        } else {
            "an API server that has stored anything in plain does not start with this file: for a cluster that runs, use `kubectl harden encryption enable`".to_owned()
        });
        if configuration.rules_for("secrets").is_empty() {
            notes.push("Secrets are not covered: add secrets to --resources".to_owned());
        }
        let comment = header(&configuration, path, reads_plain);
        let file = write(&configuration, NAME, &comment, self.show_key);
        Ok(Generated { files: vec![file], notes, ..Generated::default() })
    }
}

/// The file, which is as secret as the keys in it.
fn write(configuration: &Configuration, name: &str, comment: &str, is_shown: bool) -> File {
    let text = configuration.write(comment);
    let is_secret = configuration.holds_keys();
    File { is_secret, is_shown, ..File::secret(name, text) }
}

fn header(configuration: &Configuration, path: &HostPath, reads_plain: bool) -> String {
    let resources = configuration.resources_where(ResourceRule::encrypts).join(", ");
    let mut text = format!(
        "Encrypts {resources} in etcd. kube-apiserver takes it as\n\
         --encryption-provider-config={path}\n"
    );
    text.push_str(secrecy(configuration));
    if reads_plain {
        text.push_str(
            "identity comes last so that objects stored in plain are read until they are written again;\n\
             `kubectl harden encryption enable -f FILE --stage retire` then takes it out.\n",
        );
    }
    text
}

/// How the file must be kept.
fn secrecy(configuration: &Configuration) -> &'static str {
    if configuration.holds_keys() {
        "Who reads this file can decrypt etcd: owner root, mode 0600, never in version control.\n"
    } else {
        ""
    }
}
