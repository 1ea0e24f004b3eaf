//! Ways of running Kubernetes: what each does its own way, and the page that says so.

mod aks;
mod cell;
mod eks;
mod gke;
mod k3s;
mod kind;
mod kubeadm;
mod openshift;
mod rke2;
mod setting;
mod sign;
mod table;
mod talos;
mod traffic;

pub use cell::Cell;
pub use setting::{Distribution, Instead, Machine, Object, Procedures, Setting, Step, Told};
pub use sign::Sign;
pub use table::table;
pub use traffic::{ApiServer, Caller, Pods, Resolver};

/// A way of running Kubernetes; two are the same that have the same name.
#[derive(Debug)]
pub struct Platform {
    /// As it is typed, such as `gke`.
    pub name: &'static str,
    /// As its makers call it, such as `GKE`.
    pub title: &'static str,
    /// What its pods ask for names.
    pub dns: Cell<&'static [Resolver]>,
    /// Where policies see the API server.
    pub api_server: Cell<ApiServer>,
    /// Where policies see the API server call webhooks from.
    pub webhooks: Cell<Caller>,
    /// How what etcd stores is encrypted.
    pub encryption: Cell<Setting>,
    /// How its keys are replaced; none where files are, one stage after the other.
    pub procedures: Option<Procedures>,
    /// How requests are logged.
    pub audit: Cell<Setting>,
    /// How namespaces without labels are held to a Pod Security Standard.
    pub pod_security: Cell<Setting>,
    /// What of a cluster tells that it is one.
    pub signs: &'static [Sign],
}

impl PartialEq for Platform {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Platform {}

macro_rules! platforms {
    ($($(#[$doc:meta])* $name:ident($module:ident),)+) => {
        /// Which platform a cluster runs on, as users name it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
        pub enum PlatformName {
            $($(#[$doc])* $name,)+
            /// That of the cluster, told by its version, APIs and nodes
            Cluster,
        }

        impl PlatformName {
            /// The platforms, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// What is known of it; nothing of that of a cluster that was not looked at.
            pub fn platform(self) -> Option<&'static Platform> {
                match self {
                    $(Self::$name => Some(&$module::PLATFORM),)+
                    Self::Cluster => None,
                }
            }
        }
    };
}

platforms! {
    /// Clusters that kubeadm makes
    Kubeadm(kubeadm),
    /// Kubernetes in containers
    Kind(kind),
    /// K3s of Rancher
    K3s(k3s),
    /// RKE2 of Rancher
    Rke2(rke2),
    /// Talos Linux
    Talos(talos),
    /// OpenShift and OKD
    Openshift(openshift),
    /// Google Kubernetes Engine
    Gke(gke),
    /// Amazon Elastic Kubernetes Service
    Eks(eks),
    /// Azure Kubernetes Service
    Aks(aks),
}

/// What is known of every platform, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static Platform> {
    PlatformName::ALL.iter().filter_map(|it| it.platform())
}

#[cfg(test)]
mod tests;
