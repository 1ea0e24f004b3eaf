//! What is known of the cluster and the machine, and what may be needed.

use std::fmt;

use zeroize::Zeroizing;

use super::{DnsService, EncryptionState, SecretShape};
use crate::kubernetes::{Date, Endpoint, MinorVersion};
use crate::platform::Platform;

/// A fact that some options depend on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// The version of the API server.
    Version,
    /// How pods resolve names.
    Dns,
    /// Which platform it runs on.
    Platform,
    /// The endpoints of its API servers.
    ApiServers,
    /// What a Secret is like: its type and the names of its keys.
    Secret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// What the Secrets are like that the pods of a Deployment refer to.
    SecretsOfDeployment {
        /// The namespace of both.
        namespace: String,
        /// The name of the Deployment.
        name: String,
    },
    /// Which file encrypts what is stored, since when, and what was written again.
    Encryption,
    /// The date.
    Today,
    /// That many bytes nobody can guess.
    Random(usize),
}

impl Need {
    /// Whether a cluster must be asked; the rest the machine knows by itself.
    pub fn is_of_cluster(&self) -> bool {
        !matches!(self, Self::Today | Self::Random(_))
    }
}

/// What is known of the cluster and the machine; nothing, when neither was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The version of the API server.
    pub version: Option<MinorVersion>,
    /// How pods resolve names.
    pub dns: Option<DnsService>,
    /// Which platform it runs on.
    pub platform: Option<&'static Platform>,
    /// The endpoints of its API servers; none when they were not asked for.
    pub api_servers: Option<Vec<Endpoint>>,
    /// What Secrets are like, without what they hold.
    pub secrets: Vec<SecretShape>,
    /// How the API server that answered encrypts.
    pub encryption: Option<EncryptionState>,
    /// The date in UTC.
    pub today: Option<Date>,
    /// Bytes nobody can guess, from the generator of the operating system or the browser.
    pub random: Random,
}

/// Bytes for keys: wiped when dropped, never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Random(Zeroizing<Vec<u8>>);

impl Random {
    /// Takes bytes over.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Random({} bytes)", self.0.len())
    }
}
