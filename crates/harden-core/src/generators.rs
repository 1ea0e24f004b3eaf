//! Every generator, each in a file of its own.

#[cfg(feature = "admission")]
pub mod admission_policy;
mod api_server;
pub mod audit_policy;
pub mod encryption;
#[cfg(feature = "admission")]
mod exemptions;
pub mod external_secret;
mod folder;
mod generated;
mod host_path;
#[cfg(feature = "admission")]
pub mod image_policy;
pub mod namespace;
#[cfg(feature = "admission")]
pub mod network_logging;
#[cfg(feature = "admission")]
pub mod network_policy;
mod openshift;
mod output;
mod platform;
pub mod pod_security;
pub mod role;
#[cfg(feature = "admission")]
mod stages;
mod talos;
mod version;

pub use folder::kustomization;
pub use generated::{File, Generated, Verdict};
pub use host_path::{HostPath, InvalidHostPath};
pub use output::{FileOutput, ObjectOutput};
pub use version::known_version;

use std::fmt;

use crate::cluster::{Facts, Need};

/// What a generator does, by its options.
pub trait Generate {
    /// What it makes.
    fn product() -> Product
    where
        Self: Sized;

    /// Files that the options name; the caller reads them and passes them to [`Generate::read`]. `-`
    /// is standard input.
    fn files(&self) -> Vec<String> {
        Vec::new()
    }

    /// Takes in the text of one of [`Generate::files`].
    ///
    /// # Errors
    ///
    /// The text is not what the option asks for.
    fn read(&mut self, _file: &str, _text: &str) -> Result<(), OptionError> {
        Ok(())
    }

    /// Those of [`Generate::files`] that are audit logs of any size. A caller who can reads them as they come, with
    /// a [`role::Usage`] that begins as [`Generate::usage`], and hands that over; others pass their texts to
    /// [`Generate::read`], as of any file.
    fn logs(&self) -> &[String] {
        &[]
    }

    /// What is wanted of [`Generate::logs`], before anything was read.
    ///
    /// # Errors
    ///
    /// The options do not say of whom.
    fn usage(&self) -> Result<Option<role::Usage>, OptionError> {
        Ok(None)
    }

    /// Takes in what [`Generate::logs`] say.
    fn take_usage(&mut self, _usage: role::Usage) {}

    /// Whether the user asked to go ahead where a safeguard would stop (`--force`).
    fn is_forced(&self) -> bool {
        false
    }

    /// What the options need to know of the cluster and of the machine.
    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }

    /// Makes the objects or files.
    ///
    /// # Errors
    ///
    /// The options contradict each other, or ask for what cannot be.
    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError>;

    /// An audit log that is wanted counted in place of what is made: see [`Generated::count`]. `-` is
    /// standard input.
    fn log(&self) -> Option<&str> {
        None
    }
}

macro_rules! generators {
    ($($(#[doc = $doc:literal])* $(#[cfg($needs:meta)])? $name:ident($module:ident),)+) => {
        /// What can be generated, with its options.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[cfg_attr(feature = "cli", derive(clap::Subcommand))]
        #[allow(clippy::large_enum_variant, reason = "one is made per run; where pointers are small, none is large")]
        pub enum Generator {
            $($(#[doc = $doc])* $(#[cfg($needs)])? $name($module::Options),)+
        }

        impl Generator {
            /// What the generator of this name makes, as the command line calls it.
            pub fn product_of(name: &str) -> Option<Product> {
                let module = name.replace('-', "_");
                match module.as_str() {
                    $($(#[cfg($needs)])? stringify!($module) => Some(<$module::Options as Generate>::product()),)+
                    _ => None,
                }
            }

            /// What this generator makes.
            pub fn product(&self) -> Product {
                match self { $($(#[cfg($needs)])? Self::$name(_) => <$module::Options as Generate>::product(),)+ }
            }

            /// Its options.
            pub fn options(&self) -> &dyn Generate {
                match self { $($(#[cfg($needs)])? Self::$name(options) => options,)+ }
            }

            /// Its options, to be told what is in their files.
            pub fn options_mut(&mut self) -> &mut dyn Generate {
                match self { $($(#[cfg($needs)])? Self::$name(options) => options,)+ }
            }
        }
    };
}

generators! {
    /// Make policies that let no flaw in: for the API server itself, Kyverno or Gatekeeper
    #[cfg(feature = "admission")]
    AdmissionPolicy(admission_policy),
    /// Make an audit policy: who did what, without secrets and without noise
    AuditPolicy(audit_policy),
    /// Make the file by which the API server encrypts what it stores, and change its keys without
    /// losing anything
    Encryption(encryption),
    /// Make ExternalSecrets in place of Secrets, and the store that they come from
    ExternalSecret(external_secret),
    /// Make a policy that lets only signed images in: for Kyverno or sigstore's policy-controller
    #[cfg(feature = "admission")]
    ImagePolicy(image_policy),
    /// Make namespaces that admit only hardened pods, deny all traffic but DNS, and bound what they use
    Namespace(namespace),
    /// Make policies that let each workload talk to those that it needs, and to nobody else
    #[cfg(feature = "admission")]
    NetworkPolicy(network_policy),
    /// Make the API server's configuration of Pod Security, which holds where no label says otherwise
    PodSecurity(pod_security),
    /// Make a role of least rights and its binding: from an audit log, from manifests, or ready-made
    Role(role),
}

/// What becomes of the things a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// Objects that are applied to a cluster.
    Objects,
    /// Files that the API server reads when it starts.
    Files,
}

/// Options that contradict each other, or ask for what cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct OptionError {
    /// The option as it is typed, e.g. `--quota`.
    pub option: &'static str,
    /// The value that was given; empty when the option itself is the problem.
    pub value: String,
    /// The rule that it breaks, and what to do.
    pub rule: String,
    /// The answer of a cluster that keeps it from being done, where it is not the option itself; `Yes` where
    /// nothing was asked.
    pub verdict: Verdict,
}

impl OptionError {
    pub(crate) fn new(
        option: &'static str,
        value: impl fmt::Display,
        rule: impl Into<String>,
    ) -> Self {
        Self { option, value: value.to_string(), rule: rule.into(), verdict: Verdict::Yes }
    }

    /// The same, because a cluster answered so.
    pub(crate) fn because(self, verdict: Verdict) -> Self {
        Self { verdict, ..self }
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.value.is_empty() {
            write!(f, "{}: {}", self.option, self.rule)
        } else {
            write!(f, "invalid value '{}' for '{}': {}", self.value, self.option, self.rule)
        }
    }
}
