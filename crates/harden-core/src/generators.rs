//! Every generator, each in a file of its own.

mod api_server;
pub mod audit_policy;
pub mod encryption;
pub mod external_secret;
mod host_path;
pub mod namespace;
pub mod pod_security;

pub use host_path::{HostPath, InvalidHostPath};

use std::fmt;

use zeroize::Zeroizing;

use crate::Manifest;
use crate::kubernetes::{Facts, Need};

macro_rules! generators {
    ($($(#[$doc:meta])* $name:ident($module:ident) makes $product:ident,)+) => {
        /// What can be generated, with its options.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[cfg_attr(feature = "cli", derive(clap::Subcommand))]
        #[allow(clippy::large_enum_variant, reason = "one is made per run; where pointers are small, none is large")]
        pub enum Generator {
            $($(#[$doc])* $name($module::Options),)+
        }

        impl Generator {
            /// What the generator of this name makes, as the command line calls it.
            pub fn product_of(name: &str) -> Option<Product> {
                let module = name.replace('-', "_");
                match module.as_str() { $(stringify!($module) => Some(Product::$product),)+ _ => None }
            }

            /// What this generator makes.
            pub fn product(&self) -> Product {
                match self { $(Self::$name(_) => Product::$product,)+ }
            }

            /// Files that the options name; the caller reads them and passes them to
            /// [`Generator::read`]. `-` is standard input.
            pub fn files(&self) -> &[String] {
                match self { $(Self::$name(options) => options.files(),)+ }
            }

            /// Takes in the text of one of [`Generator::files`].
            pub fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
                match self { $(Self::$name(options) => options.read(file, text),)+ }
            }

            /// Whether the user asked to go ahead where a safeguard would stop (`--force`).
            pub fn is_forced(&self) -> bool {
                match self { $(Self::$name(options) => options.is_forced(),)+ }
            }

            /// What the options need to know of the cluster and of the machine.
            pub fn needs(&self) -> Vec<Need> {
                match self { $(Self::$name(options) => options.needs(),)+ }
            }

            /// Makes the objects or files.
            pub fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
                match self { $(Self::$name(options) => options.generate(facts),)+ }
            }
        }
    };
}

generators! {
    /// Make an audit policy: who did what, without secrets and without noise
    AuditPolicy(audit_policy) makes Files,
    /// Make the file by which the API server encrypts what it stores, and change its keys without
    /// losing anything
    Encryption(encryption) makes Files,
    /// Make ExternalSecrets in place of Secrets, and the store that they come from
    ExternalSecret(external_secret) makes Objects,
    /// Make namespaces that admit only hardened pods, deny all traffic but DNS, and bound what they use
    Namespace(namespace) makes Objects,
    /// Make the API server's configuration of Pod Security, which holds where no label says otherwise
    PodSecurity(pod_security) makes Files,
}

/// What becomes of the things a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// Objects that are applied to a cluster.
    Objects,
    /// Files that the API server reads when it starts.
    Files,
}

/// What a generator makes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Generated {
    /// The objects, in the order in which they must be applied.
    pub manifests: Vec<Manifest>,
    /// The files, the one that was asked for first.
    pub files: Vec<File>,
    /// What the user should know but the objects do not say; one sentence each.
    pub notes: Vec<String>,
}

/// A file that no API serves.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// What it is called when nobody says otherwise, e.g. `audit-policy.yaml`.
    pub name: String,
    /// The whole text. Comments have lines of their own, and no value goes over several lines.
    pub text: Zeroizing<String>,
    /// Whether it holds keys, so that it must not be shown unasked, be readable by others, or be
    /// overwritten.
    pub is_secret: bool,
    /// Whether the user asked to see it although it holds keys.
    pub is_shown: bool,
    /// Whether it only goes beside the others into a folder.
    pub is_companion: bool,
}

impl File {
    /// A file that anybody may read.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: Zeroizing::new(text.into()),
            is_secret: false,
            is_shown: false,
            is_companion: false,
        }
    }

    /// A file that holds keys.
    pub fn secret(name: impl Into<String>, text: Zeroizing<String>) -> Self {
        Self { text, is_secret: true, ..Self::new(name, "") }
    }

    /// The text without the lines that only comment.
    pub fn without_comments(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.text.len()));
        let lines = self.text.split_inclusive('\n');
        lines.filter(|it| !it.trim_start().starts_with('#')).for_each(|it| text.push_str(it));
        text
    }
}

/// Leaves out the text when it holds keys.
impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.is_secret { "…" } else { self.text.as_str() };
        let mut shown = f.debug_struct("File");
        shown.field("name", &self.name).field("text", &text).finish_non_exhaustive()
    }
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
}

impl OptionError {
    pub(crate) fn new(
        option: &'static str,
        value: impl fmt::Display,
        rule: impl Into<String>,
    ) -> Self {
        Self { option, value: value.to_string(), rule: rule.into() }
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
