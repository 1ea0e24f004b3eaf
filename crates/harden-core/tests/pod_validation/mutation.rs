//! Objects that somebody made a mistake in: aimed at a check, or at random.

use serde_json::{Value, json};

use crate::random_pods::Random;

/// Texts that are good in some fields and bad in others.
const TEXTS: &[&str] = &[
    "",
    "a",
    "web",
    "UPPER",
    "a.b",
    "a_b",
    "-a",
    "a-",
    "../a",
    "a/../b",
    "..a",
    "/a",
    "8080",
    "http",
    "a b",
    "a=b",
    "\u{e9}",
    "None",
    "Exists",
    "In",
    "Always",
    "Never",
    "Localhost",
    "RuntimeDefault",
    "Unconfined",
    "1",
    "500m",
    "2Gi",
    "3Mi",
    "127.0.0.1",
    "010.0.0.1",
    "::ffff:1.2.3.4",
    "metadata.name",
    "metadata.labels",
    "metadata.labels['a b']",
    "metadata.annotations['Upper']",
    "spec.nodeName",
    "spec.host",
    "status.phase",
    "limits.memory",
    "requests.hugepages-2Mi",
    "kernel.sem",
    "net.x",
    "example.com/a",
    "Example.com/a",
    "NoExecute",
    "DoNotSchedule",
    "ScheduleAnyway",
    "windows",
    "linux",
    "data",
    "claim",
    "app",
    "first",
    "cap_sys_admin",
    "RestartContainer",
    "Bidirectional",
];

const NUMBERS: &[i64] = &[-1, 0, 1, 2, 10, 80, 81, 1000, 8080, 8443, 9090, 65_535, 65_536, 1 << 40];

/// A mistake that is aimed at a check: the kind, where, and what, as JSON.
pub(crate) type Aimed = (&'static str, &'static str, &'static str);

/// A copy with one to three mistakes, half of them out of these.
pub(crate) fn mutate(base: &Value, table: &[Aimed], random: &mut Random) -> Value {
    let mut object = base.clone();
    let of_kind: Vec<_> = table.iter().filter(|(kind, ..)| base["kind"] == *kind).collect();
    for _ in 0..=random.below(3) {
        if random.chance(50) && !of_kind.is_empty() {
            let mistake = random.pick(&of_kind);
            aim(&mut object, mistake);
        } else {
            anywhere(&mut object, random);
        }
    }
    object
}

/// Makes one mistake.
pub(crate) fn aim(object: &mut Value, (_, at, value): &Aimed) {
    let value: Value = serde_json::from_str(value).unwrap();
    let (above, key) = at.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match object.pointer_mut(above) {
        Some(Value::Array(items)) if key == "-" => items.push(value),
        Some(Value::Object(entries)) => {
            entries.insert(key, value);
        }
        _ => {}
    }
}

/// Another value of the same type, nothing, or the value twice.
fn anywhere(pod: &mut Value, random: &mut Random) {
    let mut all = Vec::new();
    collect(pod, "", &mut all);
    if all.is_empty() {
        return;
    }
    let at = random.pick(&all).clone();
    if random.chance(15) {
        let (above, key) = at.rsplit_once('/').unwrap();
        match pod.pointer_mut(above) {
            Some(Value::Object(entries)) => drop(entries.shift_remove(&key.replace("~1", "/"))),
            Some(Value::Array(items)) => {
                let index: usize = key.parse().unwrap();
                if random.chance(50) {
                    items.remove(index);
                } else {
                    items.push(items[index].clone());
                }
            }
            _ => {}
        }
        return;
    }
    let value = pod.pointer_mut(&at).unwrap();
    *value = match &*value {
        Value::String(_) => json!(random.pick(TEXTS)),
        Value::Number(_) => json!(random.pick(NUMBERS)),
        Value::Bool(is) => json!(!is),
        _ => return,
    };
}

fn collect(value: &Value, at: &str, all: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        if !matches!(at.as_str(), "/apiVersion" | "/kind" | "/metadata") {
            all.push(at.clone());
        }
        collect(value, &at, all);
    };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| below(&i.to_string(), item));
        }
        _ => {}
    }
}
