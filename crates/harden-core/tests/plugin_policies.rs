//! The policies of Cilium and Calico: what each sentence of their documentation means for single packets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

#[path = "plugin_policies/calico.rs"]
mod calico;
#[path = "plugin_policies/cilium.rs"]
mod cilium;
#[path = "plugin_policies/packets.rs"]
mod packets;
