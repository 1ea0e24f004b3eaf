//! Every check, each in a file of its own.

use std::fmt::Write as _;

use super::Check;

macro_rules! checks {
    ($($module:ident,)+) => {
        $(mod $module;)+

        /// Every check in upstream's order: baseline before restricted, then by the bytes of the
        /// identifier.
        pub static CHECKS: &[&Check] = &[$(&$module::CHECK),+];
    };
}

checks! {
    app_armor_profile,
    capabilities_baseline,
    host_namespaces,
    host_path_volumes,
    host_ports,
    host_probes_and_host_lifecycle,
    privileged,
    proc_mount,
    se_linux_options,
    seccomp_profile_baseline,
    sysctls,
    windows_host_process,
    allow_privilege_escalation,
    capabilities_restricted,
    proc_mount_restricted,
    restricted_volumes,
    run_as_non_root,
    run_as_user,
    seccomp_profile_restricted,
}

pub use capabilities_baseline::DEFAULT_CAPABILITIES;
pub use restricted_volumes::ALLOWED_VOLUMES;
pub use sysctls::ALLOWED_SYSCTLS;

/// The checks as a Markdown table.
pub fn table() -> String {
    let mut table = String::from(
        "| check | level | policy versions with a change | what it demands |\n|---|---|---|---|\n",
    );
    for check in CHECKS {
        let versions: Vec<_> =
            check.revisions.iter().map(|revision| revision.since.to_string()).collect();
        let (id, level, versions) = (check.id, check.level, versions.join(", "));
        let _ = writeln!(table, "| `{id}` | {level} | {versions} | {} |", check.summary);
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kubernetes::{Level, MinorVersion};

    #[test]
    fn the_list_is_in_the_order_of_messages() {
        let keys: Vec<_> = CHECKS.iter().map(|check| (check.level, check.id)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn every_check_has_an_identifier_of_its_own_and_a_level_with_rules() {
        let ids: BTreeSet<_> = CHECKS.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), 19);
        assert_eq!(ids.len(), CHECKS.len());
        for check in CHECKS {
            assert_ne!(check.level, Level::Privileged, "{}", check.id);
            assert!(!check.fields.is_empty() && !check.summary.is_empty(), "{}", check.id);
        }
    }

    #[test]
    fn revisions_rise_strictly_and_are_known() {
        for check in CHECKS {
            let versions: Vec<_> = check.revisions.iter().map(|revision| revision.since).collect();
            assert!(!versions.is_empty(), "{}", check.id);
            assert!(versions.is_sorted_by(|a, b| a < b), "{}: {versions:?}", check.id);
            assert!(versions.iter().all(|it| *it <= MinorVersion::NEWEST_KNOWN), "{}", check.id);
        }
    }

    #[test]
    fn only_restricted_checks_override_and_only_baseline_checks_are_overridden() {
        for check in CHECKS {
            for id in check.revisions.iter().flat_map(|revision| revision.overrides) {
                assert_eq!(check.level, Level::Restricted, "{}", check.id);
                let overridden = CHECKS.iter().find(|other| other.id == *id);
                assert_eq!(overridden.map(|it| it.level), Some(Level::Baseline), "{id}");
            }
        }
    }

    #[test]
    fn the_table_has_a_row_for_each_check() {
        let table = table();
        assert_eq!(table.lines().count(), CHECKS.len() + 2);
        assert!(table.contains(
            "| `sysctls` | baseline | v1.0, v1.27, v1.29, v1.32, v1.37 | sysctls are those that"
        ));
    }
}
