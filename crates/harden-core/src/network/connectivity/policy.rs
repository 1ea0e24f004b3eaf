//! How the policies of each API become rules in tiers, one file each.
//!
//! All of them say the same in other words: tiers in an order, policies in an order within them, rules in an order
//! within these. A rule lets through, refuses, or leaves the tier; what no rule of a tier decides is refused at its end
//! where a policy isolates the pod, and else is for the next tier. What no tier decides goes through.

mod admin;
mod calico;
mod cilium;
mod cluster;
mod network_policy;
mod peers;

use harden_yaml::Place;

use super::labels::Test;
use super::reader::Reader;
use super::records::{Order, PolicyRecord, TierRecord};
use crate::kubernetes::Selector;
use crate::object::Object;
use crate::source::Positions;

/// A kind of policy, and how it is read.
pub(super) struct Api {
    pub(super) group: &'static str,
    pub(super) kind: &'static str,
    pub(super) read: Read,
}

/// Reads a policy, as one record or, where parts of it are for different pods or stand in different places, as several.
/// What the API server would refuse comes with the reason and as much as could be read.
type Read = fn(&mut Reader, &Object<'_>, &dyn Positions) -> Vec<PolicyRecord>;

/// Every kind of policy that is known.
pub(super) const APIS: &[&[Api]] = &[
    &[network_policy::API],
    &[admin::API, admin::BASELINE],
    &[cluster::API],
    &[cilium::API, cilium::CLUSTERWIDE],
    &calico::APIS,
];

/// Tiers as Calico orders them, in which the others find their place: those of administrators, that of namespaces, and
/// what holds where neither says anything.
pub(super) const ADMIN: (f64, &str) = (1_000.0, "adminnetworkpolicy");
pub(super) const DEFAULT: (f64, &str) = (1_000_000.0, "default");
pub(super) const BASELINE: (f64, &str) = (10_000_000.0, "baselineadminnetworkpolicy");

/// Where NetworkPolicies stand in their tier.
pub(super) const ORDER: Order = Order(1_000.0);

impl Reader {
    pub(super) fn tier(&mut self, (order, name): (f64, &str)) -> u32 {
        self.keep_tier(TierRecord { order: Order(order), name: name.into(), passes: false })
    }

    /// A policy without rules.
    pub(super) fn policy(
        &mut self,
        kind: &'static str,
        object: &Object<'_>,
        text: &dyn Positions,
        tier: (f64, &str),
    ) -> PolicyRecord {
        PolicyRecord {
            kind,
            namespace: None,
            name: object.generate_name().unwrap_or_else(|| object.name()).into(),
            mark: self.mark(text, object.place),
            tier: self.tier(tier),
            order: ORDER,
            subject: Vec::new(),
            isolates: [false; 2],
            rules: [Vec::new(), Vec::new()],
            refused: None,
            beyond: None,
        }
    }
}

/// What a selector asks that must be there; a missing one asks nothing, and what cannot be read is refused.
fn test(place: Place<'_>) -> Result<Test, String> {
    let selector = Selector::read(place).map_err(|_| {
        format!("{}: no valid selector: see its keys, operators and values", place.path())
    })?;
    Ok(selector.map_or(Test::Always, |it| Test::of(&it)))
}
