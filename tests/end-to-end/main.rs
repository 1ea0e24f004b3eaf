//! The command against a real API server, through a real kubectl where users go through one.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

mod access;
mod addresses;
mod admission;
mod admission_policy;
mod apply;
mod audit;
mod clients;
mod cluster;
mod connections;
mod controllers;
mod differences;
mod disturbed;
mod encryption;
mod external_secret;
mod facts;
mod faults;
#[path = "../../plugin/tests/terminal/harden.rs"]
mod harden;
mod image_policy;
mod kubectl;
mod limit_range;
mod live;
mod mcp_apply;
mod mcp_cluster;
mod namespace;
mod network;
#[path = "../../plugin/tests/terminal/page.rs"]
#[allow(dead_code, reason = "what is printed is looked at without a cluster")]
mod page;
mod pages;
mod patches;
mod plan;
mod pod_security;
mod quota;
mod reports;
mod requests;
mod role;
mod server;
mod snapshot;
#[path = "../../plugin/tests/terminal/stores.rs"]
mod stores;
mod watch;
mod who_can;
