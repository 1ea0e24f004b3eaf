//! Permissions that are worth more than they look.

use harden_yaml::Place;

use super::{PolicyRule, Role};

/// Permissions that are dangerous alike.
#[derive(Debug, Clone, Copy)]
pub struct Power {
    /// API group of the resources.
    pub group: &'static str,
    /// The resources, as `resources` and `resources/subresource`.
    pub resources: &'static [&'static str],
    /// The verbs, each of which is dangerous.
    pub verbs: &'static [&'static str],
    /// What `resourceNames` change.
    pub names: Names,
}

/// What `resourceNames` change.
#[derive(Debug, Clone, Copy)]
pub enum Names {
    /// Nothing: it is as dangerous for named objects.
    AreAsBad,
    /// Named objects are fine, these excepted.
    AreFineBut(&'static [&'static str]),
}

/// What a rule of a role grants of a power.
#[derive(Debug, Clone)]
pub struct Grant<'d> {
    /// The rule.
    pub rule: PolicyRule<'d>,
    /// The item of the rule that names the resource.
    pub place: Place<'d>,
    /// The resource of the power.
    pub resource: &'static str,
    /// The verbs of the power that are allowed; at least one.
    pub verbs: Vec<&'static str>,
}

impl<'d> Role<'d> {
    /// What it grants of some powers. `*` for all resources grants none: that is said of the role
    /// as a whole.
    pub fn grants(&self, powers: &[Power]) -> Vec<Grant<'d>> {
        let mut grants = Vec::new();
        for rule in self.rules() {
            for power in powers.iter().filter(|it| it.is_untamed(rule)) {
                let granted = power.resources.iter().filter_map(|resource| {
                    let place = rule.naming(power.group, resource)?;
                    Some(Grant { rule, place, resource, verbs: rule.allowed(power.verbs) })
                });
                grants.extend(granted.filter(|it| !it.verbs.is_empty()));
            }
        }
        grants
    }
}

impl Power {
    fn is_untamed(&self, rule: PolicyRule<'_>) -> bool {
        match self.names {
            Names::AreAsBad => true,
            Names::AreFineBut(bad) => {
                !rule.is_for_names() || bad.iter().any(|it| rule.lists("resourceNames", it))
            }
        }
    }
}
