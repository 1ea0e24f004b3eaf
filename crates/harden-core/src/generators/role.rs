//! Roles of least rights, with their bindings: from an audit log, from manifests, or ready-made.

mod applying;
mod demands;
mod evidence;
mod for_manifests;
mod from_log;
mod hidden;
mod listing;
mod log;
mod names;
mod ready;
mod right;
mod scope;
mod standing;
mod subject;
mod unused;
mod usage;
mod writing;

#[cfg(feature = "admission")]
pub(super) use listing::few;
pub use ready::Ready;
pub use subject::{Account, InvalidAccount};
pub use usage::Usage;

use std::collections::BTreeSet;

use crate::cluster::{Facts, Need};
use crate::generators::namespace::Bound;
use crate::kubernetes::{MinorVersion, NamespaceName, ObjectName, PolicyVersion};
use crate::platform::PlatformName;
use crate::rbac::authorization::{Authorization, Origin, Reader, Settings};
use crate::source::Source;

use super::{Generate, Generated, OptionError, Product, platform};
use ready::Scope;
use scope::Limits;
use writing::Naming;

#[cfg(feature = "cli")]
const LOG: &str = "Log";
#[cfg(feature = "cli")]
const SCOPE: &str = "Scope";

/// Whom the role is for, and what it is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Options {
    /// Ready-made role
    #[cfg_attr(feature = "cli", arg(value_name = "ROLE", conflicts_with_all = ["from_audit", "for_manifests"]))]
    pub ready: Option<Ready>,

    /// Audit log (JSON lines) that shows what was used; - is standard input; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE"))]
    pub from_audit: Vec<String>,

    /// Manifests that are to be applied, as a chart or an operator renders them, or a folder of them; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", conflicts_with = "from_audit"))]
    pub for_manifests: Vec<String>,

    /// Roles, bindings and CustomResourceDefinitions that are there already: file, folder, https:// address, or - for
    /// standard input; repeatable
    #[cfg_attr(feature = "cli", arg(short = 'f', long = "filename", value_name = "FILE"))]
    pub filename: Vec<String>,

    /// User who gets the role, and whose requests are looked at
    #[cfg_attr(feature = "cli", arg(long, value_name = "USER"))]
    pub user: Option<String>,

    /// Group that gets the role, and whose requests are looked at
    #[cfg_attr(feature = "cli", arg(long, value_name = "GROUP"))]
    pub group: Option<String>,

    /// ServiceAccount that gets the role, and whose requests are looked at
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAMESPACE/NAME"))]
    pub serviceaccount: Option<Account>,

    /// Name of the role and its binding [default: that of who gets it, or of the ready-made role]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub name: Option<String>,

    /// Namespace of a ready-made role, or of manifests that name none; repeatable
    #[cfg_attr(
        feature = "cli",
        arg(
            short = 'n',
            long,
            value_name = "NAME",
            value_delimiter = ',',
            conflicts_with = "from_audit"
        )
    )]
    pub namespace: Vec<NamespaceName>,

    /// Whoever applies the manifests may delete their objects, too
    #[cfg_attr(feature = "cli", arg(long, conflicts_with_all = ["from_audit", "ready"]))]
    pub with_delete: bool,

    /// Version of Kubernetes that it is for, such as 1.30 or latest; cluster asks the API server
    /// [default: that of the cluster or snapshot that is read; else v1.37]
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION"))]
    pub kubernetes_version: Option<PolicyVersion>,

    /// Platform that it is for: what a ready-made role has there beside
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLATFORM"))]
    pub platform: Option<PlatformName>,

    /// Overwrite files in --output-dir that this command did not write
    #[cfg_attr(feature = "cli", arg(long))]
    pub force: bool,

    /// Policy by which the log was written: what it keeps out of the log is said
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", requires = "from_audit", help_heading = LOG))]
    pub audit_policy: Option<String>,

    /// Narrow the roles that are there down to what the log shows, and say what of them was not used
    #[cfg_attr(feature = "cli", arg(long, requires = "from_audit", help_heading = LOG))]
    pub unused: bool,

    /// Grant what was denied, too
    #[cfg_attr(feature = "cli", arg(long, requires = "from_audit", help_heading = LOG))]
    pub with_denied: bool,

    /// Grant what every user may do anyway, such as finding out which APIs there are
    #[cfg_attr(feature = "cli", arg(long, requires = "from_audit", help_heading = LOG))]
    pub with_discovery: bool,

    /// Grant it in the whole cluster by a ClusterRole, instead of by a Role in each namespace
    #[cfg_attr(feature = "cli", arg(long, help_heading = SCOPE))]
    pub cluster_role: bool,

    /// Write no names of objects where a resource has more; 0 for none at all
    #[cfg_attr(feature = "cli", arg(long, value_name = "COUNT", default_value_t = MAX_NAMES, help_heading = SCOPE))]
    pub max_names: usize,

    /// Grant it in the whole cluster where there are more namespaces
    #[cfg_attr(feature = "cli", arg(long, value_name = "COUNT", default_value_t = MAX_NAMESPACES, help_heading = SCOPE))]
    pub max_namespaces: usize,

    /// What the files hold, each with its name, by the option that names it.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub texts: Texts,

    /// What the logs show.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub usage: Option<Usage>,
}

/// What the files hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    policy: Option<String>,
    /// What is to be applied, each text with its name.
    pub manifests: Vec<(String, String)>,
    /// What is there already, each text with its name.
    pub existing: Vec<(String, String)>,
    /// Whether that is what a cluster has, with the roles of Kubernetes itself.
    pub is_of_cluster: bool,
    /// Whether the caller read both, so that only the policy is left to read.
    pub is_read: bool,
    /// Whether the caller could not read all of it.
    pub is_partial: bool,
}

const MAX_NAMES: usize = 8;
const MAX_NAMESPACES: usize = 10;

impl Default for Options {
    fn default() -> Self {
        Self {
            ready: None,
            from_audit: Vec::new(),
            for_manifests: Vec::new(),
            filename: Vec::new(),
            user: None,
            group: None,
            serviceaccount: None,
            name: None,
            namespace: Vec::new(),
            with_delete: false,
            kubernetes_version: None,
            platform: None,
            force: false,
            audit_policy: None,
            unused: false,
            with_denied: false,
            with_discovery: false,
            cluster_role: false,
            max_names: MAX_NAMES,
            max_namespaces: MAX_NAMESPACES,
            texts: Texts::default(),
            usage: None,
        }
    }
}

impl Generate for Options {
    fn product() -> Product {
        Product::Objects
    }

    fn files(&self) -> Vec<String> {
        let is_left = |list| if self.texts.is_read { None } else { Some(list) };
        let lists = [is_left(&self.for_manifests), is_left(&self.filename)];
        let lists = [&self.from_audit].into_iter().chain(lists.into_iter().flatten());
        lists.flatten().chain(&self.audit_policy).cloned().collect()
    }

    fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        let entry = || (file.to_owned(), text.to_owned());
        let is_in = |list: &[String]| list.iter().any(|it| it == file);
        if is_in(&self.from_audit) {
            if self.usage.is_none() {
                self.usage = self.usage()?;
            }
            if let Some(usage) = &mut self.usage {
                (1..).zip(text.lines()).for_each(|(line, it)| usage.add_line(file, line, it));
            }
        } else if is_in(&self.for_manifests) {
            self.texts.manifests.push(entry());
        } else if is_in(&self.filename) {
            self.texts.existing.push(entry());
        } else {
            self.texts.policy = Some(text.to_owned());
        }
        Ok(())
    }

    fn logs(&self) -> &[String] {
        &self.from_audit
    }

    fn usage(&self) -> Result<Option<Usage>, OptionError> {
        if self.from_audit.is_empty() {
            return Ok(None);
        }
        let who = subject::of(self)?.ok_or_else(|| {
            let rule = "say whose requests to look at: --user, --group or --serviceaccount";
            OptionError::new("--from-audit", self.from_audit.join(","), rule)
        })?;
        Ok(Some(Usage::of(who)))
    }

    fn take_usage(&mut self, usage: Usage) {
        self.usage = Some(usage);
    }

    fn is_forced(&self) -> bool {
        self.force
    }

    fn needs(&self) -> Vec<Need> {
        let asks = self.kubernetes_version == Some(PolicyVersion::Cluster);
        asks.then_some(Need::Version).into_iter().chain(platform::need(self.platform)).collect()
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        self.check()?;
        let who = subject::of(self)?;
        let made = if let Some(ready) = self.ready {
            self.ready_made(ready, who.as_ref(), facts)?
        } else if let Some(usage) = &self.usage {
            from_log::generate(self, usage, facts)?
        } else if !self.for_manifests.is_empty() || !self.texts.manifests.is_empty() {
            for_manifests::generate(self, who.as_ref(), facts)?
        } else {
            let rule = "say what the role is made from: a ready-made one such as read-only, --from-audit or --for-manifests";
            return Err(OptionError::new("ROLE", "", rule));
        };
        Ok(made)
    }
}

impl Options {
    fn check(&self) -> Result<(), OptionError> {
        if let Some(name) = &self.name
            && name.parse::<ObjectName>().is_err()
        {
            let rule = "must be a name of an object: lower-case letters, digits, - and .";
            return Err(OptionError::new("--name", name, rule));
        }
        let files = [&self.from_audit, &self.for_manifests, &self.filename];
        let files = files.into_iter().flatten().chain(&self.audit_policy);
        if files.filter(|it| *it == "-").count() > 1 {
            return Err(OptionError::new("-", "", "standard input can be read once only"));
        }
        if self.unused && self.texts.existing.is_empty() {
            let rule = "say where the roles are that are there: --filename, --kustomize, --snapshot or --all-namespaces";
            return Err(OptionError::new("--unused", "", rule));
        }
        Ok(())
    }

    /// The roles and bindings that are there already.
    fn there(&self, version: MinorVersion) -> Authorization {
        let namespace = self.namespace.first().map_or("default", NamespaceName::as_str);
        let origin =
            if self.texts.is_of_cluster { Origin::Cluster } else { Origin::Files(Some(version)) };
        let mut reader = Reader::new(Settings { origin, namespace: namespace.to_owned() });
        for (file, text) in &self.texts.existing {
            reader.learn(&Source::new(file.as_str(), text.as_str()));
        }
        reader.finish()
    }

    fn limits(&self, names_are_known: bool) -> Limits {
        Limits {
            names: self.max_names,
            namespaces: self.max_namespaces,
            is_cluster_wide: self.cluster_role,
            names_are_known,
        }
    }

    fn name_for(&self, who: Option<&Bound>, otherwise: &str) -> String {
        match (&self.name, who) {
            (Some(name), _) => name.clone(),
            (None, Some(who)) => subject::role_name(who),
            (None, None) => otherwise.to_owned(),
        }
    }

    fn ready_made(
        &self,
        ready: Ready,
        who: Option<&Bound>,
        facts: &Facts,
    ) -> Result<Generated, OptionError> {
        let chosen = platform::chosen(self.platform, facts)?;
        let is_openshift = chosen == PlatformName::Openshift.platform();
        let namespaces = self.places(ready)?;
        let name = self.name.clone().unwrap_or_else(|| ready.name().to_owned());
        let naming = Naming { name: &name, who, why: ready.why().to_owned() };
        let mut manifests = Vec::new();
        for namespace in namespaces {
            let rules = ready.rules(namespace, is_openshift);
            manifests.push(writing::role_of(namespace, &naming, &rules));
            manifests.extend(who.map(|it| writing::binding(namespace, &naming, it, None)));
        }
        Ok(Generated { manifests, notes: nobody(who), ..Generated::default() })
    }

    /// The namespaces of a ready-made role; an empty one for the whole cluster.
    fn places(&self, ready: Ready) -> Result<Vec<&str>, OptionError> {
        let named: BTreeSet<&str> = self.namespace.iter().map(NamespaceName::as_str).collect();
        let is_wide = self.cluster_role || ready.scope() == Scope::Cluster;
        match (ready.scope(), named.is_empty(), is_wide) {
            (Scope::Cluster | Scope::Either, true, true) => Ok(vec![""]),
            (Scope::Namespace | Scope::Either, false, false) => Ok(named.into_iter().collect()),
            (Scope::Namespace, _, true) => {
                let rule = "this role is for namespaces: name them with --namespace";
                Err(OptionError::new("--cluster-role", "", rule))
            }
            (_, false, true) => {
                let rule = "the role is about the whole cluster: name no namespace";
                Err(OptionError::new(
                    "--namespace",
                    named.into_iter().collect::<Vec<_>>().join(","),
                    rule,
                ))
            }
            (Scope::Either, true, false) => {
                let rule =
                    "name the namespaces that it is for, or say --cluster-role for all of them";
                Err(OptionError::new("--namespace", "", rule))
            }
            _ => Err(OptionError::new("--namespace", "", "name the namespaces that it is for")),
        }
    }
}

/// That nobody gets the role yet.
fn nobody(who: Option<&Bound>) -> Vec<String> {
    let note = "nobody gets the role yet: --user, --group or --serviceaccount binds it";
    if who.is_none() { vec![note.to_owned()] } else { Vec::new() }
}
