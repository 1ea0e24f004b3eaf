//! What the graph needs to know beside roles and bindings, kept without the texts.

mod aws_auth;
mod host_access;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kubernetes::{GroupKind, Level};
use crate::object::{Object, ObjectReference};
use crate::pod_security::{Labels, Mode, Policy, Standard};

pub use aws_auth::Mapping;

/// What is known of namespaces, accounts, pods, custom resources and the mapping of a cloud.
#[derive(Debug)]
pub struct Facts {
    /// By the name, what the Namespace lets its pods be; of several of one name, the weakest.
    pub(super) namespaces: BTreeMap<Arc<str>, Level>,
    pub(super) accounts: BTreeMap<(Arc<str>, Arc<str>), Account>,
    pub(super) pods: BTreeSet<Pod>,
    /// The API groups of CustomResourceDefinitions.
    pub(super) custom: BTreeSet<String>,
    /// The ConfigMaps that matter, by namespace and name.
    pub(super) config_maps: BTreeSet<(String, String)>,
    pub(super) mappings: Vec<Mapping>,
    /// What the API server does where no label says anything.
    default: Level,
    /// The namespace of objects that name none.
    namespace: Arc<str>,
}

/// A ServiceAccount.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Whether it says that its token is not mounted.
    pub(super) keeps_token: bool,
    /// The Secrets with a token that it lists.
    pub(super) tokens: BTreeSet<String>,
    /// The role of a cloud that it names; those that it has in any file.
    pub(super) clouds: BTreeSet<Arc<str>>,
}

/// A pod, or what makes pods.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pod {
    pub(super) namespace: Arc<str>,
    pub(super) kind: String,
    pub(super) name: Arc<str>,
    pub(super) account: Arc<str>,
    /// What it says of its token.
    pub(super) mounts_token: Option<bool>,
    /// How its node is reached.
    pub(super) host_access: Option<String>,
    pub(super) is_api_server: bool,
}

/// Annotations by which accounts name a role or an account of a cloud.
const CLOUDS: [&str; 4] = [
    "azure.workload.identity/client-id",
    "cloud.google.com/service-account",
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
];

const CUSTOM: GroupKind = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
const CONFIG_MAP: GroupKind = GroupKind::new("", "ConfigMap");

impl Facts {
    /// Words of which every text that says something for the graph has one, those of roles and bindings included.
    pub const WORDS: &[&str] = &[
        "Namespace",
        "ServiceAccount",
        "CustomResourceDefinition",
        "aws-auth",
        "containers",
        "Role",
    ];

    /// Nothing so far; the level is what the API server does where no label says anything, and the namespace that
    /// of objects that name none.
    pub fn new(default: Level, namespace: &str) -> Self {
        Self {
            namespaces: BTreeMap::new(),
            accounts: BTreeMap::new(),
            pods: BTreeSet::new(),
            custom: BTreeSet::new(),
            config_maps: BTreeSet::new(),
            mappings: Vec::new(),
            default,
            namespace: namespace.into(),
        }
    }

    /// Whether objects of a kind say something for the graph.
    pub fn reads(group: &str, kind: &str) -> bool {
        [GroupKind::NAMESPACE, GroupKind::SERVICE_ACCOUNT, CUSTOM, CONFIG_MAP]
            .iter()
            .any(|it| it.is(group, kind))
            || crate::object::PodKind::find(group, kind).is_some()
    }

    /// Learns what an object says.
    pub fn learn(&mut self, object: &Object<'_>) {
        if object.is_removal() {
            return;
        }
        let metadata = object.place.at("metadata");
        if object.is_of(GroupKind::NAMESPACE) {
            self.learn_namespace(object);
        } else if object.is_of(GroupKind::SERVICE_ACCOUNT) {
            self.learn_account(object);
        } else if object.is_of(CUSTOM) {
            let group = object.place.follow("spec.group").as_str();
            self.custom.extend(group.map(ToOwned::to_owned));
        } else if object.is_of(CONFIG_MAP) && object.name() == "aws-auth" {
            let namespace = self.namespace_of(object);
            if &*namespace == "kube-system" {
                self.mappings.extend(aws_auth::read(object.place.at("data")));
            }
            self.config_maps.insert((namespace.to_string(), "aws-auth".to_owned()));
        } else {
            let owner = metadata.at("ownerReferences").items().next();
            // What makes it is judged.
            let is_made = owner.is_some_and(|it| it.at("kind").as_str() != Some("Node"));
            self.learn_pods(object, is_made);
        }
    }

    fn learn_namespace(&mut self, object: &Object<'_>) {
        let labels = object.place.at("metadata").at("labels");
        let default = Standard { level: self.default, ..Standard::PRIVILEGED };
        let defaults = Policy { enforce: default, ..Policy::PRIVILEGED };
        let level = Labels::read(labels, defaults).policy.standard(Mode::Enforce).level;
        let known = self.namespaces.entry(object.name().into()).or_insert(level);
        *known = level.min(*known);
    }

    fn learn_account(&mut self, object: &Object<'_>) {
        let key = (self.namespace_of(object), Arc::from(object.name()));
        let metadata = object.place.at("metadata");
        let automounts = object.place.at("automountServiceAccountToken").as_bool();
        let keeps_token = automounts == Some(false);
        // Of several of one name, any that gives its token away counts.
        let account = self
            .accounts
            .entry(key)
            .and_modify(|it| it.keeps_token &= keeps_token)
            .or_insert_with(|| Account { keeps_token, ..Account::default() });
        let prefix = format!("{}-token-", object.name());
        let secrets = object.place.at("secrets").items().filter_map(|it| it.at("name").as_str());
        account.tokens.extend(secrets.filter(|it| it.starts_with(&prefix)).map(ToOwned::to_owned));
        let annotations = metadata.at("annotations");
        let mut roles = CLOUDS.into_iter().filter_map(|it| annotations.at(it).as_str());
        let role = roles.find(|it| !it.is_empty());
        account.clouds.extend(role.map(Arc::from));
    }

    fn learn_pods(&mut self, object: &Object<'_>, is_made: bool) {
        for pod in object.pods() {
            let spec = pod.spec;
            let account = ["serviceAccountName", "serviceAccount"]
                .into_iter()
                .find_map(|it| spec.at(it).as_str().filter(|it| !it.is_empty()));
            let labels = object.place.at("metadata").at("labels");
            let pod = Pod {
                namespace: self.namespace_of(object),
                // Of the pods of a workload, their own names matter for who may reach them.
                kind: object.kind.to_owned(),
                name: object.name().into(),
                account: account.unwrap_or("default").into(),
                mounts_token: spec.at("automountServiceAccountToken").as_bool(),
                host_access: host_access::of(&pod),
                is_api_server: !is_made
                    && object.kind == "Pod"
                    && labels.at("component").as_str() == Some("kube-apiserver"),
            };
            self.pods.insert(pod);
        }
    }

    /// Notes a pod of which no more is known than whose it is, or what makes it.
    pub fn note_pod(&mut self, of: &ObjectReference, account: &str, mounts_token: Option<bool>) {
        self.pods.insert(Pod {
            namespace: of.namespace.as_str().into(),
            kind: of.kind.clone(),
            name: of.name.as_str().into(),
            account: account.into(),
            mounts_token,
            host_access: None,
            is_api_server: false,
        });
    }

    fn namespace_of(&self, object: &Object<'_>) -> Arc<str> {
        object.namespace().map_or_else(|| Arc::clone(&self.namespace), Arc::from)
    }

    /// Whether there is a ConfigMap that maps roles of a cloud, whatever it says.
    pub fn has_mapping(&self) -> bool {
        self.config_maps.contains(&("kube-system".to_owned(), "aws-auth".to_owned()))
    }

    /// What a namespace lets its pods be.
    pub(super) fn level(&self, namespace: &str) -> Level {
        self.namespaces.get(namespace).copied().unwrap_or(self.default)
    }

    /// Whether a pod has a token that whoever is in it can take.
    pub(super) fn mounts_token(&self, pod: &Pod) -> bool {
        let account = (Arc::clone(&pod.namespace), Arc::clone(&pod.account));
        let keeps = || self.accounts.get(&account).is_some_and(|it| it.keeps_token);
        pod.mounts_token.unwrap_or_else(|| !keeps())
    }
}

impl Pod {
    /// Whether there is one on every node.
    pub(super) fn is_daemon(&self) -> bool {
        self.kind == "DaemonSet"
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    fn facts(texts: &[&str]) -> Facts {
        let mut facts = Facts::new(Level::Privileged, "default");
        for text in texts {
            let document = Document::parse_yaml(text);
            objects(document.root()).for_each(|it| facts.learn(&it));
        }
        facts
    }

    fn pod(spec: &str) -> Option<String> {
        let text = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {spec}}}");
        facts(&[&text]).pods.pop_first().and_then(|it| it.host_access)
    }

    #[test]
    fn of_namespaces_of_one_name_the_weakest_counts() {
        let strict = "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: \
                      {pod-security.kubernetes.io/enforce: restricted}}}";
        let open = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}";
        assert_eq!(facts(&[strict]).level("a"), Level::Restricted);
        assert_eq!(facts(&[strict]).level("b"), Level::Privileged, "one that is not known");
        for both in [[strict, open], [open, strict]] {
            assert_eq!(facts(&both).level("a"), Level::Privileged);
        }
        let odd = strict.replace("restricted", "strict");
        assert_eq!(facts(&[&odd]).level("a"), Level::Restricted, "as the API server has it");
    }

    #[test]
    fn a_pod_reaches_its_node_by_what_it_has_of_it() {
        for (spec, is_reached) in [
            ("{containers: [{securityContext: {privileged: true}}]}", true),
            ("{containers: [{securityContext: {privileged: 'true'}}]}", false),
            ("{initContainers: [{securityContext: {privileged: true}}]}", true),
            ("{hostUsers: false, containers: [{securityContext: {privileged: true}}]}", false),
            ("{hostPID: true, containers: [{}]}", false),
            (
                "{hostPID: true, containers: [{securityContext: {capabilities: {add: [SYS_PTRACE]}}}]}",
                true,
            ),
            ("{containers: [{securityContext: {capabilities: {add: [SYS_PTRACE]}}}]}", false),
            ("{containers: [{securityContext: {capabilities: {add: [CAP_SYS_MODULE]}}}]}", true),
            (
                "{volumes: [{name: a, hostPath: {path: /var/run/docker.sock}}], containers: [{volumeMounts: [{name: a}]}]}",
                true,
            ),
            (
                "{volumes: [{name: a, hostPath: {path: /var/run/docker.sock}}], containers: [{}]}",
                false,
            ),
            (
                "{volumes: [{name: a, hostPath: {path: /opt/cni/bin}}], containers: [{volumeMounts: [{name: a}]}]}",
                true,
            ),
            (
                "{volumes: [{name: a, hostPath: {path: /opt/cni/bin}}], containers: [{volumeMounts: [{name: a, readOnly: true}]}]}",
                false,
            ),
            (
                "{volumes: [{name: a, hostPath: {path: /srv}}], containers: [{volumeMounts: [{name: a}]}]}",
                false,
            ),
            ("{securityContext: {windowsOptions: {hostProcess: true}}, containers: [{}]}", true),
            ("null", false),
            ("[]", false),
            ("{containers: {a: b}, volumes: 1}", false),
        ] {
            assert_eq!(pod(spec).is_some(), is_reached, "{spec}");
        }
    }

    #[test]
    fn an_account_that_keeps_its_token_gives_pods_none() {
        let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: \
                       default}, automountServiceAccountToken: false, secrets: [{name: other}, {name: \
                       default-token-abc}]}";
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}";
        let has_token = |texts: &[&str]| {
            let facts = facts(texts);
            facts.pods.first().is_some_and(|it| facts.mounts_token(it))
        };
        assert!(has_token(&[pod]));
        assert!(!has_token(&[pod, account]));
        let wants = pod.replace("spec: {", "spec: {automountServiceAccountToken: true, ");
        assert!(has_token(&[&wants, account]));
        let gives = account.replace("automountServiceAccountToken: false, ", "");
        assert!(has_token(&[pod, account, &gives]), "of several, any that gives it");
        assert!(has_token(&[pod, &gives, account]));
        let facts = facts(&[account]);
        let tokens: Vec<_> = facts.accounts.values().flat_map(|it| &it.tokens).collect();
        assert_eq!(tokens, ["default-token-abc"]);
    }
}
