//! Policies of least privilege for the network: each workload talks to those that it needs, and to nobody else.

mod calico;
mod cilium;
mod cluster;
mod enforcer;
mod existing;
mod kubernetes;
mod notes;
mod peers;
mod plan;
mod policy;
mod proof;
mod selection;
mod tenants;
mod want;

pub use enforcer::{ApiVersion, Enforcer};

use std::collections::BTreeSet;

use harden_yaml::Document;

use crate::Manifest;
use crate::cluster::{Facts, Need};
use crate::kubernetes::{Cidr, Kind, NamespaceName, PortNumber};
use crate::network::seen::Seen;
use crate::network::wanted::{Reader, Wanted};
use crate::network::{End, Flow};
use crate::object::objects;
use crate::platform::PlatformName;
use crate::source::Source;

use super::namespace::{self, ApiServer, Dns, DnsSelector, check_ranges};
use super::network_logging::{self, NetworkPlugin};
use super::{Generate, Generated, OptionError, Product, Verdict, platform};
use enforcer::Written;
use existing::Existing;
use policy::{Peer, Policy};
use selection::Class;
use want::{Side, Wants, Wishes};

#[cfg(feature = "cli")]
const NETWORK: &str = "Network";

/// The name of the policy that closes a namespace.
const DEFAULT_DENY: &str = "default-deny";

/// Which workloads the policies are for, and what they let through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Options {
    /// File, folder, https:// address, or - with manifests whose workloads get policies; repeatable
    #[cfg_attr(feature = "cli", arg(short = 'f', long = "filename", value_name = "FILE"))]
    pub filename: Vec<String>,

    /// Log of connections that were seen, each of which is let through: of Hubble, Calico, OVN and others, or a table
    /// with the columns from, to and port; - is standard input; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE"))]
    pub flows: Vec<String>,

    /// Whose kind of policy to write
    #[cfg_attr(feature = "cli", arg(long, value_name = "ENFORCER", default_value = "kubernetes"))]
    pub enforcer: Enforcer,

    /// Version of ClusterNetworkPolicy to write
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION", default_value = "v1alpha2"))]
    pub api_version: ApiVersion,

    /// Keep namespaces apart that have other values of this label, too, by ClusterNetworkPolicies, whatever other
    /// policies say
    #[cfg_attr(feature = "cli", arg(long, value_name = "KEY"))]
    pub isolate: Option<String>,

    /// Make this network plugin log what the policies refuse, too
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLUGIN"))]
    pub log_with: Option<NetworkPlugin>,

    /// Let through what would be refused, and only log it, where --log-with can
    #[cfg_attr(feature = "cli", arg(long, requires = "log_with"))]
    pub log_only: bool,

    /// Go ahead where a safeguard would stop: namespaces that begin with kube-, ranges that are everything,
    /// files in --output-dir that this command did not write
    #[cfg_attr(feature = "cli", arg(long))]
    pub force: bool,

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
    #[cfg_attr(feature = "cli", arg(long, value_parser = namespace::port_number, value_name = "PORT", help_heading = NETWORK))]
    pub dns_port: Vec<PortNumber>,

    /// Addresses of DNS servers outside of any pod network, repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "CIDR", help_heading = NETWORK))]
    pub dns_cidr: Vec<Cidr>,

    /// Who implements Ingresses, Gateways and Routes: `NAMESPACE[/KEY=VALUE,...]` or `CIDR`; repeatable
    /// [default: every pod of the cluster]
    #[cfg_attr(feature = "cli", arg(long, value_name = "PEER", help_heading = NETWORK))]
    pub ingress_from: Vec<namespace::Flow>,

    /// Let the pods of a namespace talk to each other
    #[cfg_attr(feature = "cli", arg(long, help_heading = NETWORK))]
    pub allow_same_namespace: bool,

    /// Let others connect to every workload: `NAMESPACE[/KEY=VALUE,...][:PORT,...]` or `CIDR[:PORT,...]`; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "PEER", help_heading = NETWORK))]
    pub allow_from: Vec<namespace::Flow>,

    /// Let every workload connect to others: `NAMESPACE[/KEY=VALUE,...][:PORT,...]` or `CIDR[:PORT,...]`; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "PEER", help_heading = NETWORK))]
    pub allow_to: Vec<namespace::Flow>,

    /// Where the API server is, for workloads with a token and rights: addresses and port of its endpoints; without a
    /// port it is that of --platform, and cluster asks the cluster for both. Repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "CIDR[:PORT]", help_heading = NETWORK))]
    pub allow_apiserver: Vec<ApiServer>,

    /// Addresses that the API server calls webhooks from, e.g. those of the control plane nodes; repeatable
    /// [default: as --platform says, or else everywhere]
    #[cfg_attr(feature = "cli", arg(long, value_name = "CIDR", help_heading = NETWORK))]
    pub webhook_source: Vec<Cidr>,

    /// Let workloads that name hosts outside connect to public addresses, by the ports that they name; cloud metadata
    /// and private ranges stay closed
    #[cfg_attr(feature = "cli", arg(long, help_heading = NETWORK))]
    pub allow_internet: bool,

    /// Namespace of manifests that name none.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub default_namespace: Option<NamespaceName>,

    /// Whether the texts are objects of a cluster, which have no lines.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub is_of_cluster: bool,

    /// What the files hold, or a cluster, each with its name.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub texts: Vec<(String, String)>,

    /// What was seen.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub seen: Vec<Flow>,

    /// What of it could not be read.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub seen_gaps: Vec<String>,
}

impl Generate for Options {
    fn product() -> Product {
        Product::Objects
    }

    fn files(&self) -> Vec<String> {
        self.filename.iter().chain(&self.flows).cloned().collect()
    }

    fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        if self.flows.iter().any(|it| it == file) {
            let mut seen = Seen::default();
            (1..).zip(text.lines()).for_each(|(line, it)| seen.add_line(file, line, it));
            self.take_seen(&seen);
        } else {
            self.texts.push((file.to_owned(), text.to_owned()));
        }
        Ok(())
    }

    fn is_forced(&self) -> bool {
        self.force
    }

    fn needs(&self) -> Vec<Need> {
        let dns = self.dns.contains(&Dns::Cluster);
        let api_servers = self.allow_apiserver.contains(&ApiServer::Cluster);
        [(dns, Need::Dns), (api_servers, Need::ApiServers)]
            .into_iter()
            .filter_map(|(needed, need)| needed.then_some(need))
            .chain(platform::need(self.platform))
            .collect()
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        check_ranges(&self.flags())?;
        let wanted = self.wanted();
        let classes = selection::classes(&wanted.workloads);
        let closed = plan::closed(&classes, self);
        if closed.is_empty() {
            let rule = "there is no workload in it whose traffic a policy could name";
            return Err(OptionError::new("--filename", self.filename.join(","), rule));
        }
        let wishes = Wishes::new(self, facts, &classes)?;
        let mut wants = Wants::default();
        wishes.of_flows(wanted.flows.iter().map(|(it, why)| (it, why.first())), &mut wants);
        wishes.of_flows(self.seen.iter().map(|it| (it, None)), &mut wants);
        wishes.of_flags(&closed, &mut wants);
        wishes.resolve_names(&closed, &mut wants)?;
        let documents: Vec<Document<'_>> =
            self.texts.iter().flat_map(|(_, text)| harden_yaml::documents(text)).collect();
        let existing = self.existing(&documents);
        let policies = plan::policies(&classes, &closed, &wants.all, &existing);
        let namespaces: BTreeSet<&str> =
            closed.iter().filter_map(|it| classes.get(*it)).map(Class::namespace).collect();
        let is_closed = |it: &str| existing.is_closed(it);
        let mut written = self.enforcer.write(self, &namespaces, &policies, is_closed);
        let isolation = tenants::isolation(self, &documents)?;
        written.all.extend(isolation);
        let there = self.there(&documents);
        let proof = proof::Proof {
            options: self,
            classes: &classes,
            closed: &closed,
            wants: &wants.all,
            there: &there,
            made: &written.all,
        };
        proof.check(&self.asked(&written, &namespaces, &policies, is_closed))?;
        let mut manifests = written.all;
        let mut notes = self.notes(&wanted, &wants, &classes);
        existing.leave_out(&mut manifests, &mut notes);
        self.add_logging(&mut manifests, &namespaces, &mut notes)?;
        let is_known = !wants.has_gaps
            && wanted.gaps.is_empty()
            && wanted.broken.is_empty()
            && self.seen_gaps.is_empty();
        let verdict = if is_known { Verdict::Yes } else { Verdict::Unknown };
        Ok(Generated { manifests, notes, verdict, ..Generated::default() })
    }
}

impl Options {
    /// What is asked of the engine: what is written, without what Calico says by a Service of which nobody knows what is
    /// behind it.
    fn asked(
        &self,
        written: &Written,
        namespaces: &BTreeSet<&str>,
        policies: &[Policy],
        is_closed: impl Fn(&str) -> bool,
    ) -> Written {
        if self.enforcer != Enforcer::Calico {
            return written.clone();
        }
        let mut known = policies.to_vec();
        for rule in known.iter_mut().flat_map(|it| &mut it.egress) {
            rule.peers.remove(&Peer::ApiServer);
        }
        let mut asked = self.enforcer.write(self, namespaces, &known, is_closed);
        let is_other = |it: &&Manifest| it.kind != Kind::CALICO_NETWORK_POLICY;
        asked.all.extend(written.all.iter().filter(is_other).cloned());
        asked
    }

    /// Takes in what was seen, with the labels that the logs give pods beside.
    pub fn take_seen(&mut self, seen: &Seen) {
        let known = |end: &End| match end {
            End::Pod { namespace, name, labels } if labels.is_empty() => End::Pod {
                namespace: namespace.clone(),
                name: name.clone(),
                labels: seen.labels(end).to_vec(),
            },
            other => other.clone(),
        };
        let flows = seen.flows().into_iter();
        self.seen.extend(flows.map(|(it, _)| Flow {
            from: known(&it.from),
            to: known(&it.to),
            ..it.clone()
        }));
        self.seen_gaps.extend(seen.gaps());
    }

    /// Adds what makes a network plugin log, and what no object says of it.
    fn add_logging(
        &self,
        manifests: &mut Vec<Manifest>,
        namespaces: &BTreeSet<&str>,
        notes: &mut Vec<String>,
    ) -> Result<(), OptionError> {
        let Some(plugin) = self.log_with else { return Ok(()) };
        let names: Vec<NamespaceName> =
            namespaces.iter().filter_map(|it| it.parse().ok()).collect();
        let logging = network_logging::logging(plugin, &names, self.log_only)?;
        if self.log_only && plugin == NetworkPlugin::Calico {
            if self.enforcer != Enforcer::Kubernetes {
                let rule = "Calico only watches policies of Kubernetes: leave out --enforcer";
                return Err(OptionError::new("--log-only", "", rule));
            }
            *manifests = network_logging::staged(manifests);
        }
        manifests.extend(logging.manifests);
        notes.extend(logging.settings);
        notes.push(format!("what is refused is read by:\n{}", logging.reading));
        Ok(())
    }

    /// The flags that `namespace` has, too.
    fn flags(&self) -> namespace::Options {
        namespace::Options {
            platform: self.platform,
            dns: self.dns.clone(),
            dns_selector: self.dns_selector.clone(),
            dns_port: self.dns_port.clone(),
            dns_cidr: self.dns_cidr.clone(),
            allow_from: self.allow_from.clone(),
            allow_to: self.allow_to.clone(),
            allow_apiserver: self.allow_apiserver.clone(),
            webhook_source: self.webhook_source.clone(),
            force: self.force,
            ..namespace::Options::default()
        }
    }

    fn namespace(&self) -> &str {
        self.default_namespace.as_ref().map_or("default", NamespaceName::as_str)
    }

    fn wanted(&self) -> Wanted {
        let files = Reader::new(self.namespace());
        let mut reader = if self.is_of_cluster { files.of_cluster() } else { files };
        for (name, text) in &self.texts {
            reader.learn(&Source::new(name.as_str(), text.as_str()));
        }
        reader.finish()
    }

    fn existing<'d>(&self, documents: &'d [Document<'d>]) -> Existing<'d> {
        if self.enforcer == Enforcer::Kubernetes {
            self.there(documents)
        } else {
            Existing::default()
        }
    }

    /// The NetworkPolicies that are there.
    fn there<'d>(&self, documents: &'d [Document<'d>]) -> Existing<'d> {
        let mut existing = Existing::default();
        for document in documents.iter().filter(|it| !it.is_rejected()) {
            for object in objects(document.root()) {
                if object.is("networking.k8s.io", "NetworkPolicy") {
                    let namespace = object.namespace().unwrap_or(self.namespace());
                    existing.add(namespace, object.name(), object.place);
                }
            }
        }
        existing
    }

    fn notes(&self, wanted: &Wanted, wants: &Wants, classes: &[Class<'_>]) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        let gaps = wanted.gaps.iter();
        notes.extend(gaps.map(|it| format!("not let through: {} ({})", it.what, it.reason)));
        for (what, whose) in &wants.missing {
            let whose: Vec<String> = whose.iter().cloned().collect();
            notes.push(format!("not let through: {}: {what}", super::role::few(&whose)));
        }
        notes.extend(self.seen_gaps.iter().map(|it| format!("what was seen is not whole: {it}")));
        if !wanted.secret_takers.is_empty() {
            let names: Vec<String> = wanted.secret_takers.iter().cloned().collect();
            notes.push(format!(
                "values of Secrets are not read: if they name hosts, as those of {} may, --allow-to names them, too",
                super::role::few(&names)
            ));
        }
        let is_used = |id: usize| {
            let sides = wants.all.iter().flat_map(|it| [&it.from, &it.to]);
            sides.into_iter().any(|it| *it == Side::Class(id))
        };
        let several = (0..).zip(classes).filter(|(_, it)| it.members.len() > 1);
        for (_, class) in several.filter(|(id, _)| is_used(*id)) {
            let names: Vec<String> = class.members.iter().map(|it| it.name.clone()).collect();
            notes.push(format!(
                "the pods of {} have the same labels, so that what is for one is for all of them",
                super::role::few(&names)
            ));
        }
        let is_in_default = self.default_namespace.is_none()
            && classes.iter().any(|it| it.namespace() == "default");
        if is_in_default && !self.is_of_cluster {
            notes.push(
                "workloads that name no namespace get policies for default: --namespace says another"
                    .to_owned(),
            );
        }
        notes
    }
}
