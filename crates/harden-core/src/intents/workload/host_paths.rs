//! The files of the node that a container mounts, in CEL, and which of them are dangerous.

/// What leads to the root of the node by way of one of its processes, as the beginning of a pattern.
const ROOT: &str = "^(/proc/([0-9]+|self|thread-self)/(root|cwd))*";

/// The path on the node of a mount `m` of a volume `v`, in a list of one. Of a part that depends on variables only
/// what is before them is known; empty steps and `.` are nothing to the kernel, and its root is ''.
const PATHS: &str = "[[v.hostPath.path, m.?subPath.orValue('') != '' ? m.subPath : \
                     !m.?subPathExpr.orValue('').contains('$(') ? m.?subPathExpr.orValue('') : \
                     m.subPathExpr.substring(0, m.subPathExpr.indexOf('$(')).contains('/') ? m.subPathExpr.substring(0, \
                     m.subPathExpr.substring(0, m.subPathExpr.indexOf('$(')).lastIndexOf('/')) : ''].filter(s, s != \
                     '').join('/')].map(p, p.startsWith('/') ? p.split('/').filter(s, s != '' && s != '.').map(s, '/' + \
                     s).join() : p)";

/// A condition that a container `c` mounts no file of the node for which another holds, given an expression for its
/// path. That sees the mount as `m` and the volume as `v`.
pub(super) fn no_mount(is_bad: impl Fn(&str) -> String) -> String {
    format!(
        "!variables.spec.?volumes.orValue([]).exists(v, has(v.hostPath) && \
         c.?volumeMounts.orValue([]).exists(m, m.name == v.name && {PATHS}.exists(p, {})))",
        is_bad("p")
    )
}

/// A pattern of sockets of container runtimes, and of the directories that hold little else.
pub(super) fn runtimes() -> String {
    let sockets = "containerd\\.sock|containerd\\.sock\\.ttrpc|cri-dockerd\\.sock|crio\\.sock|docker\\.sock|\
                   docker_engine|dockershim\\.sock|podman\\.sock";
    let directories = "containerd|crio|docker|k3s/containerd|podman";
    format!("(^|[/\\\\])({sockets})$|{ROOT}(/var)?/run/({directories})$")
}

/// A pattern of directories in which root finds what makes it the node or the cluster, even if it only reads.
pub(super) fn secrets() -> String {
    let exact = "|/etc|/home|/run|/var|/var/lib|/var/lib/kubelet|/var/lib/kubelet/pki|/var/lib/kubelet/pods|/var/run|\
                 /root";
    let below =
        "/etc/kubernetes|/etc/rancher|/root/\\.kube|/root/\\.ssh|/var/lib/etcd|/var/lib/rancher";
    format!("{ROOT}(({exact})$|({below})(/|$))")
}

/// A pattern of directories and files in which root leaves what the node runs or obeys.
pub(super) fn steering() -> String {
    let exact = "/boot|/opt|/proc|/sys|/sys/fs/cgroup|/sys/kernel|/var/lib/containerd|/var/lib/containers|\
                 /var/lib/docker|/var/spool";
    let below =
        "/bin|/etc|/lib|/lib64|/opt/bin|/opt/cni|/proc/sys|/root|/sbin|/usr|/var/spool/cron";
    format!("{ROOT}(({exact})$|({below})(/|$))")
}

/// A pattern of what is below such directories and steers nothing.
pub(super) fn harmless() -> String {
    let below = "/etc/hostname|/etc/hosts|/etc/localtime|/etc/machine-id|/etc/os-release|/etc/timezone|/usr/share|\
                 /usr/src";
    format!("{ROOT}({below})(/|$)")
}
