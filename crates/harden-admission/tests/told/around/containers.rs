//! Containers of pods, and the volumes that they mount.

use serde_json::{Value, json};

use super::set;
use crate::dice::Dice;

/// The lists of containers.
pub(super) const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Images in every spelling, those that no runtime takes among them.
const IMAGES: [&str; 32] = [
    "registry.example.com/web:1.4.2",
    "registry.example.com/web:1.4.2@sha256:9b1c3d5e7f9a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7a9b1c",
    "registry.example.com/web@sha256:9b1c3d5e7f9a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7a9b1c",
    "registry.example.com/web@sha256:9b1c",
    "registry.example.com/web:latest",
    "registry.example.com/web:LATEST",
    "registry.example.com/web",
    "registry.example.com:5000/web",
    "registry.example.com:5000/team/web:2",
    "registry.example.com.evil.io/web:1",
    "registry.example.community/web:1",
    "nginx",
    "nginx:1.29",
    "nginx:stable",
    "nginx:Alpine",
    "nginx:1.29-alpine",
    "library/nginx:main",
    "docker.io/library/nginx:mainline",
    "ghcr.io/team/app:v2-latest",
    "ghcr.io/team/app:latest-v2",
    "ghcr.io/team/app:latest2",
    "ghcr.io/team/app:Latest-v2",
    "localhost/web:edge",
    "localhost:5000/web",
    "HOST/web",
    "Web:latest",
    "web:",
    "a//b:latest",
    "$IMAGE",
    "ko://example.com/cmd",
    "[::1]:5000/web",
    "[x]/web:1:2",
];

const PATHS: [&str; 36] = [
    "/",
    "//etc",
    "/etc",
    "/etc/",
    "/etc/.",
    "/etcd",
    "/etc/kubernetes/pki",
    "/etc/hosts",
    "/etc/ssl/certs",
    "/home",
    "/home/web",
    "/root/.ssh/id",
    "/root/x",
    "/usr/share/zoneinfo",
    "/usr/shared",
    "/usr/local/bin",
    "/opt",
    "/opt/cni/bin",
    "/opt/app",
    "/proc",
    "/proc/sys/kernel",
    "/proc/1/root",
    "/proc/self/cwd/etc",
    "/proc/1/rooted",
    "/proc/self/root/proc/12/root/var/lib/etcd",
    "/sys/fs/cgroup",
    "/var",
    "/var/log",
    "/var/lib/kubelet/plugins",
    "/var/run/docker.sock",
    "/run/./containerd/",
    "/run/containerd/x",
    "/dev/fuse",
    "/srv/data",
    "\\\\.\\pipe\\docker_engine",
    "var/run",
];

/// A container of a spec, by its list and place.
pub(super) fn any(spec: &Value, dice: &mut Dice) -> Option<(&'static str, usize)> {
    let list = *dice.pick(&["containers", "containers", "initContainers", "ephemeralContainers"]);
    let count = spec[list].as_array().map_or(0, Vec::len);
    (count > 0).then(|| (list, dice.below(count)))
}

/// Adds a container to one of the lists, or takes one away.
pub(super) fn add(spec: &mut Value, dice: &mut Dice) {
    let list = *dice.pick(&LISTS);
    let count: usize = LISTS.iter().filter_map(|it| spec[*it].as_array()).map(Vec::len).sum();
    let volumes = spec["volumes"].clone();
    let containers = &mut spec[list];
    if !containers.is_array() {
        *containers = json!([]);
    }
    let containers = containers.as_array_mut().unwrap();
    if containers.len() > 1 && dice.chance(40) {
        containers.pop();
        return;
    }
    let mut added = json!({"name": format!("added-{count}"), "image": dice.pick(&IMAGES)});
    for _ in 0..dice.below(5) {
        edit(&mut added, list, &volumes, dice);
    }
    // A name that is there already is refused.
    if !containers.iter().any(|it| it["name"] == added["name"]) {
        containers.push(added);
    }
}

pub(super) fn edit(container: &mut Value, list: &str, volumes: &Value, dice: &mut Dice) {
    let yes_or_no = [json!(true), json!(false), Value::Null];
    let is_ephemeral = list == "ephemeralContainers";
    match dice.below(16) {
        0 => container["image"] = (*dice.pick(&IMAGES)).into(),
        1 => {
            let policies = [json!("Always"), json!("IfNotPresent"), json!("Never"), Value::Null];
            set(container, "imagePullPolicy", dice, &policies);
        }
        2 => {
            let users = [0, 1, 1000, 9_999, 10_000, 65_534].map(Value::from);
            let users: Vec<_> = users.into_iter().chain([Value::Null]).collect();
            set(&mut container["securityContext"], "runAsUser", dice, &users);
        }
        3 => set(&mut container["securityContext"], "runAsNonRoot", dice, &yes_or_no),
        4 => set(&mut container["securityContext"], "readOnlyRootFilesystem", dice, &yes_or_no),
        5 => set(&mut container["securityContext"], "privileged", dice, &yes_or_no),
        6 => {
            let added = [["CAP_BPF"], ["NET_ADMIN"], ["SYS_ADMIN"], ["CHOWN"], ["BPF_X"]];
            let added: Vec<_> =
                added.iter().map(|it| json!({"add": it})).chain([Value::Null]).collect();
            set(&mut container["securityContext"], "capabilities", dice, &added);
        }
        7 => {
            let secret = json!({"secretKeyRef": {"name": "db", "key": "password"}});
            let other = json!({"configMapKeyRef": {"name": "db", "key": "host"}});
            let variables = [
                json!([{"name": "A", "value": "b"}, {"name": "B", "valueFrom": secret}]),
                json!([{"name": "A", "valueFrom": other}]),
                json!([]),
                Value::Null,
            ];
            set(container, "env", dice, &variables);
        }
        8 => {
            let sources = [
                json!([{"configMapRef": {"name": "db"}}, {"secretRef": {"name": "db"}, "prefix": "DB_"}]),
                json!([{"configMapRef": {"name": "db"}}]),
                Value::Null,
            ];
            set(container, "envFrom", dice, &sources);
        }
        9 | 10 => mount(container, volumes, is_ephemeral, dice),
        11 if list == "initContainers" => {
            set(container, "restartPolicy", dice, &[json!("Always"), Value::Null]);
        }
        _ if is_ephemeral => {}
        12 => set(container, "resources", dice, &amounts()),
        13 => {
            let ports = [
                json!([{"containerPort": 8080}]),
                json!([{"containerPort": 8080, "name": "http"}, {"containerPort": 9090, "name": "metrics"}]),
                json!([{"containerPort": 9090, "name": "http-metrics"}]),
                json!([]),
                Value::Null,
            ];
            set(container, "ports", dice, &ports);
        }
        14 => {
            let probe = json!({"httpGet": {"path": "/ready", "port": 8080}});
            let key = *dice.pick(&["readinessProbe", "readinessProbe", "livenessProbe"]);
            set(container, key, dice, &[probe, Value::Null]);
        }
        _ => {
            let is_there =
                volumes.as_array().is_some_and(|it| it.iter().any(|it| it["name"] == "block"));
            let devices = if is_there {
                json!([{"name": "block", "devicePath": "/dev/xvda"}])
            } else {
                Value::Null
            };
            set(container, "volumeDevices", dice, &[devices, Value::Null]);
        }
    }
}

fn amounts() -> Vec<Value> {
    vec![
        json!({}),
        json!({"limits": {"memory": "256Mi"}}),
        json!({"limits": {"memory": 1}}),
        json!({"limits": {"memory": "1e9"}}),
        json!({"limits": {"memory": "0"}}),
        json!({"limits": {"memory": "0.00Gi"}}),
        json!({"limits": {"memory": "0e3"}}),
        json!({"requests": {"memory": "64Mi"}}),
        json!({"requests": {"cpu": "250m"}}),
        json!({"requests": {"cpu": 0.5}}),
        json!({"requests": {"cpu": "0"}, "limits": {"memory": "1Gi"}}),
        json!({"limits": {"cpu": 1}}),
        json!({"limits": {"cpu": "0"}}),
        json!({"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "100m"}}),
        json!({"limits": {"ephemeral-storage": "1Gi"}}),
        json!({"limits": {}, "requests": {}}),
        Value::Null,
    ]
}

fn mount(container: &mut Value, volumes: &Value, is_ephemeral: bool, dice: &mut Dice) {
    let names = volumes.as_array().into_iter().flatten().map(|it| &it["name"]);
    let names: Vec<_> = names.filter(|it| *it != "block").collect();
    let mounts = &mut container["volumeMounts"];
    if !mounts.is_array() {
        *mounts = json!([]);
    }
    let mounts = mounts.as_array_mut().unwrap();
    if names.is_empty() || dice.chance(25) {
        mounts.pop();
        return;
    }
    let path = format!("/mounts/{}", mounts.len());
    mounts.retain(|it| it["mountPath"] != path.as_str());
    let mut mount = json!({"name": dice.pick(&names), "mountPath": path});
    set(&mut mount, "readOnly", dice, &[json!(true), json!(false), Value::Null]);
    if !is_ephemeral && mount["name"] != "image" {
        match dice.below(6) {
            0 => {
                let parts = ["data", "etc/kubernetes/", "run/docker.sock", "./ssh", "lib/etcd"];
                mount["subPath"] = (*dice.pick(&parts)).into();
            }
            1 => {
                let parts =
                    ["$(NAME)", "srv/$(NAME)", "lib/etcd-$(NAME)", "lib/etcd/$(NAME)/x", "etc"];
                mount["subPathExpr"] = (*dice.pick(&parts)).into();
            }
            _ => {}
        }
    }
    mounts.push(mount);
}

/// Adds a volume, or makes one another.
pub(super) fn add_volume(spec: &mut Value, dice: &mut Dice) {
    let (name, source) = match dice.below(10) {
        0..=4 => {
            let mut source = json!({"path": dice.pick(&PATHS)});
            let kinds = ["", "Directory", "File", "Socket", "CharDevice"].map(Value::from);
            let kinds: Vec<_> = kinds.into_iter().chain([Value::Null, Value::Null]).collect();
            set(&mut source, "type", dice, &kinds);
            (*dice.pick(&["host", "host-2"]), json!({"hostPath": source}))
        }
        5 | 6 => {
            let mut source = json!({"reference": dice.pick(&IMAGES)});
            let policies = [json!("Always"), json!("IfNotPresent"), json!("Never"), Value::Null];
            set(&mut source, "pullPolicy", dice, &policies);
            ("image", json!({"image": source}))
        }
        7 => ("block", json!({"persistentVolumeClaim": {"claimName": "block"}})),
        8 => ("share", json!({"nfs": {"server": "nfs.example.com", "path": "/"}})),
        _ => ("tmp", json!({"emptyDir": {}})),
    };
    let mut volume = source;
    volume["name"] = name.into();
    let volumes = &mut spec["volumes"];
    if !volumes.is_array() {
        *volumes = json!([]);
    }
    let volumes = volumes.as_array_mut().unwrap();
    match volumes.iter_mut().find(|it| it["name"] == name) {
        Some(old) => *old = volume,
        None => volumes.push(volume),
    }
}
