//! A policy that lets only signed images in, for what verifies images in the cluster.
#![expect(clippy::indexing_slicing, reason = "an object of JSON takes every key")]

mod attestation;
mod cluster_image_policy;
mod cluster_policy;
mod engine;
mod images;
mod limits;
mod locked;
mod notes;
mod plan;
mod signer;
mod trust_root;
mod validating_policy;
mod versions;

pub use attestation::predicate_type;
pub use engine::{SignatureFormat, Unmatched, Verifier};
pub use images::{Images, Taken};
pub use trust_root::TrustedRoot;
pub use versions::{EngineVersion, InvalidEngineVersion};

use engine::Written;
use plan::Plan;
use versions::Asked;

use crate::cluster::{Facts, Need};
use crate::intents::{self, Engine, Exempt, Exemption, KyvernoKind, Mode};
use crate::kubernetes::{Date, NamespaceName};

use super::{Generate, Generated, OptionError, Product, exemptions};
use crate::Manifest;
use crate::lock::Lock;

#[cfg(feature = "cli")]
const SIGNER: &str = "Signer";
#[cfg(feature = "cli")]
const STATEMENTS: &str = "Statements";
#[cfg(feature = "cli")]
const EXEMPTIONS: &str = "Exemptions";

/// Which images are let in, and by whose signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Options {
    /// File, folder, https:// address, or - with manifests whose images are verified; repeatable
    #[cfg_attr(feature = "cli", arg(short = 'f', long = "filename", value_name = "FILE"))]
    pub filename: Vec<String>,

    /// Registry, or a folder of one, whose images are verified; repeatable [default: those of the images]
    #[cfg_attr(feature = "cli", arg(long, value_name = "REGISTRY"))]
    pub registry: Vec<String>,

    /// What becomes of images of other registries
    #[cfg_attr(feature = "cli", arg(long, value_name = "WHAT", default_value = "refuse"))]
    pub unmatched: Unmatched,

    /// What verifies images in the cluster
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERIFIER", default_value = "kyverno"))]
    pub verifier: Verifier,

    /// Which of Kyverno's kinds of policy to write
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "KIND", default_value = "validating-policy")
    )]
    pub kyverno: KyvernoKind,

    /// Version of the verifier, such as 1.19.0: whether it can read what is signed
    #[cfg_attr(feature = "cli", arg(long, value_name = "RELEASE"))]
    pub verifier_version: Option<EngineVersion>,

    /// What becomes of an image without a signature
    #[cfg_attr(feature = "cli", arg(long, value_name = "MODE", default_value = "deny"))]
    pub mode: Mode,

    /// Overwrite files in --output-dir that this command did not write
    #[cfg_attr(feature = "cli", arg(long))]
    pub force: bool,

    /// Lock that says who signed the images of the manifests, instead of the options below
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", help_heading = SIGNER))]
    pub lock: Option<String>,

    /// File with the public key, or where it is: awskms://, azurekms://, gcpkms://, hashivault:// or
    /// k8s://NAMESPACE/SECRET
    #[cfg_attr(feature = "cli", arg(long, value_name = "KEY", help_heading = SIGNER))]
    pub key: Option<String>,

    /// Who vouches for signers without keys, such as <https://token.actions.githubusercontent.com>
    #[cfg_attr(feature = "cli", arg(long, value_name = "ADDRESS", help_heading = SIGNER))]
    pub issuer: Option<String>,

    /// Regular expression for the issuer, from ^ to $
    #[cfg_attr(feature = "cli", arg(long, value_name = "PATTERN", help_heading = SIGNER))]
    pub issuer_regexp: Option<String>,

    /// Who signs: the address of a workflow, or an e-mail address
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = SIGNER))]
    pub subject: Option<String>,

    /// Regular expression for the subject, from ^ to $
    #[cfg_attr(feature = "cli", arg(long, value_name = "PATTERN", help_heading = SIGNER))]
    pub subject_regexp: Option<String>,

    /// How signatures are kept beside an image
    #[cfg_attr(feature = "cli", arg(long, value_name = "FORMAT", default_value = "bundle", help_heading = SIGNER))]
    pub signature_format: SignatureFormat,

    /// Take signatures that are in no log, such as of a key that is used offline
    #[cfg_attr(feature = "cli", arg(long, help_heading = SIGNER))]
    pub without_log: bool,

    /// File with the trusted root of a sigstore of one's own [default: that of the public instance]
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", help_heading = SIGNER))]
    pub trusted_root: Option<String>,

    /// Statement that has to be signed, too: slsa-provenance, sbom, vulnerabilities, or the address of a type of
    /// predicate; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "TYPE", help_heading = STATEMENTS))]
    pub attestation: Vec<String>,

    /// Builder that the provenance has to name
    #[cfg_attr(feature = "cli", arg(long, value_name = "ADDRESS", help_heading = STATEMENTS))]
    pub builder: Option<String>,

    /// Repository that the provenance has to name, such as <https://github.com/example/app>
    #[cfg_attr(feature = "cli", arg(long, value_name = "ADDRESS", help_heading = STATEMENTS))]
    pub source: Option<String>,

    /// Namespace that is left alone; repeatable [default: kube-system and the engine's own]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", value_delimiter = ',', help_heading = EXEMPTIONS))]
    pub exempt_namespace: Vec<NamespaceName>,

    /// Leave no namespace alone but those that are named
    #[cfg_attr(feature = "cli", arg(long, help_heading = EXEMPTIONS))]
    pub exempt_no_namespace: bool,

    /// Why they are left alone; needed with every exemption
    #[cfg_attr(feature = "cli", arg(long, value_name = "TEXT", help_heading = EXEMPTIONS))]
    pub exempt_reason: Option<String>,

    /// Last day of the exemptions, such as 2027-01-31; check finds those that are over
    #[cfg_attr(feature = "cli", arg(long, value_name = "DATE", help_heading = EXEMPTIONS))]
    pub exempt_until: Option<Date>,

    /// Whether the caller read the manifests or the cluster, and put what they say into `images`.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub is_read: bool,

    /// What the manifests say of images.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub images: Images,

    /// The public key, as PEM.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub public_key: Option<String>,

    /// The lock.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub locked: Option<Lock>,

    /// The trusted root.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub root: Option<TrustedRoot>,
}

impl Generate for Options {
    fn product() -> Product {
        Product::Objects
    }

    fn files(&self) -> Vec<String> {
        let key = self.key.iter().filter(|it| !signer::is_address(it));
        let mut files = Vec::new();
        for file in self.filename.iter().chain(key).chain(&self.trusted_root).chain(&self.lock) {
            if !files.contains(file) {
                files.push(file.clone());
            }
        }
        files
    }

    /// Takes in manifests, a key or a trusted root, by the option that names the file.
    fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        if self.key.as_deref() == Some(file) {
            self.public_key = Some(signer::read(file, text)?);
        }
        if self.lock.as_deref() == Some(file) {
            let lock = Lock::read(text);
            self.locked =
                Some(lock.map_err(|it| OptionError::new("--lock", file, it.to_string()))?);
        }
        if self.trusted_root.as_deref() == Some(file) {
            self.root = Some(TrustedRoot::read(file, text)?);
        }
        if self.filename.iter().any(|it| it == file) {
            self.images.read(file, text)?;
        }
        Ok(())
    }

    fn is_forced(&self) -> bool {
        self.force
    }

    fn needs(&self) -> Vec<Need> {
        self.exempt_until.map(|_| Need::Today).into_iter().collect()
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        let written = Written::of(self.verifier, self.kyverno);
        if let Some(lock) = self.locked.as_ref().filter(|_| self.lock.is_some()) {
            return self.of_lock(written, lock, facts);
        }
        let signer = signer::chosen(self)?;
        let (attestations, origin) = attestation::chosen(self)?;
        let exempt = self.exemptions(written, facts)?;
        limits::check_key(written, signer)?;
        self.check_log(signer)?;
        self.check_root(written, signer)?;
        let asked =
            Asked { written, signer, format: self.signature_format, has_root: self.root.is_some() };
        let mut notes = versions::notes(self.verifier_version, &asked).map_err(|rule| {
            let option =
                if self.verifier_version.is_some() { "--verifier-version" } else { "--verifier" };
            OptionError::new(option, self.version_text(), rule)
        })?;
        let registries = images::registries(self)?;
        notes.extend(self.notes(written, &registries, signer));
        let plan = Plan {
            name: plan::NAME.to_owned(),
            signers: vec![signer],
            attestations,
            origin,
            format: self.signature_format,
            is_logged: !self.without_log,
            trusted_root: self.root.as_ref(),
            unmatched: self.unmatched,
            mode: self.mode,
            exempt_namespaces: intents::namespaces(&exempt),
            why: format!("Lets only signed images in, of {}.", registries.title()),
            registries,
        };
        let mut manifests = written.manifests(&plan);
        annotate(&mut manifests, &exempt);
        Ok(Generated { manifests, notes, ..Generated::default() })
    }
}

/// Says in policies why namespaces are left alone.
fn annotate(manifests: &mut [Manifest], exempt: &[Exemption]) {
    if let Some((key, lines)) = intents::annotation(exempt) {
        for manifest in manifests {
            manifest.object["metadata"]["annotations"] = serde_json::json!({key: lines});
        }
    }
}

impl Written {
    /// The policies of a plan.
    fn manifests(self, plan: &Plan<'_>) -> Vec<Manifest> {
        match self {
            Self::ImageValidatingPolicy => vec![validating_policy::write(plan)],
            Self::ClusterPolicy => vec![cluster_policy::write(plan)],
            Self::ClusterImagePolicy => cluster_image_policy::write(plan),
        }
    }
}

impl Options {
    /// The namespaces that are left alone: those that the engine needs to start, and those that are named with a reason.
    fn exemptions(&self, written: Written, facts: &Facts) -> Result<Vec<Exemption>, OptionError> {
        let is_named = !self.exempt_namespace.is_empty();
        if written == Written::ClusterImagePolicy {
            if is_named || self.exempt_no_namespace {
                let rule = "policy-controller verifies only in namespaces with the label \
                            policy.sigstore.dev/include=true: leave it off there";
                return Err(OptionError::new("--exempt-namespace", "", rule));
            }
            return Ok(Vec::new());
        }
        let reason = exemptions::reason(self.exempt_reason.as_deref())?;
        if is_named && reason.is_empty() {
            return Err(exemptions::missing_reason());
        }
        if !is_named && (self.exempt_reason.is_some() || self.exempt_until.is_some()) {
            return Err(exemptions::nothing_named());
        }
        exemptions::check_end(self.exempt_until, facts)?;
        let own = exemptions::of_cluster(Engine::Kyverno).filter(|_| !self.exempt_no_namespace);
        let named = self.exempt_namespace.iter().cloned().map(|name| Exemption {
            what: Exempt::Namespace(name),
            reason: reason.to_owned(),
            until: self.exempt_until,
            intents: Vec::new(),
        });
        Ok(own.chain(named).collect())
    }

    fn version_text(&self) -> String {
        self.verifier_version.map(|it| it.to_string()).unwrap_or_default()
    }
}
