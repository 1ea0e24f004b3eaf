//! The policies of Cilium and Calico: what each sentence of their documentation means for single packets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

#[path = "plugin_policies/calico.rs"]
mod calico;
#[path = "plugin_policies/calico_at_random.rs"]
mod calico_at_random;
#[path = "plugin_policies/calico_objects.rs"]
mod calico_objects;
#[path = "plugin_policies/calico_order.rs"]
mod calico_order;
#[path = "plugin_policies/calico_refused.rs"]
mod calico_refused;
#[path = "plugin_policies/calico_selectors.rs"]
mod calico_selectors;
#[path = "plugin_policies/calico_tree.rs"]
mod calico_tree;
#[path = "plugin_policies/cilium.rs"]
mod cilium;
#[path = "plugin_policies/cilium_at_random.rs"]
mod cilium_at_random;
#[path = "plugin_policies/cilium_refused.rs"]
mod cilium_refused;
#[path = "plugin_policies/cluster.rs"]
mod cluster;
#[path = "plugin_policies/packets.rs"]
mod packets;
#[allow(dead_code, reason = "nothing else is asked")]
#[path = "random_pods/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "pods have more of it")]
#[path = "random_pods/random.rs"]
mod random;
#[path = "plugin_policies/server.rs"]
mod server;

/// How many clusters are random: `HARDEN_RANDOM_PLUGIN_POLICIES`.
fn clusters() -> u64 {
    let is_ci = std::env::var_os("CI").is_some_and(|it| it == "true");
    setting("HARDEN_RANDOM_PLUGIN_POLICIES", if is_ci { 1_000 } else { 250 })
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |it| it.parse().unwrap())
}
