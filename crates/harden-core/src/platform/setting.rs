//! How the API server of a platform is told something.

/// How the API server of a platform is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// By the file that Kubernetes describes, at a path of the control plane nodes.
    File {
        /// Where the file is when nobody says otherwise.
        path: &'static str,
        /// How the server is told of it.
        told: Told,
    },
    /// By keys of the distribution's own configuration: it makes the file by itself.
    Own(&'static Distribution),
    /// By the machine configuration, which holds what the file would.
    Machine(Machine),
    /// By an object of the cluster.
    Object(Object),
    /// By nothing: what there is instead.
    Instead(Instead),
}

/// How a server is told where a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// By the manifest of its static pod, which kubeadm makes from its ClusterConfiguration.
    StaticPod,
    /// By the configuration of a kind cluster, which mounts a file of the machine.
    Kind,
    /// By the configuration file of a distribution: a key of its own, or an argument for the server.
    Distribution {
        /// Whose file.
        distribution: &'static Distribution,
        /// The key that holds the path; none where it is an argument of the server.
        key: Option<&'static str>,
    },
}

/// A distribution whose server has a configuration file of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Distribution {
    /// As it is called.
    pub title: &'static str,
    /// The folder whose files its configuration is put together from.
    pub folder: &'static str,
    /// The service that takes the configuration when it starts.
    pub service: &'static str,
    /// Where the server writes its audit log.
    pub audit_log: &'static str,
    /// Whether it rotates its audit log as CIS asks without being told.
    pub rotates: bool,
    /// Whether encryption is on without being asked for.
    pub encrypts: bool,
    /// The command that replaces the key.
    pub rotate: &'static str,
    /// Where its documentation speaks of encryption.
    pub encryption: &'static str,
}

/// A part of the machine configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// The secret of a cipher.
    EncryptionSecret,
    /// The audit policy.
    AuditPolicy,
    /// What admission plugins are told.
    AdmissionControl,
}

/// A part of the object `cluster` of kind APIServer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// `spec.encryption`.
    Encryption,
    /// `spec.audit`.
    Audit,
}

/// What there is where the control plane takes no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instead {
    /// Why, and what holds without doing anything; a sentence without a full stop.
    pub why: &'static str,
    /// What to do, each on its own.
    pub steps: &'static [Step],
}

/// Something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it does; a fragment without a full stop.
    pub what: &'static str,
    /// The command, with what differs from cluster to cluster in capitals; or lines of Terraform.
    pub how: &'static str,
}

/// How keys are replaced, and encryption is switched on and off, where the platform does it itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Procedures {
    /// Why no file of a stage is made; a sentence without a full stop.
    pub why: &'static str,
    /// How the key is replaced.
    pub rotate: &'static [Step],
    /// How what is stored in plain is encrypted.
    pub enable: &'static [Step],
    /// How encryption is taken back.
    pub disable: &'static [Step],
}
