//! Pods made at random, the same for the same seed, that reach every rule of every check.
//!
//! They are what the API server can decode, and often nothing that it would admit: values of the
//! right type that no document allows, odd names, nulls, fields that do not exist.

mod containers;
mod random;
mod security;
mod settings;
mod volumes;

use serde_json::{Map, Value, json};

pub(crate) use random::Random;
pub(crate) use settings::{count, report, seed};

/// A pod, and the standard that it is held to.
pub(crate) struct Case {
    /// `privileged`, `baseline` or `restricted`.
    pub(crate) level: &'static str,
    /// `v1.0` to beyond the newest known, or `latest`.
    pub(crate) version: String,
    /// The pod.
    pub(crate) pod: Value,
}

/// Makes a case.
pub(crate) fn case(random: &mut Random) -> Case {
    let level = match random.below(50) {
        0 => "privileged",
        1..20 => "baseline",
        _ => "restricted",
    };
    let version = match random.below(12) {
        0 => "latest".to_owned(),
        1 => format!("v1.{}", 38 + random.below(70)),
        // The versions in which rules change, each with the one before it.
        2..8 => {
            let minors = [7, 8, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35];
            format!("v1.{}", random.pick(&minors))
        }
        _ => format!("v1.{}", random.below(38)),
    };
    Case { level, version, pod: pod(random) }
}

/// Makes a pod.
pub(crate) fn pod(random: &mut Random) -> Value {
    // From pods with hardly a flaw to pods with little else.
    random.wildness = *random.pick(&[0, 1, 4, 10, 30, 60]);
    random.is_strict = random.chance(60);
    let mut names = Vec::new();
    let spec = spec(random, &mut names);
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!("p"));
    if random.wild() || random.chance(10) {
        metadata.insert("annotations".to_owned(), annotations(random, &names));
    }
    let mut pod = Map::new();
    pod.insert("apiVersion".to_owned(), json!("v1"));
    pod.insert("kind".to_owned(), json!("Pod"));
    if random.chance(97) {
        pod.insert("metadata".to_owned(), metadata.into());
    }
    pod.insert("spec".to_owned(), spec);
    pod.into()
}

fn spec(random: &mut Random, names: &mut Vec<String>) -> Value {
    let mut spec = Map::new();
    if random.is_strict || random.wild() || random.chance(40) {
        spec.insert("securityContext".to_owned(), security::of_pod(random));
    }
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if random.wild() {
            spec.insert(field.to_owned(), random.boolean());
        }
    }
    if random.wild() {
        spec.insert("hostUsers".to_owned(), random.boolean());
    }
    if random.wild() {
        let os = [json!("windows"), json!("linux"), json!(""), json!("Windows"), Value::Null];
        let name = random.pick(&os).clone();
        let os = if random.chance(8) { Value::Null } else { json!({"name": name}) };
        spec.insert("os".to_owned(), os);
    }
    if random.chance(30) {
        spec.insert("initContainers".to_owned(), containers::list(random, "initContainers", names));
    }
    spec.insert("containers".to_owned(), containers::list(random, "containers", names));
    if random.chance(20) {
        let list = containers::list(random, "ephemeralContainers", names);
        spec.insert("ephemeralContainers".to_owned(), list);
    }
    if random.chance(40) {
        spec.insert("volumes".to_owned(), volumes::list(random));
    }
    for noise in ["nodeName", "serviceAccountName", "unknownField"] {
        if random.chance(10) {
            spec.insert(noise.to_owned(), json!("x"));
        }
    }
    let mut fields: Vec<_> = spec.into_iter().collect();
    // The order of messages must not follow the order of the text.
    random.shuffle(&mut fields);
    if random.chance(1) { Value::Null } else { fields.into_iter().collect() }
}

fn annotations(random: &mut Random, names: &[String]) -> Value {
    const VALUES: [&str; 18] = [
        "runtime/default",
        "docker/default",
        "localhost/profile",
        "localhost/",
        "localhost",
        "unconfined",
        "",
        "a\"b",
        "back\\slash",
        "tab\tnew\nline\u{7}\u{b}\u{0}\u{7f}",
        "\u{e9}\u{65e5}\u{1f600}",
        "e\u{301}",
        "\u{a0}\u{ad}\u{200b}\u{2028}",
        "<a href='x'>&amp;</a>",
        "`back`",
        "\u{e000}\u{fffd}\u{f0000}",
        "RuntimeDefault",
        "runtime/default ",
    ];
    let mut annotations = Map::new();
    for _ in 0..=random.below(4) {
        let name = if names.is_empty() || random.chance(15) {
            random.pick(&["other", "", "b"]).to_string()
        } else {
            random.pick(names).clone()
        };
        let key = match random.below(6) {
            0..3 => format!("container.apparmor.security.beta.kubernetes.io/{name}"),
            3 => "seccomp.security.alpha.kubernetes.io/pod".to_owned(),
            4 => format!("container.seccomp.security.alpha.kubernetes.io/{name}"),
            _ => format!("example.com/{name}"),
        };
        let value = if random.chance(4) { Value::Null } else { json!(random.pick(&VALUES)) };
        annotations.insert(key, value);
    }
    if random.chance(3) { Value::Null } else { annotations.into() }
}
