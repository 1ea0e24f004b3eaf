//! Every generator, each in a file of its own.

pub mod namespace;

use std::fmt;

use crate::Manifest;
use crate::kubernetes::{Facts, Need};

macro_rules! generators {
    ($($(#[$doc:meta])* $name:ident($module:ident),)+) => {
        /// What can be generated, with its options.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[cfg_attr(feature = "cli", derive(clap::Subcommand))]
        pub enum Generator {
            $($(#[$doc])* $name($module::Options),)+
        }

        impl Generator {
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
                match self { $(Self::$name(options) => options.force,)+ }
            }

            /// What the options need to know of a cluster.
            pub fn needs(&self) -> Vec<Need> {
                match self { $(Self::$name(options) => options.needs(),)+ }
            }

            /// Makes the objects, in the order in which they must be applied.
            pub fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
                match self { $(Self::$name(options) => options.generate(facts),)+ }
            }
        }
    };
}

generators! {
    /// Make namespaces that admit only hardened pods, deny all traffic but DNS, and bound what they use
    Namespace(namespace),
}

/// What a generator makes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Generated {
    /// The objects, in the order in which they must be applied.
    pub manifests: Vec<Manifest>,
    /// What the user should know but the objects do not say; one sentence each.
    pub notes: Vec<String>,
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
