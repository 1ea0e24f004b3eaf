//! Security contexts.

use serde_json::{Map, Value, json};

use super::Random;

/// The security context of a pod.
pub(crate) fn of_pod(random: &mut Random) -> Value {
    if random.wild() && random.chance(20) {
        return random.pick(&[Value::Null, json!({})]).clone();
    }
    let mut context = shared(random, 80);
    if random.wild() {
        context.insert("sysctls".to_owned(), sysctls(random));
    }
    // Fields of containers mean nothing here.
    if random.chance(3) {
        context.insert("unknownField".to_owned(), json!({"privileged": true}));
    }
    shuffled(random, context)
}

/// The security context of a container.
pub(crate) fn of_container(random: &mut Random) -> Value {
    if random.wild() && random.chance(20) {
        return random.pick(&[Value::Null, json!({})]).clone();
    }
    let mut context = shared(random, 20);
    let mut put = |key: &str, value: Value| context.insert(key.to_owned(), value);
    if random.wild() {
        put("allowPrivilegeEscalation", random.boolean());
    } else if random.is_strict {
        put("allowPrivilegeEscalation", json!(false));
    }
    if random.wild() || random.chance(10) {
        let value = if random.wild() { random.boolean() } else { json!(false) };
        put("privileged", value);
    }
    if random.wild() {
        let mounts =
            [json!("Default"), json!("Unmasked"), json!(""), json!("un\"masked"), Value::Null];
        put("procMount", random.pick(&mounts).clone());
    }
    if random.is_strict || random.wild() {
        put("capabilities", capabilities(random));
    }
    shuffled(random, context)
}

/// What pods and containers have in common; strict pods set it in `percent` of a hundred times.
fn shared(random: &mut Random, percent: u64) -> Map<String, Value> {
    let mut context = Map::new();
    let mut put = |key: &str, value: Value| context.insert(key.to_owned(), value);
    if random.wild() {
        put("runAsNonRoot", random.boolean());
    } else if random.is_strict && random.chance(percent) {
        put("runAsNonRoot", json!(true));
    }
    if random.wild() {
        let users = [json!(0), json!(0), json!(1), json!(65534), json!(-1), Value::Null];
        put("runAsUser", random.pick(&users).clone());
    }
    if random.wild() {
        put("seccompProfile", profile(random));
    } else if random.is_strict && random.chance(percent) {
        put("seccompProfile", json!({"type": random.pick(&["RuntimeDefault", "Localhost"])}));
    }
    if random.wild() {
        put("appArmorProfile", profile(random));
    }
    if random.wild() {
        put("seLinuxOptions", se_linux_options(random));
    }
    if random.wild() {
        let options = match random.below(6) {
            0 => Value::Null,
            1 => json!({}),
            _ => json!({"hostProcess": random.boolean(), "runAsUserName": "x"}),
        };
        put("windowsOptions", options);
    }
    context
}

fn profile(random: &mut Random) -> Value {
    const TYPES: [&str; 8] = [
        "RuntimeDefault",
        "Localhost",
        "Unconfined",
        "Unconfined",
        "",
        "runtime/default",
        "z\"\\\n",
        "localhost",
    ];
    match random.below(12) {
        0 => Value::Null,
        1 => json!({}),
        2 => json!({"type": null, "localhostProfile": "x"}),
        3 => json!({"type": random.pick(&TYPES), "localhostProfile": "x"}),
        _ => json!({"type": random.pick(&TYPES)}),
    }
}

fn se_linux_options(random: &mut Random) -> Value {
    const TYPES: [&str; 8] = [
        "container_t",
        "container_init_t",
        "container_kvm_t",
        "container_engine_t",
        "spc_t",
        "",
        "container_t ",
        "b\"c",
    ];
    let mut options = Map::new();
    if random.chance(80) {
        options.insert("type".to_owned(), json!(random.pick(&TYPES)));
    }
    for field in ["user", "role", "level"] {
        if random.chance(20) {
            let values = [json!("x"), json!(""), Value::Null];
            options.insert(field.to_owned(), random.pick(&values).clone());
        }
    }
    if random.chance(5) { Value::Null } else { options.into() }
}

fn capabilities(random: &mut Random) -> Value {
    const NAMES: [&str; 27] = [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "SETFCAP",
        "NET_BIND_SERVICE",
        "NET_BIND_SERVICE",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
        "NET_RAW",
        "SYS_ADMIN",
        "NET_ADMIN",
        "SYS_TIME",
        "SYS_PTRACE",
        "BPF",
        "ALL",
        "all",
        "CAP_CHOWN",
        "cap_sys_admin",
        "",
        "O\"DD",
        "net_bind_service",
    ];
    let mut capabilities = Map::new();
    if random.wild() {
        let mut names: Vec<Value> =
            (0..random.below(5)).map(|_| json!(random.pick(&NAMES))).collect();
        if random.chance(5) {
            names.push(Value::Null);
        }
        let names = if random.chance(5) { Value::Null } else { names.into() };
        capabilities.insert("add".to_owned(), names);
    } else if random.chance(20) {
        capabilities.insert("add".to_owned(), json!(["NET_BIND_SERVICE"]));
    }
    if random.wild() {
        let drops = [
            Value::Null,
            json!([]),
            json!(["all"]),
            json!(["CAP_ALL"]),
            json!(["NET_RAW", "ALL"]),
            json!(["NET_RAW"]),
            json!([null, "ALL"]),
        ];
        capabilities.insert("drop".to_owned(), random.pick(&drops).clone());
    } else {
        capabilities.insert("drop".to_owned(), json!(["ALL"]));
    }
    if random.wild() && random.chance(10) { Value::Null } else { capabilities.into() }
}

fn sysctls(random: &mut Random) -> Value {
    const NAMES: [&str; 20] = [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_notsent_lowat",
        "kernel.msgmax",
        "net/ipv4/tcp_syncookies",
        "",
        "net.ipv4.tcp_rmem ",
        "NET.IPV4.TCP_WMEM",
        "a, b",
    ];
    let mut sysctls: Vec<Value> =
        (0..random.below(4)).map(|_| json!({"name": random.pick(&NAMES), "value": "0"})).collect();
    if random.chance(3) {
        sysctls.push(Value::Null);
    }
    if random.chance(3) { Value::Null } else { sysctls.into() }
}

fn shuffled(random: &mut Random, map: Map<String, Value>) -> Value {
    let mut fields: Vec<_> = map.into_iter().collect();
    random.shuffle(&mut fields);
    fields.into_iter().collect()
}
