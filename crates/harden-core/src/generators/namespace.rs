//! Namespaces that admit only hardened pods, deny all traffic but DNS, and bound what they use.

mod access;
mod addresses;
mod api_server;
mod bind;
mod dns;
mod flow;
mod network;
mod part;
mod pod_security;
mod quota;
mod service_account;
mod webhook;

pub use access::{AdminSecrets, Subject};
pub(super) use access::{READ, WRITE, edit_rules, rule};
#[cfg(feature = "admission")]
pub(super) use addresses::{check as check_ranges, reached};
pub use api_server::ApiServer;
pub(super) use api_server::endpoints;
pub use bind::{Binding, Bound, InvalidBinding};
#[cfg(feature = "admission")]
pub(super) use dns::peers as dns_peers;
pub use dns::{Dns, DnsSelector};
pub use flow::{Flow, Peer};
#[cfg(feature = "admission")]
pub(super) use network::{NOT_INTERNET_4, NOT_INTERNET_6, port_values};
pub use part::Part;
pub use quota::{Hard, Size};
pub use webhook::Webhook;
#[cfg(feature = "admission")]
pub(super) use webhook::callers;

use crate::cluster::{Facts, Need};

use crate::kubernetes::{
    Annotation, Cidr, Label, Level, NamespaceName, PolicyVersion, PortNumber, Quantity,
};
use crate::platform::{Platform, PlatformName};

use super::{Generate, Generated, OptionError, Product, platform};

#[cfg(feature = "cli")]
const SECURITY: &str = "Pod Security";
#[cfg(feature = "cli")]
const NETWORK: &str = "Network";
#[cfg(feature = "cli")]
const RESOURCES: &str = "Resources";
#[cfg(feature = "cli")]
const ACCESS: &str = "Access";

/// What the namespaces are to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Options {
    /// Namespaces to make
    #[cfg_attr(feature = "cli", arg(value_name = "NAME"))]
    pub names: Vec<NamespaceName>,

    /// One more namespace to make, as kubectl users write it
    #[cfg_attr(feature = "cli", arg(short = 'n', long = "namespace", value_name = "NAME"))]
    pub namespace: Vec<NamespaceName>,

    /// File with more namespaces, one a line, # for comments; - is standard input
    #[cfg_attr(feature = "cli", arg(short = 'f', long = "filename", value_name = "FILE"))]
    pub filename: Vec<String>,

    /// Make only these parts
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "PART", value_delimiter = ',', conflicts_with = "without")
    )]
    pub only: Vec<Part>,

    /// Leave these parts out
    #[cfg_attr(feature = "cli", arg(long, value_name = "PART", value_delimiter = ','))]
    pub without: Vec<Part>,

    /// Label for the namespace, repeatable
    #[cfg_attr(feature = "cli", arg(long = "label", value_name = "KEY=VALUE"))]
    pub labels: Vec<Label>,

    /// Annotation for the namespace, repeatable
    #[cfg_attr(feature = "cli", arg(long = "annotation", value_name = "KEY=VALUE"))]
    pub annotations: Vec<Annotation>,

    /// Go ahead where a safeguard would stop: names that begin with kube-, a quota below what runs,
    /// files in --output-dir that this command did not write
    #[cfg_attr(feature = "cli", arg(long))]
    pub force: bool,

    /// Pods beyond this level are rejected
    #[cfg_attr(feature = "cli", arg(long, value_name = "LEVEL", default_value = "restricted", help_heading = SECURITY))]
    pub level: Level,

    /// Pods beyond this level are recorded in the audit log [default: restricted, or privileged if --level is]
    #[cfg_attr(feature = "cli", arg(long, value_name = "LEVEL", help_heading = SECURITY))]
    pub audit_level: Option<Level>,

    /// Pods beyond this level are warned about [default: restricted, or privileged if --level is]
    #[cfg_attr(feature = "cli", arg(long, value_name = "LEVEL", help_heading = SECURITY))]
    pub warn_level: Option<Level>,

    /// Version of the Pod Security Standards, such as 1.30; latest follows upgrades, cluster asks the
    /// API server [default: v1.37, or the cluster's if it is older and --apply asks it]
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION", help_heading = SECURITY))]
    pub kubernetes_version: Option<PolicyVersion>,

    /// Platform that the cluster runs on
    ///
    /// It says who answers for DNS, on which port the API server is, and where it calls webhooks from.
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLATFORM", help_heading = NETWORK))]
    pub platform: Option<PlatformName>,

    /// How pods resolve names; cluster looks at the cluster's DNS Service
    /// [default: kube-dns and nodelocal, or as --platform says]
    #[cfg_attr(feature = "cli", arg(long, value_name = "DNS", value_delimiter = ',', help_heading = NETWORK))]
    pub dns: Vec<Dns>,

    /// DNS pods for --dns custom, e.g. dns/app=unbound; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAMESPACE[/KEY=VALUE,...]", help_heading = NETWORK))]
    pub dns_selector: Vec<DnsSelector>,

    /// Port of the DNS pods themselves, not of their Service; repeatable [default: 53, or 5353 for openshift]
    #[cfg_attr(feature = "cli", arg(long, value_parser = port_number, value_name = "PORT", help_heading = NETWORK))]
    pub dns_port: Vec<PortNumber>,

    /// Addresses of DNS servers outside of any pod network, repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "CIDR", help_heading = NETWORK))]
    pub dns_cidr: Vec<Cidr>,

    /// Let the namespace's pods talk to each other
    #[cfg_attr(feature = "cli", arg(long, help_heading = NETWORK))]
    pub allow_same_namespace: bool,

    /// Let others connect: `NAMESPACE[/KEY=VALUE,...][:PORT,...]` or `CIDR[:PORT,...]`; repeatable
    ///
    /// Such as ingress-nginx/app.kubernetes.io/name=ingress-nginx:8080, 10.0.0.0/24:8080 or [fd00::/64]:8080
    #[cfg_attr(feature = "cli", arg(long, value_name = "PEER", help_heading = NETWORK))]
    pub allow_from: Vec<Flow>,

    /// Let pods connect to others: `NAMESPACE[/KEY=VALUE,...][:PORT,...]` or `CIDR[:PORT,...]`; repeatable
    ///
    /// Such as postgres/app=db:5432, 10.0.0.0/24:5432 or [fd00::/64]:5432
    #[cfg_attr(feature = "cli", arg(long, value_name = "PEER", help_heading = NETWORK))]
    pub allow_to: Vec<Flow>,

    /// Let pods connect to the API server: addresses and port of its endpoints, not of its Service; without a
    /// port it is that of --platform, and cluster asks the cluster for both. Repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "CIDR[:PORT]", help_heading = NETWORK))]
    pub allow_apiserver: Vec<ApiServer>,

    /// Let the API server call webhooks of the namespace's pods, by the ports that the pods listen on,
    /// e.g. app=webhook:9443; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "[KEY=VALUE,...:]PORT,...", help_heading = NETWORK))]
    pub allow_webhooks: Vec<Webhook>,

    /// Addresses that the API server calls webhooks from, e.g. those of the control plane nodes; repeatable
    /// [default: as --platform says, or else everywhere]
    #[cfg_attr(feature = "cli", arg(long, value_name = "CIDR", requires = "allow_webhooks", help_heading = NETWORK))]
    pub webhook_source: Vec<Cidr>,

    /// Let pods connect to public addresses; cloud metadata and private ranges stay closed
    #[cfg_attr(feature = "cli", arg(long, help_heading = NETWORK))]
    pub allow_internet: bool,

    /// How much the namespace may use
    #[cfg_attr(feature = "cli", arg(long, value_name = "SIZE", default_value = "small", help_heading = RESOURCES))]
    pub size: Size,

    /// Change what --size says; cpu is what is requested, memory and ephemeral-storage are requests and
    /// limits alike; CPU is limited only by limits.cpu
    #[cfg_attr(feature = "cli", arg(long, value_name = "RESOURCE=QUANTITY", value_delimiter = ',', help_heading = RESOURCES))]
    pub quota: Vec<Hard>,

    /// What a container without a limit gets at least, by resources.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub least_limits: Vec<(String, Quantity)>,

    /// Group that runs the namespace, repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "GROUP", help_heading = ACCESS))]
    pub admin_group: Vec<Subject>,

    /// User who runs the namespace, repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "USER", help_heading = ACCESS))]
    pub admin_user: Vec<Subject>,

    /// Group that deploys to the namespace, repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "GROUP", help_heading = ACCESS))]
    pub edit_group: Vec<Subject>,

    /// User who deploys to the namespace, repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "USER", help_heading = ACCESS))]
    pub edit_user: Vec<Subject>,

    /// Group that looks at the namespace, repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "GROUP", help_heading = ACCESS))]
    pub view_group: Vec<Subject>,

    /// User who looks at the namespace, repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "USER", help_heading = ACCESS))]
    pub view_user: Vec<Subject>,

    /// Bind a ClusterRole that is there to somebody, in the namespace alone: ROLE=group:NAME, ROLE=user:NAME or
    /// ROLE=serviceaccount:NAMESPACE/NAME; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "ROLE=KIND:NAME", help_heading = ACCESS))]
    pub bind: Vec<Binding>,

    /// What admins may do with Secrets through the API
    #[cfg_attr(feature = "cli", arg(long, value_name = "ACCESS", default_value = "none", help_heading = ACCESS))]
    pub secrets: AdminSecrets,
}

#[cfg(feature = "cli")]
pub(super) fn port_number(text: &str) -> Result<PortNumber, &'static str> {
    text.parse().map_err(|_| "must be a number from 1 to 65535")
}

impl Default for Options {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            namespace: Vec::new(),
            filename: Vec::new(),
            only: Vec::new(),
            without: Vec::new(),
            labels: Vec::new(),
            annotations: Vec::new(),
            force: false,
            level: Level::Restricted,
            audit_level: None,
            warn_level: None,
            kubernetes_version: None,
            platform: None,
            dns: Vec::new(),
            dns_selector: Vec::new(),
            dns_port: Vec::new(),
            dns_cidr: Vec::new(),
            allow_same_namespace: false,
            allow_from: Vec::new(),
            allow_to: Vec::new(),
            allow_apiserver: Vec::new(),
            allow_webhooks: Vec::new(),
            webhook_source: Vec::new(),
            allow_internet: false,
            size: Size::Small,
            quota: Vec::new(),
            least_limits: Vec::new(),
            admin_group: Vec::new(),
            admin_user: Vec::new(),
            edit_group: Vec::new(),
            edit_user: Vec::new(),
            view_group: Vec::new(),
            view_user: Vec::new(),
            bind: Vec::new(),
            secrets: AdminSecrets::None,
        }
    }
}

impl Generate for Options {
    fn product() -> Product {
        Product::Objects
    }

    fn files(&self) -> Vec<String> {
        self.filename.clone()
    }

    /// Takes names from a file: one a line, blank lines and `#` comments left out.
    fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let word = line.split('#').next().unwrap_or_default().trim();
            if word.is_empty() {
                continue;
            }
            let name = word.parse().map_err(|error| {
                let column = line.chars().take_while(|c| c.is_whitespace()).count() + 1;
                let rule = format!("{file}:{}:{column}: {error}", index + 1);
                OptionError::new("--filename", word, rule)
            })?;
            self.names.push(name);
        }
        Ok(())
    }

    fn is_forced(&self) -> bool {
        self.force
    }

    fn needs(&self) -> Vec<Need> {
        let version =
            self.makes(Part::Namespace) && self.kubernetes_version == Some(PolicyVersion::Cluster);
        let dns = self.makes(Part::Dns) && self.dns.contains(&Dns::Cluster);
        let api_servers =
            self.makes(Part::Flows) && self.allow_apiserver.contains(&ApiServer::Cluster);
        [(version, Need::Version), (dns, Need::Dns), (api_servers, Need::ApiServers)]
            .into_iter()
            .filter_map(|(needed, need)| needed.then_some(need))
            .chain(platform::need(self.platform))
            .collect()
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        let names = self.checked_names()?;
        let of = platform::chosen(self.platform, facts)?;
        let labels = pod_security::labels(self, of, facts)?;
        let dns = dns::peers(self, of, facts)?;
        addresses::check(self)?;
        let api_servers =
            if self.makes(Part::Flows) { endpoints(self, of, facts)? } else { Vec::new() };
        let bounds = quota::bounds(self)?;
        let access = access::roles(self)?;
        bind::check(self)?;
        let mut generated = Generated { notes: self.notes(of), ..Generated::default() };
        for name in names {
            let name = name.as_str();
            let mut add = |part, manifests: Vec<_>| {
                if self.makes(part) {
                    generated.manifests.extend(manifests);
                }
            };
            add(Part::Namespace, vec![pod_security::namespace(self, facts, name, &labels)]);
            add(Part::DefaultDeny, vec![network::default_deny(self, name)]);
            add(Part::Dns, vec![dns::policy(name, &dns)]);
            add(Part::Flows, network::flows(self, of, &api_servers, name));
            add(Part::Quota, vec![quota::resource_quota(name, &bounds)]);
            add(Part::Limits, vec![quota::limit_range(name, &bounds)]);
            add(Part::ServiceAccount, vec![service_account::default(name)]);
            add(Part::Rbac, access::manifests(name, &access));
            add(Part::Rbac, bind::manifests(&self.bind, name));
        }
        if generated.manifests.is_empty() {
            return Err(OptionError::new(
                "--only",
                "",
                "nothing is left to make: flows need an --allow-… option, and rbac needs a user or group",
            ));
        }
        Ok(generated)
    }
}

impl Options {
    /// Whether this part is asked for.
    pub(crate) fn makes(&self, part: Part) -> bool {
        (self.only.is_empty() || self.only.contains(&part)) && !self.without.contains(&part)
    }

    /// The names without repetition, in the order given.
    fn checked_names(&self) -> Result<Vec<&NamespaceName>, OptionError> {
        let mut names: Vec<&NamespaceName> = Vec::new();
        for name in self.names.iter().chain(&self.namespace) {
            if name.is_reserved() && !self.force {
                let rule =
                    "names that begin with kube- belong to Kubernetes itself; --force goes ahead";
                return Err(OptionError::new("NAME", name, rule));
            }
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            return Err(OptionError::new(
                "NAME",
                "",
                "give at least one namespace, or -f FILE with one a line",
            ));
        }
        Ok(names)
    }

    fn notes(&self, of: Option<&Platform>) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(of) = of {
            if self.makes(Part::Dns) && self.dns.is_empty() {
                notes.extend(platform::doubts(of, "the DNS", of.dns.unverified));
            }
            if self.makes(Part::Flows) && !self.allow_apiserver.is_empty() {
                notes.extend(platform::doubts(of, "the API server", of.api_server.unverified));
            }
        }
        if self.makes(Part::Flows) {
            notes.extend(webhook::notes(self, of));
        }
        if self.makes(Part::DefaultDeny) && !self.makes(Part::Dns) {
            notes.push(
                "default-deny is made without dns: pods cannot resolve names until another policy lets them".to_owned(),
            );
        }
        if self.makes(Part::Quota) && !self.makes(Part::Limits) {
            notes.push(
                "quota is made without limits: pods that state no requests and limits are rejected"
                    .to_owned(),
            );
        }
        notes.extend(quota::note(self));
        notes
    }
}
