//! Pods whose root is the node's root.

use super::pods::IS_WINDOWS;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::{Kind, MinorVersion};

pub(super) static INTENT: Intent = Intent {
    id: "host-user-namespace",
    constraint: Kind::constraint("HardenHostUserNamespace", "hardenhostusernamespace"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

/// The first version in which user namespaces are generally available.
const SINCE: MinorVersion = MinorVersion(36);

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    if terms.server < SINCE {
        return Vec::new();
    }
    let containers = "(variables.spec.?containers.orValue([]) + variables.spec.?initContainers.orValue([]) + \
                      variables.spec.?ephemeralContainers.orValue([]))";
    // Pods that the API server or the kubelet would not take with a user namespace of their own.
    let cannot = [
        "variables.spec.?hostNetwork.orValue(false) == true".to_owned(),
        "variables.spec.?hostPID.orValue(false) == true".to_owned(),
        "variables.spec.?hostIPC.orValue(false) == true".to_owned(),
        IS_WINDOWS.to_owned(),
        format!("{containers}.exists(c, {IS_UNMAPPED})"),
        "variables.spec.?volumes.orValue([]).exists(v, has(v.azureFile) || has(v.cephfs) || has(v.glusterfs) || \
         has(v.nfs))"
            .to_owned(),
    ];
    let own = "variables.spec.?hostUsers.orValue(true) == false";
    let message = "hostUsers must be false";
    vec![Validation::new(own, message).unless(&cannot.join(" || "))]
}

/// Whether a container cannot have users of its own: it is privileged, has a block device, or a capability over what
/// has no namespace.
const IS_UNMAPPED: &str = "c.?securityContext.?privileged.orValue(false) == true || \
                           size(c.?volumeDevices.orValue([])) > 0 || \
                           c.?securityContext.?capabilities.?add.orValue([]).exists(a, a.matches('^(CAP_)?(ALL|BPF|\
                           IPC_LOCK|MAC_ADMIN|PERFMON|SYSLOG|SYS_ADMIN|SYS_BOOT|SYS_MODULE|SYS_NICE|SYS_RAWIO|\
                           SYS_TIME)$'))";
