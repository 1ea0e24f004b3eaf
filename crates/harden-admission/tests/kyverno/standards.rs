//! The Pod Security Standards, with exclusions, over random pods and what makes pods.

use serde_json::{Value, json};

use super::matching::template;
use super::random::Random;
use super::records::Question;

pub(crate) fn questions(count: usize) -> Vec<Question> {
    let mut random = Random::new(29);
    (0..count).map(|number| question(number, &mut random)).collect()
}

fn question(number: usize, random: &mut Random) -> Question {
    let mut security = json!({"level": random.of(&["baseline", "restricted", "restricted"])});
    if random.is_one_of(2) {
        security["version"] = (*random.of(&["latest", "v1.24", "v1.29"])).into();
    }
    let exclusions: Vec<Value> = (0..random.below(4)).map(|_| exclusion(random)).collect();
    if !exclusions.is_empty() {
        security["exclude"] = exclusions.into();
    }
    let policy = json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
        "spec": {"background": false, "rules": [{
            "name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "validate": {"message": "m", "podSecurity": security},
        }]},
    });
    let (version, kind) = *random.of(&[
        ("v1", "Pod"),
        ("v1", "Pod"),
        ("apps/v1", "Deployment"),
        ("batch/v1", "CronJob"),
    ]);
    let object = json!({
        "apiVersion": version, "kind": kind, "metadata": {"name": "n", "namespace": "ns"},
        "spec": template(kind, pod(random)),
    });
    Question::new(format!("pods {number}"), &policy, &object)
}

/// A control, in all or in what has some images, or a field of it with some values.
fn exclusion(random: &mut Random) -> Value {
    let mut exclusion = random.json(&json!([
        {"controlName": "Host Namespaces"},
        {"controlName": "Host Namespaces", "restrictedField": "spec.hostPID", "values": ["true"]},
        {"controlName": "HostPath Volumes"},
        {"controlName": "HostPath Volumes", "restrictedField": "spec.volumes[*].hostPath", "values": ["*"]},
        {"controlName": "Privileged Containers", "images": ["nginx*"]},
        {
            "controlName": "Privileged Containers", "images": ["*"],
            "restrictedField": "spec.containers[*].securityContext.privileged", "values": ["true"],
        },
        {"controlName": "Capabilities", "images": ["nginx:*", "busybox"]},
        {
            "controlName": "Capabilities", "images": ["*"],
            "restrictedField": "spec.containers[*].securityContext.capabilities.add",
            "values": ["NET_ADMIN", "SYS_*"],
        },
        {
            "controlName": "Capabilities", "images": ["*"],
            "restrictedField": "spec.containers[*].securityContext.capabilities.drop", "values": ["NET_RAW"],
        },
        {"controlName": "Seccomp"},
        {"controlName": "Seccomp", "images": ["*"]},
        {
            "controlName": "Seccomp", "restrictedField": "spec.securityContext.seccompProfile.type",
            "values": ["Unconfined"],
        },
        {"controlName": "Running as Non-root"},
        {"controlName": "Running as Non-root", "images": ["nginx*"]},
        {
            "controlName": "Running as Non-root", "restrictedField": "spec.securityContext.runAsNonRoot",
            "values": ["false"],
        },
        {"controlName": "Running as Non-root user"},
        {
            "controlName": "Running as Non-root user", "images": ["*"],
            "restrictedField": "spec.containers[*].securityContext.runAsUser", "values": ["0"],
        },
        {"controlName": "Privilege Escalation", "images": ["*"]},
        {
            "controlName": "Privilege Escalation", "images": ["nginx*"],
            "restrictedField": "spec.containers[*].securityContext.allowPrivilegeEscalation",
            "values": ["true"],
        },
        {"controlName": "Volume Types"},
        {
            "controlName": "Volume Types", "restrictedField": "spec.volumes[*].hostPath",
            "values": ["spec.volumes[*].hostPath"],
        },
        {"controlName": "Host Ports", "images": ["*"]},
        {
            "controlName": "Host Ports", "images": ["nginx*"],
            "restrictedField": "spec.containers[*].ports[*].hostPort", "values": ["80", "8080"],
        },
        {"controlName": "SELinux"},
        {
            "controlName": "SELinux", "restrictedField": "spec.securityContext.seLinuxOptions.type",
            "values": ["spc_t"],
        },
        {"controlName": "Sysctls"},
        {
            "controlName": "Sysctls", "restrictedField": "spec.securityContext.sysctls[*].name",
            "values": ["kernel.*"],
        },
        {"controlName": "/proc Mount Type", "images": ["*"]},
        {"controlName": "AppArmor"},
    ]));
    if random.is_one_of(6) && exclusion.get("images").is_some() {
        exclusion["images"] = json!(["other/*"]);
    }
    exclusion
}

fn pod(random: &mut Random) -> Value {
    let containers: Value = (0..=random.below(2)).map(|at| container(at, random)).collect();
    let mut spec = json!({"containers": containers});
    if random.is_one_of(5) {
        spec["initContainers"] = json!([container(7, random)]);
    }
    for field in ["hostPID", "hostNetwork"] {
        if random.is_one_of(6) {
            spec[field] = random.is_one_of(2).into();
        }
    }
    if random.is_one_of(2) {
        spec["securityContext"] = some(
            &json!({
                "runAsNonRoot": [true, true, false],
                "runAsUser": [0, 1000],
                "seccompProfile": [{"type": "RuntimeDefault"}, {"type": "Unconfined"}],
                "seLinuxOptions": [{"type": "spc_t"}, {"user": "u"}, {"type": "container_t"}],
                "sysctls": [[{"name": "kernel.msgmax", "value": "1"}],
                    [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]],
            }),
            random,
        );
    }
    if random.is_one_of(3) {
        spec["volumes"] = json!([random.json(&json!([
            {"name": "v", "hostPath": {"path": "/a"}}, {"name": "v", "emptyDir": {}},
            {"name": "v", "nfs": {"server": "s", "path": "/"}},
        ]))]);
    }
    spec
}

fn container(number: usize, random: &mut Random) -> Value {
    let images = ["nginx:1", "nginx", "busybox", "ghcr.io/a/b:2"];
    let mut container = json!({"name": format!("c{number}"), "image": random.of(&images)});
    if !random.is_one_of(4) {
        container["securityContext"] = some(
            &json!({
                "privileged": [true, false],
                "allowPrivilegeEscalation": [false, false, true],
                "runAsNonRoot": [true, false],
                "runAsUser": [0, 1],
                "capabilities": [{"drop": ["ALL"]}, {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
                    {"add": ["NET_ADMIN"]}, {"add": ["SYS_TIME", "CHOWN"]}, {"drop": ["NET_RAW"]}],
                "seccompProfile": [{"type": "RuntimeDefault"}, {"type": "Unconfined"}],
                "procMount": ["Default", "Unmasked"],
            }),
            random,
        );
    }
    if random.is_one_of(5) {
        container["ports"] =
            json!([{"containerPort": 80, "hostPort": random.of(&[0, 80, 8080, 9])}]);
    }
    container
}

/// Some of the fields, each with one of its values.
fn some(fields: &Value, random: &mut Random) -> Value {
    let mut all = json!({});
    for (key, values) in fields.as_object().unwrap() {
        if random.is_one_of(2) {
            all[key] = random.json(values);
        }
    }
    all
}
