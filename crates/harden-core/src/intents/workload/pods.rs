//! What intents ask of a pod and its containers, in CEL.

/// Whether the pod is for Windows nodes, which have no read-only root file systems and no user namespaces.
pub(super) const IS_WINDOWS: &str = "variables.spec.?os.?name.orValue('') == 'windows' || \
                                     variables.spec.?nodeSelector[?'kubernetes.io/os'].orValue('') == 'windows'";

/// Whether a container `c` is bound to run as a user other than root, whatever its image says.
pub(super) const IS_NON_ROOT: &str = "c.?securityContext.?runAsUser.or(variables.spec.?securityContext.?runAsUser)\
                                      .orValue(c.?securityContext.?runAsNonRoot\
                                      .or(variables.spec.?securityContext.?runAsNonRoot).orValue(false) ? 1 : 0) != 0";

/// Whether a container, or the pod as a whole, states an amount of a resource: 0 is none.
pub(super) fn states(of: &str, bound: &str, resource: &str) -> String {
    let amount = format!("{of}.?resources.?{bound}.?{resource}");
    format!(
        "!string({amount}.orValue('0')).matches('^[-+]?[0.]+([numkMGTPE]i?|[eE][-+]?[0-9]+)?$')"
    )
}
