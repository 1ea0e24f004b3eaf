//! What files and directories of a node give away to whoever mounts them.

use std::borrow::Cow;

/// The same path without what the kernel makes nothing of: empty steps, `.`, a slash at the end, and the
/// root of the node by way of one of its processes. Validation refuses `..`.
pub fn normal(path: &str) -> Cow<'_, str> {
    if !path.starts_with('/') {
        return path.into();
    }
    let mut steps: Vec<_> = path.split('/').filter(|it| !matches!(*it, "" | ".")).collect();
    while let ["proc", process, "root" | "cwd", ..] = *steps.as_slice()
        && (matches!(process, "self" | "thread-self")
            || process.bytes().all(|it| it.is_ascii_digit()))
    {
        steps.drain(..3);
    }
    let normal = format!("/{}", steps.join("/"));
    if normal == path { path.into() } else { normal.into() }
}

/// Whether it is the socket of a container runtime, by the last step of its path, or a directory that holds little
/// else.
pub fn is_runtime(path: &str) -> bool {
    const SOCKETS: [&str; 8] = [
        "containerd.sock",
        "containerd.sock.ttrpc",
        "cri-dockerd.sock",
        "crio.sock",
        "docker.sock",
        "docker_engine",
        "dockershim.sock",
        "podman.sock",
    ];
    const DIRECTORIES: [&str; 5] = ["containerd", "crio", "docker", "k3s/containerd", "podman"];
    let last = path.rsplit(['/', '\\']).next().unwrap_or("");
    let below_run = path.strip_prefix("/var/run/").or_else(|| path.strip_prefix("/run/"));
    SOCKETS.contains(&last) || below_run.is_some_and(|rest| DIRECTORIES.contains(&rest))
}

/// Whether root finds there what makes it the node or the cluster, even if it only reads.
pub fn holds_secrets(path: &str) -> bool {
    const EXACT: [&str; 11] = [
        "/",
        "/etc",
        "/home",
        "/run",
        "/var",
        "/var/lib",
        "/var/lib/kubelet",
        "/var/lib/kubelet/pki",
        "/var/lib/kubelet/pods",
        "/var/run",
        "/root",
    ];
    const BELOW: [&str; 6] = [
        "/etc/kubernetes",
        "/etc/rancher",
        "/root/.kube",
        "/root/.ssh",
        "/var/lib/etcd",
        "/var/lib/rancher",
    ];
    EXACT.contains(&path) || BELOW.iter().any(|it| is_at_or_below(path, it))
}

/// Whether root leaves there what the node runs or obeys.
pub fn steers_node(path: &str) -> bool {
    const EXACT: [&str; 10] = [
        "/boot",
        "/opt",
        "/proc",
        "/sys",
        "/sys/fs/cgroup",
        "/sys/kernel",
        "/var/lib/containerd",
        "/var/lib/containers",
        "/var/lib/docker",
        "/var/spool",
    ];
    const BELOW: [&str; 11] = [
        "/bin",
        "/etc",
        "/lib",
        "/lib64",
        "/opt/bin",
        "/opt/cni",
        "/proc/sys",
        "/root",
        "/sbin",
        "/usr",
        "/var/spool/cron",
    ];
    const HARMLESS: [&str; 8] = [
        "/etc/hostname",
        "/etc/hosts",
        "/etc/localtime",
        "/etc/machine-id",
        "/etc/os-release",
        "/etc/timezone",
        "/usr/share",
        "/usr/src",
    ];
    !HARMLESS.iter().any(|it| is_at_or_below(path, it))
        && (EXACT.contains(&path) || BELOW.iter().any(|it| is_at_or_below(path, it)))
}

fn is_at_or_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
