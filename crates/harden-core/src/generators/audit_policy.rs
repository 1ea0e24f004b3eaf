//! Audit policies: who did what, without secrets and without noise.

mod backend;
mod noise;
mod platform;
mod profile;
mod resource;
mod rule;

pub use backend::Backend;
pub use noise::Noise;
pub use profile::Profile;
pub use resource::LoggedResource;

use crate::cluster::{Facts, Need};
use crate::configuration::audit::{self, AuditPolicy};
use crate::configuration::first_document;
use crate::kubernetes::{MinorVersion, NamespaceName, PolicyVersion};
use crate::platform::PlatformName;

use super::{File, Generate, Generated, HostPath, OptionError, Product, known_version};
use rule::PolicyRule;

#[cfg(feature = "cli")]
const SERVER: &str = "API server";

const FILE: &str = "audit-policy.yaml";
/// Where it is on the nodes when nobody says otherwise.
const PATH: &str = "/etc/kubernetes/audit/audit-policy.yaml";

/// What the policy is to log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Options {
    /// How much to log
    #[cfg_attr(feature = "cli", arg(long, value_name = "PROFILE", default_value = "recommended"))]
    pub profile: Profile,

    /// Log what changes of this resource say, and what is answered: RESOURCE[.GROUP], or *.GROUP; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "RESOURCE", value_delimiter = ','))]
    pub log_bodies_of: Vec<LoggedResource>,

    /// Leave out what nobody investigates; alone, all of it [default: what the profile says]
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "NOISE", value_delimiter = ',', num_args = 0.., default_missing_value = "all", require_equals = true)
    )]
    pub drop_noise: Vec<Noise>,

    /// Log bodies only in this namespace, and metadata everywhere; repeatable [default: all namespaces]
    #[cfg_attr(
        feature = "cli",
        arg(short = 'n', long, value_name = "NAME", value_delimiter = ',')
    )]
    pub namespace: Vec<NamespaceName>,

    /// Version of Kubernetes that it is for, such as 1.30 or latest; cluster asks the API server
    /// [default: v1.37]
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION"))]
    pub kubernetes_version: Option<PolicyVersion>,

    /// Platform that it is for: the form that its API server takes, or what to do where it takes none
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLATFORM"))]
    pub platform: Option<PlatformName>,

    /// Overwrite files
    #[cfg_attr(feature = "cli", arg(long))]
    pub force: bool,

    /// Print what this policy would keep of an audit log (JSON lines) instead of the policy; - is
    /// standard input
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", conflicts_with = "print_flags"))]
    pub estimate: Option<String>,

    /// Print the flags of kube-apiserver, the mounts of its pod and the same for kubeadm instead of
    /// the policy, or what the platform has in their place
    #[cfg_attr(feature = "cli", arg(long, help_heading = SERVER))]
    pub print_flags: bool,

    /// Where events go
    #[cfg_attr(feature = "cli", arg(long, value_name = "BACKEND", default_value = "log", requires = "print_flags", help_heading = SERVER))]
    pub backend: Backend,

    /// Where the policy is on the control plane nodes
    /// [default: /etc/kubernetes/audit/audit-policy.yaml, or where the platform has it]
    #[cfg_attr(feature = "cli", arg(long, value_name = "PATH", requires = "print_flags", help_heading = SERVER))]
    pub config_path: Option<HostPath>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: Profile::Recommended,
            log_bodies_of: Vec::new(),
            drop_noise: Vec::new(),
            namespace: Vec::new(),
            kubernetes_version: None,
            platform: None,
            force: false,
            estimate: None,
            print_flags: false,
            backend: Backend::Log,
            config_path: None,
        }
    }
}

impl Generate for Options {
    fn product() -> Product {
        Product::Files
    }

    fn is_forced(&self) -> bool {
        self.force
    }

    fn needs(&self) -> Vec<Need> {
        let asks = self.kubernetes_version == Some(PolicyVersion::Cluster);
        asks.then_some(Need::Version)
            .into_iter()
            .chain(super::platform::need(self.platform))
            .collect()
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        let version = known_version(self.kubernetes_version, facts)?;
        let platform = super::platform::chosen(self.platform, facts)?;
        let cell = platform.map(|it| &it.audit);
        if let Some(made) = platform.and_then(|it| platform::form(self, it, version).transpose()) {
            return made;
        }
        if self.print_flags {
            let known = cell.and_then(super::platform::path).unwrap_or(PATH);
            let path = self.config_path.clone().unwrap_or(HostPath::known(known));
            let told = cell.and_then(super::platform::told);
            let (settings, notes) = self.backend.settings(&path, told);
            let file = settings.to_file("audit-flags.yaml", version, told);
            return Ok(Generated { files: vec![file], notes, ..Generated::default() });
        }
        let text = self.policy(version)?;
        let notes = self.notes(&text);
        Ok(Generated { files: vec![File::new(FILE, text)], notes, ..Generated::default() })
    }

    fn log(&self) -> Option<&str> {
        self.estimate.as_deref()
    }
}

impl Options {
    /// The policy, without rules that others leave nothing to.
    fn policy(&self, version: MinorVersion) -> Result<String, OptionError> {
        self.check()?;
        let mut rules = self.profile.rules(self, version);
        loop {
            let text = rule::write(self.profile, &rules);
            let idle = with_policy(&text, version, |policy| {
                audit::shadows(policy).into_iter().map(|it| it.rule).collect::<Vec<_>>()
            });
            match idle {
                Some(idle) if !idle.is_empty() => {
                    let mut index = 0..rules.len();
                    rules
                        .retain(|_: &PolicyRule| index.next().is_none_or(|it| !idle.contains(&it)));
                }
                _ => return Ok(text),
            }
        }
    }

    fn check(&self) -> Result<(), OptionError> {
        const OPTION: &str = "--drop-noise";
        let noise = &self.drop_noise;
        if noise.contains(&Noise::None) && noise.len() > 1 {
            return Err(OptionError::new(OPTION, "none", "goes with no other"));
        }
        let has_bodies = self.profile != Profile::Minimal || !self.log_bodies_of.is_empty();
        if !self.namespace.is_empty() && !has_bodies {
            let rule =
                "the profile minimal logs no bodies anywhere; name some with --log-bodies-of";
            return Err(OptionError::new("--namespaces", "", rule));
        }
        Ok(())
    }

    /// What of the noise is dropped.
    fn drops(&self, noise: Noise) -> bool {
        match self.drop_noise.as_slice() {
            [] => self.profile.drops(noise),
            chosen => chosen.contains(&noise) || chosen.contains(&Noise::All),
        }
    }

    fn notes(&self, text: &str) -> Vec<String> {
        let mut notes = Vec::new();
        let is_for_newest_unasked = self.kubernetes_version.is_none() && self.estimate.is_none();
        if is_for_newest_unasked && with_policy(text, MinorVersion::OLDEST_KNOWN, |_| ()).is_none()
        {
            notes.push(format!(
                "API servers before {} do not start with this policy: for them, name their version with --kubernetes-version",
                audit::GROUP_WILDCARD
            ));
        }
        if self.profile == Profile::Forensic {
            notes.push(
                "bodies of custom resources are logged: if some hold secrets, put a rule of level Metadata for them before"
                    .to_owned(),
            );
        }
        notes
    }
}

fn with_policy<T>(
    text: &str,
    version: MinorVersion,
    look: impl FnOnce(&AuditPolicy<'_>) -> T,
) -> Option<T> {
    let document = first_document(text);
    audit::read(&document, version).ok().map(|policy| look(&policy))
}
