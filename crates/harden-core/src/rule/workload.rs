//! A pod or pod template, as rules see it.

use std::cell::OnceCell;
use std::sync::Arc;

use harden_yaml::Place;

use crate::inventory;
use crate::kubernetes::Protocol;
use crate::object::{Object, PodTemplate};
use crate::pod_security::{Container, ContainerKind, Pod};

/// A pod, or the template of one.
#[derive(Debug)]
pub struct Workload<'d> {
    /// The object that it is, or whose template it is.
    pub object: Object<'d>,
    /// Where its metadata and spec are, and whether it is a Pod itself.
    pub template: PodTemplate<'d>,
    /// The pod as the API server defaults it.
    pub pod: Pod<'d>,
    /// What its containers do not say of the resources that they take, which several rules ask.
    silences: OnceCell<Vec<Silence>>,
}

/// What a container does not say of the resources that it takes, and nothing else says for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Silence {
    /// Which of the containers it is.
    pub(crate) container: usize,
    pub(crate) memory_limit: bool,
    pub(crate) memory_request: bool,
    pub(crate) cpu_request: bool,
    pub(crate) storage_limit: bool,
    /// Whether it says nothing at all. Then the rule about the first that is missing, in the order above, names
    /// the others, so that one missing field is one finding.
    pub(crate) is_whole: bool,
}

impl<'d> Workload<'d> {
    /// The pods that an object is or makes, and what it says of pods if its kind is not known.
    pub(crate) fn all(object: &Object<'d>) -> Vec<Self> {
        let read = |template: PodTemplate<'d>| Self {
            object: object.clone(),
            template: PodTemplate {
                is_partial: template.is_partial || object.is_patch(),
                ..template
            },
            pod: Pod::read_defaulted(template.metadata, template.spec, template.origin),
            silences: OnceCell::new(),
        };
        let fragments = object.fragments().into_iter().map(|fragment| {
            let mut workload = read(fragment.template);
            fragment.containers.into_iter().for_each(|it| workload.pod.add_container(it));
            workload
        });
        object.pods().into_iter().map(read).chain(fragments).collect()
    }

    /// A field of the pod's spec.
    pub fn at(&self, key: &'static str) -> Place<'d> {
        self.template.spec.at(key)
    }

    /// Its containers: those that start it, those that run, and those that debug it.
    pub fn containers(&self) -> &[Container<'d>] {
        self.pod.containers()
    }

    /// What its containers do not say of the resources that they take, found out once.
    pub(crate) fn silences(&self, find: impl FnOnce() -> Vec<Silence>) -> &[Silence] {
        self.silences.get_or_init(find)
    }

    /// Whether it is laid over something that is not known, which has what is missing here: a template for an
    /// operator, or a patch to another manifest, as a pod needs an image in at least one container.
    pub fn is_patch(&self) -> bool {
        self.template.is_partial
            || self.containers().iter().all(|it| !it.place().at("image").exists())
    }

    /// The ServiceAccount that it names, as the API server reads it: the older field counts where the newer
    /// one is empty.
    pub fn service_account(&self) -> Option<&'d str> {
        let named = |key| self.at(key).as_str().filter(|it| !it.is_empty());
        named("serviceAccountName").or_else(|| named("serviceAccount"))
    }

    /// Where to point at when all of it is meant: its name.
    pub fn grip(&self) -> Place<'d> {
        self.object.place.at("metadata").at("name")
    }

    /// What is remembered of it after its text is gone.
    pub(crate) fn to_pod(&self, file: Arc<str>) -> inventory::PodSummary {
        let labels = self.template.metadata.at("labels").entries();
        inventory::PodSummary {
            object: self.object.reference(),
            file,
            is_patch: self.is_patch(),
            labels: labels
                .filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned())))
                .collect(),
            service_account: self.service_account().map(str::to_owned),
            automounts: self.at("automountServiceAccountToken").as_bool(),
            level: None,
            is_host_network: self.at("hostNetwork").as_bool().unwrap_or(false),
            named_ports: self.named_ports(),
        }
    }

    fn named_ports(&self) -> Box<[(Box<str>, Protocol, u16)]> {
        let running = self.containers().iter().filter(|it| match it.kind {
            ContainerKind::Regular => true,
            ContainerKind::Init => it.place().at("restartPolicy").as_str() == Some("Always"),
            ContainerKind::Ephemeral => false,
        });
        let ports = running.flat_map(|it| it.place().at("ports").items());
        let named = ports.filter_map(|it| {
            let name = it.at("name").as_str().filter(|it| !it.is_empty())?;
            let protocol = it.at("protocol").as_str();
            let protocol = protocol.map_or(Some(Protocol::Tcp), Protocol::read)?;
            let number = u16::try_from(it.at("containerPort").as_i64()?).ok()?;
            Some((name.into(), protocol, number))
        });
        named.collect()
    }
}
