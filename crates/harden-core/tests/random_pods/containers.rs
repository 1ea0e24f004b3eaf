//! Containers, their ports, probes and handlers.

use serde_json::{Map, Value, json};

use super::{Random, security};

const NAMES: [&str; 14] = [
    "a",
    "b",
    "c",
    "app",
    "web",
    "",
    "quo\"te",
    "back\\slash",
    "new\nline",
    "\u{e9}t\u{e9}",
    "zero\u{0}",
    "a, b",
    "\u{65e5}\u{672c}",
    "Upper",
];

/// A list of containers, whose names are added to `names`.
pub(crate) fn list(random: &mut Random, kind: &str, names: &mut Vec<String>) -> Value {
    if random.chance(2) {
        return random.pick(&[Value::Null, json!([])]).clone();
    }
    let least = u64::from(kind == "containers");
    let containers = (0..least.max(random.below(4)))
        .map(|_| if random.chance(1) { Value::Null } else { container(random, names) });
    containers.collect()
}

fn container(random: &mut Random, names: &mut Vec<String>) -> Value {
    let mut container = Map::new();
    let name = if random.wild() || random.chance(10) {
        (*random.pick(&NAMES)).to_owned()
    } else {
        format!("{}{}", random.pick(&["web", "app", "db"]), names.len())
    };
    if !name.is_empty() || random.chance(50) {
        container.insert("name".to_owned(), json!(name));
    }
    names.push(name);
    container.insert("image".to_owned(), json!("example.com/image:1"));
    if random.is_strict || random.wild() {
        container.insert("securityContext".to_owned(), security::of_container(random));
    }
    if random.wild() || random.chance(20) {
        container.insert("ports".to_owned(), ports(random));
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if random.wild() || random.chance(8) {
            container.insert(probe.to_owned(), handler(random));
        }
    }
    if random.wild() || random.chance(5) {
        let mut lifecycle = Map::new();
        for event in ["postStart", "preStop"] {
            if random.chance(60) {
                lifecycle.insert(event.to_owned(), handler(random));
            }
        }
        let lifecycle = if random.chance(5) { Value::Null } else { lifecycle.into() };
        container.insert("lifecycle".to_owned(), lifecycle);
    }
    let mut fields: Vec<_> = container.into_iter().collect();
    random.shuffle(&mut fields);
    fields.into_iter().collect()
}

fn ports(random: &mut Random) -> Value {
    let mut ports = Vec::new();
    for _ in 0..random.below(4) {
        let mut port = Map::new();
        if random.chance(95) {
            port.insert("containerPort".to_owned(), json!(random.pick(&[80, 8080, 9, 443, 0])));
        }
        if random.wild() {
            let numbers =
                [json!(0), json!(9), json!(80), json!(100), json!(8080), json!(-1), Value::Null];
            port.insert("hostPort".to_owned(), random.pick(&numbers).clone());
        }
        let port = if random.chance(2) { Value::Null } else { port.into() };
        ports.push(port);
    }
    if random.chance(3) { Value::Null } else { ports.into() }
}

fn handler(random: &mut Random) -> Value {
    let mut handler = Map::new();
    for action in ["httpGet", "tcpSocket"] {
        if random.chance(50) {
            let mut fields = Map::new();
            fields.insert("port".to_owned(), random.pick(&[json!(80), json!("http")]).clone());
            if random.wild() {
                let hosts = [
                    json!(""),
                    json!("127.0.0.1"),
                    json!("example.com"),
                    json!("quo\"te"),
                    json!("::1"),
                    Value::Null,
                ];
                fields.insert("host".to_owned(), random.pick(&hosts).clone());
            }
            let fields = if random.chance(3) { Value::Null } else { fields.into() };
            handler.insert(action.to_owned(), fields);
        }
    }
    if random.chance(20) {
        handler.insert("exec".to_owned(), json!({"command": ["true"]}));
    }
    if random.chance(3) { Value::Null } else { handler.into() }
}
