//! All objects together, for rules that no single object can break.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;

#[cfg(feature = "admission")]
use super::{Reachability, Reporter};
use crate::inventory::{Inventory, PodSummary};
use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::source::{Folders, Homes};
use crate::{network, rbac};

/// All objects of the input together, and the models that are made of them, each once.
#[derive(Debug)]
pub struct World<'d> {
    inventory: Inventory<'d>,
    network: OnceCell<network::Policies<'d>>,
    #[cfg(feature = "admission")]
    reachability: OnceCell<Reachability<'d>>,
    rbac: OnceCell<rbac::Access<'d>>,
    service_accounts: OnceCell<rbac::ServiceAccounts<'d>>,
    namespaces: OnceCell<Homes<&'d str>>,
    /// What the rule that is asked may read.
    reads: Cell<&'static [GroupKind]>,
}

impl<'d> World<'d> {
    pub(crate) fn new(inventory: Inventory<'d>) -> Self {
        Self {
            inventory,
            network: OnceCell::new(),
            #[cfg(feature = "admission")]
            reachability: OnceCell::new(),
            rbac: OnceCell::new(),
            service_accounts: OnceCell::new(),
            namespaces: OnceCell::new(),
            reads: Cell::new(&[]),
        }
    }

    /// Lets the next rule read these kinds.
    pub(crate) fn allow(&self, reads: &'static [GroupKind]) {
        self.reads.set(reads);
    }

    /// The objects of a kind that the rule says it reads.
    pub fn of_kind(&self, kind: GroupKind) -> &[Object<'d>] {
        self.assert_read(&[kind]);
        self.inventory.of_kind(kind)
    }

    /// The objects of several kinds that the rule says it reads, kind by kind.
    pub fn of_kinds(&self, kinds: &[GroupKind]) -> impl Iterator<Item = &Object<'d>> {
        self.assert_read(kinds);
        kinds.iter().flat_map(|it| self.inventory.of_kind(*it))
    }

    /// What the source of an object is called.
    pub fn file(&self, object: &Object<'d>) -> &'d str {
        self.inventory.file(object)
    }

    /// The folders of the Namespaces of a name that are nearest to a file, whose objects are for these.
    pub fn namespaces_around(&self, name: &str, file: &str) -> &Folders {
        let namespaces = self.namespaces.get_or_init(|| {
            let mut homes = Homes::default();
            for namespace in self.of_kind(GroupKind::NAMESPACE) {
                homes.learn(namespace.name(), self.file(namespace));
            }
            homes
        });
        namespaces.around(name, file)
    }

    /// Every pod and pod template.
    pub fn pods(&self) -> &[&'d PodSummary] {
        self.inventory.pods()
    }

    /// The pods and pod templates by their namespaces, as they are written.
    pub fn pods_by_namespace(&self) -> BTreeMap<&'d str, Vec<&'d PodSummary>> {
        self.inventory.pods_by_namespace()
    }

    /// Who may talk to whom; for rules that read [`network::KINDS`].
    pub fn network(&self) -> &network::Policies<'d> {
        self.assert_read(network::KINDS);
        self.network.get_or_init(|| {
            network::Policies::of(self.inventory.objects().map(|it| (it, self.file(it))))
        })
    }

    /// Who reaches whom; for rules that read [`network::KINDS`], and [`network::REACHABILITY`] where they ask for
    /// Services and what leads to them.
    #[cfg(feature = "admission")]
    pub fn reachability(&self, reporter: &Reporter<'_, 'd>) -> &Reachability<'d> {
        self.assert_read(network::KINDS);
        self.reachability.get_or_init(|| {
            let objects = network::REACHABILITY.iter().flat_map(|it| self.inventory.of_kind(*it));
            Reachability::of(objects, self.pods(), reporter)
        })
    }

    /// Who may do what; for rules that read [`rbac::KINDS`].
    pub fn rbac(&self) -> &rbac::Access<'d> {
        self.assert_read(rbac::KINDS);
        self.rbac.get_or_init(|| {
            rbac::Access::of(self.inventory.objects().map(|it| (it, self.file(it))))
        })
    }

    /// Whom pods can be to the API server; for rules that read [`rbac::KINDS`].
    pub fn service_accounts(&self) -> &rbac::ServiceAccounts<'d> {
        self.assert_read(rbac::KINDS);
        self.service_accounts.get_or_init(|| {
            rbac::ServiceAccounts::of(self.inventory.objects().map(|it| (it, self.file(it))))
        })
    }

    /// A rule that reads more than it says would be wrong where that was not kept.
    fn assert_read(&self, kinds: &[GroupKind]) {
        debug_assert!(
            kinds.iter().all(|it| self.reads.get().contains(it)),
            "the rule reads {kinds:?} and says that it reads {:?}",
            self.reads.get()
        );
    }
}
