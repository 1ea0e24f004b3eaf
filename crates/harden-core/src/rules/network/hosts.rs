//! Names of hosts, and the wildcards that stand for them.

use rustc_hash::FxHashSet;

/// The names that certificates are for.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    names: FxHashSet<String>,
    /// What follows the wildcards.
    domains: FxHashSet<String>,
}

impl Hosts {
    /// Whether one of the certificates is for a host, as [`covers`] has it.
    pub(super) fn covers(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let domain = host.split_once('.').filter(|(label, _)| !label.is_empty());
        self.names.contains(&host) || domain.is_some_and(|(_, it)| self.domains.contains(it))
    }
}

impl<'n> FromIterator<&'n str> for Hosts {
    fn from_iter<I: IntoIterator<Item = &'n str>>(names: I) -> Self {
        let mut hosts = Self::default();
        for name in names.into_iter().map(str::to_ascii_lowercase) {
            hosts.domains.extend(name.strip_prefix("*.").map(str::to_owned));
            hosts.names.insert(name);
        }
        hosts
    }
}

/// Whether a certificate for one name, which may begin with a wildcard for one label, is for the other.
pub(super) fn covers(name: &str, host: &str) -> bool {
    let after_label = |it: &str| it.split_once('.').map(|(_, rest)| rest.to_ascii_lowercase());
    name.eq_ignore_ascii_case(host)
        || name.starts_with("*.")
            && !host.starts_with('.')
            && after_label(name) == after_label(host)
}

#[cfg(test)]
mod tests {
    use super::{Hosts, covers};

    #[test]
    fn several_certificates_are_for_what_each_of_them_is_for() {
        let names = ["", "*.", "*", "a", "A.b", "*.b.C", "*.c", ".c", "*.*.d", "a.b.c"];
        let hosts =
            ["", ".", "a", "a.b", "x.b.c", "x.y.c", ".c", "y.C", "x.*.d", "*.d", "x.", "a.b.c."];
        for host in hosts {
            for name in names {
                let all: Hosts = [name].into_iter().collect();
                assert_eq!(all.covers(host), covers(name, host), "{name} {host}");
            }
        }
    }
}
