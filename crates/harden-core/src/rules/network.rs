//! Who may talk to whom.

mod allow_all_egress;
mod allow_all_ingress;
mod default_deny;
mod denied_dns;
mod dns_over_udp_only;
mod dns_rules;
mod dns_to_anywhere;
mod gateway_without_tls;
mod hosts;
mod ignored_policy_rules;
mod ingress_without_tls;
mod invalid_network_policy;
mod labelled_pods;
mod load_balancers;
mod metadata_service_egress;
mod missing_default_deny_egress;
mod missing_default_deny_ingress;
mod misspelt_pod_selector;
mod namespace_name_label;
#[cfg(feature = "admission")]
mod node_local_dns_left_out;
mod node_port_service;
mod open_allow_list;
mod open_load_balancer;
#[cfg(feature = "admission")]
mod openshift_dns_port;
#[cfg(feature = "admission")]
mod pods_among_networks;
#[cfg(feature = "admission")]
mod pods_without_dns;
#[cfg(feature = "admission")]
mod policy_matches_nobody;
mod policy_on_host_network;
#[cfg(feature = "admission")]
mod reachable_from_every_namespace;
#[cfg(feature = "admission")]
mod redundant_network_policy;
mod route_without_tls;
#[cfg(feature = "admission")]
mod service_address_block;
mod service_external_ips;
mod split_peer_selectors;
#[cfg(feature = "admission")]
mod superseded_policy_kind;
#[cfg(feature = "admission")]
mod tier_without_pass;
#[cfg(feature = "admission")]
mod undefined_policy_order;
#[cfg(feature = "admission")]
mod unenforced_network_policies;
#[cfg(feature = "admission")]
mod unreachable_backend;

use crate::network;
use crate::network::NetworkPolicy;
use crate::object::Object;
use crate::rule::{Rule, World};

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &allow_all_egress::RULE,
    &allow_all_ingress::RULE,
    &denied_dns::RULE,
    &dns_over_udp_only::RULE,
    &dns_to_anywhere::RULE,
    &gateway_without_tls::RULE,
    &ignored_policy_rules::RULE,
    &ingress_without_tls::RULE,
    &invalid_network_policy::RULE,
    &metadata_service_egress::RULE,
    &missing_default_deny_egress::RULE,
    &missing_default_deny_ingress::RULE,
    &misspelt_pod_selector::RULE,
    &namespace_name_label::RULE,
    #[cfg(feature = "admission")]
    &node_local_dns_left_out::RULE,
    &node_port_service::RULE,
    &open_allow_list::RULE,
    &open_load_balancer::RULE,
    #[cfg(feature = "admission")]
    &openshift_dns_port::RULE,
    #[cfg(feature = "admission")]
    &pods_among_networks::RULE,
    #[cfg(feature = "admission")]
    &policy_matches_nobody::RULE,
    &policy_on_host_network::RULE,
    #[cfg(feature = "admission")]
    &reachable_from_every_namespace::RULE,
    #[cfg(feature = "admission")]
    &redundant_network_policy::RULE,
    &route_without_tls::RULE,
    #[cfg(feature = "admission")]
    &service_address_block::RULE,
    &service_external_ips::RULE,
    &split_peer_selectors::RULE,
    #[cfg(feature = "admission")]
    &superseded_policy_kind::RULE,
    #[cfg(feature = "admission")]
    &tier_without_pass::RULE,
    #[cfg(feature = "admission")]
    &undefined_policy_order::RULE,
    #[cfg(feature = "admission")]
    &unenforced_network_policies::RULE,
    #[cfg(feature = "admission")]
    &unreachable_backend::RULE,
];

/// The NetworkPolicies of the input, each with the object that it is.
fn policies<'w, 'd>(
    world: &'w World<'d>,
) -> impl Iterator<Item = (&'w Object<'d>, NetworkPolicy<'d>)> {
    world.of_kinds(network::KINDS).filter_map(|it| Some((it, NetworkPolicy::read(it)?)))
}
