//! Templates of Gatekeeper's library, with its samples changed at random.

use std::fs;
use std::path::Path;

use harness::Need;
use serde_json::{Value, json};

use super::random::Random;
use super::records::{Question, Task};

/// Objects for each template.
const OBJECTS: usize = 15;

/// A question for each template; none without the library, which is not part of this repository.
pub(crate) fn questions() -> Option<Vec<Question>> {
    let folder = Need::Answers.at("gatekeeper-library")?;
    let mut templates = Vec::new();
    let mut samples = Vec::new();
    for folder in folders(&folder) {
        let Some(template) = read(&folder.join("template.yaml")).pop() else { continue };
        let all =
            files(&folder.join("samples")).iter().flat_map(|it| read(Path::new(it))).collect();
        let (constraints, objects): (Vec<Value>, Vec<Value>) = partition(all);
        samples.extend(objects);
        templates.push((template, constraints));
    }
    let mut random = Random::new(23);
    let question = |(template, constraints): (Value, Vec<Value>)| {
        let kind = template["spec"]["crd"]["spec"]["names"]["kind"].clone();
        let mut objects = vec![template];
        for it in constraints.into_iter().filter(|it| it["kind"] == kind) {
            if !objects.iter().any(|one| one["metadata"]["name"] == it["metadata"]["name"]) {
                objects.push(it);
            }
        }
        for number in 0..OBJECTS {
            let mut object = random.of(&samples).clone();
            for _ in 0..*random.of(&[0, 1, 1, 2, 3, 5]) {
                change(&mut object, &mut random);
            }
            object["metadata"]["name"] = format!("o{number}").into();
            objects.push(object);
        }
        Question { name: kind.to_string(), task: Task::Test, objects }
    };
    Some(templates.into_iter().map(question).collect())
}

fn partition(all: Vec<Value>) -> (Vec<Value>, Vec<Value>) {
    let text = |it: &Value| it["apiVersion"].as_str().unwrap_or_default().to_owned();
    let named = all.into_iter().filter(|it| it["metadata"]["name"].is_string());
    named.partition(|it| text(it).starts_with("constraints.gatekeeper.sh/"))
}

/// Folders of templates, in order.
fn folders(root: &Path) -> Vec<std::path::PathBuf> {
    let all = files(root).into_iter().filter(|it| it.ends_with("/template.yaml"));
    all.map(|it| Path::new(&it).parent().unwrap().to_owned()).collect()
}

/// Files of YAML below a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|it| it == "yaml") {
            all.push(path.to_str().unwrap().to_owned());
        }
    }
    all.sort();
    all
}

/// The documents of a file.
pub(crate) fn read(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let all = harden_yaml::documents(&text).filter_map(|it| it.to_json());
    all.map(|it| serde_json::from_str(&it).unwrap()).collect()
}

/// Removes, replaces or copies something below the metadata and the spec.
fn change(object: &mut Value, random: &mut Random) {
    let values = json!([
        "nginx", "nginx:latest", "k8s.gcr.io/pause:3", "openpolicyagent/opa:0.9.2", "*", "", "a", true, false,
        null, 0, 1, -1, 80, 65536, 1_000_000, 0.5, "1", "100m", "1Gi", [], {}, ["a"], {"a": "b"},
        "localhost/*", "RuntimeDefault", "Unconfined", "Localhost",
    ]);
    let mut paths = Vec::new();
    paths_of(object, String::new(), &mut paths);
    let kept = ["/apiVersion", "/kind", "/metadata", "/metadata/name", "/metadata/namespace"];
    let is_kept = |it: &String| {
        kept.contains(&it.as_str())
            || ["/metadata/labels", "/metadata/annotations"].contains(&it.as_str())
            || it.starts_with("/metadata/ownerReferences")
    };
    paths.retain(|it| !is_kept(it));
    if paths.is_empty() {
        return;
    }
    let path = random.of(&paths).clone();
    let is_metadata = path.starts_with("/metadata/");
    let value = random.json(&values);
    let (above, key) = path.rsplit_once('/').unwrap();
    let choice = random.below(10);
    match object.pointer_mut(above).unwrap() {
        Value::Object(fields) => {
            let key = key.replace("~1", "/").replace("~0", "~");
            if choice < 4 {
                fields.remove(&key);
            } else {
                let value =
                    if is_metadata { value.to_string().trim_matches('"').into() } else { value };
                fields.insert(key, value);
            }
        }
        Value::Array(items) => {
            let at: usize = key.parse().unwrap();
            match choice {
                0..4 => drop(items.remove(at)),
                4..8 => items[at] = value,
                _ => items.push(items[at].clone()),
            }
        }
        _ => {}
    }
}

fn paths_of(value: &Value, at: String, into: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
            fields.iter().map(|(key, it)| (format!("{at}/{}", escaped(key)), it)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, it)| (format!("{at}/{index}"), it)).collect()
        }
        _ => Vec::new(),
    };
    if !at.is_empty() {
        into.push(at);
    }
    below.into_iter().for_each(|(path, it)| paths_of(it, path, into));
}
